package controller_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

// adopted renders an AppEntitlement that takes over one of ConductorOne and is left there when it goes.
const adopted = `apiVersion: governance-operator.io/v1alpha1
kind: AppEntitlement
metadata: {name: viewer}
spec:
  backendRef: {name: tenant}
  management: {creation: Adopt, deletion: Orphan}
  app: {name: Workday}
  displayName: Viewer
`

var _ = Describe("a review that runs outlives what it is about", func() {
	It("and goes on to tell where it is when the objects and names it referred to are gone", func(ctx SpecContext) {
		t, entitlement := newTenant(ctx), &v1alpha1.AppEntitlement{}
		t.apply(ctx, adopted)
		t.ready(ctx, entitlement, "viewer")
		written := subjects[2].manifest("one", "One", "  scope: {entitlements: ["+octoMember+", {ref: {name: viewer}}], users: {all: {}}}\n")
		obj := t.opened(ctx, written)
		id := obj.Status.Remote.ID

		By("losing an object and a name")
		Expect(c.Delete(ctx, entitlement)).To(Succeed())
		t.gone(ctx, entitlement, "viewer")
		member := t.idOf(entitlementObjects(t), "octo-org Member")
		Expect(t.Edit(sandbox.Target{Kind: v1alpha1.KindAppEntitlement, ParentID: github, ID: member}, map[string]any{"displayName": "renamed"})).To(Succeed())
		t.ResetCalls()
		t.reconcile(ctx, obj, "one")
		t.ready(ctx, obj, "one")

		By("taking an edit of what is not read-only")
		t.apply(ctx, strings.ReplaceAll(written, "2031-01-01", "2031-02-02"))
		t.ready(ctx, obj, "one")
		Expect(objectOf(reviewObjects(t), id)["completionDate"]).To(HavePrefix("2031-02-02"))
		for _, call := range t.Calls(0) {
			Expect(call.Path).NotTo(MatchRegexp("/search/(apps|users|entitlements|policies)"), "a review that runs asks for no names")
		}

		By("ending in the console")
		Expect(t.CloseReviewTasks(id, 4, "")).To(Equal(4))
		Expect(t.SetReviewState(id, "CLOSED")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
		Expect(obj.Status.Progress.Summary).To(Equal("4/4"))
		t.ready(ctx, obj, "one")
	})

	It("and says so when an edit of it names what nobody knows, and goes on all the same", func(ctx SpecContext) {
		t := newTenant(ctx)
		obj := t.opened(ctx, review("one", "One", ""))
		t.apply(ctx, strings.ReplaceAll(review("one", "One", ""), "name: Viewer", "name: Nothing"))
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonNameNotFound)).To(ContainSubstring("spec.scope.entitlements[1]"))
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBlocked)).NotTo(BeEmpty())
		Expect(t.SetReviewState(obj.Status.Remote.ID, "CLOSED")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
	})

	It("and is closed at its deadline, with what it revokes, when the object it referred to is gone", func(ctx SpecContext) {
		t, entitlement, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AppEntitlement{}, &v1alpha1.AccessReview{}
		t.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(1) })
		t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "admins", "  app: {name: Employee Database}\n  sailPoint: {match: {attribute: memberOf, value: \""+t.valueAtSailPoint("Admin")+"\"}}\n  management: {deletion: Orphan}"))
		t.ready(ctx, entitlement, "admins")
		deadline := t.Now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
		t.apply(ctx, manifest(v1alpha1.KindAccessReview, "one", "  displayName: One\n  deadline: \""+deadline+"\"\n  close: {mode: Automatic, undecided: Revoke}\n  start: {mode: Immediate}\n"+
			"  scope: {entitlements: [{ref: {name: admins}}, {app: {name: Employee Database}, name: Read}]}\n  sailPoint: {type: Search, search: {type: Access}}"))
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewRunning)
		t.ready(ctx, obj, "one")
		Expect(c.Delete(ctx, entitlement)).To(Succeed())
		t.gone(ctx, entitlement, "admins")
		Expect(t.Delete(sandbox.Target{Kind: v1alpha1.KindAppEntitlement, ID: sailpoint.SeedID("entitlement", "Employee Database/Read")})).To(Succeed())

		t.Advance(120 * time.Hour)
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
		completes := t.sent("POST", "/complete")
		Expect(completes).To(HaveLen(1))
		Expect(completes[0]).To(HaveKeyWithValue("autoCompleteAction", "REVOKE"))
	})
})

var _ = Describe("duties that need no name", func() {
	It("of an object whose name is dead: it is read while it is suspended, and goes when it is deleted", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
		render := func(spec string) string {
			return manifest(v1alpha1.KindAccessProfile, "one", spec, "  displayName: One\n  entitlements: ["+octoMember+", {ref: {name: viewer}}]")
		}
		t.apply(ctx, adopted)
		t.ready(ctx, &v1alpha1.AppEntitlement{}, "viewer")
		t.apply(ctx, render(""))
		t.ready(ctx, obj, "one")
		id := obj.Status.Remote.ID
		entitlement := &v1alpha1.AppEntitlement{}
		Expect(t.get(ctx, entitlement, "viewer")).To(Succeed())
		Expect(c.Delete(ctx, entitlement)).To(Succeed())
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonBlocked)

		By("being suspended")
		t.apply(ctx, render("  suspend: true"))
		Expect(t.Edit(sandbox.Target{Kind: v1alpha1.KindAccessProfile, ID: id}, map[string]any{"displayName": "Mine"})).To(Succeed())
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.Remote.Changes).To(ContainElement("displayName"))
		}).Should(Succeed())
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonSuspended)
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionResolvedRefs, v1alpha1.ReasonReferenceNotFound)).To(ContainSubstring("spec.entitlements[1].ref"))

		By("being deleted")
		t.apply(ctx, render("  suspend: false"))
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
		Expect(live(profileObjects(t), "Mine")).To(BeZero())
	})
})

// idOf is the id of the object of that name.
func (t *tenant) idOf(objects []map[string]any, name string) string {
	GinkgoHelper()
	for _, o := range objects {
		if o["displayName"] == name {
			return o["id"].(string)
		}
	}
	Fail("nothing is named " + name)
	return ""
}

// valueAtSailPoint is the attribute's value of a seeded entitlement.
func (t *tenant) valueAtSailPoint(name string) string {
	GinkgoHelper()
	for _, e := range t.Dump().(sailpoint.Dump).Entitlements {
		if e.Object["id"] == sailpoint.SeedID("entitlement", "Employee Database/"+name) {
			return e.Object["value"].(string)
		}
	}
	Fail("no entitlement " + name)
	return ""
}
