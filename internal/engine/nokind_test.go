package engine_test

import (
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// bare is a tenant at a vendor that has no entitlements.
type bare struct {
	*backendtest.Tenant
	backend.Unsupported
}

func (b bare) AppEntitlements() backend.Driver[backend.AppEntitlement] {
	return b.Unsupported.AppEntitlements()
}

func (b bare) AccessProfiles() backend.Driver[backend.AccessProfile] {
	return b.Tenant.AccessProfiles()
}

func (b bare) AccessReviews() backend.Driver[backend.AccessReview] { return b.Tenant.AccessReviews() }

func TestAnObjectOfAKindThatTheVendorDoesNotHaveIsRefusedWithoutACall(t *testing.T) {
	for sentence, change := range map[string]func(*v1alpha1.AppEntitlement){
		"to be made": func(*v1alpha1.AppEntitlement) {},
		"with names": func(e *v1alpha1.AppEntitlement) {
			e.Spec.App, e.Spec.Owners = v1alpha1.NamedRef{Name: "GitHub"}, []v1alpha1.UserRef{{Email: "ada@corp.example"}}
		},
		"with a block of a vendor": func(e *v1alpha1.AppEntitlement) {
			e.Spec.ConductorOne = &v1alpha1.ConductorOneEntitlement{Policies: &v1alpha1.ConductorOneEntitlementPolicies{Grant: &v1alpha1.OptionalRef{Name: "Two steps"}}}
		},
		"to be adopted": func(e *v1alpha1.AppEntitlement) {
			e.Spec.Management = &v1alpha1.Management{Creation: v1alpha1.CreationAdopt}
		},
		"to be adopted by its id": func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = "e-1" },
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.backend.Tenant = bare{Tenant: w.tenant}
				w.apply("payroll", change)
				w.run("payroll")
				if got, want := w.condition("payroll", v1alpha1.ConditionAccepted), "False/FieldUnsupported"; got != want {
					t.Errorf("Accepted is %s, want %s", got, want)
				}
				if got, want := w.message("payroll", v1alpha1.ConditionAccepted), "spec.backendRef: the vendor of this backend has no AppEntitlement"; got != want {
					t.Errorf("said %q, want %q", got, want)
				}
				w.wantReady("payroll", "False/FieldUnsupported")
				w.wantSwept()
				time.Sleep(time.Hour)
				w.run("payroll")
				w.delete("payroll")
				w.run("payroll")
				w.wantGone("payroll")
				if calls := w.tenant.TotalCalls(); calls != 0 {
					t.Errorf("%d calls", calls)
				}
			})
		})
	}
}
