package backend

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Difference says to people what becomes of one field.
type Difference struct {
	Path string
	// Text is the value before and after, or what a list gains (+) and loses (−). It is empty where that cannot be said in
	// a few words.
	Text string
}

// String is the field, and what becomes of it where that is known.
func (d Difference) String() string {
	if d.Text == "" {
		return d.Path
	}
	return d.Path + ": " + d.Text
}

const (
	// longestWord is how many characters of a text are shown.
	longestWord = 64
	// mostMembers is how many members a list is shown to gain, and to lose.
	mostMembers = 16
)

// Differences says of the changes what each takes the field from and to. name is the name of what an id means, empty
// where it is not known or not to be told. An entitlement, whose id another one of another app may have, is asked for by
// its InApp first.
func Differences(after, before any, changes Changes, name func(id string) string) []Difference {
	want, have := byPath(after), byPath(before)
	out := make([]Difference, len(changes))
	for i, c := range changes {
		out[i] = Difference{Path: c.Path}
		if w, ok := want[c.Path]; ok {
			out[i].Text = difference(w, have[c.Path], name)
		}
	}
	return out
}

func difference(want, have Field, name func(string) string) string {
	w, h := told(want, name), told(have, name)
	switch {
	case w == nil:
		return ""
	case w.list:
		var gains, loses []string
		for i := range w.words {
			if h == nil || !h.has(w.key(i)) {
				gains = append(gains, "+"+w.beside(i, h))
			}
		}
		if h != nil {
			for i := range h.words {
				if !w.has(h.key(i)) && !w.partial {
					loses = append(loses, "−"+h.beside(i, w))
				}
			}
		}
		slices.Sort(gains) // A vendor may answer in any order.
		slices.Sort(loses)
		return strings.Join(append(most(gains), most(loses)...), ", ")
	case h == nil || len(h.words) == 0:
		return nothing + " → " + w.words[0]
	}
	return h.words[0] + " → " + w.words[0]
}

// most keeps the first members, and says how many more there are.
func most(members []string) []string {
	if more := len(members) - mostMembers; more > 0 {
		sign := members[0][:strings.IndexFunc(members[0], func(r rune) bool { return r != '+' && r != '−' })]
		return append(members[:mostMembers:mostMembers], fmt.Sprintf("%s%d more", sign, more))
	}
	return members
}

// nothing is the word for a value that is not there.
const nothing = "none"

// words are a value in a form for people.
type words struct {
	list bool
	// partial: what is not among the words of what is wanted may well be there.
	partial bool
	words   []string
	// keys distinguish members of which the words do not; none where the words do.
	keys []string
}

func (w *words) key(i int) string {
	if w.keys == nil {
		return w.words[i]
	}
	return w.keys[i]
}

func (w *words) has(key string) bool {
	for i := range w.words {
		if w.key(i) == key {
			return true
		}
	}
	return false
}

// beside is a member in words, or its key where the other side calls another one so.
func (w *words) beside(i int, other *words) string {
	if other != nil && w.keys != nil && slices.Contains(other.words, w.words[i]) {
		return clipped(w.keys[i])
	}
	return w.words[i]
}

// told puts a value into words, nil for one that is not set or is a whole document.
func told(f Field, name func(string) string) *words {
	if !f.value.IsValid() {
		return nil
	}
	one := func(word string) *words { return &words{words: []string{word}} }
	many := func(ids []string) *words {
		out := &words{list: true}
		for _, id := range ids {
			out.words = append(out.words, named(id, name))
		}
		return out
	}
	switch v := f.value.Interface().(type) {
	case *string:
		if *v == "" {
			return one(nothing)
		}
		if label := name(*v); label != "" {
			return one(named(*v, name))
		}
		return one(quoted(*v))
	case *bool:
		return one(strconv.FormatBool(*v))
	case *int64:
		return one(strconv.FormatInt(*v, 10))
	case *Duration, *Instant:
		return one(strings.Trim(string(f.canonical()), `"`))
	case Set:
		return many(v)
	case Owners:
		return many(v)
	case EntitlementSet:
		out := &words{list: true}
		for _, e := range v {
			label := name(e.InApp())
			out.words = append(out.words, named(e.ID, func(id string) string {
				if label == "" {
					return name(id)
				}
				return label
			}))
			out.keys = append(out.keys, e.InApp())
		}
		return out
	case ResourceTypeSet:
		ids := make([]string, len(v))
		for i, t := range v {
			ids[i] = t.ResourceTypeID
		}
		return many(ids)
	case interface{ IDs() []string }:
		return many(v.IDs())
	case interface{ Word() string }:
		return one(cmp.Or(v.Word(), nothing))
	case Pairs:
		out := &words{list: true, partial: true}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out.words = append(out.words, clipped(key)+"="+quoted(v[key]))
		}
		return out
	}
	return nil
}

// named is an id, with the name of what it means.
func named(id string, name func(string) string) string {
	if label := name(id); label != "" {
		return clipped(id) + " (" + clipped(label) + ")"
	}
	return clipped(id)
}

func quoted(text string) string { return strconv.Quote(clipped(text)) }

// clipped is the beginning of a text.
func clipped(text string) string {
	if runes := []rune(text); len(runes) > longestWord {
		return string(runes[:longestWord-1]) + "…"
	}
	return text
}
