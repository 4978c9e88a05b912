package vendors_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

func TestVendorsAreNamedAndCheckTheirCredentials(t *testing.T) {
	var names []string
	for _, v := range vendors.All() {
		if v.Name == "" || slices.Contains(names, v.Name) {
			t.Errorf("the name %q", v.Name)
		}
		names = append(names, v.Name)
		if _, err := v.Open(backend.Config{Endpoint: "https://tenant.example"}); backend.ClassOf(err) != backend.Terminal {
			t.Errorf("%s opens without credentials: %v", v.Name, err)
		}
	}
	if diff := cmp.Diff([]string{"ConductorOne", "SailPoint", "Veza"}, names); diff != "" {
		t.Error(diff)
	}
}
