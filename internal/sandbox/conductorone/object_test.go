package conductorone_test

import (
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

func TestEntitlementReadsBackWithDefaults(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createEntitlement(object{
		"alias": "deployer", "grantPolicyId": grant, "appEntitlementOwnerIds": []string{ada}, "annotations": object{"managed_by": "operator", "empty": ""},
		"appResourceTypeId": conductorone.SeedID("resource-type", "GitHub/Team"), "appResourceId": conductorone.SeedID("resource", "GitHub/Team/platform"),
		"provisionPolicy": object{"multiStep": object{"provisionSteps": []any{object{"manual": object{"instructions": "do it"}}}}},
	})
	if len(id) != 27 {
		t.Errorf("id %q has %d letters", id, len(id))
	}
	got := at(f.Must("GET", entitlements(github)+"/"+id, nil), "appEntitlementView", "appEntitlement")
	expect(t, got, "Deployer", "displayName")
	expect(t, got, object{}, "durationUnset")
	expect(t, got, object{"unconfigured": object{}}, "deprovisionerPolicy")
	expect(t, got, "do it", "provisionerPolicy", "multiStep", "provisionSteps", 0, "manual", "instructions")
	expect(t, got, nil, "provisionerPolicy", "multiStep", "provisionSteps", 0, "manual", "assignee")
	expect(t, got, object{"managed_by": "operator"}, "annotations")
	expect(t, got, "0", "grantCount")
	expect(t, got, false, "emergencyGrantEnabled")
	expect(t, got, "APP_ENTITLEMENT_PURPOSE_VALUE_UNSPECIFIED", "purpose")
	expect(t, got, []any{}, "complianceFrameworkValueIds")
	expect(t, got, nil, "deletedAt")
	for _, swallowed := range []string{"appEntitlementOwnerIds", "provisionPolicy", "durationGrant"} {
		if _, ok := got.(object)[swallowed]; ok {
			t.Errorf("%s reads back", swallowed)
		}
	}
	f.Advance(ownersShow)
	expect(t, f.Must("GET", entitlements(github)+"/"+id+"/ownerids", nil), []string{ada}, "userIds")
	f.Must("PUT", entitlements(github)+"/"+id+"/owners", object{"userIds": []string{grace}})
	f.Advance(ownersShow)
	expect(t, f.Must("GET", entitlements(github)+"/"+id+"/owners", nil), "grace@corp.example", "list", 0, "email")
}

func TestUpdateMask(t *testing.T) {
	start := start(t, sandbox.Options{})
	for name, test := range map[string]struct {
		patch object
		mask  any
		want  object
	}{
		"takes only what is masked":                 {object{"description": "new", "slug": "no"}, "description", object{"description": "new", "slug": "member"}},
		"clears what is masked and absent":          {object{}, "slug", object{"slug": "", "description": "old"}},
		"honours masked zero values":                {object{"overrideAccessRequestsDefaults": false}, "overrideAccessRequestsDefaults", object{"overrideAccessRequestsDefaults": false}},
		"switches the arm of a oneof":               {object{"durationGrant": "3600.000s"}, "durationGrant", object{"durationGrant": "3600s", "durationUnset": nil}},
		"merges annotations":                        {object{"annotations": object{"a": "", "c": "3"}}, "annotations", object{"annotations": object{"b": "2", "c": "3"}}},
		"keeps annotations that are not masked":     {object{"annotations": object{"c": "3"}, "slug": "x"}, "slug", object{"annotations": object{"a": "1", "b": "2"}}},
		"replaces everything when there is none":    {object{"displayName": "Renamed"}, nil, object{"displayName": "Renamed", "description": "", "slug": "", "overrideAccessRequestsDefaults": false, "annotations": object{"a": "1", "b": "2"}}},
		"replaces everything when it is blank":      {object{"displayName": "Renamed", "appId": "ignored"}, "", object{"displayName": "Renamed", "description": "", "appId": github}},
		"takes a message as a whole":                {object{"provisionerPolicy": object{"manual": object{}}}, "provisionerPolicy", object{"provisionerPolicy": object{"manual": object{"assignee": nil, "instructions": "", "userIds": []any{}}}}},
		"clears a message that is masked and gone":  {object{}, "provisionerPolicy", object{"provisionerPolicy": object{"unconfigured": object{}}}},
		"ignores read-only fields outside the mask": {object{"id": "x", "description": "new"}, "description", object{"description": "new"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := *start
			f.T = t
			id := f.createEntitlement(object{
				"description": "old", "slug": "member", "overrideAccessRequestsDefaults": true, "annotations": object{"a": "1", "b": "2"},
				"provisionPolicy": object{"manual": object{"instructions": "do it"}},
			})
			before := at(f.Must("GET", entitlements(github)+"/"+id, nil), "appEntitlementView", "appEntitlement", "updatedAt")
			got := at(f.Must("POST", entitlements(github)+"/"+id, object{"entitlement": test.patch, "updateMask": test.mask}), "appEntitlementView", "appEntitlement")
			for field, want := range test.want {
				expect(t, got, want, field)
			}
			if after := at(got, "updatedAt"); after == before {
				t.Error("updatedAt did not move")
			}
		})
	}
}

func TestSoftDelete(t *testing.T) {
	f := start(t, sandbox.Options{})
	item := entitlements(github) + "/" + f.createEntitlement(object{"alias": "deployer"})
	f.Must("DELETE", item, nil)
	if at(f.Must("GET", item, nil), "appEntitlementView", "appEntitlement", "deletedAt") == nil {
		t.Error("deletedAt is not set")
	}
	f.Refuses(404, "not found", "DELETE", item, object{})
	f.Refuses(404, "not found", "POST", item, object{"entitlement": object{}, "updateMask": "slug"})
	expect(t, f.Must("POST", "/api/v1/search/entitlements", object{"alias": "deployer"}), []any{}, "list")
	expect(t, f.Must("POST", "/api/v1/search/entitlements", object{"alias": "deployer", "includeDeleted": true}), "deployer", "list", 0, "appEntitlement", "alias")
	f.createEntitlement(object{"alias": "deployer"})

	review := "/api/v1/access_review/" + f.createReview(nil)
	f.Must("DELETE", review, nil)
	expect(t, f.Must("GET", review, nil), "ACCESS_REVIEW_STATE_DELETED", "accessReview", "accessReview", "state")

	f.Configure(func(s *sandbox.Settings) { s.SoftDelete = false })
	for _, path := range []string{"/api/v1/catalogs/" + f.createCatalog(nil), "/api/v1/access_review/" + f.createReview(nil), entitlements(github) + "/" + f.createEntitlement(nil)} {
		f.Must("DELETE", path, nil)
		f.Refuses(404, "not found", "GET", path, nil)
	}
}

func TestCohortProfile(t *testing.T) {
	f := start(t, sandbox.Options{})
	created := f.Must("POST", "/api/v1/role-mining/access-profiles", object{
		"displayName": "Engineers", "enableAutomation": true, "createTasks": true,
		"entitlements":   []any{object{"appId": github, "entitlementId": member}},
		"profileFilters": []any{object{"attribute": "department", "values": []string{"R&D", "Eng"}}, object{"attribute": "cost center", "values": []string{"7"}}},
		"suggestionId":   conductorone.SeedID("suggestion", "Engineering baseline"),
	})
	want := `subject.department in ["R&D", "Eng"] && "cost center" in subject.profile && subject.profile["cost center"] == "7"`
	expect(t, created, want, "celExpression")
	id, _ := at(created, "accessProfileId").(string)
	catalog := "/api/v1/catalogs/" + id
	expect(t, f.Must("GET", catalog, nil), "0", "requestCatalogView", "memberCount")
	bundle := f.Must("GET", catalog+"/bundle_automation", nil)
	expect(t, bundle, want, "cel", "expression")
	expect(t, bundle, true, "enabled")
	expect(t, bundle, "0", "removedMembersThresholdPercent")
	expect(t, f.Must("GET", catalog+"/requestable_entitlementIDs", nil), []any{object{"appId": github, "id": member}}, "refs")
	expect(t, f.Must("GET", "/api/v1/role-mining/suggestions/"+conductorone.SeedID("suggestion", "Engineering baseline"), nil), id, "suggestion", "createdCatalogId")

	// The profile's own policies are those of an entitlement with its id in the tenant's own app.
	f.Must("POST", entitlements(c1)+"/"+id, object{"entitlement": object{"grantPolicyId": grant, "durationGrant": "60s"}, "updateMask": "grantPolicyId,durationGrant", "overrideAccessRequestsDefaults": true})
	f.Refuses(400, "belongs to an access profile", "DELETE", entitlements(c1)+"/"+id, nil)

	// An upsert has no mask: what it leaves out is off.
	f.Must("POST", catalog+"/bundle_automation", object{"cel": object{"expression": "true"}, "removedMembersThresholdPercent": 30})
	bundle = f.Must("GET", catalog+"/bundle_automation", nil)
	expect(t, bundle, false, "enabled")
	expect(t, bundle, "30", "removedMembersThresholdPercent")
	f.Refuses(409, "already has", "POST", catalog+"/bundle_automation/create", object{})
	f.Must("DELETE", catalog+"/bundle_automation", nil)
	if at(f.Must("GET", catalog+"/bundle_automation", nil), "deletedAt") == nil {
		t.Error("the deleted automation has no deletedAt")
	}
	dump := f.Dump().(conductorone.Dump)
	expect(t, dump.AccessProfiles[0].Inputs, "department", "profileFilters", 0, "attribute")
}

func TestCatalogContents(t *testing.T) {
	f := start(t, sandbox.Options{})
	catalog := "/api/v1/catalogs/" + f.createCatalog(nil)
	first, second := object{"appId": github, "id": member}, object{"appId": workday, "id": viewer}
	f.Must("POST", catalog+"/requestable_entries", object{"appEntitlements": []any{first, first}, "createRequests": true})
	f.Must("PUT", catalog+"/requestable_entries/"+workday+"/"+viewer, object{})
	ids := catalog + "/requestable_entitlementIDs"
	expect(t, f.Must("GET", ids, nil), []any{first, second}, "refs")
	f.Must("DELETE", catalog+"/requestable_entries", object{})
	expect(t, f.Must("GET", ids, nil), []any{first, second}, "refs")
	f.Must("DELETE", catalog+"/requestable_entries", object{"appEntitlements": []any{first}})
	f.Refuses(404, "is not in request catalog", "GET", catalog+"/requestable_entries/"+github+"/"+member, nil)
	f.Must("POST", catalog+"/requestable_entitlements/update", object{"appEntitlements": []any{first}})
	expect(t, f.Must("GET", ids, nil), []any{first}, "refs")
	f.Refuses(404, "not found", "POST", catalog+"/requestable_entries", object{"appEntitlements": []any{object{"appId": github, "id": viewer}}})
	f.Must("POST", catalog, object{"catalog": object{"published": true}, "updateMask": "published"})
	f.Must("POST", catalog+"/visibility_bindings", object{"accessEntitlements": []any{second}})
	expect(t, f.Must("GET", catalog+"/visibility_entitlements", nil), viewer, "list", 0, "appEntitlement", "id")
	f.Must("DELETE", catalog+"/visibility_bindings", object{"accessEntitlements": []any{second}})
	expect(t, f.Must("GET", catalog+"/visibility_entitlements", nil), []any{}, "list")
	expect(t, f.Dump().(conductorone.Dump).AccessProfiles[0].Inputs, true, "createRequests")
}

func TestPaging(t *testing.T) {
	f := start(t, sandbox.Options{})
	for range 31 {
		f.createEntitlement(object{"slug": "paged"})
	}
	size := func(path string) (int, string) {
		page := f.Must("GET", path, nil)
		list, _ := page["list"].([]any)
		token, _ := page["nextPageToken"].(string)
		return len(list), token
	}
	base := entitlements(github)
	for path, want := range map[string]int{base: 25, base + "?page_size=1": 5, base + "?page_size=100": 35, base + "?page_size=12": 12} {
		if got, _ := size(path); got != want {
			t.Errorf("%s: %d rows, want %d", path, got, want)
		}
	}
	_, token := size(base + "?page_size=20")
	if got, end := size(base + "?page_size=20&page_token=" + token); got != 15 || end != "" {
		t.Errorf("the second page has %d rows and token %q", got, end)
	}
	f.Refuses(400, "other filters", "GET", entitlements(workday)+"?page_token="+token, nil)
	found := f.Must("POST", "/api/v1/search/entitlements", object{"appIds": []string{github}, "pageSize": 10})
	token, _ = found["nextPageToken"].(string)
	f.Must("POST", "/api/v1/search/entitlements", object{"appIds": []string{github}, "pageSize": 20, "pageToken": token})
	f.Refuses(400, "other filters", "POST", "/api/v1/search/entitlements", object{"appIds": []string{workday}, "pageToken": token})
}

func TestLookups(t *testing.T) {
	f := start(t, sandbox.Options{})
	for name, test := range map[string]struct {
		path string
		body object
		want string
		at   []any
	}{
		"an app by name, ignoring case":      {"/api/v1/search/apps", object{"displayName": "github"}, github, []any{"list", 0, "id"}},
		"a user by e-mail":                   {"/api/v1/search/users", object{"email": "ada@corp.example"}, ada, []any{"list", 0, "user", "id"}},
		"a disabled user":                    {"/api/v1/search/users", object{"email": "bob@corp.example"}, "DISABLED", []any{"list", 0, "user", "status"}},
		"a policy by name and type":          {"/api/v1/search/policies", object{"displayName": "certify by manager", "policyTypes": []string{"POLICY_TYPE_CERTIFY"}}, certify, []any{"list", 0, "id"}},
		"a policy local to an app":           {"/api/v1/search/policies", object{"query": "local", "scopeView": "POLICY_SCOPE_VIEW_ALL"}, "GitHub local approval", []any{"list", 0, "displayName"}},
		"a framework by value":               {"/api/v1/search/attributes", object{"value": "soc 2"}, conductorone.SeedID("framework", "SOC 2"), []any{"list", 0, "id"}},
		"a resource type":                    {"/api/v1/search/app_resource_types", object{"appIds": []string{github}, "displayName": "Team"}, conductorone.SeedID("resource-type", "GitHub/Team"), []any{"list", 0, "id"}},
		"a resource":                         {"/api/v1/search/app_resources", object{"appId": github, "query": "PAY"}, "payments", []any{"list", 0, "appResource", "displayName"}},
		"an entitlement by name":             {"/api/v1/search/entitlements", object{"appIds": []string{github}, "displayName": "octo-org Member"}, member, []any{"list", 0, "appEntitlement", "id"}},
		"entitlements by resource type name": {"/api/v1/search/entitlements", object{"resourceTypeIds": []string{"organization"}}, member, []any{"list", 0, "appEntitlement", "id"}},
		"a webhook":                          {"/api/v1/search/webhooks", object{"query": "audit"}, "Audit hook", []any{"list", 0, "displayName"}},
		"a step-up provider":                 {"/api/v1/search/step-up/providers", object{"query": "corporate"}, "Corporate step-up", []any{"list", 0, "displayName"}},
	} {
		t.Run(name, func(t *testing.T) { expect(t, f.Must("POST", test.path, test.body), test.want, test.at...) })
	}
	expect(t, f.Must("POST", "/api/v1/search/policies", object{"query": "local"}), []any{}, "list")
	if list, _ := f.Must("POST", "/api/v1/search/apps", object{"displayName": "Duplicate App"})["list"].([]any); len(list) != 2 {
		t.Errorf("%d duplicate apps", len(list))
	}
	expect(t, f.Must("GET", "/api/v1/attributes/risk_levels", nil), "Low", "list", 0, "value")
	expect(t, f.Must("GET", "/api/v1/apps/"+github+"/connectors", nil), "GitHub connector", "list", 0, "connector", "displayName")
	expect(t, f.Must("GET", "/api/v1/apps/"+github+"/resource_types", nil), "Organization", "list", 0, "appResourceType", "displayName")
	expect(t, f.Must("GET", "/api/v1/users/"+ada, nil), "ada@corp.example", "userView", "user", "email")
	expect(t, f.Must("POST", "/api/v1/policies/validate/cel", object{"text": "true"}), []any{}, "markers")
	for _, path := range []string{"/api/v1/apps", "/api/v1/attributes/types", "/api/v1/attributes/compliance_frameworks", "/api/v1/policies/" + grant,
		"/api/v1/apps/" + github + "/resource_types/" + conductorone.SeedID("resource-type", "GitHub/Team") + "/resources", entitlements(github)} {
		f.Must("GET", path, nil)
	}
	if got := f.Counts(); got.Writes != 0 || got.Reads == 0 || got.Routes["POST /api/v1/search/apps"] != 2 {
		t.Errorf("got counts %+v", got)
	}
	if strings.Contains(f.URL, "https") {
		t.Error("the sandbox speaks plain HTTP")
	}
}
