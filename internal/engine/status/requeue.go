package status

import (
	"math/rand/v2"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// settlingLooks is how often a field is looked at while it may be shown late.
const settlingLooks = 5

// settlingWait is how long until the next look at what is shown late.
func (p *Writer[O, D]) settlingWait() time.Duration {
	wait := p.Resync()
	for _, s := range p.Settling {
		every := p.Caps.Settling[s.Path] / settlingLooks
		wait = min(wait, every, max(s.Until.Sub(p.Fleet.Now()), 0)+time.Second)
	}
	return jitter(max(wait, time.Second))
}

// AtOnce is when to come back for more of the same.
const AtOnce = time.Millisecond

// writesAtOnce is how many writes may follow each other without a pause: a create and the calls
// that complete it. A vendor that undoes one field by another is not written to for ever.
const writesAtOnce = 6

// nextPass is when the object is looked at again: as the plan says, and when a suspension by annotation ends.
func (p *Writer[O, D]) nextPass(e decision.Effects, out managed.Outcome) time.Duration {
	after := p.requeueAfter(e, out)
	if end := p.UntilResumed(p.Fleet.Now()); end > 0 && (after == 0 || end < after) {
		return end
	}
	return after
}

// requeueAfter turns the requeue rule into a time; zero means that something else wakes the object.
func (p *Writer[O, D]) requeueAfter(e decision.Effects, out managed.Outcome) time.Duration {
	switch e.Requeue {
	case decision.AtOnce:
		if more := p.Memory.Writes - writesAtOnce; more > 0 {
			return jitter(backoff(time.Second, p.Resync(), more))
		}
		return AtOnce
	case decision.InASecond:
		return time.Second
	case decision.Soon:
		return jitter(backoff(10*time.Second, p.Resync(), p.Memory.Stuck))
	case decision.WhileVanishing:
		return jitter(backoff(10*time.Second, time.Minute, p.Memory.Stuck))
	case decision.Rarely:
		return jitter(backoff(time.Minute, time.Hour, p.Memory.Stuck))
	case decision.WhileTaken:
		return jitter(backoff(5*time.Second, 5*time.Minute, p.Memory.Stuck))
	case decision.WithItsLikes:
		return max(p.LookAt.Sub(p.Fleet.Now()), time.Second) + time.Duration(rand.Int64N(int64(2*time.Second)))
	case decision.AtPoll:
		return p.Poll()
	case decision.AtVendorsPace:
		return jitter(backoff(max(p.Caps.Poll, time.Second), p.Resync(), p.Memory.Stuck))
	case decision.WhileSettling:
		return p.settlingWait()
	case decision.AsVendorSays:
		return jitter(max(backend.AfterOf(out.Err), time.Second))
	case decision.AfterFailure:
		return jitter(max(backoff(time.Second, 5*time.Minute, p.Memory.Failures), backend.AfterOf(out.Err)))
	case decision.Again:
		return jitter(backoff(30*time.Second, p.Resync(), p.Memory.Stuck))
	case decision.AtResync:
		return jitter(p.Resync())
	case decision.AfterDoubt:
		return max(p.Memory.Doubt.Until.Sub(p.Fleet.Now()), time.Second)
	case decision.AtOutcome:
		return p.outcomeWait()
	case decision.AtStart:
		if !p.HeldUntil.IsZero() {
			return max(p.HeldUntil.Sub(p.Fleet.Now()), time.Second)
		}
	case decision.Never, decision.RequeueCount:
	}
	return 0
}

// outcomeWait is 2 s, then 10 s, then the end of the window.
func (p *Writer[O, D]) outcomeWait() time.Duration {
	now, err := p.Fleet.Clock.Read(p.tenantKey())
	if err != nil || p.Intent == nil {
		return jitter(backoff(10*time.Second, p.Resync(), p.Memory.Stuck))
	}
	if p.Memory.Missed.Attempt == p.Intent.Attempt {
		return max(p.Memory.Missed.Again.Sub(p.Fleet.Now()), time.Second)
	}
	age := now.Sub(p.Intent.At)
	left := p.Fleet.Window - age + time.Second
	switch {
	case left <= 0: // What looks so late may be a clock that stands still.
		return jitter(backoff(time.Second, p.Resync(), p.Memory.Stuck))
	case age < 2*time.Second:
		return min(2*time.Second, left)
	case age < 12*time.Second:
		return min(10*time.Second, left)
	}
	return left
}

func (p *Writer[O, D]) tenantKey() string {
	if p.Backend == nil {
		return ""
	}
	return p.Backend.TenantKey
}

func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return time.Millisecond
	}
	return d + time.Duration(rand.Int64N(int64(d)/10+1))
}

// backoff doubles from first, at most to limit.
func backoff(first, limit time.Duration, failures int) time.Duration {
	d := first
	for range failures - 1 {
		if d *= 2; d >= limit {
			return limit
		}
	}
	return min(d, limit)
}
