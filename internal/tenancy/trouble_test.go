package tenancy_test

import (
	"context"
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// TestTroubleOfTheAPIServerIsNotTheBackends: a read that fails is tried again in seconds, and
// nobody is told that the backend is not ready.
func TestTroubleOfTheAPIServerIsNotTheBackends(t *testing.T) {
	for sentence, c := range map[string]struct {
		fails  func(client.Object) bool
		reason string // of the backend, empty where it is not the backend's matter
	}{
		"a Secret that cannot be read":        {fails: func(o client.Object) bool { _, ok := o.(*corev1.Secret); return ok }},
		"a ConfigMap that cannot be read":     {fails: func(o client.Object) bool { _, ok := o.(*corev1.ConfigMap); return ok }},
		"a backend that cannot be read":       {fails: func(o client.Object) bool { _, ok := o.(*v1alpha1.ClusterGovernanceBackend); return ok }},
		"a namespace that cannot be read":     {fails: func(o client.Object) bool { _, ok := o.(*corev1.Namespace); return ok }},
		"a namespace that is not allowed":     {fails: func(client.Object) bool { return false }, reason: v1alpha1.ReasonBackendNotAllowed},
		"a Secret that is not there, allowed": {fails: nil, reason: v1alpha1.ReasonBackendNotReady},
	} {
		t.Run(sentence, func(t *testing.T) {
			labels := map[string]string{"governance": "enabled"}
			if c.reason == v1alpha1.ReasonBackendNotAllowed {
				labels = nil
			}
			b := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "tenant", Generation: 1}}
			b.Spec.GovernanceBackendSpec = backendObject().Spec
			b.Spec.CABundleRef = &v1alpha1.CABundleRef{Name: "bundle"}
			b.Spec.AllowedNamespaces = &v1alpha1.AllowedNamespaces{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"governance": "enabled"}}}
			b.Status.TenantID = "tenant-1"
			b.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAuthenticated}}
			objects := []client.Object{b, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team", Labels: labels}},
				&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "operator", Name: "bundle"}, Data: map[string]string{"ca.crt": "x"}}}
			if c.fails != nil {
				objects = append(objects, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "operator", Name: "credentials"}, Data: map[string][]byte{"token": []byte("secret")}})
			}
			pool := troubled(t, c.fails, objects...)
			_, err := pool.Get(t.Context(), "team", v1alpha1.BackendRef{Kind: v1alpha1.KindClusterGovernanceBackend, Name: "tenant"}, false)
			var blamed *managed.BackendError
			switch {
			case err == nil:
				t.Fatal("it is opened")
			case errors.As(err, &blamed) != (c.reason != ""):
				t.Errorf("%T: %v", err, err)
			case c.reason != "" && blamed.Reason != c.reason:
				t.Errorf("%s, want %s", blamed.Reason, c.reason)
			case c.reason == "" && backend.ClassOf(err) != backend.Retryable:
				t.Errorf("it is %s", backend.ClassOf(err))
			}
		})
	}
}

// troubled is a pool whose API server fails where it is told to.
func troubled(t *testing.T, fails func(client.Object) bool, objects ...client.Object) *tenancy.Pool {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	get := func(ctx context.Context, w client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
		if fails != nil && fails(obj) {
			return apierrors.NewInternalError(errors.New("etcdserver: request timed out"))
		}
		return w.Get(ctx, key, obj, opts...)
	}
	return &tenancy.Pool{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithInterceptorFuncs(interceptor.Funcs{Get: get}).Build(),
		Limits: &safety.Limits{}, ClusterKind: true, OperatorNamespace: "operator",
		Vendors: []backend.Vendor{{Name: string(v1alpha1.VendorConductorOne), Open: func(backend.Config) (backend.Tenant, error) {
			return backendtest.NewTenant(), nil
		}}},
	}
}
