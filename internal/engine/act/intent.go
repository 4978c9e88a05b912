package act

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/vendorclock"
)

// persistIntent writes finalizer and intent in one merge patch with resourceVersion. A
// conflict ends the pass.
func (p *Action[O, D]) persistIntent(ctx context.Context, plan *decision.Plan) error {
	send := plan.Action == decision.Create
	at, err := p.Fleet.Clock.Read(p.Backend.TenantKey)
	if errors.Is(err, vendorclock.ErrUnknown) && send {
		if _, err = p.Read(ctx, backend.Ref{ParentID: p.ParentID, Mark: backend.Mark{Token: managed.NewToken(), Owner: managed.FullName(p.Obj), Cluster: p.Fleet.ClusterID}}); err != nil {
			return err
		}
		at, err = p.Fleet.Clock.Read(p.Backend.TenantKey)
	}
	if err != nil && send {
		return backend.Errorf(backend.Retryable, "%w", err)
	}
	next := managed.Intent{Token: managed.NewToken(), Attempt: p.Status().ClosedAttempt + 1, At: at, Owner: managed.FullName(p.Obj),
		Tenant: p.Backend.TenantID, ParentID: p.ParentID, Key: p.Key(), Bound: p.Caps.RunOnce && p.Facts.Bound}
	if p.Intent != nil {
		next.Bound = next.Bound || p.Intent.Bound
		next.Token, next.Attempt = p.Intent.Token, max(p.Intent.Attempt, p.Status().ClosedAttempt)+1
	} else if m := p.Seen.Mark; p.Facts.Owner == decision.OwnerOurs && p.Seen.Exists && m.Token != "" {
		next.Token = m.Token
	}
	next.Wrote, next.Made = p.remembers(plan)
	if plan.Action == decision.Adopt {
		next.Of = p.Seen.ID
	}
	stamp := p.Fleet.Now()
	if err := p.storeIntent(ctx, next); err != nil {
		return fmt.Errorf("claiming %s: %w", p.Name(), err)
	}
	p.ClaimStamp = stamp
	if plan.Action == decision.Create || plan.Action == decision.Adopt {
		p.Removed.Memory = nil
		p.Status().Written, p.Status().LeftBehind = &v1alpha1.WrittenFields{Paths: slices.Clone(next.Wrote)}, nil
	}
	if !send {
		p.Status().ClosedAttempt = next.Attempt
	}
	p.Fleet.At("claimed")
	return nil
}

// storeIntent patches the object's intent and finalizer, with its resourceVersion. What the pass has put into the status
// so far stays, to be written later.
func (p *Action[O, D]) storeIntent(ctx context.Context, next managed.Intent) error {
	after := p.Stored.DeepCopyObject().(O)
	annotations := maps.Clone(after.GetAnnotations())
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1alpha1.AnnotationIntent] = next.Encode()
	after.SetAnnotations(annotations)
	controllerutil.AddFinalizer(after, v1alpha1.Finalizer)
	stamp := p.Fleet.Now()
	if err := p.Fleet.Client.Patch(ctx, after, client.MergeFromWithOptions(p.Stored, client.MergeFromWithOptimisticLock{})); err != nil {
		return err
	}
	p.Stored = after
	p.Obj.SetAnnotations(maps.Clone(after.GetAnnotations()))
	p.Obj.SetFinalizers(slices.Clone(after.GetFinalizers()))
	p.Obj.SetResourceVersion(after.GetResourceVersion())
	p.Obj.SetManagedFields(slices.Clone(after.GetManagedFields()))
	p.Memory.Stored(after.GetResourceVersion(), stamp)
	p.Intent, p.ForeignIntent = &next, false
	return nil
}

// NoteBound writes down that a run-once object has its remote, before the status does. Without the note nothing is lost: the
// attempt stays open, and the remote is found by its mark.
func (p *Action[O, D]) NoteBound(ctx context.Context) error {
	if !p.Caps.RunOnce || p.Deleting() || p.BoundID() == "" || p.Intent == nil || p.Intent.Bound {
		return nil
	}
	next := *p.Intent
	next.Bound = true
	if err := p.storeIntent(ctx, next); err != nil {
		return fmt.Errorf("noting that %s has its remote: %w", p.Name(), err)
	}
	return nil
}

// PatchOnce patches the status of next over that of from, with its resourceVersion.
func (p *Action[O, D]) PatchOnce(ctx context.Context, from, next O) error {
	err := p.Fleet.Client.Status().Patch(ctx, next, client.MergeFromWithOptions(from, client.MergeFromWithOptimisticLock{}))
	if err == nil {
		p.Memory.Stored(next.GetResourceVersion(), p.Fleet.Now())
	}
	return err
}
