package controller

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sweep"
)

// settled is how long after the last change of a definition the process ends: an upgrade
// changes all five within a second or two, and the API server needs a moment to serve them.
const settled = 2 * time.Second

// The replicas that wait for the lease end after the leader, when it is about to be back, and not together: somebody answers the webhook
// all the while. They end before the lease of a leader that ended can be theirs, so that none of them works with what it dropped.
const (
	waitLonger = 5 * time.Second
	waitSpread = 5 * time.Second
)

// definitions follows the CRDs of our kinds. While one is being deleted, its objects are let go: an
// uninstall deletes nothing at a vendor. When one changes, the process ends and is started anew: the API
// server goes on serving the watches that are open through the old schema, which drops the new fields,
// and a watch that is opened anew in the same process does not repeat what it dropped.
type definitions struct {
	reader  client.Reader
	changes chan string
	// spread is how long this process waits beyond what all wait.
	spread time.Duration

	mu    sync.Mutex
	going map[string]bool
	first map[string]version
}

// version is one definition as it is defined.
type version struct {
	uid        types.UID
	generation int64
}

func newDefinitions(reader client.Reader) *definitions {
	return &definitions{reader: reader, changes: make(chan string, 1), spread: rand.N(waitSpread), going: map[string]bool{}, first: map[string]version{}}
}

func crdName(kind string) string {
	return strings.ToLower(kind) + "s." + v1alpha1.GroupVersion.Group
}

// installed says in one sentence that definitions are missing, which else is a failure of whatever asks for them first.
func installed(mapper meta.RESTMapper, clusterKind bool) error {
	wanted := append(slices.Clone(managedKinds), v1alpha1.KindGovernanceBackend)
	if clusterKind {
		wanted = append(wanted, v1alpha1.KindClusterGovernanceBackend)
	}
	var missing []string
	for _, kind := range wanted {
		_, err := mapper.RESTMapping(v1alpha1.GroupVersion.WithKind(kind).GroupKind(), v1alpha1.GroupVersion.Version)
		if meta.IsNoMatchError(err) {
			missing = append(missing, kind)
		} else if err != nil {
			return fmt.Errorf("asking for the kinds of %s: %w", v1alpha1.GroupVersion.Group, err)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("the CRDs of %s are not installed, or are being deleted: the API server does not know %s", v1alpha1.GroupVersion.Group, strings.Join(missing, ", "))
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
	changed = d.going[kind] != going
	d.going[kind] = going
	return changed
}

// watch follows the metadata of our CRDs and wakes every object of one that goes. Each is watched by
// its name, so that no right on other definitions is needed. Where even that is not granted, only
// terminatingNow is left, which then cannot know either.
func (d *definitions) watch(ctx context.Context, mgr manager.Manager, swept []sweep.Kind) error {
	// Nothing is queued for a backend: its objects keep it, and they are let go by their own kinds.
	backends := []sweep.Kind{{Name: v1alpha1.KindGovernanceBackend}, {Name: v1alpha1.KindClusterGovernanceBackend}}
	for _, k := range slices.Concat(swept, backends) {
		err := d.reader.Get(ctx, client.ObjectKey{Name: crdName(k.Name)}, emptyDefinition())
		if apierrors.IsForbidden(err) {
			mgr.GetLogger().Info("definitions may not be read: while one is deleted, its objects are deleted at the vendor, too, and when one changes, the manager has to be restarted", "definition", crdName(k.Name))
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
	return mgr.Add(onEveryReplica{manager.RunnableFunc(func(ctx context.Context) error { return d.untilChanged(ctx, mgr.Elected()) })})
}

// untilChanged returns an error, which ends the process, when a definition is not what it was. Until it is elected it waits longer.
func (d *definitions) untilChanged(ctx context.Context, elected <-chan struct{}) error {
	var last string
	var over <-chan time.Time
	patience := settled + waitLonger + d.spread
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-elected:
			elected, patience = nil, settled
			if over != nil {
				over = time.After(patience)
			}
		case last = <-d.changes:
			over = time.After(patience)
		case <-over:
			return fmt.Errorf("the definition %s was changed: the manager exits and must be restarted to see new fields", last)
		}
	}
}

// changed reports whether a definition that is not going is another than at first. One that goes is noted, too: what comes after it is
// another.
func (d *definitions) changed(m *metav1.PartialObjectMetadata) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := version{m.GetUID(), m.GetGeneration()}
	was, known := d.first[m.GetName()]
	if !known {
		d.first[m.GetName()] = now
	}
	return known && now != was && m.GetDeletionTimestamp().IsZero()
}

// see notes that the definition of a kind goes, and wakes the objects of the kind, or that it was changed.
func (d *definitions) see(ctx context.Context, mgr manager.Manager, k sweep.Kind, o any) {
	m, ok := o.(*metav1.PartialObjectMetadata)
	if !ok {
		return
	}
	going := !m.GetDeletionTimestamp().IsZero() // Which is a generation, too.
	if d.changed(m) {
		select {
		case d.changes <- m.GetName():
		default: // Another change waits to be seen, or the process is about to end.
		}
	}
	if k.Queue == nil || !d.set(k.Name, going) {
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
