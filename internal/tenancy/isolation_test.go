package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
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

// opening is a pool that counts what is opened at the vendor, and hears what is dropped.
type opening struct {
	*tenancy.Pool
	tenants       []*backendtest.Tenant
	configs       []backend.Config
	dropped, left []string
}

func newOpening(t *testing.T, objects ...client.Object) *opening {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	o := &opening{}
	o.Pool = &tenancy.Pool{
		Client: fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build(), Limits: &safety.Limits{}, ClusterKind: true, OperatorNamespace: "operator",
		Dropped: func(key string) { o.dropped = append(o.dropped, key) },
		Left:    func(vendor, host string) { o.left = append(o.left, vendor+" "+host) },
		Vendors: []backend.Vendor{{Name: string(v1alpha1.VendorConductorOne), Open: func(cfg backend.Config) (backend.Tenant, error) {
			tenant := backendtest.NewTenant()
			o.tenants, o.configs = append(o.tenants, tenant), append(o.configs, cfg)
			return tenant, nil
		}}},
	}
	return o
}

func secretOf(namespace string, data map[string]string) *corev1.Secret {
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "credentials"}, Data: map[string][]byte{}}
	for key, value := range data {
		s.Data[key] = []byte(value)
	}
	return s
}

func (o *opening) check(t *testing.T, obj tenancy.Object) tenancy.Health {
	t.Helper()
	health, err := o.Check(t.Context(), obj)
	if err != nil {
		t.Fatal(err)
	}
	return health
}

func TestASecretThatSpellsAWorkloadIdentityOpensNothingOfIt(t *testing.T) {
	const clientID = "workload@tenant.example/wfe"
	o := newOpening(t, secretOf("evil", map[string]string{"clientID": clientID, "clientSecret": "operator", "token": "federation"}))
	prod := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "prod"}}
	prod.Spec.GovernanceBackendSpec = backendObject().Spec
	prod.Spec.Credentials = v1alpha1.Credentials{WorkloadIdentity: &v1alpha1.WorkloadIdentity{
		ClientID: clientID, ServiceAccountRef: v1alpha1.LocalObjectRef{Name: "federation"}}}
	mine := backendObject()
	mine.Namespace = "evil"
	o.check(t, prod)
	o.check(t, mine)
	if len(o.tenants) != 2 || o.configs[0].Shared == o.configs[1].Shared {
		t.Errorf("%d tenants opened, want one for each; their budget is the same: %t", len(o.tenants), o.configs[0].Shared == o.configs[len(o.configs)-1].Shared)
	}
}

func TestABackendIsProvenByAnAnswerSinceTheStart(t *testing.T) {
	ref := v1alpha1.BackendRef{Name: "tenant"}
	b := backendObject()
	b.Status.TenantID = "tenant-1" // What it says of itself.
	o := newOpening(t, b, secretOf("team", map[string]string{"token": "secret"}))
	want := func(what string, want managed.Place) {
		t.Helper()
		if got := o.Place(t.Context(), "team", ref); got != want {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
	}
	const at = "ConductorOne|tenant.example:443"
	want("before any answer", managed.Place{At: at, Pinned: "tenant-1"})
	o.check(t, b)
	want("after one", managed.Place{At: at, Pinned: "tenant-1", Proven: "tenant-1"})

	stored := &v1alpha1.GovernanceBackend{}
	if err := o.Client.Get(t.Context(), client.ObjectKeyFromObject(b), stored); err != nil {
		t.Fatal(err)
	}
	stored.Spec.Endpoint = "https://other.example"
	if err := o.Client.Update(t.Context(), stored); err != nil {
		t.Fatal(err)
	}
	want("after a move to another endpoint", managed.Place{At: "ConductorOne|other.example:443", Pinned: "tenant-1"})
	if got := o.Place(t.Context(), "elsewhere", ref); got != (managed.Place{}) {
		t.Errorf("%+v of a backend that is not there", got)
	}
}

func TestAClusterBackendIsProvenToThoseItAllows(t *testing.T) {
	cluster := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "prod"}}
	cluster.Spec.GovernanceBackendSpec = backendObject().Spec
	cluster.Spec.AllowedNamespaces = &v1alpha1.AllowedNamespaces{Names: []string{"payments"}}
	o := newOpening(t, cluster, secretOf("operator", map[string]string{"token": "secret"}))
	o.check(t, cluster)
	ref := v1alpha1.BackendRef{Kind: v1alpha1.KindClusterGovernanceBackend, Name: "prod"}
	for namespace, want := range map[string]string{"payments": "tenant-1", "evil": ""} {
		if got := o.Place(t.Context(), namespace, ref).Proven; got != want {
			t.Errorf("proven to %s: %q, want %q", namespace, got, want)
		}
	}
}

func TestARotatedCredentialLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		secret := secretOf("team", map[string]string{"token": "secret-0"})
		o := newOpening(t, secret)
		b := backendObject()
		o.check(t, b)
		for i := range 200 {
			time.Sleep(time.Hour)
			secret.Data["token"] = fmt.Appendf(nil, "secret-%d", i+1)
			if err := o.Client.Update(t.Context(), secret); err != nil {
				t.Fatal(err)
			}
			o.check(t, b)
		}
		if len(o.tenants) != 201 || len(o.dropped) != 200 {
			t.Errorf("%d tenants opened and %d dropped, want 201 and 200", len(o.tenants), len(o.dropped))
		}
		slices.Sort(o.dropped)
		if n := len(slices.Compact(o.dropped)); n != 200 {
			t.Errorf("%d different ones were dropped, want 200", n)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if len(o.left) != 0 || o.configs[200].Gone() {
			t.Errorf("%v counts as left, and the backend is there", o.left)
		}
		o.Forget(tenancy.Key(b))
		for i, cfg := range o.configs {
			if !cfg.Gone() {
				t.Errorf("the lists of tenant %d go on", i)
			}
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if len(o.dropped) != 201 {
			t.Errorf("%d dropped in the end, want all", len(o.dropped))
		}
		if !slices.Equal(o.left, []string{"ConductorOne tenant.example"}) {
			t.Errorf("%v counts as left, want the one host once", o.left)
		}
	})
}

func TestAnEndpointThatIsEditedLeavesItsHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOpening(t, secretOf("team", map[string]string{"token": "secret"}))
		b := backendObject()
		for i := range 50 {
			b.Generation++
			time.Sleep(time.Second)
			b.Spec.Endpoint = fmt.Sprintf("https://host-%d.example", i)
			o.check(t, b)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		slices.Sort(o.left)
		if n := len(slices.Compact(o.left)); n != 49 || slices.Contains(o.left, "ConductorOne host-49.example") {
			t.Errorf("%d hosts are left, want the 49 before the last: %v", n, o.left)
		}
	})
}

func TestABackendOfANamespaceReachesNothingOfTheManagersHost(t *testing.T) {
	for endpoint, refused := range map[string]bool{
		"http://127.0.0.1:8081": true, "https://localhost": true, "https://[::1]:9443": true, "https://127.9.9.9": true,
		"https://tenant.example": false, "https://localhost.example": false,
	} {
		for _, outside := range []bool{true, false} {
			o := newOpening(t, secretOf("team", map[string]string{"token": "secret"}), secretOf("operator", map[string]string{"token": "secret"}))
			o.Outside = outside
			b := backendObject()
			b.Spec.Endpoint = endpoint
			if h := o.check(t, b); (h.Reason == v1alpha1.ReasonInvalidSpec) != (refused && outside) {
				t.Errorf("%s, outside only: %t: %+v", endpoint, outside, h)
			}
			cluster := &v1alpha1.ClusterGovernanceBackend{ObjectMeta: metav1.ObjectMeta{Name: "prod"}}
			cluster.Spec.GovernanceBackendSpec = b.Spec
			if h := o.check(t, cluster); !h.Ready || o.configs[len(o.configs)-1].Outside {
				t.Errorf("%s of the cluster's backend, which administrators write: %+v", endpoint, h)
			}
		}
	}
}

func TestABackendThatGoesWhileAnObjectOpensItIsNotKept(t *testing.T) {
	b := backendObject()
	b.Status.TenantID = "tenant-1"
	b.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAuthenticated, LastTransitionTime: metav1.Now()}}
	o := newOpening(t, b, secretOf("team", map[string]string{"token": "secret"}))
	o.Client = interceptor.NewClient(o.Client.(client.WithWatch), interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, obj client.Object, opts ...client.GetOption) error {
			if _, is := obj.(*corev1.Secret); is {
				if err := c.Delete(ctx, b); err != nil {
					t.Error(err)
				}
			}
			return c.Get(ctx, key, obj, opts...)
		},
	})
	_, err := o.Get(t.Context(), "team", v1alpha1.BackendRef{Name: "tenant"}, false)
	if !managed.IsGone(err) || len(o.tenants) != 1 || len(o.dropped) != 1 {
		t.Errorf("%v, %d tenants opened and %d dropped", err, len(o.tenants), len(o.dropped))
	}
}
