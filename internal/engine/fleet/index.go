package fleet

import (
	"context"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/nametable"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

// FillClaims fills the claim index from the stored objects, once.
func (r *Fleet[O, D]) FillClaims(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.filled {
		return nil
	}
	objects, err := r.list(ctx)
	if err != nil {
		return err
	}
	for _, obj := range objects {
		spec, st := obj.GetManagedSpec(), obj.GetManagedStatus()
		r.uids[client.ObjectKeyFromObject(obj)] = obj.GetUID()
		c := managed.Claimant(obj)
		if st.Remote != nil && st.Remote.ID != "" {
			c.Bound = true
			r.Claims.Note(claims.Key{Tenant: st.Remote.TenantID, Kind: r.Kind.Name, Parent: st.Remote.ParentID, ID: st.Remote.ID}, c)
		} else if intent, _ := managed.ReadIntent(obj); spec.RemoteID != "" && intent != nil {
			r.Claims.Note(claims.Key{Tenant: intent.Tenant, Kind: r.Kind.Name, Parent: intent.ParentID, ID: spec.RemoteID}, c)
		}
		r.fillNames(ctx, obj, c)
	}
	r.filled = true
	return nil
}

// list returns every object of the kind. They are the cache's own and must not be changed.
func (r *Fleet[O, D]) list(ctx context.Context) ([]O, error) {
	list := r.Kind.NewList()
	if err := r.Client.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
		return nil, err
	}
	var out []O
	err := meta.EachListItem(list, func(o runtime.Object) error {
		out = append(out, o.(O))
		return nil
	})
	return out, err
}

// boundIDs lists the remotes of a parent that objects behind a backend of the same place are bound to, and the
// generations of the objects there that have no remote yet.
func (r *Fleet[O, D]) boundIDs(ctx context.Context, b *managed.Backend, parent string) (ids []string, unborn map[types.UID]int64, err error) {
	objects, err := r.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	here := map[string]bool{b.Key: true}
	unborn = map[types.UID]int64{}
	for _, obj := range objects {
		remote := obj.GetManagedStatus().Remote
		bound := remote != nil && remote.ID != ""
		if bound && (!b.Lives(remote.TenantID) || remote.ParentID != parent) {
			continue
		}
		key := managed.BackendKey(obj)
		is, known := here[key]
		if !known {
			is = r.Backends.Place(ctx, obj.GetNamespace(), obj.GetManagedSpec().BackendRef).At == b.At
			here[key] = is
		}
		switch {
		case !is:
		case bound:
			ids = append(ids, remote.ID)
		default:
			unborn[obj.GetUID()] = obj.GetGeneration()
		}
	}
	return ids, unborn, nil
}

// CountAbsent says how many of the backend's objects of this kind have lost their remote.
func (r *Fleet[O, D]) CountAbsent(ctx context.Context, b *managed.Backend, driver backend.Driver[D], notBefore time.Time) (absence, error) {
	objects, err := r.list(ctx)
	if err != nil {
		return absence{}, err
	}
	var out absence
	for _, obj := range objects {
		remote := obj.GetManagedStatus().Remote
		if remote == nil || remote.ID == "" || !b.Lives(remote.TenantID) || remote.DeleteSentAt != nil || managed.BackendKey(obj) != b.Key {
			continue
		}
		list, err := r.Views.Get(ctx, b, driver, remote.ParentID, notBefore)
		if err != nil {
			return absence{}, err
		}
		out.Total++
		if !r.Views.Has(list, remote.ID) {
			out.Missing++
		}
	}
	return out, nil
}

type absence struct{ Missing, Total int }

// OwnerLives reports whether the object that a mark of this cluster names exists. When
// in doubt it does.
func (r *Fleet[O, D]) OwnerLives(owner string) bool {
	namespace, name, ok := strings.Cut(owner, "/")
	if !ok {
		return true
	}
	err := r.Client.Get(context.Background(), types.NamespacedName{Namespace: namespace, Name: name}, r.Kind.New())
	return !apierrors.IsNotFound(err)
}

// fillNames takes over from the stored objects what another process was about to make, and what it made a moment ago.
func (r *Fleet[O, D]) fillNames(ctx context.Context, obj O, c claims.Claimant) {
	intent, _ := managed.ReadIntent(obj)
	if intent == nil || intent.Key.Name() == "" {
		return
	}
	st, now := obj.GetManagedStatus(), r.Now()
	place := nametable.Key{At: r.Backends.Place(ctx, obj.GetNamespace(), c.Ref).At, Tenant: intent.Tenant, Parent: intent.ParentID}
	keys := nametable.Keys(place, intent.Key.Name())
	switch remote := st.Remote; {
	case intent.Attempt > st.ClosedAttempt:
		r.Names.Enter(keys[0], c, now.Add(-nametable.QuietTurn))
	case remote != nil && remote.ID != "" && remote.LastWrittenAt != nil && now.Sub(remote.LastWrittenAt.Time) < nametable.Again:
		mark := backend.Mark{Token: intent.Token, Owner: c.Name, Cluster: r.ClusterID}
		r.Names.Note(keys, nametable.Made{Bearer: snapshot.Bearer{ID: remote.ID, Parent: remote.ParentID, Mark: mark}, By: c, At: now})
	}
}

// UnbornNames is how many names the objects behind a backend want that have no remote yet and may go on by themselves.
func (r *Fleet[O, D]) UnbornNames(ctx context.Context, b *managed.Backend) (int, error) {
	objects, err := r.list(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, obj := range objects {
		if managed.BoundID(obj) == "" && managed.BackendKey(obj) == b.Key && obj.GetManagedStatus().ObservedGeneration != obj.GetGeneration() {
			n++ // Nobody has looked at it yet.
		}
	}
	return n, nil
}

// Freed wakes the objects that wait for what the object has.
func (r *Fleet[O, D]) Freed(name types.NamespacedName) {
	for _, waiter := range r.Waiting.Freed(name.String()) {
		r.Names.News(waiter, r.Now())
		if r.Wake != nil {
			r.Wake(waiter)
		}
	}
}
