package engine_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/kinds"
)

// recorded are the samples of all three vendors, as the version before left them: see internal/engine/testdata/README.md.
func recorded(t *testing.T) (objects []client.Object) {
	t.Helper()
	text, err := os.ReadFile("testdata/before.yaml")
	if err != nil {
		t.Fatal(err)
	}
	documents := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		var raw runtime.RawExtension
		if err := documents.Decode(&raw); errors.Is(err, io.EOF) {
			return objects
		} else if err != nil {
			t.Fatal(err)
		}
		obj, _, err := serializer.NewCodecFactory(scheme()).UniversalDeserializer().Decode(raw.Raw, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, obj.(client.Object))
	}
}

// backendsBefore are the recorded backends. Whoever opens one is about to call, and is noted.
type backendsBefore struct {
	tenants map[string]string // by the name of the backend
	opened  []string
}

func (b *backendsBefore) Get(_ context.Context, _ string, ref v1alpha1.BackendRef, _ bool) (*managed.Backend, error) {
	b.opened = append(b.opened, ref.Name)
	return nil, &managed.BackendError{Reason: v1alpha1.ReasonBackendNotReady, Message: "nobody may ask"}
}

func (b *backendsBefore) Place(_ context.Context, _ string, ref v1alpha1.BackendRef) managed.Place {
	return managed.Place{At: ref.Name, Pinned: b.tenants[ref.Name]}
}

func (b *backendsBefore) Unauthorized(string, error) {}

// passOver starts a process and lets it pass once over every bound object of a kind. It returns how many there were.
func passOver[O managed.Object, D backend.Model](t *testing.T, c client.Client, b *backendsBefore, kind managed.Kind[O, D]) int {
	t.Helper()
	r := engine.NewReconciler(kind, fleet.Options{Client: c, Live: c, Backends: b, Limits: &safety.Limits{}, ClusterID: cluster})
	list := kind.NewList()
	if err := c.List(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := meta.EachListItem(list, func(o runtime.Object) error {
		obj := o.(O)
		remote := obj.GetManagedStatus().Remote
		if remote == nil || remote.ID == "" {
			return nil
		}
		n++
		result, err := r.Reconcile(t.Context(), reconcile.Request{NamespacedName: types.NamespacedName{Namespace: obj.GetNamespace(), Name: obj.GetName()}})
		if err != nil || kind.Poll == nil && result.RequeueAfter != 0 {
			t.Errorf("%s %s: comes again after %s, %v", kind.Name, obj.GetName(), result.RequeueAfter, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestWhatTheVersionBeforeLeftIsTakenUpAsItIs: a process of this version that finds the objects of the one before asks no
// vendor and writes nothing.
func TestWhatTheVersionBeforeLeftIsTakenUpAsItIs(t *testing.T) {
	objects := recorded(t)
	b := &backendsBefore{tenants: map[string]string{}}
	vendors := map[v1alpha1.Vendor]bool{}
	for _, obj := range objects {
		if gb, ok := obj.(*v1alpha1.GovernanceBackend); ok {
			b.tenants[gb.Name], vendors[gb.Spec.Vendor] = gb.Status.TenantID, true
		}
	}
	writes := 0
	c := fake.NewClientBuilder().WithScheme(scheme()).WithObjects(objects...).WithStatusSubresource(objects...).WithInterceptorFuncs(interceptor.Funcs{
		Patch: func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
			writes++
			return nil
		},
		SubResourcePatch: func(context.Context, client.Client, string, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
			writes++
			return nil
		},
	}).Build()
	passes := passOver(t, c, b, kinds.AppEntitlement()) + passOver(t, c, b, kinds.AccessProfile()) + passOver(t, c, b, kinds.AccessReview(time.Minute))
	if passes != 24 || len(vendors) != 3 {
		t.Errorf("%d bound objects of %d vendors are recorded, want 24 of 3", passes, len(vendors))
	}
	if len(b.opened) > 0 || writes > 0 {
		t.Errorf("%d writes, and calls were about to be made at %v", writes, b.opened)
	}
}
