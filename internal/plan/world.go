package plan

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// madeUID begins the uid of what is in the files alone.
const madeUID = "plan-"

// World is what there would be: the objects of a cluster, and those of files in their place.
type World struct {
	objects map[reference.Object]client.Object
	order   []reference.Object
	made    int
	now     time.Time
	// elsewhere says of backends that files change where these send their credentials, which the cluster's must not follow.
	elsewhere map[reference.Object]string
}

// NewWorld is a world with the objects of a cluster.
func NewWorld(now time.Time, objects ...client.Object) *World {
	w := &World{objects: map[reference.Object]client.Object{}, now: now, elsewhere: map[reference.Object]string{}}
	for _, obj := range objects {
		w.put(obj)
	}
	return w
}

func (w *World) put(obj client.Object) {
	id := idOf(obj)
	if _, known := w.objects[id]; !known {
		w.order = append(w.order, id)
	}
	w.objects[id] = obj
}

// Objects are all there is.
func (w *World) Objects() []client.Object {
	out := make([]client.Object, len(w.order))
	for i, id := range w.order {
		out[i] = w.objects[id]
	}
	return out
}

// Get is an object, nil where there is none.
func (w *World) Get(id reference.Object) client.Object { return w.objects[id] }

// Apply puts an object of a file in its place: its spec is that of the file, its status that of the cluster. What else a file says,
// as one that was read from a cluster does, counts no more than for kubectl apply.
func (w *World) Apply(obj client.Object) reference.Object {
	next := applied(obj)
	id := idOf(next)
	if m, ok := next.(managed.Object); ok && m.GetManagedSpec().BackendRef.Kind == "" {
		m.GetManagedSpec().BackendRef.Kind = v1alpha1.KindGovernanceBackend
	}
	before, known := w.objects[id]
	if !known {
		w.made++
		next.SetUID(types.UID(fmt.Sprint(madeUID, w.made)))
		next.SetGeneration(1)
		next.SetCreationTimestamp(metav1.NewTime(w.now.Truncate(time.Second)))
		w.put(next)
		return id
	}
	after := before.DeepCopyObject().(client.Object)
	copySpec(after, next)
	after.SetLabels(merged(before.GetLabels(), next.GetLabels()))
	after.SetAnnotations(merged(before.GetAnnotations(), next.GetAnnotations()))
	if !apiequality.Semantic.DeepEqual(part(before, "Spec").Interface(), part(after, "Spec").Interface()) {
		after.SetGeneration(before.GetGeneration() + 1)
	}
	if b, ok := before.(tenancy.Object); ok {
		w.reroute(id, b.GetBackendSpec(), after.(tenancy.Object).GetBackendSpec())
	}
	w.put(after)
	return id
}

// applied is what of an object of a file an apply takes over.
func applied(obj client.Object) client.Object {
	next := reflect.New(reflect.TypeOf(obj).Elem()).Interface().(client.Object)
	next.SetName(obj.GetName())
	next.SetNamespace(obj.GetNamespace())
	next.SetLabels(merged(nil, obj.GetLabels()))
	next.SetAnnotations(merged(nil, obj.GetAnnotations()))
	next.SetFinalizers(slices.Clone(obj.GetFinalizers()))
	copySpec(next, obj)
	return next
}

// reroute notes that a backend would send its credential to another place, or another one there.
func (w *World) reroute(id reference.Object, before, after *v1alpha1.GovernanceBackendSpec) {
	switch {
	case before.Endpoint != after.Endpoint:
		w.elsewhere[id] = "spec.endpoint"
	case before.Vendor != after.Vendor:
		w.elsewhere[id] = "spec.vendor"
	case !apiequality.Semantic.DeepEqual(before.Credentials, after.Credentials):
		w.elsewhere[id] = "spec.credentials"
	case !apiequality.Semantic.DeepEqual(before.CABundleRef, after.CABundleRef):
		w.elsewhere[id] = "spec.caBundleRef"
	}
}

// Delete lets an object go.
func (w *World) Delete(id reference.Object) {
	gone := w.objects[id].DeepCopyObject().(client.Object)
	if gone.GetDeletionTimestamp().IsZero() {
		now := metav1.NewTime(w.now.Truncate(time.Second))
		gone.SetDeletionTimestamp(&now)
	}
	w.put(gone)
}

// Managed lists the managed objects for which keep is true, in order.
func (w *World) Managed(keep func(managed.Object) bool) []reference.Object {
	var out []reference.Object
	for _, id := range w.order {
		if m, ok := w.objects[id].(managed.Object); ok && keep(m) {
			out = append(out, id)
		}
	}
	return out
}

// Backend is the backend of an object, nil where there is none.
func (w *World) Backend(obj managed.Object) tenancy.Object {
	b, _ := w.objects[backendOf(obj)].(tenancy.Object)
	return b
}

// Backends lists the backends.
func (w *World) Backends() []tenancy.Object {
	var out []tenancy.Object
	for _, id := range w.order {
		if b, ok := w.objects[id].(tenancy.Object); ok {
			out = append(out, b)
		}
	}
	return out
}

func merged(before, after map[string]string) map[string]string {
	out := map[string]string{}
	for _, from := range []map[string]string{before, after} {
		for key, value := range from {
			out[key] = value
		}
	}
	return out
}
