package veza_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestAMarkThatTheFilterDoesNotFind(t *testing.T) {
	k := profiles(t)
	obs := k.Created(plain, leastProfile(plain)("P"))
	k.Fault(sandbox.Fault{Method: "GET", PathPattern: "access_profiles$", Kind: sandbox.FaultStatus, Status: 200, Body: `{"values":[],"has_more":false}`, Count: 1})
	found, err := k.Observe(t.Context(), backend.Ref{ParentID: plain, Mark: mark})
	if err != nil || found.ID != obs.ID {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestDuplicates(t *testing.T) {
	for sentence, tc := range map[string]struct {
		change map[string]any
		empty  bool
	}{
		"the younger is as it was made": {nil, true},
		"the younger has members":       {map[string]any{"members": []any{map[string]any{"identity_id": ada}}}, false},
		"the younger runs":              {map[string]any{"state": "RUNNING"}, false},
		"the younger ran":               {map[string]any{"started_at": "2030-01-01T00:00:00Z"}, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t)
			k.Feature("duplicateNames")
			older := k.Created(plain, leastProfile(plain)("P"))
			k.Advance(1e9)
			younger := k.Created(plain, leastProfile(plain)("P"))
			edit(k.Fixture, younger.ID, tc.change)
			found, err := k.Observe(t.Context(), backend.Ref{ParentID: plain, Mark: mark})
			if err != nil || found.ID != older.ID || found.Duplicate == nil || found.Duplicate.ID != younger.ID || found.Duplicate.Empty != tc.empty {
				t.Errorf("%+v, duplicate %+v, %v", found.ID, found.Duplicate, err)
			}
			_, err = k.Observe(t.Context(), backend.Ref{ParentID: plain, Key: backend.Key{DisplayName: "P", Type: plain}})
			vendortest.Class(t, err, backend.Ambiguous)
		})
	}
}

func TestNamesThatGetAPrefix(t *testing.T) {
	role := fake.SeedID("type", "Salesforce Role")
	k := profiles(t)
	desired := leastProfile(role)("Developers")
	desired.Entitlements = backend.EntitlementSet{developers}
	obs := converge(k, k.Created(role, desired), desired)
	same(t, "the name at the vendor", stored(k.Fixture, obs.ID)["name"], any("SALESFORCE - Developers"))
	desired.DisplayName = backend.To("Devs")
	converge(k, obs, desired)
	same(t, "the name at the vendor", stored(k.Fixture, obs.ID)["name"], any("SALESFORCE - Devs"))
	desired.DisplayName = backend.To("SALESFORCE - Devs")
	_, err := k.Update(t.Context(), obs, desired, k.Diff(obs, desired))
	vendortest.Refusal(t, err, "displayName", "write the name without that part")
	for _, name := range []string{"Devs", "SALESFORCE - Devs"} {
		found, err := k.Observe(t.Context(), backend.Ref{ParentID: role, Key: backend.Key{DisplayName: name}})
		if err != nil || found.ID != obs.ID {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

func TestFactsOfAProfile(t *testing.T) {
	group := fake.SeedID("type", "Managed Group")
	k := profiles(t)
	obs := k.Created(group, leastProfile(group)("New group"))
	obs = k.Again(obs, profile{})
	if len(obs.Actual.Facts.CreatedEntitlements) != 1 || obs.Actual.Facts.LastSyncedAt.IsZero() || obs.Actual.Requestable == nil {
		t.Errorf("%+v", obs.Actual.Facts)
	}
	k.Feature("entitlementError")
	failed := k.Again(k.Created(group, leastProfile(group)("Another group")), profile{})
	if failed.Phase != backend.PhaseFailed || !strings.Contains(failed.Message, "creating the entitlement failed") || len(failed.Actual.Facts.LastSyncError) <= 2000 || len(failed.Message) > 300 {
		t.Errorf("%s %q %+v", failed.Phase, failed.Message, failed.Actual.Facts)
	}
}

func TestAStartThatWaitsForApproval(t *testing.T) {
	k := profiles(t)
	desired := leastProfile(plain)("P")
	profileBlock(desired).State, profileBlock(desired).RequireApprovalToStart = backend.To("Running"), backend.To(true)
	obs := k.Updated(k.Created(plain, desired), desired)
	for range 2 {
		if obs.Phase != backend.PhasePending || !strings.Contains(obs.Message, "approve its start in Veza's console") || obs.Actual.Facts.State != "Pending" {
			t.Errorf("%s %q %s", obs.Phase, obs.Message, obs.Actual.Facts.State)
		}
		obs = k.Again(obs, desired)
	}
	edit(k.Fixture, obs.ID, map[string]any{"approve": true})
	if obs = k.Again(obs, desired); obs.Phase != "" || len(k.Diff(obs, desired)) > 0 {
		t.Errorf("%s %v", obs.Phase, k.Diff(obs, desired))
	}
}

func TestOneRowForEachRef(t *testing.T) {
	k := profiles(t)
	k.Feature("emptyPages", "numericVersion")
	ours := k.Created(plain, leastProfile(plain)("ours"))
	if _, err := k.Server.Create(fake.KindAccessProfile, "", map[string]any{"name": "theirs"}); err != nil {
		t.Fatal(err)
	}
	k = vendortest.Keep(k.Fixture, open(k.Fixture, "PublishDraft").AccessProfiles())
	rows := k.Many(backend.Ref{ID: ours.ID, ParentID: plain}, backend.Ref{ID: noSuchID, ParentID: plain}, backend.Ref{ParentID: plain, Mark: backend.Mark{Owner: "*"}})
	got := map[string]int{}
	for _, row := range rows {
		if row.Exists {
			got[row.ID]++
		} else {
			got["absent "+row.ID]++
		}
	}
	same(t, "rows", got, map[string]int{ours.ID: 2, "absent " + noSuchID: 1})
}

// TestReadsThatTheTenantDoesNotOffer: the path that reads one profile is inferred, the list
// is documented.
func TestReadsThatTheTenantDoesNotOffer(t *testing.T) {
	for _, status := range []int{404, 405, 501} {
		k := profiles(t)
		desired := running()
		obs := k.Created(plain, desired)
		k.Fault(sandbox.Fault{Method: "GET", PathPattern: "access_profiles/[^/]+$", Kind: sandbox.FaultStatus, Status: status})
		converge(k, obs, desired)
		absent, err := k.Observe(t.Context(), backend.Ref{ID: noSuchID, ParentID: plain})
		if err != nil || absent.Exists || absent.Date.IsZero() {
			t.Errorf("%d: %+v, %v", status, absent, err)
		}
	}
}

func TestAVersionThatIsOnlyANumber(t *testing.T) {
	k := profiles(t)
	k.Feature("numericVersion")
	obs := k.Created(plain, running())
	_, err := k.Observe(t.Context(), backend.Ref{ID: obs.ID, ParentID: plain})
	vendortest.Class(t, err, backend.Retryable)
	if err == nil || !strings.Contains(err.Error(), "current_version") {
		t.Error(err)
	}
	_, err = k.Update(t.Context(), obs, running(), backend.Changes{{Path: "veza.relationships"}})
	vendortest.Class(t, err, backend.Retryable)
	opted := vendortest.Keep(k.Fixture, open(k.Fixture, "PublishDraft").AccessProfiles())
	converge(opted, obs, running())
}

func TestTheTypeOfAProfile(t *testing.T) {
	k := profiles(t)
	_, err := k.Create(t.Context(), backend.Ref{Mark: mark}, profile{DisplayName: backend.To("P")})
	vendortest.Refusal(t, err, "veza.profileType", "needs a type")
	obs := k.Created(plain, leastProfile(plain)("P"))
	_, err = k.Observe(t.Context(), backend.Ref{ID: obs.ID, ParentID: business})
	vendortest.Refusal(t, err, "veza.profileType", "is of the type")
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: plain})
	vendortest.Refusal(t, err, "displayName", "is needed to find the profile")
}

func TestWordsOfStates(t *testing.T) {
	k := profiles(t)
	k.Feature("numericEnums")
	for _, word := range []string{"Initial", "Running", "Paused", "DryRun"} {
		desired := leastProfile(plain)(word)
		profileBlock(desired).State = &word
		converge(k, k.Created(plain, desired), desired)
	}
	if !slices.ContainsFunc(k.Calls(0), func(c sandbox.Call) bool { return strings.Contains(c.Body, `"state":"DRY_RUN"`) }) {
		t.Error("states are written by name")
	}
}
