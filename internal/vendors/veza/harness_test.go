package veza_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// The routes of the fake.
const (
	atProfiles = "/api/private/lifecycle_management/access_profiles"
	atProfile  = atProfiles + "/{id}"
	atVersion  = atProfile + "/versions/{version}"
	atMembers  = atVersion + "/members"
	atReviews  = "/api/preview/awf/certifications"
	atNodes    = "/api/v1/assessments/query_spec:nodes"
)

var (
	plain     = fake.SeedID("type", "Profile")
	business  = fake.SeedID("type", "Business Role")
	quarterly = fake.SeedID("configuration", "Quarterly Salesforce access")

	salesforce = fake.SeedID("datasource", "Salesforce")
	okta       = fake.SeedID("datasource", "Okta")
	emea       = fake.SeedID("datasource", "Okta EMEA")
	directory  = fake.SeedID("datasource", "Active Directory")

	ada   = fake.SeedID("identity", "ada@corp.example")
	grace = fake.SeedID("identity", "grace@corp.example")
	alan  = fake.SeedID("identity", "alan@corp.example")

	manager = fake.SeedID("request-policy", "Manager approval")
	auto    = fake.SeedID("request-policy", "Auto approve")
	joiners = fake.SeedID("policy", "Joiners and leavers")

	developers = entitlement("Salesforce", "SalesforceGroup", "Sales Developers")
	operations = entitlement("Salesforce", "SalesforceGroup", "Sales Operations")
	reports    = entitlement("Salesforce", "SalesforcePermissionSet", "Export Reports")
	team       = entitlement("Okta", "OktaGroup", "AI Team")
	payroll    = entitlement("Active Directory", "ActiveDirectoryGroup", "Payroll")

	mark = vendortest.Mark
)

// entitlement is a seeded entity as the operator names it.
func entitlement(provider, entityType, name string) backend.EntitlementID {
	return backend.EntitlementID{
		AppID: fake.SeedID("datasource", provider),
		ID:    veza.Entity(entityType, fake.SeedID("entity", provider+"/"+name)),
	}
}

// related is a bare relationship to an entitlement.
func related(e backend.EntitlementID) veza.Relationship {
	entityType, entityID, _ := veza.SplitEntity(e.ID)
	return veza.Relationship{EntityType: entityType, DatasourceID: e.AppID, EntityID: entityID}
}

// begin opens a tenant with the operations that its owner allowed.
func begin(t *testing.T, allow ...string) *vendortest.Fixture {
	t.Helper()
	return vendortest.Begin(t, fake.Start, func(h *vendortest.Fixture) backend.Tenant { return open(h, allow...) })
}

func open(h *vendortest.Fixture, allow ...string) backend.Tenant {
	h.T.Helper()
	return h.Open(veza.Vendor(), backend.Config{
		Allow: allow, Credentials: backend.Credentials{Token: backend.Secret(h.Server.Credentials().StaticToken)},
	})
}

// edit changes a profile as somebody in the console would.
func edit(h *vendortest.Fixture, id string, patch map[string]any) {
	h.T.Helper()
	if err := h.Edit(sandbox.Target{Kind: fake.KindAccessProfile, ID: id}, patch); err != nil {
		h.T.Fatal(err)
	}
}

// writes lists the writes since the last reset, as "METHOD thing" with the change of members
// or the state that is asked for.
func writes(h *vendortest.Fixture) []string {
	out := []string{}
	for _, c := range h.Calls(0) {
		if c.Class != sandbox.ClassWrite {
			continue
		}
		text := c.Method + " " + map[string]string{atProfile: "profile", atVersion: "version", atMembers: "members"}[c.Route]
		var body map[string]any
		if json.Unmarshal([]byte(c.Body), &body) == nil && c.Method == "PUT" {
			text += " " + body["type"].(string)
		}
		if state, ok := body["state"].(string); ok && c.Method == "PATCH" {
			text += " " + state
		}
		out = append(out, text)
	}
	return out
}

// last is what was sent last by a method to a route, and its query.
func last(h *vendortest.Fixture, method, route string) (map[string]any, string) {
	h.T.Helper()
	body, call := vendortest.Last[map[string]any](h, method, route)
	return body, call.Query
}

// stored is a profile as the vendor keeps it.
func stored(h *vendortest.Fixture, id string) map[string]any {
	h.T.Helper()
	for _, p := range h.Dump().(fake.Dump).Profiles {
		if p["id"] == id {
			return p
		}
	}
	h.T.Fatalf("no profile %s", id)
	return nil
}

func entitlements(t *testing.T) vendortest.Kept[backend.AppEntitlement] {
	h := begin(t)
	return vendortest.Keep(h, h.AppEntitlements())
}

func profiles(t *testing.T, allow ...string) vendortest.Kept[backend.AccessProfile] {
	h := begin(t, allow...)
	return vendortest.Keep(h, h.AccessProfiles())
}

func reviews(t *testing.T) vendortest.Kept[backend.AccessReview] {
	h := begin(t)
	return vendortest.Keep(h, h.AccessReviews())
}

// converge observes first: the answer to a create shows no detail fields.
func converge[D any](k vendortest.Kept[D], obs backend.Observation[D], desired D) backend.Observation[D] {
	k.T.Helper()
	return k.Converge(k.Again(obs, desired), desired)
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
