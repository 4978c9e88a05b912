package crd_test

import (
	"fmt"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

const (
	workflowAlone  = "a Workflow approves alone: it cannot be mixed with other steps"
	groupBelongs   = "group belongs to the approver GovernanceGroup: write both or neither"
	groupsBelong   = "group belongs to the approvers GovernanceGroup and AdditionalGovernanceGroup: write both or neither"
	userBelongs    = "user belongs to the approver AdditionalOwner: write both or neither"
	flowBelongs    = "workflowID belongs to the approver Workflow: write both or neither"
	joinsChildren  = "And and Or need children, and nothing else has them"
	comparesOne    = "attribute belongs to Equals, NotEquals, Contains and Has, which need it"
	comparesWith   = "value belongs to Equals, NotEquals and Contains, which need it"
	enabledNeeds   = "sailPoint.enabled needs at least one entitlement"
	descriptionMax = "description can have at most 1773 characters at SailPoint: it takes 2000, and the ownership marker needs 227"
	refOrEntity    = "write ref (an AppEntitlement in this namespace), or entityType, datasource and entityID"
	needsSource    = "sailPoint.type SourceOwner and MachineAccount need scope.apps.selected: the sources"
	someReviewer   = "write at least one of usersManager, resourceManagers and reviewers"
)

// oneBlock is said of a spec with the blocks of two vendors, out of those that the kind has.
func oneBlock(kind string) string {
	var names []string
	for _, v := range vendors.Specs() {
		block := map[string]backend.Block{
			v1alpha1.KindAppEntitlement: v.Entitlements.Block.Type, v1alpha1.KindAccessProfile: v.Profiles.Block.Type, v1alpha1.KindAccessReview: v.Reviews.Block.Type,
		}[kind]
		if block != nil {
			names = append(names, block.BlockName())
		}
	}
	last := len(names) - 1
	return "write at most one of " + strings.Join(names[:last], ", ") + " and " + names[last] + ": the backend's vendor"
}

// knownVendors are those that a backend may have.
func knownVendors() string {
	var names []string
	for _, v := range vendors.All() {
		names = append(names, fmt.Sprintf("%q", v.Name))
	}
	return strings.Join(names, ", ")
}

var vendorBackendRules = map[string]rule{
	"a backend of SailPoint chooses its paths": {"GovernanceBackend", `{vendor: SailPoint, sailPoint: {apiStyle: V2025}}`, nil},
	"other backends do not":                    {"GovernanceBackend", `{sailPoint: {apiStyle: V2025}}`, refused("spec: sailPoint belongs to vendor SailPoint")},
	"paths are of known families": {"GovernanceBackend", `{vendor: SailPoint, sailPoint: {apiStyle: V1}}`,
		refused(`spec.sailPoint.apiStyle: Unsupported value: "V1": supported values: "PerService", "V2024", "V2025", "V2026"`)},
	"a backend of Veza allows what was tried": {"GovernanceBackend", `{vendor: Veza, veza: {allow: [DeleteProfile, PublishDraft]}}`, nil},
	"a tenant may have less than its vendor":  {"GovernanceBackend", `{capabilities: {overrides: [{kind: AccessProfile, capability: MarksReadBack}, {kind: AccessReview, capability: MarksReadBack}]}}`, nil},
	"what can be taken away has a name": {"GovernanceBackend", `{capabilities: {overrides: [{kind: AccessProfile, capability: Invent}]}}`,
		refused(`spec.capabilities.overrides[0].capability: Unsupported value: "Invent": supported values: "Create", "Update", "Delete", "Retire", "MarksReadBack", "CurrentLists", "NameSearch"`)},
	"it is taken from a kind that is there": {"GovernanceBackend", `{capabilities: {overrides: [{kind: App, capability: Create}]}}`,
		refused(`spec.capabilities.overrides[0].kind: Unsupported value: "App": supported values: "AppEntitlement", "AccessProfile", "AccessReview"`)},
	"it is taken away once": {"GovernanceBackend", `{capabilities: {overrides: [{kind: AccessProfile, capability: Create}, {kind: AccessProfile, capability: Create}]}}`,
		refused(`spec.capabilities.overrides[1]: Duplicate value: {"capability":"Create","kind":"AccessProfile"}`)},
	"other backends have nothing to allow": {"GovernanceBackend", `{veza: {allow: [DeleteProfile]}}`, refused("spec: veza belongs to vendor Veza")},
}

var vendorEntitlementRules = map[string]rule{
	"an entitlement is of one vendor": {"AppEntitlement", `{conductorOne: {}, veza: {entityType: A}, displayName: a}`, refused("spec: " + oneBlock(v1alpha1.KindAppEntitlement))},
	"an entitlement of SailPoint says which it is": {"AppEntitlement", `{sailPoint: {privileged: true}}`,
		refused("spec: write sailPoint.match or remoteID, to identify the entitlement")},
	"an entitlement of SailPoint may be known by its id": {"AppEntitlement", `{remoteID: a, sailPoint: {privileged: true}}`, nil},
	"an entitlement of SailPoint in full": {"AppEntitlement", `{owners: [{email: a@b}], requestable: true, sailPoint: {match: {attribute: memberOf, value: "CN=a", type: group},
		onNotFound: Aggregate, privilegeLevel: High, segments: [{name: s}], accessRequestConfig: {requestCommentRequired: true, denialCommentRequired: true,
		reauthorizationRequired: false, requireEndDate: true, maxPermittedAccessDuration: {value: 5, unit: Days}, formDefinitionID: "",
		approvalSchemes: [{approver: EntitlementOwner}, {approver: GovernanceGroup, group: {name: g}}]}, revocationRequestConfig: {approvalSchemes: [{approver: Workflow, workflowID: w}]}}}`, nil},
	"no longest duration is a wish": {"AppEntitlement", `{sailPoint: {match: {attribute: a, value: b}, accessRequestConfig: {maxPermittedAccessDuration: {none: {}}}}}`, nil},
	"a longest duration has a unit": {"AppEntitlement", `{sailPoint: {match: {attribute: a, value: b}, accessRequestConfig: {maxPermittedAccessDuration: {value: 5}}}}`,
		refused("spec.sailPoint.accessRequestConfig.maxPermittedAccessDuration: write value and unit, or none")},
	"a longest duration is none or some": {"AppEntitlement", `{sailPoint: {match: {attribute: a, value: b}, accessRequestConfig: {maxPermittedAccessDuration: {none: {}, value: 5, unit: Days}}}}`,
		refused("spec.sailPoint.accessRequestConfig.maxPermittedAccessDuration: write value and unit, or none")},
	"privilege is said once": {"AppEntitlement", `{sailPoint: {match: {attribute: a, value: b}, privileged: true, privilegeLevel: High}}`,
		refused("spec.sailPoint: write at most one of privileged and privilegeLevel")},
	"a workflow approves an entitlement alone": {"AppEntitlement",
		`{sailPoint: {match: {attribute: a, value: b}, accessRequestConfig: {approvalSchemes: [{approver: Manager}, {approver: Workflow, workflowID: w}]}}}`,
		refused("spec.sailPoint.accessRequestConfig.approvalSchemes: " + workflowAlone)},
	"an entitlement's approving group is named": {"AppEntitlement",
		`{sailPoint: {match: {attribute: a, value: b}, accessRequestConfig: {approvalSchemes: [{approver: GovernanceGroup}]}}}`,
		refused("spec.sailPoint.accessRequestConfig.approvalSchemes[0]: " + groupBelongs)},
	"only a workflow has a workflow's id": {"AppEntitlement",
		`{sailPoint: {match: {attribute: a, value: b}, revocationRequestConfig: {approvalSchemes: [{approver: Manager, workflowID: w}]}}}`,
		refused("spec.sailPoint.revocationRequestConfig.approvalSchemes[0]: " + flowBelongs)},
	"an entity of Veza needs something to go by": {"AppEntitlement", `{veza: {entityType: OktaGroup}}`,
		refused("spec: write veza.match, displayName or remoteID, to identify the entity")},
	"an entity of Veza goes by its name": {"AppEntitlement", `{displayName: AI Team, veza: {entityType: OktaGroup}}`, nil},
	"an entity is matched in one way":    {"AppEntitlement", `{veza: {entityType: OktaGroup, match: {id: a, name: b}}}`, refused("spec.veza.match: " + idOrName)},
	"an entity type is one word": {"AppEntitlement", `{veza: {entityType: "Okta/Group", match: {id: a}}}`,
		refused("spec.veza.entityType: spec.veza.entityType in body should match '^[A-Za-z][A-Za-z0-9_.]*$'")},
}

func sailPointProfile(more string) string {
	return `{displayName: p, owners: [{id: o}], entitlements: [{ref: {name: e}}], sailPoint: {source: {name: s}, ` + more + `}}`
}

func criteria(text string) string { return sailPointProfile(`provisioningCriteria: ` + text) }

var vendorProfileRules = map[string]rule{
	"a profile is of one vendor":       {"AccessProfile", `{sailPoint: {source: {name: s}}, veza: {profileType: {name: p}}}`, refused("spec: " + oneBlock(v1alpha1.KindAccessProfile))},
	"a profile of SailPoint":           {"AccessProfile", sailPointProfile(`enabled: true`), nil},
	"a profile of SailPoint has one":   {"AccessProfile", `{sailPoint: {enabled: false}}`, refused("spec.sailPoint.source: Required value")},
	"a profile in force gives access":  {"AccessProfile", `{entitlements: [], sailPoint: {source: {name: s}, enabled: true}}`, refused("spec: " + enabledNeeds)},
	"a new profile in force, too":      {"AccessProfile", `{sailPoint: {source: {name: s}, enabled: true}}`, refused("spec: " + enabledNeeds)},
	"an adopted one may have its own":  {"AccessProfile", `{management: {creation: Adopt}, sailPoint: {source: {name: s}, enabled: true}}`, nil},
	"a description leaves room":        {"AccessProfile", `{description: "` + strings.Repeat("é", 1773) + `", sailPoint: {source: {name: s}}}`, nil},
	"a description that leaves none":   {"AccessProfile", `{description: "` + strings.Repeat("é", 1774) + `", sailPoint: {source: {name: s}}}`, refused("spec: " + descriptionMax)},
	"a workflow approves alone":        {"AccessProfile", sailPointProfile(`accessRequestConfig: {approvalSchemes: [{approver: Workflow, workflowID: w}, {approver: Owner}]}`), refused("spec.sailPoint.accessRequestConfig.approvalSchemes: " + workflowAlone)},
	"an approving group is named":      {"AccessProfile", sailPointProfile(`revocationRequestConfig: {approvalSchemes: [{approver: AdditionalGovernanceGroup}]}`), refused("spec.sailPoint.revocationRequestConfig.approvalSchemes[0]: " + groupsBelong)},
	"an approving owner is named":      {"AccessProfile", sailPointProfile(`accessRequestConfig: {approvalSchemes: [{approver: AdditionalOwner}]}`), refused("spec.sailPoint.accessRequestConfig.approvalSchemes[0]: " + userBelongs)},
	"an approving workflow has its id": {"AccessProfile", sailPointProfile(`accessRequestConfig: {approvalSchemes: [{approver: Workflow}]}`), refused("spec.sailPoint.accessRequestConfig.approvalSchemes[0]: " + flowBelongs)},
	"nine kinds of approvers": {"AccessProfile", sailPointProfile(`accessRequestConfig: {approvalSchemes: [{approver: AppOwner}, {approver: Owner}, {approver: SourceOwner}, {approver: Manager},
		{approver: GovernanceGroup, group: {name: g}}, {approver: AllOwners}, {approver: AdditionalOwner, user: {id: u}}, {approver: AdditionalGovernanceGroup, group: {id: g}}]}`), nil},
	"criteria of three levels": {"AccessProfile", criteria(`{operation: Or, children: [{operation: And, children: [{operation: Contains, attribute: dn, value: useast},
		{operation: Has, attribute: manager}]}, {operation: Equals, attribute: dn, value: ""}]}`), nil},
	"criteria have no fourth level": {"AccessProfile", criteria(`{operation: Or, children: [{operation: And, children: [{operation: And, attribute: a}]}]}`),
		refused("spec.sailPoint.provisioningCriteria.children[0].children[0]: provisioningCriteria have three levels at most: the third compares")},
	"criteria that join have children":  {"AccessProfile", criteria(`{operation: And}`), refused("spec.sailPoint.provisioningCriteria: " + joinsChildren)},
	"criteria that join do not compare": {"AccessProfile", criteria(`{operation: And, attribute: a, children: [{operation: Has, attribute: b}]}`), refused("spec.sailPoint.provisioningCriteria: " + comparesOne)},
	"a comparison has a value":          {"AccessProfile", criteria(`{operation: And, children: [{operation: Equals, attribute: b}]}`), refused("spec.sailPoint.provisioningCriteria.children[0]: " + comparesWith)},
	"having is no comparison":           {"AccessProfile", criteria(`{operation: Has, attribute: b, value: c}`), refused("spec.sailPoint.provisioningCriteria: " + comparesWith)},

	"a profile of Veza in full": {"AccessProfile", `{displayName: p, inherits: [{id: b}], veza: {profileType: {name: Profile}, state: Running, relationships: [{ref: {name: e}, grantBy: POLICY},
		{entityType: SalesforceGroup, datasource: {name: d}, entityID: "a:b", assignedTo: {entityType: X, entityID: yy}, createdByAccessProfile: true, customProperties: {a: b},
		syncIdentityAction: {policyID: p, name: nn}, condition: {type: T, expression: e}}], labels: [a], accessRequestPolicyID: p, applicationDatasource: {name: d},
		applicationSyncIdentityAction: {policyID: p, name: nn}, customProperties: {a: b}, requireApprovalToStart: true, catalogItem: {name: nn, recommended: true}, members: [m], publish: Automatic}}`, nil},
	"a profile of Veza has a type":     {"AccessProfile", `{veza: {state: Running}}`, refused("spec.veza.profileType: Required value")},
	"an action needs its datasource":   {"AccessProfile", `{veza: {profileType: {name: p}, applicationSyncIdentityAction: {policyID: p, name: nn}}}`, refused("spec.veza: applicationSyncIdentityAction needs applicationDatasource")},
	"no action needs no datasource":    {"AccessProfile", `{veza: {profileType: {name: p}, applicationDatasource: {none: {}}, applicationSyncIdentityAction: {none: {}}}}`, nil},
	"an action needs a datasource":     {"AccessProfile", `{veza: {profileType: {name: p}, applicationDatasource: {none: {}}, applicationSyncIdentityAction: {policyID: p, name: nn}}}`, refused("spec.veza: applicationSyncIdentityAction needs applicationDatasource")},
	"an action is named in full":       {"AccessProfile", `{veza: {profileType: {name: p}, applicationDatasource: {name: d}, applicationSyncIdentityAction: {policyID: p}}}`, refused("spec.veza.applicationSyncIdentityAction: write policyID and name, or none")},
	"no condition is a wish":           {"AccessProfile", `{veza: {profileType: {name: p}, relationships: [{ref: {name: a}, condition: {none: {}}, syncIdentityAction: {none: {}}}]}}`, nil},
	"a condition is none or some":      {"AccessProfile", `{veza: {profileType: {name: p}, relationships: [{ref: {name: a}, condition: {none: {}, expression: e}}]}}`, refused("spec.veza.relationships[0].condition: write expression, or none alone")},
	"labels of ours are reserved":      {"AccessProfile", `{veza: {profileType: {name: p}, labels: [governance-operator.io/x]}}`, refused("spec.veza.labels: labels under governance-operator.io/ are reserved")},
	"properties have names":            {"AccessProfile", `{veza: {profileType: {name: p}, customProperties: {"": a}}}`, refused("spec.veza.customProperties: a property has a name of at most 128 characters")},
	"a relationship is to one thing":   {"AccessProfile", `{veza: {profileType: {name: p}, relationships: [{ref: {name: a}, entityType: B}]}}`, refused("spec.veza.relationships[0]: " + refOrEntity)},
	"a relationship is to a whole one": {"AccessProfile", `{veza: {profileType: {name: p}, relationships: [{entityType: B, entityID: c}]}}`, refused("spec.veza.relationships[0]: " + refOrEntity)},
}

func sailPointReview(more string) string {
	return `{displayName: r, duration: 336h, sailPoint: ` + more + `}`
}

var vendorReviewRules = map[string]rule{
	"a review is of one vendor":           {"AccessReview", `{duration: 336h, sailPoint: {type: Manager}, veza: {configuration: {name: c}}}`, refused("spec: " + oneBlock(v1alpha1.KindAccessReview))},
	"a review of SailPoint has an end":    {"AccessReview", `{sailPoint: {type: Manager}}`, refused("spec: SailPoint starts no review without an end: write deadline or duration")},
	"a review by managers":                {"AccessReview", sailPointReview(`{type: Manager}`), nil},
	"a review by source owners, of which": {"AccessReview", sailPointReview(`{type: SourceOwner, correlatedStatus: Uncorrelated}`), refused("spec: " + needsSource)},
	"a review of a search": {"AccessReview", `{duration: 336h, reviewer: {group: {name: g}}, scope: {users: {selected: [{id: u}]}, entitlements: [{ref: {name: e}}]},
		sailPoint: {type: Search, search: {type: Identity, constraints: [{type: Role, ids: [r]}]}}}`, nil},
	"a search belongs to its type":    {"AccessReview", sailPointReview(`{type: Search}`), refused("spec.sailPoint: search belongs to type Search: write both or neither")},
	"roles belong to their type":      {"AccessReview", sailPointReview(`{type: Manager, roleComposition: {remediator: {id: u}}}`), refused("spec.sailPoint: roleComposition belongs to type RoleComposition: write both or neither")},
	"correlation belongs to sources":  {"AccessReview", sailPointReview(`{type: Manager, correlatedStatus: Correlated}`), refused("spec.sailPoint: correlatedStatus belongs to type SourceOwner")},
	"roles are found in one way":      {"AccessReview", sailPointReview(`{type: RoleComposition, roleComposition: {remediator: {id: u}, roleIDs: [a], query: b}}`), refused("spec.sailPoint.roleComposition: write at most one of roleIDs and query")},
	"people are found in one way":     {"AccessReview", `{duration: 336h, scope: {users: {selected: [{id: u}]}}, sailPoint: {type: Search, search: {type: Identity, query: q}}}`, refused("spec: sailPoint.search.query and scope.users exclude each other")},
	"a zone is an offset":             {"AccessReview", sailPointReview(`{type: Manager, timeZone: CET}`), refused(`spec.sailPoint.timeZone: spec.sailPoint.timeZone in body should match '^(Z|[+-]\d{2}(:?\d{2})?)$'`)},
	"a review of Veza in full":        {"AccessReview", `{displayName: r, description: d, reviewer: {users: [{email: a@b}]}, start: {mode: Immediate}, veza: {configuration: {name: c}, dataSource: GivenSnapshot, snapshotID: 1, secondLevelAssignment: {usersManager: true}, automationIDs: [a], finalApprovalLevel: 2, dynamicInformation: {identities: [{id: i, type: OktaUser}]}}}`, nil},
	"a review of Veza runs something": {"AccessReview", `{veza: {}}`, refused("spec.veza.configuration: Required value")},
	"a snapshot is given with its id": {"AccessReview", `{veza: {configuration: {name: c}, dataSource: GivenSnapshot}}`, refused("spec.veza: snapshotID belongs to dataSource GivenSnapshot: write both or neither")},
	"reviewers are said once":         {"AccessReview", `{reviewer: {manager: {}}, veza: {configuration: {name: c}, reviewerAssignment: {usersManager: true}}}`, refused("spec: write at most one of reviewer and veza.reviewerAssignment")},
	"somebody reviews":                {"AccessReview", `{veza: {configuration: {name: c}, reviewerAssignment: {}}}`, refused("spec.veza.reviewerAssignment: " + someReviewer)},
	"notes are said once":             {"AccessReview", `{description: d, veza: {configuration: {name: c}, notes: text}}`, refused("spec: write at most one of description and veza.notes: Veza keeps one text")},
}

const (
	sourceFixed        = "spec: sailPoint.source cannot be removed or changed: a profile stays at its source; delete and apply"
	typeFixed          = "spec: veza.profileType cannot be removed or changed: a profile keeps its type; delete and apply"
	configurationFixed = "spec: veza.configuration cannot be removed or changed: a review is a run of it; delete and apply"
)

var vendorHistories = map[string]history{
	"a profile stays at its source": {"AccessProfile", `{sailPoint: {source: {id: a}}}`, []edit{
		{`{sailPoint: {source: {id: b}}}`, refused(sourceFixed)},
		{`{sailPoint: null}`, refused(sourceFixed)},
		{`{sailPoint: {source: {id: null, name: nn}}}`, nil},
	}},
	"a profile keeps its type": {"AccessProfile", `{veza: {profileType: {id: a}}}`, []edit{
		{`{veza: {profileType: {id: b}}}`, refused(typeFixed)},
		{`{veza: null}`, refused(typeFixed)},
		{`{veza: {profileType: {id: null, name: nn}}}`, nil},
	}},
	"a review stays a run of its configuration": {"AccessReview", `{veza: {configuration: {id: a}}}`, []edit{
		{`{veza: {configuration: {id: b}}}`, refused(configurationFixed)},
		{`{veza: null}`, refused(configurationFixed)},
		{`{start: {mode: Immediate}}`, nil},
	}},
}
