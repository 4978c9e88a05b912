package managed

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

func TestWhatIsNotDeletedByItselfDoesNotCountAsWaiting(t *testing.T) {
	deleted := metav1.NewTime(time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC))
	intent := func(at string) string {
		return `{"token":"AAAAAAAAAAAAAAAA","attempt":9,"at":"` + at + `","owner":"evil/x","tenant":"t"}`
	}
	for sentence, c := range map[string]struct {
		change func(*v1alpha1.AccessProfile)
		counts bool
	}{
		"an attempt whose outcome is open": {func(*v1alpha1.AccessProfile) {}, true},
		"an attempt that is still to come": {func(o *v1alpha1.AccessProfile) {
			o.Annotations[v1alpha1.AnnotationIntent] = intent("2999-01-01T00:00:00Z")
		}, false},
		"one that is bound": {func(o *v1alpha1.AccessProfile) { o.Status.Remote = &v1alpha1.RemoteStatus{ID: "r"} }, true},
		"one that is bound and suspended": {func(o *v1alpha1.AccessProfile) {
			o.Status.Remote, o.Spec.Suspend = &v1alpha1.RemoteStatus{ID: "r"}, true
		}, false},
		"one that the vendor does not delete": {stuckBy(v1alpha1.ConditionAccepted, v1alpha1.ReasonDeletionUnsupported), false},
		"one that the vendor refuses":         {stuckBy(v1alpha1.ConditionSynced, v1alpha1.ReasonDeletionBlocked), false},
		"one that waits for a confirmation":   {stuckBy(v1alpha1.ConditionSynced, v1alpha1.ReasonMassDeletion), true},
	} {
		o := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: "evil", Name: "x", DeletionTimestamp: &deleted, Finalizers: []string{v1alpha1.Finalizer},
			Annotations: map[string]string{v1alpha1.AnnotationIntent: intent(time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC).Add(-time.Minute).Format(time.RFC3339))}}}
		c.change(o)
		if got := Leaves(o); got != c.counts {
			t.Errorf("%s: counts %t, want %t", sentence, got, c.counts)
		}
	}
}

func stuckBy(condition, reason string) func(*v1alpha1.AccessProfile) {
	return func(o *v1alpha1.AccessProfile) {
		o.Status.Remote = &v1alpha1.RemoteStatus{ID: "r"}
		o.Status.Conditions = []metav1.Condition{{Type: condition, Status: metav1.ConditionFalse, Reason: reason}}
	}
}
