package isolation

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

var _ = Describe("an operator for each team", Label("isolation"), func() {
	It("touches nothing outside its namespaces, and two of them at one tenant leave each other's remotes alone", func(ctx SpecContext) {
		env, err := testenv.Start(ctx)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { Expect(env.Stop()).To(Succeed()) })
		one := &house{env: env, admin: env.Client}
		one.team, one.evil = one.namespace(ctx, "team"), one.namespace(ctx, "evil")
		one.tenant = one.newTenant("shared-by-two")
		two := &house{env: env, admin: env.Client, team: one.evil, tenant: one.tenant}
		one.flags = []string{"--watch-namespaces=" + one.team, "--cluster-id=operator-one", "--leader-elect=false"}
		two.flags = []string{"--watch-namespaces=" + two.team, "--cluster-id=operator-two", "--leader-elect=false"}
		for _, h := range []*house{one, two} {
			h.start(ctx)
			h.signIn(ctx)
		}

		By("making the same in both")
		theirs := one.apply(ctx, one.admin, one.team, profile("payroll", "Payroll of one", "{name: own}")).(*v1alpha1.AccessProfile)
		one.ready(ctx, theirs, soon)
		others := two.apply(ctx, two.admin, two.team, profile("payroll", "Payroll of two", "{name: own}")).(*v1alpha1.AccessProfile)
		two.ready(ctx, others, soon)

		By("claiming, in the second, what the first one has")
		taker := two.apply(ctx, two.admin, two.team, profile("taker", "Payroll of one", "{name: own}", "remoteID: "+theirs.Status.Remote.ID))
		Eventually(func(g Gomega) {
			g.Expect(two.admin.Get(ctx, client.ObjectKeyFromObject(taker), taker)).To(Succeed())
			g.Expect(conditionOf(taker).Status).To(BeEquivalentTo("False"), conditionOf(taker).Message)
		}).WithTimeout(2 * soon).Should(Succeed())

		By("a cluster backend, which nobody serves here")
		nobody := two.apply(ctx, two.admin, two.team, profile("nobody", "Nobody", "{kind: ClusterGovernanceBackend, name: prod}"))
		two.wantReason(ctx, nobody, v1alpha1.ReasonBackendNotAllowed)

		By("deleting in the second what it claimed, and editing in the first what it has")
		for _, obj := range []client.Object{taker, nobody, others} {
			Expect(two.admin.Delete(ctx, obj)).To(Succeed())
			Eventually(func() bool { return apierrors.IsNotFound(two.admin.Get(ctx, client.ObjectKeyFromObject(obj), obj)) }).
				WithTimeout(2*soon).WithPolling(50*time.Millisecond).Should(BeTrue(), obj.GetName())
		}
		Expect(one.live("Payroll of one")).To(BeTrue(), "it is the first one's")
		Expect(one.live("Payroll of two")).To(BeFalse(), "and that was the second one's")
		one.apply(ctx, one.admin, one.team, profile("payroll", "Payroll, edited", "{name: own}"))
		one.ready(ctx, theirs, soon)
		Expect(one.live("Payroll, edited")).To(BeTrue())
	}, SpecTimeout(3*time.Minute))
})

// signIn makes the backend "own" in the namespace of h, with a Secret.
func (h *house) signIn(ctx context.Context) {
	GinkgoHelper()
	h.apply(ctx, h.admin, h.team, fmt.Sprintf("apiVersion: v1\nkind: Secret\nmetadata: {name: own}\nstringData: {clientID: %q, clientSecret: %q}\n",
		h.tenant.Credentials().ClientID, h.tenant.Credentials().ClientSecret))
	h.ready(ctx, h.apply(ctx, h.admin, h.team, backendAt("own", h.tenant.URL, "own")), 2*soon)
}
