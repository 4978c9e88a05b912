package sailpoint

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

func TestExplain(t *testing.T) {
	long := strings.Repeat("x", 400)
	for sentence, c := range map[string]struct {
		status int
		body   string
		want   rest.Explanation
	}{
		"the reason is in causes": {400, `{"detailCode":"400.1.404 Referenced object not found","trackingId":"t","messages":[{"locale":"en-US","text":"generic"}],"causes":[{"locale":null,"text":"the useful sentence"}]}`,
			rest.Explanation{Code: "400.1.404", Message: "the useful sentence", Reference: "trackingId t"}},
		"else the message, in English": {400, `{"detailCode":"400.1 Bad","messages":[{"locale":"de","text":"Schlecht"},{"locale":"en-US","text":"Bad"}],"causes":null}`,
			rest.Explanation{Code: "400.1", Message: "Bad"}},
		"else any language":             {404, `{"detailCode":"404","messages":[{"locale":"fr","text":"Rien"}]}`, rest.Explanation{Code: "404", Message: "Rien"}},
		"the form of OAuth is left":     {401, `{"error":"JWT validation failed"}`, rest.Explanation{}},
		"a bare message is left":        {429, `{"message":" Rate Limit Exceeded "}`, rest.Explanation{}},
		"HTML says nothing":             {502, `<html>`, rest.Explanation{}},
		"a long reason is not cut":      {400, `{"causes":[{"text":"` + long + `"}],"trackingId":"t"}`, rest.Explanation{Message: long, Reference: "trackingId t"}},
		"a refusal explains the rights": {http.StatusForbidden, `{"detailCode":"403 Forbidden","messages":[{"locale":"en","text":"No."}],"trackingId":"t"}`, rest.Explanation{Code: "403", Message: needPAT + "; No.", Reference: "trackingId t"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, explain(c.status, []byte(c.body))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPathsOfEachFamily(t *testing.T) {
	for path, want := range map[string]string{
		"/access-profiles/v1":                  "/v2025/access-profiles",
		"/access-profiles/v1/v1/entitlements":  "/v2025/access-profiles/v1/entitlements",
		"/campaigns/v1/delete":                 "/v2025/campaigns/delete",
		"/sources/v1/x%2Fv1/load-entitlements": "/v2025/sources/x%2Fv1/load-entitlements",
	} {
		if got := years["V2025"].path(path); got != want {
			t.Errorf("%s becomes %s, want %s", path, got, want)
		}
		if got := style("").path(path); got != path {
			t.Errorf("%s becomes %s", path, got)
		}
	}
	if got := years["V2024"].header().Get("X-SailPoint-Experimental"); got != "true" {
		t.Errorf("the header of 2024 is %q", got)
	}
	if years["V2025"].header() != nil {
		t.Error("the header is sent where nobody asked for it")
	}
}

func TestFiltersAreEscaped(t *testing.T) {
	if got := eq("name", `R&D "Lab" \ 1`); got != `name eq "R&D \"Lab\" \\ 1"` {
		t.Error(got)
	}
	if got := among("id", []string{"a", `b"`}); got != `id in ("a","b\"")` {
		t.Error(got)
	}
}

func TestZonesAreRead(t *testing.T) {
	noon := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for text, hours := range map[string]int{"": 0, "Z": 0, "-05:00": -5, "+0200": 2, "+02": 2, "Paris": 0} {
		if got := noon.In(zoneOf(text)).Format("-07"); got != noon.In(time.FixedZone("", hours*3600)).Format("-07") {
			t.Errorf("%q is %s", text, got)
		}
	}
}

func TestBlocksAreMerged(t *testing.T) {
	live := members{"a": json.RawMessage(`1`), "b": json.RawMessage(`null`), "new": json.RawMessage(`{"x":[1]}`), "gone": json.RawMessage(`"form"`)}
	raw, err := json.Marshal(live.with(map[string]any{"a": false, "gone": nil, "list": []string{}}))
	if err != nil || string(raw) != `{"a":false,"list":[],"new":{"x":[1]}}` {
		t.Errorf("%s, %v", raw, err)
	}
	raw, err = json.Marshal(patch{{"replace", "/enabled", false}, {"replace", "/segments", set(nil)}, {Op: "remove", Path: "/owner"}})
	if want := `[{"op":"replace","path":"/enabled","value":false},{"op":"replace","path":"/segments","value":[]},{"op":"remove","path":"/owner"}]`; err != nil || string(raw) != want {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestCriteriaLeaveOutWhatIsForbidden(t *testing.T) {
	empty := ""
	got := encodeCriteria(ProvisioningCriterion{Operation: "And", Attribute: "x", Value: &empty, Children: []ProvisioningCriterion{
		{Operation: "Has", Attribute: "dn", Value: &empty, Children: []ProvisioningCriterion{}}, {Operation: "Equals", Attribute: "dn", Value: &empty},
	}})
	raw, err := json.Marshal(got)
	if want := `{"operation":"AND","children":[{"operation":"HAS","attribute":"dn"},{"operation":"EQUALS","attribute":"dn","value":""}]}`; err != nil || string(raw) != want {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestAggregationsAreAskedForOnceAnHour(t *testing.T) {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	a := &aggregations{now: func() time.Time { return now }}
	for _, step := range []struct {
		after time.Duration
		due   bool
	}{{0, true}, {59 * time.Minute, false}, {2 * time.Minute, true}, {0, false}} {
		now = now.Add(step.after)
		if got := a.due("source"); got != step.due {
			t.Errorf("at %s due %t", now, got)
		}
	}
	if !a.due("another") {
		t.Error("one source holds another back")
	}
	if a.undo("source"); !a.due("source") {
		t.Error("an attempt that failed is not made again")
	}
}

func TestOwnersThatAreNewerThanThisCodeStay(t *testing.T) {
	live := profile{Owner: &ref{typeIdentity, "a"}, AdditionalOwners: []ref{{"ROBOT", "r"}, {typeIdentity, "b"}}}
	ops := encodeProfileUpdate(live, backend.AccessProfile{Owners: backend.Owners{"a"}}, backend.Changes{{Path: "owners"}}, backend.Mark{})
	want := patch{{"replace", "/additionalOwners", []ref{{"ROBOT", "r"}}}}
	if diff := cmp.Diff(want, ops); diff != "" {
		t.Error(diff)
	}
}
