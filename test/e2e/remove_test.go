package e2e

import (
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// begin has the manager watch the namespace of s alone, with an object of each kind that is Ready.
func (s *stack) begin(ctx SpecContext) {
	GinkgoHelper()
	s.start(ctx, "--watch-namespaces="+s.namespace)
	out, err := s.shell(ctx, s.repository(three), "kubectl -n "+s.namespace+" apply -f first.yaml")
	Expect(err).NotTo(HaveOccurred(), out)
	for _, obj := range s.ones() {
		s.ready(ctx, obj)
	}
	s.ResetCalls()
}

// left asserts that nothing was taken away at the vendor.
func (s *stack) left() {
	GinkgoHelper()
	for _, k := range three {
		Expect(s.names(k)).To(ContainElement("First"))
	}
}

var _ = Describe("what a manager of single namespaces leaves behind", Label("uninstall"), func() {
	It("is let go of by the commands of day two, with the definitions in place", func(ctx SpecContext) {
		s := newStack(ctx)
		s.begin(ctx)
		commands := strings.ReplaceAll(printed(`{"spec":{"management":{"deletion":"Orphan"}}}`), "--namespace payroll", "--namespace "+s.namespace)
		out, err := s.shell(ctx, "", commands)
		Expect(err).NotTo(HaveOccurred(), out)
		for _, obj := range s.ones() {
			Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(MatchError(apierrors.IsNotFound, "is gone"))
		}
		backends := &v1alpha1.GovernanceBackendList{}
		Expect(s.c.List(ctx, backends, client.InNamespace(s.namespace))).To(Succeed())
		Expect(backends.Items).To(BeEmpty())
		s.left()
	}, SpecTimeout(3*time.Minute))

	It("holds the definitions when they are deleted, until a manager sees it again", func(ctx SpecContext) {
		const gone = "kubectl get crd accessprofiles.governance-operator.io appentitlements.governance-operator.io accessreviews.governance-operator.io governancebackends.governance-operator.io --ignore-not-found -o name"
		s := newStackAlone(ctx, v1alpha1.VendorConductorOne)
		s.begin(ctx)
		s.kill()
		s.start(ctx, "--watch-namespaces=elsewhere")
		out, err := s.shell(ctx, "", strings.ReplaceAll(printed("kubectl delete crd"), "kubectl delete crd", "kubectl delete crd --wait=false"))
		Expect(err).NotTo(HaveOccurred(), out)
		out, err = s.shell(ctx, "", "kubectl get crd accessprofiles.governance-operator.io -o jsonpath='{.metadata.deletionTimestamp}'")
		Expect(err).NotTo(HaveOccurred(), out)
		Expect(out).NotTo(BeEmpty(), "it hangs")

		By("a manager that sees all namespaces, with the definition back that nothing held, as Helm makes it")
		s.kill()
		out, err = s.shell(ctx, filepath.Join("..", ".."), "kubectl apply --server-side -f config/crd/bases/governance-operator.io_clustergovernancebackends.yaml && kubectl wait --for=condition=Established crd/clustergovernancebackends.governance-operator.io")
		Expect(err).NotTo(HaveOccurred(), out)
		s.start(ctx)
		Eventually(func() string { out, _ := s.shell(ctx, "", gone); return out }).WithContext(ctx).WithTimeout(patience).
			WithPolling(500 * time.Millisecond).Should(BeEmpty())
		s.left()
	}, SpecTimeout(3*time.Minute))
})
