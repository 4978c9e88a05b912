package backend_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func TestWhatMayWidenIsNeverCalledHarmless(t *testing.T) {
	e := func(ids ...string) backend.AccessProfile {
		out := backend.EntitlementSet{}
		for _, id := range ids {
			out = append(out, backend.EntitlementID{AppID: "app", ID: id})
		}
		return backend.AccessProfile{Entitlements: out}
	}
	segments := func(ids ...string) backend.AccessProfile {
		return backend.AccessProfile{Block: &sailpoint.ProfileBlock{Segments: append(backend.Set{}, ids...)}}
	}
	related := func(grantBy string, ids ...string) backend.AccessProfile {
		out := veza.Relationships{}
		for _, id := range ids {
			out = append(out, veza.Relationship{EntityType: "Group", EntityID: id, GrantBy: &grantBy})
		}
		return backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: out}}
	}
	leaving := func(word string) backend.AccessProfile {
		return backend.AccessProfile{Block: &conductorone.ProfileBlock{UnenrollmentBehavior: &word}}
	}
	rule := func(text string) backend.AccessProfile {
		return backend.AccessProfile{Membership: &backend.Membership{Expression: &text}}
	}
	owners := func(ids ...string) backend.AccessProfile {
		return backend.AccessProfile{Owners: append(backend.Owners{}, ids...)}
	}
	requestable := func(on bool) backend.AccessProfile { return backend.AccessProfile{Requestable: &on} }
	for sentence, c := range map[string]struct {
		path          string
		before, after backend.AccessProfile
		want          backend.Widening
	}{
		"an entitlement more":                            {"entitlements", e("a"), e("a", "b"), backend.Widens},
		"an entitlement for another":                     {"entitlements", e("a"), e("b"), backend.Widens},
		"the first one":                                  {"entitlements", backend.AccessProfile{}, e("a"), backend.Widens},
		"an entitlement less":                            {"entitlements", e("a", "b"), e("a"), backend.WidensNot},
		"no entitlement":                                 {"entitlements", e("a"), e(), backend.WidensNot},
		"a switch that goes on":                          {"requestable", requestable(false), requestable(true), backend.Widens},
		"a switch that goes off":                         {"requestable", requestable(true), requestable(false), backend.WidensNot},
		"no segment, where that is everybody":            {"sailPoint.segments", segments("a"), segments(), backend.Widens},
		"a segment where everybody was":                  {"sailPoint.segments", segments(), segments("a"), backend.WidensNot},
		"a segment less":                                 {"sailPoint.segments", segments("a", "b"), segments("a"), backend.WidensNot},
		"a segment for another":                          {"sailPoint.segments", segments("a"), segments("b"), backend.Widens},
		"a step up":                                      {"conductorOne.unenrollmentBehavior", leaving("RevokeAll"), leaving("LeaveAccessAsIs"), backend.Widens},
		"a step down":                                    {"conductorOne.unenrollmentBehavior", leaving("LeaveAccessAsIs"), leaving("RevokeAll"), backend.WidensNot},
		"a word that nobody knows":                       {"conductorOne.unenrollmentBehavior", leaving("RevokeAll"), leaving("Other"), backend.WidensPerhaps},
		"another rule":                                   {"membership.expression", rule("a"), rule("b"), backend.WidensPerhaps},
		"a rule that goes":                               {"membership.expression", rule("a"), rule(""), backend.WidensPerhaps},
		"no owner, where one may have kept people out":   {"owners", owners("a"), owners(), backend.WidensPerhaps},
		"nothing where nothing was":                      {"owners", backend.AccessProfile{}, owners(), backend.WidensNot},
		"what stays, granted in another way":             {"veza.relationships", related("Direct", "a"), related("Role", "a"), backend.WidensPerhaps},
		"what stays as it was, beside another that goes": {"veza.relationships", related("Direct", "a", "b"), related("Direct", "a"), backend.WidensNot},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := narrowing.Widens(c.after, c.before, c.path); got != c.want {
				t.Errorf("it is %q, want %q", got, c.want)
			}
		})
	}
}
