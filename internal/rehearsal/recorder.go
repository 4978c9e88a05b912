// Package rehearsal lets the engine write to a vendor without writing: a driver whose reads are the vendor's, and whose writes are
// recorded and answered as if they had been made.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
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

// Refresh is the action by which the vendor is asked to look for new remotes; it changes none of ours.
const Refresh = "Refresh"

const madePrefix = "(known after apply: "

// madeID names a remote that is still to be made.
func madeID(p backend.Proposal) string {
	return fmt.Sprintf("%s%s %s/%s)", madePrefix, p.Kind, p.Namespace, p.Name)
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

	mu    sync.Mutex
	ops   []Op
	reads int
	err   error

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

// ownerOf is the namespace/name of the object on whose behalf something is written.
func ownerOf(ctx context.Context) string {
	a := backend.AskerOf(ctx)
	return a.Namespace + "/" + a.Name
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
	r.reads++
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

// Create implements backend.Driver.
func (r *Recorder[D]) Create(ctx context.Context, ref backend.Ref, desired D) (backend.Observation[D], error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.Driver.Forecast(backend.Write[D]{Verb: backend.VerbCreate, Ref: ref, Desired: desired})
	op := r.record(ctx, f.Calls)
	obs := f.After
	obs.ID, obs.Date, obs.CreatedAt = madeID(op.Proposal), r.date, r.date
	r.keep(ctx, obs)
	return obs, nil
}

// Update implements backend.Driver.
func (r *Recorder[D]) Update(ctx context.Context, seen backend.Observation[D], desired D, changes backend.Changes) (backend.Observation[D], error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	unknown := map[string]string{}
	sure := slices.DeleteFunc(slices.Clone(changes), func(c backend.Change) bool {
		if r.Doubts == nil || r.made(seen) || c.Path == backend.PathRetired {
			return false
		}
		why := r.Doubts(seen, desired, c.Path)
		if why != "" {
			unknown[c.Path] = why
		}
		return why != ""
	})
	after := r.Driver.Forecast(backend.Write[D]{Verb: backend.VerbUpdate, Seen: seen, Desired: desired, Changes: changes}).After
	calls := 0
	if len(sure) > 0 {
		calls = r.Driver.Forecast(backend.Write[D]{Verb: backend.VerbUpdate, Seen: seen, Desired: desired, Changes: sure}).Calls
	}
	op := r.record(ctx, calls)
	op.Unknown = unknown
	op.Fields = slices.DeleteFunc(slices.Clone(op.Fields), func(f backend.ProposedField) bool { return unknown[f.Path] != "" })
	if len(sure) == 0 {
		op.Action = "" // Nothing is sure to be written.
	}
	after.Exists, after.Mark, after.Date = true, seen.Mark, r.date
	r.keep(ctx, after)
	return after, nil
}

// made reports whether a remote is one that was planned: of that all is known.
func (r *Recorder[D]) made(seen backend.Observation[D]) bool {
	return strings.HasPrefix(seen.ID, madePrefix)
}

// Delete implements backend.Driver.
func (r *Recorder[D]) Delete(ctx context.Context, seen backend.Observation[D]) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record(ctx, r.Driver.Forecast(backend.Write[D]{Verb: backend.VerbDelete, Seen: seen}).Calls)
	if r.gone == nil {
		r.gone = map[string]string{}
	}
	r.gone[place(seen.ParentID, seen.ID)] = ownerOf(ctx)
	return nil
}

// Refresh implements backend.Refresher where the driver does. Of another driver the engine never asks it.
func (r *Recorder[D]) Refresh(ctx context.Context, _ string) error {
	if _, ok := r.Driver.(backend.Refresher); !ok {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a := backend.AskerOf(ctx)
	r.ops = append(r.ops, Op{Proposal: backend.Proposal{Kind: a.Kind, Namespace: a.Namespace, Name: a.Name, TenantID: a.TenantID, Action: Refresh}, Reason: a.Reason, Calls: 1})
	return nil
}

// Pending implements backend.Drafter where the driver does; without it no draft may be written.
func (r *Recorder[D]) Pending(ctx context.Context, seen backend.Observation[D], desired D, changes backend.Changes) ([]string, bool, error) {
	drafter, ok := r.Driver.(backend.Drafter[D])
	if !ok {
		return nil, false, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	differ, may, err := drafter.Pending(ctx, seen, desired, changes)
	return differ, may, r.note(err)
}

// record notes a write, by what the engine says of it.
func (r *Recorder[D]) record(ctx context.Context, calls int) *Op {
	a := backend.AskerOf(ctx)
	op := Op{Reason: a.Reason, Calls: calls}
	if a.Proposal != nil {
		op.Proposal = *a.Proposal
	}
	r.ops = append(r.ops, op)
	return &r.ops[len(r.ops)-1]
}

func (r *Recorder[D]) keep(ctx context.Context, obs backend.Observation[D]) {
	if r.plans == nil {
		r.plans = map[string]planned[D]{}
	}
	r.plans[place(obs.ParentID, obs.ID)] = planned[D]{obs: obs, by: ownerOf(ctx)}
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
