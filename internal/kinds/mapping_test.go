package kinds

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// mappings are specs, as the fields of a document in YAML, with the model that each is to be: the leaves that are set, by path, and the parent where there is one.
// A name means what namesMean says, so that a leaf shows which question was asked.
type mappings map[string]map[string]string

// parentOf is the path of the parent in a row of mappings, and refused that of what is wrong with the spec.
const (
	parentOf = "(parent)"
	refused  = "(refused)"
)

// beside adds fields to each spec, and leaves to what it becomes.
func (rows mappings) beside(fields string, want map[string]string) mappings {
	out := mappings{}
	for spec, leaves := range rows {
		all := maps.Clone(want)
		maps.Copy(all, leaves)
		out[strings.TrimSuffix(fields+spec, ", ")] = all
	}
	return out
}

// kindMapping is the table of one kind.
type kindMapping struct {
	rows mappings
	spec reflect.Type
	// without are the fields that no model has, and why.
	without map[string]string
	desire  func(spec []byte, resolver func(reference.Managed) *reference.Resolver) (model any, parent string, r *reference.Resolver, err error)
}

// desireWith turns the function that maps one kind into one for a spec in YAML.
func desireWith[O reference.Managed, D backend.Model](obj func() O, desire func(O, *reference.Resolver) (D, string)) func([]byte, func(reference.Managed) *reference.Resolver) (any, string, *reference.Resolver, error) {
	return func(spec []byte, resolver func(reference.Managed) *reference.Resolver) (any, string, *reference.Resolver, error) {
		o := obj()
		if err := decodeSpec(spec, reflect.ValueOf(o).Elem().FieldByName("Spec").Addr().Interface()); err != nil {
			return nil, "", nil, err
		}
		r := resolver(o)
		model, parent := desire(o, r)
		return model, parent, r, nil
	}
}

// decodeSpec reads a spec in YAML. Not by yaml.Unmarshal, which makes a pointer of an inlined struct for a name that is another
// struct's.
func decodeSpec(text []byte, spec any) error {
	raw, err := yaml.YAMLToJSONStrict(text)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	return decoder.Decode(spec)
}

// namesMean is the id of what answers to a name: the question itself.
func namesMean(q backend.Name) string {
	return strings.Join(slices.DeleteFunc([]string{string(q.Kind), q.ParentID, q.TypeID, q.Name}, func(s string) bool { return s == "" }), "/")
}

// cluster has every object that is asked for: its remote is named after it, and lives in a place that is named after its kind.
type cluster struct{ client.Reader }

func (cluster) Get(_ context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	managed, ok := obj.(reference.Managed)
	if !ok {
		return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
	}
	managed.GetManagedStatus().Remote = &v1alpha1.RemoteStatus{ID: "remote/" + key.Name, ParentID: "place", TenantID: "tenant"}
	return nil
}

// settled is the model of a spec and its parent, once every name in it has its answer.
func (m kindMapping) settled(t *testing.T, spec string) (any, string, *reference.Resolver) {
	t.Helper()
	answers := map[backend.Name]backend.Answer{}
	for range 5 { // A name may stand in a place that is itself a name.
		model, parent, r, err := m.desire([]byte("{"+spec+"}"), func(obj reference.Managed) *reference.Resolver {
			return reference.NewResolver(t.Context(), cluster{}, obj, "tenant", answers)
		})
		if err != nil {
			t.Fatal(err)
		}
		open := r.Unanswered()
		for _, q := range open {
			answers[q] = backend.Answer{Matches: []backend.Match{{ID: namesMean(q), Name: q.Name}}}
		}
		if len(open) > 0 {
			continue
		}
		if r.Err() != nil {
			t.Fatal(r.Err())
		}
		return model, parent, r
	}
	t.Fatal("names are asked for without end")
	return nil, "", nil
}

// mapped is what a spec becomes.
func (m kindMapping) mapped(t *testing.T, spec string) map[string]string {
	t.Helper()
	model, parent, r := m.settled(t, spec)
	got := map[string]string{}
	for _, f := range backend.Fields(model) {
		got[f.Path] = f.Text()
	}
	if parent != "" {
		got[parentOf] = parent
	}
	for _, problem := range r.Problems() {
		got[refused] = strings.TrimSpace(got[refused] + " " + problem.Path)
	}
	return got
}

// ends reports whether a field of this type is written as one: what is below it are ways to say the same thing.
func ends(of reflect.Type) bool {
	switch of {
	case reflect.TypeFor[v1alpha1.NamedRef](), reflect.TypeFor[v1alpha1.UserRef](), reflect.TypeFor[v1alpha1.OptionalRef](), reflect.TypeFor[v1alpha1.LocalObjectRef](),
		reflect.TypeFor[v1alpha1.EntitlementRef](), reflect.TypeFor[v1alpha1.ProfileRef](), reflect.TypeFor[v1alpha1.ReviewRef](),
		reflect.TypeFor[v1alpha1.Marker](), reflect.TypeFor[apiextensionsv1.JSON]():
		return true
	}
	return of.Kind() != reflect.Struct
}

// leaves calls visit with the path of every field of a type that ends, or of those that written has; items of a list are one.
func leaves(of reflect.Type, prefix string, written any, all bool, visit func(path string)) {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() == reflect.Slice {
		item := of.Elem()
		items, _ := written.([]any)
		switch {
		case ends(item):
			visit(prefix)
		case all:
			leaves(item, prefix+"[]", nil, true, visit)
		default:
			for _, value := range items {
				leaves(item, prefix+"[]", value, false, visit)
			}
		}
		return
	}
	if ends(of) {
		visit(prefix)
		return
	}
	values, _ := written.(map[string]any)
	for i := range of.NumField() {
		name, option, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		if of.Field(i).Type == reflect.TypeFor[v1alpha1.ManagedSpec]() {
			continue // For the engine, and the same for every kind.
		}
		if option == "inline" {
			leaves(of.Field(i).Type, prefix, written, all, visit)
			continue
		}
		value, isWritten := values[name]
		if all || isWritten {
			leaves(of.Field(i).Type, strings.TrimPrefix(prefix+"."+name, "."), value, all, visit)
		}
	}
}

// kindMappings are the tables of the kinds, with the rows of testdata/mappings: a file for each vendor that was added.
func kindMappings(t *testing.T) map[string]kindMapping {
	t.Helper()
	out := map[string]kindMapping{
		v1alpha1.KindAppEntitlement: {
			rows: entitlementMappings(), spec: reflect.TypeFor[v1alpha1.AppEntitlementSpec](),
			without: map[string]string{"keepWhileReferenced": "the engine asks for it, and no vendor is told"},
			desire:  desireWith(func() *v1alpha1.AppEntitlement { return &v1alpha1.AppEntitlement{} }, Entitlements.Desire),
		},
		v1alpha1.KindAccessProfile: {
			rows: profileMappings(), spec: reflect.TypeFor[v1alpha1.AccessProfileSpec](),
			desire: desireWith(func() *v1alpha1.AccessProfile { return &v1alpha1.AccessProfile{} }, Profiles.Desire),
		},
		v1alpha1.KindAccessReview: {
			rows: reviewMappings(), spec: reflect.TypeFor[v1alpha1.AccessReviewSpec](),
			desire: desireWith(func() *v1alpha1.AccessReview { return &v1alpha1.AccessReview{} }, Reviews.Desire),
		},
	}
	files, err := filepath.Glob(filepath.Join("testdata", "mappings", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		more := map[string]mappings{}
		if err := yaml.UnmarshalStrict(raw, &more); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for kind, rows := range more {
			if _, ok := out[kind]; !ok {
				t.Fatalf("%s: %q is no kind", file, kind)
			}
			maps.Copy(out[kind].rows, rows)
		}
	}
	return out
}

func TestEverySpecBecomesTheModelThatItMeans(t *testing.T) {
	for kind, m := range kindMappings(t) {
		for spec, want := range m.rows {
			t.Run(kind+" "+spec, func(t *testing.T) {
				if diff := cmp.Diff(want, m.mapped(t, spec)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// A field of the API that no row writes is not known to arrive anywhere.
func TestEveryFieldOfASpecIsInAMapping(t *testing.T) {
	for kind, m := range kindMappings(t) {
		written := map[string]bool{}
		for spec := range m.rows {
			var values map[string]any
			if err := yaml.Unmarshal([]byte("{"+spec+"}"), &values); err != nil {
				t.Fatal(err)
			}
			leaves(m.spec, "", values, false, func(path string) { written[path] = true })
		}
		fields := 0
		leaves(m.spec, "", nil, true, func(path string) {
			fields++
			if written[path] == (m.without[path] != "") {
				t.Errorf("%s: spec.%s is written by a row: %t; it has no place in the model: %q", kind, path, written[path], m.without[path])
			}
		})
		for _, path := range slices.Sorted(maps.Keys(m.without)) {
			found := false
			leaves(m.spec, "", nil, true, func(field string) { found = found || field == path })
			if !found {
				t.Errorf("%s has no field spec.%s", kind, path)
			}
		}
		t.Logf("%s: %d fields, %d rows", kind, fields, len(m.rows))
	}
}
