package engine

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/status"
)

// run gathers, decides and acts.
func run[O managed.Object, D backend.Model](ctx context.Context, p *status.Writer[O, D]) managed.Outcome {
	defer p.LeaveTurn()
	p.FromObject()
	p.TakeUpPins(ctx)
	if plan := decision.Decide(p.Facts); plan.Action != decision.Observe {
		return managed.Outcome{Plan: plan}
	}
	if out, stop := p.OpenTenant(ctx); stop {
		return out
	}
	if out, stop := p.Desire(ctx); stop {
		return out
	}
	if p.Narrowing.On {
		return narrow(ctx, p)
	}
	if err := p.Observe(ctx); err != nil {
		return managed.Outcome{Err: err}
	}
	p.TakeBack(p.Seen)
	p.ObserveAside(ctx)
	if err := p.ObserveDraft(ctx); err != nil {
		return managed.Outcome{Err: err}
	}
	p.CheckTime()
	plan := decision.Decide(p.Facts)
	return p.AfterRefusal(ctx, p.Do(ctx, plan))
}
