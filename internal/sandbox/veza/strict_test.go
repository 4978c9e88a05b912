package veza_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

func TestKey(t *testing.T) {
	f := start(t, sandbox.Options{})
	valid := f.Token
	for name, test := range map[string]struct{ key, want string }{
		"none":                         {"", "no API key"},
		"bad characters":               {"a key!", "Malformed API key"},
		"not base64":                   {"abc", "Invalid API key"},
		"another's":                    {"YW5vdGhlcg==", "unknown or was revoked"},
		"almost the one that is valid": {strings.Replace(valid, valid[:1], "A", 1) + "AAAA", "API key"},
	} {
		t.Run(name, func(t *testing.T) {
			f.T, f.Token = t, test.key
			if f.refuses(401, test.want, "GET", providers+"/custom/templates", nil) {
				t.Error("a wrong key breaks no contract")
			}
		})
	}
	f.T, f.Token = t, valid
	f.ExpireTokens()
	f.Must("GET", providers+"/custom/templates", nil)
	if _, err := f.RotateCredentials(); err != nil {
		t.Fatal(err)
	}
	f.refuses(401, "revoked", "GET", providers+"/custom/templates", nil)
	f.Token = f.Credentials().StaticToken
	f.Must("GET", providers+"/custom/templates", nil)
}

// Bodies are closed, enumerations are names, and the mask says what the body says.
func TestViolations(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.create(nil)
	profile, version := profiles+"/"+id, profiles+"/"+id+"/versions/1"
	body := object{"name": "New", "state": "PAUSED", "profile_type": plain}
	members := object{"access_profile_id": id, "version_number": 1, "type": "ADD", "identity_ids": []string{ada}}
	related := func(fields object) object {
		return object{"entities_to_create_relationships_to": []any{with(group("Okta", "OktaGroup", "AI Team"), fields)}}
	}
	query := func(node object) object {
		return object{"query_type": "SOURCE_TO_DESTINATION", "source_node_types": object{"nodes": []any{node}}}
	}
	for name, test := range map[string]struct {
		method, path string
		body         any
		want         string
	}{
		"a create without a name":                {"POST", profiles, with(body, object{"name": nil}), "name is required"},
		"a create without a state":               {"POST", profiles, with(body, object{"state": nil}), "state is required"},
		"a create without a type":                {"POST", profiles, with(body, object{"profile_type": ""}), "profile_type is required"},
		"a state by number":                      {"POST", profiles, with(body, object{"state": 1}), "not a value"},
		"a field that only the update takes":     {"POST", profiles, with(body, object{"require_approval_to_start": true}), "unknown property"},
		"a body inside value":                    {"POST", profiles, object{"value": body}, "unknown property value"},
		"a list that is null":                    {"POST", profiles, `{"name":"x","state":"PAUSED","profile_type":"y","labels":null}`, "must not be null"},
		"relationships of a profile":             {"PATCH", profile, related(nil), "unknown property"},
		"a request policy of a profile":          {"PATCH", profile, object{"access_request_policy_id": "x"}, "unknown property"},
		"sync_allowed":                           {"PATCH", profile, object{"sync_allowed": true}, "unknown property"},
		"an empty name":                          {"PATCH", profile, object{"name": ""}, "must not be empty"},
		"no fields":                              {"PATCH", profile, object{}, "names no field"},
		"a mask in camel case":                   {"PATCH", profile + "?update_mask=customProperties", object{"custom_properties": object{}}, "snake_case"},
		"a mask of a field that is not there":    {"PATCH", profile + "?update_mask=labels,name", object{"labels": []string{}}, "name is not in the body"},
		"a field that the mask leaves out":       {"PATCH", profile + "?update_mask=labels", object{"labels": []string{}, "name": "x"}, "name is in the body"},
		"a mask that is empty":                   {"PATCH", profile + "?update_mask=", object{"labels": []string{}}, "not in the mask"},
		"a mask that goes into a field":          {"PATCH", profile + "?update_mask=catalog_item_info.name", object{"catalog_item_info": object{"name": "x"}}, "not in the body"},
		"a query parameter nobody knows":         {"PATCH", profile + "?version=1", object{"labels": []string{}}, "unknown query parameter"},
		"the name of a version":                  {"PATCH", version, object{"name": "x"}, "unknown property"},
		"the state of a version by number":       {"PATCH", version, object{"state": 1}, "not a value"},
		"a member list of a version":             {"PATCH", version, object{"members": []string{ada}}, "unknown property"},
		"a read-only name":                       {"PATCH", version, related(object{"entity_name": "AI Team"}), "unknown property"},
		"a read-only extraction":                 {"PATCH", version, related(object{"extraction_datasource_id": "x"}), "unknown property"},
		"a read-only date":                       {"PATCH", version, related(object{"created_at": "2024-01-05T09:00:00Z"}), "unknown property"},
		"an action without a policy":             {"PATCH", version, related(object{"sync_identity_action": object{"name": "x"}}), "policy_id is required"},
		"an empty grant":                         {"PATCH", version, related(object{"grant_by": ""}), "no value of an enumeration"},
		"a version that is no number":            {"PATCH", profiles + "/" + id + "/versions/current", object{"state": "PUBLISHED"}, "not a version number"},
		"members without a type":                 {"PUT", version + "/members", with(members, object{"type": nil}), "type is required"},
		"members by number":                      {"PUT", version + "/members", with(members, object{"type": 1}), "not a value"},
		"no members":                             {"PUT", version + "/members", with(members, object{"identity_ids": []string{}}), "must name somebody"},
		"members of another profile":             {"PUT", version + "/members", with(members, object{"access_profile_id": "x"}), "not the profile of the path"},
		"members of another version":             {"PUT", version + "/members", with(members, object{"version_number": 2}), "not the version of the path"},
		"a type without a name":                  {"POST", types, object{}, "name is required"},
		"a page of nothing":                      {"GET", profiles + "?page_size=0", nil, "positive number"},
		"a page token of another list":           {"GET", profiles + "?page_token=e30", nil, "another question"},
		"a filter that cannot be read":           {"GET", profiles + "?filter=" + url.QueryEscape(`labels co x`), nil, "quoted value"},
		"a colon in disguise":                    {"POST", strings.Replace(nodes, ":", "%3A", 1), query(object{"node_type": "OktaGroup"}), "percent-encoded"},
		"a query without nodes":                  {"POST", nodes, object{"query_type": "SOURCE_TO_DESTINATION", "source_node_types": object{"nodes": []any{}}}, "names no node type"},
		"a query with an operator":               {"POST", nodes, query(object{"node_type": "OktaGroup", "condition_expression": object{"specs": []any{object{"fn": "EQ", "property": "name", "value": "x"}}}}), "unknown property"},
		"reviews of no configuration":            {"GET", certifications, nil, "workflow_id is required"},
		"a review with a due date":               {"POST", certifications, object{"workflow_id": quarterly, "due_date": "2030-01-01T00:00:00Z"}, "unknown property"},
		"a review of a snapshot that is unnamed": {"POST", certifications, object{"workflow_id": quarterly, "data_source": 2}, "snapshot_id is required"},
		"a review of another source":             {"POST", certifications, object{"workflow_id": quarterly, "data_source": 3}, "neither 0, 1 nor 2"},
		"a review that is deleted":               {"DELETE", certifications + "/x", nil, "no operation"},
		"a list of identities":                   {"GET", lifecycle + "/identities?filter=x", nil, "no operation"},
		"an identity's unknown verb":             {"GET", lifecycle + "/policies/x/identities/y:list", nil, "no operation"},
		"a body that is sent with a read":        {"GET", profile, object{}, "takes no body"},
	} {
		t.Run(name, func(t *testing.T) {
			f.T = t
			status := http.StatusBadRequest
			if test.want == "no operation" && !strings.Contains(test.path, ":") {
				status = http.StatusNotFound
			}
			if !f.refuses(status, test.want, test.method, test.path, test.body) {
				t.Error("not counted as a breach of the contract")
			}
		})
	}
}

func TestErrorsHaveTheVendorsForm(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.create(nil)
	_, taken := f.Do("POST", profiles, object{"name": "Developers", "state": "PAUSED", "profile_type": plain})
	expect(t, taken, "InvalidArgument", "code")
	expect(t, taken, "type.googleapis.com/google.rpc.BadRequest", "details", 0, "@type")
	expect(t, taken, "name", "details", 0, "field_violations", 0, "field")
	expect(t, taken, "INVALID_ARGUMENTS", "details", 1, "reason")
	if text, _ := at(taken, "timestamp").(string); len(text) != len("2022-08-05T19:59:11.508388808Z") {
		t.Errorf("timestamp %s", text)
	}
	status, gone := f.Do("GET", profiles+"/x", nil)
	expect(t, status, 404)
	expect(t, gone, "NotFound", "code")
	expect(t, gone, object{"@type": "type.googleapis.com/errorstatus.v1.ResourceInfo", "resource_type": "access_profile", "resource": "x"}, "details", 0)
	if err := f.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503, Count: 1}); err != nil {
		t.Fatal(err)
	}
	_, down := f.Do("GET", profiles+"/x", nil)
	expect(t, down, "Unavailable", "code")
	if broken := f.Rejections(); len(broken) > 0 {
		t.Errorf("refusals were counted as breaches: %v", broken)
	}
}

func TestBlind(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.create(nil)
	f.Configure(func(s *sandbox.Settings) { s.Blind = true })
	f.refuses(404, "not found", "GET", profiles+"/"+id, nil)
	f.refuses(404, "not found", "PATCH", profiles+"/"+id, object{"description": "x"})
	f.refuses(403, "denied", "POST", profiles, object{"name": "x", "state": "PAUSED", "profile_type": plain})
	for _, path := range []string{profiles, types, providers, workflows} {
		expect(t, f.Must("GET", path, nil), []any{}, "values")
	}
}

// No answer names the tenant; ids of providers and types differ between tenants.
func TestAnotherTenantHasOtherProviders(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.create(nil)
	first := f.Must("GET", providers, nil)
	expect(t, first, veza.SeedID("provider", "Salesforce"), "values", 0, "id")
	f.SwitchTenant("other")
	second := f.Must("GET", providers, nil)
	expect(t, second, "Salesforce", "values", 0, "name")
	if at(first, "values", 0, "id") == at(second, "values", 0, "id") {
		t.Error("two tenants have one provider")
	}
	f.refuses(404, "not found", "GET", profiles+"/"+id, nil)
	f.refuses(400, "type", "POST", profiles, object{"name": "x", "state": "PAUSED", "profile_type": plain})
}
