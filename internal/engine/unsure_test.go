package engine_test

import (
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// What becomes of a create whose answer is lost while it is not known whether marks read back.
func TestALostCreateWhereMarksMayNotReadBack(t *testing.T) {
	unsure := func(w *world) { w.tenant.Entitlements.Caps.MarkUnsure = true }
	t.Run("is found by its mark, where it shows it", func(t *testing.T) {
		in(t, func(w *world) {
			unsure(w)
			w.tenant.LoseResponse()
			w.apply("payroll")
			w.run("payroll")
			w.wantSynced("payroll", inSync)
			w.wantRemotes(first)
		})
	})
	t.Run("is made again, where nothing has its name either", func(t *testing.T) {
		in(t, func(w *world) {
			unsure(w)
			w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, Before: backend.Errorf(backend.OutcomeUnknown, "the connection broke")})
			w.apply("payroll")
			w.follow("payroll", 10*time.Minute)
			w.wantSynced("payroll", inSync)
			w.wantRemotes(first)
		})
	})
	t.Run("is a person's matter, where something unmarked has its name", func(t *testing.T) {
		in(t, func(w *world) {
			unsure(w)
			w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, Before: backend.Errorf(backend.OutcomeUnknown, "the connection broke"), Do: func() {
				put("Name of payroll")(w) // It came to something, and its mark is not shown.
			}})
			w.apply("payroll")
			w.follow("payroll", 10*time.Minute)
			w.wantSynced("payroll", "False/OutcomeUnknown")
			if got := w.tenant.Calls(backendtest.VerbCreate); got != 1 {
				t.Errorf("%d creates", got)
			}
		})
	})
	t.Run("is made again beside it, once a list shows marks", func(t *testing.T) {
		in(t, func(w *world) {
			unsure(w)
			w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, Before: backend.Errorf(backend.OutcomeUnknown, "the connection broke"), Do: func() {
				put("Name of payroll")(w)
			}})
			w.apply("payroll")
			w.pass("payroll")
			w.pass("payroll")
			w.restart() // The next process has no list yet, and takes one after it judged what its marks prove.
			time.Sleep(2 * time.Minute)
			w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserveMany, Do: func() { w.tenant.Entitlements.Caps.MarkUnsure = false }})
			w.pass("payroll")
			w.wantSynced("payroll", inSync)
		})
	})
	t.Run("and what is bound stays ours without it", func(t *testing.T) {
		born(t, func(w *world) {
			unsure(w)
			w.tenant.Entitlements.Mark(w.remoteID("payroll"), backend.Mark{})
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("ours") })
			w.run("payroll")
			w.wantSynced("payroll", inSync)
		})
	})
}
