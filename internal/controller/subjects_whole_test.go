package controller_test

import (
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// TestEveryKindAtEveryVendorIsASubject, and is one of what its driver can do: the sentences about life and safety hold for it.
func TestEveryKindAtEveryVendorIsASubject(t *testing.T) {
	for _, v := range vendors.All() {
		tenant, err := v.Declared(backend.Config{})
		if err != nil {
			t.Fatal(err)
		}
		for kind, caps := range map[string]backend.Capabilities{
			v1alpha1.KindAppEntitlement: tenant.AppEntitlements().Capabilities(),
			v1alpha1.KindAccessProfile:  tenant.AccessProfiles().Capabilities(),
			v1alpha1.KindAccessReview:   tenant.AccessReviews().Capabilities(),
		} {
			found := only(func(s subject) bool { return string(s.vendor) == v.Name && s.kind == kind })
			if caps.NoKind {
				if len(found) > 0 {
					t.Errorf("%s has no %s, and it is a subject", v.Name, kind)
				}
				continue
			}
			if len(found) != 1 {
				t.Errorf("%s %s is a subject %d times, want once: subjects_test.go", v.Name, kind, len(found))
				continue
			}
			if s := found[0]; s.creates != caps.Create || s.updates != caps.Update || s.deletes != caps.Delete {
				t.Errorf("%s: creates %t, updates %t, deletes %t, and its driver %t, %t, %t", s, s.creates, s.updates, s.deletes, caps.Create, caps.Update, caps.Delete)
			}
		}
	}
}
