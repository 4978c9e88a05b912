package gather

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/nametable"
	"github.com/governance-operator/governance-operator/internal/engine/shares"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Situation is what a pass gathers about one object: what is asked, what is there, and how they differ.
type Situation[O managed.Object, D backend.Model] struct {
	Fleet  *fleet.Fleet[O, D]
	Obj    O
	Stored O // as it was read, for the patches
	Memory *fleet.Memory
	Turn   shares.Turn
	Began  time.Time
	forced bool // a sweep, or whoever waited in line, wants a look

	Intent        *managed.Intent
	ForeignIntent bool
	Copied        bool // the intent was another object's when the pass began

	Backend   *managed.Backend
	Driver    backend.Driver[D]
	Caps      backend.Capabilities
	Resolver  *reference.Resolver
	answers   map[backend.Name]backend.Answer
	Aside     aside
	Narrowing narrowing
	Desired   D
	Removed   removal[D]
	ParentID  string

	Suspension managed.Suspension // of the object, as the pass began; its backend may be suspended besides
	Facts      decision.Facts
	Seen       backend.Observation[D]
	Changes    backend.Changes
	Settling   []backend.Settling // what of it is not shown yet
	ClaimedBy  string
	Drafted    []string           // fields of somebody's draft that differ, and are not the spec's to write
	TooLate    string             // why no remote is made: it would be over before, or the spec lacks something
	Lacks      bool               // it is the second
	NameHolder string             // a remote that may be what an attempt made, without its mark
	Users      []reference.Object // who refers to it, where that holds it
	Wait       time.Duration      // until the next look at names that many share
	WroteTo    string             // the remote that a write of this pass has reached
	LookAt     time.Time          // when what was refused for its name looks again
	HeldUntil  time.Time
	Warnings   []backend.Problem // what the spec needs of a person at the vendor
}

// Begin starts a pass over an object that was just read.
func Begin[O managed.Object, D backend.Model](r *fleet.Fleet[O, D], obj O) *Situation[O, D] {
	p := &Situation[O, D]{Fleet: r, Obj: obj, Stored: obj.DeepCopyObject().(O), Memory: r.Remember(obj.GetUID()), Began: r.Now(), Suspension: managed.SuspensionOf(obj, r.Now())}
	p.Intent, p.ForeignIntent = managed.ReadIntent(obj)
	p.Copied = p.ForeignIntent
	if asked := fmt.Sprint(obj.GetGeneration(), " ", p.Requested()); p.Memory.AskedFor != asked {
		p.Memory.AskedFor, p.Memory.Repeated, p.Memory.Writes, p.Memory.Stuck = asked, 0, 0, 0 // Somebody wants another try.
		p.Memory.Doubt = fleet.Doubt{}
	}
	p.takeDoubt()
	if r.Waiting.TakeWoken(p.Name()) {
		p.Memory.Stuck = 0
	}
	if p.ReadyNow(p.Status()) {
		p.Memory.ReadyFor = obj.GetGeneration() // Also of what was Ready before this process started.
	}
	return p
}

// Name is the name of the object.
func (p *Situation[O, D]) Name() client.ObjectKey { return client.ObjectKeyFromObject(p.Obj) }

// Spec is what all kinds have in their specs.
func (p *Situation[O, D]) Spec() *v1alpha1.ManagedSpec { return p.Obj.GetManagedSpec() }

// Status is what all kinds have in their status, to be changed.
func (p *Situation[O, D]) Status() *v1alpha1.ManagedStatus { return p.Obj.GetManagedStatus() }

// Remote returns the remote of the status, never nil.
func (p *Situation[O, D]) Remote() *v1alpha1.RemoteStatus {
	st := p.Status()
	if st.Remote == nil {
		st.Remote = &v1alpha1.RemoteStatus{}
	}
	return st.Remote
}

// BoundID is the id of the remote that the object is bound to, empty if there is none.
func (p *Situation[O, D]) BoundID() string { return managed.BoundID(p.Obj) }

// Deleting reports whether the object is being deleted.
func (p *Situation[O, D]) Deleting() bool { return !p.Obj.GetDeletionTimestamp().IsZero() }

// HasFinalizer reports whether our finalizer holds the object.
func (p *Situation[O, D]) HasFinalizer() bool {
	return controllerutil.ContainsFinalizer(p.Obj, v1alpha1.Finalizer)
}

// FinalizerReleased reports whether nothing is owed for a deleted object any more.
func (p *Situation[O, D]) FinalizerReleased() bool { return p.Deleting() && !p.HasFinalizer() }

// Requested is what people ask by annotation, see managed.Requested.
func (p *Situation[O, D]) Requested() string { return managed.Requested(p.Obj) }

// asked reports whether a person wants another look.
func (p *Situation[O, D]) asked() bool {
	return p.Requested() != "" && p.Requested() != p.Status().LastHandledReconcileAt
}

// ReadyNow reports whether a status says Ready for the generation of this pass.
func (p *Situation[O, D]) ReadyNow(st *v1alpha1.ManagedStatus) bool {
	c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady)
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration == p.Obj.GetGeneration()
}

// SyncedIs reports whether Synced reads so already, for this generation.
func (p *Situation[O, D]) SyncedIs(m decision.State) bool {
	c := meta.FindStatusCondition(p.Status().Conditions, v1alpha1.ConditionSynced)
	return c != nil && string(c.Status) == string(m.Status) && c.Reason == m.Reason && c.ObservedGeneration == p.Obj.GetGeneration()
}

// converged reports whether the last pass found nothing more to do.
func (p *Situation[O, D]) converged() bool {
	c := meta.FindStatusCondition(p.Status().Conditions, v1alpha1.ConditionSynced)
	return c != nil && c.ObservedGeneration == p.Obj.GetGeneration() &&
		(c.Status == metav1.ConditionTrue || c.Reason == v1alpha1.ReasonDrifted)
}

// Key is what the remote is looked for by.
func (p *Situation[O, D]) Key() backend.Key { return p.Desired.Key() }

// Mark is what our remotes bear.
func (p *Situation[O, D]) Mark() backend.Mark {
	m := backend.Mark{Owner: managed.FullName(p.Obj), Cluster: p.Fleet.ClusterID}
	if p.Intent != nil {
		m.Token = p.Intent.Token
	}
	return m
}

// NameKey is a name in the place where the remote is to be.
func (p *Situation[O, D]) NameKey(name string) nametable.Key {
	return nametable.Key{At: p.Backend.At, Tenant: p.Backend.TenantID, Parent: p.ParentID, Name: name}
}

// Target is what is compared and written: all that is desired, or what of it is not held.
func (p *Situation[O, D]) Target() D {
	if p.Removed.Less != nil {
		return *p.Removed.Less
	}
	return p.Desired
}

// Poll is when to look again at a remote that moves by itself; zero means never.
func (p *Situation[O, D]) Poll() time.Duration {
	if p.Fleet.Kind.Poll == nil {
		return 0
	}
	return p.Fleet.Kind.Poll(p.Obj)
}

// Resync is how often the backend is swept.
func (p *Situation[O, D]) Resync() time.Duration {
	if p.Backend != nil && p.Backend.Resync > 0 {
		return p.Backend.Resync
	}
	return 10 * time.Minute
}

// Moment is now, in the precision that the API server keeps.
func (p *Situation[O, D]) Moment() *metav1.Time {
	now := metav1.NewTime(p.Fleet.Now().Truncate(time.Second))
	return &now
}
