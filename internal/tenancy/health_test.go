package tenancy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

func TestATenantThatCannotAnswerIsAskedAgainSoon(t *testing.T) {
	for sentence, c := range map[string]struct {
		err  error
		want time.Duration
	}{
		"it answers":             {nil, 0},
		"it failed":              {backend.Errorf(backend.Retryable, "no answer"), 5 * time.Second},
		"it asks for a second":   {&backend.Error{Class: backend.Throttled, After: time.Second, Err: errors.New("slow down")}, 5 * time.Second},
		"it asks for a minute":   {&backend.Error{Class: backend.Throttled, After: time.Minute, Err: errors.New("slow down")}, time.Minute},
		"it refuses the sign-in": {backend.Errorf(backend.Unauthorized, "who are you"), 0},
	} {
		t.Run(sentence, func(t *testing.T) {
			health, err := newPool(t, c.err).Check(t.Context(), backendObject())
			if err != nil {
				t.Fatal(err)
			}
			if health.Ready != (c.err == nil) || health.Again != c.want {
				t.Errorf("ready: %t, again after %s, want %s", health.Ready, health.Again, c.want)
			}
		})
	}
}

// entitlementsAlone is a tenant at a vendor that has no other kind.
type entitlementsAlone struct {
	*backendtest.Tenant
	backend.Unsupported
}

func (t entitlementsAlone) AppEntitlements() backend.Driver[backend.AppEntitlement] {
	return t.Tenant.AppEntitlements()
}

func (t entitlementsAlone) AccessProfiles() backend.Driver[backend.AccessProfile] {
	return t.Unsupported.AccessProfiles()
}

func (t entitlementsAlone) AccessReviews() backend.Driver[backend.AccessReview] {
	return t.Unsupported.AccessReviews()
}

func TestATenantWithoutAKindIsReadyAndHasNoVerbsForIt(t *testing.T) {
	pool := newPool(t, nil)
	pool.Vendors[0].Open = func(backend.Config) (backend.Tenant, error) {
		return entitlementsAlone{Tenant: backendtest.NewTenant()}, nil
	}
	health, err := pool.Check(t.Context(), backendObject())
	if err != nil || !health.Ready {
		t.Fatalf("ready: %t (%s), %v", health.Ready, health.Message, err)
	}
	want := []v1alpha1.KindCapabilities{
		{Kind: v1alpha1.KindAppEntitlement, Verbs: []string{"Adopt", "Create", "Update", "Delete", "Retire"}},
		{Kind: v1alpha1.KindAccessProfile, Verbs: []string{}}, {Kind: v1alpha1.KindAccessReview, Verbs: []string{}},
	}
	if diff := cmp.Diff(want, health.Capabilities); diff != "" {
		t.Errorf("capabilities (-want +got):\n%s", diff)
	}
}

func backendObject() *v1alpha1.GovernanceBackend {
	return &v1alpha1.GovernanceBackend{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "tenant"},
		Spec: v1alpha1.GovernanceBackendSpec{
			Vendor: v1alpha1.VendorConductorOne, Endpoint: "https://tenant.example",
			Credentials: v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: "credentials"}},
		},
	}
}

// newPool is a pool whose one vendor says down to every call.
func newPool(t *testing.T, down error) *tenancy.Pool {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "credentials"}, Data: map[string][]byte{"token": []byte("secret")}}
	return &tenancy.Pool{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(secret).Build(), Limits: &safety.Limits{},
		Vendors: []backend.Vendor{{Name: string(v1alpha1.VendorConductorOne), Open: func(backend.Config) (backend.Tenant, error) {
			tenant := backendtest.NewTenant()
			tenant.Down = down
			return tenant, nil
		}}},
	}
}
