package e2e

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

var _ = Describe("two clusters live at one tenant and apply the same YAML", Label("owners"), func() {
	for _, k := range []kind{kinds[0], otherKinds[0], otherKinds[2]} {
		It(fmt.Sprintf("and the second is told who has the %s %s, and touches it only when it is told to take it over", k.vendor, k.name), func(ctx SpecContext) {
			first := newStackOf(ctx, k.vendor)
			second := first.elsewhere(ctx, k.vendor)
			first.start(ctx, "--cluster-id=one", "--resync-interval=1s")
			second.start(ctx, "--cluster-id=two", "--resync-interval=1s")
			owner := first.namespace + "/one"
			mine := first.apply(ctx, k.manifest("one", "Shared")).(reference.Managed)
			first.ready(ctx, mine)
			id := mine.GetManagedStatus().Remote.ID
			first.ResetCalls() // They have one tenant: what is counted is of both.

			By("applying it in the second cluster")
			theirs := second.apply(ctx, k.manifest("one", "Shared")).(reference.Managed)
			refused := And(ContainSubstring(id), ContainSubstring(owner), ContainSubstring(`cluster "one"`))
			Expect(second.says(ctx, theirs, v1alpha1.ReasonRemoteExists)).To(refused)
			for range 3 {
				second.look(ctx, theirs)
				Expect(second.says(ctx, theirs, v1alpha1.ReasonRemoteExists)).To(refused)
			}
			first.listed(ctx, k, 2)
			first.ready(ctx, mine)
			Expect(first.Counts().Writes).To(BeZero())
			Expect(first.names(k)).To(ConsistOf("Shared"))
			Expect(second.events(ctx)).To(HaveKeyWithValue(kindOf(k)+" "+v1alpha1.ReasonRemoteExists, 1))

			By("editing it in the second cluster, and deleting it there")
			second.apply(ctx, k.manifest("one", "Not shared"))
			second.says(ctx, theirs, v1alpha1.ReasonRemoteExists)
			second.delete(ctx, theirs)
			Expect(first.Counts().Writes).To(BeZero())
			Expect(first.names(k)).To(ConsistOf("Shared"))

			By("naming the remote by its id alone")
			theirs = second.apply(ctx, k.manifest("one", "Shared")+"  remoteID: "+id+"\n").(reference.Managed)
			Expect(second.says(ctx, theirs, v1alpha1.ReasonRemoteExists)).To(refused)
			second.delete(ctx, theirs)
			Expect(first.Counts().Writes).To(BeZero())

			By("taking it over")
			theirs = second.apply(ctx, k.manifest("one", "Shared")+"  management: {creation: Adopt}\n").(reference.Managed)
			second.ready(ctx, theirs)
			Expect(theirs.GetManagedStatus().Remote.ID).To(Equal(id))
			Expect(first.says(ctx, mine, v1alpha1.ReasonOwnershipLost)).To(And(ContainSubstring(id), ContainSubstring(owner), ContainSubstring(`cluster "two"`)))
			taken := first.Counts().Writes
			first.apply(ctx, k.manifest("one", "Mine again"))
			first.says(ctx, mine, v1alpha1.ReasonOwnershipLost)
			for range 3 {
				first.look(ctx, mine)
				first.says(ctx, mine, v1alpha1.ReasonOwnershipLost)
			}
			first.listed(ctx, k, 2)
			first.delete(ctx, mine)
			second.ready(ctx, theirs)
			Expect(first.Counts().Writes).To(Equal(taken))
			Expect(first.names(k)).To(ConsistOf("Shared"))
			Expect(first.creates(k)).To(BeZero())
			Expect(first.Rejections()).To(BeEmpty())
		}, SpecTimeout(5*time.Minute))
	}
})

// kindOf is the Kubernetes kind of a kind.
func kindOf(k kind) string {
	if k.name == v1alpha1.KindAppEntitlement || k.name == v1alpha1.KindAccessReview {
		return k.name
	}
	return v1alpha1.KindAccessProfile
}

// says waits until Synced has this reason for the present generation, and returns its message.
func (s *stack) says(ctx context.Context, obj reference.Managed, reason string) string {
	GinkgoHelper()
	message := ""
	Eventually(func(g Gomega) {
		g.Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		synced := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
		g.Expect(synced).NotTo(BeNil(), "no Synced condition yet")
		g.Expect(synced.Reason).To(Equal(reason), synced.Message)
		g.Expect(synced.ObservedGeneration).To(Equal(obj.GetGeneration()))
		message = synced.Message
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(Succeed())
	return message
}

// look asks for one full look at an object, and waits until it was taken.
func (s *stack) look(ctx context.Context, obj reference.Managed) {
	GinkgoHelper()
	Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
	before := obj.DeepCopyObject().(client.Object)
	annotations, stamp := obj.GetAnnotations(), time.Now().Format(time.RFC3339Nano)
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1alpha1.AnnotationReconcileRequestedAt] = stamp
	obj.SetAnnotations(annotations)
	Expect(s.c.Patch(ctx, obj, client.MergeFrom(before))).To(Succeed())
	Eventually(func(g Gomega) {
		g.Expect(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
		g.Expect(obj.GetManagedStatus().LastHandledReconcileAt).To(Equal(stamp))
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(Succeed())
}

// listed waits until the remotes of a kind were listed n times more, as every sweep does.
func (s *stack) listed(ctx context.Context, k kind, n int) {
	GinkgoHelper()
	lists := func() (lists int) {
		for _, call := range s.Calls(0) {
			if call.Class == sandbox.ClassRead && matches(k.create, call.Path) {
				lists++
			}
		}
		return lists
	}
	before := lists()
	Eventually(lists).WithContext(ctx).WithTimeout(patience).WithPolling(200 * time.Millisecond).Should(BeNumerically(">=", before+n))
}

// delete deletes an object and waits until it is gone.
func (s *stack) delete(ctx context.Context, obj reference.Managed) {
	GinkgoHelper()
	Expect(s.c.Delete(ctx, obj)).To(Succeed())
	Eventually(func() bool {
		return apierrors.IsNotFound(s.c.Get(ctx, client.ObjectKeyFromObject(obj), obj))
	}).WithContext(ctx).WithTimeout(patience).WithPolling(100 * time.Millisecond).Should(BeTrue())
}
