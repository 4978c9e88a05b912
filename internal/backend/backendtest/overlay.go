package backendtest

import (
	"reflect"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Overlay returns a copy of under in which what over sets is as over has it: a remote that
// was as under says, after it was updated to over.
func Overlay[D backend.Model](under, over D) D {
	out := Clone(under)
	for _, f := range backend.Fields(over) {
		copyLeaf(&out, over, f.Path)
	}
	return out
}

// Rewrite returns a copy of model in which each field that is set is what change makes of it:
// a value of the same type.
func Rewrite[D any](model D, change func(path string, value any) any) D {
	out := Clone(model)
	for _, f := range backend.Fields(out) {
		if v, ok := backend.Leaf(&out, f.Path, false); ok && v.IsValid() {
			v.Set(reflect.ValueOf(change(f.Path, v.Interface())))
		}
	}
	return out
}
