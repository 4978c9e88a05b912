package engine_test

import (
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// forgotten makes an object one that an earlier version left: it remembers nothing, and its intent does not say how the remote came.
func (w *world) forgotten(name string) {
	w.t.Helper()
	obj := w.get(name)
	obj.Status.Written = nil
	if err := w.client.Status().Update(w.t.Context(), obj); err != nil {
		w.t.Fatal(err)
	}
	obj = w.get(name)
	for from, to := range map[string]string{`,"made":"Create"`: "", `,"made":"Adopt"`: "", `,"wrote":`: `,"before":`} {
		obj.Annotations[v1alpha1.AnnotationIntent] = strings.ReplaceAll(obj.Annotations[v1alpha1.AnnotationIntent], from, to)
	}
	if err := w.client.Update(w.t.Context(), obj); err != nil {
		w.t.Fatal(err)
	}
	w.restart()
	w.resetCounts()
}

func TestWhatAnEarlierVersionCreatedIsTakenForWritten(t *testing.T) {
	removable(t, func(w *world) {
		w.forgotten("payroll")
		w.run("payroll")
		w.wantCalls(0, 0, 0, 0, 0)
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if w.emergency(first) {
			t.Error("emergency access is still on")
		}
	}, bad)
}

func TestOfWhatAnEarlierVersionAdoptedNothingIsKnown(t *testing.T) {
	in(t, func(w *world) {
		removing(w)
		id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("By hand")})
		w.sleepPast()
		w.apply("payroll", bad, func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id })
		w.run("payroll")
		w.forgotten("payroll")
		w.run("payroll")
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if !w.emergency(id) {
			t.Error("what may have been there before was closed")
		}
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("from now on") })
		w.run("payroll")
		w.wantWritten("payroll", "description")
	})
}

func TestAnotherRemoteIsAnotherMemory(t *testing.T) {
	removable(t, func(w *world) {
		w.tenant.Entitlements.Remove(first)
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantWritten("payroll", "displayName")
		w.wantLeft("payroll")
	}, bad, owned("u1"))
}
