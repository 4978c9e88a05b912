package conductorone_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

func TestOwnersOneByOne(t *testing.T) {
	f := start(t, sandbox.Options{})
	item := entitlements(github) + "/" + f.createEntitlement(nil)
	owners := func(want ...string) {
		t.Helper()
		f.Advance(ownersShow)
		expect(t, f.Must("GET", item+"/ownerids", nil), append([]string{}, want...), "userIds")
	}
	owners()
	f.Must("POST", item+"/owners", object{"userId": ada})
	f.Must("POST", item+"/owners", object{"userId": grace})
	f.Must("POST", item+"/owners", object{"userId": ada})
	owners(ada, grace)
	f.Must("DELETE", item+"/owners/"+ada, nil)
	f.Refuses(404, "not an owner", "DELETE", item+"/owners/"+ada, nil)
	owners(grace)
	f.Must("DELETE", item+"/owners", object{})
	owners()
	second := "/api/v2/apps/" + item[len("/api/v1/apps/"):] + "/owners"
	f.Must("PUT", second, object{"userRefs": []any{object{"id": ada}}})
	f.Advance(ownersShow)
	expect(t, f.Must("GET", second+"/users", nil), ada, "list", 0, "user", "id")
	f.Refuses(500, "user_id is required", "POST", item+"/owners", object{})
	tooMany := make([]string, 0, 33)
	for range 33 {
		tooMany = append(tooMany, ada)
	}
	f.Must("PUT", item+"/owners", object{"userIds": tooMany})
	owners(ada)
}

func TestAutomationOfTheOwnApp(t *testing.T) {
	f := start(t, sandbox.Options{})
	id, _ := at(f.Must("POST", entitlements(c1), object{
		"displayName": "Group", "appResourceTypeId": conductorone.SeedID("resource-type", "ConductorOne/Group"), "appResourceId": conductorone.SeedID("resource", "ConductorOne/Group/Groups"),
	}), "appEntitlementView", "appEntitlement", "id").(string)
	item := entitlements(c1) + "/" + id
	f.Refuses(404, "no automation", "GET", item+"/automation", nil)
	f.Must("POST", item+"/automation/create", object{"automation": object{"displayName": "a", "cel": object{"expression": "true"}}})
	f.Refuses(409, "already has", "POST", item+"/automation/create", object{"automation": object{}})
	expect(t, f.Must("POST", item+"/automation/update", object{"none": object{}, "updateMask": "none"}), object{}, "AppEntitlementAutomation", "none")
	got := f.Must("GET", item+"/automation", nil)
	expect(t, got, nil, "AppEntitlementAutomation", "cel")
	expect(t, got, "a", "AppEntitlementAutomation", "displayName")
	expect(t, f.Must("GET", item, nil), true, "appEntitlementView", "appEntitlement", "isAutomationEnabled")
	f.Must("POST", item+"/automation/exclusions", object{"userIds": []string{ada, grace}})
	f.Must("DELETE", item+"/automation/exclusions", object{"userIds": []string{ada}})
	expect(t, f.Must("GET", item+"/automation/exclusions", nil), grace, "list", 0, "user", "id")
	f.Must("DELETE", item+"/automation", nil)
	f.Refuses(400, "only for entitlements of the app", "GET", entitlements(github)+"/"+member+"/automation", nil)
}

func TestProvisionPoliciesReferToWhatExists(t *testing.T) {
	f := start(t, sandbox.Options{})
	connector := conductorone.SeedID("connector", "GitHub/GitHub connector")
	absent := "2zzzzzzzzzzzzzzzzzzzzzzzzzz"
	for name, test := range map[string]struct {
		policy object
		status int
	}{
		"a default connector":         {object{"connector": object{}}, 200},
		"a known connector":           {object{"connector": object{"defaultBehavior": object{"connectorId": connector}}}, 200},
		"an unknown connector":        {object{"connector": object{"deleteAccount": object{"connectorId": absent}}}, 400},
		"an account in a known vault": {object{"connector": object{"account": object{"connectorId": connector, "config": object{"email": "subject.email"}, "saveToVault": object{"vaultIds": []string{conductorone.SeedID("vault", "Corporate vault")}}}}}, 200},
		"an account in no vault":      {object{"connector": object{"account": object{"saveToVault": object{"vaultIds": []string{absent}}}}}, 400},
		"a known webhook":             {object{"webhook": object{"webhookId": conductorone.SeedID("webhook", "Audit hook")}}, 200},
		"an unknown webhook":          {object{"webhook": object{"webhookId": absent}}, 400},
		"a delegate":                  {object{"delegated": object{"appId": workday, "entitlementId": viewer}}, 200},
		"an unknown delegate":         {object{"delegated": object{"appId": workday, "entitlementId": member}}, 404},
		"a group of any id":           {object{"manual": object{"assignee": object{"group": object{"appId": github, "appGroupId": absent}}}}, 200},
		"an unknown assignee":         {object{"manual": object{"assignee": object{"users": object{"userIds": []string{absent}}}}}, 400},
		"steps with a bad one":        {object{"multiStep": object{"provisionSteps": []any{object{"manual": object{}}, object{"webhook": object{"webhookId": absent}}}}}, 400},
		"an action":                   {object{"action": object{"connectorId": connector, "actionName": "invite"}}, 200},
		"an external ticket":          {object{"externalTicket": object{"connectorId": absent}}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			status, result := f.Do("POST", entitlements(github), withResource(object{"displayName": "x", "provisionPolicy": test.policy}))
			if status != test.status {
				t.Errorf("got %d %v", status, result)
			}
		})
	}
}

func TestWhatIsLeft(t *testing.T) {
	f := start(t, sandbox.Options{})
	catalog := "/api/v1/catalogs/" + f.createCatalog(object{"published": true})
	f.Must("POST", catalog+"/requestable_entries", object{"appEntitlements": []any{object{"appId": github, "id": member}}})
	expect(t, f.Must("GET", catalog+"/requestable_entitlements", nil), member, "list", 0, "appEntitlement", "id")
	f.Must("DELETE", catalog+"/requestable_entries/"+github+"/"+member, object{})
	f.Must("POST", catalog+"/bundle_automation/create", object{"entitlements": object{"entitlementRefs": []any{object{"appId": github, "id": member}}}, "enabled": true})
	f.Must("POST", catalog+"/bundle_automation/run", nil)
	expect(t, f.Must("GET", catalog+"/bundle_automation", nil), "BUNDLE_AUTOMATION_RUN_STATUS_SUCCESS", "state", "status")
	f.Refuses(400, "not paused", "POST", catalog+"/bundle_automation/resume", nil)
	f.Refuses(400, "needs cel or entitlements", "POST", catalog+"/bundle_automation", object{"enabled": true})

	resource := entitlements(github) + "/resource_types/" + conductorone.SeedID("resource-type", "GitHub/Team") + "/resources/" + conductorone.SeedID("resource", "GitHub/Team/platform")
	expect(t, f.Must("GET", resource, nil), "platform Member", "list", 0, "appEntitlement", "displayName")

	review := f.createReview(nil)
	selections := object{"resourceTypeSelections": []any{object{"appId": github, "resourceTypeId": conductorone.SeedID("resource-type", "GitHub/Team")}}, "scopeV2": object{"resourceTypeSelections": object{}}}
	f.Must("POST", "/api/v1/access_review/"+review+"/scope_by_resource_type", selections)
	expect(t, f.Must("GET", "/api/v1/access_reviews?page_size=100", nil), object{}, "list", 0, "accessReview", "scopeV2", "resourceTypeSelections")
	expect(t, f.Dump().(conductorone.Dump).Reviews[0].ResourceTypeSelections, github, 0, "appId")

	template, _ := at(f.Must("POST", "/api/v1/access_review_template", object{"displayName": "x"}), "accessReviewTemplate", "id").(string)
	f.Must("POST", "/api/v1/access_review_template/"+template+"/scope_by_resource_type", object{"resourceTypeSelections": selections["resourceTypeSelections"]})
	expect(t, f.Must("GET", "/api/v1/access_review_template/"+template+"/scope_and_entitlements", nil), nil, "scope")

	first, second := conductorone.DuplicateApps()
	f.Must("GET", entitlements(first), nil)
	f.Must("GET", entitlements(second), nil)
	if got := f.Rejections(); len(got) > 0 {
		t.Errorf("got rejections %v", got)
	}
	f.Refuses(400, "given twice", "GET", "/api/v1/apps?page_token=x&page_token=y", nil)
}
