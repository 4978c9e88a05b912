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
	type model = backend.AccessProfile
	backendtest.RunList(t, backendtest.ListSuite[model]{
		Pages: 260,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
			Kind: fake.KindAccessProfile, Object: named,
			Marked: func(name string) (string, model) {
				p := fullProfile()
				p.DisplayName = &name
				return "", p
			},
			There: func(dump any) []backendtest.Spot {
				return spotsOf(dump.(fake.Dump).AccessProfiles, func(p fake.ProfileDump) map[string]any { return p.Object })
			},
			Cost: inPages,
		}, profiles),
	})
}

func TestReviewsOfTheTenantAreListed(t *testing.T) {
	type model = backend.AccessReview
	backendtest.RunList(t, backendtest.ListSuite[model]{
		Pages: 260,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
			Kind: fake.KindAccessReview, Object: named,
			Marked: func(name string) (string, model) {
				r := fullReview()
				r.DisplayName = &name
				return "", r
			},
			There: func(dump any) []backendtest.Spot {
				return spotsOf(dump.(fake.Dump).Reviews, func(r fake.ReviewDump) map[string]any { return r.Object })
			},
			Cost: inPages,
		}, reviews),
	})
}

func inPages(there []backendtest.Spot) int { return vendortest.PagesOf(len(there), 100) }
