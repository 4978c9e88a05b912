package controller_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// portable is one profile for any vendor: only the backend and the vendor's block are exchanged.
const portable = `
apiVersion: governance-operator.io/v1alpha1
kind: AccessProfile
metadata: {name: portable}
spec:
  backendRef: {name: tenant}
  displayName: Payroll reader
  description: Who reads payroll data.
  entitlements: [{ref: {name: granted}}]
  management: {creation: CreateOrAdopt, drift: Correct, deletion: Orphan}
`

var _ = Describe("the same profile", func() {
	for vendor, v := range map[v1alpha1.Vendor]struct{ entitlement, block string }{
		v1alpha1.VendorConductorOne: {"app: {name: Workday}\n  displayName: Viewer\n  management: {creation: Adopt}", "conductorOne: {visibleToEveryone: false}"},
		v1alpha1.VendorSailPoint:    {"app: {name: Workday}\n  sailPoint: {match: {attribute: memberOf, value: \"CN=Viewer,OU=Groups,DC=corp,DC=example\"}}", "owners: [{email: ada@corp.example}]\n  sailPoint: {source: {name: Workday}}"},
		v1alpha1.VendorVeza:         {"app: {name: Okta Lifecycle Management}\n  displayName: Payroll\n  veza: {entityType: OktaGroup}", "veza: {profileType: {name: Profile}}"},
	} {
		It("converges at "+string(vendor), func(ctx SpecContext) {
			t, obj := newTenantOf(ctx, vendor), &v1alpha1.AccessProfile{}
			t.apply(ctx, portable+"  "+v.block)
			t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "granted", "", "  "+v.entitlement))
			t.ready(ctx, obj, "portable")
			entitlement := &v1alpha1.AppEntitlement{}
			t.ready(ctx, entitlement, "granted")
			all := jsonOf(t.Dump())
			Expect(all).To(And(ContainSubstring("Payroll reader"), ContainSubstring("Who reads payroll data.")))
			t.ResetCalls()
			for range 3 {
				t.reconcile(ctx, obj, "portable")
			}
			Expect(t.Counts().Writes).To(BeZero())
			Expect(t.Rejections()).To(BeEmpty())
		})
	}

	It("with another vendor's block is refused by its path, at every vendor", func(ctx SpecContext) {
		for _, c := range []struct {
			vendor      v1alpha1.Vendor
			block, path string
		}{
			{v1alpha1.VendorConductorOne, "sailPoint: {source: {id: a}, enabled: false}", "spec.sailPoint.enabled"},
			{v1alpha1.VendorSailPoint, "veza: {profileType: {id: a}, state: Running}", "spec.veza.state"},
			{v1alpha1.VendorVeza, "conductorOne: {requestBundle: true}", "spec.conductorOne.requestBundle"},
		} {
			t, obj := newTenantOf(ctx, c.vendor), &v1alpha1.AccessProfile{}
			t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", "  displayName: One\n  "+c.block))
			eventually(ctx, func(g Gomega) {
				g.Expect(t.get(ctx, obj, "one")).To(Succeed())
				ready := t.condition(ctx, obj, "one", v1alpha1.ConditionAccepted)
				g.Expect(ready).NotTo(BeNil())
				g.Expect(ready.Message).To(ContainSubstring(c.path))
			}).Should(Succeed())
			Expect(t.Counts().Writes).To(BeZero())
		}
	})
})
