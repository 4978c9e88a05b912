package veza

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// SeedID is the id of a seeded object: the same in every run, and in every tenant but for providers and types. Kinds and names
// are those of the seed: type, provider, extraction and datasource (of lifecycle management, both by provider), policy,
// request-policy and configuration by name; identity (what members are) and user-node (its graph entity) by e-mail; entity by
// "provider/name". What is there twice has "#1" and "#2" after its name.
func SeedID(kind, name string) string {
	switch kind {
	case "entity":
		for _, e := range seedEntities {
			if e.provider+"/"+e.name == name && e.id != "" {
				return e.id
			}
		}
		return fmt.Sprintf("00g%x", sha256.Sum256([]byte(name)))[:20]
	case "user-node":
		return fmt.Sprintf("00u%x", sha256.Sum256([]byte(name)))[:20]
	default:
		return uuid(kind + "\x00" + name)
	}
}

// scopedID is the id of a provider or a type. No answer of the vendor names its tenant, but ids are made where the object is:
// who looks at a provider again after the tenant was switched finds another.
func scopedID(tenant, kind, name string) string {
	if tenant == sandbox.DefaultTenant {
		return SeedID(kind, name)
	}
	return SeedID(kind, tenant+"\x00"+name)
}

var seededAt = timestamp(time.Date(2024, 1, 5, 9, 0, 0, 0, time.UTC))

// seedProviders are name, type and external id; lifecycle management is not enabled for the one that is off.
var seedProviders = []struct {
	name, kind, external string
	off                  bool
}{
	{name: "Salesforce", kind: "SALESFORCE", external: "veza-dev-ed"},
	{name: "Okta", kind: "OKTA", external: "corp.okta.example"},
	{name: "Okta EMEA", kind: "OKTA", external: "emea.okta.example"},
	{name: "Active Directory", kind: "ACTIVE_DIRECTORY", external: "corp.example"},
	{name: "Workday", kind: "WORKDAY", external: "corp-workday", off: true},
	{name: "Duplicate#1", kind: "SNOWFLAKE", external: "duplicate-1"},
	{name: "Duplicate#2", kind: "SNOWFLAKE", external: "duplicate-2"},
}

// seedEntities are what the graph holds. "Engineering" is a group of two Okta organisations, "Payroll" one of two products.
var seedEntities = []struct{ provider, kind, name, id string }{
	{"Salesforce", "SalesforceGroup", "Sales Developers", "veza-dev-ed:00GDp000001"},
	{"Salesforce", "SalesforceGroup", "Sales Operations", "veza-dev-ed:00GDp000002"},
	{"Salesforce", "SalesforcePermissionSet", "Export Reports", "veza-dev-ed:0PSDp000001"},
	{"Okta", "OktaGroup", "AI Team", ""},
	{"Okta", "OktaGroup", "Payroll", ""},
	{"Okta", "OktaGroup", "Everyone", ""},
	{"Okta", "OktaGroup", "Engineering", ""},
	{"Okta EMEA", "OktaGroup", "Engineering", ""},
	{"Okta EMEA", "OktaGroup", "Contractors", ""},
	{"Active Directory", "ActiveDirectoryGroup", "Payroll", "CN=Payroll,OU=Groups,DC=corp,DC=example"},
	{"Active Directory", "ActiveDirectoryGroup", "Domain Admins", "CN=Domain Admins,OU=Groups,DC=corp,DC=example"},
	{"Workday", "WorkdaySecurityGroup", "HR Partner", "corp-workday:hr-partner"},
	{"Duplicate#1", "SnowflakeRole", "ANALYST", "duplicate-1:ANALYST"},
	{"Duplicate#2", "SnowflakeRole", "ANALYST", "duplicate-2:ANALYST"},
}

// seedPeople are e-mail, name, department and title; the last one is not active.
var seedPeople = [][4]string{
	{"ada@corp.example", "Ada Lovelace", "Engineering", "Staff Engineer"},
	{"grace@corp.example", "Grace Hopper", "Engineering", "Engineering Manager"},
	{"alan@corp.example", "Alan Turing", "Security", "Security Engineer"},
	{"katherine@corp.example", "Katherine Johnson", "Finance", "Controller"},
	{"bob@corp.example", "Bob Former", "Sales", "Account Executive"},
}

// seedPolicies are a lifecycle policy, followed by its actions.
var seedPolicies = [][]string{
	{"Joiners and leavers", "Create Okta account", "Create Salesforce account"},
	{"Contractors", "Create contractor account"},
}

// seedConfigurations are the name of a review configuration and the node type it asks for.
var seedConfigurations = [][2]string{
	{"Quarterly Salesforce access", "SalesforceGroup"},
	{"Okta groups", "OktaGroup"},
	{"Duplicate configuration#1", "OktaGroup"},
	{"Duplicate configuration#2", "SalesforceGroup"},
}

// seed makes the store a tenant starts with.
func seed(tenant string) *store {
	s := newStore()
	s.seedSources(tenant)
	s.seedPeople()
	for _, name := range []string{"Manager approval", "Auto approve"} {
		s.plant(s.requestPolicies, "id", SeedID("request-policy", name), object{"name": name, "current_version_number": int64(1)})
	}
	s.seedTypes(tenant)
	for _, w := range seedConfigurations {
		s.plant(s.workflows, "workflow_id", SeedID("configuration", w[0]), object{
			"name": shown(w[0]), "description": "Seeded configuration.",
			"query": object{"query_type": "SOURCE_TO_DESTINATION", "node_type": w[1]},
			"owner": object{"user_type": "LOCAL", "id": SeedID("user", "auditor"), "email": "auditor@corp.example", "name": "Auditor"},
		})
	}
	return s
}

// shown is a name without the number that tells two of one name apart.
func shown(name string) string {
	name, _, _ = strings.Cut(name, "#")
	return name
}

func (s *store) plant(t *wire.Table, key, id string, value object) {
	value[key], value["created_at"], value["updated_at"] = id, seededAt, seededAt
	t.Put(s.next(), id, value, time.Time{})
}

func (s *store) seedSources(tenant string) {
	kinds := map[string][]any{}
	for _, e := range seedEntities {
		kinds[e.provider] = append(kinds[e.provider], e.kind)
	}
	for _, p := range seedProviders {
		provider, extraction := scopedID(tenant, "provider", p.name), SeedID("extraction", p.name)
		s.plant(s.providers, "id", provider, object{
			"name": shown(p.name), "type": p.kind, "vendor_id": strings.ToLower(p.kind), "state": "ENABLED", "status": "SUCCESS",
			"data_plane_id": SeedID("data-plane", "main"), "external_id": p.external,
		})
		s.plant(s.extractions, "id", extraction, object{
			"name": shown(p.name), "datasource_type": p.kind, "agent_type": p.kind, "provider_id": provider, "path": p.external,
			"status": "SUCCESS", "state": "ENABLED", "effective_state": "ENABLED", "synced_at": seededAt, "parsed_at": seededAt,
		})
		name := p.name + " Lifecycle Management"
		if shown(p.name) != p.name {
			name = shown(p.name)
		}
		s.plant(s.datasources, "id", SeedID("datasource", p.name), object{
			"enabled": !p.off, "datasource": object{"name": name, "provider_id": provider}, "extraction": extraction, "provider": provider,
			"definition": object{
				"source_of_identity_definition": object{"entity_type": "OktaUser"},
				"actions": []any{
					object{"type": "SYNC_IDENTITIES", "idempotent": true},
					object{"type": "MANAGE_RELATIONSHIPS", "idempotent": true, "output_entity_types": []any{
						object{"name": "entitlement", "available_entity_types": kinds[p.name]},
					}},
					object{"type": "CREATE_ENTITLEMENT", "idempotent": true},
				},
			},
		})
	}
	for _, e := range seedEntities {
		id := SeedID("entity", e.provider+"/"+e.name)
		s.entities.Put(s.next(), entityKey(e.kind, id), object{
			"id": id, "type": e.kind, "name": e.name, "native_id": id[strings.Index(id, ":")+1:],
			"datasource_id": SeedID("extraction", e.provider), "provider_id": scopedID(tenant, "provider", e.provider),
		}, time.Time{})
	}
}

func (s *store) seedPeople() {
	for _, p := range seedPolicies {
		s.plant(s.policies, "id", SeedID("policy", p[0]), object{
			"name": p[0], "description": "Seeded policy.", "state": stateRunning, "current_version_number": int64(1), "entity_type": "OktaUser",
			"datasource_ids": []any{SeedID("datasource", "Okta")}, "actions": wire.List(p[1:]),
		})
	}
	for i, p := range seedPeople {
		s.plant(s.identities, "id", SeedID("identity", p[0]), object{
			"policy_id": SeedID("policy", seedPolicies[0][0]), "entity_type": "OktaUser", "entity_id": SeedID("user-node", p[0]),
			"entity_name": p[1], "email": p[0], "department": p[2], "title": p[3], "active": i < len(seedPeople)-1, "last_checked_at": seededAt,
		})
	}
}
