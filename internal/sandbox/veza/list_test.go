package veza_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

func TestFilters(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.create(with(entities(group("Salesforce", "SalesforceGroup", "Sales Developers")), object{"name": "sales", "labels": []string{"uid-1"}}))
	f.create(with(entities(group("Okta", "OktaGroup", "AI Team")), object{"name": "okta", "labels": []string{"uid-12", "requestable"}}))
	f.create(with(entities(group("Okta", "OktaGroup", "AI Team"), group("Salesforce", "SalesforceGroup", "Sales Developers")), object{"name": "both"}))
	f.create(object{"name": "role", "profile_type": business})
	for name, test := range map[string]struct {
		filter string
		want   []any
	}{
		"none":                         {"", []any{"sales", "okta", "both", "role"}},
		"a label, or part of one":      {`labels co "uid-1"`, []any{"sales", "okta"}},
		"the only label":               {`labels eq "uid-1"`, []any{"sales"}},
		"one label of several exactly": {`labels eq "requestable"`, []any{}},
		"a type":                       {`profile_type eq "` + business + `"`, []any{"role"}},
		"an integration among others":  {`integrations co "OKTA"`, []any{"okta", "both"}},
		"an integration alone":         {`integrations eq "OKTA"`, []any{"okta"}},
		"a provider":                   {`provider_ids co "` + veza.SeedID("provider", "Salesforce") + `"`, []any{"sales", "both"}},
		"and binds before or":          {`labels co "uid-12" or labels co "uid-1" and integrations eq "SALESFORCE"`, []any{"sales", "okta"}},
		"parentheses":                  {`(integrations co "OKTA" or integrations co "SALESFORCE") and profile_type eq "` + business + `"`, []any{}},
	} {
		t.Run(name, func(t *testing.T) {
			f.T = t
			got := []any{}
			list, _ := at(f.Must("GET", profiles+"?filter="+url.QueryEscape(test.filter), nil), "values").([]any)
			for _, profile := range list {
				got = append(got, at(profile, "name"))
			}
			expect(t, got, test.want)
		})
	}
	byName := profiles + "?filter=" + url.QueryEscape(`name eq "okta"`)
	if f.refuses(400, "name eq is not supported", "GET", byName, nil) {
		t.Error("asking is no breach")
	}
	f.refuses(400, "labels sw is not supported", "GET", profiles+"?filter="+url.QueryEscape(`labels sw "x"`), nil)
	f.refuses(501, "order_by", "GET", profiles+"?order_by=name", nil)
	f.Configure(func(s *sandbox.Settings) { s.Features["nameFilter"] = true })
	expect(t, f.Must("GET", byName, nil), "okta", "values", 0, "name")
	expect(t, f.Must("GET", providers+"?filter="+url.QueryEscape("type eq 'SALESFORCE'"), nil), "Salesforce", "values", 0, "name")
}

// pages follows the tokens of a list and returns how many pages there were, how many of them were empty, and what they held.
func (f *fake) pages(path string) (pages, empty, items int) {
	f.T.Helper()
	for token := ""; ; {
		page := f.Must("GET", path+"&page_token="+url.QueryEscape(token), nil)
		list, _ := page["values"].([]any)
		pages, items = pages+1, items+len(list)
		if len(list) == 0 {
			empty++
		}
		if page["has_more"] != true {
			return pages, empty, items
		}
		if token, _ = page["next_page_token"].(string); token == "" || pages > 50 {
			f.T.Fatal("more, and no way to it")
		}
	}
}

func TestPaging(t *testing.T) {
	f := start(t, sandbox.Options{})
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		f.create(object{"name": name})
	}
	pages, empty, items := f.pages(profiles + "?page_size=2")
	expect(t, []int{pages, empty, items}, []int{3, 0, 5})
	f.Configure(func(s *sandbox.Settings) { s.Features["emptyPages"] = true })
	pages, empty, items = f.pages(profiles + "?page_size=2")
	expect(t, []int{pages, empty, items}, []int{6, 3, 5})
}

func TestListsLag(t *testing.T) {
	f := start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.ListLag = sandbox.Duration(time.Minute) }})
	id := f.create(object{"labels": []string{"old"}})
	expect(t, f.Must("GET", profiles, nil), []any{}, "values")
	expect(t, f.profile(id), "Developers", "name")
	f.Advance(time.Minute)
	f.Must("PATCH", profiles+"/"+id, object{"labels": []string{"new"}})
	expect(t, f.Must("GET", profiles, nil), []string{"old"}, "values", 0, "labels")
	f.Advance(time.Minute)
	expect(t, f.Must("GET", profiles, nil), []string{"new"}, "values", 0, "labels")
}

func TestGraph(t *testing.T) {
	f := start(t, sandbox.Options{})
	query := func(kind string, specs ...any) any {
		node := object{"node_type": kind}
		if len(specs) > 0 {
			node["condition_expression"] = object{"specs": specs}
		}
		return f.Must("POST", nodes, object{"query_type": "SOURCE_TO_DESTINATION", "source_node_types": object{"nodes": []any{node}}})
	}
	named := object{"property": "name", "value": "Engineering"}
	both := query("OktaGroup", named)
	expect(t, both, "Engineering", "values", 1, "properties", "name")
	expect(t, both, nil, "values", 2)
	one := query("OktaGroup", named, object{"property": "datasource_id", "value": veza.SeedID("extraction", "Okta EMEA")})
	expect(t, one, veza.SeedID("entity", "Okta EMEA/Engineering"), "values", 0, "id")
	expect(t, one, nil, "values", 1)
	expect(t, query("OktaGroup", object{"property": "colour", "value": "red"}), []any{}, "values")
	made, err := f.Create(veza.KindAppEntitlement, okta, object{"type": "OktaGroup", "name": "By hand"})
	if err != nil {
		t.Fatal(err)
	}
	target := sandbox.Target{Kind: veza.KindAppEntitlement, ParentID: okta, ID: made}
	if err := f.Edit(target, object{"name": "Renamed"}); err != nil {
		t.Fatal(err)
	}
	expect(t, query("OktaGroup", object{"property": "name", "value": "Renamed"}), made, "values", 0, "id")
	id := f.create(entities(object{"entity_type": "OktaGroup", "datasource_id": okta, "entity_id": made}))
	if err := f.Delete(target); err != nil {
		t.Fatal(err)
	}
	expect(t, f.profile(id), "", "current_version", "entities_to_create_relationships_to", 0, "entity_name")
}

func TestLookups(t *testing.T) {
	f := start(t, sandbox.Options{})
	expect(t, f.Must("GET", providers+"/custom/templates", nil), []any{}, "values")
	sources := f.Must("GET", providers+"/datasources/lifecycle_managers", nil)
	expect(t, sources, "Salesforce Lifecycle Management", "values", 0, "datasource", "name")
	expect(t, sources, "MANAGE_RELATIONSHIPS", "values", 0, "definition", "actions", 1, "type")
	expect(t, sources, false, "values", 4, "enabled")
	expect(t, sources, "Duplicate", "values", 5, "datasource", "name")
	expect(t, sources, "Duplicate", "values", 6, "datasource", "name")
	one := f.Must("GET", providers+"/datasources/lifecycle_managers/"+okta, nil)
	expect(t, one, veza.SeedID("provider", "Okta"), "value", "datasource", "provider_id")
	expect(t, f.Must("GET", providers+"/datasources", nil), veza.SeedID("extraction", "Salesforce"), "values", 0, "id")
	f.refuses(404, "not found", "GET", providers+"/datasources/lifecycle_managers/"+veza.SeedID("extraction", "Okta"), nil)
	expect(t, f.Must("GET", lifecycle+"/policies", nil), "Joiners and leavers", "values", 0, "name")
	policy := f.Must("POST", lifecycle+"/access_request_policies", object{"name": "Mine", "approver_definition": object{"auto_approve": true}})
	expect(t, policy, true, "version", "approver_definition", "auto_approve")
	identity := at(f.Must("GET", lifecycle+"/identities/"+ada, nil), "value")
	expect(t, identity, "ada@corp.example", "email")
	node, _ := at(identity, "entity_id").(string)
	held := lifecycle + "/policies/" + veza.SeedID("policy", "Joiners and leavers") + "/identities/" + ada + ":list_entitlements"
	id := f.create(with(entities(group("Okta", "OktaGroup", "AI Team")), object{"state": "RUNNING"}))
	f.edit(id, object{"members": []any{object{"identity_id": ada}}})
	list := f.Must("GET", held+"?identity_entity_id="+node, nil)
	expect(t, list, "VezaAccessProfile", "values", 0, "entity_type")
	expect(t, list, "AI Team", "values", 1, "entity_name")
	f.refuses(400, "not the graph entity", "GET", held+"?identity_entity_id="+ada, nil)
	f.refuses(400, "is required", "GET", held, nil)
}
