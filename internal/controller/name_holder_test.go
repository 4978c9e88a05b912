package controller_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

var _ = Describe("one name is one thing:", func() {
	for _, s := range subjects {
		if !s.creates || s.kind == v1alpha1.KindAccessReview {
			continue
		}
		It("no "+s.String()+" is made beside one that somebody made by hand, and it is made once that is gone", func(ctx SpecContext) {
			t, obj := s.tenant(ctx), newObject(s.kind).(managed.Object)
			stranger := s.stranger(t, "one", "Taken")
			t.apply(ctx, s.manifest("one", "Taken", ""))
			message := t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteExists)
			for _, part := range []string{stranger.ID, "not marked by any operator", "CreateOrAdopt", "rename"} {
				Expect(message).To(ContainSubstring(part))
			}
			Expect(strings.Contains(message, "CreateDuplicate")).To(Equal(!s.unique), "where the vendor takes a second one")
			t.told(ctx, "one", v1alpha1.ReasonRemoteExists)
			Expect(t.Counts().Writes).To(BeZero())
			Expect(t.Delete(stranger)).To(Succeed())
			t.reconcile(ctx, obj, "one")
			t.ready(ctx, obj, "one")
			Expect(s.count(t, "Taken")).To(Equal(1))
			Expect(t.Rejections()).To(BeEmpty())
		})

		It("no "+s.String()+" is made beside one of another cluster", func(ctx SpecContext) {
			t, obj := s.tenant(ctx), newObject(s.kind).(managed.Object)
			stranger := s.stranger(t, "one", "Taken")
			Expect(t.Edit(stranger, s.marked(backend.Mark{Token: "ABCDEFGHIJKLMNOP", Owner: "elsewhere/theirs", Cluster: "cluster-two"}))).To(Succeed())
			t.apply(ctx, s.manifest("one", "Taken", ""))
			message := t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteExists)
			Expect(message).To(ContainSubstring(`marked by elsewhere/theirs of cluster "cluster-two"`))
			Expect(t.Counts().Writes).To(BeZero())
		})

		It("of a hundred "+s.String()+" objects of one name one is made, and the others say which object has it", func(ctx SpecContext) {
			t := s.tenant(ctx)
			for i := range 100 {
				t.apply(ctx, s.manifest(fmt.Sprintf("one-%03d", i), "Wanted", ""))
			}
			var owner managed.Object
			Eventually(ctx, func(g Gomega) {
				bound, told := 0, 0
				for i := range 100 {
					obj := newObject(s.kind).(managed.Object)
					g.Expect(t.get(ctx, obj, fmt.Sprintf("one-%03d", i))).To(Succeed())
					synced := meta.FindStatusCondition(obj.GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
					switch {
					case synced == nil:
					case synced.Status == metav1.ConditionTrue:
						bound++
						owner = obj
					case synced.Reason == v1alpha1.ReasonClaimedByOther && owner != nil && strings.Contains(synced.Message, t.namespace+"/"+owner.GetName()+":"):
						told++
					}
				}
				g.Expect([]int{bound, told}).To(Equal([]int{1, 99}))
			}).WithTimeout(time.Minute).WithPolling(500 * time.Millisecond).Should(Succeed())
			Expect(s.count(t, "Wanted")).To(Equal(1))
			Expect(t.Rejections()).To(BeEmpty())

			By("deleting the one that has it: another one is next")
			Expect(c.Delete(ctx, owner)).To(Succeed())
			t.gone(ctx, owner, owner.GetName())
			if s.deletes {
				Eventually(ctx, func(g Gomega) {
					next := 0
					for i := range 100 {
						obj := newObject(s.kind).(managed.Object)
						if err := t.get(ctx, obj, fmt.Sprintf("one-%03d", i)); client.IgnoreNotFound(err) == nil && err == nil && obj.GetManagedStatus().Remote != nil && obj.GetManagedStatus().Remote.ID != "" {
							next++
						}
					}
					g.Expect(next).To(Equal(1))
				}).WithTimeout(patience).WithPolling(500 * time.Millisecond).Should(Succeed())
				Expect(s.count(t, "Wanted")).To(Equal(1))
			}
		})

		if s.unique {
			continue // The vendor takes no second one.
		}
		It("a second "+s.String()+" of the name is made where it is written out", func(ctx SpecContext) {
			t, obj := s.tenant(ctx), newObject(s.kind).(managed.Object)
			s.stranger(t, "one", "Taken")
			t.apply(ctx, s.manifest("one", "Taken", "  management: {creation: CreateDuplicate}"))
			t.ready(ctx, obj, "one")
			Expect(s.count(t, "Taken")).To(Equal(2))
			Expect(t.Rejections()).To(BeEmpty())
		})
	}
})
