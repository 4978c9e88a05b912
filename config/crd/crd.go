// Package crd holds the definitions of the kinds, for commands that need no cluster.
package crd

import (
	"embed"
	"fmt"
	"io/fs"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// Bases are the generated CustomResourceDefinitions, a file each in the folder bases.
//
//go:embed bases/*.yaml
var Bases embed.FS

// Definitions are those of the kinds of this version, each read anew.
func Definitions() (out []*apiextensionsv1.CustomResourceDefinition, err error) {
	files, err := fs.Glob(Bases, "bases/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		text, err := Bases.ReadFile(file)
		if err != nil {
			return nil, err
		}
		definition := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(text, definition); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, definition)
	}
	return out, nil
}
