package backend_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func TestADifferenceSaysWhatAFieldGainsAndLoses(t *testing.T) {
	names := map[string]string{"e1": "Viewer", "p1": "Manager approval", "a1": "ConductorOne"}
	name := func(id string) string { return names[id] }
	long := strings.Repeat("é", 100)
	many := backend.Set{}
	for i := range 20 {
		many = append(many, fmt.Sprintf("u%02d", i))
	}
	before := backend.AccessProfile{
		DisplayName: backend.To("Sales"), Description: &long, Requestable: backend.To(false),
		Entitlements: backend.EntitlementSet{{AppID: "a1", ID: "e1"}, {AppID: "a1", ID: "e2"}},
		Owners:       backend.Owners{"ada"},
		Block: &conductorone.ProfileBlock{
			MaxGrantDuration: &backend.Duration{Unlimited: true}, Annotations: backend.Pairs{"team": "a", "other": "b"},
		},
	}
	after := backend.AccessProfile{
		DisplayName: backend.To("Payroll\n"), Description: backend.To(""), Requestable: backend.To(true),
		Entitlements: backend.EntitlementSet{{AppID: "a1", ID: "e3"}, {AppID: "a1", ID: "e1"}},
		Owners:       backend.Owners{"ada", "grace"}, Inherits: many,
		Block: &conductorone.ProfileBlock{
			GrantPolicyID: backend.To("p1"), MaxGrantDuration: &backend.Duration{Duration: 48 * time.Hour},
			Annotations: backend.Pairs{"team": ""}, Cohort: &conductorone.Cohort{SuggestionID: "s1"},
		},
	}
	var changes backend.Changes
	want := map[string]string{
		"displayName":                   `"Sales" → "Payroll\n"`,
		"description":                   `"` + strings.Repeat("é", 63) + `…" → none`,
		"requestable":                   "false → true",
		"entitlements":                  "+e3, −e2",
		"owners":                        "+grace",
		"inherits":                      "+u00, +u01, +u02, +u03, +u04, +u05, +u06, +u07, +u08, +u09, +u10, +u11, +u12, +u13, +u14, +u15, +4 more",
		"conductorOne.policies.grant":   "none → p1 (Manager approval)",
		"conductorOne.maxGrantDuration": "Unlimited → 48h0m0s",
		"conductorOne.annotations":      `+team=""`,
		"conductorOne.cohort":           "", // A document: that it changes is all that is told.
		backend.PathMark:                "",
	}
	for path := range want {
		changes = append(changes, backend.Change{Path: path})
	}
	for _, d := range backend.Differences(after, before, changes, name) {
		if d.Text != want[d.Path] {
			t.Errorf("%s: %s, want %s", d.Path, d.Text, want[d.Path])
		}
	}
	lost := backend.Differences(before, after, backend.Changes{{Path: "entitlements"}}, name)
	if got := lost[0].String(); got != "entitlements: +e2, −e3" {
		t.Error(got)
	}
	// The same id in two apps is two entitlements.
	moved := func(app string) backend.AccessProfile {
		return backend.AccessProfile{Entitlements: backend.EntitlementSet{{AppID: app, ID: "e1"}, {AppID: "a9", ID: "e1"}}}
	}
	if got := backend.Differences(moved("a2"), moved("a1"), backend.Changes{{Path: "entitlements"}}, name)[0].String(); got != "entitlements: +a2/e1, −a1/e1" {
		t.Error(got)
	}
	left := backend.AccessProfile{Entitlements: backend.EntitlementSet{}}
	if got := backend.Differences(left, before, backend.Changes{{Path: "entitlements"}}, name)[0].String(); got != "entitlements: −e1 (Viewer), −e2" {
		t.Error(got)
	}
}

// TestBlocksHaveWordsOfTheirOwn: what a block of a vendor holds is told in the words that its types have.
func TestBlocksHaveWordsOfTheirOwn(t *testing.T) {
	longest := func(p sailpoint.Period) backend.AccessProfile {
		return backend.AccessProfile{Block: &sailpoint.ProfileBlock{AccessRequest: &sailpoint.ProfileRequest{MaxPermittedAccessDuration: &p}}}
	}
	granting := func(ids ...string) backend.AccessProfile {
		list := veza.Relationships{}
		for _, id := range ids {
			list = append(list, veza.Relationship{EntityType: "Group", EntityID: id})
		}
		return backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: list}}
	}
	const path, list = "sailPoint.accessRequestConfig.maxPermittedAccessDuration", "veza.relationships"
	for want, c := range map[string]struct {
		path          string
		after, before backend.AccessProfile
	}{
		path + ": none → 5 Days":               {path, longest(sailpoint.Period{Value: 5, Unit: "Days"}), backend.AccessProfile{}},
		path + ": 5 Days → none":               {path, longest(sailpoint.Period{}), longest(sailpoint.Period{Value: 5, Unit: "Days"})},
		list + ": +Group/new, \u2212Group/old": {list, granting("new", "kept"), granting("kept", "old")},
	} {
		got := backend.Differences(c.after, c.before, backend.Changes{{Path: c.path}}, func(string) string { return "" })
		if len(got) != 1 || got[0].String() != want {
			t.Errorf("%v, want %q", got, want)
		}
	}
}
