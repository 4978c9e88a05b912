package backend_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// everything is a driver's word for all that can be taken away.
func everything() backend.Capabilities {
	return backend.Capabilities{
		Create: true, Update: true, Delete: true, Retire: true, MarkProven: true, ListLag: time.Second,
		Naming: backend.Naming{Key: "the name", Place: "the tenant", Searched: true, Unique: true},
	}
}

// TestAnOverrideOnlyTakesAway: whatever is taken from whatever is declared, nothing appears that was not there.
func TestAnOverrideOnlyTakesAway(t *testing.T) {
	for _, what := range backend.OverridableCapabilities {
		t.Run(string(what), func(t *testing.T) {
			full := everything()
			if !full.Has(what) {
				t.Fatal("not declared where everything is")
			}
			less := full.Without(what)
			if less.Has(what) {
				t.Error("it is still there")
			}
			for _, other := range backend.OverridableCapabilities {
				if other != what && !less.Has(other) {
					t.Errorf("%s went with it", other)
				}
			}
			if reflect.DeepEqual(full, less) {
				t.Error("nothing changed")
			}
			none := backend.Capabilities{}
			if diff := cmp.Diff(none, none.Without(what)); diff != "" {
				t.Errorf("of nothing something is made (-nothing +now):\n%s", diff)
			}
		})
	}
	all := everything().Without(backend.OverridableCapabilities...)
	for _, what := range backend.OverridableCapabilities {
		if all.Has(what) {
			t.Errorf("%s stayed when all was taken", what)
		}
	}
	slow := everything()
	slow.ListLag = time.Hour
	if got := slow.Without(backend.CapabilityLists); got.ListLag != time.Hour {
		t.Errorf("a list that is an hour behind is taken to be %s behind", got.ListLag)
	}
}

func TestARestrictedTenantDeclaresLess(t *testing.T) {
	tenant := backendtest.NewTenant()
	before := tenant.AccessProfiles().Capabilities()
	if got := backend.Restrict(tenant, nil); got != backend.Tenant(tenant) {
		t.Error("a tenant from which nothing is taken is another one")
	}
	less := backend.Restrict(tenant, []backend.Override{{Kind: "AccessProfile", Capability: backend.CapabilityDelete}})
	if less.AccessProfiles().Capabilities().Delete || !less.AccessProfiles().Capabilities().Create {
		t.Errorf("%+v", less.AccessProfiles().Capabilities())
	}
	if !less.AppEntitlements().Capabilities().Delete {
		t.Error("it is taken from another kind as well")
	}
	if diff := cmp.Diff(before, tenant.AccessProfiles().Capabilities()); diff != "" {
		t.Errorf("the driver itself declares otherwise now:\n%s", diff)
	}
}

// drafting is a driver that knows of drafts.
type drafting struct {
	backend.Driver[backend.AccessProfile]
}

func (drafting) Pending(context.Context, backend.Observation[backend.AccessProfile], backend.AccessProfile, backend.Changes) ([]string, bool, error) {
	return []string{"description"}, true, nil
}

type draftingTenant struct{ backend.Tenant }

func (t draftingTenant) AccessProfiles() backend.Driver[backend.AccessProfile] {
	return drafting{t.Tenant.AccessProfiles()}
}

// TestARestrictedDriverIsWhatItWas: what a driver may be besides is not lost.
func TestARestrictedDriverIsWhatItWas(t *testing.T) {
	less := backend.Restrict(draftingTenant{&asked{}}, []backend.Override{
		{Kind: "AppEntitlement", Capability: backend.CapabilityUpdate}, {Kind: "AccessProfile", Capability: backend.CapabilityUpdate},
		{Kind: "AccessReview", Capability: backend.CapabilityUpdate},
	})
	if _, ok := less.AppEntitlements().(backend.Refresher); !ok {
		t.Error("it can refresh no more")
	}
	if _, ok := less.AccessReviews().(backend.Refresher); ok {
		t.Error("it can refresh all of a sudden")
	}
	d, ok := less.AccessProfiles().(backend.Drafter[backend.AccessProfile])
	if !ok {
		t.Fatal("it knows no drafts any more")
	}
	if differ, may, err := d.Pending(t.Context(), backend.Observation[backend.AccessProfile]{}, backend.AccessProfile{}, nil); !slices.Equal(differ, []string{"description"}) || !may || err != nil {
		t.Errorf("%v, %t, %v", differ, may, err)
	}
}
