package veza_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func TestOpening(t *testing.T) {
	key := backend.Credentials{Token: "a-key-that-is-long-enough"}
	for sentence, tc := range map[string]struct {
		cfg  backend.Config
		text string
	}{
		"no key":                    {backend.Config{}, "apiKey: missing; it is a personal API key of an administrator"},
		"a key with its line's end": {backend.Config{Credentials: backend.Credentials{Token: "hunter2hunter2\n"}}, "apiKey: contains white space or characters outside ASCII"},
		"an operation nobody knows": {backend.Config{Credentials: key, Allow: []string{"DeleteProfile", "Sing"}}, `veza.allow: "Sing" is not known (known: DeleteProfile, PublishDraft)`},
		"good":                      {backend.Config{Credentials: key, Allow: []string{"DeleteProfile", "PublishDraft"}}, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			tc.cfg.Endpoint = "https://acme.vezacloud.com"
			_, err := veza.Vendor().Open(tc.cfg)
			vendortest.Opening(t, err, tc.text, "hunter2")
		})
	}
}

func TestIdentity(t *testing.T) {
	h := begin(t)
	id, err := h.Identity(t.Context())
	host := strings.TrimPrefix(h.URL, "http://")
	name, _, _ := strings.Cut(host, ":")
	if want := (backend.TenantID{ID: host, Name: name}); err != nil || id != want {
		t.Errorf("%+v, %v, want %+v", id, err, want)
	}
	if _, err := h.RotateCredentials(); err != nil {
		t.Fatal(err)
	}
	_, err = h.Identity(t.Context())
	vendortest.Class(t, err, backend.Unauthorized)
}

func TestFind(t *testing.T) {
	h := begin(t)
	byHand, err := h.Server.Create(fake.KindAccessProfile, "", map[string]any{"name": `Sales "inner" circle`})
	if err != nil {
		t.Fatal(err)
	}
	prefixed, err := h.Server.Create(fake.KindAccessProfile, "", map[string]any{
		"name": "SALESFORCE - Reporters", "profile_type": fake.SeedID("type", "Salesforce Role"),
		"entities_to_create_relationships_to": []any{map[string]any{
			"entity_type": related(reports).EntityType, "datasource_id": salesforce, "entity_id": related(reports).EntityID,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const off = "lifecycle management is not enabled for this datasource"
	workday := fake.SeedID("datasource", "Workday")
	sought := func(kind backend.NameKind, name, parent string) backend.Name {
		return backend.Name{Kind: kind, Name: name, ParentID: parent}
	}
	for sentence, tc := range map[string]struct {
		q    backend.Name
		want []backend.Match
	}{
		"a datasource":                         {sought(backend.NameApp, "Okta Lifecycle Management", ""), []backend.Match{{ID: okta, Name: "Okta Lifecycle Management"}}},
		"a datasource by its integration":      {sought(backend.NameApp, "Okta EMEA", ""), []backend.Match{{ID: emea, Name: "Okta EMEA Lifecycle Management"}}},
		"a datasource in another case":         {sought(backend.NameApp, "okta", ""), nil},
		"a datasource that is off":             {sought(backend.NameApp, "Workday", ""), []backend.Match{{ID: workday, Name: "Workday Lifecycle Management", Unusable: off}}},
		"two datasources":                      {sought(backend.NameApp, "Duplicate", ""), []backend.Match{{ID: fake.SeedID("datasource", "Duplicate#1"), Name: "Duplicate"}, {ID: fake.SeedID("datasource", "Duplicate#2"), Name: "Duplicate"}}},
		"an entitlement":                       {sought(backend.NameEntitlement, "AI Team", okta), []backend.Match{{ID: team.ID, Name: "AI Team"}}},
		"an entitlement among several types":   {sought(backend.NameEntitlement, "Export Reports", salesforce), []backend.Match{{ID: reports.ID, Name: "Export Reports"}}},
		"an entitlement of another tenant":     {sought(backend.NameEntitlement, "Contractors", okta), nil},
		"an entitlement that two tenants have": {sought(backend.NameEntitlement, "Engineering", emea), []backend.Match{{ID: veza.Entity("OktaGroup", fake.SeedID("entity", "Okta EMEA/Engineering")), Name: "Engineering"}}},
		"an entitlement where it is off":       {sought(backend.NameEntitlement, "HR Partner", workday), []backend.Match{{ID: entitlement("Workday", "WorkdaySecurityGroup", "HR Partner").ID, Name: "HR Partner", Unusable: off}}},
		"a type":                               {sought(backend.NameProfileType, "Profile", ""), []backend.Match{{ID: plain, Name: "Profile"}}},
		"two types": {sought(backend.NameProfileType, "Duplicate Type", ""), sorted(
			backend.Match{ID: fake.SeedID("type", "Duplicate Type#1"), Name: "Duplicate Type"}, backend.Match{ID: fake.SeedID("type", "Duplicate Type#2"), Name: "Duplicate Type"})},
		"a configuration":                {sought(backend.NameConfiguration, "Quarterly Salesforce access", ""), []backend.Match{{ID: quarterly, Name: "Quarterly Salesforce access"}}},
		"a profile, quotes and all":      {sought(backend.NameAccessProfile, `Sales "inner" circle`, ""), []backend.Match{{ID: byHand, Name: `Sales "inner" circle`}}},
		"a profile without its prefix":   {sought(backend.NameAccessProfile, "Reporters", ""), []backend.Match{{ID: prefixed, Name: "SALESFORCE - Reporters"}}},
		"a profile with its prefix":      {sought(backend.NameAccessProfile, "SALESFORCE - Reporters", ""), []backend.Match{{ID: prefixed, Name: "SALESFORCE - Reporters"}}},
		"a profile of another type":      {sought(backend.NameAccessProfile, "Reporters", plain), nil},
		"a name that nothing answers to": {sought(backend.NameProfileType, "Nothing", ""), nil},
	} {
		for _, features := range [][]string{nil, {"emptyPages"}} {
			t.Run(sentence+strings.Join(features, ""), func(t *testing.T) {
				h.Feature(features...)
				got, err := h.Find(t.Context(), tc.q)
				if err != nil {
					t.Fatal(err)
				}
				same(t, "matches", got, tc.want)
			})
		}
	}
	for _, q := range []backend.Name{{Kind: backend.NameUser, Name: "ada@corp.example"}, {Kind: backend.NamePolicy, Name: "Manager approval"}, {Kind: backend.NameGroup, Name: "x"}} {
		_, err := h.Find(t.Context(), q)
		vendortest.Class(t, err, backend.Terminal)
		if !errors.Is(err, backend.ErrNoNames) {
			t.Errorf("%s: %v", q.Kind, err)
		}
	}
	for _, q := range []backend.Name{{Kind: backend.NameApp}, {Kind: backend.NameEntitlement, Name: "Viewer"}} {
		_, err := h.Find(t.Context(), q)
		vendortest.Class(t, err, backend.Terminal)
	}
	_, err = h.Find(t.Context(), backend.Name{Kind: backend.NameEntitlement, Name: "AI Team", ParentID: fake.SeedID("extraction", "Okta")})
	vendortest.Refusal(t, err, "app", "the id of the extraction datasource is another")
	h.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 500})
	for _, kind := range []backend.NameKind{backend.NameApp, backend.NameConfiguration, backend.NameAccessProfile} {
		if got, err := h.Find(t.Context(), backend.Name{Kind: kind, Name: "Okta"}); err == nil || got != nil {
			t.Errorf("%s: an error must not mean none: %v, %v", kind, got, err)
		}
	}
}

func sorted(matches ...backend.Match) []backend.Match {
	slices.SortFunc(matches, func(a, b backend.Match) int { return strings.Compare(a.ID, b.ID) })
	return matches
}

func TestTypesThatAreNotListed(t *testing.T) {
	h := begin(t)
	h.Fault(sandbox.Fault{PathPattern: "_types$", Kind: sandbox.FaultStatus, Status: 404})
	_, err := h.Find(t.Context(), backend.Name{Kind: backend.NameProfileType, Name: "Profile"})
	vendortest.Class(t, err, backend.Terminal)
	if err == nil || !strings.Contains(err.Error(), "this tenant does not offer the list of profile types, which Veza does not document") {
		t.Error(err)
	}
	k := vendortest.Keep(h, h.AccessProfiles())
	converge(k, k.Created(plain, leastProfile(plain)("By id")), leastProfile(plain)("By id"))
}

func TestListsThatGoWrong(t *testing.T) {
	for sentence, tc := range map[string]struct {
		body string
		text string
	}{
		"more is promised and no token given": {`{"values":[],"has_more":true,"next_page_token":""}`, "the list has more pages and does not give the token for the next one"},
		"the token stays the same":            {`{"values":[],"has_more":true,"next_page_token":"same"}`, "a list gives the same page token twice"},
		"it is not JSON":                      {`<html>`, "is not JSON of the expected form"},
	} {
		t.Run(sentence, func(t *testing.T) {
			h := begin(t)
			h.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 200, Body: tc.body})
			_, err := h.Find(t.Context(), backend.Name{Kind: backend.NameApp, Name: "Okta"})
			vendortest.Class(t, err, backend.Retryable)
			if err == nil || !strings.Contains(err.Error(), tc.text) {
				t.Error(err)
			}
		})
	}
	h := begin(t)
	h.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 200, Body: `{"path_values":[{"id":"1","enabled":true,"datasource":{"name":"Okta"}}],"next_page_token":"last","has_more":false}`})
	got, err := h.Find(t.Context(), backend.Name{Kind: backend.NameApp, Name: "Okta"})
	if err != nil {
		t.Fatal(err)
	}
	want := []backend.Match{{ID: "1", Name: "Okta", Unusable: "this datasource cannot manage relationships (it has no action MANAGE_RELATIONSHIPS)"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
