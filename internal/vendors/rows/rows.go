// Package rows is what drivers share that observe their remotes by list: a pass over
// a parent for many refs, the lookup by ownership marker, and the lookup by key. It knows no vendor.
package rows

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Lister reads the rows of a parent; since receives the date of the first page.
type Lister[D any] func(ctx context.Context, parentID string, since *time.Time) iter.Seq2[backend.Observation[D], error]

// ObserveMany lists each parent once and hands out what the refs ask for. Where that is nothing,
// the answer is an absent observation without an id: it has the date.
func ObserveMany[D any](ctx context.Context, refs []backend.Ref, list Lister[D]) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		for _, group := range groupByParent(refs) {
			var since time.Time
			for obs, err := range requireIDs(list(ctx, group.parentID, &since)) {
				if err != nil {
					yield(backend.Observation[D]{}, err)
					return
				}
				for range group.take(obs.Exists, obs.ID, !obs.Mark.IsZero()) {
					if !yield(obs, nil) {
						return
					}
				}
			}
			missing := group.missing()
			if !group.answered && len(missing) == 0 && !yield(backend.Observation[D]{ParentID: group.parentID, Date: since}, nil) {
				return
			}
			for _, id := range missing {
				if !yield(backend.Observation[D]{ID: id, ParentID: group.parentID, Date: since}, nil) {
					return
				}
			}
		}
	}
}

// parentGroup is what is asked of one parent.
type parentGroup struct {
	parentID string
	order    []string
	asked    map[string]int
	found    map[string]bool
	// index is how many refs ask for everything that has an ownership marker.
	index int
	// every: all rows are asked for.
	every bool
	// answered: a row was asked for.
	answered bool
}

func groupByParent(refs []backend.Ref) []*parentGroup {
	var groups []*parentGroup
	byParent := map[string]*parentGroup{}
	for _, r := range refs {
		g := byParent[r.ParentID]
		if g == nil {
			g = &parentGroup{parentID: r.ParentID, asked: map[string]int{}, found: map[string]bool{}}
			byParent[r.ParentID] = g
			groups = append(groups, g)
		}
		if r.ID == "" {
			if g.every = g.every || r.Every; !r.Every || !r.Mark.IsZero() {
				g.index++
			}
			continue
		}
		if g.asked[r.ID] == 0 {
			g.order = append(g.order, r.ID)
		}
		g.asked[r.ID]++
	}
	return groups
}

// take says how often a row is asked for.
func (g *parentGroup) take(exists bool, id string, marked bool) int {
	if !exists || g.found[id] {
		return 0
	}
	times := g.asked[id]
	g.found[id] = times > 0
	if marked {
		times += g.index
	}
	if g.every {
		times = max(times, 1)
	}
	g.answered = g.answered || times > 0
	return times
}

func (g *parentGroup) missing() []string {
	var out []string
	for _, id := range g.order {
		if !g.found[id] {
			for range g.asked[id] {
				out = append(out, id)
			}
		}
	}
	return out
}

// FindToken looks for the remote that bears a token. Of two the older is returned, the
// other is its duplicate. empty reports whether removing a remote takes nothing away. Where none bears it, the answer names one
// that may have lost it, see Observation.NameHolder.
func FindToken[D backend.Model](ctx context.Context, r backend.Ref, list Lister[D], empty func(backend.Observation[D]) bool) (backend.Observation[D], error) {
	none := backend.Observation[D]{ParentID: r.ParentID}
	var found []backend.Observation[D]
	for obs, err := range requireIDs(list(ctx, r.ParentID, &none.Date)) {
		if err != nil {
			return none, err
		}
		if obs.Exists && HoldsName(r, obs) {
			none.NameHolder = obs.ID
		}
		// Pages may overlap: a remote that is listed twice is no duplicate of its own.
		known := slices.ContainsFunc(found, func(o backend.Observation[D]) bool { return o.ID == obs.ID && o.ParentID == obs.ParentID })
		if obs.Exists && obs.Mark.Token == r.Mark.Token && !known {
			found = append(found, obs)
		}
	}
	switch len(found) {
	case 0:
		return none, nil
	case 1:
		return found[0], nil
	case 2:
		first, second := found[0], found[1]
		if younger(first.CreatedAt, first.ID, second.CreatedAt, second.ID) {
			first, second = second, first
		}
		first.Duplicate = &backend.Duplicate{ID: second.ID, ParentID: second.ParentID, CreatedAt: second.CreatedAt, Empty: empty(second)}
		return first, nil
	}
	return none, backend.Errorf(backend.Ambiguous, "%d remotes have the same ownership marker", len(found))
}

// clockGrain is how far the time of a create, which a Date header tells in whole seconds, may be from what a row says.
const clockGrain = 5 * time.Second

// HoldsName reports whether a row without an ownership marker may be what a create since r.Since made.
func HoldsName[D backend.Model](r backend.Ref, obs backend.Observation[D]) bool {
	if r.Since.IsZero() || !obs.Mark.IsZero() || obs.Actual.Key().DisplayName != r.Key.DisplayName {
		return false
	}
	return obs.CreatedAt.IsZero() || !obs.CreatedAt.Before(r.Since.Add(-clockGrain))
}

func younger(at time.Time, id string, otherAt time.Time, otherID string) bool {
	if !at.Equal(otherAt) {
		return at.After(otherAt)
	}
	return id > otherID
}

// Only returns the single live observation of a sequence, else none, or Ambiguous. none
// is read after the sequence, which may date it.
func Only[D any](none *backend.Observation[D], key string, hits iter.Seq2[backend.Observation[D], error]) (backend.Observation[D], error) {
	var found *backend.Observation[D]
	for obs, err := range requireIDs(hits) {
		switch {
		case err != nil:
			return *none, err
		case !obs.Exists:
		case found != nil && found.ID != obs.ID:
			return *none, backend.Errorf(backend.Ambiguous, "%s identifies more than one remote: %s and %s", key, found.ID, obs.ID)
		default:
			found = &obs
		}
	}
	if found == nil {
		return *none, nil
	}
	return *found, nil
}

// requireIDs fails a listing at a row without an id: it may be the one searched for, which
// must not be taken for absent.
func requireIDs[D any](rows iter.Seq2[backend.Observation[D], error]) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		for obs, err := range rows {
			if err == nil && obs.ID == "" {
				err = backend.Errorf(backend.Retryable, "a list contains an item without an id")
			}
			if !yield(obs, err) || err != nil {
				return
			}
		}
	}
}

// Asked reports whether fields name path or something below it.
func Asked(fields []string, path string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return backend.Covers([]string{path}, f) })
}
