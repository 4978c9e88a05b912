package vendortest

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// RandomSpecs is how random specs of a kind are made: of each field the value that a sample or one
// of its variations has, or none, with texts and lists as people write them.
type RandomSpecs[D backend.Model] struct {
	Sample     D
	Variations map[string]func(*D)
	// Texts are fields in which people write what they like.
	Texts []string
	// Mend turns what was drawn into something that the vendor takes; nil where it takes all.
	Mend func(*D)
}

// Draw makes a spec that capabilities allow.
func (s RandomSpecs[D]) Draw(t *rapid.T, caps backend.Capabilities) D {
	models := []D{s.Sample}
	for _, name := range slices.Sorted(maps.Keys(s.Variations)) {
		model := backendtest.Clone(s.Sample)
		s.Variations[name](&model)
		models = append(models, model)
	}
	out := backend.Empty[D](caps)
	for _, path := range backend.Paths(out) {
		if rapid.IntRange(0, 2).Draw(t, "has "+path) == 0 && !backend.Covers(caps.Required, path) {
			continue
		}
		from := rapid.SampledFrom(models).Draw(t, path)
		if one := backendtest.Only(from, []string{path}); len(backend.Fields(one)) > 0 && len(caps.Check(one)) == 0 {
			out = backendtest.Overlay(out, one)
		}
	}
	out = backendtest.Rewrite(out, func(path string, value any) any {
		return asWritten(t, slices.Contains(s.Texts, path), path, value)
	})
	if s.Mend != nil {
		s.Mend(&out)
	}
	return out
}

// asWritten gives a value the form that people give it: another order, twice the same, spaces
// that mean nothing.
func asWritten(t *rapid.T, free bool, path string, value any) any {
	switch v := value.(type) {
	case *string:
		if free && *v != "" {
			return backend.To(rapid.SampledFrom(spellings(*v)).Draw(t, "spelling of "+path))
		}
	case backend.Set:
		return again(t, path, v)
	case backend.EntitlementSet:
		return again(t, path, v)
	case backend.Owners:
		if len(v) > 1 {
			return append(v[:1:1], again(t, path, v[1:])...)
		}
	}
	return value
}

// spellings are texts that people take for the same, or nearly so.
func spellings(text string) []string {
	return []string{
		text, " " + text, text + "  ", strings.ToUpper(text), strings.ReplaceAll(text, " ", "  "),
		text + ` "é" <b>&amp;</b> 100 %`, text + " – ✓ 日本", text + "\t(again)",
	}
}

// again shuffles a list and repeats one of it.
func again[S ~[]E, E any](t *rapid.T, path string, list S) S {
	if len(list) == 0 {
		return list
	}
	out := rapid.Permutation(list).Draw(t, "order of "+path)
	if rapid.IntRange(0, 3).Draw(t, "repeats one of "+path) == 0 {
		out = append(out, out[0])
	}
	return out
}
