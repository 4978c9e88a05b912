package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// plugin is a manifest, as far as it is one of a plugin: what it has beyond that is a mistake.
type plugin struct {
	APIVersion string                `json:"apiVersion"`
	Kind       string                `json:"kind"`
	Metadata   struct{ Name string } `json:"metadata"`
	Spec       struct {
		Version          string `json:"version"`
		Homepage         string `json:"homepage"`
		ShortDescription string `json:"shortDescription"`
		Description      string `json:"description"`
		Caveats          string `json:"caveats"`
		Platforms        []struct {
			Selector struct {
				MatchLabels map[string]string `json:"matchLabels"`
			} `json:"selector"`
			URI    string `json:"uri"`
			SHA256 string `json:"sha256"`
			Bin    string `json:"bin"`
		} `json:"platforms"`
	} `json:"spec"`
}

var at = time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)

// built is a folder with a binary for each platform.
func built(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, platform := range []string{"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64", "windows_arm64"} {
		name := "kubectl-governance"
		if strings.HasPrefix(platform, "windows") {
			name += ".exe"
		}
		if err := os.Mkdir(filepath.Join(root, platform), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, platform, name), []byte("the binary of "+platform), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// contents are the files of an archive, with their modes.
func contents(t *testing.T, path string) map[string]string {
	t.Helper()
	out := map[string]string{}
	take := func(name string, mode fs.FileMode, modified time.Time, r io.Reader) {
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !modified.Equal(at) {
			t.Errorf("%s: %s is of %s", path, name, modified)
		}
		out[name] = fmt.Sprintf("%o %s", mode.Perm(), text[:min(len(text), 40)])
	}
	if strings.HasSuffix(path, ".zip") {
		r, err := zip.OpenReader(path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, f := range r.File {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			take(f.Name, f.Mode(), f.Modified, in)
		}
		return out
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(unpacked); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		take(header.Name, header.FileInfo().Mode(), header.ModTime, r)
	}
}

// TestKrewCanInstallEveryPlatform: by the rules of its index.
func TestKrewCanInstallEveryPlatform(t *testing.T) {
	out := t.TempDir()
	if err := release("v1.2.3", built(t), "../../LICENSE", out, at); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(out, "governance-operator.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var p plugin
	if err := yaml.UnmarshalStrict(text, &p); err != nil {
		t.Fatal(err)
	}
	if p.APIVersion != "krew.googlecontainertools.github.com/v1alpha2" || p.Kind != "Plugin" || p.Metadata.Name != "governance-operator" || p.Spec.Version != "v1.2.3" || len(p.Spec.Platforms) != 6 {
		t.Errorf("%+v", p)
	}
	if short := p.Spec.ShortDescription; len(short) == 0 || len(short) > 50 || regexp.MustCompile(`(?i)kubectl|kubernetes|\.$|\n`).MatchString(short) {
		t.Errorf("the short description is %q", short)
	}
	seen := map[string]bool{}
	for _, platform := range p.Spec.Platforms {
		labels := platform.Selector.MatchLabels
		name := labels["os"] + "_" + labels["arch"]
		if seen[name] || len(labels) != 2 {
			t.Errorf("%v is there twice, or says more", labels)
		}
		seen[name] = true
		file, found := strings.CutPrefix(platform.URI, p.Spec.Homepage+"/releases/download/v1.2.3/")
		if !found || !strings.HasPrefix(file, "kubectl-governance_v1.2.3_"+name+".") {
			t.Errorf("%s is at %s", name, platform.URI)
		}
		data, err := os.ReadFile(filepath.Join(out, file))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(data); platform.SHA256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%s has another sum", file)
		}
		want := map[string]string{"LICENSE": "644 " + license(t), platform.Bin: "755 the binary of " + name}
		if labels["os"] != "windows" {
			want["kubectl_complete-governance"] = "755 #!/bin/sh\nexec kubectl-governance __comp"
		}
		got := contents(t, filepath.Join(out, file))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// license begins so.
func license(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	return string(text[:40])
}

func TestTheSameBinariesMakeTheSameArchives(t *testing.T) {
	folder, sums := built(t), map[string]string{}
	for range 2 {
		out := t.TempDir()
		if err := release("v1.2.3", folder, "../../LICENSE", out, at); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(out, "*"))
		if err != nil || len(files) != 7 {
			t.Fatalf("%v, %v", files, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if before, again := sums[filepath.Base(file)]; again && before != string(data) {
				t.Errorf("%s is another one", filepath.Base(file))
			}
			sums[filepath.Base(file)] = string(data)
		}
	}
}

func TestWhatCannotBeReleasedIsSaid(t *testing.T) {
	empty := t.TempDir()
	if err := os.Mkdir(filepath.Join(empty, "linux_amd64"), 0o755); err != nil {
		t.Fatal(err)
	}
	for want, folder := range map[string]string{"no platform was built": t.TempDir(), "kubectl-governance: no such file": empty} {
		if err := release("v1.2.3", folder, "../../LICENSE", t.TempDir(), at); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	out := t.TempDir()
	if err := release("dev", built(t), "../../LICENSE", out, at); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(out, "governance-operator.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("krew gets a version that is none: %v", err)
	}
}
