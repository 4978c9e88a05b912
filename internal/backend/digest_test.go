package backend_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func TestRowDigest(t *testing.T) {
	caps := backend.Capabilities{DetailFields: []string{"owners"}, WriteOnly: []string{"conductorOne.requestSchemaID"}}
	desired := backend.AppEntitlement{DisplayName: backend.To("Name"), Owners: backend.Set{"u1"}, Block: &conductorone.EntitlementBlock{
		Annotations: backend.Pairs{"a": "1"}, RequestSchemaID: backend.To("form")}}
	base := func() backend.Observation[backend.AppEntitlement] {
		return backend.Observation[backend.AppEntitlement]{Exists: true, ID: "1", ParentID: "app", Version: "7", URL: "https://x", Date: time.Unix(1, 0),
			Mark:   backend.Mark{Token: "T", Owner: "ns/name", Cluster: "c"},
			Actual: backend.AppEntitlement{DisplayName: backend.To("Name"), Block: &conductorone.EntitlementBlock{Annotations: backend.Pairs{"a": "1"}}}}
	}
	want := backend.RowDigest(desired, base(), caps)
	for sentence, c := range map[string]struct {
		change func(*backend.Observation[backend.AppEntitlement])
		same   bool
	}{
		"a full read says the same as its row": {func(o *backend.Observation[backend.AppEntitlement]) { o.Actual.Owners = backend.Set{"u1"} }, true},
		"a detail field is not part":           {func(o *backend.Observation[backend.AppEntitlement]) { o.Actual.Owners = backend.Set{"u2"} }, true},
		"a field nobody set is not part":       {func(o *backend.Observation[backend.AppEntitlement]) { o.Actual.Description = backend.To("text") }, true},
		"an annotation nobody set is not part": {func(o *backend.Observation[backend.AppEntitlement]) {
			entitlementBlock(o.Actual).Annotations["b"] = "2"
		}, true},
		"a hidden field is not part": {func(o *backend.Observation[backend.AppEntitlement]) {
			entitlementBlock(o.Actual).RequestSchemaID = backend.To("x")
		}, true},
		"figures are not part": {func(o *backend.Observation[backend.AppEntitlement]) { o.Actual.Facts.GrantCount = backend.To(int64(3)) }, true},
		"version, address and date are not part": {func(o *backend.Observation[backend.AppEntitlement]) {
			o.Version, o.URL, o.Date, o.Message = "8", "https://y", time.Unix(2, 0), "m"
		}, true},
		"no phase is Live":                      {func(o *backend.Observation[backend.AppEntitlement]) { o.Phase = backend.PhaseLive }, true},
		"a managed field is part":               {func(o *backend.Observation[backend.AppEntitlement]) { o.Actual.DisplayName = backend.To("Else") }, false},
		"a managed field that vanished is part": {func(o *backend.Observation[backend.AppEntitlement]) { o.Actual.DisplayName = nil }, false},
		"a managed annotation is part": {func(o *backend.Observation[backend.AppEntitlement]) {
			entitlementBlock(o.Actual).Annotations["a"] = "2"
		}, false},
		"the mark is part":                      {func(o *backend.Observation[backend.AppEntitlement]) { o.Mark = backend.Mark{} }, false},
		"the phase is part":                     {func(o *backend.Observation[backend.AppEntitlement]) { o.Phase = backend.PhaseFailed }, false},
		"the id is part":                        {func(o *backend.Observation[backend.AppEntitlement]) { o.ID = "2" }, false},
		"the parent is part":                    {func(o *backend.Observation[backend.AppEntitlement]) { o.ParentID = "other" }, false},
		"that it is retired is part":            {func(o *backend.Observation[backend.AppEntitlement]) { o.Retired = true }, false},
		"that somebody's draft is open is part": {func(o *backend.Observation[backend.AppEntitlement]) { o.Locked = true }, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			obs := base()
			c.change(&obs)
			if got := backend.RowDigest(desired, obs, caps); (got == want) != c.same {
				t.Errorf("the digest is the same: %t, want %t", got == want, c.same)
			}
		})
	}
}

func TestDesiredDigest(t *testing.T) {
	base := backend.AppEntitlement{DisplayName: backend.To("Name"), Owners: backend.Set{"a", "b"}}
	for sentence, c := range map[string]struct {
		other backend.AppEntitlement
		same  bool
	}{
		"order means nothing":                    {backend.AppEntitlement{DisplayName: backend.To("Name"), Owners: backend.Set{"b", "a"}}, true},
		"another value is another digest":        {backend.AppEntitlement{DisplayName: backend.To("Else"), Owners: backend.Set{"a", "b"}}, false},
		"to manage less is another digest":       {backend.AppEntitlement{DisplayName: backend.To("Name")}, false},
		"to manage an empty field is another":    {backend.AppEntitlement{DisplayName: backend.To("Name"), Owners: backend.Set{"a", "b"}, Description: backend.To("")}, false},
		"figures are no part of what is desired": {backend.AppEntitlement{DisplayName: backend.To("Name"), Owners: backend.Set{"a", "b"}, Facts: backend.AppEntitlementFacts{Alias: "x"}}, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			if same := backend.DesiredDigest(base) == backend.DesiredDigest(c.other); same != c.same {
				t.Errorf("the digest is the same: %t, want %t", same, c.same)
			}
		})
	}
	if !backend.KnownDigest(backend.DesiredDigest(base)) || backend.KnownDigest("v0:abc") || backend.KnownDigest("") {
		t.Error("a digest is known by its prefix")
	}
}

func TestDetailFieldsOfListsManagedOnes(t *testing.T) {
	caps := backend.Capabilities{DetailFields: []string{"owners", "conductorOne"}}
	got := backend.DetailFieldsOf(backend.AppEntitlement{DisplayName: backend.To("n"), Owners: backend.Set{}, Block: &conductorone.EntitlementBlock{Alias: backend.To("a")}}, caps)
	if len(got) != 2 || got[0] != "owners" || got[1] != "conductorOne.alias" {
		t.Errorf("got %v", got)
	}
}
