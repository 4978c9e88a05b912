package conductorone

import (
	"crypto/sha256"
	"math/big"
	"strings"
	"time"
)

// SeedID is the id of a seeded object: the same in every tenant and every run. Kinds and names are those of the seed:
// app, user, policy, risk-level, framework, vault and request-schema by name; resource-type, connector and entitlement by
// "app/name"; resource by "app/type/name"; webhook, step-up and suggestion by name; the built-in entitlement is entitlement "Access".
func SeedID(kind, name string) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := sha256.Sum256([]byte(kind + "\x00" + name))
	number, base, digit := new(big.Int).SetBytes(sum[:]), big.NewInt(62), new(big.Int)
	id := make([]byte, 27)
	for i := range id {
		number.DivMod(number, base, digit)
		id[i] = alphabet[digit.Int64()]
	}
	// Real identifiers begin with their time, so that all of an era share the first letter.
	id[0] = '2'
	return string(id)
}

// AppC1 is the name of the tenant's own app. Each access profile has an entitlement of the same id in it.
const AppC1 = "ConductorOne"

// DuplicateApps are the ids of the two seeded apps that share the name "Duplicate App".
func DuplicateApps() (first, second string) {
	return SeedID("app", "Duplicate App#1"), SeedID("app", "Duplicate App#2")
}

var (
	seededAt         = time.Date(2024, 1, 5, 9, 0, 0, 0, time.UTC)
	servicePrincipal = SeedID("user", "service-principal")
	c1App            = SeedID("app", AppC1)
	riskLevels       = SeedID("attribute-type", "Risk level")
	frameworks       = SeedID("attribute-type", "Compliance framework")
)

// seedPeople are e-mail, name, department and job title; the last one is disabled.
var seedPeople = [][4]string{
	{"ada@corp.example", "Ada Lovelace", "Engineering", "Staff Engineer"},
	{"grace@corp.example", "Grace Hopper", "Engineering", "Engineering Manager"},
	{"alan@corp.example", "Alan Turing", "Security", "Security Engineer"},
	{"katherine@corp.example", "Katherine Johnson", "Finance", "Controller"},
	{"dennis@corp.example", "Dennis Ritchie", "Engineering", "Principal Engineer"},
	{"bob@corp.example", "Bob Former", "Sales", "Account Executive"},
}

// seedPolicies are name, type and, for a policy local to an app, the app.
var seedPolicies = [][3]string{
	{"Manager approval", "GRANT", ""}, {"Auto approve", "GRANT", ""}, {"App owner approval", "GRANT", ""}, {"Emergency access", "GRANT", ""},
	{"GitHub local approval", "GRANT", "GitHub"},
	{"Auto revoke", "REVOKE", ""}, {"Manual revoke", "REVOKE", ""},
	{"Certify by manager", "CERTIFY", ""}, {"Certify by app owner", "CERTIFY", ""},
	{"Access request default", "ACCESS_REQUEST", ""}, {"Provision default", "PROVISION", ""},
}

// seedApps are an app with its resource types, each followed by its resources.
var seedApps = []struct {
	name  string
	types [][]string
}{
	{"GitHub", [][]string{{"Organization", "octo-org"}, {"Repository", "payments", "website", "infrastructure"}, {"Team", "platform", "security"}}},
	{"Workday", [][]string{{"Role", "Viewer", "HR Partner", "Payroll Administrator"}}},
	{"Salesforce", [][]string{{"Profile", "Standard User", "System Administrator"}, {"Permission Set", "Export Reports"}}},
	{"Okta", [][]string{{"Group", "Everyone", "Engineering", "Finance"}}},
	{AppC1, [][]string{{"Group", "Groups"}}},
	{"Duplicate App#1", [][]string{{"Team", "everyone"}}},
	{"Duplicate App#2", [][]string{{"Team", "everyone"}}},
}

// seedSynced are connector-synced entitlements: app, resource type, resource, name, slug.
var seedSynced = [][5]string{
	{"GitHub", "Organization", "octo-org", "octo-org Member", "member"},
	{"GitHub", "Repository", "payments", "payments Write", "write"},
	{"GitHub", "Team", "platform", "platform Member", "member"},
	{"Workday", "Role", "Viewer", "Viewer", "assigned"},
	{"Workday", "Role", "Payroll Administrator", "Payroll Administrator", "assigned"},
	{"Salesforce", "Profile", "System Administrator", "System Administrator", "assigned"},
	{"Okta", "Group", "Everyone", "Okta Everyone", "member"},
	{"Okta", "Group", "Engineering", "Okta Engineering", "member"},
}

// seed makes the store every tenant starts with.
func seed() *store {
	s := newStore()
	s.seedLookups()
	for _, app := range seedApps {
		s.seedApp(app.name, app.types)
	}
	for _, e := range seedSynced {
		s.seedEntitlement(e[0], e[1], e[2], e[3], e[4])
	}
	return s
}

func (s *store) plant(t *table, id string, value object) {
	value["id"], value["createdAt"], value["updatedAt"] = id, timestamp(seededAt), timestamp(seededAt)
	t.Put(s.next(), id, value, time.Time{})
}

func (s *store) seedLookups() {
	for i, p := range seedPeople {
		status := "ENABLED"
		if i == len(seedPeople)-1 {
			status = "DISABLED"
		}
		s.plant(s.users, SeedID("user", p[0]), object{
			"email": p[0], "emails": []any{p[0]}, "displayName": p[1], "department": p[2], "jobTitle": p[3], "status": status,
			"username": strings.TrimSuffix(p[0], "@corp.example"), "type": "USER_TYPE_HUMAN", "origin": "USER_ORIGIN_DIRECTORY",
		})
	}
	s.plant(s.users, servicePrincipal, object{
		"displayName": "sandbox service principal", "status": "ENABLED", "type": "USER_TYPE_SERVICE", "origin": "USER_ORIGIN_LOCAL",
	})
	for _, p := range seedPolicies {
		value := object{"displayName": p[0], "policyType": "POLICY_TYPE_" + p[1], "description": "Seeded policy."}
		if p[2] != "" {
			value["scope"] = object{"appId": SeedID("app", p[2])}
		}
		s.plant(s.policies, SeedID("policy", p[0]), value)
	}
	for _, name := range []string{"Low", "Medium", "High", "Critical"} {
		s.plant(s.attributes, SeedID("risk-level", name), object{"attributeTypeId": riskLevels, "value": name})
	}
	for _, name := range []string{"SOC 2", "ISO 27001", "SOX", "HIPAA"} {
		s.plant(s.attributes, SeedID("framework", name), object{"attributeTypeId": frameworks, "value": name})
	}
	for _, name := range []string{"Provisioning hook", "Audit hook"} {
		s.plant(s.webhooks, SeedID("webhook", name), object{"displayName": name, "url": "https://hooks.corp.example/" + name[:5]})
	}
	for _, name := range []string{"Corporate step-up", "Corporate step-up (old)"} {
		s.plant(s.stepUps, SeedID("step-up", name), object{"displayName": name, "enabled": !strings.Contains(name, "old"), "issuerUrl": "https://idp.corp.example"})
	}
	s.plant(s.suggestions, SeedID("suggestion", "Engineering baseline"), object{
		"suggestedName": "Engineering baseline", "suggestionState": "SUGGESTION_STATE_NEW",
		"cohortFilters": []any{object{"attribute": "department", "values": []any{"Engineering"}}},
	})
	s.vaults[SeedID("vault", "Corporate vault")] = true
	s.requestSchemas[SeedID("request-schema", "Justification form")] = true
}

func (s *store) seedApp(name string, types [][]string) {
	id := SeedID("app", name)
	shown, _, _ := strings.Cut(name, "#")
	s.plant(s.apps, id, object{"displayName": shown, "description": "Seeded app.", "isDirectory": name == "Okta"})
	s.plantBuiltin(s.next(), id, time.Time{})
	connector := SeedID("connector", name+"/"+shown+" connector")
	s.plant(s.connectors, connector, object{"appId": id, "displayName": shown + " connector"})
	for _, words := range types {
		kind := SeedID("resource-type", name+"/"+words[0])
		s.plant(s.resourceTypes, kind, object{"appId": id, "displayName": words[0]})
		for _, resource := range words[1:] {
			s.plant(s.resources, SeedID("resource", name+"/"+words[0]+"/"+resource), object{
				"appId": id, "appResourceTypeId": kind, "displayName": resource, "externalId": strings.ToLower(resource),
			})
		}
	}
}

// builtinAccess is the id that the built-in entitlement has in every app.
var builtinAccess = SeedID("entitlement", "Access")

// plantBuiltin gives an app its built-in entitlement, which can neither be deleted nor renamed.
func (s *store) plantBuiltin(seq int64, app string, at time.Time) {
	since := at
	if since.IsZero() {
		since = seededAt
	}
	s.entitlements.Put(seq, ref{app, builtinAccess}.key(), object{
		"id": builtinAccess, "appId": app, "displayName": "Access", "slug": "access", "description": "Has an account.",
		"systemBuiltin": true, "isManuallyManaged": false, "createdAt": timestamp(since), "updatedAt": timestamp(since),
	}, at)
}

func (s *store) seedEntitlement(app, kind, resource, name, slug string) {
	appID, id := SeedID("app", app), SeedID("entitlement", app+"/"+name)
	value := object{
		"id": id, "appId": appID, "displayName": name, "slug": slug, "description": "Synced from " + app + ".",
		"appResourceTypeId": SeedID("resource-type", app+"/"+kind), "appResourceId": SeedID("resource", app+"/"+kind+"/"+resource),
		"purpose": "APP_ENTITLEMENT_PURPOSE_VALUE_PERMISSION", "grantCount": "3", "externalId": strings.ToLower(name),
		"isManuallyManaged":  false,
		"sourceConnectorIds": object{SeedID("connector", app+"/"+app+" connector"): "synced"},
		"createdAt":          timestamp(seededAt), "updatedAt": timestamp(seededAt),
	}
	s.entitlements.Put(s.next(), ref{appID, id}.key(), value, time.Time{})
}
