package controller_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

var _ = Describe("an edit of which a name is wrong", func() {
	It("takes emergency access away at once, and says what waits", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
		with := func(owner, emergency string) string {
			return entitlement("one", inGitHub, "One", "  owners: [{email: "+owner+"}]\n  conductorOne: {policies: {emergencyGrant: {name: Emergency access}}, emergencyGrantEnabled: "+emergency+"}")
		}
		t.apply(ctx, with("ada@corp.example", "true"))
		t.ready(ctx, obj, "one")
		Expect(t.entitlementDump("One").Object).To(HaveKeyWithValue("emergencyGrantEnabled", true))
		t.apply(ctx, with("left@corp.example", "false"))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBlocked)
		eventually(ctx, func() string { return t.condition(ctx, obj, "one", v1alpha1.ConditionSynced).Message }).Should(And(
			ContainSubstring("left@corp.example"), HaveSuffix("of this edit only what takes access away was written: spec.conductorOne.emergencyGrantEnabled")))
		Expect(t.entitlementDump("One").Object).To(HaveKeyWithValue("emergencyGrantEnabled", false))
		t.apply(ctx, with("ada@corp.example", "false"))
		t.ready(ctx, obj, "one")
		Expect(obj.Status.Remote.Narrowed).To(BeEmpty())
	})

	It("closes a profile although an object that it refers to was deleted", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
		with := func(open string) string {
			return manifest(v1alpha1.KindAccessProfile, "one", "  displayName: Marketing", "  requestable: "+open,
				"  membership: {expression: 'subject.department == \"Marketing\"', enabled: "+open+"}", "  entitlements: [{ref: {name: granted}}]")
		}
		t.apply(ctx, entitlement("granted", inGitHub, "Granted", "  management: {deletion: Orphan}"))
		t.apply(ctx, with("true"))
		t.ready(ctx, obj, "one")
		granted := &v1alpha1.AppEntitlement{}
		Expect(t.get(ctx, granted, "granted")).To(Succeed())
		Expect(c.Delete(ctx, granted)).To(Succeed())
		t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonReferenceNotFound)
		t.apply(ctx, with("false"))
		eventually(ctx, func() any { return t.profileDump("Marketing").Object["published"] }).ShouldNot(BeEquivalentTo(true))
		eventually(ctx, func() any { return t.profileDump("Marketing").Automation["enabled"] }).ShouldNot(BeEquivalentTo(true))
		Expect(t.profileDump("Marketing").Entries).To(HaveLen(1))
		eventually(ctx, func() string { return t.condition(ctx, obj, "one", v1alpha1.ConditionSynced).Message }).Should(And(
			ContainSubstring("spec.requestable"), ContainSubstring("spec.membership.enabled")))
	})
})

var _ = Describe("our own line in a description", func() {
	const profile = "  displayName: One\n  owners: [{email: ada@corp.example}]\n  sailPoint: {source: {name: Workday}}\n  description: "
	textOf := func(t *tenant, id string) string {
		for _, p := range t.Dump().(sailpoint.Dump).Profiles {
			if p.Object["id"] == id {
				text, _ := p.Object["description"].(string)
				return text
			}
		}
		return ""
	}

	It("may be copied from the console into the spec", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AccessProfile{}
		t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", profile+"Reads payroll."))
		t.ready(ctx, obj, "one")
		copied := textOf(t, obj.Status.Remote.ID)
		Expect(copied).To(ContainSubstring("managed by governance-operator"))
		t.ResetCalls()
		t.edit(ctx, obj, "one", func() { obj.Spec.Description = &copied })
		t.ready(ctx, obj, "one")
		t.quiet(ctx, 3)
		Expect(t.Counts().Writes).To(BeZero())
		Expect(t.condition(ctx, obj, "one", v1alpha1.ConditionSynced).Reason).To(Equal(v1alpha1.ReasonInSync))
	})

	It("is known in what a form kept of it, when the status is lost", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AccessProfile{}
		t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", profile+"Reads payroll."))
		t.ready(ctx, obj, "one")
		id := obj.Status.Remote.ID
		Expect(t.Edit(targetOf(obj), map[string]any{"description": textOf(t, id) + " \r\n"})).To(Succeed())
		t.ResetCalls()
		t.wipe(ctx, obj, "one")
		t.ready(ctx, obj, "one")
		Expect(obj.Status.Remote.ID).To(Equal(id))
		Expect(t.Counts().Writes).To(BeZero())
	})
})
