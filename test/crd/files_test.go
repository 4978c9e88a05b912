package crd_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// sizeLimit of a CRD in compact JSON: client-side apply stores it once more in an annotation of 256 KiB.
const sizeLimit = 200 << 10

func definitions(t *testing.T) map[string]apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "config", "crd", "bases", "*.yaml"))
	if err != nil || len(paths) != len(minimal) {
		t.Fatalf("%d CRDs for %d kinds: %v", len(paths), len(minimal), err)
	}
	found := map[string]apiextensionsv1.CustomResourceDefinition{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var crd apiextensionsv1.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(content, &crd); err != nil {
			t.Fatal(err)
		}
		found[crd.Spec.Names.Kind] = crd
	}
	return found
}

// walk visits every schema that a person can write or read, with its path and the name it has there.
func walk(path, name string, schema *apiextensionsv1.JSONSchemaProps, visit func(path, name string, schema *apiextensionsv1.JSONSchemaProps)) {
	visit(path, name, schema)
	for child, s := range schema.Properties {
		walk(path+"."+child, child, &s, visit)
	}
	if schema.Items != nil {
		walk(path+"[]", "", schema.Items.Schema, visit)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		walk(path+".*", "", schema.AdditionalProperties.Schema, visit)
	}
}

// foreign is a part of a schema that Kubernetes has written.
func foreign(path string) bool {
	return path == ".apiVersion" || path == ".kind" || path == ".metadata" ||
		strings.HasPrefix(path, ".status.conditions[]") || strings.HasPrefix(path, ".spec.allowedNamespaces.selector.")
}

func TestCRDFilesAreSmall(t *testing.T) {
	for kind, crd := range definitions(t) {
		content, err := json.Marshal(crd)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d KiB", kind, len(content)>>10)
		if len(content) > sizeLimit {
			t.Errorf("the CRD of %s has %d bytes of compact JSON, want at most %d", kind, len(content), sizeLimit)
		}
	}
}

func TestCRDFilesExplainEveryField(t *testing.T) {
	for kind, crd := range definitions(t) {
		walk("", "", crd.Spec.Versions[0].Schema.OpenAPIV3Schema, func(path, name string, s *apiextensionsv1.JSONSchemaProps) {
			if foreign(path) || name == "" && path != "" {
				return
			}
			if s.Description == "" {
				t.Errorf("%s%s has no description", kind, path)
			} else if name != "" && !strings.HasPrefix(s.Description, name) {
				t.Errorf("%s%s: the description begins with %.30q, not with the field's name", kind, path, s.Description)
			} else if !strings.HasSuffix(s.Description, ".") {
				t.Errorf("%s%s: the description does not end with a full stop", kind, path)
			}
		})
	}
}

func TestCRDFilesBoundEveryField(t *testing.T) {
	for kind, crd := range definitions(t) {
		walk("", "", crd.Spec.Versions[0].Schema.OpenAPIV3Schema, func(path, _ string, s *apiextensionsv1.JSONSchemaProps) {
			if foreign(path) {
				return
			}
			switch {
			case s.Type == "string" && s.MaxLength == nil && s.Enum == nil && s.Format != "date-time":
				t.Errorf("%s%s: a string without maxLength", kind, path)
			case s.Type == "array" && s.MaxItems == nil:
				t.Errorf("%s%s: a list without maxItems", kind, path)
			case s.Type == "array" && s.XListType == nil:
				t.Errorf("%s%s: a list without a list type", kind, path)
			case s.Type == "array" && *s.XListType == "set" && s.Items.Schema.Type == "object":
				t.Errorf("%s%s: a set of objects: server-side apply cannot read one", kind, path)
			case s.Type == "object" && (s.AdditionalProperties != nil || s.XPreserveUnknownFields != nil) && s.MaxProperties == nil:
				t.Errorf("%s%s: a map without maxProperties", kind, path)
			case s.Format == "duration":
				t.Errorf("%s%s: its format admits values that Go cannot parse", kind, path)
			}
		})
	}
}

func TestCRDFilesHaveMessagesThatAreTested(t *testing.T) {
	var tested []string
	for _, rules := range allRules {
		for _, c := range rules {
			tested = append(tested, c.want...)
		}
	}
	for _, h := range allHistories() {
		for _, e := range h.edits {
			tested = append(tested, e.want...)
		}
	}
	for kind, crd := range definitions(t) {
		walk("", "", crd.Spec.Versions[0].Schema.OpenAPIV3Schema, func(path, _ string, s *apiextensionsv1.JSONSchemaProps) {
			for _, r := range s.XValidations {
				switch {
				case r.Message == "":
					t.Errorf("%s%s: the rule %q has no message", kind, path, r.Rule)
				case path == "": // TestNamesAreShortEnoughForTheMark
				case !slices.ContainsFunc(tested, func(line string) bool { return strings.HasSuffix(line, ": "+r.Message) }):
					t.Errorf("%s%s: no test sees the message %q", kind, path, r.Message)
				}
			}
		})
	}
}

func TestCRDFilesShowTheColumnsPeopleLookFor(t *testing.T) {
	managed := []string{"Ready", "Reason", "Suspended", "Version", "Revision", "Backend", "Remote ID", "Message", "Age"}
	backend := []string{"Ready", "Reason", "Vendor", "Tenant", "Endpoint", "Message", "Age"}
	want := map[string][]string{
		"GovernanceBackend": backend, "ClusterGovernanceBackend": backend, "AppEntitlement": managed, "AccessProfile": managed,
		"AccessReview": {"Ready", "Reason", "State", "Progress", "Deadline", "Suspended", "Version", "Revision", "Backend", "Remote ID", "Message", "Age"},
	}
	for kind, crd := range definitions(t) {
		var got []string
		for _, column := range crd.Spec.Versions[0].AdditionalPrinterColumns {
			got = append(got, column.Name)
		}
		if !slices.Equal(got, want[kind]) {
			t.Errorf("columns of %s are %q, want %q", kind, got, want[kind])
		}
		if !slices.Equal(crd.Spec.Names.Categories, []string{"governance"}) || len(crd.Spec.Names.ShortNames) != 1 {
			t.Errorf("%s: categories %q, short names %q", kind, crd.Spec.Names.Categories, crd.Spec.Names.ShortNames)
		}
	}
}
