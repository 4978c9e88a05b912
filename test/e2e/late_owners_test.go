package e2e

import (
	"net/http"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

var _ = Describe("ConductorOne shows owners some time after it took them", Label("late"), func() {
	It("and the entitlement is Ready all the while, is written once, and is in sync as soon as they are seen", func(ctx SpecContext) {
		s := newStackOf(ctx, v1alpha1.VendorConductorOne)
		s.start(ctx, "--resync-interval=1s")
		obj := s.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "one", "app: {name: GitHub}", "displayName: One", "owners: [{email: ada@corp.example}]",
			"conductorOne: {"+inResource("GitHub", "Team", "platform")+"}")).(*v1alpha1.AppEntitlement)
		synced := func(g Gomega) string {
			g.Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
			g.Expect(meta.IsStatusConditionTrue(obj.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
			return meta.FindStatusCondition(obj.Status.Conditions, v1alpha1.ConditionSynced).Reason
		}
		s.ready(ctx, obj)
		Expect(synced(Default)).To(Equal(v1alpha1.ReasonVendorWorking))

		By("reading them three times more before the vendor shows them")
		owners := func() (reads int) {
			for _, call := range s.Calls(0) {
				if call.Method == http.MethodGet && strings.HasSuffix(call.Path, "/ownerids") {
					reads++
				}
			}
			return reads
		}
		before := owners()
		Eventually(func(g Gomega) {
			g.Expect(synced(g)).To(Equal(v1alpha1.ReasonVendorWorking))
			g.Expect(owners()).To(BeNumerically(">=", before+3))
		}).WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(Succeed())

		By("advancing the vendor's clock by its delay")
		s.Advance(time.Duration(s.Settings().OwnerLag))
		Eventually(synced).WithContext(ctx).WithTimeout(patience).WithPolling(50 * time.Millisecond).Should(Equal(v1alpha1.ReasonInSync))
		Expect(s.Counts().Writes).To(Equal(1))
	}, SpecTimeout(3*time.Minute))
})
