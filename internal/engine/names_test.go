package engine_test

import (
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

func TestANameThatMovedIsToldAndThePinnedIDStaysInUse(t *testing.T) {
	const refs = v1alpha1.ConditionResolvedRefs
	ada := backend.Name{Kind: backend.NameUser, Name: "ada@corp.example"}
	one, another := backend.Match{ID: "u1", Name: ada.Name}, backend.Match{ID: "u2", Name: ada.Name}
	for sentence, c := range map[string]struct {
		now []backend.Match
		// told is what the message says, beside the field.
		told string
	}{
		"it means somebody else": {now: []backend.Match{another}, told: "now means u2"},
		"it means nobody":        {told: "there is no user"},
		"it means two":           {now: []backend.Match{one, another}, told: "2 things have"},
		"it may not be used":     {now: []backend.Match{{ID: "u1", Name: ada.Name, Unusable: "the user is disabled"}}, told: "disabled"},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.tenant.Names[ada] = []backend.Match{one}
				w.apply("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Owners = []v1alpha1.UserRef{{Email: ada.Name}} })
				w.run("payroll")
				w.wantSynced("payroll", inSync)
				time.Sleep(time.Minute)
				w.resetCounts()
				sweepAndRun := func(differ int) {
					t.Helper()
					if moved := w.askNames(); len(moved) != differ {
						t.Errorf("%v have to look, want %d", moved, differ)
					}
					w.run("payroll")
				}
				sweepAndRun(0)

				w.tenant.Names[ada] = c.now
				for _, differ := range []int{1, 0} {
					sweepAndRun(differ)
					if got := w.condition("payroll", refs); got != "False/"+v1alpha1.ReasonNameMoved {
						t.Errorf("ResolvedRefs is %s", got)
					}
					if got := w.message("payroll", refs); !strings.Contains(got, "spec.owners[0]") || !strings.Contains(got, c.told) || !strings.Contains(got, "stays in use") {
						t.Errorf("the message is %q", got)
					}
					w.wantSynced("payroll", inSync)
					w.wantReady("payroll", inSync)
				}
				if actual, _, _ := w.tenant.Entitlements.Has(first); len(actual.Owners) != 1 || actual.Owners[0] != "u1" {
					t.Errorf("the vendor has the owners %v", actual.Owners)
				}
				if pins := w.get("payroll").Status.Resolved; len(pins) != 1 || pins[0].ID != "u1" {
					t.Errorf("pinned are %+v", pins)
				}

				w.tenant.Names[ada] = []backend.Match{one}
				sweepAndRun(1)
				if got := w.condition("payroll", refs); got != "True/"+v1alpha1.ReasonResolved {
					t.Errorf("the name is back, and ResolvedRefs is %s (%s)", got, w.message("payroll", refs))
				}
				if n := w.tenant.Writes(); n != 0 {
					t.Errorf("%d writes at the vendor", n)
				}
			})
		})
	}
}

// askNames asks for all names an hour later.
func (w *world) askNames() []types.NamespacedName {
	w.t.Helper()
	ask := func() []types.NamespacedName {
		moved, err := w.r.AskNames(w.t.Context(), &w.backend, time.Hour)
		if err != nil {
			w.t.Fatal(err)
		}
		return moved
	}
	if moved := ask(); len(moved) > 0 {
		w.t.Errorf("%v before the hour was over", moved)
	}
	time.Sleep(time.Hour)
	return ask()
}

func TestARemoteThatVanishesAfterEachCreateIsMadeThreeTimes(t *testing.T) {
	in(t, func(w *world) {
		w.seen = func(point string) {
			if point != "created" {
				return
			}
			for _, id := range w.tenant.Entitlements.IDs() {
				w.tenant.Entitlements.Remove(id)
			}
		}
		w.apply("payroll")
		for range 6 {
			w.force("payroll")
			time.Sleep(time.Minute)
		}
		w.wantSynced("payroll", "False/"+v1alpha1.ReasonNonConverging)
		if n := w.tenant.Calls(backendtest.VerbCreate); n != 3 {
			t.Errorf("%d creates, want 3", n)
		}
		if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, "created three times") {
			t.Errorf("the message is %q", got)
		}
		w.restart()
		w.seen = nil
		w.force("payroll")
		w.wantSynced("payroll", inSync)
	})
}

func TestWhatDidNotConvergeIsTriedAgainWhenSomebodyAsks(t *testing.T) {
	for sentence, ask := range map[string]func(*v1alpha1.AppEntitlement){
		"with another value": func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Another") },
		"with the annotation": func(e *v1alpha1.AppEntitlement) {
			e.Annotations[v1alpha1.AnnotationReconcileRequestedAt] = "now"
			e.Generation-- // Annotations do not move it.
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.tenant.Entitlements.Normalize = func(before backend.AppEntitlement, after *backend.AppEntitlement) {
					after.Description = before.Description
				}
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Kept by nobody") })
				w.run("payroll")
				w.wantSynced("payroll", "False/"+v1alpha1.ReasonNonConverging)
				w.tenant.Entitlements.Normalize = nil
				w.force("payroll")
				w.wantSynced("payroll", "False/"+v1alpha1.ReasonNonConverging)
				w.edit("payroll", ask)
				w.run("payroll")
				w.wantSynced("payroll", inSync)
			})
		})
	}
}

func TestAQuietObjectLooksWhenItsBackendIsPinnedToAnotherTenant(t *testing.T) {
	for sentence, c := range map[string]struct {
		pinned string
		// looks: it does not stay quiet.
		looks bool
	}{
		"not where the pin is unknown": {pinned: ""},
		"not where it is the same":     {pinned: "tenant-1"},
		"where it is another":          {pinned: "tenant-2", looks: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.pinned = c.pinned
				if c.looks {
					w.backend.PinnedTenantID, w.backend.TenantID, w.tenant.ID.ID = c.pinned, c.pinned, c.pinned
				}
				w.run("payroll")
				want := inSync
				if c.looks {
					want = "Unknown/" + v1alpha1.ReasonTenantChanged
				}
				w.wantSynced("payroll", want)
				if n := w.tenant.TotalCalls(); n != 0 {
					t.Errorf("%d calls: another tenant cannot tell about this remote", n)
				}
			})
		})
	}
}
