package gather

import (
	"context"
	"fmt"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
)

// openTenant gets the tenant. While it is wanting, the backend is to blame.
func (p *Situation[O, D]) openTenant(ctx context.Context) (managed.Outcome, bool) {
	b, err := p.Fleet.Backends.Get(ctx, p.Obj.GetNamespace(), p.Spec().BackendRef, p.Deleting())
	if err != nil {
		return managed.Outcome{Err: err}, true
	}
	p.Backend, p.Driver = b, p.Fleet.Kind.Driver(b.Tenant)
	p.Caps = p.Driver.Capabilities()
	f := &p.Facts
	f.Suspended = f.Suspended || b.Suspended
	f.CanCreate, f.CanUpdate, f.CanDelete, f.CanRetire = p.Caps.Create, p.Caps.Update, p.Caps.Delete, p.Caps.Retire
	f.RunOnce, f.MarkProven = p.Caps.RunOnce, p.Caps.MarksCount()
	if f.RemoteID == decision.RemoteIDMismatch && p.Caps.SameID(p.BoundID(), p.Spec().RemoteID) {
		f.RemoteID = decision.RemoteIDSet
	}
	if m := p.Spec().Management; (m == nil || m.Creation == "") && !p.Caps.Create {
		f.Creation = decision.CreationAdopt
	}
	if m := p.Spec().Management; (m == nil || m.Deletion == "") && !p.Caps.Delete {
		f.Deletion = decision.DeletionOrphan
	}
	if plan := decision.Decide(p.Facts); plan.Action == decision.Release {
		return managed.Outcome{Plan: plan}, true // The vendor need not answer to be left alone.
	}
	if pace := b.Tenant.Pace(backend.PriorityOf(ctx)); pace.Delay > 100*time.Millisecond {
		class := backend.Retryable
		if pace.Throttled {
			class = backend.Throttled
		}
		held := pace.Throttled || pace.CircuitOpen
		return managed.Outcome{Paced: !held, Held: held, Err: &backend.Error{Class: class, After: pace.Delay,
			Err: fmt.Errorf("the tenant's budget or the vendor asks for a pause")}}, true
	}
	p.Fleet.Workers.Passed(p.Turn)
	f.MassAbsence = b.Absent[p.Fleet.Kind.Name] > 0
	f.MassDeletion = b.DeletionsHeld
	if out, stop := p.stillHeld(ctx); stop {
		return out, true
	}
	pinned := b.PinnedTenantID
	if st := p.Status(); b.TenantAccepted {
		pinned = b.TenantID
	} else if st.Remote != nil && st.Remote.TenantID != "" {
		pinned = st.Remote.TenantID
	} else if p.Intent != nil && f.Intent != decision.IntentClosed {
		pinned = p.Intent.Tenant
	}
	f.TenantMatches = b.Lives(pinned) && b.PinnedTenantID == b.TenantID
	p.Fleet.Claims.Rename(b.ByHost, b.TenantID)
	if !f.TenantMatches {
		// Nothing that this tenant says can be about our remote.
		p.Fleet.Views.Forget(b.TenantKey)
		f.Found = decision.FoundAbsentUnproved
		return managed.Outcome{Plan: decision.Decide(p.Facts)}, true
	}
	return managed.Outcome{}, false
}

// stillHeld ends a pass over what a safety limit holds and is said to hold: it is the backend's matter,
// and a look at each remote would tell nothing about it.
func (p *Situation[O, D]) stillHeld(ctx context.Context) (managed.Outcome, bool) {
	f := &p.Facts
	if p.forced || p.Requested() != p.Status().LastHandledReconcileAt {
		return managed.Outcome{}, false // Somebody wants a look.
	}
	switch {
	case f.Deleting && f.Referenced && p.SyncedIs(decision.StillReferenced.Synced()):
		return managed.Outcome{Plan: decision.StillReferenced}, true
	case f.MassAbsence && p.SyncedIs(decision.MassAbsence.Synced()):
		return managed.Outcome{Plan: decision.MassAbsence}, true
	case f.Deleting && f.MassDeletion && p.SyncedIs(decision.MassDeletion.Synced()):
		var err error
		if f.MassDeletion, err = p.DeletionsHeld(ctx); err != nil {
			return managed.Outcome{Err: err}, true
		}
		return managed.Outcome{Plan: decision.MassDeletion}, f.MassDeletion
	}
	return managed.Outcome{}, false
}

// DeletionsHeld counts the deletions behind the backend, this one included.
func (p *Situation[O, D]) DeletionsHeld(ctx context.Context) (bool, error) {
	d, err := p.Fleet.Limits.Count(ctx, p.Backend.Key, safety.Leaving{UID: p.Obj.GetUID(), At: p.Obj.GetDeletionTimestamp().Time})
	if err != nil {
		return false, fmt.Errorf("counting deletions: %w", err)
	}
	return d.Held, nil
}

// ClosingHeld counts what this pass is about to close with the deletions behind the backend.
func (p *Situation[O, D]) ClosingHeld(ctx context.Context) (bool, error) {
	d, err := p.Fleet.Limits.Count(ctx, p.Backend.Key, safety.Leaving{UID: p.Obj.GetUID(), At: managed.EditedAt(p.Stored)})
	return d.Held, err
}

// Closes reports whether a write of changes closes something that left the spec.
func (p *Situation[O, D]) Closes(changes backend.Changes) bool {
	for _, path := range p.Removed.Closing {
		if changes.Has(p.Removed.At(path)) {
			return true
		}
	}
	return false
}
