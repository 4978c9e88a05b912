// Package backendtest holds a tenant that lives in memory, with faults on demand,
// and the conformance suite that every driver passes.
package backendtest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Memory is a driver whose remotes live in memory. Its exported fields are set
// before the first call, or between calls.
type Memory[D backend.Model] struct {
	// Caps is what Capabilities declares, and what writes are held to.
	Caps backend.Capabilities
	// MarkInProse: marks are text that people may edit.
	MarkInProse bool
	// ByName: a lookup by ownership marker finds only what answers to the key, as where the vendor searches by name.
	ByName bool
	// Lag is how long a new remote is missing in lists, and in look-ups by mark or key.
	Lag time.Duration
	// Late is how long after the call a create takes effect.
	Late time.Duration
	// Slow is how long after the call a deletion takes effect.
	Slow time.Duration
	// Normalize is what the server makes of a write: it may change after, given what was there before.
	Normalize func(before D, after *D)

	tenant      *Tenant
	prefix      string
	needsParent bool
	rows        []*row[D]
	drawn       int
}

type row[D backend.Model] struct {
	id, parent string
	version    int
	created    time.Time
	gone       time.Time // zero: never
	mark       backend.Mark
	actual     D
	remote     Remote
}

var _ backend.Driver[backend.AccessReview] = (*Memory[backend.AccessReview])(nil)

// Capabilities implements backend.Driver.
func (m *Memory[D]) Capabilities() backend.Capabilities { return m.Caps }

// Observe implements backend.Driver.
func (m *Memory[D]) Observe(ctx context.Context, ref backend.Ref) (backend.Observation[D], error) {
	fault, err := m.tenant.begin(ctx, VerbObserve)
	if err != nil {
		return backend.Observation[D]{}, err
	}
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	obs, err := m.find(ref)
	if fault.After != nil {
		return backend.Observation[D]{}, fault.After
	}
	return obs, err
}

func (m *Memory[D]) find(ref backend.Ref) (backend.Observation[D], error) {
	none := backend.Observation[D]{ID: ref.ID, ParentID: ref.ParentID, Date: m.tenant.date()}
	if m.needsParent && ref.ParentID == "" {
		return none, backend.Errorf(backend.Terminal, "the parent is missing")
	}
	var hits []*row[D]
	switch {
	case ref.ID != "":
		hits = m.matching(ref.ParentID, false, func(r *row[D]) bool { return m.Caps.SameID(r.id, ref.ID) })
	case ref.Mark.Token != "":
		hits = m.matching(ref.ParentID, true, func(r *row[D]) bool {
			return r.mark.Token == ref.Mark.Token && (!m.ByName || answers(r.actual.Key(), ref.Key))
		})
	case ref.Key.IsZero(), m.Caps.RunOnce:
		return none, backend.Errorf(backend.Terminal, "nothing says which one is meant")
	default:
		hits = m.matching(ref.ParentID, true, func(r *row[D]) bool { return answers(r.actual.Key(), ref.Key) })
		if len(hits) > 1 {
			return none, backend.Errorf(backend.Ambiguous, "%d remotes answer to the key", len(hits))
		}
	}
	switch len(hits) {
	case 0:
		none.NameHolder = m.nameHolder(ref)
		return none, nil
	case 1:
		return m.observation(hits[0], ref.DetailFields), nil
	case 2:
		obs, second := m.observation(hits[0], ref.DetailFields), hits[1]
		obs.Duplicate = &backend.Duplicate{ID: second.id, ParentID: second.parent, CreatedAt: second.created, Empty: !second.remote.Occupied}
		return obs, nil
	}
	return none, backend.Errorf(backend.Ambiguous, "%d remotes bear the mark", len(hits))
}

// nameHolder is what may have lost its ownership marker, see backend.Observation.
func (m *Memory[D]) nameHolder(ref backend.Ref) string {
	if ref.Mark.Token == "" || ref.Since.IsZero() {
		return ""
	}
	for _, r := range m.matching(ref.ParentID, true, func(r *row[D]) bool {
		return r.mark.IsZero() && r.actual.Key().DisplayName == ref.Key.DisplayName && !r.created.Before(ref.Since)
	}) {
		return r.id
	}
	return ""
}

func answers(have, asked backend.Key) bool {
	if asked.Alias != "" {
		return have.Alias == asked.Alias
	}
	return have.DisplayName == asked.DisplayName && (asked.ResourceID == "" || have.ResourceID == asked.ResourceID)
}

// matching returns the rows of a parent that can be seen now, the oldest first.
func (m *Memory[D]) matching(parent string, listed bool, match func(*row[D]) bool) []*row[D] {
	if m.tenant.Blind {
		return nil
	}
	var out []*row[D]
	for _, r := range m.rows {
		if r.parent == parent && m.exists(r) && (!listed || !m.tenant.now().Before(r.created.Add(m.Lag))) && match(r) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b *row[D]) int { return a.created.Compare(b.created) })
	return out
}

func (m *Memory[D]) exists(r *row[D]) bool {
	now := m.tenant.now()
	return !now.Before(r.created) && (r.gone.IsZero() || now.Before(r.gone))
}

// ObserveMany implements backend.Driver.
func (m *Memory[D]) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		fault, err := m.tenant.begin(ctx, VerbObserveMany)
		var rows []backend.Observation[D]
		if err == nil {
			rows, err = m.list(refs)
		}
		for _, obs := range rows {
			if !yield(obs, nil) {
				return
			}
		}
		if err == nil {
			err = fault.After
		}
		if err != nil {
			yield(backend.Observation[D]{}, err)
		}
	}
}

func (m *Memory[D]) list(refs []backend.Ref) ([]backend.Observation[D], error) {
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	var out []backend.Observation[D]
	for _, ref := range refs {
		if m.needsParent && ref.ParentID == "" {
			return nil, backend.Errorf(backend.Terminal, "the parent is missing")
		}
		hits := m.matching(ref.ParentID, true, func(r *row[D]) bool {
			return r.id == ref.ID || ref.ID == "" && (ref.Every || !r.mark.IsZero())
		})
		for _, r := range hits {
			out = append(out, m.observation(r, nil))
		}
		if len(hits) == 0 && (ref.ID != "" || len(refs) == 1) {
			out = append(out, backend.Observation[D]{ID: ref.ID, ParentID: ref.ParentID, Date: m.tenant.date()})
		}
	}
	return out, nil
}

// Create implements backend.Driver.
func (m *Memory[D]) Create(ctx context.Context, ref backend.Ref, desired D) (backend.Observation[D], error) {
	fault, err := m.tenant.begin(ctx, VerbCreate)
	if err != nil {
		return backend.Observation[D]{}, err
	}
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	if err := m.refuseCreate(ref, desired); err != nil {
		return backend.Observation[D]{}, err
	}
	m.drawn++
	r := &row[D]{id: m.prefix + "-" + strconv.Itoa(m.drawn), parent: ref.ParentID, version: 1, created: m.tenant.now().Add(m.Late), mark: ref.Mark}
	var before D
	r.actual = Clone(desired)
	forgetFacts(&r.actual)
	m.normalize(before, &r.actual)
	m.rows = append(m.rows, r)
	switch {
	case fault.After != nil && fault.Partial:
		return m.answer(r), fault.After
	case fault.After != nil:
		return backend.Observation[D]{}, fault.After
	case m.Late > 0:
		return backend.Observation[D]{}, backend.Errorf(backend.OutcomeUnknown, "no answer in time")
	}
	return m.answer(r), nil
}

func (m *Memory[D]) refuseCreate(ref backend.Ref, desired D) error {
	switch {
	case !m.Caps.Create:
		return backend.Errorf(backend.Terminal, "cannot be created here")
	case m.needsParent && ref.ParentID == "":
		return backend.Errorf(backend.Terminal, "the parent is missing")
	case ref.Mark.Token == "" || ref.Mark.Owner == "" || ref.Mark.Cluster == "":
		return backend.Errorf(backend.Terminal, "the mark is not whole")
	case ref.ID != "":
		return backend.Errorf(backend.Terminal, "an id cannot be chosen")
	}
	if missing := m.Caps.Missing(desired); len(missing) > 0 {
		return backend.Errorf(backend.Terminal, "%s is missing", missing[0])
	}
	if problems := m.Caps.Check(desired); len(problems) > 0 {
		return backend.Errorf(backend.Terminal, "%s", problems[0])
	}
	return nil
}

// Update implements backend.Driver.
func (m *Memory[D]) Update(ctx context.Context, seen backend.Observation[D], desired D, changes backend.Changes) (backend.Observation[D], error) {
	fault, err := m.tenant.begin(ctx, VerbUpdate)
	if err != nil {
		return backend.Observation[D]{}, err
	}
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	r := m.row(seen.ParentID, seen.ID)
	if r == nil {
		return backend.Observation[D]{}, backend.Errorf(backend.Terminal, "404: there is no %q", seen.ID)
	}
	if err := m.refuseUpdate(r, seen, desired, changes); err != nil {
		return backend.Observation[D]{}, err
	}
	before := Clone(r.actual)
	for _, path := range changes.Paths() {
		switch path {
		case backend.PathMark:
			r.mark, r.remote.MarkIncomplete = seen.Mark, false
		case backend.PathRetired:
			r.remote.Retired = true
		default:
			copyLeaf(&r.actual, desired, path)
		}
	}
	if r.mark.IsZero() {
		r.mark = seen.Mark
	}
	m.normalize(before, &r.actual)
	r.version++
	if fault.After != nil && !fault.Partial {
		return backend.Observation[D]{}, fault.After
	}
	return m.answer(r), fault.After
}

func (m *Memory[D]) refuseUpdate(r *row[D], seen backend.Observation[D], desired D, changes backend.Changes) error {
	switch {
	case !m.Caps.Update:
		return backend.Errorf(backend.Terminal, "cannot be updated here")
	case len(changes) == 0:
		return backend.Errorf(backend.Terminal, "nothing to update")
	case seen.Version != "" && seen.Version != strconv.Itoa(r.version):
		return backend.Errorf(backend.Conflict, "%q was changed meanwhile", seen.ID)
	case r.remote.Locked:
		return backend.Errorf(backend.Terminal, "somebody's draft is open")
	case r.remote.Phase == backend.PhaseSealed:
		return backend.Errorf(backend.Terminal, "takes no more edits")
	case changes.Has(backend.PathRetired) && !m.Caps.Retire:
		return backend.Errorf(backend.Terminal, "cannot be retired here")
	}
	known := append(backend.Paths(desired), backend.PathMark, backend.PathRetired)
	for _, path := range changes.Paths() {
		if !slices.Contains(known, path) {
			return backend.Errorf(backend.Terminal, "there is no field %q", path)
		}
		if backend.Covers(m.Caps.CreateOnly, path) || backend.Covers(r.remote.ReadOnly, path) {
			return backend.Errorf(backend.Terminal, "%s takes no more edits", path)
		}
	}
	if problems := m.Caps.Check(desired); len(problems) > 0 {
		return backend.Errorf(backend.Terminal, "%s", problems[0])
	}
	return nil
}

// Forecast implements backend.Driver.
func (m *Memory[D]) Forecast(w backend.Write[D]) backend.Forecast[D] {
	return backend.Forecast[D]{After: backend.Foreseen(w, m.Capabilities()), Calls: 1}
}

// Delete implements backend.Driver.
func (m *Memory[D]) Delete(ctx context.Context, seen backend.Observation[D]) error {
	fault, err := m.tenant.begin(ctx, VerbDelete)
	if err != nil {
		return err
	}
	m.tenant.mu.Lock()
	defer m.tenant.mu.Unlock()
	r := m.row(seen.ParentID, seen.ID)
	switch {
	case !m.Caps.Delete:
		return backend.Errorf(backend.Terminal, "cannot be deleted here")
	case r == nil:
	case r.remote.Undeletable:
		return backend.Errorf(backend.Terminal, "%q cannot be deleted", seen.ID)
	case r.gone.IsZero():
		r.gone = m.tenant.now().Add(m.Slow)
	}
	return fault.After
}

func (m *Memory[D]) normalize(before D, after *D) {
	if m.Normalize != nil {
		m.Normalize(before, after)
	}
}

// row returns a remote that exists, nil if there is none.
func (m *Memory[D]) row(parent, id string) *row[D] {
	if m.tenant.Blind {
		return nil
	}
	for _, r := range m.rows {
		if r.id == id && r.parent == parent && m.exists(r) {
			return r
		}
	}
	return nil
}

// answer is what a write returns: everything that can be shown.
func (m *Memory[D]) answer(r *row[D]) backend.Observation[D] {
	return m.observation(r, m.Caps.DetailFields)
}

func (m *Memory[D]) observation(r *row[D], details []string) backend.Observation[D] {
	obs := backend.Observation[D]{
		Exists: true, ID: r.id, ParentID: r.parent, Version: strconv.Itoa(r.version),
		URL: fmt.Sprintf("https://console.example/%s/%s", m.prefix, r.id), CreatedAt: r.created, Mark: r.mark, MarkInProse: m.MarkInProse,
		Phase: r.remote.Phase, Message: r.remote.Message, MarkIncomplete: r.remote.MarkIncomplete, Undeletable: r.remote.Undeletable,
		Retired: r.remote.Retired, ReadOnly: slices.Clone(r.remote.ReadOnly), Locked: r.remote.Locked, Date: m.tenant.date(),
	}
	hidden := m.Caps.For(r.actual).WriteOnly
	obs.Actual = keep(Clone(r.actual), func(path string, parameter bool) bool {
		return !parameter && !backend.Covers(hidden, path) && (!backend.Covers(m.Caps.DetailFields, path) || asked(details, path))
	})
	return obs
}

// asked reports whether fields name path, or something above or below it.
func asked(fields []string, path string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return backend.Covers([]string{f}, path) || backend.Covers([]string{path}, f) })
}
