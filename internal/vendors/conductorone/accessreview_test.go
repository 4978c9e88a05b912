package conductorone_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

const reviewRoute = "/api/v1/access_review/{id}"

func reviews(t *testing.T) vendortest.Kept[backend.AccessReview] {
	h := begin(t)
	h.Configure(func(s *sandbox.Settings) { s.Features["eSignature"] = true })
	return vendortest.Keep(h, h.AccessReviews())
}

// profileMark stands for a profile that the test makes.
const profileMark = "a profile"

func inAMonth() *backend.Instant {
	return &backend.Instant{Time: time.Now().Add(30 * 24 * time.Hour).Truncate(time.Second)}
}

func fullReview() backend.AccessReview {
	return backend.AccessReview{
		DisplayName: backend.To("Q4 privileged access"),
		Description: backend.To("Who may still pay?"),
		Owners:      backend.Set{ada},
		Deadline:    inAMonth(),
		AutoStart:   backend.To(true),
		StartAt:     &backend.Instant{Time: time.Now().Add(24 * time.Hour).Truncate(time.Second)},
		AutoClose:   backend.To(true),
		Undecided:   backend.To("Revoke"),
		Notifications: &backend.ReviewNotifications{
			Kickoff: backend.To(true), Reminders: backend.To(true), Close: backend.To(false),
		},
		Scope: &backend.ReviewScope{
			Entitlements: backend.EntitlementSet{viewer, payroll},
			Apps:         &backend.ScopeApps{SpecificResources: &struct{}{}},
			Users:        &backend.ScopeUsers{Expression: `subject.department == "Finance"`},
			Accounts:     &backend.ScopeAccounts{Criteria: &backend.ScopeAccountCriteria{Domain: "External", Types: backend.Set{"ServiceAccount", "User"}, Statuses: backend.Set{"Enabled"}, NoAccountOwner: true}},
			Grants: &backend.ScopeGrants{Criteria: &backend.ScopeGrantCriteria{SinceAdded: &backend.Duration{Duration: 720 * time.Hour}, SinceLastUsed: &backend.Duration{Duration: 24 * time.Hour},
				Source: "Inherited", Type: "Permanent", AccessProfiles: &backend.ScopeProfileFilter{Type: "ExcludeAll"}}},
		},
		Block: &conductorone.ReviewBlock{
			PolicyID: &certify, ScopeType: backend.To("ByEntitlements"), DefaultView: backend.To("ByUser"), ReviewInstructions: backend.To("**Look.**"),
			Columns:            conductorone.ReviewColumns{{Builtin: "AccountOwner"}, {AccountAttribute: "costCenter"}, {Builtin: "AppUserUsername"}},
			Signature:          &conductorone.ReviewSignature{Required: true, Meaning: "I looked.", StepUpProviderID: fake.SeedID("step-up", "Corporate step-up")},
			AutoGenerateReport: backend.To(true), AutoResolve: backend.To(true), UsePolicyOverride: backend.To(true), ExemptCertifiedAccessConflicts: backend.To(true),
			AccuracyIssueAction: backend.To("Wait"), PrincipalTypeFilter: backend.To("UsersAndResources"),
			ReviewerAttributes: conductorone.ReviewerAttributes{{AppID: workday, Attribute: "costCenter"}},
		},
	}
}

func TestReviewCreateThenConverge(t *testing.T) {
	k := reviews(t)
	desired := fullReview()
	obs := k.Created("", desired)
	if !obs.MarkInProse || backend.Value(obs.Actual.Description) != "Who may still pay?" || obs.Phase != backend.PhaseLive || obs.Actual.Facts.State != backend.ReviewConfiguring || len(obs.ReadOnly) != 0 {
		t.Errorf("%+v", obs)
	}
	k.ResetCalls()
	obs = k.Converge(obs, desired)
	writes := k.Sent(sandbox.ClassWrite)
	if diff := cmp.Diff([]string{"POST " + reviewRoute, "POST /api/v1/access_review/{access_review_id}/scope_and_entitlements", "POST " + reviewRoute}, writes); diff != "" {
		t.Error(diff)
	}
	// The start comes last, alone.
	if got := maskOf(k.Fixture, reviewRoute); got != "autoStartCampaign,scheduledStartDate" {
		t.Errorf("mask %q", got)
	}
	got := k.Many(backend.Ref{ID: obs.ID})
	if len(got) != 1 || backend.RowDigest(desired, got[0], k.Capabilities()) != backend.RowDigest(desired, obs, k.Capabilities()) {
		t.Error("a row and a full read differ")
	}
}

func TestReviewDates(t *testing.T) {
	k := reviews(t)
	k.Advance(90 * 24 * time.Hour)
	if _, err := k.Identity(t.Context()); err != nil {
		t.Fatal(err)
	}
	desired := backend.AccessReview{DisplayName: backend.To("Quick"), Owners: backend.Set{ada}, Duration: &backend.Duration{Duration: 48 * time.Hour}, AutoStart: backend.To(true),
		Block: &conductorone.ReviewBlock{PolicyID: &certify}}
	obs := k.Created("", desired)
	if got := obs.Actual.Facts.Deadline.Sub(k.Now()); got < 47*time.Hour || got > 48*time.Hour {
		t.Errorf("the deadline is in %s by the vendor's clock", got)
	}
	obs = k.Converge(obs, desired)
	if got := k.Now().Sub(obs.Actual.StartAt.Time); got < 0 || got > time.Minute {
		t.Errorf("starts %s ago by the vendor's clock", got)
	}
}

// TestReviewFields changes each field alone: the mask names it and nothing else.
func TestReviewFields(t *testing.T) {
	type block = conductorone.ReviewBlock
	in := func(b block) backend.AccessReview { return backend.AccessReview{Block: &b} }
	scope := func(s backend.ReviewScope) backend.AccessReview { return backend.AccessReview{Scope: &s} }
	apps := func(a backend.ScopeApps) backend.AccessReview { return scope(backend.ReviewScope{Apps: &a}) }
	users := func(u backend.ScopeUsers) backend.AccessReview { return scope(backend.ReviewScope{Users: &u}) }
	grants := func(g backend.ScopeGrantCriteria) backend.AccessReview {
		return scope(backend.ReviewScope{Grants: &backend.ScopeGrants{Criteria: &g}})
	}
	marker := &struct{}{}
	for name, tc := range map[string]struct {
		desired backend.AccessReview
		mask    string
	}{
		"name":                {backend.AccessReview{DisplayName: backend.To("Renamed")}, "displayName"},
		"description":         {backend.AccessReview{Description: backend.To("New.")}, "description"},
		"description emptied": {backend.AccessReview{Description: backend.To("")}, "description"},
		"deadline":            {backend.AccessReview{Deadline: &backend.Instant{Time: time.Date(2033, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))}}, "completionDate"},
		"no start":            {backend.AccessReview{AutoStart: backend.To(false)}, "autoStartCampaign"},
		"another start":       {backend.AccessReview{StartAt: inAMonth()}, "scheduledStartDate"},
		"no close":            {backend.AccessReview{AutoClose: backend.To(false)}, "autoCloseCampaign"},
		"nothing undecided":   {backend.AccessReview{Undecided: backend.To("NoAction")}, "autoCloseDecision"},
		"skip":                {backend.AccessReview{Undecided: backend.To("Skip")}, "autoCloseDecision"},
		"notifications":       {backend.AccessReview{Notifications: &backend.ReviewNotifications{Reminders: backend.To(false)}}, "notificationConfig"},
		"policy":              {in(block{PolicyID: &certify2}), "policyId"},
		"view":                {in(block{DefaultView: backend.To("Unstructured")}), "defaultView"},
		"instructions":        {in(block{ReviewInstructions: backend.To("")}), "reviewInstructions"},
		"columns":             {in(block{Columns: conductorone.ReviewColumns{{AccountAttribute: "costCenter"}}}), "columnConfig"},
		"no columns":          {in(block{Columns: conductorone.ReviewColumns{}}), "columnConfig"},
		"signature":           {in(block{Signature: &conductorone.ReviewSignature{Meaning: "Seen."}}), "signatureConfig"},
		"report":              {in(block{AutoGenerateReport: backend.To(false)}), "autoGenerateReport"},
		"resolve":             {in(block{AutoResolve: backend.To(false)}), "autoResolve"},
		"override":            {in(block{UsePolicyOverride: backend.To(false)}), "usePolicyOverride"},
		"exempt":              {in(block{ExemptCertifiedAccessConflicts: backend.To(false)}), "exemptCertifiedAccessConflicts"},
		"accuracy":            {in(block{AccuracyIssueAction: backend.To("Continue")}), "accuracyIssueAction"},
		"attributes":          {in(block{ReviewerAttributes: conductorone.ReviewerAttributes{}}), "reviewerAttributeConfig"},
		"principals":          {in(block{PrincipalTypeFilter: backend.To("Resources")}), "scopeV2"},
		"excluded":            {in(block{Excluded: &conductorone.ScopeExcluded{ResourceTypes: marker}}), "scopeV2"},
		"excluded resources":  {in(block{Excluded: &conductorone.ScopeExcluded{SpecificResources: marker}}), "scopeV2"},
		"resources":           {in(block{ResourceSelection: marker}), "scopeV2"},
		"roles":               {in(block{ScopeRoleSelection: marker}), "scopeV2"},
		"app access":          {apps(backend.ScopeApps{Access: marker}), "scopeV2"},
		"app types":           {apps(backend.ScopeApps{ResourceTypes: marker}), "scopeV2"},
		"app criteria":        {apps(backend.ScopeApps{Criteria: &backend.ScopeAppCriteria{RiskLevelIDs: backend.Set{fake.SeedID("risk-level", "High")}, ComplianceFrameworkIDs: backend.Set{fake.SeedID("framework", "SOX")}}}), "scopeV2"},
		"all users":           {users(backend.ScopeUsers{All: marker}), "scopeV2"},
		"some users":          {users(backend.ScopeUsers{Selected: &backend.SelectedUsers{UserIDs: backend.Set{grace, ada}}}), "scopeV2"},
		"user criteria":       {users(backend.ScopeUsers{Criteria: &backend.ScopeUserCriteria{Statuses: backend.Set{"Enabled", "Unknown"}, ManagerIDs: backend.Set{grace}, Groups: backend.EntitlementSet{engineer}, Attributes: map[string]backend.Set{"site": {"Rome", "Oslo"}}}}), "scopeV2"},
		"all accounts":        {scope(backend.ReviewScope{Accounts: &backend.ScopeAccounts{All: marker}}), "scopeV2"},
		"accounts by rule":    {scope(backend.ReviewScope{Accounts: &backend.ScopeAccounts{Expression: "true"}}), "scopeV2"},
		"all grants":          {scope(backend.ReviewScope{Grants: &backend.ScopeGrants{All: marker}}), "scopeV2"},
		"grants by review":    {grants(backend.ScopeGrantCriteria{SinceReviewed: &backend.Duration{Duration: time.Hour}}), "scopeV2"},
		"grants by date":      {grants(backend.ScopeGrantCriteria{AddedBetween: &backend.Period{From: &backend.Instant{Time: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}, To: &backend.Instant{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}}), "scopeV2"},
		"grants by profile":   {grants(backend.ScopeGrantCriteria{Source: "Direct", Type: "Temporary", AccessProfiles: &backend.ScopeProfileFilter{Type: "IncludeSpecific", Included: backend.Set{profileMark}}}), "scopeV2"},
		"all conflicts":       {scope(backend.ReviewScope{AccessConflicts: &backend.ScopeMarkers{All: marker}}), "scopeV2"},
		"some conflicts":      {scope(backend.ReviewScope{AccessConflicts: &backend.ScopeMarkers{Specific: marker}}), "scopeV2"},
		"scope type":          {in(block{ScopeType: backend.To("ByUsers")}), "scopeType"},
	} {
		t.Run(name, func(t *testing.T) {
			k := reviews(t)
			if name == "grants by profile" {
				id, err := k.Server.Create("AccessProfile", "", map[string]any{"displayName": "Basics"})
				if err != nil {
					t.Fatal(err)
				}
				tc.desired.Scope.Grants.Criteria.AccessProfiles.Included = backend.Set{id}
			}
			obs := k.Converge(k.Created("", fullReview()), fullReview())
			k.ResetCalls()
			fresh := k.Converge(obs, tc.desired)
			if got := maskOf(k.Fixture, reviewRoute); got != tc.mask {
				t.Errorf("mask %q, want %q", got, tc.mask)
			}
			if got := k.Sent(sandbox.ClassWrite); len(got) != 1 {
				t.Errorf("sent %v", got)
			}
			fresh = k.Observed(fresh.ID, "", fullReview())
			moved := backend.Diff(fullReview(), fresh.Actual, k.Capabilities(), backend.Memory{}).Paths()
			moved = slices.DeleteFunc(moved, func(p string) bool { return p == "deadline" || p == "start.at" }) // These are computed anew.
			want := backend.Diff(tc.desired, fullReview(), k.Capabilities(), backend.Memory{}).Paths()
			want = slices.DeleteFunc(want, func(p string) bool {
				return p == "deadline" || p == "start.at" || !inFull(p)
			})
			if !slices.Equal(moved, want) {
				t.Errorf("moved %v, want %v", moved, want)
			}
		})
	}
}

// inFull reports whether fullReview sets path: only there a move can be seen.
func inFull(path string) bool {
	return slices.ContainsFunc(backend.Fields(fullReview()), func(f backend.Field) bool { return f.Path == path })
}

func TestReviewAttachments(t *testing.T) {
	t.Run("the list is replaced, an empty one takes all away, and the scope stays", func(t *testing.T) {
		k := reviews(t)
		obs := k.Converge(k.Created("", fullReview()), fullReview())
		for _, set := range []backend.EntitlementSet{{member}, {}} {
			k.ResetCalls()
			obs = k.Converge(obs, backend.AccessReview{Scope: &backend.ReviewScope{Entitlements: set}})
			if got := k.Sent(sandbox.ClassWrite); len(got) != 1 {
				t.Errorf("sent %v", got)
			}
			desired := fullReview()
			desired.Scope.Entitlements = set
			obs = k.Observed(obs.ID, "", desired)
			if got := backend.Diff(desired, obs.Actual, k.Capabilities(), backend.Memory{}); got.Has("scope") {
				t.Errorf("moved %v", got.Paths())
			}
		}
	})
	t.Run("selected apps stand for all that they have now, beside what is named, and are written once", func(t *testing.T) {
		k := reviews(t)
		if _, err := k.Server.Create("AppEntitlement", workday, map[string]any{"displayName": "Gone", "deletedAt": "2026-01-01T00:00:00Z"}); err != nil {
			t.Fatal(err)
		}
		desired := backend.AccessReview{DisplayName: backend.To("Apps"), Owners: backend.Set{ada}, Block: &conductorone.ReviewBlock{PolicyID: &certify},
			Scope: &backend.ReviewScope{SelectedApps: backend.Set{workday}, Entitlements: backend.EntitlementSet{viewer, member}}}
		caps, mem := k.Capabilities().For(desired), backend.Memory{Applied: map[string]string{}}
		changes := func(obs reviewObservation) backend.Changes { return backend.Diff(desired, obs.Actual, caps, mem) }
		obs := k.Created("", desired)
		if got := changes(obs).Paths(); !slices.Equal(got, []string{"scope.entitlements", "scope.apps.selected"}) {
			t.Errorf("still to write: %v", got)
		}
		obs, err := k.Update(t.Context(), obs, desired, changes(obs))
		if err != nil {
			t.Fatal(err)
		}
		if obs.Actual.Scope.Apps == nil || obs.Actual.Scope.Apps.SpecificResources == nil {
			t.Errorf("%+v", obs.Actual.Scope)
		}
		if got, want := obs.Actual.Scope.Entitlements, (backend.EntitlementSet{member, viewer, payroll, {AppID: workday, ID: fake.SeedID("entitlement", "Access")}}); !sameSet(got, want) {
			t.Errorf("attached %v, want %v", got, want)
		}
		mem.Applied = backend.Applied(desired, caps, changes(obs).Paths())
		if got := changes(obs); len(got) > 0 {
			t.Errorf("still different: %v", got.Paths())
		}
	})
	t.Run("resource types are written once", func(t *testing.T) {
		k := reviews(t)
		desired := backend.AccessReview{DisplayName: backend.To("Types"), Owners: backend.Set{ada}, Block: &conductorone.ReviewBlock{PolicyID: &certify},
			Scope: &backend.ReviewScope{ResourceTypes: backend.ResourceTypeSet{{AppID: github, ResourceTypeID: fake.SeedID("resource-type", "GitHub/Team")}}}}
		k.Memory = backend.Memory{Applied: map[string]string{}}
		obs := k.Converge(k.Created("", desired), desired)
		if obs.Actual.Scope.Apps == nil || obs.Actual.Scope.Apps.ResourceTypes == nil {
			t.Errorf("%+v", obs.Actual.Scope)
		}
		k.ResetCalls()
		k.Converge(obs, desired)
		if got := k.Sent(sandbox.ClassWrite); len(got) != 0 {
			t.Errorf("sent again: %v", got)
		}
	})
}

func TestReviewIsFoundByItsMark(t *testing.T) {
	k := reviews(t)
	k.Fault(sandbox.Fault{Method: "POST", Class: sandbox.ClassWrite, Kind: sandbox.FaultResetAfter, Count: 1})
	_, err := k.Create(t.Context(), backend.Ref{Mark: mark}, fullReview())
	vendortest.Class(t, err, backend.OutcomeUnknown)
	obs, err := k.Observe(t.Context(), backend.Ref{Mark: mark})
	if err != nil || !obs.Exists || obs.Mark != mark {
		t.Errorf("%v %+v", err, obs)
	}
	if got := k.Many(backend.Ref{Mark: backend.Mark{Owner: mark.Owner}}); len(got) != 1 || got[0].ID != obs.ID {
		t.Errorf("%+v", got)
	}
	_, err = k.Observe(t.Context(), backend.Ref{Key: backend.Key{DisplayName: "Q4 privileged access"}})
	vendortest.Class(t, err, backend.Terminal)
}

func TestReviewMarkIsRestored(t *testing.T) {
	k := reviews(t)
	desired := backend.AccessReview{DisplayName: backend.To("Quarterly"), Owners: backend.Set{ada}, Block: &conductorone.ReviewBlock{PolicyID: &certify}}
	obs := k.Created("", desired)
	if err := k.Edit(sandbox.Target{Kind: "AccessReview", ID: obs.ID}, map[string]any{"description": "Written by a person."}); err != nil {
		t.Fatal(err)
	}
	obs = k.Observed(obs.ID, "", desired)
	if !obs.Mark.IsZero() || !obs.MarkInProse {
		t.Fatalf("%+v", obs)
	}
	obs.Mark = mark
	obs, err := k.Update(t.Context(), obs, desired, backend.Changes{{Path: backend.PathMark}})
	if err != nil || obs.Mark != mark || backend.Value(obs.Actual.Description) != "Written by a person." {
		t.Errorf("%v %+v", err, obs)
	}
}

func TestReviewLifecycle(t *testing.T) {
	type seen struct {
		Exists  bool
		Phase   backend.Phase
		State   backend.ReviewState
		Started bool
		Scope   bool
		Name    bool
	}
	k := reviews(t)
	obs := k.Converge(k.Created("", fullReview()), fullReview())
	for _, tc := range []struct {
		state string
		want  seen
	}{
		{"PENDING", seen{true, backend.PhaseLive, backend.ReviewConfiguring, false, false, false}},
		{"COPYING_SETUP_ENTITLEMENTS", seen{true, backend.PhasePending, backend.ReviewConfiguring, false, true, false}},
		{"COPYING_RESOURCE_TYPE_SELECTIONS", seen{true, backend.PhasePending, backend.ReviewConfiguring, false, true, false}},
		{"PREPARING", seen{true, backend.PhasePending, backend.ReviewStaged, false, true, false}},
		{"DRAFT", seen{true, backend.PhaseLive, backend.ReviewStaged, false, true, false}},
		{"REVIEW", seen{true, backend.PhaseLive, backend.ReviewStaged, false, true, false}},
		{"RESETTING_POLICIES", seen{true, backend.PhasePending, backend.ReviewStaged, false, true, false}},
		{"STARTING", seen{true, backend.PhasePending, backend.ReviewRunning, true, true, false}},
		{"OPEN", seen{true, backend.PhaseLive, backend.ReviewRunning, true, true, false}},
		{"CLOSED", seen{true, backend.PhaseSealed, backend.ReviewCompleted, true, true, true}},
		{"DELETING", seen{}},
		{"DELETED", seen{}},
	} {
		if err := k.SetReviewState(obs.ID, "ACCESS_REVIEW_STATE_"+tc.state); err != nil {
			t.Fatalf("%s: %v", tc.state, err)
		}
		o := k.Observed(obs.ID, "", backend.AccessReview{})
		got := seen{}
		if o.Exists {
			got = seen{true, o.Phase, o.Actual.Facts.State, o.Actual.Facts.Started, backend.Covers(o.ReadOnly, "scope.users"), backend.Covers(o.ReadOnly, "displayName")}
		}
		if got != tc.want {
			t.Errorf("%s: got %+v, want %+v", tc.state, got, tc.want)
		}
		switch tc.state {
		case "DRAFT":
			// Read-only fields are left out, and what is still open is written.
			desired := backend.AccessReview{DisplayName: backend.To("Renamed"), Block: &conductorone.ReviewBlock{PolicyID: &certify2}, Scope: &backend.ReviewScope{Users: &backend.ScopeUsers{All: &struct{}{}}}}
			next, err := k.Update(t.Context(), o, desired, backend.Diff(desired, o.Actual, k.Capabilities(), backend.Memory{}))
			if err != nil || backend.Value(next.Actual.DisplayName) != "Renamed" {
				t.Errorf("%v", err)
			}
			if got := maskOf(k.Fixture, reviewRoute); got != "displayName" {
				t.Errorf("mask %q", got)
			}
		case "CLOSED":
			if got := backend.Diff(fullReview(), o.Actual, k.Capabilities(), backend.Memory{}); len(got) > 0 && !got.Unwritable(o.ReadOnly) {
				t.Errorf("%v is writable", got.Paths())
			}
		}
	}
}

func TestReviewOverdueAndProgress(t *testing.T) {
	k := reviews(t)
	desired := fullReview()
	obs := k.Converge(k.Created("", desired), desired)
	look := func() backend.AccessReviewFacts {
		t.Helper()
		o, err := k.Observe(t.Context(), backend.Ref{ID: obs.ID, DetailFields: []string{"progress", "reports"}})
		if err != nil {
			t.Fatal(err)
		}
		return o.Actual.Facts
	}
	if facts := look(); facts.Completed != nil {
		t.Errorf("counted before the start: %+v", facts)
	}
	if err := k.SetReviewState(obs.ID, "ACCESS_REVIEW_STATE_OPEN"); err != nil {
		t.Fatal(err)
	}
	for outcome, count := range map[string]int{"CERTIFY_OUTCOME_CERTIFIED": 2, "CERTIFY_OUTCOME_DECERTIFIED": 1} {
		if n, err := k.CloseReviewTasks(obs.ID, count, outcome); err != nil || n != count {
			t.Fatalf("closed %d of %d: %v", n, count, err)
		}
	}
	facts := look()
	if got := fmt.Sprint(backend.Value(facts.Total), backend.Value(facts.Completed), backend.Value(facts.Certified), backend.Value(facts.Revoked)); got != "4 3 2 1" || facts.State != backend.ReviewRunning || facts.StartedAt.IsZero() {
		t.Errorf("%s %+v", got, facts)
	}
	k.Configure(func(s *sandbox.Settings) { s.CampaignPace = 0 })
	if err := k.Edit(sandbox.Target{Kind: "AccessReview", ID: obs.ID}, map[string]any{"autoCloseCampaign": false}); err != nil {
		t.Fatal(err)
	}
	k.Advance(31 * 24 * time.Hour)
	if facts := look(); facts.State != backend.ReviewOverdue {
		t.Errorf("%+v", facts)
	}
	if err := k.Edit(sandbox.Target{Kind: "AccessReview", ID: obs.ID}, map[string]any{"errorState": "ACCESS_REVIEW_ERROR_STATE_SELECTION_QUOTA_EXCEED_ERROR", "campaignHealth": map[string]any{"phantomLockedCount": 3}}); err != nil {
		t.Fatal(err)
	}
	o := k.Observed(obs.ID, "", backend.AccessReview{})
	if o.Phase != backend.PhaseFailed || !strings.Contains(o.Message, "SelectionQuotaExceedError") || len(o.Actual.Facts.Alerts) != 1 {
		t.Errorf("%+v", o)
	}
}

func TestReviewDelete(t *testing.T) {
	for name, soft := range map[string]bool{"softly": true, "for good": false} {
		t.Run(name, func(t *testing.T) {
			k := reviews(t)
			k.Configure(func(s *sandbox.Settings) { s.SoftDelete = soft })
			obs := k.Created("", fullReview())
			for range 2 {
				if err := k.Driver.Delete(t.Context(), obs); err != nil {
					t.Fatal(err)
				}
			}
			for what, ref := range map[string]backend.Ref{"id": k.Ref(obs.ID, "", fullReview()), "mark": {Mark: mark}} {
				if gone, err := k.Observe(t.Context(), ref); err != nil || gone.Exists || gone.Date.IsZero() {
					t.Errorf("by %s: %v, exists %t", what, err, gone.Exists)
				}
			}
			if got := k.Many(backend.Ref{ID: obs.ID}, backend.Ref{Mark: backend.Mark{Owner: mark.Owner}}); len(got) != 1 || got[0].Exists {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestReviewErrors(t *testing.T) {
	k := reviews(t)
	noOwners := fullReview()
	noOwners.Owners = nil
	_, err := k.Create(t.Context(), backend.Ref{Mark: mark}, noOwners)
	vendortest.Class(t, err, backend.Terminal)
	k.Configure(func(s *sandbox.Settings) { s.Features = nil })
	obs := k.Created("", fullReview())
	desired := backend.AccessReview{Block: &conductorone.ReviewBlock{Signature: &conductorone.ReviewSignature{Required: true}}}
	_, err = k.Update(t.Context(), obs, desired, backend.Changes{{Path: "conductorOne.signature"}})
	vendortest.Class(t, err, backend.Terminal)
	vendortest.Says(t, err, ": 403: ")
}

type reviewObservation = backend.Observation[backend.AccessReview]

func sameSet(a, b backend.EntitlementSet) bool {
	less := func(x, y backend.EntitlementID) int { return strings.Compare(x.AppID+x.ID, y.AppID+y.ID) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), less), slices.SortedFunc(slices.Values(b), less))
}
