package sailpoint_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
)

const (
	entitlementRoute = "/entitlements/v1/{id}"
	configRoute      = entitlementRoute + "/entitlement-request-config"
)

func TestEntitlementPatchesNameWhatDiffers(t *testing.T) {
	k := entitlements(t)
	seen := k.observe(read.ID, database, backend.AppEntitlement{})
	first := k.converge(seen, backend.AppEntitlement{
		Description: backend.To("Readers."), Owners: backend.Set{ada}, Requestable: backend.To(true),
		SailPoint: &backend.SailPointAppEntitlement{Segments: backend.Set{employees}, PrivilegeLevel: backend.To("Medium")},
	})
	want := []string{"replace /description", "add /owner", "replace /requestable", "add /segments", "replace /privilegeOverride/level"}
	if diff := cmp.Diff(want, k.patched(entitlementRoute)); diff != "" {
		t.Errorf("what was null is added, the rest replaced: %s", diff)
	}
	k.converge(first, backend.AppEntitlement{Description: backend.To(""), Owners: backend.Set{}, SailPoint: &backend.SailPointAppEntitlement{Segments: backend.Set{}}})
	if diff := cmp.Diff([]string{"remove /description", "remove /owner", "replace /segments"}, k.patched(entitlementRoute)); diff != "" {
		t.Error(diff)
	}
}

func TestEntitlementPrivilege(t *testing.T) {
	level := func(word string) backend.AppEntitlement {
		return backend.AppEntitlement{SailPoint: &backend.SailPointAppEntitlement{PrivilegeLevel: &word}}
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
		"true is the highest level":      {false, backend.AppEntitlement{SailPoint: &backend.SailPointAppEntitlement{Privileged: backend.To(true)}}, "replace /privilegeOverride/level", ""},
		"a level that is no privilege":   {false, backend.AppEntitlement{SailPoint: &backend.SailPointAppEntitlement{Privileged: backend.To(true), PrivilegeLevel: backend.To("None")}}, "", "sailPoint.privileged"},
		"a privilege of a certain level": {false, backend.AppEntitlement{SailPoint: &backend.SailPointAppEntitlement{Privileged: backend.To(true), PrivilegeLevel: backend.To("Low")}}, "replace /privilegeOverride/level", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := entitlements(t)
			if c.shapeA {
				k.feature(fake.FeatureShapeA)
			}
			seen := k.observe(read.ID, database, c.desired)
			if c.refused != "" {
				_, err := k.Update(t.Context(), seen, c.desired, append(k.diff(seen, c.desired), backend.Change{Path: c.refused}))
				refusal(t, err, c.refused)
				if n := k.Counts().Writes; n != 0 {
					t.Errorf("%d writes", n)
				}
				return
			}
			k.converge(seen, c.desired)
			if got := k.patched(entitlementRoute); len(got) != 1 || got[0] != c.want {
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
	desired := backend.AppEntitlement{SailPoint: &backend.SailPointAppEntitlement{
		AccessRequest: &backend.SailPointEntitlementRequest{RequestCommentRequired: backend.To(false), ApprovalSchemes: backend.ApprovalSchemes{{ApproverType: "SourceOwner"}}},
	}}
	obs := k.converge(k.observe(read.ID, database, desired), desired)
	a := obs.Actual.SailPoint
	if !*a.AccessRequest.RequireEndDate || *a.AccessRequest.MaxPermittedAccessDuration != (backend.SailPointPeriod{Value: 5, Unit: "Days"}) ||
		len(a.Revocation.ApprovalSchemes) != 1 {
		t.Errorf("%+v %+v", a.AccessRequest, a.Revocation)
	}
}

// TestEntitlementNarrowsFirst: nobody may ask before the approvals are there.
func TestEntitlementNarrowsFirst(t *testing.T) {
	rules := &backend.SailPointAppEntitlement{AccessRequest: &backend.SailPointEntitlementRequest{ApprovalSchemes: backend.ApprovalSchemes{{ApproverType: "Manager"}}}}
	k := entitlements(t)
	open := backend.AppEntitlement{Requestable: backend.To(true), SailPoint: rules}
	obs := k.converge(k.observe(read.ID, database, open), open)
	shut := backend.AppEntitlement{Requestable: backend.To(false), SailPoint: &backend.SailPointAppEntitlement{
		AccessRequest: &backend.SailPointEntitlementRequest{ApprovalSchemes: backend.ApprovalSchemes{}},
	}}
	k.converge(obs, shut)
	want := []string{"PUT " + configRoute, "PATCH " + entitlementRoute, "PATCH " + entitlementRoute, "PUT " + configRoute}
	if diff := cmp.Diff(want, k.sent(sandbox.ClassWrite)); diff != "" {
		t.Error(diff)
	}
}

// TestEntitlementHalfWritten: an id beside the error says that a part was accepted.
func TestEntitlementHalfWritten(t *testing.T) {
	k := entitlements(t)
	desired := fullEntitlement()
	seen := k.observe(read.ID, database, desired)
	k.fault(sandbox.Fault{Method: "PATCH", Kind: sandbox.FaultStatus, Status: 400, Count: 1})
	obs, err := k.Update(t.Context(), seen, desired, k.diff(seen, desired))
	class(t, err, backend.Terminal)
	if obs.ID != read.ID || !obs.Exists {
		t.Errorf("%q, exists %t", obs.ID, obs.Exists)
	}
	k.converge(k.observe(read.ID, database, desired), desired)
}

func TestEntitlementsAreFoundByWhatTheSourceCallsThem(t *testing.T) {
	k := entitlements(t)
	group := func(name string) string { return "CN=" + name + ",OU=Groups,DC=corp,DC=example" }
	odd := `CN=R&D \"Lab\"\, 100% #1 \\ A;B,DC=corp`
	made, err := k.House().Create("AppEntitlement", directory, map[string]any{"name": "Odd", "value": odd})
	if err != nil {
		t.Fatal(err)
	}
	id := func(name string) string { return fake.SeedID("entitlement", "Active Directory/"+name) }
	for sentence, c := range map[string]struct {
		key  backend.Key
		want string
	}{
		"an attribute and a value":       {backend.Key{Attribute: "memberOf", Value: group("Finance")}, id("Finance")},
		"a type, where there are two":    {backend.Key{Attribute: "memberOf", Value: group("Payroll"), Type: "applicationRole"}, id("Payroll role")},
		"a plus, which defeats filters":  {backend.Key{Attribute: "memberOf", Value: group("Night+Shift")}, id("Night+Shift")},
		"signs that filters must escape": {backend.Key{Attribute: "memberOf", Value: odd}, made},
		"another case is another value":  {backend.Key{Attribute: "memberOf", Value: strings.ToLower(group("Finance"))}, ""},
		"another attribute":              {backend.Key{Attribute: "groups", Value: group("Finance")}, ""},
		"another type":                   {backend.Key{Attribute: "memberOf", Value: group("Finance"), Type: "role"}, ""},
		"a value of another source":      {backend.Key{Attribute: "memberOf", Value: group("Viewer")}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			obs, err := k.Observe(t.Context(), backend.Ref{ParentID: directory, Key: c.key})
			if err != nil || obs.ID != c.want || obs.Exists != (c.want != "") || obs.ParentID != directory || obs.Date.IsZero() {
				t.Errorf("%q in %q, exists %t, dated %s, %v", obs.ID, obs.ParentID, obs.Exists, obs.Date, err)
			}
			if f := obs.Actual.Facts; obs.Exists && (f.ExternalID != c.key.Value || f.EntityType == "" || !f.ManagedByConnector) {
				t.Errorf("%+v", f)
			}
		})
	}
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: directory, Key: backend.Key{Attribute: "memberOf", Value: group("Payroll")}})
	class(t, err, backend.Ambiguous)
	if !strings.Contains(err.Error(), "sailPoint.match.type") || !strings.Contains(err.Error(), "remoteID") {
		t.Error(err)
	}
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: directory})
	refusal(t, err, "sailPoint.match")
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: directory, ID: read.ID})
	class(t, err, backend.Terminal)
	k.ResetCalls()
	obs, err := k.Observe(t.Context(), backend.Ref{ParentID: directory, Mark: mark})
	if err != nil || obs.Exists || len(k.Calls(0)) != 0 {
		t.Errorf("a mark is looked for where none can be: %+v, %v, %d calls", obs, err, len(k.Calls(0)))
	}
}

// TestEntitlementsOfASourceAdministrator: one may be listed and not read (section 2.5).
func TestEntitlementsOfASourceAdministrator(t *testing.T) {
	k := entitlements(t)
	k.fault(sandbox.Fault{Method: "GET", PathPattern: "/entitlements/v1/[^/]+$", Kind: sandbox.FaultStatus, Status: http.StatusForbidden})
	desired := backend.AppEntitlement{Requestable: backend.To(true)}
	k.converge(k.observe(read.ID, database, desired), desired)
	if obs := k.observe(noSuchID, database, desired); obs.Exists || obs.Date.IsZero() {
		t.Errorf("%+v", obs)
	}
	asked := 0
	for _, c := range k.Calls(0) {
		if c.Status == http.StatusForbidden {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times for what is not allowed", asked)
	}
}

func TestEntitlementRowsAreReadInFewCalls(t *testing.T) {
	k := entitlements(t)
	refs := []backend.Ref{{ParentID: database, ID: noSuchID}, {ParentID: directory, Mark: backend.Mark{Owner: "*"}}}
	for i := range 300 {
		id, err := k.House().Create("AppEntitlement", database, map[string]any{"name": fmt.Sprintf("Bulk %03d", i)})
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, backend.Ref{ParentID: database, ID: id})
	}
	for sentence, c := range map[string]struct{ n, calls int }{
		"a few by their ids":    {61, 2},
		"many by their source":  {302, 2},
		"none but an index":     {0, 0},
		"one that is not there": {1, 1},
	} {
		t.Run(sentence, func(t *testing.T) {
			k.ResetCalls()
			asked, missing, found := slices.Concat(refs[:min(c.n, 1)], refs[1:max(c.n, 2)]), 0, 0
			for obs, err := range k.ObserveMany(t.Context(), asked) {
				if err != nil {
					t.Fatal(err)
				}
				if obs.Exists {
					found++
				} else {
					missing++
				}
				if obs.Date.IsZero() || obs.ParentID != database {
					t.Errorf("%+v", obs)
				}
			}
			if missing != min(c.n, 1) || found != max(c.n-2, 0) {
				t.Errorf("%d found and %d missing of %d", found, missing, c.n)
			}
			if n := k.Counts().Reads; n != c.calls {
				t.Errorf("%d calls, want %d", n, c.calls)
			}
		})
	}
}

// TestEntitlementsPastTenThousand: an offset leads no further, the last row does (section
// 3.4). The sandbox does not go so deep, so a list of its own stands in for it.
func TestEntitlementsPastTenThousand(t *testing.T) {
	const total = 10_400
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/oauth/token" {
			fmt.Fprint(w, `{"access_token":"a-token-for-all","token_type":"bearer","expires_in":749}`)
			return
		}
		q := r.URL.Query()
		first, _ := strconv.Atoi(q.Get("offset"))
		if after := q.Get("searchAfter"); after != "" {
			if q.Has("offset") {
				t.Error("an offset beside searchAfter")
			}
			first, _ = strconv.Atoi(after)
			first++
		} else if first+250 > 10_000 {
			t.Errorf("the offset %d", first)
		}
		if q.Get("sorters") != "id" || q.Get("limit") != "250" {
			t.Errorf("sorted by %q, %q at once", q.Get("sorters"), q.Get("limit"))
		}
		page := []map[string]any{}
		for i := first; i < min(first+250, total); i++ {
			page = append(page, map[string]any{"id": fmt.Sprintf("%06d", i), "name": "Bulk", "source": map[string]any{"id": workday}})
		}
		if err := json.NewEncoder(w).Encode(page); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	tenant, err := sailpoint.Vendor().Open(backend.Config{Endpoint: server.URL, RequestsPerSecond: 10_000, Burst: 10_000,
		Credentials: backend.Credentials{ClientID: "id", ClientSecret: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := tenant.Find(t.Context(), backend.Name{Kind: backend.NameEntitlement, Name: "Bulk", ParentID: workday})
	if err != nil || len(got) != total {
		t.Errorf("%d, %v", len(got), err)
	}
}

func TestAggregation(t *testing.T) {
	k := entitlements(t)
	refresher, ok := k.Driver.(backend.Refresher)
	if !ok {
		t.Fatal("the driver cannot ask for an aggregation")
	}
	if _, err := k.House().Create("AppEntitlement", directory, map[string]any{"name": "New", "value": "CN=New", "pendingAggregation": true}); err != nil {
		t.Fatal(err)
	}
	ref := backend.Ref{ParentID: directory, Key: backend.Key{Attribute: "memberOf", Value: "CN=New"}}
	if obs, err := k.Observe(t.Context(), ref); err != nil || obs.Exists {
		t.Fatal(obs, err)
	}
	k.fault(sandbox.Fault{Method: "POST", PathPattern: "load-entitlements", Kind: sandbox.FaultStatus, Status: 503, Count: 1})
	class(t, refresher.Refresh(t.Context(), directory), backend.Retryable)
	k.ResetCalls()
	for _, source := range []string{directory, directory, database, directory} {
		if err := refresher.Refresh(t.Context(), source); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(k.sent(sandbox.ClassWrite)); n != 2 {
		t.Errorf("%d aggregations of two sources", n)
	}
	if obs, err := k.Observe(t.Context(), ref); err != nil || !obs.Exists {
		t.Errorf("not found after the aggregation: %v", err)
	}
	class(t, refresher.Refresh(t.Context(), noSuchID), backend.Terminal)
}

// TestEntitlementsAreNeitherMadeNorRemoved: that is the aggregation's work.
func TestEntitlementsAreNeitherMadeNorRemoved(t *testing.T) {
	k := entitlements(t)
	_, err := k.Create(t.Context(), backend.Ref{ParentID: database}, backend.AppEntitlement{})
	class(t, err, backend.Terminal)
	class(t, k.Delete(t.Context(), k.observe(read.ID, database, backend.AppEntitlement{})), backend.Terminal)
	seen := k.observe(read.ID, database, backend.AppEntitlement{})
	k.ResetCalls()
	if obs, err := k.Update(t.Context(), seen, backend.AppEntitlement{}, backend.Changes{{Path: backend.PathMark}}); err != nil || obs.ID != read.ID || len(k.Calls(0)) != 0 {
		t.Errorf("a mark is written where none can be: %v, %d calls", err, len(k.Calls(0)))
	}
	if err := k.House().Delete(sandbox.Target{Kind: "AppEntitlement", ID: read.ID}); err != nil {
		t.Fatal(err)
	}
	_, err = k.Update(t.Context(), seen, backend.AppEntitlement{Requestable: backend.To(true)}, backend.Changes{{Path: "requestable"}})
	class(t, err, backend.Conflict)
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
	k.fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 200, Body: string(answer), Count: 1})
	obs := k.observe(read.ID, database, backend.AppEntitlement{})
	if s := obs.Actual.SailPoint; *s.PrivilegeLevel != "VeryHigh" || !*s.Privileged || obs.Version != "" {
		t.Errorf("%+v", obs)
	}
}
