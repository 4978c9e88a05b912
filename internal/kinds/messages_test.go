package kinds

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

var recordMessages = flag.Bool("record-messages", false, "write testdata/messages.txt anew: people search for these texts")

// spellings are ways in which the names of a spec may turn out.
var spellings = map[string]func(backend.Name) backend.Answer{
	"one":  func(q backend.Name) backend.Answer { return matches(q, "") },
	"none": func(backend.Name) backend.Answer { return backend.Answer{} },
	"two": func(q backend.Name) backend.Answer {
		a, b := matches(q, ""), matches(q, "")
		b.Matches[0].ID += "-2"
		return backend.Answer{Matches: append(a.Matches, b.Matches...)}
	},
	"unusable": func(q backend.Name) backend.Answer { return matches(q, "it is switched off") },
	"no names": func(backend.Name) backend.Answer { return backend.Answer{Err: backend.ErrNoNames} },
}

func matches(q backend.Name, unusable string) backend.Answer {
	return backend.Answer{Matches: []backend.Match{{ID: namesMean(q), Name: q.Name, Unusable: unusable}}}
}

// nowhere is a cluster without objects.
type nowhere struct{ cluster }

func (nowhere) Get(ctx context.Context, key client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	return apierrors.NewNotFound(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: "things"}, key.Name)
}

// recorder collects what is said of specs, and at which vendors. Places in lists do not matter, nor do names and what was drawn.
type recorder map[string]map[string]bool

var (
	placeInList = regexp.MustCompile(`\[\d+\]`)
	quoted      = regexp.MustCompile(`"[^"]*"`)
	drawn       = regexp.MustCompile(`'t\d'`)
	deepSteps   = regexp.MustCompile(`(\.multiStep\.steps\[i\])+`)
)

func (r recorder) note(vendor, message string) {
	message = placeInList.ReplaceAllString(strings.ReplaceAll(message, "\n", `\n`), "[i]")
	message = drawn.ReplaceAllString(message, "'…'")
	message = quoted.ReplaceAllString(deepSteps.ReplaceAllString(message, ".multiStep.steps[i]"), `"…"`)
	if r[message] == nil {
		r[message] = map[string]bool{}
	}
	r[message][vendor] = true
}

// say validates a spec at each vendor, in each way that its names may turn out.
func say[O managed.Object, D backend.Model](t *testing.T, into recorder, kind managed.Kind[O, D], spec []byte) {
	t.Helper()
	for _, vendor := range vendors.All() {
		tenant, err := vendor.Declared(backend.Config{})
		if err != nil {
			t.Fatal(err)
		}
		caps := kind.Driver(tenant).Capabilities()
		for _, way := range slices.Sorted(maps.Keys(spellings)) {
			var reader client.Reader = cluster{}
			if way == "none" {
				reader = nowhere{}
			}
			answers := map[backend.Name]backend.Answer{}
			for range 5 {
				obj := kind.New()
				decoder := json.NewDecoder(bytes.NewReader(spec))
				decoder.DisallowUnknownFields()
				if err := decoder.Decode(reflect.ValueOf(obj).Elem().FieldByName("Spec").Addr().Interface()); err != nil {
					return // The API server refuses it.
				}
				r := reference.NewResolver(t.Context(), reader, obj, "tenant", answers)
				desired, _ := kind.Validate(obj, r, caps, true)
				if open := r.Unanswered(); len(open) > 0 {
					for _, q := range open {
						answers[q] = spellings[way](q)
					}
					continue
				}
				for _, p := range r.Problems() {
					into.note(vendor.Name, fmt.Sprintf("%s %s: %s", kind.Name, p.Reason, p.Message))
				}
				for _, caution := range r.Cautions() {
					into.note(vendor.Name, fmt.Sprintf("%s caution: %s", kind.Name, caution))
				}
				for _, w := range caps.Warn(desired) {
					into.note(vendor.Name, fmt.Sprintf("%s warning: spec.%s", kind.Name, w))
				}
				break
			}
		}
	}
}

// invalidSpecs are those of the samples that must be refused, and others that are wrong in ways that no schema sees, of one kind.
func invalidSpecs(t *testing.T, kind string) [][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "samples", "*", "*.yaml"))
	if err != nil || len(files) < 20 {
		t.Fatal(len(files), err)
	}
	var out [][]byte
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var object struct {
			Kind string
			Spec json.RawMessage
		}
		if err := yaml.Unmarshal(content, &object); err != nil {
			t.Fatal(err)
		}
		if object.Kind == kind {
			out = append(out, object.Spec)
		}
	}
	return out
}

// sayAll validates all rows of the translation, the invalid samples and some random specs.
func sayAll[O managed.Object, S any, D backend.Model](t *testing.T, into recorder, kind managed.Kind[O, D], rows mappings, blocks []backend.Block) {
	t.Helper()
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		raw, err := yaml.YAMLToJSONStrict([]byte("{" + row + "}"))
		if err != nil {
			t.Fatal(err)
		}
		say(t, into, kind, raw)
	}
	for _, spec := range invalidSpecs(t, kind.Name) {
		say(t, into, kind, spec)
	}
	r := rand.New(rand.NewSource(7))
	for range 40 {
		var spec S
		draw(r, reflect.ValueOf(&spec).Elem())
		oneBlock(r, reflect.ValueOf(&spec).Elem(), blocks)
		raw, err := json.Marshal(spec)
		if err != nil {
			t.Fatal(err)
		}
		say(t, into, kind, raw)
	}
}

// TestMessagesStay: people search for the texts that name a field of a spec.
func TestMessagesStay(t *testing.T) {
	got := recorder{}
	sayAll[*v1alpha1.AppEntitlement, v1alpha1.AppEntitlementSpec](t, got, AppEntitlement(), entitlementMappings(), Entitlements.Blocks())
	sayAll[*v1alpha1.AccessProfile, v1alpha1.AccessProfileSpec](t, got, AccessProfile(), profileMappings(), Profiles.Blocks())
	sayAll[*v1alpha1.AccessReview, v1alpha1.AccessReviewSpec](t, got, AccessReview(0), reviewMappings(), Reviews.Blocks())
	var text strings.Builder
	for _, message := range slices.Sorted(maps.Keys(got)) {
		fmt.Fprintf(&text, "%s\t%s\n", message, strings.Join(slices.Sorted(maps.Keys(got[message])), ", "))
	}
	file := filepath.Join("testdata", "messages.txt")
	if *recordMessages {
		if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) < 300 {
		t.Fatalf("only %d messages", len(got))
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text.String(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
