package tenantcheck

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/probe"
)

// Overrides are the capabilities that a tenant turned out not to have.
func Overrides(results []Result) []backend.Override {
	var out []backend.Override
	for _, r := range results {
		if r.Answer.Verdict != probe.DoesNotHold {
			continue
		}
		for _, o := range r.Probe.Overrides {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	slices.SortFunc(out, func(a, b backend.Override) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(string(a.Capability), string(b.Capability)))
	})
	return out
}

// CapabilityFile is what a backend of the operator is given about a tenant: a part of its spec.
func CapabilityFile(run string, overrides []backend.Override) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# From governance tenant-check, run %s: write it into the spec of the tenant's backend.\n", run)
	if len(overrides) == 0 {
		return out.String() + "capabilities: {overrides: []} # Nothing has to be taken away.\n"
	}
	out.WriteString("capabilities:\n  overrides:\n")
	for _, o := range overrides {
		fmt.Fprintf(&out, "  - {kind: %s, capability: %s}\n", o.Kind, o.Capability)
	}
	return out.String()
}
