package conductorone_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// TestOutcomeOfACreate: what may have happened is said to be unknown, and is found by
// its mark; what cannot have happened is not.
func TestOutcomeOfACreate(t *testing.T) {
	created := func(f sandbox.Fault) sandbox.Fault {
		f.Method, f.Class, f.Count = "POST", sandbox.ClassWrite, 1
		return f
	}
	for name, tc := range map[string]struct {
		fault  sandbox.Fault
		class  backend.Class
		exists bool
	}{
		"a reset after the commit":           {created(sandbox.Fault{Kind: sandbox.FaultResetAfter}), backend.OutcomeUnknown, true},
		"a failure after the commit":         {created(sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 500}), backend.OutcomeUnknown, true},
		"a gateway's page after the commit":  {created(sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 504, Body: "<html>"}), backend.OutcomeUnknown, true},
		"an answer that cannot be read":      {created(sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 200, Body: "{"}), backend.OutcomeUnknown, true},
		"an answer without an id":            {created(sandbox.Fault{Kind: sandbox.FaultStatusAfter, Status: 200, Body: "{}"}), backend.OutcomeUnknown, true},
		"silence after the commit":           {created(sandbox.Fault{Kind: sandbox.FaultHold}), backend.OutcomeUnknown, true},
		"a reset before the commit":          {created(sandbox.Fault{Kind: sandbox.FaultResetBefore}), backend.OutcomeUnknown, false},
		"a failure before the commit":        {created(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}), backend.OutcomeUnknown, false},
		"a request to slow down":             {created(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: 0}), backend.Throttled, false},
		"a refusal":                          {created(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 403}), backend.Terminal, false},
		"a credential that was just revoked": {sandbox.Fault{Class: sandbox.ClassWrite, Kind: sandbox.FaultStatus, Status: 401}, backend.Unauthorized, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Run("entitlement", func(t *testing.T) {
				tryCreate(t, entitlements(t), github, entitlementNamed("E"), tc.fault, tc.class, tc.exists)
			})
			t.Run("profile", func(t *testing.T) {
				tryCreate(t, profiles(t), "", backend.AccessProfile{DisplayName: backend.To("P")}, tc.fault, tc.class, tc.exists)
			})
			t.Run("profile from a cohort", func(t *testing.T) {
				tryCreate(t, profiles(t), "", backend.AccessProfile{DisplayName: backend.To("P"), Block: &conductorone.ProfileBlock{Cohort: &conductorone.Cohort{
					ProfileFilters: []conductorone.ProfileFilter{{Attribute: "department", Values: backend.Set{"Finance"}}}}}}, tc.fault, tc.class, tc.exists)
			})
			t.Run("review", func(t *testing.T) {
				tryCreate(t, reviews(t), "", backend.AccessReview{DisplayName: backend.To("R"), Owners: backend.Set{ada}, Block: &conductorone.ReviewBlock{PolicyID: &certify}}, tc.fault, tc.class, tc.exists)
			})
		})
	}
}

func tryCreate[D any](t *testing.T, k vendortest.Kept[D], parent string, desired D, fault sandbox.Fault, want backend.Class, exists bool) {
	t.Helper()
	k.Fault(fault)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	obs, err := k.Create(ctx, backend.Ref{ParentID: parent, Mark: mark}, desired)
	vendortest.Class(t, err, want)
	if obs.ID != "" {
		t.Errorf("an id in an error: %+v", obs)
	}
	k.Release()
	k.ClearFaults()
	// Past a pause that the vendor asked for, through another connection of the same tenant.
	fresh := vendortest.Keep(k.Fixture, sameDriver[D](k))
	found, err := fresh.Observe(t.Context(), backend.Ref{ParentID: parent, Mark: mark})
	if err != nil || found.Exists != exists {
		t.Errorf("%v: exists %t, want %t", err, found.Exists, exists)
	}
}

// sameDriver opens the tenant anew and returns its driver of the same kind.
func sameDriver[D any](k vendortest.Kept[D]) backend.Driver[D] {
	tenant := open(k.Fixture, backend.Credentials{Token: backend.Secret(k.Server.Credentials().StaticToken)})
	for _, driver := range []any{tenant.AppEntitlements(), tenant.AccessProfiles(), tenant.AccessReviews()} {
		if same, ok := driver.(backend.Driver[D]); ok {
			return same
		}
	}
	panic("no such kind")
}

const (
	everybody = "everybody"
	seenBy    = "seen by "
)

// gives reports whether grants have a pair, by itself or because everybody has it.
func gives(grants map[string]bool, pair string) bool {
	who, what, _ := strings.Cut(pair, " → ")
	return grants[pair] || strings.HasPrefix(who, seenBy) && grants[everybody+" → "+what]
}

// grantsOf are the pairs (who, what) that a profile gives.
func grantsOf(p backend.AccessProfile) map[string]bool {
	var who []string
	if m := p.Membership; m != nil && backend.Value(m.Enabled) {
		who = append(who, "rule "+backend.Value(m.Expression))
		for _, e := range profileBlock(p).Automation.Entitlements {
			who = append(who, "holders of "+e.ID)
		}
	}
	switch {
	case !backend.Value(p.Requestable):
	case backend.Value(profileBlock(p).VisibleToEveryone):
		who = append(who, everybody)
	default:
		for _, e := range profileBlock(p).VisibleTo {
			who = append(who, seenBy+e.ID)
		}
	}
	out := map[string]bool{}
	for _, w := range who {
		for _, e := range p.Entitlements {
			out[w+" → "+e.ID] = true
		}
	}
	return out
}

// TestProfileNeverWider stops an update before each of its writes: no pair may be given
// that neither the old nor the new profile gives, nothing may be added before every
// removal was accepted, and the next pass must finish.
func TestProfileNeverWider(t *testing.T) {
	small := func() backend.AccessProfile {
		p := fullProfile()
		p.Entitlements = backend.EntitlementSet{viewer}
		profileBlock(p).VisibleTo = backend.EntitlementSet{everyone}
		p.Membership.Expression = backend.To(`subject.department == "Sales"`)
		return p
	}
	variants := map[string]func(*backend.AccessProfile){
		"as it was": func(*backend.AccessProfile) {},
		"other contents and people": func(p *backend.AccessProfile) {
			p.Entitlements = backend.EntitlementSet{payments, member}
			profileBlock(p).VisibleTo = backend.EntitlementSet{engineer, member}
			p.Membership.Expression = backend.To("true")
		},
		"for everyone":   func(p *backend.AccessProfile) { profileBlock(p).VisibleToEveryone = backend.To(true) },
		"hidden":         func(p *backend.AccessProfile) { p.Requestable = backend.To(false) },
		"automation off": func(p *backend.AccessProfile) { p.Membership.Enabled = backend.To(false) },
		"empty":          func(p *backend.AccessProfile) { p.Entitlements = backend.EntitlementSet{} },
		"one entry more": func(p *backend.AccessProfile) { p.Entitlements = append(p.Entitlements, payments) },
		"holders instead": func(p *backend.AccessProfile) {
			p.Membership.Expression = nil
			profileBlock(p).Automation.Entitlements = backend.EntitlementSet{engineer}
		},
	}
	for _, from := range slices.Sorted(maps.Keys(variants)) {
		for _, to := range slices.Sorted(maps.Keys(variants)) {
			t.Run(from+" to "+to, func(t *testing.T) {
				before, after := fullProfile(), small()
				variants[from](&before)
				variants[to](&after)
				k := profiles(t)
				obs := k.Converge(k.Created("", before), before)
				whole := fullProfile()
				whole.Membership.Expression, profileBlock(whole).Automation.Entitlements = backend.To(""), backend.EntitlementSet{}
				old := grantsOf(k.Observed(obs.ID, "", whole).Actual)
				for allowed := 0; allowed < 20; allowed++ {
					left := allowed
					ctx := backend.WithFence(t.Context(), func() error {
						if left--; left < 0 {
							return errors.New("stopped here")
						}
						return nil
					})
					obs = k.Observed(obs.ID, "", after)
					_, err := k.Update(ctx, obs, after, backend.Diff(after, obs.Actual, k.Capabilities(), backend.Memory{}))
					now := k.Observed(obs.ID, "", whole).Actual
					wanted := grantsOf(mergedOver(now, after))
					for pair := range grantsOf(now) {
						if !gives(old, pair) && !gives(wanted, pair) {
							t.Errorf("after %d writes it gives %s", allowed, pair)
						}
					}
					if err == nil {
						k.Same(k.Observed(obs.ID, "", after), after)
						return
					}
					vendortest.Class(t, err, backend.Fenced)
				}
				t.Error("never finished")
			})
		}
	}
}

// mergedOver is now as it will be when after has been written.
func mergedOver(now, after backend.AccessProfile) backend.AccessProfile {
	c, a := *profileBlock(now), *profileBlock(now).Automation
	out := backend.AccessProfile{Entitlements: after.Entitlements, Requestable: after.Requestable, Membership: &backend.Membership{Enabled: after.Membership.Enabled, Expression: after.Membership.Expression}, Block: &c}
	c.VisibleTo, c.VisibleToEveryone = profileBlock(after).VisibleTo, profileBlock(after).VisibleToEveryone
	a.Entitlements = profileBlock(after).Automation.Entitlements
	c.Automation = &a
	return out
}

func TestReviewCopiesAnother(t *testing.T) {
	k := reviews(t)
	origin := k.Converge(k.Created("", fullReview()), fullReview())
	desired := backend.AccessReview{DisplayName: backend.To("Again"), Owners: backend.Set{ada},
		Block: &conductorone.ReviewBlock{PolicyID: &certify, DuplicateFrom: &origin.ID}}
	obs, err := k.Create(t.Context(), backend.Ref{Mark: backend.Mark{Token: "tokentokentoken2", Owner: "a/b", Cluster: "c"}}, desired)
	if err != nil || obs.Phase != backend.PhasePending {
		t.Fatalf("%v, phase %s", err, obs.Phase)
	}
	if got := fmt.Sprint(backend.Diff(desired, obs.Actual, k.Capabilities(), backend.Memory{}).Paths()); got != "[]" {
		t.Errorf("differs: %s", got)
	}
	if err := k.SetReviewState(obs.ID, "ACCESS_REVIEW_STATE_PENDING"); err != nil {
		t.Fatal(err)
	}
	obs = k.Observed(obs.ID, "", backend.AccessReview{Scope: &backend.ReviewScope{Entitlements: backend.EntitlementSet{}}})
	if obs.Phase != backend.PhaseLive || len(obs.Actual.Scope.Entitlements) != 2 {
		t.Errorf("%s %v", obs.Phase, obs.Actual.Scope.Entitlements)
	}
}

// TestAnEmptyAnswerIsNoAbsence: only 404, a date of deletion or a state proves that something is gone.
func TestAnEmptyAnswerIsNoAbsence(t *testing.T) {
	h := begin(t)
	h.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 200, Body: "{}"})
	if _, err := h.AppEntitlements().Observe(t.Context(), backend.Ref{ID: "x", ParentID: github}); backend.ClassOf(err) != backend.Retryable || err == nil {
		t.Errorf("entitlement: %v", err)
	}
	if _, err := h.AccessProfiles().Observe(t.Context(), backend.Ref{ID: "x"}); backend.ClassOf(err) != backend.Retryable || err == nil {
		t.Errorf("profile: %v", err)
	}
	if _, err := h.AccessReviews().Observe(t.Context(), backend.Ref{ID: "x"}); backend.ClassOf(err) != backend.Retryable || err == nil {
		t.Errorf("review: %v", err)
	}
	if _, err := h.Identity(t.Context()); err == nil {
		t.Error("a tenant without a name")
	}
}
