package tenancy_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

const tenantHost = "tenant.example"

// looked is a check of a backend where who answers.
func (o *opening) looked(t *testing.T, b *v1alpha1.GovernanceBackend, who backend.TenantID) tenancy.Health {
	t.Helper()
	o.check(t, b)
	o.tenants[0].ID = who
	opened := o.tenants
	o.Unauthorized(tenancy.Key(b), nil) // It is opened and asked anew.
	open := o.Vendors[0].Open
	o.Vendors[0].Open = func(cfg backend.Config) (backend.Tenant, error) {
		tenant, err := open(cfg)
		tenant.(*backendtest.Tenant).ID = who
		return tenant, err
	}
	h := o.check(t, b)
	if len(o.tenants) == len(opened) {
		t.Fatal("it was not opened anew")
	}
	return h
}

func TestATenantIsNamedOncePerBackend(t *testing.T) {
	unnamed, one, two := backend.Unnamed(tenantHost), backend.TenantID{ID: "tenant-1", Name: tenantHost}, backend.TenantID{ID: "tenant-2", Name: tenantHost}
	for sentence, c := range map[string]struct {
		pinned, host string // what the status says
		answers      backend.TenantID
		want, reason string
	}{
		"nothing is known, and no name is told":              {"", "", unnamed, tenantHost, v1alpha1.ReasonAuthenticated},
		"known by its host, and no name is told":             {tenantHost, tenantHost, unnamed, tenantHost, v1alpha1.ReasonAuthenticated},
		"an id that was seen is kept":                        {"tenant-1", tenantHost, unnamed, "tenant-1", v1alpha1.ReasonAuthenticated},
		"an id that an older version saw is kept":            {"tenant-1", "", unnamed, "tenant-1", v1alpha1.ReasonAuthenticated},
		"one that is named later is taken over":              {tenantHost, tenantHost, one, "tenant-1", v1alpha1.ReasonAuthenticated},
		"another than was seen is another":                   {"tenant-1", tenantHost, two, "tenant-2", v1alpha1.ReasonTenantChanged},
		"an id that was seen at another host is another":     {"tenant-1", "other.example", unnamed, tenantHost, v1alpha1.ReasonTenantChanged},
		"one known by another host is another":               {"other.example", "other.example", one, "tenant-1", v1alpha1.ReasonTenantChanged},
		"one known by another host, and no name, is another": {"other.example", "other.example", unnamed, tenantHost, v1alpha1.ReasonTenantChanged},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := backendObject()
			b.Status.TenantID, b.Status.TenantHost, b.Status.TenantName = c.pinned, c.host, c.host
			if c.host == "" && c.pinned != "" {
				b.Status.TenantName = tenantHost
			}
			o := newOpening(t, b, secretOf("team", map[string]string{"token": "secret"}))
			h := o.looked(t, b, c.answers)
			if h.Reason != c.reason || h.Tenant.ID != c.want || h.Host != tenantHost {
				t.Errorf("%s: %q at %q (%s), want %s: %q", h.Reason, h.Tenant.ID, h.Host, h.Message, c.reason, c.want)
			}
		})
	}
}

func TestObjectsOfATenantThatWasKnownByItsHostStayThere(t *testing.T) {
	b := backendObject()
	b.Status.TenantID, b.Status.TenantHost = tenantHost, tenantHost
	o := newOpening(t, b, secretOf("team", map[string]string{"token": "secret"}))
	o.looked(t, b, backend.TenantID{ID: "tenant-1", Name: tenantHost})
	place := o.Place(t.Context(), "team", v1alpha1.BackendRef{Name: "tenant"})
	if place.Pinned != "tenant-1" || place.Proven != "tenant-1" {
		t.Errorf("before it is written down: %+v", place)
	}
	stored := &v1alpha1.GovernanceBackend{}
	if err := o.Client.Get(t.Context(), client.ObjectKeyFromObject(b), stored); err != nil {
		t.Fatal(err)
	}
	stored.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAuthenticated}}
	if err := o.Client.Update(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	got, err := o.Get(t.Context(), "team", v1alpha1.BackendRef{Name: "tenant"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got.TenantID != "tenant-1" || got.PinnedTenantID != "tenant-1" {
		t.Errorf("%q answers, pinned %q", got.TenantID, got.PinnedTenantID)
	}
	for id, want := range map[string]bool{"tenant-1": true, tenantHost: true, "tenant-2": false, "": false} {
		if got.Lives(id) != want {
			t.Errorf("an object of tenant %q lives here: %t", id, !want)
		}
	}
	who, err := got.Verify(t.Context(), 0)
	if err != nil || who.ID != "tenant-1" {
		t.Errorf("%+v, %v", who, err)
	}
	o.tenants[len(o.tenants)-1].ID = backend.Unnamed(tenantHost)
	if who, err = got.Verify(t.Context(), 0); err != nil || who.ID != "tenant-1" {
		t.Errorf("after an answer without a name: %+v, %v", who, err)
	}
	o.tenants[len(o.tenants)-1].ID = backend.TenantID{ID: "tenant-2", Name: tenantHost}
	if who, err = got.Verify(t.Context(), 0); err != nil || who.ID != "tenant-2" {
		t.Errorf("another one passes for it: %+v, %v", who, err)
	}
}
