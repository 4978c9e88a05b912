package chart_test

import (
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestEveryValueSetPassesTheStrictLint(t *testing.T) {
	t.Parallel()
	for name, path := range valueSets(t) {
		t.Run(name, func(t *testing.T) {
			if out, err := runHelm(t.Context(), "lint", "--strict", chart, "--namespace", namespace, "--values", path); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestEveryObjectOfEveryValueSetIsAcceptedByTheServer(t *testing.T) {
	t.Parallel()
	env := server(t)
	for _, name := range []string{namespace, "payroll", "sales", "monitoring"} {
		if err := client.IgnoreAlreadyExists(env.Client.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})); err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range valueSets(t) {
		t.Run(name, func(t *testing.T) {
			objects := render(t, "--values", path)
			seen := map[string]bool{}
			for _, object := range objects {
				key := object.GetKind() + " " + object.GetNamespace() + "/" + object.GetName()
				if seen[key] {
					t.Errorf("%s is there twice", key)
				}
				seen[key] = true
				if err := try(t, env.Client, object); err != nil {
					t.Errorf("%s: %v", key, err)
				}
			}
			if len(objects) == 0 {
				t.Error("nothing was rendered")
			}
		})
	}
}

// try does what "kubectl apply --server-side --dry-run=server --validate=strict" does.
func try(t *testing.T, c client.Client, object *unstructured.Unstructured) error {
	t.Helper()
	object = object.DeepCopy()
	mapping, err := c.RESTMapper().RESTMapping(object.GroupVersionKind().GroupKind(), object.GroupVersionKind().Version)
	if err != nil {
		return err
	}
	if mapping.Scope.Name() == "namespace" && object.GetNamespace() == "" {
		object.SetNamespace(namespace)
	}
	raw, err := json.Marshal(object.Object)
	if err != nil {
		return err
	}
	return c.Patch(t.Context(), object, client.RawPatch(types.ApplyPatchType, raw),
		client.FieldOwner("chart-test"), client.ForceOwnership, client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict))
}
