package conductorone_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// Every decoder is fed bytes of somebody's choice, through the driver and its real client.
// Seeds are what the sandbox answers, whole and spoiled.

func badly(f *testing.F) (*vendortest.Garbler, func() backend.Tenant) {
	f.Helper()
	g := vendortest.NewGarbler(f, fake.Start, "/auth/v1/token")
	c := g.Sandbox().Credentials()
	cfg := g.Config(backend.Config{Credentials: backend.Credentials{ClientID: c.ClientID, ClientSecret: backend.Secret(c.ClientSecret)}})
	return g, func() backend.Tenant {
		tenant, err := conductorone.Vendor().Open(cfg)
		if err != nil {
			panic(err)
		}
		return tenant
	}
}

func FuzzAppEntitlements(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AppEntitlement]{
		Garbler: g, Open: open, Driver: backend.Tenant.AppEntitlements, ParentID: github,
		Key: backend.Key{DisplayName: "Repository admin"}, Desired: fullEntitlement(), Absent: saysAbsent,
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzAccessProfiles(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AccessProfile]{
		Garbler: g, Open: open, Driver: backend.Tenant.AccessProfiles,
		Key: backend.Key{DisplayName: "Payroll reader"}, Desired: fullProfile(), Absent: saysAbsent,
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzAccessReviews(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AccessReview]{
		Garbler: g, Open: open, Driver: backend.Tenant.AccessReviews, Desired: fullReview(), Absent: saysAbsent,
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzTenant(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyTenant{
		Garbler: g, Open: open, Absent: func(g vendortest.Garbage) bool { return saysAbsent("", g) },
		Names: []backend.Name{
			{Kind: backend.NameApp, Name: "GitHub"}, {Kind: backend.NameUser, Name: "ada@corp.example"}, {Kind: backend.NamePolicy, Name: "Auto approve", TypeID: "Grant"},
			{Kind: backend.NameRiskLevel, Name: "High"}, {Kind: backend.NameResourceType, Name: "Team", ParentID: github},
			{Kind: backend.NameResource, Name: "website", ParentID: github, TypeID: fake.SeedID("resource-type", "GitHub/Repository")},
			{Kind: backend.NameEntitlement, Name: "octo-org Member", ParentID: github}, {Kind: backend.NameWebhook, Name: "Audit hook"},
		},
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

// saysAbsent reads an answer without the driver's help: 404, a list, or the thing itself with the time of its removal.
func saysAbsent(id string, g vendortest.Garbage) bool {
	if g.Cut {
		return false
	}
	if g.Status == http.StatusNotFound {
		return true
	}
	var doc map[string]json.RawMessage
	if g.Status > 299 || json.Unmarshal([]byte(g.Body), &doc) != nil {
		return false
	}
	for name := range doc {
		if strings.EqualFold(name, "list") || strings.EqualFold(name, "nextPageToken") {
			return true
		}
	}
	removed := strings.Contains(g.Body, "deletedAt") || strings.Contains(g.Body, "DELET")
	return removed && (id == "" || strings.Contains(g.Body, id))
}
