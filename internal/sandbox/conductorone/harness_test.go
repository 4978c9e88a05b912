package conductorone_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxtest"
)

var (
	github  = conductorone.SeedID("app", "GitHub")
	workday = conductorone.SeedID("app", "Workday")
	c1      = conductorone.SeedID("app", conductorone.AppC1)
	ada     = conductorone.SeedID("user", "ada@corp.example")
	grace   = conductorone.SeedID("user", "grace@corp.example")
	grant   = conductorone.SeedID("policy", "Manager approval")
	revoke  = conductorone.SeedID("policy", "Auto revoke")
	certify = conductorone.SeedID("policy", "Certify by manager")
	member  = conductorone.SeedID("entitlement", "GitHub/octo-org Member")
	viewer  = conductorone.SeedID("entitlement", "Workday/Viewer")
)

type object = map[string]any

// What the tests of every fake share, under the names this package knows it by.
var (
	at     = sandboxtest.At
	expect = sandboxtest.Expect
)

// fake is a sandbox and a client of it.
type fake struct{ *sandboxtest.Client }

func start(t *testing.T, options sandbox.Options) *fake {
	t.Helper()
	return &fake{sandboxtest.Start(t, conductorone.Start, options)}
}

func entitlements(app string) string { return "/api/v1/apps/" + app + "/entitlements" }

// withResource names a resource of GitHub where fields name none: a new entitlement needs one.
func withResource(fields object) object {
	for name, id := range map[string]string{
		"appResourceTypeId": conductorone.SeedID("resource-type", "GitHub/Team"), "appResourceId": conductorone.SeedID("resource", "GitHub/Team/platform"),
	} {
		if _, set := fields[name]; !set {
			fields[name] = id
		}
	}
	return fields
}

func (f *fake) createEntitlement(fields object) (id string) {
	f.T.Helper()
	body := withResource(object{"displayName": "Deployer"})
	for name, value := range fields {
		body[name] = value
	}
	id, _ = at(f.Must("POST", entitlements(github), body), "appEntitlementView", "appEntitlement", "id").(string)
	return id
}

func (f *fake) createCatalog(fields object) (id string) {
	f.T.Helper()
	body := object{"displayName": "Engineers"}
	for name, value := range fields {
		body[name] = value
	}
	id, _ = at(f.Must("POST", "/api/v1/catalogs", body), "requestCatalogView", "requestCatalog", "id").(string)
	return id
}

func (f *fake) createReview(fields object) (id string) {
	f.T.Helper()
	body := object{"displayName": "Quarterly", "ownerIds": []string{ada}, "policyId": certify}
	for name, value := range fields {
		body[name] = value
	}
	id, _ = at(f.Must("POST", "/api/v1/access_review", body), "accessReview", "accessReview", "id").(string)
	return id
}

func (f *fake) form(values url.Values, change func(*http.Request)) (int, object) {
	f.T.Helper()
	request, err := http.NewRequest("POST", f.URL+"/auth/v1/token", strings.NewReader(values.Encode()))
	if err != nil {
		f.T.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if change != nil {
		change(request)
	}
	response, err := f.HTTP.Do(request)
	if err != nil {
		f.T.Fatal(err)
	}
	defer response.Body.Close()
	var result object
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		f.T.Fatal(err)
	}
	return response.StatusCode, result
}

// until waits for something another goroutine brings about.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}
