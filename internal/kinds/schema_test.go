package kinds

import (
	"math"
	"strings"
	"sync"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/config/crd"
)

// structure is the schema of a kind with its rules, as the API server holds objects to them.
type structure struct {
	fields *structuralschema.Structural
	schema validation.SchemaValidator
	rules  *cel.Validator
}

var definitions = sync.OnceValues(func() (map[string]structure, error) {
	out := map[string]structure{}
	for _, kind := range []string{v1alpha1.KindAppEntitlement, v1alpha1.KindAccessProfile, v1alpha1.KindAccessReview} {
		content, err := crd.Bases.ReadFile("bases/governance-operator.io_" + strings.ToLower(kind) + "s.yaml")
		if err != nil {
			return nil, err
		}
		var definition apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(content, &definition); err != nil {
			return nil, err
		}
		var props apiextensions.JSONSchemaProps
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(definition.Spec.Versions[0].Schema.OpenAPIV3Schema, &props, nil); err != nil {
			return nil, err
		}
		d := structure{}
		if d.fields, err = structuralschema.NewStructural(&props); err != nil {
			return nil, err
		}
		if d.schema, _, err = validation.NewSchemaValidator(&props); err != nil {
			return nil, err
		}
		d.rules = cel.NewValidator(d.fields, true, math.MaxInt64)
		out[kind] = d
	}
	return out, nil
})

// refusedBySchema is what the definition of a kind says against an object, and which of its fields it does not know.
func refusedBySchema(t *testing.T, kind string, object map[string]any) []string {
	t.Helper()
	all, err := definitions()
	if err != nil {
		t.Fatal(err)
	}
	d := all[kind]
	var out []string
	for _, e := range validation.ValidateCustomResource(nil, object, d.schema) {
		out = append(out, e.Error())
	}
	for _, e := range listtype.ValidateListSetsAndMaps(nil, d.fields, object) {
		out = append(out, e.Error())
	}
	broken, _ := d.rules.Validate(t.Context(), nil, d.fields, object, nil, math.MaxInt64)
	for _, e := range broken {
		out = append(out, e.Error())
	}
	for _, path := range pruning.PruneWithOptions(object, d.fields, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		out = append(out, path+": no such field")
	}
	return out
}

// TestTheSchemaOfTheTestsBites: what the API server refuses is refused here, too.
func TestTheSchemaOfTheTestsBites(t *testing.T) {
	for sentence, c := range map[string]struct{ spec, says string }{
		"a field too many":    {`{backendRef: {name: a}, app: {id: a}, nothing: 1}`, "spec.nothing: no such field"},
		"a rule that breaks":  {`{backendRef: {name: a}, app: {id: a, name: b}}`, "write exactly one of id and name"},
		"a value that is not": {`{backendRef: {name: a}, app: {id: a}, conductorOne: {purpose: Fun}}`, "spec.conductorOne.purpose: Unsupported value"},
		"nothing wrong":       {`{backendRef: {name: a}, app: {id: a}}`, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			var spec map[string]any
			if err := yaml.Unmarshal([]byte(c.spec), &spec); err != nil {
				t.Fatal(err)
			}
			got := strings.Join(refusedBySchema(t, v1alpha1.KindAppEntitlement, document(v1alpha1.KindAppEntitlement, spec)), "; ")
			if !strings.Contains(got, c.says) || c.says == "" && got != "" {
				t.Errorf("got %q, want %q", got, c.says)
			}
		})
	}
}

// document is an object with a spec, as the API server sees it.
func document(kind string, spec map[string]any) map[string]any {
	return map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(), "kind": kind,
		"metadata": map[string]any{"name": "declared", "namespace": "default"}, "spec": spec,
	}
}
