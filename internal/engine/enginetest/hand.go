package enginetest

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// Hand is one object, its operator and its vendor, moved by a test pass by pass.
type Hand[D backend.Model] struct {
	// Run makes passes, in the time that they ask for, until the object stands still, and returns the reason of Synced.
	Run func() string
	// Until makes passes in the time that they ask for, for so long.
	Until func(time.Duration)
	// Sleeps lets time pass without a pass.
	Sleeps func(time.Duration)
	// Edit gives the object another spec.
	Edit func(D)
	// Restart starts another process.
	Restart func()
	// DiesAt lets the process die at the nth of the points of the write path that come now.
	DiesAt func(n int)
	// Says is what the object tells.
	Says func() Said
	// Writes are the calls that could change something since the last reset.
	Writes func() []string
}

// Said is what an object tells in its status.
type Said struct {
	Synced, Reason, Message, Ready string
	// Busy: Reconciling or Stalled is there, which others would wait for.
	Busy     bool
	RemoteID string
	Settling []string
	// LeftBehind lists the fields that do not stand as if the object had never written them, with what became of each.
	LeftBehind []string
}

// Begin makes an object of a spec in a place of the vendor. No pass is made.
func Begin[O managed.Object, D backend.Model](t *testing.T, of Of[O, D], k vendortest.Kept[D], parent string, spec D) Hand[D] {
	t.Helper()
	return Adopting(t, of, k, parent, spec, "")
}

// Adopting makes an object that takes over the remote of an id.
func Adopting[O managed.Object, D backend.Model](t *testing.T, of Of[O, D], k vendortest.Kept[D], parent string, spec D, id string) Hand[D] {
	t.Helper()
	w := newWorld(of, k, parent, t.Fatalf)
	w.apply(spec, id)
	return Hand[D]{
		Run: w.run, Restart: w.restart, Until: w.until, Says: w.tells,
		Sleeps: func(d time.Duration) {
			w.now = w.now.Add(d)
			w.k.Advance(d)
		},
		Edit:   func(spec D) { w.edit(spec, func(*v1alpha1.ManagedSpec) {}) },
		DiesAt: func(n int) { w.steps, w.cut, w.how = 0, n, "" },
		Writes: func() []string { return w.k.Sent(sandbox.ClassWrite) },
	}
}

func (w *world[O, D]) until(d time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); {
		w.pause(min(max(w.pass(), time.Second), end.Sub(w.now)))
	}
}

func (w *world[O, D]) tells() Said {
	st := w.get().GetManagedStatus()
	var out Said
	if c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionSynced); c != nil {
		out.Synced, out.Reason, out.Message = string(c.Status), c.Reason, c.Message
	}
	if c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady); c != nil {
		out.Ready = string(c.Status)
	}
	for _, kind := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
		out.Busy = out.Busy || meta.FindStatusCondition(st.Conditions, kind) != nil
	}
	if st.Remote != nil {
		out.RemoteID = st.Remote.ID
	}
	for _, s := range st.Settling {
		out.Settling = append(out.Settling, s.Path)
	}
	for _, l := range st.LeftBehind {
		out.LeftBehind = append(out.LeftBehind, l.Path+" "+string(l.State))
	}
	return out
}
