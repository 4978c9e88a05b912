package backend_test

import (
	"errors"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// TestFencesAreChained: what forbids writes around a pass is asked before the fence of the pass, whatever that one would say.
func TestFencesAreChained(t *testing.T) {
	no, asked := errors.New("nothing is written"), 0
	open := func() error { asked++; return nil }
	shut := func() error { return no }
	for sentence, c := range map[string]struct {
		fences []func() error
		want   error
		asked  int
	}{
		"without a fence everything is permitted": {},
		"the outer one forbids":                   {fences: []func() error{shut, open}, want: no},
		"the inner one forbids":                   {fences: []func() error{open, shut}, want: no, asked: 1},
		"each of three is asked":                  {fences: []func() error{open, open, open}, asked: 3},
	} {
		t.Run(sentence, func(t *testing.T) {
			ctx := t.Context()
			for _, fence := range c.fences {
				ctx = backend.WithFence(ctx, fence)
			}
			asked = 0
			if err := backend.CheckFence(ctx); !errors.Is(err, c.want) || asked != c.asked {
				t.Errorf("%v after %d fences, want %v after %d", err, asked, c.want, c.asked)
			}
		})
	}
}
