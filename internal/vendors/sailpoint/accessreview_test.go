package sailpoint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

const (
	campaignsRoute = "/campaigns/v1"
	campaignRoute  = campaignsRoute + "/{id}"
)

// staged lets the vendor prepare a new campaign.
func staged(k kept[backend.AccessReview], desired backend.AccessReview) backend.Observation[backend.AccessReview] {
	k.t.Helper()
	obs := k.create("", desired)
	if obs.Phase != backend.PhasePending || obs.Actual.Facts.State != backend.ReviewConfiguring {
		k.t.Fatalf("a new campaign is %s, %s", obs.Phase, obs.Actual.Facts.State)
	}
	k.Advance(pace + time.Second)
	return k.observe(obs.ID, "", desired)
}

// running activates it.
func running(k kept[backend.AccessReview], desired backend.AccessReview) backend.Observation[backend.AccessReview] {
	k.t.Helper()
	obs := staged(k, desired)
	desired.AutoStart = backend.To(true)
	k.update(obs, desired)
	k.Advance(pace + time.Second)
	return k.observe(obs.ID, "", desired)
}

func TestReviewOfEveryTypeReadsBack(t *testing.T) {
	role := fake.SeedID("role", "Payroll clerk")
	of := func(kind string) backend.AccessReview { r := leastReview(kind); r.SailPoint.Type = &kind; return r }
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
			r.SailPoint.CorrelatedStatus = backend.To("Uncorrelated")
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
			r.SailPoint.RoleComposition = &backend.SailPointRoleComposition{RemediatorID: grace, RoleIDs: backend.Set{role}, Description: "One role."}
			return r
		}, "roleCompositionCampaignInfo", map[string]any{"remediatorRef": map[string]any{"type": "IDENTITY", "id": grace},
			"reviewer": map[string]any{"type": "IDENTITY", "id": ada}, "roleIds": []any{role}, "description": "One role."}},
		"a query": {func() backend.AccessReview {
			r := of("Search")
			r.SailPoint.Search = &backend.SailPointSearch{Type: "Identity", Query: "attributes.department:Finance"}
			return r
		}, "searchCampaignInfo", map[string]any{"type": "IDENTITY", "query": "attributes.department:Finance"}},
		"people and nothing else": {func() backend.AccessReview {
			r := of("Search")
			r.Scope = &backend.ReviewScope{Users: &backend.ScopeUsers{Selected: &backend.SelectedUsers{UserIDs: backend.Set{ada}}}}
			return r
		}, "searchCampaignInfo", map[string]any{"type": "IDENTITY", "identityIds": []any{ada}}},
		"roles among what is searched": {func() backend.AccessReview {
			r := of("Search")
			r.SailPoint.Search = &backend.SailPointSearch{Type: "Access", Query: "x", Constraints: []backend.SailPointConstraint{{Type: "Role", IDs: backend.Set{role}}, {Type: "AccessProfile"}}}
			return r
		}, "searchCampaignInfo", map[string]any{"type": "ACCESS", "query": "x", "accessConstraints": []any{
			map[string]any{"type": "ROLE", "operator": "SELECTED", "ids": []any{role}}, map[string]any{"type": "ACCESS_PROFILE", "operator": "ALL"}}}},
		"entitlements, whoever has them": {func() backend.AccessReview {
			r := of("Search")
			r.Scope = &backend.ReviewScope{Entitlements: backend.EntitlementSet{read}}
			r.SailPoint.Search = &backend.SailPointSearch{Type: "Access"}
			return r
		}, "searchCampaignInfo", map[string]any{"type": "ACCESS", "query": "@access(id:(" + read.ID + "))",
			"accessConstraints": []any{map[string]any{"type": "ENTITLEMENT", "operator": "SELECTED", "ids": []any{read.ID}}}}},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := reviews(t)
			obs := staged(k, c.desired())
			k.same(obs, c.desired())
			body := last[map[string]any](k.house, "POST", campaignsRoute)
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
			r.SailPoint = &backend.SailPointAccessReview{Type: &word}
			r.Scope, r.Reviewer = nil, nil
		}
	}
	for sentence, c := range map[string]struct {
		path    string
		changes []func(*backend.AccessReview)
	}{
		"a query and people":     {"sailPoint.search.query", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.SailPoint.Search.Query = "x" }}},
		"several reviewers":      {"reviewer", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.Reviewer = &backend.Reviewer{UserIDs: backend.Set{ada, grace}} }}},
		"a search for nothing":   {"sailPoint.search", []func(*backend.AccessReview){kind("Search")}},
		"a search of no type":    {"sailPoint.search.type", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.SailPoint.Search.Type = "" }}},
		"no people among people": {"scope.users", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.Scope.Users = &backend.ScopeUsers{Selected: &backend.SelectedUsers{}} }}},
		"a kind constrained twice": {"sailPoint.search.constraints", []func(*backend.AccessReview){func(r *backend.AccessReview) {
			r.SailPoint.Search.Constraints = []backend.SailPointConstraint{{Type: "Entitlement"}}
		}}},
		"a constraint in two places": {"sailPoint.search.constraints", []func(*backend.AccessReview){func(r *backend.AccessReview) {
			r.Scope.Entitlements = nil
			r.SailPoint.Search.Constraints = []backend.SailPointConstraint{{Type: "Entitlement", IDs: backend.Set{read.ID}}}
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
			r.SailPoint.RoleComposition = &backend.SailPointRoleComposition{RemediatorID: ada, RoleIDs: backend.Set{"r"}, Query: "x"}
		}}},
		"managers and another one":   {"reviewer", []func(*backend.AccessReview){kind("Manager"), func(r *backend.AccessReview) { r.Reviewer = &backend.Reviewer{GroupID: reviewers} }}},
		"managers and people":        {"scope.users", []func(*backend.AccessReview){kind("Manager"), func(r *backend.AccessReview) { r.Scope = &backend.ReviewScope{Users: people} }}},
		"source owners and managers": {"reviewer.manager", []func(*backend.AccessReview){kind("SourceOwner"), func(r *backend.AccessReview) { r.Reviewer = &backend.Reviewer{Manager: &struct{}{}} }}},
		"a search of sources":        {"scope.apps.selected", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.Scope.SelectedApps = backend.Set{database} }}},
		"uncorrelated people":        {"sailPoint.correlatedStatus", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.SailPoint.CorrelatedStatus = backend.To("Uncorrelated") }}},
		"an end without a decision":  {"close.undecided", []func(*backend.AccessReview){func(r *backend.AccessReview) { r.Undecided = nil }}},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := reviews(t)
			desired := backendtest.Clone(fullReview())
			for _, change := range c.changes {
				change(&desired)
			}
			_, err := k.Create(t.Context(), backend.Ref{Mark: mark}, desired)
			refusal(t, err, c.path)
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

// TestReviewLife is one campaign from its creation to its end.
func TestReviewLife(t *testing.T) {
	k := reviews(t)
	desired := fullReview()
	desired.AutoStart = backend.To(true)
	desired.SailPoint.TimeZone = nil
	obs := staged(k, desired)
	state := func(obs backend.Observation[backend.AccessReview], state backend.ReviewState, status string, started bool, phase backend.Phase) {
		t.Helper()
		f := obs.Actual.Facts
		if f.State != state || f.VendorState != status || f.Started != started || obs.Phase != phase {
			t.Errorf("%s %s, started %t, %s; want %s %s, %t, %s", f.State, f.VendorState, f.Started, obs.Phase, state, status, started, phase)
		}
		if (obs.Phase == backend.PhasePending) != strings.Contains(obs.Message, status) {
			t.Errorf("the message %q", obs.Message)
		}
	}
	state(obs, backend.ReviewStaged, "STAGED", false, backend.PhaseLive)
	if got := k.diff(obs, desired).Paths(); !slices.Equal(got, []string{"start.mode"}) {
		t.Fatalf("staged, it differs in %v", got)
	}
	obs = k.update(obs, desired)
	state(obs, backend.ReviewRunning, "ACTIVATING", true, backend.PhasePending)
	k.Advance(pace + time.Second)
	obs = k.observe(obs.ID, "", desired)
	state(obs, backend.ReviewRunning, "ACTIVE", true, backend.PhaseLive)
	k.same(obs, desired) // Though the time of day of its deadline has moved.
	if obs.Actual.Facts.Deadline.Equal(desired.Deadline.Time) {
		t.Error("the fake moves deadlines no more: this test shows nothing")
	}
	k.Advance(32 * 24 * time.Hour)
	obs = k.observe(obs.ID, "", desired)
	state(obs, backend.ReviewOverdue, "ACTIVE", true, backend.PhaseLive)
	if got := k.diff(obs, desired).Paths(); !slices.Equal(got, []string{"close.mode"}) {
		t.Fatalf("overdue, it differs in %v", got)
	}
	obs = k.update(obs, desired)
	state(obs, backend.ReviewRunning, "COMPLETING", true, backend.PhasePending)
	if body := last[map[string]any](k.house, "POST", campaignRoute+"/complete"); body["autoCompleteAction"] != "REVOKE" {
		t.Errorf("%v", body)
	}
	k.Advance(pace + time.Second)
	obs = k.observe(obs.ID, "", desired)
	state(obs, backend.ReviewCompleted, "COMPLETED", true, backend.PhaseSealed)
	k.same(obs, desired)
	want := []string{"POST " + campaignsRoute, "POST " + campaignRoute + "/activate", "POST " + campaignRoute + "/complete"}
	if diff := cmp.Diff(want, k.sent(sandbox.ClassWrite)); diff != "" {
		t.Error(diff)
	}
	if err := k.Delete(t.Context(), obs); err != nil {
		t.Fatal(err)
	}
	obs = k.observe(obs.ID, "", desired)
	state(obs, backend.ReviewRemoved, "CANCELING", true, backend.PhasePending)
	k.Advance(pace + time.Second)
	if obs = k.observe(obs.ID, "", desired); obs.Exists {
		t.Error("it is still there")
	}
	if err := k.Delete(t.Context(), obs); err != nil {
		t.Error(err)
	}
}

func TestReviewTakesWhatItsStateTakes(t *testing.T) {
	other := fullReview()
	other.DisplayName, other.Description = backend.To("Other"), backend.To("Else.")
	other.Deadline = &backend.Instant{Time: other.Deadline.Add(72 * time.Hour)}
	other.Notifications.Kickoff = backend.To(false)
	other.SailPoint.AutoRevokeAllowed = backend.To(false)
	other.SailPoint.MandatoryComments = backend.To("NoDecisions")
	k := reviews(t)
	obs := staged(k, fullReview())
	writable := func(obs backend.Observation[backend.AccessReview]) []string {
		return k.diff(obs, other).Without(obs.Sealed).Paths()
	}
	want := []string{"displayName", "description", "deadline", "notifications.kickoff", "sailPoint.autoRevokeAllowed"}
	if diff := cmp.Diff(want, writable(obs)); diff != "" {
		t.Error(diff)
	}
	obs = k.update(obs, other)
	if got := k.diff(obs, other).Paths(); !slices.Equal(got, []string{"sailPoint.mandatoryComments"}) {
		t.Errorf("left: %v", got)
	}
	patched := []string{"replace /deadline", "replace /name", "replace /description", "replace /emailNotificationEnabled", "replace /autoRevokeAllowed"}
	if diff := cmp.Diff(patched, k.patched(campaignRoute)); diff != "" {
		t.Error(diff)
	}
	if obs.Mark != mark {
		t.Errorf("the mark is %v", obs.Mark)
	}
	k = reviews(t)
	obs = running(k, fullReview())
	if got := writable(obs); !slices.Equal(got, []string{"deadline"}) {
		t.Errorf("active, it takes %v", got)
	}
	if !backend.Covers(obs.Sealed, backend.PathMark) || !backend.Covers(obs.Sealed, "start.mode") {
		t.Errorf("sealed are %v", obs.Sealed)
	}
	obs = k.update(obs, other)
	if got := writable(obs); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	if err := k.SetReviewState(obs.ID, "COMPLETED"); err != nil {
		t.Fatal(err)
	}
	obs = k.observe(obs.ID, "", other)
	if got := append(writable(obs), backend.Changes{{Path: backend.PathMark}}.Without(obs.Sealed).Paths()...); len(got) != 0 {
		t.Errorf("completed, it takes %v", got)
	}
}

func TestReviewDeadlines(t *testing.T) {
	t.Run("one of today is not activated", func(t *testing.T) {
		k := reviews(t)
		desired := fullReview()
		obs := staged(k, desired)
		k.Advance(30*24*time.Hour - time.Hour)
		if k.Now().UTC().Day() != desired.Deadline.UTC().Day() {
			k.Advance(-k.Now().Sub(desired.Deadline.UTC().Truncate(24 * time.Hour).Add(time.Minute)))
		}
		obs = k.observe(obs.ID, "", desired)
		k.ResetCalls()
		desired.AutoStart, desired.SailPoint.TimeZone = backend.To(true), backend.To("Z")
		_, err := k.Update(t.Context(), obs, desired, k.diff(obs, desired))
		refusal(t, err, "deadline")
		if n := k.Counts().Writes; n != 0 {
			t.Errorf("%d writes", n)
		}
	})
	t.Run("a duration counts once, by the vendor's clock", func(t *testing.T) {
		k := reviews(t)
		k.Advance(1000 * time.Hour)
		if _, err := k.Observe(t.Context(), backend.Ref{ID: noSuchID}); err != nil {
			t.Fatal(err)
		}
		desired := leastReview("Brief")
		desired.Duration = &backend.Duration{Duration: 72 * time.Hour}
		obs := k.create("", desired)
		if off := obs.Actual.Deadline.Sub(k.Now().Add(72 * time.Hour)).Abs(); off > 5*time.Second {
			t.Errorf("off by %s", off)
		}
		k.same(obs, desired)
	})
	t.Run("one that nobody names is in two weeks", func(t *testing.T) {
		k := reviews(t)
		obs := k.create("", leastReview("Usual"))
		if off := obs.Actual.Deadline.Sub(k.Now().Add(14 * 24 * time.Hour)).Abs(); off > 5*time.Second {
			t.Errorf("off by %s", off)
		}
	})
	t.Run("one that is put off is not an end", func(t *testing.T) {
		k := reviews(t)
		obs := running(k, fullReview())
		k.Advance(32 * 24 * time.Hour)
		desired := fullReview()
		desired.AutoStart = backend.To(true)
		desired.Deadline = &backend.Instant{Time: k.Now().Add(48 * time.Hour).Truncate(time.Second)}
		k.converge(k.observe(obs.ID, "", desired), desired)
		if slices.Contains(k.sent(sandbox.ClassWrite), "POST "+campaignRoute+"/complete") {
			t.Error("it was completed all the same")
		}
	})
	t.Run("one that has passed keeps nothing from its end", func(t *testing.T) {
		k := reviews(t)
		obs := running(k, fullReview())
		k.Advance(35 * 24 * time.Hour)
		desired := fullReview()
		desired.AutoStart = backend.To(true)
		desired.Deadline = &backend.Instant{Time: desired.Deadline.Add(48 * time.Hour)}
		obs = k.update(k.observe(obs.ID, "", desired), desired)
		if obs.Actual.Facts.VendorState != "COMPLETING" {
			t.Errorf("it is %s", obs.Actual.Facts.VendorState)
		}
	})
}

func TestReviewActivationTellsTheTimeZone(t *testing.T) {
	k := reviews(t)
	running(k, fullReview())
	if body := last[map[string]any](k.house, "POST", campaignRoute+"/activate"); body["timeZone"] != "-05:00" {
		t.Errorf("%v", body)
	}
}

func TestReviewTroubles(t *testing.T) {
	t.Run("one that hangs is pending, and no second one is made", func(t *testing.T) {
		k := reviews(t)
		k.feature(fake.FeatureCampaignHangs)
		obs := k.create("", fullReview())
		k.Advance(25 * time.Hour)
		obs = k.observe(obs.ID, "", fullReview())
		if obs.Phase != backend.PhasePending || obs.Message != "the campaign is in the state PENDING" {
			t.Errorf("%s %q", obs.Phase, obs.Message)
		}
		found, err := k.Observe(t.Context(), backend.Ref{Mark: mark, Key: fullReview().Key()})
		if err != nil || found.ID != obs.ID {
			t.Errorf("%q, %v", found.ID, err)
		}
	})
	t.Run("one that failed says why and takes nothing", func(t *testing.T) {
		k := reviews(t)
		obs := k.create("", fullReview())
		k.fault(sandbox.Fault{Method: "GET", PathPattern: "campaigns", Kind: sandbox.FaultStatus, Status: 200, Body: fmt.Sprintf(
			`{"id":%q,"name":"n","status":"ERROR","alerts":[{"level":"ERROR","localizations":[{"locale":"de","text":"Kaputt."},{"locale":"en-US","text":"The snapshot failed."}]}]}`, obs.ID)})
		obs = k.observe(obs.ID, "", fullReview())
		if obs.Phase != backend.PhaseFailed || obs.Actual.Facts.State != backend.ReviewFailed || !slices.Equal(obs.Actual.Facts.Alerts, []string{"ERROR The snapshot failed."}) {
			t.Errorf("%s %q %v", obs.Phase, obs.Message, obs.Actual.Facts)
		}
		_, err := k.Update(t.Context(), obs, fullReview(), backend.Changes{{Path: "start.mode"}})
		class(t, err, backend.Terminal)
		if err == nil || !strings.Contains(err.Error(), "The snapshot failed.") {
			t.Error(err)
		}
	})
	t.Run("a state that is newer than this code is waited out", func(t *testing.T) {
		k := reviews(t)
		k.fault(sandbox.Fault{Method: "GET", PathPattern: "campaigns", Kind: sandbox.FaultStatus, Status: 200, Body: `{"id":"c","status":"MUSING"}`, Count: 1})
		if obs := k.observe("c", "", fullReview()); obs.Phase != backend.PhasePending || !strings.Contains(obs.Message, "MUSING") {
			t.Errorf("%s %q", obs.Phase, obs.Message)
		}
	})
	t.Run("one that moved meanwhile is looked at again", func(t *testing.T) {
		k := reviews(t)
		obs := staged(k, fullReview())
		if err := k.SetReviewState(obs.ID, "ACTIVE"); err != nil {
			t.Fatal(err)
		}
		desired := fullReview()
		desired.AutoStart = backend.To(true)
		_, err := k.Update(t.Context(), obs, desired, k.diff(obs, desired))
		class(t, err, backend.Conflict)
	})
	t.Run("half written says so", func(t *testing.T) {
		k := reviews(t)
		obs := staged(k, fullReview())
		desired := fullReview()
		desired.AutoStart, desired.DisplayName = backend.To(true), backend.To("Half")
		half, err := k.Update(allowing(t, 1), obs, desired, k.diff(obs, desired))
		class(t, err, backend.Fenced)
		if half.ID != obs.ID {
			t.Errorf("%q", half.ID)
		}
	})
	t.Run("recommendations without a licence read back false", func(t *testing.T) {
		k := reviews(t)
		desired := fullReview()
		desired.SailPoint.RecommendationsEnabled = backend.To(true)
		obs := k.update(staged(k, desired), desired)
		if got := k.diff(obs, desired).Paths(); !slices.Equal(got, []string{"sailPoint.recommendationsEnabled"}) {
			t.Errorf("%v", got)
		}
	})
}

// TestReviewsAreFoundByTheirMark: names repeat, and are no key.
func TestReviewsAreFoundByTheirMark(t *testing.T) {
	k := reviews(t)
	for _, name := range []string{"Twice", "Two + two"} {
		desired := leastReview(name)
		if _, err := k.Create(t.Context(), backend.Ref{Mark: backend.Mark{Token: "anotheranother01", Owner: "a/b", Cluster: "c"}}, desired); err != nil {
			t.Fatal(err)
		}
		obs := k.create("", desired)
		k.ResetCalls()
		found, err := k.Observe(t.Context(), backend.Ref{Mark: mark, Key: desired.Key()})
		if err != nil || found.ID != obs.ID || found.Twin != nil {
			t.Errorf("%q, %v, %v", found.ID, found.Twin, err)
		}
		if query := k.Calls(0)[0].Query; strings.Contains(query, "filters=") == strings.Contains(name, "+") {
			t.Errorf("%s was sought by %s", name, query)
		}
		if err := k.House().Delete(sandbox.Target{Kind: "AccessReview", ID: obs.ID}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := k.Observe(t.Context(), backend.Ref{Key: backend.Key{DisplayName: "Twice"}})
	class(t, err, backend.Terminal)
}

func TestReviewProgress(t *testing.T) {
	progress := func(k kept[backend.AccessReview], id string) (done, all int64) {
		t.Helper()
		obs, err := k.Observe(t.Context(), backend.Ref{ID: id, Tail: []string{"progress", "reports"}})
		if err != nil {
			t.Fatal(err)
		}
		if obs.Actual.Facts.ReportURLs != nil {
			t.Errorf("%v", obs.Actual.Facts.ReportURLs)
		}
		return *obs.Actual.Facts.Completed, *obs.Actual.Facts.Total
	}
	t.Run("decisions, where every package is seen", func(t *testing.T) {
		k := reviews(t)
		desired := fullReview()
		desired.Reviewer = &backend.Reviewer{UserIDs: backend.Set{grace}}
		obs := running(k, desired)
		before, all := progress(k, obs.ID)
		if _, err := k.CloseReviewTasks(obs.ID, 1, "APPROVE"); err != nil {
			t.Fatal(err)
		}
		if after, still := progress(k, obs.ID); before != 0 || after != 1 || all < 2 || still != all {
			t.Errorf("%d of %d, then %d of %d", before, all, after, still)
		}
	})
	t.Run("packages, where those of groups are not shown", func(t *testing.T) {
		k := reviews(t)
		obs := running(k, fullReview())
		if done, all := progress(k, obs.ID); done != 0 || all != 1 {
			t.Errorf("%d of %d", done, all)
		}
	})
}
