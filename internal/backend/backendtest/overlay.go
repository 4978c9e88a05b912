package backendtest

import "github.com/governance-operator/governance-operator/internal/backend"

// Overlay returns a copy of under in which what over sets is as over has it: a remote that
// was as under says, after it was updated to over.
func Overlay[D backend.Model](under, over D) D {
	out := Clone(under)
	for _, f := range backend.Fields(over) {
		copyLeaf(&out, over, f.Path)
	}
	return out
}
