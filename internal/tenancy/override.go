package tenancy

import (
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// overridesOf are the overrides of a backend, in an order of their own: tenants are distinguished by them.
func overridesOf(spec *v1alpha1.GovernanceBackendSpec) (out []backend.Override) {
	if spec.Capabilities == nil {
		return nil
	}
	for _, o := range spec.Capabilities.Overrides {
		out = append(out, backend.Override{Kind: o.Kind, Capability: backend.Capability(o.Capability)})
	}
	slices.SortFunc(out, func(a, b backend.Override) int {
		return strings.Compare(a.Kind+"/"+string(a.Capability), b.Kind+"/"+string(b.Capability))
	})
	return slices.Compact(out)
}

// inForce are the overrides that take something away which the vendor's drivers have.
func inForce(t *tenant, overrides []backend.Override) (out []v1alpha1.CapabilityOverride) {
	for _, o := range backend.InForce(t.whole, overrides) {
		out = append(out, v1alpha1.CapabilityOverride{Kind: o.Kind, Capability: string(o.Capability)})
	}
	return out
}

// Needless says of the overrides of a spec which of them take nothing away, as the vendor declares it.
func Needless(spec *v1alpha1.GovernanceBackendSpec, vendors []backend.Vendor) (out []string) {
	cfg := ConfigOf(spec)
	overrides := cfg.Overrides
	cfg.Overrides = nil
	for _, v := range vendors {
		if v.Name != string(spec.Vendor) || len(overrides) == 0 {
			continue
		}
		declared, err := v.Declared(cfg)
		if err != nil {
			return nil
		}
		counts := backend.InForce(declared, overrides)
		for _, o := range overrides {
			if !slices.Contains(counts, o) {
				out = append(out, o.Kind+" "+string(o.Capability))
			}
		}
	}
	return out
}
