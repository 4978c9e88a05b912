package veza_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// named is what the console makes.
func named(i int, _ string) map[string]any {
	return map[string]any{"name": fmt.Sprintf("By hand %d", i)}
}

func TestEntitlementsOfTheTenantAreListed(t *testing.T) {
	type model = backend.AppEntitlement
	backendtest.RunList(t, backendtest.ListSuite[model]{
		Pages: 600,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
			Kind: fake.KindAppEntitlement, Parents: []string{okta, emea}, Settles: time.Minute,
			Object: func(i int, _ string) map[string]any {
				return map[string]any{"name": fmt.Sprintf("By hand %d", i), "type": "OktaGroup"}
			},
			Own: func(id string) string { return veza.Entity("OktaGroup", id) },
			Bare: func(id string) string {
				_, bare, _ := veza.SplitEntity(id)
				return bare
			},
			There: func(dump any) []backendtest.Spot {
				managers := map[any]string{}
				for _, d := range dump.(fake.Dump).Lookups["datasources"] {
					managers[d["extraction"]] = d["id"].(string)
				}
				var out []backendtest.Spot
				for _, e := range dump.(fake.Dump).Entities {
					if manager := managers[e["datasource_id"]]; manager != "" && e["type"] != "OktaUser" {
						out = append(out, backendtest.Spot{ParentID: manager, ID: veza.Entity(e["type"].(string), e["id"].(string))})
					}
				}
				return out
			},
			Cost: func(there []backendtest.Spot) int {
				per, calls := map[string]int{}, 1 // The datasources.
				for _, s := range there {
					entityType, _, _ := strings.Cut(s.ID, "/")
					per[entityType]++
				}
				for _, n := range per {
					calls += vendortest.PagesOf(n, 250)
				}
				return calls
			},
		}, entitlements),
	})
}

func TestProfilesOfTheTenantAreListed(t *testing.T) {
	type model = backend.AccessProfile
	for sentence, features := range map[string][]string{"as they are": nil, "with pages that are empty": {"emptyPages"}} {
		t.Run(sentence, func(t *testing.T) {
			backendtest.RunList(t, backendtest.ListSuite[model]{
				Pages: 600, Long: 3_000,
				Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
					Kind: fake.KindAccessProfile, Parents: []string{plain}, Object: named, Settles: time.Minute,
					Marked: func(name string) (string, model) {
						p := fullProfile()
						p.DisplayName = &name
						return plain, p
					},
					There: func(dump any) []backendtest.Spot {
						var out []backendtest.Spot
						for _, p := range dump.(fake.Dump).Profiles {
							out = append(out, backendtest.Spot{ParentID: p["profile_type"].(string), ID: p["id"].(string)})
						}
						return out
					},
					Cost: func(there []backendtest.Spot) int {
						pages := vendortest.PagesOf(len(there), 250)
						if len(features) > 0 { // An empty page comes before each, that of the types included.
							return 2 * (1 + pages)
						}
						return 1 + pages
					},
				}, func(t *testing.T) vendortest.Kept[model] {
					k := profiles(t)
					k.Feature(features...)
					return k
				}),
			})
		})
	}
}

func TestReviewsOfTheTenantAreListed(t *testing.T) {
	type model = backend.AccessReview
	const configurations = 4
	backendtest.RunList(t, backendtest.ListSuite[model]{
		Pages: 200, Long: 3_000,
		Open: vendortest.ListedOverHTTP(vendortest.Tenancy[model]{
			Kind: fake.KindAccessReview, Parents: []string{quarterly, fake.SeedID("configuration", "Okta groups")}, Object: named, Settles: time.Minute,
			Marked: func(name string) (string, model) {
				return quarterly, model{DisplayName: &name, Block: &veza.ReviewBlock{ConfigurationID: &quarterly}}
			},
			There: func(dump any) []backendtest.Spot {
				var out []backendtest.Spot
				for _, c := range dump.(fake.Dump).Certifications {
					out = append(out, backendtest.Spot{ParentID: c["workflow_id"].(string), ID: c["certification_id"].(string)})
				}
				return out
			},
			Cost: func([]backendtest.Spot) int { return 1 + configurations },
		}, reviews),
	})
}
