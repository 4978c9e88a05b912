package conductorone_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

func TestViolationsAreRefusedAndRecorded(t *testing.T) {
	f := start(t, sandbox.Options{})
	catalog, review, entitlement := f.createCatalog(nil), f.createReview(nil), f.createEntitlement(nil)
	users := conductorone.SeedID("policy", "Auto revoke")
	for name, test := range map[string]struct {
		method, path string
		body         any
		want         string
	}{
		"an unknown property":                    {"POST", "/api/v1/catalogs", object{"displayName": "x", "colour": "red"}, "unknown property colour"},
		"an unknown nested property":             {"POST", "/api/v1/access_review", object{"ownerIds": []string{ada}, "scopeV2": object{"allUsers": object{"x": 1}}}, "unknown property scopeV2.allUsers.x"},
		"the read name at create":                {"POST", entitlements(github), object{"displayName": "x", "provisionerPolicy": object{}}, "unknown property provisionerPolicy"},
		"a deprovisioner at create":              {"POST", entitlements(github), object{"displayName": "x", "deprovisionerPolicy": object{}}, "unknown property deprovisionerPolicy"},
		"an unknown query parameter":             {"GET", "/api/v1/catalogs?pageSize=10", nil, "unknown query parameter pageSize"},
		"a string for a bool":                    {"POST", "/api/v1/catalogs", object{"displayName": "x", "published": "true"}, "published must be true or false"},
		"a number for a string":                  {"POST", "/api/v1/catalogs", object{"displayName": 1}, "displayName must be a string"},
		"an object for a list":                   {"POST", "/api/v1/access_review", object{"ownerIds": object{}}, "ownerIds must be a list"},
		"null for a bool":                        {"POST", "/api/v1/catalogs", object{"displayName": "x", "published": nil}, "published must not be null"},
		"an unknown enumeration value":           {"POST", "/api/v1/access_review", object{"ownerIds": []string{ada}, "scopeType": "BY_USERS"}, "is not a value of"},
		"an empty enumeration value":             {"POST", "/api/v1/access_review", object{"ownerIds": []string{ada}, "scopeType": ""}, "is not a value of"},
		"a duration in hours":                    {"POST", entitlements(github), object{"displayName": "x", "durationGrant": "1h"}, `invalid google.protobuf.Duration value "1h"`},
		"a date without time":                    {"POST", "/api/v1/access_review", object{"ownerIds": []string{ada}, "completionDate": "2026-01-01"}, "not an RFC 3339"},
		"two arms of a duration":                 {"POST", entitlements(github), object{"displayName": "x", "durationGrant": "60s", "durationUnset": object{}}, "oneof c1.api.app.v1.CreateAppEntitlementRequest.max_grant_duration is already set"},
		"two arms of a provision policy":         {"POST", entitlements(github), object{"displayName": "x", "provisionPolicy": object{"manual": object{}, "unconfigured": object{}}}, "oneof c1.api.policy.v1.ProvisionPolicy.typ is already set"},
		"no arm of a provision policy":           {"POST", entitlements(github), withResource(object{"displayName": "x", "provisionPolicy": object{}}), "ProvisionPolicy.typ is not set"},
		"a missing required field":               {"POST", "/api/v1/catalogs", object{}, "displayName is required"},
		"null for a required list":               {"POST", "/api/v1/catalogs/" + catalog + "/requestable_entries", object{"appEntitlements": nil}, "must not be null"},
		"a body that is not JSON":                {"POST", "/api/v1/catalogs", "{", "not JSON"},
		"trailing data":                          {"POST", "/api/v1/catalogs", `{"displayName":"x"} {}`, "data after"},
		"a body where none is taken":             {"GET", "/api/v1/catalogs", object{}, "takes no body"},
		"no mask on a review":                    {"POST", "/api/v1/access_review/" + review, object{"accessReview": object{"displayName": "x"}}, "update_mask is required"},
		"a snake case mask":                      {"POST", "/api/v1/catalogs/" + catalog, object{"catalog": object{}, "updateMask": "display_name"}, "not a lowerCamel path"},
		"a mask with a space":                    {"POST", "/api/v1/catalogs/" + catalog, object{"catalog": object{}, "updateMask": "displayName, published"}, "not a lowerCamel path"},
		"a mask of an unknown field":             {"POST", "/api/v1/catalogs/" + catalog, object{"catalog": object{}, "updateMask": "colour"}, "has no field colour"},
		"a mask of a read-only field":            {"POST", entitlements(github) + "/" + entitlement, object{"entitlement": object{}, "updateMask": "appResourceId"}, "appResourceId is read-only"},
		"a mask of a review's state":             {"POST", "/api/v1/access_review/" + review, object{"accessReview": object{}, "updateMask": "state"}, "state is read-only"},
		"a mask of a legacy scope":               {"POST", "/api/v1/access_review/" + review, object{"accessReview": object{}, "updateMask": "exclusionScope"}, "not supported"},
		"the wrong wrapper":                      {"POST", "/api/v1/catalogs/" + catalog, object{"requestCatalog": object{}}, "unknown property requestCatalog"},
		"no wrapper":                             {"POST", "/api/v1/catalogs/" + catalog, object{"updateMask": "displayName"}, "catalog is required"},
		"a reserved annotation":                  {"POST", "/api/v1/catalogs", object{"displayName": "x", "annotations": object{"c1/x": "y"}}, "reserved prefix"},
		"an annotation with a space":             {"POST", "/api/v1/catalogs", object{"displayName": "x", "annotations": object{"x": "a b"}}, "URL-safe"},
		"the entitlement id under the wrong key": {"POST", "/api/v1/access_review/" + review + "/scope_and_entitlements", object{"entitlements": []any{object{"appId": github, "id": member}}}, "unknown property entitlements[0].id"},
		"owners in a review update":              {"POST", "/api/v1/access_review/" + review, object{"accessReview": object{"ownerIds": []string{users}}, "updateMask": "displayName"}, "unknown property accessReview.ownerIds"},
		"an unknown page token":                  {"GET", "/api/v1/catalogs?page_token=zzz", nil, "page token"},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			before := len(f.Rejections())
			f.Refuses(400, test.want, test.method, test.path, test.body)
			if got := len(f.Rejections()) - before; got != 1 {
				t.Errorf("%d rejections were recorded, want 1", got)
			}
		})
	}
}

func TestUnknownOperationsAreRecorded(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.Refuses(404, "no operation PATCH", "PATCH", "/api/v1/catalogs/x", object{})
	if len(f.Rejections()) != 1 {
		t.Errorf("got %v", f.Rejections())
	}
}

func TestRefusalsAreNotViolations(t *testing.T) {
	f := start(t, sandbox.Options{CheckExpression: func(environment, text string) error {
		if text == "subject" {
			return errNotBool
		}
		return nil
	}})
	f.createEntitlement(object{"alias": "deployer"})
	review := f.createReview(nil)
	absent := "2zzzzzzzzzzzzzzzzzzzzzzzzzz"
	entitlement := func(fields object) object {
		fields["displayName"] = "x"
		return withResource(fields)
	}
	for name, test := range map[string]struct {
		status       int
		method, path string
		body         any
		want         string
	}{
		"an unknown app":                       {404, "POST", entitlements(absent), entitlement(object{}), "app " + absent},
		"an alias in use":                      {409, "POST", entitlements(github), entitlement(object{"alias": "deployer"}), "already in use"},
		"a policy of the wrong type":           {400, "POST", entitlements(github), entitlement(object{"grantPolicyId": revoke}), "POLICY_TYPE_REVOKE"},
		"an unknown policy":                    {400, "POST", entitlements(github), entitlement(object{"grantPolicyId": absent}), "not found"},
		"an unknown owner":                     {400, "POST", entitlements(github), entitlement(object{"appEntitlementOwnerIds": []string{absent}}), "user"},
		"an unknown risk level":                {400, "POST", entitlements(github), entitlement(object{"riskLevelValueId": absent}), "riskLevelValueId"},
		"a resource type of another app":       {400, "POST", entitlements(github), entitlement(object{"appResourceTypeId": conductorone.SeedID("resource-type", "Workday/Role")}), "resource type"},
		"emergency access without policy":      {400, "POST", entitlements(github), entitlement(object{"emergencyGrantEnabled": true}), "emergencyGrantPolicyId"},
		"a provisioner expression":             {400, "POST", entitlements(github), entitlement(object{"provisionPolicy": object{"manual": object{"assignee": object{"expression": object{"expressions": []string{"subject"}}}}}}), "not a bool"},
		"deleting what a connector synced":     {400, "DELETE", entitlements(github) + "/" + member, nil, "synced by a connector"},
		"deleting what is built in":            {400, "DELETE", entitlements(github) + "/" + conductorone.SeedID("entitlement", "Access"), nil, "built in"},
		"a review without owners":              {400, "POST", "/api/v1/access_review", object{"displayName": "x"}, "at least one owner"},
		"a review with a grant policy":         {400, "POST", "/api/v1/access_review", object{"ownerIds": []string{ada}, "policyId": grant}, "POLICY_TYPE_CERTIFY"},
		"a review's expression":                {400, "POST", "/api/v1/access_review", object{"ownerIds": []string{ada}, "scopeV2": object{"celExpression": object{"expression": "subject"}}}, "not a bool"},
		"signing without the feature":          {403, "POST", "/api/v1/access_review/" + review, object{"accessReview": object{"displayName": "y", "signatureConfig": object{}}, "updateMask": "displayName,signatureConfig"}, "e-signature"},
		"a membership rule that does not type": {400, "POST", "/api/v1/role-mining/access-profiles", object{"displayName": "x", "celExpression": "subject"}, "not a bool"},
		"an unknown entitlement in a cohort":   {404, "POST", "/api/v1/role-mining/access-profiles", object{"displayName": "x", "entitlements": []any{object{"appId": github, "entitlementId": absent}}}, "not found"},
		"a report of a pending review":         {400, "POST", "/api/v1/access_review/" + review + "/report", object{"format": "ACCESS_REVIEW_REPORT_FORMAT_CSV"}, "open or closed"},
		"a filter that is not simulated":       {501, "POST", "/api/v1/search/entitlements", object{"isAutomated": true}, "isAutomated"},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			f.Refuses(test.status, test.want, test.method, test.path, test.body)
		})
	}
	if got := f.Rejections(); len(got) > 0 {
		t.Errorf("got rejections %v", got)
	}
	// A refused update changes nothing.
	expect(t, f.Must("GET", "/api/v1/access_review/"+review, nil), "Quarterly", "accessReview", "accessReview", "displayName")
}

type notBool struct{}

func (notBool) Error() string { return "not a bool" }

var errNotBool = notBool{}
