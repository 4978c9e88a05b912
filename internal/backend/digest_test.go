package backend

import (
	"testing"
	"time"
)

func TestRowDigest(t *testing.T) {
	caps := Capabilities{DetailFields: []string{"owners"}, WriteOnly: []string{"conductorOne.requestSchemaID"}}
	desired := AppEntitlement{DisplayName: To("Name"), Owners: Set{"u1"}, ConductorOne: &ConductorOneAppEntitlement{
		Annotations: Pairs{"a": "1"}, RequestSchemaID: To("form")}}
	base := func() Observation[AppEntitlement] {
		return Observation[AppEntitlement]{Exists: true, ID: "1", ParentID: "app", Version: "7", URL: "https://x", Date: time.Unix(1, 0),
			Mark:   Mark{Token: "T", Owner: "ns/name", Cluster: "c"},
			Actual: AppEntitlement{DisplayName: To("Name"), ConductorOne: &ConductorOneAppEntitlement{Annotations: Pairs{"a": "1"}}}}
	}
	want := RowDigest(desired, base(), caps)
	for sentence, c := range map[string]struct {
		change func(*Observation[AppEntitlement])
		same   bool
	}{
		"a full read says the same as its row": {func(o *Observation[AppEntitlement]) { o.Actual.Owners = Set{"u1"} }, true},
		"a detail field is not part":           {func(o *Observation[AppEntitlement]) { o.Actual.Owners = Set{"u2"} }, true},
		"a field nobody set is not part":       {func(o *Observation[AppEntitlement]) { o.Actual.Description = To("text") }, true},
		"an annotation nobody set is not part": {func(o *Observation[AppEntitlement]) { o.Actual.ConductorOne.Annotations["b"] = "2" }, true},
		"a hidden field is not part":           {func(o *Observation[AppEntitlement]) { o.Actual.ConductorOne.RequestSchemaID = To("x") }, true},
		"figures are not part":                 {func(o *Observation[AppEntitlement]) { o.Actual.Facts.GrantCount = To(int64(3)) }, true},
		"version, address and date are not part": {func(o *Observation[AppEntitlement]) {
			o.Version, o.URL, o.Date, o.Message = "8", "https://y", time.Unix(2, 0), "m"
		}, true},
		"no phase is Live":                      {func(o *Observation[AppEntitlement]) { o.Phase = PhaseLive }, true},
		"a managed field is part":               {func(o *Observation[AppEntitlement]) { o.Actual.DisplayName = To("Else") }, false},
		"a managed field that vanished is part": {func(o *Observation[AppEntitlement]) { o.Actual.DisplayName = nil }, false},
		"a managed annotation is part":          {func(o *Observation[AppEntitlement]) { o.Actual.ConductorOne.Annotations["a"] = "2" }, false},
		"the mark is part":                      {func(o *Observation[AppEntitlement]) { o.Mark = Mark{} }, false},
		"the phase is part":                     {func(o *Observation[AppEntitlement]) { o.Phase = PhaseFailed }, false},
		"the id is part":                        {func(o *Observation[AppEntitlement]) { o.ID = "2" }, false},
		"the parent is part":                    {func(o *Observation[AppEntitlement]) { o.ParentID = "other" }, false},
		"that it is retired is part":            {func(o *Observation[AppEntitlement]) { o.Retired = true }, false},
		"that somebody's draft is open is part": {func(o *Observation[AppEntitlement]) { o.Locked = true }, false},
	} {
		t.Run(sentence, func(t *testing.T) {
			obs := base()
			c.change(&obs)
			if got := RowDigest(desired, obs, caps); (got == want) != c.same {
				t.Errorf("the digest is the same: %t, want %t", got == want, c.same)
			}
		})
	}
}

func TestDesiredDigest(t *testing.T) {
	base := AppEntitlement{DisplayName: To("Name"), Owners: Set{"a", "b"}}
	for sentence, c := range map[string]struct {
		other AppEntitlement
		same  bool
	}{
		"order means nothing":                    {AppEntitlement{DisplayName: To("Name"), Owners: Set{"b", "a"}}, true},
		"another value is another digest":        {AppEntitlement{DisplayName: To("Else"), Owners: Set{"a", "b"}}, false},
		"to manage less is another digest":       {AppEntitlement{DisplayName: To("Name")}, false},
		"to manage an empty field is another":    {AppEntitlement{DisplayName: To("Name"), Owners: Set{"a", "b"}, Description: To("")}, false},
		"figures are no part of what is desired": {AppEntitlement{DisplayName: To("Name"), Owners: Set{"a", "b"}, Facts: AppEntitlementFacts{Alias: "x"}}, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			if same := DesiredDigest(base) == DesiredDigest(c.other); same != c.same {
				t.Errorf("the digest is the same: %t, want %t", same, c.same)
			}
		})
	}
	if !KnownDigest(DesiredDigest(base)) || KnownDigest("v0:abc") || KnownDigest("") {
		t.Error("a digest is known by its prefix")
	}
}

func TestDetailFieldsOfListsManagedOnes(t *testing.T) {
	caps := Capabilities{DetailFields: []string{"owners", "conductorOne"}}
	got := DetailFieldsOf(AppEntitlement{DisplayName: To("n"), Owners: Set{}, ConductorOne: &ConductorOneAppEntitlement{Alias: To("a")}}, caps)
	if len(got) != 2 || got[0] != "owners" || got[1] != "conductorOne.alias" {
		t.Errorf("got %v", got)
	}
}
