package veza_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func TestARevertOfAProfileReverts(t *testing.T) {
	enginetest.Reverts(t, enginetest.Profiles, revertingOfProfile())
}

func TestThePlanOfAnEntitlementCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Entitlements, enginetest.Reverting[backend.AppEntitlement]{Guard: entitlementGuard()})
}

func TestThePlanOfAReviewCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Reviews, enginetest.Reverting[backend.AccessReview]{Guard: reviewGuard()})
}

func TestThePlanOfAProfileCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Profiles, revertingOfProfile())
}

func revertingOfProfile() enginetest.Reverting[backend.AccessProfile] {
	return enginetest.Reverting[backend.AccessProfile]{
		Guard: vendortest.Guard[backend.AccessProfile]{
			Open:  func(t *testing.T) vendortest.Kept[profile] { return profiles(t, "PublishDraft") },
			Place: vendortest.Place{ParentID: limited}, Prepare: edits().Prepare,
			RandomSpecs: vendortest.RandomSpecs[backend.AccessProfile]{
				Sample: fullProfile(), Variations: inOtherWays(profileVariations()),
				Mend: func(p *profile) {
					if profileBlock(p) == nil {
						p.Block = &veza.ProfileBlock{}
					}
					profileBlock(p).ProfileTypeID = &limited
					profileBlock(p).Published = backend.To(true) // A draft takes no members.
					if p.Entitlements != nil {
						profileBlock(p).Relationships = nil // Each is the whole list.
					}
					if backend.Value(profileBlock(p).State) == "Running" {
						profileBlock(p).RequireApprovalToStart = nil // Nobody is there who would approve.
					}
				},
			},
		},
		Opens: func(p profile) map[string][]string {
			v := backend.Value(profileBlock(p))
			out := map[string][]string{"inherits": p.Inherits, "veza.members": v.Members, "veza.labels": v.Labels}
			for _, r := range v.Relationships {
				out["veza.relationships"] = append(out["veza.relationships"], r.Key())
			}
			if state := backend.Value(v.State); state == "Running" || state == "Pending" {
				out["veza.state"] = []string{"it is given"}
			}
			return out
		},
		Limits: []string{"veza.accessRequestPolicyID", "veza.requireApprovalToStart"},
		Follows: map[string][]string{
			"requestable": {"veza.labels"}, "entitlements": {"veza.relationships"}, "veza.relationships": {"entitlements"},
		},
		Elsewhere: []string{"veza.applicationDatasource", "veza.applicationSyncIdentityAction"},
		Pair: func(first, second *profile) {
			if backend.Value(profileBlock(first).State) == "Running" || backend.Value(profileBlock(second).State) == "Running" {
				// What one of them, or the console, wrote would be left, and nobody is there who would approve.
				profileBlock(first).RequireApprovalToStart, profileBlock(second).RequireApprovalToStart = backend.To(false), backend.To(false)
			}
		},
		Renewed: func(p, atSecond profile) profile {
			out := backendtest.Clone(p)
			for i, r := range profileBlock(out).Relationships {
				bare := veza.Relationship{EntityType: r.EntityType, DatasourceID: r.DatasourceID, EntityID: r.EntityID}
				if !slices.ContainsFunc(backend.Value(profileBlock(atSecond)).Relationships, func(other veza.Relationship) bool {
					return other.EntityType == r.EntityType && other.DatasourceID == r.DatasourceID && other.EntityID == r.EntityID
				}) {
					profileBlock(out).Relationships[i] = bare
				}
			}
			return out
		},
		Without: func(p profile, parts []string) profile {
			out := backendtest.Clone(p)
			for i := range profileBlock(out).Relationships {
				for _, part := range parts {
					r := &profileBlock(out).Relationships[i]
					switch part {
					case "veza.relationships[].grantBy":
						r.GrantBy = nil
					case "veza.relationships[].createdByAccessProfile":
						r.CreatedByAccessProfile = nil
					case "veza.relationships[].customProperties":
						r.CustomProperties = nil
					case "veza.relationships[].syncIdentityAction":
						r.SyncIdentityAction = nil
					case "veza.relationships[].condition":
						r.Condition = nil
					case "veza.relationships[].assignedToEntityID":
						r.AssignedToEntityType, r.AssignedToEntityID = "", ""
					}
				}
			}
			return out
		},
	}
}

func TestARevertOfAnApplicationProfileReverts(t *testing.T) {
	enginetest.Reverts(t, enginetest.Profiles, revertingOfApplicationProfile())
}

func TestThePlanOfAnApplicationProfileCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Profiles, revertingOfApplicationProfile())
}

func revertingOfApplicationProfile() enginetest.Reverting[backend.AccessProfile] {
	return enginetest.Reverting[backend.AccessProfile]{
		Guard: vendortest.Guard[backend.AccessProfile]{
			Open:  func(t *testing.T) vendortest.Kept[profile] { return profiles(t, "PublishDraft") },
			Place: vendortest.Place{ParentID: application},
			RandomSpecs: vendortest.RandomSpecs[backend.AccessProfile]{
				Sample: applicationProfile(), Variations: applicationVariations(),
				Mend: func(p *profile) {
					if profileBlock(p) == nil {
						p.Block = &veza.ProfileBlock{}
					}
					profileBlock(p).ProfileTypeID = &application
					switch id := profileBlock(p).ApplicationDatasourceID; { // An action acts in a datasource.
					case id == nil:
						profileBlock(p).ApplicationSyncAction = nil
					case *id == "":
						profileBlock(p).ApplicationSyncAction = &veza.Action{}
					}
				},
			},
		},
		Elsewhere: slices.DeleteFunc(backend.Paths(backend.AccessProfile{Block: &veza.ProfileBlock{}}), func(path string) bool {
			return strings.HasPrefix(path, "veza.application")
		}),
	}
}

// inOtherWays adds what the plain sample lacks to variations.
func inOtherWays(variations map[string]func(*profile)) map[string]func(*profile) {
	for i, list := range slices.Repeat([]backend.EntitlementSet{{developers}, {developers, reports}}, 4) {
		variations[fmt.Sprint("by entitlements ", i)] = func(p *profile) { p.Entitlements, profileBlock(p).Relationships = list, nil }
	}
	variations["an heir"] = func(p *profile) { p.Inherits = backend.Set{bases[0]} }
	variations["an heir of two"] = func(p *profile) { p.Inherits = bases }
	variations["confirmed"] = func(p *profile) { profileBlock(p).RequireApprovalToStart = backend.To(true) }
	return variations
}
