package engine

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

	"github.com/governance-operator/governance-operator/internal/backend"
)

// view is what one list pass over a parent said. It keeps what objects of this cluster need: the remotes
// they are bound to, and those that bear the mark of one that exists. Of all other marks it keeps no more
// than that there are some: who comes later and has one takes a new view.
type view struct {
	date  time.Time // the vendor's clock
	taken time.Time // ours
	rows  map[string]bool
	marks map[string]backend.Mark // by id
	// bearers are the ids by owner and by token of their marks; those that are gone since, or bear
	// another mark, are skipped.
	bearers map[string][]string
	// others are the hashes of the owners and tokens of marks that were not kept, in order.
	others []uint64
	// space is the namespace of the backend that was asked, and lives reports whether an owner exists.
	space   string
	lives   func(owner string) bool
	charged int // how many hashes are counted for the namespace
	names   viewNames
}

// mostBearers is how many remotes with one owner or token are kept: with two of them nothing is done already.
const mostBearers = 8

func newView(taken time.Time, b *Backend, lives func(owner string) bool) *view {
	_, rest, _ := strings.Cut(b.Key, "/")
	space, _, _ := strings.Cut(rest, "/")
	return &view{taken: taken, space: space, lives: lives, rows: map[string]bool{}, marks: map[string]backend.Mark{}, bearers: map[string][]string{}}
}

// set records that a remote is there, and the ownership mark it bears.
func (w *view) set(id string, mark backend.Mark) {
	w.rows[id] = true
	if before, ok := w.marks[id]; mark.IsZero() || ok && before == mark {
		return
	}
	w.marks[id] = mark
	for _, key := range keysOf(mark) {
		if key != "" {
			w.bearers[key] = append(w.bearers[key], id)
		}
	}
}

func keysOf(mark backend.Mark) [2]string { return [2]string{mark.Owner, mark.Token} }

// hides reports whether a mark with the owner or the token was seen and not kept.
func (w *view) hides(owner, token string) bool {
	for _, key := range []string{owner, token} {
		if key == "" {
			continue
		}
		if _, found := slices.BinarySearch(w.others, hashOf(key)); found {
			return true
		}
	}
	return false
}

func hashOf(key string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	return h.Sum64()
}

// views keeps the last list pass per tenant and parent, shared by all objects: it is
// the mark index, and the second witness of an absence.
type views[D backend.Model] struct {
	now func() time.Time
	// bound lists the ids that objects of this cluster are bound to in a parent, and the objects that have none yet.
	bound func(ctx context.Context, b *Backend, parent string) (ids []string, unborn map[types.UID]int64, err error)
	// wanted are the names that are asked for in a parent: what has them is kept, and not only that there is something.
	wanted func(k parentKey) map[uint64]bool
	// lives reports whether the object that a mark names as its owner exists.
	lives func(owner string) bool

	mu    sync.Mutex
	known map[parentKey]*view
	spent map[string]int // hashes that are kept, by namespace
	// namesSpent are those of names.
	namesSpent map[string]int
	busy       map[parentKey]chan struct{}
	// noted holds what was written since the view before the last one: a list that was on its
	// way meanwhile does not show it.
	noted map[parentKey]map[string]noted
}

// noted is a remote of ours that was written at a time of our clock.
type noted struct {
	mark backend.Mark
	at   time.Time
}

// mostOthers is how many hashes of marks are kept for the backends of one namespace.
const mostOthers = 1 << 19

// charge counts the hashes of a view that is being made, and is an error where its namespace has too many.
func (v *views[D]) charge(w *view) error {
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

// discharge gives back what was counted for a view that nobody keeps; v.mu is held.
func (v *views[D]) discharge(w *view) {
	if w == nil {
		return
	}
	giveBack(v.spent, w.space, w.charged)
	giveBack(v.namesSpent, w.space, w.names.charged)
	w.charged, w.names.charged = 0, 0
}

func giveBack(spent map[string]int, space string, n int) {
	if n == 0 {
		return
	}
	if spent[space] -= n; spent[space] == 0 {
		delete(spent, space)
	}
}

// discard gives up a view that could not be finished.
func (v *views[D]) discard(w *view) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.discharge(w)
}

// store makes w the view of a parent, with what was written since it was begun; v.mu is held.
func (v *views[D]) store(k parentKey, w *view) {
	for id, n := range v.noted[k] {
		if n.at.Before(w.taken) {
			delete(v.noted[k], id)
			continue
		}
		w.set(id, n.mark)
	}
	v.discharge(v.known[k])
	v.known[k] = w
}

type parentKey struct{ tenant, parent string }

// get returns a view of the parent that was taken at or after notBefore (our clock).
func (v *views[D]) get(ctx context.Context, b *Backend, driver backend.Driver[D], parent string, notBefore time.Time) (*view, error) {
	return v.getIf(ctx, b, driver, parent, func(known *view) bool { return !known.taken.Before(notBefore) })
}

// getIf returns a view of the parent that serves, and takes a new one where none does.
func (v *views[D]) getIf(ctx context.Context, b *Backend, driver backend.Driver[D], parent string, serves func(*view) bool) (*view, error) {
	k := parentKey{b.TenantKey, parent}
	for {
		v.mu.Lock()
		if v.known == nil {
			v.known, v.busy = map[parentKey]*view{}, map[parentKey]chan struct{}{}
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

// fetch takes a view and wakes those who wait for it, also when a driver panics.
func (v *views[D]) fetch(ctx context.Context, b *Backend, driver backend.Driver[D], k parentKey, done chan struct{}) (taken *view, err error) {
	defer func() {
		v.mu.Lock()
		delete(v.busy, k)
		if taken != nil {
			v.store(k, taken)
		}
		v.mu.Unlock()
		close(done)
	}()
	return v.take(ctx, b, driver, k.parent)
}

// peek is the view of a parent that is there, nil if there is none.
func (v *views[D]) peek(tenant, parent string) *view {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.known[parentKey{tenant, parent}]
}

// lists reports whether a view shows a remote.
func (v *views[D]) lists(w *view, id string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return w.rows[id]
}

// take asks for every remote of a parent that bears a mark, and for every one that an
// object of this cluster is bound to, in one pass.
func (v *views[D]) take(ctx context.Context, b *Backend, driver backend.Driver[D], parent string) (taken *view, err error) {
	out := newView(v.now(), b, v.lives)
	defer func() {
		if taken == nil {
			v.discard(out)
		}
	}()
	ids, unborn, err := v.bound(ctx, b, parent)
	if err != nil {
		return nil, err
	}
	named := !driver.Capabilities().Naming.IsZero()
	if named {
		out.names.begin(unborn, v.wanted(parentKey{b.TenantKey, parent}))
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
		out.see(obs.Exists, asked[obs.ID], obs.ID, obs.Mark, obs.Date)
		seeNames(v, out, obs)
		if err := v.charge(out); err != nil {
			return nil, err
		}
	}
	out.close()
	return out, nil
}

// see takes a row over that was asked for by its id, or bears a mark. Of what is not there its date
// counts: an empty list tells the time, too.
func (w *view) see(exists, asked bool, id string, mark backend.Mark, date time.Time) {
	if !date.IsZero() && (w.date.IsZero() || date.Before(w.date)) {
		w.date = date
	}
	switch {
	case !exists || id == "":
	case asked:
		w.set(id, mark)
	case mark.IsZero():
	case strings.Contains(mark.Owner, "/") && len(w.bearers[mark.Owner]) < mostBearers && w.lives(mark.Owner):
		w.set(id, mark)
	default:
		for _, key := range keysOf(mark) {
			if key != "" {
				w.others = append(w.others, hashOf(key))
			}
		}
	}
}

// close puts the hashes in order, once all rows were seen.
func (w *view) close() {
	slices.Sort(w.others)
	w.others = slices.Clip(slices.Compact(w.others))
	w.names.close()
}

// note adds a remote that was just written, so that the index stays true between passes.
func (v *views[D]) note(tenant, parent, id string, mark backend.Mark) {
	if id == "" {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	k := parentKey{tenant, parent}
	if v.noted == nil {
		v.noted = map[parentKey]map[string]noted{}
	}
	if v.noted[k] == nil {
		v.noted[k] = map[string]noted{}
	}
	v.noted[k][id] = noted{mark, v.now()}
	if known := v.known[k]; known != nil {
		known.set(id, mark)
	}
}

// forget drops what is known of a tenant.
func (v *views[D]) forget(tenant string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.DeleteFunc(v.known, func(k parentKey, w *view) bool {
		if k.tenant == tenant {
			v.discharge(w)
		}
		return k.tenant == tenant
	})
}

// forgetAll drops that, and what was written there.
func (v *views[D]) forgetAll(tenant string) {
	v.forget(tenant)
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.DeleteFunc(v.noted, func(k parentKey, _ map[string]noted) bool { return k.tenant == tenant })
}

// hit is a remote that bears a mark.
type hit struct {
	id   string
	mark backend.Mark
}

// hits returns the remotes whose mark has the owner or the token; an empty one is none.
func (v *views[D]) hits(w *view, owner, token string) []hit {
	v.mu.Lock()
	defer v.mu.Unlock()
	var hits []hit
	for _, id := range append(slices.Clone(w.bearers[owner]), w.bearers[token]...) {
		m, ok := w.marks[id]
		borne := ok && (owner != "" && m.Owner == owner || token != "" && m.Token == token)
		if borne && !slices.Contains(hits, hit{id, m}) {
			hits = append(hits, hit{id, m})
		}
	}
	return hits
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

func (c *clock) forget(tenant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.last, tenant)
}

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
	delete(v.noted[parentKey{tenant, parent}], id)
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
	v.store(parentKey{tenant, parent}, w)
}
