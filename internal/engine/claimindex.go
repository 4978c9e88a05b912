package engine

import (
	"context"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// remoteKey names one remote in all tenants and kinds. The tenant is who is said to have it.
type remoteKey struct{ tenant, kind, parent, id string }

// claimant is an object that has, or wants, a remote.
type claimant struct {
	uid       types.UID
	namespace string
	name      string // namespace/name
	backend   string // its key
	ref       v1alpha1.BackendRef
	bound     bool
	marked    bool  // the remote was seen to bear its mark
	created   int64 // Unix time of the object's creation
}

func claimantOf(obj Object) claimant {
	return claimant{
		uid: obj.GetUID(), namespace: obj.GetNamespace(), name: ownerOf(obj), created: obj.GetCreationTimestamp().Unix(),
		backend: BackendKey(obj), ref: obj.GetManagedSpec().BackendRef,
	}
}

// before reports whether c goes first: whose mark the remote bears, where namespaces differ; then
// the live binding, then the oldest object.
func (c claimant) before(other claimant) bool {
	if c.namespace != other.namespace && c.marked != other.marked {
		return c.marked
	}
	if c.bound != other.bound {
		return c.bound
	}
	if c.created != other.created {
		return c.created < other.created
	}
	return c.name < other.name
}

// rivals says whose claims count against c. An object only says which tenant its remote is in, and
// so does its backend: what counts is that the backend is where ours is, may be used by the object,
// and that this very tenant has answered it since the process started.
func (p *pass[O, D]) rivals(c claimant) func(claimant) bool {
	places := map[string]Place{}
	return func(h claimant) bool {
		if h.backend == c.backend && h.namespace == c.namespace {
			return true
		}
		of := h.namespace + " " + h.backend
		place, ok := places[of]
		if !ok {
			place = p.r.Backends.Place(context.Background(), h.namespace, h.ref)
			places[of] = place
		}
		return place.At == p.backend.At && place.Proven == p.backend.TenantID
	}
}

// claimIndex says which object of this cluster has which remote. Nearly all lists in it
// have one element.
type claimIndex struct {
	mu      sync.Mutex
	holders map[remoteKey][]claimant
	keys    map[types.UID][]remoteKey
	// tenants is how many claims there are in each.
	tenants map[string]int
}

// claim notes that c has or wants the remote and returns the object that goes
// first, if it is another one of those that count.
func (x *claimIndex) claim(k remoteKey, c claimant, counts func(claimant) bool) (other string, conflict bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.holders == nil {
		x.holders, x.keys, x.tenants = map[remoteKey][]claimant{}, map[types.UID][]remoteKey{}, map[string]int{}
	}
	if at := x.at(k, c.uid); at >= 0 {
		x.holders[k][at] = c
	} else {
		x.holders[k] = append(x.holders[k], c)
		x.keys[c.uid] = append(x.keys[c.uid], k)
		x.tenants[k.tenant]++
	}
	for _, h := range x.holders[k] {
		if h.uid != c.uid && h.before(c) && counts(h) {
			return h.name, true
		}
	}
	return "", false
}

// at is where the claim of an object is among those for a remote, -1 if there is none.
func (x *claimIndex) at(k remoteKey, uid types.UID) int {
	return slices.IndexFunc(x.holders[k], func(h claimant) bool { return h.uid == uid })
}

// take enters c as bound to the remote, unless another object that counts is bound to it already:
// of two that adopt at once the first one wins.
func (x *claimIndex) take(k remoteKey, c claimant, counts func(claimant) bool) (other string, conflict bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, h := range x.holders[k] {
		if h.uid != c.uid && h.bound && counts(h) {
			return h.name, true
		}
	}
	c.bound = true
	if at := x.at(k, c.uid); at >= 0 {
		x.holders[k][at] = c
	}
	return "", false
}

// holder is the object that has the remote, if another one than uid is bound to it and counts.
func (x *claimIndex) holder(k remoteKey, uid types.UID, counts func(claimant) bool) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, h := range x.holders[k] {
		if h.uid != uid && h.bound && counts(h) {
			return h.name
		}
	}
	return ""
}

// note enters a claim of which nothing is proven yet.
func (x *claimIndex) note(k remoteKey, c claimant) {
	x.claim(k, c, func(claimant) bool { return false })
}

// forget drops everything an object claimed, but the remotes in keep.
func (x *claimIndex) forget(uid types.UID, keep ...remoteKey) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var kept []remoteKey
	for _, k := range x.keys[uid] {
		if slices.Contains(keep, k) {
			kept = append(kept, k)
			continue
		}
		at := x.at(k, uid)
		if x.tenants[k.tenant]--; x.tenants[k.tenant] == 0 {
			delete(x.tenants, k.tenant)
		}
		if x.holders[k] = slices.Delete(x.holders[k], at, at+1); len(x.holders[k]) == 0 {
			delete(x.holders, k)
		}
	}
	if len(kept) > 0 {
		x.keys[uid] = kept
	} else {
		delete(x.keys, uid)
	}
}

// rename moves the claims on what is in one tenant to the name that the tenant has now; of none where from is empty.
func (x *claimIndex) rename(from, to string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if from == to || x.tenants[from] == 0 {
		return
	}
	for k, holders := range x.holders {
		if k.tenant != from {
			continue
		}
		now := k
		now.tenant = to
		delete(x.holders, k)
		for _, h := range holders {
			x.keys[h.uid] = slices.DeleteFunc(x.keys[h.uid], func(old remoteKey) bool { return old == k })
			if x.at(now, h.uid) < 0 {
				x.holders[now], x.keys[h.uid] = append(x.holders[now], h), append(x.keys[h.uid], now)
				x.tenants[to]++
			}
		}
	}
	delete(x.tenants, from)
}
