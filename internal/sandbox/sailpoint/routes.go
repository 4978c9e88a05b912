package sailpoint

import (
	"net/http"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// family is a form of URLs: the empty one is the per-service version, the others are frozen years
// (docs/vendors/sailpoint-api.md#paths).
type family string

var families = []family{"", "v3", "beta", "v2024", "v2025", "v2026"}

// missingInV3 are the paths that v3 lacks (docs/vendors/sailpoint-api.md#paths).
var missingInV3 = []string{
	"/entitlements/v1", "/workgroups/v1", "/identities/v1", "/task-status/v1", "/sources/v1/{sourceId}/load-entitlements",
	"/access-profiles/v1/bulk-update-requestable",
}

// pattern turns the path of per-service version 1 into the one of the family.
func (f family) pattern(path string) string {
	if f == "" {
		return path
	}
	return "/" + string(f) + strings.Replace(path, "/v1", "", 1)
}

// operation is one API operation. Request is the name of the body's message, or of its items when array is set; empty takes
// no body. Patch takes a JSON Patch, optional a body or none. Query names the parameters it takes, list reports whether it answers one.
type operation struct {
	method, path           string
	class                  sandbox.Class
	request                string
	patch, array, optional bool
	query                  []string
	list                   bool
	status                 int
	do                     func(*call) (any, error)
}

func (o operation) families() []family {
	lacking := slices.ContainsFunc(missingInV3, func(p string) bool { return o.path == p || strings.HasPrefix(o.path, p+"/") })
	return slices.DeleteFunc(slices.Clone(families), func(f family) bool { return f == "v3" && lacking })
}

// get, list, write and patch declare the shapes of operations that come often.
func get(path string, do func(*call) (any, error)) operation {
	return operation{method: http.MethodGet, path: path, class: sandbox.ClassRead, status: http.StatusOK, do: do}
}

func list(path string, do func(*call) (any, error), query ...string) operation {
	op := get(path, do)
	op.list, op.query = true, append([]string{"limit", "offset", "count"}, query...)
	return op
}

func write(method, path, request string, status int, do func(*call) (any, error)) operation {
	return operation{method: method, path: path, class: sandbox.ClassWrite, request: request, status: status, do: do}
}

func patch(path string, do func(*call) (any, error)) operation {
	op := write(http.MethodPatch, path, "PatchOperation", http.StatusOK, do)
	op.patch = true
	return op
}

// operations is the one list of what the fake serves, besides the token endpoint (docs/vendors/sailpoint-api.md#paths).
func operations() []operation {
	all := profileOperations()
	all = append(all, entitlementOperations()...)
	all = append(all, campaignOperations()...)
	return append(all, lookupOperations()...)
}

func profileOperations() []operation {
	const post, del = http.MethodPost, http.MethodDelete
	const all = "/access-profiles/v1"
	requestable := write(post, all+"/bulk-update-requestable", "RequestableItem", http.StatusMultiStatus, (*call).updateRequestable)
	requestable.array = true
	return []operation{
		list(all, (*call).listProfiles, "filters", "sorters", "for-subadmin", "for-segment-ids", "include-unsegmented"),
		write(post, all, "AccessProfile", http.StatusCreated, (*call).createProfile),
		get(all+"/{id}", (*call).getProfile),
		patch(all+"/{id}", (*call).patchProfile),
		write(del, all+"/{id}", "", http.StatusNoContent, (*call).deleteProfile),
		list(all+"/{id}/entitlements", (*call).listProfileEntitlements, "filters", "sorters"),
		write(post, all+"/bulk-delete", "BulkDelete", http.StatusAccepted, (*call).deleteProfiles),
		requestable,
	}
}

func entitlementOperations() []operation {
	const post, put, del = http.MethodPost, http.MethodPut, http.MethodDelete
	const all, item = "/entitlements/v1", "/entitlements/v1/{id}"
	const metadata = item + "/access-model-metadata/{attributeKey}/values/{attributeValue}"
	const sources = "/sources/v1"
	return []operation{
		list(all, (*call).listEntitlements, "filters", "sorters", "searchAfter", "segmented-for-identity", "for-segment-ids", "include-unsegmented"),
		get(item, (*call).getEntitlement),
		patch(item, (*call).patchEntitlement),
		get(item+"/entitlement-request-config", (*call).getRequestConfig),
		write(put, item+"/entitlement-request-config", "EntitlementRequestConfig", http.StatusOK, (*call).putRequestConfig),
		write(post, metadata, "", http.StatusCreated, (*call).addMetadata),
		write(del, metadata, "", http.StatusOK, (*call).removeMetadata),
		write(post, all+"/bulk-update", "EntitlementBulkUpdate", http.StatusNoContent, (*call).updateEntitlements),
		write(post, all+"/reset/sources/{id}", "", http.StatusAccepted, (*call).resetSource),
		write(post, sources+"/{sourceId}/load-entitlements", "", http.StatusAccepted, (*call).loadEntitlements),
		get(sources+"/{id}/entitlement-request-config", (*call).getSourceConfig),
		write(put, sources+"/{id}/entitlement-request-config", "EntitlementRequestConfig", http.StatusOK, (*call).putSourceConfig),
	}
}

func campaignOperations() []operation {
	const post, put = http.MethodPost, http.MethodPut
	const all, item = "/campaigns/v1", "/campaigns/v1/{id}"
	listed := list(all, (*call).listCampaigns, "filters", "sorters", "detail")
	single := get(item, (*call).getCampaign)
	single.query = []string{"detail"}
	activate := write(post, item+"/activate", "ActivateOptions", http.StatusAccepted, (*call).activateCampaign)
	complete := write(post, item+"/complete", "CompleteOptions", http.StatusAccepted, (*call).completeCampaign)
	activate.optional, complete.optional = true, true
	filters := get("/campaign-filters/v1", (*call).listCampaignFilters)
	filters.query = []string{"limit", "start", "includeSystemFilters"}
	operations := []operation{
		listed, single, activate, complete, filters,
		write(post, all, "Campaign", http.StatusAccepted, (*call).createCampaign),
		patch(item, (*call).patchCampaign),
		write(post, all+"/delete", "CampaignsDelete", http.StatusAccepted, (*call).deleteCampaigns),
		get(item+"/reports", (*call).listReports),
		write(post, item+"/run-report/{type}", "", http.StatusAccepted, (*call).runReport),
		list("/certifications/v1", (*call).listCertifications, "filters", "sorters", "reviewer-identity"),
		get("/certifications/v1/{id}", (*call).getCertification),
		list("/certifications/v1/{id}/access-review-items", (*call).listReviewItems, "filters", "sorters", "entitlements", "access-profiles", "roles"),
		list("/certification-tasks/v1", (*call).listCampaignJobs, "filters", "reviewer-identity"),
		get("/certification-tasks/v1/{id}", (*call).getCampaignJob),
		get("/campaign-filters/v1/{id}", (*call).getCampaignFilter),
		list("/campaign-templates/v1", (*call).listTemplates, "filters", "sorters"),
		get("/campaign-templates/v1/{id}", (*call).getTemplate),
	}
	return append(operations, unsimulatedOperations()...)
}

// unsimulatedOperations are documented ones that nothing here needs: they answer 501 instead of a lie.
func unsimulatedOperations() []operation {
	const post, put, del = http.MethodPost, http.MethodPut, http.MethodDelete
	const templates, filters = "/campaign-templates/v1", "/campaign-filters/v1"
	var all []operation
	for _, o := range [][2]string{
		{post, templates}, {http.MethodPatch, templates + "/{id}"}, {del, templates + "/{id}"}, {post, templates + "/{id}/generate"},
		{http.MethodGet, templates + "/{id}/schedule"}, {put, templates + "/{id}/schedule"}, {del, templates + "/{id}/schedule"},
		{post, filters}, {post, filters + "/{id}"}, {post, filters + "/delete"}, {post, "/search/v1"},
	} {
		op := write(o[0], o[1], "PatchOperation", http.StatusOK, func(c *call) (any, error) {
			return nil, unsimulated("%s %s is not simulated", c.op.method, c.op.path)
		})
		op.array, op.optional, op.patch = true, true, o[0] == http.MethodPatch
		op.query = []string{"limit", "offset", "count"}
		if o[0] == http.MethodGet || o[1] == "/search/v1" {
			op.class = sandbox.ClassRead
		}
		all = append(all, op)
	}
	return all
}

func lookupOperations() []operation {
	const post, put, del = http.MethodPost, http.MethodPut, http.MethodDelete
	const tagged = "/tagged-objects/v1"
	return []operation{
		list("/sources/v1", (*call).listSources, "filters", "sorters", "for-subadmin", "includeIDNSource"),
		get("/sources/v1/{id}", (*call).getSource),
		list("/public-identities/v1", (*call).listPublicIdentities, "filters", "sorters", "add-core-filters"),
		list("/identities/v1", (*call).listIdentities, "filters", "sorters", "defaultFilter"),
		get("/identities/v1/{id}", (*call).getIdentity),
		list("/workgroups/v1", (*call).listWorkgroups, "filters", "sorters"),
		get("/workgroups/v1/{id}", (*call).getWorkgroup),
		list("/segments/v1", (*call).listSegments),
		get("/segments/v1/{id}", (*call).getSegment),
		list("/task-status/v1", (*call).listTasks, "filters", "sorters"),
		get("/task-status/v1/{id}", (*call).getTask),
		list(tagged, (*call).listTagged, "filters"),
		write(post, tagged, "TaggedObject", http.StatusCreated, (*call).addTags),
		get(tagged+"/{type}/{id}", (*call).getTags),
		write(put, tagged+"/{type}/{id}", "TaggedObject", http.StatusOK, (*call).putTags),
		write(del, tagged+"/{type}/{id}", "", http.StatusNoContent, (*call).deleteTags),
	}
}
