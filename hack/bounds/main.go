// Command bounds writes what the definitions say of each kind's status, without their prose, for
// package internal/bounds.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"github.com/governance-operator/governance-operator/internal/bounds"
)

const (
	from = "config/crd/bases/*.yaml"
	to   = "internal/bounds/status.json"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bounds:", err)
		os.Exit(1)
	}
}

func run() error {
	paths, err := filepath.Glob(from)
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("%s: %d files, %w", from, len(paths), err)
	}
	out := map[string]*bounds.Schema{}
	for _, path := range paths {
		kind, status, err := read(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		out[kind] = status
	}
	text, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(to, append(text, '\n'), 0o644) //nolint:gosec // A file of the repository.
}

// read returns the kind of a definition and the schema of its status.
func read(path string) (string, *bounds.Schema, error) {
	text, err := os.ReadFile(path) //nolint:gosec // One of the repository's own.
	if err != nil {
		return "", nil, err
	}
	var crd struct {
		Spec struct {
			Names    struct{ Kind string }
			Versions []struct {
				Schema struct {
					OpenAPIV3Schema bounds.Schema `json:"openAPIV3Schema"`
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &crd); err != nil {
		return "", nil, err
	}
	if len(crd.Spec.Versions) != 1 {
		return "", nil, fmt.Errorf("%d versions, and one is expected", len(crd.Spec.Versions))
	}
	status := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"]
	if status == nil {
		return "", nil, fmt.Errorf("no status")
	}
	return crd.Spec.Names.Kind, status, nil
}
