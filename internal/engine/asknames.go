package engine

import (
	"context"
	"errors"
	"hash/fnv"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// namesAge is how old an answer may be that only confirms what is pinned.
const namesAge = time.Minute

// places remembers when the names of a place (an app, a source, the whole tenant) were last asked again.
type places struct {
	mu   sync.Mutex
	last map[placeKey]int64
}

type placeKey struct {
	tenant string
	name   backend.Name
}

// due says whether the names of a place are to be asked again, and which turn of the clock that is.
// Each place has its own moment in the period, by its name: a restart waits for the next.
func (s *places) due(k placeKey, now time.Time, period time.Duration) (turn int64, due bool) {
	h := fnv.New64a()
	for _, part := range []string{k.tenant, string(k.name.Kind), k.name.ParentID, k.name.TypeID} {
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

// keep forgets the places of a tenant that nobody names any more.
func (s *places) keep(tenant string, named map[backend.Name]map[pinned][]types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k := range s.last {
		if k.tenant == tenant && named[k.name] == nil {
			delete(s.last, k)
		}
	}
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
func (r *Reconciler[O, D]) AskNames(ctx context.Context, b *Backend, period time.Duration) ([]types.NamespacedName, error) {
	ctx = backend.WithPriority(ctx, backend.PrioritySweep)
	named, err := r.pinnedNames(ctx, b)
	if err != nil || period <= 0 {
		return nil, err
	}
	r.places.keep(b.TenantKey, named)
	var moved []types.NamespacedName
	var failed error
	for place, names := range named {
		k := placeKey{b.TenantKey, place}
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
func (r *Reconciler[O, D]) pinnedNames(ctx context.Context, b *Backend) (map[backend.Name]map[pinned][]types.NamespacedName, error) {
	objects, err := r.list(ctx)
	if err != nil {
		return nil, err
	}
	out := map[backend.Name]map[pinned][]types.NamespacedName{}
	for _, obj := range objects {
		remote := obj.GetManagedStatus().Remote
		if BackendKey(obj) != b.Key || remote == nil || remote.ID == "" || remote.TenantID != b.TenantID ||
			!obj.GetDeletionTimestamp().IsZero() || r.Kind.Started != nil && r.Kind.Started(obj) {
			continue
		}
		resolver := reference.NewResolver(ctx, r.Client, obj, b.TenantID, nil)
		r.Kind.Desire(obj, resolver)
		for _, a := range resolver.Asked() {
			if a.Pinned == "" {
				continue
			}
			place := a.Query.Place()
			if out[place] == nil {
				out[place] = map[pinned][]types.NamespacedName{}
			}
			k := pinned{a.Query, a.Pinned}
			out[place][k] = append(out[place][k], client.ObjectKeyFromObject(obj))
		}
	}
	return out, nil
}

// askPlace asks for all names of a place, and hands the verdicts that are news to the objects.
func (r *Reconciler[O, D]) askPlace(ctx context.Context, b *Backend, names map[pinned][]types.NamespacedName) ([]types.NamespacedName, error) {
	questions := map[backend.Name]bool{}
	for k := range names {
		questions[k.name] = true
	}
	answers, err := b.Names.Find(ctx, slices.Collect(maps.Keys(questions)), r.Now().Add(-namesAge))
	if err != nil {
		return nil, err
	}
	var moved []types.NamespacedName
	for k, objects := range names {
		if answers[k.name].Err != nil {
			continue
		}
		v := reference.Verify(ctx, b.Names, k.name, k.id, answers[k.name].Matches)
		for _, name := range objects {
			if r.isNews(ctx, name, k.name, v) {
				moved = append(moved, name)
			}
		}
	}
	return moved, nil
}

// isNews says whether an object does not know a verdict yet, and lets its next pass take it over.
func (r *Reconciler[O, D]) isNews(ctx context.Context, name types.NamespacedName, q backend.Name, v reference.Verdict) bool {
	obj := r.Kind.New()
	if r.Client.Get(ctx, name, obj) != nil || reference.Knows(obj.GetManagedStatus().Resolved, q, v) {
		return false
	}
	m := r.remember(obj.GetUID())
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.names.verdicts == nil {
		m.names.verdicts = map[backend.Name]reference.Verdict{}
	}
	m.names.verdicts[q] = v
	return true
}

// desiredByPins is the model of an object as far as its pins tell.
func (r *Reconciler[O, D]) desiredByPins(ctx context.Context, b *Backend, obj O) D {
	resolver := reference.NewResolver(ctx, r.Client, obj, b.TenantID, nil)
	if r.Kind.Started != nil && r.Kind.Started(obj) {
		resolver.Started()
	}
	desired, _ := r.Kind.Desire(obj, resolver)
	return desired
}
