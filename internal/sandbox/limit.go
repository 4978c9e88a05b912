package sandbox

import (
	"math"
	"sync"
	"time"
)

// limiter is a token bucket over all calls of the vendor. It also remembers until when it asked clients to stay away.
type limiter struct {
	mu     sync.Mutex
	tokens float64
	last   time.Time
	asked  time.Time // when the present pause was asked for
	quiet  time.Time // until when
}

// onTheWay is how soon after a refusal a call may come that was sent before the refusal was
// read: another caller of the same client waits for a connection, and the machine is busy.
const onTheWay = 800 * time.Millisecond

// take spends one token. When none is left it returns after how many whole seconds to come back, at least one.
func (l *limiter) take(now time.Time, perSecond float64, burst int) (retryAfter int, ok bool) {
	if perSecond <= 0 {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	capacity := math.Max(1, float64(burst))
	if l.last.IsZero() {
		l.tokens = capacity
	} else if elapsed := now.Sub(l.last).Seconds(); elapsed > 0 {
		l.tokens = math.Min(capacity, l.tokens+elapsed*perSecond)
	}
	l.last = now
	if l.tokens >= 1 {
		l.tokens--
		return 0, true
	}
	return max(1, int(math.Ceil((1-l.tokens)/perSecond))), false
}

// askQuiet notes that a client was told to stay away for the given seconds.
func (l *limiter) askQuiet(now time.Time, seconds int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !now.Before(l.quiet) {
		l.asked = now
	}
	if until := now.Add(time.Duration(seconds) * time.Second); until.After(l.quiet) {
		l.quiet = until
	}
}

// early reports whether a call at now comes before a client was told to be back, and was not on its way by then.
func (l *limiter) early(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return now.Before(l.quiet) && now.Sub(l.asked) > onTheWay
}

func (l *limiter) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tokens, l.last, l.asked, l.quiet = 0, time.Time{}, time.Time{}, time.Time{}
}
