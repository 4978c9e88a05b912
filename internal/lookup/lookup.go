// Package lookup turns names into remote ids. What a name means is asked once and
// shared by all objects; it is asked again after an hour.
package lookup

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

const (
	// ttl is how long an answer with matches is used.
	ttl = time.Hour
	// missTTL is how long the answer "no such thing" is used: shorter, for somebody is waiting.
	missTTL = 30 * time.Second
	// most is how many answers are kept; beyond it those that are out of date go first.
	most = 10_000
)

// Cache asks each distinct name of a tenant at most once per hour.
type Cache struct {
	// Now is the clock; time.Now if nil.
	Now func() time.Time

	mu      sync.Mutex
	entries map[key]*entry
}

type key struct {
	tenant string
	name   backend.Name
}

type entry struct {
	once    chan struct{} // closed when the answer is in
	matches []backend.Match
	err     error
	asked   time.Time
}

// Find returns what q means in the tenant named by key tenantKey. Callers that ask
// the same at the same time share one call. Errors are not kept.
func (c *Cache) Find(ctx context.Context, tenantKey string, tenant backend.Tenant, q backend.Name) ([]backend.Match, error) {
	k := key{tenantKey, q}
	for {
		c.mu.Lock()
		if c.entries == nil {
			c.entries = map[key]*entry{}
		}
		e, ok := c.entries[k]
		if ok && c.expired(e) {
			ok = false
		}
		if !ok {
			e = &entry{once: make(chan struct{}), asked: c.now()}
			c.makeRoom()
			c.entries[k] = e
			c.mu.Unlock()
			c.ask(ctx, k, e, tenant, q)
			return e.matches, e.err
		}
		c.mu.Unlock()
		select {
		case <-e.once:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if e.err == nil || ctx.Err() != nil {
			return e.matches, e.err
		}
		if isDone(e.err) {
			continue // The one who asked went away; ask again.
		}
		return nil, e.err
	}
}

// makeRoom drops answers when there are too many: those out of date, else the older half.
func (c *Cache) makeRoom() {
	if len(c.entries) < most {
		return
	}
	maps.DeleteFunc(c.entries, func(_ key, e *entry) bool { return c.expired(e) })
	if len(c.entries) < most {
		return
	}
	ages := make([]time.Time, 0, len(c.entries))
	for _, e := range c.entries {
		ages = append(ages, e.asked)
	}
	slices.SortFunc(ages, time.Time.Compare)
	middle := ages[len(ages)/2]
	maps.DeleteFunc(c.entries, func(_ key, e *entry) bool { return !e.asked.After(middle) })
}

func (c *Cache) ask(ctx context.Context, k key, e *entry, tenant backend.Tenant, q backend.Name) {
	defer close(e.once)
	e.matches, e.err = tenant.Find(ctx, q)
	if e.err != nil {
		c.mu.Lock()
		if c.entries[k] == e {
			delete(c.entries, k)
		}
		c.mu.Unlock()
	}
}

func (c *Cache) expired(e *entry) bool {
	select {
	case <-e.once:
	default:
		return false
	}
	age := c.now().Sub(e.asked)
	if len(e.matches) == 0 {
		return age > missTTL
	}
	return age > ttl
}

func (c *Cache) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Forget drops everything known of a tenant, for example when another one answers.
func (c *Cache) Forget(tenantKey string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.entries {
		if k.tenant == tenantKey {
			delete(c.entries, k)
		}
	}
}

func isDone(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
