package veza_test

import (
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

func TestCreate(t *testing.T) {
	f := start(t, sandbox.Options{})
	created := f.Must("POST", profiles, object{
		"name": "Salesforce Developer", "state": "RUNNING", "profile_type": plain, "labels": []string{"operator-uid-1"},
		"entities_to_create_relationships_to": []any{group("Salesforce", "SalesforceGroup", "Sales Developers")},
		"custom_properties":                   object{"team": "crm"},
	})
	value := at(created, "value")
	expect(t, value, "RUNNING", "state")
	expect(t, value, 1, "current_version_number")
	expect(t, value, 0, "draft_version_number")
	expect(t, value, []string{"SALESFORCE"}, "integrations")
	expect(t, value, nil, "catalog_item_info")
	expect(t, value, object{"team": "crm"}, "custom_properties")
	expect(t, created, "PUBLISHED", "version", "state")
	relationship := at(value, "current_version", "entities_to_create_relationships_to", 0)
	expect(t, relationship, "veza-dev-ed:00GDp000001", "entity_id")
	expect(t, relationship, "Sales Developers", "entity_name")
	expect(t, relationship, veza.SeedID("extraction", "Salesforce"), "extraction_datasource_id")
	expect(t, relationship, "", "provider_external_id")
	expect(t, relationship, nil, "custom_properties")
	if at(value, "started_at") == nil {
		t.Error("a running profile was never started")
	}
	listed := f.Must("GET", profiles+"?entity_extra_info=true", nil)
	expect(t, listed, "veza-dev-ed", "values", 0, "current_version", "entities_to_create_relationships_to", 0, "provider_external_id")
	expect(t, listed, []string{"veza-dev-ed"}, "values", 0, "provider_external_ids")
}

// What the vendor refuses although the request keeps the contract.
func TestRefusals(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.create(nil)
	ai, sales := group("Okta", "OktaGroup", "AI Team"), group("Salesforce", "SalesforceGroup", "Sales Developers")
	limited := f.create(object{"name": "limited", "profile_type": veza.SeedID("type", "Limited")})
	relate := func(kind string, list ...any) object {
		return object{"profile_type": veza.SeedID("type", kind), "entities_to_create_relationships_to": list}
	}
	action := object{"policy_id": veza.SeedID("policy", "Joiners and leavers"), "name": "Sing"}
	for name, test := range map[string]struct {
		fields object
		want   string
	}{
		"a name that is taken":                       {object{"name": "Developers"}, "exists"},
		"a type that is not there":                   {object{"profile_type": "Profile"}, "type Profile not found"},
		"an extraction datasource":                   {relate("Profile", with(ai, object{"datasource_id": veza.SeedID("extraction", "Okta")})), "extraction datasource"},
		"a datasource that is off":                   {relate("Profile", group("Workday", "WorkdaySecurityGroup", "HR Partner")), "not enabled"},
		"an entity that is not there":                {relate("Profile", with(ai, object{"entity_id": "x"})), "not in the graph"},
		"an entity of another datasource":            {relate("Profile", with(ai, object{"datasource_id": salesforce})), "not of datasource"},
		"an action that no policy has":               {relate("Profile", with(ai, object{"sync_identity_action": action})), "no action"},
		"a role with relationships":                  {relate("Business Role", ai), "hold no relationships"},
		"a profile that inherits":                    {object{"inherit_entities_from_access_profiles": []string{limited}}, "do not inherit"},
		"a parent of a type that is not allowed":     {object{"profile_type": business, "inherit_entities_from_access_profiles": []string{limited}}, "do not inherit from"},
		"a parent that is not there":                 {object{"profile_type": business, "inherit_entities_from_access_profiles": []string{"x"}}, "not found"},
		"too many entitlements":                      {relate("Limited", ai, sales, group("Okta", "OktaGroup", "Payroll")), "at most 2"},
		"two integrations":                           {relate("Salesforce Role", ai, sales), "one integration"},
		"two datasources":                            {relate("Single Datasource", ai, group("Okta EMEA", "OktaGroup", "Engineering")), "one datasource"},
		"an application for a plain profile":         {object{"application_datasource_id": okta}, "no application datasource"},
		"a request policy that is not there":         {object{"access_request_policy_id": "x"}, "not found"},
		"a request policy where the type's is meant": {object{"profile_type": business, "access_request_policy_id": veza.SeedID("request-policy", "Auto approve")}, "of their own"},
	} {
		t.Run(name, func(t *testing.T) {
			f.T = t
			body := with(object{"name": name, "state": "PAUSED", "profile_type": plain}, test.fields)
			if f.refuses(400, test.want, "POST", profiles, body) {
				t.Error("counted as a breach of the contract")
			}
		})
	}
}

func TestTypesDecide(t *testing.T) {
	f := start(t, sandbox.Options{})
	typed := func(name string, fields object) any {
		return f.profile(f.create(with(object{"name": name, "profile_type": veza.SeedID("type", name)}, fields)))
	}
	role := typed("Salesforce Role", object{"entities_to_create_relationships_to": []any{group("Salesforce", "SalesforceGroup", "Sales Developers")}})
	expect(t, role, "SALESFORCE - Salesforce Role", "name")
	id, _ := at(role, "id").(string)
	expect(t, f.Must("PATCH", profiles+"/"+id, object{"name": "CRM"}), "SALESFORCE - CRM", "value", "name")
	expect(t, f.Must("PATCH", profiles+"/"+id, object{"name": "SALESFORCE - CRM"}), "SALESFORCE - CRM", "value", "name")
	expect(t, typed("Starts Paused", object{"state": "RUNNING"}), "PAUSED", "state")
	app := typed("Application Access", object{"application_datasource_id": okta})
	expect(t, app, okta, "current_version", "application_datasource_id")
	expect(t, app, []string{"OKTA"}, "integrations")
	expect(t, typed("Business Role", nil), veza.SeedID("request-policy", "Manager approval"), "access_request_policy_id")
	made, _ := at(f.Must("POST", types, object{"name": "Made", "time_before_sync_check_in_seconds": "5", "on_create_behavior": "DRY_RUN"}), "value", "id").(string)
	expect(t, f.profile(f.create(object{"name": "of a new type", "profile_type": made})), "DRY_RUN", "state")
	expect(t, f.Must("GET", types+"?page_size=100", nil), "5", "values", 10, "time_before_sync_check_in_seconds")
}

func TestInheritance(t *testing.T) {
	f := start(t, sandbox.Options{})
	base := f.create(object{"name": "base"})
	inherit := func(ids ...string) object { return object{"inherit_entities_from_access_profiles": ids} }
	parent := f.create(with(inherit(base), object{"name": "parent", "profile_type": business}))
	child := f.create(with(inherit(parent), object{"name": "child", "profile_type": business}))
	f.refuses(400, "inherits from this one", "PATCH", profiles+"/"+parent+"/versions/1", inherit(child))
	f.refuses(400, "inherits from this one", "PATCH", profiles+"/"+parent+"/versions/1", inherit(parent))
	seen := f.profile(parent)
	expect(t, seen, []string{base}, "access_profiles_inherited")
	expect(t, seen, []string{child}, "access_profiles_inherited_by")
	expect(t, seen, true, "inherits_from_other_profiles")
	expect(t, f.profile(base), true, "inherited_by_other_profiles")
}

func TestUpdateReplacesWhatItNames(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.create(object{"labels": []string{"a", "b"}, "description": "old", "custom_properties": object{"a": "1"}})
	f.Must("PATCH", profiles+"/"+id+"?update_mask=labels,custom_properties", object{"labels": []string{"c"}, "custom_properties": object{"b": "2"}})
	got := f.profile(id)
	expect(t, got, []string{"c"}, "labels")
	expect(t, got, object{"b": "2"}, "custom_properties")
	expect(t, got, "old", "description")
	f.Must("PATCH", profiles+"/"+id, object{"description": "", "catalog_item_info": object{"name": "Shown"}})
	got = f.profile(id)
	expect(t, got, "", "description")
	expect(t, got, "Shown", "catalog_item_info", "name")
	f.Must("PATCH", profiles+"/"+id, object{"require_approval_to_start": true})
	expect(t, f.Must("PATCH", profiles+"/"+id, object{"state": "RUNNING"}), "PENDING", "value", "state")
	expect(t, f.profile(id), nil, "started_at")
	f.edit(id, object{"approve": true, "last_sync_error_message": "no", "used_by_workflow": true})
	got = f.profile(id)
	expect(t, got, "RUNNING", "state")
	expect(t, got, "no", "last_sync_error_message")
	expect(t, got, true, "used_by_workflow")
}

func TestRequestable(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.create(nil)
	expect(t, f.profile(id), false, "requestable")
	f.Must("PATCH", profiles+"/"+id, object{"labels": []string{"requestable"}})
	expect(t, f.profile(id), true, "requestable")
	other := f.create(object{"name": "other"})
	f.Configure(func(s *sandbox.Settings) { s.Features["requestableAll"] = true })
	expect(t, f.profile(other), true, "requestable")
}

func TestCreatedEntitlement(t *testing.T) {
	f := start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(time.Minute) }})
	id := f.create(object{"name": "Robots", "profile_type": veza.SeedID("type", "Managed Group")})
	got := f.profile(id)
	expect(t, got, "", "created_entitlements", 0, "created_entity_id")
	expect(t, got, true, "sync_allowed")
	f.Configure(func(s *sandbox.Settings) { s.Features["entitlementError"] = true })
	f.Advance(time.Minute)
	if text, _ := at(f.profile(id), "last_sync_error_message").(string); !strings.Contains(text, "failed") {
		t.Errorf("error %q", text)
	}
	f.Configure(func(s *sandbox.Settings) { s.Features["entitlementError"] = false })
	got = f.profile(id)
	entity := at(got, "created_entitlements", 0, "created_entity_id")
	relationship := at(got, "current_version", "entities_to_create_relationships_to", 0)
	expect(t, relationship, entity, "entity_id")
	expect(t, relationship, "Robots", "entity_name")
	expect(t, relationship, true, "created_by_access_profile")
	expect(t, relationship, at(got, "created_entitlements", 0, "id"), "create_entitlement_detail_id")
	adopted := f.create(object{"name": "AI Team", "profile_type": veza.SeedID("type", "Managed Group")})
	f.Advance(time.Minute)
	expect(t, f.profile(adopted), veza.SeedID("entity", "Okta/AI Team"), "created_entitlements", 0, "created_entity_id")
}

func TestDelete(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.create(nil)
	if f.refuses(405, "cannot be deleted", "DELETE", profiles+"/"+id, nil) {
		t.Error("trying is no breach")
	}
	f.Configure(func(s *sandbox.Settings) { s.Features["deleteUnimplemented"] = true })
	f.refuses(501, "cannot be deleted", "DELETE", profiles+"/"+id, nil)
	f.Configure(func(s *sandbox.Settings) { s.Features["deleteProfile"] = true })
	heir := f.create(object{"name": "heir", "profile_type": business, "inherit_entities_from_access_profiles": []string{id}})
	f.refuses(400, "inherited by", "DELETE", profiles+"/"+id, nil)
	f.Must("DELETE", profiles+"/"+heir, nil)
	f.Must("DELETE", profiles+"/"+id, nil)
	f.refuses(404, "not found", "GET", profiles+"/"+id, nil)
}
