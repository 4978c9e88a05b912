package sailpoint_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// requestLimits are the fields that say how something is asked for.
func requestLimits(comments, denials string) []string {
	out := []string{"sailPoint.revocationRequestConfig.approvalSchemes"}
	for _, name := range []string{comments, denials, "reauthorizationRequired", "requireEndDate", "maxPermittedAccessDuration", "approvalSchemes", "formDefinitionID"} {
		out = append(out, "sailPoint.accessRequestConfig."+name)
	}
	return out
}

// seenBy says who sees something: without a segment everybody.
func seenBy(segments backend.Set) []string {
	if len(segments) == 0 {
		return []string{employees, others, "anybody"}
	}
	return segments
}

func TestARevertOfAnEntitlementReverts(t *testing.T) {
	enginetest.Reverts(t, enginetest.Entitlements, revertingOfEntitlement())
}

func TestThePlanOfAnEntitlementCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Entitlements, revertingOfEntitlement())
}

func revertingOfEntitlement() enginetest.Reverting[backend.AppEntitlement] {
	return enginetest.Reverting[backend.AppEntitlement]{
		Guard: vendortest.Guard[backend.AppEntitlement]{
			Open: entitlements, Place: vendortest.Place{ParentID: database, Existing: read.ID},
			RandomSpecs: vendortest.RandomSpecs[backend.AppEntitlement]{
				Sample: fullEntitlement(), Variations: orPrivileged(entitlementVariations()),
				Mend: func(e *backend.AppEntitlement) {
					if entitlementBlock(e) != nil && entitlementBlock(e).Privileged != nil {
						entitlementBlock(e).PrivilegeLevel = nil // Two words for one thing.
					}
					if len(e.Owners) > 1 {
						e.Owners = e.Owners[:1] // It has one.
					}
				},
			},
		},
		Opens: func(e backend.AppEntitlement) map[string][]string {
			out := map[string][]string{"sailPoint.segments": seenBy(backend.Value(entitlementBlock(e)).Segments)}
			if backend.Value(e.Requestable) {
				out["requestable"] = []string{"people ask"}
			}
			return out
		},
		Limits:  requestLimits("requestCommentRequired", "denialCommentRequired"),
		Follows: map[string][]string{"sailPoint.privileged": {"sailPoint.privilegeLevel"}, "sailPoint.privilegeLevel": {"sailPoint.privileged"}},
	}
}

// orPrivileged adds the older word for a privilege to variations.
func orPrivileged(variations map[string]func(*backend.AppEntitlement)) map[string]func(*backend.AppEntitlement) {
	for i, is := range []bool{true, false, true, false} {
		variations[fmt.Sprint("privileged ", i)] = func(e *backend.AppEntitlement) { entitlementBlock(e).Privileged = &is }
	}
	return variations
}

func TestARevertOfAProfileReverts(t *testing.T) {
	enginetest.Reverts(t, enginetest.Profiles, revertingOfProfile())
}

func TestThePlanOfAProfileCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Profiles, revertingOfProfile())
}

func revertingOfProfile() enginetest.Reverting[backend.AccessProfile] {
	return enginetest.Reverting[backend.AccessProfile]{
		Guard: vendortest.Guard[backend.AccessProfile]{
			Open: profiles, Place: vendortest.Place{ParentID: database},
			RandomSpecs: vendortest.RandomSpecs[backend.AccessProfile]{
				Sample: fullProfile(), Variations: profileVariations(),
				Mend: func(p *backend.AccessProfile) {
					if len(p.Entitlements) == 0 && profileBlock(p) != nil {
						profileBlock(p).Enabled = nil // An enabled profile gives something.
					}
				},
			},
		},
		Opens: func(p backend.AccessProfile) map[string][]string {
			s := backend.Value(profileBlock(p))
			out := map[string][]string{"sailPoint.segments": seenBy(s.Segments)}
			for _, e := range p.Entitlements {
				out["entitlements"] = append(out["entitlements"], e.ID)
			}
			if backend.Value(p.Requestable) {
				out["requestable"] = []string{"people ask"}
			}
			if backend.Value(s.Enabled) {
				out["sailPoint.enabled"] = []string{"it is given"}
			}
			return out
		},
		Limits: requestLimits("commentsRequired", "denialCommentsRequired"),
	}
}

func TestARevertOfAReviewReverts(t *testing.T) {
	enginetest.Reverts(t, enginetest.Reviews, revertingOfReview())
}

func TestThePlanOfAReviewCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Reviews, revertingOfReview())
}

func revertingOfReview() enginetest.Reverting[backend.AccessReview] {
	const pace = time.Second
	return enginetest.Reverting[backend.AccessReview]{
		Guard: vendortest.Guard[backend.AccessReview]{
			Open: reviews, Place: vendortest.Place{Settles: 2 * pace},
			Prepare: func(k vendortest.Kept[backend.AccessReview]) {
				k.Feature(fake.FeatureRecommendations)
				k.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(pace) })
			},
			RandomSpecs: vendortest.RandomSpecs[backend.AccessReview]{
				Sample: fullReview(), Variations: reviewVariations(),
				Mend: func(r *backend.AccessReview) {
					if r.AutoStart != nil {
						r.AutoStart = backend.To(false) // What runs takes no edits.
					}
					if r.Undecided == nil {
						r.AutoClose = nil // Who closes by itself decides what is left.
					}
					if s := r.Scope; reviewBlock(r) != nil && (s == nil || s.Entitlements == nil && s.Users == nil && s.Grants == nil) {
						reviewBlock(r).Search = &sailpoint.Search{Type: "Identity", Query: "*"} // A search is about something.
					}
				},
			},
		},
		Limits: []string{"deadline"},
	}
}
