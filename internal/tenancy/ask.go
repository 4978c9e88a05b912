package tenancy

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/queue"
)

const (
	// patience is how long a check of a backend waits for its tenant. An answer that comes later is
	// taken by another check.
	patience = 5 * time.Second
	// longestAsk bounds a question: a sign-in and a read.
	longestAsk = 65 * time.Second
	// mostAsks is how many questions are open at once; a namespace gets at most half of what the others left.
	mostAsks = 64
	// looksPerSecond is how often the backends of one namespace are looked at in the long run, since each
	// look reads a Secret; looksAtOnce is how many may come at once.
	looksPerSecond = 10
	looksAtOnce    = 64
)

// asks are the questions that are open, who they are for, and whose turn it is to ask. The zero value is ready.
type asks struct {
	mu     sync.Mutex
	places queue.Shares
	open   map[*tenant]*ask
	paces  map[string]*rate.Limiter // by namespace
	turns  map[string]time.Time     // of the backends that were told to come back
}

// ask is a question to a tenant.
type ask struct {
	began time.Time
	done  chan struct{}
	who   backend.TenantID
	err   error
	late  map[string]bool // the backends to be looked at when the answer is in
	over  bool            // it was answered after somebody had given up waiting
	moot  bool            // nobody uses the tenant any more
	// cancel ends it.
	cancel context.CancelFunc
}

// turn says how long a check of a backend has to wait, so that one namespace with many of them does not
// take up all checks. Who comes back after that time is let in.
func (a *asks) turn(namespace, key string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	if at, told := a.turns[key]; told {
		if left := at.Sub(now); left > 0 {
			return left
		}
		delete(a.turns, key)
		return 0
	}
	if a.paces == nil {
		a.paces, a.turns = map[string]*rate.Limiter{}, map[string]time.Time{}
	}
	pace := a.paces[namespace]
	if pace == nil {
		pace = rate.NewLimiter(looksPerSecond, looksAtOnce)
		a.paces[namespace] = pace
	}
	wait := pace.ReserveN(now, 1).DelayFrom(now)
	if wait > 0 {
		a.turns[key] = now.Add(wait)
	}
	return wait
}

// forget drops a backend that is gone, and the paces that say nothing any more.
func (a *asks) forget(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.turns, key)
	maps.DeleteFunc(a.paces, func(_ string, pace *rate.Limiter) bool { return pace.Tokens() >= looksAtOnce })
}

// errUnanswered: the tenant has not answered yet; the backend is looked at again when it has.
var errUnanswered = errors.New("the tenant has not answered within 5 s; the operator still waits for it")

// errCrowded: too many questions are open for backends of this namespace.
var errCrowded = errors.New("many backends of this namespace wait for an answer; this one waits for its turn")

// identify asks the tenant of a backend who it is, unless it answered within age, and waits for a few
// seconds. The question itself goes on, at most one per tenant, and wakes the backend in the end.
func (p *Pool) identify(ctx context.Context, namespace, key string, t *tenant, age time.Duration) (backend.TenantID, error) {
	if who, ok := t.answered(age); ok {
		p.asks.taken(t, nil)
		return who, nil
	}
	q, err := p.asks.begin(ctx, namespace, t, func(limited context.Context, q *ask) {
		q.err = errors.New("the call was cut short")
		defer func() {
			for _, waiting := range p.asks.end(namespace, t, q) {
				p.changed(waiting)
			}
		}()
		q.who, q.err = t.who(limited, age)
	})
	if err != nil {
		return t.last(), err
	}
	timer := time.NewTimer(time.Until(q.began.Add(patience)))
	defer timer.Stop()
	select {
	case <-q.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	if p.asks.waitsFor(q, key) {
		return t.last(), errUnanswered
	}
	p.asks.taken(t, q)
	return q.who, q.err
}

// begin returns the question that is open to a tenant, or starts one.
func (a *asks) begin(ctx context.Context, namespace string, t *tenant, run func(context.Context, *ask)) (*ask, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if q := a.open[t]; q != nil {
		return q, nil
	}
	if a.places.Total == 0 {
		a.places.Total, a.open = mostAsks, map[*tenant]*ask{}
	}
	if !a.places.Enter(namespace) {
		return nil, errCrowded
	}
	q := &ask{began: time.Now(), done: make(chan struct{}), late: map[string]bool{}}
	a.open[t] = q
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestAsk)
	q.cancel = cancel
	go run(limited, q)
	return q, nil
}

// end closes a question, and returns the backends that gave up waiting. Their next check takes its answer.
func (a *asks) end(namespace string, t *tenant, q *ask) (waiting []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.places.Leave(namespace)
	q.cancel()
	close(q.done)
	for key := range q.late {
		waiting = append(waiting, key)
	}
	if q.over = len(waiting) > 0; !q.over || q.moot || t.gone.Load() {
		delete(a.open, t)
	}
	return waiting
}

// taken notes that an answer was used, or one that nobody waits for: the next check asks anew.
func (a *asks) taken(t *tenant, q *ask) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if open := a.open[t]; open != nil && (open == q || q == nil && open.over) {
		delete(a.open, t)
	}
}

// waitsFor notes a backend that gave up waiting, and says false where the answer came meanwhile.
func (a *asks) waitsFor(q *ask, key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-q.done:
		return false
	default:
		q.late[key] = true
		return true
	}
}

// drop ends the question to a tenant that nobody uses any more, and forgets its answer.
func (a *asks) drop(t *tenant) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if q := a.open[t]; q != nil {
		q.cancel()
		if q.moot = true; q.over {
			delete(a.open, t)
		}
	}
}
