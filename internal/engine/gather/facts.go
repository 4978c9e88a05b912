package gather

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// gatherFromObject fills the facts that need no look.
func (p *Situation[O, D]) gatherFromObject() {
	spec, st := p.Spec(), p.Status()
	f := &p.Facts
	f.Deleting = p.Deleting()
	f.KindTerminating = p.Fleet.Terminating != nil && p.Fleet.Terminating(p.Fleet.Kind.Name)
	f.Suspended = p.Suspension.On
	f.Bound = p.BoundID() != ""
	f.Drift, f.Creation, f.Deletion = decision.DriftCorrect, decision.CreationCreate, decision.DeletionDelete
	m := v1alpha1.Management{}
	if spec.Management != nil {
		m = *spec.Management
	}
	if m.Drift == v1alpha1.DriftReport {
		f.Drift = decision.DriftReport
	}
	switch m.Creation {
	case v1alpha1.CreationCreate:
	case v1alpha1.CreationAdopt:
		f.Creation = decision.CreationAdopt
	case v1alpha1.CreationCreateOrAdopt:
		f.Creation = decision.CreationCreateOrAdopt
	case v1alpha1.CreationCreateDuplicate:
		f.Creation = decision.CreationCreateDuplicate
	}
	switch m.Deletion {
	case v1alpha1.DeletionDelete:
	case v1alpha1.DeletionOrphan:
		f.Deletion = decision.DeletionOrphan
	case v1alpha1.DeletionRetire:
		f.Deletion = decision.DeletionRetire
	case "":
		if p.Fleet.Kind.Started != nil && p.Fleet.Kind.Started(p.Obj) {
			f.Deletion = decision.DeletionOrphan
		}
	}
	if spec.RemoteID != "" {
		f.RemoteID = decision.RemoteIDSet
		if f.Bound && p.BoundID() != spec.RemoteID {
			f.RemoteID = decision.RemoteIDMismatch
		}
	}
	f.Intent = p.intentFact(time.Time{})
	if r := st.Remote; r != nil && r.DeleteSentAt != nil {
		f.DeleteSent = p.Fleet.Now().Sub(r.DeleteSentAt.Time) < 10*time.Minute
	}
	f.PendingLong = p.pendingLong()
	f.Referenced = p.referenced()
}

// intentFact reads the intent against the status; looked is the date of the look, zero before it.
func (p *Situation[O, D]) intentFact(looked time.Time) decision.IntentFact {
	switch {
	case p.ForeignIntent:
		return decision.IntentForeign
	case p.Intent == nil:
		return decision.IntentNone
	case p.Intent.Attempt <= p.Status().ClosedAttempt:
		return decision.IntentClosed
	case looked.IsZero() || looked.Before(p.Intent.At.Add(p.Fleet.Window)):
		return decision.IntentFresh
	}
	return decision.IntentOld
}

// pendingLong reports whether the vendor works on it for more than a day. Once that was said it stays so, until the work ends.
func (p *Situation[O, D]) pendingLong() bool {
	if c := meta.FindStatusCondition(p.Status().Conditions, v1alpha1.ConditionStalled); c != nil && c.Reason == v1alpha1.ReasonPendingTooLong {
		return true
	}
	c := meta.FindStatusCondition(p.Status().Conditions, v1alpha1.ConditionReconciling)
	return c != nil && c.Reason == v1alpha1.ReasonVendorWorking && p.Fleet.Now().Sub(c.LastTransitionTime.Time) > 24*time.Hour
}

// referenced reports whether others refer to a deleted object that is not to go before them. In doubt they do.
func (p *Situation[O, D]) referenced() bool {
	if !p.Deleting() || p.Fleet.Kind.Protected == nil || p.Fleet.Users == nil || !p.Fleet.Kind.Protected(p.Obj) {
		return false
	}
	users, err := p.Fleet.Users(context.Background(), reference.Object{Kind: p.Fleet.Kind.Name, Namespace: p.Obj.GetNamespace(), Name: p.Obj.GetName()})
	p.Users = users
	return err != nil || len(users) > 0
}

// takeDoubt goes on where another process left off: what it said of this spec stands in the status.
func (p *Situation[O, D]) takeDoubt() {
	c := meta.FindStatusCondition(p.Status().Conditions, v1alpha1.ConditionSynced)
	if p.Memory.Doubt.Times == 0 && c != nil && c.Reason == v1alpha1.ReasonRefusedPerhaps &&
		c.ObservedGeneration == p.Obj.GetGeneration() && p.Requested() == p.Status().LastHandledReconcileAt {
		p.Memory.Doubt = fleet.Doubt{Times: fleet.DoubtsUnsaid, Message: backend.WithoutReference(c.Message)}
	}
}
