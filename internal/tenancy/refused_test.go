package tenancy

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
)

// dawdling takes longer to say who it is than a look waits.
type dawdling struct{ *backendtest.Tenant }

func (d dawdling) Identity(ctx context.Context) (backend.TenantID, error) {
	select {
	case <-time.After(patience + time.Second):
	case <-ctx.Done():
		return backend.TenantID{}, ctx.Err()
	}
	return d.Tenant.Identity(ctx)
}

// refusals is a pool of tenants that dawdle, a backend of one name each, and a report whether each tenant
// that was opened is gone.
func refusals(t *testing.T, names ...string) (p *Pool, backends []*v1alpha1.GovernanceBackend, gone *[]func() bool) {
	scheme, gone := runtime.NewScheme(), &[]func() bool{}
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "evil", Name: "credentials"}, Data: map[string][]byte{"token": []byte("a-token-of-hers")}}
	p = &Pool{Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(secret).Build(), Limits: &safety.Limits{},
		Vendors: []backend.Vendor{{Name: string(v1alpha1.VendorConductorOne), Open: func(cfg backend.Config) (backend.Tenant, error) {
			*gone = append(*gone, cfg.Gone)
			return dawdling{backendtest.NewTenant()}, nil
		}}}}
	for _, name := range names {
		b := &v1alpha1.GovernanceBackend{ObjectMeta: metav1.ObjectMeta{Namespace: "evil", Name: name}}
		b.Spec.Vendor, b.Spec.Endpoint = v1alpha1.VendorConductorOne, "https://evil.example"
		b.Spec.Credentials = v1alpha1.Credentials{SecretRef: &v1alpha1.LocalObjectRef{Name: "credentials"}}
		backends = append(backends, b)
	}
	return p, backends, gone
}

func TestRefusalsLeaveNoQuestionsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, backends, gone := refusals(t, "one", "another")
		const rounds = 20
		for round := range rounds {
			for _, b := range backends {
				if _, err := p.Check(t.Context(), b); err != nil {
					t.Fatal(err)
				}
			}
			if n := p.asks.count(); n > 1 {
				t.Errorf("%d questions are open after %d refusals, want that of the tenant in use", n, round)
			}
			if round == rounds-1 {
				break
			}
			for _, b := range backends {
				p.Unauthorized(Key(b), nil) // A pass over an object was answered 401 meanwhile.
			}
			time.Sleep(5 * time.Second)
		}
		if len(*gone) != rounds {
			t.Errorf("%d tenants were opened, want one after each refusal", len(*gone))
		}
		for i, isGone := range *gone {
			if last := i == len(*gone)-1; isGone() == last {
				t.Errorf("the tenant that was opened as number %d is gone: %t", i, last)
			}
		}
		time.Sleep(10 * time.Minute)
		for _, b := range backends {
			p.Forget(Key(b))
		}
		if n := p.asks.count(); n != 0 || len(p.tenants) != 0 || !(*gone)[len(*gone)-1]() {
			t.Errorf("%d questions and %d tenants are kept for backends that are gone", n, len(p.tenants))
		}
	})
}

func TestATenantThatWasRefusedIsForgottenWithTheLastBackendThatUsesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, backends, gone := refusals(t, "one", "another")
		for _, b := range backends {
			if _, err := p.Check(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		p.Unauthorized(Key(backends[0]), nil)
		if _, err := p.Check(t.Context(), backends[0]); err != nil {
			t.Fatal(err)
		}
		if len(*gone) != 2 || (*gone)[0]() {
			t.Errorf("%d tenants were opened, and the first that another backend uses is gone: %t", len(*gone), (*gone)[0]())
		}
		p.Forget(Key(backends[1]))
		if !(*gone)[0]() || (*gone)[1]() {
			t.Errorf("gone: %t of the tenant that nobody uses, %t of the other", (*gone)[0](), (*gone)[1]())
		}
		p.Forget(Key(backends[0]))
		time.Sleep(time.Minute)
		if n := p.asks.count(); n != 0 {
			t.Errorf("%d questions are kept", n)
		}
	})
}

// count is how many questions are open.
func (a *asks) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.open)
}
