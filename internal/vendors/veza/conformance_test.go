package veza_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

// noSuchID has the form of the vendor's ids.
const noSuchID = "00000000-0000-4000-8000-000000000000"

func TestEntitlementsKeepTheLaws(t *testing.T) {
	for sentence, features := range map[string][]string{"as they are": nil, "with pages that are empty": {"emptyPages"}} {
		t.Run(sentence, func(t *testing.T) {
			backendtest.Run(t, backendtest.Suite[backend.AppEntitlement]{
				Open: vendortest.OverHTTP(vendortest.Place{ParentID: okta, Existing: team.ID, Settles: time.Minute}, func(t *testing.T) vendortest.Kept[backend.AppEntitlement] {
					k := entitlements(t)
					k.Feature(features...)
					return k
				}),
				UnknownID: "OktaGroup/00g0",
				Desired: backend.AppEntitlement{
					DisplayName: backend.To("AI Team"),
					Block: &veza.EntitlementBlock{
						EntityType: backend.To("OktaGroup"), MatchName: backend.To("AI Team"), MatchID: backend.To(related(team).EntityID),
					},
				},
			})
		})
	}
}

// fullProfile has every field that a type with relationships takes.
func fullProfile() backend.AccessProfile {
	rich := related(developers)
	rich.AssignedToEntityType, rich.AssignedToEntityID = "OktaUser", "00u1"
	rich.GrantBy = backend.To("DIRECT")
	rich.CreatedByAccessProfile = backend.To(true)
	rich.CustomProperties = backend.Pairs{"cost": "4711", "team": "sales"}
	rich.SyncIdentityAction = &veza.Action{PolicyID: joiners, Name: "Create Salesforce account"}
	rich.Condition = &veza.Condition{Type: "STRING", Expression: `department == "Sales"`}
	return backend.AccessProfile{
		DisplayName: backend.To("Salesforce developers"),
		Description: backend.To("Who develops."),
		Block: &veza.ProfileBlock{
			ProfileTypeID:          &plain,
			State:                  backend.To("Running"),
			Relationships:          veza.Relationships{rich, related(reports)},
			Labels:                 backend.Set{"sales", "crm"},
			AccessRequestPolicyID:  &manager,
			CustomProperties:       backend.Pairs{"owner": "crm", "tier": "1"},
			RequireApprovalToStart: backend.To(false),
			CatalogItem: &veza.CatalogItem{
				Name: backend.To("Developers"), Description: backend.To("For them."), MarkdownDescription: backend.To("**For** them."),
				Icon: backend.To("key"), Recommended: backend.To(true),
			},
			Members:   backend.Set{ada, grace},
			Published: backend.To(true),
		},
	}
}

func profileVariations() map[string]func(*backend.AccessProfile) {
	type model = backend.AccessProfile
	first := func(p *model) *veza.Relationship { return &profileBlock(p).Relationships[0] }
	return map[string]func(*model){
		"another name":               func(p *model) { p.DisplayName = backend.To("Developers") },
		"another description":        func(p *model) { p.Description = backend.To("They.") },
		"no description":             func(p *model) { p.Description = backend.To("") },
		"paused":                     func(p *model) { profileBlock(p).State = backend.To("Paused") },
		"a dry run":                  func(p *model) { profileBlock(p).State = backend.To("DryRun") },
		"not started":                func(p *model) { profileBlock(p).State = backend.To("Initial") },
		"a relationship less":        func(p *model) { profileBlock(p).Relationships = profileBlock(p).Relationships[:1] },
		"a relationship more":        func(p *model) { profileBlock(p).Relationships = append(profileBlock(p).Relationships, related(team)) },
		"no relationships":           func(p *model) { profileBlock(p).Relationships = veza.Relationships{} },
		"assigned to another":        func(p *model) { first(p).AssignedToEntityID = "00u2" },
		"granted another way":        func(p *model) { first(p).GrantBy = backend.To("INDIRECT") },
		"not made for the profile":   func(p *model) { first(p).CreatedByAccessProfile = backend.To(false) },
		"another property":           func(p *model) { first(p).CustomProperties["cost"] = "42" },
		"a property less":            func(p *model) { first(p).CustomProperties["cost"] = "" },
		"another action":             func(p *model) { first(p).SyncIdentityAction.Name = "Create Okta account" },
		"no action":                  func(p *model) { first(p).SyncIdentityAction = &veza.Action{} },
		"no condition":               func(p *model) { first(p).Condition = &veza.Condition{} },
		"another condition":          func(p *model) { first(p).Condition.Expression = "true" },
		"another kind of condition":  func(p *model) { first(p).Condition.Type = "OTHER" },
		"a label more":               func(p *model) { profileBlock(p).Labels = append(profileBlock(p).Labels, "requestable") },
		"no labels":                  func(p *model) { profileBlock(p).Labels = backend.Set{} },
		"another policy":             func(p *model) { profileBlock(p).AccessRequestPolicyID = &auto },
		"no policy":                  func(p *model) { profileBlock(p).AccessRequestPolicyID = backend.To("") },
		"another custom property":    func(p *model) { profileBlock(p).CustomProperties["tier"] = "2" },
		"a custom property less":     func(p *model) { profileBlock(p).CustomProperties["tier"] = "" },
		"an approval before it runs": func(p *model) { profileBlock(p).RequireApprovalToStart = backend.To(true) },
		"another catalog name":       func(p *model) { profileBlock(p).CatalogItem.Name = backend.To("Devs") },
		"no catalog text":            func(p *model) { profileBlock(p).CatalogItem.Description = backend.To("") },
		"another catalog markdown":   func(p *model) { profileBlock(p).CatalogItem.MarkdownDescription = backend.To("*x*") },
		"another icon":               func(p *model) { profileBlock(p).CatalogItem.Icon = backend.To("lock") },
		"not recommended":            func(p *model) { profileBlock(p).CatalogItem.Recommended = backend.To(false) },
		"a member more":              func(p *model) { profileBlock(p).Members = append(profileBlock(p).Members, alan) },
		"a member less":              func(p *model) { profileBlock(p).Members = backend.Set{grace} },
		"nobody":                     func(p *model) { profileBlock(p).Members = backend.Set{} },
	}
}

func leastProfile(parent string) func(name string) backend.AccessProfile {
	return func(name string) backend.AccessProfile {
		return backend.AccessProfile{DisplayName: &name, Block: &veza.ProfileBlock{ProfileTypeID: &parent}}
	}
}

func TestProfilesKeepTheLaws(t *testing.T) {
	for sentence, features := range map[string][]string{
		"as they are":                        nil,
		"where names may repeat":             {"duplicateNames"},
		"with enums as numbers":              {"numericEnums"},
		"with versions as numbers":           {"numericVersion"},
		"with pages that are empty":          {"emptyPages"},
		"with a version for each edit":       {"publishPerEdit"},
		"created without its version":        {"noVersionInCreate"},
		"created as a draft":                 {"createDraft"},
		"created as a draft, all as numbers": {"createDraft", "numericVersion", "numericEnums"},
	} {
		t.Run(sentence, func(t *testing.T) {
			desired := fullProfile()
			backendtest.Run(t, backendtest.Suite[backend.AccessProfile]{
				Open: vendortest.OverHTTP(vendortest.Place{ParentID: plain, Settles: time.Minute}, func(t *testing.T) vendortest.Kept[backend.AccessProfile] {
					k := profiles(t, "DeleteProfile", "PublishDraft")
					k.Feature(append(features, "deleteProfile")...)
					return k
				}),
				UnknownID: noSuchID, Desired: desired, Least: leastProfile(plain), Variations: vendortest.Varied(desired, profileVariations()),
			})
		})
	}
}

func TestProfilesThatInheritKeepTheLaws(t *testing.T) {
	type model = backend.AccessProfile
	one, two := noSuchID[:35]+"1", noSuchID[:35]+"2"
	desired := backend.AccessProfile{
		DisplayName: backend.To("Developers of all kinds"), Inherits: backend.Set{one},
		Block: &veza.ProfileBlock{ProfileTypeID: &business, State: backend.To("Paused")},
	}
	backendtest.Run(t, backendtest.Suite[model]{
		Open: vendortest.OverHTTP(vendortest.Place{ParentID: business, Settles: time.Minute}, func(t *testing.T) vendortest.Kept[model] {
			k := profiles(t, "DeleteProfile")
			k.Feature("deleteProfile")
			for _, id := range []string{one, two} {
				if _, err := k.Server.Create(fake.KindAccessProfile, "", map[string]any{"id": id, "name": "base " + id}); err != nil {
					t.Fatal(err)
				}
			}
			return k
		}),
		UnknownID: noSuchID, Desired: desired, Least: leastProfile(business),
		Variations: vendortest.Varied(desired, map[string]func(*model){
			"one more": func(p *model) { p.Inherits = backend.Set{one, two} },
			"another":  func(p *model) { p.Inherits = backend.Set{two} },
			"none":     func(p *model) { p.Inherits = backend.Set{} },
		}),
	})
}

// application is the type of profiles that give an account of an application.
var application = fake.SeedID("type", "Application Access")

func applicationProfile() backend.AccessProfile {
	return backend.AccessProfile{
		DisplayName: backend.To("Accounts"),
		Block: &veza.ProfileBlock{
			ProfileTypeID: &application, ApplicationDatasourceID: &okta,
			ApplicationSyncAction: &veza.Action{PolicyID: joiners, Name: "Create Okta account"},
		},
	}
}

func applicationVariations() map[string]func(*backend.AccessProfile) {
	type model = backend.AccessProfile
	return map[string]func(*model){
		"another datasource": func(p *model) { profileBlock(p).ApplicationDatasourceID = &salesforce },
		"another action":     func(p *model) { profileBlock(p).ApplicationSyncAction.Name = "Create Salesforce account" },
		"no action":          func(p *model) { profileBlock(p).ApplicationSyncAction = &veza.Action{} },
		"no datasource": func(p *model) {
			profileBlock(p).ApplicationDatasourceID, profileBlock(p).ApplicationSyncAction = backend.To(""), &veza.Action{}
		},
	}
}

func TestProfilesOfAnApplicationKeepTheLaws(t *testing.T) {
	type model = backend.AccessProfile
	desired := applicationProfile()
	backendtest.Run(t, backendtest.Suite[model]{
		Open: vendortest.OverHTTP(vendortest.Place{ParentID: application, Settles: time.Minute}, func(t *testing.T) vendortest.Kept[model] {
			k := profiles(t, "DeleteProfile")
			k.Feature("deleteProfile")
			return k
		}),
		UnknownID: noSuchID, Desired: desired, Least: leastProfile(application),
		Variations: vendortest.Varied(desired, applicationVariations()),
	})
}

func TestProfilesByEntitlementsKeepTheLaws(t *testing.T) {
	type model = backend.AccessProfile
	desired := backend.AccessProfile{
		DisplayName: backend.To("Salesforce developers"), Entitlements: backend.EntitlementSet{developers, reports},
		Block: &veza.ProfileBlock{ProfileTypeID: &plain},
	}
	backendtest.Run(t, backendtest.Suite[model]{
		Open:      vendortest.OverHTTP(vendortest.Place{ParentID: plain, Settles: time.Minute}, func(t *testing.T) vendortest.Kept[model] { return profiles(t) }),
		UnknownID: noSuchID, Desired: desired, Least: leastProfile(plain),
		Variations: vendortest.Varied(desired, map[string]func(*model){
			"one more": func(p *model) { p.Entitlements = append(p.Entitlements, team) },
			"another":  func(p *model) { p.Entitlements = backend.EntitlementSet{payroll} },
			"none":     func(p *model) { p.Entitlements = backend.EntitlementSet{} },
		}),
	})
}

func fullReview() backend.AccessReview {
	return backend.AccessReview{
		DisplayName: backend.To("Q4 Salesforce"),
		Description: backend.To("Quarterly."),
		AutoStart:   backend.To(true),
		StartAt:     &backend.Instant{Time: time.Now().Add(-time.Hour)},
		Block: &veza.ReviewBlock{
			ConfigurationID: &quarterly,
			DataSource:      backend.To("GivenSnapshot"),
			SnapshotID:      backend.To(int64(1690354800)),
			ReviewerAssignment: &veza.Assignment{
				UsersManager: backend.To(true), ResourceManagers: backend.To(false),
				Reviewers:         []veza.User{{ID: ada}, {Email: "grace@corp.example"}},
				FallbackReviewers: []veza.User{{Email: "alan@corp.example"}},
			},
			SecondLevelAssignment: &veza.Assignment{Reviewers: []veza.User{{ID: alan}}},
			AutomationIDs:         backend.Set{"automation-1"},
			FinalApprovalLevel:    backend.To(int64(2)),
			DynamicInformation: &veza.DynamicInformation{Identities: []veza.ReviewedIdentity{
				{ID: "00u1", Type: "OktaUser", PreviousManagerID: "00u2"},
			}},
		},
	}
}

func TestReviewsKeepTheLaws(t *testing.T) {
	type model = backend.AccessReview
	for sentence, proven := range map[string]bool{"before a mark was seen": false, "once marks are proven": true} {
		t.Run(sentence, func(t *testing.T) {
			backendtest.Run(t, backendtest.Suite[model]{
				Open: vendortest.OverHTTP(vendortest.Place{ParentID: quarterly, Settles: time.Minute}, func(t *testing.T) vendortest.Kept[model] {
					k := reviews(t)
					if proven {
						other := fake.SeedID("configuration", "Okta groups")
						k.Created(other, model{Block: &veza.ReviewBlock{ConfigurationID: &other}})
					}
					if got := k.Capabilities().MarkProven; got != proven {
						t.Fatalf("marks are proven: %t, want %t", got, proven)
					}
					return k
				}),
				UnknownID: noSuchID, Desired: fullReview(),
			})
		})
	}
	for sentence, features := range vendortest.Forms() {
		t.Run(sentence, func(t *testing.T) {
			desired := fullReview()
			desired.Description = backend.To("For the auditors.\nKeep it.")
			backendtest.Run(t, backendtest.Suite[model]{
				Open:      vendortest.OverHTTP(vendortest.Place{ParentID: quarterly, Settles: time.Minute}, vendortest.With(reviews, features)),
				UnknownID: noSuchID, Desired: desired,
			})
		})
	}
}
