package engine

import (
	"context"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/engine/shares"
	"github.com/governance-operator/governance-operator/internal/queue"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Options are what all kinds share.
type Options struct {
	// Client reads from the cache and writes; Live reads from the API server.
	Client client.Client
	Live   client.Reader
	// Events gets one event per transition, best effort.
	Events   events.EventRecorder
	Backends Backends
	Limits   *safety.Limits
	// ClusterID marks our remotes: 12 hex digits, or --cluster-id.
	ClusterID string
	// Terminating reports whether the CRD of a kind is being deleted.
	Terminating func(kind string) bool
	// TerminatingNow asks the API server the same, before anything is deleted at a vendor.
	TerminatingNow func(ctx context.Context, kind string) (bool, error)
	// Lease reports whether this process may write; nil permits.
	Lease func() error
	// Window is how long an open attempt may still bring a remote; DefaultWindow if zero.
	Window time.Duration
	// Now is the clock; time.Now if nil.
	Now func() time.Time
	// At is called at the named points of the write path; for tests that kill there.
	At func(point string)
	// PerNamespace is how many objects of a kind are worked on at once for one namespace; one tenant gets
	// about half. No bound if zero.
	PerNamespace int
	// Users lists the objects that refer to one and are not being deleted, in order; nil knows of none.
	Users func(ctx context.Context, of reference.Object) ([]reference.Object, error)
	// Wake queues an object that waited for its turn, or for another object. It is needed where PerNamespace is set.
	Wake func(name types.NamespacedName)
	// Priority is that of the object that is worked on, one of those of package queue; an edit if nil.
	Priority func(name types.NamespacedName) int
}

// DefaultWindow is lease (15 s) + age of a claim (10 s) + request time-out (30 s) + list lag (5 s).
const DefaultWindow = 60 * time.Second

// claimAge is how old a claim may be when its first byte is sent.
const claimAge = 10 * time.Second

// Reconciler is the engine for one kind.
type Reconciler[O Object, D backend.Model] struct {
	Kind Kind[O, D]
	Options

	claims  claims.Index
	waiting waiting
	views   views[D]
	clock   clock
	workers shares.Limiter
	places  places
	names   nameTable

	mu     sync.Mutex
	forced map[types.NamespacedName]bool
	memory map[types.UID]*memory
	uids   map[types.NamespacedName]types.UID // of the objects seen last
	filled bool
}

// memory is what the process remembers of an object; a restart forgives it.
type memory struct {
	repeated  int    // how often in a row the same write was sent
	write     string // that write
	askedFor  string // the generation and request that it was sent for
	failures  int    // retryable errors in a row
	writes    int    // writes in a row that left something to do
	stuck     int    // passes in a row that ended for the same reason
	stuckFor  string // that reason
	pollAt    time.Time
	refused   bool // the event about a refused status was sent
	copied    bool // the event about a copied intent was sent
	names     naming
	wrote     []string  // what is in the spec of an object without a memory, nil while it is not known
	tailAt    time.Time // when the tail is read next
	version   string    // that our last patch made
	versionAt time.Time
	readyFor  int64 // the generation that was Ready last
	drift     drifting
	missed    missed
	doubt     doubt
	narrowed  string // what was looked for last of a spec that waits, and is as it should be
}

// NewReconciler returns the engine for kind.
func NewReconciler[O Object, D backend.Model](kind Kind[O, D], o Options) *Reconciler[O, D] {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Window == 0 {
		o.Window = DefaultWindow
	}
	if o.At == nil {
		o.At = func(string) {}
	}
	r := &Reconciler[O, D]{Kind: kind, Options: o, forced: map[types.NamespacedName]bool{}, memory: map[types.UID]*memory{}, uids: map[types.NamespacedName]types.UID{}}
	nonConverging.WithLabelValues(kind.Name) // What begins at one is no increase to Prometheus.
	statusRefused.WithLabelValues(kind.Name)
	r.views.now, r.views.bound, r.views.lives, r.views.wanted = o.Now, r.boundIDs, r.ownerLives, r.names.wanted
	r.clock.now = o.Now
	r.workers = shares.Limiter{Max: o.PerNamespace, Now: o.Now, Wake: o.Wake}
	return r
}

// Force makes the next pass over the object look at the vendor even if nothing was
// asked; the sweep uses it for what differs.
func (r *Reconciler[O, D]) Force(name types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forced[name] = true
}

func (r *Reconciler[O, D]) takeForced(name types.NamespacedName) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	forced := r.forced[name]
	delete(r.forced, name)
	return forced
}

func (r *Reconciler[O, D]) remember(uid types.UID) *memory {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.memory[uid]
	if !ok {
		m = &memory{}
		r.memory[uid] = m
	}
	return m
}

func (r *Reconciler[O, D]) forget(name types.NamespacedName, uid types.UID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.forced, name)
	delete(r.memory, uid)
	r.claims.Forget(uid)
	r.names.leave(uid)
	r.names.stop(name)
	r.waiting.forget(name)
	r.freed(name)
}

// Reconcile does one pass over one object.
func (r *Reconciler[O, D]) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	turn, working := r.workers.Take(req.NamespacedName)
	defer func() {
		if working {
			r.workers.Leave(turn)
		}
	}()
	p, result, err := r.load(ctx, req.NamespacedName)
	if p == nil {
		if working && result.Priority == nil && result.RequeueAfter > 0 { // The cache is waited for: it keeps its place.
			result.Priority = &turn.Priority
		}
		return result, err
	}
	if !working {
		turn = r.turnOf(ctx, p.obj)
		if working = r.workers.Enter(req.NamespacedName, turn); !working {
			r.Force(req.NamespacedName) // Whatever asked for this pass still does when its turn comes.
			return reconcile.Result{}, nil
		}
	}
	p.turn = turn
	result, waits, err := r.work(ctx, p)
	working = !waits
	return result, err
}

// load begins a pass, and returns none where there is nothing to do: then the result is all.
func (r *Reconciler[O, D]) load(ctx context.Context, name types.NamespacedName) (*pass[O, D], reconcile.Result, error) {
	if err := r.fillClaims(ctx); err != nil {
		return nil, reconcile.Result{}, err
	}
	obj := r.Kind.New()
	err := r.Client.Get(ctx, name, obj)
	if apierrors.IsNotFound(err) {
		r.replaced(name, "")
	}
	if err != nil {
		return nil, reconcile.Result{}, client.IgnoreNotFound(err)
	}
	r.replaced(name, obj.GetUID())
	if cleansed, err := r.cleanse(ctx, obj); cleansed || err != nil {
		return nil, later(atOnce), err
	}
	p := r.begin(obj)
	if p.finalizerReleased() {
		r.forget(name, obj.GetUID())
		return nil, reconcile.Result{}, nil
	}
	if p.memory.lags(obj.GetResourceVersion(), r.Now()) {
		return nil, reconcile.Result{RequeueAfter: lagAgain}, nil
	}
	p.recall(ctx)
	if after, fresh := p.upToDate(ctx); fresh {
		return nil, later(after), nil
	}
	return p, reconcile.Result{}, nil
}

// work runs a pass and writes down what became of it. waits: it stands in line again, and has no worker any more.
func (r *Reconciler[O, D]) work(ctx context.Context, p *pass[O, D]) (result reconcile.Result, waits bool, err error) {
	ctx, span := p.trace(ctx)
	defer span.End()
	holding, release := backend.Holding(backend.WithPriority(ctx, p.turn.Class()))
	defer release()
	out := p.run(holding)
	if out.plan == nil {
		out.plan = decision.Undecided // An error or a problem came first.
	}
	if p.wait > 0 {
		// Nothing was learnt, and nothing is told. Whatever asked for this pass still does.
		r.Force(p.name())
		return reconcile.Result{RequeueAfter: p.wait, Priority: &p.turn.Priority}, false, nil
	}
	if out.paced && !out.wrote && r.PerNamespace > 0 {
		r.Force(p.name())
		r.workers.Wait(p.name(), p.turn, backend.AfterOf(out.err))
		return reconcile.Result{}, true, nil
	}
	after, err := p.writeStatus(ctx, out)
	p.record(ctx, out, err)
	if apierrors.IsConflict(err) {
		return later(time.Second), false, nil
	}
	if err == nil && after == atOnce {
		return reconcile.Result{RequeueAfter: after, Priority: &p.turn.Priority}, false, nil
	}
	return later(after), false, err
}

// later comes back as a retry, however the object came this time.
func later(after time.Duration) reconcile.Result {
	return reconcile.Result{RequeueAfter: after, Priority: ptr.To(queue.Retry)}
}

// turnOf is the place in line that a pass over the object would take: with all that call the
// same place, which is known before anybody there has answered.
func (r *Reconciler[O, D]) turnOf(ctx context.Context, obj O) shares.Turn {
	t := shares.Turn{Namespace: obj.GetNamespace(), Tenant: r.Backends.Place(ctx, obj.GetNamespace(), obj.GetManagedSpec().BackendRef).At, Since: r.Now()}
	if t.Tenant == "" {
		t.Tenant = BackendKey(obj)
	}
	if r.Priority != nil {
		t.Priority = r.Priority(client.ObjectKeyFromObject(obj))
	}
	if !obj.GetDeletionTimestamp().IsZero() {
		t.Priority = min(t.Priority, queue.Deletion)
	}
	return t
}

// replaced forgets the object that had this name before, when another one has it
// now or none: also one whose finalizer was cut away keeps no claim.
func (r *Reconciler[O, D]) replaced(name types.NamespacedName, uid types.UID) {
	r.mu.Lock()
	before := r.uids[name]
	if uid == "" {
		delete(r.uids, name)
		delete(r.forced, name)
	} else {
		r.uids[name] = uid
	}
	r.mu.Unlock()
	if before != "" && before != uid {
		r.forget(name, before)
	}
}

// fillClaims fills the claim index from the stored objects, once.
func (r *Reconciler[O, D]) fillClaims(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.filled {
		return nil
	}
	objects, err := r.list(ctx)
	if err != nil {
		return err
	}
	for _, obj := range objects {
		spec, st := obj.GetManagedSpec(), obj.GetManagedStatus()
		r.uids[client.ObjectKeyFromObject(obj)] = obj.GetUID()
		c := claimantOf(obj)
		if st.Remote != nil && st.Remote.ID != "" {
			c.Bound = true
			r.claims.Note(claims.Key{Tenant: st.Remote.TenantID, Kind: r.Kind.Name, Parent: st.Remote.ParentID, ID: st.Remote.ID}, c)
		} else if intent, _ := readIntent(obj); spec.RemoteID != "" && intent != nil {
			r.claims.Note(claims.Key{Tenant: intent.Tenant, Kind: r.Kind.Name, Parent: intent.ParentID, ID: spec.RemoteID}, c)
		}
		r.fillNames(ctx, obj, c)
	}
	r.filled = true
	return nil
}

// list returns every object of the kind. They are the cache's own and must not be changed.
func (r *Reconciler[O, D]) list(ctx context.Context) ([]O, error) {
	list := r.Kind.NewList()
	if err := r.Client.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
		return nil, err
	}
	var out []O
	err := meta.EachListItem(list, func(o runtime.Object) error {
		out = append(out, o.(O))
		return nil
	})
	return out, err
}

// boundIDs lists the remotes of a parent that objects behind a backend of the same place are bound to, and the
// generations of the objects there that have no remote yet.
func (r *Reconciler[O, D]) boundIDs(ctx context.Context, b *Backend, parent string) (ids []string, unborn map[types.UID]int64, err error) {
	objects, err := r.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	here := map[string]bool{b.Key: true}
	unborn = map[types.UID]int64{}
	for _, obj := range objects {
		remote := obj.GetManagedStatus().Remote
		bound := remote != nil && remote.ID != ""
		if bound && (!b.Lives(remote.TenantID) || remote.ParentID != parent) {
			continue
		}
		key := BackendKey(obj)
		is, known := here[key]
		if !known {
			is = r.Backends.Place(ctx, obj.GetNamespace(), obj.GetManagedSpec().BackendRef).At == b.At
			here[key] = is
		}
		switch {
		case !is:
		case bound:
			ids = append(ids, remote.ID)
		default:
			unborn[obj.GetUID()] = obj.GetGeneration()
		}
	}
	return ids, unborn, nil
}

// ForgetTenant drops what is known of an opened tenant that nobody uses any more.
func (r *Reconciler[O, D]) ForgetTenant(key string) {
	r.views.forgetAll(key)
	r.clock.forget(key)
	r.places.forget(func(k placeKey) bool { return k.tenant == key })
}
