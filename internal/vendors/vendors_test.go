package vendors_test

import (
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

func TestVendorsAreNamedAndCheckTheirCredentials(t *testing.T) {
	names := map[string]bool{}
	for _, v := range vendors.All() {
		if v.Name == "" || names[v.Name] {
			t.Errorf("the name %q", v.Name)
		}
		names[v.Name] = true
		if _, err := v.Open(backend.Config{Endpoint: "https://tenant.example"}); backend.ClassOf(err) != backend.Terminal {
			t.Errorf("%s opens without credentials: %v", v.Name, err)
		}
	}
}
