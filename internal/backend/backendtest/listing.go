package backendtest

import (
	"context"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Spot is where a remote is: an id tells it from the others of its parent.
type Spot struct{ ParentID, ID string }

// SpotOf is where an observed remote is.
func SpotOf[D any](obs backend.Observation[D]) Spot { return Spot{obs.ParentID, obs.ID} }

// Listed is a driver that lists everything over a fresh tenant, with hands on what is there.
type Listed[D backend.Model] struct {
	Driver backend.Driver[D]
	// There is where every remote of the kind is, by the vendor's own books.
	There func() []Spot
	// Add makes remotes as a person in the console does: n of them, without an ownership marker.
	Add func(n int) []Spot
	// Remove takes a remote away as a person in the console does.
	Remove func(Spot)
	// Mark makes a remote that bears an ownership marker; nil where no remote of the kind can.
	Mark func(mark backend.Mark) Spot
	// Undeletable are some of the remotes that are there which nobody can delete.
	Undeletable []Spot
	// Refuse lets a call be refused for good, after skip others.
	Refuse func(skip int)
	// Calls is how many calls the tenant got.
	Calls func() int
	// Cost is how many calls the first list of everything takes, by the vendor's page sizes and what is there now.
	Cost func() int
	// Settle waits until lists show everything; nil where that is at once.
	Settle func()
}

// ListSuite is what the laws must know of a driver that lists everything.
type ListSuite[D backend.Model] struct {
	// Open returns the driver over a fresh tenant; each law gets its own.
	Open func(t *testing.T) Listed[D]
	// Pages is how many remotes fill two of the vendor's pages and a part of a third one.
	Pages int
	// Long is a long list, of two thousand remotes and more; ten thousand if zero. A sandbox may be too slow for as many.
	Long int
}

// RunList holds a driver to the laws of a list of everything.
func RunList[D backend.Model](t *testing.T, s ListSuite[D]) {
	for _, l := range []struct {
		sentence string
		holds    func(t *testing.T, b *listBench[D])
	}{
		{"everything that the vendor has is listed, each once, whoever made it", everythingIsListed[D]},
		{"a row says what a look by id says", listedRowSaysTheSame[D]},
		{"detail fields are read for each where they are asked for, and not else", detailsAreRead[D]},
		{"where something can be created, a list of one place shows everything in it if it is asked to", placeIsListed[D]},
		{"names alone are enough to tell what it is called and whose it is", namesAreEnough[D]},
		{"what is there throughout is listed once, while others come and go", listIsStable[D]},
		{"an error is never an end, whichever call it meets", errorIsNoEnd[D]},
		{"as many calls are made as the pages take", callsAreThoseOfPages[D]},
		{"a cancelled context ends it with an error, and nothing more is sent", cancelledEndsList[D]},
		{"who reads no more costs no more", leavingCostsNothing[D]},
		{"it takes no right to write", listNeedsNoFence[D]},
		{"what is kept does not grow with the list", listIsBounded[D]},
	} {
		t.Run(l.sentence, func(t *testing.T) {
			b := &listBench[D]{ListSuite: s, Listed: s.Open(t)}
			lister, ok := backend.ListerOf(b.Driver)
			if !ok {
				t.Fatalf("the driver declares no list: %+v", b.Driver.Capabilities().Listing)
			}
			b.lister = lister
			l.holds(t, b)
		})
	}
}

// listBench is one law's driver with what it needs around it.
type listBench[D backend.Model] struct {
	ListSuite[D]
	Listed[D]
	lister backend.Lister[D]
}

func (b *listBench[D]) settle() {
	if b.Settle != nil {
		b.Settle()
	}
}

// add makes remotes that lists show.
func (b *listBench[D]) add(n int) []Spot {
	made := b.Add(n)
	b.settle()
	return made
}

// all lists everything, and counts how often each came.
func (b *listBench[D]) all(ctx context.Context, t *testing.T, o backend.ListOptions) map[Spot]int {
	t.Helper()
	times := map[Spot]int{}
	for obs, err := range b.lister.ListAll(ctx, o) {
		if err != nil {
			t.Fatalf("ListAll: %v", err)
		}
		times[SpotOf(obs)]++
	}
	return times
}
