// Package vendortest is what the tests of every driver share: a tenant at a sandbox, a
// driver that is run as the engine runs it, and the conformance suite over HTTP. Only
// tests import it. What is particular to a vendor stays beside its driver.
package vendortest

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// Mark is what Created gives its remotes.
var Mark = backend.Mark{Token: "tokentokentoken1", Owner: "team-a/payroll", Cluster: "0123456789ab"}

// Fixture is a tenant at a sandbox. A test that makes the driver break the contract fails.
type Fixture struct {
	*sandbox.Server
	backend.Tenant
	T *testing.T
	// Rejected: this test makes the vendor refuse on purpose.
	Rejected bool
}

// Begin starts a sandbox, and opens its tenant by the credentials that are valid there.
func Begin(t *testing.T, start func(sandbox.Options) (*sandbox.Server, error), open func(*Fixture) backend.Tenant) *Fixture {
	t.Helper()
	server, err := start(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	h := &Fixture{Server: server, T: t}
	h.Tenant = open(h)
	t.Cleanup(func() {
		for _, r := range server.Rejections() {
			if !h.Rejected {
				t.Errorf("the contract was broken: %s %s: %s", r.Method, r.Path, r.Message)
			}
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// Open opens the tenant once more. The sandbox says where it is, and tests do not wait for
// a budget of calls.
func (h *Fixture) Open(vendor backend.Vendor, cfg backend.Config) backend.Tenant {
	h.T.Helper()
	cfg.Endpoint, cfg.UserAgent = h.URL, "test"
	cfg.RequestsPerSecond, cfg.Burst = 10_000, 10_000
	tenant, err := vendor.Open(cfg)
	if err != nil {
		h.T.Fatal(err)
	}
	return tenant
}

// Fault lets calls go wrong from now on.
func (h *Fixture) Fault(f sandbox.Fault) {
	h.T.Helper()
	if err := h.AddFault(f); err != nil {
		h.T.Fatal(err)
	}
}

// Feature turns knobs of the fake on.
func (h *Fixture) Feature(names ...string) {
	h.Configure(func(s *sandbox.Settings) {
		for _, name := range names {
			s.Features[name] = true
		}
	})
}

// Sent lists the calls of a class since the last reset, as "METHOD route".
func (h *Fixture) Sent(class sandbox.Class) []string {
	out := []string{}
	for _, c := range h.Calls(0) {
		if c.Class == class {
			out = append(out, c.Method+" "+c.Route)
		}
	}
	return out
}

// Last is the newest call by a method to a route, with its body decoded into T.
func Last[T any](h *Fixture, method, route string) (T, sandbox.Call) {
	h.T.Helper()
	for _, c := range slices.Backward(h.Calls(0)) {
		if c.Method == method && c.Route == route {
			var body T
			if err := json.Unmarshal([]byte(c.Body), &body); err != nil {
				h.T.Fatal(err)
			}
			return body, c
		}
	}
	h.T.Fatalf("no %s %s among %v", method, route, h.Calls(0))
	panic("unreachable")
}
