package fleet

import (
	"context"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// JustNow is how old an answer may be for somebody who resolves a name for the first time.
const JustNow = 5 * time.Second

// LeaveOut takes out of a model what is not resolved, and returns what it has no field for.
func LeaveOut(desired any, resolver *reference.Resolver) (rest []string) {
	var open []string
	for _, path := range resolver.Open() {
		open = append(open, strings.TrimPrefix(path, "spec."))
	}
	return backend.Clear(desired, open)
}

// KeepVerdicts lets the next pass over an object take verdicts over.
func (r *Fleet[O, D]) KeepVerdicts(m *Memory, verdicts map[backend.Name]reference.Verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.Names.verdicts == nil {
		m.Names.verdicts = map[backend.Name]reference.Verdict{}
	}
	maps.Copy(m.Names.verdicts, verdicts)
}

// TakeVerdicts returns what was kept for an object, once.
func (r *Fleet[O, D]) TakeVerdicts(m *Memory) map[backend.Name]reference.Verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	verdicts := m.Names.verdicts
	m.Names.verdicts = nil
	return verdicts
}

// namesAge is how old an answer may be that only confirms what is pinned.
const namesAge = time.Minute

// places remembers when the names of a place (an app, a source, the whole tenant) were last asked again.
type places struct {
	mu   sync.Mutex
	last map[placeKey]int64
}

type placeKey struct {
	tenant, backend string
	name            backend.Name
}

// due reports whether the names of a place are to be asked again, and which turn of the clock that is.
// Each place has its own moment in the period, by its name: a restart waits for the next.
func (s *places) due(k placeKey, now time.Time, period time.Duration) (turn int64, due bool) {
	h := fnv.New64a()
	for _, part := range []string{k.backend, string(k.name.Kind), k.name.ParentID, k.name.TypeID} {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	turn = (now.UnixNano() + int64(h.Sum64()%uint64(period))) / int64(period)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		s.last = map[placeKey]int64{}
	}
	last, known := s.last[k]
	if !known {
		s.last[k] = turn
	}
	return turn, known && turn > last
}

func (s *places) done(k placeKey, turn int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[k] = turn
}

// forget drops the places for which goes is true.
func (s *places) forget(goes func(placeKey) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.last, func(k placeKey, _ int64) bool { return goes(k) })
}

// pinned is a name and what it stands for.
type pinned struct {
	name backend.Name
	id   string
}

// AskNames asks what the pinned names of all objects of the kind behind b mean now: each place once in
// a period, by its list where there are many names, all objects together. Objects for which a name
// does not mean the same any more are forced to look, and returned. It may take its time, and no
// sweep waits for it.
func (r *Fleet[O, D]) AskNames(ctx context.Context, b *managed.Backend, period time.Duration) ([]types.NamespacedName, error) {
	ctx = backend.WithPriority(ctx, backend.PrioritySweep)
	named, err := r.pinnedNames(ctx, b)
	if err != nil || period <= 0 {
		return nil, err
	}
	r.places.forget(func(k placeKey) bool { return k.tenant == b.TenantKey && k.backend == b.Key && named[k.name] == nil })
	var moved []types.NamespacedName
	var failed error
	for place, names := range named {
		k := placeKey{b.TenantKey, b.Key, place}
		turn, due := r.places.due(k, r.Now(), period)
		if !due {
			continue
		}
		found, err := r.askPlace(ctx, b, names)
		if err != nil {
			failed = errors.Join(failed, err) // The others may be seen all the same; this one is asked at the next sweep.
			continue
		}
		r.places.done(k, turn)
		moved = append(moved, found...)
	}
	slices.SortFunc(moved, func(a, b types.NamespacedName) int { return compareNames(a, b) })
	moved = slices.Compact(moved)
	for _, name := range moved {
		r.Force(name)
	}
	return moved, failed
}

func compareNames(a, b types.NamespacedName) int {
	switch {
	case a.String() < b.String():
		return -1
	case a.String() > b.String():
		return 1
	}
	return 0
}

// pinnedNames lists what is pinned, by place, with the objects that pin it. What a review that runs
// is about does not change any more.
func (r *Fleet[O, D]) pinnedNames(ctx context.Context, b *managed.Backend) (map[backend.Name]map[pinned][]O, error) {
	objects, err := r.list(ctx)
	if err != nil {
		return nil, err
	}
	out := map[backend.Name]map[pinned][]O{}
	for _, obj := range objects {
		st := obj.GetManagedStatus()
		if len(st.Resolved) == 0 || managed.BackendKey(obj) != b.Key || st.Remote == nil || st.Remote.ID == "" || !b.Lives(st.Remote.TenantID) ||
			!obj.GetDeletionTimestamp().IsZero() || r.Kind.Started != nil && r.Kind.Started(obj) {
			continue
		}
		for _, a := range r.askedBy(ctx, b, obj) {
			place := a.Query.Place()
			if a.Pinned == "" {
				continue
			}
			if out[place] == nil {
				out[place] = map[pinned][]O{}
			}
			k := pinned{a.Query, a.Pinned}
			out[place][k] = append(out[place][k], obj)
		}
	}
	return out, nil
}

// askedBy lists the names of an object: as its pins have them, and by its spec where they do not show
// the whole of a name.
func (r *Fleet[O, D]) askedBy(ctx context.Context, b *managed.Backend, obj O) []reference.Asked {
	if asked, whole := reference.AskedBy(obj.GetManagedStatus().Resolved); whole {
		return asked
	}
	resolver := reference.NewResolver(ctx, r.Client, obj, b.TenantID, nil).AlsoKnownAs(b.ByHost)
	r.Kind.Desire(obj, resolver)
	return resolver.Asked()
}

// askPlace asks for all names of a place, and hands the verdicts that are news to the objects.
func (r *Fleet[O, D]) askPlace(ctx context.Context, b *managed.Backend, names map[pinned][]O) ([]types.NamespacedName, error) {
	questions := map[backend.Name]bool{}
	for k := range names {
		questions[k.name] = true
	}
	began := r.Now()
	answers, err := b.Names.Find(ctx, slices.Collect(maps.Keys(questions)), began.Add(-namesAge))
	if err != nil {
		return nil, err
	}
	var moved []types.NamespacedName
	for k, objects := range names {
		if answers[k.name].Err != nil {
			continue
		}
		v := reference.Verify(ctx, b.Names, k.name, k.id, answers[k.name].Matches, began.Add(-JustNow))
		for _, obj := range objects {
			if r.isNews(obj, k.name, v) {
				moved = append(moved, client.ObjectKeyFromObject(obj))
			}
		}
	}
	return moved, nil
}

// isNews reports whether an object does not know a verdict yet, and lets its next pass take it over.
func (r *Fleet[O, D]) isNews(obj O, q backend.Name, v reference.Verdict) bool {
	if reference.Knows(obj.GetManagedStatus().Resolved, q, v) {
		return false
	}
	r.KeepVerdicts(r.Remember(obj.GetUID()), map[backend.Name]reference.Verdict{q: v})
	return true
}

// desiredByPins is the model of an object as far as its pins tell: what a pass compares.
func (r *Fleet[O, D]) desiredByPins(ctx context.Context, b *managed.Backend, obj O) D {
	resolver := reference.NewResolver(ctx, r.Client, obj, b.TenantID, nil).AlsoKnownAs(b.ByHost)
	runs := r.Kind.Started != nil && r.Kind.Started(obj)
	if runs {
		resolver.Started()
	}
	desired, _ := r.Kind.Wish(obj, resolver)
	if runs || b.Suspended || managed.SuspensionOf(obj, r.Now()).On {
		LeaveOut(&desired, resolver)
	}
	return desired
}
