package controller

import (
	"maps"
	"strings"
	"sync"
	"time"
)

// SweepLog remembers when each kind behind each backend was last swept, until the
// next health pass writes it into the backend's status.
type SweepLog struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// Done notes a sweep.
func (l *SweepLog) Done(key, kind string, _ int, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[string]time.Time{}
	}
	l.last[key+"|"+kind] = at
}

// Forget drops the sweeps of a backend that is gone.
func (l *SweepLog) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.last, func(k string, _ time.Time) bool { return strings.HasPrefix(k, key+"|") })
}

// Last returns the time of the last sweep, zero if there was none since the start.
func (l *SweepLog) Last(key, kind string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last[key+"|"+kind]
}
