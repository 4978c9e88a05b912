package backend

import (
	"context"
	"iter"
)

// Lister is a driver that lists every remote of its kind in the whole tenant.
type Lister[D any] interface {
	// ListAll yields every remote that exists: also one without an ownership marker or with another cluster's, one that is
	// built in, and one that a connector owns. A remote that was there from the first call to the last is yielded exactly
	// once, whatever else comes and goes meanwhile. The first error ends the sequence, and a sequence that ends without one
	// is whole. What is kept of it does not grow with the number of remotes.
	ListAll(ctx context.Context, o ListOptions) iter.Seq2[Observation[D], error]
}

// ListOptions say what is wanted of each remote. The zero value asks for what its row shows.
type ListOptions struct {
	// NamesAlone: only ID, ParentID, Mark and what the names are made of need be filled.
	NamesAlone bool
	// DetailFields names what to read beside each row, at a call or more for each remote (see Capabilities.DetailFields).
	DetailFields []string
}

// Listing declares how a driver lists every remote of its kind in a tenant. The zero value: it does not.
type Listing struct {
	// Of is what there is a list of, in words for people: "the tenant", "each app".
	Of string
	// PageSize is how many rows come with a call; zero where that is the vendor's choice.
	PageSize int
	// Before is what has to be read before, in words, empty where nothing has to.
	Before string
}

// IsZero reports whether nothing is listed.
func (l Listing) IsZero() bool { return l == Listing{} }

// ListerOf returns the driver as one that lists every remote, false where it declares no such list.
func ListerOf[D any](d Driver[D]) (Lister[D], bool) {
	lister, ok := d.(Lister[D])
	return lister, ok && !d.Capabilities().Listing.IsZero()
}

// listAll is the sequence of a driver that another one is around.
func listAll[D any](ctx context.Context, d Driver[D], o ListOptions) iter.Seq2[Observation[D], error] {
	if lister, ok := ListerOf(d); ok {
		return lister.ListAll(ctx, o)
	}
	return func(yield func(Observation[D], error) bool) {
		yield(Observation[D]{}, Errorf(Terminal, "the vendor has no list of everything of this kind"))
	}
}
