package conductorone_test

import (
	"encoding/json"
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

const (
	catalogRoute = "/api/v1/catalogs/{id}"
	bundleRoute  = "/api/v1/catalogs/{request_catalog_id}/bundle_automation"
)

func profiles(t *testing.T) vendortest.Kept[backend.AccessProfile] {
	h := begin(t)
	return vendortest.Keep(h, h.AccessProfiles())
}

func fullProfile() backend.AccessProfile {
	return backend.AccessProfile{
		DisplayName:  backend.To("Payroll reader"),
		Description:  backend.To("Reads payroll."),
		Entitlements: backend.EntitlementSet{viewer, payroll},
		Requestable:  backend.To(true),
		Membership: &backend.Membership{
			Expression: backend.To(`subject.department == "Finance"`), Enabled: backend.To(true), CreateTasks: backend.To(true),
		},
		Block: &conductorone.ProfileBlock{
			VisibleToEveryone: backend.To(false), VisibleTo: backend.EntitlementSet{everyone, engineer}, RequestBundle: backend.To(true),
			EnrollmentBehavior:              backend.To("BypassEntitlementRequestPolicy"),
			UnenrollmentBehavior:            backend.To("RevokeUnjustified"),
			UnenrollmentEntitlementBehavior: backend.To("Enforce"),
			CreateRequests:                  backend.To(true),
			Automation: &conductorone.Automation{
				DisableCircuitBreaker: backend.To(true), EnforceOnSmallProfiles: backend.To(true), RemovedMembersThresholdPercent: backend.To(int64(35)),
			},
			GrantPolicyID: &grant, RevokePolicyID: &revoke,
			MaxGrantDuration: &backend.Duration{Duration: 720 * time.Hour},
			Annotations:      backend.Pairs{"team": "payroll"},
		},
	}
}

// steps lists the writes in the words of architecture: what they do, not where they go.
func steps(h *vendortest.Fixture) []string {
	var out []string
	for _, c := range h.Calls(0) {
		if c.Class != sandbox.ClassWrite {
			continue
		}
		var body map[string]any
		_ = json.Unmarshal([]byte(c.Body), &body)
		switch {
		case strings.HasSuffix(c.Path, "/bundle_automation") && c.Method == "POST":
			out = append(out, fmt.Sprintf("automation enabled=%v", body["enabled"]))
		case strings.HasSuffix(c.Path, "/requestable_entries") && c.Method == "POST":
			out = append(out, fmt.Sprintf("add %d requests=%v", len(body["appEntitlements"].([]any)), body["createRequests"]))
		case strings.HasSuffix(c.Path, "/requestable_entries"):
			out = append(out, fmt.Sprintf("remove %d", len(body["appEntitlements"].([]any))))
		case strings.HasSuffix(c.Path, "/visibility_bindings") && c.Method == "POST":
			out = append(out, fmt.Sprintf("bind %d", len(body["accessEntitlements"].([]any))))
		case strings.HasSuffix(c.Path, "/visibility_bindings"):
			out = append(out, fmt.Sprintf("unbind %d", len(body["accessEntitlements"].([]any))))
		case body["updateMask"] != nil && body["catalog"] != nil:
			text := fmt.Sprintf("row %v", body["updateMask"])
			for _, name := range []string{"published", "visibleToEveryone"} {
				if v, ok := body["catalog"].(map[string]any)[name]; ok {
					text += fmt.Sprintf(" %s=%v", name, v)
				}
			}
			out = append(out, text)
		case body["updateMask"] != nil:
			out = append(out, fmt.Sprintf("policies %v", body["updateMask"]))
		default:
			out = append(out, c.Method+" "+c.Route)
		}
	}
	return out
}

func expectSteps(h *vendortest.Fixture, want ...string) {
	h.T.Helper()
	if diff := cmp.Diff(want, steps(h)); diff != "" {
		h.T.Errorf("steps: %s", diff)
	}
}

func TestProfileCreateThenConverge(t *testing.T) {
	k := profiles(t)
	desired := fullProfile()
	obs := k.Created("", desired)
	body := sentTo(k.Fixture, "/api/v1/catalogs")
	if body["published"] != false || body["visibleToEveryone"] != false || obs.MarkInProse || obs.MarkIncomplete {
		t.Errorf("not made narrow: %v, %+v", body, obs)
	}
	k.ResetCalls()
	obs = k.Converge(obs, desired)
	expectSteps(k.Fixture, "policies grantPolicyId,revokePolicyId,durationGrant", "add 2 requests=false", "automation enabled=true", "row published published=true", "bind 2")
	if backend.Value(obs.Actual.Facts.MemberCount) != 0 || obs.Actual.Facts.CELExpression == "" {
		t.Errorf("%+v", obs.Actual.Facts)
	}
	got := k.Many(backend.Ref{ID: obs.ID})
	if len(got) != 1 || backend.RowDigest(desired, got[0], k.Capabilities()) != backend.RowDigest(desired, obs, k.Capabilities()) {
		t.Error("a row and a full read differ")
	}
}

func TestProfileWithNothingButAName(t *testing.T) {
	k := profiles(t)
	desired := backend.AccessProfile{DisplayName: backend.To("Plain")}
	obs := k.Created("", desired)
	k.Same(obs, desired)
	if got := sentTo(k.Fixture, "/api/v1/catalogs"); got["published"] != nil || got["visibleToEveryone"] != nil {
		t.Errorf("sent what nobody manages: %v", got)
	}
	empty := backend.AccessProfile{Entitlements: backend.EntitlementSet{}, Requestable: backend.To(false),
		Membership: &backend.Membership{Expression: backend.To(""), Enabled: backend.To(false), CreateTasks: backend.To(false)},
		Block:      &conductorone.ProfileBlock{VisibleTo: backend.EntitlementSet{}, MaxGrantDuration: &backend.Duration{Unlimited: true}}}
	k.Same(k.Observed(obs.ID, "", empty), empty)
}

func TestProfileFromCohort(t *testing.T) {
	cohort := func() backend.AccessProfile {
		desired := fullProfile()
		profileBlock(desired).Cohort = &conductorone.Cohort{
			ProfileFilters: []conductorone.ProfileFilter{{Attribute: "department", Values: backend.Set{"Finance"}}},
		}
		return desired
	}
	t.Run("the line of the mark becomes annotations in the same create", func(t *testing.T) {
		k := profiles(t)
		obs := k.Created("", cohort())
		body := sentTo(k.Fixture, "/api/v1/role-mining/access-profiles")
		if body["enableAutomation"] != false || !strings.Contains(body["description"].(string), mark.Line()) || len(body["entitlements"].([]any)) != 2 {
			t.Errorf("%v", body)
		}
		if obs.MarkInProse || obs.MarkIncomplete || backend.Value(obs.Actual.Description) != "Reads payroll." {
			t.Errorf("%+v", obs)
		}
		k.ResetCalls()
		k.Converge(obs, cohort())
		expectSteps(k.Fixture, "policies grantPolicyId,revokePolicyId,durationGrant", "automation enabled=true", "row published published=true", "bind 2")
	})
	t.Run("the expression that the vendor made of the filters is seen", func(t *testing.T) {
		k := profiles(t)
		desired := backend.AccessProfile{DisplayName: backend.To("Finance"), Block: &conductorone.ProfileBlock{Cohort: profileBlock(cohort()).Cohort}}
		obs := k.Created("", desired)
		if obs.Actual.Facts.CELExpression == "" {
			t.Error("the create tells the expression too")
		}
		full := k.Observed(obs.ID, "", backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(false)}})
		if full.Actual.Facts.CELExpression == "" || backend.Value(full.Actual.Membership.Enabled) {
			t.Errorf("%+v", full.Actual.Facts)
		}
	})
	t.Run("a failure between the two calls is mended by the next update", func(t *testing.T) {
		k := profiles(t)
		k.Fault(sandbox.Fault{PathPattern: "^/api/v1/catalogs/", Method: "POST", Kind: sandbox.FaultStatus, Status: 500, Count: 1})
		obs, err := k.Create(t.Context(), backend.Ref{Mark: mark}, cohort())
		vendortest.Class(t, err, backend.Retryable)
		if !obs.Exists || obs.ID == "" {
			t.Fatalf("%+v", obs)
		}
		found, err := k.Observe(t.Context(), backend.Ref{Mark: mark, DetailFields: backend.DetailFieldsOf(cohort(), k.Capabilities())})
		if err != nil || found.ID != obs.ID || found.Mark != mark || !found.MarkInProse || !found.MarkIncomplete || backend.Value(found.Actual.Description) != "Reads payroll." {
			t.Fatalf("%v %+v", err, found)
		}
		fixed, err := k.Update(t.Context(), found, cohort(), append(backend.Diff(cohort(), found.Actual, k.Capabilities(), backend.Memory{}), backend.Change{Path: backend.PathMark}))
		if err != nil || fixed.MarkInProse || fixed.MarkIncomplete || fixed.Mark != mark {
			t.Errorf("%v %+v", err, fixed)
		}
		k.Same(fixed, cohort())
	})
	t.Run("a lost answer leaves a profile that is found by its line", func(t *testing.T) {
		k := profiles(t)
		k.Fault(sandbox.Fault{PathPattern: "role-mining", Method: "POST", Kind: sandbox.FaultResetAfter, Count: 1})
		_, err := k.Create(t.Context(), backend.Ref{Mark: mark}, cohort())
		vendortest.Class(t, err, backend.OutcomeUnknown)
		found, err := k.Observe(t.Context(), backend.Ref{Mark: mark})
		if err != nil || !found.Exists || found.Mark != mark {
			t.Errorf("%v %+v", err, found)
		}
	})
}

func TestProfileUpdateOrder(t *testing.T) {
	type block = conductorone.ProfileBlock
	other := backend.To(`subject.department == "Sales"`)
	for name, tc := range map[string]struct {
		edit  func(*backend.AccessProfile)
		steps []string
	}{
		"people and contents move together": {func(p *backend.AccessProfile) {
			p.Membership.Expression = other
			p.Entitlements = backend.EntitlementSet{payroll, payments}
			profileBlock(p).VisibleTo = backend.EntitlementSet{engineer, member}
			p.DisplayName = backend.To("Renamed")
			profileBlock(p).GrantPolicyID = &auto
		}, []string{"unbind 1", "automation enabled=false", "remove 1", "policies grantPolicyId", "add 1 requests=false", "automation enabled=true", "row displayName", "bind 1"}},
		"new contents are never to be had by the old policy": {func(p *backend.AccessProfile) {
			p.Entitlements = backend.EntitlementSet{payroll, payments}
			profileBlock(p).GrantPolicyID = &auto
		}, []string{"remove 1", "policies grantPolicyId", "add 1 requests=true"}},
		"new contents are never to be had past their own policies": {func(p *backend.AccessProfile) {
			p.Entitlements = append(p.Entitlements, payments)
			profileBlock(p).EnrollmentBehavior = backend.To("EnforceEntitlementRequestPolicy")
			p.DisplayName = backend.To("Renamed")
		}, []string{"row enrollmentBehavior", "add 1 requests=true", "row displayName"}},
		"only the contents": {func(p *backend.AccessProfile) { p.Entitlements = backend.EntitlementSet{payroll, payments} },
			[]string{"remove 1", "add 1 requests=true"}},
		"only the rule":        {func(p *backend.AccessProfile) { p.Membership.Expression = other }, []string{"automation enabled=true"}},
		"only a rule's detail": {func(p *backend.AccessProfile) { p.Membership.CreateTasks = backend.To(false) }, []string{"automation enabled=true"}},
		"the rule off, contents more": {func(p *backend.AccessProfile) {
			p.Membership.Enabled = backend.To(false)
			p.Entitlements = append(p.Entitlements, payments)
		}, []string{"automation enabled=false", "add 1 requests=false"}},
		"not requestable any more": {func(p *backend.AccessProfile) {
			p.Requestable = backend.To(false)
			p.Entitlements = backend.EntitlementSet{}
		}, []string{"unbind 2", "row published published=false", "remove 2"}},
		"not for everybody any more, and for less of them": {func(p *backend.AccessProfile) {
			profileBlock(p).VisibleTo = backend.EntitlementSet{}
			p.Requestable = backend.To(false)
		}, []string{"unbind 2", "row published published=false"}},
		"for everyone": {func(p *backend.AccessProfile) {
			profileBlock(p).VisibleToEveryone, profileBlock(p).VisibleTo = backend.To(true), backend.EntitlementSet{}
			p.Entitlements = append(p.Entitlements, payments)
		}, []string{"unbind 2", "add 1 requests=true", "row visibleToEveryone visibleToEveryone=true"}},
		"no rule, contents more": {func(p *backend.AccessProfile) {
			*p = backend.AccessProfile{
				Membership: &backend.Membership{Expression: backend.To("")}, Entitlements: backend.EntitlementSet{payments}, Block: &block{CreateRequests: backend.To(true)},
			}
		}, []string{"automation enabled=false", "remove 2", "add 1 requests=false", "DELETE " + bundleRoute}},
		"a rule that nobody may switch off goes between": {func(p *backend.AccessProfile) {
			*p = backend.AccessProfile{Membership: &backend.Membership{Expression: other}, Entitlements: backend.EntitlementSet{payments}}
		}, []string{"remove 2", "automation enabled=true", "add 1 requests=<nil>"}},
		"a rule that nobody may switch off follows the new policy": {func(p *backend.AccessProfile) {
			*p = backend.AccessProfile{
				Membership: &backend.Membership{Expression: other}, Entitlements: backend.EntitlementSet{payments}, Block: &block{GrantPolicyID: &auto},
			}
		}, []string{"remove 2", "policies grantPolicyId", "automation enabled=true", "add 1 requests=<nil>"}},
		"the other kind of rule": {func(p *backend.AccessProfile) {
			*p = backend.AccessProfile{Block: &block{Automation: &conductorone.Automation{Entitlements: backend.EntitlementSet{engineer}}}}
		}, []string{"automation enabled=true"}},
		"no holders either": {func(p *backend.AccessProfile) {
			*p = backend.AccessProfile{Membership: &backend.Membership{Expression: backend.To("")}, Block: &block{Automation: &conductorone.Automation{Entitlements: backend.EntitlementSet{}}}}
		}, []string{"DELETE " + bundleRoute}},
		"no rule at all": {func(p *backend.AccessProfile) {
			*p = backend.AccessProfile{Membership: &backend.Membership{Expression: backend.To("")}}
		}, []string{"DELETE " + bundleRoute}},
	} {
		t.Run(name, func(t *testing.T) {
			k := lasting(t)
			obs := k.Converge(k.Created("", fullProfile()), fullProfile())
			ruleRuns(k)
			desired := fullProfile()
			tc.edit(&desired)
			obs = k.Observed(obs.ID, "", desired)
			k.ResetCalls()
			k.Converge(obs, desired)
			expectSteps(k.Fixture, tc.steps...)
		})
	}
}

// TestWhoeverIsAMemberByTheRuleBefore: requests for the members of the moment are opened only where these are those whom
// the rule of the spec means.
func TestWhoeverIsAMemberByTheRuleBefore(t *testing.T) {
	more := func(p *backend.AccessProfile) { p.Entitlements = append(p.Entitlements, payments) }
	for name, tc := range map[string]struct {
		begin    func(*backend.AccessProfile)
		between  func(k vendortest.Kept[backend.AccessProfile], id string)
		requests bool
	}{
		"there is no rule":   {begin: func(p *backend.AccessProfile) { p.Membership = nil; profileBlock(p).Automation = nil }, requests: true},
		"the rule never ran": {},
		"the rule ran":       {between: func(k vendortest.Kept[backend.AccessProfile], _ string) { ruleRuns(k) }, requests: true},
		"the rule moved after it ran": {between: func(k vendortest.Kept[backend.AccessProfile], id string) {
			ruleRuns(k)
			moved := fullProfile()
			moved.Membership.Expression = backend.To(`subject.department == "Sales"`)
			k.Converge(k.Observed(id, "", moved), moved)
		}},
		"the rule was switched off after it ran": {
			begin: func(p *backend.AccessProfile) { p.Membership.Enabled = nil },
			between: func(k vendortest.Kept[backend.AccessProfile], id string) {
				on := fullProfile()
				k.Converge(k.Observed(id, "", on), on)
				ruleRuns(k)
				off := fullProfile()
				off.Membership.Enabled = backend.To(false)
				k.Converge(k.Observed(id, "", off), off)
			},
		},
		"the run failed": {between: func(k vendortest.Kept[backend.AccessProfile], id string) {
			ruleRuns(k)
			state := map[string]any{"status": "BUNDLE_AUTOMATION_RUN_STATUS_WAITING_FOR_APPROVAL", "lastRunAt": k.Now().Add(time.Minute).UTC().Format(time.RFC3339)}
			if err := k.Edit(sandbox.Target{Kind: fake.KindAccessProfile, ID: id}, map[string]any{"automation": map[string]any{"state": state}}); err != nil {
				k.T.Fatal(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			k := lasting(t)
			first := fullProfile()
			if tc.begin != nil {
				tc.begin(&first)
			}
			id := k.Converge(k.Created("", first), first).ID
			if tc.between != nil {
				tc.between(k, id)
			}
			now := k.Observed(id, "", fullProfile())
			desired := backend.AccessProfile{Entitlements: now.Actual.Entitlements, Block: &conductorone.ProfileBlock{CreateRequests: backend.To(true)}}
			more(&desired)
			k.ResetCalls()
			k.Updated(now, desired)
			if got, want := steps(k.Fixture)[0], fmt.Sprintf("add 1 requests=%t", tc.requests); got != want {
				t.Errorf("%s, not %s", got, want)
			}
		})
	}
}

// TestProfileFields changes each field alone, and what nobody manages stays.
func TestProfileFields(t *testing.T) {
	type block = conductorone.ProfileBlock
	in := func(b block) backend.AccessProfile { return backend.AccessProfile{Block: &b} }
	rule := func(m backend.Membership) backend.AccessProfile { return backend.AccessProfile{Membership: &m} }
	automation := func(a conductorone.Automation) backend.AccessProfile { return in(block{Automation: &a}) }
	for name, tc := range map[string]struct {
		desired backend.AccessProfile
		step    string
	}{
		"name":                    {backend.AccessProfile{DisplayName: backend.To("Renamed")}, "row displayName"},
		"description":             {backend.AccessProfile{Description: backend.To("")}, "row description"},
		"published":               {backend.AccessProfile{Requestable: backend.To(false)}, "row published published=false"},
		"everyone":                {in(block{VisibleToEveryone: backend.To(true)}), "row visibleToEveryone visibleToEveryone=true"},
		"bundle":                  {in(block{RequestBundle: backend.To(false)}), "row requestBundle"},
		"enrollment":              {in(block{EnrollmentBehavior: backend.To("EnforceEntitlementRequestPolicy")}), "row enrollmentBehavior"},
		"unenrollment":            {in(block{UnenrollmentBehavior: backend.To("LeaveAccessAsIs")}), "row unenrollmentBehavior"},
		"unenrollment of entries": {in(block{UnenrollmentEntitlementBehavior: backend.To("Bypass")}), "row unenrollmentEntitlementBehavior"},
		"annotations":             {in(block{Annotations: backend.Pairs{"team": "", "unit": "7"}}), "row annotations"},
		"enabled":                 {rule(backend.Membership{Enabled: backend.To(false)}), "automation enabled=false"},
		"tasks":                   {rule(backend.Membership{CreateTasks: backend.To(false)}), "automation enabled=true"},
		"breaker":                 {automation(conductorone.Automation{DisableCircuitBreaker: backend.To(false)}), "automation enabled=true"},
		"small":                   {automation(conductorone.Automation{EnforceOnSmallProfiles: backend.To(false)}), "automation enabled=true"},
		"threshold":               {automation(conductorone.Automation{RemovedMembersThresholdPercent: backend.To(int64(0))}), "automation enabled=true"},
		"grant policy":            {in(block{GrantPolicyID: &auto}), "policies grantPolicyId"},
		"revoke policy":           {in(block{RevokePolicyID: &revoke2}), "policies revokePolicyId"},
		"duration":                {in(block{MaxGrantDuration: &backend.Duration{Unlimited: true}}), "policies durationUnset"},
	} {
		t.Run(name, func(t *testing.T) {
			k := profiles(t)
			obs := k.Converge(k.Created("", fullProfile()), fullProfile())
			obs = k.Observed(obs.ID, "", tc.desired)
			k.ResetCalls()
			k.Converge(obs, tc.desired)
			expectSteps(k.Fixture, tc.step)
			fresh := k.Observed(obs.ID, "", fullProfile())
			moved := backend.Diff(fullProfile(), fresh.Actual, k.Capabilities(), backend.Memory{}).Paths()
			if want := backend.Diff(tc.desired, fullProfile(), k.Capabilities(), backend.Memory{}).Paths(); !slices.Equal(moved, want) {
				t.Errorf("moved %v, want %v", moved, want)
			}
		})
	}
}

func TestProfileNothingIsAddedWhenARemovalFails(t *testing.T) {
	k := profiles(t)
	obs := k.Converge(k.Created("", fullProfile()), fullProfile())
	desired := fullProfile()
	desired.Entitlements = backend.EntitlementSet{payments}
	profileBlock(desired).VisibleTo = backend.EntitlementSet{member}
	desired.Membership.Expression = backend.To("true")
	obs = k.Observed(obs.ID, "", desired)
	k.ResetCalls()
	k.Fault(sandbox.Fault{Method: "DELETE", PathPattern: "requestable_entries", Kind: sandbox.FaultStatus, Status: 500, Count: 1})
	_, err := k.Update(t.Context(), obs, desired, backend.Diff(desired, obs.Actual, k.Capabilities(), backend.Memory{}))
	vendortest.Class(t, err, backend.Retryable)
	expectSteps(k.Fixture, "unbind 2", "automation enabled=false", "remove 2")
	// The next pass takes up where this one ended.
	k.Converge(k.Observed(obs.ID, "", desired), desired)
}

func TestProfileEntriesGoInChunks(t *testing.T) {
	k := profiles(t)
	var many backend.EntitlementSet
	for range 120 {
		id, err := k.Server.Create("AppEntitlement", github, map[string]any{"displayName": "Entry"})
		if err != nil {
			t.Fatal(err)
		}
		many = append(many, backend.EntitlementID{AppID: github, ID: id})
	}
	desired := backend.AccessProfile{DisplayName: backend.To("Big"), Entitlements: many}
	obs := k.Created("", desired)
	k.ResetCalls()
	obs = k.Converge(obs, desired)
	expectSteps(k.Fixture, "add 50 requests=<nil>", "add 50 requests=<nil>", "add 20 requests=<nil>")
	k.ResetCalls()
	desired.Entitlements = backend.EntitlementSet{viewer}
	k.Converge(obs, desired)
	expectSteps(k.Fixture, "remove 50", "remove 50", "remove 20", "add 1 requests=<nil>")
}

func TestProfileIsFoundAgain(t *testing.T) {
	for name, ref := range map[string]backend.Ref{
		"by mark":                       {Mark: mark},
		"by name":                       {Key: backend.Key{DisplayName: "Payroll reader"}},
		"not by another mark":           {Mark: backend.Mark{Token: "tokentokentoken2"}},
		"not by the name in lower case": {Key: backend.Key{DisplayName: "payroll reader"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := profiles(t)
			k.Fault(sandbox.Fault{Method: "POST", Class: sandbox.ClassWrite, Kind: sandbox.FaultResetAfter, Count: 1})
			_, err := k.Create(t.Context(), backend.Ref{Mark: mark}, fullProfile())
			vendortest.Class(t, err, backend.OutcomeUnknown)
			obs, err := k.Observe(t.Context(), ref)
			if err != nil || obs.Exists != !strings.HasPrefix(name, "not") || obs.Date.IsZero() {
				t.Errorf("%v, exists %t", err, obs.Exists)
			}
		})
	}
}

func TestProfileDuplicates(t *testing.T) {
	k := profiles(t)
	desired := backend.AccessProfile{DisplayName: backend.To("Two")}
	older := k.Created("", desired)
	k.Advance(time.Minute)
	younger := k.Created("", desired)
	look := func(empty bool) {
		t.Helper()
		obs, err := k.Observe(t.Context(), backend.Ref{Mark: mark})
		if err != nil || obs.ID != older.ID || obs.Duplicate == nil || obs.Duplicate.ID != younger.ID || obs.Duplicate.Empty != empty {
			t.Errorf("%v %+v", err, obs.Duplicate)
		}
	}
	look(true)
	// Rows of lists say of every profile that nobody has it.
	members := func(count int) {
		if err := k.Edit(sandbox.Target{Kind: fake.KindAccessProfile, ID: younger.ID}, map[string]any{"memberCount": count}); err != nil {
			t.Fatal(err)
		}
	}
	members(3)
	look(false)
	members(0)
	look(true)
	k.Converge(younger, backend.AccessProfile{Entitlements: backend.EntitlementSet{viewer}})
	look(false)
	_, err := k.Observe(t.Context(), backend.Ref{Key: backend.Key{DisplayName: "Two"}})
	vendortest.Class(t, err, backend.Ambiguous)
}

func TestProfileDelete(t *testing.T) {
	for name, soft := range map[string]bool{"softly": true, "for good": false} {
		t.Run(name, func(t *testing.T) {
			k := profiles(t)
			k.Configure(func(s *sandbox.Settings) { s.SoftDelete = soft })
			obs := k.Created("", fullProfile())
			for range 2 {
				if err := k.Driver.Delete(t.Context(), obs); err != nil {
					t.Fatal(err)
				}
			}
			for what, ref := range map[string]backend.Ref{
				"id": k.Ref(obs.ID, "", fullProfile()), "mark": {Mark: mark}, "name": {Key: backend.Key{DisplayName: "Payroll reader"}},
			} {
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

func TestProfileEditedInTheConsole(t *testing.T) {
	k := profiles(t)
	desired := backend.AccessProfile{DisplayName: backend.To("Basics")}
	obs := k.Created("", desired)
	if err := k.Edit(sandbox.Target{Kind: "AccessProfile", ID: obs.ID}, map[string]any{"description": "Mine now."}); err != nil {
		t.Fatal(err)
	}
	obs = k.Observed(obs.ID, "", desired)
	if !obs.MarkIncomplete || obs.Mark != mark {
		t.Fatalf("markIncomplete %t, mark %v", obs.MarkIncomplete, obs.Mark)
	}
	obs, err := k.Update(t.Context(), obs, desired, backend.Changes{{Path: backend.PathMark}})
	if err != nil || obs.MarkIncomplete || backend.Value(obs.Actual.Description) != "Mine now." {
		t.Errorf("%v %+v", err, obs)
	}
}

func TestProfileFence(t *testing.T) {
	k := profiles(t)
	obs := k.Created("", fullProfile())
	k.ResetCalls()
	stopped := backend.WithFence(t.Context(), func() error { return fmt.Errorf("lease lost") })
	_, err := k.Create(stopped, backend.Ref{Mark: mark}, fullProfile())
	vendortest.Class(t, err, backend.Fenced)
	_, err = k.Update(stopped, obs, fullProfile(), backend.Diff(fullProfile(), obs.Actual, k.Capabilities(), backend.Memory{}))
	vendortest.Class(t, err, backend.Fenced)
	vendortest.Class(t, k.Driver.Delete(stopped, obs), backend.Fenced)
	if got := k.Sent(sandbox.ClassWrite); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}
