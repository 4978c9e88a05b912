package controller_test

import (
	"fmt"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/utils/ptr"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

// atVeza is the vendor's JSON or our YAML, with <kind:name> for the ids of the seed.
func atVeza(text string) string { return wireOf(veza.SeedID, text) }

// profileAtVeza is what the vendor holds of a profile, and its version with this number.
func (t *tenant) profileAtVeza(id string, version int) (profile, content map[string]any) {
	GinkgoHelper()
	profile = objectOf(t.Dump().(veza.Dump).Profiles, id)
	for _, v := range profile["versions"].([]any) {
		if content = v.(map[string]any); fmt.Sprint(content["version_number"]) == fmt.Sprint(version) {
			return profile, content
		}
	}
	Fail(fmt.Sprintf("profile %s has no version %d", id, version))
	return nil, nil
}

// granted lists the entity ids that a version grants.
func granted(version map[string]any) (ids []string) {
	list, _ := version["entities_to_create_relationships_to"].([]any)
	for _, r := range list {
		ids = append(ids, r.(map[string]any)["entity_id"].(string))
	}
	return ids
}

// vezaProfile renders a profile that grants Okta groups.
func vezaProfile(groups, spec string) string {
	list := []string{}
	for _, g := range strings.Fields(groups) {
		list = append(list, "{app: {name: Okta Lifecycle Management}, name: "+g+"}")
	}
	return manifest(v1alpha1.KindAccessProfile, "one", spec, "  displayName: One", "  entitlements: ["+strings.Join(list, ", ")+"]")
}

var _ = Describe("what is written for Veza", func() {
	It("of a profile stands there, field by field, and comes back in the status", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
		t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "ai-team", "", "  app: {name: Okta Lifecycle Management}", "  veza: {entityType: OktaGroup, match: {name: AI Team}}"))
		t.apply(ctx, atVeza(manifest(v1alpha1.KindAccessProfile, "one", `
  displayName: Salesforce Developer
  description: What a developer needs.
  entitlements: [{ref: {name: ai-team}}, {app: {name: Salesforce}, name: Sales Operations}]
  veza:
    profileType: {name: Profile}
    state: Running
    relationships:
    - {entityType: SalesforceGroup, datasource: {id: <datasource:Salesforce>}, entityID: "<entity:Salesforce/Sales Developers>",
       assignedTo: {entityType: SalesforceUser, entityID: "veza-dev-ed:005"}, grantBy: POLICY, createdByAccessProfile: false, customProperties: {reason: work},
       syncIdentityAction: {policyID: <policy:Joiners and leavers>, name: Create Salesforce account}, condition: {type: EXPRESSION, expression: 'department eq "Engineering"'}}
    labels: [engineering]
    accessRequestPolicyID: <request-policy:Auto approve>
    customProperties: {cost_center: "4711"}
    requireApprovalToStart: false
    catalogItem: {name: For developers, description: Salesforce., markdownDescription: "*Salesforce*", icon: cloud, recommended: true}
    members: [<identity:ada@corp.example>]`)))
		t.ready(ctx, obj, "one")
		profile, version := t.profileAtVeza(obj.Status.Remote.ID, 1)
		Expect(profile).To(And(HaveKeyWithValue("name", "Salesforce Developer"), HaveKeyWithValue("description", "What a developer needs."), HaveKeyWithValue("state", "RUNNING"),
			HaveKeyWithValue("profile_type", veza.SeedID("type", "Profile"))))
		Expect(profile["labels"]).To(ConsistOf("engineering", HavePrefix("governance-operator.io/")))
		Expect(jsonOf(profile["custom_properties"])).To(MatchJSON(`{"cost_center": "4711"}`))
		Expect(jsonOf(profile["catalog_item_info"])).To(MatchJSON(`{"name": "For developers", "description": "Salesforce.", "markdown_description": "*Salesforce*", "icon": "cloud", "recommended": true}`))
		Expect(version).To(HaveKeyWithValue("access_request_policy_id", veza.SeedID("request-policy", "Auto approve")))
		Expect(granted(version)).To(ConsistOf(veza.SeedID("entity", "Okta/AI Team"), veza.SeedID("entity", "Salesforce/Sales Operations"), veza.SeedID("entity", "Salesforce/Sales Developers")))
		full := func() map[string]any {
			for _, r := range version["entities_to_create_relationships_to"].([]any) {
				if r := r.(map[string]any); r["assigned_to_entity_id"] != nil {
					return r
				}
			}
			return nil
		}()
		Expect(full).To(And(HaveKeyWithValue("datasource_id", veza.SeedID("datasource", "Salesforce")), HaveKeyWithValue("entity_type", "SalesforceGroup"),
			HaveKeyWithValue("assigned_to_entity_type", "SalesforceUser"), HaveKeyWithValue("assigned_to_entity_id", "veza-dev-ed:005"), HaveKeyWithValue("grant_by", "POLICY")))
		Expect(jsonOf(full["custom_properties"])).To(MatchJSON(`{"reason": "work"}`))
		Expect(jsonOf(full["sync_identity_action"])).To(MatchJSON(atVeza(`{"policy_id": "<policy:Joiners and leavers>", "name": "Create Salesforce account"}`)))
		Expect(jsonOf(full["condition"])).To(MatchJSON(`{"type": "EXPRESSION", "condition_string": "department eq \"Engineering\""}`))
		Expect(jsonOf(profile["members"])).To(ContainSubstring(veza.SeedID("identity", "ada@corp.example")))

		st := obj.Status
		Expect(st.Version).To(HaveValue(BeEquivalentTo(1)))
		Expect(st.DraftVersion).To(BeNil())
		Expect(st.State).To(Equal("Running"))
		Expect(st.StartedAt).NotTo(BeNil())
		Expect(st.Remote.ParentID).To(Equal(veza.SeedID("type", "Profile")))
		t.ResetCalls()
		for range 3 {
			t.reconcile(ctx, obj, "one")
		}
		Expect(t.Counts().Writes).To(BeZero())
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("of a business role and of an application stands there, too", func(ctx SpecContext) {
		t, role, app := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}, &v1alpha1.AccessProfile{}
		t.apply(ctx, strings.Replace(vezaProfile("Payroll", "  veza: {profileType: {name: Profile}}"), "name: one", "name: base", 1))
		t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "role", "  displayName: Role\n  inherits: [{ref: {name: base}}]\n  veza: {profileType: {name: Business Role}}"))
		t.apply(ctx, atVeza(manifest(v1alpha1.KindAccessProfile, "app", "  displayName: App\n  veza: {profileType: {name: Application Access}, applicationDatasource: {name: Okta Lifecycle Management}, "+
			"applicationSyncIdentityAction: {policyID: <policy:Joiners and leavers>, name: Create Okta account}}")))
		t.ready(ctx, role, "role")
		base := &v1alpha1.AccessProfile{}
		t.ready(ctx, base, "base")
		_, version := t.profileAtVeza(role.Status.Remote.ID, 1)
		Expect(version["inherit_entities_from_access_profiles"]).To(ConsistOf(base.Status.Remote.ID))
		t.ready(ctx, app, "app")
		_, version = t.profileAtVeza(app.Status.Remote.ID, 1)
		Expect(version["application_datasource_id"]).To(Equal(veza.SeedID("datasource", "Okta")))
		Expect(jsonOf(version["application_sync_identity_action"])).To(MatchJSON(atVeza(`{"policy_id": "<policy:Joiners and leavers>", "name": "Create Okta account"}`)))
		Expect(role.Status.State).To(Equal("Initial"))
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("of an entitlement is nothing: its ids are published, and profiles use them", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AppEntitlement{}
		t.apply(ctx, manifest(v1alpha1.KindAppEntitlement, "one", "", "  app: {name: Salesforce Lifecycle Management}", "  veza: {entityType: SalesforceGroup, match: {id: \"veza-dev-ed:00GDp000001\"}}"))
		t.ready(ctx, obj, "one")
		Expect(obj.Status.Remote.ID).To(Equal("SalesforceGroup/veza-dev-ed:00GDp000001"))
		Expect(obj.Status.Remote.ParentID).To(Equal(veza.SeedID("datasource", "Salesforce")))
		Expect(obj.Status.ExternalID).To(Equal("veza-dev-ed:00GDp000001"))
		Expect(obj.Status.EntityType).To(Equal("SalesforceGroup"))
		Expect(t.Counts().Writes).To(BeZero())
		Expect(t.Rejections()).To(BeEmpty())
	})
})

var _ = Describe("versions of a Veza profile", func() {
	It("show in the status as the vendor publishes them, and each accepted change moves the revision", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
		t.Configure(func(s *sandbox.Settings) { s.Features["publishPerEdit"] = true })
		t.apply(ctx, vezaProfile("Payroll", "  veza: {profileType: {name: Profile}}"))
		t.ready(ctx, obj, "one")
		Expect(obj.Status.Version).To(HaveValue(BeEquivalentTo(1)))
		revision := obj.Status.Revision
		for i, groups := range []string{"Payroll Everyone", "Everyone"} {
			t.apply(ctx, vezaProfile(groups, "  veza: {profileType: {name: Profile}}"))
			t.ready(ctx, obj, "one")
			Expect(obj.Status.Version).To(HaveValue(BeEquivalentTo(i + 2)))
			Expect(obj.Status.Revision).To(Equal(revision + int64(i) + 1))
		}
		By("somebody publishes one in the console that grants the same")
		Expect(t.Edit(targetOf(obj), map[string]any{"openDraft": true})).To(Succeed())
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.DraftVersion).To(HaveValue(BeEquivalentTo(4)))
		}).Should(Succeed())
		Expect(t.Edit(targetOf(obj), map[string]any{"publishDraft": true})).To(Succeed())
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.Version).To(HaveValue(BeEquivalentTo(4)))
			g.Expect(obj.Status.DraftVersion).To(BeNil())
		}).Should(Succeed())
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("are never overtaken: a draft that somebody opened is a condition, until it is gone", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
		t.apply(ctx, vezaProfile("Payroll", "  veza: {profileType: {name: Profile}}"))
		t.ready(ctx, obj, "one")
		Expect(t.Edit(targetOf(obj), map[string]any{"openDraft": true})).To(Succeed())
		t.ResetCalls()
		t.apply(ctx, vezaProfile("Everyone", "  veza: {profileType: {name: Profile}}"))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonDraftPending)
		Expect(obj.Status.DraftVersion).To(HaveValue(BeEquivalentTo(2)))
		Expect(obj.Status.Remote.Changes).To(ContainElement("entitlements"))
		Expect(t.Counts().Writes).To(BeZero())
		_, draft := t.profileAtVeza(obj.Status.Remote.ID, 2)
		Expect(granted(draft)).To(ConsistOf(veza.SeedID("entity", "Okta/Payroll")))

		Expect(t.Edit(targetOf(obj), map[string]any{"discardDraft": true})).To(Succeed())
		t.ready(ctx, obj, "one")
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonInSync)
		_, live := t.profileAtVeza(obj.Status.Remote.ID, 1)
		Expect(granted(live)).To(ConsistOf(veza.SeedID("entity", "Okta/Everyone")))
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("are published when the spec asks for it and the backend allows it, and only then", func(ctx SpecContext) {
		const automatic = "  veza: {profileType: {name: Profile}, publish: Automatic}"
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
		t.apply(ctx, vezaProfile("Payroll", automatic))
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonFieldUnsupported)).To(And(ContainSubstring("spec.veza.publish"), ContainSubstring("PublishDraft")))

		allowed := newTenantOf(ctx, v1alpha1.VendorVeza, func(b *v1alpha1.GovernanceBackendSpec) {
			b.Veza = &v1alpha1.VezaBackend{Allow: []v1alpha1.VezaPermission{"PublishDraft"}}
		})
		allowed.apply(ctx, vezaProfile("Payroll", automatic))
		allowed.ready(ctx, obj, "one")
		Expect(allowed.Edit(targetOf(obj), map[string]any{"openDraft": true})).To(Succeed())
		allowed.apply(ctx, vezaProfile("Everyone", automatic))
		allowed.ready(ctx, obj, "one")
		allowed.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonInSync)
		_, version := allowed.profileAtVeza(obj.Status.Remote.ID, 2)
		Expect(granted(version)).To(ConsistOf(veza.SeedID("entity", "Okta/Everyone")))
		eventually(ctx, func(g Gomega) {
			g.Expect(allowed.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.Version).To(HaveValue(BeEquivalentTo(2)))
			g.Expect(obj.Status.DraftVersion).To(BeNil())
		}).Should(Succeed())
		Expect(allowed.Rejections()).To(BeEmpty())
	})
})

var _ = Describe("somebody's draft of a Veza profile", func() {
	It("goes into force with the spec only if nothing in it but the spec's own is new", func(ctx SpecContext) {
		const automatic = "  veza: {profileType: {name: Profile}, publish: Automatic}"
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza, func(b *v1alpha1.GovernanceBackendSpec) {
			b.Veza = &v1alpha1.VezaBackend{Allow: []v1alpha1.VezaPermission{"PublishDraft"}}
		}), &v1alpha1.AccessProfile{}
		t.apply(ctx, vezaProfile("Payroll", automatic))
		t.ready(ctx, obj, "one")
		By("a colleague prepares another policy, and nobody edits the spec")
		Expect(t.Edit(targetOf(obj), map[string]any{"openDraft": true})).To(Succeed())
		Expect(t.Edit(targetOf(obj), map[string]any{"openDraft": true, "access_request_policy_id": veza.SeedID("request-policy", "Auto approve")})).To(Succeed())
		t.ResetCalls()
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonDraftPending)
		By("the spec is edited")
		t.apply(ctx, vezaProfile("Everyone", automatic))
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(meta.FindStatusCondition(obj.Status.Conditions, v1alpha1.ConditionSynced).Message).To(ContainSubstring("spec.veza.accessRequestPolicyID"))
		}).Should(Succeed())
		Expect(t.Counts().Writes).To(BeZero())
		By("the colleague gives it up")
		Expect(t.Edit(targetOf(obj), map[string]any{"discardDraft": true})).To(Succeed())
		t.ready(ctx, obj, "one")
		_, live := t.profileAtVeza(obj.Status.Remote.ID, 1)
		Expect(granted(live)).To(ConsistOf(veza.SeedID("entity", "Okta/Everyone")))
		Expect(t.Rejections()).To(BeEmpty())
	})
})

var _ = Describe("a Veza profile", func() {
	It("whose last sync failed says so in a condition, and is well when the vendor is", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
		t.apply(ctx, vezaProfile("Payroll", "  veza: {profileType: {name: Profile}}"))
		t.ready(ctx, obj, "one")
		Expect(t.Edit(targetOf(obj), map[string]any{"last_sync_error_message": "the group is gone"})).To(Succeed())
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteFailed)).To(ContainSubstring("the group is gone"))
		eventually(ctx, func() string { Expect(t.get(ctx, obj, "one")).To(Succeed()); return obj.Status.LastSyncError }).Should(Equal("the group is gone"))
		Expect(t.Edit(targetOf(obj), map[string]any{"last_sync_error_message": nil})).To(Succeed())
		t.ready(ctx, obj, "one")
		Expect(obj.Status.LastSyncError).To(BeEmpty())
	})

	It("grants nothing only when the spec says so", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
		t.apply(ctx, vezaProfile("Payroll", "  veza: {profileType: {name: Profile}}"))
		t.ready(ctx, obj, "one")
		t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "one", "  displayName: Other\n  veza: {profileType: {name: Profile}}"))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonFieldRemoved)
		_, version := t.profileAtVeza(obj.Status.Remote.ID, 1)
		Expect(granted(version)).To(HaveLen(1), "a list that leaves the spec is held")
		t.apply(ctx, vezaProfile("", "  veza: {profileType: {name: Profile}}"))
		t.ready(ctx, obj, "one")
		_, version = t.profileAtVeza(obj.Status.Remote.ID, 1)
		Expect(granted(version)).To(BeEmpty())
	})

	It("is retired with its members taken out, and let go", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
		t.apply(ctx, atVeza(vezaProfile("Payroll", "  management: {deletion: Retire}\n  veza: {profileType: {name: Profile}, state: Running, members: [<identity:ada@corp.example>]}")))
		t.ready(ctx, obj, "one")
		id := obj.Status.Remote.ID
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
		profile, _ := t.profileAtVeza(id, 1)
		Expect(profile["state"]).To(Equal("PAUSED"))
		Expect(jsonOf(profile["members"])).NotTo(ContainSubstring(veza.SeedID("identity", "ada@corp.example")))
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("is deleted only where the backend allows what the vendor does not document", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessProfile{}
		t.apply(ctx, vezaProfile("Payroll", "  management: {deletion: Delete}\n  veza: {profileType: {name: Profile}}"))
		t.ready(ctx, obj, "one")
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonDeletionUnsupported)
		t.edit(ctx, obj, "one", func() { obj.Spec.Management.Deletion = v1alpha1.DeletionOrphan })
		t.gone(ctx, obj, "one")

		allowed := newTenantOf(ctx, v1alpha1.VendorVeza, func(b *v1alpha1.GovernanceBackendSpec) {
			b.Veza = &v1alpha1.VezaBackend{Allow: []v1alpha1.VezaPermission{"DeleteProfile"}}
		})
		allowed.Configure(func(s *sandbox.Settings) { s.Features["deleteProfile"] = true })
		obj = &v1alpha1.AccessProfile{}
		allowed.apply(ctx, vezaProfile("Payroll", "  veza: {profileType: {name: Profile}}"))
		allowed.ready(ctx, obj, "one")
		Expect(c.Delete(ctx, obj)).To(Succeed())
		allowed.gone(ctx, obj, "one")
		Expect(allowed.Dump().(veza.Dump).Profiles).To(BeEmpty())
	})

	It("that the type does not allow is refused before anything is sent, with the field's name", func(ctx SpecContext) {
		t := newTenantOf(ctx, v1alpha1.VendorVeza)
		for name, profile := range map[string]string{
			"entitlements": vezaProfile("Payroll", "  veza: {profileType: {name: Business Role}}"),
			"inherits":     manifest(v1alpha1.KindAccessProfile, "one", "  displayName: One\n  inherits: [{id: some}]\n  veza: {profileType: {name: Profile}}"),
		} {
			obj := &v1alpha1.AccessProfile{}
			t.apply(ctx, strings.Replace(profile, "name: one", "name: "+name, 1))
			Expect(t.says(ctx, obj, name, v1alpha1.ConditionSynced, v1alpha1.ReasonRefused)).To(ContainSubstring(name))
		}
		Expect(t.Counts().Writes).To(BeZero())
	})
})

var _ = Describe("an access review of Veza", func() {
	It("waits for its start and is healthy meanwhile, runs once, and shows its progress to its end", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessReview{}
		render := func(start, more string) string {
			return manifest(v1alpha1.KindAccessReview, "one", "  displayName: Q4\n  description: From Git.\n  start: "+start+"\n"+more+
				"  reviewer: {users: [{email: auditor@corp.example}]}\n  veza: {configuration: {name: Quarterly Salesforce access}, dataSource: MostRecentSnapshot, secondLevelAssignment: {resourceManagers: true}, "+
				"automationIDs: [a], finalApprovalLevel: 2, dynamicInformation: {identities: [{id: i, type: OktaUser, previousManagerID: m}]}}")
		}
		t.apply(ctx, render("{mode: Manual}", ""))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonStartHeld)
		t.ready(ctx, obj, "one")
		Expect(obj.Status.State).To(Equal(v1alpha1.ReviewConfiguring))
		Expect(t.Counts().Writes).To(BeZero())

		t.apply(ctx, render("{mode: Immediate}", ""))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonVendorWorking)
		id := obj.Status.Remote.ID
		Expect(t.SetReviewState(id, "InProgress")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewRunning)
		t.ready(ctx, obj, "one")
		Expect(obj.Status.VendorState).NotTo(BeEmpty())
		review := objectWith(t.Dump().(veza.Dump).Certifications, "certification_id", id)
		Expect(review["notes"]).To(And(HavePrefix("From Git.\n"), ContainSubstring("managed by governance-operator")))
		inputs := jsonOf(review["inputs"])
		for _, want := range []string{`"data_source":1`, `"final_approval_level":2`, `"automation_ids":["a"]`, `"auditor@corp.example"`, `"resource_managers":true`, `"previous_manager_id":"m"`, `"name":"Q4"`} {
			Expect(inputs).To(ContainSubstring(want))
		}
		closed, err := t.CloseReviewTasks(id, 1, "")
		Expect(err).NotTo(HaveOccurred())
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.Progress).NotTo(BeNil())
			g.Expect(obj.Status.Progress.Completed).To(BeEquivalentTo(closed))
		}).Should(Succeed())

		By("sealing it")
		t.apply(ctx, render("{mode: Immediate}", "  remoteID: "+id+"\n"))
		t.ready(ctx, obj, "one")
		t.edit(ctx, obj, "one", func() { obj.Spec.Veza.FinalApprovalLevel = ptr.To(int32(3)) })
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonSealedByVendor)).To(ContainSubstring("spec.veza.finalApprovalLevel"))
		t.apply(ctx, render("{mode: Immediate}", ""))
		t.ready(ctx, obj, "one")

		By("ending it")
		Expect(t.SetReviewState(id, "Completed")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
		t.wipe(ctx, obj, "one")
		t.ready(ctx, obj, "one")
		Expect(obj.Status.Remote.ID).To(Equal(id))
		Expect(t.sent("POST", "/certifications")).To(HaveLen(1))
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
		Expect(t.Dump().(veza.Dump).Certifications).To(HaveLen(1))
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("that is scheduled is made at its time, and not before", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessReview{}
		at := time.Now().Add(4 * time.Second).UTC().Format(time.RFC3339)
		t.apply(ctx, manifest(v1alpha1.KindAccessReview, "one", "  displayName: Later\n  start: {mode: Scheduled, at: \""+at+"\"}\n  veza: {configuration: {name: Okta groups}}"))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonStartHeld)
		Expect(t.Counts().Writes).To(BeZero())
		eventually(ctx, func() int { return t.Counts().Writes }).Should(Equal(1))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonVendorWorking)
	})

	It("that may have been made, at a tenant that shows no notes, asks for a person instead of a second one", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorVeza), &v1alpha1.AccessReview{}
		t.Configure(func(s *sandbox.Settings) { s.Features["notesHidden"] = true })
		Expect(t.AddFault(sandbox.Fault{Method: "POST", PathPattern: "/certifications$", Kind: sandbox.FaultResetAfter, Count: 1})).To(Succeed())
		t.apply(ctx, subjectsOf(v1alpha1.VendorVeza)[2].manifest("one", "Lost", ""))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonOutcomeUnknown)
		Expect(t.sent("POST", "/certifications")).To(HaveLen(1))
		Expect(t.Dump().(veza.Dump).Certifications).To(HaveLen(1))
	})
})

// objectWith returns the object whose key has this value.
func objectWith(objects []map[string]any, key, value string) map[string]any {
	GinkgoHelper()
	for _, o := range objects {
		if o[key] == value {
			return o
		}
	}
	Fail("no object with " + key + " " + value)
	return nil
}
