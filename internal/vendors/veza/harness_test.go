package veza_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
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

	mark = backend.Mark{Token: "tokentokentoken1", Owner: "team-a/payroll", Cluster: "0123456789ab"}
)

// entitlement is a seeded entity as the operator names it.
func entitlement(provider, entityType, name string) backend.EntitlementID {
	return backend.EntitlementID{
		AppID: fake.SeedID("datasource", provider),
		ID:    backend.VezaEntity(entityType, fake.SeedID("entity", provider+"/"+name)),
	}
}

// related is a bare relationship to an entitlement.
func related(e backend.EntitlementID) backend.VezaRelationship {
	entityType, entityID, _ := backend.SplitVezaEntity(e.ID)
	return backend.VezaRelationship{EntityType: entityType, DatasourceID: e.AppID, EntityID: entityID}
}

// house is a tenant at a sandbox. A test that makes the driver break the contract fails.
type house struct {
	*sandbox.Server
	backend.Tenant
	t *testing.T
}

// begin opens a tenant with the operations that its owner allowed.
func begin(t *testing.T, allow ...string) *house {
	t.Helper()
	server, err := fake.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Server: server, t: t}
	h.Tenant = h.open(allow...)
	t.Cleanup(func() {
		for _, r := range server.Rejections() {
			t.Errorf("the contract was broken: %s %s: %s", r.Method, r.Path, r.Message)
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *house) open(allow ...string) backend.Tenant {
	h.t.Helper()
	tenant, err := veza.Vendor().Open(backend.Config{
		Endpoint: h.URL, RequestsPerSecond: 10_000, Burst: 10_000, UserAgent: "test", Allow: allow,
		Credentials: backend.Credentials{Token: backend.Secret(h.Server.Credentials().StaticToken)},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return tenant
}

func (h *house) fault(f sandbox.Fault) {
	h.t.Helper()
	if err := h.AddFault(f); err != nil {
		h.t.Fatal(err)
	}
}

// feature turns a knob of the fake on.
func (h *house) feature(names ...string) {
	h.Configure(func(s *sandbox.Settings) {
		for _, name := range names {
			s.Features[name] = true
		}
	})
}

// edit changes a profile as somebody in the console would.
func (h *house) edit(id string, patch map[string]any) {
	h.t.Helper()
	if err := h.Edit(sandbox.Target{Kind: fake.KindAccessProfile, ID: id}, patch); err != nil {
		h.t.Fatal(err)
	}
}

// sent lists the writes since the last reset, as "METHOD thing" with the change of members
// or the state that is asked for.
func (h *house) sent() []string {
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

// last returns what was sent last by a method to a route, and its query.
func (h *house) last(method, route string) (map[string]any, string) {
	h.t.Helper()
	for _, c := range slices.Backward(h.Calls(0)) {
		if c.Method == method && c.Route == route {
			var body map[string]any
			if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
				h.t.Fatal(err)
			}
			return body, c.Query
		}
	}
	h.t.Fatalf("no %s %s among %v", method, route, h.sent())
	panic("unreachable")
}

// stored is a profile as the vendor keeps it.
func (h *house) stored(id string) map[string]any {
	h.t.Helper()
	for _, p := range h.Dump().(fake.Dump).Profiles {
		if p["id"] == id {
			return p
		}
	}
	h.t.Fatalf("no profile %s", id)
	return nil
}

// kept runs a driver as the engine does.
type kept[D any] struct {
	*house
	backend.Driver[D]
}

func entitlements(t *testing.T) kept[backend.AppEntitlement] {
	h := begin(t)
	return kept[backend.AppEntitlement]{h, h.AppEntitlements()}
}

func profiles(t *testing.T, allow ...string) kept[backend.AccessProfile] {
	h := begin(t, allow...)
	return kept[backend.AccessProfile]{h, h.AccessProfiles()}
}

func reviews(t *testing.T) kept[backend.AccessReview] {
	h := begin(t)
	return kept[backend.AccessReview]{h, h.AccessReviews()}
}

// create makes a remote that bears the mark.
func (k kept[D]) create(parent string, desired D) backend.Observation[D] {
	k.t.Helper()
	obs, err := k.Create(k.t.Context(), backend.Ref{ParentID: parent, Mark: mark}, desired)
	if err != nil {
		k.t.Fatal(err)
	}
	if !obs.Exists || obs.ID == "" || obs.Date.IsZero() || obs.ParentID != parent {
		k.t.Fatalf("created: exists %t, id %q in %q, date %s", obs.Exists, obs.ID, obs.ParentID, obs.Date)
	}
	return obs
}

func (k kept[D]) observe(obs backend.Observation[D], desired D) backend.Observation[D] {
	k.t.Helper()
	out, err := k.Observe(k.t.Context(), backend.Ref{ID: obs.ID, ParentID: obs.ParentID, Tail: backend.TailOf(desired, k.Capabilities())})
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

func (k kept[D]) diff(obs backend.Observation[D], desired D) backend.Changes {
	return backend.Diff(desired, obs.Actual, k.Capabilities().For(desired), backend.Memory{})
}

// update writes what differs, once.
func (k kept[D]) update(obs backend.Observation[D], desired D) backend.Observation[D] {
	k.t.Helper()
	out, err := k.Update(k.t.Context(), obs, desired, k.diff(obs, desired))
	if err != nil {
		k.t.Fatalf("updating %v: %v", k.diff(obs, desired).Paths(), err)
	}
	return out
}

// converge updates once, and expects that nothing is left, by the answer and by a fresh look.
func (k kept[D]) converge(obs backend.Observation[D], desired D) backend.Observation[D] {
	k.t.Helper()
	obs = k.observe(obs, desired)
	if len(k.diff(obs, desired)) > 0 {
		obs = k.update(obs, desired)
	}
	k.same(obs, desired)
	fresh := k.observe(obs, desired)
	k.same(fresh, desired)
	return fresh
}

func (k kept[D]) same(obs backend.Observation[D], desired D) {
	k.t.Helper()
	if changes := k.diff(obs, desired); len(changes) > 0 {
		k.t.Errorf("still different: %v\n%s", changes.Paths(), cmp.Diff(desired, obs.Actual))
	}
}

func (k kept[D]) many(refs ...backend.Ref) []backend.Observation[D] {
	k.t.Helper()
	var out []backend.Observation[D]
	for obs, err := range k.ObserveMany(k.t.Context(), refs) {
		if err != nil {
			k.t.Fatal(err)
		}
		out = append(out, obs)
	}
	return out
}

func class(t *testing.T, err error, want backend.Class) {
	t.Helper()
	if err == nil || backend.ClassOf(err) != want {
		t.Errorf("class %s (%v), want %s", backend.ClassOf(err), err, want)
	}
}

// refusal expects a Terminal error that begins with the field's name and says why.
func refusal(t *testing.T, err error, path, why string) {
	t.Helper()
	class(t, err, backend.Terminal)
	if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), why) {
		t.Errorf("%v, want %s named first, and %q", err, path, why)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
