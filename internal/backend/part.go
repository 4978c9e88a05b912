package backend

import (
	"slices"
	"strings"
)

// parted is a list whose entries have parts, of which those that an entry of the spec does not set are left alone.
type parted interface {
	// Parts lists the parts that an entry sets to something else than the list there has.
	Parts(there any) []string
	// Unsaid lists the parts that entries have and the same entries of a spec do not set. A spec without the list has another
	// field in its place, and sets none.
	Unsaid(spec any) []string
}

// anyEntry stands between a list and a part of its entries in a path.
const anyEntry = "[]."

// IsPart reports whether a path names a part of the entries of a list, as "block.relationships[].condition".
func IsPart(path string) bool { return strings.Contains(path, anyEntry) }

// Parts lists the parts of entries, over the lists of a model, that are set to something else than actual has.
func Parts(model, actual any) []string {
	have := byPath(actual)
	var out []string
	for _, f := range Fields(model) {
		if list, ok := f.value.Interface().(parted); ok {
			out = appendParts(out, f.Path, list.Parts(have[f.Path].held()))
		}
	}
	return out
}

// Unsaid lists the parts that entries of actual have and that the same entries of a model do not set.
func Unsaid(model, actual any) []string {
	want := byPath(model)
	var out []string
	for _, f := range Fields(actual) {
		if list, ok := f.value.Interface().(parted); ok {
			out = appendParts(out, f.Path, list.Unsaid(want[f.Path].held()))
		}
	}
	return out
}

func appendParts(out []string, path string, parts []string) []string {
	slices.Sort(parts)
	for _, part := range slices.Compact(parts) {
		out = append(out, path+anyEntry+part)
	}
	return out
}

// held is the value of a field, nil where it is not set.
func (f Field) held() any {
	if !f.value.IsValid() {
		return nil
	}
	return f.value.Interface()
}
