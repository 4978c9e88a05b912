package backend

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Wait is a state of the remote in which the vendor does not take a field: another field is not as it must be.
type Wait struct {
	// On is the other field, a switch or a word, and Must is what it has to be.
	On, Must string
	// Said: a spec that sets the field to something has to set On, too. Unset, nobody would say whether it is taken.
	Said bool
	// Never: a spec may not set On to anything else beside it. Without that the field waits.
	Never bool
	// Why says, in words for people, what the vendor does.
	Why string
}

// word is what a field says, in the model that is wanted or else in what is there; false where neither tells.
func word(path string, desired, actual map[string]Field) (string, bool) {
	for _, model := range []map[string]Field{desired, actual} {
		if f, ok := model[path]; ok {
			return f.Text(), true
		}
	}
	return "", false
}

// waitsFor are the states in which a field stands that keep the vendor from taking it.
func (c Capabilities) waitsFor(path string, desired, actual map[string]Field) []Wait {
	return slices.DeleteFunc(slices.Clone(c.Waits[path]), func(w Wait) bool {
		now, known := word(w.On, desired, actual)
		return !known || now == w.Must
	})
}

// Untenable returns what a model asks for beside each other that the vendor cannot hold, sorted by path. It is asked of what is
// wanted once what left the spec was taken back.
func (c Capabilities) Untenable(desired any) []Problem {
	set := byPath(desired)
	var problems []Problem
	for path, waits := range c.Waits {
		if set[path].isNone() {
			continue
		}
		for _, w := range waits {
			on, said := set[w.On]
			switch {
			case w.Said && !said:
				problems = append(problems, Problem{Path: path, Message: fmt.Sprintf("needs spec.%s, true or false: %s", w.On, w.Why)})
			case w.Never && said && on.Text() != w.Must:
				problems = append(problems, Problem{Path: path, Message: fmt.Sprintf("cannot be combined with spec.%s: %s: %s", w.On, on.Text(), w.Why)})
			}
		}
	}
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Path+a.Message, b.Path+b.Message) })
	return problems
}

// Waiting lists the fields of a model that differ from what is there and are not written, because the vendor takes them in
// another state only. Each says until when.
func Waiting(desired, actual any, caps Capabilities, mem Memory) []Problem {
	set, have := byPath(desired), byPath(actual)
	held := caps
	held.Waits = nil
	differ := Diff(desired, actual, held, mem)
	var out []Problem
	for _, change := range differ {
		if waits := caps.waitsFor(change.Path, set, have); len(waits) > 0 {
			out = append(out, Problem{Path: change.Path, Message: fmt.Sprintf("waits until spec.%s is %s", waits[0].On, waits[0].Must)})
		}
	}
	return out
}

// Yielding lists the fields that a write of changes takes away from what is there, because it brings the remote into a state in
// which the vendor does not take them.
func Yielding(desired, actual any, changes Changes, caps Capabilities) []string {
	set, have := byPath(desired), byPath(actual)
	var out []string
	for _, path := range slices.Sorted(maps.Keys(caps.Waits)) {
		moved := slices.ContainsFunc(caps.waitsFor(path, set, have), func(w Wait) bool { return changes.Has(w.On) })
		if there, ok := have[path]; ok && moved && !there.isNone() {
			out = append(out, path)
		}
	}
	return out
}

// CopyWaiting takes into a part of what is wanted, a pointer, the fields that wait by what that part writes: what is there and
// wanted of them, so that its driver knows that they are managed.
func CopyWaiting(less, desired, actual any, caps Capabilities) {
	set, wanted, have := byPath(less), byPath(desired), byPath(actual)
	defer trim(less, Open(less, caps.Block))
	for path := range caps.Waits {
		want, there := wanted[path], have[path]
		if _, in := set[path]; in || !want.value.IsValid() || !there.value.IsValid() || len(caps.waitsFor(path, set, nil)) == 0 {
			continue
		}
		value := want.value
		if value.Kind() == reflect.Slice {
			value = both(there.value, want.value)
		}
		if leaf, ok := Leaf(less, path, true); ok {
			leaf.Set(value)
		}
	}
}
