package sailpoint_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
)

var (
	database  = fake.SeedID("source", "Employee Database")
	directory = fake.SeedID("source", "Active Directory")
	workday   = fake.SeedID("source", "Workday")

	ada       = fake.SeedID("identity", "ada@corp.example")
	grace     = fake.SeedID("identity", "grace@corp.example")
	alan      = fake.SeedID("identity", "alan@corp.example")
	approvers = fake.SeedID("workgroup", "Access approvers")
	reviewers = fake.SeedID("workgroup", "Payroll reviewers")
	employees = fake.SeedID("segment", "Employees")
	others    = fake.SeedID("segment", "Contractors")
	ticket    = fake.SeedID("workflow", "Approve by ticket")
	filter    = fake.SeedID("filter", "No birthright access")

	read    = backend.EntitlementID{AppID: database, ID: fake.SeedID("entitlement", "Employee Database/Read")}
	write   = backend.EntitlementID{AppID: database, ID: fake.SeedID("entitlement", "Employee Database/Write")}
	admin   = backend.EntitlementID{AppID: database, ID: fake.SeedID("entitlement", "Employee Database/Admin")}
	payroll = backend.EntitlementID{AppID: directory, ID: fake.SeedID("entitlement", "Active Directory/Payroll")}
	used    = fake.SeedID("profile", "Payroll readers")

	mark = backend.Mark{Token: "tokentokentoken1", Owner: "team-a/payroll", Cluster: "0123456789ab"}
)

// house is a tenant at a sandbox. A test that makes the driver break the contract fails.
type house struct {
	*sandbox.Server
	backend.Tenant
	t *testing.T
	// rejected: this test makes the vendor refuse on purpose.
	rejected bool
}

func begin(t *testing.T) *house { return beginAs(t, "") }

// beginAs calls one family of paths.
func beginAs(t *testing.T, style string) *house {
	t.Helper()
	server, err := fake.Start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Server: server, t: t}
	h.Tenant = h.open(style)
	t.Cleanup(func() {
		for _, r := range server.Rejections() {
			if !h.rejected {
				t.Errorf("the contract was broken: %s %s: %s", r.Method, r.Path, r.Message)
			}
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *house) open(style string) backend.Tenant {
	h.t.Helper()
	tenant, err := sailpoint.Vendor().Open(backend.Config{
		Endpoint: h.URL, RequestsPerSecond: 10_000, Burst: 10_000, UserAgent: "test", APIStyle: style,
		Credentials: backend.Credentials{ClientID: h.Server.Credentials().ClientID, ClientSecret: backend.Secret(h.Server.Credentials().ClientSecret)},
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
func (h *house) feature(name string) {
	h.Configure(func(s *sandbox.Settings) { s.Features[name] = true })
}

// sent lists the calls of a class since the last reset, as "METHOD route".
func (h *house) sent(class sandbox.Class) []string {
	out := []string{}
	for _, c := range h.Calls(0) {
		if c.Class == class {
			out = append(out, c.Method+" "+c.Route)
		}
	}
	return out
}

// last returns what was sent last by a method to a route, decoded into T.
func last[T any](h *house, method, route string) T {
	h.t.Helper()
	for _, c := range slices.Backward(h.Calls(0)) {
		if c.Method == method && c.Route == route {
			var body T
			if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
				h.t.Fatal(err)
			}
			return body
		}
	}
	h.t.Fatalf("no %s %s among %v", method, route, h.Calls(0))
	panic("unreachable")
}

// patched lists the steps of the last patch of a route, as "op path".
func (h *house) patched(route string) []string {
	h.t.Helper()
	var out []string
	for _, step := range last[[]struct{ Op, Path string }](h, "PATCH", route) {
		out = append(out, step.Op+" "+step.Path)
	}
	return out
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

func profiles(t *testing.T) kept[backend.AccessProfile] {
	h := begin(t)
	return kept[backend.AccessProfile]{h, h.AccessProfiles()}
}

// pace is how long a campaign stays in each passing state.
const pace = time.Minute

func reviews(t *testing.T) kept[backend.AccessReview] {
	h := begin(t)
	h.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(pace) })
	return kept[backend.AccessReview]{h, h.AccessReviews()}
}

// House is the sandbox, whose console has names that the driver has, too.
func (k kept[D]) House() *sandbox.Server { return k.house.Server }

func (k kept[D]) ref(id, parent string, desired D) backend.Ref {
	return backend.Ref{ID: id, ParentID: parent, Tail: backend.TailOf(desired, k.Capabilities())}
}

func (k kept[D]) create(parent string, desired D) backend.Observation[D] {
	k.t.Helper()
	obs, err := k.Create(k.t.Context(), backend.Ref{ParentID: parent, Mark: mark}, desired)
	if err != nil {
		k.t.Fatal(err)
	}
	if !obs.Exists || obs.ID == "" || obs.Mark != mark || obs.Date.IsZero() || obs.ParentID != parent {
		k.t.Fatalf("created: exists %t, id %q in %q, mark %v, date %s", obs.Exists, obs.ID, obs.ParentID, obs.Mark, obs.Date)
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

// update writes what differs, once.
func (k kept[D]) update(obs backend.Observation[D], desired D) backend.Observation[D] {
	k.t.Helper()
	out, err := k.Update(k.t.Context(), obs, desired, k.diff(obs, desired))
	if err != nil {
		k.t.Fatalf("updating %v: %v", k.diff(obs, desired).Paths(), err)
	}
	return out
}

func (k kept[D]) diff(obs backend.Observation[D], desired D) backend.Changes {
	return backend.Diff(desired, obs.Actual, k.Capabilities().For(desired), backend.Memory{})
}

// converge updates once, and expects that nothing is left, by the answer and by a fresh look.
func (k kept[D]) converge(obs backend.Observation[D], desired D) backend.Observation[D] {
	k.t.Helper()
	if len(k.diff(obs, desired)) > 0 {
		obs = k.update(obs, desired)
	}
	k.same(obs, desired)
	fresh := k.observe(obs.ID, obs.ParentID, desired)
	k.same(fresh, desired)
	return fresh
}

func (k kept[D]) same(obs backend.Observation[D], desired D) {
	k.t.Helper()
	if changes := k.diff(obs, desired); len(changes) > 0 {
		k.t.Errorf("still different: %v\n%s", changes.Paths(), cmp.Diff(desired, obs.Actual))
	}
}

func class(t *testing.T, err error, want backend.Class) {
	t.Helper()
	if err == nil || backend.ClassOf(err) != want {
		t.Errorf("class %s (%v), want %s", backend.ClassOf(err), err, want)
	}
}

// refusal expects a Terminal error that begins with the field's name.
func refusal(t *testing.T, err error, path string) {
	t.Helper()
	class(t, err, backend.Terminal)
	if err == nil || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("%v, want %s named first", err, path)
	}
}

// allowing lets only the first n writes pass the fence.
func allowing(t *testing.T, n int) context.Context {
	left := n
	return backend.WithFence(t.Context(), func() error {
		if left--; left < 0 {
			return errors.New("the lease is lost")
		}
		return nil
	})
}
