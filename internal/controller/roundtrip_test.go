package controller_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// wire is ConductorOne's JSON, with <kind:name> for the ids of the seed.
func wire(text string) string { return wireOf(conductorone.SeedID, text) }

func wireOf(seedID func(kind, name string) string, text string) string {
	return regexp.MustCompile(`<([a-z-]+):([^>]+)>`).ReplaceAllStringFunc(text, func(found string) string {
		kind, name, _ := strings.Cut(found[1:len(found)-1], ":")
		return seedID(kind, name)
	})
}

// without leaves members of an object out.
func without(object map[string]any, keys ...string) map[string]any {
	out := maps.Clone(object)
	for _, key := range keys {
		delete(out, key)
	}
	return out
}

// stored is what the vendor holds, without what it added itself.
func stored(object map[string]any, generated ...string) string {
	GinkgoHelper()
	out := without(object, append(generated, "id", "createdAt", "updatedAt")...)
	if annotations, ok := out["annotations"].(map[string]any); ok {
		annotations = maps.Clone(annotations)
		maps.DeleteFunc(annotations, func(key string, _ any) bool {
			return strings.HasPrefix(key, "governance-operator.io/") || strings.HasPrefix(key, "iac_") || key == "managed_by"
		})
		out["annotations"] = annotations
	}
	raw, err := json.Marshal(out)
	Expect(err).NotTo(HaveOccurred())
	return string(raw)
}

func jsonOf(value any) string {
	GinkgoHelper()
	raw, err := json.Marshal(value)
	Expect(err).NotTo(HaveOccurred())
	return string(raw)
}

func (t *tenant) entitlementDump(displayName string) conductorone.EntitlementDump {
	GinkgoHelper()
	all := t.dump().Entitlements
	at := slices.IndexFunc(all, func(e conductorone.EntitlementDump) bool { return e.Object["displayName"] == displayName })
	Expect(at).To(BeNumerically(">=", 0), "no entitlement %q", displayName)
	return all[at]
}

func (t *tenant) profileDump(displayName string) conductorone.ProfileDump {
	GinkgoHelper()
	all := t.dump().AccessProfiles
	at := slices.IndexFunc(all, func(p conductorone.ProfileDump) bool { return p.Object["displayName"] == displayName })
	Expect(at).To(BeNumerically(">=", 0), "no profile %q", displayName)
	return all[at]
}

// ways are all the ways to give access, with what the vendor gets.
var ways = []struct{ name, yaml, wire string }{
	{"connector", `connector: {}`, `{"connector":{}}`},
	{"connector by itself", `connector: {defaultBehavior: {connector: {name: GitHub connector}}}`, `{"connector":{"defaultBehavior":{"connectorId":"<connector:GitHub/GitHub connector>"}}}`},
	{"connector with an account", `connector: {account: {connector: {name: GitHub connector}, schemaID: person, config: {email: subject.email}, saveToVault: {vaultIDs: [<vault:Corporate vault>]}}}`,
		`{"connector":{"account":{"connectorId":"<connector:GitHub/GitHub connector>","schemaId":"person","config":{"email":"subject.email"},"saveToVault":{"vaultIds":["<vault:Corporate vault>"]}}}}`},
	{"connector with an account that is not kept", `connector: {account: {doNotSave: {}}}`, `{"connector":{"account":{"doNotSave":{}}}}`},
	{"connector that deletes", `connector: {deleteAccount: {connector: {name: GitHub connector}}}`, `{"connector":{"deleteAccount":{"connectorId":"<connector:GitHub/GitHub connector>"}}}`},
	{"manual", `manual: {instructions: Do it.}`, `{"manual":{"instructions":"Do it."}}`},
	{"manual, the old way", `manual: {instructions: Do it., users: [{email: ada@corp.example}]}`, `{"manual":{"instructions":"Do it.","userIds":["<user:ada@corp.example>"]}}`},
	{"manual by users", `manual: {assignee: {users: {users: [{email: ada@corp.example}], allowReassignment: true}}}`,
		`{"manual":{"assignee":{"users":{"userIds":["<user:ada@corp.example>"],"allowReassignment":true}}}}`},
	{"manual by app owners", `manual: {assignee: {appOwners: {fallbackUsers: [{email: ada@corp.example}], allowReassignment: true}}}`,
		`{"manual":{"assignee":{"appOwners":{"fallbackUserIds":["<user:ada@corp.example>"],"allowReassignment":true}}}}`},
	{"manual by a group", `manual: {assignee: {group: {entitlement: {app: {name: Okta}, name: Okta Engineering}, fallbackUsers: [{email: ada@corp.example}], allowReassignment: true}}}`,
		`{"manual":{"assignee":{"group":{"appId":"<app:Okta>","appGroupId":"<entitlement:Okta/Okta Engineering>","fallbackUserIds":["<user:ada@corp.example>"],"allowReassignment":true}}}}`},
	{"manual by the manager", `manual: {assignee: {manager: {fallbackUsers: [{email: ada@corp.example}], allowReassignment: true}}}`,
		`{"manual":{"assignee":{"manager":{"fallbackUserIds":["<user:ada@corp.example>"],"allowReassignment":true}}}}`},
	{"manual by a rule", `manual: {assignee: {expression: {expressions: ["appOwners"], fallbackUsers: [{email: ada@corp.example}], allowReassignment: true}}}`,
		`{"manual":{"assignee":{"expression":{"expressions":["appOwners"],"fallbackUserIds":["<user:ada@corp.example>"],"allowReassignment":true}}}}`},
	{"manual by entitlement owners", `manual: {assignee: {entitlementOwners: {fallbackUsers: [{email: ada@corp.example}], allowReassignment: true}}}`,
		`{"manual":{"assignee":{"entitlementOwners":{"fallbackUserIds":["<user:ada@corp.example>"],"allowReassignment":true}}}}`},
	{"delegated", `delegated: {entitlement: {app: {name: Okta}, name: Okta Everyone}, implicit: true}`, `{"delegated":{"appId":"<app:Okta>","entitlementId":"<entitlement:Okta/Okta Everyone>","implicit":true}}`},
	{"webhook", `webhook: {name: Provisioning hook}`, `{"webhook":{"webhookId":"<webhook:Provisioning hook>"}}`},
	{"several steps", `multiStep: {steps: [{webhook: {name: Audit hook}}, {multiStep: {steps: [{unconfigured: {}}, {connector: {}}]}}]}`,
		`{"multiStep":{"provisionSteps":[{"webhook":{"webhookId":"<webhook:Audit hook>"}},{"multiStep":{"provisionSteps":[{"unconfigured":{}},{"connector":{}}]}}]}}`},
	{"external ticket", `externalTicket: {app: {name: Okta}, connector: {name: Okta connector}, provisionerConfigID: desk, instructions: Ask.}`,
		`{"externalTicket":{"appId":"<app:Okta>","connectorId":"<connector:Okta/Okta connector>","externalTicketProvisionerConfigId":"desk","instructions":"Ask."}}`},
	{"nothing", `unconfigured: {}`, `{"unconfigured":{}}`},
	{"action", `action: {app: {name: Okta}, connector: {name: Okta connector}, actionName: unlock, displayName: Unlock}`,
		`{"action":{"appId":"<app:Okta>","connectorId":"<connector:Okta/Okta connector>","actionName":"unlock","displayName":"Unlock"}}`},
	{"device placement", `devicePlacement: {vaultBoundaryID: laptops}`, `{"devicePlacement":{"vaultBoundaryId":"laptops"}}`},
}

// scopes are all the choices of what a review looks at, with what the vendor gets.
var scopes = []struct{ name, yaml, wire string }{
	{"access to apps", `scope: {apps: {}}`, `{"appAccess":{}}`},
	{"chosen apps", `scope: {apps: {selected: [{name: Workday}]}}`, `{"specificResources":{}}`},
	{"apps by criteria", `scope: {apps: {criteria: {riskLevels: [{name: High}], complianceFrameworks: [{name: SOX}]}}}`,
		`{"appSelectionCriteria":{"riskLevelAttributeValueIds":["<risk-level:High>"],"complianceFrameworkAttributeValueIds":["<framework:SOX>"]}}`},
	{"entitlements", `scope: {entitlements: [{app: {name: Workday}, name: Viewer}]}`, `{"specificResources":{}}`},
	{"resource types", `scope: {resourceTypes: [{app: {name: GitHub}, type: {name: Team}}]}`, `{"resourceTypeSelections":{}}`},
	{"all users", `scope: {users: {all: {}}}`, `{"allUsers":{}}`},
	{"chosen users", `scope: {users: {selected: [{email: ada@corp.example}]}}`, `{"selectedUsers":{"userIds":["<user:ada@corp.example>"]}}`},
	{"users by criteria", `scope: {users: {criteria: {statuses: [Enabled, Disabled, Deleted, Unknown], managers: [{email: grace@corp.example}], excludedGroups: [{app: {name: Okta}, name: Okta Everyone}], profileAttributes: [{attribute: department, values: [Sales, Finance]}]}}}`,
		`{"userCriteria":{"userStatus":["ENABLED","DISABLED","DELETED","UNKNOWN"],"managerUserIds":["<user:grace@corp.example>"],"groupAppEntitlementsRef":[{"appId":"<app:Okta>","id":"<entitlement:Okta/Okta Everyone>"}],"multiUserProfileAttributes":{"department":{"values":[{"value":"Sales"},{"value":"Finance"}]}}}}`},
	{"users by a rule", `scope: {users: {expression: subject.department == "Finance"}}`, `{"celExpression":{"expression":"subject.department == \"Finance\""}}`},
	{"all accounts", `scope: {accounts: {all: {}}}`, `{"allAccounts":{}}`},
	{"accounts by criteria", `scope: {accounts: {criteria: {domain: Trusted, types: [User, ServiceAccount, SystemAccount], statuses: [Enabled, Disabled, Deleted], withoutOwner: true}}}`,
		`{"accountCriteria":{"accountDomain":"APP_USER_DOMAIN_TRUSTED","accountTypes":["APP_USER_TYPE_USER","APP_USER_TYPE_SERVICE_ACCOUNT","APP_USER_TYPE_SYSTEM_ACCOUNT"],"appUserStatuses":["APP_USER_STATUS_ENABLED","APP_USER_STATUS_DISABLED","APP_USER_STATUS_DELETED"],"noAccountOwner":true}}`},
	{"accounts by a rule", `scope: {accounts: {expression: subject.status.status == Status.ENABLED}}`, `{"accountCelExpression":{"expression":"subject.status.status == Status.ENABLED"}}`},
	{"all grants", `scope: {grants: {all: {}}}`, `{"allGrants":{}}`},
	{"young grants", `scope: {grants: {criteria: {daysSinceAdded: 30, daysSinceLastUsed: 10, source: Direct, type: Permanent, accessProfiles: {includeAll: {}}}}}`,
		`{"grantsByCriteria":{"daysSinceAdded":"2592000s","daysSinceLastUsed":"864000s","sourceFilter":"GRANT_SOURCE_FILTER_DIRECT","typeFilter":"GRANT_FILTER_TYPE_PERMANENT","accessProfileFilter":{"filterType":"ACCESS_PROFILE_FILTER_TYPE_INCLUDE_ALL"}}}`},
	{"grants not reviewed", `scope: {grants: {criteria: {daysSinceReviewed: 90, source: Inherited, type: Temporary, accessProfiles: {excludeAll: {}}}}}`,
		`{"grantsByCriteria":{"daysSinceReviewed":"7776000s","sourceFilter":"GRANT_SOURCE_FILTER_INHERITED","typeFilter":"GRANT_FILTER_TYPE_TEMPORARY","accessProfileFilter":{"filterType":"ACCESS_PROFILE_FILTER_TYPE_EXCLUDE_ALL"}}}`},
	{"grants of a year", `scope: {grants: {criteria: {addedBetween: {start: "2026-01-01T00:00:00Z", end: "2026-12-31T00:00:00Z"}}}}`,
		`{"grantsByCriteria":{"grantsAddedBetween":{"startDate":"2026-01-01T00:00:00Z","endDate":"2026-12-31T00:00:00Z"}}}`},
	{"grants of a profile", `scope: {grants: {criteria: {accessProfiles: {include: [{ref: {name: filter}}]}}}}`,
		`{"grantsByCriteria":{"accessProfileFilter":{"filterType":"ACCESS_PROFILE_FILTER_TYPE_INCLUDE_SPECIFIC","includedAccessProfileIds":["PROFILE-ID"]}}}`},
	{"grants of no profile", `scope: {grants: {criteria: {accessProfiles: {exclude: [{ref: {name: filter}}]}}}}`,
		`{"grantsByCriteria":{"accessProfileFilter":{"filterType":"ACCESS_PROFILE_FILTER_TYPE_EXCLUDE_SPECIFIC","excludedAccessProfileIds":["PROFILE-ID"]}}}`},
	{"all conflicts", `scope: {accessConflicts: {all: {}}}`, `{"allAccessConflicts":{}}`},
	{"chosen conflicts", `scope: {accessConflicts: {specific: {}}}`, `{"specificAccessConflicts":{}}`},
	{"a selection of resources", `conductorOne: {resourceSelection: {}, POLICY}`, `{"resourceSelection":{}}`},
	{"a selection of roles", `conductorOne: {scopeRoleSelection: {}, POLICY}`, `{"scopeRoleSelection":{}}`},
	{"all but some resources", `conductorOne: {excluded: {specificResources: {}}, POLICY}`, `{"excludedSpecificResources":{}}`},
	{"all but some types", `conductorOne: {excluded: {resourceTypes: {}}, POLICY}`, `{"excludedResourceTypeSelections":{}}`},
	{"users only", `conductorOne: {principalTypeFilter: Users, POLICY}`, `{"principalTypeFilter":"PRINCIPAL_TYPE_FILTER_USERS"}`},
}

var _ = Describe("what is written", func() {
	It("of an entitlement stands at ConductorOne, field by field", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AppEntitlement{}
		t.apply(ctx, wire(entitlement("one", inGitHub, "Full", `
  description: All of it.
  owners: [{email: ada@corp.example}, {id: <user:grace@corp.example>}]
  conductorOne:
    alias: full
    slug: admin
    purpose: Ownership
    resource: {type: {name: Repository}, name: website}
    policies: {grant: {name: Manager approval}, revoke: {name: Manual revoke}, certify: {name: Certify by app owner}, emergencyGrant: {name: Emergency access}}
    emergencyGrantEnabled: true
    maxGrantDuration: 720h
    riskLevel: {name: Critical}
    complianceFrameworks: [{name: SOC 2}, {id: "<framework:HIPAA>"}]
    provision: {connector: {}}
    deprovision: {webhook: {name: Audit hook}}
    overrideAccessRequestDefaults: true
    matchBatonID: baton
    requestSchemaID: <request-schema:Justification form>
    annotations: {cost_center: "4711"}`)))
		t.ready(ctx, obj, "one")
		got := t.entitlementDump("Full")
		Expect(stored(got.Object)).To(MatchJSON(wire(`{
			"displayName": "Full", "description": "All of it.", "alias": "full", "slug": "admin", "purpose": "APP_ENTITLEMENT_PURPOSE_VALUE_OWNERSHIP",
			"appId": "<app:GitHub>", "appResourceTypeId": "<resource-type:GitHub/Repository>", "appResourceId": "<resource:GitHub/Repository/website>",
			"grantPolicyId": "<policy:Manager approval>", "revokePolicyId": "<policy:Manual revoke>", "certifyPolicyId": "<policy:Certify by app owner>",
			"emergencyGrantPolicyId": "<policy:Emergency access>", "emergencyGrantEnabled": true, "durationGrant": "2592000s",
			"riskLevelValueId": "<risk-level:Critical>", "complianceFrameworkValueIds": ["<framework:SOC 2>", "<framework:HIPAA>"],
			"provisionerPolicy": {"connector": {}}, "deprovisionerPolicy": {"webhook": {"webhookId": "<webhook:Audit hook>"}},
			"overrideAccessRequestsDefaults": true, "matchBatonId": "baton", "requestSchemaId": "<request-schema:Justification form>",
			"annotations": {"cost_center": "4711"}, "isManuallyManaged": true}`)))
		Expect(got.Owners).To(ConsistOf(conductorone.SeedID("user", "ada@corp.example"), conductorone.SeedID("user", "grace@corp.example")))
		Expect(t.Rejections()).To(BeEmpty())

		t.edit(ctx, obj, "one", func() { obj.Spec.ConductorOne.MaxGrantDuration = v1alpha1.GrantUnlimited })
		t.ready(ctx, obj, "one")
		Expect(t.entitlementDump("Full").Object).NotTo(HaveKey("durationGrant"))
	})

	It("of every way to give and to take access stands at ConductorOne", func(ctx SpecContext) {
		t := newTenant(ctx)
		t.apply(ctx, wire(many(len(ways), func(i int) string {
			way := ways[i-1]
			return entitlement(fmt.Sprintf("way-%d", i), inGitHub, fmt.Sprintf("%q", "By "+way.name), "  conductorOne: {provision: {"+way.yaml+"}, deprovision: {"+way.yaml+"}}")
		})))
		for i, way := range ways {
			By(way.name)
			t.ready(ctx, &v1alpha1.AppEntitlement{}, fmt.Sprintf("way-%d", i+1))
			got := t.entitlementDump("By " + way.name).Object
			Expect(jsonOf(got["provisionerPolicy"])).To(MatchJSON(wire(way.wire)), "provision")
			if way.name != "nothing" { // It is what there is at first.
				Expect(jsonOf(got["deprovisionerPolicy"])).To(MatchJSON(wire(way.wire)), "deprovision")
			}
		}
		Expect(t.Rejections()).To(BeEmpty())
		t.ResetCalls()
		for i := range ways {
			t.reconcile(ctx, &v1alpha1.AppEntitlement{}, fmt.Sprintf("way-%d", i+1))
		}
		Expect(t.Counts().Writes).To(BeZero())
	})

	It("of a profile that starts from a cohort stands at ConductorOne, inputs included", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
		t.apply(ctx, wire(manifest(v1alpha1.KindAccessProfile, "one", `
  displayName: Cohort
  description: From a cohort.
  entitlements: [`+octoMember+`, {app: {id: <app:Workday>}, id: <entitlement:Workday/Viewer>}]
  membership: {expression: subject.department == "Finance", enabled: true, createTasks: true}
  conductorOne:
    cohort: {suggestionID: <suggestion:Engineering baseline>, profileFilters: [{attribute: department, values: [Engineering, Security]}]}`)))
		t.ready(ctx, obj, "one")
		got := t.profileDump("Cohort")
		inputs := maps.Clone(got.Inputs)
		description, mark := backend.SplitMark(inputs["description"].(string))
		Expect(mark.Token).To(Equal(tokenOf(obj)))
		inputs["description"] = description
		Expect(stored(inputs)).To(MatchJSON(wire(`{
			"displayName": "Cohort", "description": "From a cohort.", "celExpression": "subject.department == \"Finance\"", "createTasks": true, "enableAutomation": false,
			"entitlements": [{"appId": "<app:GitHub>", "entitlementId": "<entitlement:GitHub/octo-org Member>"}, {"appId": "<app:Workday>", "entitlementId": "<entitlement:Workday/Viewer>"}],
			"profileFilters": [{"attribute": "department", "values": ["Engineering", "Security"]}], "suggestionId": "<suggestion:Engineering baseline>"}`)))
		Expect(got.Object["description"]).To(Equal("From a cohort."))
		Expect(got.Automation).To(HaveKeyWithValue("enabled", true), "the rule is switched on when everything else is as written")
		Expect(obj.Status.Remote.ID).To(Equal(got.Object["id"]))
		Expect(obj.Status.CELExpression).To(Equal(`subject.department == "Finance"`))
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("of a profile and all that belongs to it stands at ConductorOne", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessProfile{}
		t.apply(ctx, wire(manifest(v1alpha1.KindAccessProfile, "one", `
  displayName: Full
  description: All of it.
  entitlements: [`+viewer+`]
  requestable: true
  membership: {expression: subject.department == "Finance", enabled: true, createTasks: false}
  conductorOne:
    visibleToEveryone: false
    visibleTo: [{app: {name: Okta}, name: Okta Everyone}]
    requestBundle: true
    enrollmentBehavior: BypassEntitlementRequestPolicy
    unenrollmentBehavior: RevokeUnjustified
    unenrollmentEntitlementBehavior: Enforce
    createRequests: true
    automation: {disableCircuitBreaker: true, enforceOnSmallProfiles: true, removedMembersThresholdPercent: 20}
    policies: {grant: {name: Manager approval}, revoke: {name: Auto revoke}}
    maxGrantDuration: 24h
    annotations: {team: payroll}`)))
		t.ready(ctx, obj, "one")
		got := t.profileDump("Full")
		Expect(stored(got.Object, "createdByUserId")).To(MatchJSON(`{
			"displayName": "Full", "description": "All of it.", "published": true, "visibleToEveryone": false, "requestBundle": true,
			"enrollmentBehavior": "REQUEST_CATALOG_ENROLLMENT_BEHAVIOR_BYPASS_ENTITLEMENT_REQUEST_POLICY",
			"unenrollmentBehavior": "REQUEST_CATALOG_UNENROLLMENT_BEHAVIOR_REVOKE_UNJUSTIFIED",
			"unenrollmentEntitlementBehavior": "REQUEST_CATALOG_UNENROLLMENT_ENTITLEMENT_BEHAVIOR_ENFORCE",
			"annotations": {"team": "payroll"}}`))
		Expect(jsonOf(got.Entries)).To(MatchJSON(wire(`[{"appId": "<app:Workday>", "id": "<entitlement:Workday/Viewer>"}]`)))
		Expect(jsonOf(got.Visibility)).To(MatchJSON(wire(`[{"appId": "<app:Okta>", "id": "<entitlement:Okta/Okta Everyone>"}]`)))
		Expect(stored(got.Automation, "requestCatalogId", "tenantId", "state", "circuitBreaker")).To(MatchJSON(`{
			"cel": {"expression": "subject.department == \"Finance\""}, "enabled": true, "createTasks": false,
			"disableCircuitBreaker": true, "enforceOnSmallProfiles": true, "removedMembersThresholdPercent": "20"}`))
		all := t.dump().Entitlements
		own := all[slices.IndexFunc(all, func(e conductorone.EntitlementDump) bool { return e.Object["id"] == obj.Status.Remote.ID })].Object
		Expect(own["grantPolicyId"]).To(Equal(conductorone.SeedID("policy", "Manager approval")))
		Expect(own["revokePolicyId"]).To(Equal(conductorone.SeedID("policy", "Auto revoke")))
		Expect(own["durationGrant"]).To(Equal("86400s"))
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("of a review stands at ConductorOne, field by field", func(ctx SpecContext) {
		t, obj := newTenant(ctx), &v1alpha1.AccessReview{}
		t.Configure(func(s *sandbox.Settings) { s.Features["eSignature"] = true })
		t.apply(ctx, wire(manifest(v1alpha1.KindAccessReview, "one", `
  displayName: Full
  description: All of it.
  owners: [{email: ada@corp.example}, {id: <user:grace@corp.example>}]
  deadline: "2031-01-01T00:00:00Z"
  start: {mode: Scheduled, at: "2030-12-01T00:00:00Z"}
  close: {mode: Automatic, undecided: Revoke}
  notifications: {kickoff: true, reminders: true, close: true}
  scope: {entitlements: [`+octoMember+`, `+viewer+`], users: {all: {}}, accounts: {all: {}}, grants: {all: {}}}
  conductorOne:
    policy: {name: Certify by app owner}
    scopeType: ByEntitlements
    defaultView: ByUser
    reviewInstructions: Look twice.
    columns: [{builtin: Account}, {attribute: costCenter}]
    signature: {required: true, meaning: I stand by it., stepUpProvider: {name: Corporate step-up}, tspURL: https://tsp.corp.example}
    autoGenerateReport: true
    autoResolve: true
    usePolicyOverride: true
    exemptCertifiedAccessConflicts: true
    accuracyIssueAction: Wait
    reviewerAttributes: [{app: {name: Workday}, attribute: costCenter}]`)))
		t.ready(ctx, obj, "one")
		got := t.dumped(obj.Status.Remote.ID)
		object := maps.Clone(got.Object)
		object["description"], _ = backend.SplitMark(object["description"].(string))
		Expect(stored(object, "createdById", "scopingVersion", "state")).To(MatchJSON(wire(`{
			"displayName": "Full", "description": "All of it.", "completionDate": "2031-01-01T00:00:00Z", "autoStartCampaign": true, "scheduledStartDate": "2030-12-01T00:00:00Z",
			"autoCloseCampaign": true, "autoCloseDecision": "CLOSE_DECISION_REVOKED", "notificationConfig": {"sendKickoff": true, "sendReminders": true, "sendClose": true},
			"policyId": "<policy:Certify by app owner>", "scopeType": "ACCESS_REVIEW_SCOPE_TYPE_BY_ENTITLEMENTS", "defaultView": "ACCESS_REVIEW_VIEW_TYPE_BY_USER",
			"scopeV2": {"specificResources": {}, "allUsers": {}, "allAccounts": {}, "allGrants": {}}, "reviewInstructions": "Look twice.",
			"columnConfig": {"orderedColumns": [{"builtin": "ACCESS_REVIEW_TASK_COLUMN_ACCOUNT"}, {"appUserAttributeKey": "costCenter"}]},
			"signatureConfig": {"requireSignature": true, "meaningOfSignature": "I stand by it.", "stepUpProviderId": "<step-up:Corporate step-up>", "tspUrl": "https://tsp.corp.example"},
			"autoGenerateReport": true, "autoResolve": true, "usePolicyOverride": true, "exemptCertifiedAccessConflicts": true, "accuracyIssueAction": "ACCURACY_ISSUE_ACTION_WAIT",
			"reviewerAttributeConfig": {"bindings": [{"appId": "<app:Workday>", "attributeKey": "costCenter"}]}}`)))
		Expect(jsonOf(got.Inputs["ownerIds"])).To(MatchJSON(wire(`["<user:ada@corp.example>", "<user:grace@corp.example>"]`)))
		Expect(got.Inputs["policyId"]).To(Equal(conductorone.SeedID("policy", "Certify by app owner")))
		Expect(got.Inputs["notificationConfig"]).To(HaveLen(3))
		Expect(t.attachedTo(obj.Status.Remote.ID)).To(ConsistOf("octo-org Member", "Viewer"))
		Expect(t.Rejections()).To(BeEmpty())
	})

	It("of every choice of what a review looks at stands at ConductorOne", func(ctx SpecContext) {
		t, profile := newTenant(ctx), &v1alpha1.AccessProfile{}
		t.apply(ctx, manifest(v1alpha1.KindAccessProfile, "filter", "", "  displayName: Filter"))
		t.ready(ctx, profile, "filter")
		const policy = "policy: {name: Certify by manager}"
		t.apply(ctx, many(len(scopes), func(i int) string {
			choice := scopes[i-1]
			m := subjects[2].manifest(fmt.Sprintf("scope-%d", i), fmt.Sprintf("%q", "By "+choice.name), "")
			if strings.HasPrefix(choice.yaml, "conductorOne:") {
				return strings.ReplaceAll(m, "conductorOne: {"+policy+"}", strings.ReplaceAll(choice.yaml, "POLICY", policy))
			}
			return m + "  " + choice.yaml
		}))
		for i, choice := range scopes {
			By(choice.name)
			obj := &v1alpha1.AccessReview{}
			t.ready(ctx, obj, fmt.Sprintf("scope-%d", i+1))
			want := strings.ReplaceAll(wire(choice.wire), "PROFILE-ID", profile.Status.Remote.ID)
			Expect(jsonOf(t.dumped(obj.Status.Remote.ID).Object["scopeV2"])).To(MatchJSON(want))
			if choice.name == "resource types" {
				Expect(jsonOf(t.dumped(obj.Status.Remote.ID).ResourceTypeSelections)).To(MatchJSON(wire(`[{"appId":"<app:GitHub>","resourceTypeId":"<resource-type:GitHub/Team>"}]`)))
			}
		}
		Expect(t.Rejections()).To(BeEmpty())
		t.ResetCalls()
		for i := range scopes {
			t.reconcile(ctx, &v1alpha1.AccessReview{}, fmt.Sprintf("scope-%d", i+1))
		}
		Expect(t.Counts().Writes).To(BeZero())
	})

	It("of a review that copies another names that one", func(ctx SpecContext) {
		t, first, second := newTenant(ctx), &v1alpha1.AccessReview{}, &v1alpha1.AccessReview{}
		t.apply(ctx, review("one", "One", ""))
		t.ready(ctx, first, "one")
		t.apply(ctx, strings.ReplaceAll(subjects[2].manifest("two", "Two", ""), "conductorOne: {", "conductorOne: {duplicateFrom: {ref: {name: one}}, "))
		eventually(ctx, func() int { return live(reviewObjects(t), "Two") }).Should(Equal(1))
		t.says(ctx, second, "two", v1alpha1.ConditionSynced, v1alpha1.ReasonVendorWorking)
		Expect(t.dumped(second.Status.Remote.ID).Inputs["duplicateFrom"]).To(Equal(first.Status.Remote.ID))
	})
})
