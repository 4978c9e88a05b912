package engine_test

import (
	"context"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// claims is an object of another namespace that claims a remote, older than all others: by its status,
// or by its remoteID and an annotation that it wrote itself.
func (w *world) claims(id, backendName string, bound bool) {
	w.t.Helper()
	obj := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: "evil", Name: "taker", Generation: 1, UID: "uid-evil"}}
	obj.CreationTimestamp = metav1.NewTime(time.Now().Add(-time.Hour))
	obj.Spec.BackendRef = v1alpha1.BackendRef{Kind: v1alpha1.KindGovernanceBackend, Name: backendName}
	obj.Spec.App, obj.Spec.RemoteID = v1alpha1.NamedRef{ID: app}, id
	obj.Annotations = map[string]string{v1alpha1.AnnotationIntent: `{"token":"AAAABBBBCCCCDDDD","attempt":1,"at":"2026-01-01T00:00:00Z","owner":"evil/taker","tenant":"tenant-1","parentID":"` + app + `","key":{}}`}
	if err := w.client.Create(context.Background(), obj); err != nil {
		w.t.Fatal(err)
	}
	if bound {
		obj.Status.Remote = &v1alpha1.RemoteStatus{ID: id, ParentID: app, TenantID: "tenant-1"}
		if err := w.client.Status().Update(context.Background(), obj); err != nil {
			w.t.Fatal(err)
		}
	}
	w.restart()
}

func TestAClaimCountsOnlyWhereItsTenantWasProven(t *testing.T) {
	const here, held = "Vendor|prod:443", "False/ClaimedByOther"
	for sentence, c := range map[string]struct {
		place  managed.Place
		bound  bool
		synced string
	}{
		"a binding in the same tenant, by another credential":       {managed.Place{At: here, Pinned: "tenant-1", Proven: "tenant-1"}, true, held},
		"a wish in the same tenant, by another credential":          {managed.Place{At: here, Pinned: "tenant-1", Proven: "tenant-1"}, false, held},
		"a binding at an endpoint that says it is the tenant":       {managed.Place{At: "Vendor|evil:443", Pinned: "tenant-1", Proven: "tenant-1"}, true, inSync},
		"a wish at an endpoint that says it is the tenant":          {managed.Place{At: "Vendor|evil:443", Pinned: "tenant-1", Proven: "tenant-1"}, false, inSync},
		"a binding at another vendor with the same id":              {managed.Place{At: "Other|prod:443", Pinned: "tenant-1", Proven: "tenant-1"}, true, inSync},
		"a backend that nobody has answered since the start":        {managed.Place{At: here, Pinned: "tenant-1"}, true, inSync},
		"a backend that only says so":                               {managed.Place{At: here, Pinned: "tenant-1"}, false, inSync},
		"a backend that another tenant answers":                     {managed.Place{At: here, Pinned: "tenant-1", Proven: "tenant-2"}, true, inSync},
		"a backend that is not there":                               {managed.Place{}, true, inSync},
		"a forged intent behind a backend that is not there":        {managed.Place{}, false, inSync},
		"a forged intent where the namespace may not use a backend": {managed.Place{At: here, Pinned: "tenant-1"}, false, inSync},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("Stranger")})
				w.places = map[string]managed.Place{"theirs": c.place}
				w.claims(id, "theirs", c.bound)
				w.apply("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id })
				w.run("payroll")
				w.wantSynced("payroll", c.synced)
			})
		})
	}
}

func TestNothingThatAnotherNamespaceClaimsHoldsWhatBearsOurMark(t *testing.T) {
	born(t, func(w *world) {
		w.places = map[string]managed.Place{"theirs": {At: "Vendor|prod:443", Pinned: "tenant-1", Proven: "tenant-1"}}
		w.claims(first, "theirs", true)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Narrower" })
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := w.nameAtVendor(first); got != "Narrower" {
			t.Errorf("the edit was not sent: %q", got)
		}
		w.delete("payroll")
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes()
	})
}

func TestWhatATenantThatIsGoneWasKnownByGoesWithIt(t *testing.T) {
	born(t, func(w *world) {
		lists := func() int {
			before := w.tenant.Calls("ObserveMany")
			w.apply("next")
			w.run("next")
			w.delete("next")
			w.run("next")
			return w.tenant.Calls("ObserveMany") - before
		}
		lists()
		if n := lists(); n != 0 {
			t.Fatalf("%d lists where the index is fresh, want none", n)
		}
		w.r.ForgetTenant(w.backend.TenantKey)
		if n := lists(); n != 1 {
			t.Errorf("%d lists after the tenant was forgotten, want 1", n)
		}
	})
}
