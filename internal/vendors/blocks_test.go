package vendors_test

import (
	"slices"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// foreignRefused expects that each field of a block is refused by capabilities exactly if the block is another vendor's.
func foreignRefused[D backend.Model](t *testing.T, name string, caps backend.Capabilities, block backend.Block) (fields int) {
	t.Helper()
	if block == nil || caps.NoKind { // Of a kind that the vendor does not have nothing is looked at.
		return 0
	}
	model := func() (m D) {
		backend.Open(&m, block)
		return m
	}
	own := caps.BlockName() == block.BlockName()
	for _, path := range backend.Paths(model()) {
		if !backend.Covers([]string{block.BlockName()}, path) {
			continue
		}
		fields++
		m := model()
		if err := backendtest.Set(&m, path); err != nil {
			t.Fatal(err)
		}
		foreign := slices.Contains(caps.Check(m), caps.ForeignBlockProblem(path))
		if foreign == own {
			t.Errorf("%s: %s is refused as another vendor's: %t", name, path, foreign)
		}
	}
	return fields
}

func TestTheBlocksOfOtherVendorsAreRefused(t *testing.T) {
	fields := 0
	for _, v := range vendors.All() {
		tenant, err := v.Declared(backend.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range vendors.Specs() {
			name := v.Name + " with " + s.Name
			fields += foreignRefused[backend.AppEntitlement](t, name, tenant.AppEntitlements().Capabilities(), s.Entitlements.Block.Type)
			fields += foreignRefused[backend.AccessProfile](t, name, tenant.AccessProfiles().Capabilities(), s.Profiles.Block.Type)
			fields += foreignRefused[backend.AccessReview](t, name, tenant.AccessReviews().Capabilities(), s.Reviews.Block.Type)
		}
	}
	if fields < 300 {
		t.Errorf("only %d fields were tried", fields)
	}
}

// TestBothListsHaveTheSameVendors: a driver without its part of the API types, or the other way round, would be half a vendor.
func TestBothListsHaveTheSameVendors(t *testing.T) {
	for i, v := range vendors.All() {
		if i >= len(vendors.Specs()) || vendors.Specs()[i].Name != v.Name {
			t.Errorf("%s is not at its place in Specs", v.Name)
		}
	}
	if len(vendors.All()) != len(vendors.Specs()) {
		t.Errorf("%d drivers, and %d parts of the API types", len(vendors.All()), len(vendors.Specs()))
	}
}
