package engine_test

import (
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func TestWhatTheVendorRefusedWasNotWritten(t *testing.T) {
	in(t, func(w *world) {
		removing(w)
		id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("By hand"), Description: backend.To("theirs"), Owners: backend.Set{"u9"}})
		w.apply("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID, e.Spec.DisplayName = id, "By hand" })
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbUpdate, Before: backend.Errorf(backend.Terminal, "no such person")})
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { owned("u1")(e); e.Spec.Description = backend.To("ours") })
		w.pass("payroll")
		w.wantSynced("payroll", "False/"+v1alpha1.ReasonRefused)
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := backend.Value(w.atVendor(id).Description); got != "theirs" {
			t.Errorf("description %q", got)
		}
	})
}

func TestAnAdoptionThatFailedHalfwayIsRemembered(t *testing.T) {
	in(t, func(w *world) {
		removing(w)
		id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("By hand")})
		w.apply("payroll", bad, func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID, e.Spec.DisplayName = id, "By hand" })
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbUpdate, Before: backend.Errorf(backend.Retryable, "half")})
		w.pass("payroll")
		w.tenant.Entitlements.Edit(id, func(e *backend.AppEntitlement) {
			e.Block = &conductorone.EntitlementBlock{EmergencyGrantEnabled: backend.To(true)} // The half that was accepted.
		})
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.edit("payroll", plain)
		w.run("payroll")
		if w.emergency(id) {
			t.Error("emergency access is still on")
		}
	})
}
