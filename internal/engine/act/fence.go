package act

import (
	"context"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// claimAge is how old a claim may be when its first byte is sent.
const claimAge = 10 * time.Second

func (p *Action[O, D]) fenceLease() error {
	if p.Fleet.Lease != nil {
		if err := p.Fleet.Lease(); err != nil {
			return &backend.Error{Class: backend.Fenced, Err: err}
		}
	}
	return nil
}

// fenced is the context of a write: the transport asks at the last step before the
// first byte whether our lease is still ours and the claim is young. It also says who asks.
func (p *Action[O, D]) fenced(ctx context.Context) context.Context {
	p.Acted = true
	stamp := p.ClaimStamp
	return backend.WithFence(backend.WithAsker(ctx, p.asker()), func() error {
		if err := p.fenceLease(); err != nil {
			return err
		}
		if !stamp.IsZero() && p.Fleet.Now().Sub(stamp) > claimAge {
			return backend.Errorf(backend.Fenced, "the claim is older than %s", claimAge)
		}
		return nil
	})
}

// asker says on whose behalf a pass writes.
func (p *Action[O, D]) asker() backend.Asker {
	a := backend.Asker{Kind: p.Fleet.Kind.Name, Namespace: p.Obj.GetNamespace(), Name: p.Obj.GetName(), UID: string(p.Obj.GetUID()),
		Generation: p.Obj.GetGeneration(), Backend: p.Backend.Key, TenantID: p.Backend.TenantID, Reason: p.Why, Proposal: p.proposal}
	// Who deletes an object is nowhere noted, and nobody edited what is put back or recovered.
	if last := managed.SpecManager(p.Stored.GetManagedFields()); last != nil && (p.Why == backend.WriteEdit || p.Why == backend.WriteAdopt) {
		a.Manager = last.Manager
	}
	return a
}

// writeReason says why a plan writes.
func (p *Action[O, D]) writeReason(plan *decision.Plan) backend.WriteReason {
	switch {
	case plan == decision.RemovingDuplicate, p.Facts.Found == decision.FoundByMark && !p.Facts.Bound && plan.Action == decision.Update:
		return backend.WriteRecover
	case plan.Action == decision.Delete, plan.Action == decision.Retire:
		return backend.WriteDelete
	case plan.Action == decision.Adopt:
		return backend.WriteAdopt
	case plan == decision.Recreating:
		return backend.WriteDrift
	case plan.Action == decision.Update && p.Started() && !p.Facts.SpecMoved && p.Changes.Any("close"):
		return backend.WriteClose
	case plan == decision.CorrectingDrift:
		return backend.WriteDrift
	}
	return backend.WriteEdit
}
