package veza

import (
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// seedType is a type of access profiles: one for each rule that a type can make (docs/vendors/veza-api.md#profile-types).
type seedType struct {
	name   string
	fields object
}

// seedTypes are the two that the vendor brings, "Profile" and "Business Role", and one for each other rule.
func (s *store) seedTypes(tenant string) {
	id := func(name string) string { return scopedID(tenant, "type", name) }
	const (
		relationships = "allow_create_relationships"
		inherit       = "allow_inherit_entities"
		overwrite     = "allow_overwrite_of_access_request_policy"
		single        = "require_single_integration"
	)
	for _, t := range []seedType{
		{"Profile", object{relationships: true, overwrite: true}},
		{"Business Role", object{
			inherit: true, fieldPolicy: SeedID("request-policy", "Manager approval"),
			"allow_inherited_from_types": []any{id("Profile"), id("Business Role"), id("Salesforce Role"), id("Managed Group")},
		}},
		{"Salesforce Role", object{relationships: true, single: true, "add_integration_prefix_to_access_profile_names": true}},
		{"Application Access", object{overwrite: true}},
		{"Managed Group", object{
			relationships: true, single: true, "create_entitlement_based_on_profile": true, "time_before_sync_check_in_seconds": "60",
			"create_entitlements": []any{object{
				"datasource_id": SeedID("datasource", "Okta"), "entity_type": "OktaGroup",
				"attribute_transformers": object{"values": []any{object{
					"destination_attribute": "name", "destination_value_formatter": "{name}", "unique_identifier": true,
				}}},
			}},
		}},
		{"Limited", object{relationships: true, inherit: true, overwrite: true, "max_entitlements": int64(2)}},
		{"Single Datasource", object{relationships: true, overwrite: true, "require_single_datasource": true}},
		{"Starts Paused", object{relationships: true, overwrite: true, "on_create_behavior": "PAUSED"}},
		{"Duplicate Type#1", object{relationships: true}},
		{"Duplicate Type#2", object{relationships: true}},
	} {
		value := wire.Copy(t.fields)
		value["id"], value["name"], value["description"] = id(t.name), shown(t.name), "Seeded type."
		s.types.Put(s.next(), id(t.name), value, time.Time{})
	}
}
