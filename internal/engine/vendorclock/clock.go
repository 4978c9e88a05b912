package vendorclock

import (
	"errors"
	"sync"
	"time"
)

// Clock is a tenant's clock: the last Date header carried forward by monotonic time.
type Clock struct {
	mu   sync.Mutex
	last map[string]stamp
	Now  func() time.Time
}

type stamp struct{ vendor, ours time.Time }

// Saw takes over the Date of an answer; a zero one tells nothing.
func (c *Clock) Saw(tenant string, date time.Time) {
	if date.IsZero() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[string]stamp{}
	}
	c.last[tenant] = stamp{date, c.Now()}
}

// ErrUnknown means that no answer of the tenant has carried a Date yet.
var ErrUnknown = errors.New("the tenant has not told its time yet")

// Forget drops the clock of a tenant.
func (c *Clock) Forget(tenant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.last, tenant)
}

// Read is what the time is at the tenant. It fails with ErrUnknown before the first answer.
func (c *Clock) Read(tenant string) (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.last[tenant]
	if !ok {
		return time.Time{}, ErrUnknown
	}
	return s.vendor.Add(c.Now().Sub(s.ours)), nil
}
