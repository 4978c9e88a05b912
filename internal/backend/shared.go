package backend

import (
	"sync"
	"time"
)

// Budget bounds the calls to a tenant; a figure of zero is the vendor's usual one.
type Budget struct {
	PerSecond float64
	Burst     int
	// Share is the part of the two that is used, all of it if zero.
	Share float64
}

// Shared is what all backends that sign in with one credential have in common, since the
// vendor counts their calls together. The zero value is ready, and safe for concurrent use.
type Shared struct {
	// Part is which part of the budget is used, where others use it in another process; all of it if zero. Set before first use.
	Part float64

	mu      sync.Mutex
	budgets map[string]Budget
	gate    any
}

// Ask notes which budget a backend is content with, by its key.
func (s *Shared) Ask(key string, b Budget) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.budgets == nil {
		s.budgets = map[string]Budget{}
	}
	s.budgets[key] = b
}

// Leave forgets a backend, and reports whether it was the last.
func (s *Shared) Leave(key string) (last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.budgets, key)
	return len(s.budgets) == 0
}

// Budget is the smallest of what the backends ask for. Backends without a setting count as the vendor's default.
func (s *Shared) Budget(usual Budget) Budget {
	s.mu.Lock()
	defer s.mu.Unlock()
	smallest := Budget{}
	for _, b := range s.budgets {
		if b.PerSecond == 0 {
			b.PerSecond = usual.PerSecond
		}
		if b.Burst == 0 {
			b.Burst = usual.Burst
		}
		if b.Share > 0 {
			b.PerSecond, b.Burst = b.PerSecond*b.Share, max(int(float64(b.Burst)*b.Share), 1)
		}
		if smallest.PerSecond == 0 || b.PerSecond < smallest.PerSecond {
			smallest.PerSecond = b.PerSecond
		}
		if smallest.Burst == 0 || b.Burst < smallest.Burst {
			smallest.Burst = b.Burst
		}
	}
	if smallest == (Budget{}) {
		smallest = usual
	}
	if s.Part > 0 {
		smallest.PerSecond *= s.Part
		smallest.Burst = max(int(float64(smallest.Burst)*s.Part), 1)
	}
	return smallest
}

// Gate returns what the transport keeps here: what was made first.
func (s *Shared) Gate(fresh func() any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gate == nil {
		s.gate = fresh()
	}
	return s.gate
}

// GateState is how the gate stands that the calls with a credential pass.
type GateState struct {
	// Left is how many calls an edit could make at once; below zero where calls wait.
	Left float64
	// Limit is what Left is at most; zero means no bound, and Left says nothing then.
	Limit int
	// Pause is how long the vendor still wants to be left alone.
	Pause time.Duration
	// Open: the circuit breaker holds calls back.
	Open bool
}

// State tells how the gate stands, and false before the first call was made ready.
func (s *Shared) State() (GateState, bool) {
	s.mu.Lock()
	gate, ok := s.gate.(interface{ State() GateState })
	s.mu.Unlock()
	if !ok {
		return GateState{}, false
	}
	return gate.State(), true
}
