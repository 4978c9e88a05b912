package act

import (
	"context"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/report"
)

// Action is what a pass does about a situation.
type Action[O managed.Object, D backend.Model] struct {
	*gather.Situation[O, D]

	// Acted: something was about to be sent.
	Acted bool
	// Sent are the fields that a write sent, and Said is what became of them, for people.
	Sent []string
	Said string
	// Why is the reason of the write, for the audit.
	Why backend.WriteReason
	// Holder is the living object of this cluster that has what this one wants.
	Holder string
	// ClaimStamp is when the claim was stored, by our clock; zero if this pass made none.
	ClaimStamp time.Time

	noted    []string          // the fields that were noted for the first time
	proposal *backend.Proposal // what is about to be sent
}

// Do carries a plan out, with at most one logical write.
func (p *Action[O, D]) Do(ctx context.Context, plan *decision.Plan) managed.Outcome {
	if p.Narrowing.On {
		return p.narrow(ctx, plan)
	}
	return p.afterRefusal(ctx, p.do(ctx, plan))
}

// narrow writes what narrows, and nothing else. All gates are those of any other write.
func (p *Action[O, D]) narrow(ctx context.Context, plan *decision.Plan) managed.Outcome {
	n := &p.Narrowing
	if plan.Action == decision.Update {
		out := p.do(ctx, plan)
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

func (p *Action[O, D]) do(ctx context.Context, plan *decision.Plan) managed.Outcome {
	if plan.Action.Writes() && p.tooSoon() {
		return managed.Outcome{Plan: decision.RefusedPerhaps}
	}
	if plan.Action.Writes() {
		next, err := p.recheck(ctx, plan)
		if err != nil {
			return managed.Outcome{Plan: plan, Err: err}
		}
		plan = next
	}
	out := managed.Outcome{Plan: plan}
	if p.needsIntent(plan) {
		if err := p.persistIntent(ctx, plan); err != nil {
			return managed.Outcome{Plan: plan, Err: err}
		}
	}
	p.Why = p.writeReason(plan)
	switch plan.Action {
	case decision.Create:
		return p.create(ctx, plan)
	case decision.Adopt:
		return p.adopt(ctx, plan)
	case decision.Update:
		if err := p.noteWritten(ctx, p.writable()); err != nil {
			return managed.Outcome{Plan: plan, Err: err}
		}
		return p.update(ctx, plan, p.writable())
	case decision.Retire:
		out = p.update(ctx, plan, backend.Changes{{Path: backend.PathRetired}})
		out.DiffLeft = true // Another look must see it retired before the object may go.
		if out.Err == nil {
			p.Fleet.Limits.Deleted(p.Backend.Key, p.Obj.GetUID())
		}
		return out
	case decision.Delete:
		return p.delete(ctx, plan)
	case decision.Wait:
		if plan == decision.RemoteNotFound {
			out.Err = p.refresh(ctx)
		}
	default: // Nothing is asked of the vendor.
	}
	return out
}

// recheck gathers again, right before a write, the facts that would make it
// unforgivable, and decides again if one of them moved.
func (p *Action[O, D]) recheck(ctx context.Context, plan *decision.Plan) (*decision.Plan, error) {
	if plan.Action != decision.Create && plan.Action != decision.Adopt { // Their claim is fenced, and closed.
		if err := p.fenceLease(); err != nil {
			return plan, err
		}
	}
	if (plan.Action == decision.Delete || plan.Action == decision.Retire) && p.Deleting() {
		held, err := p.DeletionsHeld(ctx)
		if err != nil {
			return plan, err
		}
		if p.Facts.MassDeletion = held; held {
			return decision.Decide(p.Facts), nil
		}
	}
	if plan.Action == decision.Update && p.Facts.Closes {
		held, err := p.ClosingHeld(ctx)
		if err != nil {
			return plan, err
		}
		if p.Facts.MassDeletion = held; held {
			return decision.Decide(p.Facts), nil
		}
	}
	// Nothing is sent to a tenant that was not asked who it is a moment ago.
	who, err := p.Backend.Verify(ctx, identityAge)
	if err != nil {
		return plan, err
	}
	if who.ID != p.Backend.PinnedTenantID {
		p.Facts.TenantMatches = false
	}
	if plan.Action == decision.Adopt {
		k, c := p.ClaimOf(p.Seen)
		p.ClaimedBy, p.Facts.ClaimConflict = p.Fleet.Claims.Take(k, c, p.Rivals(c))
	}
	if (plan.Action == decision.Delete || plan.Action == decision.Retire) && p.Deleting() && p.Fleet.TerminatingNow != nil {
		// The objects of a definition go after it: only a live look is sure to know.
		if p.Facts.KindTerminating, err = p.Fleet.TerminatingNow(ctx, p.Fleet.Kind.Name); err != nil {
			return plan, err
		}
	}
	return decision.Decide(p.Facts), nil
}

// needsIntent: for Create and Adopt, and for what is ours but has lost its finalizer or intent.
func (p *Action[O, D]) needsIntent(plan *decision.Plan) bool {
	if plan.Action == decision.Create || plan.Action == decision.Adopt {
		return true
	}
	lost := !p.HasFinalizer() || p.Intent == nil
	return lost && !p.Deleting() && p.Facts.Found >= decision.FoundByID && p.Facts.Owner == decision.OwnerOurs
}

// identityAge is how old an answer to "who are you" may be before a write.
const identityAge = 2 * time.Second

// tooSoon reports whether a write that may fail for a mistake of the spec must not be sent again yet.
func (p *Action[O, D]) tooSoon() bool {
	return !p.Deleting() && p.Memory.Doubt.Said() && p.Fleet.Now().Before(p.Memory.Doubt.Until)
}
