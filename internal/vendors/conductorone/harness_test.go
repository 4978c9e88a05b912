package conductorone_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
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

	mark = vendortest.Mark
)

// begin starts a sandbox whose reads of owners are not behind: the tests that are about owners ask for the usual one.
func begin(t *testing.T) *vendortest.Fixture {
	t.Helper()
	return beginAt(t, func(o sandbox.Options) (*sandbox.Server, error) {
		o.Configure = func(s *sandbox.Settings) { s.OwnerLag = 0 }
		return fake.Start(o)
	})
}

func beginAt(t *testing.T, start func(sandbox.Options) (*sandbox.Server, error)) *vendortest.Fixture {
	t.Helper()
	return vendortest.Begin(t, start, func(h *vendortest.Fixture) backend.Tenant {
		valid := h.Server.Credentials()
		return open(h, backend.Credentials{ClientID: valid.ClientID, ClientSecret: backend.Secret(valid.ClientSecret)})
	})
}

// open opens the tenant by any of the ways in.
func open(h *vendortest.Fixture, c backend.Credentials) backend.Tenant {
	h.T.Helper()
	return h.Open(conductorone.Vendor(), backend.Config{Credentials: c})
}

// sentTo is what was sent last to a route.
func sentTo(h *vendortest.Fixture, route string) map[string]any {
	h.T.Helper()
	body, _ := vendortest.Last[map[string]any](h, "POST", route)
	return body
}

func maskOf(h *vendortest.Fixture, route string) string {
	h.T.Helper()
	mask, _ := sentTo(h, route)["updateMask"].(string)
	return mask
}
