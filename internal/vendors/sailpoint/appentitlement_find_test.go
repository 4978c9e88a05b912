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

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestEntitlementsAreFoundByWhatTheSourceCallsThem(t *testing.T) {
	k := entitlements(t)
	group := func(name string) string { return "CN=" + name + ",OU=Groups,DC=corp,DC=example" }
	odd := `CN=R&D \"Lab\"\, 100% #1 \\ A;B,DC=corp`
	made, err := k.Server.Create("AppEntitlement", directory, map[string]any{"name": "Odd", "value": odd})
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
	moved := backend.AppEntitlement{Block: &sailpoint.EntitlementBlock{MatchAttribute: backend.To("memberOf"), MatchValue: backend.To(group("Finance")), MatchType: backend.To("role")}}
	bound := k.Observed(id("Finance"), directory, moved)
	if got := k.Diff(bound, moved); !slices.Equal(got.Paths(), []string{"sailPoint.match.type"}) || !got.Unwritable(k.Capabilities().CreateOnly) {
		t.Errorf("another match is no edit of the remote: %v", got.Paths())
	}
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: directory, Key: backend.Key{Attribute: "memberOf", Value: group("Payroll")}})
	vendortest.Class(t, err, backend.Ambiguous)
	if !strings.Contains(err.Error(), "sailPoint.match.type") || !strings.Contains(err.Error(), "remoteID") {
		t.Error(err)
	}
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: directory})
	vendortest.Refusal(t, err, "sailPoint.match")
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: directory, ID: read.ID})
	vendortest.Class(t, err, backend.Terminal)
	k.ResetCalls()
	obs, err := k.Observe(t.Context(), backend.Ref{ParentID: directory, Mark: mark})
	if err != nil || obs.Exists || len(k.Calls(0)) != 0 {
		t.Errorf("a mark is looked for where none can be: %+v, %v, %d calls", obs, err, len(k.Calls(0)))
	}
}

// TestEntitlementsOfASourceAdministrator: one may be listed and not read (docs/vendors/sailpoint-api.md#user-levels).
func TestEntitlementsOfASourceAdministrator(t *testing.T) {
	k := entitlements(t)
	k.Fault(sandbox.Fault{Method: "GET", PathPattern: "/entitlements/v1/[^/]+$", Kind: sandbox.FaultStatus, Status: http.StatusForbidden})
	desired := backend.AppEntitlement{Requestable: backend.To(true)}
	k.Converge(k.Observed(read.ID, database, desired), desired)
	if obs := k.Observed(noSuchID, database, desired); obs.Exists || obs.Date.IsZero() {
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
		id, err := k.Server.Create("AppEntitlement", database, map[string]any{"name": fmt.Sprintf("Bulk %03d", i)})
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

// TestEntitlementsPastTenThousand: an offset leads no further, the last row does
// (docs/vendors/sailpoint-api.md#paging). The sandbox does not go so deep, so a list of its own stands in for it.
func TestEntitlementsPastTenThousand(t *testing.T) {
	const total = 10_400
	given := map[int]bool{}
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
			given[i] = true
			page = append(page, map[string]any{"id": fmt.Sprintf("%06d", i), "name": "Bulk", "source": map[string]any{"id": workday}})
		}
		if err := json.NewEncoder(w).Encode(page); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	tenant, err := sailpoint.Vendor().Open(backend.Config{Endpoint: server.URL, RequestsPerSecond: 10_000, Burst: 10_000,
		Credentials: backend.Credentials{ClientID: "id", ClientSecret: "a secret"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := tenant.Find(t.Context(), backend.Name{Kind: backend.NameEntitlement, Name: "Bulk", ParentID: workday})
	if err != nil || len(given) != total || len(got) != backend.MostMatches {
		t.Errorf("%d of %d rows were read, and %d matches kept: %v", len(given), total, len(got), err)
	}
}
