package sailpoint_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

const (
	entitlementRoute = "/entitlements/v1/{id}"
	configRoute      = entitlementRoute + "/entitlement-request-config"
)

func TestEntitlementPatchesNameWhatDiffers(t *testing.T) {
	k := entitlements(t)
	seen := k.Observed(read.ID, database, backend.AppEntitlement{})
	first := k.Converge(seen, backend.AppEntitlement{
		Description: backend.To("Readers."), Owners: backend.Set{ada}, Requestable: backend.To(true),
		Block: &sailpoint.EntitlementBlock{Segments: backend.Set{employees}, PrivilegeLevel: backend.To("Medium")},
	})
	want := []string{"replace /description", "add /owner", "replace /requestable", "add /segments", "replace /privilegeOverride/level"}
	if diff := cmp.Diff(want, patchedBy(k.Fixture, entitlementRoute)); diff != "" {
		t.Errorf("what was null is added, the rest replaced: %s", diff)
	}
	k.Converge(first, backend.AppEntitlement{Description: backend.To(""), Owners: backend.Set{}, Block: &sailpoint.EntitlementBlock{Segments: backend.Set{}}})
	if diff := cmp.Diff([]string{"remove /description", "remove /owner", "replace /segments"}, patchedBy(k.Fixture, entitlementRoute)); diff != "" {
		t.Error(diff)
	}
}

func TestEntitlementPrivilege(t *testing.T) {
	level := func(word string) backend.AppEntitlement {
		return backend.AppEntitlement{Block: &sailpoint.EntitlementBlock{PrivilegeLevel: &word}}
	}
	for sentence, c := range map[string]struct {
		shapeA  bool
		desired backend.AppEntitlement
		want    string
		refused string
	}{
		"levels where there are levels":  {false, level("Low"), "replace /privilegeOverride/level", ""},
		"a switch where there is one":    {true, level("High"), "replace /privileged", ""},
		"no level between on and off":    {true, level("Low"), "", "sailPoint.privilegeLevel"},
		"true is the highest level":      {false, backend.AppEntitlement{Block: &sailpoint.EntitlementBlock{Privileged: backend.To(true)}}, "replace /privilegeOverride/level", ""},
		"a level that is no privilege":   {false, backend.AppEntitlement{Block: &sailpoint.EntitlementBlock{Privileged: backend.To(true), PrivilegeLevel: backend.To("None")}}, "", "sailPoint.privileged"},
		"a privilege of a certain level": {false, backend.AppEntitlement{Block: &sailpoint.EntitlementBlock{Privileged: backend.To(true), PrivilegeLevel: backend.To("Low")}}, "replace /privilegeOverride/level", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := entitlements(t)
			if c.shapeA {
				k.Feature(fake.FeatureShapeA)
			}
			seen := k.Observed(read.ID, database, c.desired)
			if c.refused != "" {
				_, err := k.Update(t.Context(), seen, c.desired, append(k.Diff(seen, c.desired), backend.Change{Path: c.refused}))
				vendortest.Refusal(t, err, c.refused)
				if n := k.Counts().Writes; n != 0 {
					t.Errorf("%d writes", n)
				}
				return
			}
			k.Converge(seen, c.desired)
			if got := patchedBy(k.Fixture, entitlementRoute); len(got) != 1 || got[0] != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}

// TestEntitlementRequestConfigKeepsWhatNobodyManages: the resource is replaced whole.
func TestEntitlementRequestConfigKeepsWhatNobodyManages(t *testing.T) {
	k := entitlements(t)
	if err := k.Edit(sandbox.Target{Kind: "AppEntitlement", ParentID: database, ID: read.ID}, map[string]any{"requestConfig": map[string]any{
		"accessRequestConfig":     map[string]any{"requireEndDate": true, "requestCommentRequired": true, "maxPermittedAccessDuration": map[string]any{"value": 5, "timeUnit": "DAYS"}},
		"revocationRequestConfig": map[string]any{"approvalSchemes": []any{map[string]any{"approverType": "MANAGER", "approverId": nil}}},
	}}); err != nil {
		t.Fatal(err)
	}
	desired := backend.AppEntitlement{Block: &sailpoint.EntitlementBlock{
		AccessRequest: &sailpoint.EntitlementRequest{RequestCommentRequired: backend.To(false), ApprovalSchemes: sailpoint.ApprovalSchemes{{ApproverType: "SourceOwner"}}},
	}}
	obs := k.Converge(k.Observed(read.ID, database, desired), desired)
	a := entitlementBlock(obs.Actual)
	if !*a.AccessRequest.RequireEndDate || *a.AccessRequest.MaxPermittedAccessDuration != (sailpoint.Period{Value: 5, Unit: "Days"}) ||
		len(a.Revocation.ApprovalSchemes) != 1 {
		t.Errorf("%+v %+v", a.AccessRequest, a.Revocation)
	}
}

// TestEntitlementNarrowsFirst: nobody may ask before the approvals are there.
func TestEntitlementNarrowsFirst(t *testing.T) {
	rules := &sailpoint.EntitlementBlock{AccessRequest: &sailpoint.EntitlementRequest{ApprovalSchemes: sailpoint.ApprovalSchemes{{ApproverType: "Manager"}}}}
	k := entitlements(t)
	open := backend.AppEntitlement{Requestable: backend.To(true), Block: rules}
	obs := k.Converge(k.Observed(read.ID, database, open), open)
	shut := backend.AppEntitlement{Requestable: backend.To(false), Block: &sailpoint.EntitlementBlock{
		AccessRequest: &sailpoint.EntitlementRequest{ApprovalSchemes: sailpoint.ApprovalSchemes{}},
	}}
	k.Converge(obs, shut)
	want := []string{"PUT " + configRoute, "PATCH " + entitlementRoute, "PATCH " + entitlementRoute, "PUT " + configRoute}
	if diff := cmp.Diff(want, k.Sent(sandbox.ClassWrite)); diff != "" {
		t.Error(diff)
	}
}

// TestEntitlementHalfWritten: an id beside the error means that a part was accepted.
func TestEntitlementHalfWritten(t *testing.T) {
	k := entitlements(t)
	desired := fullEntitlement()
	seen := k.Observed(read.ID, database, desired)
	k.Fault(sandbox.Fault{Method: "PATCH", Kind: sandbox.FaultStatus, Status: 400, Count: 1})
	obs, err := k.Update(t.Context(), seen, desired, k.Diff(seen, desired))
	vendortest.Class(t, err, backend.Terminal)
	if obs.ID != read.ID || !obs.Exists {
		t.Errorf("%q, exists %t", obs.ID, obs.Exists)
	}
	k.Converge(k.Observed(read.ID, database, desired), desired)
}

func TestAggregation(t *testing.T) {
	k := entitlements(t)
	refresher, ok := k.Driver.(backend.Refresher)
	if !ok {
		t.Fatal("the driver cannot ask for an aggregation")
	}
	if _, err := k.Server.Create("AppEntitlement", directory, map[string]any{"name": "New", "value": "CN=New", "pendingAggregation": true}); err != nil {
		t.Fatal(err)
	}
	ref := backend.Ref{ParentID: directory, Key: backend.Key{Attribute: "memberOf", Value: "CN=New"}}
	if obs, err := k.Observe(t.Context(), ref); err != nil || obs.Exists {
		t.Fatal(obs, err)
	}
	k.Fault(sandbox.Fault{Method: "POST", PathPattern: "load-entitlements", Kind: sandbox.FaultStatus, Status: 503, Count: 1})
	vendortest.Class(t, refresher.Refresh(t.Context(), directory), backend.Retryable)
	k.ResetCalls()
	for _, source := range []string{directory, directory, database, directory} {
		if err := refresher.Refresh(t.Context(), source); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(k.Sent(sandbox.ClassWrite)); n != 2 {
		t.Errorf("%d aggregations of two sources", n)
	}
	if obs, err := k.Observe(t.Context(), ref); err != nil || !obs.Exists {
		t.Errorf("not found after the aggregation: %v", err)
	}
	vendortest.Class(t, refresher.Refresh(t.Context(), noSuchID), backend.Terminal)
}

// TestEntitlementsAreNeitherMadeNorRemoved: that is the aggregation's work.
func TestEntitlementsAreNeitherMadeNorRemoved(t *testing.T) {
	k := entitlements(t)
	_, err := k.Create(t.Context(), backend.Ref{ParentID: database}, backend.AppEntitlement{})
	vendortest.Class(t, err, backend.Terminal)
	vendortest.Class(t, k.Delete(t.Context(), k.Observed(read.ID, database, backend.AppEntitlement{})), backend.Terminal)
	seen := k.Observed(read.ID, database, backend.AppEntitlement{})
	k.ResetCalls()
	if obs, err := k.Update(t.Context(), seen, backend.AppEntitlement{}, backend.Changes{{Path: backend.PathMark}}); err != nil || obs.ID != read.ID || len(k.Calls(0)) != 0 {
		t.Errorf("a mark is written where none can be: %v, %d calls", err, len(k.Calls(0)))
	}
	if err := k.Server.Delete(sandbox.Target{Kind: "AppEntitlement", ID: read.ID}); err != nil {
		t.Fatal(err)
	}
	_, err = k.Update(t.Context(), seen, backend.AppEntitlement{Requestable: backend.To(true)}, backend.Changes{{Path: "requestable"}})
	vendortest.Class(t, err, backend.Conflict)
}

func TestUnknownWordsAreShownAsTheyAre(t *testing.T) {
	k := entitlements(t)
	answer, err := json.Marshal(map[string]any{
		"id": read.ID, "name": "Read", "source": map[string]any{"id": database}, "privilegeLevel": map[string]any{"direct": "VERY_HIGH"},
		"modified": "yesterday", "novelty": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	k.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 200, Body: string(answer), Count: 1})
	obs := k.Observed(read.ID, database, backend.AppEntitlement{})
	if s := entitlementBlock(obs.Actual); *s.PrivilegeLevel != "VeryHigh" || !*s.Privileged || obs.Version != "" {
		t.Errorf("%+v", obs)
	}
}
