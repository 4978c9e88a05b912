package sailpoint_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
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

	mark = vendortest.Mark
)

func begin(t *testing.T) *vendortest.Fixture { return beginAs(t, "") }

// beginAs calls one family of paths.
func beginAs(t *testing.T, style string) *vendortest.Fixture {
	t.Helper()
	return vendortest.Begin(t, fake.Start, func(h *vendortest.Fixture) backend.Tenant {
		valid := h.Server.Credentials()
		return h.Open(sailpoint.Vendor(), backend.Config{
			APIStyle:    style,
			Credentials: backend.Credentials{ClientID: valid.ClientID, ClientSecret: backend.Secret(valid.ClientSecret)},
		})
	})
}

// last is what was sent last by a method to a route, decoded into T.
func last[T any](h *vendortest.Fixture, method, route string) T {
	h.T.Helper()
	body, _ := vendortest.Last[T](h, method, route)
	return body
}

// patchedBy lists the steps of the last patch of a route, as "op path".
func patchedBy(h *vendortest.Fixture, route string) []string {
	h.T.Helper()
	var out []string
	for _, step := range last[[]struct{ Op, Path string }](h, "PATCH", route) {
		out = append(out, step.Op+" "+step.Path)
	}
	return out
}

func entitlements(t *testing.T) vendortest.Kept[backend.AppEntitlement] {
	h := begin(t)
	return vendortest.Keep(h, h.AppEntitlements())
}

func profiles(t *testing.T) vendortest.Kept[backend.AccessProfile] {
	h := begin(t)
	return vendortest.Keep(h, h.AccessProfiles())
}

// pace is how long a campaign stays in each passing state.
const pace = time.Minute

func reviews(t *testing.T) vendortest.Kept[backend.AccessReview] {
	h := begin(t)
	h.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(pace) })
	return vendortest.Keep(h, h.AccessReviews())
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
