package managed

import (
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// Leaves reports whether the deletion of an object would remove something at the vendor, and was not
// sent yet, as far as the object itself tells. What stands still by itself does not count: its deletion is not sent, and would
// hold those of others for ever. It is counted with the others in the moment in which it is sent.
func Leaves(obj Object) bool {
	st, m := obj.GetManagedStatus(), obj.GetManagedSpec().Management
	if obj.GetDeletionTimestamp().IsZero() || !controllerutil.ContainsFinalizer(obj, v1alpha1.Finalizer) ||
		m != nil && m.Deletion == v1alpha1.DeletionOrphan || st.Remote != nil && st.Remote.DeleteSentAt != nil {
		return false
	}
	if SuspensionOf(obj, time.Now()).On || standsStill(st) {
		return false
	}
	intent, _ := ReadIntent(obj)
	return BoundID(obj) != "" || intent != nil && intent.Attempt > st.ClosedAttempt && intent.At.Before(obj.GetDeletionTimestamp().Add(clockSkew))
}

// clockSkew is how far a vendor's clock may be ahead of the API server's: an attempt from later than that was written by hand.
const clockSkew = time.Hour

// standsStill reports whether the last pass over a deleted object found that it cannot be deleted.
func standsStill(st *v1alpha1.ManagedStatus) bool {
	c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionSynced)
	a := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionAccepted)
	return c != nil && c.Reason == v1alpha1.ReasonDeletionBlocked || a != nil && a.Reason == v1alpha1.ReasonDeletionUnsupported
}
