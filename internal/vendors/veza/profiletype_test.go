package veza_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func TestTheTypeDecidesTheFirstState(t *testing.T) {
	paused := fake.SeedID("type", "Starts Paused")
	k := profiles(t)
	desired := leastProfile(paused)("P")
	profileBlock(desired).State = backend.To("Initial")
	obs := k.Created(paused, desired)
	same(t, "the state", backend.Value(profileBlock(obs.Actual).State), "Paused")
	converge(k, obs, desired)
}

func TestTheTypeIsAskedFirst(t *testing.T) {
	limited, single, application := fake.SeedID("type", "Limited"), fake.SeedID("type", "Single Datasource"), fake.SeedID("type", "Application Access")
	three := veza.Relationships{related(developers), related(reports), related(team)}
	for sentence, tc := range map[string]struct {
		typeID string
		spec   func(*profile)
		path   string
		why    string
	}{
		"relationships where there are none":  {business, func(p *profile) { profileBlock(p).Relationships = three }, "veza.relationships", `profiles of the type "Business Role" have no relationships`},
		"entitlements where there are none":   {business, func(p *profile) { p.Entitlements = backend.EntitlementSet{team} }, "entitlements", "have no relationships"},
		"inheritance where there is none":     {plain, func(p *profile) { p.Inherits = backend.Set{noSuchID} }, "inherits", "do not inherit"},
		"too many":                            {limited, func(p *profile) { profileBlock(p).Relationships = three }, "veza.relationships", "has 3 items, and profiles of the type \"Limited\" take at most 2"},
		"two datasources":                     {single, func(p *profile) { profileBlock(p).Relationships = three }, "veza.relationships", "names several datasources"},
		"an application where there are rels": {plain, func(p *profile) { profileBlock(p).ApplicationDatasourceID = &okta }, "veza.applicationDatasource", "is only for types that allow neither"},
		"a policy where the type has one":     {business, func(p *profile) { profileBlock(p).AccessRequestPolicyID = &auto }, "veza.accessRequestPolicyID", "have the policy of their type"},
	} {
		t.Run(sentence, func(t *testing.T) {
			k := profiles(t)
			desired := leastProfile(tc.typeID)("P")
			tc.spec(&desired)
			_, err := k.Create(t.Context(), backend.Ref{ParentID: tc.typeID, Mark: mark}, desired)
			vendortest.Refusal(t, err, tc.path, tc.why)
			obs := k.Created(tc.typeID, leastProfile(tc.typeID)("P"))
			k.ResetCalls()
			_, err = k.Update(t.Context(), obs, desired, k.Diff(obs, desired))
			vendortest.Refusal(t, err, tc.path, tc.why)
			if sent := writes(k.Fixture); len(sent) > 0 {
				t.Errorf("sent %v", sent)
			}
		})
	}
	k := profiles(t)
	desired := leastProfile(application)("P")
	profileBlock(desired).ApplicationDatasourceID = &okta
	converge(k, k.Created(application, desired), desired)
}

func TestInheritanceInACircle(t *testing.T) {
	k := profiles(t)
	parent := k.Created(business, leastProfile(business)("Parent"))
	heir := leastProfile(business)("Heir")
	heir.Inherits = backend.Set{parent.ID}
	child := k.Created(business, heir)
	for _, id := range []string{parent.ID, child.ID} {
		desired := leastProfile(business)("Parent")
		desired.Inherits = backend.Set{id}
		_, err := k.Update(t.Context(), parent, desired, backend.Changes{{Path: "inherits"}})
		vendortest.Refusal(t, err, "inherits", "names the profile itself, or one that inherits from it")
	}
}
