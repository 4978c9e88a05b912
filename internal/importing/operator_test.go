package importing_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/controller"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/plan"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/tenancy"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// A pass logs what it does; nobody reads that of hundreds.
func init() { log.SetLogger(logr.Discard()) }

// operator carries objects out, in a cluster in memory.
type operator struct {
	*place
	client  client.WithWatch
	now     time.Time
	engines map[string]engineOf
}

// engineOf is the engine of a kind.
type engineOf interface {
	Force(types.NamespacedName)
	Reconcile(context.Context, reconcile.Request) (reconcile.Result, error)
}

func (p *place) operator(objects []client.Object) *operator {
	p.t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(v1alpha1.AddToScheme(scheme), corev1.AddToScheme(scheme)); err != nil {
		p.t.Fatal(err)
	}
	b := p.backend.DeepCopy()
	b.UID, b.Generation = "backend", 1
	b.Status.TenantID, b.Status.TenantName = p.visitor.ID.ID, p.visitor.ID.Name
	meta.SetStatusCondition(&b.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAuthenticated})
	build := fake.NewClientBuilder().WithScheme(scheme).WithObjects(b, p.secret).
		WithStatusSubresource(&v1alpha1.AppEntitlement{}, &v1alpha1.AccessProfile{}, &v1alpha1.AccessReview{})
	o := &operator{place: p, now: p.Now()}
	for _, obj := range objects {
		next := obj.DeepCopyObject().(managed.Object)
		next.SetUID(types.UID(kindOf(obj) + obj.GetName()))
		next.SetGeneration(1)
		next.SetCreationTimestamp(metav1.NewTime(o.now))
		next.GetManagedSpec().BackendRef.Kind = v1alpha1.KindGovernanceBackend // The API server's default.
		build = build.WithObjects(next)
	}
	o.client = build.Build()
	clock := func() time.Time { return o.now }
	limits := &safety.Limits{Now: clock, Behind: func(ctx context.Context, key string) (int, []safety.Leaving, error) {
		return controller.Leaving(ctx, o.client, key, vendors.All())
	}}
	options := fleet.Options{Client: o.client, Live: o.client, Limits: limits, ClusterID: cluster, Now: clock,
		Backends: &tenancy.Pool{Client: o.client, Vendors: vendors.All(), UserAgent: "test", Limits: limits},
		Users: func(ctx context.Context, of reference.Object) ([]reference.Object, error) {
			return controller.Users(ctx, o.client, of)
		}}
	o.engines = map[string]engineOf{
		v1alpha1.KindAppEntitlement: engine.NewReconciler(kinds.AppEntitlement(), options),
		v1alpha1.KindAccessProfile:  engine.NewReconciler(kinds.AccessProfile(), options),
		v1alpha1.KindAccessReview:   engine.NewReconciler(kinds.AccessReview(0), options),
	}
	return o
}

func kindOf(obj client.Object) string {
	switch obj.(type) {
	case *v1alpha1.AppEntitlement:
		return v1alpha1.KindAppEntitlement
	case *v1alpha1.AccessProfile:
		return v1alpha1.KindAccessProfile
	}
	return v1alpha1.KindAccessReview
}

// run makes passes over the objects until all are ready, and returns them as they are then.
func (o *operator) run(objects []client.Object) []client.Object {
	o.t.Helper()
	var out []client.Object
	for range 12 {
		out = out[:0]
		ready := true
		for _, obj := range objects {
			name := client.ObjectKeyFromObject(obj)
			o.engines[kindOf(obj)].Force(name)
			if _, err := o.engines[kindOf(obj)].Reconcile(o.t.Context(), reconcile.Request{NamespacedName: name}); err != nil {
				o.t.Fatalf("%s %s: %v", kindOf(obj), name, err)
			}
			now := reference.New(kindOf(obj))
			if err := o.client.Get(o.t.Context(), name, now); err != nil {
				o.t.Fatal(err)
			}
			c := meta.FindStatusCondition(now.GetManagedStatus().Conditions, v1alpha1.ConditionReady)
			synced := meta.FindStatusCondition(now.GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
			ready = ready && c != nil && c.Status == metav1.ConditionTrue && synced != nil && synced.Reason == v1alpha1.ReasonInSync
			out = append(out, now)
		}
		if ready {
			break
		}
		o.now = o.now.Add(time.Minute)
		o.Advance(time.Minute)
	}
	return out
}

// leaves are all the fields of all remotes, without what an ownership marker adds to them.
func (p *place) leaves() map[string]string {
	p.t.Helper()
	out := map[string]string{}
	t := p.visitor.Tenant
	collect(p, out, v1alpha1.KindAppEntitlement, t.AppEntitlements())
	collect(p, out, v1alpha1.KindAccessProfile, t.AccessProfiles())
	collect(p, out, v1alpha1.KindAccessReview, t.AccessReviews())
	return out
}

// unchanged expects the fields that there were.
func (p *place) unchanged(before map[string]string) {
	p.t.Helper()
	if diff := cmp.Diff(before, p.leaves()); diff != "" {
		p.t.Errorf("the adoption changed (-before +after):\n%s", diff)
	}
}

func collect[M backend.Model](p *place, out map[string]string, kind string, driver backend.Driver[M]) {
	p.t.Helper()
	lister, ok := backend.ListerOf(driver)
	if !ok {
		return
	}
	for obs, err := range lister.ListAll(p.t.Context(), backend.ListOptions{DetailFields: driver.Capabilities().DetailFields}) {
		if err != nil {
			p.t.Fatal(err)
		}
		for _, f := range backend.Fields(&obs.Actual) {
			if strings.HasSuffix(f.Path, ".annotations") {
				continue // It has the ownership marker's.
			}
			out[kind+" "+obs.ParentID+" "+obs.ID+" "+f.Path] = f.Text()
		}
	}
}

// TestAnAdoptionOfAllChangesNothing: what is imported is carried out, no field of any remote is otherwise then, and the next plan is empty.
func TestAnAdoptionOfAllChangesNothing(t *testing.T) {
	for _, of := range sandboxes.All() {
		t.Run(of.Vendor, func(t *testing.T) {
			p := begin(t, of)
			p.grown(number())
			p.change = inCluster
			report := p.must()
			t.Logf("%+v, %d unresolved", report.Counts, len(report.Unresolved))
			if len(report.Skipped) > 0 {
				t.Errorf("skipped: %+v", report.Skipped)
			}
			p.adopts(len(report.Exported))
			objects, before := p.read(), p.leaves()
			o := p.operator(objects)
			p.ResetCalls()
			after := o.run(objects)
			writes := p.Counts().Writes
			t.Logf("%d objects, %d writes", len(objects), writes)
			if writes > len(objects) {
				t.Errorf("%d objects took %d writes", len(objects), writes)
			}
			for _, obj := range after {
				st := obj.(managed.Object).GetManagedStatus()
				if c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionSynced); c == nil || c.Reason != v1alpha1.ReasonInSync {
					t.Errorf("%s %s: %+v", kindOf(obj), obj.GetName(), c)
				}
			}
			p.unchanged(before)
			b := &v1alpha1.GovernanceBackend{}
			if err := o.client.Get(t.Context(), client.ObjectKeyFromObject(p.backend), b); err != nil {
				t.Fatal(err)
			}
			made := p.planned(append([]client.Object{b}, after...), true)
			if !made.Empty() || !made.Certain() || made.Summary[plan.Nothing] != len(objects) {
				t.Errorf("the next plan is not empty: %s", made.Line())
				for _, c := range made.Changes {
					if c.Action != plan.Nothing || len(c.Unknown) > 0 {
						t.Errorf("%s: %s %s %s %v %v", c.Object(), c.Action, c.Reason, c.Message, c.Fields, c.Unknown)
					}
				}
			}
		})
	}
}
