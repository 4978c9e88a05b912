package snapshot

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// Cache keeps the last list pass per tenant and parent, shared by all objects: it is
// the mark index, and the second witness of an absence.
type Cache[D backend.Model] struct {
	Now func() time.Time
	// Bound lists the ids that objects of this cluster are bound to in a parent, and the objects that have none yet.
	Bound func(ctx context.Context, b *managed.Backend, parent string) (ids []string, unborn map[types.UID]int64, err error)
	// Wanted are the names that are asked for in a parent: what has them is kept, and not only that there is something.
	Wanted func(k Key) map[uint64]bool
	// Lives reports whether the object that a mark names as its owner exists.
	Lives func(owner string) bool

	mu    sync.Mutex
	known map[Key]*Snapshot
	spent map[string]int // hashes that are kept, by namespace
	// namesSpent are those of names.
	namesSpent map[string]int
	busy       map[Key]chan struct{}
	// noted holds what was written since the snapshot before the last one: a list that was on its
	// way meanwhile does not show it.
	noted map[Key]map[string]noted
}

// Key names a parent in an opened tenant.
type Key struct{ Tenant, Parent string }

// noted is a remote of ours that was written at a time of our clock.
type noted struct {
	mark backend.Mark
	at   time.Time
}

// mostOthers is how many hashes of marks are kept for the backends of one namespace.
const mostOthers = 1 << 19

// Get returns a snapshot of the parent that was taken at or after notBefore (our clock).
func (v *Cache[D]) Get(ctx context.Context, b *managed.Backend, driver backend.Driver[D], parent string, notBefore time.Time) (*Snapshot, error) {
	return v.GetIf(ctx, b, driver, parent, func(known *Snapshot) bool { return !known.Taken.Before(notBefore) })
}

// GetIf returns a snapshot of the parent that serves, and takes a new one where none does.
func (v *Cache[D]) GetIf(ctx context.Context, b *managed.Backend, driver backend.Driver[D], parent string, serves func(*Snapshot) bool) (*Snapshot, error) {
	k := Key{b.TenantKey, parent}
	for {
		v.mu.Lock()
		if v.known == nil {
			v.known, v.busy = map[Key]*Snapshot{}, map[Key]chan struct{}{}
		}
		if known := v.known[k]; known != nil && serves(known) {
			v.mu.Unlock()
			return known, nil
		}
		if wait, ok := v.busy[k]; ok {
			v.mu.Unlock()
			select {
			case <-wait:
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		done := make(chan struct{})
		v.busy[k] = done
		v.mu.Unlock()

		return v.fetch(ctx, b, driver, k, done)
	}
}

// fetch takes a snapshot and wakes those who wait for it, also when a driver panics.
func (v *Cache[D]) fetch(ctx context.Context, b *managed.Backend, driver backend.Driver[D], k Key, done chan struct{}) (taken *Snapshot, err error) {
	defer func() {
		v.mu.Lock()
		delete(v.busy, k)
		if taken != nil {
			v.store(k, taken)
		}
		v.mu.Unlock()
		close(done)
	}()
	return v.take(ctx, b, driver, k.Parent)
}

// take asks for every remote of a parent that bears a mark, and for every one that an
// object of this cluster is bound to, in one pass.
func (v *Cache[D]) take(ctx context.Context, b *managed.Backend, driver backend.Driver[D], parent string) (taken *Snapshot, err error) {
	out := New(v.Now(), b, v.Lives)
	defer func() {
		if taken == nil {
			v.Discard(out)
		}
	}()
	ids, unborn, err := v.Bound(ctx, b, parent)
	if err != nil {
		return nil, err
	}
	named := !driver.Capabilities().Naming.IsZero()
	if named {
		out.Names.Begin(unborn, v.Wanted(Key{b.TenantKey, parent}))
	}
	refs := []backend.Ref{{ParentID: parent, Mark: backend.Mark{Owner: "*"}, Every: named}}
	asked := map[string]bool{}
	for _, id := range ids {
		refs = append(refs, backend.Ref{ID: id, ParentID: parent})
		asked[id] = true
	}
	for obs, err := range driver.ObserveMany(backend.WithPriority(ctx, backend.PrioritySweep), refs) {
		if err != nil {
			return nil, err
		}
		out.Add(obs.Exists, asked[obs.ID], obs.ID, obs.Mark, obs.Date)
		AddNames(v, out, obs)
		if err := v.Charge(out); err != nil {
			return nil, err
		}
	}
	out.Finish()
	return out, nil
}

// Peek is the snapshot of a parent that is there, nil if there is none.
func (v *Cache[D]) Peek(tenant, parent string) *Snapshot {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.known[Key{tenant, parent}]
}

// Has reports whether a snapshot shows a remote.
func (v *Cache[D]) Has(w *Snapshot, id string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return w.rows[id]
}

// Match returns the remotes whose mark has the owner or the token; an empty one is none.
func (v *Cache[D]) Match(w *Snapshot, owner, token string) []Hit {
	v.mu.Lock()
	defer v.mu.Unlock()
	var hits []Hit
	for _, id := range append(slices.Clone(w.bearers[owner]), w.bearers[token]...) {
		m, ok := w.marks[id]
		borne := ok && (owner != "" && m.Owner == owner || token != "" && m.Token == token)
		if borne && !slices.Contains(hits, Hit{id, m}) {
			hits = append(hits, Hit{id, m})
		}
	}
	return hits
}

// RecordWrite adds a remote that was just written, so that the index stays true between passes.
func (v *Cache[D]) RecordWrite(tenant, parent, id string, mark backend.Mark) {
	if id == "" {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	k := Key{tenant, parent}
	if v.noted == nil {
		v.noted = map[Key]map[string]noted{}
	}
	if v.noted[k] == nil {
		v.noted[k] = map[string]noted{}
	}
	v.noted[k][id] = noted{mark, v.Now()}
	if known := v.known[k]; known != nil {
		known.set(id, mark)
	}
}

// Remove takes a remote out of the index that is there no more.
func (v *Cache[D]) Remove(tenant, parent, id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.noted[Key{tenant, parent}], id)
	if known := v.known[Key{tenant, parent}]; known != nil {
		delete(known.rows, id)
		delete(known.marks, id)
	}
}

// Replace takes over a snapshot that a sweep made.
func (v *Cache[D]) Replace(tenant, parent string, w *Snapshot) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil {
		v.known, v.busy = map[Key]*Snapshot{}, map[Key]chan struct{}{}
	}
	v.store(Key{tenant, parent}, w)
}

// store makes w the snapshot of a parent, with what was written since it was begun; v.mu is held.
func (v *Cache[D]) store(k Key, w *Snapshot) {
	for id, n := range v.noted[k] {
		if n.at.Before(w.Taken) {
			delete(v.noted[k], id)
			continue
		}
		w.set(id, n.mark)
	}
	v.discharge(v.known[k])
	v.known[k] = w
}

// Forget drops what is known of a tenant.
func (v *Cache[D]) Forget(tenant string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.DeleteFunc(v.known, func(k Key, w *Snapshot) bool {
		if k.Tenant == tenant {
			v.discharge(w)
		}
		return k.Tenant == tenant
	})
}

// ForgetAll drops that, and what was written there.
func (v *Cache[D]) ForgetAll(tenant string) {
	v.Forget(tenant)
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.DeleteFunc(v.noted, func(k Key, _ map[string]noted) bool { return k.Tenant == tenant })
}

// Charge counts the hashes of a snapshot that is being made, and is an error where its namespace has too many.
func (v *Cache[D]) Charge(w *Snapshot) error {
	const step = 1024
	if len(w.others) < w.charged+step {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.spent == nil {
		v.spent = map[string]int{}
	}
	if v.spent[w.space]+step > mostOthers {
		return backend.Errorf(backend.Retryable, "the lists of the backends of this namespace hold more than %d marks of objects that do not exist here", mostOthers/2)
	}
	v.spent[w.space] += step
	w.charged += step
	return nil
}

// discharge gives back what was counted for a snapshot that nobody keeps; v.mu is held.
func (v *Cache[D]) discharge(w *Snapshot) {
	if w == nil {
		return
	}
	giveBack(v.spent, w.space, w.charged)
	giveBack(v.namesSpent, w.space, w.Names.charged)
	w.charged, w.Names.charged = 0, 0
}

func giveBack(spent map[string]int, space string, n int) {
	if n == 0 {
		return
	}
	if spent[space] -= n; spent[space] == 0 {
		delete(spent, space)
	}
}

// Discard gives up a snapshot that could not be finished.
func (v *Cache[D]) Discard(w *Snapshot) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.discharge(w)
}
