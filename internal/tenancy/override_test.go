package tenancy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// overriding is a backend with overrides, as "kind capability" each.
func overriding(overrides ...v1alpha1.CapabilityOverride) *v1alpha1.GovernanceBackend {
	b := backendObject()
	b.Spec.Capabilities = &v1alpha1.BackendCapabilities{Overrides: overrides}
	return b
}

func verbsOf(t *testing.T, h tenancy.Health, kind string) []string {
	t.Helper()
	for _, c := range h.Capabilities {
		if c.Kind == kind {
			return c.Verbs
		}
	}
	t.Fatalf("nothing is said of %s", kind)
	return nil
}

func TestABackendListsTheOverridesInForce(t *testing.T) {
	pool := newPool(t, nil)
	remove := v1alpha1.CapabilityOverride{Kind: v1alpha1.KindAccessProfile, Capability: "Delete"}
	// The driver in memory searches for no profile.
	nothing := v1alpha1.CapabilityOverride{Kind: v1alpha1.KindAccessProfile, Capability: "NameSearch"}
	h, err := pool.Check(t.Context(), overriding(nothing, remove))
	if err != nil || !h.Ready {
		t.Fatalf("%+v, %v", h, err)
	}
	if diff := cmp.Diff([]v1alpha1.CapabilityOverride{remove}, h.Overrides); diff != "" {
		t.Errorf("in force (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Adopt", "Create", "Update", "Retire"}, verbsOf(t, h, v1alpha1.KindAccessProfile)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Adopt", "Create", "Update", "Delete", "Retire"}, verbsOf(t, h, v1alpha1.KindAppEntitlement)); diff != "" {
		t.Error(diff)
	}
	if h, err = pool.Check(t.Context(), backendObject()); err != nil || len(h.Overrides) > 0 {
		t.Errorf("taken back: %+v, %v", h.Overrides, err)
	}
	if diff := cmp.Diff([]string{"Adopt", "Create", "Update", "Delete", "Retire"}, verbsOf(t, h, v1alpha1.KindAccessProfile)); diff != "" {
		t.Error(diff)
	}
}

// TestOverridesAreOfOneBackend: another with the same credential has what was taken from the first.
func TestOverridesAreOfOneBackend(t *testing.T) {
	pool := newPool(t, nil)
	if _, err := pool.Check(t.Context(), overriding(v1alpha1.CapabilityOverride{Kind: v1alpha1.KindAccessReview, Capability: "Create"})); err != nil {
		t.Fatal(err)
	}
	other := backendObject()
	other.Name = "other"
	h, err := pool.Check(t.Context(), other)
	if err != nil || len(h.Overrides) > 0 {
		t.Fatalf("%+v, %v", h, err)
	}
	if diff := cmp.Diff([]string{"Adopt", "Create", "Update", "Delete", "Retire"}, verbsOf(t, h, v1alpha1.KindAccessReview)); diff != "" {
		t.Error(diff)
	}
}

// TestWhatIsDeclaredHeedsOverrides: admission and the indexes validate by the same as the passes.
func TestWhatIsDeclaredHeedsOverrides(t *testing.T) {
	vendor := backend.Vendor{Name: "ConductorOne", Open: func(backend.Config) (backend.Tenant, error) { return backendtest.NewTenant(), nil }}
	spec := overriding(v1alpha1.CapabilityOverride{Kind: v1alpha1.KindAppEntitlement, Capability: "MarksReadBack"}).Spec
	declared, err := vendor.Declared(tenancy.ConfigOf(&spec))
	if err != nil {
		t.Fatal(err)
	}
	if declared.AppEntitlements().Capabilities().MarkProven || !declared.AccessProfiles().Capabilities().MarkProven {
		t.Error("the override is not heeded, or of another kind as well")
	}
	spec.Capabilities.Overrides = append(spec.Capabilities.Overrides, v1alpha1.CapabilityOverride{Kind: v1alpha1.KindAccessReview, Capability: "NameSearch"})
	if diff := cmp.Diff([]string{"AccessReview NameSearch"}, tenancy.Needless(&spec, []backend.Vendor{vendor})); diff != "" {
		t.Errorf("what takes nothing away (-want +got):\n%s", diff)
	}
}
