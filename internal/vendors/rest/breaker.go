package rest

import (
	"sync"
	"time"
)

const (
	failuresToOpen = 5
	firstWindow    = 5 * time.Second
	longestWindow  = 2 * time.Minute
	// probeRetry is when to ask again while a probe is under way.
	probeRetry = time.Second
)

// outcome is what a call says about the vendor's health.
type outcome int

const (
	// ignored: nothing was sent, or the caller gave up.
	ignored outcome = iota
	success
	failure
)

type ticket int

const (
	normal ticket = iota
	probe
)

// breaker holds calls back after consecutive failures and time-outs. While it is open
// one probe passes per window; the window doubles with each probe that fails.
type breaker struct {
	mu       sync.Mutex
	failures int
	open     bool
	probing  bool
	window   time.Duration
	end      time.Time
}

// left is how long calls are held, zero if the next one may go.
func (b *breaker) left(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.heldFor(now)
}

func (b *breaker) heldFor(now time.Time) time.Duration {
	switch {
	case !b.open:
		return 0
	case b.probing:
		return max(b.end.Sub(now), probeRetry)
	default:
		return max(b.end.Sub(now), 0)
	}
}

// isOpen reports whether it holds calls back, a probe in between excepted.
func (b *breaker) isOpen() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open
}

// enter admits a call, or says how long to wait.
func (b *breaker) enter(now time.Time) (ticket, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if left := b.heldFor(now); left > 0 {
		return normal, left
	}
	if !b.open {
		return normal, 0
	}
	b.probing = true
	return probe, 0
}

// leave takes note of how an admitted call went.
func (b *breaker) leave(t ticket, o outcome, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t == probe {
		b.probing = false
	}
	switch {
	case o == ignored:
	case t == probe && o == success:
		b.open, b.failures = false, 0
	case t == probe:
		b.window = min(2*b.window, longestWindow)
		b.end = now.Add(b.window)
	case b.open:
		// Calls that began before it opened say nothing new.
	case o == success:
		b.failures = 0
	default:
		b.failures++
		if b.failures >= failuresToOpen {
			b.open, b.window, b.end = true, firstWindow, now.Add(firstWindow)
		}
	}
}
