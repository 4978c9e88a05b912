package engine_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/lookup"
)

// oneBackend is a cluster with one backend.
type oneBackend struct{ managed.Backend }

func (b oneBackend) Get(context.Context, string, v1alpha1.BackendRef, bool) (*managed.Backend, error) {
	out := b.Backend
	out.Absent = map[string]int32{}
	return &out, nil
}

func (b oneBackend) Place(context.Context, string, v1alpha1.BackendRef) managed.Place {
	return managed.Place{At: b.At, Proven: b.TenantID}
}

func (oneBackend) Unauthorized(string, error) {}

// payrollReader is a profile with an entitlement of each of two apps.
func payrollReader() *v1alpha1.AccessProfile {
	obj := &v1alpha1.AccessProfile{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "reader", Generation: 1, UID: "u", CreationTimestamp: metav1.Now()}}
	obj.Spec.BackendRef = v1alpha1.BackendRef{Kind: v1alpha1.KindGovernanceBackend, Name: "prod"}
	obj.Spec.DisplayName = "Payroll reader"
	obj.Spec.Entitlements = []v1alpha1.EntitlementRef{
		{App: &v1alpha1.NamedRef{Name: "Payroll"}, Name: "read"},
		{App: &v1alpha1.NamedRef{Name: "Ledger"}, Name: "write"},
	}
	return obj
}

// holdPayroll lets a tenant know the two apps, Payroll by these ids.
func holdPayroll(tenant *backendtest.Tenant, app string, entitlements ...string) {
	name := func(kind backend.NameKind, parent, name string, ids ...string) {
		q := backend.Name{Kind: kind, ParentID: parent, Name: name}
		for _, id := range ids {
			tenant.Names[q] = append(tenant.Names[q], backend.Match{ID: id, Name: name})
		}
	}
	clear(tenant.Names)
	name(backend.NameApp, "", "Payroll", app)
	name(backend.NameApp, "", "Ledger", "ledger")
	name(backend.NameEntitlement, app, "read", entitlements...)
	name(backend.NameEntitlement, "ledger", "write", "write-1")
}

// An app that was made anew has other ids for all that is in it, under the same names.
func TestAFullLookTakesNothingOutOfAProfile(t *testing.T) {
	for sentence, c := range map[string]struct {
		now    []string // what the entitlement of the new app is
		want   []string
		inSync bool
	}{
		"the entitlement was made anew too": {now: []string{"read-2"}, want: []string{"read-2", "write-1"}, inSync: true},
		"the entitlement is not there yet":  {want: []string{"read-1", "write-1"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tenant := newTenant()
				apiServer := fake.NewClientBuilder().WithScheme(scheme()).WithStatusSubresource(&v1alpha1.AccessProfile{}).Build()
				b := oneBackend{managed.Backend{Key: backendID, Tenant: tenant, TenantKey: "key-1", At: "x", TenantID: "tenant-1", PinnedTenantID: "tenant-1",
					Resync: 10 * time.Minute, Names: new(lookup.Cache).Of("key-1", tenant),
					Verify: func(ctx context.Context, _ time.Duration) (backend.TenantID, error) { return tenant.Identity(ctx) }}}
				r := engine.NewReconciler(kinds.AccessProfile(), fleet.Options{Client: apiServer, Live: apiServer, Events: events.NewFakeRecorder(100),
					Backends: b, ClusterID: cluster, Limits: &safety.Limits{}})
				obj := payrollReader()
				run := func() {
					t.Helper()
					for range 5 {
						if _, err := r.Reconcile(t.Context(), reconcile.Request{NamespacedName: client.ObjectKeyFromObject(obj)}); err != nil {
							t.Fatal(err)
						}
						time.Sleep(time.Second)
					}
					if err := apiServer.Get(t.Context(), client.ObjectKeyFromObject(obj), obj); err != nil {
						t.Fatal(err)
					}
				}
				held := func() (out []string) {
					actual, _, _ := tenant.Profiles.Has(tenant.Profiles.IDs()[0])
					for _, e := range actual.Entitlements {
						out = append(out, e.ID)
					}
					slices.Sort(out)
					return out
				}
				holdPayroll(tenant, "payroll-1", "read-1")
				if err := apiServer.Create(t.Context(), obj); err != nil {
					t.Fatal(err)
				}
				run()
				if got := held(); !slices.Equal(got, []string{"read-1", "write-1"}) {
					t.Fatalf("the new profile holds %v", got)
				}

				time.Sleep(10 * time.Minute)
				holdPayroll(tenant, "payroll-2", c.now...)
				obj.Annotations[v1alpha1.AnnotationReconcileRequestedAt] = "now"
				if err := apiServer.Update(t.Context(), obj); err != nil {
					t.Fatal(err)
				}
				run()
				if got := held(); !slices.Equal(got, c.want) {
					t.Errorf("after the full look it holds %v, want %v", got, c.want)
				}
				for _, cond := range obj.Status.Conditions {
					if cond.Type == v1alpha1.ConditionSynced && (cond.Reason == v1alpha1.ReasonInSync) != c.inSync {
						t.Errorf("Synced is %s/%s: %s", cond.Status, cond.Reason, cond.Message)
					}
				}
			})
		})
	}
}
