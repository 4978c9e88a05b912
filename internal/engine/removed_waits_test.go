package engine_test

import (
	"slices"
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestWhatIsToBeClearedIsClearedWhileAListIsHeld(t *testing.T) {
	removable(t, func(w *world) {
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description, e.Spec.Owners = nil, nil })
		w.run("payroll")
		w.wantSynced("payroll", fieldRemoved)
		if got := backend.Value(w.atVendor(first).Description); got != "" {
			t.Errorf("the description is %q", got)
		}
		w.wantWritten("payroll", "displayName", "owners")
		w.edit("payroll", owned("u1"))
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := backend.Value(w.atVendor(first).Description); got != "" {
			t.Errorf("the description is still %q", got)
		}
		w.wantWritten("payroll", "displayName", "owners")
	}, owned("u1"), func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Text") })
}

func TestWhatOpenedAndLeftTheSpecIsClosedAlthoughANameIsWrong(t *testing.T) {
	removable(t, func(w *world) {
		w.edit("payroll", bad)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) {
			plain(e)
			e.Spec.ConductorOne = &v1alpha1.ConductorOneEntitlement{RiskLevel: &v1alpha1.OptionalRef{Name: "No such level"}}
		})
		w.run("payroll")
		w.wantSynced("payroll", blocked)
		w.wantSays(onlyWritten + emergency)
		if w.emergency(first) || backend.Value(w.atVendor(first).Description) != "bad" {
			t.Errorf("at the vendor is %+v", w.atVendor(first))
		}
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if backend.Value(w.atVendor(first).Description) != "" {
			t.Errorf("the description is still %q", *w.atVendor(first).Description)
		}
		if left := w.get("payroll").Status.LeftBehind; !slices.Contains(left, v1alpha1.LeftBehind{Path: "conductorOne.emergencyGrantEnabled", State: v1alpha1.LeftBehindClosed}) {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestWhatNeedsWhatLeftTheSpecIsClosedWhateverTheSpecSays(t *testing.T) {
	rescued := func(e *v1alpha1.AppEntitlement) {
		e.Spec.ConductorOne = &v1alpha1.ConductorOneEntitlement{EmergencyGrantEnabled: backend.To(true),
			Policies: &v1alpha1.ConductorOneEntitlementPolicies{EmergencyGrant: &v1alpha1.OptionalRef{ID: "p1"}}}
	}
	in(t, func(w *world) {
		removing(w)
		w.tenant.Entitlements.Caps.Removed["conductorOne.policies.emergencyGrant"] = backend.Removal{
			Fate: backend.FateClosed, At: "conductorOne.emergencyGrantEnabled", Value: false}
		w.apply("payroll", rescued)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.ConductorOne.Policies = nil })
		w.run("payroll")
		w.resetCounts()
		for range 3 {
			w.force("payroll")
			w.wantSynced("payroll", fieldRemoved)
			if w.emergency(first) {
				t.Error("it was put on again by what is not there any more")
			}
		}
		w.wantCalls(0, 0, 0, 0, 0)
		if got, want := w.message("payroll", v1alpha1.ConditionSynced), "spec.conductorOne.emergencyGrantEnabled is not as the spec says: what it needs left the spec"; !strings.Contains(got, want) {
			t.Errorf("%q, want %q in it", got, want)
		}
		w.edit("payroll", rescued)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if !w.emergency(first) {
			t.Error("with what it needs it is as the spec says")
		}
	})
}
