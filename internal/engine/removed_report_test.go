package engine_test

import (
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

func TestAHeldListDoesNotMakeAReportWrite(t *testing.T) {
	removable(t, func(w *world) {
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", fieldRemoved)
		w.rename(first, "By the console")
		w.resetCounts()
		w.force("payroll")
		if got := w.nameAtVendor(first); got != "By the console" {
			t.Errorf("a report wrote: %s", got)
		}
		w.wantSynced("payroll", fieldRemoved)
		w.wantCalls(0, 0, 0, 0, 1)
		w.force("payroll")
		w.wantCalls(0, 0, 0, 0, 1)
	}, owned("u1"), func(e *v1alpha1.AppEntitlement) {
		e.Spec.Management = &v1alpha1.Management{Drift: v1alpha1.DriftReport}
	})
}

func TestTheSpecBeforeAHeldListIsAnEdit(t *testing.T) {
	for _, drift := range []v1alpha1.DriftPolicy{v1alpha1.DriftCorrect, v1alpha1.DriftReport} {
		removable(t, func(w *world) {
			before := w.get("payroll").Spec
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { plain(e); e.Spec.DisplayName = "Renamed" })
			w.run("payroll")
			w.wantSynced("payroll", fieldRemoved)
			w.happened()
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec = before })
			w.run("payroll")
			w.wantSynced("payroll", inSync)
			if told := strings.Join(w.happened(), "\n"); strings.Contains(told, "somebody else") || w.nameAtVendor(first) != untouched {
				t.Errorf("%s: %q is there; %s", drift, w.nameAtVendor(first), told)
			}
		}, owned("u1"), func(e *v1alpha1.AppEntitlement) { e.Spec.Management = &v1alpha1.Management{Drift: drift} })
	}
}
