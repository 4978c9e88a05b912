package backend_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

func TestPartsOfEntriesAreToldApart(t *testing.T) {
	plain := veza.Relationship{EntityType: "Group", DatasourceID: "d", EntityID: "sales"}
	other := veza.Relationship{EntityType: "Group", DatasourceID: "d", EntityID: "support"}
	rich := plain
	rich.GrantBy, rich.CreatedByAccessProfile = backend.To("DIRECT"), backend.To(true)
	rich.CustomProperties = backend.Pairs{"cost": "1"}
	rich.SyncIdentityAction = &veza.Action{PolicyID: "p", Name: "a"}
	rich.Condition = &veza.Condition{Expression: "x"}
	assigned := plain
	assigned.AssignedToEntityType, assigned.AssignedToEntityID = "User", "ada"
	all := []string{"veza.relationships[].condition", "veza.relationships[].createdByAccessProfile", "veza.relationships[].customProperties", "veza.relationships[].grantBy", "veza.relationships[].syncIdentityAction"}
	less := rich
	less.Condition, less.CustomProperties = nil, backend.Pairs{"team": "2"}

	profile := func(list ...veza.Relationship) backend.AccessProfile {
		return backend.AccessProfile{Block: &veza.ProfileBlock{Relationships: list}}
	}
	var none backend.AccessProfile
	for name, c := range map[string]struct {
		spec, there backend.AccessProfile
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
		"another model":                     {backend.AccessProfile{DisplayName: backend.To("x")}, none, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.sets, backend.Parts(c.spec, c.there)); diff != "" {
				t.Errorf("sets (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.stays, backend.Unsaid(c.spec, c.there)); diff != "" {
				t.Errorf("stays (-want +got):\n%s", diff)
			}
		})
	}
	if !backend.IsPart(all[0]) || backend.IsPart("veza.customProperties[owner]") || backend.LeafOf(all[0]) != "veza.relationships" {
		t.Error("a part is not told from a key of a map")
	}
}
