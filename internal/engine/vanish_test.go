package engine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

func many(t *testing.T, n int, scenario func(w *world, names []string)) {
	t.Helper()
	in(t, func(w *world) {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("e%02d", i))
			w.apply(names[i])
		}
		w.run(names...)
		time.Sleep(time.Minute)
		w.resetCounts()
		w.happened()
		scenario(w, names)
	})
}

func TestTwentyThatVanishAtOnceAreNeitherMadeNorReleased(t *testing.T) {
	many(t, 20, func(w *world, names []string) {
		w.tenant.Blind = true
		w.delete(names[0])
		w.force(names...)
		w.apply("new")
		w.run("new")
		for _, name := range append(names[1:], "new") {
			w.wantSynced(name, "Unknown/MassAbsence")
		}
		w.wantSynced(names[0], "Unknown/MassAbsence")
		if w.tenant.Writes() != 0 || len(w.tenant.Entitlements.IDs()) != 20 {
			t.Error("something was written")
		}
		w.tenant.Blind = false
		w.force(names...)
		for _, name := range names[1:] {
			w.wantSynced(name, inSync)
		}
		w.wantGone(names[0])
		if n := w.tenant.Calls(backendtest.VerbCreate); n != 0 {
			t.Errorf("%d creates", n)
		}
	})
}

func TestOneThatVanishedIsMadeAgain(t *testing.T) {
	many(t, 5, func(w *world, names []string) {
		w.tenant.Entitlements.Remove(first)
		w.force(names...)
		w.wantCalls(1, 0, 0, 1, w.statusPatches)
		w.wantSynced(names[0], inSync)
		if got := w.remoteID(names[0]); got != "entitlement-6" {
			t.Errorf("bound to %q", got)
		}
	})
}

func TestAbsenceIsProvedOnlyByAListThatIsYoungEnough(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.Entitlements.Caps.ListLag, w.tenant.Entitlements.Lag = 5*time.Second, 5*time.Second
		w.apply("elder")
		w.run("elder")
		time.Sleep(time.Minute)
		w.apply("payroll")
		w.run("payroll")
		time.Sleep(1500 * time.Millisecond)
		w.tenant.Entitlements.Remove(first)
		w.force("elder") // Takes a list that does not show payroll's remote yet.
		time.Sleep(4 * time.Second)
		w.tenant.ResetCalls()
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserve, Do: func() { w.tenant.Blind = true }})
		w.backend.Verify = func(ctx context.Context, _ time.Duration) (backend.TenantID, error) {
			w.tenant.Blind = false
			return w.tenant.Identity(ctx)
		}
		w.r.Force(key("payroll"))
		w.pass("payroll")
		if n := w.tenant.Calls(backendtest.VerbCreate); n != 0 {
			t.Error("a list from before its own write told that the remote is gone, and another was made")
		}
	})
}

func TestManyObjectsAtOnce(t *testing.T) {
	in(t, func(w *world) {
		var names []string
		for i := range 24 {
			names = append(names, fmt.Sprintf("e%02d", i))
			w.apply(names[i])
		}
		w.run(names[:12]...)
		time.Sleep(time.Minute)
		w.tenant.Entitlements.Remove(w.remoteID(names[0]))
		w.tenant.Entitlements.Remove(w.remoteID(names[1]))
		var wg sync.WaitGroup
		for _, name := range names {
			w.r.Force(key(name))
			wg.Go(func() {
				for range 20 {
					result, err := w.r.Reconcile(w.t.Context(), reconcile.Request{NamespacedName: key(name)})
					if err != nil {
						t.Error(err)
					}
					if result.RequeueAfter == 0 || result.RequeueAfter > time.Minute {
						return
					}
					time.Sleep(result.RequeueAfter)
				}
			})
		}
		for range 3 {
			wg.Go(func() {
				for range 20 {
					if _, err := w.r.Sweep(w.t.Context(), &w.backend, time.Minute); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Millisecond)
				}
			})
		}
		wg.Wait()
		w.run(names...)
		for _, name := range names {
			w.wantSynced(name, inSync)
		}
		if n := len(w.tenant.Entitlements.IDs()); n != 24 {
			t.Errorf("%d remotes for 24 objects", n)
		}
	})
}
