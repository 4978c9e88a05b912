package chart_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"k8s.io/client-go/discovery"
)

var update = flag.Bool("update", false, "write what is generated anew: the definitions of Kubernetes in values.schema.json, and config/kustomize/names.yaml")

// schemaOfValues is the file values.schema.json. Its definitions are by hand, but for those of Kubernetes.
type schemaOfValues struct {
	Schema               string            `json:"$schema"`
	Comment              string            `json:"$comment"`
	Title                string            `json:"title"`
	Type                 string            `json:"type"`
	AdditionalProperties bool              `json:"additionalProperties"`
	Properties           json.RawMessage   `json:"properties"`
	Definitions          map[string]schema `json:"$defs"`
}

// schema is a JSON schema, or the part of one, with its keys in the order of the alphabet.
type schema = map[string]any

// ofKubernetes begins the names of the types that the API server publishes.
const ofKubernetes = "io.k8s."

// schemaFile is the path of that file in the repository.
var schemaFile = []string{"charts", "governance-operator", "values.schema.json"}

func readSchema(t *testing.T) schemaOfValues {
	t.Helper()
	var s schemaOfValues
	decoder := json.NewDecoder(strings.NewReader(readText(t, schemaFile...)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatIsHandedToKubernetesHasTheFormThatTheAPIServerPublishes(t *testing.T) {
	t.Parallel()
	c, err := discovery.NewDiscoveryClientForConfig(server(t).Config)
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`k8s.io/kubernetes (v\S+)`).FindStringSubmatch(readText(t, "hack", "controlplane", "go.mod"))
	if version, err := c.ServerVersion(); err != nil || pinned == nil {
		t.Fatal(err, pinned)
	} else if version.GitVersion != pinned[1] {
		t.Skipf("the schema is that of Kubernetes %s, and KUBEBUILDER_ASSETS names another: %s", pinned[1], version.GitVersion)
	}
	minor := strings.TrimPrefix(pinned[1][:strings.LastIndex(pinned[1], ".")], "v")
	if !strings.Contains(readText(t, "docs", "helm.md"), "those of Kubernetes "+minor+",") {
		t.Errorf("docs/helm.md does not say that the fields are those of Kubernetes %s", minor)
	}
	published := publishedBy(t, c, "api/v1", "apis/apps/v1", "apis/networking.k8s.io/v1")
	s := readSchema(t)
	want := wanted(t, s, published)
	if *update {
		s.Definitions = want
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(s); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(chart, "values.schema.json"), text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, readSchema(t).Definitions); diff != "" {
		t.Errorf("values.schema.json is not as the API server is: make values-schema (-server +file):\n%s", diff)
	}
}

// wanted returns the definitions that the schema should have: those that are by hand, and of what the server publishes those that are referred to.
func wanted(t *testing.T, s schemaOfValues, published map[string]schema) map[string]schema {
	t.Helper()
	want := maps.Clone(s.Definitions)
	maps.DeleteFunc(want, func(name string, _ schema) bool { return strings.HasPrefix(name, ofKubernetes) })
	var properties schema
	if err := json.Unmarshal(s.Properties, &properties); err != nil {
		t.Fatal(err)
	}
	missing := referredTo(schema{"properties": properties})
	for _, byHand := range want {
		missing = append(missing, referredTo(byHand)...)
	}
	for len(missing) > 0 {
		name := missing[0]
		missing = missing[1:]
		if want[name] != nil {
			continue
		}
		definition, ok := published[name]
		if !ok {
			t.Fatalf("the API server knows no %q, and there is no definition of it by hand", name)
		}
		want[name] = closed(definition)
		missing = append(missing, referredTo(want[name])...)
	}
	return want
}

// publishedBy returns the schemas of every type in these groups of a server, by name.
func publishedBy(t *testing.T, c discovery.OpenAPIV3SchemaInterface, groups ...string) map[string]schema {
	t.Helper()
	paths, err := c.OpenAPIV3().Paths()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]schema{}
	for _, group := range groups {
		raw, err := paths[group].Schema("application/json")
		if err != nil {
			t.Fatal(err)
		}
		var document struct {
			Components struct{ Schemas map[string]schema }
		}
		if err := json.Unmarshal(raw, &document); err != nil {
			t.Fatal(err)
		}
		maps.Copy(all, document.Components.Schemas)
	}
	return all
}

// kept are the words of a published schema that say which values it takes.
var kept = []string{"additionalProperties", "enum", "items", "oneOf", "properties", "required", "type"}

// closed makes of a published schema one that takes no key that it does not name.
func closed(published schema) schema {
	if all, ok := published["allOf"].([]any); ok && len(all) == 1 {
		return closed(all[0].(schema))
	}
	if to, ok := published["$ref"].(string); ok {
		return schema{"$ref": "#/$defs/" + strings.TrimPrefix(to, "#/components/schemas/")}
	}
	out := schema{}
	for word, value := range published {
		if !slices.Contains(kept, word) {
			continue
		}
		switch word {
		case "properties":
			properties := schema{}
			for name, property := range value.(schema) {
				properties[name] = closed(property.(schema))
			}
			out[word], out["additionalProperties"] = properties, false
		case "items", "additionalProperties":
			out[word] = closed(value.(schema))
		default:
			out[word] = value
		}
	}
	return out
}

// referredTo returns the names of the definitions that a schema refers to.
func referredTo(s schema) []string {
	var names []string
	walk("", s, func(_ string, part schema) {
		if to, ok := part["$ref"].(string); ok {
			names = append(names, strings.TrimPrefix(to, "#/$defs/"))
		}
	})
	return names
}

// walk visits a schema and every schema in it, with its path.
func walk(path string, s schema, visit func(path string, s schema)) {
	visit(path, s)
	for _, word := range []string{"properties", "$defs"} {
		parts, _ := s[word].(schema)
		for name, part := range parts {
			walk(path+"/"+name, part.(schema), visit)
		}
	}
	for _, word := range []string{"items", "additionalProperties"} {
		if part, ok := s[word].(schema); ok {
			walk(path+"/"+word, part, visit)
		}
	}
}

// TestNoValueTakesKeysThatNobodyKnows holds for values that no test of a typo names, too.
func TestNoValueTakesKeysThatNobodyKnows(t *testing.T) {
	var whole schema
	read(t, &whole, schemaFile...)
	count := 0
	var got []string
	walk("", whole, func(path string, s schema) {
		count++
		if !isClosed(s) {
			got = append(got, path)
		}
	})
	if count < 500 {
		t.Errorf("only %d schemas were looked at", count)
	}
	slices.Sort(got)
	want := []string{
		"/extraManifests/items", // whole objects of anybody's kinds
		"/global",               // for other charts
		"/io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", // field names of any object
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values that take whatever they are given (-want +got):\n%s", diff)
	}
}

// isClosed reports whether a schema, its parts apart, names what it takes. The keys of a map of texts or quantities are the user's.
func isClosed(s schema) bool {
	switch {
	case s["$ref"] != nil, s["enum"] != nil, s["oneOf"] != nil:
		return true
	case s["type"] == "array":
		return s["items"] != nil
	case s["type"] == "object":
		keys, isMap := s["additionalProperties"].(schema)
		return s["additionalProperties"] == false || isMap && (keys["type"] == "string" || keys["$ref"] == "#/$defs/io.k8s.apimachinery.pkg.api.resource.Quantity")
	default:
		raw, _ := json.Marshal(s["type"])
		return s["type"] != nil && !bytes.Contains(raw, []byte("object"))
	}
}

func TestWhatIsHandedToThePrometheusOperatorHasItsFields(t *testing.T) {
	s := readSchema(t)
	for name, of := range map[string]reflect.Type{
		"authorization": reflect.TypeFor[monitoringv1.SafeAuthorization](), "relabeling": reflect.TypeFor[monitoringv1.RelabelConfig](),
		"rule": reflect.TypeFor[monitoringv1.Rule](), "ruleGroup": reflect.TypeFor[monitoringv1.RuleGroup](),
		"secretOrConfigMap": reflect.TypeFor[monitoringv1.SecretOrConfigMap](), "tlsConfig": reflect.TypeFor[monitoringv1.TLSConfig](),
	} {
		properties, _ := s.Definitions[name]["properties"].(schema)
		if diff := cmp.Diff(slices.Sorted(slices.Values(fieldsOf(of))), slices.Sorted(maps.Keys(properties))); diff != "" {
			t.Errorf("%s (-Prometheus operator +schema):\n%s", name, diff)
		}
	}
}

// fieldsOf returns the names in JSON of the fields of a struct and of those inlined in it.
func fieldsOf(of reflect.Type) []string {
	var names []string
	for i := range of.NumField() {
		field := of.Field(i)
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		} else {
			names = append(names, fieldsOf(field.Type)...)
		}
	}
	return names
}
