package vendortest

import (
	"context"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// edits is how many random edits NeverWider makes by default, each with a failure at every step.
const edits = 60

// Edits is how a vendor's access profiles are edited and checked.
type Edits struct {
	// Open opens a driver over a sandbox; every edit begins with a sandbox that was reset.
	Open func(*testing.T) Kept[backend.AccessProfile]
	// Vendor draws how a vendor is of which that is not known, and sets a sandbox up that was reset; nil where all is known.
	Vendor func(*rapid.T) func(Kept[backend.AccessProfile])
	// Prepare sets a sandbox up that was reset.
	Prepare func(Kept[backend.AccessProfile])
	// ParentID is where profiles are made.
	ParentID string
	// Draw makes a profile of which every field is set that decides who gets what.
	Draw func(*rapid.T) backend.AccessProfile
	// Loose are fields, together with those that go with them, that an edit may leave alone.
	Loose [][]string
	// Possible reports whether a vendor takes a profile; nil where it takes all that are drawn.
	Possible func(backend.AccessProfile) bool
	// Waits takes out of a profile what the vendor does not take in its state; nil where it takes all.
	Waits func(backend.AccessProfile) backend.AccessProfile
	// Means is what a profile grants, by the spec.
	Means func(backend.AccessProfile) Grants
	// Granted is what a remote grants, by the sandbox's store.
	Granted func(k Kept[backend.AccessProfile], id string) Grants
	// Passes lets so much time pass at the vendor that its own work is done: it happens, or does not, before
	// each write. Nil where nothing is done later.
	Passes func(k Kept[backend.AccessProfile])
	// LeftBehind is what people still have at targets although it was taken from them, by every
	// look of Granted so far; nil where the vendor takes back whatever is taken away.
	LeftBehind func(k Kept[backend.AccessProfile], id string) Grants
}

// NeverWider makes random edits of random profiles, with a failure before and after each write
// and without. After every write only what the old or the new profile grants may be granted,
// and nothing new while something old is still to be taken away. In the end it is as desired.
func NeverWider(t *testing.T, e Edits) {
	Checks(t, edits)
	k := e.Open(t)
	made := 0
	rapid.Check(t, func(rt *rapid.T) {
		old := e.Draw(rt)
		desired := e.loosened(rt, e.Draw(rt))
		whole := backendtest.Overlay(e.there(old), desired)
		if e.Possible != nil && (!e.Possible(old) || !e.Possible(whole)) {
			rt.Skip("no vendor takes it")
		}
		vendor := e.vendor(rt)
		passes := []bool{false}
		if e.Passes != nil {
			passes = rapid.SliceOfN(rapid.Bool(), 8, 8).Draw(rt, "the vendor works before write")
		}
		run := func(failAt int, fault sandbox.FaultKind) int {
			made++
			w := &watch{T: rt, k: k, e: e, vendor: vendor, before: Grants{}, after: e.Means(old), passes: passes}
			w.begin()
			obs := w.create(old)
			w.before, w.after, w.writes, w.failAt, w.fault = w.after, e.Means(whole), 0, failAt, fault
			w.edit(obs, desired)
			return w.writes
		}
		writes := run(0, "")
		for at := 1; at <= writes; at++ {
			run(at, sandbox.FaultStatus)
			run(at, sandbox.FaultResetAfter)
		}
	})
	t.Logf("%d updates, with a failure at every write", made)
}

// there is what of a profile is at the vendor.
func (e Edits) there(p backend.AccessProfile) backend.AccessProfile {
	if e.Waits == nil {
		return p
	}
	return e.Waits(p)
}

// loosened leaves some of the fields out of a profile.
func (e Edits) loosened(rt *rapid.T, whole backend.AccessProfile) backend.AccessProfile {
	var paths []string
	for _, f := range backend.Fields(whole) {
		paths = append(paths, f.Path)
	}
	dropped := []string{}
	for _, together := range e.Loose {
		if rapid.IntRange(0, 3).Draw(rt, "leaves alone "+together[0]) == 0 {
			dropped = append(dropped, together...)
		}
	}
	kept := []string{}
	for _, path := range paths {
		if !backend.Covers(dropped, path) {
			kept = append(kept, path)
		}
	}
	return backendtest.Only(whole, kept)
}

// watch is one remote whose grants are looked at before and after every write.
type watch struct {
	*rapid.T
	k Kept[backend.AccessProfile]
	e Edits
	// before and after are what the remote may grant.
	before, after Grants
	id            string
	writes        int
	// passes says before which writes the vendor does its own work, over and over.
	passes []bool
	// failAt is the write that fails, by fault; zero for none.
	failAt int
	fault  sandbox.FaultKind
	memory backend.Memory
	vendor func(Kept[backend.AccessProfile])
}

// vendor draws how the vendor is.
func (e Edits) vendor(rt *rapid.T) func(Kept[backend.AccessProfile]) {
	if e.Vendor == nil {
		return func(Kept[backend.AccessProfile]) {}
	}
	return e.Vendor(rt)
}

// begin resets the sandbox, which must not have had to refuse anything.
func (w *watch) begin() {
	if refused := w.k.Rejections(); len(refused) > 0 {
		w.Fatalf("the contract was broken: %+v", refused)
	}
	w.k.Reset()
	w.vendor(w.k)
	if w.e.Prepare != nil {
		w.e.Prepare(w.k)
	}
	w.memory = backend.Memory{Applied: map[string]string{}, Echoes: map[string]backend.Echo{}}
}

// watched is the context of a write: the fence, which is asked before each, looks.
func (w *watch) watched() context.Context {
	return backend.WithFence(w.k.T.Context(), func() error {
		if w.passes[w.writes%len(w.passes)] {
			w.e.Passes(w.k)
		}
		w.look()
		if w.writes++; w.writes == w.failAt {
			w.Logf("write %d fails: %s", w.writes, w.fault)
			w.k.Fault(sandbox.Fault{Class: sandbox.ClassWrite, Kind: w.fault, Status: 500, Count: 1})
		}
		return nil
	})
}

// look holds what is granted now against what may be.
func (w *watch) look() {
	if w.id == "" {
		return
	}
	now := w.e.Granted(w.k, w.id)
	if wider := now.Minus(w.before, w.after); len(wider) > 0 {
		w.Fatalf("after write %d: %v is granted neither before, %v, nor after, %v", w.writes, wider, w.before, w.after)
	}
	if added, left := now.Bare().And(w.after.Minus(w.before)), now.Bare().And(w.before.Minus(w.after)); len(added) > 0 && len(left) > 0 {
		w.Fatalf("after write %d: %v was added before %v was taken away", w.writes, added, left)
	}
}

func (w *watch) create(desired backend.AccessProfile) backend.Observation[backend.AccessProfile] {
	obs, err := w.k.Create(w.watched(), backend.Ref{ParentID: w.e.ParentID, Mark: Mark}, desired)
	if err != nil {
		w.Fatalf("creating: %v", err)
	}
	w.id = obs.ID
	w.learn(obs, desired, backend.Paths(desired))
	w.look()
	return w.converge(desired)
}

// edit updates once, where a write may fail, then as long as it takes.
func (w *watch) edit(obs backend.Observation[backend.AccessProfile], desired backend.AccessProfile) {
	switch _, err := w.update(obs, desired); {
	case err == nil && w.failAt > 0 && w.writes >= w.failAt:
		w.Fatalf("write %d failed by %s, and the update says it did not", w.failAt, w.fault)
	case err != nil && w.failAt == 0:
		w.Fatalf("the vendor refused: %v", err)
	}
	w.failAt = 0
	w.k.ClearFaults()
	w.converge(desired)
	if now := w.e.Granted(w.k, w.id); len(now.Minus(w.after)) > 0 || len(w.after.Minus(now)) > 0 {
		w.Fatalf("in the end %v is granted, and wanted is %v", now, w.after)
	}
	if w.e.LeftBehind != nil {
		if left := w.e.LeftBehind(w.k, w.id); len(left) > 0 {
			w.Fatalf("in the end %v was never taken back", left)
		}
	}
}

func (w *watch) update(obs backend.Observation[backend.AccessProfile], desired backend.AccessProfile) (backend.Observation[backend.AccessProfile], error) {
	changes := w.changes(obs, desired)
	if len(changes) == 0 {
		return obs, nil
	}
	w.Logf("updating %v", changes.Paths())
	next, err := w.k.Update(w.watched(), obs, desired, changes)
	w.look()
	if err == nil {
		w.learn(next, desired, changes.Paths())
	}
	return next, err
}

func (w *watch) changes(obs backend.Observation[backend.AccessProfile], desired backend.AccessProfile) backend.Changes {
	changes := backend.Diff(desired, obs.Actual, w.k.Capabilities().For(desired), w.memory)
	if obs.MarkIncomplete || obs.MarkInProse && obs.Mark.IsZero() {
		changes = append(changes, backend.Change{Path: backend.PathMark})
	}
	return changes
}

func (w *watch) learn(obs backend.Observation[backend.AccessProfile], desired backend.AccessProfile, sent []string) {
	caps := w.k.Capabilities().For(desired)
	maps.Copy(w.memory.Applied, backend.Applied(desired, caps, sent))
	maps.Copy(w.memory.Echoes, backend.Echoes(desired, obs.Actual, caps, sent))
}

// converge observes and updates, as the engine does, until nothing differs.
func (w *watch) converge(desired backend.AccessProfile) backend.Observation[backend.AccessProfile] {
	for range 4 {
		obs, err := w.k.Observe(w.k.T.Context(), w.k.Ref(w.id, w.e.ParentID, desired))
		if err != nil || !obs.Exists {
			w.Fatalf("looking: exists %t, %v", obs.Exists, err)
		}
		if len(w.changes(obs, desired)) == 0 {
			return obs
		}
		if _, err := w.update(obs, desired); err != nil {
			w.Fatalf("converging: %v", err)
		}
	}
	w.Fatalf("four looks still see a difference")
	panic("unreachable")
}
