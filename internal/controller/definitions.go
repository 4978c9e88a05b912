package controller

import (
	"context"
	"strings"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sweep"
)

// definitions knows whether the CRDs of our kinds are being deleted: an uninstall
// deletes nothing at a vendor.
type definitions struct {
	reader client.Reader

	mu    sync.Mutex
	going map[string]bool
}

func crdName(kind string) string {
	return strings.ToLower(kind) + "s." + v1alpha1.GroupVersion.Group
}

func emptyDefinition() *metav1.PartialObjectMetadata {
	m := &metav1.PartialObjectMetadata{}
	m.SetGroupVersionKind(apiextensionsv1.SchemeGroupVersion.WithKind("CustomResourceDefinition"))
	return m
}

func (d *definitions) terminating(kind string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.going[kind]
}

// terminatingNow asks the API server. A definition that is gone counts as going; where
// the manager may not read definitions it cannot know, and deletes as it was told.
func (d *definitions) terminatingNow(ctx context.Context, kind string) (bool, error) {
	m := emptyDefinition()
	err := d.reader.Get(ctx, client.ObjectKey{Name: crdName(kind)}, m)
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	if apierrors.IsForbidden(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return !m.GetDeletionTimestamp().IsZero(), nil
}

func (d *definitions) set(kind string, going bool) (changed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.going == nil {
		d.going = map[string]bool{}
	}
	changed = d.going[kind] != going
	d.going[kind] = going
	return changed
}

// watch follows the metadata of our CRDs and wakes every object of one that goes. Each is watched by
// its name, so that no right on other definitions is needed. Where even that is not granted, only
// terminatingNow is left, which then cannot know either.
func (d *definitions) watch(ctx context.Context, mgr manager.Manager, swept []sweep.Kind) error {
	for _, k := range swept {
		err := d.reader.Get(ctx, client.ObjectKey{Name: crdName(k.Name)}, emptyDefinition())
		if apierrors.IsForbidden(err) {
			mgr.GetLogger().Info("definitions may not be read: while one is deleted, its objects are deleted at the vendor, too", "definition", crdName(k.Name))
			continue
		}
		one, err := cache.New(mgr.GetConfig(), cache.Options{
			HTTPClient: mgr.GetHTTPClient(), Scheme: mgr.GetScheme(), Mapper: mgr.GetRESTMapper(),
			ByObject: map[client.Object]cache.ByObject{emptyDefinition(): {Field: fields.OneTermEqualSelector("metadata.name", crdName(k.Name))}},
		})
		if err != nil {
			return err
		}
		informer, err := one.GetInformer(ctx, emptyDefinition())
		if err != nil {
			return err
		}
		see := func(o any) { d.see(ctx, mgr, k, o) }
		if _, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
			AddFunc:    see,
			UpdateFunc: func(_, o any) { see(o) },
		}); err != nil {
			return err
		}
		if err := mgr.Add(onEveryReplica{one}); err != nil {
			return err
		}
	}
	return nil
}

// see notes that the definition of a kind goes, and wakes the objects of the kind.
func (d *definitions) see(ctx context.Context, mgr manager.Manager, k sweep.Kind, o any) {
	m, ok := o.(*metav1.PartialObjectMetadata)
	if !ok || !d.set(k.Name, !m.GetDeletionTimestamp().IsZero()) {
		return
	}
	go func() {
		list := newList(k.Name)
		if mgr.GetClient().List(context.WithoutCancel(ctx), list, client.UnsafeDisableDeepCopy) == nil {
			k.Queue(names(itemsOf(list)))
		}
	}()
}

// onEveryReplica starts a cache without waiting for the lease.
type onEveryReplica struct{ manager.Runnable }

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (onEveryReplica) NeedLeaderElection() bool { return false }
