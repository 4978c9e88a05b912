package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

var _ = Describe("far too many objects are deleted at once", func() {
	const all, free = 40, 10

	It("and however often the manager is killed, no more than ten go without a confirmation, and all with it", func(ctx SpecContext) {
		k := kindsOf(v1alpha1.VendorConductorOne)[1]
		s := newStackOf(ctx, k.vendor)
		s.start(ctx)
		for i := range all {
			s.apply(ctx, k.manifest(fmt.Sprintf("one-%d", i), fmt.Sprintf("One %d", i)))
		}
		for i := range all {
			obj := reference.New(k.name)
			obj.SetNamespace(s.namespace)
			obj.SetName(fmt.Sprintf("one-%d", i))
			s.ready(ctx, obj)
		}
		Expect(s.c.DeleteAllOf(ctx, reference.New(k.name), client.InNamespace(s.namespace))).To(Succeed())
		for range 3 {
			s.held(ctx)
			Consistently(func() int { return len(s.names(k)) }).WithContext(ctx).WithTimeout(3 * time.Second).Should(BeNumerically(">=", all-free))
			s.kill()
			s.start(ctx)
		}
		left := len(s.names(k))
		Expect(left).To(BeNumerically(">=", all-free))
		AddReportEntry("left after three kills", left)

		b := s.held(ctx)
		before := b.DeepCopy()
		b.SetAnnotations(map[string]string{v1alpha1.AnnotationAcceptDeletions: fmt.Sprintf("%d@%s", b.Status.PendingDeletions, b.Status.PendingDeletionsAt.UTC().Format(time.RFC3339))})
		Expect(s.c.Patch(ctx, b, client.MergeFrom(before))).To(Succeed())
		Eventually(func() int { return len(s.names(k)) }).WithContext(ctx).WithTimeout(patience).Should(BeZero())
	})
})

// held waits until the backend tells of deletions that wait, and returns it.
func (s *stack) held(ctx context.Context) *v1alpha1.GovernanceBackend {
	GinkgoHelper()
	b := &v1alpha1.GovernanceBackend{}
	Eventually(func(g Gomega) {
		g.Expect(s.c.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "tenant"}, b)).To(Succeed())
		g.Expect(b.Status.PendingDeletions).NotTo(BeZero())
		g.Expect(b.Status.PendingDeletionsAt).NotTo(BeNil())
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(Succeed())
	return b
}
