package conductorone_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

var (
	github   = fake.SeedID("app", "GitHub")
	workday  = fake.SeedID("app", "Workday")
	ada      = fake.SeedID("user", "ada@corp.example")
	grace    = fake.SeedID("user", "grace@corp.example")
	alan     = fake.SeedID("user", "alan@corp.example")
	grant    = fake.SeedID("policy", "Manager approval")
	auto     = fake.SeedID("policy", "Auto approve")
	revoke   = fake.SeedID("policy", "Auto revoke")
	revoke2  = fake.SeedID("policy", "Manual revoke")
	certify  = fake.SeedID("policy", "Certify by manager")
	certify2 = fake.SeedID("policy", "Certify by app owner")
	rescue   = fake.SeedID("policy", "Emergency access")

	member   = backend.EntitlementID{AppID: github, ID: fake.SeedID("entitlement", "GitHub/octo-org Member")}
	payments = backend.EntitlementID{AppID: github, ID: fake.SeedID("entitlement", "GitHub/payments Write")}
	viewer   = backend.EntitlementID{AppID: workday, ID: fake.SeedID("entitlement", "Workday/Viewer")}
	payroll  = backend.EntitlementID{AppID: workday, ID: fake.SeedID("entitlement", "Workday/Payroll Administrator")}
	everyone = backend.EntitlementID{AppID: fake.SeedID("app", "Okta"), ID: fake.SeedID("entitlement", "Okta/Okta Everyone")}
	engineer = backend.EntitlementID{AppID: fake.SeedID("app", "Okta"), ID: fake.SeedID("entitlement", "Okta/Okta Engineering")}

	mark = backend.Mark{Token: "tokentokentoken1", Owner: "team-a/payroll", Cluster: "0123456789ab"}
)

// house is a tenant at a sandbox. A test that makes the driver break the contract fails.
type house struct {
	*sandbox.Server
	backend.Tenant
	t *testing.T
}

func begin(t *testing.T) *house {
	t.Helper()
	server, err := fake.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Server: server, t: t}
	h.Tenant = h.open(backend.Credentials{
		ClientID:     server.Credentials().ClientID,
		ClientSecret: backend.Secret(server.Credentials().ClientSecret),
	})
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

func (h *house) open(c backend.Credentials) backend.Tenant {
	h.t.Helper()
	tenant, err := conductorone.Vendor().Open(backend.Config{
		Endpoint: h.URL, Credentials: c, RequestsPerSecond: 10_000, Burst: 10_000, UserAgent: "test",
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

// sent lists the calls of a class since the last reset, as "METHOD route".
func (h *house) sent(class sandbox.Class) []string {
	var out []string
	for _, c := range h.Calls(0) {
		if c.Class == class {
			out = append(out, c.Method+" "+c.Route)
		}
	}
	return out
}

// bodyOf returns what was sent last by a method to a route.
func (h *house) bodyOf(method, route string) map[string]any {
	h.t.Helper()
	for _, c := range slices.Backward(h.Calls(0)) {
		if c.Method == method && c.Route == route {
			var body map[string]any
			if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
				h.t.Fatal(err)
			}
			return body
		}
	}
	h.t.Fatalf("no %s %s", method, route)
	return nil
}

func (h *house) maskOf(route string) string {
	h.t.Helper()
	mask, _ := h.bodyOf("POST", route)["updateMask"].(string)
	return mask
}

// kept runs a driver as the engine does.
type kept[D any] struct {
	*house
	backend.Driver[D]
}

func (k kept[D]) ref(id, parent string, desired D) backend.Ref {
	return backend.Ref{ID: id, ParentID: parent, Tail: backend.TailOf(desired, k.Capabilities())}
}

func (k kept[D]) create(parent string, desired D) backend.Observation[D] {
	k.t.Helper()
	obs, err := k.Create(k.t.Context(), backend.Ref{ParentID: parent, Mark: mark}, desired)
	if err != nil {
		k.t.Fatal(err)
	}
	if !obs.Exists || obs.ID == "" || obs.Mark != mark || obs.Date.IsZero() {
		k.t.Fatalf("created: exists %t, id %q, mark %v, date %s", obs.Exists, obs.ID, obs.Mark, obs.Date)
	}
	return obs
}

func (k kept[D]) observe(id, parent string, desired D) backend.Observation[D] {
	k.t.Helper()
	obs, err := k.Observe(k.t.Context(), k.ref(id, parent, desired))
	if err != nil {
		k.t.Fatal(err)
	}
	return obs
}

// converge updates until nothing differs, twice at most, and expects a fresh look to agree.
func (k kept[D]) converge(obs backend.Observation[D], desired D, mem backend.Memory) backend.Observation[D] {
	k.t.Helper()
	for range 2 {
		changes := backend.Diff(desired, obs.Actual, k.Capabilities(), mem)
		if len(changes) == 0 {
			break
		}
		next, err := k.Update(k.t.Context(), obs, desired, changes)
		if err != nil {
			k.t.Fatalf("updating %v: %v", changes.Paths(), err)
		}
		if mem.Applied == nil {
			mem.Applied = map[string]string{}
		}
		for path, hash := range backend.Applied(desired, k.Capabilities(), changes.Paths()) {
			mem.Applied[path] = hash
		}
		obs = next
	}
	k.same(desired, obs, mem)
	fresh := k.observe(obs.ID, obs.ParentID, desired)
	k.same(desired, fresh, mem)
	if fresh.Mark != mark {
		k.t.Errorf("the mark is %v", fresh.Mark)
	}
	return fresh
}

func (k kept[D]) same(desired D, obs backend.Observation[D], mem backend.Memory) {
	k.t.Helper()
	if changes := backend.Diff(desired, obs.Actual, k.Capabilities(), mem); len(changes) > 0 {
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
	var typed *backend.Error
	if err == nil || !errors.As(err, &typed) || typed.Class != want {
		t.Errorf("got %v (%s), want %s", err, backend.ClassOf(err), want)
	}
}

func contains(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want %q", err, text)
	}
}
