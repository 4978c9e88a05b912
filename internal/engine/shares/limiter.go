package shares

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/queue"
)

// Limiter keeps one namespace, and within it one tenant, from taking every worker. Who finds no slot, or
// no call left in the budget, waits in line without a worker: each namespace has a line of its own
// for each place that its objects call. A line lets in who has the highest priority, and among equals who
// came first; what waits is raised as in the queue. Among lines the most urgent goes first, and
// among equals the namespace that has the least. It is safe for concurrent use.
type Limiter struct {
	// Max is how many objects of one namespace may be worked on at once, and about twice what one
	// tenant gets; no bound if zero.
	Max int
	Now func() time.Time
	// Wake queues an object whose turn has come.
	Wake func(types.NamespacedName)

	mu      sync.Mutex
	working int
	spaces  map[string]*space
	tenants map[string]int                // who works for a tenant, of all namespaces
	granted map[types.NamespacedName]Turn // the slots that are kept for objects
}

// crowd is how many namespaces can have all that they may at once: workers only wait, and cost little.
const crowd = 4

// Workers is how many workers a kind needs where so many objects of one namespace are worked on at once.
func Workers(perNamespace int) int { return crowd * perNamespace }

// space is who works and waits for a namespace.
type space struct {
	working int
	served  time.Time // when it was let in last
	lines   map[string]*line
}

// Turn is a place in a line, and later its slot.
type Turn struct {
	Namespace, Tenant string
	Priority          int
	Since             time.Time
}

// Class is the class of the calls that are made in this turn.
func (t Turn) Class() backend.Priority {
	if t.Priority >= queue.Deletion {
		return backend.PriorityEdit
	}
	return backend.PriorityRest
}

// line is who of a namespace works for a tenant and who waits.
type line struct {
	tenant  string
	working int
	waiting map[types.NamespacedName]*waiter
	// queued are those who wait, by priority and in the order they came. Who was moved or let
	// in is skipped.
	queued map[int][]*waiter
	// held is until when nobody of a class is let in, since its budget is used up.
	held map[backend.Priority]time.Time
}

type waiter struct {
	Turn
	name types.NamespacedName
	left bool
}

// Enter takes a slot, or stands in line and returns false. Every Enter that returned true needs one
// Leave or one Wait.
func (s *Limiter) Enter(name types.NamespacedName, t Turn) bool {
	if s.Max <= 0 {
		return true
	}
	s.mu.Lock()
	space, l := s.line(t)
	l.stand(name, t)
	next := s.grant(space, l)
	if next != nil && next.name == name {
		delete(s.granted, name)
		s.mu.Unlock()
		return true
	}
	s.mu.Unlock()
	s.wakeAll(next)
	return false
}

// Take returns the slot that was kept for the object. Who takes it must leave or wait.
func (s *Limiter) Take(name types.NamespacedName) (t Turn, kept bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, kept = s.granted[name]
	delete(s.granted, name)
	return t, kept
}

// Passed records that the budget has calls left for who works: another one may try.
func (s *Limiter) Passed(t Turn) { s.change(t, func(*line) {}) }

// Leave gives the slot to the next in line.
func (s *Limiter) Leave(t Turn) { s.change(t, func(l *line) { s.free(t, l) }) }

// Wait gives the slot back and stands in line again at the same place. Nobody of its
// class is let in before the time is over, nor of a lower one.
func (s *Limiter) Wait(name types.NamespacedName, t Turn, after time.Duration) {
	until := s.Now().Add(after)
	s.change(t, func(l *line) {
		s.free(t, l)
		l.stand(name, t)
		for class := t.Class(); class <= backend.PriorityRest; class++ {
			if l.held[class].Before(until) {
				l.held[class] = until
			}
		}
	})
	time.AfterFunc(after, func() { s.change(t, func(*line) {}) })
}

// free gives a slot back; s.mu is held.
func (s *Limiter) free(t Turn, l *line) {
	l.working--
	s.spaces[t.Namespace].working--
	s.working--
	if s.tenants[t.Tenant]--; s.tenants[t.Tenant] == 0 {
		delete(s.tenants, t.Tenant)
	}
}

// change does what it is told under the lock, and then lets one in: of all lines if that left a slot free, else of this one.
func (s *Limiter) change(t Turn, do func(*line)) {
	if s.Max <= 0 {
		return
	}
	s.mu.Lock()
	space, l := s.line(t)
	before := s.working
	do(l)
	var next *waiter
	if s.working < before {
		next = s.grantAny() // A slot that is free belongs to whoever is first of all lines.
	} else {
		next = s.grant(space, l)
	}
	if l.working == 0 && len(l.waiting) == 0 {
		delete(space.lines, t.Tenant)
		if len(space.lines) == 0 {
			delete(s.spaces, t.Namespace)
		}
	}
	s.mu.Unlock()
	s.wakeAll(next)
}

func (s *Limiter) wakeAll(next ...*waiter) {
	for _, w := range next {
		if w != nil {
			s.Wake(w.name)
		}
	}
}

// line returns the namespace of a turn, and its line there.
func (s *Limiter) line(t Turn) (*space, *line) {
	if s.spaces == nil {
		s.spaces, s.tenants, s.granted = map[string]*space{}, map[string]int{}, map[types.NamespacedName]Turn{}
	}
	of := s.spaces[t.Namespace]
	if of == nil {
		of = &space{lines: map[string]*line{}}
		s.spaces[t.Namespace] = of
	}
	l := of.lines[t.Tenant]
	if l == nil {
		l = &line{
			tenant:  t.Tenant,
			waiting: map[types.NamespacedName]*waiter{},
			queued:  map[int][]*waiter{},
			held:    map[backend.Priority]time.Time{},
		}
		of.lines[t.Tenant] = l
	}
	return of, l
}

// roomy reports whether one more of the namespace may work: it gets at most half of what the others left.
func (s *Limiter) roomy(of *space) bool {
	return of.working < min(s.Max, queue.Share(Workers(s.Max), s.working-of.working))
}

// open reports whether one more of the line may: it gets at most half of what other namespaces left
// of its tenant, and half of what other tenants left of its namespace.
func (s *Limiter) open(of *space, l *line) bool {
	return l.working < queue.Share(s.Max, s.tenants[l.tenant]-l.working) && l.working < queue.Share(s.Max, of.working-l.working)
}

// grant keeps a free slot for the next in line, if there are both.
func (s *Limiter) grant(of *space, l *line) *waiter {
	if !s.roomy(of) || !s.open(of, l) {
		return nil
	}
	next, _ := l.next(s.Now())
	return s.let(of, l, next)
}

// grantAny keeps a free slot for the next of all lines.
func (s *Limiter) grantAny() *waiter {
	var first *waiter
	var of *space
	var in *line
	best, now := 0, s.Now()
	for _, candidate := range s.spaces {
		if !s.roomy(candidate) {
			continue
		}
		for _, l := range candidate.lines {
			if len(l.waiting) == 0 || !s.open(candidate, l) {
				continue
			}
			next, raised := l.next(now)
			if next != nil && (first == nil || raised > best || raised == best && candidate.before(of, next, first)) {
				first, best, of, in = next, raised, candidate, l
			}
		}
	}
	return s.let(of, in, first)
}

// before says which of two waiters that are equally urgent goes first.
func (a *space) before(b *space, mine, theirs *waiter) bool {
	switch {
	case a == b:
		return mine.Since.Before(theirs.Since)
	case a.working != b.working:
		return a.working < b.working
	}
	return a.served.Before(b.served)
}

// let notes that a waiter has a slot now.
func (s *Limiter) let(of *space, l *line, next *waiter) *waiter {
	if next == nil {
		return nil
	}
	next.left = true
	delete(l.waiting, next.name)
	l.working++
	of.working++
	of.served = s.Now()
	s.working++
	s.tenants[l.tenant]++
	s.granted[next.name] = next.Turn
	return next
}

// stand puts the object in line; one that waits already keeps the better place.
func (l *line) stand(name types.NamespacedName, t Turn) {
	if before := l.waiting[name]; before != nil {
		if before.Priority >= t.Priority {
			return
		}
		before.left = true
	}
	w := &waiter{Turn: t, name: name}
	l.waiting[name] = w
	queued := append(l.queued[t.Priority], w)
	// Who comes back from a wait goes before those who came later.
	for i := len(queued) - 1; i > 0 && queued[i].Since.Before(queued[i-1].Since); i-- {
		queued[i], queued[i-1] = queued[i-1], queued[i]
	}
	l.queued[t.Priority] = queued
}

// next is who goes first now and how urgent that is, nil if nobody may.
func (l *line) next(now time.Time) (first *waiter, best int) {
	for priority, queued := range l.queued {
		for len(queued) > 0 && queued[0].left {
			queued = queued[1:]
		}
		if len(queued) == 0 {
			delete(l.queued, priority)
			continue
		}
		l.queued[priority] = queued
		head := queued[0]
		if l.isHeld(head.Turn, now) {
			continue
		}
		raised := queue.Raised(priority, now.Sub(head.Since))
		if first == nil || raised > best || raised == best && head.Since.Before(first.Since) {
			first, best = head, raised
		}
	}
	return first, best
}

func (l *line) isHeld(t Turn, now time.Time) bool { return now.Before(l.held[t.Class()]) }
