package backend

import (
	"reflect"
	"slices"
	"strings"
)

// Write is a write as a driver is asked for it.
type Write[D any] struct {
	// Verb is VerbCreate, VerbUpdate or VerbDelete; or VerbObserve, of which a forecast has the calls alone.
	Verb string
	// Ref is that of a create or of an observation by id.
	Ref Ref
	// Seen is the remote that is updated or deleted.
	Seen    Observation[D]
	Desired D
	Changes Changes
}

// Forecast is what a write would do.
type Forecast[D any] struct {
	// After is what an observation shows then, of the fields that are written. Of a create it has no ID.
	After Observation[D]
	// Calls is how many calls it takes, with the reads that it needs, as far as can be known before: at most a few are not made.
	Calls int
}

// Created is the model of a remote that was just created: what was desired, without the fields that the create leaves to an
// update. One of those stays where it is what the vendor has in it anyway.
func Created[D any](desired D, caps Capabilities, later ...string) D {
	out := Copy(desired)
	for _, f := range Fields(&out) {
		asShown(f.value)
		if Covers(later, f.Path) && !f.Empty() && caps.Usual[f.Path] != string(f.canonical()) {
			f.value.SetZero()
		}
	}
	return out
}

// Foreseen is what a write leaves where nothing but what is asked for happens: of a create all that is desired but later, of an
// update the changes, of a deletion nothing.
func Foreseen[D any](w Write[D], caps Capabilities, later ...string) Observation[D] {
	switch w.Verb {
	case VerbCreate:
		return Observation[D]{Exists: true, ParentID: w.Ref.ParentID, Mark: w.Ref.Mark, Phase: PhaseLive, Actual: Created(w.Desired, caps, later...)}
	case VerbUpdate:
		after := w.Seen
		after.Actual = Copy(w.Seen.Actual)
		for _, c := range w.Changes {
			switch c.Path {
			case PathMark:
				after.MarkIncomplete = false
			case PathRetired:
				after.Retired = true
			default:
				CopyLeaf(&after.Actual, w.Desired, c.Path)
				if leaf, ok := Leaf(&after.Actual, c.Path, false); ok && leaf.IsValid() {
					asShown(leaf)
				}
			}
		}
		return after
	}
	return Observation[D]{ParentID: w.Seen.ParentID, ID: w.Seen.ID}
}

// Looked is the forecast of an observation.
func Looked[D any](calls int) Forecast[D] { return Forecast[D]{Calls: calls} }

// asShown turns what is desired into what shows of it, where a spec can say of a part that it is to be nothing.
func asShown(leaf reflect.Value) {
	p, ok := leaf.Interface().(partial)
	if !ok || leaf.IsNil() {
		return
	}
	want, have := p.Compared(leaf.Interface())
	if shown := reflect.ValueOf(want); shown.IsValid() && shown.Type() == leaf.Type() && hashJSON(want) != hashJSON(have) {
		leaf.Set(shown)
	}
}

// Copy is a model of which fields can be set without another one changing. The values of its fields are shared.
func Copy[D any](model D) D {
	out := model
	detach(reflect.ValueOf(&out).Elem())
	return out
}

// detach gives a struct copies of its own of the structs below it.
func detach(v reflect.Value) {
	for i := range v.NumField() {
		tag, ok := v.Type().Field(i).Tag.Lookup("field")
		if !ok {
			continue
		}
		field := v.Field(i)
		switch _, option, _ := strings.Cut(tag, ","); {
		case option == "block" && !field.IsNil():
			inner := reflect.New(field.Elem().Elem().Type())
			inner.Elem().Set(field.Elem().Elem())
			detach(inner.Elem())
			field.Set(inner)
		case option == "nested" && !field.IsNil():
			inner := reflect.New(field.Type().Elem())
			inner.Elem().Set(field.Elem())
			detach(inner.Elem())
			field.Set(inner)
		}
	}
}

// Chunks is how many calls it takes to send n items, so many in each.
func Chunks(n, size int) int { return (n + size - 1) / size }

// Widening is whether a change of a field gives somebody more than there was.
type Widening string

// Whether a change widens access.
const (
	WidensNot     Widening = ""
	WidensPerhaps Widening = "perhaps" // who is meant changes, or nothing is declared of the field
	Widens        Widening = "yes"
)

// Widens reports how access is wider with a field as it is in after than as it is in before.
func (c Capabilities) Widens(after, before any, path string) Widening {
	if path == PathMark || path == PathRetired || c.Harmless(path) {
		return WidensNot
	}
	want, have := byPath(after)[path], byPath(before)[path]
	n, declared := c.Narrows[LeafOf(path)]
	if !declared {
		if want.isNone() && have.isNone() || want.hashed() == have.hashed() {
			return WidensNot
		}
		return WidensPerhaps // Without it, too: a policy that goes may have been what kept people out.
	}
	return n.widens(want, have)
}

// widens says of a field that lets people in whether it does for more.
func (n Narrowing) widens(want, have Field) Widening {
	gives := false
	switch {
	case len(n.Ranked) > 0:
		from, to := slices.Index(n.Ranked, have.word()), slices.Index(n.Ranked, want.word())
		if from < 0 && have.value.IsValid() && !have.Zero() || to < 0 {
			return WidensPerhaps
		}
		gives = from < 0 && to < len(n.Ranked)-1 || to < from
	case !n.Fewer:
		from, to := slices.Contains(n.Open, have.word()), slices.Contains(n.Open, want.word())
		if from && to && have.word() != want.word() {
			return WidensPerhaps
		}
		gives = to && !from
	case n.NoneIsAll && want.items() == 0:
		gives = have.items() > 0
	case n.NoneIsAll && have.items() == 0 && have.value.IsValid():
	default:
		gives = want.value.IsValid() && want.items() > 0 && (have.items() == 0 || both(want.value, have.value).Len() < distinct(want.value))
	}
	switch {
	case gives:
		return Widens
	case n.Fewer && want.items() > 0 && n.rewords(want, have):
		return WidensPerhaps
	}
	return WidensNot
}

// rewords reports whether an item that stays has something else beside its identity, as a relationship another role.
func (n Narrowing) rewords(want, have Field) bool {
	if have.items() == 0 {
		return false
	}
	before := map[any]string{}
	for i := range have.value.Len() {
		before[identity(have.value.Index(i))] = hashJSON(have.value.Index(i).Interface())
	}
	for i := range want.value.Len() {
		item := want.value.Index(i)
		if hash, stays := before[identity(item)]; stays && hash != hashJSON(item.Interface()) {
			return true
		}
	}
	return false
}

// word is Text, empty where nothing is set.
func (f Field) word() string {
	if !f.value.IsValid() {
		return ""
	}
	return f.Text()
}

// items is Len, zero where nothing is set.
func (f Field) items() int {
	if !f.value.IsValid() {
		return 0
	}
	return f.Len()
}

// distinct counts the items of a list that differ.
func distinct(list reflect.Value) int {
	seen := map[any]bool{}
	for i := range list.Len() {
		seen[identity(list.Index(i))] = true
	}
	return len(seen)
}
