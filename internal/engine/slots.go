package engine

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// slots keeps one tenant from taking every worker: at most max of them work for it at
// once. Who finds none waits in line, without a worker, and gets the slot of one who
// leaves. It is safe for concurrent use.
type slots struct {
	// max is how many objects of one tenant may be worked on at once; no bound if zero.
	max int
	// wake queues an object whose turn has come.
	wake func(types.NamespacedName)

	mu      sync.Mutex
	tenants map[string]*line
	granted map[types.NamespacedName]string // the tenant whose slot is kept for the object
}

// line is who works for a tenant and who waits, in the order they came.
type line struct {
	working int
	waiting []types.NamespacedName
	known   map[types.NamespacedName]bool // of waiting
}

// enter takes a slot of the tenant, or stands in line and returns false. Every enter
// that returned true needs one leave.
func (s *slots) enter(tenant string, name types.NamespacedName) bool {
	if s.max <= 0 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.tenants[tenant]
	if l == nil {
		if s.tenants == nil {
			s.tenants = map[string]*line{}
		}
		l = &line{known: map[types.NamespacedName]bool{}}
		s.tenants[tenant] = l
	}
	if l.working < s.max {
		l.working++
		return true
	}
	if !l.known[name] {
		l.known[name] = true
		l.waiting = append(l.waiting, name)
	}
	return false
}

// leave gives the slot to who has waited longest, and wakes them.
func (s *slots) leave(tenant string) {
	if s.max <= 0 {
		return
	}
	s.mu.Lock()
	l := s.tenants[tenant]
	if len(l.waiting) == 0 {
		if l.working--; l.working == 0 {
			delete(s.tenants, tenant)
		}
		s.mu.Unlock()
		return
	}
	next := l.waiting[0]
	l.waiting = l.waiting[1:]
	delete(l.known, next)
	if s.granted == nil {
		s.granted = map[types.NamespacedName]string{}
	}
	s.granted[next] = tenant
	s.mu.Unlock()
	s.wake(next)
}

// take returns the tenant whose slot was kept for the object. Who takes it must leave.
func (s *slots) take(name types.NamespacedName) (tenant string, kept bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant, kept = s.granted[name]
	delete(s.granted, name)
	return tenant, kept
}
