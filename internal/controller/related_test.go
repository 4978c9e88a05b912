package controller_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

var _ = Describe("what has to do with what", func() {
	It("a profile says what it grants, by name and by object, and an entitlement who refers to it", func(ctx SpecContext) {
		t := newTenant(ctx)
		entitlement, profile := &v1alpha1.AppEntitlement{}, &v1alpha1.AccessProfile{}
		t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "admin", "", "  app: {name: GitHub}", "  displayName: Admin"))
		t.ready(ctx, entitlement, "admin")
		Expect(entitlement.Status.UsedBy).To(BeNil())
		grants := func(lines ...string) {
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "sales", "", append([]string{"  displayName: Sales"}, lines...)...))
		}
		grants("  entitlements: [{ref: {name: admin}}, {app: {name: Workday}, name: Viewer}]")
		t.ready(ctx, profile, "sales")
		Expect(profile.Status.Grants).NotTo(BeNil())
		Expect(profile.Status.Grants.Count).To(Equal(int64(2)))
		byName := map[string]v1alpha1.GrantedEntitlement{}
		for _, e := range profile.Status.Grants.Entitlements {
			byName[e.Name+e.Object] = e
		}
		Expect(byName).To(HaveKeyWithValue("admin", HaveField("ID", entitlement.Status.Remote.ID)))
		Expect(byName).To(HaveKeyWithValue("Viewer", HaveField("ParentID", Not(BeEmpty()))))

		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, entitlement, "admin")).To(Succeed())
			g.Expect(entitlement.Status.UsedBy).To(Equal(&v1alpha1.UsedBy{Count: 1, Objects: []string{"AccessProfile/sales"}}))
		}).Should(Succeed())
		grants("  entitlements: []")
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, entitlement, "admin")).To(Succeed())
			g.Expect(entitlement.Status.UsedBy).To(BeNil())
			g.Expect(t.get(ctx, profile, "sales")).To(Succeed())
			g.Expect(profile.Status.Grants).To(Equal(&v1alpha1.ProfileGrants{}))
		}).Should(Succeed())
	})

	It("an entitlement that asks for it is kept until nobody refers to it, and no longer", func(ctx SpecContext) {
		t := newTenant(ctx)
		entitlement, profile := &v1alpha1.AppEntitlement{}, &v1alpha1.AccessProfile{}
		t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "admin", "", "  app: {name: GitHub}", "  displayName: Admin", "  keepWhileReferenced: true"))
		sales := func(entitlements string) {
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "sales", "", "  displayName: Sales", "  entitlements: "+entitlements))
			t.ready(ctx, profile, "sales")
		}
		sales("[{ref: {name: admin}}]")
		t.ready(ctx, entitlement, "admin")
		Expect(c.Delete(ctx, entitlement)).To(Succeed())
		Expect(t.says(ctx, entitlement, "admin", v1alpha1.ConditionSynced, v1alpha1.ReasonStillReferenced)).To(ContainSubstring("AccessProfile/sales"))
		t.quiet(ctx, 12)
		Expect(live(entitlementObjects(t), "Admin")).To(Equal(1))
		sales("[]")
		t.gone(ctx, entitlement, "admin")
		Expect(live(entitlementObjects(t), "Admin")).To(BeZero())
	})

	It("a status names no more than it can hold, and counts the rest", func(ctx SpecContext) {
		t := newTenant(ctx)
		entitlement := &v1alpha1.AppEntitlement{}
		t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "admin", "", "  app: {name: GitHub}", "  displayName: Admin"))
		t.ready(ctx, entitlement, "admin")
		for i := range 20 {
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, fmt.Sprintf("p%02d", i), "", fmt.Sprintf("  displayName: P %d", i), "  suspend: true", "  entitlements: [{ref: {name: admin}}]"))
		}
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, entitlement, "admin")).To(Succeed())
			g.Expect(entitlement.Status.UsedBy).To(HaveField("Count", int64(20)))
		}).Should(Succeed())
		Expect(entitlement.Status.UsedBy.Objects).To(HaveLen(16))
		Expect(strings.Join(entitlement.Status.UsedBy.Objects, " ")).To(HavePrefix("AccessProfile/p00 AccessProfile/p01"))
	})
})
