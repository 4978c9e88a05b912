package backend

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestCheck(t *testing.T) {
	caps := Capabilities{
		Unsupported: map[string]string{"requestable": "there is no such switch", "conductorOne.policies": "there are no policies"},
		Values:      map[string][]string{"conductorOne.purpose": {"Assignment", "Permission"}},
		MaxLength:   map[string]int{"description": 4},
	}
	c1 := func(c ConductorOneAppEntitlement) AppEntitlement { return AppEntitlement{ConductorOne: &c} }
	for sentence, c := range map[string]struct {
		desired AppEntitlement
		want    []string
	}{
		"what is supported passes":                {AppEntitlement{DisplayName: To("Name"), Description: To("Text")}, nil},
		"an unsupported field is refused":         {AppEntitlement{Requestable: To(true)}, []string{"requestable: there is no such switch"}},
		"an unsupported field is refused if off":  {AppEntitlement{Requestable: To(false)}, []string{"requestable: there is no such switch"}},
		"what stands below it is refused by name": {c1(ConductorOneAppEntitlement{GrantPolicyID: To("p")}), []string{"conductorOne.policies.grant: there are no policies"}},
		"a known word passes":                     {c1(ConductorOneAppEntitlement{Purpose: To("Permission")}), nil},
		"an unknown word is refused with the known ones": {c1(ConductorOneAppEntitlement{Purpose: To("Ownership")}),
			[]string{`conductorOne.purpose: "Ownership" is not possible at this vendor (possible: Assignment, Permission)`}},
		"characters are counted, not bytes": {AppEntitlement{Description: To("éééé")}, nil},
		"a text that is too long is refused": {AppEntitlement{Description: To("ééééé")},
			[]string{"description: has 5 characters, and this vendor takes at most 4"}},
		"problems are sorted by path": {AppEntitlement{Requestable: To(true), Description: To("ééééé"), ConductorOne: &ConductorOneAppEntitlement{RevokePolicyID: To("p")}},
			[]string{"conductorOne.policies.revoke: there are no policies", "description: has 5 characters, and this vendor takes at most 4", "requestable: there is no such switch"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			var got []string
			for _, p := range caps.Check(c.desired) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckOfMembers(t *testing.T) {
	caps := Capabilities{Unsupported: map[string]string{"scope.users.all": "everybody is too many", "scope.grants.criteria": "grants have no attributes"}}
	for sentence, c := range map[string]struct {
		scope ReviewScope
		want  []string
	}{
		"a member that is supported passes":       {ReviewScope{Users: &ScopeUsers{Selected: &SelectedUsers{UserIDs: Set{"u"}}}}, nil},
		"a member that is not is refused by name": {ReviewScope{Users: &ScopeUsers{All: &struct{}{}}}, []string{"scope.users.all: everybody is too many"}},
		"one of the same name elsewhere passes":   {ReviewScope{Grants: &ScopeGrants{All: &struct{}{}}}, nil},
		"a document in a member is refused, too":  {ReviewScope{Grants: &ScopeGrants{Criteria: &ScopeGrantCriteria{Source: "Direct"}}}, []string{"scope.grants.criteria: grants have no attributes"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			var got []string
			for _, p := range caps.Check(AccessReview{Scope: &c.scope}) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	caps := Capabilities{Required: []string{"displayName", "conductorOne.policies"}}
	for sentence, c := range map[string]struct {
		desired AppEntitlement
		want    []string
	}{
		"nothing is set":                {AppEntitlement{}, []string{"displayName", "conductorOne.policies"}},
		"everything is set":             {AppEntitlement{DisplayName: To("n"), ConductorOne: &ConductorOneAppEntitlement{GrantPolicyID: To("p")}}, nil},
		"an empty value does not count": {AppEntitlement{DisplayName: To(""), ConductorOne: &ConductorOneAppEntitlement{GrantPolicyID: To("p")}}, []string{"displayName"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, caps.Missing(c.desired), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPathsAreUniqueAndBelongToALeaf(t *testing.T) {
	for name, model := range map[string]any{"AppEntitlement": AppEntitlement{}, "AccessProfile": AccessProfile{}, "AccessReview": AccessReview{}} {
		seen := map[string]bool{}
		for _, path := range Paths(model) {
			if seen[path] || path == "" || strings.Contains(path, "..") {
				t.Errorf("%s: the path %q is empty, odd or there twice", name, path)
			}
			seen[path] = true
		}
		if len(Fields(model)) != 0 {
			t.Errorf("%s: an empty model has set fields", name)
		}
	}
}
