package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// store is a cluster in memory: what the engine writes stays in it. Objects of other groups are read from the cluster behind it,
// if there is one.
type store struct {
	client.Client // the cluster; nil where there is none

	objects map[reference.Object]client.Object
	// beside are Secrets and ConfigMaps that stand in for those of a cluster.
	beside  []client.Object
	version int64
}

var errReadOnly = errors.New("a plan writes nothing to the cluster")

// kindOf is the kind of an object of ours, empty for others.
func kindOf(obj client.Object) string {
	switch obj.(type) {
	case *v1alpha1.GovernanceBackend:
		return v1alpha1.KindGovernanceBackend
	case *v1alpha1.ClusterGovernanceBackend:
		return v1alpha1.KindClusterGovernanceBackend
	}
	return reference.KindOf(obj)
}

// idOf names an object.
func idOf(obj client.Object) reference.Object {
	return reference.Object{Kind: kindOf(obj), Namespace: obj.GetNamespace(), Name: obj.GetName()}
}

// put stores an object.
func (s *store) put(obj client.Object) {
	if s.objects == nil {
		s.objects = map[reference.Object]client.Object{}
	}
	s.version++
	obj.SetResourceVersion(strconv.FormatInt(s.version, 10))
	s.objects[idOf(obj)] = obj
}

// Get implements client.Reader.
func (s *store) Get(ctx context.Context, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	kind := kindOf(into)
	if kind == "" {
		return s.getBeside(ctx, key, into, opts...)
	}
	obj, ok := s.objects[reference.Object{Kind: kind, Namespace: key.Namespace, Name: key.Name}]
	if !ok {
		return apierrors.NewNotFound(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: kind}, key.Name)
	}
	assign(into, obj.DeepCopyObject())
	return nil
}

// assign copies an object into another one of its type.
func assign(into, from any) { reflect.ValueOf(into).Elem().Set(reflect.ValueOf(from).Elem()) }

func (s *store) getBeside(ctx context.Context, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	for _, obj := range s.beside {
		if client.ObjectKeyFromObject(obj) == key && reflect.TypeOf(obj) == reflect.TypeOf(into) {
			assign(into, obj.DeepCopyObject())
			return nil
		}
	}
	if _, namespace := into.(*corev1.Namespace); namespace && s.Client == nil {
		return fmt.Errorf("the labels of namespace %q decide about its backend, and only a cluster or the files know them: add the Namespace to the files", key.Name)
	}
	if _, secret := into.(*corev1.Secret); s.Client == nil || secret && len(s.beside) > 0 {
		return apierrors.NewNotFound(schema.GroupResource{Resource: fmt.Sprintf("%T", into)}, key.Name)
	}
	return s.Client.Get(ctx, key, into, opts...)
}

// List implements client.Reader for the kinds of ours. Objects are the store's own and must not be changed.
func (s *store) List(_ context.Context, list client.ObjectList, opts ...client.ListOption) error {
	var o client.ListOptions
	o.ApplyOptions(opts)
	kind := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", list), "*v1alpha1."), "List")
	var found []runtime.Object
	for _, id := range s.ids() {
		obj := s.objects[id]
		if id.Kind == kind && (o.Namespace == "" || o.Namespace == id.Namespace) && selects(o, obj) {
			found = append(found, obj)
		}
	}
	return meta.SetList(list, found)
}

// ids lists the objects in order.
func (s *store) ids() []reference.Object {
	out := make([]reference.Object, 0, len(s.objects))
	for id := range s.objects {
		out = append(out, id)
	}
	slices.SortFunc(out, compareIDs)
	return out
}

func compareIDs(a, b reference.Object) int {
	return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
}

// selects reports whether an object has the value of an index that a list asks for.
func selects(o client.ListOptions, obj client.Object) bool {
	if o.FieldSelector == nil {
		return true
	}
	m, ok := obj.(managed.Object)
	for _, r := range o.FieldSelector.Requirements() {
		is := ok && r.Field == IndexBackend && managed.BackendKey(m) == r.Value
		is = is || ok && r.Field == IndexReference && slices.ContainsFunc(reference.Of(obj), func(to reference.Object) bool { return to.String() == r.Value })
		if !is {
			return false
		}
	}
	return true
}

// The indexes that lists may ask for, by the names that the controllers have for them.
const (
	IndexBackend   = "backend"
	IndexReference = "reference"
)

// Patch takes over an object as the patch would make it, but for its status. What goes and is held by nothing is gone.
func (s *store) Patch(_ context.Context, obj client.Object, _ client.Patch, _ ...client.PatchOption) error {
	id := idOf(obj)
	stored, ok := s.objects[id]
	if !ok {
		return apierrors.NewNotFound(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: id.Kind}, id.Name)
	}
	if !obj.GetDeletionTimestamp().IsZero() && len(obj.GetFinalizers()) == 0 {
		delete(s.objects, id)
		return nil
	}
	next := obj.DeepCopyObject().(client.Object)
	copyStatus(next, stored)
	s.put(next)
	obj.SetResourceVersion(next.GetResourceVersion())
	return nil
}

func copyStatus(into, from client.Object) {
	part(into, "Status").Set(part(from.DeepCopyObject(), "Status"))
}

// part is the spec or the status of an object of ours.
func part(obj any, name string) reflect.Value { return reflect.ValueOf(obj).Elem().FieldByName(name) }

// Create refuses.
func (s *store) Create(context.Context, client.Object, ...client.CreateOption) error {
	return errReadOnly
}

// Update refuses.
func (s *store) Update(context.Context, client.Object, ...client.UpdateOption) error {
	return errReadOnly
}

// Delete refuses.
func (s *store) Delete(context.Context, client.Object, ...client.DeleteOption) error {
	return errReadOnly
}

// DeleteAllOf refuses.
func (s *store) DeleteAllOf(context.Context, client.Object, ...client.DeleteAllOfOption) error {
	return errReadOnly
}

// Status writes the status in memory.
func (s *store) Status() client.SubResourceWriter { return statusWriter{s} }

type statusWriter struct{ *store }

// Patch takes a status over.
func (w statusWriter) Patch(_ context.Context, obj client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
	stored, ok := w.objects[idOf(obj)]
	if !ok {
		return apierrors.NewNotFound(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: kindOf(obj)}, obj.GetName())
	}
	next := stored.DeepCopyObject().(client.Object)
	copyStatus(next, obj)
	w.put(next)
	obj.SetResourceVersion(next.GetResourceVersion())
	return nil
}

// Create refuses.
func (statusWriter) Create(context.Context, client.Object, client.Object, ...client.SubResourceCreateOption) error {
	return errReadOnly
}

// Update refuses.
func (statusWriter) Update(context.Context, client.Object, ...client.SubResourceUpdateOption) error {
	return errReadOnly
}

// Apply refuses.
func (statusWriter) Apply(context.Context, runtime.ApplyConfiguration, ...client.SubResourceApplyOption) error {
	return errReadOnly
}

func copySpec(into, from client.Object) { part(into, "Spec").Set(part(from.DeepCopyObject(), "Spec")) }
