package fleet

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/metrics"
	"github.com/governance-operator/governance-operator/internal/engine/nametable"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/engine/shares"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
	"github.com/governance-operator/governance-operator/internal/engine/vendorclock"
	"github.com/governance-operator/governance-operator/internal/engine/waiting"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Options are what all kinds share.
type Options struct {
	// Client reads from the cache and writes; Live reads from the API server.
	Client client.Client
	Live   client.Reader
	// Events gets one event per transition, best effort.
	Events   events.EventRecorder
	Backends managed.Backends
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

// Fleet is what the process knows of all objects of one kind together. All of it is found again after a restart.
type Fleet[O managed.Object, D backend.Model] struct {
	Kind managed.Kind[O, D]
	Options

	Claims  claims.Index
	Waiting waiting.Index
	Views   snapshot.Cache[D]
	Clock   vendorclock.Clock
	Workers shares.Limiter
	places  places
	Names   nametable.Table

	mu     sync.Mutex
	forced map[types.NamespacedName]bool
	memory map[types.UID]*Memory
	uids   map[types.NamespacedName]types.UID // of the objects seen last
	filled bool
}

// New returns the fleet of a kind, which fills itself at the first pass.
func New[O managed.Object, D backend.Model](kind managed.Kind[O, D], o Options) *Fleet[O, D] {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Window == 0 {
		o.Window = DefaultWindow
	}
	if o.At == nil {
		o.At = func(string) {}
	}
	r := &Fleet[O, D]{Kind: kind, Options: o, forced: map[types.NamespacedName]bool{}, memory: map[types.UID]*Memory{}, uids: map[types.NamespacedName]types.UID{}}
	metrics.NonConverging.WithLabelValues(kind.Name) // What begins at one is no increase to Prometheus.
	metrics.StatusRefused.WithLabelValues(kind.Name)
	r.Views.Now, r.Views.Bound, r.Views.Lives, r.Views.Wanted = o.Now, r.boundIDs, r.OwnerLives, r.Names.Wanted
	r.Clock.Now = o.Now
	r.Workers = shares.Limiter{Max: o.PerNamespace, Now: o.Now, Wake: o.Wake}
	return r
}

// Force makes the next pass over the object look at the vendor even if nothing was
// asked; the sweep uses it for what differs.
func (r *Fleet[O, D]) Force(name types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forced[name] = true
}

// TakeForced reports whether a look was forced since the last pass over the object.
func (r *Fleet[O, D]) TakeForced(name types.NamespacedName) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	forced := r.forced[name]
	delete(r.forced, name)
	return forced
}

// Remember returns the memory of an object, which begins empty.
func (r *Fleet[O, D]) Remember(uid types.UID) *Memory {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.memory[uid]
	if !ok {
		m = &Memory{}
		r.memory[uid] = m
	}
	return m
}

// Forget drops all that is known of an object that is gone, and wakes those who waited for it.
func (r *Fleet[O, D]) Forget(name types.NamespacedName, uid types.UID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.forced, name)
	delete(r.memory, uid)
	r.Claims.Forget(uid)
	r.Names.Leave(uid)
	r.Names.Stop(name)
	r.Waiting.Forget(name)
	r.Freed(name)
}

// Replaced forgets the object that had this name before, when another one has it
// now or none: also one whose finalizer was cut away keeps no claim.
func (r *Fleet[O, D]) Replaced(name types.NamespacedName, uid types.UID) {
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
		r.Forget(name, before)
	}
}

// ForgetTenant drops what is known of an opened tenant that nobody uses any more.
func (r *Fleet[O, D]) ForgetTenant(key string) {
	r.Views.ForgetAll(key)
	r.Clock.Forget(key)
	r.places.forget(func(k placeKey) bool { return k.tenant == key })
}
