package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// view is what one list pass over a parent said.
type view struct {
	date  time.Time // the vendor's clock
	taken time.Time // ours
	rows  map[string]bool
	marks map[string]backend.Mark // by id
}

// views keeps the last list pass per tenant and parent, shared by all objects: it is
// the mark index, and the second witness of an absence.
type views[D backend.Model] struct {
	now func() time.Time
	// bound lists the ids that objects of this cluster are bound to in a parent.
	bound func(ctx context.Context, tenantID, parent string) ([]string, error)

	mu    sync.Mutex
	known map[parentKey]*view
	busy  map[parentKey]chan struct{}
}

type parentKey struct{ tenant, parent string }

// get returns a view of the parent that was taken at or after notBefore (our clock).
func (v *views[D]) get(ctx context.Context, b *Backend, driver backend.Driver[D], parent string, notBefore time.Time) (*view, error) {
	k := parentKey{b.TenantKey, parent}
	for {
		v.mu.Lock()
		if v.known == nil {
			v.known, v.busy = map[parentKey]*view{}, map[parentKey]chan struct{}{}
		}
		if known := v.known[k]; known != nil && !known.taken.Before(notBefore) {
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

		taken, err := v.take(ctx, b, driver, parent)
		v.mu.Lock()
		delete(v.busy, k)
		if err == nil {
			v.known[k] = taken
		}
		v.mu.Unlock()
		close(done)
		return taken, err
	}
}

// take asks for every remote of a parent that bears a mark, and for every one that an
// object of this cluster is bound to, in one pass.
func (v *views[D]) take(ctx context.Context, b *Backend, driver backend.Driver[D], parent string) (*view, error) {
	out := &view{taken: v.now(), rows: map[string]bool{}, marks: map[string]backend.Mark{}}
	ids, err := v.bound(ctx, b.TenantID, parent)
	if err != nil {
		return nil, err
	}
	refs := []backend.Ref{{ParentID: parent, Mark: backend.Mark{Owner: "*"}}}
	for _, id := range ids {
		refs = append(refs, backend.Ref{ID: id, ParentID: parent})
	}
	for obs, err := range driver.ObserveMany(backend.WithPriority(ctx, backend.PrioritySweep), refs) {
		if err != nil {
			return nil, err
		}
		if obs.Exists {
			out.add(obs.ID, obs.Mark, obs.Date)
		}
	}
	return out, nil
}

func (w *view) add(id string, mark backend.Mark, date time.Time) {
	if !date.IsZero() && (w.date.IsZero() || date.Before(w.date)) {
		w.date = date
	}
	if id == "" {
		return
	}
	w.rows[id] = true
	if !mark.IsZero() {
		w.marks[id] = mark
	}
}

// note adds a remote that was just written, so that the index stays true between passes.
func (v *views[D]) note(tenant, parent, id string, mark backend.Mark) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known := v.known[parentKey{tenant, parent}]; known != nil && id != "" {
		known.rows[id] = true
		known.marks[id] = mark
	}
}

// forget drops what is known of a tenant.
func (v *views[D]) forget(tenant string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for k := range v.known {
		if k.tenant == tenant {
			delete(v.known, k)
		}
	}
}

// hits returns the ids of remotes that bear a mark for which match is true.
func (v *views[D]) hits(w *view, match func(backend.Mark) bool) []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var ids []string
	for id, m := range w.marks {
		if match(m) {
			ids = append(ids, id)
		}
	}
	return ids
}

// clock is a tenant's clock: the last Date header carried forward by monotonic time.
type clock struct {
	mu   sync.Mutex
	last map[string]stamp
	now  func() time.Time
}

type stamp struct{ vendor, ours time.Time }

func (c *clock) saw(tenant string, date time.Time) {
	if date.IsZero() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[string]stamp{}
	}
	c.last[tenant] = stamp{date, c.now()}
}

// errNoClock: no answer of the tenant has carried a Date yet.
var errNoClock = errors.New("the tenant has not told its time yet")

func (c *clock) read(tenant string) (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.last[tenant]
	if !ok {
		return time.Time{}, errNoClock
	}
	return s.vendor.Add(c.now().Sub(s.ours)), nil
}

// drop takes a remote out of the index that is there no more.
func (v *views[D]) drop(tenant, parent, id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known := v.known[parentKey{tenant, parent}]; known != nil {
		delete(known.rows, id)
		delete(known.marks, id)
	}
}

// keep takes over a view that a sweep made.
func (v *views[D]) keep(tenant, parent string, w *view) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil {
		v.known, v.busy = map[parentKey]*view{}, map[parentKey]chan struct{}{}
	}
	v.known[parentKey{tenant, parent}] = w
}
