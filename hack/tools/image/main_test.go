package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// binaries makes a folder of a platform, with a manager that says text.
func binaries(t *testing.T, text string, at time.Time) string {
	t.Helper()
	folder := t.TempDir()
	for _, file := range []string{"manager", "sandbox"} {
		path := filepath.Join(folder, file)
		if err := os.WriteFile(path, []byte(file+text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// build runs the command and returns the digest that it prints.
func build(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(args, &out); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

// images reads a layout back, by platform.
func images(t *testing.T, index v1.ImageIndex) map[string]v1.Image {
	t.Helper()
	if err := validate.Index(index); err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]v1.Image{}
	for _, m := range manifest.Manifests {
		img, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		out[m.Platform.String()] = img
	}
	return out
}

// files are the contents of an image, by name.
func files(t *testing.T, img v1.Image) map[string]string {
	t.Helper()
	r := tar.NewReader(mutate.Extract(img))
	out := map[string]string{}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Mode != 0o755 || h.Uid != 0 || h.Gid != 0 || !h.ModTime.Equal(time.Unix(1000, 0)) {
			t.Errorf("%s: mode %o of %d:%d at %s, want 755 of 0:0 at the time it was given", h.Name, h.Mode, h.Uid, h.Gid, h.ModTime)
		}
		out[h.Name] = string(content)
	}
}

func TestAnImageHoldsTheBinariesAndNothingElse(t *testing.T) {
	out := filepath.Join(t.TempDir(), "image")
	build(t, "-out", out, "-created", "1000", "-version", "v9", "-revision", "abc", "-source", "https://example.com",
		"linux/amd64="+binaries(t, " of amd64", time.Now()), "linux/arm64="+binaries(t, " of arm64", time.Now()))
	index, err := layout.ImageIndexFromPath(out)
	if err != nil {
		t.Fatal(err)
	}
	all := images(t, index)
	if len(all) != 2 {
		t.Fatalf("%d images, want one for each of two platforms", len(all))
	}
	for platform, img := range all {
		_, arch, _ := strings.Cut(platform, "/")
		got := files(t, img)
		if len(got) != 2 || got["manager"] != "manager of "+arch || got["sandbox"] != "sandbox of "+arch {
			t.Errorf("%s holds %v", platform, got)
		}
		config, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		c := config.Config
		if c.User != "65532:65532" || len(c.Entrypoint) != 1 || c.Entrypoint[0] != "/manager" || c.Labels["org.opencontainers.image.version"] != "v9" ||
			c.Labels["org.opencontainers.image.revision"] != "abc" || config.Architecture != arch || !config.Created.Equal(time.Unix(1000, 0)) {
			t.Errorf("%s says %+v", platform, config)
		}
	}
}

func TestTheSameBinariesMakeTheSameDigest(t *testing.T) {
	made := func(text string, at time.Time) string {
		return build(t, "-out", filepath.Join(t.TempDir(), "image"), "-created", "1000", "linux/amd64="+binaries(t, text, at))
	}
	first := made("", time.Unix(5, 0))
	if again := made("", time.Now()); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	if other := made(" of another commit", time.Unix(5, 0)); other == first {
		t.Error("other binaries have the same digest")
	}
}

func TestAPushedImageIsTheOneOnDisk(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	to := strings.TrimPrefix(server.URL, "http://") + "/team/operator:v9"
	digest := build(t, "-out", filepath.Join(t.TempDir(), "image"), "-push", to, "linux/amd64="+binaries(t, "", time.Now()))
	ref, err := name.ParseReference(to)
	if err != nil {
		t.Fatal(err)
	}
	index, err := remote.Index(ref)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := index.Digest(); err != nil || got.String() != digest {
		t.Errorf("the registry has %s (%v), the layout %s", got, err, digest)
	}
	images(t, index)
}

func TestWhatCannotBeAnImageIsRefused(t *testing.T) {
	empty, nested, out := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "image")
	if err := os.Mkdir(filepath.Join(nested, "manager"), 0o700); err != nil {
		t.Fatal(err)
	}
	for sentence, c := range map[string]struct {
		args []string
		want string
	}{
		"no folder is named":             {[]string{"-out", "x"}, "at least one platform=folder"},
		"a platform has no folder":       {[]string{"-out", "x", "linux/amd64"}, `"linux/amd64" is not platform=folder`},
		"there is nothing to run":        {[]string{"-out", "x", "linux/amd64=" + empty}, "has no file manager to run"},
		"what should be run is a folder": {[]string{"-out", "x", "linux/amd64=" + nested}, "manager is not a file"},
		"a folder does not exist":        {[]string{"-out", "x", "linux/amd64=" + filepath.Join(empty, "none")}, "no such file"},
		"the registry's name is no name": {[]string{"-out", out, "-push", "A B", "linux/amd64=" + binaries(t, "", time.Now())}, "could not parse reference"},
		"the registry cannot be reached": {[]string{"-out", out, "-push", "127.0.0.1:1/x", "linux/amd64=" + binaries(t, "", time.Now())}, "pushing to 127.0.0.1:1/x"},
	} {
		t.Run(sentence, func(t *testing.T) {
			err := run(c.args, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// Two clones of the commit in two places, built as a release is but with the Go at hand, and for one platform.
func TestTwoBuildsOfACommitHaveOneDigest(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	command := func(dir, name string, args ...string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), name, args...)
		c.Dir = dir
		var complaints bytes.Buffer
		c.Stderr = &complaints
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, complaints.String())
		}
		return strings.TrimSpace(string(out))
	}
	var digests []string
	for _, place := range []string{"here", "a/place/somewhere/else"} {
		clone := filepath.Join(t.TempDir(), place)
		command(root, "git", "clone", "--quiet", root, clone)
		digests = append(digests, command(clone, "make", "-s", "image", "PLATFORMS=linux/amd64", "RELEASE_GO=local", "VERSION=v9"))
		if len(digests) == 1 {
			continue
		}
		if digests[0] != digests[1] || !strings.HasPrefix(digests[0], "sha256:") {
			t.Errorf("%q, then %q", digests[0], digests[1])
		}
		index, err := layout.ImageIndexFromPath(filepath.Join(clone, "dist", "image"))
		if err != nil {
			t.Fatal(err)
		}
		binary := filepath.Join(t.TempDir(), "manager")
		r := tar.NewReader(mutate.Extract(images(t, index)["linux/amd64"]))
		for {
			h, err := r.Next()
			if err != nil {
				t.Fatalf("looking for the manager in the image: %v", err)
			}
			if h.Name == "manager" {
				break
			}
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(binary, content, 0o700); err != nil { //nolint:gosec // It is run.
			t.Fatal(err)
		}
		if said, err := exec.CommandContext(t.Context(), binary, "--help").CombinedOutput(); err != nil || !strings.Contains(string(said), "-cluster-id") {
			t.Errorf("the manager of the image says %s (%v)", said, err)
		}
	}
}
