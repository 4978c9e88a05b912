package status

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/act"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/metrics"
)

// Writer writes down what became of a pass.
type Writer[O managed.Object, D backend.Model] struct {
	*act.Action[O, D]
}

// Write writes down what happened: it is the only writer of conditions, events and
// status, and the only one to let go of the finalizer.
//
// It returns when to come back; zero means that something else wakes the object.
func (p *Writer[O, D]) Write(ctx context.Context, out managed.Outcome) (time.Duration, error) {
	if out.Err != nil && p.conflict(out.Err) {
		return time.Second, nil
	}
	p.reportUnauthorized(ctx, out)
	if out.Plan.Action == decision.Release && out.Err == nil {
		return 0, p.release(ctx, out)
	}
	out = p.doubted(p.unsaid(out))
	out.Lacks = p.Lacks && out.Plan == decision.InvalidSpec
	out.Holder, out.Named, out.Together = p.holderOf(out), p.Facts.Found == decision.FoundByKey, !p.LookAt.IsZero()
	e := p.heldBack(p.besides(decision.Follow(out.Decided(p.Deleting()))), out)
	if out.Paced && !out.Wrote {
		return jitter(backend.AfterOf(out.Err)), nil
	}
	p.count(out, e)
	defer p.wakeWaiters(out)
	if e.Leave && !out.Wrote {
		// No byte was sent, or the vendor said no: the attempt is closed all the same.
		if p.Status().ClosedAttempt != p.Stored.GetManagedStatus().ClosedAttempt {
			if err := p.store(ctx, true); err != nil {
				return 0, err
			}
		}
		return p.nextPass(e, out), nil
	}
	if out.Held && p.SyncedIs(e.Synced) {
		// Nothing new is known: what the vendor said last stays there to be read.
		return p.nextPass(e, out), nil
	}
	givenUp := (out.Plan == decision.NeverStays || out.Plan == decision.NeverKept) && !p.SyncedIs(e.Synced)
	transitions := p.apply(out, e)
	// What was written at the vendor is written down in any case; the note then follows at the next look.
	if err := p.NoteBound(ctx); err != nil && !out.Wrote {
		return 0, err
	}
	if !e.Leave {
		p.projectFigures(out) // That patch brought the kind's own figures back as they were stored.
	}
	if err := p.store(ctx, out.Wrote); err != nil {
		return 0, err
	}
	if givenUp { // Not before it is written down: a pass that conflicts is made again.
		metrics.NonConverging.WithLabelValues(p.Fleet.Kind.Name).Inc()
	}
	p.Fleet.At("settled")
	for _, note := range transitions {
		p.event(note)
	}
	return p.nextPass(e, out), nil
}

func (p *Writer[O, D]) conflict(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsNotFound(err)
}

// reportUnauthorized tells the backend what is the backend's matter.
func (p *Writer[O, D]) reportUnauthorized(ctx context.Context, out managed.Outcome) {
	if out.Err == nil {
		return
	}
	log.FromContext(ctx).V(1).Info("pass ended with an error", "action", out.Plan.Action.String(), "error", out.Err.Error())
	if p.Backend != nil && backend.ClassOf(out.Err) == backend.Unauthorized {
		p.Fleet.Backends.Unauthorized(p.Backend.Key, out.Err)
	}
}

// conflictsUnsaid is how often somebody may have been faster before the status tells of it.
const conflictsUnsaid = 5

// unsaid makes an error that is told of what ought to have been over in a moment and is not.
func (p *Writer[O, D]) unsaid(out managed.Outcome) managed.Outcome {
	if out.Err != nil && backend.ClassOf(out.Err) == backend.Conflict && p.Memory.Failures >= conflictsUnsaid {
		out.Err = backend.Errorf(backend.Retryable, "%w", out.Err)
	}
	return out
}

// wakeWaiters notes for whom this object waits, and wakes those who wait for it when it was changed.
func (p *Writer[O, D]) wakeWaiters(out managed.Outcome) {
	p.Fleet.Waiting.Set(p.Name(), out.Holder)
	if out.Wrote || p.Stored.GetManagedStatus().ObservedGeneration != p.Obj.GetGeneration() || p.BoundID() != managed.BoundID(p.Stored) {
		p.Fleet.Freed(p.Name())
	}
}

func (p *Writer[O, D]) count(out managed.Outcome, e decision.Effects) {
	m := p.Memory
	switch {
	case out.Err != nil:
		m.Failures++
	default:
		m.Failures = 0
	}
	if reason := p.mainReason(out, e); m.StuckFor == reason {
		m.Stuck++
	} else {
		m.StuckFor, m.Stuck = reason, 1
	}
	if out.Err == nil && !p.Facts.Settling && !out.Settling && (out.Plan.Action == decision.Settle || out.Wrote && !out.DiffLeft && out.Plan.Action != decision.Create) {
		m.Repeated, m.Write = 0, ""
	}
	if out.Err == nil && (out.Plan.Action == decision.Settle || out.Wrote && !out.DiffLeft) {
		m.Writes = 0
	}
	p.Memory.PollAt = p.Fleet.Now().Add(p.Poll() - 100*time.Millisecond)
}

// doubted marks the outcome of a pass over a spec with which the vendor failed three times in a row. What lies between two
// tries, a look for what a create may have made above all, says so too.
func (p *Writer[O, D]) doubted(out managed.Outcome) managed.Outcome {
	d := &p.Memory.Doubt
	switch {
	case p.Deleting():
	case out.Err != nil && backend.IsDoubtful(out.Err):
		text := out.Err.Error()
		if d.Text != "" && d.Text != text {
			*d = fleet.Doubt{}
		}
		d.Text, d.Times = text, d.Times+1
		if out.Doubted = d.Said(); out.Doubted {
			d.Message = text + "; the vendor says so of its own failures and of mistakes in what it is sent: fix the spec if it is one; it is tried again ever less often, at most hourly"
			d.Until = p.Fleet.Now().Add(jitter(backoff(time.Minute, time.Hour, d.Times-fleet.DoubtsUnsaid+1)))
		}
	case out.Err != nil || len(out.Problems) > 0:
	case out.Wrote || out.Plan.Action == decision.Settle:
		*d = fleet.Doubt{}
	default:
		out.Doubted = d.Said() && (out.Plan == decision.RefusedPerhaps || out.Plan == decision.OutcomePending)
	}
	return out
}

// holderOf is the living object of this cluster that has what this one wants; empty if there is
// none, or none is known.
func (p *Writer[O, D]) holderOf(out managed.Outcome) string {
	switch {
	case out.Err != nil && backend.IsTaken(out.Err):
		return p.Holder
	case out.Err != nil || p.Deleting():
		return ""
	case out.Plan == decision.ClaimedByOther:
		return p.ClaimedBy
	case out.Plan == decision.RemoteExists && p.Facts.Owner == decision.OwnerForeign && p.Seen.Mark.Cluster == p.Fleet.ClusterID:
		return p.Seen.Mark.Owner // It lives: else it would be another life's.
	}
	return ""
}
