package engine

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/queue"
)

// slots keeps one tenant from taking every worker: at most max of them work for it at
// once. Who finds none, or no call left in the tenant's budget, waits in line without a
// worker. The line lets in who has the highest priority, and among equals who came first;
// what waits is raised as in the queue. It is safe for concurrent use.
type slots struct {
	// max is how many objects of one tenant may be worked on at once; no bound if zero.
	max int
	now func() time.Time
	// wake queues an object whose turn has come.
	wake func(types.NamespacedName)

	mu      sync.Mutex
	tenants map[string]*line
	granted map[types.NamespacedName]turn // the slots that are kept for objects
}

// turn is a place in a tenant's line, and later its slot.
type turn struct {
	tenant   string
	priority int
	since    time.Time
}

// class is the class of the calls that are made in this turn.
func (t turn) class() backend.Priority {
	if t.priority >= queue.Deletion {
		return backend.PriorityEdit
	}
	return backend.PriorityRest
}

// line is who works for a tenant and who waits.
type line struct {
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

// enter takes a slot of the tenant, or stands in line and returns false. Every enter
// that returned true needs one leave or one wait.
func (s *slots) enter(name types.NamespacedName, t turn) bool {
	if s.max <= 0 {
		return true
	}
	s.mu.Lock()
	l := s.line(t.tenant)
	l.stand(name, t)
	next := s.grant(l)
	if next != nil && next.name == name {
		delete(s.granted, name)
		s.mu.Unlock()
		return true
	}
	s.mu.Unlock()
	if next != nil {
		s.wake(next.name)
	}
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

// passed says that the budget has calls left for who works: another one may try.
func (s *slots) passed(t turn) { s.change(t, func(*line) {}) }

// leave gives the slot to the next in line.
func (s *slots) leave(t turn) { s.change(t, func(l *line) { l.working-- }) }

// wait gives the slot back and stands in line again at the same place. Nobody of its
// class is let in before the time is over, nor of a lower one.
func (s *slots) wait(name types.NamespacedName, t turn, after time.Duration) {
	until := s.now().Add(after)
	s.change(t, func(l *line) {
		l.working--
		l.stand(name, t)
		for class := t.class(); class <= backend.PriorityRest; class++ {
			if l.held[class].Before(until) {
				l.held[class] = until
			}
		}
	})
	time.AfterFunc(after, func() { s.change(t, func(*line) {}) })
}

// change does what it is told under the lock, and then lets one of the waiting in.
func (s *slots) change(t turn, do func(*line)) {
	if s.max <= 0 {
		return
	}
	s.mu.Lock()
	l := s.line(t.tenant)
	do(l)
	next := s.grant(l)
	if l.working == 0 && len(l.waiting) == 0 {
		delete(s.tenants, t.tenant)
	}
	s.mu.Unlock()
	if next != nil {
		s.wake(next.name)
	}
}

// line returns the line of a tenant.
func (s *slots) line(tenant string) *line {
	l := s.tenants[tenant]
	if l == nil {
		if s.tenants == nil {
			s.tenants, s.granted = map[string]*line{}, map[types.NamespacedName]turn{}
		}
		l = &line{
			waiting: map[types.NamespacedName]*waiter{},
			queued:  map[int][]*waiter{},
			held:    map[backend.Priority]time.Time{},
		}
		s.tenants[tenant] = l
	}
	return l
}

// grant keeps a free slot for the next in line, if there are both.
func (s *slots) grant(l *line) *waiter {
	if l.working >= s.max {
		return nil
	}
	next := l.next(s.now())
	if next == nil {
		return nil
	}
	next.left = true
	delete(l.waiting, next.name)
	l.working++
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

// next is who goes first now, nil if nobody may.
func (l *line) next(now time.Time) *waiter {
	var first *waiter
	best := 0
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
	return first
}

func (l *line) isHeld(t turn, now time.Time) bool { return now.Before(l.held[t.class()]) }
