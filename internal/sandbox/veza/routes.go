package veza

import (
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

const (
	lifecycle = "/api/private/lifecycle_management"
	profiles  = lifecycle + "/access_profiles"
	providers = "/api/v1/providers"
	campaigns = "/api/preview/awf"
)

// get, list, write and create declare the shapes of operations that come often.
func get(pattern string, do func(*call) (any, error), query ...string) operation {
	return operation{method: http.MethodGet, pattern: pattern, class: sandbox.ClassRead, query: query, do: do}
}

func list(pattern string, do func(*call) (any, error), query ...string) operation {
	op := get(pattern, do, query...)
	op.sight = sightEmpty
	return op
}

func write(method, pattern, request string, do func(*call) (any, error)) operation {
	return operation{method: method, pattern: pattern, class: sandbox.ClassWrite, request: request, do: do}
}

func create(pattern, request string, do func(*call) (any, error)) operation {
	op := write(http.MethodPost, pattern, request, do)
	op.sight = sightDenied
	return op
}

func patch(pattern, request string, do func(*call) (any, error)) operation {
	op := write(http.MethodPatch, pattern, request, do)
	op.masked, op.query = true, []string{"update_mask"}
	return op
}

// operations is the one list of what the fake serves. Deletion is in it because clients may try it: that the vendor does not
// document it is what it answers (docs/vendors/veza-api.md#deleting-a-profile).
func operations() []operation {
	nodes := list("/api/v1/assessments/query_spec:nodes", (*call).queryNodes,
		"page_size", "page_token", "order_by", "add_access_stats", "apply_risk_suppressed_constraint", "skip_single_entity_access_stats")
	nodes.method, nodes.request = http.MethodPost, "QuerySpec"
	return []operation{
		create(profiles, "CreateAccessProfileRequest", (*call).createProfile),
		list(profiles, (*call).listProfiles, "filter", "order_by", "page_size", "page_token", "entity_extra_info", "include_requestable"),
		get(profiles+"/{id}", (*call).getProfile, "version"),
		patch(profiles+"/{id}", "UpdateAccessProfileRequest", (*call).updateProfile),
		write(http.MethodDelete, profiles+"/{id}", "", (*call).deleteProfile),
		patch(profiles+"/{id}/versions/{version}", "UpdateAccessProfileVersionRequest", (*call).updateVersion),
		list(profiles+"/{id}/versions/{version}/members", (*call).listMembers),
		write(http.MethodPut, profiles+"/{id}/versions/{version}/members", "UpdateMembersRequest", (*call).changeMembers),

		create(profiles+"_types", "CreateAccessProfileTypeRequest", (*call).createType),
		list(profiles+"_types", (*call).listTypes, "filter", "order_by", "page_size", "page_token"),

		list(lifecycle+"/policies", (*call).listPolicies, "filter", "order_by", "page_size", "page_token"),
		create(lifecycle+"/access_request_policies", "AccessRequestPolicyInput", (*call).createRequestPolicy),
		get(lifecycle+"/access_requests/{id}", (*call).getRequest),
		get(lifecycle+"/identities/{id}", (*call).getIdentity),
		list(lifecycle+"/policies/{policy_id}/identities/{id}", (*call).listEntitlements, "identity_entity_id", "page_size", "page_token"),

		nodes,
		list(providers, (*call).listProviders,
			"filter", "page_size", "page_token", "include_datasource_status", "include_created_by_and_updated_by_names"),
		list(providers+"/custom/templates", (*call).listTemplates),
		list(providers+"/datasources", (*call).listExtractions, "filter", "order_by", "page_size", "page_token"),
		list(providers+"/datasources/lifecycle_managers", (*call).listDatasources, "filter", "order_by", "page_size", "page_token"),
		get(providers+"/datasources/lifecycle_managers/{id}", (*call).getDatasource),

		list(campaigns+"/workflows", (*call).listWorkflows),
		create(campaigns+"/certifications", "CreateCertificationRequest", (*call).createCertification),
		list(campaigns+"/certifications", (*call).listCertifications, "workflow_id", "page_size", "page_token"),
		list(campaigns+"/certifications/{certification_id}/results", (*call).listResults, "page_size", "page_token", "paginate_direction_backwards"),
	}
}
