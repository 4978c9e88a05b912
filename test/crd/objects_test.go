package crd_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/api/v1alpha1"
)

// store creates the least object of a kind for the length of the test.
func store(t *testing.T, kind, name, spec string) *unstructured.Unstructured {
	t.Helper()
	stored := parse(t, object(t, kind, name, spec))
	c := server(t)
	if err := c.Create(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Delete(context.WithoutCancel(t.Context()), stored); err != nil {
			t.Error(err)
		}
	})
	return stored
}

func TestANewObjectIsInProgress(t *testing.T) {
	for _, kind := range slices.Sorted(maps.Keys(minimal)) {
		t.Run(kind, func(t *testing.T) {
			stored := store(t, kind, "new", `{}`)
			got, err := status.Compute(stored)
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != status.InProgressStatus {
				t.Errorf("kstatus says %s (%s), want InProgress", got.Status, got.Message)
			}
			if generation, _, _ := unstructured.NestedInt64(stored.Object, "status", "observedGeneration"); generation != -1 {
				t.Errorf("status.observedGeneration is %d, want -1", generation)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	cases := map[string]struct {
		kind, spec string
		path       []string
		want       any
	}{
		"a backend is of the namespaced kind": {"AccessProfile", `{}`, []string{"spec", "backendRef", "kind"}, "GovernanceBackend"},
		"a backend is swept every 10 minutes": {"GovernanceBackend", `{}`, []string{"spec", "resyncInterval"}, "10m"},
		"certificates are under ca.crt":       {"GovernanceBackend", `{caBundleRef: {name: a}}`, []string{"spec", "caBundleRef", "key"}, "ca.crt"},
		"policies have no default":            {"AccessReview", `{}`, []string{"spec", "management"}, nil},
		"a start has no default":              {"AccessReview", `{}`, []string{"spec", "start"}, nil},
		"an empty list stays":                 {"AccessProfile", `{entitlements: []}`, []string{"spec", "entitlements"}, []any{}},
		"an empty object stays":               {"AccessReview", `{scope: {apps: {}}}`, []string{"spec", "scope", "apps"}, map[string]any{}},
	}
	for sentence, c := range cases {
		t.Run(sentence, func(t *testing.T) {
			stored := store(t, c.kind, "defaulted", c.spec)
			got, _, err := unstructured.NestedFieldNoCopy(stored.Object, c.path...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%v (-want +got):\n%s", c.path, diff)
			}
		})
	}
}

func TestAbsentAndEmptyListsDifferInGo(t *testing.T) {
	cases := map[string]struct {
		spec string
		want []v1alpha1.EntitlementRef
	}{
		"absent": {`{}`, nil},
		"empty":  {`{entitlements: []}`, []v1alpha1.EntitlementRef{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			stored := store(t, "AccessProfile", name, c.spec)
			var profile v1alpha1.AccessProfile
			if err := server(t).Get(t.Context(), client.ObjectKeyFromObject(stored), &profile); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, profile.Spec.Entitlements); diff != "" {
				t.Errorf("entitlements (-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatusIsASubresource(t *testing.T) {
	stored := store(t, "AccessReview", "with-status", `{}`)
	c := server(t)
	patch := []byte(`{"status":{"observedGeneration":1,"state":"Running","progress":{"total":40,"completed":12,"certified":10,"revoked":2,"summary":"12/40"}}}`)
	if err := c.Patch(t.Context(), stored.DeepCopy(), client.RawPatch(types.MergePatchType, patch)); err != nil {
		t.Fatal(err)
	}
	read := stored.DeepCopy()
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(stored), read); err != nil {
		t.Fatal(err)
	}
	if state, found, _ := unstructured.NestedString(read.Object, "status", "state"); found {
		t.Errorf("a patch of the object wrote status.state %q", state)
	}
	if err := c.Status().Patch(t.Context(), read, client.RawPatch(types.MergePatchType, patch)); err != nil {
		t.Fatal(err)
	}
	if state, _, _ := unstructured.NestedString(read.Object, "status", "state"); state != "Running" {
		t.Errorf("status.state is %q, want Running", state)
	}
	if read.GetGeneration() != 1 {
		t.Errorf("a patch of the status moved the generation to %d", read.GetGeneration())
	}
}

func TestObjectsAreSelectedByWhatPeopleLookFor(t *testing.T) {
	store(t, "AccessProfile", "of-one", `{backendRef: {name: one}}`)
	store(t, "AccessProfile", "of-two", `{backendRef: {name: two}}`)
	store(t, "AppEntitlement", "by-name", `{app: {name: Selected}, displayName: a}`)
	store(t, "AppEntitlement", "by-id", `{app: {id: selected-1, name: null}, displayName: a}`)
	store(t, "AccessReview", "running", `{}`)
	for name, status := range map[string]string{"of-one": `{"status": {"remote": {"id": "remote-1"}}}`, "running": `{"status": {"state": "Missed"}}`} {
		kind := map[string]string{"of-one": "AccessProfile", "running": "AccessReview"}[name]
		obj := &unstructured.Unstructured{}
		obj.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
		obj.SetNamespace("default")
		obj.SetName(name)
		if err := server(t).Status().Patch(t.Context(), obj, client.RawPatch(types.MergePatchType, []byte(status))); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ kind, field, value, want string }{
		{"AccessProfile", "spec.backendRef.name", "two", "of-two"},
		{"AccessProfile", "status.remote.id", "remote-1", "of-one"},
		{"AppEntitlement", "spec.app.name", "Selected", "by-name"},
		{"AppEntitlement", "spec.app.id", "selected-1", "by-id"},
		{"AccessReview", "status.state", "Missed", "running"},
	} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(c.kind + "List"))
		if err := server(t).List(t.Context(), list, client.MatchingFields{c.field: c.value}); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, item := range list.Items {
			names = append(names, item.GetName())
		}
		if diff := cmp.Diff([]string{c.want}, names); diff != "" {
			t.Errorf("selected by %s (-want +got):\n%s", c.field, diff)
		}
	}
}
