package admission_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/testenv"
)

const protection = v1alpha1.AnnotationDeletionProtection

// oneOfEach makes an object of every kind, by the resource's name.
func oneOfEach() map[string]*unstructured.Unstructured {
	return map[string]*unstructured.Unstructured{
		"accessprofiles":            profile("{}"),
		"accessreviews":             review("{}"),
		"appentitlements":           with("AppEntitlement", "{app: {name: GitHub}}"),
		"governancebackends":        parse(backend),
		"clustergovernancebackends": parse(strings.Replace(backend, "GovernanceBackend", "ClusterGovernanceBackend", 1)),
	}
}

func protect(object *unstructured.Unstructured, value string) *unstructured.Unstructured {
	object.SetAnnotations(map[string]string{protection: value})
	return object
}

func TestAProtectedObjectIsNotDeletedUntilTheAnnotationIsTakenOff(t *testing.T) {
	someone := person(t, admin)
	for resource, object := range oneOfEach() {
		t.Run(resource, func(t *testing.T) {
			stored := store(t, protect(object, "true"))
			where, from := "", ""
			if stored.GetNamespace() != "" {
				where, from = namespace+"/", "--namespace="+namespace+" "
			}
			want := fmt.Sprintf("the annotation %s keeps %s %s%s from being deleted; to delete it, first take the annotation off: kubectl annotate %s%s.governance-operator.io/%s %s-",
				protection, stored.GetKind(), where, stored.GetName(), from, resource, stored.GetName(), protection)
			if got := said(t, "deletion-guard", someone.Delete(t.Context(), stored.DeepCopy())); got != want {
				t.Errorf("said  %q\nwant %q", got, want)
			}
			// What the message says to do: kubectl annotate sends this patch.
			if err := someone.Patch(t.Context(), stored, patch(t, fmt.Sprintf("{metadata: {annotations: {%s: null}}}", protection))); err != nil {
				t.Fatal(err)
			}
			if err := someone.Delete(t.Context(), stored); err != nil {
				t.Errorf("still protected: %v", err)
			}
		})
	}
}

func TestWhatProtects(t *testing.T) {
	for sentence, c := range map[string]struct {
		annotations map[string]string
		protected   bool
	}{
		"no annotation at all does not":        {nil, false},
		"another annotation does not":          {map[string]string{"governance-operator.io/deletion": "true"}, false},
		"false does not":                       {map[string]string{protection: "false"}, false},
		"true does":                            {map[string]string{protection: "true"}, true},
		"a value that is misspelt does":        {map[string]string{protection: "True"}, true},
		"a value that is left out does":        {map[string]string{protection: ""}, true},
		"with others beside it it does, still": {map[string]string{"a": "b", protection: "true"}, true},
	} {
		t.Run(sentence, func(t *testing.T) {
			object := profile("{}")
			object.SetAnnotations(c.annotations)
			err := person(t, editor).Delete(t.Context(), store(t, object), client.DryRunAll)
			if protected := said(t, "deletion-guard", err) != ""; protected != c.protected {
				t.Errorf("protected: %v, want %v", protected, c.protected)
			}
		})
	}
}

// TestACollectionIsDeletedOnlyWithoutProtectedObjects is what the namespace controller does in a namespace that is
// deleted, with every right: so the namespace stays, and its status holds this message.
func TestACollectionIsDeletedOnlyWithoutProtectedObjects(t *testing.T) {
	ours, err := env.CreateNamespace(t.Context(), "collection")
	if err != nil {
		t.Fatal(err)
	}
	guarded := protect(profile("{}"), "true")
	guarded.SetNamespace(ours)
	store(t, guarded)
	deleteAll := func() error {
		return env.Client.DeleteAllOf(t.Context(), profile("{}"), client.InNamespace(ours))
	}
	if got := said(t, "deletion-guard", deleteAll()); !strings.Contains(got, "keeps AccessProfile "+ours+"/"+guarded.GetName()+" from") {
		t.Errorf("said %q", got)
	}
	if err := env.Client.Patch(t.Context(), guarded, patch(t, fmt.Sprintf("{metadata: {annotations: {%s: null}}}", protection))); err != nil {
		t.Fatal(err)
	}
	if err := deleteAll(); err != nil {
		t.Error(err)
	}
}

// TestADeletionThatBeganIsCarriedOut is why the operator is not held up: it lets go of objects by patches.
func TestADeletionThatBeganIsCarriedOut(t *testing.T) {
	object := profile("{}")
	object.SetFinalizers([]string{v1alpha1.Finalizer})
	store(t, object)
	if err := person(t, editor).Delete(t.Context(), object.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	if err := person(t, editor).Patch(t.Context(), object, patch(t, fmt.Sprintf("{metadata: {annotations: {%s: 'true'}}}", protection))); err != nil {
		t.Fatal(err)
	}
	if err := operator(t).Patch(t.Context(), object.DeepCopy(), patch(t, "{metadata: {finalizers: null}}")); err != nil {
		t.Fatal(err)
	}
	if err := env.Client.Get(t.Context(), client.ObjectKeyFromObject(object), object); !apierrors.IsNotFound(err) {
		t.Errorf("the object is still there: %v", err)
	}
}

func TestTheRemovalOfADefinitionIsNotGuarded(t *testing.T) {
	own, err := testenv.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := own.Stop(); err != nil {
			t.Error(err)
		}
	})
	ctx := t.Context()
	if err := apply(ctx, own.Client); err != nil {
		t.Fatal(err)
	}
	guarded := protect(profile("{}"), "true")
	if err := own.Client.Create(ctx, guarded); err != nil {
		t.Fatal(err)
	}
	if err := eventually(ctx, func(ctx context.Context) (bool, error) {
		return apierrors.IsForbidden(own.Client.Delete(ctx, guarded.DeepCopy(), client.DryRunAll)), nil
	}); err != nil {
		t.Fatal(err)
	}
	definition := &apiextensionsv1.CustomResourceDefinition{}
	if err := apiextensionsv1.AddToScheme(own.Scheme); err != nil {
		t.Fatal(err)
	}
	definition.ObjectMeta = metav1.ObjectMeta{Name: "accessprofiles.governance-operator.io"}
	if err := own.Client.Delete(ctx, definition); err != nil {
		t.Fatal(err)
	}
	if err := eventually(ctx, func(ctx context.Context) (bool, error) {
		err := own.Client.Get(ctx, client.ObjectKeyFromObject(definition), definition)
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	}); err != nil {
		t.Errorf("the definition is still there, with what it defines: %v", err)
	}
}
