package engine_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/queue"
)

func TestOneTenantDoesNotTakeEveryWorker(t *testing.T) {
	in(t, func(w *world) {
		w.perNamespace = 2
		w.restart()
		for _, name := range []string{"a", "b", "c", "gone"} {
			w.apply(name)
		}
		w.apply("elsewhere", func(e *v1alpha1.AppEntitlement) { e.Spec.BackendRef.Name = "other" })
		inside := true
		w.seen = func(point string) {
			if point != "creating" || !inside {
				return
			}
			// While "a" is worked on, the others come by, some of them twice.
			inside = false
			for _, name := range []string{"gone", "b", "c", "b"} {
				w.pass(name)
			}
			if creates := w.tenant.Calls(backendtest.VerbCreate); creates != 0 || w.metaPatches != 1 {
				t.Errorf("%d creates and %d claims while one is worked on, want its claim alone", creates, w.metaPatches)
			}
			w.pass("elsewhere")
			w.wantSynced("elsewhere", inSync)
		}
		w.pass("a")
		w.wantSynced("a", inSync)
		w.wantSynced("b", "absent")
		if err := w.client.Delete(w.t.Context(), w.get("gone")); err != nil {
			t.Fatal(err)
		}
		// Each that leaves wakes the next, in the order in which they came, also one that has nothing to do.
		for i, want := range []string{"gone", "b", "c"} {
			if woken := w.takeWoken(); !slices.Equal(woken, []types.NamespacedName{key(want)}) {
				t.Fatalf("wake %d: %v, want %s alone", i, woken, want)
			}
			if want == "b" {
				w.pass("c") // The slot is kept for who waited, so this one waits on.
				w.wantSynced("c", "absent")
			}
			w.pass(want)
		}
		w.wantSynced("b", inSync)
		w.wantSynced("c", inSync)
		if woken := w.takeWoken(); len(woken) > 0 {
			t.Errorf("%v woken, and nobody waits", woken)
		}
		w.wantCalls(4, 0, 0, 4, 4)
	})
}

// wantWoken compares who was woken with names, and forgets it.
func (w *world) wantWoken(names ...string) {
	w.t.Helper()
	synctest.Wait()
	var got []string
	for _, name := range w.takeWoken() {
		got = append(got, name.Name)
	}
	if !slices.Equal(got, names) {
		w.t.Errorf("%v woken, want %v", got, names)
	}
}

func TestTheLineLetsInWhoIsMostUrgent(t *testing.T) {
	in(t, func(w *world) {
		w.perNamespace = 2
		w.restart()
		w.apply("first")
		arrive := map[string]int{"initial": queue.Initial, "drift": queue.Drift, "retry": queue.Retry, "dependency": queue.Dependency, "edit": queue.Edit}
		for name := range arrive {
			w.apply(name)
		}
		w.apply("deletion")
		w.apply("edit after")
		w.edit("deletion", func(e *v1alpha1.AppEntitlement) { e.Finalizers = []string{v1alpha1.Finalizer} })
		w.delete("deletion")
		inside := true
		w.seen = func(point string) {
			if point != "creating" || !inside {
				return
			}
			inside = false
			w.priority = queue.Initial
			w.pass("patient")
			w.apply("patient")
			w.pass("patient")
			time.Sleep(10 * queue.Patience)
			for name, priority := range arrive {
				w.priority = priority
				w.pass(name)
			}
			w.priority = queue.Edit
			w.pass("deletion") // An edit by its event, and a deletion by its object.
			w.pass("edit after")
			w.priority = queue.Drift
			w.pass("edit after")
		}
		w.pass("first")
		// Who has waited for minutes is as urgent as an edit, and came before.
		for _, name := range []string{"patient", "edit", "edit after", "deletion", "dependency", "retry", "drift", "initial"} {
			w.wantWoken(name)
			w.pass(name)
		}
		w.wantWoken()
	})
}

func TestWhoFindsNoCallLeftKeepsItsPlaceAndLetsEditsGo(t *testing.T) {
	in(t, func(w *world) {
		w.perNamespace = 4
		w.restart()
		w.priority = queue.Drift
		w.tenant.Paces = map[backend.Priority]backend.Pace{backend.PriorityRest: {Delay: 2 * time.Second}}
		for _, name := range []string{"a", "b", "c"} {
			w.apply(name)
			w.pass(name)
			time.Sleep(time.Millisecond)
		}
		w.wantCalls(0, 0, 0, 0, 0)
		w.wantWoken()
		w.apply("edit")
		w.priority = queue.Edit
		w.pass("edit")
		w.wantSynced("edit", inSync)
		w.wantWoken()

		time.Sleep(2 * time.Second)
		w.wantWoken("a")
		w.pass("a") // There is still no call left.
		w.wantWoken()
		time.Sleep(2 * time.Second)
		w.wantWoken("a")
		w.tenant.Paces = nil
		w.pass("a") // Now there is, so another one tries beside it, and one more when it is done.
		w.wantSynced("a", inSync)
		w.wantWoken("b", "c")
		w.pass("b")
		w.pass("c")
		w.wantSynced("b", inSync)
		w.wantSynced("c", inSync)
		w.wantWoken()
		w.wantCalls(4, 0, 0, 4, 4)
	})
}

func TestDriftThatHasToWaitForACallIsNotForgotten(t *testing.T) {
	in(t, func(w *world) {
		w.perNamespace = 2
		w.restart()
		w.apply("payroll")
		w.pass("payroll")
		w.wantSynced("payroll", inSync)
		time.Sleep(time.Minute)
		w.rename(first, "Console")
		w.tenant.Paces = map[backend.Priority]backend.Pace{backend.PriorityRest: {Delay: time.Second}}
		w.priority = queue.Drift
		w.force("payroll")
		w.wantWoken()
		time.Sleep(time.Second)
		w.wantWoken("payroll")
		w.tenant.Paces = nil
		w.pass("payroll")
		if got := w.nameAtVendor(first); got == "Console" {
			t.Error("the drift was forgotten while it waited")
		}
	})
}
