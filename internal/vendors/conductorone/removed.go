package conductorone

import (
	"maps"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// What becomes of a field that leaves the spec of an object that wrote it. A field that is not set at the creation only has a row.

// Why fields are left as they are, or held.
const (
	whyNamed    = "a name cannot be empty"
	whyFound    = "others find it by this, and the vendor refuses an empty one"
	whyNoNone   = "the vendor has no value for none"
	whyPolicies = "without it people might get access past an approval, or keep it"
	whyDuration = "without it people would keep access for longer"
	whySwitch   = "the earlier value is not known, and neither value means none"
	whyBreaker  = "it keeps a run of the rule from taking access by mistake"
	whyText     = "a text for people"
	whyRule     = "the rule is switched off, because it is not known whom it matches without this"
	whyEmptied  = "emptying it would take access from everybody who has it through this"
	whyReview   = "a person decides what is reviewed"
)

// removedFromEntitlement is the table of an entitlement.
func removedFromEntitlement() map[string]backend.Removal {
	left := func(why string) backend.Removal { return backend.Removal{Fate: backend.FateLeft, Why: why} }
	table := backend.RemovedFrom(&EntitlementBlock{})
	maps.Copy(table, map[string]backend.Removal{
		"displayName":                                left(whyNamed),
		"description":                                {Fate: backend.FateCleared, Why: whyText},
		"owners":                                     {Fate: backend.FateHeld, Empty: "nobody owns it", Why: "without owners nobody may decide about it"},
		"conductorOne.alias":                         left(whyFound),
		"conductorOne.policies.grant":                left(whyPolicies),
		"conductorOne.policies.revoke":               left(whyPolicies),
		"conductorOne.policies.certify":              left(whyPolicies),
		"conductorOne.policies.emergencyGrant":       left(whyPolicies),
		"conductorOne.emergencyGrantEnabled":         {Fate: backend.FateClosed, Value: false, Why: "no emergency access"},
		"conductorOne.maxGrantDuration":              left(whyDuration),
		"conductorOne.riskLevel":                     left("policies may require more approval because of it"),
		"conductorOne.provision":                     left("it is not known what the app does instead"),
		"conductorOne.deprovision":                   left("without it access might stay with people who lost it"),
		"conductorOne.overrideAccessRequestDefaults": left("without it the app's defaults count, which may require less"),
		"conductorOne.annotations":                   {Fate: backend.FateCleared, Why: "information for people and reports; each key is a field of its own"},
	})
	return table
}

// removedFromProfile is the table of a profile.
func removedFromProfile() map[string]backend.Removal {
	left := func(why string) backend.Removal { return backend.Removal{Fate: backend.FateLeft, Why: why} }
	ruleOff := func(instead ...string) backend.Removal {
		return backend.Removal{Fate: backend.FateClosed, At: "membership.enabled", Value: false, Instead: instead, Why: whyRule}
	}
	return map[string]backend.Removal{
		"displayName":                                            left(whyNamed),
		"description":                                            {Fate: backend.FateCleared, Why: whyText},
		pathEntitlements:                                         {Fate: backend.FateHeld, Empty: "the profile gives nothing", Why: whyEmptied},
		"requestable":                                            {Fate: backend.FateClosed, Value: false, Why: "nobody can request it"},
		"membership.expression":                                  ruleOff("conductorOne.automation.entitlements"),
		"membership.enabled":                                     ruleOff(),
		"membership.createTasks":                                 left(whySwitch),
		"conductorOne.visibleToEveryone":                         {Fate: backend.FateClosed, Value: false, By: []string{pathVisibleTo}, Why: "not everybody sees it"},
		pathVisibleTo:                                            {Fate: backend.FateHeld, Instead: []string{"conductorOne.visibleToEveryone"}, Empty: "nobody sees it by an entitlement", Why: "emptying it would take it from everybody who sees it by this"},
		"conductorOne.requestBundle":                             {Fate: backend.FateClosed, Value: false, Why: "nobody can request all of it at once"},
		pathEnrollment:                                           {Fate: backend.FateClosed, Value: enrollmentEnforced, Why: "nobody gets past the policies of its entries"},
		"conductorOne.unenrollmentBehavior":                      {Fate: backend.FateClosed, Value: "RevokeAll", Why: "nobody who leaves keeps access by it"},
		"conductorOne.unenrollmentEntitlementBehavior":           left("which of the two lets people keep access for longer depends on the policies of the entries"),
		"conductorOne.automation.disableCircuitBreaker":          left(whyBreaker),
		"conductorOne.automation.enforceOnSmallProfiles":         left(whyBreaker),
		"conductorOne.automation.removedMembersThresholdPercent": left(whyBreaker),
		"conductorOne.automation.entitlements":                   ruleOff("membership.expression"),
		"conductorOne.policies.grant":                            left(whyPolicies),
		"conductorOne.policies.revoke":                           left(whyPolicies),
		pathMaxDuration:                                          left(whyDuration),
		"conductorOne.annotations":                               {Fate: backend.FateCleared, Why: "information for people and reports; each key is a field of its own"},
	}
}

// removedFromReview is the table of a review that has not started: afterwards it takes no edits.
func removedFromReview() map[string]backend.Removal {
	left := func(why string) backend.Removal { return backend.Removal{Fate: backend.FateLeft, Why: why} }
	scope := func(empty string, instead ...string) backend.Removal {
		return backend.Removal{Fate: backend.FateHeld, Empty: empty, Instead: instead, Why: whyReview}
	}
	return map[string]backend.Removal{
		"displayName":             left(whyNamed),
		"description":             {Fate: backend.FateCleared, Why: whyText},
		"deadline":                left(whyDuration),
		"start.mode":              left("a person decides about a start"),
		"start.at":                left("a person decides about a start"),
		"close.mode":              left(whySwitch),
		"close.undecided":         left(whyNoNone),
		"notifications.kickoff":   left(whySwitch),
		"notifications.reminders": left(whySwitch),
		"notifications.close":     left(whySwitch),
		pathReviewEntitlements:    scope("no entitlement is reviewed", pathReviewApps, pathReviewResourceTypes),
		pathReviewResourceTypes:   scope("no resource type is reviewed", pathReviewApps, pathReviewEntitlements),
		pathReviewApps:            scope("no app is reviewed", pathReviewEntitlements, pathReviewResourceTypes),
		"scope.apps":              scope(""),
		"scope.users":             scope(""),
		"scope.accounts":          scope(""),
		"scope.grants":            scope(""),
		"scope.accessConflicts":   scope(""),

		"conductorOne.policy":                         left(whyPolicies),
		"conductorOne.scopeType":                      left(whyNoNone),
		"conductorOne.defaultView":                    left(whyNoNone),
		"conductorOne.reviewInstructions":             {Fate: backend.FateCleared, Why: whyText},
		"conductorOne.columns":                        {Fate: backend.FateCleared, Why: "reviewers see the default columns"},
		"conductorOne.signature":                      left("without it people could decide without signing"),
		"conductorOne.autoGenerateReport":             left(whySwitch),
		"conductorOne.autoResolve":                    left(whySwitch),
		"conductorOne.usePolicyOverride":              left(whyPolicies),
		"conductorOne.exemptCertifiedAccessConflicts": left(whySwitch),
		"conductorOne.accuracyIssueAction":            left(whyNoNone),
		"conductorOne.principalTypeFilter":            left(whyNoNone),
		"conductorOne.excluded":                       left(whyReview),
		"conductorOne.resourceSelection":              left(whyReview),
		"conductorOne.scopeRoleSelection":             left(whyReview),
		"conductorOne.reviewerAttributes":             {Fate: backend.FateCleared, Why: "reviewers see less of people"},
	}
}
