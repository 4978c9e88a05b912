package backend

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Listed is a thing at the vendor, with every name that it answers to.
type Listed struct {
	Match
	Names []string
}

// AnswersTo reports whether a name means the thing. Addresses of people do not distinguish case.
func (l Listed) AnswersTo(q Name) bool {
	return slices.ContainsFunc(l.Names, func(name string) bool {
		return name == q.Name || q.Kind == NameUser && strings.EqualFold(name, q.Name)
	})
}

// Among returns what a name means among everything that there is.
func (n Name) Among(all []Listed) []Match {
	var out []Match
	for _, l := range all {
		if l.AnswersTo(n) && !slices.ContainsFunc(out, func(m Match) bool { return m.ID == l.ID }) {
			out = append(out, l.Match)
		}
	}
	return out
}

// Place is where the name counts: the question without the name.
func (n Name) Place() Name {
	n.Name = ""
	return n
}

// Answer is what a name means at the vendor.
type Answer struct {
	Matches []Match
	// Err wraps ErrNoNames where the vendor cannot look such names up.
	Err error
}

// Directory says what names mean at one tenant, shared by all who ask.
type Directory interface {
	// Find answers every name. No answer is of before notBefore, save that there is no such thing:
	// that may be half a minute older. An error is that of a call: nothing is known then.
	Find(ctx context.Context, names []Name, notBefore time.Time) (map[Name]Answer, error)
	// Gone reports whether the thing that had this id in the name's place is there no more, by two
	// witnesses: its own read, and a whole list of the place that holds other things. An error means
	// that nobody can tell, as where a credential sees nothing at all. The list is not of before
	// notBefore: who asks about many things shares one list, by the time when the first was asked about.
	Gone(ctx context.Context, q Name, id string, notBefore time.Time) (bool, error)
}

var (
	// ErrLongList is what Tenant.List returns where looking the names up one by one is cheaper.
	ErrLongList = errors.New("the list takes more calls than the names that are sought")
	// ErrNoWitness is the error of a vendor that has no second way to answer whether a thing is there.
	ErrNoWitness = errors.New("the vendor cannot show whether it exists")
)

// ListBudget ends a list that costs more calls than what it is to replace.
type ListBudget struct {
	// Sought is how many names the list is to answer, zero for a list at any price; PerName is what
	// one costs to look up, and PageSize how many rows come with a call.
	Sought, PerName, PageSize int

	rows, kept int
}

// What is kept of names is bounded: a server that never ends, or gives names of mebibytes, must not fill the memory of all.
const (
	// mostKept is how many bytes of names are kept of one list: some thirty thousand things.
	mostKept = 4 << 20
	// MostMatches is how many things that answer to one name are kept.
	MostMatches  = 100
	longestID    = 1 << 10
	longestLabel = 256
)

// Keep counts a thing that stays. Where there are too many the list is given up: names are then looked up one by one, and as a
// witness it tells nothing.
func (b *ListBudget) Keep(l *Listed) error {
	l.Match = l.Match.kept()
	b.kept += len(l.ID) + len(l.Name) + len(l.Unusable) + 100
	for _, name := range l.Names {
		b.kept += len(name) + 16
	}
	switch {
	case b.kept <= mostKept:
		return nil
	case b.Sought > 0:
		return &Error{Class: Terminal, Err: ErrLongList}
	}
	return &Error{Class: Terminal, Err: ErrNoWitness}
}

// kept is what stays of a match. An id that nothing could be written with is of no use.
func (m Match) kept() Match {
	if len(m.ID) > longestID {
		m.ID, m.Unusable = m.ID[:longestLabel], "its id is too long"
	}
	m.Name, m.Unusable = beginning(m.Name), beginning(m.Unusable)
	return m
}

// beginning is a copy, so that what follows is let go.
func beginning(text string) string {
	if len(text) <= longestLabel {
		return text
	}
	return strings.Clone(strings.ToValidUTF8(text[:longestLabel], "")) + "…"
}

// AddMatch adds a thing that answers to a name. Beyond MostMatches nobody counts on: the name is ambiguous anyway.
func AddMatch(out []Match, m Match) []Match {
	if len(out) >= MostMatches {
		return out
	}
	return append(out, m.kept())
}

// Spend counts a row. The first row of a page that makes the list as dear as the look-ups ends it.
func (b *ListBudget) Spend() error {
	b.rows++
	if b.Sought > 0 && b.rows > (b.Sought*b.PerName-1)*b.PageSize {
		return &Error{Class: Terminal, Err: ErrLongList}
	}
	return nil
}
