package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// kindsOf are the kinds that a vendor creates.
func kindsOf(vendor v1alpha1.Vendor) (out []kind) {
	for _, k := range append(append([]kind(nil), kinds...), otherKinds...) {
		if k.vendor == vendor {
			out = append(out, k)
		}
	}
	return out
}

var _ = Describe("a cluster is restored from a backup of its objects", Label("restore"), func() {
	for _, vendor := range []v1alpha1.Vendor{v1alpha1.VendorConductorOne, v1alpha1.VendorSailPoint, v1alpha1.VendorVeza} {
		It(fmt.Sprintf("and with its old id the operator finds everything at %s again by its marks, and creates nothing", vendor), func(ctx SpecContext) {
			old := newStackOf(ctx, vendor)
			old.start(ctx)
			before := old.populate(ctx, vendor)
			id := regexp.MustCompile(`"clusterID":\s*"([^"]+)"`).FindStringSubmatch(old.manager.Output())
			Expect(id).To(HaveLen(2), "the manager says its id when it starts")
			backup := old.backup(ctx, vendor)
			Expect(backup).To(HaveLen(len(before)))
			old.kill() // The old cluster is gone.

			restored := old.elsewhere(ctx, vendor)
			for _, o := range backup {
				Expect(restored.c.Create(ctx, o)).To(Succeed())
			}
			restored.ResetCalls()

			By("starting without the old id, which is refused")
			restored.start(ctx, "--resync-interval=5s")
			restored.each(ctx, vendor, func(obj reference.Managed) {
				Eventually(func(g Gomega) {
					g.Expect(restored.c.Get(ctx, client.ObjectKeyFromObject(obj), obj)).To(Succeed())
					ready := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionReady)
					g.Expect(ready).NotTo(BeNil())
					g.Expect(string(ready.Status)).To(Equal("False"))
					g.Expect(ready.Reason).To(Equal(v1alpha1.ReasonRemoteExists), ready.Message)
					g.Expect(ready.Message).To(ContainSubstring("of cluster %q", id[1]))
				}).WithContext(ctx).WithTimeout(patience).WithPolling(200 * time.Millisecond).Should(Succeed())
			})
			Expect(restored.Counts().Writes).To(BeZero())
			restored.kill()

			By("starting with the old id")
			restored.start(ctx, "--resync-interval=5s", "--cluster-id="+id[1])
			restored.each(ctx, vendor, func(obj reference.Managed) {
				restored.ready(ctx, obj)
				Expect(obj.GetManagedStatus().Remote.ID).To(Equal(before[kindName(obj)+"/"+obj.GetName()]))
			})
			Expect(restored.Counts().Writes).To(BeZero(), "what was restored is as it was")

			By("going on as before: an edit and a deletion reach the remote")
			k := kindsOf(vendor)[0]
			edited := restored.apply(ctx, k.manifest("kind-0-0", "Renamed")).(reference.Managed)
			restored.ready(ctx, edited)
			Expect(edited.GetManagedStatus().Remote.ID).To(Equal(before[kindOf(k)+"/kind-0-0"]))
			Expect(restored.names(k)).To(ContainElement("Renamed"))
			for _, k := range kindsOf(vendor) {
				Expect(restored.creates(k)).To(BeZero())
			}
			policy := v1alpha1.DeletionDelete
			if vendor == v1alpha1.VendorVeza { // Which deletes profiles only where a backend allows it.
				policy = v1alpha1.DeletionRetire
			}
			gone := restored.apply(ctx, k.manifest("kind-0-1", "Kind 0 of 1")+fmt.Sprintf("  management: {deletion: %s}\n", policy)).(reference.Managed)
			restored.ready(ctx, gone)
			restored.ResetCalls()
			restored.delete(ctx, gone)
			Expect(restored.Counts().Writes).To(BeNumerically(">", 0))
			if policy == v1alpha1.DeletionDelete {
				Expect(restored.names(k)).NotTo(ContainElement("Kind 0 of 1"))
			}
			Expect(restored.Rejections()).To(BeEmpty())
		}, SpecTimeout(5*time.Minute))
	}
})

// populate makes three objects of whatever a vendor creates, and returns the ids of their remotes.
func (s *stack) populate(ctx context.Context, vendor v1alpha1.Vendor) map[string]string {
	GinkgoHelper()
	ids := map[string]string{}
	for i, k := range kindsOf(vendor) {
		for j := range 3 {
			obj := s.apply(ctx, k.manifest(fmt.Sprintf("kind-%d-%d", i, j), fmt.Sprintf("Kind %d of %d", i, j))).(reference.Managed)
			s.ready(ctx, obj)
			ids[kindOf(k)+"/"+obj.GetName()] = obj.GetManagedStatus().Remote.ID
		}
	}
	return ids
}

// kindName is the kind of an object that was read into its type.
func kindName(obj client.Object) string {
	switch obj.(type) {
	case *v1alpha1.AppEntitlement:
		return v1alpha1.KindAppEntitlement
	case *v1alpha1.AccessReview:
		return v1alpha1.KindAccessReview
	}
	return v1alpha1.KindAccessProfile
}

// each visits every object of the kinds that a vendor creates.
func (s *stack) each(ctx context.Context, vendor v1alpha1.Vendor, visit func(reference.Managed)) {
	GinkgoHelper()
	seen := map[string]bool{}
	for _, k := range kindsOf(vendor) {
		if seen[kindOf(k)] {
			continue
		}
		seen[kindOf(k)] = true
		list := listOf(k)
		Expect(s.c.List(ctx, list, client.InNamespace(s.namespace))).To(Succeed())
		Expect(meta.EachListItem(list, func(o runtimeObject) error {
			visit(o.(reference.Managed))
			return nil
		})).To(Succeed())
	}
}

// backup is every object as a tool for backups keeps it: with its spec, labels, annotations and
// finalizers; without status, and without what the API server gives.
func (s *stack) backup(ctx context.Context, vendor v1alpha1.Vendor) (out []client.Object) {
	GinkgoHelper()
	s.each(ctx, vendor, func(obj reference.Managed) {
		raw, err := json.Marshal(obj)
		Expect(err).NotTo(HaveOccurred())
		o := &unstructured.Unstructured{}
		Expect(json.Unmarshal(raw, &o.Object)).To(Succeed())
		o.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kindName(obj)))
		for _, field := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "ownerReferences"} {
			unstructured.RemoveNestedField(o.Object, "metadata", field)
		}
		unstructured.RemoveNestedField(o.Object, "status")
		Expect(o.GetUID()).To(Equal(types.UID("")))
		out = append(out, o)
	})
	return out
}
