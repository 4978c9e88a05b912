package validate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"

	"github.com/governance-operator/governance-operator/config/crd"
)

// definition is what the API server checks of a kind, by its CustomResourceDefinition.
type definition struct {
	namespaced bool
	resource   string
	structural *schema.Structural
	schema     validation.SchemaValidator
	rules      *cel.Validator
}

// definitions are those of the kinds of this version, by kind.
var definitions = sync.OnceValues(readDefinitions)

func readDefinitions() (map[string]definition, error) {
	out := map[string]definition{}
	definitions, err := crd.Definitions()
	if err != nil {
		return nil, err
	}
	for _, definition := range definitions {
		d, err := compile(definition)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", definition.Name, err)
		}
		out[definition.Spec.Names.Kind] = d
	}
	return out, nil
}

func compile(crd *apiextensionsv1.CustomResourceDefinition) (definition, error) {
	d := definition{namespaced: crd.Spec.Scope == apiextensionsv1.NamespaceScoped, resource: crd.Spec.Names.Plural}
	internal := &apiextensions.JSONSchemaProps{}
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(crd.Spec.Versions[0].Schema.OpenAPIV3Schema, internal, nil); err != nil {
		return d, err
	}
	var err error
	if d.structural, err = schema.NewStructural(internal); err != nil {
		return d, err
	}
	if d.schema, _, err = validation.NewSchemaValidator(internal); err != nil {
		return d, err
	}
	d.rules = cel.NewValidator(d.structural, true, celconfig.PerCallLimit)
	return d, nil
}

// problem is a field and what is wrong with it.
type problem struct{ path, message string }

// refuses returns what the API server would refuse of an object that is created, in its words. The object gets its defaults, and
// loses the fields that nobody knows.
func (d definition) refuses(ctx context.Context, object map[string]any) []problem {
	delete(object, "status") // The API server takes none with what is written, so what was read from a cluster passes.
	out := misdescribed(object, d.namespaced)
	described := len(out) == 0
	for _, unknown := range pruning.PruneWithOptions(object, d.structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		out = append(out, problem{unknown, "unknown field"})
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(object, d.structural)
	defaulting.Default(object, d.structural)
	errs := validation.ValidateCustomResource(nil, object, d.schema)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, d.structural, object)...)
	if d.rules != nil && described && !slices.ContainsFunc(errs, blocks) {
		found, _ := d.rules.Validate(ctx, nil, d.structural, object, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, found...)
	}
	for _, err := range errs {
		out = append(out, problem{err.Field, words(err)})
	}
	return out
}

// blocks reports whether an error keeps the API server from evaluating rules: they could fail for it.
func blocks(err *field.Error) bool {
	switch err.Type {
	case field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid:
		return true
	default:
		return false
	}
}

// words are what is wrong, without the value, which the file shows.
func words(err *field.Error) string {
	if err.Type == field.ErrorTypeInvalid && strings.HasPrefix(err.Detail, err.Field+" in body") {
		return err.Detail
	}
	if err.Type == field.ErrorTypeInvalid && err.Detail != "" {
		if text, ok := err.BadValue.(string); ok && text != "" && text != err.Detail {
			return fmt.Sprintf("%q: %s", text, err.Detail)
		}
		return err.Detail
	}
	return err.ErrorBody()
}

// misdescribed checks the metadata of an object, which no schema does.
func misdescribed(object map[string]any, namespaced bool) []problem {
	raw, err := json.Marshal(object["metadata"])
	if err != nil {
		return []problem{{"metadata", err.Error()}}
	}
	meta := metav1.ObjectMeta{}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&meta); err != nil {
		return []problem{{"metadata", strings.TrimPrefix(err.Error(), "json: ")}}
	}
	if meta.Name == "" && meta.GenerateName == "" {
		return []problem{{"metadata.name", "Required value"}}
	}
	if namespaced && meta.Namespace == "" {
		meta.Namespace = metav1.NamespaceDefault // That of the command.
	}
	if meta.Name == "" { // The API server makes one before it looks at rules.
		meta.Name = meta.GenerateName + "00000"
		object["metadata"].(map[string]any)["name"] = meta.Name
	}
	var out []problem
	for _, err := range apivalidation.ValidateObjectMeta(&meta, namespaced, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata")) {
		out = append(out, problem{err.Field, words(err)})
	}
	return out
}
