package backend

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var narrowing = Capabilities{Narrows: map[string]Narrowing{
	"entitlements":                      {Fewer: true},
	"inherits":                          {Fewer: true, LastStays: true},
	"requestable":                       {Open: []string{"true"}},
	"membership.enabled":                {Open: []string{"true"}},
	"conductorOne.visibleToEveryone":    {Open: []string{"true"}},
	"sailPoint.segments":                {Fewer: true, NoneIsAll: true},
	"conductorOne.unenrollmentBehavior": {Ranked: []string{"LeaveAccessAsIs", "RevokeUnjustified", "RevokeAll"}},
	"veza.state":                        {Open: []string{"Running", "Pending"}},
	"veza.relationships":                {Fewer: true, Beside: []string{"entitlements"}},
}}

func TestNarrowed(t *testing.T) {
	e := func(ids ...string) EntitlementSet {
		out := EntitlementSet{}
		for _, id := range ids {
			out = append(out, EntitlementID{"app", id})
		}
		return out
	}
	segments := func(ids ...string) *SailPointAccessProfile {
		return &SailPointAccessProfile{Segments: append(Set{}, ids...)}
	}
	related := func(grantBy *string, ids ...string) *VezaAccessProfile {
		out := VezaRelationships{}
		for _, id := range ids {
			out = append(out, VezaRelationship{EntityType: "Group", EntityID: id, GrantBy: grantBy})
		}
		return &VezaAccessProfile{Relationships: out}
	}
	for sentence, c := range map[string]struct {
		desired, actual, want AccessProfile
		unknown               []string
	}{
		"a switch that goes off narrows": {desired: AccessProfile{Requestable: To(false), DisplayName: To("new")},
			actual: AccessProfile{Requestable: To(true), DisplayName: To("old")}, want: AccessProfile{Requestable: To(false)}},
		"a switch that goes on does not":       {desired: AccessProfile{Requestable: To(true)}, actual: AccessProfile{Requestable: To(false)}},
		"a switch that is off says nothing":    {desired: AccessProfile{Requestable: To(false)}, actual: AccessProfile{Requestable: To(false)}},
		"what was not read is not written":     {desired: AccessProfile{Requestable: To(false), Entitlements: e()}},
		"what nobody wrote down is left alone": {actual: AccessProfile{Requestable: To(true), Entitlements: e("a")}},
		"a switch in a block":                  {desired: AccessProfile{Membership: &Membership{Enabled: To(false), Expression: To("new")}}, actual: AccessProfile{Membership: &Membership{Enabled: To(true), Expression: To("old")}}, want: AccessProfile{Membership: &Membership{Enabled: To(false)}}},
		"a word that lets people in, left":     {desired: AccessProfile{Veza: &VezaAccessProfile{State: To("Paused")}}, actual: AccessProfile{Veza: &VezaAccessProfile{State: To("Running")}}, want: AccessProfile{Veza: &VezaAccessProfile{State: To("Paused")}}},
		"one such word for another":            {desired: AccessProfile{Veza: &VezaAccessProfile{State: To("Running")}}, actual: AccessProfile{Veza: &VezaAccessProfile{State: To("Pending")}}},
		"a step down narrows": {desired: AccessProfile{ConductorOne: &ConductorOneAccessProfile{UnenrollmentBehavior: To("RevokeUnjustified")}}, actual: AccessProfile{ConductorOne: &ConductorOneAccessProfile{UnenrollmentBehavior: To("LeaveAccessAsIs")}},
			want: AccessProfile{ConductorOne: &ConductorOneAccessProfile{UnenrollmentBehavior: To("RevokeUnjustified")}}},
		"a step up does not":                      {desired: AccessProfile{ConductorOne: &ConductorOneAccessProfile{UnenrollmentBehavior: To("RevokeUnjustified")}}, actual: AccessProfile{ConductorOne: &ConductorOneAccessProfile{UnenrollmentBehavior: To("RevokeAll")}}},
		"nor does one from what nobody knows":     {desired: AccessProfile{ConductorOne: &ConductorOneAccessProfile{UnenrollmentBehavior: To("RevokeAll")}}, actual: AccessProfile{ConductorOne: &ConductorOneAccessProfile{UnenrollmentBehavior: To("KeepForever")}}},
		"an entry less":                           {desired: AccessProfile{Entitlements: e("a")}, actual: AccessProfile{Entitlements: e("a", "b")}, want: AccessProfile{Entitlements: e("a")}},
		"one for another takes out and adds none": {desired: AccessProfile{Entitlements: e("a", "new")}, actual: AccessProfile{Entitlements: e("a", "b")}, want: AccessProfile{Entitlements: e("a")}},
		"all of them":                             {desired: AccessProfile{Entitlements: e()}, actual: AccessProfile{Entitlements: e("a", "b")}, want: AccessProfile{Entitlements: e()}},
		"an entry more":                           {desired: AccessProfile{Entitlements: e("a", "b")}, actual: AccessProfile{Entitlements: e("a")}},
		"an unknown one may be the one taken out": {desired: AccessProfile{Entitlements: e("a"), Requestable: To(false)}, actual: AccessProfile{Entitlements: e("a", "b"), Requestable: To(true)}, unknown: []string{"entitlements[1].ref"}, want: AccessProfile{Requestable: To(false)}},
		"an unknown one of another list may not":  {desired: AccessProfile{Entitlements: e("a")}, actual: AccessProfile{Entitlements: e("a", "b")}, unknown: []string{"inherits[0].ref", "owners"}, want: AccessProfile{Entitlements: e("a")}},
		"the last one stays where one has to":     {desired: AccessProfile{Inherits: Set{"new"}}, actual: AccessProfile{Inherits: Set{"old"}}},
		"but the one before it goes":              {desired: AccessProfile{Inherits: Set{"new", "a"}}, actual: AccessProfile{Inherits: Set{"a", "b"}}, want: AccessProfile{Inherits: Set{"a"}}},
		"of none that is all, the first":          {desired: AccessProfile{SailPoint: segments("a")}, actual: AccessProfile{SailPoint: segments()}, want: AccessProfile{SailPoint: segments("a")}},
		"none that is all is not less":            {desired: AccessProfile{SailPoint: segments()}, actual: AccessProfile{SailPoint: segments("a")}},
		"nor is another":                          {desired: AccessProfile{SailPoint: segments("b")}, actual: AccessProfile{SailPoint: segments("a")}},
		"what is beside an item stays":            {desired: AccessProfile{Veza: related(To("new"), "a")}, actual: AccessProfile{Veza: related(To("old"), "a", "b")}, want: AccessProfile{Veza: related(nil, "a")}},
		"an unknown one that ends up in the list": {desired: AccessProfile{Veza: related(nil, "a")}, actual: AccessProfile{Veza: related(nil, "a", "b")}, unknown: []string{"entitlements[0].ref"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Narrowed(c.desired, c.actual, narrowing, c.unknown...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestNarrowingIsOverInOneStep: what is left of it once it was written is nothing, and it changed neither of the two.
func TestNarrowingIsOverInOneStep(t *testing.T) {
	draw := func(rt *rapid.T, label string) AccessProfile {
		subset := func(of ...string) Set {
			return append(Set{}, rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 3, rapid.ID).Draw(rt, label)...)
		}
		p := AccessProfile{Inherits: subset("a", "b", "c"), Requestable: To(rapid.Bool().Draw(rt, label)),
			SailPoint: &SailPointAccessProfile{Segments: subset("s", "t", "u")},
			Veza:      &VezaAccessProfile{State: To(rapid.SampledFrom([]string{"Running", "Paused", "Pending"}).Draw(rt, label)), Relationships: VezaRelationships{}}}
		for _, id := range subset("x", "y", "z") {
			p.Veza.Relationships = append(p.Veza.Relationships, VezaRelationship{EntityID: id, GrantBy: To(label)})
			p.Entitlements = append(p.Entitlements, EntitlementID{"app", id})
		}
		return p
	}
	rapid.Check(t, func(rt *rapid.T) {
		desired, actual := draw(rt, "desired"), draw(rt, "actual")
		before := []string{DesiredDigest(desired), DesiredDigest(actual)}
		less := Narrowed(desired, actual, narrowing)
		if !slices.Equal(before, []string{DesiredDigest(desired), DesiredDigest(actual)}) {
			rt.Fatal("it changed what it was given")
		}
		for _, f := range Fields(less) {
			leafAt(reflect.ValueOf(&actual).Elem(), f.Path).Set(f.value)
		}
		if left := Narrowed(desired, actual, narrowing); len(Fields(left)) > 0 {
			rt.Fatalf("left: %s", Fields(left)[0].Path)
		}
		if changes := Diff(less, actual, narrowing, Memory{}); len(changes) > 0 {
			rt.Fatalf("still different: %v", changes.Paths())
		}
	})
}
