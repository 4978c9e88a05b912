package rehearsal

import (
	"context"
	"iter"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// load lists a parent, once.
func (r *Recorder[D]) load(ctx context.Context, parentID string) (*list[D], error) {
	if l := r.lists[parentID]; l != nil {
		return l, nil
	}
	refs := []backend.Ref{{ParentID: parentID, Mark: backend.Mark{Owner: "*"}, Every: true, Whole: true}}
	out := &list[D]{at: map[string]int{}}
	seen := map[string]bool{}
	for obs, err := range r.Driver.ObserveMany(ctx, refs) {
		if r.note(err) != nil {
			return nil, err
		}
		if !obs.Date.IsZero() {
			out.date, r.date = obs.Date, obs.Date
		}
		if !obs.Exists || seen[obs.ID] {
			continue
		}
		seen[obs.ID] = true
		out.at[obs.ID] = len(out.rows)
		out.rows = append(out.rows, obs)
		r.bear(obs)
	}
	if r.lists == nil {
		r.lists = map[string]*list[D]{}
	}
	r.lists[parentID] = out
	return out, nil
}

// ObserveMany implements backend.Driver. Each parent is listed once.
func (r *Recorder[D]) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		all, err := r.many(ctx, refs)
		if err != nil {
			yield(backend.Observation[D]{}, err)
			return
		}
		for _, obs := range all {
			if !yield(obs, nil) {
				return
			}
		}
	}
}

// many is what refs ask for, by the lists and by what was planned.
func (r *Recorder[D]) many(ctx context.Context, refs []backend.Ref) ([]backend.Observation[D], error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []backend.Observation[D]
	asked, marked, every := map[string]bool{}, map[string]bool{}, map[string]bool{}
	var parents []string
	for _, ref := range refs {
		if !slices.Contains(parents, ref.ParentID) {
			parents = append(parents, ref.ParentID)
		}
		switch {
		case ref.ID != "":
			asked[place(ref.ParentID, ref.ID)] = true
		default:
			every[ref.ParentID] = every[ref.ParentID] || ref.Every
			marked[ref.ParentID] = marked[ref.ParentID] || !ref.Every || !ref.Mark.IsZero()
		}
	}
	for _, parent := range parents {
		l, err := r.load(ctx, parent)
		if err != nil {
			return nil, err
		}
		found, before := map[string]bool{}, len(out)
		for _, row := range r.rowsOf(parent, l) {
			k := place(parent, row.ID)
			if !asked[k] && !every[parent] && (!marked[parent] || row.Mark.IsZero()) {
				continue
			}
			found[row.ID] = true
			out = append(out, row)
		}
		for _, ref := range refs {
			if ref.ParentID == parent && ref.ID != "" && !found[ref.ID] {
				out = append(out, backend.Observation[D]{ID: ref.ID, ParentID: parent, Date: l.date})
			}
		}
		if len(out) == before {
			out = append(out, backend.Observation[D]{ParentID: parent, Date: l.date})
		}
	}
	return out, nil
}

// rowsOf are the rows of a parent as they would be by what was planned.
func (r *Recorder[D]) rowsOf(parent string, l *list[D]) []backend.Observation[D] {
	var out []backend.Observation[D]
	shown := map[string]bool{}
	for _, row := range l.rows {
		shown[place(parent, row.ID)] = true
		if next := r.overlaid(row); next.Exists {
			out = append(out, next)
		}
	}
	for k, x := range r.plans {
		if !shown[k] && r.gone[k] == "" && x.obs.ParentID == parent {
			out = append(out, x.obs)
		}
	}
	return out
}
