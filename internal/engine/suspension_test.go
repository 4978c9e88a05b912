package engine_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// suspend annotates an object, which is no edit of its spec. An empty end takes the annotations away.
func (w *world) suspend(name, until, because string) {
	w.t.Helper()
	obj := w.get(name)
	annotations := map[string]string{v1alpha1.AnnotationSuspendedUntil: until, v1alpha1.AnnotationSuspendedBecause: because}
	maps.DeleteFunc(annotations, func(_, value string) bool { return value == "" })
	obj.Annotations = maps.Clone(obj.Annotations)
	if obj.Annotations == nil {
		obj.Annotations = map[string]string{}
	}
	delete(obj.Annotations, v1alpha1.AnnotationSuspendedUntil)
	delete(obj.Annotations, v1alpha1.AnnotationSuspendedBecause)
	maps.Copy(obj.Annotations, annotations)
	if err := w.client.Update(context.Background(), obj); err != nil {
		w.t.Fatal(err)
	}
}

// inHours is an instant as an annotation has it.
func inHours(n int) string {
	return time.Now().Add(time.Duration(n) * time.Hour).UTC().Format(time.RFC3339)
}

func calledPayroll(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Payroll" }

// wantSuspended expects what Synced says of an object, and that nothing was written.
func (w *world) wantSuspended(want string) {
	w.t.Helper()
	if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, want) {
		w.t.Errorf("Synced says %q, want %q", got, want)
	}
	writes := w.tenant.Calls(backendtest.VerbCreate) + w.tenant.Calls(backendtest.VerbUpdate) + w.tenant.Calls(backendtest.VerbDelete)
	if writes > 0 {
		w.t.Errorf("%d writes", writes)
	}
}

func TestASuspensionByAnnotationEndsByItself(t *testing.T) {
	born(t, func(w *world) {
		until := inHours(4)
		w.suspend("payroll", until, "INC-42")
		w.edit("payroll", calledPayroll)
		w.run("payroll")
		w.wantSuspended("suspended until " + until + `, because "INC-42"; would be written: spec.displayName`)
		result, _ := w.pass("payroll")
		if result.RequeueAfter == 0 || result.RequeueAfter > 4*time.Hour+2*time.Second {
			t.Errorf("it comes again after %s, want at the end at the latest", result.RequeueAfter)
		}
		time.Sleep(4*time.Hour + 2*time.Second)
		w.run("payroll")
		if got := w.nameAtVendor(first); got != "Payroll" {
			t.Errorf("the vendor has %q after the end", got)
		}
	})
}

func TestAnObjectInSyncShowsThatItIsSuspended(t *testing.T) {
	born(t, func(w *world) {
		until := inHours(1)
		w.suspend("payroll", until, "")
		w.run("payroll")
		w.wantSuspended("it is suspended until " + until + ", and nothing is written")
		if result, _ := w.pass("payroll"); result.RequeueAfter < 59*time.Minute || result.RequeueAfter > time.Hour+2*time.Second {
			t.Errorf("it comes again after %s, want at the end", result.RequeueAfter)
		}
		w.rename(first, "Edited in the console")
		w.force("payroll")
		w.run("payroll")
		w.wantSuspended("would be written: spec.displayName")
		time.Sleep(time.Hour + 2*time.Second)
		w.run("payroll")
		if got := w.message("payroll", v1alpha1.ConditionSynced); strings.Contains(got, "suspended") || w.nameAtVendor(first) == "Edited in the console" {
			t.Errorf("Synced says %q, and the vendor has %q", got, w.nameAtVendor(first))
		}
	})
}

func TestASuspensionByAnnotationIsTakenBack(t *testing.T) {
	born(t, func(w *world) {
		w.suspend("payroll", inHours(4), "")
		w.edit("payroll", calledPayroll)
		w.run("payroll")
		w.wantSuspended("suspended until ")
		w.suspend("payroll", "", "")
		w.run("payroll")
		if got := w.nameAtVendor(first); got != "Payroll" {
			t.Errorf("the vendor has %q", got)
		}
	})
}

func TestADeletionWaitsForTheEndOfASuspension(t *testing.T) {
	born(t, func(w *world) {
		w.suspend("payroll", inHours(2), "")
		w.delete("payroll")
		w.run("payroll")
		w.wantSuspended("suspended until ")
		time.Sleep(2*time.Hour + 2*time.Second)
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes()
	})
}

func TestAnEndThatIsNoInstantSuspends(t *testing.T) {
	born(t, func(w *world) {
		w.suspend("payroll", "tomorrow", "")
		w.edit("payroll", calledPayroll)
		w.run("payroll")
		w.wantSuspended(`suspended (the annotation governance-operator.io/suspended-until is not an instant: "tomorrow"); would be written`)
	})
}

func TestTheSpecIsStrongerThanAnAnnotation(t *testing.T) {
	born(t, func(w *world) {
		w.suspend("payroll", inHours(1), "INC-42")
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName, e.Spec.Suspend = "Payroll", true })
		w.run("payroll")
		w.wantSuspended("suspended; would be written")
		time.Sleep(2 * time.Hour)
		w.run("payroll")
		w.wantSuspended("suspended; would be written")
	})
}

// TestASuspensionThatEndsDuringAPassIsNotTheLast: what the pass withheld is written by another one.
func TestASuspensionThatEndsDuringAPassIsNotTheLast(t *testing.T) {
	for sentence, lead := range map[string]func(w *world){
		"an edit":    func(w *world) { w.edit("payroll", calledPayroll) },
		"a deletion": func(w *world) { w.delete("payroll") },
		"nothing":    func(*world) {},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.suspend("payroll", time.Now().Add(2*time.Second).UTC().Format(time.RFC3339), "")
				lead(w)
				w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserve, Do: func() { time.Sleep(3 * time.Second) }})
				result, _ := w.pass("payroll")
				if result.RequeueAfter == 0 || result.RequeueAfter > 2*time.Second {
					t.Fatalf("it comes again after %s, and Synced says %q", result.RequeueAfter, w.message("payroll", v1alpha1.ConditionSynced))
				}
				time.Sleep(result.RequeueAfter)
				w.run("payroll")
				if obj, ok := w.find("payroll"); ok && (strings.Contains(w.message("payroll", v1alpha1.ConditionSynced), "suspended") || obj.Spec.DisplayName != w.nameAtVendor(first)) {
					t.Errorf("Synced says %q, and the vendor has %q", w.message("payroll", v1alpha1.ConditionSynced), w.nameAtVendor(first))
				}
			})
		})
	}
}

func TestAnEmptyAnnotationSuspendsNothing(t *testing.T) {
	born(t, func(w *world) {
		obj := w.get("payroll")
		obj.Annotations[v1alpha1.AnnotationSuspendedUntil] = " "
		if err := w.client.Update(w.t.Context(), obj); err != nil {
			t.Fatal(err)
		}
		w.edit("payroll", calledPayroll)
		w.run("payroll")
		if got := w.nameAtVendor(first); got != "Payroll" {
			t.Errorf("the vendor has %q", got)
		}
	})
}

// TestASuspensionDoesNotGetPastTheSafetyLimit: what many objects withheld is as much when it ends as it was when it began.
func TestASuspensionDoesNotGetPastTheSafetyLimit(t *testing.T) {
	const n = 25
	for sentence, end := range map[string]func(w *world, names []string){
		"it ends": func(*world, []string) { time.Sleep(time.Hour + 2*time.Second) },
		"it is taken back": func(w *world, names []string) {
			for _, name := range names {
				w.suspend(name, "", "")
			}
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			opened(t, n, func(w *world, names []string) {
				for _, name := range names {
					w.suspend(name, inHours(1), "")
					w.edit(name, plain)
				}
				w.run(names...)
				end(w, names)
				w.run(names...)
				if got := w.open(names); got != n {
					t.Errorf("%d of %d are open still, want all: so many closings are held", got, n)
				}
			})
		})
	}
}
