package controller_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

// atSailPoint is the vendor's JSON or our YAML, with <kind:name> for the ids of the seed.
func atSailPoint(text string) string { return wireOf(sailpoint.SeedID, text) }

// profileAtSailPoint is what the vendor holds of a profile.
func (t *tenant) profileAtSailPoint(id string) sailpoint.ProfileDump {
	GinkgoHelper()
	for _, p := range t.Dump().(sailpoint.Dump).Profiles {
		if p.Object["id"] == id {
			return p
		}
	}
	Fail("no profile " + id)
	return sailpoint.ProfileDump{}
}

// campaign is what the vendor holds of a review.
func (t *tenant) campaign(id string) sailpoint.CampaignDump {
	GinkgoHelper()
	for _, p := range t.Dump().(sailpoint.Dump).Campaigns {
		if p.Object["id"] == id {
			return p
		}
	}
	Fail("no campaign " + id)
	return sailpoint.CampaignDump{}
}

// plain is what is stored, without what the vendor added and the line of our mark.
func plain(object map[string]any, generated ...string) string {
	GinkgoHelper()
	out := without(object, append(generated, "id", "created", "modified")...)
	if text, ok := out["description"].(string); ok {
		out["description"], _ = backend.SplitMark(text)
	}
	return jsonOf(out)
}

const sailPointReview = `
  displayName: Q4
  description: Look twice.
  deadline: "2031-01-01T00:00:00Z"
  notifications: {kickoff: true}
  reviewer: {group: {name: Access approvers}}
  scope:
    users: {selected: [{email: ada@corp.example}, {email: alan@corp.example}]}
    entitlements: [{app: {name: Employee Database}, name: Write}]
    grants: {criteria: {accessProfiles: {include: [{id: <profile:Payroll readers>}]}}}
  sailPoint:
    type: Search
    search: {type: Identity, description: The team., constraints: [{type: Role}]}
    filter: {name: No birthright access}
    autoRevokeAllowed: true
    mandatoryComments: AllDecisions
    sunsetCommentsRequired: false
    timeZone: "-05:00"`

var _ = Describe("what is written for SailPoint", func() {
	It("of a profile stands there, field by field, and nothing else is ever sent", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AccessProfile{}
		t.apply(ctx, atSailPoint(manifest(v1alpha1.KindAccessProfile, "one", `
  displayName: Employee-database-read-write
  description: Collection of entitlements to read/write the employee database
  entitlements: [{app: {name: Employee Database}, name: Read}, {app: {id: <source:Employee Database>}, id: <entitlement:Employee Database/Write>}]
  owners: [{email: ada@corp.example}, {email: grace@corp.example}]
  requestable: true
  sailPoint:
    source: {name: Employee Database}
    enabled: true
    ownerGroups: [{name: Payroll reviewers}]
    accessRequestConfig:
      commentsRequired: true
      denialCommentsRequired: true
      reauthorizationRequired: true
      requireEndDate: true
      maxPermittedAccessDuration: {value: 3, unit: Months}
      formDefinitionID: 78258e80-e9e2-4e1a-a11f-ce0b7c62f25d
      approvalSchemes:
      - {approver: AppOwner}
      - {approver: Owner}
      - {approver: SourceOwner}
      - {approver: Manager}
      - {approver: GovernanceGroup, group: {name: Access approvers}}
      - {approver: AllOwners}
      - {approver: AdditionalOwner, user: {email: grace@corp.example}}
      - {approver: AdditionalGovernanceGroup, group: {name: Payroll reviewers}}
    revocationRequestConfig: {approvalSchemes: [{approver: Workflow, workflowID: <workflow:Approve by ticket>}]}
    segments: [{name: Employees}, {id: "<segment:Contractors>"}]
    accessModelMetadata: [{key: accessClass, values: [critical]}]
    provisioningCriteria:
      operation: Or
      children:
      - {operation: And, children: [{operation: Contains, attribute: dn, value: useast}, {operation: Contains, attribute: manager, value: Scott.Clark}]}
      - {operation: And, children: [{operation: Equals, attribute: dn, value: Gibson}, {operation: Has, attribute: telephoneNumber}]}
      - {operation: NotEquals, attribute: status, value: disabled}`)))
		t.ready(ctx, obj, "one")
		got := t.profileAtSailPoint(obj.Status.Remote.ID).Object
		metadata := got["accessModelMetadata"]
		Expect(plain(got, "accessModelMetadata")).To(MatchJSON(atSailPoint(`{
			"name": "Employee-database-read-write", "description": "Collection of entitlements to read/write the employee database",
			"enabled": true, "requestable": true,
			"owner": {"type": "IDENTITY", "id": "<identity:ada@corp.example>"}, "source": {"type": "SOURCE", "id": "<source:Employee Database>"},
			"additionalOwners": [{"type": "GOVERNANCE_GROUP", "id": "<workgroup:Payroll reviewers>"}, {"type": "IDENTITY", "id": "<identity:grace@corp.example>"}],
			"entitlements": [{"type": "ENTITLEMENT", "id": "<entitlement:Employee Database/Read>"}, {"type": "ENTITLEMENT", "id": "<entitlement:Employee Database/Write>"}],
			"accessRequestConfig": {"commentsRequired": true, "denialCommentsRequired": true, "reauthorizationRequired": true, "requireEndDate": true,
				"maxPermittedAccessDuration": {"value": 3, "timeUnit": "MONTHS"}, "formDefinitionId": "78258e80-e9e2-4e1a-a11f-ce0b7c62f25d",
				"approvalSchemes": [{"approverType": "APP_OWNER"}, {"approverType": "OWNER"}, {"approverType": "SOURCE_OWNER"}, {"approverType": "MANAGER"},
					{"approverType": "GOVERNANCE_GROUP", "approverId": "<workgroup:Access approvers>"}, {"approverType": "ALL_OWNERS"},
					{"approverType": "ADDITIONAL_OWNER", "approverId": "<identity:grace@corp.example>"}, {"approverType": "ADDITIONAL_GOVERNANCE_GROUP", "approverId": "<workgroup:Payroll reviewers>"}]},
			"revocationRequestConfig": {"approvalSchemes": [{"approverType": "WORKFLOW", "approverId": "<workflow:Approve by ticket>"}]},
			"segments": ["<segment:Employees>", "<segment:Contractors>"],
			"provisioningCriteria": {"operation": "OR", "children": [
				{"operation": "AND", "children": [{"operation": "CONTAINS", "attribute": "dn", "value": "useast"}, {"operation": "CONTAINS", "attribute": "manager", "value": "Scott.Clark"}]},
				{"operation": "AND", "children": [{"operation": "EQUALS", "attribute": "dn", "value": "Gibson"}, {"operation": "HAS", "attribute": "telephoneNumber"}]},
				{"operation": "NOT_EQUALS", "attribute": "status", "value": "disabled"}]}}`)))
		Expect(jsonOf(metadata)).To(And(ContainSubstring("accessClass"), ContainSubstring("critical"), Not(ContainSubstring("regular"))))
		Expect(obj.Status.Remote.ParentID).To(Equal(sailpoint.SeedID("source", "Employee Database")))
		Expect(obj.Status.Remote.CreatedAt).NotTo(BeNil())
		Expect(obj.Status.Requestable).To(HaveValue(BeTrue()))
		Expect(t.Rejections()).To(BeEmpty())

		revision := obj.Status.Revision
		Expect(c.Patch(ctx, obj, client.RawPatch(types.MergePatchType, []byte(`{"spec": {"sailPoint": {"segments": []}}}`)))).To(Succeed())
		t.ready(ctx, obj, "one")
		Expect(t.profileAtSailPoint(obj.Status.Remote.ID).Object["segments"]).To(BeEmpty())
		Expect(obj.Status.Revision).To(Equal(revision+1), "each accepted change moves the revision")
		t.ResetCalls()
		for range 3 {
			t.reconcile(ctx, obj, "one")
		}
		Expect(t.Counts().Writes).To(BeZero())
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("of an entitlement stands there, whichever way the tenant tells privilege", func(ctx SpecContext) {
		for _, shape := range []string{"", sailpoint.FeatureShapeA} {
			t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AppEntitlement{}
			t.Configure(func(s *sandbox.Settings) { s.Features[shape] = true })
			t.apply(ctx, atSailPoint(manifest(v1alpha1.KindAppEntitlement, "one", `
  app: {name: Active Directory}
  displayName: Payroll of the corporation
  description: Who pays.
  owners: [{email: katherine@corp.example}]
  requestable: true
  sailPoint:
    match: {attribute: memberOf, value: "CN=Payroll,OU=Groups,DC=corp,DC=example", type: group}
    privilegeLevel: High
    segments: [{name: Employees}]
    accessRequestConfig: {requestCommentRequired: true, denialCommentRequired: true, reauthorizationRequired: false, requireEndDate: true,
      maxPermittedAccessDuration: {value: 5, unit: Days}, approvalSchemes: [{approver: EntitlementOwner}, {approver: GovernanceGroup, group: {name: Access approvers}}]}
    revocationRequestConfig: {approvalSchemes: [{approver: SourceOwner}]}`)))
			t.ready(ctx, obj, "one")
			Expect(obj.Status.Remote.ID).To(Equal(sailpoint.SeedID("entitlement", "Active Directory/Payroll")))
			Expect(obj.Status.EntityType).To(Equal("group"))
			var got sailpoint.EntitlementDump
			for _, e := range t.Dump().(sailpoint.Dump).Entitlements {
				if e.Object["id"] == obj.Status.Remote.ID {
					got = e
				}
			}
			Expect(got.Object).To(And(HaveKeyWithValue("name", "Payroll of the corporation"), HaveKeyWithValue("description", "Who pays."), HaveKeyWithValue("requestable", true)))
			Expect(jsonOf(got.Object["owner"])).To(MatchJSON(atSailPoint(`{"type": "IDENTITY", "id": "<identity:katherine@corp.example>"}`)))
			Expect(jsonOf(got.Object["segments"])).To(MatchJSON(atSailPoint(`["<segment:Employees>"]`)))
			Expect(got.Object["privilegeLevel"]).To(HaveKeyWithValue("direct", "HIGH"))
			Expect(jsonOf(got.RequestConfig["accessRequestConfig"])).To(And(ContainSubstring(`"requestCommentRequired":true`), ContainSubstring(`"timeUnit":"DAYS"`), ContainSubstring(sailpoint.SeedID("workgroup", "Access approvers"))))
			Expect(jsonOf(got.RequestConfig["revocationRequestConfig"])).To(ContainSubstring("SOURCE_OWNER"))
			t.ResetCalls()
			for range 3 {
				t.reconcile(ctx, obj, "one")
			}
			Expect(t.Counts().Writes).To(BeZero())
			Expect(t.Rejections()).To(BeEmpty())
		}
	})

	It("waits for the aggregation of an entitlement, and asks for it once an hour if it may", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AppEntitlement{}
		t.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(1) })
		waiting := subjectsOf(v1alpha1.VendorSailPoint)[0].manifest("one", "One", "")
		t.apply(ctx, waiting)
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteNotFound)
		Expect(t.Counts().Writes).To(BeZero(), "nobody allowed an aggregation")
		planted(t, v1alpha1.KindAppEntitlement, database, map[string]any{"name": "One", "attribute": "memberOf", "value": "CN=one", "pendingAggregation": true})
		t.apply(ctx, strings.Replace(waiting, "sailPoint: {", "sailPoint: {onNotFound: Aggregate, ", 1))
		t.ready(ctx, obj, "one")
		Expect(t.writesIn(t.namespace)).To(ConsistOf(ContainSubstring("/load-entitlements")))
		t.apply(ctx, strings.Replace(subjectsOf(v1alpha1.VendorSailPoint)[0].manifest("two", "Two", ""), "sailPoint: {", "sailPoint: {onNotFound: Aggregate, ", 1))
		t.says(ctx, obj, "two", v1alpha1.ConditionSynced, v1alpha1.ReasonRemoteNotFound)
		Expect(t.writesIn(t.namespace)).To(HaveLen(1), "once an hour for all objects of the source")
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("of a review stands there, field by field", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AccessReview{}
		t.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(1) })
		t.apply(ctx, atSailPoint(manifest(v1alpha1.KindAccessReview, "one", sailPointReview)))
		t.ready(ctx, obj, "one")
		inputs := t.campaign(obj.Status.Remote.ID).Inputs
		Expect(plain(inputs)).To(MatchJSON(atSailPoint(`{
			"name": "Q4", "description": "Look twice.", "type": "SEARCH", "deadline": "2031-01-01T00:00:00Z", "emailNotificationEnabled": true, "autoRevokeAllowed": true,
			"filter": {"type": "CAMPAIGN_FILTER", "id": "<filter:No birthright access>"}, "mandatoryCommentRequirement": "ALL_DECISIONS", "sunsetCommentsRequired": false,
			"searchCampaignInfo": {"type": "IDENTITY", "description": "The team.", "identityIds": ["<identity:ada@corp.example>", "<identity:alan@corp.example>"],
				"reviewer": {"type": "GOVERNANCE_GROUP", "id": "<workgroup:Access approvers>"},
				"accessConstraints": [{"type": "ENTITLEMENT", "operator": "SELECTED", "ids": ["<entitlement:Employee Database/Write>"]},
					{"type": "ACCESS_PROFILE", "operator": "SELECTED", "ids": ["<profile:Payroll readers>"]}, {"type": "ROLE", "operator": "ALL"}]}}`)))
		Expect(obj.Status.State).To(Equal(v1alpha1.ReviewStaged))
		t.edit(ctx, obj, "one", func() { obj.Spec.Scope.Entitlements[0].Name = "Read" })
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonSealedByVendor)).To(ContainSubstring("spec.scope.entitlements"))
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("of every other type of campaign stands there, too", func(ctx SpecContext) {
		t := newTenantOf(ctx, v1alpha1.VendorSailPoint)
		t.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(1) })
		const sources = "\n  scope: {apps: {selected: [{name: Workday}]}}"
		for name, c := range map[string]struct{ spec, wire string }{
			"manager": {"sailPoint: {type: Manager}", `"type":"MANAGER"`},
			"owners":  {"sailPoint: {type: SourceOwner, correlatedStatus: Uncorrelated}" + sources, `"sourceOwnerCampaignInfo":{"sourceIds":["<source:Workday>"]}`},
			"machine": {"sailPoint: {type: MachineAccount}" + sources, `"machineAccountCampaignInfo":{"reviewerType":"ACCOUNT_OWNER","sourceIds":["<source:Workday>"]}`},
			"roles": {"sailPoint: {type: RoleComposition, roleComposition: {remediator: {email: dennis@corp.example}, roleIDs: [<role:Payroll clerk>], description: Contents.}}",
				`"remediatorRef":{"id":"<identity:dennis@corp.example>","type":"IDENTITY"},"roleIds":["<role:Payroll clerk>"]`},
			"query": {"sailPoint: {type: Search, search: {type: Access, query: 'name:reporter'}}", `"query":"name:reporter","type":"ACCESS"`},
		} {
			By(name)
			obj := &v1alpha1.AccessReview{}
			t.apply(ctx, atSailPoint(manifest(v1alpha1.KindAccessReview, name, "  duration: 336h\n  displayName: "+name+"\n  "+c.spec)))
			t.ready(ctx, obj, name)
			Expect(jsonOf(t.campaign(obj.Status.Remote.ID).Inputs)).To(ContainSubstring(atSailPoint(c.wire)))
			Expect(obj.Status.Deadline.Time).To(BeTemporally("~", time.Now().Add(336*time.Hour), time.Hour))
		}
		Expect(t.Rejections()).To(BeEmpty())
	})
})

var _ = Describe("an access review of SailPoint", func() {
	It("is generated, staged, started by the spec, closed after its deadline with the action that the spec names, and never made again", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AccessReview{}
		deadline := t.Now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
		render := func(start, spec string) string {
			return manifest(v1alpha1.KindAccessReview, "one", "  displayName: One\n  deadline: "+`"`+deadline+`"`+"\n  close: {mode: Automatic, undecided: Revoke}\n  start: {mode: "+start+"}\n"+
				"  scope: {users: {selected: [{email: ada@corp.example}]}}\n  sailPoint: {type: Search, search: {type: Identity}}\n"+spec)
		}
		t.apply(ctx, render("Manual", ""))
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonVendorWorking)
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewConfiguring)
		id := obj.Status.Remote.ID
		Expect(t.SetReviewState(id, "STAGED")).To(Succeed())
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewStaged)
		t.ready(ctx, obj, "one")
		Expect(obj.Status.StartedAt).To(BeNil())

		t.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(1) })
		t.apply(ctx, render("Immediate", ""))
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewRunning)
		t.ready(ctx, obj, "one")
		Expect(obj.Status.Remote.ID).To(Equal(id))
		eventually(ctx, func(g Gomega) {
			g.Expect(t.get(ctx, obj, "one")).To(Succeed())
			g.Expect(obj.Status.Progress).NotTo(BeNil())
			g.Expect(obj.Status.Progress.Total).To(BeNumerically(">", 0))
		}).Should(Succeed())

		By("sealing what the vendor takes no edits of")
		t.apply(ctx, render("Immediate", "  notifications: {kickoff: true}"))
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionAccepted, v1alpha1.ReasonSealedByVendor)).To(ContainSubstring("spec.notifications.kickoff"))
		t.apply(ctx, render("Immediate", ""))
		t.ready(ctx, obj, "one")
		t.wipe(ctx, obj, "one")
		t.ready(ctx, obj, "one")
		Expect(obj.Status.Remote.ID).To(Equal(id), "found again by its mark")

		By("ending it")
		t.Advance(120 * time.Hour)
		t.reviewState(ctx, obj, "one", v1alpha1.ReviewCompleted)
		Expect(jsonOf(t.campaign(id).Object)).To(ContainSubstring(`"status":"COMPLETED"`))
		completes := t.sent("POST", "/complete")
		Expect(completes).To(HaveLen(1))
		Expect(completes[0]).To(HaveKeyWithValue("autoCompleteAction", "REVOKE"))
		Expect(t.sent("POST", "/campaigns/v1")).To(HaveLen(1))
		Expect(t.Rejections()).To(BeEmpty())

		By("leaving it there")
		Expect(c.Delete(ctx, obj)).To(Succeed())
		t.gone(ctx, obj, "one")
		Expect(t.campaign(id).Object).NotTo(BeNil(), "a review that has started stays")
	})

	It("that hangs is reported, and not made a second time", func(ctx SpecContext) {
		t, obj := newTenantOf(ctx, v1alpha1.VendorSailPoint), &v1alpha1.AccessReview{}
		t.Configure(func(s *sandbox.Settings) {
			s.CampaignPace, s.Features[sailpoint.FeatureCampaignHangs] = sandbox.Duration(1), true
		})
		t.apply(ctx, subjectsOf(v1alpha1.VendorSailPoint)[2].manifest("one", "Hangs", ""))
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonVendorWorking)).To(ContainSubstring("PENDING"))
		Expect(t.condition(ctx, obj, "one", v1alpha1.ConditionReconciling)).NotTo(BeNil())
		t.wipe(ctx, obj, "one")
		t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonVendorWorking)
		Expect(t.sent("POST", "/campaigns/v1")).To(HaveLen(1))
	})

	It("of a profile that is in use says by whom, and stays until it is free", func(ctx SpecContext) {
		s := subjectsOf(v1alpha1.VendorSailPoint)[1]
		t, obj := s.tenant(ctx), &v1alpha1.AccessProfile{}
		t.apply(ctx, s.manifest("one", "Used", ""))
		t.ready(ctx, obj, "one")
		Expect(t.Edit(targetOf(obj), map[string]any{"usedBy": []any{sailpoint.SeedID("role", "Payroll clerk")}})).To(Succeed())
		Expect(c.Delete(ctx, obj)).To(Succeed())
		Expect(t.says(ctx, obj, "one", v1alpha1.ConditionSynced, v1alpha1.ReasonDeletionBlocked)).To(ContainSubstring("Payroll clerk"))
		t.there(ctx, obj, "one")
		t.edit(ctx, obj, "one", func() { obj.Spec.Management = &v1alpha1.Management{Deletion: v1alpha1.DeletionOrphan} })
		t.gone(ctx, obj, "one")
	})
})
