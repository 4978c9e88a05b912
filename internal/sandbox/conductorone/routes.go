package conductorone

import (
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

const (
	catalogs = "/api/v1/catalogs"
	appItems = "/api/v1/apps/{app_id}/entitlements"
	reviews  = "/api/v1/access_review"
	patterns = "/api/v1/access_review_template"

	nsCatalog = "c1.api.requestcatalog.v1."
	nsApp     = "c1.api.app.v1."
	nsReview  = "c1.api.accessreview.v1."
)

var paged = []string{"page_size", "page_token"}

// get, list, search, write and create declare the shapes of operations that come often.
func get(pattern string, do func(*call) (any, error)) operation {
	return operation{method: http.MethodGet, pattern: pattern, class: sandbox.ClassRead, expanded: true, do: do}
}

func list(pattern string, expanded bool, do func(*call) (any, error)) operation {
	return operation{method: http.MethodGet, pattern: pattern, class: sandbox.ClassRead, query: paged, sight: sightEmpty, expanded: expanded, do: do}
}

func search(pattern, request string, expanded bool, do func(*call) (any, error)) operation {
	return operation{method: http.MethodPost, pattern: pattern, class: sandbox.ClassRead, request: request, sight: sightEmpty, expanded: expanded, do: do}
}

// generously makes a list one that answers more than was asked for, as those of apps and policies do.
func generously(op operation) operation {
	op.generous = true
	return op
}

func write(method, pattern, request string, do func(*call) (any, error)) operation {
	return operation{method: method, pattern: pattern, class: sandbox.ClassWrite, request: request, expanded: true, do: do}
}

func create(pattern, request string, do func(*call) (any, error)) operation {
	op := write(http.MethodPost, pattern, request, do)
	op.sight = sightDenied
	return op
}

// operations is the one list of what the fake serves, besides the token endpoint.
func operations() []operation {
	introspect := get("/api/v1/auth/introspect", (*call).introspect)
	introspect.sight = sightFull
	all := []operation{introspect}
	all = append(all, catalogOperations()...)
	all = append(all, entitlementOperations()...)
	all = append(all, madeOperations()...)
	all = append(all, reviewOperations()...)
	all = append(all, templateOperations()...)
	return append(all, lookupOperations()...)
}

func catalogOperations() []operation {
	const post, put, del = http.MethodPost, http.MethodPut, http.MethodDelete
	const entry = catalogs + "/{catalog_id}/requestable_entries/{app_id}/{entitlement_id}"
	const bundle = catalogs + "/{request_catalog_id}/bundle_automation"
	const management = nsCatalog + "RequestCatalogManagementService"
	return []operation{
		create("/api/v1/role-mining/access-profiles", "c1.api.role_mining_management.v1.CreateAccessProfileFromCohortRequest", (*call).createFromCohort),
		get("/api/v1/role-mining/suggestions/{id}", (*call).getSuggestion),
		list(catalogs, true, (*call).listCatalogs),
		create(catalogs, management+"CreateRequest", (*call).createCatalog),
		get(catalogs+"/{id}", (*call).getCatalog),
		write(post, catalogs+"/{id}", management+"UpdateRequest", (*call).updateCatalog),
		write(del, catalogs+"/{id}", management+"DeleteRequest", (*call).deleteCatalog),
		get(catalogs+"/{catalog_id}/requestable_entitlementIDs", (*call).getEntryIDs),
		list(catalogs+"/{catalog_id}/requestable_entitlements", true, (*call).listEntries),
		write(post, catalogs+"/{catalog_id}/requestable_entitlements/update", management+"UpdateAppEntitlementsRequest", (*call).replaceEntries),
		write(post, catalogs+"/{catalog_id}/requestable_entries", management+"AddAppEntitlementsRequest", (*call).addEntries),
		write(del, catalogs+"/{catalog_id}/requestable_entries", management+"RemoveAppEntitlementsRequest", (*call).removeEntries),
		get(entry, (*call).getEntry),
		write(put, entry, management+"CreateRequestableEntryRequest", (*call).putEntry),
		write(del, entry, management+"DeleteRequestableEntryRequest", (*call).deleteEntry),
		list(catalogs+"/{catalog_id}/visibility_entitlements", true, (*call).listVisibility),
		write(post, catalogs+"/{catalog_id}/visibility_bindings", management+"AddAccessEntitlementsRequest", (*call).addVisibility),
		write(del, catalogs+"/{catalog_id}/visibility_bindings", management+"RemoveAccessEntitlementsRequest", (*call).removeVisibility),
		get(bundle, (*call).getBundle),
		write(post, bundle, nsCatalog+"SetBundleAutomationRequest", (*call).setBundle),
		write(del, bundle, nsCatalog+"DeleteBundleAutomationRequest", (*call).deleteBundle),
		write(post, bundle+"/create", nsCatalog+"CreateBundleAutomationRequest", (*call).createBundle),
		write(post, bundle+"/run", nsCatalog+"ForceRunBundleAutomationRequest", (*call).runBundle),
		write(post, bundle+"/resume", nsCatalog+"ResumePausedBundleAutomationRequest", (*call).resumeBundle),
	}
}

func entitlementOperations() []operation {
	const post, put, del = http.MethodPost, http.MethodPut, http.MethodDelete
	const item = appItems + "/{id}"
	const owned, automated = appItems + "/{entitlement_id}", appItems + "/{app_entitlement_id}"
	ownersV2 := list("/api/v2/apps/{app_id}/entitlements/{entitlement_id}/owners/users", false, (*call).listOwnersByRole)
	ownersV2.query = append([]string{"role_slug"}, paged...)
	return []operation{
		list(appItems, true, (*call).listEntitlements),
		create(appItems, nsApp+"CreateAppEntitlementRequest", (*call).createEntitlement),
		get(item, (*call).getEntitlement),
		write(post, item, nsApp+"UpdateAppEntitlementRequest", (*call).updateEntitlement),
		write(del, item, nsApp+"DeleteAppEntitlementRequest", (*call).deleteEntitlement),
		search("/api/v1/search/entitlements", nsApp+"AppEntitlementSearchServiceSearchRequest", true, (*call).searchEntitlements),
		list(appItems+"/resource_types/{app_resource_type_id}/resources/{app_resource_id}", true, (*call).listEntitlementsOfResource),
		list(owned+"/owners", false, (*call).listOwners),
		write(put, owned+"/owners", nsApp+"SetAppEntitlementOwnersRequest", (*call).setOwners),
		write(post, owned+"/owners", nsApp+"AddAppEntitlementOwnerRequest", (*call).addOwner),
		write(del, owned+"/owners", nsApp+"DeleteAppEntitlementOwnersRequest", (*call).deleteOwners),
		write(del, owned+"/owners/{user_id}", nsApp+"RemoveAppEntitlementOwnerRequest", (*call).removeOwner),
		get(owned+"/ownerids", (*call).getOwnerIDs),
		write(put, "/api/v2/apps/{app_id}/entitlements/{entitlement_id}/owners", "c1.api.app.v2.SetAppEntitlementOwnersRequest", (*call).setOwnersByRole),
		ownersV2,
		get(automated+"/automation", (*call).getAutomation),
		write(del, automated+"/automation", nsApp+"DeleteAutomationRequest", (*call).deleteAutomation),
		write(post, automated+"/automation/create", nsApp+"CreateAutomationRequest", (*call).createAutomation),
		write(post, automated+"/automation/update", nsApp+"AppEntitlementServiceUpdateAutomationRequest", (*call).updateAutomation),
		get(automated+"/automation/exclusions", (*call).listExclusions),
		write(post, automated+"/automation/exclusions", nsApp+"AddAutomationExclusionRequest", (*call).addExclusions),
		write(del, automated+"/automation/exclusions", nsApp+"RemoveAutomationExclusionRequest", (*call).removeExclusions),
	}
}

func reviewOperations() []operation {
	const post, del = http.MethodPost, http.MethodDelete
	const item, part = reviews + "/{id}", reviews + "/{access_review_id}"
	return []operation{
		create(reviews, nsReview+"AccessReviewServiceCreateRequest", (*call).createReview),
		get(item, (*call).getReview),
		write(post, item, nsReview+"AccessReviewServiceUpdateRequest", (*call).updateReview),
		write(del, item, nsReview+"AccessReviewServiceDeleteRequest", (*call).deleteReview),
		list("/api/v1/access_reviews", true, (*call).listReviews),
		get(part+"/scope_and_entitlements", (*call).getSetup),
		write(post, part+"/scope_and_entitlements", nsReview+"AccessReviewSetupEntitlementAndScopeServiceSetRequest", (*call).setSetup),
		write(post, part+"/scope_by_resource_type", nsReview+"AccessReviewSetScopeByResourceTypeRequest", (*call).setSelections),
		list(part+"/report", false, (*call).listReports),
		write(post, part+"/report", nsReview+"AccessReviewActionsServiceGenerateReportRequest", (*call).createReport),
		search("/api/v1/search/tasks", "c1.api.task.v1.TaskSearchRequest", true, (*call).searchTasks),
	}
}

func templateOperations() []operation {
	const post, del = http.MethodPost, http.MethodDelete
	const item, part = patterns + "/{id}", patterns + "/{access_review_template_id}"
	return []operation{
		create(patterns, nsReview+"AccessReviewTemplateServiceCreateRequest", (*call).createTemplate),
		get(item, (*call).getTemplate),
		write(post, item, nsReview+"AccessReviewTemplateServiceUpdateRequest", (*call).updateTemplate),
		write(del, item, nsReview+"AccessReviewTemplateServiceDeleteRequest", (*call).deleteTemplate),
		get(part+"/scope_and_entitlements", (*call).getTemplateSetup),
		write(post, part+"/scope_and_entitlements", nsReview+"AccessReviewTemplateSetupEntitlementServiceSetRequest", (*call).setTemplateSetup),
		write(post, part+"/scope_by_resource_type", nsReview+"AccessReviewTemplateSetScopeByResourceTypeRequest", (*call).setTemplateSelections),
	}
}

func lookupOperations() []operation {
	return []operation{
		generously(list("/api/v1/apps", false, (*call).listApps)),
		generously(search("/api/v1/search/apps", nsApp+"SearchAppsRequest", false, (*call).searchApps)),
		search("/api/v1/search/users", "c1.api.user.v1.SearchUsersRequest", true, (*call).searchUsers),
		get("/api/v1/users/{id}", (*call).getUser),
		generously(search("/api/v1/search/policies", "c1.api.policy.v1.SearchPoliciesRequest", false, (*call).searchPolicies)),
		get("/api/v1/policies/{id}", (*call).getPolicy),
		search("/api/v1/policies/validate/cel", "c1.api.policy.v1.EditorValidateRequest", false, (*call).validateCEL),
		list("/api/v1/attributes/types", false, (*call).listAttributeTypes),
		search("/api/v1/search/attributes", "c1.api.attribute.v1.SearchAttributeValuesRequest", false, (*call).searchAttributes),
		list("/api/v1/attributes/risk_levels", false, attributeList(riskLevels)),
		get("/api/v1/attributes/risk_levels/{id}", attributeGet(riskLevels)),
		list("/api/v1/attributes/compliance_frameworks", false, attributeList(frameworks)),
		get("/api/v1/attributes/compliance_frameworks/{id}", attributeGet(frameworks)),
		search("/api/v1/search/app_resource_types", nsApp+"SearchAppResourceTypesRequest", false, (*call).searchResourceTypes),
		list("/api/v1/apps/{app_id}/resource_types", true, (*call).listResourceTypes),
		search("/api/v1/search/app_resources", nsApp+"SearchAppResourcesRequest", true, (*call).searchResources),
		list("/api/v1/apps/{app_id}/resource_types/{app_resource_type_id}/resources", true, (*call).listResources),
		list("/api/v1/apps/{app_id}/connectors", true, (*call).listConnectors),
		search("/api/v1/search/webhooks", "c1.api.webhooks.v1.WebhooksSearchRequest", false, (*call).searchWebhooks),
		search("/api/v1/search/step-up/providers", "c1.api.stepup.v1.SearchStepUpProvidersRequest", false, (*call).searchStepUps),
	}
}
