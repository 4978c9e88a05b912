package conductorone_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

// What the live server does beyond its schema, a test for each refusal: it fails where the rule is taken out.

const wantPattern = `value does not match regex pattern "^[a-zA-Z0-9]{27}$"`

func TestMissingIsToldWithANewRequestID(t *testing.T) {
	f := start(t, sandbox.Options{})
	form := regexp.MustCompile(`^entitlement .* not found \(request-id: ([a-zA-Z0-9]{27})\)$`)
	seen := map[string]bool{}
	for range 3 {
		status, body := f.Do("GET", entitlements(github)+"/"+viewer, nil)
		said, _ := body["message"].(string)
		found := form.FindStringSubmatch(said)
		if status != http.StatusNotFound || body["code"] != 5.0 || found == nil {
			t.Fatalf("got %d %v", status, body)
		}
		seen[found[1]] = true
	}
	if len(seen) != 3 {
		t.Errorf("three answers have the ids %v", seen)
	}
}

func TestMalformedIDsAreRefused(t *testing.T) {
	f := start(t, sandbox.Options{})
	long := strings.Repeat("a", 28)
	for name, test := range map[string]struct {
		method, path string
		body         object
		field        string
	}{
		"too short in a path":       {"GET", "/api/v1/catalogs/abc", nil, "invalid GetRequest.Id"},
		"too long in a path":        {"GET", "/api/v1/catalogs/" + long, nil, "invalid GetRequest.Id"},
		"with a dash in a path":     {"GET", entitlements(github[:26]+"-") + "/" + member, nil, "invalid GetRequest.AppId"},
		"in the path of an update":  {"POST", "/api/v1/catalogs/abc", object{}, "invalid RequestCatalogManagementServiceUpdateRequest.Id"},
		"in a body":                 {"POST", entitlements(github), object{"displayName": "x", "appResourceTypeId": "team"}, "invalid CreateAppEntitlementRequest.AppResourceTypeId"},
		"in a list of a body":       {"POST", "/api/v1/access_review", object{"displayName": "x", "ownerIds": []string{ada, "grace"}}, "invalid AccessReviewServiceCreateRequest.OwnerIds[1]"},
		"empty, in a list":          {"POST", "/api/v1/access_review", object{"displayName": "x", "ownerIds": []string{""}}, "invalid AccessReviewServiceCreateRequest.OwnerIds[0]"},
		"within a part of a body":   {"POST", entitlements(github), object{"displayName": "x", "provisionPolicy": object{"webhook": object{"webhookId": "hook"}}}, "invalid WebhookProvision.WebhookId"},
		"in an entry of a list":     {"POST", "/api/v1/catalogs/" + github + "/requestable_entries", object{"appEntitlements": []any{object{"appId": github, "id": "member"}}}, "invalid AppEntitlementRef.Id"},
		"in the filter of a search": {"POST", "/api/v1/search/app_resource_types", object{"appIds": []string{"GitHub"}}, "invalid SearchAppResourceTypesRequest.AppIds[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			var body any
			if test.body != nil {
				body = test.body
			}
			f.Refuses(http.StatusBadRequest, test.field+": "+wantPattern, test.method, test.path, body)
		})
	}
	if rejections := f.Rejections(); len(rejections) > 0 {
		t.Errorf("a mistake of the caller counts as one of the client: %v", rejections)
	}
}

func TestPagesHaveAFloorAndACeiling(t *testing.T) {
	f := start(t, sandbox.Options{})
	const said = "value must be inside range [0, 100]"
	f.Refuses(http.StatusBadRequest, said, "GET", "/api/v1/catalogs?page_size=101", nil)
	f.Refuses(http.StatusBadRequest, said, "GET", "/api/v1/catalogs?page_size=-1", nil)
	f.Refuses(http.StatusBadRequest, said, "POST", "/api/v1/search/users", object{"pageSize": 200})
	f.Must("GET", "/api/v1/catalogs?page_size=100", nil)
	rows := func(path string) int {
		list, _ := f.Must("GET", path, nil)["list"].([]any)
		return len(list)
	}
	if got := rows("/api/v1/attributes/compliance_frameworks?page_size=1"); got != 4 {
		t.Errorf("all four frameworks fit below the floor, and %d were shown", got)
	}
}

func TestSomeListsAnswerMoreThanAsked(t *testing.T) {
	f := start(t, sandbox.Options{})
	list, _ := f.Must("GET", "/api/v1/apps?page_size=5", nil)["list"].([]any)
	found, _ := f.Must("POST", "/api/v1/search/policies", object{"pageSize": 6})["list"].([]any)
	exact, _ := f.Must("POST", "/api/v1/search/users", object{"pageSize": 5})["list"].([]any)
	if len(list) != 7 || len(found) != 9 || len(exact) != 5 {
		t.Errorf("asked for 5 apps, 6 policies, 5 users and got %d, %d, %d", len(list), len(found), len(exact))
	}
}

func TestAMistakeOfTheCallerMayLookLikeAFailure(t *testing.T) {
	f := start(t, sandbox.Options{})
	status, body := f.Do("POST", entitlements(github)+"/"+member+"/owners", object{})
	if status != http.StatusInternalServerError || body["code"] != 2.0 || body["message"] != "user_id is required" {
		t.Errorf("got %d %v", status, body)
	}
}

func TestIntrospectionMayNameNoTenant(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.Configure(func(s *sandbox.Settings) { s.Features[conductorone.FeatureUnnamedTenant] = true })
	got := f.Must("GET", "/api/v1/auth/introspect", nil)
	if got["tenantId"] != "" || got["userId"] == "" {
		t.Errorf("got %v", got)
	}
}

func TestTheAddressOfAReportIsAnotherInEachAnswer(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createReview(object{})
	f.enter(id, "OPEN")
	path := "/api/v1/access_review/" + id + "/report"
	for _, format := range []string{"JSON", "CSV", "XLSX"} {
		f.Must("POST", path, object{"format": "ACCESS_REVIEW_REPORT_FORMAT_" + format})
	}
	address := func(i int) string {
		said, _ := at(f.Must("GET", path, nil), "list", i, "downloadUrl").(string)
		return said
	}
	first, again, third := address(0), address(0), address(2)
	if first == again || len(first) <= 2048 || third == "" {
		t.Errorf("%d, %d and %d characters, the first twice the same: %t", len(first), len(again), len(third), first == again)
	}
	if hash, _ := at(f.Must("GET", path, nil), "list", 0, "hashes", "sha256").(string); len(hash) != 64 {
		t.Errorf("the hash is %q", hash)
	}
}

func TestANewReviewMayBeADraftThatTakesItsScopeOnce(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.Configure(func(s *sandbox.Settings) { s.Features[conductorone.FeatureDraftReviews] = true })
	id := f.createReview(object{})
	expect(t, f.state(id), "ACCESS_REVIEW_STATE_DRAFT")
	path := "/api/v1/access_review/" + id + "/scope_and_entitlements"
	f.Must("POST", path, object{"entitlements": []any{object{"appId": github, "appEntitlementId": member}}})
	f.Refuses(400, "in state DRAFT", "POST", path, object{})
}

func TestAnnotationsMayBeTakenAndNotShown(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.Configure(func(s *sandbox.Settings) { s.Features[conductorone.FeatureNoAnnotations] = true })
	id := f.createCatalog(object{"annotations": object{"a": "b"}})
	expect(t, f.Must("GET", "/api/v1/catalogs/"+id, nil), object{}, "requestCatalogView", "requestCatalog", "annotations")
	f.Must("POST", "/api/v1/catalogs/"+id, object{"catalog": object{"annotations": object{"a": "b"}}, "updateMask": "annotations"})
	expect(t, f.Must("GET", "/api/v1/catalogs/"+id, nil), object{}, "requestCatalogView", "requestCatalog", "annotations")
	entitlement := f.createEntitlement(object{"annotations": object{"a": "b"}})
	expect(t, f.Must("GET", entitlements(github)+"/"+entitlement, nil), object{}, "appEntitlementView", "appEntitlement", "annotations")
}
