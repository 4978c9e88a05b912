package sailpoint_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestConfigurationIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		id, secret, style, path string
	}{
		"no client id":       {"", "hunter2hunter2", "", "clientID"},
		"no client secret":   {"id", "", "", "clientSecret"},
		"an unknown style":   {"id", "hunter2hunter2", "V3", "apiStyle"},
		"a style in a case":  {"id", "hunter2hunter2", "v2025", "apiStyle"},
		"good: per service":  {"id", "hunter2hunter2", "PerService", ""},
		"good: said nothing": {"id", "hunter2hunter2", "", ""},
		"good: a year":       {"id", "hunter2hunter2", "V2026", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sailpoint.Vendor().Open(backend.Config{Endpoint: "https://acme.api.identitynow.com", APIStyle: c.style,
				Credentials: backend.Credentials{ClientID: c.id, ClientSecret: backend.Secret(c.secret)}})
			if c.path == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			vendortest.Refusal(t, err, c.path)
			if strings.Contains(err.Error(), "hunter2") {
				t.Error(err)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	h := begin(t)
	first, err := h.Identity(t.Context())
	if err != nil || first.ID == "" || first.Name == "" || !strings.HasPrefix(first.ID, first.Name+"@") {
		t.Errorf("%+v, %v", first, err)
	}
	h.SwitchTenant("another")
	if second, err := h.Identity(t.Context()); err != nil || second.ID == first.ID {
		t.Errorf("%+v, %v", second, err)
	}
	h.Fault(sandbox.Fault{PathPattern: "oauth/info", Kind: sandbox.FaultStatus, Status: 200, Body: `{"pod":"stg01-useast1"}`, Count: 1})
	if third, err := h.Identity(t.Context()); err != nil || !third.Unnamed || "http://"+third.ID != h.URL {
		t.Errorf("a tenant that tells no name is %+v, %v; want it called by its host", third, err)
	}
	h.Fault(sandbox.Fault{PathPattern: "oauth/info", Kind: sandbox.FaultStatus, Status: 200, Body: "{}", Count: 1})
	if _, err = h.Identity(t.Context()); err == nil {
		t.Error("an empty answer passes for a tenant without a name")
	}
	h.Fault(sandbox.Fault{PathPattern: "oauth/info", Kind: sandbox.FaultStatus, Status: 502, Count: 1})
	if _, err = h.Identity(t.Context()); err == nil {
		t.Error("an error passes for a tenant without a name")
	}
}

func TestTokens(t *testing.T) {
	t.Run("one serves many calls, and an expired one is renewed once", func(t *testing.T) {
		k := profiles(t)
		for range 3 {
			k.Observed(used, workday, backend.AccessProfile{})
		}
		k.ExpireTokens()
		k.Observed(used, workday, backend.AccessProfile{})
		if n := k.Counts().Tokens; n != 2 {
			t.Errorf("%d tokens", n)
		}
	})
	t.Run("a rotated secret is unauthorized, and is not told", func(t *testing.T) {
		h := begin(t)
		secret := h.Server.Credentials().ClientSecret
		if _, err := h.RotateCredentials(); err != nil {
			t.Fatal(err)
		}
		_, err := h.Identity(t.Context())
		vendortest.Class(t, err, backend.Unauthorized)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Error(err)
		}
	})
	t.Run("a pause holds every call", func(t *testing.T) {
		h := begin(t)
		h.Fault(sandbox.Fault{Class: sandbox.ClassToken, Kind: sandbox.FaultStatus, Status: 429, RetryAfterSeconds: 60, Count: 1})
		for range 2 {
			_, err := h.Identity(t.Context())
			vendortest.Class(t, err, backend.Throttled)
		}
		if n := h.Counts(); n.Tokens != 1 || n.Reads != 0 {
			t.Errorf("%+v", n)
		}
	})
	t.Run("a vendor that repeats a secret does not make us tell it", func(t *testing.T) {
		k := profiles(t)
		k.Observed(used, workday, backend.AccessProfile{})
		secret := k.Server.Credentials().ClientSecret
		k.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 400, Count: 1, Body: fmt.Sprintf(
			`{"detailCode":"400.1 Bad","trackingId":"t1","causes":[{"locale":"en-US","text":"no %s, and no Bearer abcdefgh12345678"}]}`, secret)})
		_, err := k.Observe(t.Context(), backend.Ref{ID: used, ParentID: workday})
		vendortest.Class(t, err, backend.Terminal)
		if err == nil || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "abcdefgh") || backend.ReferenceOf(err) != "trackingId t1" {
			t.Error(err)
		}
	})
}

// TestFamiliesOfPaths: one rule leads from each family to the other (docs/vendors/sailpoint-api.md#paths).
func TestFamiliesOfPaths(t *testing.T) {
	for style, route := range map[string]string{
		"PerService": "/access-profiles/v1/{id}", "V2024": "/v2024/access-profiles/{id}", "V2025": "/v2025/access-profiles/{id}", "V2026": "/v2026/access-profiles/{id}",
	} {
		h := beginAs(t, style)
		k := vendortest.Keep(h, h.AccessProfiles())
		k.Observed(used, workday, backend.AccessProfile{})
		if got := h.Sent(sandbox.ClassRead); len(got) != 1 || got[0] != "GET "+route {
			t.Errorf("%s: %v", style, got)
		}
	}
}

// TestAnEmptyAnswerIsNoAbsence: only the vendor's word proves that something is gone.
func TestAnEmptyAnswerIsNoAbsence(t *testing.T) {
	h := begin(t)
	h.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 200, Body: "{}"})
	_, err := h.AppEntitlements().Observe(t.Context(), backend.Ref{ID: "x"})
	vendortest.Class(t, err, backend.Retryable)
	_, err = h.AccessProfiles().Observe(t.Context(), backend.Ref{ID: "x"})
	vendortest.Class(t, err, backend.Retryable)
	_, err = h.AccessReviews().Observe(t.Context(), backend.Ref{ID: "x"})
	vendortest.Class(t, err, backend.Retryable)
}

func TestFind(t *testing.T) {
	h := begin(t)
	one, two := fake.DuplicateSources()
	match := func(id, name, unusable string) []backend.Match {
		return []backend.Match{{ID: id, Name: name, Unusable: unusable}}
	}
	for name, c := range map[string]struct {
		q    backend.Name
		want []backend.Match
	}{
		"a source":                            {backend.Name{Kind: backend.NameApp, Name: "Workday"}, match(workday, "Workday", "")},
		"a source in another case is another": {backend.Name{Kind: backend.NameApp, Name: "workday"}, nil},
		"two sources":                         {backend.Name{Kind: backend.NameApp, Name: "Duplicate Source"}, append(match(one, "Duplicate Source", ""), match(two, "Duplicate Source", "")...)},
		"a person by address, whatever case":  {backend.Name{Kind: backend.NameUser, Name: "Ada@Corp.Example"}, match(ada, "ada@corp.example", "")},
		"a person by alias":                   {backend.Name{Kind: backend.NameUser, Name: "grace"}, match(grace, "grace@corp.example", "")},
		"a person who left":                   {backend.Name{Kind: backend.NameUser, Name: "bob@corp.example"}, match(fake.SeedID("identity", "bob@corp.example"), "bob@corp.example", "the identity is inactive")},
		"nobody":                              {backend.Name{Kind: backend.NameUser, Name: "nobody@corp.example"}, nil},
		"an entitlement of a source":          {backend.Name{Kind: backend.NameEntitlement, Name: "Read", ParentID: database}, match(read.ID, "Read", "")},
		"an entitlement with a plus":          {backend.Name{Kind: backend.NameEntitlement, Name: "Night+Shift", ParentID: directory}, match(fake.SeedID("entitlement", "Active Directory/Night+Shift"), "Night+Shift", "")},
		"an entitlement of another source":    {backend.Name{Kind: backend.NameEntitlement, Name: "Viewer", ParentID: database}, nil},
		"a governance group":                  {backend.Name{Kind: backend.NameGroup, Name: "Access approvers"}, match(approvers, "Access approvers", "")},
		"a segment":                           {backend.Name{Kind: backend.NameSegment, Name: "Contractors"}, match(others, "Contractors", "")},
		"a campaign filter":                   {backend.Name{Kind: backend.NameCampaignFilter, Name: "No birthright access"}, match(filter, "No birthright access", "")},
		"an access profile":                   {backend.Name{Kind: backend.NameAccessProfile, Name: "Payroll readers"}, match(used, "Payroll readers", "")},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := h.Find(t.Context(), c.q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, q := range []backend.Name{{Kind: "Planet", Name: "Mars"}, {Kind: backend.NameApp}, {Kind: backend.NameEntitlement, Name: "Viewer"}} {
		_, err := h.Find(t.Context(), q)
		vendortest.Class(t, err, backend.Terminal)
	}
	h.Fault(sandbox.Fault{PathPattern: "sources", Kind: sandbox.FaultStatus, Status: http.StatusForbidden, Count: 1})
	h.ResetCalls()
	// The sandbox does not know who administers what, so only the question is seen.
	_, err := h.Find(t.Context(), backend.Name{Kind: backend.NameApp, Name: "Workday"})
	if calls := h.Calls(0); err == nil || len(calls) != 2 || !strings.Contains(calls[1].Query, "for-subadmin=me") {
		t.Errorf("a sub-administrator: %v, %v", calls, err)
	}
	h.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 500})
	if got, err := h.Find(t.Context(), backend.Name{Kind: backend.NameApp, Name: "Workday"}); err == nil || got != nil {
		t.Errorf("an error must not mean none: %v, %v", got, err)
	}
}

func TestFindReadsAllPages(t *testing.T) {
	h := begin(t)
	for i := range 510 {
		if _, err := h.Create("AccessProfile", database, map[string]any{"name": fmt.Sprintf("Bulk+%03d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{0, 250, 509} {
		if got, err := h.Find(t.Context(), backend.Name{Kind: backend.NameAccessProfile, Name: fmt.Sprintf("Bulk+%03d", i)}); err != nil || len(got) != 1 {
			t.Errorf("%d: %v, %v", i, got, err)
		}
	}
}
