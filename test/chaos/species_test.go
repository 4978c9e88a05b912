package chaos

import (
	"slices"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	registry "github.com/governance-operator/governance-operator/internal/vendors"
)

// TestEveryKindAtEveryVendorIsASpecies: nothing that the operator drives is left out of the trouble.
func TestEveryKindAtEveryVendorIsASpecies(t *testing.T) {
	for _, v := range registry.All() {
		tenant, err := v.Declared(backend.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for kind, missing := range map[string]bool{
			v1alpha1.KindAppEntitlement: tenant.AppEntitlements().Capabilities().NoKind,
			v1alpha1.KindAccessProfile:  tenant.AccessProfiles().Capabilities().NoKind,
			v1alpha1.KindAccessReview:   tenant.AccessReviews().Capabilities().NoKind,
		} {
			is := slices.ContainsFunc(allSpecies, func(s *species) bool { return string(s.vendor) == v.Name && s.kind == kind })
			if is == missing {
				t.Errorf("%s %s is a species: %t; the vendor has no such kind: %t (population_test.go)", v.Name, kind, is, missing)
			}
		}
	}
}
