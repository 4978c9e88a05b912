package snapshot

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Names are the names of what a list showed, as the witness that nothing has a name. Of what nobody had
// asked for yet a hash is kept: who is hit by one asks again.
type Names struct {
	// Unborn are the generations of the objects that were there and had no remote when the list was begun: whatever
	// gave them their name, the list is younger.
	Unborn map[types.UID]int64
	// wanted are the names that were asked for, and bearers what has them.
	wanted  map[uint64]bool
	bearers map[uint64][]Bearer
	// hashes are all names in order; none where there were too many, then the wanted ones alone are known.
	hashes  []uint64
	tooMany bool
	rows    int
	charged int
}

// Bearer is a remote that has a name.
type Bearer struct {
	ID, Parent string
	Mark       backend.Mark
}

// mostNamed is how many hashes of names are kept for the backends of one namespace: those of some ninety thousand entitlements.
const mostNamed = 1 << 18

// Begin makes ready for the rows of a list. unborn and wanted are described at the fields.
func (n *Names) Begin(unborn map[types.UID]int64, wanted map[uint64]bool) {
	n.Unborn, n.wanted, n.bearers = unborn, wanted, map[uint64][]Bearer{}
}

// AddNames notes what a row is called.
func AddNames[D backend.Model](v *Cache[D], w *Snapshot, obs backend.Observation[D]) {
	n := &w.Names
	if n.Unborn == nil || !obs.Exists || obs.ID == "" {
		return
	}
	n.rows++
	for _, name := range backend.NamesOf(obs.Actual, obs.AlsoCalled) {
		h := HashOf(name)
		if !n.tooMany {
			n.hashes = append(n.hashes, h)
		}
		known := slices.ContainsFunc(n.bearers[h], func(b Bearer) bool { return b.ID == obs.ID })
		if n.wanted[h] && !known && len(n.bearers[h]) < mostBearers {
			n.bearers[h] = append(n.bearers[h], Bearer{obs.ID, obs.ParentID, obs.Mark})
		}
	}
	v.chargeNames(w)
}

// chargeNames counts the hashes of a snapshot that is being made. Where its namespace has too many they are let go: names are then
// asked for one by one.
func (v *Cache[D]) chargeNames(w *Snapshot) {
	const step = 1024
	n := &w.Names
	if n.tooMany || len(n.hashes) < n.charged+step {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.namesSpent == nil {
		v.namesSpent = map[string]int{}
	}
	if v.namesSpent[w.space]+step > mostNamed {
		giveBack(v.namesSpent, w.space, n.charged)
		n.hashes, n.tooMany, n.charged = nil, true, 0
		return
	}
	v.namesSpent[w.space] += step
	n.charged += step
}

func (n *Names) close() {
	slices.Sort(n.hashes)
	n.hashes = slices.Clip(slices.Compact(n.hashes))
}

// knowledge is what a snapshot says of a name.
type knowledge int

// Whether something has the name.
const (
	Unknown knowledge = iota // it is not told: ask
	Unborne
	Borne
)

// Of says what has a name.
func (n *Names) Of(name string) ([]Bearer, knowledge) {
	h := HashOf(name)
	switch _, found := slices.BinarySearch(n.hashes, h); {
	case n.Unborn == nil:
		return nil, Unknown
	case n.wanted[h] && len(n.bearers[h]) > 0:
		return n.bearers[h], Borne
	case n.wanted[h]:
		return nil, Unborne
	case n.tooMany || found:
		return nil, Unknown
	}
	return nil, Unborne
}

// Calls is about how many calls the list took.
func (n *Names) Calls() int { return n.rows/pageSize + 1 }

// pageSize is how many rows come with a call, about.
const pageSize = 100
