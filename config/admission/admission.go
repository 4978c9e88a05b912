// Package admission holds the admission policies, for commands that need no cluster.
package admission

import "embed"

// Policies are the ValidatingAdmissionPolicies with their bindings, a file each.
//
//go:embed *_*.yaml
var Policies embed.FS
