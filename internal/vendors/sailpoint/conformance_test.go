package sailpoint_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// noSuchID has the form of the vendor's ids.
const noSuchID = "2c91800000000000000000000000dead"

func fullEntitlement() backend.AppEntitlement {
	return backend.AppEntitlement{
		DisplayName: backend.To("Read the database"),
		Description: backend.To("Everybody who reads."),
		Owners:      backend.Set{ada},
		Requestable: backend.To(true),
		Block: &sailpoint.EntitlementBlock{
			Aggregate:      backend.To(true),
			PrivilegeLevel: backend.To("High"),
			Segments:       backend.Set{employees},
			AccessRequest: &sailpoint.EntitlementRequest{
				RequestCommentRequired: backend.To(true), DenialCommentRequired: backend.To(true),
				ReauthorizationRequired: backend.To(true), RequireEndDate: backend.To(true),
				MaxPermittedAccessDuration: &sailpoint.Period{Value: 3, Unit: "Months"},
				ApprovalSchemes:            sailpoint.ApprovalSchemes{{ApproverType: "EntitlementOwner"}, {ApproverType: "GovernanceGroup", ApproverID: approvers}},
				FormDefinitionID:           backend.To("78258e80-e9e2-4e1a-a11f-ce0b7c62f25d"),
			},
			Revocation: &sailpoint.Revocation{ApprovalSchemes: sailpoint.ApprovalSchemes{{ApproverType: "Manager"}}},
		},
	}
}

// entitlementVariations differ from the full sample in one field each.
func entitlementVariations() map[string]func(*backend.AppEntitlement) {
	type model = backend.AppEntitlement
	return map[string]func(*model){
		"another name":           func(e *model) { e.DisplayName = backend.To("Read") },
		"another description":    func(e *model) { e.Description = backend.To("Readers.") },
		"no description":         func(e *model) { e.Description = backend.To("") },
		"another owner":          func(e *model) { e.Owners = backend.Set{grace} },
		"nobody owns it":         func(e *model) { e.Owners = backend.Set{} },
		"not requestable":        func(e *model) { e.Requestable = backend.To(false) },
		"a segment more":         func(e *model) { entitlementBlock(e).Segments = append(entitlementBlock(e).Segments, others) },
		"no segments":            func(e *model) { entitlementBlock(e).Segments = backend.Set{} },
		"no comment":             func(e *model) { entitlementBlock(e).AccessRequest.RequestCommentRequired = backend.To(false) },
		"no comment when denied": func(e *model) { entitlementBlock(e).AccessRequest.DenialCommentRequired = backend.To(false) },
		"no reauthorization":     func(e *model) { entitlementBlock(e).AccessRequest.ReauthorizationRequired = backend.To(false) },
		"no end":                 func(e *model) { entitlementBlock(e).AccessRequest.RequireEndDate = backend.To(false) },
		"another duration": func(e *model) {
			entitlementBlock(e).AccessRequest.MaxPermittedAccessDuration = &sailpoint.Period{Value: 5, Unit: "Days"}
		},
		"no bound": func(e *model) {
			entitlementBlock(e).AccessRequest.MaxPermittedAccessDuration = &sailpoint.Period{}
		},
		"approvals another way": func(e *model) { s := entitlementBlock(e).AccessRequest.ApprovalSchemes; s[0], s[1] = s[1], s[0] },
		"no approval":           func(e *model) { entitlementBlock(e).AccessRequest.ApprovalSchemes = sailpoint.ApprovalSchemes{} },
		"no form":               func(e *model) { entitlementBlock(e).AccessRequest.FormDefinitionID = backend.To("") },
		"revocation by two": func(e *model) {
			entitlementBlock(e).Revocation.ApprovalSchemes = append(entitlementBlock(e).Revocation.ApprovalSchemes, sailpoint.ApprovalScheme{ApproverType: "SourceOwner"})
		},
		"revocation by nobody": func(e *model) { entitlementBlock(e).Revocation.ApprovalSchemes = sailpoint.ApprovalSchemes{} },
		"approved by a workflow": func(e *model) {
			entitlementBlock(e).AccessRequest.ApprovalSchemes = sailpoint.ApprovalSchemes{{ApproverType: "Workflow", ApproverID: ticket}}
		},
		"no privilege whatsoever": func(e *model) { entitlementBlock(e).PrivilegeLevel = backend.To("None") },
	}
}

func TestEntitlementsKeepTheLaws(t *testing.T) {
	for sentence, begins := range map[string]struct {
		style, feature string
		levels         bool
	}{
		"as each service has its version": {style: "PerService", levels: true},
		"in the shape of the year before": {feature: fake.FeatureShapeA},
		"by the paths of 2024":            {style: "V2024"},
		"by the paths of 2025":            {style: "V2025"},
		"by the paths of 2026":            {style: "V2026", levels: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			desired, changes := fullEntitlement(), entitlementVariations()
			if begins.levels {
				changes["a lower level"] = func(e *backend.AppEntitlement) { entitlementBlock(e).PrivilegeLevel = backend.To("Low") }
				changes["a medium level"] = func(e *backend.AppEntitlement) { entitlementBlock(e).PrivilegeLevel = backend.To("Medium") }
			}
			backendtest.Run(t, backendtest.Suite[backend.AppEntitlement]{
				Open: vendortest.OverHTTP(vendortest.Place{ParentID: database, Existing: read.ID, Settles: 2 * pace}, func(t *testing.T) vendortest.Kept[backend.AppEntitlement] {
					h := beginAs(t, begins.style)
					if begins.feature != "" {
						h.Feature(begins.feature)
					}
					return vendortest.Keep(h, h.AppEntitlements())
				}),
				UnknownID: noSuchID, Desired: desired, Variations: vendortest.Varied(desired, changes),
			})
		})
	}
	t.Run("with a switch instead of levels", func(t *testing.T) {
		desired := fullEntitlement()
		entitlementBlock(desired).PrivilegeLevel, entitlementBlock(desired).Privileged = nil, backend.To(true)
		backendtest.Run(t, backendtest.Suite[backend.AppEntitlement]{
			Open: vendortest.OverHTTP(vendortest.Place{ParentID: database, Existing: read.ID, Settles: 2 * pace}, entitlements), UnknownID: noSuchID, Desired: desired,
			Variations: vendortest.Varied(desired, map[string]func(*backend.AppEntitlement){
				"not privileged": func(e *backend.AppEntitlement) { entitlementBlock(e).Privileged = backend.To(false) },
			}),
		})
	})
}

func fullProfile() backend.AccessProfile {
	return backend.AccessProfile{
		DisplayName:  backend.To("Employee database, read and write"),
		Description:  backend.To("Reads and writes."),
		Entitlements: backend.EntitlementSet{read, write},
		Owners:       backend.Owners{ada, grace},
		Requestable:  backend.To(true),
		Block: &sailpoint.ProfileBlock{
			SourceID:    &database,
			Enabled:     backend.To(true),
			OwnerGroups: backend.Set{approvers},
			AccessRequest: &sailpoint.ProfileRequest{
				CommentsRequired: backend.To(true), DenialCommentsRequired: backend.To(true),
				ReauthorizationRequired: backend.To(true), RequireEndDate: backend.To(true),
				MaxPermittedAccessDuration: &sailpoint.Period{Value: 2, Unit: "Weeks"},
				ApprovalSchemes:            sailpoint.ApprovalSchemes{{ApproverType: "Owner"}, {ApproverType: "GovernanceGroup", ApproverID: approvers}},
				FormDefinitionID:           backend.To("78258e80-e9e2-4e1a-a11f-ce0b7c62f25d"),
			},
			Revocation: &sailpoint.Revocation{ApprovalSchemes: sailpoint.ApprovalSchemes{{ApproverType: "AllOwners"}}},
			Segments:   backend.Set{employees},
			ProvisioningCriteria: &sailpoint.ProvisioningCriterion{Operation: "Or", Children: []sailpoint.ProvisioningCriterion{
				{Operation: "And", Children: []sailpoint.ProvisioningCriterion{
					{Operation: "Contains", Attribute: "dn", Value: backend.To("useast")},
					{Operation: "Has", Attribute: "manager"},
				}},
				{Operation: "NotEquals", Attribute: "dn", Value: backend.To("Gibson")},
			}},
			AccessModelMetadata: sailpoint.Metadata{"accessClass": {"low"}},
		},
	}
}

// leastProfile has what a create needs.
func leastProfile(name string) backend.AccessProfile {
	return backend.AccessProfile{DisplayName: &name, Owners: backend.Owners{ada}, Block: &sailpoint.ProfileBlock{SourceID: &database}}
}

// profileVariations differ from the full sample in one field each.
func profileVariations() map[string]func(*backend.AccessProfile) {
	type model = backend.AccessProfile
	return map[string]func(*model){
		"another name":           func(p *model) { p.DisplayName = backend.To("Read and write") },
		"another description":    func(p *model) { p.Description = backend.To("Both.") },
		"no description":         func(p *model) { p.Description = backend.To("") },
		"an entry less":          func(p *model) { p.Entitlements = p.Entitlements[:1] },
		"an entry more":          func(p *model) { p.Entitlements = append(p.Entitlements, admin) },
		"another owner":          func(p *model) { p.Owners = backend.Owners{grace, ada} },
		"one owner":              func(p *model) { p.Owners = backend.Owners{ada} },
		"another additional one": func(p *model) { p.Owners = backend.Owners{ada, alan} },
		"another group":          func(p *model) { profileBlock(p).OwnerGroups = backend.Set{reviewers} },
		"no groups":              func(p *model) { profileBlock(p).OwnerGroups = backend.Set{} },
		"not requestable":        func(p *model) { p.Requestable = backend.To(false) },
		"not enabled":            func(p *model) { profileBlock(p).Enabled = backend.To(false) },
		"no comments":            func(p *model) { profileBlock(p).AccessRequest.CommentsRequired = backend.To(false) },
		"no comments on denial":  func(p *model) { profileBlock(p).AccessRequest.DenialCommentsRequired = backend.To(false) },
		"no reauthorization":     func(p *model) { profileBlock(p).AccessRequest.ReauthorizationRequired = backend.To(false) },
		"no end":                 func(p *model) { profileBlock(p).AccessRequest.RequireEndDate = backend.To(false) },
		"another duration":       func(p *model) { profileBlock(p).AccessRequest.MaxPermittedAccessDuration.Unit = "Hours" },
		"no bound":               func(p *model) { profileBlock(p).AccessRequest.MaxPermittedAccessDuration = &sailpoint.Period{} },
		"approvals another way":  func(p *model) { s := profileBlock(p).AccessRequest.ApprovalSchemes; s[0], s[1] = s[1], s[0] },
		"no approval":            func(p *model) { profileBlock(p).AccessRequest.ApprovalSchemes = sailpoint.ApprovalSchemes{} },
		"no form":                func(p *model) { profileBlock(p).AccessRequest.FormDefinitionID = backend.To("") },
		"revoked by nobody":      func(p *model) { profileBlock(p).Revocation.ApprovalSchemes = sailpoint.ApprovalSchemes{} },
		"seen by others":         func(p *model) { profileBlock(p).Segments = backend.Set{others} },
		"seen by everyone":       func(p *model) { profileBlock(p).Segments = backend.Set{} },
		"another criterion": func(p *model) {
			profileBlock(p).ProvisioningCriteria = &profileBlock(p).ProvisioningCriteria.Children[1]
		},
		"another class": func(p *model) {
			profileBlock(p).AccessModelMetadata = sailpoint.Metadata{"accessClass": {"critical"}}
		},
		"no class": func(p *model) { profileBlock(p).AccessModelMetadata = sailpoint.Metadata{} },
	}
}

func TestProfilesKeepTheLaws(t *testing.T) {
	type model = backend.AccessProfile
	desired := fullProfile()
	changes := profileVariations()
	for _, style := range []string{"PerService", "V2024", "V2025", "V2026"} {
		t.Run(style, func(t *testing.T) {
			backendtest.Run(t, backendtest.Suite[model]{
				Open: vendortest.OverHTTP(vendortest.Place{ParentID: database, Settles: 2 * pace}, func(t *testing.T) vendortest.Kept[model] {
					h := beginAs(t, style)
					return vendortest.Keep(h, h.AccessProfiles())
				}),
				UnknownID: noSuchID, Desired: desired, Least: leastProfile, Variations: vendortest.Varied(desired, changes),
			})
		})
	}
}

// TestTheLawsHoldWhateverAFormMakesOfTexts, for the ownership marker is one of them.
func TestTheLawsHoldWhateverAFormMakesOfTexts(t *testing.T) {
	for sentence, features := range vendortest.Forms() {
		t.Run(sentence, func(t *testing.T) {
			t.Run("of profiles", func(t *testing.T) {
				desired := fullProfile()
				backendtest.Run(t, backendtest.Suite[backend.AccessProfile]{
					Open:      vendortest.OverHTTP(vendortest.Place{ParentID: database, Settles: 2 * pace}, vendortest.With(profiles, features)),
					UnknownID: noSuchID, Desired: desired, Least: leastProfile, Variations: vendortest.Varied(desired, profileVariations()),
				})
			})
			t.Run("of reviews", func(t *testing.T) {
				desired := fullReview()
				backendtest.Run(t, backendtest.Suite[backend.AccessReview]{
					Open: vendortest.OverHTTP(vendortest.Place{Settles: 2 * pace}, func(t *testing.T) vendortest.Kept[backend.AccessReview] {
						h := beginAs(t, "PerService")
						h.Feature(append(features, fake.FeatureRecommendations)...)
						h.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(pace) })
						return vendortest.Keep(h, h.AccessReviews())
					}),
					UnknownID: noSuchID, Desired: desired, Least: leastReview, Variations: vendortest.Varied(desired, reviewVariations()),
				})
			})
		})
	}
}

func fullReview() backend.AccessReview {
	return backend.AccessReview{
		DisplayName:   backend.To("Payroll review 2026-Q4"),
		Description:   backend.To("Quarterly."),
		Deadline:      &backend.Instant{Time: time.Now().Add(30 * 24 * time.Hour).Truncate(time.Second)},
		Reviewer:      &backend.Reviewer{GroupID: reviewers},
		AutoStart:     backend.To(false),
		StartAt:       &backend.Instant{Time: time.Now().Add(time.Hour)},
		AutoClose:     backend.To(true),
		Undecided:     backend.To("Revoke"),
		Notifications: &backend.ReviewNotifications{Kickoff: backend.To(true)},
		Scope: &backend.ReviewScope{
			Entitlements: backend.EntitlementSet{read, write},
			Users:        &backend.ScopeUsers{Selected: &backend.SelectedUsers{UserIDs: backend.Set{ada, alan}}},
			Grants: &backend.ScopeGrants{Criteria: &backend.ScopeGrantCriteria{
				AccessProfiles: &backend.ScopeProfileFilter{Type: "IncludeSpecific", Included: backend.Set{used}},
			}},
		},
		Block: &sailpoint.ReviewBlock{
			Type:                   backend.To("Search"),
			Search:                 &sailpoint.Search{Type: "Identity", Description: "Two people.", Constraints: []sailpoint.Constraint{{Type: "Role"}}},
			FilterID:               &filter,
			CorrelatedStatus:       backend.To("Correlated"),
			AutoRevokeAllowed:      backend.To(true),
			RecommendationsEnabled: backend.To(false),
			MandatoryComments:      backend.To("RevokeOnlyDecisions"),
			SunsetCommentsRequired: backend.To(false),
			TimeZone:               backend.To("-05:00"),
		},
	}
}

// leastReview has what a create needs.
func leastReview(name string) backend.AccessReview {
	return backend.AccessReview{DisplayName: &name, Block: &sailpoint.ReviewBlock{Type: backend.To("Manager")}}
}

// reviewVariations differ from the full sample in one field each.
func reviewVariations() map[string]func(*backend.AccessReview) {
	type model = backend.AccessReview
	return map[string]func(*model){
		"another name":        func(r *model) { r.DisplayName = backend.To("Q4") },
		"another description": func(r *model) { r.Description = backend.To("Each quarter.") },
		"no description":      func(r *model) { r.Description = backend.To("") },
		"a later deadline":    func(r *model) { r.Deadline = &backend.Instant{Time: r.Deadline.Add(time.Hour)} },
		"started":             func(r *model) { r.AutoStart = backend.To(true) },
		"no mails":            func(r *model) { r.Notifications.Kickoff = backend.To(false) },
		"no revocation":       func(r *model) { reviewBlock(r).AutoRevokeAllowed = backend.To(false) },
		"recommendations":     func(r *model) { reviewBlock(r).RecommendationsEnabled = backend.To(true) },
	}
}

func TestReviewsKeepTheLaws(t *testing.T) {
	type model = backend.AccessReview
	desired := fullReview()
	changes := reviewVariations()
	for _, style := range []string{"PerService", "V2024", "V2025", "V2026"} {
		t.Run(style, func(t *testing.T) {
			backendtest.Run(t, backendtest.Suite[model]{
				Open: vendortest.OverHTTP(vendortest.Place{Settles: 2 * pace}, func(t *testing.T) vendortest.Kept[model] {
					h := beginAs(t, style)
					h.Feature(fake.FeatureRecommendations)
					h.Configure(func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(pace) })
					return vendortest.Keep(h, h.AccessReviews())
				}),
				UnknownID: noSuchID, Desired: desired, Least: leastReview, Variations: vendortest.Varied(desired, changes),
			})
		})
	}
}
