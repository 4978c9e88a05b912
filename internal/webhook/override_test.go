package webhook

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

func TestAnOverrideThatTakesNothingIsToldSo(t *testing.T) {
	b := &v1alpha1.ClusterGovernanceBackend{}
	b.Spec.Vendor, b.Spec.Endpoint = v1alpha1.VendorSailPoint, "https://acme.api.identitynow.com"
	b.Spec.Capabilities = &v1alpha1.BackendCapabilities{Overrides: []v1alpha1.CapabilityOverride{
		{Kind: v1alpha1.KindAccessProfile, Capability: "MarksReadBack"}, {Kind: v1alpha1.KindAppEntitlement, Capability: "Create"},
	}}
	v := backendValidator[*v1alpha1.ClusterGovernanceBackend](&validators{vendors: vendors.All()})(t.Context(), b)
	want := []string{"spec.capabilities.overrides: AppEntitlement Create has no effect: SailPoint has no such capability"}
	if diff := cmp.Diff(want, v.warnings); diff != "" || len(v.faults) > 0 {
		t.Errorf("faults %v, warnings (-want +got):\n%s", v.faults, diff)
	}
}
