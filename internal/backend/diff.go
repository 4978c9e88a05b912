package backend

import (
	"encoding/json"
	"slices"
	"strings"
)

// Change is one field that differs.
type Change struct{ Path string }

// Changes are the fields that differ, in the order of the model.
type Changes []Change

// Has reports whether path itself, or something below it, changed.
func (c Changes) Has(path string) bool {
	return slices.ContainsFunc(c, func(ch Change) bool { return Covers([]string{path}, ch.Path) })
}

// Any reports whether any of paths changed.
func (c Changes) Any(paths ...string) bool { return slices.ContainsFunc(paths, c.Has) }

// Paths lists the paths.
func (c Changes) Paths() []string {
	out := make([]string, len(c))
	for i, ch := range c {
		out[i] = ch.Path
	}
	return out
}

// Unwritable reports whether there are changes and each one is of a read-only field.
func (c Changes) Unwritable(readOnly []string) bool {
	return len(c) > 0 && !slices.ContainsFunc(c, func(ch Change) bool { return !Covers(readOnly, ch.Path) })
}

// Without returns the changes whose fields are not in readOnly.
func (c Changes) Without(readOnly []string) Changes {
	return slices.DeleteFunc(slices.Clone(c), func(ch Change) bool { return Covers(readOnly, ch.Path) })
}

// PathMark is the change that stands for a mark in prose that is gone.
const PathMark = "mark"

// PathRetired is the only change of an Update that takes a remote out of service.
const PathRetired = "retired"

// Memory is what an object remembers of its earlier writes.
type Memory struct {
	// Applied holds, by path, the hash of a write-only field as last applied.
	Applied map[string]string
	// Echoes holds, by path, what the server made of a value.
	Echoes map[string]Echo
}

// Echo is a value as sent and as it came back, as hashes.
type Echo struct{ Sent, Seen string }

// Diff returns the set fields of desired that actual does not have. A field the
// user did not set is never compared; parameters never are; write-only fields are
// compared with what was last applied, create-only ones among them only where that is known.
func Diff(desired, actual any, caps Capabilities, mem Memory) Changes {
	have := byPath(actual)
	var changes Changes
	for _, want := range Fields(desired) {
		if want.Parameter || caps.carries(want.Path) {
			continue
		}
		if Covers(caps.WriteOnly, want.Path) {
			applied, known := mem.Applied[want.Path]
			if applied != want.Hash() && (known || !Covers(caps.CreateOnly, want.Path)) {
				changes = append(changes, Change{want.Path})
			}
			continue
		}
		w, h := hashes(want, have[want.Path])
		if w == h || len(caps.Waits[want.Path]) > 0 && !want.isNone() && len(caps.waitsFor(want.Path, byPath(desired), have)) > 0 {
			continue
		}
		if echo, ok := mem.Echoes[want.Path]; ok && echo == (Echo{w, h}) {
			continue
		}
		changes = append(changes, Change{want.Path})
	}
	return changes
}

// partial is a value of which only what is set counts: it says what of the two is to be compared.
type partial interface {
	Compared(actual any) (want, have any)
}

// hashes compares like with like.
func hashes(want, have Field) (w, h string) {
	if p, ok := want.value.Interface().(partial); ok {
		var actual any
		if have.value.IsValid() {
			actual = have.value.Interface()
		}
		wp, hp := p.Compared(actual)
		return hashJSON(wp), hashJSON(hp)
	}
	return want.Hash(), have.Hash()
}

func hashJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("backend: " + err.Error())
	}
	return hashOf(raw)
}

func byPath(model any) map[string]Field {
	out := map[string]Field{}
	for _, f := range Fields(model) {
		out[f.Path] = f
	}
	return out
}

// Applied returns the hashes of the write-only fields of desired that are among paths.
func Applied(desired any, caps Capabilities, paths []string) map[string]string {
	out := map[string]string{}
	for _, f := range Fields(desired) {
		if Covers(caps.WriteOnly, f.Path) && !f.Parameter && slices.Contains(paths, f.Path) {
			out[f.Path] = f.Hash()
		}
	}
	return out
}

// Echoes returns, for the fields among sent that came back otherwise, what the
// server made of them, so that it is not taken for a difference the next time. It
// counts only where the server kept the meaning: a text that was trimmed, folded
// or recased, or a document that holds everything sent and some defaults more.
func Echoes(desired, actual any, caps Capabilities, sent []string) map[string]Echo {
	have := byPath(actual)
	out := map[string]Echo{}
	for _, want := range Fields(desired) {
		if want.Parameter || !slices.Contains(sent, want.Path) || Covers(caps.WriteOnly, want.Path) || caps.Settling[want.Path] > 0 {
			continue // What is shown late comes back as it was before.
		}
		got := have[want.Path]
		w, h := hashes(want, got)
		if w != h && sameMeaning(want.canonical(), got.canonical()) {
			out[want.Path] = Echo{Sent: w, Seen: h}
		}
	}
	return out
}

// folded is a text with one blank wherever it has some.
func folded(text string) string { return strings.Join(strings.Fields(text), " ") }

func sameMeaning(sent, seen []byte) bool {
	var s, g any
	if json.Unmarshal(sent, &s) != nil || json.Unmarshal(seen, &g) != nil {
		return false
	}
	if _, ok := s.([]any); ok {
		return false // A list that came back shorter or longer is a difference.
	}
	return contains(g, s)
}

// contains reports whether got has everything that sent has, texts compared folded.
func contains(got, sent any) bool {
	switch s := sent.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range s {
			if gv, ok := g[k]; !ok || !contains(gv, v) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(s) {
			return false
		}
		for i := range s {
			if !contains(g[i], s[i]) {
				return false
			}
		}
		return true
	case string:
		g, ok := got.(string)
		return ok && (strings.EqualFold(folded(s), folded(g)) || strings.EqualFold(folded(unwrapped(s)), folded(unwrapped(g))))
	default:
		return got == sent
	}
}
