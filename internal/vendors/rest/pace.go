package rest

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// longestWait is how long a call may wait for the budget.
const longestWait = 5 * time.Second

// gate is what every call passes. All clients with one credential have one: the vendor
// counts their calls together.
type gate struct {
	budget  *budget
	pause   pause
	breaker breaker
}

func newGate(r Rate) *gate { return &gate{budget: newBudget(r)} }

// State implements what backend.Shared asks.
func (g *gate) State() backend.GateState {
	now := time.Now()
	s := backend.GateState{Pause: g.pause.left(now), Open: g.breaker.isOpen()}
	if g.budget.all.Limit() != rate.Inf {
		s.Left, s.Limit = g.budget.all.TokensAt(now), g.budget.all.Burst()
	}
	return s
}

// budget is a token bucket in two classes: edits may take it all, and all the rest leaves
// a quarter of the burst to them. Of the rest a sweep takes at most half.
type budget struct {
	all   *rate.Limiter
	rest  *rate.Limiter // every call is taken from it, and edits do not wait for it
	sweep *rate.Limiter

	mu sync.Mutex
	is Rate
}

func newBudget(r Rate) *budget {
	if r.PerSecond <= 0 {
		return &budget{all: rate.NewLimiter(rate.Inf, 1), rest: rate.NewLimiter(rate.Inf, 1), sweep: rate.NewLimiter(rate.Inf, 1), is: r}
	}
	burst := max(r.Burst, 1)
	return &budget{
		all:   rate.NewLimiter(rate.Limit(r.PerSecond), burst),
		rest:  rate.NewLimiter(rate.Limit(r.PerSecond), burst-burst/4),
		sweep: rate.NewLimiter(rate.Limit(r.PerSecond/2), max(burst/2, 1)),
		is:    r,
	}
}

// keep changes the budget to r. What was taken of it stays taken.
func (b *budget) keep(r Rate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.is == r {
		return
	}
	b.is = r
	fresh := newBudget(r)
	for old, now := range map[*rate.Limiter]*rate.Limiter{b.all: fresh.all, b.rest: fresh.rest, b.sweep: fresh.sweep} {
		old.SetLimit(now.Limit())
		old.SetBurst(now.Burst())
	}
}

// limiters are those that a call of this class waits for, and those that it only counts in.
func (b *budget) limiters(p backend.Priority) (waits, counts []*rate.Limiter) {
	switch p {
	case backend.PriorityEdit:
		return []*rate.Limiter{b.all}, []*rate.Limiter{b.rest}
	case backend.PrioritySweep:
		return []*rate.Limiter{b.sweep, b.rest, b.all}, nil
	default:
		return []*rate.Limiter{b.rest, b.all}, nil
	}
}

// delay is how long the next call would wait, without making it.
func (b *budget) delay(now time.Time, p backend.Priority) time.Duration {
	var longest time.Duration
	waits, _ := b.limiters(p)
	for _, l := range waits {
		if missing := 1 - l.TokensAt(now); missing > 0 && l.Limit() != rate.Inf {
			longest = max(longest, time.Duration(missing/float64(l.Limit())*float64(time.Second)))
		}
	}
	return longest
}

// wait takes one call out of the budget, or nothing and an error.
func (b *budget) wait(ctx context.Context, p backend.Priority) *backend.Error {
	now := time.Now()
	var longest time.Duration
	var reserved []*rate.Reservation
	giveBack := func() {
		for _, r := range reserved {
			r.CancelAt(now)
		}
	}
	waits, counts := b.limiters(p)
	for _, l := range waits {
		r := l.ReserveN(now, 1)
		reserved = append(reserved, r)
		longest = max(longest, r.DelayFrom(now))
	}
	for _, l := range counts {
		reserved = append(reserved, l.ReserveN(now, 1))
	}
	if longest > longestWait {
		giveBack()
		return &backend.Error{Class: backend.Throttled, After: longest, Err: fmt.Errorf("not sent: the budget of calls is used up")}
	}
	if longest > 0 {
		timer := time.NewTimer(longest)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		giveBack()
		return wrapContext(ctx)
	}
	return nil
}

// pause is the window that a Retry-After opened.
type pause struct {
	mu  sync.Mutex
	end time.Time
}

func (p *pause) until(end time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if end.After(p.end) {
		p.end = end
	}
}

func (p *pause) left(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(p.end.Sub(now), 0)
}

// clock is the vendor's, as its Date headers tell it.
type clock struct {
	mu   sync.Mutex
	date time.Time
	seen time.Time
}

// set reads a Date header, and returns the zero time where there is none.
func (c *clock) set(header string) time.Time {
	date, err := http.ParseTime(header)
	if err != nil || !Writable(date.AddDate(1, 0, 0)) {
		return time.Time{} // Carried forward it could not be written.
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.date, c.seen = date, time.Now()
	return date
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen.IsZero() {
		return time.Now()
	}
	return c.date.Add(time.Since(c.seen))
}
