package controller_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

var _ = Describe("a remote that somebody else takes over at the vendor", func() {
	for _, s := range only(func(s subject) bool { return s.marked != nil }) {
		It("with a mark of their own in place of that of "+s.String()+" is theirs: it is told once, and nothing is written any more", func(ctx SpecContext) {
			t, obj := s.tenant(ctx), newObject(s.kind).(managed.Object)
			t.apply(ctx, s.manifest("one", "One", ""))
			t.ready(ctx, obj, "one")
			theirs := backend.Mark{Token: "SOMEBODYELSETOK1", Owner: t.namespace + "/one", Cluster: "cluster-two"}
			t.ResetCalls()
			Expect(t.Edit(targetOf(obj), s.marked(theirs))).To(Succeed())
			Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonOwnershipLost)).To(ContainSubstring("cluster-two"))
			t.told(ctx, "one", v1alpha1.ReasonOwnershipLost)
			t.quiet(ctx, 200)
			Expect(c.Delete(ctx, obj)).To(Succeed())
			t.gone(ctx, obj, "one")
			Expect(s.count(t, "One")).To(Equal(1))
			Expect(t.Counts().Writes).To(BeZero())
		})
	}
})
