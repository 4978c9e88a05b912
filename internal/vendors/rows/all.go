package rows

import (
	"context"
	"iter"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Once hands out each remote of a list that exists once. Pages may overlap: a row that comes again within the window is left out.
// What is kept is as long as the window, whatever the length of the list.
func Once[D any](all iter.Seq2[backend.Observation[D], error]) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		known := window{ids: map[spot]bool{}}
		for obs, err := range requireIDs(all) {
			switch {
			case err != nil:
				yield(backend.Observation[D]{}, err)
				return
			case !obs.Exists || known.has(spot{obs.ParentID, obs.ID}):
			case !yield(obs, nil):
				return
			}
		}
	}
}

// Detailed adds to each remote what its row does not show, by read. What is not found then, as notFound tells of the error, may be
// gone since its row was read: one that the driver observes no more is left out.
func Detailed[D any](
	ctx context.Context, d backend.Driver[D], all iter.Seq2[backend.Observation[D], error],
	notFound func(error) bool, read func(context.Context, *backend.Observation[D]) error,
) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		for obs, err := range all {
			gone := false
			if err == nil {
				if err = read(ctx, &obs); notFound(err) {
					again, againErr := d.Observe(ctx, backend.Ref{ID: obs.ID, ParentID: obs.ParentID})
					gone = againErr == nil && !again.Exists
				}
			}
			switch {
			case gone:
			case err != nil:
				yield(backend.Observation[D]{}, err)
				return
			case !yield(obs, nil):
				return
			}
		}
	}
}

// longestWindow is some pages of the vendor with the longest ones.
const longestWindow = 1024

// spot is what tells a remote of a kind from all others: an id may be that of another one in each parent.
type spot struct{ parentID, id string }

// window knows the last remotes that came.
type window struct {
	ids  map[spot]bool
	ring [longestWindow]spot
	next int
}

// has reports whether a remote came lately, and notes that it did.
func (w *window) has(s spot) bool {
	if w.ids[s] {
		return true
	}
	at := &w.ring[w.next%longestWindow]
	if w.next >= longestWindow {
		delete(w.ids, *at)
	}
	*at = s
	w.ids[s] = true
	w.next++
	return false
}
