package controller

import (
	"maps"
	"strings"
	"sync"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/kinds"
)

// SweepLog remembers when each kind behind each backend was last swept and what was counted, until the
// next health pass writes it into the backend's status.
type SweepLog struct {
	mu   sync.Mutex
	last map[string]sweptKind
}

// sweptKind is the last sweep of a kind.
type sweptKind struct {
	at               time.Time
	unmarked, places int
}

// Done notes a sweep.
func (l *SweepLog) Done(key, kind string, swept fleet.Swept, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		l.last = map[string]sweptKind{}
	}
	l.last[key+"|"+kind] = sweptKind{at, swept.Unmarked, swept.Places}
}

// Forget drops the sweeps of a backend that is gone.
func (l *SweepLog) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.last, func(k string, _ sweptKind) bool { return strings.HasPrefix(k, key+"|") })
}

// Last returns the time of the last sweep, zero if there was none since the start.
func (l *SweepLog) Last(key, kind string) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last[key+"|"+kind].at
}

// Tell puts the last sweep into the counts of a status; those of a time before the start stay.
func (l *SweepLog) Tell(key string, c *v1alpha1.KindCount) {
	l.mu.Lock()
	defer l.mu.Unlock()
	swept, ok := l.last[key+"|"+c.Kind]
	if !ok {
		return
	}
	c.LastSweepAt, c.Unmarked, c.UnmarkedIn = kinds.Moment(swept.at), nil, nil
	if swept.places > 0 {
		unmarked, places := int32(swept.unmarked), int32(swept.places)
		c.Unmarked, c.UnmarkedIn = &unmarked, &places
	}
}
