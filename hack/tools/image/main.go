// Command image puts static binaries into an image without a daemon: an OCI layout on disk, which any
// registry tool can read, and on request a registry. The same binaries give the same digest.
//
//	image -out dist/image -name manager linux/amd64=dist/bin/linux/amd64 linux/arm64=dist/bin/linux/arm64
//
// Each folder is one platform; every file in it comes into the root of its image, as a layer of its own.
package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// user is who the container runs as: nobody that a node has.
const user = "65532:65532"

// recipe is what the image says of itself, beside what it holds.
type recipe struct {
	entrypoint string
	created    time.Time
	labels     map[string]string
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	out := flags.String("out", "", "the folder of the OCI layout, which is replaced")
	entrypoint := flags.String("name", "manager", "the binary that the image runs")
	created := flags.Int64("created", 0, "the time of everything in the image, in seconds since 1970 (SOURCE_DATE_EPOCH)")
	version := flags.String("version", "dev", "the version it is labelled with")
	revision := flags.String("revision", "", "the commit it is labelled with")
	source := flags.String("source", "", "the URL of the source it is labelled with")
	push := flags.String("push", "", "a reference to push it to, with the credentials that the docker configuration names")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *out == "" || flags.NArg() == 0 {
		return errors.New("-out and at least one platform=folder are needed")
	}
	index, err := assemble(flags.Args(), recipe{
		entrypoint: *entrypoint,
		created:    time.Unix(*created, 0).UTC(),
		labels: map[string]string{
			"org.opencontainers.image.title":    "governance-operator",
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.version":  *version,
			"org.opencontainers.image.revision": *revision,
			"org.opencontainers.image.source":   *source,
		},
	})
	if err != nil {
		return err
	}
	if err := os.RemoveAll(*out); err != nil {
		return err
	}
	if _, err := layout.Write(*out, index); err != nil {
		return fmt.Errorf("writing the layout: %w", err)
	}
	written, err := layout.ImageIndexFromPath(*out)
	if err != nil {
		return err
	}
	if err := validate.Index(written); err != nil {
		return fmt.Errorf("the layout that was written is not valid: %w", err)
	}
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	if *push != "" {
		ref, err := name.ParseReference(*push)
		if err != nil {
			return err
		}
		if err := remote.WriteIndex(ref, index, remote.WithAuthFromKeychain(authn.DefaultKeychain)); err != nil {
			return fmt.Errorf("pushing to %s: %w", ref, err)
		}
	}
	_, err = fmt.Fprintln(stdout, digest)
	return err
}

// assemble makes one index of an image per platform=folder.
func assemble(platforms []string, r recipe) (v1.ImageIndex, error) {
	var adds []mutate.IndexAddendum
	for _, argument := range platforms {
		text, folder, found := strings.Cut(argument, "=")
		if !found {
			return nil, fmt.Errorf("%q is not platform=folder", argument)
		}
		platform, err := v1.ParsePlatform(text)
		if err != nil {
			return nil, err
		}
		img, err := imageOf(platform, folder, r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		adds = append(adds, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: platform}})
	}
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	return mutate.AppendManifests(index, adds...), nil
}

func imageOf(platform *v1.Platform, folder string, r recipe) (v1.Image, error) {
	img := mutate.MediaType(mutate.ConfigMediaType(empty.Image, types.OCIConfigJSON), types.OCIManifestSchema1)
	files, err := os.ReadDir(folder) // In the order of their names.
	if err != nil {
		return nil, err
	}
	runs := false
	for _, file := range files {
		if !file.Type().IsRegular() {
			return nil, fmt.Errorf("%s is not a file", file.Name())
		}
		runs = runs || file.Name() == r.entrypoint
		layer, err := layerOf(filepath.Join(folder, file.Name()), r.created)
		if err != nil {
			return nil, err
		}
		img, err = mutate.Append(img, mutate.Addendum{
			Layer:   layer,
			History: v1.History{Created: v1.Time{Time: r.created}, CreatedBy: "COPY " + file.Name() + " /"},
		})
		if err != nil {
			return nil, err
		}
	}
	if !runs {
		return nil, fmt.Errorf("%s has no file %s to run", folder, r.entrypoint)
	}
	config, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Variant = platform.OS, platform.Architecture, platform.Variant
	config.Created = v1.Time{Time: r.created}
	config.Config = v1.Config{User: user, Entrypoint: []string{"/" + r.entrypoint}, WorkingDir: "/", Labels: r.labels}
	return mutate.ConfigFile(img, config)
}

// layerOf is one executable of root's in the root folder, which says nothing of when and by whom it was built.
func layerOf(path string, at time.Time) (v1.Layer, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: filepath.Base(path), Mode: 0o755, Size: int64(len(content)), ModTime: at, Format: tar.FormatPAX}); err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(archive.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
}
