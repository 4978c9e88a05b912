package bounds_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/bounds"
)

// definition validates a status as the API server does.
type definition struct {
	kind       string
	validator  validation.SchemaValidator
	structural *schema.Structural
}

func definitions(t *testing.T) (out []definition) {
	t.Helper()
	paths, err := filepath.Glob("../../config/crd/bases/*.yaml")
	if err != nil || len(paths) != 5 {
		t.Fatalf("%d definitions: %v", len(paths), err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(text, crd); err != nil {
			t.Fatal(err)
		}
		status := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"]
		internal := &apiextensions.JSONSchemaProps{}
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(&status, internal, nil); err != nil {
			t.Fatal(err)
		}
		d := definition{kind: crd.Spec.Names.Kind}
		if d.validator, _, err = validation.NewSchemaValidator(internal); err != nil {
			t.Fatal(err)
		}
		if d.structural, err = schema.NewStructural(internal); err != nil {
			t.Fatal(err)
		}
		out = append(out, d)
	}
	return out
}

// refuses returns what the API server would say of a status.
func (d definition) refuses(status map[string]any) (why []string) {
	for _, err := range validation.ValidateCustomResource(nil, status, d.validator) {
		why = append(why, err.Error())
	}
	for _, err := range listtype.ValidateListSetsAndMaps(nil, d.structural, status) {
		why = append(why, err.Error())
	}
	return why
}

// valid is a value that a schema admits; n makes it differ from others.
func valid(s *bounds.Schema, n int) any {
	switch {
	case len(s.Enum) > 0:
		return s.Enum[n%len(s.Enum)]
	case s.Format == "date-time":
		return "2030-01-01T00:00:00Z"
	case s.Type == "string":
		return fmt.Sprintf("Valid%d", n)
	case s.Type == "integer":
		return int64(n)
	case s.Type == "boolean":
		return true
	case s.Type == "array":
		return []any{valid(s.Items, n)}
	}
	object := map[string]any{}
	for _, name := range s.Required {
		object[name] = valid(s.Properties[name], n)
	}
	return object
}

// excess is one value that one bound of one field does not admit, in a status that is else well.
type excess struct {
	what   string
	status map[string]any
}

// excesses walks a schema and exceeds each of its bounds.
func excesses(s *bounds.Schema, path string, within func(any) any) (out []excess) {
	add := func(what string, value any) {
		out = append(out, excess{path + " " + what, within(value).(map[string]any)})
	}
	if s.MaxLength != nil {
		add("maxLength", strings.Repeat("ä", *s.MaxLength+1))
	}
	if s.MinLength != nil && *s.MinLength > 0 {
		add("minLength", "")
	}
	if s.Pattern != "" {
		add("pattern", "! \x1b[31m")
	}
	if len(s.Enum) > 0 {
		add("enum", "Nonsense")
	}
	if s.Format == "date-time" {
		add("format", "10000-01-01T00:00:00Z")
	}
	if s.Minimum != nil {
		add("minimum", int64(*s.Minimum)-1)
	}
	if s.Maximum != nil {
		add("maximum", int64(*s.Maximum)+1)
	}
	if s.MaxItems != nil {
		many := make([]any, *s.MaxItems+9)
		for i := range many {
			many[i] = valid(s.Items, i)
		}
		add("maxItems", many)
	}
	if s.ListType == "set" || s.ListType == "map" {
		add("list type", []any{valid(s.Items, 1), valid(s.Items, 1)})
	}
	if s.MaxProps != nil {
		many := map[string]any{}
		for i := range *s.MaxProps + 9 {
			many[fmt.Sprint("key", i)] = valid(s.Values, i)
		}
		add("maxProperties", many)
	}
	if s.Items != nil {
		out = append(out, excesses(s.Items, path+"[]", func(v any) any { return within([]any{v}) })...)
	}
	if s.Values != nil {
		out = append(out, excesses(s.Values, path+"{}", func(v any) any { return within(map[string]any{"key": v}) })...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		out = append(out, excesses(s.Properties[name], path+"."+name, func(v any) any {
			object := valid(s, 1).(map[string]any)
			object[name] = v
			return within(object)
		})...)
	}
	return out
}

// TestEveryBoundOfEveryStatus exceeds each bound of each field of the status of each kind, as the
// definitions have them: the API server would refuse it, and takes what is made of it.
func TestEveryBoundOfEveryStatus(t *testing.T) {
	walked, all := 0, 0
	for _, d := range definitions(t) {
		s := bounds.Of(d.kind)
		if s == nil {
			t.Errorf("%s is not known: make manifests", d.kind)
			continue
		}
		everything := valid(s, 1).(map[string]any)
		for _, x := range excesses(s, d.kind, func(v any) any { return v }) {
			walked++
			if len(d.refuses(x.status)) == 0 {
				t.Errorf("%s: nobody refuses it", x.what)
			}
			for name, value := range x.status {
				everything[name] = value // The last excess of each field, all in one.
			}
			if _, err := bounds.Fit(d.kind, &x.status); err != nil {
				t.Errorf("%s: %v", x.what, err)
			}
			if why := d.refuses(x.status); len(why) > 0 {
				t.Errorf("%s: still refused: %s", x.what, why)
			}
		}
		if _, err := bounds.Fit(d.kind, &everything); err != nil || len(d.refuses(everything)) > 0 {
			t.Errorf("%s, everything at once: %v %v", d.kind, err, d.refuses(everything))
		}
		all++
	}
	t.Logf("%d bounds of %d kinds", walked, all)
	if walked < 200 {
		t.Errorf("only %d bounds were found", walked)
	}
}

// TestTheSchemasAreThoseOfTheDefinitions: what is built into the manager is what is installed.
func TestTheSchemasAreThoseOfTheDefinitions(t *testing.T) {
	for _, d := range definitions(t) {
		text, err := os.ReadFile("../../config/crd/bases/governance-operator.io_" + strings.ToLower(d.kind) + "s.yaml")
		if err != nil {
			t.Fatal(err)
		}
		var crd struct {
			Spec struct {
				Versions []struct {
					Schema struct {
						OpenAPIV3Schema bounds.Schema `json:"openAPIV3Schema"`
					}
				}
			}
		}
		if err := yaml.Unmarshal(text, &crd); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["status"], bounds.Of(d.kind)); diff != "" {
			t.Errorf("%s: make manifests (-definition +built in):\n%s", d.kind, diff)
		}
	}
}

func TestWhatAVendorMaySay(t *testing.T) {
	long := strings.Repeat("long ", 400)
	review := func(change func(*v1alpha1.AccessReviewStatus)) (v1alpha1.AccessReviewStatus, []string) {
		st := v1alpha1.AccessReviewStatus{}
		st.ObservedGeneration = 3
		st.Remote = &v1alpha1.RemoteStatus{ID: "campaign-1", LastWrittenAt: &metav1.Time{Time: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}}
		change(&st)
		notes, err := bounds.Fit(v1alpha1.KindAccessReview, &st)
		if err != nil {
			t.Fatal(err)
		}
		if st.ObservedGeneration != 3 {
			t.Errorf("the rest changed: %+v", st)
		}
		return st, notes
	}
	for sentence, c := range map[string]struct {
		change func(*v1alpha1.AccessReviewStatus)
		holds  func(v1alpha1.AccessReviewStatus) bool
		notes  []string
	}{
		"nothing too much is left alone": {func(*v1alpha1.AccessReviewStatus) {}, func(st v1alpha1.AccessReviewStatus) bool { return st.Remote.ID == "campaign-1" }, nil},
		"a text that is too long is cut and says so": {func(st *v1alpha1.AccessReviewStatus) { st.VendorState = long },
			func(st v1alpha1.AccessReviewStatus) bool {
				return utf8.RuneCountInString(st.VendorState) == 64 && strings.HasSuffix(st.VendorState, "…")
			}, nil},
		"of nine reports the first eight stay": {func(st *v1alpha1.AccessReviewStatus) {
			for i := range 9 {
				st.Reports = append(st.Reports, v1alpha1.ReviewReport{ID: fmt.Sprint("report-", i)})
			}
		}, func(st v1alpha1.AccessReviewStatus) bool {
			return len(st.Reports) == 8 && st.Reports[0].ID == "report-0"
		}, []string{"status.reports shows 8 of 9"}},
		"half an address leads nowhere": {func(st *v1alpha1.AccessReviewStatus) { st.Remote.URL = "https://" + long + long },
			func(st v1alpha1.AccessReviewStatus) bool { return st.Remote.URL == "" }, []string{"status.remote.url is left out, it has 4008 characters"}},
		"half an id is another's": {func(st *v1alpha1.AccessReviewStatus) { st.Remote.ID = long },
			func(st v1alpha1.AccessReviewStatus) bool { return st.Remote.ID == "" }, []string{"status.remote.id is left out, it has 2000 characters"}},
		"a state that nobody knows": {func(st *v1alpha1.AccessReviewStatus) { st.State = "Dreaming" },
			func(st v1alpha1.AccessReviewStatus) bool { return st.State == "" }, []string{"status.state is left out, it has 8 characters"}},
		"a moment beyond all calendars": {func(st *v1alpha1.AccessReviewStatus) {
			st.Deadline = &metav1.Time{Time: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)}
		},
			func(st v1alpha1.AccessReviewStatus) bool { return st.Deadline == nil }, []string{"status.deadline is left out, it has 21 characters"}},
		"less than nothing": {func(st *v1alpha1.AccessReviewStatus) { st.Progress = &v1alpha1.ReviewProgress{Completed: -1, Total: 2} },
			func(st v1alpha1.AccessReviewStatus) bool { return st.Progress.Completed == 0 && st.Progress.Total == 2 }, []string{"status.progress.completed is left out, -1 is out of its range"}},
		"bytes that are no text": {func(st *v1alpha1.AccessReviewStatus) { st.VendorState = strings.Repeat("\xff\x00\x1b", 60) },
			func(st v1alpha1.AccessReviewStatus) bool {
				return utf8.ValidString(st.VendorState) && utf8.RuneCountInString(st.VendorState) == 64
			}, nil},
	} {
		t.Run(sentence, func(t *testing.T) {
			st, notes := review(c.change)
			if !c.holds(st) {
				text, _ := json.Marshal(st)
				t.Errorf("%s", text)
			}
			if diff := cmp.Diff(c.notes, notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}
