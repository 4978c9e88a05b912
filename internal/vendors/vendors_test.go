package vendors_test

import (
	"slices"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// TestADriverStaysWhatItIsBesides: what it can do beyond the seam is not lost behind the telemetry.
func TestADriverStaysWhatItIsBesides(t *testing.T) {
	drafters := 0
	for _, v := range vendors.All() {
		tenant, err := v.Declared(backend.Config{})
		if err != nil {
			t.Fatal(err)
		}
		_, is := tenant.AccessProfiles().(backend.Drafter[backend.AccessProfile])
		_, stays := backend.Instrument(tenant).AccessProfiles().(backend.Drafter[backend.AccessProfile])
		if is {
			drafters++
		}
		if is != stays {
			t.Errorf("%s: looks into drafts: %t, and behind the telemetry: %t", v.Name, is, stays)
		}
	}
	if drafters != 1 {
		t.Errorf("%d drivers look into drafts, want Veza's", drafters)
	}
}

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
	for i, spec := range vendors.Specs() {
		if spec.Name != names[i] {
			t.Errorf("the API types of %s belong to %s", names[i], spec.Name)
		}
	}
}
