package engine

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/report"
	"github.com/governance-operator/governance-operator/internal/engine/status"
)

// narrow looks at the remote and writes what narrows. All gates are those of any other write.
func narrow[O managed.Object, D backend.Model](ctx context.Context, p *status.Writer[O, D]) managed.Outcome {
	n, remote := &p.Narrowing, *p.Remote()
	obs, err := p.Read(ctx, backend.Ref{ID: remote.ID, ParentID: remote.ParentID})
	if err != nil {
		return managed.Outcome{Err: err}
	}
	if !obs.Exists {
		return managed.Outcome{Problems: n.Problems, Gated: true}
	}
	p.Found(ctx, decision.FoundByID, obs)
	plan := decision.Decide(p.Facts)
	if plan.Action == decision.Update {
		out := p.Do(ctx, plan)
		if out.Plan.Action == decision.Update {
			out.Problems = n.Problems
			if out.Err == nil && !out.DiffLeft {
				p.Memory.Narrowed = n.Looked
			}
			return out
		}
		plan = out.Plan // Another look right before the write.
		if out.Err != nil {
			return out
		}
	}
	if plan.Action == decision.Settle {
		p.Memory.Narrowed = n.Looked
		return managed.Outcome{Problems: n.Problems}
	}
	n.Held = report.PlanMessage(p.Situation, managed.Outcome{Plan: plan})
	return managed.Outcome{Problems: n.Problems, Gated: true}
}
