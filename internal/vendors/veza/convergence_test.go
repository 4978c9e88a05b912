package veza_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func TestEntitlementsStayConverged(t *testing.T) { vendortest.StaysConverged(t, entitlementGuard()) }

func entitlementGuard() vendortest.Guard[backend.AppEntitlement] {
	sample := backend.AppEntitlement{
		DisplayName: backend.To("AI Team"),
		Block: &veza.EntitlementBlock{
			EntityType: backend.To("OktaGroup"), MatchName: backend.To("AI Team"), MatchID: backend.To(related(team).EntityID),
		},
	}
	return vendortest.Guard[backend.AppEntitlement]{
		Open: entitlements, Place: vendortest.Place{ParentID: okta, Existing: team.ID},
		RandomSpecs: vendortest.RandomSpecs[backend.AppEntitlement]{
			Sample: sample,
			Mend:   func(e *backend.AppEntitlement) { e.Block = entitlementBlock(sample) },
		},
	}
}

func TestProfilesStayConverged(t *testing.T) {
	for sentence, features := range map[string][]string{
		"as they are": nil, "with a version for each edit": {"publishPerEdit"}, "as numbers, created as a draft": {"createDraft", "numericVersion", "numericEnums"},
	} {
		t.Run(sentence, func(t *testing.T) {
			vendortest.StaysConverged(t, vendortest.Guard[backend.AccessProfile]{
				Open:    func(t *testing.T) vendortest.Kept[profile] { return profiles(t, "PublishDraft") },
				Prepare: func(k vendortest.Kept[profile]) { k.Feature(features...) }, Place: vendortest.Place{ParentID: plain},
				RandomSpecs: vendortest.RandomSpecs[backend.AccessProfile]{
					Sample: fullProfile(), Variations: profileVariations(),
					Texts: []string{"displayName", "description", "veza.catalogItem.name", "veza.catalogItem.description", "veza.catalogItem.markdownDescription"},
					Mend: func(p *profile) {
						profileBlock(p).Published = backend.To(true) // A draft takes no members.
						if backend.Value(profileBlock(p).State) == "Running" {
							profileBlock(p).RequireApprovalToStart = nil // Nobody is there who would approve.
						}
					},
				},
			})
		})
	}
}

func TestReviewsStayConverged(t *testing.T) { vendortest.StaysConverged(t, reviewGuard()) }

func reviewGuard() vendortest.Guard[backend.AccessReview] {
	return vendortest.Guard[backend.AccessReview]{
		Open: reviews, Place: vendortest.Place{ParentID: quarterly, Settles: time.Second},
		RandomSpecs: vendortest.RandomSpecs[backend.AccessReview]{
			Sample: fullReview(), Texts: []string{"displayName", "description"},
			Variations: map[string]func(*backend.AccessReview){
				"of now": func(r *backend.AccessReview) {
					reviewBlock(r).DataSource, reviewBlock(r).SnapshotID = backend.To("Current"), nil
				},
				"at another time": func(r *backend.AccessReview) { r.StartAt = &backend.Instant{Time: time.Now().Add(-time.Minute)} },
				"by others": func(r *backend.AccessReview) {
					reviewBlock(r).ReviewerAssignment = &veza.Assignment{Reviewers: []veza.User{{Email: "Grace@Corp.example"}, {Email: "ALAN@corp.example"}}}
				},
				"approved once": func(r *backend.AccessReview) { reviewBlock(r).FinalApprovalLevel = backend.To(int64(1)) },
			},
			Mend: func(r *backend.AccessReview) {
				given := backend.Value(reviewBlock(r).DataSource) == "GivenSnapshot"
				if given && reviewBlock(r).SnapshotID == nil {
					reviewBlock(r).DataSource = nil
				} else if !given {
					reviewBlock(r).SnapshotID = nil
				}
			},
		},
	}
}
