package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// member is a file in an archive.
type member struct {
	name string
	mode int64
	data []byte
}

// pack writes the archive of a platform: the binary of its folder, the license, and on systems with a shell the script with
// which kubectl completes words.
func pack(version, folder, license, out string, at time.Time) (archive, error) {
	system, arch, _ := strings.Cut(filepath.Base(folder), "_")
	a := archive{OS: system, Arch: arch, Binary: "kubectl-governance", Name: fmt.Sprintf("kubectl-governance_%s_%s_%s.tar.gz", version, system, arch)}
	if system == "windows" {
		a.Binary += ".exe"
		a.Name = strings.TrimSuffix(a.Name, ".tar.gz") + ".zip"
	}
	binary, err := os.ReadFile(filepath.Join(folder, a.Binary))
	if err != nil {
		return a, err
	}
	terms, err := os.ReadFile(license)
	if err != nil {
		return a, err
	}
	members := []member{{"LICENSE", 0o644, terms}, {a.Binary, 0o755, binary}}
	write := zipped
	if system != "windows" {
		write = tarred
		members = append(members, member{"kubectl_complete-governance", 0o755, []byte("#!/bin/sh\nexec kubectl-governance __complete \"$@\"\n")})
	}
	var data bytes.Buffer
	if err := write(&data, members, at); err != nil {
		return a, err
	}
	sum := sha256.Sum256(data.Bytes())
	a.SHA256 = hex.EncodeToString(sum[:])
	return a, os.WriteFile(filepath.Join(out, a.Name), data.Bytes(), 0o644)
}

func tarred(out io.Writer, members []member, at time.Time) error {
	packed := gzip.NewWriter(out)
	w := tar.NewWriter(packed)
	for _, m := range members {
		header := &tar.Header{Name: m.name, Mode: m.mode, Size: int64(len(m.data)), ModTime: at, Format: tar.FormatPAX}
		if err := w.WriteHeader(header); err != nil {
			return err
		}
		if _, err := w.Write(m.data); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return packed.Close()
}

func zipped(out io.Writer, members []member, at time.Time) error {
	w := zip.NewWriter(out)
	for _, m := range members {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: at}
		header.SetMode(os.FileMode(m.mode))
		file, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := file.Write(m.data); err != nil {
			return err
		}
	}
	return w.Close()
}
