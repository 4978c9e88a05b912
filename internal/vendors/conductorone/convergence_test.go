package conductorone_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestEntitlementsStayConverged(t *testing.T) {
	vendortest.StaysConverged(t, vendortest.Guard[backend.AppEntitlement]{
		Open: lateOwners, Place: vendortest.Place{ParentID: github, Settles: ownersShow},
		RandomSpecs: vendortest.RandomSpecs[backend.AppEntitlement]{
			Sample: fullEntitlement(), Variations: entitlementVariations(),
			Texts: []string{"displayName", "description", "conductorOne.matchBatonID"},
			Mend: func(e *backend.AppEntitlement) {
				e.Block = backend.To(backend.Value(entitlementBlock(e)))
				entitlementBlock(e).ResourceTypeID, entitlementBlock(e).ResourceID = entitlementBlock(fullEntitlement()).ResourceTypeID, entitlementBlock(fullEntitlement()).ResourceID
				if c := entitlementBlock(e); backend.Value(c.EmergencyGrantPolicyID) == "" || c.EmergencyGrantEnabled == nil {
					c.EmergencyGrantEnabled = nil // It needs the policy.
				}
			},
		},
	})
}

func TestProfilesStayConverged(t *testing.T) {
	vendortest.StaysConverged(t, vendortest.Guard[backend.AccessProfile]{
		Open: profiles,
		RandomSpecs: vendortest.RandomSpecs[backend.AccessProfile]{
			Sample: fullProfile(), Variations: profileVariations(), Texts: []string{"displayName", "description"},
			Mend: func(p *backend.AccessProfile) {
				if c := profileBlock(p); c != nil && backend.Value(c.VisibleToEveryone) {
					c.VisibleTo = nil // One of the two is refused before anything is sent.
				}
				if p.Membership != nil && p.Membership.Expression == nil {
					p.Membership.Enabled = nil // A rule without a condition cannot run.
				}
			},
		},
	})
}

func TestReviewsStayConverged(t *testing.T) {
	vendortest.StaysConverged(t, vendortest.Guard[backend.AccessReview]{
		Open: reviews, Prepare: func(k vendortest.Kept[backend.AccessReview]) { k.Feature("eSignature") },
		RandomSpecs: vendortest.RandomSpecs[backend.AccessReview]{
			Sample: fullReview(), Variations: reviewVariations(),
			Texts: []string{"displayName", "description", "conductorOne.reviewInstructions"},
		},
	})
}
