package engine

import (
	"math/rand/v2"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// atOnce is when to come back for more of the same.
const atOnce = time.Millisecond

// requeueAfter turns the requeue rule into a time; zero means that something else wakes the object.
func (p *pass[O, D]) requeueAfter(e effects, out outcome) time.Duration {
	switch e.requeue {
	case requeueNow:
		return atOnce
	case requeueSecond:
		return time.Second
	case requeueSoon:
		return jitter(10 * time.Second)
	case requeueHour:
		return jitter(time.Hour)
	case requeuePoll:
		if out.plan.Reason == v1alpha1.ReasonVendorWorking {
			return max(p.caps.Poll, time.Second)
		}
		return p.poll()
	case requeueAfter:
		return jitter(max(backend.AfterOf(out.err), time.Second))
	case requeueBackoff:
		return jitter(max(backoff(time.Second, 5*time.Minute, p.memory.failures), backend.AfterOf(out.err)))
	case requeueMinute:
		return jitter(backoff(time.Minute, p.resync(), max(p.memory.failures, 1)))
	case requeueResync:
		return jitter(p.resync())
	case requeueOutcome:
		return p.outcomeWait()
	case requeueHeld:
		if out.plan.Reason == v1alpha1.ReasonStartHeld && !p.heldUntil.IsZero() {
			return max(p.heldUntil.Sub(p.r.Now()), time.Second)
		}
	}
	return 0
}

func (p *pass[O, D]) resync() time.Duration {
	if p.backend != nil && p.backend.Resync > 0 {
		return p.backend.Resync
	}
	return 10 * time.Minute
}

// outcomeWait is 2 s, then 10 s, then the end of the window.
func (p *pass[O, D]) outcomeWait() time.Duration {
	now, err := p.r.clock.read(p.tenantKey())
	if err != nil || p.intent == nil {
		return 10 * time.Second
	}
	if p.memory.missed.attempt == p.intent.Attempt {
		return max(p.memory.missed.taken.Add(p.secondLook()).Sub(p.r.Now()), time.Second)
	}
	age := now.Sub(p.intent.At)
	left := p.r.Window - age + time.Second
	switch {
	case left <= 0:
		return time.Second
	case age < 2*time.Second:
		return min(2*time.Second, left)
	case age < 12*time.Second:
		return min(10*time.Second, left)
	}
	return left
}

func (p *pass[O, D]) tenantKey() string {
	if p.backend == nil {
		return ""
	}
	return p.backend.TenantKey
}

func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return time.Millisecond
	}
	return d + time.Duration(rand.Int64N(int64(d)/10+1))
}
