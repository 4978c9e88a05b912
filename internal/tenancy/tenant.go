package tenancy

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// tenant is shared by all backends with the same credentials at the same endpoint.
type tenant struct {
	backend.Tenant
	// whole is the same with nothing taken away.
	whole backend.Tenant
	// key names the opened tenant, and place who speaks there; credential is the key of who signs in.
	key, place, credential string
	// vendor and host are what the tenant's metrics are told by.
	vendor, host string
	// quiet is the end of a pause that the vendor asked the tenant before this one for.
	quiet time.Time
	gone  atomic.Bool // nobody uses it any more

	mu       sync.Mutex
	identity backend.TenantID
	asked    time.Time
	asking   chan struct{} // closed when the answer is in; nil while nobody asks
}

// last is who answered last, without waiting for who is asked now.
func (t *tenant) last() backend.TenantID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.identity
}

// answered returns the identity, if it was asked for within age.
func (t *tenant) answered(age time.Duration) (backend.TenantID, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.identity, !t.asked.IsZero() && time.Since(t.asked) <= age
}

// who returns the identity, asked again when the last question is older than age. Who
// waits for another's answer takes that one, if it was asked for after they came.
func (t *tenant) who(ctx context.Context, age time.Duration) (backend.TenantID, error) {
	came := time.Now()
	for {
		t.mu.Lock()
		if !t.asked.IsZero() && (came.Sub(t.asked) <= age || t.asked.After(came)) {
			defer t.mu.Unlock()
			return t.identity, nil
		}
		wait := t.asking
		if wait == nil {
			t.asking = make(chan struct{})
			t.mu.Unlock()
			return t.ask(ctx)
		}
		t.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return backend.TenantID{}, ctx.Err()
		}
	}
}

// ask asks the vendor, and lets those in who wait for it.
func (t *tenant) ask(ctx context.Context) (who backend.TenantID, err error) {
	asked := time.Now()
	err = errors.New("the call was cut short")
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if err == nil {
			t.identity, t.asked = who, asked
		}
		close(t.asking)
		t.asking = nil
	}()
	if left := t.quiet.Sub(asked); left > 0 {
		err = &backend.Error{Class: backend.Throttled, After: left, Err: errors.New("not sent: the vendor asked for a pause")}
		return who, err
	}
	who, err = t.Identity(ctx)
	return who, err
}

// pause is the end of the pause that the vendor asked for, zero if it asked for none.
func (t *tenant) pause() time.Time {
	if pace := t.Pace(backend.PriorityEdit); pace.Throttled {
		return time.Now().Add(pace.Delay)
	}
	return t.quiet
}

// lingering is how long calls that were under way may still tell of a tenant that was dropped.
const lingering = time.Minute

// unused takes out the tenants that no backend has open any more; p.mu is held.
func (p *Pool) unused() (gone []*tenant) {
	used := map[*tenant]bool{}
	for _, open := range p.opened {
		used[open.tenant] = true
	}
	maps.DeleteFunc(p.tenants, func(_ string, t *tenant) bool {
		if !used[t] {
			gone = append(gone, t)
		}
		return !used[t]
	})
	return gone
}

// replaced ends a tenant in whose place another was opened with the same key, after a refusal, once no
// backend uses it. What goes by the key is the other's now; p.mu is held.
func (p *Pool) replaced(t *tenant) {
	if p.tenants[t.key] == t {
		return // Nothing was opened in its place: unused tells of it.
	}
	for _, open := range p.opened {
		if open.tenant == t {
			return
		}
	}
	t.gone.Store(true)
	p.asks.drop(t)
}

// drop forgets everything that went by the keys of these tenants. The series of their host go
// once the last call there is over.
func (p *Pool) drop(gone []*tenant) {
	for _, t := range gone {
		t.gone.Store(true)
		p.names.Forget(t.key)
		p.asks.drop(t)
		if p.Dropped != nil {
			p.Dropped(t.key)
		}
		if p.Left != nil {
			time.AfterFunc(lingering, func() { p.leaveHost(t.vendor, t.host) })
		}
	}
}

// leaveHost records that a host has no callers left, if so.
func (p *Pool) leaveHost(vendor, host string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tenants {
		if t.vendor == vendor && t.host == host {
			return
		}
	}
	p.Left(vendor, host)
}
