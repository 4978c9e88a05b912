package engine_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// wantEvents compares the events since the last time.
func (w *world) wantEvents(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.happened()); diff != "" {
		w.t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestAnEventOfAWriteNamesWhatItChanged(t *testing.T) {
	in(t, func(w *world) {
		w.known("SOX", "f1", "PCI", "f2")
		w.apply("payroll", frameworks("SOX"), func(e *v1alpha1.AppEntitlement) { e.Spec.Owners = []v1alpha1.UserRef{{ID: "ada"}} })
		w.run("payroll")
		w.wantEvents(`Normal Creating created remote "` + first + `" in "app-1"`)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) {
			frameworks("PCI")(e)
			e.Spec.DisplayName, e.Spec.Owners = "Payroll", []v1alpha1.UserRef{{ID: "grace"}}
		})
		w.run("payroll")
		w.wantEvents(`Normal Updating wrote spec.displayName: "Name of payroll" → "Payroll"; spec.owners: +grace, −ada; ` +
			`spec.conductorOne.complianceFrameworks: +f2 (PCI), −f1 (SOX)`)
	})
}

func TestDriftSaysWhatSomebodyElseChanged(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll")
		w.run("payroll")
		w.happened()
		time.Sleep(time.Minute)
		w.rename(first, "Renamed")
		w.force("payroll")
		w.wantEvents(`Normal CorrectingDrift somebody else changed it; put back spec.displayName: "Renamed" → "Name of payroll"`)
		noticed := &v1alpha1.DriftStatus{At: metav1.Now(), Fields: []string{"displayName"}}
		if diff := cmp.Diff(noticed, w.get("payroll").Status.Remote.LastDrift); diff != "" {
			t.Errorf("drift (-want +got):\n%s", diff)
		}
		time.Sleep(time.Minute)
		w.force("payroll")
		w.wantEvents()
		if diff := cmp.Diff(noticed, w.get("payroll").Status.Remote.LastDrift); diff != "" {
			t.Errorf("drift (-want +got):\n%s", diff)
		}
	})
}

func TestDriftThatIsLeftIsToldOnce(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll", manage("", v1alpha1.DriftReport, ""))
		w.run("payroll")
		w.happened()
		time.Sleep(time.Minute)
		w.rename(first, "Renamed")
		w.force("payroll")
		noticed := &v1alpha1.DriftStatus{At: metav1.Now(), Fields: []string{"displayName"}}
		w.wantEvents(`Normal Drifted differs at the vendor and is left so: spec.displayName: "Renamed" → "Name of payroll"; ` +
			`edit the spec, choose drift: Correct, or fix it at the vendor`)
		time.Sleep(time.Minute)
		w.force("payroll")
		w.wantEvents()
		if diff := cmp.Diff(noticed, w.get("payroll").Status.Remote.LastDrift); diff != "" {
			t.Errorf("drift (-want +got):\n%s", diff)
		}
	})
}

func TestWhoIsSuspendedSaysSo(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll")
		w.run("payroll")
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true })
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := w.message("payroll", v1alpha1.ConditionReady); !strings.Contains(got, "suspended") {
			t.Error(got)
		}
	})
}

// TestAnEventIsAsLongAsTheAPIServerTakes: it counts bytes.
func TestAnEventIsAsLongAsTheAPIServerTakes(t *testing.T) {
	in(t, func(w *world) {
		w.backendErr = &managed.BackendError{Reason: v1alpha1.ReasonBackendNotFound, Message: strings.Repeat("日", 600)}
		w.apply("payroll")
		w.run("payroll")
		const prefix = "Warning " + v1alpha1.ReasonBackendNotFound + " "
		told := w.happened()
		if len(told) == 0 {
			t.Fatal("there is no event")
		}
		note := strings.TrimPrefix(told[0], prefix)
		if len(note) > 1024 || len(note) < 1000 || !utf8.ValidString(note) || !strings.HasSuffix(note, "…") {
			t.Errorf("%d bytes: %s", len(note), note)
		}
	})
}

func TestAWriteSaysWhyItIsMade(t *testing.T) {
	for sentence, c := range map[string]struct {
		does func(w *world)
		want backend.WriteReason
	}{
		"a create": {func(w *world) { w.apply("payroll"); w.run("payroll") }, backend.WriteEdit},
		"an edit": {func(w *world) {
			w.apply("payroll")
			w.run("payroll")
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Payroll" })
			w.run("payroll")
		}, backend.WriteEdit},
		"drift": {func(w *world) { w.apply("payroll"); w.run("payroll"); w.rename(first, "Renamed"); w.force("payroll") }, backend.WriteDrift},
		"an adoption": {func(w *world) {
			id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("Name of payroll")})
			w.apply("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id })
			w.run("payroll")
		}, backend.WriteAdopt},
		"a deletion": {func(w *world) { w.apply("payroll"); w.run("payroll"); w.delete("payroll"); w.run("payroll") }, backend.WriteDelete},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				c.does(w)
				if got := w.tenant.Asker.Reason; got != c.want {
					t.Errorf("%q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestWhoIsSuspendedSaysWhatItWouldDo(t *testing.T) {
	suspended := func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true }
	for want, lead := range map[string]func(w *world){
		"suspended; a remote would be created": func(w *world) { w.apply("payroll", suspended) },
		`suspended; remote "` + first + `" in "app-1" would be taken over`: func(w *world) {
			put(untouched)(w)
			w.apply("payroll", suspended, manage(v1alpha1.CreationAdopt, "", ""))
		},
		`suspended; would be written: spec.displayName: "Name of payroll" → "Payroll"`: func(w *world) {
			w.apply("payroll")
			w.run("payroll")
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName, e.Spec.Suspend = "Payroll", true })
		},
		"suspended; the remote would be deleted": func(w *world) {
			w.apply("payroll")
			w.run("payroll")
			w.edit("payroll", suspended)
			w.delete("payroll")
		},
	} {
		t.Run(want, func(t *testing.T) {
			in(t, func(w *world) {
				lead(w)
				w.run("payroll")
				if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, want) {
					t.Error(got)
				}
			})
		})
	}
}

func TestWhatTheVendorCannotDeleteIsToldToStay(t *testing.T) {
	for retires, want := range map[bool]string{
		true: "Warning Orphaned released; this vendor deletes none of this kind, and what is there stays as it is, in force if it was; " +
			"management.deletion: Retire takes it out of service",
		false: "Normal Orphaned released; this vendor deletes none of this kind, and what is there stays as it is, in force if it was",
	} {
		in(t, func(w *world) {
			w.tenant.Entitlements.Caps.Delete, w.tenant.Entitlements.Caps.Retire = false, retires
			w.apply("payroll")
			w.run("payroll")
			w.happened()
			w.delete("payroll")
			w.run("payroll")
			w.wantGone("payroll")
			w.wantEvents(want)
		})
	}
}
