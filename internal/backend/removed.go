package backend

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Fate is what becomes at the vendor of a field that an object wrote and that leaves its spec.
type Fate string

// The fates of a field.
const (
	// FateClosed: it opened access, and goes back to the value that opens nothing.
	FateClosed Fate = "Closed"
	// FateCleared: it goes back to none, and nobody gets or keeps more by that.
	FateCleared Fate = "Cleared"
	// FateHeld: a list. It stays, and nothing is widened before somebody says what is meant.
	FateHeld Fate = "Held"
	// FateLeft: it stays as it is.
	FateLeft Fate = "Left"
	// FateEnds: it steers what is written, and nothing of it is at the vendor.
	FateEnds Fate = "Ends"
)

// Removal says what becomes of one field.
type Removal struct {
	Fate Fate
	// At is the field that is closed in its place, as a rule for its condition; empty: itself.
	At string
	// Value closes or clears; nil empties a text, a list, a map and a switch.
	Value any
	// Instead lists the fields that take this one's place: while the spec sets one of them to something, this one is emptied,
	// and neither closes nor holds anything.
	Instead []string
	// Shared: it is one list at the vendor with those, so that there is nothing to empty.
	Shared bool
	// By lists fields of the spec that say this one, too.
	By []string
	// Empty says what an empty list would mean; empty where the list must not be.
	Empty string
	// Why says, in words for the documentation, why it is this fate.
	Why string
}

// RemovedFrom is what the fields of a block say of themselves by the tag `removed`: Cleared or Left, and after a comma why. Other
// fields and fates need a row of their own.
func RemovedFrom(block Block) map[string]Removal {
	out := map[string]Removal{}
	of := reflect.TypeOf(block).Elem()
	for i := range of.NumField() {
		path, _, _ := strings.Cut(of.Field(i).Tag.Get("field"), ",")
		fate, why, said := strings.Cut(of.Field(i).Tag.Get("removed"), ",")
		if said && !slices.Contains([]Fate{FateCleared, FateLeft}, Fate(fate)) {
			panic(fmt.Sprintf("backend: %s.%s: %q is no fate that a tag can say", of, path, fate))
		}
		if said {
			out[block.BlockName()+"."+path] = Removal{Fate: Fate(fate), Why: why}
		}
	}
	return out
}

// Removed is what becomes of the fields that a spec does not have any more.
type Removed struct {
	// Closing and Clearing were set in the model to what closes and clears them.
	Closing, Clearing []string
	// Held are lists that stay, and hold what widens.
	Held []string
	// Left stay as they are; Kept are those that would not, had the object not asked for it.
	Left, Kept []string
	// Replaced have another field in their place.
	Replaced []string
	// Overruled are fields of the spec that cannot be as it says, for they need what is gone.
	Overruled []string

	puts []put
}

// put is what the step did to one leaf.
type put struct {
	path, at  string
	leaf, old reflect.Value
}

// Keeping says what is not to be touched although it left the spec.
type Keeping struct {
	// All: nothing is.
	All bool
	// Drifted are fields that somebody else had changed and that were left so.
	Drifted []string
}

// Revert is the one step between a spec and what is compared with the vendor: what the object wrote before and its spec does
// not have any more is set in the model, a pointer, to what closes or clears it. It is pure: written
// and the table of the capabilities decide alone. Paths that the model does not know are nobody's.
func Revert(model any, written []string, caps Capabilities, keep Keeping) Removed {
	var r Removed
	defer trim(model, Open(model, caps.Block))
	set := SetPaths(model)
	for _, path := range slices.Sorted(slices.Values(written)) {
		removal, known := caps.Removal(path)
		if !known || IsPart(path) || removal.Fate == FateEnds || slices.Contains(set, path) {
			continue
		}
		switch {
		case removal.Fate == FateLeft:
			r.Left = append(r.Left, path)
		case keep.All, removal.Fate == FateCleared && Covers(keep.Drifted, LeafOf(path)):
			r.Kept = append(r.Kept, path)
		case setsAny(model, removal.Instead):
			r.Replaced = append(r.Replaced, path)
			if !removal.Shared {
				r.put(model, path, path, nil)
			}
		case removal.Fate == FateHeld:
			r.Held = append(r.Held, path)
		case removal.Fate == FateClosed:
			r.Closing = append(r.Closing, path)
			r.close(model, set, path, removal)
		default:
			r.Clearing = append(r.Clearing, path)
			r.put(model, path, path, removal.Value)
		}
	}
	return r
}

// close sets what closes a field. Where that is another field of the spec, it cannot be as the spec says.
func (r *Removed) close(model any, set []string, path string, removal Removal) {
	at := removal.At
	if at == "" {
		at = path
	}
	before := hashOfLeaf(model, at)
	r.put(model, path, at, removal.Value)
	if slices.Contains(set, at) && before != hashOfLeaf(model, at) {
		r.Overruled = append(r.Overruled, at)
	}
}

// put sets the field at a path in the place of one that was removed.
func (r *Removed) put(model any, path, at string, value any) {
	target, ok := Leaf(model, LeafOf(at), true)
	if !ok {
		return
	}
	old := reflect.New(target.Type()).Elem()
	old.Set(target)
	r.puts = append(r.puts, put{path, at, target, old})
	switch key, isKey := keyOf(at); {
	case isKey:
		pairs := maps.Clone(target.Interface().(Pairs))
		if pairs == nil {
			pairs = Pairs{}
		}
		pairs[key] = ""
		target.Set(reflect.ValueOf(pairs))
	case target.Kind() == reflect.Pointer:
		next := reflect.New(target.Type().Elem())
		if value != nil {
			next.Elem().Set(reflect.ValueOf(value))
		}
		target.Set(next)
	case target.Kind() == reflect.Map:
		target.Set(reflect.MakeMap(target.Type()))
	case target.Kind() == reflect.Slice:
		target.Set(reflect.MakeSlice(target.Type(), 0, 0))
	}
}

// Writes lists the fields that the step wants written, each by way of its At.
func (r Removed) Writes() []string { return slices.Concat(r.Closing, r.Clearing, r.Replaced) }

// Any reports whether anything left the spec.
func (r Removed) Any() bool { return len(r.Writes())+len(r.Held)+len(r.Left)+len(r.Kept) > 0 }

// At is the leaf of the model that closes or clears a path.
func (r Removed) At(path string) string {
	for _, p := range r.puts {
		if p.path == path {
			return LeafOf(p.at)
		}
	}
	return LeafOf(path)
}

// Drop takes back what the step says of some leaves, as of those that take no edits any more, and returns what it was about.
func (r *Removed) Drop(leaf func(path string) bool) (dropped []string) {
	gone := map[string]bool{}
	for _, path := range slices.Concat(r.Writes(), r.Held, r.Left, r.Kept) {
		if leaf(r.At(path)) {
			gone[path] = true
			dropped = append(dropped, path)
		}
	}
	for _, p := range slices.Backward(r.puts) {
		if gone[p.path] {
			p.leaf.Set(p.old)
		}
	}
	r.Overruled = slices.DeleteFunc(r.Overruled, leaf)
	r.puts = slices.DeleteFunc(r.puts, func(p put) bool { return gone[p.path] })
	for _, list := range []*[]string{&r.Closing, &r.Clearing, &r.Replaced, &r.Held, &r.Left, &r.Kept} {
		*list = slices.DeleteFunc(*list, func(path string) bool { return gone[path] })
	}
	return dropped
}

// Done lists of the fields that are to be written those that do not differ any more.
func (r Removed) Done(changes Changes) []string {
	return slices.DeleteFunc(r.Writes(), func(path string) bool { return changes.Has(r.At(path)) })
}

// Removal is what becomes of the field at a path; false where nothing is known of it, or it takes no edits.
func (c Capabilities) Removal(path string) (Removal, bool) {
	row, ok := c.Removed[LeafOf(path)]
	return row, ok && !Covers(c.CreateOnly, path) && !c.carries(path)
}

// Harmless reports whether a change of a field gives and takes no access, as of a text, a label or the name.
func (c Capabilities) Harmless(path string) bool {
	row, ok := c.Removal(path)
	_, counts := c.Narrows[LeafOf(path)]
	return ok && !counts && (row.Fate == FateCleared || path == "displayName")
}

// SetPaths lists the leaves of a model that are set, and of maps that are managed by key each key.
func SetPaths(model any) []string {
	var out []string
	for _, f := range Fields(model) {
		if f.Parameter {
			continue
		}
		pairs, byKey := f.value.Interface().(Pairs)
		if !byKey {
			out = append(out, f.Path)
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(pairs)) {
			out = append(out, keyed(f.Path, key))
		}
	}
	return out
}

// Wrote lists, of the fields that are set in a model, those that a write of changes gives another value than there is: what an
// object has to remember. What goes along in the write is not among them.
func Wrote(model, actual any, changes Changes, caps Capabilities) []string {
	have := byPath(actual)
	var out []string
	for _, path := range SetPaths(model) {
		leaf := LeafOf(path)
		if row, known := caps.Removal(path); !known || row.Fate == FateEnds || !changes.Has(leaf) {
			continue
		}
		if key, isKey := keyOf(path); isKey {
			if want := byPath(model)[leaf].pairs(); want[key] == have[leaf].pairs()[key] {
				continue
			}
		}
		out = append(out, path)
	}
	for _, part := range Parts(model, actual) {
		if changes.Has(LeafOf(part)) {
			out = append(out, part)
		}
	}
	return out
}

// pairs are the pairs of a map that is managed by key, none of anything else.
func (f Field) pairs() Pairs {
	if !f.value.IsValid() {
		return nil
	}
	pairs, _ := f.value.Interface().(Pairs)
	return pairs
}

// setsAny reports whether the spec sets one of the fields to something.
func setsAny(model any, paths []string) bool {
	return slices.ContainsFunc(Fields(model), func(f Field) bool { return slices.Contains(paths, f.Path) && !f.Zero() })
}

// hashOfLeaf is the hash of a leaf that is set, else empty.
func hashOfLeaf(model any, path string) string { return byPath(model)[path].hashed() }

// SameLeaf reports whether two models hold the same at a path.
func SameLeaf(a, b any, path string) bool { return hashOfLeaf(a, path) == hashOfLeaf(b, path) }

func (f Field) hashed() string {
	if !f.value.IsValid() {
		return ""
	}
	return f.Hash()
}

// keyed names a key of a map.
func keyed(path, key string) string { return fmt.Sprintf("%s[%s]", path, key) }

// LeafOf is the path of the leaf that a key or an item belongs to.
func LeafOf(path string) string {
	leaf, _, _ := strings.Cut(path, "[")
	return leaf
}

func keyOf(path string) (key string, ok bool) {
	_, key, ok = strings.Cut(path, "[")
	return strings.TrimSuffix(key, "]"), ok
}

// SetLeaf sets the leaf of a model, a pointer, at a path to a value.
func SetLeaf(model any, caps Capabilities, path string, value any) {
	var r Removed
	Open(model, caps.Block)
	r.put(model, path, path, value)
}

// CopyLeaf sets the leaf of a model, a pointer, at a path to what from has there.
func CopyLeaf(model, from any, path string) {
	source, ok := Leaf(from, path, false)
	if ok {
		Open(model, BlockOf(from))
	}
	if target, known := Leaf(model, path, true); ok && known && source.IsValid() {
		target.Set(source)
	}
}

// IsNone reports whether a model holds nothing at a path.
func IsNone(model any, path string) bool { return byPath(model)[path].isNone() }

func (f Field) isNone() bool { return !f.value.IsValid() || f.Zero() }

// Items counts the items of the list at a path.
func Items(model any, path string) int {
	if f := byPath(model)[path]; f.value.IsValid() {
		return f.Len()
	}
	return 0
}
