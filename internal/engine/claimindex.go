package engine

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
)

// remoteKey names one remote in all tenants and kinds.
type remoteKey struct{ tenant, kind, parent, id string }

// claimant is an object that has, or wants, a remote.
type claimant struct {
	uid     types.UID
	name    string // namespace/name
	bound   bool
	created int64 // Unix time of the object's creation
}

// before says whether c goes first: the live binding, then the oldest object.
func (c claimant) before(other claimant) bool {
	if c.bound != other.bound {
		return c.bound
	}
	if c.created != other.created {
		return c.created < other.created
	}
	return c.name < other.name
}

// claimIndex says which object of this cluster has which remote.
type claimIndex struct {
	mu      sync.Mutex
	holders map[remoteKey]map[types.UID]claimant
	keys    map[types.UID]map[remoteKey]bool
}

// claim notes that c has or wants the remote and returns the object that goes
// first, if it is another one.
func (x *claimIndex) claim(k remoteKey, c claimant) (other string, conflict bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.holders == nil {
		x.holders = map[remoteKey]map[types.UID]claimant{}
		x.keys = map[types.UID]map[remoteKey]bool{}
	}
	if x.holders[k] == nil {
		x.holders[k] = map[types.UID]claimant{}
	}
	if x.keys[c.uid] == nil {
		x.keys[c.uid] = map[remoteKey]bool{}
	}
	x.holders[k][c.uid] = c
	x.keys[c.uid][k] = true
	for uid, h := range x.holders[k] {
		if uid != c.uid && h.before(c) {
			return h.name, true
		}
	}
	return "", false
}

// take enters c as bound to the remote, unless another object is bound to it already:
// of two that adopt at once the first one wins.
func (x *claimIndex) take(k remoteKey, c claimant) (other string, conflict bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for uid, h := range x.holders[k] {
		if uid != c.uid && h.bound {
			return h.name, true
		}
	}
	c.bound = true
	if x.holders[k] != nil {
		x.holders[k][c.uid] = c
	}
	return "", false
}

// forget drops everything an object claimed, but the remotes in keep.
func (x *claimIndex) forget(uid types.UID, keep ...remoteKey) {
	x.mu.Lock()
	defer x.mu.Unlock()
	kept := map[remoteKey]bool{}
	for _, k := range keep {
		kept[k] = true
	}
	for k := range x.keys[uid] {
		if !kept[k] {
			delete(x.holders[k], uid)
			if len(x.holders[k]) == 0 {
				delete(x.holders, k)
			}
			delete(x.keys[uid], k)
		}
	}
	if len(x.keys[uid]) == 0 {
		delete(x.keys, uid)
	}
}
