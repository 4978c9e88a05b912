package sailpoint_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// Every decoder is fed bytes of somebody's choice, through the driver and its real client.
// Seeds are what the sandbox answers, whole and spoiled.

func badly(f *testing.F) (*vendortest.Garbler, func() backend.Tenant) {
	f.Helper()
	g := vendortest.NewGarbler(f, fake.Start, "/oauth/token")
	c := g.Sandbox().Credentials()
	cfg := g.Config(backend.Config{Credentials: backend.Credentials{ClientID: c.ClientID, ClientSecret: backend.Secret(c.ClientSecret)}})
	return g, func() backend.Tenant {
		tenant, err := sailpoint.Vendor().Open(cfg)
		if err != nil {
			panic(err)
		}
		return tenant
	}
}

func FuzzAppEntitlements(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AppEntitlement]{
		Garbler: g, Open: open, Driver: backend.Tenant.AppEntitlements, ParentID: database, Existing: read.ID,
		Key: backend.Key{Attribute: "privilege", Value: "read"}, Desired: fullEntitlement(), Absent: saysAbsent,
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzAccessProfiles(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AccessProfile]{
		Garbler: g, Open: open, Driver: backend.Tenant.AccessProfiles, ParentID: database,
		Key: fullProfile().Key(), Desired: fullProfile(), Absent: saysAbsent,
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzAccessReviews(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AccessReview]{
		Garbler: g, Open: open, Driver: backend.Tenant.AccessReviews, Key: fullReview().Key(), Desired: fullReview(), Absent: saysAbsent,
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzTenant(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyTenant{
		Garbler: g, Open: open, Absent: func(g vendortest.Garbage) bool { return saysAbsent("", g) },
		Names: []backend.Name{
			{Kind: backend.NameApp, Name: "Workday"}, {Kind: backend.NameUser, Name: "ada@corp.example"}, {Kind: backend.NameUser, Name: "grace"},
			{Kind: backend.NameEntitlement, Name: "Read", ParentID: database}, {Kind: backend.NameGroup, Name: "Access approvers"},
			{Kind: backend.NameSegment, Name: "Contractors"}, {Kind: backend.NameCampaignFilter, Name: "No birthright access"},
			{Kind: backend.NameAccessProfile, Name: "Payroll readers"},
		},
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

// saysAbsent reads an answer without the driver's help: 404, a list, or the code for a
// missing reference that names it.
func saysAbsent(id string, g vendortest.Garbage) bool {
	switch {
	case g.Cut:
		return false
	case g.Status == http.StatusNotFound:
		return true
	case g.Status > 299:
		return strings.Contains(g.Body, "400.1.404") && strings.Contains(g.Body, id)
	}
	var rows []json.RawMessage
	if json.Unmarshal([]byte(g.Body), &rows) == nil {
		return rows != nil
	}
	var frame struct {
		Items []json.RawMessage `json:"items"`
	}
	return json.Unmarshal([]byte(g.Body), &frame) == nil && frame.Items != nil
}
