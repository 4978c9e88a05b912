package e2e

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// The vendor's clock is not advanced here: this is the one place where its delay is waited for.
var _ = Describe("ConductorOne shows owners some time after it took them", Label("late"), func() {
	It("and the entitlement is Ready all the while, is written once, and is in sync as soon as they are seen", func(ctx SpecContext) {
		s := newStackOf(ctx, v1alpha1.VendorConductorOne)
		s.start(ctx)
		began := time.Now()
		obj := s.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "one", "app: {name: GitHub}", "displayName: One", "owners: [{email: ada@corp.example}]",
			"conductorOne: {"+inResource("GitHub", "Team", "platform")+"}")).(*v1alpha1.AppEntitlement)
		synced := func(g Gomega) string {
			g.Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
			return meta.FindStatusCondition(obj.Status.Conditions, v1alpha1.ConditionSynced).Reason
		}
		s.ready(ctx, obj)
		Expect(meta.FindStatusCondition(obj.Status.Conditions, v1alpha1.ConditionSynced).Reason).To(Equal(v1alpha1.ReasonVendorWorking))
		Eventually(func(g Gomega) {
			g.Expect(meta.IsStatusConditionTrue(obj.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
			g.Expect(synced(g)).To(Equal(v1alpha1.ReasonInSync))
		}).WithContext(ctx).WithTimeout(4 * time.Minute).WithPolling(time.Second).Should(Succeed())
		lag := time.Duration(s.Settings().OwnerLag)
		Expect(time.Since(began)).To(BeNumerically(">=", lag), "they were not waited for")
		writes := 0
		for _, call := range s.Calls(0) {
			if call.Class == sandbox.ClassWrite {
				writes++
			}
		}
		Expect(writes).To(Equal(1))
	}, SpecTimeout(6*time.Minute))
})
