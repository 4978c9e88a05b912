package sailpoint_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestEntitlementsStayConverged(t *testing.T) {
	vendortest.StaysConverged(t, vendortest.Guard[backend.AppEntitlement]{
		Open: entitlements, Place: vendortest.Place{ParentID: database, Existing: read.ID},
		RandomSpecs: vendortest.RandomSpecs[backend.AppEntitlement]{
			Sample: fullEntitlement(), Variations: entitlementVariations(), Texts: []string{"displayName", "description"},
		},
	})
}

func TestProfilesStayConverged(t *testing.T) {
	vendortest.StaysConverged(t, vendortest.Guard[backend.AccessProfile]{
		Open: profiles, Place: vendortest.Place{ParentID: database},
		RandomSpecs: vendortest.RandomSpecs[backend.AccessProfile]{
			Sample: fullProfile(), Variations: profileVariations(), Texts: []string{"displayName", "description"},
			Mend: func(p *backend.AccessProfile) {
				if len(p.Entitlements) == 0 {
					profileBlock(p).Enabled = nil // An enabled profile gives something.
				}
			},
		},
	})
}

func TestReviewsStayConverged(t *testing.T) {
	const pace = time.Second
	vendortest.StaysConverged(t, vendortest.Guard[backend.AccessReview]{
		Open: reviews, Place: vendortest.Place{Settles: 2 * pace},
		Prepare: func(k vendortest.Kept[backend.AccessReview]) {
			k.Feature(fake.FeatureRecommendations)
			k.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(pace) })
		},
		RandomSpecs: vendortest.RandomSpecs[backend.AccessReview]{
			Sample: fullReview(), Variations: reviewVariations(), Texts: []string{"displayName", "description"},
			Mend: func(r *backend.AccessReview) {
				if r.Undecided == nil {
					r.AutoClose = nil // Who closes by itself decides what is left.
				}
				if s := r.Scope; s == nil || s.Entitlements == nil && s.Users == nil && s.Grants == nil {
					reviewBlock(r).Search = &sailpoint.Search{Type: "Identity", Query: "*"} // A search is about something.
				}
			},
		},
	})
}
