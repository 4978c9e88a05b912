package tenancy_test

import (
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

func TestBackendsWithOneCredentialShareTheSmallestBudgetOfThem(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	secret := func(namespace, token string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "credentials"}, Data: map[string][]byte{"token": []byte(token)}}
	}
	var last backend.Config
	pool := &tenancy.Pool{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(secret("team", "shared"), secret("other", "shared"), secret("third", "its own")).Build(),
		Limits: &safety.Limits{},
		Vendors: []backend.Vendor{{Name: string(v1alpha1.VendorVeza), Open: func(cfg backend.Config) (backend.Tenant, error) {
			last = cfg
			return backendtest.NewTenant(), nil
		}}},
	}
	usual := backend.Budget{PerSecond: 5, Burst: 10}
	open := func(namespace string, change func(*v1alpha1.GovernanceBackendSpec)) *v1alpha1.GovernanceBackend {
		t.Helper()
		b := backendObject()
		b.Namespace, b.Spec.Vendor = namespace, v1alpha1.VendorVeza
		if change != nil {
			change(&b.Spec)
		}
		if _, err := pool.Open(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		return b
	}
	open("team", func(s *v1alpha1.GovernanceBackendSpec) { s.Burst = ptr.To(int32(4)) })
	shared := last.Shared
	want := func(what string, want backend.Budget) {
		t.Helper()
		if got := shared.Budget(usual); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	want("the first one", backend.Budget{PerSecond: 5, Burst: 4})

	other := open("other", func(s *v1alpha1.GovernanceBackendSpec) {
		s.RequestsPerSecond, s.Burst = ptr.To(int32(2)), ptr.To(int32(40))
		s.Veza = &v1alpha1.VezaBackend{Allow: []v1alpha1.VezaPermission{"DeleteProfile"}}
	})
	if last.Shared != shared || len(last.Allow) != 1 {
		t.Error("another block of the vendor is another tenant, and the same credential")
	}
	want("with a slower one", backend.Budget{PerSecond: 2, Burst: 4})

	open("third", func(s *v1alpha1.GovernanceBackendSpec) { s.RequestsPerSecond = ptr.To(int32(1)) })
	if last.Shared == shared {
		t.Error("another credential shares it")
	}
	want("beside another credential", backend.Budget{PerSecond: 2, Burst: 4})

	open("team", nil)
	want("when the first one asks for more", backend.Budget{PerSecond: 2, Burst: 10})
	pool.Forget(tenancy.Key(other))
	want("when the slower one is gone", usual)
}

// TestAVisitorLeavesThreeQuartersOfTheBudget to the manager, whose budget it cannot see: it has a half, of which calls of a sweep
// take a half.
func TestAVisitorLeavesThreeQuartersOfTheBudget(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	var last backend.Config
	entrance := tenancy.Entrance{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(&corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "credentials"}, Data: map[string][]byte{"token": []byte("any")},
		}).Build(),
		Vendors: []backend.Vendor{{Name: string(v1alpha1.VendorVeza), Open: func(cfg backend.Config) (backend.Tenant, error) {
			last = cfg
			return backendtest.NewTenant(), nil
		}}},
	}
	b := backendObject()
	b.Namespace, b.Spec.Vendor = "team", v1alpha1.VendorVeza
	if _, err := entrance.Visit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if got, want := last.Shared.Budget(backend.Budget{PerSecond: 5, Burst: 10}), (backend.Budget{PerSecond: 2.5, Burst: 5}); got != want {
		t.Errorf("of the usual budget it has %+v, want %+v", got, want)
	}
	b.Spec.RequestsPerSecond, b.Spec.Burst = ptr.To(int32(1)), ptr.To(int32(1))
	if _, err := entrance.Visit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if got, want := last.Shared.Budget(backend.Budget{PerSecond: 5, Burst: 10}), (backend.Budget{PerSecond: 0.5, Burst: 1}); got != want {
		t.Errorf("of a small one it has %+v, want %+v", got, want)
	}
	if p := backend.PriorityOf(tenancy.Visiting(t.Context())); p != backend.PrioritySweep {
		t.Errorf("its calls are of priority %d", p)
	}
}
