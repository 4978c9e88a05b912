// Command plugin packs the command line for each platform that it was built for, and writes the manifest with which krew
// installs it. The same binaries make the same archives.
package main

import (
	"cmp"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

//go:embed krew.yaml
var manifest string

// archive is what people download for a platform.
type archive struct {
	OS, Arch string
	// Name of the file, Binary within it, and SHA256 of the file.
	Name, Binary, SHA256 string
}

// released is a version that krew accepts.
var released = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

func main() {
	version := flag.String("version", "dev", "version of the binaries")
	built := flag.String("built", "dist/plugin/bin", "folder with a folder for each platform, such as linux_amd64, that holds the binary alone")
	license := flag.String("license", "LICENSE", "file that goes into each archive")
	out := flag.String("out", "dist/plugin", "folder for the archives and the manifest")
	flag.Parse()
	seconds, err := strconv.ParseInt(cmp.Or(os.Getenv("SOURCE_DATE_EPOCH"), "0"), 10, 64)
	if err == nil {
		err = release(*version, *built, *license, *out, time.Unix(seconds, 0).UTC())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "plugin:", err)
		os.Exit(1)
	}
}

// release packs all platforms, and writes the manifest if the version is one of a release.
func release(version, built, license, out string, at time.Time) error {
	folders, err := filepath.Glob(filepath.Join(built, "*_*"))
	if err != nil {
		return err
	}
	if len(folders) == 0 {
		return fmt.Errorf("%s: no platform was built", built)
	}
	var archives []archive
	for _, folder := range folders {
		a, err := pack(version, folder, license, out, at)
		if err != nil {
			return err
		}
		fmt.Printf("%s  %s\n", a.SHA256, filepath.Join(out, a.Name))
		archives = append(archives, a)
	}
	if !released.MatchString(version) {
		fmt.Printf("%s is no version of a release: no manifest for krew\n", version)
		return nil
	}
	text, err := krew(version, archives)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "governance-operator.yaml"), []byte(text), 0o644)
}

// krew is the manifest.
func krew(version string, archives []archive) (string, error) {
	archives = slices.Clone(archives)
	slices.SortFunc(archives, func(a, b archive) int { return strings.Compare(a.Name, b.Name) })
	_, text, _ := strings.Cut(manifest, "\n") // What the first line says is about the template.
	parsed, err := template.New("krew").Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = parsed.Execute(&out, struct {
		Version  string
		Archives []archive
	}{version, archives})
	return out.String(), err
}
