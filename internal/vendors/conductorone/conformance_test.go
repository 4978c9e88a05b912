package conductorone_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// noSuchID has the form of the vendor's ids.
const noSuchID = "2zzzzzzzzzzzzzzzzzzzzzzzzzz"

func TestEntitlementsKeepTheLaws(t *testing.T) {
	type model = backend.AppEntitlement
	desired := fullEntitlement()
	backendtest.Run(t, backendtest.Suite[model]{
		Open: vendortest.OverHTTP(vendortest.Place{ParentID: github, Settles: ownersShow}, lateOwners), UnknownID: noSuchID, Desired: desired,
		Variations: vendortest.Varied(desired, entitlementVariations()),
	})
}

func TestProfilesKeepTheLaws(t *testing.T) {
	for sentence, cohort := range map[string]*conductorone.Cohort{
		"one that starts empty": nil,
		"one that starts from a cohort": {
			ProfileFilters: []conductorone.ProfileFilter{{Attribute: "department", Values: backend.Set{"Finance"}}},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			type model = backend.AccessProfile
			desired := fullProfile()
			profileBlock(desired).Cohort = cohort
			backendtest.Run(t, backendtest.Suite[model]{
				Open: vendortest.OverHTTP(vendortest.Place{}, profiles), UnknownID: noSuchID, Desired: desired,
				Variations: vendortest.Varied(desired, profileVariations()),
			})
		})
	}
}

func TestReviewsKeepTheLaws(t *testing.T) {
	type model = backend.AccessReview
	for sentence, features := range vendortest.Forms() {
		t.Run(sentence, func(t *testing.T) {
			desired := fullReview()
			backendtest.Run(t, backendtest.Suite[model]{
				Open: vendortest.OverHTTP(vendortest.Place{}, vendortest.With(reviews, features)), UnknownID: noSuchID, Desired: desired,
				Variations: vendortest.Varied(desired, reviewVariations()),
			})
		})
	}
}

// entitlementVariations differ from the full sample in one field each.
func entitlementVariations() map[string]func(*backend.AppEntitlement) {
	type model = backend.AppEntitlement
	return map[string]func(*model){
		"another name":           func(e *model) { e.DisplayName = backend.To("Repository owner") },
		"no description":         func(e *model) { e.Description = backend.To("") },
		"an owner less":          func(e *model) { e.Owners = backend.Set{ada} },
		"nobody owns it":         func(e *model) { e.Owners = backend.Set{} },
		"another alias":          func(e *model) { entitlementBlock(e).Alias = backend.To("repo_owner") },
		"another slug":           func(e *model) { entitlementBlock(e).Slug = backend.To("owner") },
		"another purpose":        func(e *model) { entitlementBlock(e).Purpose = backend.To("Ownership") },
		"another grant policy":   func(e *model) { entitlementBlock(e).GrantPolicyID = &auto },
		"another revoke policy":  func(e *model) { entitlementBlock(e).RevokePolicyID = &revoke2 },
		"another certify policy": func(e *model) { entitlementBlock(e).CertifyPolicyID = &certify2 },
		"another rescue policy":  func(e *model) { entitlementBlock(e).EmergencyGrantPolicyID = &auto },
		"no rescue":              func(e *model) { entitlementBlock(e).EmergencyGrantEnabled = backend.To(false) },
		"a shorter grant":        func(e *model) { entitlementBlock(e).MaxGrantDuration = &backend.Duration{Duration: time.Hour} },
		"a grant without end":    func(e *model) { entitlementBlock(e).MaxGrantDuration = &backend.Duration{Unlimited: true} },
		"a lower risk":           func(e *model) { entitlementBlock(e).RiskLevelID = backend.To(fake.SeedID("risk-level", "Low")) },
		"no policies of its own": func(e *model) {
			c := entitlementBlock(e)
			c.GrantPolicyID, c.RevokePolicyID, c.CertifyPolicyID = backend.To(""), backend.To(""), backend.To("")
		},
		"no rescue policy": func(e *model) {
			entitlementBlock(e).EmergencyGrantPolicyID, entitlementBlock(e).EmergencyGrantEnabled = backend.To(""), backend.To(false)
		},
		"no risk": func(e *model) { entitlementBlock(e).RiskLevelID = backend.To("") },
		"a framework less": func(e *model) {
			entitlementBlock(e).ComplianceFrameworkIDs = entitlementBlock(e).ComplianceFrameworkIDs[:1]
		},
		"no frameworks":      func(e *model) { entitlementBlock(e).ComplianceFrameworkIDs = backend.Set{} },
		"other instructions": func(e *model) { entitlementBlock(e).Provision.Manual.Instructions = "Write to them." },
		"people by the old way": func(e *model) {
			entitlementBlock(e).Provision.Manual = &conductorone.ProvisionManual{UserIDs: backend.Set{ada}}
		},
		"another provision": func(e *model) {
			entitlementBlock(e).Provision = &conductorone.ProvisionPolicy{Unconfigured: &struct{}{}}
		},
		"another deprovision": func(e *model) { entitlementBlock(e).Deprovision = entitlementBlock(e).Provision },
		"the app's defaults":  func(e *model) { entitlementBlock(e).OverrideAccessRequestDefaults = backend.To(false) },
		"another match":       func(e *model) { entitlementBlock(e).MatchBatonID = backend.To("okta-group-8") },
		"no form":             func(e *model) { entitlementBlock(e).RequestSchemaID = backend.To("") },
		"an annotation more":  func(e *model) { entitlementBlock(e).Annotations["cost"] = "4711" },
		"an annotation less":  func(e *model) { entitlementBlock(e).Annotations["team"] = "" },
	}
}

// profileVariations differ from the full sample in one field each.
func profileVariations() map[string]func(*backend.AccessProfile) {
	type model = backend.AccessProfile
	return map[string]func(*model){
		"another name":          func(p *model) { p.DisplayName = backend.To("Payroll") },
		"no description":        func(p *model) { p.Description = backend.To("") },
		"an entry less":         func(p *model) { p.Entitlements = p.Entitlements[:1] },
		"an entry more":         func(p *model) { p.Entitlements = append(p.Entitlements, payments) },
		"no entries":            func(p *model) { p.Entitlements = backend.EntitlementSet{} },
		"not requestable":       func(p *model) { p.Requestable = backend.To(false) },
		"another rule":          func(p *model) { p.Membership.Expression = backend.To(`subject.department == "Sales"`) },
		"the rule off":          func(p *model) { p.Membership.Enabled = backend.To(false) },
		"no tasks":              func(p *model) { p.Membership.CreateTasks = backend.To(false) },
		"seen by everyone":      func(p *model) { profileBlock(p).VisibleToEveryone = backend.To(true) },
		"seen by fewer":         func(p *model) { profileBlock(p).VisibleTo = profileBlock(p).VisibleTo[:1] },
		"seen by nobody":        func(p *model) { profileBlock(p).VisibleTo = backend.EntitlementSet{} },
		"no bundle":             func(p *model) { profileBlock(p).RequestBundle = backend.To(false) },
		"enrollment enforced":   func(p *model) { profileBlock(p).EnrollmentBehavior = backend.To("EnforceEntitlementRequestPolicy") },
		"all is revoked":        func(p *model) { profileBlock(p).UnenrollmentBehavior = backend.To("RevokeAll") },
		"unenrollment bypassed": func(p *model) { profileBlock(p).UnenrollmentEntitlementBehavior = backend.To("Bypass") },
		"the breaker on":        func(p *model) { profileBlock(p).Automation.DisableCircuitBreaker = backend.To(false) },
		"small ones are let be": func(p *model) { profileBlock(p).Automation.EnforceOnSmallProfiles = backend.To(false) },
		"another threshold":     func(p *model) { profileBlock(p).Automation.RemovedMembersThresholdPercent = backend.To(int64(10)) },
		"another grant policy":  func(p *model) { profileBlock(p).GrantPolicyID = &auto },
		"another revoke policy": func(p *model) { profileBlock(p).RevokePolicyID = &revoke2 },
		"no policies of its own": func(p *model) {
			profileBlock(p).GrantPolicyID, profileBlock(p).RevokePolicyID = backend.To(""), backend.To("")
		},
		"a shorter grant":         func(p *model) { profileBlock(p).MaxGrantDuration = &backend.Duration{Duration: time.Hour} },
		"a grant without end":     func(p *model) { profileBlock(p).MaxGrantDuration = &backend.Duration{Unlimited: true} },
		"an annotation otherwise": func(p *model) { profileBlock(p).Annotations["team"] = "finance" },
		"an annotation less":      func(p *model) { profileBlock(p).Annotations["team"] = "" },
	}
}

// reviewVariations differ from the full sample in one field each.
func reviewVariations() map[string]func(*backend.AccessReview) {
	type model = backend.AccessReview
	marker := &struct{}{}
	return map[string]func(*model){
		"another name":           func(r *model) { r.DisplayName = backend.To("Q1 privileged access") },
		"no description":         func(r *model) { r.Description = backend.To("") },
		"a later deadline":       func(r *model) { r.Deadline = &backend.Instant{Time: r.Deadline.Add(time.Hour)} },
		"no start":               func(r *model) { r.AutoStart = backend.To(false) },
		"a later start":          func(r *model) { r.StartAt = &backend.Instant{Time: r.StartAt.Add(time.Hour)} },
		"no close":               func(r *model) { r.AutoClose = backend.To(false) },
		"nothing undecided":      func(r *model) { r.Undecided = backend.To("NoAction") },
		"no reminders":           func(r *model) { r.Notifications.Reminders = backend.To(false) },
		"an entitlement less":    func(r *model) { r.Scope.Entitlements = r.Scope.Entitlements[:1] },
		"no entitlements":        func(r *model) { r.Scope.Entitlements = backend.EntitlementSet{} },
		"other apps":             func(r *model) { r.Scope.Apps = &backend.ScopeApps{Access: marker} },
		"all users":              func(r *model) { r.Scope.Users = &backend.ScopeUsers{All: marker} },
		"all accounts":           func(r *model) { r.Scope.Accounts = &backend.ScopeAccounts{All: marker} },
		"all grants":             func(r *model) { r.Scope.Grants = &backend.ScopeGrants{All: marker} },
		"conflicts too":          func(r *model) { r.Scope.AccessConflicts = &backend.ScopeMarkers{All: marker} },
		"another policy":         func(r *model) { reviewBlock(r).PolicyID = &certify2 },
		"another type":           func(r *model) { reviewBlock(r).ScopeType = backend.To("ByUsers") },
		"another view":           func(r *model) { reviewBlock(r).DefaultView = backend.To("ByApp") },
		"no instructions":        func(r *model) { reviewBlock(r).ReviewInstructions = backend.To("") },
		"a column less":          func(r *model) { reviewBlock(r).Columns = reviewBlock(r).Columns[:2] },
		"no columns":             func(r *model) { reviewBlock(r).Columns = conductorone.ReviewColumns{} },
		"another signature":      func(r *model) { reviewBlock(r).Signature = &conductorone.ReviewSignature{Meaning: "Seen."} },
		"no report":              func(r *model) { reviewBlock(r).AutoGenerateReport = backend.To(false) },
		"nothing resolved":       func(r *model) { reviewBlock(r).AutoResolve = backend.To(false) },
		"no override":            func(r *model) { reviewBlock(r).UsePolicyOverride = backend.To(false) },
		"conflicts not exempt":   func(r *model) { reviewBlock(r).ExemptCertifiedAccessConflicts = backend.To(false) },
		"no waiting":             func(r *model) { reviewBlock(r).AccuracyIssueAction = backend.To("Continue") },
		"only users":             func(r *model) { reviewBlock(r).PrincipalTypeFilter = backend.To("Users") },
		"some excluded":          func(r *model) { reviewBlock(r).Excluded = &conductorone.ScopeExcluded{ResourceTypes: marker} },
		"resources selected":     func(r *model) { reviewBlock(r).ResourceSelection = marker },
		"roles selected":         func(r *model) { reviewBlock(r).ScopeRoleSelection = marker },
		"no reviewer attributes": func(r *model) { reviewBlock(r).ReviewerAttributes = conductorone.ReviewerAttributes{} },
	}
}
