// Package crd holds the definitions of the kinds, for commands that need no cluster.
package crd

import "embed"

// Bases are the generated CustomResourceDefinitions, a file each in the folder bases.
//
//go:embed bases/*.yaml
var Bases embed.FS
