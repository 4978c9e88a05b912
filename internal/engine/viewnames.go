package engine

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// viewNames are the names of what a list showed, as the witness that nothing has a name. Of what nobody had
// asked for yet a hash is kept: who is hit by one asks again.
type viewNames struct {
	// unborn are the generations of the objects that were there and had no remote when the list was begun: whatever
	// gave them their name, the list is younger.
	unborn map[types.UID]int64
	// wanted are the names that were asked for, and bearers what has them.
	wanted  map[uint64]bool
	bearers map[uint64][]bearer
	// hashes are all names in order; none where there were too many, then the wanted ones alone are known.
	hashes  []uint64
	tooMany bool
	rows    int
	charged int
}

// bearer is a remote that has a name.
type bearer struct {
	id, parent string
	mark       backend.Mark
}

// mostNamed is how many hashes of names are kept for the backends of one namespace: those of some ninety thousand entitlements.
const mostNamed = 1 << 18

func (n *viewNames) begin(unborn map[types.UID]int64, wanted map[uint64]bool) {
	n.unborn, n.wanted, n.bearers = unborn, wanted, map[uint64][]bearer{}
}

// seeNames notes what a row is called.
func seeNames[D backend.Model](v *views[D], w *view, obs backend.Observation[D]) {
	n := &w.names
	if n.unborn == nil || !obs.Exists || obs.ID == "" {
		return
	}
	n.rows++
	for _, name := range backend.NamesOf(obs.Actual, obs.AlsoCalled) {
		h := hashOf(name)
		if !n.tooMany {
			n.hashes = append(n.hashes, h)
		}
		known := slices.ContainsFunc(n.bearers[h], func(b bearer) bool { return b.id == obs.ID })
		if n.wanted[h] && !known && len(n.bearers[h]) < mostBearers {
			n.bearers[h] = append(n.bearers[h], bearer{obs.ID, obs.ParentID, obs.Mark})
		}
	}
	v.chargeNames(w)
}

// chargeNames counts the hashes of a view that is being made. Where its namespace has too many they are let go: names are then
// asked for one by one.
func (v *views[D]) chargeNames(w *view) {
	const step = 1024
	n := &w.names
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

func (n *viewNames) close() {
	slices.Sort(n.hashes)
	n.hashes = slices.Clip(slices.Compact(n.hashes))
}

// knowledge is what a view says of a name.
type knowledge int

const (
	nameUnknown knowledge = iota // it is not told: ask
	nameUnborne
	nameBorne
)

// of says what has a name.
func (n *viewNames) of(name string) ([]bearer, knowledge) {
	h := hashOf(name)
	switch _, found := slices.BinarySearch(n.hashes, h); {
	case n.unborn == nil:
		return nil, nameUnknown
	case n.wanted[h] && len(n.bearers[h]) > 0:
		return n.bearers[h], nameBorne
	case n.wanted[h]:
		return nil, nameUnborne
	case n.tooMany || found:
		return nil, nameUnknown
	}
	return nil, nameUnborne
}

// calls is about how many calls the list took.
func (n *viewNames) calls() int { return n.rows/pageSize + 1 }

// pageSize is how many rows come with a call, about.
const pageSize = 100
