package status

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/report"
)

// release lets go of the finalizer, after every remote call that was owed.
func (p *Writer[O, D]) release(ctx context.Context, out managed.Outcome) error {
	p.Fleet.At("releasing")
	if err := p.dropFinalizer(ctx, p.Stored); apierrors.IsConflict(err) {
		// What was owed is done, whatever was edited meanwhile.
		live := p.Fleet.Kind.New()
		if err := p.Fleet.Live.Get(ctx, p.Name(), live); err != nil || live.GetUID() != p.Obj.GetUID() {
			return client.IgnoreNotFound(err)
		}
		if err := p.dropFinalizer(ctx, live); err != nil {
			return client.IgnoreNotFound(err)
		}
	} else if err != nil {
		return client.IgnoreNotFound(err)
	}
	p.Fleet.Forget(p.Name(), p.Obj.GetUID())
	if !out.Plan.Quiet {
		stays := p.Facts.Deletion == decision.DeletionDelete && out.Plan.Leaves || out.Plan == decision.Orphaned && report.Unasked(p.Situation) && p.Caps.Retire
		p.event(note{stays, out.Plan.Reason, report.PlainMessage(p.Situation, out)})
	}
	return nil
}

func (p *Writer[O, D]) dropFinalizer(ctx context.Context, from O) error {
	after := from.DeepCopyObject().(O)
	controllerutil.RemoveFinalizer(after, v1alpha1.Finalizer)
	return p.Fleet.Client.Patch(ctx, after, client.MergeFromWithOptions(from, client.MergeFromWithOptimisticLock{}))
}
