package backend_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

var narrowing = backend.Capabilities{Narrows: map[string]backend.Narrowing{
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
	e := func(ids ...string) backend.EntitlementSet {
		out := backend.EntitlementSet{}
		for _, id := range ids {
			out = append(out, backend.EntitlementID{AppID: "app", ID: id})
		}
		return out
	}
	segments := func(ids ...string) *sailpoint.ProfileBlock {
		return &sailpoint.ProfileBlock{Segments: append(backend.Set{}, ids...)}
	}
	related := func(grantBy *string, ids ...string) *veza.ProfileBlock {
		out := veza.Relationships{}
		for _, id := range ids {
			out = append(out, veza.Relationship{EntityType: "Group", EntityID: id, GrantBy: grantBy})
		}
		return &veza.ProfileBlock{Relationships: out}
	}
	for sentence, c := range map[string]struct {
		desired, actual, want backend.AccessProfile
		unknown               []string
	}{
		"a switch that goes off narrows": {desired: backend.AccessProfile{Requestable: backend.To(false), DisplayName: backend.To("new")},
			actual: backend.AccessProfile{Requestable: backend.To(true), DisplayName: backend.To("old")}, want: backend.AccessProfile{Requestable: backend.To(false)}},
		"a switch that goes on does not":       {desired: backend.AccessProfile{Requestable: backend.To(true)}, actual: backend.AccessProfile{Requestable: backend.To(false)}},
		"a switch that is off says nothing":    {desired: backend.AccessProfile{Requestable: backend.To(false)}, actual: backend.AccessProfile{Requestable: backend.To(false)}},
		"what was not read is not written":     {desired: backend.AccessProfile{Requestable: backend.To(false), Entitlements: e()}},
		"what nobody wrote down is left alone": {actual: backend.AccessProfile{Requestable: backend.To(true), Entitlements: e("a")}},
		"a switch in a block":                  {desired: backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(false), Expression: backend.To("new")}}, actual: backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(true), Expression: backend.To("old")}}, want: backend.AccessProfile{Membership: &backend.Membership{Enabled: backend.To(false)}}},
		"a word that lets people in, left":     {desired: backend.AccessProfile{Block: &veza.ProfileBlock{State: backend.To("Paused")}}, actual: backend.AccessProfile{Block: &veza.ProfileBlock{State: backend.To("Running")}}, want: backend.AccessProfile{Block: &veza.ProfileBlock{State: backend.To("Paused")}}},
		"one such word for another":            {desired: backend.AccessProfile{Block: &veza.ProfileBlock{State: backend.To("Running")}}, actual: backend.AccessProfile{Block: &veza.ProfileBlock{State: backend.To("Pending")}}},
		"a step down narrows": {desired: backend.AccessProfile{Block: &conductorone.ProfileBlock{UnenrollmentBehavior: backend.To("RevokeUnjustified")}}, actual: backend.AccessProfile{Block: &conductorone.ProfileBlock{UnenrollmentBehavior: backend.To("LeaveAccessAsIs")}},
			want: backend.AccessProfile{Block: &conductorone.ProfileBlock{UnenrollmentBehavior: backend.To("RevokeUnjustified")}}},
		"a step up does not":                      {desired: backend.AccessProfile{Block: &conductorone.ProfileBlock{UnenrollmentBehavior: backend.To("RevokeUnjustified")}}, actual: backend.AccessProfile{Block: &conductorone.ProfileBlock{UnenrollmentBehavior: backend.To("RevokeAll")}}},
		"nor does one from what nobody knows":     {desired: backend.AccessProfile{Block: &conductorone.ProfileBlock{UnenrollmentBehavior: backend.To("RevokeAll")}}, actual: backend.AccessProfile{Block: &conductorone.ProfileBlock{UnenrollmentBehavior: backend.To("KeepForever")}}},
		"an entry less":                           {desired: backend.AccessProfile{Entitlements: e("a")}, actual: backend.AccessProfile{Entitlements: e("a", "b")}, want: backend.AccessProfile{Entitlements: e("a")}},
		"one for another takes out and adds none": {desired: backend.AccessProfile{Entitlements: e("a", "new")}, actual: backend.AccessProfile{Entitlements: e("a", "b")}, want: backend.AccessProfile{Entitlements: e("a")}},
		"all of them":                             {desired: backend.AccessProfile{Entitlements: e()}, actual: backend.AccessProfile{Entitlements: e("a", "b")}, want: backend.AccessProfile{Entitlements: e()}},
		"an entry more":                           {desired: backend.AccessProfile{Entitlements: e("a", "b")}, actual: backend.AccessProfile{Entitlements: e("a")}},
		"an unknown one may be the one taken out": {desired: backend.AccessProfile{Entitlements: e("a"), Requestable: backend.To(false)}, actual: backend.AccessProfile{Entitlements: e("a", "b"), Requestable: backend.To(true)}, unknown: []string{"entitlements[1].ref"}, want: backend.AccessProfile{Requestable: backend.To(false)}},
		"an unknown one of another list may not":  {desired: backend.AccessProfile{Entitlements: e("a")}, actual: backend.AccessProfile{Entitlements: e("a", "b")}, unknown: []string{"inherits[0].ref", "owners"}, want: backend.AccessProfile{Entitlements: e("a")}},
		"the last one stays where one has to":     {desired: backend.AccessProfile{Inherits: backend.Set{"new"}}, actual: backend.AccessProfile{Inherits: backend.Set{"old"}}},
		"but the one before it goes":              {desired: backend.AccessProfile{Inherits: backend.Set{"new", "a"}}, actual: backend.AccessProfile{Inherits: backend.Set{"a", "b"}}, want: backend.AccessProfile{Inherits: backend.Set{"a"}}},
		"of none that is all, the first":          {desired: backend.AccessProfile{Block: segments("a")}, actual: backend.AccessProfile{Block: segments()}, want: backend.AccessProfile{Block: segments("a")}},
		"none that is all is not less":            {desired: backend.AccessProfile{Block: segments()}, actual: backend.AccessProfile{Block: segments("a")}},
		"nor is another":                          {desired: backend.AccessProfile{Block: segments("b")}, actual: backend.AccessProfile{Block: segments("a")}},
		"what is beside an item stays":            {desired: backend.AccessProfile{Block: related(backend.To("new"), "a")}, actual: backend.AccessProfile{Block: related(backend.To("old"), "a", "b")}, want: backend.AccessProfile{Block: related(nil, "a")}},
		"an unknown one that ends up in the list": {desired: backend.AccessProfile{Block: related(nil, "a")}, actual: backend.AccessProfile{Block: related(nil, "a", "b")}, unknown: []string{"entitlements[0].ref"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, backend.Narrowed(c.desired, c.actual, narrowing, c.unknown...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestNarrowingIsOverInOneStep: what is left of it once it was written is nothing, and it changed neither of the two.
func TestNarrowingIsOverInOneStep(t *testing.T) {
	draw := func(rt *rapid.T, label string, segments bool) backend.AccessProfile {
		subset := func(of ...string) backend.Set {
			return append(backend.Set{}, rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, 3, rapid.ID).Draw(rt, label)...)
		}
		p := backend.AccessProfile{Inherits: subset("a", "b", "c"), Requestable: backend.To(rapid.Bool().Draw(rt, label))}
		block := &veza.ProfileBlock{State: backend.To(rapid.SampledFrom([]string{"Running", "Paused", "Pending"}).Draw(rt, label)), Relationships: veza.Relationships{}}
		for _, id := range subset("x", "y", "z") {
			block.Relationships = append(block.Relationships, veza.Relationship{EntityID: id, GrantBy: backend.To(label)})
			p.Entitlements = append(p.Entitlements, backend.EntitlementID{AppID: "app", ID: id})
		}
		p.Block = block
		if segments {
			p.Block = &sailpoint.ProfileBlock{Segments: subset("s", "t", "u")}
		}
		return p
	}
	rapid.Check(t, func(rt *rapid.T) {
		segments := rapid.Bool().Draw(rt, "segments")
		desired, actual := draw(rt, "desired", segments), draw(rt, "actual", segments)
		before := []string{backend.DesiredDigest(desired), backend.DesiredDigest(actual)}
		less := backend.Narrowed(desired, actual, narrowing)
		if !slices.Equal(before, []string{backend.DesiredDigest(desired), backend.DesiredDigest(actual)}) {
			rt.Fatal("it changed what it was given")
		}
		for _, f := range backend.Fields(less) {
			backend.CopyLeaf(&actual, less, f.Path)
		}
		if left := backend.Narrowed(desired, actual, narrowing); len(backend.Fields(left)) > 0 {
			rt.Fatalf("left: %s", backend.Fields(left)[0].Path)
		}
		if changes := backend.Diff(less, actual, narrowing, backend.Memory{}); len(changes) > 0 {
			rt.Fatalf("still different: %v", changes.Paths())
		}
	})
}
