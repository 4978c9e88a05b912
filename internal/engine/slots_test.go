package engine_test

import (
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

func TestOneTenantDoesNotTakeEveryWorker(t *testing.T) {
	in(t, func(w *world) {
		w.perTenant = 1
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
		if err := w.client.Delete(t.Context(), w.get("gone")); err != nil {
			t.Fatal(err)
		}
		// Each that leaves wakes the next, in the order in which they came, also one that has nothing to do.
		for i, want := range []string{"gone", "b", "c"} {
			if !slices.Equal(w.woken, []types.NamespacedName{key(want)}) {
				t.Fatalf("wake %d: %v, want %s alone", i, w.woken, want)
			}
			w.woken = nil
			if want == "b" {
				w.pass("c") // The slot is kept for who waited, so this one waits on.
				w.wantSynced("c", "absent")
			}
			w.pass(want)
		}
		w.wantSynced("b", inSync)
		w.wantSynced("c", inSync)
		if len(w.woken) > 0 {
			t.Errorf("%v woken, and nobody waits", w.woken)
		}
		w.wantCalls(4, 0, 0, 4, 4)
	})
}
