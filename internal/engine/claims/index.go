package claims

import (
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// Key names one remote in all tenants and kinds. The tenant is who is said to have it.
type Key struct{ Tenant, Kind, Parent, ID string }

// Claimant is an object that has, or wants, a remote.
type Claimant struct {
	UID       types.UID
	Namespace string
	Name      string // namespace/name
	Backend   string // its key
	Ref       v1alpha1.BackendRef
	Bound     bool
	Marked    bool  // the remote was seen to bear its mark
	Created   int64 // Unix time of the object's creation
}

// before reports whether c goes first: whose mark the remote bears, where namespaces differ; then
// the live binding, then the oldest object.
func (c Claimant) before(other Claimant) bool {
	if c.Namespace != other.Namespace && c.Marked != other.Marked {
		return c.Marked
	}
	if c.Bound != other.Bound {
		return c.Bound
	}
	if c.Created != other.Created {
		return c.Created < other.Created
	}
	return c.Name < other.Name
}

// Index says which object of this cluster has which remote. Nearly all lists in it
// have one element.
type Index struct {
	mu      sync.Mutex
	holders map[Key][]Claimant
	keys    map[types.UID][]Key
	// tenants is how many claims there are in each.
	tenants map[string]int
}

// Claim notes that c has or wants the remote and returns the object that goes
// first, if it is another one of those that count.
func (x *Index) Claim(k Key, c Claimant, counts func(Claimant) bool) (other string, conflict bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.holders == nil {
		x.holders, x.keys, x.tenants = map[Key][]Claimant{}, map[types.UID][]Key{}, map[string]int{}
	}
	if at := x.at(k, c.UID); at >= 0 {
		x.holders[k][at] = c
	} else {
		x.holders[k] = append(x.holders[k], c)
		x.keys[c.UID] = append(x.keys[c.UID], k)
		x.tenants[k.Tenant]++
	}
	for _, h := range x.holders[k] {
		if h.UID != c.UID && h.before(c) && counts(h) {
			return h.Name, true
		}
	}
	return "", false
}

// at is where the claim of an object is among those for a remote, -1 if there is none.
func (x *Index) at(k Key, uid types.UID) int {
	return slices.IndexFunc(x.holders[k], func(h Claimant) bool { return h.UID == uid })
}

// Take enters c as bound to the remote, unless another object that counts is bound to it already:
// of two that adopt at once the first one wins.
func (x *Index) Take(k Key, c Claimant, counts func(Claimant) bool) (other string, conflict bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, h := range x.holders[k] {
		if h.UID != c.UID && h.Bound && counts(h) {
			return h.Name, true
		}
	}
	c.Bound = true
	if at := x.at(k, c.UID); at >= 0 {
		x.holders[k][at] = c
	}
	return "", false
}

// Holder is the object that has the remote, if another one than uid is bound to it and counts.
func (x *Index) Holder(k Key, uid types.UID, counts func(Claimant) bool) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, h := range x.holders[k] {
		if h.UID != uid && h.Bound && counts(h) {
			return h.Name
		}
	}
	return ""
}

// Note enters a claim of which nothing is proven yet.
func (x *Index) Note(k Key, c Claimant) {
	x.Claim(k, c, func(Claimant) bool { return false })
}

// Forget drops everything an object claimed, but the remotes in keep.
func (x *Index) Forget(uid types.UID, keep ...Key) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var kept []Key
	for _, k := range x.keys[uid] {
		if slices.Contains(keep, k) {
			kept = append(kept, k)
			continue
		}
		at := x.at(k, uid)
		if x.tenants[k.Tenant]--; x.tenants[k.Tenant] == 0 {
			delete(x.tenants, k.Tenant)
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

// Rename moves the claims on what is in one tenant to the name that the tenant has now; of none where from is empty.
func (x *Index) Rename(from, to string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if from == to || x.tenants[from] == 0 {
		return
	}
	for k, holders := range x.holders {
		if k.Tenant != from {
			continue
		}
		now := k
		now.Tenant = to
		delete(x.holders, k)
		for _, h := range holders {
			x.keys[h.UID] = slices.DeleteFunc(x.keys[h.UID], func(old Key) bool { return old == k })
			if x.at(now, h.UID) < 0 {
				x.holders[now], x.keys[h.UID] = append(x.holders[now], h), append(x.keys[h.UID], now)
				x.tenants[to]++
			}
		}
	}
	delete(x.tenants, from)
}
