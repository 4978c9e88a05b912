package sailpoint

import (
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// SeedID is the id of a seeded object: the same in every tenant and every run. Kinds are source, workgroup, segment,
// workflow, filter, role and profile by name, identity by e-mail, and entitlement by "source/name".
func SeedID(kind, name string) string {
	switch kind {
	case "workgroup", "segment", "workflow":
		return uuid(kind + "\x00" + name)
	default:
		return hexID(kind + "\x00" + name)
	}
}

// DuplicateSources are the ids of the two seeded sources that share the name "Duplicate Source".
func DuplicateSources() (first, second string) {
	return SeedID("source", "Duplicate Source#1"), SeedID("source", "Duplicate Source#2")
}

var seededAt = time.Date(2024, 1, 5, 9, 0, 0, 0, time.UTC)

const service = "service@corp.example"

// seedPeople are e-mail, name and manager; the last one is inactive.
var seedPeople = [][3]string{
	{"ada@corp.example", "Ada Lovelace", "grace@corp.example"},
	{"grace@corp.example", "Grace Hopper", "dennis@corp.example"},
	{"alan@corp.example", "Alan Turing", "grace@corp.example"},
	{"katherine@corp.example", "Katherine Johnson", "grace@corp.example"},
	{"dennis@corp.example", "Dennis Ritchie", ""},
	{service, "Service Account", ""},
	{"bob@corp.example", "Bob Former", "grace@corp.example"},
}

// seedSources are sources with their connector.
var seedSources = [][2]string{
	{"Employee Database", "JDBC"}, {"Active Directory", "Active Directory - Direct"}, {"Workday", "Workday"},
	{"Duplicate Source#1", "Web Services"}, {"Duplicate Source#2", "Web Services"},
}

// seedEntitlements are source, name, common name in the value, and type; an empty common name is the name.
var seedEntitlements = [][4]string{
	{"Employee Database", "Read", "", "group"},
	{"Employee Database", "Write", "", "group"},
	{"Employee Database", "Admin", "", "group"},
	{"Active Directory", "Payroll", "", "group"},
	{"Active Directory", "Payroll role", "Payroll", "applicationRole"},
	{"Active Directory", "Engineering", "", "group"},
	{"Active Directory", "Finance", "", "group"},
	{"Active Directory", "Night+Shift", "", "group"},
	{"Workday", "Viewer", "", "group"},
	{"Workday", "Payroll Administrator", "", "group"},
	{"Duplicate Source#1", "Member", "", "group"},
	{"Duplicate Source#2", "Member", "", "group"},
}

// seed makes the store every tenant starts with.
func seed() *store {
	s := newStore()
	s.seedPeople()
	for _, source := range seedSources {
		shown, _, _ := strings.Cut(source[0], "#")
		s.plant(s.sources, SeedID("source", source[0]), object{
			"name": shown, "description": "Seeded source.", "owner": reference("IDENTITY", SeedID("identity", "dennis@corp.example")),
			"connector": strings.ToLower(strings.ReplaceAll(source[1], " ", "-")), "connectorName": source[1], "type": source[1],
			"status": "SOURCE_STATE_HEALTHY", "healthy": true, "authoritative": shown == "Workday",
		})
	}
	for _, e := range seedEntitlements {
		s.seedEntitlement(e[0], e[1], e[2], e[3])
	}
	for _, name := range []string{"Low", "Regular", "Critical"} {
		s.attributes["accessClass/"+strings.ToLower(name)] = object{
			"key": "accessClass", "name": "Access class", "multiselect": false, "status": "active", "type": "governance", "objectTypes": []any{},
			"description": "How much harm the access can do.", "values": []any{object{"value": strings.ToLower(name), "name": name, "status": "active"}},
		}
	}
	s.seedUsedProfile()
	return s
}

func (s *store) plant(t *table, id string, value object) {
	value["id"], value["created"], value["modified"] = id, stamp(seededAt), stamp(seededAt)
	t.Put(s.next(), id, value, time.Time{})
}

func (s *store) seedPeople() {
	for i, p := range seedPeople {
		status, state := "ACTIVE", "active"
		if i == len(seedPeople)-1 {
			status, state = "INACTIVE_LONG_TERM", "inactive"
		}
		first, last, _ := strings.Cut(p[1], " ")
		value := object{
			"name": p[1], "alias": strings.TrimSuffix(p[0], "@corp.example"), "email": p[0], "firstname": first, "lastname": last,
			"identityState": status, "lifecycleState": state, "correlated": true, "protected": false,
		}
		if p[2] != "" {
			value["manager"] = SeedID("identity", p[2])
		}
		s.plant(s.identities, SeedID("identity", p[0]), value)
	}
	for _, name := range []string{"Access approvers", "Payroll reviewers"} {
		s.plant(s.workgroups, SeedID("workgroup", name), object{"name": name, "description": "Seeded governance group.", "memberCount": 2, "connectionCount": 0})
	}
	for _, name := range []string{"Employees", "Contractors"} {
		s.plant(s.segments, SeedID("segment", name), object{"name": name, "description": "Seeded segment.", "active": true})
	}
	for _, name := range []string{"Approve by ticket"} {
		s.workflows[SeedID("workflow", name)] = name
	}
	for _, name := range []string{"No birthright access"} {
		s.add(s.filters, object{
			"id": SeedID("filter", name), "name": name, "description": "Seeded filter.", "owner": nil, "mode": "EXCLUSION", "criteriaList": []any{}, "isSystemFilter": false,
		}, time.Time{})
	}
}

func (s *store) seedEntitlement(source, name, common, kind string) {
	if common == "" {
		common = name
	}
	value := newEntitlement(SeedID("source", source))
	value["name"], value["value"], value["sourceSchemaObjectType"] = name, "CN="+common+",OU=Groups,DC=corp,DC=example", kind
	value["description"] = "Aggregated from " + source + "."
	s.plant(s.entitlements, SeedID("entitlement", source+"/"+name), value)
}

// seedUsedProfile plants a profile that a role uses, so that it cannot be deleted.
func (s *store) seedUsedProfile() {
	role, profile := SeedID("role", "Payroll clerk"), SeedID("profile", "Payroll readers")
	s.roles[role] = "Payroll clerk"
	s.plant(s.profiles, profile, object{
		"name": "Payroll readers", "description": "Seeded profile.", "enabled": true, "requestable": true,
		"owner": reference("IDENTITY", SeedID("identity", "katherine@corp.example")), "source": reference("SOURCE", SeedID("source", "Workday")),
		"entitlements": []any{reference("ENTITLEMENT", SeedID("entitlement", "Workday/Viewer"))},
	})
	s.usage[profile] = []object{reference("ROLE", role)}
}

// newEntitlement is what an aggregation makes of a group before it knows more.
func newEntitlement(source string) object {
	return object{
		"attribute": "memberOf", "sourceSchemaObjectType": "group", "source": reference("SOURCE", source), "requestable": false, "cloudGoverned": false,
		"privilegeLevel": object{"direct": "NONE", "effective": "NONE"}, "attributes": object{}, "directPermissions": []any{},
		"accessModelMetadata": object{"attributes": wire.List([]any{})},
	}
}
