package crd_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// minimal is the least spec that each kind accepts. The cases below are laid over it.
var minimal = map[string]string{
	"GovernanceBackend":        `{vendor: ConductorOne, endpoint: "https://acme.conductor.one", credentials: {secretRef: {name: s}}}`,
	"ClusterGovernanceBackend": `{vendor: ConductorOne, endpoint: "https://acme.conductor.one", credentials: {secretRef: {name: s}}}`,
	"AppEntitlement":           `{backendRef: {name: b}, app: {name: GitHub}, management: {creation: Adopt}}`,
	"AccessProfile":            `{backendRef: {name: b}}`,
	"AccessReview":             `{backendRef: {name: b}}`,
}

// rule is one thing that a schema says. No words: the object is accepted.
type rule struct {
	kind string
	// spec is laid over the minimal one as a JSON merge patch; null takes a field away.
	spec string
	// want is the refusal, "field: message" each.
	want []string
}

func refused(lines ...string) []string { return lines }

const (
	idOrName      = "write exactly one of id and name"
	idOrEmail     = "write exactly one of id and email"
	refOrApp      = "write exactly one of ref (an AppEntitlement in this namespace) and app (an entitlement at the vendor)"
	besideApp     = "beside app, write exactly one of id and name; beside ref, neither"
	nineWays      = "write exactly one of connector, manual, delegated, webhook, multiStep, externalTicket, unconfigured, action and devicePlacement"
	eightWays     = "write exactly one of connector, manual, delegated, webhook, externalTicket, unconfigured, action and devicePlacement"
	sixAssignees  = "write exactly one of users, appOwners, group, manager, expression and entitlementOwners"
	badEndpoint   = "endpoint must be https:// or http:// with a host, an optional port and nothing after it, for example https://acme.conductor.one"
	needsRule     = "membership.enabled needs a rule: membership.expression, conductorOne.automation.entitlements or conductorOne.cohort.profileFilters"
	durationWords = "write a length of time such as 720h, 30d or 1h30m"
	grantWords    = durationWords + ", or Unlimited"
	timeWords     = ` in body should match '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$'`
)

var backendRules = map[string]rule{
	"a backend with a secret is accepted": {"GovernanceBackend", `{}`, nil},
	"a backend needs a vendor":            {"GovernanceBackend", `{vendor: null}`, refused("spec.vendor: Required value")},
	"only known vendors are taken": {"GovernanceBackend", `{vendor: Okta}`,
		refused(`spec.vendor: Unsupported value: "Okta": supported values: ` + knownVendors())},
	"an endpoint may be plain http, the operator decides": {"GovernanceBackend", `{endpoint: "http://127.0.0.1:8090"}`, nil},
	"an endpoint may be an IPv6 address":                  {"GovernanceBackend", `{endpoint: "http://[::1]:8090/"}`, nil},
	"an endpoint has no path":                             {"GovernanceBackend", `{endpoint: "https://acme.conductor.one/api"}`, refused("spec.endpoint: " + badEndpoint)},
	"an endpoint has no query":                            {"GovernanceBackend", `{endpoint: "https://acme.conductor.one?a=b"}`, refused("spec.endpoint: " + badEndpoint)},
	"an endpoint holds no password":                       {"GovernanceBackend", `{endpoint: "https://user:secret@acme.conductor.one"}`, refused("spec.endpoint: " + badEndpoint)},
	"an endpoint needs a scheme":                          {"GovernanceBackend", `{endpoint: acme.conductor.one}`, refused("spec.endpoint: " + badEndpoint)},
	"credentials are given":                               {"GovernanceBackend", `{credentials: {secretRef: null}}`, refused("spec.credentials: write exactly one of secretRef and workloadIdentity")},
	"credentials are given in one way": {"GovernanceBackend", `{credentials: {workloadIdentity: {clientID: c, serviceAccountRef: {name: a}}}}`,
		refused("spec.credentials: write exactly one of secretRef and workloadIdentity")},
	"ConductorOne takes a workload identity": {"GovernanceBackend", `{credentials: {secretRef: null, workloadIdentity: {clientID: c, serviceAccountRef: {name: a}}}}`, nil},
	"no other vendor takes a workload identity": {"GovernanceBackend", `{vendor: Veza, credentials: {secretRef: null, workloadIdentity: {clientID: c, serviceAccountRef: {name: a}}}}`,
		refused("spec: credentials.workloadIdentity is possible with ConductorOne only; use secretRef")},
	"the pace is at least one request a second": {"GovernanceBackend", `{requestsPerSecond: 0}`,
		refused("spec.requestsPerSecond: spec.requestsPerSecond in body should be greater than or equal to 1")},
	"a burst is at least one request":        {"GovernanceBackend", `{burst: 0}`, refused("spec.burst: spec.burst in body should be greater than or equal to 1")},
	"a resync interval is a duration":        {"GovernanceBackend", `{resyncInterval: often}`, refused(`spec.resyncInterval: "often": ` + durationWords)},
	"a cluster backend names its namespaces": {"ClusterGovernanceBackend", `{allowedNamespaces: {names: [a, b], selector: {matchLabels: {c: d}}}}`, nil},
	"a cluster backend names a namespace once": {"ClusterGovernanceBackend", `{allowedNamespaces: {names: [a, a]}}`,
		refused(`spec.allowedNamespaces.names[1]: Duplicate value: "a"`)},
}

var sharedRules = map[string]rule{
	"a backend is needed":       {"AccessProfile", `{backendRef: null}`, refused("spec.backendRef: Required value")},
	"a backend has a name":      {"AccessProfile", `{backendRef: {name: ""}}`, refused("spec.backendRef.name: spec.backendRef.name in body should be at least 1 chars long")},
	"a backend is of two kinds": {"AccessProfile", `{backendRef: {kind: ClusterGovernanceBackend}}`, nil},
	"a backend is of no other kind": {"AccessProfile", `{backendRef: {kind: Secret}}`,
		refused(`spec.backendRef.kind: Unsupported value: "Secret": supported values: "GovernanceBackend", "ClusterGovernanceBackend"`)},
	"a creation policy is one of four": {"AccessProfile", `{management: {creation: Never}}`,
		refused(`spec.management.creation: Unsupported value: "Never": supported values: "Create", "Adopt", "CreateOrAdopt", "CreateDuplicate"`)},
	"a profile may be a second one of its name": {"AccessProfile", `{management: {creation: CreateDuplicate}}`, nil},
	"what is bound by its id is no second one": {"AccessProfile", `{remoteID: abc, management: {creation: CreateDuplicate}}`,
		refused("spec: remoteID binds an existing remote, and CreateDuplicate creates a new one: remove one of them")},
	"a review needs no leave to repeat a name": {"AccessReview", `{management: {creation: CreateDuplicate}}`,
		refused("spec: management.creation: CreateDuplicate has no effect on reviews, whose names may repeat; leave it unset")},
	"a drift policy is one of two": {"AccessProfile", `{management: {drift: Ignore}}`,
		refused(`spec.management.drift: Unsupported value: "Ignore": supported values: "Correct", "Report"`)},
	"a deletion policy is one of three": {"AccessProfile", `{management: {deletion: Keep}}`,
		refused(`spec.management.deletion: Unsupported value: "Keep": supported values: "Delete", "Retire", "Orphan"`)},
	"a remote id is not empty": {"AccessProfile", `{remoteID: ""}`, refused("spec.remoteID: spec.remoteID in body should be at least 1 chars long")},
}

const (
	needsResource    = "spec: conductorOne.resource is needed where the operator creates the entitlement: ConductorOne refuses a create without it"
	needsRequestable = "spec: conductorOne.visibleTo needs requestable: ConductorOne keeps who sees a profile by an entitlement only while it can be requested; with false it waits"
)

var entitlementRules = map[string]rule{
	"what is made at ConductorOne has a resource":  {"AppEntitlement", `{management: null, conductorOne: {alias: a}}`, refused(needsResource)},
	"what is made beside another of its name, too": {"AppEntitlement", `{management: {creation: CreateDuplicate}, conductorOne: {alias: a}}`, refused(needsResource)},
	"what is made has one":                         {"AppEntitlement", `{management: null, conductorOne: {resource: {type: {name: Team}, name: b}}}`, nil},
	"what is taken over needs none":                {"AppEntitlement", `{conductorOne: {alias: a}}`, nil},
	"what may be taken over needs none":            {"AppEntitlement", `{management: {creation: CreateOrAdopt}, conductorOne: {alias: a}}`, nil},
	"what is bound by its id needs none":           {"AppEntitlement", `{management: null, remoteID: a, conductorOne: {alias: a}}`, nil},
	"another vendor's needs none":                  {"AppEntitlement", `{management: null}`, nil},
	"an entitlement needs an app":                  {"AppEntitlement", `{app: null}`, refused("spec.app: Required value")},
	"an app is named":                              {"AppEntitlement", `{app: {name: null}}`, refused("spec.app: " + idOrName)},
	"an app is named in one way":                   {"AppEntitlement", `{app: {id: a}}`, refused("spec.app: " + idOrName)},
	"an owner is named in one way":                 {"AppEntitlement", `{owners: [{id: a, email: ada@corp.example}]}`, refused("spec.owners[0]: " + idOrEmail)},
	"an owner's address looks like one":            {"AppEntitlement", `{owners: [{email: ada}]}`, refused(`spec.owners[0].email: spec.owners[0].email in body should match '^[^@\s]+@[^@\s]+$'`)},
	"an owner may be listed twice, by accident":    {"AppEntitlement", `{owners: [{id: a}, {id: a}]}`, nil},
	"no owners is a wish":                          {"AppEntitlement", `{owners: []}`, nil},
	"an empty description is a wish":               {"AppEntitlement", `{description: ""}`, nil},
	"an empty display name is not":                 {"AppEntitlement", `{displayName: ""}`, refused("spec.displayName: spec.displayName in body should be at least 1 chars long")},
	"there are at most 32 owners":                  {"AppEntitlement", `{owners: [` + numbered(`{id: u%d}`, 33) + `]}`, refused("spec.owners: Too many: 33: must have at most 32 items")},
	"a purpose is one of three":                    {"AppEntitlement", `{conductorOne: {purpose: Fun}}`, refused(`spec.conductorOne.purpose: Unsupported value: "Fun": supported values: "Assignment", "Permission", "Ownership"`)},
	"a grant may be unlimited":                     {"AppEntitlement", `{conductorOne: {maxGrantDuration: Unlimited}}`, nil},
	"a grant may last hours and minutes":           {"AppEntitlement", `{conductorOne: {maxGrantDuration: 1h30m}}`, nil},
	"a grant does not last a banana":               {"AppEntitlement", `{conductorOne: {maxGrantDuration: banana}}`, refused(`spec.conductorOne.maxGrantDuration: "banana": ` + grantWords)},
	"a grant may last days":                        {"AppEntitlement", `{conductorOne: {maxGrantDuration: 30d12h}}`, nil},
	"a resource has a type":                        {"AppEntitlement", `{conductorOne: {resource: {name: payments}}}`, refused("spec.conductorOne.resource.type: Required value")},
	"a resource is named in one way":               {"AppEntitlement", `{conductorOne: {resource: {type: {name: Team}, id: a, name: b}}}`, refused("spec.conductorOne.resource: " + idOrName)},
	"a resource type is named in one way":          {"AppEntitlement", `{conductorOne: {resource: {type: {}, name: b}}}`, refused("spec.conductorOne.resource.type: " + idOrName)},
	"emergency grants need their policy":           {"AppEntitlement", `{conductorOne: {emergencyGrantEnabled: true}}`, refused("spec.conductorOne: emergencyGrantEnabled needs policies.emergencyGrant")},
	"emergency grants with their policy":           {"AppEntitlement", `{conductorOne: {emergencyGrantEnabled: true, policies: {emergencyGrant: {name: p}}}}`, nil},
	"emergency grants with no policy":              {"AppEntitlement", `{conductorOne: {emergencyGrantEnabled: true, policies: {emergencyGrant: {none: {}}}}}`, refused("spec.conductorOne: emergencyGrantEnabled needs policies.emergencyGrant")},
	"no risk and no policies are wishes":           {"AppEntitlement", `{conductorOne: {riskLevel: {none: {}}, policies: {grant: {none: {}}, revoke: {none: {}}, certify: {none: {}}, emergencyGrant: {none: {}}}}}`, nil},
	"a risk is none or named":                      {"AppEntitlement", `{conductorOne: {riskLevel: {none: {}, name: High}}}`, refused("spec.conductorOne.riskLevel: write exactly one of id, name and none")},
	"no emergency grants need no policy":           {"AppEntitlement", `{conductorOne: {emergencyGrantEnabled: false}}`, nil},
	"an annotation key begins with a letter": {"AppEntitlement", `{conductorOne: {annotations: {"1a": b}}}`,
		refused("spec.conductorOne.annotations: an annotation key begins with a letter and has at most 128 letters, digits, dots, underscores, slashes and hyphens")},
	"annotation keys of others are reserved": {"AppEntitlement", `{conductorOne: {annotations: {c1/a: b}}}`,
		refused("spec.conductorOne.annotations: annotation keys under c1/, iac_ and governance-operator.io/, and managed_by, are reserved")},
	"an annotation has no blanks": {"AppEntitlement", `{conductorOne: {annotations: {a: b c}}}`,
		refused("spec.conductorOne.annotations.a: spec.conductorOne.annotations.a in body should match '^[!-~]*$'")},
	"there are at most 8 annotations": {"AppEntitlement", `{conductorOne: {annotations: {` + numbered("a%d: b", 9) + `}}}`,
		refused("spec.conductorOne.annotations: Too many: 9: must have at most 8 items")},
}

var provisionRules = map[string]rule{
	"a policy says how":                    provision(`{}`, ": "+nineWays),
	"a policy says one way":                provision(`{connector: {}, manual: {}}`, ": "+nineWays),
	"a step says one way":                  provision(`{multiStep: {steps: [{unconfigured: {}, manual: {}}]}}`, ".multiStep.steps[0]: "+nineWays),
	"an inner step says one way":           provision(`{multiStep: {steps: [{multiStep: {steps: [{}]}}]}}`, ".multiStep.steps[0].multiStep.steps[0]: "+eightWays),
	"steps are not empty":                  provision(`{multiStep: {steps: []}}`, ".multiStep.steps: spec.conductorOne.provision.multiStep.steps in body should have at least 1 items"),
	"there are at most 16 steps":           provision(`{multiStep: {steps: [`+numbered("{manual: {instructions: i%d}}", 17)+`]}}`, ".multiStep.steps: Too many: 17: must have at most 16 items"),
	"a connector alone is enough":          provision(`{connector: {}}`),
	"a connector does one thing":           provision(`{connector: {deleteAccount: {}, defaultBehavior: {}}}`, ".connector: write at most one of defaultBehavior, account and deleteAccount"),
	"an account's config is free":          provision(`{connector: {account: {config: {a: b, c: [1, {d: true}]}}}}`),
	"an account's config is an object":     provision(`{connector: {account: {config: 7}}}`, `.connector.account.config: spec.conductorOne.provision.connector.account.config in body must be of type object: "integer"`),
	"credentials are saved or not":         provision(`{connector: {account: {saveToVault: {vaultIDs: [a]}, doNotSave: {}}}}`, ".connector.account: write at most one of saveToVault and doNotSave"),
	"credentials are saved somewhere":      provision(`{connector: {account: {saveToVault: {vaultIDs: []}}}}`, ".connector.account.saveToVault.vaultIDs: spec.conductorOne.provision.connector.account.saveToVault.vaultIDs in body should have at least 1 items"),
	"a task has one sort of assignee":      provision(`{manual: {assignee: {manager: {}, appOwners: {}}}}`, ".manual.assignee: "+sixAssignees),
	"a task has an assignee if it says so": provision(`{manual: {assignee: {}}}`, ".manual.assignee: "+sixAssignees),
	"users are written in one place":       provision(`{manual: {users: [{id: a}], assignee: {manager: {}}}}`, ".manual: write at most one of assignee and users (the vendor's older spelling)"),
	"a group is an entitlement":            provision(`{manual: {assignee: {group: {entitlement: {app: {name: Okta}, name: IT}}}}}`),
	"an entitlement is here or there":      provision(`{delegated: {entitlement: {ref: {name: a}, app: {name: b}, name: c}}}`, ".delegated.entitlement: "+refOrApp),
	"an entitlement there has a name":      provision(`{delegated: {entitlement: {app: {name: b}}}}`, ".delegated.entitlement: "+besideApp),
	"an entitlement here has no other":     provision(`{delegated: {entitlement: {ref: {name: a}, id: c}}}`, ".delegated.entitlement: "+besideApp),
	"a webhook is named in one way":        provision(`{webhook: {}}`, ".webhook: "+idOrName),
	"an action has a name":                 provision(`{action: {app: {name: a}}}`, ".action.actionName: Required value"),
	"a device goes somewhere":              provision(`{devicePlacement: {}}`, ".devicePlacement.vaultBoundaryID: Required value"),
}

var profileRules = map[string]rule{
	"the least profile is accepted":                   {"AccessProfile", `{}`, nil},
	"an entitlement may be listed twice, by accident": {"AccessProfile", `{entitlements: [{ref: {name: a}}, {ref: {name: a}}]}`, nil},
	"an inherited profile is here or there": {"AccessProfile", `{inherits: [{ref: {name: a}, id: b}]}`,
		refused("spec.inherits[0]: write exactly one of ref (an AccessProfile in this namespace) and id (an access profile at the vendor)")},
	"an enabled rule needs a rule":                 {"AccessProfile", `{membership: {enabled: true}}`, refused("spec: " + needsRule)},
	"an empty cohort is no rule":                   {"AccessProfile", `{membership: {enabled: true}, conductorOne: {cohort: {}}}`, refused("spec: " + needsRule)},
	"an expression is a rule":                      {"AccessProfile", `{membership: {enabled: true, expression: "true"}}`, nil},
	"filters are a rule":                           {"AccessProfile", `{membership: {enabled: true}, conductorOne: {cohort: {profileFilters: [{attribute: a, values: [b]}]}}}`, nil},
	"other entitlements are a rule":                {"AccessProfile", `{membership: {enabled: true}, conductorOne: {automation: {entitlements: [{ref: {name: a}}]}}}`, nil},
	"an adopted profile may have its rule already": {"AccessProfile", `{membership: {enabled: true}, management: {creation: Adopt}}`, nil},
	"a profile bound by id may have one already":   {"AccessProfile", `{membership: {enabled: true}, remoteID: a}`, nil},
	"a disabled rule needs none":                   {"AccessProfile", `{membership: {enabled: false}}`, nil},
	"an empty cohort chooses its call":             {"AccessProfile", `{conductorOne: {cohort: {}}}`, nil},
	"there is one rule": {"AccessProfile", `{membership: {expression: "true"}, conductorOne: {automation: {entitlements: [{ref: {name: a}}]}}}`,
		refused("spec: write at most one of membership.expression and conductorOne.automation.entitlements: each is the whole rule")},
	"visible to everyone is visible to nobody else": {"AccessProfile", `{requestable: true, conductorOne: {visibleToEveryone: true, visibleTo: [{ref: {name: a}}]}}`,
		refused("spec.conductorOne: visibleTo has no effect while visibleToEveryone is true; write one of them")},
	"who sees a profile needs a word about requests": {"AccessProfile", `{conductorOne: {visibleTo: [{ref: {name: a}}]}}`, refused(needsRequestable)},
	"who sees a profile that cannot be requested":    {"AccessProfile", `{requestable: false, conductorOne: {visibleTo: [{ref: {name: a}}]}}`, nil},
	"nobody sees a profile":                          {"AccessProfile", `{conductorOne: {visibleTo: []}}`, nil},
	"visible to everyone with an empty list":         {"AccessProfile", `{conductorOne: {visibleToEveryone: true, visibleTo: []}}`, nil},
	"a filter has values": {"AccessProfile", `{conductorOne: {cohort: {profileFilters: [{attribute: a, values: []}]}}}`,
		refused("spec.conductorOne.cohort.profileFilters[0].values: spec.conductorOne.cohort.profileFilters[0].values in body should have at least 1 items")},
	"an enrollment behavior is one of two": {"AccessProfile", `{conductorOne: {enrollmentBehavior: Ask}}`,
		refused(`spec.conductorOne.enrollmentBehavior: Unsupported value: "Ask": supported values: "BypassEntitlementRequestPolicy", "EnforceEntitlementRequestPolicy"`)},
	"an unenrollment behavior is one of three": {"AccessProfile", `{conductorOne: {unenrollmentBehavior: Ask}}`,
		refused(`spec.conductorOne.unenrollmentBehavior: Unsupported value: "Ask": supported values: "LeaveAccessAsIs", "RevokeAll", "RevokeUnjustified"`)},
	"an unenrollment entitlement behavior is one of two": {"AccessProfile", `{conductorOne: {unenrollmentEntitlementBehavior: Ask}}`,
		refused(`spec.conductorOne.unenrollmentEntitlementBehavior: Unsupported value: "Ask": supported values: "Bypass", "Enforce"`)},
	"a threshold is a percentage": {"AccessProfile", `{conductorOne: {automation: {removedMembersThresholdPercent: 101}}}`,
		refused("spec.conductorOne.automation.removedMembersThresholdPercent: spec.conductorOne.automation.removedMembersThresholdPercent in body should be less than or equal to 100")},
	"a membership does not last a banana": {"AccessProfile", `{conductorOne: {maxGrantDuration: banana}}`,
		refused(`spec.conductorOne.maxGrantDuration: "banana": ` + grantWords)},
	"a profile holds at most 500 entitlements": {"AccessProfile", `{entitlements: [` + numbered("{ref: {name: e%d}}", 501) + `]}`,
		refused("spec.entitlements: Too many: 501: must have at most 500 items")},
}

var reviewRules = map[string]rule{
	"the least review is accepted":  {"AccessReview", `{}`, nil},
	"a list of owners is not empty": {"AccessReview", `{owners: []}`, refused("spec.owners: spec.owners in body should have at least 1 items")},
	"ConductorOne wants an owner": {"AccessReview", `{conductorOne: {}}`,
		refused("spec: owners must name at least one user: ConductorOne takes no review without an owner")},
	"a review that is bound by id has its owners": {"AccessReview", `{remoteID: a, conductorOne: {}}`, nil},
	"an end is written in one way":                {"AccessReview", `{deadline: "2030-01-01T00:00:00Z", duration: 1h}`, refused("spec: write at most one of deadline and duration")},
	"a deadline may have a zone and a fraction":   {"AccessReview", `{deadline: "2030-01-01T00:00:00.5+02:00"}`, nil},
	"a deadline is an instant":                    {"AccessReview", `{deadline: "2030-01-01"}`, refused("spec.deadline: spec.deadline" + timeWords)},
	"a deadline has a month":                      {"AccessReview", `{deadline: "2030-13-01T00:00:00Z"}`, refused("spec.deadline: spec.deadline" + timeWords)},
	"a duration has a unit":                       {"AccessReview", `{duration: "336"}`, refused(`spec.duration: "336": ` + durationWords)},
	"a reviewer is given in one way":              {"AccessReview", `{reviewer: {manager: {}, group: {name: a}}}`, refused("spec.reviewer: write exactly one of users, group and manager")},
	"a start mode is one of three":                {"AccessReview", `{start: {mode: Never}}`, refused(`spec.start.mode: Unsupported value: "Never": supported values: "Manual", "Immediate", "Scheduled"`)},
	"a scheduled start has a time":                {"AccessReview", `{start: {mode: Scheduled}}`, refused("spec.start: start.at belongs to start.mode Scheduled: write both or neither")},
	"another start has none":                      {"AccessReview", `{start: {mode: Immediate, at: "2030-01-01T00:00:00Z"}}`, refused("spec.start: start.at belongs to start.mode Scheduled: write both or neither")},
	"a start is before the deadline": {"AccessReview", `{start: {mode: Scheduled, at: "2030-01-02T00:00:00+01:00"}, deadline: "2030-01-01T23:00:00Z"}`,
		refused("spec: start.at must be before deadline")},
	"a close mode is one of two":    {"AccessReview", `{close: {mode: Never}}`, refused(`spec.close.mode: Unsupported value: "Never": supported values: "Manual", "Automatic"`)},
	"an automatic end needs a time": {"AccessReview", `{close: {mode: Automatic}}`, refused("spec: close.mode Automatic needs a deadline or a duration")},
	"an automatic end has a time":   {"AccessReview", `{close: {mode: Automatic, undecided: Skip}, duration: 1h}`, nil},
	"a manual end decides nothing":  {"AccessReview", `{close: {mode: Manual, undecided: Skip}}`, refused("spec.close: close.undecided belongs to close.mode Automatic")},
	"the undecided have one of four fates": {"AccessReview", `{close: {mode: Automatic, undecided: Ask}, duration: 1h}`,
		refused(`spec.close.undecided: Unsupported value: "Ask": supported values: "NoAction", "Approve", "Revoke", "Skip"`)},
	"columns are named in one way":           conductorOneReview(`{columns: [{builtin: App, attribute: a}]}`, ".columns[0]: write exactly one of builtin and attribute"),
	"at most 10 columns are attributes":      conductorOneReview(`{columns: [`+numbered("{attribute: a%d}", 11)+`]}`, ".columns: at most 10 columns can be attributes"),
	"a view is one of four":                  conductorOneReview(`{defaultView: ByMoon}`, `.defaultView: Unsupported value: "ByMoon": supported values: "ByApp", "ByUser", "ByResource", "Unstructured"`),
	"a scope type is one of five":            conductorOneReview(`{scopeType: ByMoon}`, `.scopeType: Unsupported value: "ByMoon": supported values: "ByEntitlements", "ByAccessConflicts", "ByResource", "ByInheritance", "ByUsers"`),
	"an accuracy action is one of two":       conductorOneReview(`{accuracyIssueAction: Cry}`, `.accuracyIssueAction: Unsupported value: "Cry": supported values: "Continue", "Wait"`),
	"principals are of three sorts":          conductorOneReview(`{principalTypeFilter: Robots}`, `.principalTypeFilter: Unsupported value: "Robots": supported values: "Users", "Resources", "UsersAndResources"`),
	"a copied review is here or there":       conductorOneReview(`{duplicateFrom: {ref: {name: a}, id: b}}`, ".duplicateFrom: write exactly one of ref (an AccessReview in this namespace) and id (an access review at the vendor)"),
	"things are excluded in one way":         conductorOneReview(`{excluded: {specificResources: {}, resourceTypes: {}}}`, ".excluded: write exactly one of specificResources and resourceTypes"),
	"a reviewer's attribute belongs to apps": conductorOneReview(`{reviewerAttributes: [{attribute: a}]}`, ".reviewerAttributes[0].app: Required value"),
}

var scopeRules = map[string]rule{
	"{} is the access to the apps":             scope(`{apps: {}}`),
	"{} can stand beside entitlements":         scope(`{apps: {}, entitlements: [{ref: {name: a}}]}`),
	"no entitlements is a wish":                scope(`{entitlements: []}`),
	"resource types stand alone":               scope(`{resourceTypes: [{app: {name: a}, type: {name: b}}], apps: {}}`, ": scope.resourceTypes cannot be combined with scope.entitlements or scope.apps"),
	"criteria pick the entitlements":           scope(`{apps: {criteria: {}}, entitlements: [{ref: {name: a}}]}`, ": scope.apps.criteria cannot be combined with scope.entitlements"),
	"apps are picked in one way":               scope(`{apps: {selected: [{name: a}], criteria: {}}}`, ".apps: write at most one of selected and criteria"),
	"people are picked in one way":             scope(`{users: {all: {}, expression: "true"}}`, ".users: write exactly one of all, selected, criteria and expression"),
	"people are picked":                        scope(`{users: {}}`, ".users: write exactly one of all, selected, criteria and expression"),
	"a person is in one of four states":        scope(`{users: {criteria: {statuses: [Asleep]}}}`, `.users.criteria.statuses[0]: Unsupported value: "Asleep": supported values: "Enabled", "Disabled", "Deleted", "Unknown"`),
	"an attribute is listed once":              scope(`{users: {criteria: {profileAttributes: [{attribute: a, values: [b]}, {attribute: a, values: [c]}]}}}`, `.users.criteria.profileAttributes[1]: Duplicate value: {"attribute":"a"}`),
	"accounts are picked in one way":           scope(`{accounts: {all: {}, criteria: {}}}`, ".accounts: write exactly one of all, criteria and expression"),
	"an account is in one of two domains":      scope(`{accounts: {criteria: {domain: Ours}}}`, `.accounts.criteria.domain: Unsupported value: "Ours": supported values: "External", "Trusted"`),
	"an account is of one of three types":      scope(`{accounts: {criteria: {types: [Bot]}}}`, `.accounts.criteria.types[0]: Unsupported value: "Bot": supported values: "User", "ServiceAccount", "SystemAccount"`),
	"an account is in one of three states":     scope(`{accounts: {criteria: {statuses: [Unknown]}}}`, `.accounts.criteria.statuses[0]: Unsupported value: "Unknown": supported values: "Enabled", "Disabled", "Deleted"`),
	"grants are picked in one way":             scope(`{grants: {all: {}, criteria: {}}}`, ".grants: write exactly one of all and criteria"),
	"grants are picked by one time":            scope(`{grants: {criteria: {daysSinceAdded: 1, daysSinceReviewed: 1}}}`, ".grants.criteria: write at most one of daysSinceAdded, daysSinceReviewed and addedBetween"),
	"the last use stands beside it":            scope(`{grants: {criteria: {daysSinceAdded: 1, daysSinceLastUsed: 1}}}`),
	"days are counted from one":                scope(`{grants: {criteria: {daysSinceAdded: 0}}}`, ".grants.criteria.daysSinceAdded: spec.scope.grants.criteria.daysSinceAdded in body should be greater than or equal to 1"),
	"a time begins before it ends":             scope(`{grants: {criteria: {addedBetween: {start: "2030-01-02T00:00:00Z", end: "2030-01-01T00:00:00Z"}}}}`, ".grants.criteria.addedBetween: start must be before end"),
	"a grant has one of two sources":           scope(`{grants: {criteria: {source: Gift}}}`, `.grants.criteria.source: Unsupported value: "Gift": supported values: "Direct", "Inherited"`),
	"a grant is of one of two types":           scope(`{grants: {criteria: {type: Gift}}}`, `.grants.criteria.type: Unsupported value: "Gift": supported values: "Permanent", "Temporary"`),
	"profiles are picked in one way":           scope(`{grants: {criteria: {accessProfiles: {includeAll: {}, exclude: [{id: a}]}}}}`, ".grants.criteria.accessProfiles: write exactly one of includeAll, excludeAll, include and exclude"),
	"at most 32 profiles are picked":           scope(`{grants: {criteria: {accessProfiles: {include: [`+numbered("{id: p%d}", 33)+`]}}}}`, ".grants.criteria.accessProfiles.include: Too many: 33: must have at most 32 items"),
	"conflicts are picked in one way":          scope(`{accessConflicts: {all: {}, specific: {}}}`, ".accessConflicts: write exactly one of all and specific"),
	"a review holds at most 1000 entitlements": scope(`{entitlements: [`+numbered("{ref: {name: e%d}}", 1001)+`]}`, ".entitlements: Too many: 1001: must have at most 1000 items"),
}

func provision(policy string, want ...string) rule {
	return rule{"AppEntitlement", `{conductorOne: {provision: ` + policy + `}}`, below("spec.conductorOne.provision", want)}
}

func conductorOneReview(block string, want ...string) rule {
	return rule{"AccessReview", `{owners: [{id: a}], conductorOne: ` + block + `}`, below("spec.conductorOne", want)}
}

func scope(scope string, want ...string) rule {
	return rule{"AccessReview", `{scope: ` + scope + `}`, below("spec.scope", want)}
}

func below(path string, want []string) []string {
	var lines []string
	for _, line := range want {
		lines = append(lines, path+line)
	}
	return lines
}

// numbered repeats an item, %d being its number.
func numbered(item string, count int) string {
	var items []string
	for i := range count {
		items = append(items, strings.ReplaceAll(item, "%d", string(rune('a'+i/26%26))+string(rune('a'+i%26))+string(rune('a'+i/676))))
	}
	return strings.Join(items, ", ")
}

// object lays spec over the least spec of kind.
func object(t *testing.T, kind, name, spec string) string {
	t.Helper()
	merged := overlay(t, minimal[kind], spec)
	head := "apiVersion: governance-operator.io/v1alpha1\nkind: " + kind + "\n"
	if name != "" {
		head += "metadata: {name: " + name + "}\n"
	}
	return head + "spec: " + merged + "\n"
}

// overlay applies a JSON merge patch; both are YAML.
func overlay(t *testing.T, base, patch string) string {
	t.Helper()
	merged, err := jsonpatch.MergePatch(toJSON(t, base), toJSON(t, patch))
	if err != nil {
		t.Fatal(err)
	}
	return string(merged)
}

func toJSON(t *testing.T, text string) []byte {
	t.Helper()
	converted, err := yaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return converted
}

var allRules = []map[string]rule{backendRules, sharedRules, entitlementRules, provisionRules, profileRules, reviewRules, scopeRules,
	vendorBackendRules, vendorEntitlementRules, vendorProfileRules, vendorReviewRules}

func TestRules(t *testing.T) {
	for _, rules := range allRules {
		for _, sentence := range slices.Sorted(maps.Keys(rules)) {
			t.Run(sentence, func(t *testing.T) {
				c := rules[sentence]
				if diff := cmp.Diff(c.want, create(t, parse(t, object(t, c.kind, "", c.spec)))); diff != "" {
					t.Errorf("refusal of %s (-want +got):\n%s", c.spec, diff)
				}
			})
		}
	}
}

func TestNamesAreShortEnoughForTheMark(t *testing.T) {
	for _, kind := range []string{"AppEntitlement", "AccessProfile", "AccessReview"} {
		t.Run(kind, func(t *testing.T) {
			if got := create(t, parse(t, object(t, kind, strings.Repeat("a", 63), `{}`))); got != nil {
				t.Errorf("63 characters are refused: %s", got)
			}
			want := refused("<nil>: the name of an " + kind + " has at most 63 characters")
			if diff := cmp.Diff(want, create(t, parse(t, object(t, kind, strings.Repeat("a", 64), `{}`)))); diff != "" {
				t.Errorf("refusal of 64 characters (-want +got):\n%s", diff)
			}
		})
	}
}
