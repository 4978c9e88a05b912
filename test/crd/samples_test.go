package crd_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func samples(t *testing.T, folder string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "config", "samples", folder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, path := range paths {
		if filepath.Base(path) == "kustomization.yaml" {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte("\n---")) {
			t.Errorf("%s holds more than one object", path)
		}
		files[filepath.Base(path)] = string(content)
	}
	if len(files) == 0 {
		t.Fatalf("no samples in %s", folder)
	}
	return files
}

// expected are the lines "# expect: …" that a refused sample begins with.
func expected(text string) []string {
	var want []string
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, "# expect: ")
		if !ok {
			break
		}
		want = append(want, strings.TrimSpace(rest))
	}
	slices.Sort(want)
	return want
}

func TestEverySampleIsAccepted(t *testing.T) {
	for name, text := range samples(t, "") {
		t.Run(name, func(t *testing.T) {
			if got := create(t, parse(t, text)); got != nil {
				t.Errorf("refused: %s", strings.Join(got, "\n"))
			}
		})
	}
}

func TestEverySampleCanBeAppliedServerSide(t *testing.T) {
	for name, text := range samples(t, "") {
		t.Run(name, func(t *testing.T) {
			sample := client.ApplyConfigurationFromUnstructured(parse(t, text))
			if err := server(t).Apply(t.Context(), sample, client.FieldOwner("crd-test"), client.DryRunAll); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEveryInvalidSampleIsRefusedWithItsMessage(t *testing.T) {
	for name, text := range samples(t, "invalid") {
		t.Run(name, func(t *testing.T) {
			want := expected(text)
			if len(want) == 0 {
				t.Fatal("the file must begin with a line \"# expect: field: message\"")
			}
			if diff := cmp.Diff(want, create(t, parse(t, text))); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
}
