package controller

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// The fields that the cache indexes.
const (
	indexBackend   = "backend"   // key of the backend
	indexReference = "reference" // objects referred to
)

// newList returns an empty list of a managed kind.
func newList(kind string) client.ObjectList {
	switch kind {
	case v1alpha1.KindAppEntitlement:
		return &v1alpha1.AppEntitlementList{}
	case v1alpha1.KindAccessProfile:
		return &v1alpha1.AccessProfileList{}
	}
	return &v1alpha1.AccessReviewList{}
}

// itemsOf returns the objects of a list of a managed kind.
func itemsOf(list client.ObjectList) []managed.Object {
	var out []managed.Object
	// The callback never fails, and the list is one of ours.
	_ = meta.EachListItem(list, func(o runtime.Object) error {
		out = append(out, o.(managed.Object))
		return nil
	})
	return out
}

// indexes are those of each managed kind.
var indexes = []struct {
	name string
	of   client.IndexerFunc
}{
	{indexBackend, func(o client.Object) []string { return []string{managed.BackendKey(o.(managed.Object))} }},
	{indexReference, func(o client.Object) (out []string) {
		for _, ref := range reference.Of(o) {
			out = append(out, ref.String())
		}
		return out
	}},
}

func addIndexes(ctx context.Context, mgr manager.Manager) error {
	for _, kind := range managedKinds {
		for _, x := range indexes {
			if err := mgr.GetFieldIndexer().IndexField(ctx, reference.New(kind), x.name, x.of); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexed reads the objects for which an index has a value. The objects are the
// cache's own and must not be changed.
func indexed(ctx context.Context, reader client.Reader, kind, index, value string) ([]managed.Object, error) {
	list := newList(kind)
	err := reader.List(ctx, list, client.MatchingFields{index: value}, client.UnsafeDisableDeepCopy)
	return itemsOf(list), err
}

// behind counts the objects behind a backend, per kind, and those that owe something.
func behind(ctx context.Context, reader client.Reader, key string) (all map[string]int, owed int, err error) {
	all = map[string]int{}
	for _, kind := range managedKinds {
		objects, err := indexed(ctx, reader, kind, indexBackend, key)
		if err != nil {
			return nil, 0, err
		}
		all[kind] = len(objects)
		for _, o := range objects {
			if controllerutil.ContainsFinalizer(o, v1alpha1.Finalizer) {
				owed++
			}
		}
	}
	return all, owed, nil
}

// Users lists the objects that refer to one and are not being deleted, by kind and name.
func Users(ctx context.Context, reader client.Reader, of reference.Object) (out []reference.Object, err error) {
	for _, kind := range managedKinds {
		objects, err := indexed(ctx, reader, kind, indexReference, of.String())
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			if o.GetDeletionTimestamp().IsZero() {
				out = append(out, reference.Object{Kind: kind, Namespace: o.GetNamespace(), Name: o.GetName()})
			}
		}
	}
	slices.SortFunc(out, func(a, b reference.Object) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return out, nil
}

func names(objects []managed.Object) []types.NamespacedName {
	out := make([]types.NamespacedName, len(objects))
	for i, o := range objects {
		out[i] = client.ObjectKeyFromObject(o)
	}
	return out
}

// Leaving counts the objects behind a backend, and lists those whose deletion would remove something at the vendor, see leaving.
func Leaving(ctx context.Context, reader client.Reader, key string, vendors []backend.Vendor) (int, []safety.Leaving, error) {
	return leaving(ctx, reader, key, vendors)
}

// leaving counts the objects behind a backend, and lists those whose deletion would remove
// something at the vendor and was not sent yet. In doubt an object is one of them.
// What an edit closes counts like a deletion.
func leaving(ctx context.Context, reader client.Reader, key string, vendors []backend.Vendor) (total int, out []safety.Leaving, err error) {
	for _, kind := range managedKinds {
		objects, err := indexed(ctx, reader, kind, indexBackend, key)
		if err != nil {
			return 0, nil, err
		}
		total += len(objects)
		can := sync.OnceValue(func() bool { return deletes(ctx, reader, key, kind) })
		closing := sync.OnceValues(func() (backend.Capabilities, bool) { return declared(ctx, reader, key, kind, vendors) })
		for _, o := range objects {
			if l, ok := managed.Closes(o, closing); ok {
				out = append(out, l)
			}
			if !managed.Leaves(o) {
				continue
			}
			if stays := unsaid(o) && (startedReview(o) || !can()); !stays {
				out = append(out, safety.Leaving{UID: o.GetUID(), At: o.GetDeletionTimestamp().Time})
			}
		}
	}
	return total, out, nil
}

// declared is what the vendor of a backend can do with a kind, and whether what leaves a spec stays there.
func declared(ctx context.Context, reader client.Reader, key, kind string, vendors []backend.Vendor) (caps backend.Capabilities, keeps bool) {
	of, name := keyName(key)
	b := newBackend(of)
	if reader.Get(ctx, name, b) != nil {
		return caps, false
	}
	spec := b.GetBackendSpec()
	keeps = tenancy.KeepsRemoved(spec)
	at := slices.IndexFunc(vendors, func(v backend.Vendor) bool { return v.Name == string(spec.Vendor) })
	if at < 0 {
		return caps, keeps
	}
	tenant, err := vendors[at].Declared(tenancy.ConfigOf(spec))
	if err != nil {
		return caps, keeps
	}
	switch kind {
	case v1alpha1.KindAppEntitlement:
		caps = tenant.AppEntitlements().Capabilities()
	case v1alpha1.KindAccessProfile:
		caps = tenant.AccessProfiles().Capabilities()
	case v1alpha1.KindAccessReview:
		caps = tenant.AccessReviews().Capabilities()
	}
	return caps, keeps
}

// unsaid reports whether the object leaves it to the vendor and its own state what a deletion does.
func unsaid(o managed.Object) bool {
	m := o.GetManagedSpec().Management
	return m == nil || m.Deletion == ""
}

func startedReview(o managed.Object) bool {
	review, ok := o.(*v1alpha1.AccessReview)
	return ok && kinds.Started(review)
}

// deletes reports whether the vendor can delete the kind, as far as the backend's status knows.
func deletes(ctx context.Context, reader client.Reader, key, kind string) bool {
	of, name := keyName(key)
	backend := newBackend(of)
	if reader.Get(ctx, name, backend) != nil {
		return true
	}
	for _, c := range backend.GetBackendStatus().Capabilities {
		if c.Kind == kind {
			return slices.Contains(c.Verbs, "Delete")
		}
	}
	return true
}
