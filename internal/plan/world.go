package plan

import (
	"fmt"
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

// World is what there would be: the objects of a cluster, and those of files in their place.
type World struct {
	objects map[reference.Object]client.Object
	order   []reference.Object
	made    int
	now     time.Time
}

// NewWorld is a world with the objects of a cluster.
func NewWorld(now time.Time, objects ...client.Object) *World {
	w := &World{objects: map[reference.Object]client.Object{}, now: now}
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

// Apply puts an object of a file in its place: its spec is that of the file, its status that of the cluster.
func (w *World) Apply(obj client.Object) reference.Object {
	next := obj.DeepCopyObject().(client.Object)
	id := idOf(next)
	if m, ok := next.(managed.Object); ok && m.GetManagedSpec().BackendRef.Kind == "" {
		m.GetManagedSpec().BackendRef.Kind = v1alpha1.KindGovernanceBackend
	}
	before, known := w.objects[id]
	if !known {
		w.made++
		next.SetUID(types.UID(fmt.Sprintf("plan-%d", w.made)))
		next.SetGeneration(1)
		next.SetCreationTimestamp(metav1.NewTime(w.now.Truncate(time.Second)))
		next.SetResourceVersion("")
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
	w.put(after)
	return id
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
