// Package rehearsal lets the engine write to a vendor without writing: a driver whose reads are the vendor's, and whose writes are
// recorded and answered as if they had been made.
package rehearsal

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// ErrReadOnly is what a fence of ReadOnly answers.
var ErrReadOnly = errors.New("a plan only reads: nothing is written at the vendor")

// ReadOnly returns a context in which no call that could change something leaves the process.
func ReadOnly(ctx context.Context) context.Context {
	return backend.WithFence(ctx, func() error { return &backend.Error{Class: backend.Fenced, Err: ErrReadOnly} })
}

// Op is a write that was not made.
type Op struct {
	backend.Proposal
	// Reason is why it would be written.
	Reason backend.WriteReason
	// Calls is how many calls it takes, at most.
	Calls int
	// Unknown are fields that differ, or may, of which it is not known whether they would be written, each with the reason. They
	// are not among the fields of the proposal.
	Unknown map[string]string
}

// Recorder is a driver whose writes are recorded. It is for one caller at a time.
type Recorder[D backend.Model] struct {
	backend.Driver[D]
	// Doubts says of a field that differs why it is not known whether it would be written, empty where it is; nil doubts nothing.
	Doubts func(seen backend.Observation[D], desired D, path string) string
	// Bulk lets a read of one remote be answered from the list of its parent, where its row is all that is asked for.
	Bulk bool
	// RowsOnly lets a read with detail fields be answered without them.
	RowsOnly bool

	mu  sync.Mutex
	ops []Op
	err error

	lists map[string]*list[D]
	known map[string]known[D] // by parent and id: what was read
	plans map[string]planned[D]
	// bearers are the remotes that were seen, by the owner of their mark, then by place and id.
	bearers map[string]map[string]backend.Observation[D]
	gone    map[string]string // what was planned to be deleted, and by which object
	date    time.Time
}

// list is what a list of a parent showed, in its order.
type list[D any] struct {
	rows []backend.Observation[D]
	at   map[string]int
	date time.Time
}

// known is a remote that was read, with the detail fields that were asked for.
type known[D any] struct {
	obs     backend.Observation[D]
	details []string
}

// planned is a remote as it would be, and the namespace/name of the object that would write it.
type planned[D any] struct {
	obs backend.Observation[D]
	by  string
}

// Ops takes what was recorded since the last call.
func (r *Recorder[D]) Ops() []Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	ops := r.ops
	r.ops = nil
	return ops
}

// Err is the first error that the vendor answered with, nil if there was none.
func (r *Recorder[D]) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Forget drops what was planned for an object, and keeps what was read.
func (r *Recorder[D]) Forget(namespace, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, by := range r.gone {
		if by == namespace+"/"+name {
			delete(r.gone, k)
		}
	}
	for k, x := range r.plans {
		if x.by == namespace+"/"+name {
			delete(r.plans, k)
		}
	}
}

// Marked lists the remotes that were seen and bear the mark of an owner of a cluster, sorted by id; with the owner empty, of all.
func (r *Recorder[D]) Marked(cluster, owner string) []backend.Observation[D] {
	r.mu.Lock()
	defer r.mu.Unlock()
	owners := []string{owner}
	if owner == "" {
		owners = slices.Sorted(maps.Keys(r.bearers))
	}
	var out []backend.Observation[D]
	for _, owner := range owners {
		for _, at := range slices.Sorted(maps.Keys(r.bearers[owner])) {
			if obs := r.bearers[owner][at]; obs.Mark.Cluster == cluster {
				out = append(out, obs)
			}
		}
	}
	return out
}

// bear notes whose mark a remote bears.
func (r *Recorder[D]) bear(obs backend.Observation[D]) {
	if obs.Mark.IsZero() {
		return
	}
	if r.bearers == nil {
		r.bearers = map[string]map[string]backend.Observation[D]{}
	}
	if r.bearers[obs.Mark.Owner] == nil {
		r.bearers[obs.Mark.Owner] = map[string]backend.Observation[D]{}
	}
	r.bearers[obs.Mark.Owner][place(obs.ParentID, obs.ID)] = obs
}

func place(parentID, id string) string { return parentID + "\x00" + id }

func (r *Recorder[D]) note(err error) error {
	if err != nil && r.err == nil {
		r.err = err
	}
	return err
}

// Observe implements backend.Driver.
func (r *Recorder[D]) Observe(ctx context.Context, ref backend.Ref) (backend.Observation[D], error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case ref.ID != "":
		return r.observeID(ctx, ref)
	case ref.Mark.Token != "":
		if obs, found := r.planned(func(o backend.Observation[D]) bool {
			return o.Mark.Token == ref.Mark.Token && o.ParentID == ref.ParentID
		}); found {
			return obs, nil
		}
		if l := r.lists[ref.ParentID]; l != nil && ref.Since.IsZero() && !slices.ContainsFunc(l.rows, func(o backend.Observation[D]) bool { return o.Mark.Token == ref.Mark.Token }) {
			return backend.Observation[D]{ParentID: ref.ParentID, Date: l.date}, nil
		}
	default:
		if obs, found := r.planned(func(o backend.Observation[D]) bool { return o.ParentID == ref.ParentID && o.Actual.Key() == ref.Key }); found {
			return obs, nil
		}
	}
	obs, err := r.read(ctx, ref)
	if err != nil || !obs.Exists {
		return obs, err
	}
	return r.overlaid(obs), nil
}

func (r *Recorder[D]) observeID(ctx context.Context, ref backend.Ref) (backend.Observation[D], error) {
	if r.gone[place(ref.ParentID, ref.ID)] != "" {
		return backend.Observation[D]{ID: ref.ID, ParentID: ref.ParentID, Date: r.date}, nil
	}
	if x, ok := r.plans[place(ref.ParentID, ref.ID)]; ok {
		return x.obs, nil
	}
	if x, ok := r.known[place(ref.ParentID, ref.ID)]; ok && (r.RowsOnly || covered(ref.DetailFields, x.details)) {
		return x.obs, nil
	}
	if r.Bulk && (len(ref.DetailFields) == 0 || r.RowsOnly) {
		l, err := r.load(ctx, ref.ParentID)
		if err != nil {
			return backend.Observation[D]{}, err
		}
		if i, ok := l.at[ref.ID]; ok {
			return l.rows[i], nil
		}
	}
	return r.read(ctx, ref)
}

func covered(asked, read []string) bool {
	return !slices.ContainsFunc(asked, func(path string) bool { return !slices.Contains(read, path) })
}

// read asks the vendor for one remote, once.
func (r *Recorder[D]) read(ctx context.Context, ref backend.Ref) (backend.Observation[D], error) {
	obs, err := r.Driver.Observe(ctx, ref)
	if r.note(err) != nil {
		return obs, err
	}
	if !obs.Date.IsZero() {
		r.date = obs.Date
	}
	if obs.Exists {
		if r.known == nil {
			r.known = map[string]known[D]{}
		}
		r.known[place(obs.ParentID, obs.ID)] = known[D]{obs: obs, details: ref.DetailFields}
		r.bear(obs)
	}
	return obs, nil
}

// planned is a remote that was planned and of which is says so.
func (r *Recorder[D]) planned(is func(backend.Observation[D]) bool) (backend.Observation[D], bool) {
	for k, x := range r.plans {
		if r.gone[k] == "" && is(x.obs) {
			return x.obs, true
		}
	}
	return backend.Observation[D]{}, false
}

// overlaid is a remote as it would be by what was planned.
func (r *Recorder[D]) overlaid(obs backend.Observation[D]) backend.Observation[D] {
	k := place(obs.ParentID, obs.ID)
	if r.gone[k] != "" {
		return backend.Observation[D]{ID: obs.ID, ParentID: obs.ParentID, Date: obs.Date}
	}
	if x, ok := r.plans[k]; ok {
		return x.obs
	}
	return obs
}

// Seen is a remote as it was read, by a list or alone.
func (r *Recorder[D]) Seen(parentID, id string) (backend.Observation[D], bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x, ok := r.known[place(parentID, id)]; ok {
		return x.obs, true
	}
	if l := r.lists[parentID]; l != nil {
		if i, ok := l.at[id]; ok {
			return l.rows[i], true
		}
	}
	return backend.Observation[D]{}, false
}

// Assume takes a remote for one that was read.
func (r *Recorder[D]) Assume(obs backend.Observation[D], details []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		r.known = map[string]known[D]{}
	}
	r.known[place(obs.ParentID, obs.ID)] = known[D]{obs: obs, details: details}
}
