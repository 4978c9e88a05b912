package bounds_test

import (
	"os"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/bounds"
)

// namesIn is how many names a part of a spec can hold.
func namesIn(s apiextensionsv1.JSONSchemaProps) (n int64) {
	named := func(fields ...string) bool {
		for _, f := range fields {
			if _, ok := s.Properties[f]; !ok {
				return false
			}
		}
		return true
	}
	if named("name", "id") || named("email", "id") || named("name", "app") {
		n++
	}
	for field, of := range s.Properties {
		if field != "ref" { // An object of the namespace is no name.
			n += namesIn(of)
		}
	}
	times := func(of *apiextensionsv1.JSONSchemaProps, most *int64) {
		if of != nil && most != nil {
			n += *most * namesIn(*of)
		}
	}
	if s.Items != nil {
		times(s.Items.Schema, s.MaxItems)
	}
	if s.AdditionalProperties != nil {
		times(s.AdditionalProperties.Schema, s.MaxProperties)
	}
	return n
}

// TestAStatusHoldsEveryNameOfItsSpec: a spec that the API server admits can be pinned to the last name.
// The steps of an AppEntitlement can hold more names than an object can bytes; what has no room there
// is resolved by each pass.
func TestAStatusHoldsEveryNameOfItsSpec(t *testing.T) {
	for _, kind := range []string{v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview} {
		text, err := os.ReadFile("../../config/crd/bases/governance-operator.io_" + strings.ToLower(kind) + "s.yaml")
		if err != nil {
			t.Fatal(err)
		}
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(text, crd); err != nil {
			t.Fatal(err)
		}
		names := namesIn(crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"])
		room := int64(*bounds.Of(kind).Properties["resolved"].MaxItems)
		t.Logf("%s: %d names, room for %d", kind, names, room)
		if names < 10 || names > room {
			t.Errorf("%s: a spec can hold %d names, and status.resolved %d", kind, names, room)
		}
	}
}
