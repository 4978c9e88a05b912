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

// ErrUnknown: no answer of the tenant has carried a Date yet.
var ErrUnknown = errors.New("the tenant has not told its time yet")

func (c *Clock) Forget(tenant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.last, tenant)
}

func (c *Clock) Read(tenant string) (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.last[tenant]
	if !ok {
		return time.Time{}, ErrUnknown
	}
	return s.vendor.Add(c.Now().Sub(s.ours)), nil
}
