package sailpoint_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestReviewOfEveryTypeReadsBack(t *testing.T) {
	role := fake.SeedID("role", "Payroll clerk")
	of := func(kind string) backend.AccessReview { r := leastReview(kind); reviewBlock(r).Type = &kind; return r }
	for sentence, c := range map[string]struct {
		desired func() backend.AccessReview
		block   string
		want    map[string]any
	}{
		"people by their managers": {func() backend.AccessReview {
			r := of("Manager")
			r.Reviewer = &backend.Reviewer{Manager: &struct{}{}}
			return r
		}, "", nil},
		"whole sources": {func() backend.AccessReview {
			r := of("SourceOwner")
			r.Scope = &backend.ReviewScope{SelectedApps: backend.Set{database, workday}}
			reviewBlock(r).CorrelatedStatus = backend.To("Uncorrelated")
			return r
		}, "sourceOwnerCampaignInfo", map[string]any{"sourceIds": []any{database, workday}}},
		"accounts of machines": {func() backend.AccessReview {
			r := of("MachineAccount")
			r.Scope = &backend.ReviewScope{SelectedApps: backend.Set{database}}
			return r
		}, "machineAccountCampaignInfo", map[string]any{"sourceIds": []any{database}, "reviewerType": "ACCOUNT_OWNER"}},
		"roles, by one person": {func() backend.AccessReview {
			r := of("RoleComposition")
			r.Reviewer = &backend.Reviewer{UserIDs: backend.Set{ada}}
			reviewBlock(r).RoleComposition = &sailpoint.RoleComposition{RemediatorID: grace, RoleIDs: backend.Set{role}, Description: "One role."}
			return r
		}, "roleCompositionCampaignInfo", map[string]any{"remediatorRef": map[string]any{"type": "IDENTITY", "id": grace},
			"reviewer": map[string]any{"type": "IDENTITY", "id": ada}, "roleIds": []any{role}, "description": "One role."}},
		"a query": {func() backend.AccessReview {
			r := of("Search")
			reviewBlock(r).Search = &sailpoint.Search{Type: "Identity", Query: "attributes.department:Finance"}
			return r
		}, "searchCampaignInfo", map[string]any{"type": "IDENTITY", "query": "attributes.department:Finance"}},
		"people and nothing else": {func() backend.AccessReview {
			r := of("Search")
			r.Scope = &backend.ReviewScope{Users: &backend.ScopeUsers{Selected: &backend.SelectedUsers{UserIDs: backend.Set{ada}}}}
			return r
		}, "searchCampaignInfo", map[string]any{"type": "IDENTITY", "identityIds": []any{ada}}},
		"roles among what is searched": {func() backend.AccessReview {
			r := of("Search")
			reviewBlock(r).Search = &sailpoint.Search{Type: "Access", Query: "x", Constraints: []sailpoint.Constraint{{Type: "Role", IDs: backend.Set{role}}, {Type: "AccessProfile"}}}
			return r
		}, "searchCampaignInfo", map[string]any{"type": "ACCESS", "query": "x", "accessConstraints": []any{
			map[string]any{"type": "ROLE", "operator": "SELECTED", "ids": []any{role}}, map[string]any{"type": "ACCESS_PROFILE", "operator": "ALL"}}}},
		"entitlements, whoever has them": {func() backend.AccessReview {
			r := of("Search")
			r.Scope = &backend.ReviewScope{Entitlements: backend.EntitlementSet{read}}
			reviewBlock(r).Search = &sailpoint.Search{Type: "Access"}
			return r
		}, "searchCampaignInfo", map[string]any{"type": "ACCESS", "query": "@access(id:(" + read.ID + "))",
			"accessConstraints": []any{map[string]any{"type": "ENTITLEMENT", "operator": "SELECTED", "ids": []any{read.ID}}}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := reviews(t)
			obs := staged(k, c.desired())
			k.Same(obs, c.desired())
			body := last[map[string]any](k.Fixture, "POST", campaignsRoute)
			if c.block != "" {
				if diff := cmp.Diff(c.want, body[c.block]); diff != "" {
					t.Error(diff)
				}
			}
			for _, name := range []string{"sourceOwnerCampaignInfo", "machineAccountCampaignInfo", "roleCompositionCampaignInfo", "searchCampaignInfo"} {
				if _, sent := body[name]; sent != (name == c.block) {
					t.Errorf("%s is sent: %t", name, sent)
				}
			}
		})
	}
}

func TestReviewsThatCannotBe(t *testing.T) {
	people := &backend.ScopeUsers{Selected: &backend.SelectedUsers{UserIDs: backend.Set{ada}}}
	kind := func(word string) func(*backend.AccessReview) {
		return func(r *backend.AccessReview) {
			r.Block = &sailpoint.ReviewBlock{Type: &word}
			r.Scope, r.Reviewer = nil, nil
		}
	}
	for sentence, c := range map[string]struct {
		path    string
		changes []func(*backend.AccessReview)
	}{
		"a query and people": {"sailPoint.search.query", []func(*backend.AccessReview){func(r *backend.AccessReview) { reviewBlock(r).Search.Query = "x" }}},
		"a query that says the scope again": {"sailPoint.search.query", []func(*backend.AccessReview){func(r *backend.AccessReview) {
			r.Scope = &backend.ReviewScope{Entitlements: backend.EntitlementSet{read}}
			reviewBlock(r).Search = &sailpoint.Search{Type: "Access", Query: "@access(id:(" + read.ID + "))"}
		}}},
		"several reviewers":      {"reviewer", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.Reviewer = &backend.Reviewer{UserIDs: backend.Set{ada, grace}} }}},
		"a search for nothing":   {"sailPoint.search", []func(*backend.AccessReview){kind("Search")}},
		"a search of no type":    {"sailPoint.search.type", []func(*backend.AccessReview){func(r *backend.AccessReview) { reviewBlock(r).Search.Type = "" }}},
		"no people among people": {"scope.users", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.Scope.Users = &backend.ScopeUsers{Selected: &backend.SelectedUsers{}} }}},
		"a kind constrained twice": {"sailPoint.search.constraints", []func(*backend.AccessReview){func(r *backend.AccessReview) {
			reviewBlock(r).Search.Constraints = []sailpoint.Constraint{{Type: "Entitlement"}}
		}}},
		"a constraint in two places": {"sailPoint.search.constraints", []func(*backend.AccessReview){func(r *backend.AccessReview) {
			r.Scope.Entitlements = nil
			reviewBlock(r).Search.Constraints = []sailpoint.Constraint{{Type: "Entitlement", IDs: backend.Set{read.ID}}}
		}}},
		"profiles left out": {"scope.grants", []func(*backend.AccessReview){func(r *backend.AccessReview) {
			r.Scope.Grants.Criteria.AccessProfiles = &backend.ScopeProfileFilter{Type: "ExcludeSpecific", Excluded: backend.Set{used}}
		}}},
		"grants by their age": {"scope.grants", []func(*backend.AccessReview){func(r *backend.AccessReview) {
			r.Scope.Grants.Criteria.SinceAdded = &backend.Duration{Duration: time.Hour}
		}}},
		"sources without a source":   {"scope.apps.selected", []func(*backend.AccessReview){kind("SourceOwner")}},
		"machines without a source":  {"scope.apps.selected", []func(*backend.AccessReview){kind("MachineAccount")}},
		"roles without a remediator": {"sailPoint.roleComposition", []func(*backend.AccessReview){kind("RoleComposition")}},
		"roles and a query for roles": {"sailPoint.roleComposition.query", []func(*backend.AccessReview){kind("RoleComposition"), func(r *backend.AccessReview) {
			reviewBlock(r).RoleComposition = &sailpoint.RoleComposition{RemediatorID: ada, RoleIDs: backend.Set{"r"}, Query: "x"}
		}}},
		"managers and another one":   {"reviewer", []func(*backend.AccessReview){kind("Manager"), func(r *backend.AccessReview) { r.Reviewer = &backend.Reviewer{GroupID: reviewers} }}},
		"managers and people":        {"scope.users", []func(*backend.AccessReview){kind("Manager"), func(r *backend.AccessReview) { r.Scope = &backend.ReviewScope{Users: people} }}},
		"source owners and managers": {"reviewer.manager", []func(*backend.AccessReview){kind("SourceOwner"), func(r *backend.AccessReview) { r.Reviewer = &backend.Reviewer{Manager: &struct{}{}} }}},
		"a search of sources":        {"scope.apps.selected", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.Scope.SelectedApps = backend.Set{database} }}},
		"uncorrelated people":        {"sailPoint.correlatedStatus", []func(*backend.AccessReview){func(r *backend.AccessReview) { reviewBlock(r).CorrelatedStatus = backend.To("Uncorrelated") }}},
		"an end without a decision":  {"close.undecided", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.Undecided = nil }}},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := reviews(t)
			desired := backendtest.Clone(fullReview())
			for _, change := range c.changes {
				change(&desired)
			}
			_, err := k.Create(t.Context(), backend.Ref{Mark: mark}, desired)
			vendortest.Refusal(t, err, c.path)
			if n := k.Counts().Writes; n != 0 {
				t.Errorf("%d writes", n)
			}
		})
	}
}

func TestReviewScopeIsRefusedByName(t *testing.T) {
	caps := begin(t).AccessReviews().Capabilities()
	marker := &struct{}{}
	for path, scope := range map[string]backend.ReviewScope{
		"scope.users.all":        {Users: &backend.ScopeUsers{All: marker}},
		"scope.users.expression": {Users: &backend.ScopeUsers{Expression: "true"}},
		"scope.apps.criteria":    {Apps: &backend.ScopeApps{Criteria: &backend.ScopeAppCriteria{}}},
		"scope.grants.all":       {Grants: &backend.ScopeGrants{All: marker}},
		"scope.accounts":         {Accounts: &backend.ScopeAccounts{All: marker}},
	} {
		problems := caps.Check(backend.AccessReview{Scope: &scope})
		if len(problems) != 1 || problems[0].Path != path {
			t.Errorf("%s: %v", path, problems)
		}
	}
	fine := backend.ReviewScope{SelectedApps: backend.Set{database}, Users: fullReview().Scope.Users, Grants: fullReview().Scope.Grants}
	if problems := caps.Check(backend.AccessReview{Scope: &fine}); len(problems) != 0 {
		t.Error(problems)
	}
}
