package conductorone_test

import (
	"fmt"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// named is what the console makes.
func named(i int, _ string) map[string]any {
	return map[string]any{"displayName": fmt.Sprintf("By hand %d", i), "description": "Made in the console."}
}

// spotsOf reads where live objects are.
func spotsOf[T any](objects []T, object func(T) map[string]any) []backendtest.Spot {
	var out []backendtest.Spot
	for _, o := range objects {
		value := object(o)
		if value["deletedAt"] != nil {
			continue
		}
		app, _ := value["appId"].(string)
		out = append(out, backendtest.Spot{ParentID: app, ID: value["id"].(string)})
	}
	return out
}

func TestEntitlementsOfTheTenantAreListed(t *testing.T) {
	type model = backend.AppEntitlement
	backendtest.RunList(t, backendtest.ListSuite[model]{
		Pages: 520,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
			Kind: fake.KindAppEntitlement, Parents: []string{github, workday}, Object: named,
			Marked: func(name string) (string, model) {
				e := fullEntitlement()
				return github, model{DisplayName: &name, Block: &conductorone.EntitlementBlock{ResourceID: entitlementBlock(&e).ResourceID, ResourceTypeID: entitlementBlock(&e).ResourceTypeID}}
			},
			There: func(dump any) []backendtest.Spot {
				return spotsOf(dump.(fake.Dump).Entitlements, func(e fake.EntitlementDump) map[string]any { return e.Object })
			},
			Cost: func(there []backendtest.Spot) int {
				const apps = 7
				per, calls := map[string]int{}, 1
				for _, s := range there {
					per[s.ParentID]++
				}
				for _, n := range per {
					calls += vendortest.PagesOf(n, 100)
				}
				return calls + apps - len(per)
			},
			Undeletable: []backendtest.Spot{{ParentID: member.AppID, ID: member.ID}, {ParentID: viewer.AppID, ID: viewer.ID}},
		}, entitlements),
	})
}

func TestProfilesOfTheTenantAreListed(t *testing.T) {
	listedInOne(t, fake.KindAccessProfile, profiles, func(name string) backend.AccessProfile {
		p := fullProfile()
		p.DisplayName = &name
		return p
	}, func(dump fake.Dump) []backendtest.Spot {
		return spotsOf(dump.AccessProfiles, func(p fake.ProfileDump) map[string]any { return p.Object })
	})
}

func TestReviewsOfTheTenantAreListed(t *testing.T) {
	listedInOne(t, fake.KindAccessReview, reviews, func(name string) backend.AccessReview {
		r := fullReview()
		r.DisplayName = &name
		return r
	}, func(dump fake.Dump) []backendtest.Spot {
		return spotsOf(dump.Reviews, func(r fake.ReviewDump) map[string]any { return r.Object })
	})
}

// listedInOne holds a kind to the laws of which the tenant has one list.
func listedInOne[D backend.Model](t *testing.T, kind string, open func(*testing.T) vendortest.Kept[D], model func(name string) D, there func(fake.Dump) []backendtest.Spot) {
	t.Helper()
	backendtest.RunList(t, backendtest.ListSuite[D]{
		Pages: 260,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[D]{
			Kind: kind, Object: named,
			Marked: func(name string) (string, D) { return "", model(name) },
			There:  func(dump any) []backendtest.Spot { return there(dump.(fake.Dump)) },
			Cost:   func(there []backendtest.Spot) int { return vendortest.PagesOf(len(there), 100) },
		}, open),
	})
}
