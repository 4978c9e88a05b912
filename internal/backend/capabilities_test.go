package backend_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func TestCheck(t *testing.T) {
	caps := backend.Capabilities{
		Block:       &conductorone.EntitlementBlock{},
		Unsupported: map[string]string{"requestable": "there is no such switch", "conductorOne.policies": "there are no policies"},
		Values:      map[string][]string{"conductorOne.purpose": {"Assignment", "Permission"}},
		MaxLength:   map[string]int{"description": 4},
	}
	c1 := func(c conductorone.EntitlementBlock) backend.AppEntitlement { return backend.AppEntitlement{Block: &c} }
	for sentence, c := range map[string]struct {
		desired backend.AppEntitlement
		want    []string
	}{
		"what is supported passes":                {backend.AppEntitlement{DisplayName: backend.To("Name"), Description: backend.To("Text")}, nil},
		"an unsupported field is refused":         {backend.AppEntitlement{Requestable: backend.To(true)}, []string{"requestable: there is no such switch"}},
		"an unsupported field is refused if off":  {backend.AppEntitlement{Requestable: backend.To(false)}, []string{"requestable: there is no such switch"}},
		"what stands below it is refused by name": {c1(conductorone.EntitlementBlock{GrantPolicyID: backend.To("p")}), []string{"conductorOne.policies.grant: there are no policies"}},
		"a known word passes":                     {c1(conductorone.EntitlementBlock{Purpose: backend.To("Permission")}), nil},
		"an unknown word is refused with the known ones": {c1(conductorone.EntitlementBlock{Purpose: backend.To("Ownership")}),
			[]string{`conductorOne.purpose: "Ownership" is not possible at this vendor (possible: Assignment, Permission)`}},
		"characters are counted, not bytes": {backend.AppEntitlement{Description: backend.To("éééé")}, nil},
		"a text that is too long is refused": {backend.AppEntitlement{Description: backend.To("ééééé")},
			[]string{"description: has 5 characters, and this vendor takes at most 4"}},
		"problems are sorted by path": {backend.AppEntitlement{Requestable: backend.To(true), Description: backend.To("ééééé"), Block: &conductorone.EntitlementBlock{RevokePolicyID: backend.To("p")}},
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
	caps := backend.Capabilities{Unsupported: map[string]string{"scope.users.all": "everybody is too many", "scope.grants.criteria": "grants have no attributes"}}
	for sentence, c := range map[string]struct {
		scope backend.ReviewScope
		want  []string
	}{
		"a member that is supported passes":       {backend.ReviewScope{Users: &backend.ScopeUsers{Selected: &backend.SelectedUsers{UserIDs: backend.Set{"u"}}}}, nil},
		"a member that is not is refused by name": {backend.ReviewScope{Users: &backend.ScopeUsers{All: &struct{}{}}}, []string{"scope.users.all: everybody is too many"}},
		"one of the same name elsewhere passes":   {backend.ReviewScope{Grants: &backend.ScopeGrants{All: &struct{}{}}}, nil},
		"a document in a member is refused, too":  {backend.ReviewScope{Grants: &backend.ScopeGrants{Criteria: &backend.ScopeGrantCriteria{Source: "Direct"}}}, []string{"scope.grants.criteria: grants have no attributes"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			var got []string
			for _, p := range caps.Check(backend.AccessReview{Scope: &c.scope}) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	caps := backend.Capabilities{Required: []string{"displayName", "conductorOne.policies"}}
	for sentence, c := range map[string]struct {
		desired backend.AppEntitlement
		want    []string
	}{
		"nothing is set":                {backend.AppEntitlement{}, []string{"displayName", "conductorOne.policies"}},
		"everything is set":             {backend.AppEntitlement{DisplayName: backend.To("n"), Block: &conductorone.EntitlementBlock{GrantPolicyID: backend.To("p")}}, nil},
		"an empty value does not count": {backend.AppEntitlement{DisplayName: backend.To(""), Block: &conductorone.EntitlementBlock{GrantPolicyID: backend.To("p")}}, []string{"displayName"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			if diff := cmp.Diff(c.want, caps.Missing(c.desired), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPathsAreUniqueAndBelongToALeaf(t *testing.T) {
	for name, model := range map[string]any{"AppEntitlement": backend.AppEntitlement{}, "AccessProfile": backend.AccessProfile{}, "AccessReview": backend.AccessReview{}} {
		seen := map[string]bool{}
		for _, path := range backend.Paths(model) {
			if seen[path] || path == "" || strings.Contains(path, "..") {
				t.Errorf("%s: the path %q is empty, odd or there twice", name, path)
			}
			seen[path] = true
		}
		if len(backend.Fields(model)) != 0 {
			t.Errorf("%s: an empty model has set fields", name)
		}
	}
}
