package veza_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// Every decoder is fed bytes of somebody's choice, through the driver and its real client.
// Seeds are what the sandbox answers, whole and spoiled.

func badly(f *testing.F) (*vendortest.Garbler, func() backend.Tenant) {
	f.Helper()
	g := vendortest.NewGarbler(f, fake.Start, "")
	cfg := g.Config(backend.Config{
		Credentials: backend.Credentials{Token: backend.Secret(g.Sandbox().Credentials().StaticToken)},
		Allow:       []string{"DeleteProfile", "PublishDraft"},
	})
	return g, func() backend.Tenant {
		tenant, err := veza.Vendor().Open(cfg)
		if err != nil {
			panic(err)
		}
		return tenant
	}
}

func FuzzAppEntitlements(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AppEntitlement]{
		Garbler: g, Open: open, Driver: backend.Tenant.AppEntitlements, ParentID: okta, Existing: team.ID, Absent: saysAbsent,
		Key:     backend.Key{Type: "OktaGroup", DisplayName: "AI Team"},
		Desired: backend.AppEntitlement{DisplayName: backend.To("AI Team"), Block: &veza.EntitlementBlock{EntityType: backend.To("OktaGroup")}},
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzAccessProfiles(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AccessProfile]{
		Garbler: g, Open: open, Driver: backend.Tenant.AccessProfiles, ParentID: plain, Absent: saysAbsent,
		Key: fullProfile().Key(), Desired: fullProfile(), Extra: []string{backend.PathRetired},
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzAccessReviews(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyDriver[backend.AccessReview]{
		Garbler: g, Open: open, Driver: backend.Tenant.AccessReviews, ParentID: quarterly, Desired: fullReview(), Absent: saysAbsent,
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

func FuzzTenant(f *testing.F) {
	g, open := badly(f)
	b := vendortest.FaultyTenant{
		Garbler: g, Open: open,
		// A datasource that grants no types has no entities.
		Absent: func(g vendortest.Garbage) bool {
			return saysAbsent("", g) || !g.Cut && strings.Contains(g.Body, "\"value\"")
		},
		Names: []backend.Name{
			{Kind: backend.NameApp, Name: "Okta EMEA"}, {Kind: backend.NameEntitlement, Name: "AI Team", ParentID: okta},
			{Kind: backend.NameProfileType, Name: "Profile"}, {Kind: backend.NameConfiguration, Name: "Quarterly Salesforce access"},
		},
	}
	b.Record(f)
	g.Fuzz(f, b.RunGarbageTests)
}

// saysAbsent reads an answer without the driver's help: 404, or a list. An object without
// any member is one, too: no source has Veza show what is empty.
func saysAbsent(_ string, g vendortest.Garbage) bool {
	if g.Cut {
		return false
	}
	if g.Status == http.StatusNotFound {
		return true
	}
	var doc map[string]json.RawMessage
	if g.Status > 299 || json.Unmarshal([]byte(g.Body), &doc) != nil || doc == nil {
		return false
	}
	for name := range doc {
		switch strings.ToLower(name) {
		case "values", "path_values", "next_page_token", "has_more":
			return true
		}
	}
	return len(doc) == 0
}
