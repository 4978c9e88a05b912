// Package controller wires the engine to the kinds: what wakes an object, and how a
// spec becomes a model.
package controller

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/engine/shares"
	"github.com/governance-operator/governance-operator/internal/kinds"
	"github.com/governance-operator/governance-operator/internal/queue"
	"github.com/governance-operator/governance-operator/internal/reference"
	"github.com/governance-operator/governance-operator/internal/sweep"
	"github.com/governance-operator/governance-operator/internal/telemetry"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// +kubebuilder:rbac:groups=governance-operator.io,resources=appentitlements,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=appentitlements/status,verbs=patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=accessprofiles,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=accessprofiles/status,verbs=patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=accessreviews,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=governance-operator.io,resources=accessreviews/status,verbs=patch

// Options configure the controllers.
type Options struct {
	// Vendors is the registry.
	Vendors []backend.Vendor
	// ClusterID marks our remotes.
	ClusterID string
	// OperatorNamespace holds the Secrets of cluster backends.
	OperatorNamespace string
	// ClusterKind: ClusterGovernanceBackend is on; off in namespaced mode.
	ClusterKind   bool
	AllowInsecure bool
	// Outside: backends of namespaces may not name an address of the manager's own host.
	Outside   bool
	UserAgent string
	// CallTimeout replaces how long a call to a vendor may take, if it is set.
	CallTimeout time.Duration
	// Observe returns what receives every call to a host of a vendor; nil for nobody.
	Observe func(vendor, host string) backend.Observer
	// Concurrency is how many objects of a kind are worked on at once for one namespace.
	Concurrency int
	// ResyncInterval replaces spec.resyncInterval of every backend, if it is set.
	ResyncInterval time.Duration
	// ReviewPoll, DetailPeriod, SweepEvery, Window and HealthEvery replace the usual paces, if they are set.
	ReviewPoll, DetailPeriod, SweepEvery, Window, HealthEvery time.Duration
	// Lease reports whether this process may write.
	Lease func() error
	// At is called at the named points of the write path, for tests.
	At func(point string)
	// SkipNameValidation lets several managers run in one process, for tests.
	SkipNameValidation *bool
}

// Setup adds every controller to mgr.
func Setup(ctx context.Context, mgr manager.Manager, o Options) error {
	if err := installed(mgr.GetRESTMapper(), o.ClusterKind); err != nil {
		return err
	}
	if err := addIndexes(ctx, mgr); err != nil {
		return fmt.Errorf("indexing: %w", err)
	}
	backendWakes := map[string]chan event.GenericEvent{
		v1alpha1.KindGovernanceBackend:        make(chan event.GenericEvent, 1024),
		v1alpha1.KindClusterGovernanceBackend: make(chan event.GenericEvent, 1024),
	}
	wakeBackend := func(key string) {
		kind, name := keyName(key)
		w, ok := backendWakes[kind]
		if !ok {
			return
		}
		obj := newBackend(kind)
		obj.SetNamespace(name.Namespace)
		obj.SetName(name.Name)
		go func() { w <- event.GenericEvent{Object: obj} }()
	}
	limits := &safety.Limits{Tripped: wakeBackend, Behind: func(ctx context.Context, key string) (int, []safety.Leaving, error) {
		return leaving(ctx, mgr.GetClient(), key, o.Vendors)
	}}
	pool := &tenancy.Pool{
		Client: mgr.GetClient(), Vendors: o.Vendors, OperatorNamespace: o.OperatorNamespace, ClusterKind: o.ClusterKind,
		AllowInsecure: o.AllowInsecure, Outside: o.Outside, UserAgent: o.UserAgent, CallTimeout: o.CallTimeout, Limits: limits, Changed: wakeBackend, Observe: o.Observe, ResyncInterval: o.ResyncInterval,
		Left: telemetry.DropMetrics,
	}
	var forgets []func(tenantKey string)
	pool.Dropped = func(tenantKey string) {
		for _, forget := range forgets {
			forget(tenantKey)
		}
	}
	crds := newDefinitions(mgr.GetAPIReader())
	shared := fleet.Options{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Events: mgr.GetEventRecorder("governance-operator"),
		Backends: pool, Limits: limits, ClusterID: o.ClusterID, Lease: o.Lease, Window: o.Window, At: o.At,
		Users: func(ctx context.Context, of reference.Object) ([]reference.Object, error) {
			return Users(ctx, mgr.GetClient(), of)
		},
		Terminating: crds.terminating, TerminatingNow: crds.terminatingNow,
	}
	entitlements, forget, err := setupKind(mgr, o, kinds.AppEntitlement(), shared)
	if err != nil {
		return err
	}
	forgets = append(forgets, forget)
	profiles, forget, err := setupKind(mgr, o, kinds.AccessProfile(), shared)
	if err != nil {
		return err
	}
	forgets = append(forgets, forget)
	reviews, forget, err := setupKind(mgr, o, kinds.AccessReview(o.ReviewPoll), shared)
	if err != nil {
		return err
	}
	forgets = append(forgets, forget)
	swept := []sweep.Kind{entitlements, profiles, reviews}
	log := &SweepLog{}
	for kind, w := range backendWakes {
		if kind == v1alpha1.KindClusterGovernanceBackend && !o.ClusterKind {
			continue
		}
		if err := setupBackend(mgr, o, kind, w, pool, log); err != nil {
			return err
		}
	}
	if err := crds.watch(ctx, mgr, swept); err != nil {
		return fmt.Errorf("watching definitions: %w", err)
	}
	if err := newCollector(mgr, pool, log).register(); err != nil {
		return fmt.Errorf("registering metrics: %w", err)
	}
	return mgr.Add(&sweep.Sweeper{
		Kinds: swept, Every: o.SweepEvery, DetailPeriod: o.DetailPeriod, Done: log.Done,
		Targets: pool.Targets, Open: pool.ForSweep,
	})
}

// setupKind adds the controller of one kind, and returns how it is swept and how it forgets a tenant.
func setupKind[O managed.Object, D backend.Model](mgr manager.Manager, o Options, kind managed.Kind[O, D], shared fleet.Options) (sweep.Kind, func(tenantKey string), error) {
	q := queue.New(kind.Name)
	shared.PerNamespace = max(o.Concurrency, 1)
	shared.Wake = func(name types.NamespacedName) { q.Add(reconcile.Request{NamespacedName: name}) }
	shared.Priority = func(name types.NamespacedName) int { return q.Working(reconcile.Request{NamespacedName: name}) }
	r := engine.NewReconciler(kind, shared)
	b := builder.ControllerManagedBy(mgr).
		Named(kind.Name).
		Watches(kind.New(), unfinishedFirst(), builder.WithPredicates(userChangePredicate())).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: shares.Workers(max(o.Concurrency, 1)),
			SkipNameValidation:      o.SkipNameValidation,
			EnableWarmup:            ptr.To(true),
			NewQueue: func(string, workqueue.TypedRateLimiter[reconcile.Request]) workqueue.TypedRateLimitingInterface[reconcile.Request] {
				return q
			},
		})
	for _, w := range watches(mgr.GetClient(), kind.Name, o.ClusterKind) {
		b = b.Watches(w.target, queue.At(queue.Dependency, handler.EnqueueRequestsFromMapFunc(w.wakes)), builder.WithPredicates(w.when))
	}
	return sweep.Kind{
		Name:  kind.Name,
		Sweep: r.Sweep, AskNames: r.AskNames,
		Queue: func(list []types.NamespacedName) {
			q.AddWithOpts(priorityqueue.AddOpts{Priority: ptr.To(queue.Drift)}, requests(list)...)
		},
	}, r.ForgetTenant, b.Complete(r)
}

// healthWorkers look at backends. They mostly wait, and how many do so for one namespace is bounded by the pool.
const healthWorkers = 64

func newBackend(kind string) tenancy.Object {
	if kind == v1alpha1.KindClusterGovernanceBackend {
		return &v1alpha1.ClusterGovernanceBackend{}
	}
	return &v1alpha1.GovernanceBackend{}
}

func setupBackend(mgr manager.Manager, o Options, kind string, w chan event.GenericEvent, pool *tenancy.Pool, log *SweepLog) error {
	r := &BackendReconciler{
		Client: mgr.GetClient(), Events: mgr.GetEventRecorder("governance-operator"), Pool: pool, Sweeps: log, Every: o.HealthEvery,
		New: func() tenancy.Object { return newBackend(kind) },
		Behind: func(ctx context.Context, key string) (map[string]int, int, error) {
			return behind(ctx, mgr.GetClient(), key)
		},
	}
	b := builder.ControllerManagedBy(mgr).
		Named(kind).
		For(newBackend(kind), builder.WithPredicates(userChangePredicate())).
		WatchesRawSource(source.Channel(w, &handler.EnqueueRequestForObject{})).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: healthWorkers, SkipNameValidation: o.SkipNameValidation,
			EnableWarmup: ptr.To(true), RateLimiter: queue.NewRateLimiter(),
		})
	for _, target := range managedKinds {
		b = b.Watches(reference.New(target), counted(mgr.GetClient(), kind), builder.WithPredicates(finalizerMoved()))
	}
	return b.Complete(r)
}
