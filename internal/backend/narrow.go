package backend

import (
	"reflect"
	"slices"
)

// Narrowing says when a change of a field can only take access away.
type Narrowing struct {
	// Open are the values, as words, that give access. To leave one of them for one that is not among
	// them narrows; between two of them, or two others, nothing is said.
	Open []string
	// Ranked are all values, as words, from what gives most to what gives least: each step down narrows.
	Ranked []string
	// Fewer: each item of the list gives access, so that fewer are less.
	Fewer bool
	// NoneIsAll: without an item everybody is meant, or the vendor refuses it. The last one is never taken out, and the
	// first ones take everybody else's access.
	NoneIsAll bool
	// LastStays: the vendor wants one item, or wants one in some states of the remote. The last one is never taken out.
	LastStays bool
	// Beside are further fields whose items end up in this list.
	Beside []string
}

// Narrowable returns the part of desired that may narrow access: the fields of the table that are set and of which
// nothing is unknown. Everything else is unset. Whether it does is known once the remote was seen, see Narrowed.
func Narrowable[D any](desired D, caps Capabilities, unknown ...string) D {
	var out D
	opened := Open(&out, BlockOf(desired))
	for _, f := range Fields(&desired) {
		n, ok := caps.Narrows[f.Path]
		if !ok || f.Parameter || touched(append([]string{f.Path}, n.Beside...), unknown) {
			continue
		}
		leafAt(reflect.ValueOf(&out).Elem(), f.Path).Set(f.value)
	}
	trim(&out, opened)
	return out
}

// Narrowed returns the part of desired that only narrows access against what is there: a switch that goes off, a list
// of which items are taken out and to which none is added. Everything else is unset, and so is what was not read.
// unknown are fields, or items of lists, whose value is not known: a list that has one stays whole, since what is to be
// taken out may be what is meant there.
func Narrowed[D any](desired, actual D, caps Capabilities, unknown ...string) D {
	var out D
	opened := Open(&out, BlockOf(desired))
	have := byPath(&actual)
	for _, f := range Fields(Narrowable(desired, caps, unknown...)) {
		there, read := have[f.Path]
		if !read {
			continue
		}
		if value, ok := caps.Narrows[f.Path].of(f, there); ok {
			leafAt(reflect.ValueOf(&out).Elem(), f.Path).Set(value)
		}
	}
	CopyWaiting(&out, Narrowable(desired, caps, unknown...), actual, caps)
	trim(&out, opened)
	return out
}

// of is what is to be written of want over there, if that narrows.
func (n Narrowing) of(want, there Field) (reflect.Value, bool) {
	if len(n.Ranked) > 0 {
		from := slices.Index(n.Ranked, there.Text())
		return want.value, from >= 0 && slices.Index(n.Ranked, want.Text()) > from
	}
	if !n.Fewer {
		return want.value, slices.Contains(n.Open, there.Text()) && !slices.Contains(n.Open, want.Text())
	}
	if n.NoneIsAll && there.Len() == 0 {
		return want.value, want.Len() > 0
	}
	kept := both(there.value, want.value)
	return kept, kept.Len() < there.Len() && (kept.Len() > 0 || !n.NoneIsAll && !n.LastStays)
}

// both are the items of there that are in want, too: never nil, since an empty list is written.
func both(there, want reflect.Value) reflect.Value {
	wanted := map[any]bool{}
	for i := range want.Len() {
		wanted[identity(want.Index(i))] = true
	}
	out := reflect.MakeSlice(there.Type(), 0, there.Len())
	for i := range there.Len() {
		if item := there.Index(i); wanted[identity(item)] {
			out = reflect.Append(out, bare(item))
		}
	}
	return out
}

// identity tells the items of a list apart.
func identity(item reflect.Value) any {
	if keyed, ok := item.Interface().(interface{ Key() string }); ok {
		return keyed.Key()
	}
	return item.Interface()
}

// bare is an item without what is beside its identity, which then stays as it is.
func bare(item reflect.Value) reflect.Value {
	if entry, ok := item.Interface().(interface{ Bare() any }); ok {
		return reflect.ValueOf(entry.Bare())
	}
	return item
}

// touched reports whether one of paths, or something below it, is unknown, or stands below something that is.
func touched(paths, unknown []string) bool {
	return slices.ContainsFunc(unknown, func(u string) bool {
		return Covers(paths, u) || slices.ContainsFunc(paths, func(p string) bool { return Covers([]string{u}, p) })
	})
}
