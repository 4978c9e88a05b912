// Package lease knows whether this process may still write: leader election decides
// who starts, the fence asks again before every byte.
package lease

import (
	"context"
	"errors"
	"sync"
	"time"

	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// Watch wraps the lock of leader election and remembers, by the monotonic clock, when
// this process last renewed it. A process that was frozen finds out here, before its
// elector does.
type Watch struct {
	resourcelock.Interface
	// Duration is how long a lease holds.
	Duration time.Duration

	mu      sync.Mutex
	renewed time.Time
}

// errLost means that the lease may be another's by now.
var errLost = errors.New("this process no longer holds the lease")

// Create takes the lease when there was none.
func (w *Watch) Create(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	return w.note(time.Now(), r, w.Interface.Create(ctx, r))
}

// Update renews or takes over the lease.
func (w *Watch) Update(ctx context.Context, r resourcelock.LeaderElectionRecord) error {
	return w.note(time.Now(), r, w.Interface.Update(ctx, r))
}

// note counts from before the request: what the others see is not later.
func (w *Watch) note(before time.Time, r resourcelock.LeaderElectionRecord, err error) error {
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.HolderIdentity == w.Identity() {
		w.renewed = before
	} else {
		w.renewed = time.Time{}
	}
	return nil
}

// Held returns an error unless the lease is surely this process's now.
func (w *Watch) Held() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.renewed.IsZero() || time.Since(w.renewed) >= w.Duration {
		return errLost
	}
	return nil
}
