package doctor

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/config/crd"
)

const ofDefinitions = "definitions"

// Definitions compares the definitions of the cluster with those of this version. A check that failed means that objects of this
// version would lose fields there.
func (d *Doctor) Definitions(ctx context.Context) ([]Check, error) { return d.definitions(ctx) }

// definitions compares those of the cluster with those of this version.
func (d *Doctor) definitions(ctx context.Context) (out []Check, err error) {
	wanted, err := crd.Definitions()
	if err != nil {
		return nil, err
	}
	for _, want := range wanted {
		got := &apiextensionsv1.CustomResourceDefinition{}
		switch err := d.Client.Get(ctx, client.ObjectKeyFromObject(want), got); {
		case apierrors.IsNotFound(err):
			out = append(out, Check{Fail, ofDefinitions, want.Name + " is not there", "install the definitions of version " + d.Version})
		case unavailable(err):
			return append(out, hidden(ofDefinitions, "CustomResourceDefinitions")...), nil
		case err != nil:
			return nil, err
		default:
			out = append(out, d.compare(want, got))
		}
	}
	return out, nil
}

func (d *Doctor) compare(want, got *apiextensionsv1.CustomResourceDefinition) Check {
	served := schemaOf(got)
	if served == nil {
		return Check{Fail, ofDefinitions, got.Name + " does not serve version " + v1alpha1.GroupVersion.Version, "install the definitions of version " + d.Version}
	}
	if !established(got) {
		return Check{Fail, ofDefinitions, got.Name + " is not established", "see its conditions: kubectl describe crd " + got.Name}
	}
	if missing := lacking("", schemaOf(want), served); len(missing) > 0 {
		return Check{Fail, ofDefinitions, fmt.Sprintf("%s is older than version %s, and lacks %s", got.Name, d.Version, some(missing)), "install the definitions of version " + d.Version}
	}
	if more := lacking("", served, schemaOf(want)); len(more) > 0 {
		return Check{Warn, ofDefinitions, fmt.Sprintf("%s is newer than this command, and has %s", got.Name, some(more)), "use the command of the version that is installed"}
	}
	return Check{Level: OK, Area: ofDefinitions, Says: got.Name + " is that of version " + d.Version}
}

func established(d *apiextensionsv1.CustomResourceDefinition) bool {
	return slices.ContainsFunc(d.Status.Conditions, func(c apiextensionsv1.CustomResourceDefinitionCondition) bool {
		return c.Type == apiextensionsv1.Established && c.Status == apiextensionsv1.ConditionTrue
	})
}

// schemaOf is the schema of the version that is used, nil if it is not served.
func schemaOf(d *apiextensionsv1.CustomResourceDefinition) *apiextensionsv1.JSONSchemaProps {
	for _, v := range d.Spec.Versions {
		if v.Name == v1alpha1.GroupVersion.Version && v.Served && v.Schema != nil {
			return v.Schema.OpenAPIV3Schema
		}
	}
	return nil
}

// lacking are the fields and values of a schema that another does not have, by their paths.
func lacking(path string, want, got *apiextensionsv1.JSONSchemaProps) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(want.Properties)) {
		at, wanted := strings.TrimPrefix(path+"."+name, "."), want.Properties[name]
		if has, ok := got.Properties[name]; ok {
			out = append(out, lacking(at, &wanted, &has)...)
		} else {
			out = append(out, at)
		}
	}
	for _, value := range want.Enum {
		if len(got.Enum) > 0 && !slices.ContainsFunc(got.Enum, func(has apiextensionsv1.JSON) bool { return string(has.Raw) == string(value.Raw) }) {
			out = append(out, path+"="+strings.Trim(string(value.Raw), `"`))
		}
	}
	if want.Items != nil && want.Items.Schema != nil && got.Items != nil && got.Items.Schema != nil {
		out = append(out, lacking(path+"[]", want.Items.Schema, got.Items.Schema)...)
	}
	if want.AdditionalProperties != nil && want.AdditionalProperties.Schema != nil && got.AdditionalProperties != nil && got.AdditionalProperties.Schema != nil {
		out = append(out, lacking(path+"{}", want.AdditionalProperties.Schema, got.AdditionalProperties.Schema)...)
	}
	return out
}

// some names the first of many.
func some(names []string) string {
	const most = 8
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
