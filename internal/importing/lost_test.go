package importing_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

// TestWhatWasLostIsTakenBack: a remote that bears the mark of an object of this cluster that is gone is adopted as any other.
func TestWhatWasLostIsTakenBack(t *testing.T) {
	for _, of := range sandboxes.All() {
		t.Run(of.Vendor, func(t *testing.T) {
			p := begin(t, of)
			p.profile("Lost", "Text", backend.Mark{Token: "LOSTLOSTLOSTLOST", Owner: "team/was-called-otherwise", Cluster: cluster})
			p.change = inCluster
			p.must()
			objects, before := p.read(), p.leaves()
			o := p.operator(objects)
			p.ResetCalls()
			for _, obj := range o.run(objects) {
				st := obj.(managed.Object).GetManagedStatus()
				if c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionSynced); c == nil || c.Reason != v1alpha1.ReasonInSync {
					t.Errorf("%s %s: %+v", kindOf(obj), obj.GetName(), c)
				}
			}
			p.unchanged(before)
			t.Logf("%d objects: %+v", len(objects), p.Counts())
		})
	}
}
