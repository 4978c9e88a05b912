// Package lookup turns names into remote ids. What a name means is asked once for all who
// ask within seconds; many names of one place are answered from its list.
package lookup

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

const (
	// kept is how long an answer stays. Who asks says how old it may be.
	kept = time.Minute
	// missTTL is how long the answer "no such thing" serves everybody: nothing can be granted by it.
	missTTL = 30 * time.Second
	// longFor is how long it is remembered that a list is too long to be worth it, or refused.
	longFor = time.Hour
	// listFrom is how many names of one place are worth a list.
	listFrom = 3
	// mostNames and mostLists are how many answers are kept.
	mostNames, mostLists = 10_000, 32
)

// Cache asks tenants for names.
type Cache struct {
	// Now is the clock; time.Now if nil.
	Now func() time.Time

	names memo[key, []backend.Match]
	lists memo[key, []backend.Listed]

	mu   sync.Mutex
	long map[key]tooLong
}

// key is a name in a tenant, or a place without a name.
type key struct {
	tenant string
	name   backend.Name
}

// tooLong is a list that was given up for so many names.
type tooLong struct {
	sought int
	until  time.Time
}

// Of returns what is known of one tenant, under a key that only those share who may see the same.
func (c *Cache) Of(tenantKey string, tenant backend.Tenant) backend.Directory {
	return &directory{c, tenantKey, tenant}
}

type directory struct {
	*Cache
	tenantKey string
	tenant    backend.Tenant
}

// Find implements backend.Directory.
func (d *directory) Find(ctx context.Context, names []backend.Name, notBefore time.Time) (map[backend.Name]backend.Answer, error) {
	places, order := map[backend.Name][]backend.Name{}, []backend.Name(nil)
	for _, q := range names {
		if places[q.Place()] == nil {
			order = append(order, q.Place())
		}
		places[q.Place()] = append(places[q.Place()], q)
	}
	out := make(map[backend.Name]backend.Answer, len(names))
	for _, place := range order {
		if err := d.findIn(ctx, place, places[place], notBefore, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// findIn answers the names of one place: from a list that is there, from what is known of each,
// from a list that is worth it, or one by one.
func (d *directory) findIn(ctx context.Context, place backend.Name, names []backend.Name, notBefore time.Time, out map[backend.Name]backend.Answer) error {
	k := key{d.tenantKey, place}
	all, listed := d.lists.peek(ctx, k, since[[]backend.Listed](notBefore))
	var open []backend.Name
	for _, q := range names {
		if listed {
			out[q] = backend.Answer{Matches: q.Among(all)}
		} else if known, ok := d.names.peek(ctx, key{d.tenantKey, q}, d.serves(notBefore)); ok {
			out[q] = backend.Answer{Matches: known}
		} else {
			open = append(open, q)
		}
	}
	if d.worthAList(k, len(open)) {
		all, err := d.list(ctx, k, notBefore, len(open))
		switch {
		case err == nil:
			for _, q := range open {
				out[q] = backend.Answer{Matches: q.Among(all)}
			}
			return nil
		case !noList(err):
			return err
		}
	}
	for _, q := range open {
		found, err := d.names.get(ctx, key{d.tenantKey, q}, d.now(), mostNames, d.serves(notBefore), func() ([]backend.Match, error) {
			return d.tenant.Find(ctx, q)
		})
		if err != nil && !errors.Is(err, backend.ErrNoNames) {
			return err
		}
		out[q] = backend.Answer{Matches: found, Err: err}
	}
	return nil
}

// Gone implements backend.Directory.
func (d *directory) Gone(ctx context.Context, q backend.Name, id string, notBefore time.Time) (bool, error) {
	whole := func() ([]backend.Listed, error) {
		return d.list(ctx, key{d.tenantKey, q.Place()}, notBefore, 0)
	}
	all, err := whole()
	if errors.Is(err, backend.ErrLongList) {
		all, err = whole() // It was on its way for somebody who gave it up.
	}
	if err != nil {
		return false, err
	}
	if len(all) == 0 {
		return false, backend.ErrNoWitness // Who sees nothing at all may have lost the right to.
	}
	for _, l := range all {
		if l.ID == id {
			return false, nil
		}
	}
	there, err := d.tenant.Has(ctx, q.Place(), id)
	return err == nil && !there, err
}

// list reads a place, once for all who ask for it. sought zero: whatever it takes.
func (d *directory) list(ctx context.Context, k key, notBefore time.Time, sought int) ([]backend.Listed, error) {
	now := d.now()
	d.lists.drop(func(_ key, e *entry[[]backend.Listed]) bool { return e.answered() && now.Sub(e.asked) > kept })
	return d.lists.get(ctx, k, now, mostLists, since[[]backend.Listed](notBefore), func() ([]backend.Listed, error) {
		all, err := d.tenant.List(ctx, k.name, sought)
		if noList(err) {
			d.tooLong(k, sought, !errors.Is(err, backend.ErrLongList))
		}
		return all, err
	})
}

// noList reports whether the names of a place are to be looked up one by one: its list is too long, there is
// none, or the vendor refuses it. Who may not read all of a list may be allowed to search in it.
func noList(err error) bool {
	return errors.Is(err, backend.ErrLongList) || errors.Is(err, backend.ErrNoNames) || err != nil && backend.ClassOf(err) == backend.Terminal
}

// worthAList reports whether so many names may be cheaper to list than to look up one by one; the
// driver, which knows its pages, has the last word.
func (d *directory) worthAList(k key, sought int) bool {
	if sought < listFrom {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	known, ok := d.long[k]
	return !ok || d.now().After(known.until) || sought > 2*known.sought
}

func (c *Cache) tooLong(k key, sought int, never bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.long == nil || len(c.long) > mostNames {
		c.long = map[key]tooLong{}
	}
	if never {
		sought = 1 << 30
	}
	c.long[k] = tooLong{sought, c.now().Add(longFor)}
}

// since reports whether an answer was asked for at notBefore or later.
func since[V any](notBefore time.Time) func(*entry[V]) bool {
	return func(e *entry[V]) bool { return !e.asked.Before(notBefore) }
}

// serves lets "no such thing" live a little longer.
func (c *Cache) serves(notBefore time.Time) func(*entry[[]backend.Match]) bool {
	now := c.now()
	return func(e *entry[[]backend.Match]) bool {
		return !e.asked.Before(notBefore) || e.answered() && len(e.value) == 0 && now.Sub(e.asked) <= missTTL
	}
}

func (c *Cache) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Forget drops everything known of a tenant, for example when another one answers.
func (c *Cache) Forget(tenantKey string) {
	c.names.drop(func(k key, _ *entry[[]backend.Match]) bool { return k.tenant == tenantKey })
	c.lists.drop(func(k key, _ *entry[[]backend.Listed]) bool { return k.tenant == tenantKey })
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.long {
		if k.tenant == tenantKey {
			delete(c.long, k)
		}
	}
}
