package kinds

import (
	"slices"
	"testing"

	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// benchmarked is a profile as people write it.
const benchmarked = `{displayName: Payroll, description: Pays people, requestable: true, owners: [{id: u1}, {id: u2}],
  entitlements: [{app: {id: a1}, id: e1}, {app: {id: a1}, id: e2}, {app: {id: a2}, id: e3}], membership: {expression: "subject.department == 'Finance'", enabled: true},
  conductorOne: {requestBundle: true, enrollmentBehavior: EnforceEntitlementRequestPolicy, policies: {grant: {id: p1}}, maxGrantDuration: 30d, annotations: {team: pay}}}`

// BenchmarkDesire is what each pass over an object costs before anything is compared.
func BenchmarkDesire(b *testing.B) {
	obj := &v1alpha1.AccessProfile{}
	if err := yaml.Unmarshal([]byte(benchmarked), &obj.Spec); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		model, _ := Profiles.Desire(obj, reference.NewResolver(b.Context(), nil, obj, "", nil))
		if model.DisplayName == nil {
			b.Fatal("no model")
		}
	}
}

// BenchmarkDigest is what comparing a model with its row costs.
func BenchmarkDigest(b *testing.B) {
	obj := &v1alpha1.AccessProfile{}
	if err := yaml.Unmarshal([]byte(benchmarked), &obj.Spec); err != nil {
		b.Fatal(err)
	}
	model, _ := Profiles.Desire(obj, reference.NewResolver(b.Context(), nil, obj, "", nil))
	for b.Loop() {
		if backend.DesiredDigest(model) == "" || slices.Contains(backend.Diff(model, model, backend.Capabilities{}, backend.Memory{}).Paths(), "displayName") {
			b.Fatal("a model differs from itself")
		}
	}
}
