package argocd_test

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// action is what a discovery script says of one action.
type action struct {
	Name      string `json:"name"`
	Disabled  bool   `json:"disabled"`
	IconClass string `json:"iconClass"`
}

// actionTests is upstream's form of action_test.yaml.
type actionTests struct {
	DiscoveryTests []struct {
		InputPath string   `json:"inputPath"`
		Result    []action `json:"result"`
	} `json:"discoveryTests"`
	ActionTests []struct {
		Action             string `json:"action"`
		InputPath          string `json:"inputPath"`
		ExpectedOutputPath string `json:"expectedOutputPath"`
	} `json:"actionTests"`
}

func actionTestsOf(t *testing.T, kind string) (out actionTests) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(read(t, of(kind, "actions", "action_test.yaml"))), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestActionsAreOffered(t *testing.T) {
	for _, kind := range kinds {
		for _, test := range actionTestsOf(t, kind).DiscoveryTests {
			t.Run(kind+" "+test.InputPath, func(t *testing.T) {
				got, err := execute(object(t, of(kind, "actions", test.InputPath)).Object, read(t, of(kind, "actions", "discovery.lua")))
				if err != nil {
					t.Fatal(err)
				}
				want := map[string]any{}
				for _, a := range test.Result {
					want[a.Name] = map[string]any{"disabled": a.Disabled, "iconClass": a.IconClass}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// changes are what each action does, and all that it does.
var changes = map[string]func(*unstructured.Unstructured){
	"reconcile": func(u *unstructured.Unstructured) {
		annotations := u.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[v1alpha1.AnnotationReconcileRequestedAt] = "0001-01-01T00:00:00Z"
		u.SetAnnotations(annotations)
	},
	"suspend": func(u *unstructured.Unstructured) { u.Object["spec"].(map[string]any)["suspend"] = true },
	"resume":  func(u *unstructured.Unstructured) { u.Object["spec"].(map[string]any)["suspend"] = false },
}

func TestActions(t *testing.T) {
	for _, kind := range kinds {
		tried := map[string]bool{}
		for _, test := range actionTestsOf(t, kind).ActionTests {
			tried[test.Action] = true
			t.Run(kind+" "+test.Action, func(t *testing.T) {
				before := object(t, of(kind, "actions", test.InputPath))
				got, err := execute(before.Object, read(t, of(kind, "actions", test.Action, "action.lua")))
				if err != nil {
					t.Fatal(err)
				}
				want := before.DeepCopy()
				changes[test.Action](want)
				if diff := cmp.Diff(want.Object, got); diff != "" {
					t.Errorf("the action does something else: %s", diff)
				}
				path := of(kind, "actions", test.ExpectedOutputPath)
				if *update {
					raw, err := yaml.Marshal(got)
					if err != nil {
						t.Fatal(err)
					}
					write(t, path, string(raw))
				}
				if diff := cmp.Diff(object(t, path).Object, got); diff != "" {
					t.Error(diff)
				}
			})
		}
		for name := range changes {
			if !tried[name] {
				t.Errorf("%s: %s is not tried", kind, name)
			}
		}
		entries, err := os.ReadDir(of(kind, "actions"))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.IsDir() && entry.Name() != "testdata" && !slices.Contains([]string{"reconcile", "suspend", "resume"}, entry.Name()) {
				t.Errorf("%s: there is no test of what %s changes", kind, entry.Name())
			}
		}
	}
}
