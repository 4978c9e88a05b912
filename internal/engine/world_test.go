package engine_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
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

const (
	namespace = "team-a"
	app       = "app-1"
	cluster   = "0123456789ab"
	backendID = v1alpha1.KindGovernanceBackend + "/" + namespace + "/prod"
)

// crash is what the engine dies of in tests.
type crash struct{ point string }

// world is a cluster, a tenant and one operator process, inside a bubble of time.
type world struct {
	t      testing.TB
	tenant *backendtest.Tenant
	client client.WithWatch
	r      *engine.Reconciler[*v1alpha1.AppEntitlement, backend.AppEntitlement]
	events *events.FakeRecorder

	backend    managed.Backend
	backendErr error
	refused    int
	lease      error
	die        string // the point at which the process dies
	seen       func(point string)
	invalid    func(*v1alpha1.AppEntitlement) error // what the API server says of a status

	mu                             sync.Mutex // guards the counts of patches and conflicts, and who was woken
	metaPatches, statusPatches     int
	metaConflicts, statusConflicts int
	uids                           int
	window                         time.Duration // DefaultWindow if zero
	id                             string        // of the cluster
	pinned                         string        // what Place says of "prod"
	places                         map[string]managed.Place
	perNamespace                   int // no bound if zero
	woken                          []types.NamespacedName
	priority                       int // of every pass
}

// scheme is shared: thousands of worlds are made.
var scheme = sync.OnceValue(func() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(v1alpha1.AddToScheme(s))
	return s
})

func newWorld(t testing.TB) *world {
	w := &world{t: t, id: cluster, tenant: newTenant(), events: events.NewFakeRecorder(10000)}
	w.client = fake.NewClientBuilder().WithScheme(scheme()).WithStatusSubresource(&v1alpha1.AppEntitlement{}).
		WithInterceptorFuncs(interceptor.Funcs{Patch: w.patch, SubResourcePatch: w.patchStatus}).Build()
	w.backend = managed.Backend{Key: backendID, Tenant: w.tenant, TenantKey: "key-1", At: "Vendor|prod:443", TenantID: "tenant-1", PinnedTenantID: "tenant-1",
		Resync: 10 * time.Minute, Verify: w.identity}
	w.restart()
	return w
}

// restart starts another process: what the old one had in memory is lost.
func (w *world) restart() {
	w.backend.Names = new(lookup.Cache).Of("key-1", w.tenant)
	w.r = engine.NewReconciler(kinds.AppEntitlement(), fleet.Options{
		Client: w.client, Live: w.client, Events: w.events, Backends: w, ClusterID: w.id, Window: w.window,
		Limits: &safety.Limits{Behind: w.leaving}, Lease: func() error { return w.lease },
		PerNamespace: w.perNamespace, Wake: w.wake,
		Priority: func(types.NamespacedName) int { return w.priority },
		At: func(point string) {
			if w.seen != nil {
				w.seen(point)
			}
			if point == w.die {
				w.die = ""
				panic(crash{point})
			}
		},
	})
}

func (w *world) Get(context.Context, string, v1alpha1.BackendRef, bool) (*managed.Backend, error) {
	if w.backendErr != nil {
		return nil, w.backendErr
	}
	b := w.backend
	b.Absent = map[string]int32{}
	b.Absent, b.DeletionsHeld = w.r.Limits.Holds(b.Key)
	return &b, nil
}

func (w *world) leaving(ctx context.Context, _ string) (total int, out []safety.Leaving, err error) {
	var list v1alpha1.AppEntitlementList
	err = w.client.List(ctx, &list)
	for i := range list.Items {
		obj := &list.Items[i]
		if managed.Leaves(obj) {
			out = append(out, safety.Leaving{UID: obj.UID, At: obj.DeletionTimestamp.Time})
		}
		if l, ok := managed.Closes(obj, func() (backend.Capabilities, bool) { return w.tenant.Entitlements.Caps, w.backend.KeepRemoved }); ok {
			out = append(out, l)
		}
	}
	return len(list.Items), out, err
}

func (w *world) identity(ctx context.Context, _ time.Duration) (backend.TenantID, error) {
	return w.tenant.Identity(ctx)
}

func (w *world) Unauthorized(string, error) { w.refused++ }

// wake notes who was woken, also by a timer.
func (w *world) wake(name types.NamespacedName) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken = append(w.woken, name)
}

// takeWoken returns who was woken since it was last asked.
func (w *world) takeWoken() []types.NamespacedName {
	w.mu.Lock()
	defer w.mu.Unlock()
	woken := w.woken
	w.woken = nil
	return woken
}

// Place says what is known of a backend: those that a test names, and "prod". Every other backend has a
// place of its name.
func (w *world) Place(_ context.Context, _ string, ref v1alpha1.BackendRef) managed.Place {
	if place, ok := w.places[ref.Name]; ok {
		return place
	}
	if ref.Name != "prod" {
		return managed.Place{At: ref.Name, Pinned: ref.Name}
	}
	return managed.Place{At: w.backend.At, Pinned: w.pinned, Proven: w.backend.TenantID}
}

func conflict(obj client.Object) error {
	return apierrors.NewConflict(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: "appentitlements"}, obj.GetName(), fmt.Errorf("changed meanwhile"))
}

// counted counts a patch, and reports whether it has to conflict.
func (w *world) counted(conflicts, patches *int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if *conflicts > 0 {
		*conflicts--
		return true
	}
	*patches++
	return false
}

func (w *world) patch(ctx context.Context, c client.WithWatch, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
	if w.counted(&w.metaConflicts, &w.metaPatches) {
		return conflict(obj)
	}
	return c.Patch(ctx, obj, patch, opts...)
}

func (w *world) patchStatus(ctx context.Context, c client.Client, sub string, obj client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
	if w.counted(&w.statusConflicts, &w.statusPatches) {
		return conflict(obj)
	}
	if w.invalid != nil {
		if err := w.invalid(obj.(*v1alpha1.AppEntitlement)); err != nil {
			return err
		}
	}
	return c.Status().Patch(ctx, obj, patch, opts...)
}

// resetCounts forgets the calls and patches so far.
func (w *world) resetCounts() {
	w.tenant.ResetCalls()
	w.metaPatches, w.statusPatches = 0, 0
}

func key(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: namespace, Name: name}
}

// apply creates an object.
func (w *world) apply(name string, change ...func(*v1alpha1.AppEntitlement)) {
	w.t.Helper()
	w.uids++
	obj := &v1alpha1.AppEntitlement{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Generation: 1,
		UID: types.UID(fmt.Sprintf("uid-%d", w.uids)), CreationTimestamp: metav1.Now()}}
	obj.Spec.BackendRef = v1alpha1.BackendRef{Kind: v1alpha1.KindGovernanceBackend, Name: "prod"}
	obj.Spec.App = v1alpha1.NamedRef{ID: app}
	obj.Spec.DisplayName = "Name of " + name
	for _, f := range change {
		f(obj)
	}
	if err := w.client.Create(context.Background(), obj); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) find(name string) (*v1alpha1.AppEntitlement, bool) {
	w.t.Helper()
	obj := &v1alpha1.AppEntitlement{}
	err := w.client.Get(context.Background(), key(name), obj)
	if client.IgnoreNotFound(err) != nil {
		w.t.Fatal(err)
	}
	return obj, err == nil
}

func (w *world) get(name string) *v1alpha1.AppEntitlement {
	w.t.Helper()
	obj, ok := w.find(name)
	if !ok {
		w.t.Fatalf("there is no %s", name)
	}
	return obj
}

// edit changes the spec or the metadata of an object; the status stays.
func (w *world) edit(name string, change func(*v1alpha1.AppEntitlement)) {
	w.t.Helper()
	obj := w.get(name)
	change(obj)
	obj.Generation++
	if err := w.client.Update(context.Background(), obj); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wipeStatus(name string) {
	w.t.Helper()
	obj := w.get(name)
	obj.Status = v1alpha1.AppEntitlementStatus{}
	if err := w.client.Status().Update(context.Background(), obj); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) delete(name string) {
	w.t.Helper()
	if err := w.client.Delete(context.Background(), w.get(name)); err != nil {
		w.t.Fatal(err)
	}
}

// pass is one pass over an object; crashed reports whether the process died in it, and
// another one was started.
func (w *world) pass(name string) (result reconcile.Result, crashed bool) {
	w.t.Helper()
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(crash); !ok {
				panic(p)
			}
			crashed = true
			w.restart()
		}
	}()
	result, err := w.r.Reconcile(context.Background(), reconcile.Request{NamespacedName: key(name)})
	if err != nil {
		w.t.Fatalf("Reconcile(%s): %v", name, err)
	}
	return result, false
}

// run makes passes, in the time that they ask for, until the next one is over a
// minute away, or nothing is asked for.
func (w *world) run(names ...string) {
	w.t.Helper()
	for _, name := range names {
		for range 40 {
			result, crashed := w.pass(name)
			if crashed {
				continue
			}
			if result.RequeueAfter == 0 || result.RequeueAfter > 90*time.Second {
				break
			}
			time.Sleep(result.RequeueAfter)
		}
	}
}

// force makes the next pass look, as the sweep does for what differs.
func (w *world) force(names ...string) {
	w.t.Helper()
	for _, name := range names {
		w.r.Force(key(name))
	}
	w.run(names...)
}

func (w *world) remoteID(name string) string {
	w.t.Helper()
	if remote := w.get(name).Status.Remote; remote != nil {
		return remote.ID
	}
	return ""
}

func (w *world) condition(name, kind string) string {
	w.t.Helper()
	c := meta.FindStatusCondition(w.get(name).Status.Conditions, kind)
	if c == nil {
		return "absent"
	}
	return string(c.Status) + "/" + c.Reason
}

func (w *world) message(name, kind string) string {
	w.t.Helper()
	if c := meta.FindStatusCondition(w.get(name).Status.Conditions, kind); c != nil {
		return c.Message
	}
	return ""
}

func (w *world) wantSynced(name, want string) {
	w.t.Helper()
	if got := w.condition(name, v1alpha1.ConditionSynced); got != want {
		w.t.Errorf("%s: Synced is %s (%s), want %s", name, got, w.message(name, v1alpha1.ConditionSynced), want)
	}
}

func (w *world) wantReady(name, want string) {
	w.t.Helper()
	if got := w.condition(name, v1alpha1.ConditionReady); got != want {
		w.t.Errorf("%s: Ready is %s (%s), want %s", name, got, w.message(name, v1alpha1.ConditionReady), want)
	}
}

func (w *world) wantRemotes(want ...string) {
	w.t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, w.tenant.Entitlements.IDs()); diff != "" {
		w.t.Errorf("remotes (-want +got):\n%s", diff)
	}
}

// wantCalls compares what was called and patched since the counts were reset.
func (w *world) wantCalls(creates, updates, deletes, metadata, status int) {
	w.t.Helper()
	got := []int{w.tenant.Calls(backendtest.VerbCreate), w.tenant.Calls(backendtest.VerbUpdate), w.tenant.Calls(backendtest.VerbDelete), w.metaPatches, w.statusPatches}
	if diff := cmp.Diff([]int{creates, updates, deletes, metadata, status}, got); diff != "" {
		w.t.Errorf("creates, updates, deletes, metadata patches, status patches (-want +got):\n%s", diff)
	}
}

func (w *world) wantGone(name string) {
	w.t.Helper()
	if obj, ok := w.find(name); ok {
		w.t.Errorf("%s is still there: finalizers %v, Synced %s (%s)", name, obj.Finalizers,
			w.condition(name, v1alpha1.ConditionSynced), w.message(name, v1alpha1.ConditionSynced))
	}
}

// nameAtVendor is the display name of a remote.
func (w *world) nameAtVendor(id string) string {
	w.t.Helper()
	actual, _, ok := w.tenant.Entitlements.Has(id)
	if !ok {
		w.t.Fatalf("there is no remote %s", id)
	}
	return backend.Value(actual.DisplayName)
}

func (w *world) rename(id, name string) {
	w.tenant.Entitlements.Edit(id, func(e *backend.AppEntitlement) { e.DisplayName = backend.To(name) })
}

// happened lists the events so far, and forgets them.
func (w *world) happened() []string {
	var out []string
	for {
		select {
		case e := <-w.events.Events:
			out = append(out, e)
		default:
			return out
		}
	}
}

func manage(creation v1alpha1.CreationPolicy, drift v1alpha1.DriftPolicy, deletion v1alpha1.DeletionPolicy) func(*v1alpha1.AppEntitlement) {
	return func(e *v1alpha1.AppEntitlement) {
		e.Spec.Management = &v1alpha1.Management{Creation: creation, Drift: drift, Deletion: deletion}
	}
}

// sleepPast lets so much time pass that what is applied now is younger than all that is there.
func (w *world) sleepPast() { time.Sleep(2 * time.Second) }
