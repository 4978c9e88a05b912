package conductorone_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestARevertOfAnEntitlementReverts(t *testing.T) {
	enginetest.Reverts(t, enginetest.Entitlements, revertingOfEntitlement())
}

func TestThePlanOfAnEntitlementCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Entitlements, revertingOfEntitlement())
}

func revertingOfEntitlement() enginetest.Reverting[backend.AppEntitlement] {
	return enginetest.Reverting[backend.AppEntitlement]{
		Guard: vendortest.Guard[backend.AppEntitlement]{
			Open: lateOwners, Place: vendortest.Place{ParentID: github},
			RandomSpecs: vendortest.RandomSpecs[backend.AppEntitlement]{
				Sample: fullEntitlement(), Variations: entitlementVariations(),
				Mend: func(e *backend.AppEntitlement) {
					if c := entitlementBlock(e); c != nil && (backend.Value(c.EmergencyGrantPolicyID) == "" || c.EmergencyGrantEnabled == nil) {
						c.EmergencyGrantEnabled = nil // It needs the policy.
					}
				},
			},
		},
		Opens: func(e backend.AppEntitlement) map[string][]string {
			c, out := backend.Value(entitlementBlock(e)), map[string][]string{}
			if backend.Value(c.EmergencyGrantEnabled) {
				out["conductorOne.emergencyGrantEnabled"] = []string{"emergency access"}
			}
			return out
		},
		Limits: []string{"conductorOne.policies.grant", "conductorOne.policies.revoke", "conductorOne.policies.certify", "conductorOne.policies.emergencyGrant",
			"conductorOne.maxGrantDuration", "conductorOne.requestSchemaID", "conductorOne.overrideAccessRequestDefaults"},
	}
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
			Open: profiles,
			RandomSpecs: vendortest.RandomSpecs[backend.AccessProfile]{
				Sample: fullProfile(), Variations: byHolders(profileVariations()),
				Mend: func(p *backend.AccessProfile) {
					a := backend.Value(backend.Value(profileBlock(p)).Automation)
					if a.Entitlements != nil && p.Membership != nil {
						p.Membership.Expression = nil // Each is the whole rule.
					}
					if p.Membership != nil && p.Membership.Expression == nil && a.Entitlements == nil {
						p.Membership.Enabled = nil // A rule without a condition cannot run.
					}
					if c := profileBlock(p); c != nil && len(c.VisibleTo) > 0 && backend.Value(c.VisibleToEveryone) {
						c.VisibleTo = nil // The definition admits one of them.
					}
				},
			},
		},
		Opens: profileOpens,
		Limits: []string{"conductorOne.policies.grant", "conductorOne.policies.revoke", "conductorOne.maxGrantDuration",
			"conductorOne.automation.disableCircuitBreaker", "conductorOne.automation.removedMembersThresholdPercent"},
		Follows: map[string][]string{
			// Nobody in particular sees what everybody sees.
			"conductorOne.visibleTo": {"conductorOne.visibleToEveryone"},
			// Each is the whole rule.
			"membership.expression": {"conductorOne.automation.entitlements"}, "conductorOne.automation.entitlements": {"membership.expression"},
		},
	}
}

// rarely is a fault for which hundreds of specs are tried: the long mode does that.
const rarely = "conductorOne.maxGrantDuration=Cleared"

// What the test above would not notice it would not guard.
func TestAFaultInTheTableIsFound(t *testing.T) {
	for sentence, fault := range map[string]string{
		"nothing is taken back":  "all",
		"an opener is forgotten": "requestable=Left",
		"a limit is cleared":     rarely,
		"a list is emptied":      "entitlements=Cleared",
		"a text is forgotten":    "description=Ends",
	} {
		if testing.Short() && fault == rarely {
			continue
		}
		t.Run(sentence, func(t *testing.T) { enginetest.Finds(t, "TestARevertOfAProfileReverts", fault) })
	}
}

// What differs between what is planned and what is done is seen: here only the latter goes by another table.
func TestALieOfAPlanIsFound(t *testing.T) {
	for sentence, fault := range map[string]string{
		"nothing is taken back": "all", "an opener is forgotten": "requestable=Left", "a list is emptied": "entitlements=Cleared", "a text is forgotten": "description=Ends",
	} {
		t.Run(sentence, func(t *testing.T) { enginetest.Finds(t, "TestThePlanOfAProfileCannotLie", fault) })
	}
}

// byHolders adds a rule of the other sort to variations.
func byHolders(variations map[string]func(*backend.AccessProfile)) map[string]func(*backend.AccessProfile) {
	for name, holders := range map[string]backend.EntitlementSet{"by holders": {engineer}, "by other holders": {everyone, engineer}} {
		variations[name] = func(p *backend.AccessProfile) {
			p.Membership.Expression, profileBlock(p).Automation.Entitlements = nil, holders
		}
	}
	return variations
}

// withAppsAndTypes adds the other lists of a scope to variations, and once more those markers that each stand in one of them
// alone: they would be drawn too seldom.
func withAppsAndTypes(variations map[string]func(*backend.AccessReview)) map[string]func(*backend.AccessReview) {
	for name, apps := range map[string]backend.Set{"an app": {workday}, "apps": {workday, github}} {
		variations["all of "+name] = func(r *backend.AccessReview) { r.Scope.SelectedApps = apps }
	}
	for _, name := range []string{"Team", "Organization"} {
		variations["type "+name] = func(r *backend.AccessReview) {
			r.Scope.ResourceTypes = backend.ResourceTypeSet{{AppID: github, ResourceTypeID: fake.SeedID("resource-type", "GitHub/"+name)}}
		}
	}
	for _, name := range []string{"conflicts too", "resources selected", "roles selected", "some excluded"} {
		variations[name+", again"] = variations[name]
	}
	return variations
}

// profileOpens says to whom a profile is open.
func profileOpens(p backend.AccessProfile) map[string][]string {
	c, m, out := backend.Value(profileBlock(p)), backend.Value(p.Membership), map[string][]string{}
	open := func(path string, is bool, words ...string) {
		if is {
			out[path] = append(out[path], words...)
		}
	}
	open("requestable", backend.Value(p.Requestable), "people ask")
	open("conductorOne.visibleToEveryone", backend.Value(c.VisibleToEveryone), "everybody sees it")
	open("conductorOne.visibleTo", true, idsOf(c.VisibleTo, "seen by ")...)
	open("conductorOne.visibleTo", backend.Value(c.VisibleToEveryone), idsOf(profileBlock(fullProfile()).VisibleTo, "seen by ")...)
	open("conductorOne.requestBundle", backend.Value(c.RequestBundle), "all at once")
	open("conductorOne.enrollmentBehavior", backend.Value(c.EnrollmentBehavior) == bypass, "past the policies of its entries")
	open("conductorOne.unenrollmentBehavior", backend.Value(c.UnenrollmentBehavior) != "RevokeAll", "keeps what is justified")
	open("conductorOne.unenrollmentBehavior", backend.Value(c.UnenrollmentBehavior) == "LeaveAccessAsIs", "keeps all")
	open("entitlements", true, idsOf(p.Entitlements, "gives ")...)
	rule := append(idsOf(backend.Value(c.Automation).Entitlements, "ruled holders of "), backend.Value(m.Expression))
	open("membership.enabled", backend.Value(m.Enabled), rule...)
	return out
}

func TestARevertOfAReviewReverts(t *testing.T) {
	enginetest.Reverts(t, enginetest.Reviews, revertingOfReview())
}

func TestThePlanOfAReviewCannotLie(t *testing.T) {
	enginetest.Rehearses(t, enginetest.Reviews, revertingOfReview())
}

func revertingOfReview() enginetest.Reverting[backend.AccessReview] {
	return enginetest.Reverting[backend.AccessReview]{
		Guard: vendortest.Guard[backend.AccessReview]{
			Open: reviews, Prepare: func(k vendortest.Kept[backend.AccessReview]) { k.Feature("eSignature") },
			RandomSpecs: vendortest.RandomSpecs[backend.AccessReview]{
				Sample: fullReview(), Variations: withAppsAndTypes(reviewVariations()),
				Mend: func(r *backend.AccessReview) {
					if s := r.Scope; s != nil && s.SelectedApps != nil {
						s.ResourceTypes = nil
					}
					if s := r.Scope; s != nil && s.Entitlements != nil && len(s.Entitlements) == 0 && s.Apps == nil {
						s.Apps = &backend.ScopeApps{SpecificResources: &struct{}{}} // The choice that an earlier list brought stays when it is emptied.
					}
				},
			},
		},
		Limits: []string{"conductorOne.policy", "conductorOne.signature", "deadline"},
		Pair: func(first, second *backend.AccessReview) {
			if first.AutoStart != nil && second.AutoStart != nil {
				second.AutoStart = first.AutoStart // Where the mode of the start changes, the vendor sets its time anew.
			}
		},
		Follows: map[string][]string{"scope.entitlements": {"scope.apps.selected"}, "scope.apps": {"scope.entitlements", "scope.apps.selected", "scope.resourceTypes"}, "start.at": {"start.mode"}},
	}
}
