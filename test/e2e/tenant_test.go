package e2e

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
)

// fakeOf is the fake of a vendor.
func fakeOf(vendor v1alpha1.Vendor) sandboxes.Sandbox {
	GinkgoHelper()
	fake, ok := sandboxes.Of(string(vendor))
	Expect(ok).To(BeTrue(), "a fake of %s", vendor)
	return fake
}

// beside starts a fake tenant in the control plane of s, with a namespace and a backend of its own.
func (s *stack) beside(ctx context.Context, vendor v1alpha1.Vendor) *stack {
	GinkgoHelper()
	server, err := sandbox.Start(sandbox.Options{Vendor: fakeOf(vendor).New(), Seed: GinkgoRandomSeed(), Configure: func(settings *sandbox.Settings) {
		if vendor != v1alpha1.VendorConductorOne {
			settings.CampaignPace = sandbox.Duration(1) // What passes by itself passes at once.
		}
	}})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Close)
	namespace, err := s.env.CreateNamespace(ctx, "e2e")
	Expect(err).NotTo(HaveOccurred())
	server.SwitchTenant(namespace) // Two servers are two tenants.
	t := &stack{Server: server, env: s.env, c: s.c, kubeconfig: s.kubeconfig, namespace: namespace}
	t.signIn(ctx, vendor, 1000, 10000)
	return t
}

// signIn makes the backend "tenant" in the namespace of s, with the credentials of its fake tenant.
func (s *stack) signIn(ctx context.Context, vendor v1alpha1.Vendor, perSecond, burst int) {
	GinkgoHelper()
	Expect(s.c.Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "credentials"}, StringData: fakeOf(vendor).Secret(s.Credentials()),
	})).To(Succeed())
	s.pacedBackend(ctx, vendor, perSecond, burst)
}

// pacedBackend applies the backend "tenant" with a budget.
func (s *stack) pacedBackend(ctx context.Context, vendor v1alpha1.Vendor, perSecond, burst int) {
	GinkgoHelper()
	s.apply(ctx, fmt.Sprintf(`
apiVersion: governance-operator.io/v1alpha1
kind: GovernanceBackend
metadata: {name: tenant}
spec:
  vendor: %s
  endpoint: %s
  credentials: {secretRef: {name: credentials}}
  requestsPerSecond: %d
  burst: %d
`, vendor, s.URL, perSecond, burst))
}

// again is another namespace of the same control plane with a backend at the same tenant.
func (s *stack) again(ctx context.Context, vendor v1alpha1.Vendor, perSecond, burst int) *stack {
	GinkgoHelper()
	namespace, err := s.env.CreateNamespace(ctx, "e2e")
	Expect(err).NotTo(HaveOccurred())
	t := &stack{Server: s.Server, env: s.env, c: s.c, kubeconfig: s.kubeconfig, namespace: namespace}
	t.signIn(ctx, vendor, perSecond, burst)
	return t
}

// elsewhere is another control plane with a namespace of the same name and the same tenant behind its backend.
func (s *stack) elsewhere(ctx context.Context, vendor v1alpha1.Vendor) *stack {
	GinkgoHelper()
	p := borrow(ctx, 1)
	t := &stack{Server: s.Server, env: p.Environment, c: p.Client, kubeconfig: p.kubeconfig, namespace: s.namespace}
	DeferCleanup(t.kill)
	Expect(t.c.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: t.namespace}})).To(Succeed())
	t.signIn(ctx, vendor, 1000, 10000)
	return t
}

// listOf is an empty list of objects of a kind.
func listOf(k kind) client.ObjectList {
	switch k.name {
	case v1alpha1.KindAppEntitlement:
		return &v1alpha1.AppEntitlementList{}
	case v1alpha1.KindAccessReview:
		return &v1alpha1.AccessReviewList{}
	}
	return &v1alpha1.AccessProfileList{}
}
