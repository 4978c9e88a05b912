package queue

import "sync"

// Share is how much of a total somebody may have at most, where the others have so much of it: half of
// what they leave. Whoever is alone gets half, and however many others take all they may, a newcomer
// still finds something, until the last one is taken.
func Share(total, others int) int { return max(total-others+1, 0) / 2 }

// Shares bounds how many of a few places each namespace takes. It is safe for concurrent use.
type Shares struct {
	// Total is how many places there are.
	Total int

	mu   sync.Mutex
	all  int
	each map[string]int
}

// Enter takes a place, and reports whether there was one. Every Enter that returned true needs one Leave.
func (s *Shares) Enter(who string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.each[who] >= Share(s.Total, s.all-s.each[who]) {
		return false
	}
	if s.each == nil {
		s.each = map[string]int{}
	}
	s.all++
	s.each[who]++
	return true
}

// Leave gives a place back.
func (s *Shares) Leave(who string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.each[who]--; s.each[who] == 0 {
		delete(s.each, who)
	}
}
