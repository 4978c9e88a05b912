package backend

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPartsOfEntriesAreToldApart(t *testing.T) {
	plain := VezaRelationship{EntityType: "Group", DatasourceID: "d", EntityID: "sales"}
	other := VezaRelationship{EntityType: "Group", DatasourceID: "d", EntityID: "support"}
	rich := plain
	rich.GrantBy, rich.CreatedByAccessProfile = To("DIRECT"), To(true)
	rich.CustomProperties = Pairs{"cost": "1"}
	rich.SyncIdentityAction = &VezaAction{PolicyID: "p", Name: "a"}
	rich.Condition = &VezaCondition{Expression: "x"}
	assigned := plain
	assigned.AssignedToEntityType, assigned.AssignedToEntityID = "User", "ada"
	all := []string{"veza.relationships[].condition", "veza.relationships[].createdByAccessProfile", "veza.relationships[].customProperties", "veza.relationships[].grantBy", "veza.relationships[].syncIdentityAction"}
	less := rich
	less.Condition, less.CustomProperties = nil, Pairs{"team": "2"}

	profile := func(list ...VezaRelationship) AccessProfile {
		return AccessProfile{Veza: &VezaAccessProfile{Relationships: list}}
	}
	var none AccessProfile
	for name, c := range map[string]struct {
		spec, there AccessProfile
		sets, stays []string
	}{
		"a new entry":                       {profile(rich), profile(), all, nil},
		"an entry that is there":            {profile(rich), profile(rich), nil, nil},
		"a bare one over a rich one":        {profile(plain), profile(rich), nil, all},
		"a rich one over a bare one":        {profile(rich), profile(plain), all, nil},
		"an entry that is to go":            {profile(other), profile(rich, other), nil, nil},
		"one part less, and one more key":   {profile(less), profile(rich), []string{"veza.relationships[].customProperties"}, []string{"veza.relationships[].condition", "veza.relationships[].customProperties"}},
		"a spec that lists something else":  {none, profile(rich), nil, all},
		"assigned, and listed so":           {profile(assigned), profile(assigned), nil, nil},
		"assigned, and a spec that has not": {none, profile(assigned), nil, []string{"veza.relationships[].assignedToEntityID"}},
		"another model":                     {AccessProfile{DisplayName: To("x")}, none, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.sets, Parts(c.spec, c.there)); diff != "" {
				t.Errorf("sets (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.stays, Unsaid(c.spec, c.there)); diff != "" {
				t.Errorf("stays (-want +got):\n%s", diff)
			}
		})
	}
	if !IsPart(all[0]) || IsPart("veza.customProperties[owner]") || LeafOf(all[0]) != "veza.relationships" {
		t.Error("a part is not told from a key of a map")
	}
}
