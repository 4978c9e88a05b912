package sailpoint

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// operation is one step of a JSON Patch. An interface is empty only when it is nil, so
// that false and [] are sent.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// patch is a JSON Patch: one unit, of which all or nothing is done (docs/vendors/sailpoint-api.md#json-patch).
type patch []operation

// set writes a member. One that reads null counts as missing, and only add sets it.
func (p *patch) set(path string, live bool, value any) {
	op := "add"
	if live {
		op = "replace"
	}
	*p = append(*p, operation{op, path, value})
}

// clear takes a member away, if there is one: removing what is missing fails.
func (p *patch) clear(path string, live bool) {
	if live {
		*p = append(*p, operation{Op: "remove", Path: path})
	}
}

// text writes a text; an empty one is cleared.
func (p *patch) text(path string, live bool, value string) {
	if value == "" {
		p.clear(path, live)
		return
	}
	p.set(path, live, value)
}

// take writes plain fields that changed, of those paths.
func take[W any, M backend.Model](ops *patch, codec *plain.Codec[W, M], live *W, desired *M, changes backend.Changes, paths ...string) {
	for _, v := range codec.Encode(desired, func(path string) bool { return slices.Contains(paths, path) && changes.Has(path) }) {
		ops.set("/"+v.Name, codec.Shows(live, v), v.Value)
	}
}

// members is a block of settings as the vendor shows it. It is written whole, so that
// members which nobody manages, or which are newer than this code, are kept as raw text.
type members map[string]json.RawMessage

// with returns what to write: the live members, and over them those of changed. A value
// of nil takes a member away; one that is null is left out, which means the same (docs/vendors/sailpoint-api.md#json).
func (m members) with(changed map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range m {
		if string(value) != "null" {
			out[key] = value
		}
	}
	maps.Copy(out, changed)
	maps.DeleteFunc(out, func(_ string, value any) bool { return value == nil })
	return out
}
