package gather

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// Gather finds what is asked and what is there. known: the outcome of the pass is clear already, and nothing is left to decide.
func (p *Situation[O, D]) Gather(ctx context.Context) (out managed.Outcome, known bool) {
	p.gatherFromObject()
	p.takeUpPins(ctx)
	if plan := decision.Decide(p.Facts); plan.Action != decision.Observe {
		return managed.Outcome{Plan: plan}, true
	}
	if out, known := p.openTenant(ctx); known {
		return out, true
	}
	if out, known := p.desire(ctx); known {
		return out, true
	}
	if p.Narrowing.On {
		return p.gatherNarrowing(ctx)
	}
	if err := p.observe(ctx); err != nil {
		return managed.Outcome{Err: err}, true
	}
	p.takeBack(p.Seen)
	p.observeAside(ctx)
	if err := p.observeDraft(ctx); err != nil {
		return managed.Outcome{Err: err}, true
	}
	p.checkTime()
	return managed.Outcome{}, false
}

// gatherNarrowing reads the remote of which only what narrows is written.
func (p *Situation[O, D]) gatherNarrowing(ctx context.Context) (out managed.Outcome, known bool) {
	remote := *p.Remote()
	obs, err := p.Read(ctx, backend.Ref{ID: remote.ID, ParentID: remote.ParentID})
	if err != nil {
		return managed.Outcome{Err: err}, true
	}
	if !obs.Exists {
		return managed.Outcome{Problems: p.Narrowing.Problems, Gated: true}, true
	}
	p.Found(ctx, decision.FoundByID, obs)
	return managed.Outcome{}, false
}
