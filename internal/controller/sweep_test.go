package controller_test

import (
	"context"
	"fmt"
	"maps"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

const underReport = "  management: {drift: Report}"

// detail is an edit in the console of a field that no list holds.
type detail struct {
	vendor v1alpha1.Vendor
	kind   string
	// field is the path that is told.
	field string
	// spec are the lines that manage the field.
	spec string
	// patch is the edit. Of is what is edited where that is not the remote itself.
	patch map[string]any
	of    func(sandbox.Target) sandbox.Target
	// held is what the vendor holds of the field.
	held func(t *tenant, id string) any
}

var details = []detail{
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAppEntitlement, field: "owners",
		spec:  "  owners: [{email: ada@corp.example}, {email: grace@corp.example}]",
		patch: map[string]any{"owners": []string{conductorone.SeedID("user", "alan@corp.example")}},
		held: func(t *tenant, id string) any {
			for _, e := range t.dump().Entitlements {
				if e.Object["id"] == id {
					return e.Owners
				}
			}
			return nil
		},
	},
	ofProfile("entitlements", "  entitlements: ["+octoMember+", "+viewer+"]",
		map[string]any{"entries": []any{map[string]any{"appId": github, "id": conductorone.SeedID("entitlement", "GitHub/platform Member")}}},
		func(p conductorone.ProfileDump) any { return p.Entries }),
	ofProfile("conductorOne.visibleTo", "  requestable: true\n  conductorOne: {visibleToEveryone: false, visibleTo: [{app: {name: Okta}, name: Okta Everyone}]}",
		map[string]any{"visibility": []any{map[string]any{"appId": github, "id": conductorone.SeedID("entitlement", "GitHub/platform Member")}}},
		func(p conductorone.ProfileDump) any { return p.Visibility }),
	ofProfile("membership.enabled", "  membership: {expression: subject.department == \"Finance\", enabled: true}",
		map[string]any{"automation": map[string]any{"enabled": false}},
		func(p conductorone.ProfileDump) any { return p.Automation["enabled"] }),
	ofProfile("membership.expression", "  membership: {expression: subject.department == \"Finance\", enabled: false}",
		map[string]any{"automation": map[string]any{"cel": map[string]any{"expression": "subject.department == \"Sales\""}}},
		func(p conductorone.ProfileDump) any { return p.Automation["cel"] }),
	ofProfile("conductorOne.automation.removedMembersThresholdPercent",
		"  membership: {expression: subject.department == \"Finance\", enabled: false}\n  conductorOne: {automation: {removedMembersThresholdPercent: 20}}",
		map[string]any{"automation": map[string]any{"removedMembersThresholdPercent": "90"}},
		func(p conductorone.ProfileDump) any { return p.Automation["removedMembersThresholdPercent"] }),
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAccessProfile, field: "conductorOne.policies.grant",
		spec:  "  conductorOne: {policies: {grant: {name: Manager approval}}}",
		patch: map[string]any{"grantPolicyId": conductorone.SeedID("policy", "Auto approve")},
		of: func(profile sandbox.Target) sandbox.Target {
			return sandbox.Target{Kind: v1alpha1.KindAppEntitlement, ParentID: conductorone.SeedID("app", conductorone.AppC1), ID: profile.ID}
		},
		held: func(t *tenant, id string) any { return objectOf(entitlementObjects(t), id)["grantPolicyId"] },
	},
	{
		vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAccessReview, field: "scope.entitlements",
		spec:  "  scope: {entitlements: [" + octoMember + ", " + viewer + "], users: {all: {}}}",
		patch: map[string]any{"entitlements": []any{}},
		held:  func(t *tenant, id string) any { return t.attachedTo(id) },
	},
	ofRequests("accessRequestConfig", "accessRequestConfig.requestCommentRequired", "{requestCommentRequired: true, approvalSchemes: [{approver: Manager}]}",
		map[string]any{"requestCommentRequired": false, "approvalSchemes": []any{map[string]any{"approverType": "MANAGER"}}}),
	ofRequests("revocationRequestConfig", "revocationRequestConfig.approvalSchemes", "{approvalSchemes: [{approver: SourceOwner}]}",
		map[string]any{"approvalSchemes": []any{map[string]any{"approverType": "MANAGER"}}}),
	{
		vendor: v1alpha1.VendorVeza, kind: v1alpha1.KindAccessProfile, field: "veza.members",
		spec:  "  veza: {profileType: {name: Profile}, members: [" + veza.SeedID("identity", "ada@corp.example") + "]}",
		patch: map[string]any{"members": []any{map[string]any{"identity_id": veza.SeedID("identity", "grace@corp.example")}}},
		held: func(t *tenant, id string) any {
			var members []any
			for _, m := range objectOf(t.Dump().(veza.Dump).Profiles, id)["members"].([]any) {
				members = append(members, m.(map[string]any)["identity_id"])
			}
			return members
		},
	},
}

// ofProfile is a detail field of a ConductorOne profile.
func ofProfile(field, spec string, patch map[string]any, held func(conductorone.ProfileDump) any) detail {
	return detail{vendor: v1alpha1.VendorConductorOne, kind: v1alpha1.KindAccessProfile, field: field, spec: spec, patch: patch,
		held: func(t *tenant, id string) any {
			for _, p := range t.dump().AccessProfiles {
				if p.Object["id"] == id {
					return held(p)
				}
			}
			return nil
		},
	}
}

// ofRequests is one half of how a SailPoint entitlement is asked for and taken away.
func ofRequests(half, field, wanted string, edited map[string]any) detail {
	return detail{vendor: v1alpha1.VendorSailPoint, kind: v1alpha1.KindAppEntitlement, field: "sailPoint." + field,
		spec:  "  sailPoint: {match: {attribute: memberOf, value: CN=NAME}, " + half + ": " + wanted + "}",
		patch: map[string]any{"requestConfig": map[string]any{half: edited}},
		held: func(t *tenant, id string) any {
			for _, e := range t.Dump().(sailpoint.Dump).Entitlements {
				if e.Object["id"] == id {
					config, _ := e.RequestConfig[half].(map[string]any)
					set := maps.Clone(config)
					// Where nothing was set there is nothing to send back either: what is left out is the default.
					maps.DeleteFunc(set, func(_ string, v any) bool { return v == nil || v == false })
					return set
				}
			}
			return nil
		},
	}
}

// with renders an object of the subject with further lines of its spec, of which a block takes
// the place of the one that is there.
func (s subject) with(name, displayName string, spec ...string) string {
	lines := strings.Split(s.manifest(name, displayName, ""), "\n")
	more := strings.ReplaceAll(strings.Join(spec, "\n"), "NAME", name)
	for _, line := range strings.Split(more, "\n") {
		key, _, _ := strings.Cut(line, ":")
		for i := range lines {
			if before, _, _ := strings.Cut(lines[i], ":"); before == key {
				lines[i] = ""
			}
		}
	}
	return strings.Join(append(lines, more), "\n")
}

// pair makes two objects Ready, of which the second one's drift is told and left.
func (s subject) pair(ctx context.Context, spec string) (t *tenant, one, two managed.Object) {
	GinkgoHelper()
	t, one, two = s.tenant(ctx), newObject(s.kind).(managed.Object), newObject(s.kind).(managed.Object)
	s.prepare(t, "one", "One")
	s.prepare(t, "two", "Two")
	t.apply(ctx, s.with("one", "One", spec)+"\n---\n"+s.with("two", "Two", spec))
	t.ready(ctx, one, "one")
	t.ready(ctx, two, "two")
	t.apply(ctx, s.with("two", "Two", spec, underReport)) // What is adopted under it is not written.
	t.ready(ctx, two, "two")
	return t, one, two
}

// left proves that the drift of an object is told once, by the field, and that the object is Ready all the same.
func (t *tenant) left(ctx context.Context, obj managed.Object, name, field string) {
	GinkgoHelper()
	Expect(t.says(ctx, obj, name, v1alpha1.ConditionSynced, v1alpha1.ReasonDrifted)).To(ContainSubstring("spec." + field))
	Expect(obj.GetManagedStatus().Remote.Changes).To(ContainElement(field))
	t.ready(ctx, obj, name)
	t.told(ctx, name, v1alpha1.ReasonDrifted)
}

var _ = Describe("a sweep finds, of what nobody touched here,", func() {
	for _, s := range only(func(s subject) bool { return s.updates }) {
		It("the name of "+s.String()+" that was edited in the console, and corrects it with one write, or tells it and writes nothing", func(ctx SpecContext) {
			t, one, two := s.pair(ctx, "")
			t.ResetCalls()
			Expect(t.Edit(targetOf(one), map[string]any{s.nameField: "Console 1"})).To(Succeed())
			Expect(t.Edit(targetOf(two), map[string]any{s.nameField: "Console 2"})).To(Succeed())
			eventually(ctx, func() int { return s.count(t, "One") }).Should(Equal(1))
			t.ready(ctx, one, "one")
			t.told(ctx, "one", v1alpha1.ReasonCorrectingDrift)
			t.left(ctx, two, "two", "displayName")
			always(ctx, func(g Gomega) {
				g.Expect(s.count(t, "Console 2")).To(Equal(1))
				g.Expect(t.Counts().Writes).To(Equal(1))
			}).Should(Succeed())
			Expect(t.Rejections()).To(BeEmpty())

			By("mending it in the console")
			Expect(t.Edit(targetOf(two), map[string]any{s.nameField: "Two"})).To(Succeed())
			eventually(ctx, func(g Gomega) {
				g.Expect(t.get(ctx, two, "two")).To(Succeed())
				g.Expect(two.GetManagedStatus().Remote.Changes).NotTo(ContainElement("displayName"))
			}).Should(Succeed())
			t.ready(ctx, two, "two")
			if s.vendor == v1alpha1.VendorConductorOne && s.kind != v1alpha1.KindAccessReview {
				// Any edit in its console takes the sign of a managed object away, and that is told, too.
				t.says(ctx, two, "two", v1alpha1.ConditionSynced, v1alpha1.ReasonDrifted)
			} else {
				t.says(ctx, two, "two", v1alpha1.ConditionSynced, v1alpha1.ReasonInSync)
			}
			Expect(t.Counts().Writes).To(Equal(1))
		})
	}

	for _, at := range details {
		s := only(func(s subject) bool { return s.vendor == at.vendor && s.kind == at.kind })[0]
		It("the "+at.field+" of "+s.String()+", when its detail fields are due, and corrects it, or tells it and writes nothing", func(ctx SpecContext) {
			t, one, two := s.pair(ctx, at.spec)
			held := func(obj managed.Object) string { return fmt.Sprint(at.held(t, obj.GetManagedStatus().Remote.ID)) }
			edit := func(obj managed.Object) {
				target := targetOf(obj)
				if at.of != nil {
					target = at.of(target)
				}
				Expect(t.Edit(target, at.patch)).To(Succeed())
			}
			wanted := held(one)
			Expect(held(two)).To(Equal(wanted))
			edit(two)
			edited := held(two)
			Expect(edited).NotTo(Equal(wanted))
			t.left(ctx, two, "two", at.field)
			t.ResetCalls()
			edit(one)
			eventually(ctx, func() string { return held(one) }).Should(Equal(wanted))
			t.ready(ctx, one, "one")
			t.told(ctx, "one", v1alpha1.ReasonCorrectingDrift)
			writes := t.Counts().Writes
			always(ctx, func(g Gomega) {
				g.Expect(held(two)).To(Equal(edited))
				g.Expect(t.Counts().Writes).To(Equal(writes))
			}).Should(Succeed())
			Expect(t.Rejections()).To(BeEmpty())
		})
	}

	It("the name of an entity of Veza's graph, and tells it, since nobody can write it", func(ctx SpecContext) {
		s := subjectsOf(v1alpha1.VendorVeza)[0]
		t, one, _ := s.pair(ctx, "")
		t.ResetCalls()
		Expect(t.Edit(targetOf(one), map[string]any{s.nameField: "Graph"})).To(Succeed())
		t.left(ctx, one, "one", "displayName")
		t.quiet(ctx, 200)
		Expect(t.Counts().Writes).To(BeZero())
	})

	It("nothing in a review of Veza whose name was edited: no answer of the vendor holds what was asked for", func(ctx SpecContext) {
		s := subjectsOf(v1alpha1.VendorVeza)[2]
		t, one, two := s.pair(ctx, "")
		t.ResetCalls()
		Expect(t.Edit(targetOf(one), map[string]any{s.nameField: "Console"})).To(Succeed())
		t.quiet(ctx, 200)
		for name, obj := range map[string]managed.Object{"one": one, "two": two} {
			t.says(ctx, obj, name, v1alpha1.ConditionSynced, v1alpha1.ReasonInSync)
		}
	})

	for _, s := range subjects {
		if s.creates && s.kind != v1alpha1.KindAccessReview {
			It("a deleted "+s.String()+", and makes it again, or tells it under Report", func(ctx SpecContext) {
				t, one, two := s.pair(ctx, "")
				was := one.GetManagedStatus().Remote.ID
				Expect(t.Delete(targetOf(one))).To(Succeed())
				Expect(t.Delete(targetOf(two))).To(Succeed())
				s.boundTo(ctx, t, one, "one", "One")
				Expect(one.GetManagedStatus().Remote.ID).NotTo(Equal(was))
				t.told(ctx, "one", v1alpha1.ReasonRecreating)
				t.says(ctx, two, "two", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteMissing)
				t.told(ctx, "two", v1alpha1.ReasonRemoteMissing)
				always(ctx, func() []int { return []int{s.count(t, "One"), s.count(t, "Two")} }).Should(Equal([]int{1, 0}))
				Expect(t.Rejections()).To(BeEmpty())
			})

			It("a "+s.String()+" that somebody deleted and made again by hand, and takes that over only where the policy adopts", func(ctx SpecContext) {
				t, rest := s.tenant(ctx), newObject(s.kind).(managed.Object)
				policies := map[string]string{"plain": "", "adopts": "  management: {creation: CreateOrAdopt}", "reports": "  management: {creation: CreateOrAdopt, drift: Report}"}
				objects, again := map[string]managed.Object{}, map[string]string{}
				t.apply(ctx, s.manifest("rest", "Rest", "")) // Not all are gone: that would be the credential's doing.
				for name, policy := range policies {
					t.apply(ctx, s.manifest(name, "Name of "+name, policy))
				}
				for name := range policies {
					objects[name] = newObject(s.kind).(managed.Object)
					t.ready(ctx, objects[name], name)
				}
				t.ready(ctx, rest, "rest")
				for name, obj := range objects {
					was := targetOf(obj)
					again[name] = s.remoteIDOf(s.stranger(t, name, "Name of "+name))
					Expect(t.Delete(was)).To(Succeed())
				}

				By("taking it over under CreateOrAdopt")
				eventually(ctx, func(g Gomega) {
					g.Expect(t.get(ctx, objects["adopts"], "adopts")).To(Succeed())
					g.Expect(objects["adopts"].GetManagedStatus().Remote.ID).To(Equal(again["adopts"]))
				}).Should(Succeed())
				t.ready(ctx, objects["adopts"], "adopts")
				t.told(ctx, "adopts", v1alpha1.ReasonAdopting)

				By("telling it under Report")
				t.says(ctx, objects["reports"], "reports", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteMissing)

				By("leaving a stranger of the same name alone under Create")
				Expect(t.says(ctx, objects["plain"], "plain", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteExists)).To(ContainSubstring(again["plain"]))
				always(ctx, func() []int {
					return []int{s.count(t, "Name of plain"), s.count(t, "Name of adopts"), s.count(t, "Name of reports")}
				}).Should(Equal([]int{1, 1, 1}))
				for _, name := range []string{"plain", "reports"} {
					Expect(jsonOf(objectOf(s.objects(t), again[name]))).NotTo(ContainSubstring("governance-operator"), "it bears no mark")
				}
			})
			continue
		}

		It("a deleted "+s.String()+", and tells it, whatever the policy", func(ctx SpecContext) {
			t, one, two := s.pair(ctx, "")
			t.ResetCalls()
			for name, obj := range map[string]managed.Object{"one": one, "two": two} {
				Expect(t.Delete(targetOf(obj))).To(Succeed())
				t.says(ctx, obj, name, v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteMissing)
				t.told(ctx, name, v1alpha1.ReasonRemoteMissing)
			}
			t.quiet(ctx, 200)

			By("making both again by hand")
			again := s.remoteIDOf(s.stranger(t, "one", "One"))
			s.stranger(t, "two", "Two")
			if s.kind == v1alpha1.KindAccessReview {
				t.quiet(ctx, 200)
				t.says(ctx, one, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteMissing)
			} else {
				t.ready(ctx, one, "one")
				Expect(one.GetManagedStatus().Remote.ID).To(Equal(again))
			}
			t.says(ctx, two, "two", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteMissing)
			Expect(s.count(t, "One")).To(Equal(1))
			Expect(s.count(t, "Two")).To(Equal(1))
			Expect(t.Rejections()).To(BeEmpty())
		})
	}
})

// boundTo waits until an object is Ready and bound to a remote of this display name that is there.
func (s subject) boundTo(ctx context.Context, t *tenant, obj managed.Object, name, displayName string) {
	GinkgoHelper()
	eventually(ctx, func(g Gomega) {
		g.Expect(t.get(ctx, obj, name)).To(Succeed())
		var ids []any
		for _, o := range s.objects(t) {
			if o[s.nameField] == displayName {
				ids = append(ids, o["id"])
			}
		}
		g.Expect(obj.GetManagedStatus().Remote.ID).To(BeElementOf(ids...))
	}).Should(Succeed())
	t.ready(ctx, obj, name)
}
