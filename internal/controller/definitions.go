package controller

import (
	"context"
	"strings"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	toolscache "k8s.io/client-go/tools/cache"
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

// watch follows the metadata of our CRDs and wakes every object of one that goes.
func (d *definitions) watch(ctx context.Context, mgr manager.Manager, swept []sweep.Kind) error {
	informer, err := mgr.GetCache().GetInformer(ctx, emptyDefinition())
	if err != nil {
		return err
	}
	see := func(o any) {
		m, ok := o.(*metav1.PartialObjectMetadata)
		if !ok {
			return
		}
		for _, k := range swept {
			if m.GetName() != crdName(k.Name) || !d.set(k.Name, !m.GetDeletionTimestamp().IsZero()) {
				continue
			}
			go func() {
				list := newList(k.Name)
				if mgr.GetClient().List(context.WithoutCancel(ctx), list, client.UnsafeDisableDeepCopy) == nil {
					k.Queue(names(itemsOf(list)))
				}
			}()
		}
	}
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    see,
		UpdateFunc: func(_, o any) { see(o) },
	})
	return err
}
