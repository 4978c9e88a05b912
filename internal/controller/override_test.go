package controller_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

var _ = Describe("a tenant that has less than its vendor", func() {
	It("is told by the backend's overrides, and nothing is made where nothing may be", func(ctx SpecContext) {
		t, b := startTenant(ctx), &v1alpha1.GovernanceBackend{}
		adoptOnly := v1alpha1.CapabilityOverride{Kind: v1alpha1.KindAppEntitlement, Capability: "Create"}
		Expect(c.Create(ctx, t.spec("tenant", func(s *v1alpha1.GovernanceBackendSpec) {
			s.Capabilities = &v1alpha1.BackendCapabilities{Overrides: []v1alpha1.CapabilityOverride{adoptOnly, {Kind: v1alpha1.KindAccessReview, Capability: "Retire"}}}
		}))).To(Succeed())
		t.ready(ctx, b, "tenant")
		Expect(b.Status.Overrides).To(Equal([]v1alpha1.CapabilityOverride{adoptOnly}))

		t.apply(ctx, subjects[0].manifest("one", "One", ""))
		obj := &v1alpha1.AppEntitlement{}
		Eventually(func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.Conditions).NotTo(BeEmpty())
		}).WithTimeout(patience).Should(Succeed())
		Expect(obj.Status.Remote == nil || obj.Status.Remote.ID == "").To(BeTrue())

		By("taking the override back")
		eventually(ctx, func(g Gomega) { // The manager writes to it, too.
			g.Expect(t.get(ctx, b, "tenant")).To(Succeed())
			b.Spec.Capabilities = nil
			g.Expect(c.Update(ctx, b)).To(Succeed())
		}).Should(Succeed())
		t.ready(ctx, obj, "one")
		t.ready(ctx, b, "tenant")
		Eventually(func(g Gomega) {
			g.Expect(t.get(ctx, b, "tenant")).To(Succeed())
			g.Expect(b.Status.Overrides).To(BeEmpty())
		}).WithTimeout(patience).Should(Succeed())
	})

	It("keeps what was made where nothing may be deleted", func(ctx SpecContext) {
		t := startTenant(ctx)
		Expect(c.Create(ctx, t.spec("tenant", func(s *v1alpha1.GovernanceBackendSpec) {
			s.Capabilities = &v1alpha1.BackendCapabilities{Overrides: []v1alpha1.CapabilityOverride{{Kind: v1alpha1.KindAccessProfile, Capability: "Delete"}}}
		}))).To(Succeed())
		s, obj := subjects[1], &v1alpha1.AccessProfile{}
		t.apply(ctx, s.manifest("one", "One", ""))
		t.ready(ctx, obj, "one")
		Expect(c.Delete(ctx, obj)).To(Succeed())
		eventually(ctx, func() error { return notFound(t.get(ctx, obj, "one")) }).Should(Succeed())
		Expect(s.count(t, "One")).To(Equal(1))
	})

	It("is written to no more where nothing may be, and the object says so", func(ctx SpecContext) {
		t, b, obj := newTenant(ctx), &v1alpha1.GovernanceBackend{}, &v1alpha1.AccessProfile{}
		s := subjects[1]
		t.apply(ctx, s.manifest("one", "One", ""))
		t.ready(ctx, obj, "one")
		eventually(ctx, func(g Gomega) { // The manager writes to it, too.
			g.Expect(t.get(ctx, b, "tenant")).To(Succeed())
			b.Spec.Capabilities = &v1alpha1.BackendCapabilities{Overrides: []v1alpha1.CapabilityOverride{{Kind: v1alpha1.KindAccessProfile, Capability: "Update"}}}
			g.Expect(c.Update(ctx, b)).To(Succeed())
		}).Should(Succeed())
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, b, "tenant")).To(Succeed())
			g.Expect(b.Status.Overrides).NotTo(BeEmpty())
		}).Should(Succeed())
		t.ResetCalls()
		t.apply(ctx, s.manifest("one", "Two", ""))
		t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonUpdateUnsupported)
		Expect(t.writesIn(t.Tenant())).To(BeEmpty())
	})

	for _, s := range subjects {
		It("has one remote of one object where marks, lists and searches count for less: "+s.String(), func(ctx SpecContext) {
			t, b := s.tenant(ctx), &v1alpha1.GovernanceBackend{}
			eventually(ctx, func(g Gomega) { // The manager writes to it, too.
				g.Expect(t.get(ctx, b, "tenant")).To(Succeed())
				b.Spec.Capabilities = &v1alpha1.BackendCapabilities{}
				for _, capability := range []string{"MarksReadBack", "CurrentLists", "NameSearch"} {
					b.Spec.Capabilities.Overrides = append(b.Spec.Capabilities.Overrides, v1alpha1.CapabilityOverride{Kind: s.kind, Capability: capability})
				}
				g.Expect(c.Update(ctx, b)).To(Succeed())
			}).Should(Succeed())
			Eventually(func(g Gomega) {
				g.Expect(t.get(ctx, b, "tenant")).To(Succeed())
				g.Expect(b.Status.ObservedGeneration).To(Equal(b.Generation))
			}).WithTimeout(patience).Should(Succeed())

			s.prepare(t, "one", "One")
			before := s.count(t, "One")
			t.apply(ctx, s.manifest("one", "One", ""))
			obj := newObject(s.kind).(managed.Object)
			t.ready(ctx, obj, "one")
			if s.creates {
				before++
			}
			Expect(s.count(t, "One")).To(Equal(before))
		})
	}
})
