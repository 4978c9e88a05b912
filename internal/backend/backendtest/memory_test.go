package backendtest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

// fixture drives a memory tenant whose clock the laws move.
func fixture[D backend.Model](parent string, driver func(*backendtest.Tenant) *backendtest.Memory[D]) func(*testing.T) backendtest.Fixture[D] {
	return func(*testing.T) backendtest.Fixture[D] {
		now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		tenant := newTenant()
		tenant.Now = func() time.Time { return now }
		m := driver(tenant)
		m.Lag, m.Slow = 5*time.Second, time.Minute
		return backendtest.Fixture[D]{
			Driver: m, ParentID: parent, LoseResponse: tenant.LoseResponse,
			Throttle: func(after time.Duration) {
				tenant.Down = &backend.Error{Class: backend.Throttled, After: after, Err: backend.Errorf(backend.Throttled, "slow down")}
			},
			RefuseCredentials: func() { tenant.Down = backend.Errorf(backend.Unauthorized, "who are you") },
			Strip:             func(id string) { m.Mark(id, backend.Mark{}) },
			Settle:            func() { now = now.Add(2 * time.Minute) },
		}
	}
}

func TestMemoryAppEntitlementsKeepTheLaws(t *testing.T) {
	desired := backend.AppEntitlement{
		DisplayName: backend.To("Payroll read"), Description: backend.To("Reads payroll."), Owners: backend.Set{"u1", "u2"},
		Block: &conductorone.EntitlementBlock{
			Slug: backend.To("read"), Purpose: backend.To("Permission"), ResourceID: backend.To("r1"), MaxGrantDuration: &backend.Duration{Duration: time.Hour},
			Provision:   &conductorone.ProvisionPolicy{Manual: &conductorone.ProvisionManual{Instructions: "Call IT."}},
			Annotations: backend.Pairs{"cost": "4711"}, RequestSchemaID: backend.To("form-1"),
		},
	}
	vary := func(change func(*backend.AppEntitlement)) backend.AppEntitlement {
		out := backendtest.Clone(desired)
		change(&out)
		return out
	}
	backendtest.Run(t, backendtest.Suite[backend.AppEntitlement]{
		Open: fixture("app-1", func(tenant *backendtest.Tenant) *backendtest.Memory[backend.AppEntitlement] {
			m := tenant.Entitlements
			m.Caps.Unsupported = map[string]string{"requestable": "there is no such switch"}
			m.Caps.Values = map[string][]string{"conductorOne.purpose": {"Assignment", "Permission"}}
			m.Caps.CreateOnly = []string{"conductorOne.resource"}
			m.Caps.WriteOnly = []string{"conductorOne.requestSchemaID"}
			m.Caps.DetailFields = []string{"owners"}
			m.Caps.MaxLength = map[string]int{"description": 40}
			return m
		}),
		Desired: desired,
		Variations: map[string]backend.AppEntitlement{
			"another name":   vary(func(e *backend.AppEntitlement) { e.DisplayName = backend.To("Payroll") }),
			"no description": vary(func(e *backend.AppEntitlement) { e.Description = backend.To("") }),
			"one owner less": vary(func(e *backend.AppEntitlement) { e.Owners = backend.Set{"u2"} }),
			"nobody owns it": vary(func(e *backend.AppEntitlement) { e.Owners = backend.Set{} }),
			"an unlimited grant": vary(func(e *backend.AppEntitlement) {
				entitlementBlock(e).MaxGrantDuration = &backend.Duration{Unlimited: true}
			}),
			"another provision":   vary(func(e *backend.AppEntitlement) { entitlementBlock(e).Provision.Manual.Instructions = "Write to IT." }),
			"a key taken away":    vary(func(e *backend.AppEntitlement) { entitlementBlock(e).Annotations = backend.Pairs{"cost": ""} }),
			"another hidden form": vary(func(e *backend.AppEntitlement) { entitlementBlock(e).RequestSchemaID = backend.To("form-2") }),
		},
	})
}

func TestMemoryAccessProfilesKeepTheLaws(t *testing.T) {
	desired := backend.AccessProfile{
		DisplayName: backend.To("Payroll team"), Entitlements: backend.EntitlementSet{{AppID: "a", ID: "1"}, {AppID: "a", ID: "2"}},
		Membership: &backend.Membership{Expression: backend.To("user.department == 'Payroll'"), Enabled: backend.To(true)},
		Block:      &conductorone.ProfileBlock{CreateRequests: backend.To(true), RequestBundle: backend.To(false)},
	}
	fewer := backendtest.Clone(desired)
	fewer.Entitlements = fewer.Entitlements[:1]
	backendtest.Run(t, backendtest.Suite[backend.AccessProfile]{
		Open: fixture("", func(tenant *backendtest.Tenant) *backendtest.Memory[backend.AccessProfile] {
			tenant.Profiles.MarkInProse = true
			tenant.Profiles.Caps.DetailFields = []string{"entitlements", "membership"}
			return tenant.Profiles
		}),
		Desired: desired, Variations: map[string]backend.AccessProfile{"an entry less": fewer},
	})
}

func TestMemoryAccessReviewsKeepTheLaws(t *testing.T) {
	desired := backend.AccessReview{
		DisplayName: backend.To("Q3"), Reviewer: &backend.Reviewer{Manager: &struct{}{}}, AutoStart: backend.To(true),
		Deadline: &backend.Instant{Time: time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)},
		Scope:    &backend.ReviewScope{Entitlements: backend.EntitlementSet{{AppID: "a", ID: "1"}}, Users: &backend.ScopeUsers{All: &struct{}{}}},
	}
	later := backendtest.Clone(desired)
	later.Deadline = &backend.Instant{Time: time.Date(2031, 2, 1, 0, 0, 0, 0, time.FixedZone("CET", 3600))}
	backendtest.Run(t, backendtest.Suite[backend.AccessReview]{
		Open:    fixture("", func(tenant *backendtest.Tenant) *backendtest.Memory[backend.AccessReview] { return tenant.Reviews }),
		Desired: desired, Variations: map[string]backend.AccessReview{"a later deadline": later},
	})
}

func TestEveryLeafOfEveryModelCanBeSetByItsPath(t *testing.T) {
	every[backend.AppEntitlement](t)
	every[backend.AccessProfile](t)
	every[backend.AccessReview](t)
}

func every[D backend.Model](t *testing.T) {
	t.Helper()
	var none D
	for _, path := range backend.Paths(none) {
		var model D
		if err := backendtest.Set(&model, path); err != nil {
			t.Error(err)
		}
		fields := backend.Fields(model)
		if len(fields) != 1 || fields[0].Path != path || fields[0].Zero() {
			t.Errorf("%T: setting %s set %+v", model, path, fields)
		}
		if diff := cmp.Diff(model, backendtest.Clone(model)); diff != "" {
			t.Errorf("%T: the copy with %s differs:\n%s", model, path, diff)
		}
	}
	if err := backendtest.Set(&none, "no.such.field"); err == nil {
		t.Error("a field that does not exist was set")
	}
}

func TestMemoryFaults(t *testing.T) {
	mark := backend.Mark{Token: "T", Owner: "ns/name", Cluster: "c"}
	ref := backend.Ref{ParentID: "app-1", Mark: mark}
	desired := backend.AppEntitlement{DisplayName: backend.To("Name")}
	for sentence, c := range map[string]struct {
		prepare func(*backendtest.Tenant)
		class   backend.Class
		hasID   bool
		exist   int
	}{
		"an error before leaves nothing": {
			prepare: func(tenant *backendtest.Tenant) {
				tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, Before: backend.Errorf(backend.Terminal, "no")})
			}, class: backend.Terminal},
		"a lost response leaves a remote": {prepare: (*backendtest.Tenant).LoseResponse, class: backend.OutcomeUnknown, exist: 1},
		"a partial failure tells the id": {
			prepare: func(tenant *backendtest.Tenant) {
				tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, After: backend.Errorf(backend.Retryable, "half"), Partial: true})
			}, class: backend.Retryable, hasID: true, exist: 1},
		"a late commit is not there yet": {prepare: func(tenant *backendtest.Tenant) { tenant.Entitlements.Late = time.Hour }, class: backend.OutcomeUnknown},
	} {
		t.Run(sentence, func(t *testing.T) {
			tenant := newTenant()
			c.prepare(tenant)
			obs, err := tenant.Entitlements.Create(t.Context(), ref, desired)
			if err == nil || backend.ClassOf(err) != c.class || (obs.ID != "") != c.hasID {
				t.Errorf("Create answered %q and %v (%s)", obs.ID, err, backend.ClassOf(err))
			}
			if ids := tenant.Entitlements.IDs(); len(ids) != c.exist {
				t.Errorf("there are %v, want %d", ids, c.exist)
			}
			if tenant.Writes() != 1 || tenant.TotalCalls() != 1 {
				t.Errorf("%d writes of %d calls, want one of one", tenant.Writes(), tenant.TotalCalls())
			}
		})
	}
}

func TestMemoryShowsDuplicatesAndAmbiguity(t *testing.T) {
	tenant := newTenant()
	m := tenant.Entitlements
	id := m.Put("app-1", backend.Mark{Token: "T", Owner: "ns/name", Cluster: "c"}, backend.AppEntitlement{DisplayName: backend.To("Name")})
	second := m.Duplicate(id)
	obs, err := m.Observe(t.Context(), backend.Ref{ParentID: "app-1", Mark: backend.Mark{Token: "T"}})
	if err != nil || obs.ID != id || obs.Duplicate == nil || obs.Duplicate.ID != second || !obs.Duplicate.Empty {
		t.Errorf("by token: %+v, %v", obs, err)
	}
	_, err = m.Observe(t.Context(), backend.Ref{ParentID: "app-1", Key: backend.Key{DisplayName: "Name"}})
	if backend.ClassOf(err) != backend.Ambiguous {
		t.Errorf("by key: %v, want Ambiguous", err)
	}
	tenant.Blind = true
	if obs, err := m.Observe(t.Context(), backend.Ref{ID: id, ParentID: "app-1"}); err != nil || obs.Exists {
		t.Errorf("blind: %+v, %v", obs, err)
	}
}
