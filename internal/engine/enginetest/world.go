// Package enginetest runs the engine over a driver and a sandbox: one object, whose spec is the model itself, and a cluster in
// memory. What it leaves out is the mapping of specs to models.
package enginetest

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/rehearsal"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

const (
	namespace = "team-a"
	name      = "payroll"
	cluster   = "0123456789ab"
)

// Of says how objects of a kind are made.
type Of[O managed.Object, D backend.Model] struct {
	Kind    string
	New     func() O
	NewList func() client.ObjectList
	Driver  func(backend.Tenant) backend.Driver[D]
}

// Entitlements, Profiles and Reviews are the three kinds.
var (
	Entitlements = Of[*v1alpha1.AppEntitlement, backend.AppEntitlement]{v1alpha1.KindAppEntitlement,
		func() *v1alpha1.AppEntitlement { return &v1alpha1.AppEntitlement{} }, func() client.ObjectList { return &v1alpha1.AppEntitlementList{} }, backend.Tenant.AppEntitlements}
	Profiles = Of[*v1alpha1.AccessProfile, backend.AccessProfile]{v1alpha1.KindAccessProfile,
		func() *v1alpha1.AccessProfile { return &v1alpha1.AccessProfile{} }, func() client.ObjectList { return &v1alpha1.AccessProfileList{} }, backend.Tenant.AccessProfiles}
	Reviews = Of[*v1alpha1.AccessReview, backend.AccessReview]{v1alpha1.KindAccessReview,
		func() *v1alpha1.AccessReview { return &v1alpha1.AccessReview{} }, func() client.ObjectList { return &v1alpha1.AccessReviewList{} }, backend.Tenant.AccessReviews}
)

// died is what the process dies of.
type died struct{}

// world is one object, its operator and its vendor.
type world[O managed.Object, D backend.Model] struct {
	of     Of[O, D]
	k      vendortest.Kept[D]
	parent string
	fatal  func(format string, args ...any)

	client client.WithWatch
	r      *engine.Reconciler[O, D]
	now    time.Time
	spec   D

	// steps counts the points at which the run can be cut since the last reset; at cut it is, by how.
	steps, cut int
	how        sandbox.FaultKind // empty: the process dies
	// plant spoils what the driver declares, to see that it is noticed.
	plant func(*backend.Capabilities)
	// last is what the object said when it came to rest, and remoteID the remote that it had last.
	last, remoteID string
	// told receives each write that was made, and how many calls it took; nil for nobody.
	told func(backend.Asker, int)
	// recorder takes the place of the driver where writes are rehearsed, and the vendor's clock then stands.
	recorder *rehearsal.Recorder[D]
}

// A pass logs what it does; nobody reads that of thousands.
func init() { log.SetLogger(logr.Discard()) }

var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return s
}()

func newWorld[O managed.Object, D backend.Model](of Of[O, D], k vendortest.Kept[D], parent string, fatal func(string, ...any)) *world[O, D] {
	w := &world[O, D]{of: of, k: k, parent: parent, fatal: fatal, now: k.Now(), plant: planted(os.Getenv(plantedFault))}
	w.client = fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(of.New()).Build()
	w.restart()
	return w
}

// restart starts another process.
func (w *world[O, D]) restart() {
	kind := managed.Kind[O, D]{
		Name: w.of.Kind, New: w.of.New, NewList: w.of.NewList,
		Driver: func(t backend.Tenant) backend.Driver[D] {
			if w.recorder != nil {
				return w.recorder
			}
			return watched[D]{w.of.Driver(t), w.write, w.plant, w.tell}
		},
		Desire: func(O, *reference.Resolver) (D, string) { return backendtest.Clone(w.spec), w.parent },
	}
	w.r = engine.NewReconciler(kind, fleet.Options{
		Client: w.client, Live: w.client, Backends: w, Limits: &safety.Limits{Now: func() time.Time { return w.now }}, ClusterID: cluster,
		Now: func() time.Time { return w.now }, At: func(string) { w.step(true) },
	})
}

// step is a point at which the run can be cut: one of the engine's, or a write at the vendor.
func (w *world[O, D]) step(ours bool) {
	w.steps++
	if w.steps != w.cut {
		return
	}
	if w.how == "" {
		panic(died{})
	}
	if ours {
		return
	}
	w.k.Fault(sandbox.Fault{Class: sandbox.ClassWrite, Kind: w.how, Status: 500, Count: 1})
}

func (w *world[O, D]) write() { w.step(false) }

// tell begins to count the calls of a write; what it returns ends that.
func (w *world[O, D]) tell(ctx context.Context) func(error) {
	if w.told == nil {
		return func(error) {}
	}
	before := w.calls()
	return func(err error) {
		if err == nil {
			w.told(backend.AskerOf(ctx), w.calls()-before)
		}
	}
}

// calls counts the calls to the vendor.
func (w *world[O, D]) calls() int {
	n := w.k.Counts()
	return n.Reads + n.Writes
}

// Get implements managed.Backends.
func (w *world[O, D]) Get(context.Context, string, v1alpha1.BackendRef, bool) (*managed.Backend, error) {
	return &managed.Backend{Key: "GovernanceBackend/team-a/prod", Tenant: w.k.Fixture.Tenant, TenantKey: "key", At: "at", TenantID: "t", PinnedTenantID: "t",
		Resync: 10 * time.Minute, Verify: func(context.Context, time.Duration) (backend.TenantID, error) { return backend.TenantID{ID: "t"}, nil }}, nil
}

// Place implements managed.Backends.
func (w *world[O, D]) Place(context.Context, string, v1alpha1.BackendRef) managed.Place {
	return managed.Place{At: "at", Pinned: "t", Proven: "t"}
}

// Unauthorized implements managed.Backends.
func (w *world[O, D]) Unauthorized(_ string, err error) {
	w.fatal("the credentials are refused: %v", err)
}

// apply makes the object, which adopts the remote of an id, if there is one.
func (w *world[O, D]) apply(spec D, remoteID string) {
	w.spec = spec
	obj := w.of.New()
	obj.SetNamespace(namespace)
	obj.SetName(name)
	obj.SetUID("uid")
	obj.SetGeneration(1)
	obj.SetCreationTimestamp(metav1.NewTime(w.now))
	m := obj.GetManagedSpec()
	m.BackendRef = v1alpha1.BackendRef{Kind: v1alpha1.KindGovernanceBackend, Name: "prod"}
	m.RemoteID = remoteID
	if err := w.client.Create(context.Background(), obj); err != nil {
		w.fatal("%v", err)
	}
}

func (w *world[O, D]) get() O {
	obj := w.of.New()
	if err := w.client.Get(context.Background(), types.NamespacedName{Namespace: namespace, Name: name}, obj); err != nil {
		w.fatal("%v", err)
	}
	return obj
}

// edit gives the object another spec.
func (w *world[O, D]) edit(spec D, change func(*v1alpha1.ManagedSpec)) {
	w.spec = spec
	obj := w.get()
	obj.SetGeneration(obj.GetGeneration() + 1)
	change(obj.GetManagedSpec())
	if err := w.client.Update(context.Background(), obj); err != nil {
		w.fatal("%v", err)
	}
}

// run makes passes, in the time that they ask for, until the object stands still, and returns the reason of Synced.
func (w *world[O, D]) run() string {
	for range 60 {
		after := w.pass()
		st := w.get().GetManagedStatus()
		if a := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionAccepted); a != nil && a.Status == metav1.ConditionFalse && a.ObservedGeneration == w.get().GetGeneration() {
			return a.Reason
		}
		c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionSynced)
		if c != nil && c.ObservedGeneration == w.get().GetGeneration() {
			switch c.Reason {
			case v1alpha1.ReasonInSync, v1alpha1.ReasonFieldRemoved, v1alpha1.ReasonRefused, v1alpha1.ReasonNonConverging, v1alpha1.ReasonBlocked, v1alpha1.ReasonDraftPending,
				v1alpha1.ReasonOwnershipLost, v1alpha1.ReasonRemoteFailed:
				return c.Reason
			}
			if after > time.Minute && c.Reason == v1alpha1.ReasonVendorWorking && len(st.Settling) == 0 {
				return c.Reason // Somebody at the vendor has to act.
			}
		}
		w.pause(after)
	}
	c := meta.FindStatusCondition(w.get().GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
	w.fatal("after sixty passes: %+v, %+v", c, w.get().GetManagedStatus().Conditions)
	return ""
}

func (w *world[O, D]) pause(after time.Duration) {
	after = min(max(after, time.Second), 2*time.Minute)
	w.now = w.now.Add(after)
	if w.recorder == nil {
		w.k.Advance(after)
	}
}

// pass is one pass; a process that dies in it is followed by another one.
func (w *world[O, D]) pass() (after time.Duration) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(died); !ok {
				panic(p)
			}
			w.restart()
			after = time.Second
		}
	}()
	w.r.Force(types.NamespacedName{Namespace: namespace, Name: name})
	ctx := context.Background()
	if w.recorder != nil {
		ctx = rehearsal.ReadOnly(ctx)
	}
	result, err := w.r.Reconcile(ctx, reconcile.Request{NamespacedName: types.NamespacedName{Namespace: namespace, Name: name}})
	if err != nil {
		w.fatal("%v", err)
	}
	return result.RequeueAfter
}

// observed is all that can be read of the remote.
func (w *world[O, D]) observed() D {
	remote := w.get().GetManagedStatus().Remote
	if remote == nil {
		w.fatal("there is no remote: %s", w.said())
	}
	obs, err := w.k.Observe(context.Background(), backend.Ref{ID: remote.ID, ParentID: remote.ParentID, DetailFields: w.k.Capabilities().DetailFields})
	if err != nil || !obs.Exists {
		w.fatal("looking at %s: exists %t, %v", remote.ID, obs.Exists, err)
	}
	return obs.Actual
}

func (w *world[O, D]) said() string {
	c := meta.FindStatusCondition(w.get().GetManagedStatus().Conditions, v1alpha1.ConditionSynced)
	if c == nil {
		return "nothing"
	}
	return fmt.Sprintf("%s: %s", c.Reason, c.Message)
}

// watched is a driver whose writes are told before their first byte.
type watched[D any] struct {
	backend.Driver[D]
	write func()
	plant func(*backend.Capabilities)
	tell  func(context.Context) func(error)
}

// Capabilities implements backend.Driver.
func (d watched[D]) Capabilities() backend.Capabilities {
	caps := d.Driver.Capabilities()
	if d.plant != nil {
		d.plant(&caps)
	}
	return caps
}

func (d watched[D]) fenced(ctx context.Context) context.Context {
	return backend.WithFence(ctx, func() error {
		d.write()
		return nil
	})
}

// Create implements backend.Driver.
func (d watched[D]) Create(ctx context.Context, ref backend.Ref, desired D) (backend.Observation[D], error) {
	end := d.tell(ctx)
	obs, err := d.Driver.Create(d.fenced(ctx), ref, desired)
	end(err)
	return obs, err
}

// Update implements backend.Driver.
func (d watched[D]) Update(ctx context.Context, seen backend.Observation[D], desired D, changes backend.Changes) (backend.Observation[D], error) {
	end := d.tell(ctx)
	obs, err := d.Driver.Update(d.fenced(ctx), seen, desired, changes)
	end(err)
	return obs, err
}

// Delete implements backend.Driver.
func (d watched[D]) Delete(ctx context.Context, seen backend.Observation[D]) error {
	end := d.tell(ctx)
	err := d.Driver.Delete(ctx, seen)
	end(err)
	return err
}

// Pending implements backend.Drafter where the driver does; without it no draft may be written.
func (d watched[D]) Pending(ctx context.Context, seen backend.Observation[D], desired D, changes backend.Changes) ([]string, bool, error) {
	drafter, ok := d.Driver.(backend.Drafter[D])
	if !ok {
		return nil, false, nil
	}
	return drafter.Pending(ctx, seen, desired, changes)
}
