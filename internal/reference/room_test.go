package reference

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// schema is as much of a CRD as tells how many names a spec can hold.
type schema struct {
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	MaxItems   *int              `json:"maxItems"`
}

// names counts the names that the largest value of a schema holds: each reference by name is one, and
// an entitlement is two, for it is named within its app.
func (s schema) names() int {
	if s.Items != nil {
		each := s.Items.names()
		if each == 0 || s.MaxItems == nil {
			return each * 1_000_000 // A list without a bound holds anything.
		}
		return each * *s.MaxItems
	}
	has := func(name string) bool { _, ok := s.Properties[name]; return ok }
	total := 0
	if has("id") && (has("name") || has("email")) || has("ref") && len(s.Properties) <= 2 {
		total++
	}
	for _, p := range s.Properties {
		total += p.names()
	}
	return total
}

func TestNoMorePinsAreKeptThanTheStatusHolds(t *testing.T) {
	var refs []v1alpha1.EntitlementRef
	for i := range mostPins + 100 {
		refs = append(refs, in("a", strconv.Itoa(i)))
	}
	v, p := &vendor{}, profile(refs...)
	if got := v.resolve(p); len(got) != len(refs) || len(p.Status.Resolved) != mostPins {
		t.Errorf("%d are resolved and %d pinned, want %d and %d", len(got), len(p.Status.Resolved), len(refs), mostPins)
	}
}

func TestTheStatusHoldsAPinForEachNameOfTheLargestSpec(t *testing.T) {
	files, err := filepath.Glob("../../config/crd/bases/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var crd struct {
			Spec struct {
				Names    struct{ Kind string }
				Versions []struct {
					Schema struct {
						OpenAPIV3Schema schema `json:"openAPIV3Schema"`
					}
				}
			}
		}
		if err := yaml.Unmarshal(raw, &crd); err != nil {
			t.Fatal(err)
		}
		for _, v := range crd.Spec.Versions {
			root := v.Schema.OpenAPIV3Schema
			status, ok := root.Properties["status"].Properties["resolved"]
			if !ok {
				continue
			}
			n := root.Properties["spec"].names()
			t.Logf("a spec of kind %s holds at most %d names", crd.Spec.Names.Kind, n)
			// The steps of a provision policy nest: all of them filled would not fit into an object. What
			// finds no room is asked anew when it is needed.
			nests := crd.Spec.Names.Kind == "AppEntitlement"
			if most := *status.MaxItems; n > most && !nests || most != mostPins {
				t.Errorf("%s: status.resolved holds %d pins, the resolver makes %d, and the largest spec has %d names", crd.Spec.Names.Kind, most, mostPins, n)
			}
		}
	}
}
