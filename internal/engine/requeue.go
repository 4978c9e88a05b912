package engine

import (
	"math/rand/v2"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// atOnce is when to come back for more of the same.
const atOnce = time.Millisecond

// writesAtOnce is how many writes may follow each other without a pause: a create and the calls
// that complete it. A vendor that undoes one field by another is not written to for ever.
const writesAtOnce = 6

// requeueAfter turns the requeue rule into a time; zero means that something else wakes the object.
func (p *pass[O, D]) requeueAfter(e decision.Effects, out outcome) time.Duration {
	switch e.Requeue {
	case decision.AtOnce:
		if more := p.memory.writes - writesAtOnce; more > 0 {
			return jitter(backoff(time.Second, p.resync(), more))
		}
		return atOnce
	case decision.InASecond:
		return time.Second
	case decision.Soon:
		return jitter(backoff(10*time.Second, p.resync(), p.memory.stuck))
	case decision.WhileVanishing:
		return jitter(backoff(10*time.Second, time.Minute, p.memory.stuck))
	case decision.Rarely:
		return jitter(backoff(time.Minute, time.Hour, p.memory.stuck))
	case decision.WhileTaken:
		return jitter(backoff(5*time.Second, 5*time.Minute, p.memory.stuck))
	case decision.WithItsLikes:
		return max(p.lookAt.Sub(p.r.Now()), time.Second) + time.Duration(rand.Int64N(int64(2*time.Second)))
	case decision.AtPoll:
		return p.poll()
	case decision.AtVendorsPace:
		return jitter(backoff(max(p.caps.Poll, time.Second), p.resync(), p.memory.stuck))
	case decision.WhileSettling:
		return p.settlingWait()
	case decision.AsVendorSays:
		return jitter(max(backend.AfterOf(out.err), time.Second))
	case decision.AfterFailure:
		return jitter(max(backoff(time.Second, 5*time.Minute, p.memory.failures), backend.AfterOf(out.err)))
	case decision.Again:
		return jitter(backoff(30*time.Second, p.resync(), p.memory.stuck))
	case decision.AtResync:
		return jitter(p.resync())
	case decision.AfterDoubt:
		return max(p.memory.doubt.until.Sub(p.r.Now()), time.Second)
	case decision.AtOutcome:
		return p.outcomeWait()
	case decision.AtStart:
		if !p.heldUntil.IsZero() {
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
		return jitter(backoff(10*time.Second, p.resync(), p.memory.stuck))
	}
	if p.memory.missed.attempt == p.intent.Attempt {
		return max(p.memory.missed.again.Sub(p.r.Now()), time.Second)
	}
	age := now.Sub(p.intent.At)
	left := p.r.Window - age + time.Second
	switch {
	case left <= 0: // What looks so late may be a clock that stands still.
		return jitter(backoff(time.Second, p.resync(), p.memory.stuck))
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
