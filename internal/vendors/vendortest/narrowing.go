package vendortest

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// Narrows makes random edits of random profiles and writes of each only what narrows, with a failure before and after
// each write and without. After every write only what the old profile grants may be granted, and in the end nothing is
// left that would narrow.
func Narrows(t *testing.T, e Edits) {
	Checks(t, edits)
	k := e.Open(t)
	made, wrote, held := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		old := e.Draw(rt)
		desired := e.loosened(rt, e.Draw(rt))
		if e.Possible != nil && !e.Possible(old) {
			rt.Skip("no vendor takes it")
		}
		vendor := e.vendor(rt)
		caps := k.Capabilities()
		var unknown []string
		for _, f := range backend.Fields(backend.Narrowable(desired, caps)) {
			if rapid.IntRange(0, 5).Draw(rt, "unknown is "+f.Path) == 0 {
				unknown = append(unknown, f.Path)
			}
		}
		run := func(failAt int, fault sandbox.FaultKind) int {
			made++
			w := &watch{T: rt, k: k, e: e, vendor: vendor, before: Grants{}, after: e.Means(old), passes: []bool{false}}
			w.begin()
			obs := w.create(old)
			w.before, w.writes, w.failAt, w.fault = w.after, 0, failAt, fault
			w.narrow(obs, desired, unknown)
			return w.writes
		}
		writes := run(0, "")
		if wrote += writes; writes == 0 {
			held++
		}
		for at := 1; at <= writes; at++ {
			run(at, sandbox.FaultStatus)
			run(at, sandbox.FaultResetAfter)
		}
	})
	t.Logf("%d updates, with a failure at every one of %d writes; %d edits had nothing that narrows", made, wrote, held)
	if wrote == 0 {
		t.Error("nothing was ever written")
	}
}

// narrow writes what narrows once, where a write may fail, then as long as it takes.
func (w *watch) narrow(obs backend.Observation[backend.AccessProfile], desired backend.AccessProfile, unknown []string) {
	caps := w.k.Capabilities()
	for range 4 {
		less := backend.Narrowed(desired, obs.Actual, caps, unknown...)
		for _, f := range backend.Fields(less) {
			if _, listed := caps.Narrows[f.Path]; !listed || backend.Covers(unknown, f.Path) {
				w.Fatalf("%s would be written", f.Path)
			}
		}
		if len(backend.Diff(less, obs.Actual, caps, backend.Memory{})) == 0 {
			return
		}
		if _, err := w.update(obs, less); err != nil && w.failAt == 0 {
			w.Fatalf("narrowing: %v", err)
		}
		w.failAt = 0
		w.k.ClearFaults()
		var err error
		if obs, err = w.k.Observe(w.k.T.Context(), w.k.Ref(w.id, w.e.ParentID, desired)); err != nil {
			w.Fatalf("looking: %v", err)
		}
	}
	w.Fatalf("four looks still see something to narrow")
}
