package engine

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/queue"
)

// slots keeps one namespace, and within it one tenant, from taking every worker. Who finds no slot, or
// no call left in the budget, waits in line without a worker: each namespace has a line of its own
// for each place that its objects call. A line lets in who has the highest priority, and among equals who
// came first; what waits is raised as in the queue. Among lines the most urgent goes first, and
// among equals the namespace that has the least. It is safe for concurrent use.
type slots struct {
	// max is how many objects of one namespace may be worked on at once, and about twice what one
	// tenant gets; no bound if zero.
	max int
	now func() time.Time
	// wake queues an object whose turn has come.
	wake func(types.NamespacedName)

	mu      sync.Mutex
	working int
	spaces  map[string]*space
	tenants map[string]int                // who works for a tenant, of all namespaces
	granted map[types.NamespacedName]turn // the slots that are kept for objects
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

// turn is a place in a line, and later its slot.
type turn struct {
	namespace, tenant string
	priority          int
	since             time.Time
}

// class is the class of the calls that are made in this turn.
func (t turn) class() backend.Priority {
	if t.priority >= queue.Deletion {
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
	turn
	name types.NamespacedName
	left bool
}

// enter takes a slot, or stands in line and returns false. Every enter that returned true needs one
// leave or one wait.
func (s *slots) enter(name types.NamespacedName, t turn) bool {
	if s.max <= 0 {
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

// take returns the slot that was kept for the object. Who takes it must leave or wait.
func (s *slots) take(name types.NamespacedName) (t turn, kept bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, kept = s.granted[name]
	delete(s.granted, name)
	return t, kept
}

// passed records that the budget has calls left for who works: another one may try.
func (s *slots) passed(t turn) { s.change(t, func(*line) {}) }

// leave gives the slot to the next in line.
func (s *slots) leave(t turn) { s.change(t, func(l *line) { s.free(t, l) }) }

// wait gives the slot back and stands in line again at the same place. Nobody of its
// class is let in before the time is over, nor of a lower one.
func (s *slots) wait(name types.NamespacedName, t turn, after time.Duration) {
	until := s.now().Add(after)
	s.change(t, func(l *line) {
		s.free(t, l)
		l.stand(name, t)
		for class := t.class(); class <= backend.PriorityRest; class++ {
			if l.held[class].Before(until) {
				l.held[class] = until
			}
		}
	})
	time.AfterFunc(after, func() { s.change(t, func(*line) {}) })
}

// free gives a slot back; s.mu is held.
func (s *slots) free(t turn, l *line) {
	l.working--
	s.spaces[t.namespace].working--
	s.working--
	if s.tenants[t.tenant]--; s.tenants[t.tenant] == 0 {
		delete(s.tenants, t.tenant)
	}
}

// change does what it is told under the lock, and then lets one in: of all lines if that left a slot free, else of this one.
func (s *slots) change(t turn, do func(*line)) {
	if s.max <= 0 {
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
		delete(space.lines, t.tenant)
		if len(space.lines) == 0 {
			delete(s.spaces, t.namespace)
		}
	}
	s.mu.Unlock()
	s.wakeAll(next)
}

func (s *slots) wakeAll(next ...*waiter) {
	for _, w := range next {
		if w != nil {
			s.wake(w.name)
		}
	}
}

// line returns the namespace of a turn, and its line there.
func (s *slots) line(t turn) (*space, *line) {
	if s.spaces == nil {
		s.spaces, s.tenants, s.granted = map[string]*space{}, map[string]int{}, map[types.NamespacedName]turn{}
	}
	of := s.spaces[t.namespace]
	if of == nil {
		of = &space{lines: map[string]*line{}}
		s.spaces[t.namespace] = of
	}
	l := of.lines[t.tenant]
	if l == nil {
		l = &line{
			tenant:  t.tenant,
			waiting: map[types.NamespacedName]*waiter{},
			queued:  map[int][]*waiter{},
			held:    map[backend.Priority]time.Time{},
		}
		of.lines[t.tenant] = l
	}
	return of, l
}

// roomy reports whether one more of the namespace may work: it gets at most half of what the others left.
func (s *slots) roomy(of *space) bool {
	return of.working < min(s.max, queue.Share(Workers(s.max), s.working-of.working))
}

// open reports whether one more of the line may: it gets at most half of what other namespaces left
// of its tenant, and half of what other tenants left of its namespace.
func (s *slots) open(of *space, l *line) bool {
	return l.working < queue.Share(s.max, s.tenants[l.tenant]-l.working) && l.working < queue.Share(s.max, of.working-l.working)
}

// grant keeps a free slot for the next in line, if there are both.
func (s *slots) grant(of *space, l *line) *waiter {
	if !s.roomy(of) || !s.open(of, l) {
		return nil
	}
	next, _ := l.next(s.now())
	return s.let(of, l, next)
}

// grantAny keeps a free slot for the next of all lines.
func (s *slots) grantAny() *waiter {
	var first *waiter
	var of *space
	var in *line
	best, now := 0, s.now()
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
		return mine.since.Before(theirs.since)
	case a.working != b.working:
		return a.working < b.working
	}
	return a.served.Before(b.served)
}

// let notes that a waiter has a slot now.
func (s *slots) let(of *space, l *line, next *waiter) *waiter {
	if next == nil {
		return nil
	}
	next.left = true
	delete(l.waiting, next.name)
	l.working++
	of.working++
	of.served = s.now()
	s.working++
	s.tenants[l.tenant]++
	s.granted[next.name] = next.turn
	return next
}

// stand puts the object in line; one that waits already keeps the better place.
func (l *line) stand(name types.NamespacedName, t turn) {
	if before := l.waiting[name]; before != nil {
		if before.priority >= t.priority {
			return
		}
		before.left = true
	}
	w := &waiter{turn: t, name: name}
	l.waiting[name] = w
	queued := append(l.queued[t.priority], w)
	// Who comes back from a wait goes before those who came later.
	for i := len(queued) - 1; i > 0 && queued[i].since.Before(queued[i-1].since); i-- {
		queued[i], queued[i-1] = queued[i-1], queued[i]
	}
	l.queued[t.priority] = queued
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
		if l.isHeld(head.turn, now) {
			continue
		}
		raised := queue.Raised(priority, now.Sub(head.since))
		if first == nil || raised > best || raised == best && head.since.Before(first.since) {
			first, best = head, raised
		}
	}
	return first, best
}

func (l *line) isHeld(t turn, now time.Time) bool { return now.Before(l.held[t.class()]) }
