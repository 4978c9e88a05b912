package sweep

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/log"
)

// askNames lets a kind ask what its pinned names mean now, beside the sweeps: no sweep waits for it, and
// one that takes longer than a round is not begun twice. Who finds no place is asked after its next sweep.
func (s *Sweeper) askNames(ctx context.Context, t Target, k Kind) {
	id := t.Key + "|" + k.Name
	if k.AskNames == nil || !s.beginNames(id, t.Namespace) {
		return
	}
	s.asking.Go(func() {
		defer s.endNames(id, t.Namespace)
		ctx, cancel := context.WithTimeout(ctx, longest)
		defer cancel()
		if err := s.nowAskNames(ctx, t, k); err != nil {
			log.FromContext(ctx).V(1).Info("some names were not asked", "backend", t.Key, "kind", k.Name, "reason", err.Error())
		}
	})
}

func (s *Sweeper) nowAskNames(ctx context.Context, t Target, k Kind) error {
	b, err := s.Open(ctx, t.Key)
	if err != nil {
		return err
	}
	moved, err := k.AskNames(ctx, b, s.period())
	if len(moved) > 0 {
		k.Queue(moved)
	}
	return err
}

func (s *Sweeper) beginNames(id, namespace string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked[id] || !s.askers.Enter(namespace) {
		return false
	}
	if s.asked == nil {
		s.asked = map[string]bool{}
	}
	s.asked[id] = true
	return true
}

func (s *Sweeper) endNames(id, namespace string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.asked, id)
	s.askers.Leave(namespace)
}
