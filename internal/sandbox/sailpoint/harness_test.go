package sailpoint_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxtest"
)

var (
	ada       = sailpoint.SeedID("identity", "ada@corp.example")
	grace     = sailpoint.SeedID("identity", "grace@corp.example")
	directory = sailpoint.SeedID("source", "Active Directory")
	workday   = sailpoint.SeedID("source", "Workday")
	payroll   = sailpoint.SeedID("entitlement", "Active Directory/Payroll")
	finance   = sailpoint.SeedID("entitlement", "Active Directory/Finance")
	viewer    = sailpoint.SeedID("entitlement", "Workday/Viewer")
	approvers = sailpoint.SeedID("workgroup", "Access approvers")
	employees = sailpoint.SeedID("segment", "Employees")
	workflow  = sailpoint.SeedID("workflow", "Approve by ticket")
	used      = sailpoint.SeedID("profile", "Payroll readers")
)

const (
	profiles  = "/access-profiles/v1"
	allItems  = "/entitlements/v1"
	campaigns = "/campaigns/v1"
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
	return &fake{sandboxtest.Start(t, sailpoint.Start, options)}
}

// features starts a sandbox with knobs turned on.
func features(t *testing.T, names ...string) *fake {
	t.Helper()
	return start(t, sandboxtest.WithFeatures(names...))
}

func (f *fake) do(method, path string, body any) (int, any) {
	f.T.Helper()
	media := ""
	if body != nil {
		media = sandboxtest.MediaJSON
	}
	if method == "PATCH" {
		media = "application/json-patch+json"
	}
	answer := f.Send(method, path, media, body)
	return answer.Status, answer.Body
}

// must expects success.
func (f *fake) must(method, path string, body any) any {
	f.T.Helper()
	status, result := f.do(method, path, body)
	if status >= 300 {
		f.T.Fatalf("%s %s: %d %v", method, path, status, result)
	}
	return result
}

// refuses expects an error with a status, a detail code and a text in its cause.
func (f *fake) refuses(status int, code, part, method, path string, body any) {
	f.T.Helper()
	got, result := f.do(method, path, body)
	cause, _ := at(result, "causes", 0, "text").(string)
	detail, _ := at(result, "detailCode").(string)
	if got != status || !strings.HasPrefix(detail, code) || !strings.Contains(cause, part) {
		f.T.Errorf("%s %s: got %d %q %q, want %d %s with %q", method, path, got, detail, cause, status, code, part)
	}
}

// find lists with a filter and returns the names.
func (f *fake) find(path, filter string) []string {
	f.T.Helper()
	list, _ := f.must("GET", path+"?"+url.Values{"filters": {filter}}.Encode(), nil).([]any)
	names := []string{}
	for _, item := range list {
		name, _ := at(item, "name").(string)
		names = append(names, name)
	}
	return names
}

func ref(kind, id string) object { return object{"type": kind, "id": id} }

func refs(kind string, ids ...string) []any {
	list := []any{}
	for _, id := range ids {
		list = append(list, ref(kind, id))
	}
	return list
}

// profile is a body that is accepted, with changes.
func profile(changes object) object {
	body := object{
		"name": "Payroll", "owner": ref("IDENTITY", ada), "source": ref("SOURCE", directory), "enabled": true,
		"entitlements": refs("ENTITLEMENT", payroll, finance),
	}
	maps.Copy(body, changes)
	return body
}

func (f *fake) createProfile(changes object) string {
	f.T.Helper()
	id, _ := at(f.must("POST", profiles, profile(changes)), "id").(string)
	return id
}

// campaign is a body that is accepted, with changes.
func campaign(f *fake, changes object) object {
	body := object{
		"name": "Quarterly", "description": "Q4 [marker]", "type": "SEARCH", "deadline": f.Now().Add(72 * hour).UTC().Format("2006-01-02T15:04:05.000Z"),
		"searchCampaignInfo": object{
			"type": "IDENTITY", "identityIds": []string{ada, grace},
			"accessConstraints": []any{object{"type": "ENTITLEMENT", "operator": "SELECTED", "ids": []string{payroll}}},
		},
	}
	maps.Copy(body, changes)
	return body
}

func (f *fake) createCampaign(changes object) string {
	f.T.Helper()
	id, _ := at(f.must("POST", campaigns, campaign(f, changes)), "id").(string)
	return id
}

func (f *fake) status(id string) any {
	f.T.Helper()
	return at(f.must("GET", campaigns+"/"+id, nil), "status")
}

func escape(filter string) string { return url.QueryEscape(filter) }

func op(kind, path string, value any) object {
	if kind == "remove" {
		return object{"op": kind, "path": path}
	}
	return object{"op": kind, "path": path, "value": value}
}
