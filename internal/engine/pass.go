package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/shares"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// mappingVersion moves when the way specs become models changes. It stands before the
// digest of the inputs: after an upgrade the next sweep compares what was mapped another
// way field by field, and no object is read or written for it.
const mappingVersion = "v2"

// pass is one walk over one object.
type pass[O Object, D backend.Model] struct {
	r      *Reconciler[O, D]
	obj    O
	stored O // as it was read, for the patches
	memory *memory
	turn   shares.Turn
	began  time.Time
	acted  bool // something was about to be sent
	forced bool // a sweep, or whoever waited in line, wants a look

	intent        *Intent
	foreignIntent bool
	copied        bool // the intent was another object's when the pass began

	backend   *Backend
	driver    backend.Driver[D]
	caps      backend.Capabilities
	resolver  *reference.Resolver
	answers   map[backend.Name]backend.Answer
	aside     aside
	narrowing narrowing
	desired   D
	removed   removal[D]
	parentID  string

	facts      decision.Facts
	seen       backend.Observation[D]
	changes    backend.Changes
	settling   []backend.Settling // what of it is not shown yet
	claimedBy  string
	drafted    []string           // fields of somebody's draft that differ, and are not the spec's to write
	tooLate    string             // why no remote is made: it would be over before, or the spec lacks something
	lacks      bool               // it is the second
	namesake   string             // a remote that may be what an attempt made, without its mark
	holder     string             // the living object of this cluster that has what this one wants
	users      []reference.Object // who refers to it, where that holds it
	wait       time.Duration      // until the next look at names that many share
	wroteTo    string             // the remote that a write of this pass has reached
	lookAt     time.Time          // when what was refused for its name looks again
	heldUntil  time.Time
	warnings   []backend.Problem // what the spec needs of a person at the vendor
	claimStamp time.Time
	sent       []string // fields that a write sent
	noted      []string // fields of them that were noted for the first time
	said       string   // what became of them, for people
	why        backend.WriteReason
}

func (r *Reconciler[O, D]) begin(obj O) *pass[O, D] {
	p := &pass[O, D]{r: r, obj: obj, stored: obj.DeepCopyObject().(O), memory: r.remember(obj.GetUID()), began: r.Now()}
	p.intent, p.foreignIntent = readIntent(obj)
	p.copied = p.foreignIntent
	if asked := fmt.Sprint(obj.GetGeneration(), " ", p.requested()); p.memory.askedFor != asked {
		p.memory.askedFor, p.memory.repeated, p.memory.writes, p.memory.stuck = asked, 0, 0, 0 // Somebody wants another try.
		p.memory.doubt = doubt{}
	}
	p.takeDoubt()
	if r.waiting.takeWoken(p.name()) {
		p.memory.stuck = 0
	}
	if p.readyNow(p.status()) {
		p.memory.readyFor = obj.GetGeneration() // Also of what was Ready before this process started.
	}
	return p
}

func (p *pass[O, D]) deleting() bool                  { return !p.obj.GetDeletionTimestamp().IsZero() }
func (p *pass[O, D]) status() *v1alpha1.ManagedStatus { return p.obj.GetManagedStatus() }
func (p *pass[O, D]) spec() *v1alpha1.ManagedSpec     { return p.obj.GetManagedSpec() }
func (p *pass[O, D]) hasFinalizer() bool {
	return controllerutil.ContainsFinalizer(p.obj, v1alpha1.Finalizer)
}
func (p *pass[O, D]) name() client.ObjectKey  { return client.ObjectKeyFromObject(p.obj) }
func (p *pass[O, D]) requested() string       { return requestOf(p.obj) }
func (p *pass[O, D]) finalizerReleased() bool { return p.deleting() && !p.hasFinalizer() }

// remote returns the remote of the status, never nil.
func (p *pass[O, D]) remote() *v1alpha1.RemoteStatus {
	st := p.status()
	if st.Remote == nil {
		st.Remote = &v1alpha1.RemoteStatus{}
	}
	return st.Remote
}

func (p *pass[O, D]) boundID() string { return boundOf(p.obj) }

// upToDate reports whether nothing is asked of this pass, and when to come back. Time plays
// no part but for a poll that is due.
func (p *pass[O, D]) upToDate(ctx context.Context) (time.Duration, bool) {
	p.forced = p.r.takeForced(p.name())
	st := p.status()
	if p.forced || p.deleting() || p.boundID() == "" || !p.hasFinalizer() || p.intent == nil ||
		st.ObservedGeneration != p.obj.GetGeneration() || p.requested() != st.LastHandledReconcileAt ||
		p.intent.Attempt > st.ClosedAttempt || !p.converged() {
		return 0, false
	}
	if tenant := p.r.Backends.Place(ctx, p.obj.GetNamespace(), p.spec().BackendRef).Pinned; tenant != "" && tenant != st.Remote.TenantID {
		return 0, false
	}
	if digest, ok := p.inputsDigest(ctx); !ok || inputsOf(digest) != inputsOf(st.InputsDigest) {
		return 0, false
	}
	poll := p.poll()
	if poll == 0 {
		return 0, true
	}
	now := p.r.Now()
	if p.memory.pollAt.IsZero() {
		p.memory.pollAt = now.Add(poll/2 + time.Duration(rand.Int64N(int64(poll))))
	}
	if due := p.memory.pollAt.Sub(now); due > 0 {
		return due, true
	}
	return 0, false
}

func (p *pass[O, D]) poll() time.Duration {
	if p.r.Kind.Poll == nil {
		return 0
	}
	return p.r.Kind.Poll(p.obj)
}

// converged reports whether the last pass found nothing more to do.
func (p *pass[O, D]) converged() bool {
	c := meta.FindStatusCondition(p.status().Conditions, v1alpha1.ConditionSynced)
	return c != nil && c.ObservedGeneration == p.obj.GetGeneration() &&
		(c.Status == metav1.ConditionTrue || c.Reason == v1alpha1.ReasonDrifted)
}

// inputsDigest sums up the spec and what it refers to, behind the way they are mapped.
func (p *pass[O, D]) inputsDigest(ctx context.Context) (string, bool) {
	h := sha256.New()
	raw, err := json.Marshal(p.obj)
	if err != nil {
		return "", false
	}
	var whole struct{ Spec json.RawMessage }
	if err := json.Unmarshal(raw, &whole); err != nil {
		return "", false
	}
	fmt.Fprintf(h, "1\n%s\n", whole.Spec)
	for _, ref := range reference.Of(p.obj) {
		target := reference.New(ref.Kind)
		if err := p.r.Client.Get(ctx, client.ObjectKey{Namespace: ref.Namespace, Name: ref.Name}, target); client.IgnoreNotFound(err) != nil {
			return "", false
		}
		id := v1alpha1.RemoteStatus{}
		if remote := target.GetManagedStatus().Remote; remote != nil {
			id = *remote
		}
		fmt.Fprintf(h, "%s=%s/%s\n", ref, id.ParentID, id.ID)
	}
	return mappingVersion + ":" + hex.EncodeToString(h.Sum(nil)[:12]), true
}

// inputsOf is a digest without the way the inputs were mapped.
func inputsOf(digest string) string {
	_, inputs, _ := strings.Cut(digest, ":")
	return inputs
}

// mappedNow reports whether a status was computed by the present mapping and digest.
func mappedNow(st *v1alpha1.ManagedStatus) bool {
	return strings.HasPrefix(st.InputsDigest, mappingVersion+":") && backend.KnownDigest(st.Remote.Digest)
}

// run gathers, decides and acts.
func (p *pass[O, D]) run(ctx context.Context) outcome {
	defer p.leaveTurn()
	p.gatherFromObject()
	p.takeUpPins(ctx)
	if plan := decision.Decide(p.facts); plan.Action != decision.Observe {
		return outcome{plan: plan}
	}
	if out, stop := p.openTenant(ctx); stop {
		return out
	}
	if out, stop := p.desire(ctx); stop {
		return out
	}
	if p.narrowing.on {
		return p.narrow(ctx)
	}
	if err := p.observe(ctx); err != nil {
		return outcome{err: err}
	}
	p.takeBack(p.seen)
	p.observeAside(ctx)
	if err := p.observeDraft(ctx); err != nil {
		return outcome{err: err}
	}
	p.checkTime()
	plan := decision.Decide(p.facts)
	return p.afterRefusal(ctx, p.act(ctx, plan))
}

// gatherFromObject fills the facts that need no look.
func (p *pass[O, D]) gatherFromObject() {
	spec, st := p.spec(), p.status()
	f := &p.facts
	f.Deleting = p.deleting()
	f.KindTerminating = p.r.Terminating != nil && p.r.Terminating(p.r.Kind.Name)
	f.Suspended = spec.Suspend
	f.Bound = p.boundID() != ""
	f.Drift, f.Creation, f.Deletion = decision.DriftCorrect, decision.CreationCreate, decision.DeletionDelete
	m := v1alpha1.Management{}
	if spec.Management != nil {
		m = *spec.Management
	}
	if m.Drift == v1alpha1.DriftReport {
		f.Drift = decision.DriftReport
	}
	switch m.Creation {
	case v1alpha1.CreationAdopt:
		f.Creation = decision.CreationAdopt
	case v1alpha1.CreationCreateOrAdopt:
		f.Creation = decision.CreationCreateOrAdopt
	case v1alpha1.CreationCreateDuplicate:
		f.Creation = decision.CreationCreateDuplicate
	}
	switch m.Deletion {
	case v1alpha1.DeletionOrphan:
		f.Deletion = decision.DeletionOrphan
	case v1alpha1.DeletionRetire:
		f.Deletion = decision.DeletionRetire
	case "":
		if p.r.Kind.Started != nil && p.r.Kind.Started(p.obj) {
			f.Deletion = decision.DeletionOrphan
		}
	}
	if spec.RemoteID != "" {
		f.RemoteID = decision.RemoteIDSet
		if f.Bound && p.boundID() != spec.RemoteID {
			f.RemoteID = decision.RemoteIDMismatch
		}
	}
	f.Intent = p.intentFact(time.Time{})
	if r := st.Remote; r != nil && r.DeleteSentAt != nil {
		f.DeleteSent = p.r.Now().Sub(r.DeleteSentAt.Time) < 10*time.Minute
	}
	f.PendingLong = p.pendingLong()
	f.Referenced = p.referenced()
}

// intentFact reads the intent against the status; looked is the date of the look, zero before it.
func (p *pass[O, D]) intentFact(looked time.Time) decision.IntentFact {
	switch {
	case p.foreignIntent:
		return decision.IntentForeign
	case p.intent == nil:
		return decision.IntentNone
	case p.intent.Attempt <= p.status().ClosedAttempt:
		return decision.IntentClosed
	case looked.IsZero() || looked.Before(p.intent.At.Add(p.r.Window)):
		return decision.IntentFresh
	}
	return decision.IntentOld
}

// pendingLong reports whether the vendor works on it for more than a day. Once that was said it stays so, until the work ends.
func (p *pass[O, D]) pendingLong() bool {
	if c := meta.FindStatusCondition(p.status().Conditions, v1alpha1.ConditionStalled); c != nil && c.Reason == v1alpha1.ReasonPendingTooLong {
		return true
	}
	c := meta.FindStatusCondition(p.status().Conditions, v1alpha1.ConditionReconciling)
	return c != nil && c.Reason == v1alpha1.ReasonVendorWorking && p.r.Now().Sub(c.LastTransitionTime.Time) > 24*time.Hour
}

// openTenant gets the tenant. While it is wanting, the backend is to blame.
func (p *pass[O, D]) openTenant(ctx context.Context) (outcome, bool) {
	b, err := p.r.Backends.Get(ctx, p.obj.GetNamespace(), p.spec().BackendRef, p.deleting())
	if err != nil {
		return outcome{err: err}, true
	}
	p.backend, p.driver = b, p.r.Kind.Driver(b.Tenant)
	p.caps = p.driver.Capabilities()
	f := &p.facts
	f.Suspended = f.Suspended || b.Suspended
	f.CanCreate, f.CanUpdate, f.CanDelete, f.CanRetire = p.caps.Create, p.caps.Update, p.caps.Delete, p.caps.Retire
	f.RunOnce, f.MarkProven = p.caps.RunOnce, p.caps.MarksCount()
	if f.RemoteID == decision.RemoteIDMismatch && p.caps.SameID(p.boundID(), p.spec().RemoteID) {
		f.RemoteID = decision.RemoteIDSet
	}
	if m := p.spec().Management; (m == nil || m.Creation == "") && !p.caps.Create {
		f.Creation = decision.CreationAdopt
	}
	if m := p.spec().Management; (m == nil || m.Deletion == "") && !p.caps.Delete {
		f.Deletion = decision.DeletionOrphan
	}
	if plan := decision.Decide(p.facts); plan.Action == decision.Release {
		return outcome{plan: plan}, true // The vendor need not answer to be left alone.
	}
	if pace := b.Tenant.Pace(backend.PriorityOf(ctx)); pace.Delay > 100*time.Millisecond {
		class := backend.Retryable
		if pace.Throttled {
			class = backend.Throttled
		}
		held := pace.Throttled || pace.CircuitOpen
		return outcome{paced: !held, held: held, err: &backend.Error{Class: class, After: pace.Delay,
			Err: fmt.Errorf("the tenant's budget or the vendor asks for a pause")}}, true
	}
	p.r.workers.Passed(p.turn)
	f.MassAbsence = b.Absent[p.r.Kind.Name] > 0
	f.MassDeletion = b.DeletionsHeld
	if out, stop := p.stillHeld(ctx); stop {
		return out, true
	}
	pinned := b.PinnedTenantID
	if st := p.status(); b.TenantAccepted {
		pinned = b.TenantID
	} else if st.Remote != nil && st.Remote.TenantID != "" {
		pinned = st.Remote.TenantID
	} else if p.intent != nil && f.Intent != decision.IntentClosed {
		pinned = p.intent.Tenant
	}
	f.TenantMatches = b.Lives(pinned) && b.PinnedTenantID == b.TenantID
	p.r.claims.Rename(b.ByHost, b.TenantID)
	if !f.TenantMatches {
		// Nothing that this tenant says can be about our remote.
		p.r.views.forget(b.TenantKey)
		f.Found = decision.FoundAbsentUnproved
		return outcome{plan: decision.Decide(p.facts)}, true
	}
	return outcome{}, false
}

// stillHeld ends a pass over what a safety limit holds and is said to hold: it is the backend's matter,
// and a look at each remote would tell nothing about it.
func (p *pass[O, D]) stillHeld(ctx context.Context) (outcome, bool) {
	f := &p.facts
	if p.forced || p.requested() != p.status().LastHandledReconcileAt {
		return outcome{}, false // Somebody wants a look.
	}
	switch {
	case f.Deleting && f.Referenced && p.syncedIs(decision.StillReferenced.Synced()):
		return outcome{plan: decision.StillReferenced}, true
	case f.MassAbsence && p.syncedIs(decision.MassAbsence.Synced()):
		return outcome{plan: decision.MassAbsence}, true
	case f.Deleting && f.MassDeletion && p.syncedIs(decision.MassDeletion.Synced()):
		var err error
		if f.MassDeletion, err = p.deletionsHeld(ctx); err != nil {
			return outcome{err: err}, true
		}
		return outcome{plan: decision.MassDeletion}, f.MassDeletion
	}
	return outcome{}, false
}

// desire maps the spec to the model, resolves it, and refuses what this vendor cannot hold.
func (p *pass[O, D]) desire(ctx context.Context) (outcome, bool) {
	if p.deleting() {
		p.resolver = reference.NewResolver(ctx, p.r.Client, p.obj, p.backend.TenantID, nil).AlsoKnownAs(p.backend.ByHost)
		p.parentID = p.knownParent()
		return outcome{}, false
	}
	p.takeVerdicts()
	if err := p.resolve(ctx, !p.started()); err != nil {
		return outcome{err: err}, true
	}
	problems := p.specProblems()
	if len(problems) == 0 {
		mapped, err := p.askAnew(ctx)
		if err != nil {
			return outcome{err: err}, true
		}
		if mapped {
			problems = p.specProblems()
		}
	}
	p.revert()
	problems = append(problems, p.untenable()...)
	if len(problems) > 0 {
		return p.narrows(ctx, problems)
	}
	if p.r.Kind.Held != nil {
		p.facts.CreateHeld, p.heldUntil = p.r.Kind.Held(p.desired)
	}
	return outcome{}, false
}

// untenable is what the spec asks for beside each other that the vendor cannot hold, once what left it was taken back.
func (p *pass[O, D]) untenable() []reference.Problem {
	var out []reference.Problem
	for _, u := range p.caps.Untenable(&p.desired) {
		path := "spec." + u.Path
		out = append(out, reference.Problem{Reason: v1alpha1.ReasonInvalidSpec, Spec: true, Path: path, Message: path + ": " + u.Message})
	}
	p.narrowing.untenable = out
	return out
}

// specProblems says what stops the pass, once the spec is mapped.
func (p *pass[O, D]) specProblems() []reference.Problem {
	p.warnings = p.caps.Warn(p.desired)
	return p.setAside(p.resolver.Problems())
}

// knownParent is where the remote is, or may be, without resolving anything.
func (p *pass[O, D]) knownParent() string {
	if remote := p.status().Remote; remote != nil && remote.ParentID != "" {
		return remote.ParentID
	}
	if p.intent != nil {
		return p.intent.ParentID
	}
	return ""
}

func (p *pass[O, D]) detailFields() []string {
	var tail []string
	if !p.deleting() {
		tail = backend.TailOf(p.desired, p.caps)
		if p.narrowing.on {
			tail = backend.TailOf(p.narrowable(), p.caps)
		}
		for _, path := range p.removed.Held {
			if backend.Covers(p.caps.Tail, path) {
				tail = append(tail, path) // It is said what is still there.
			}
		}
	}
	if p.r.Kind.Tail != nil {
		tail = append(tail, p.r.Kind.Tail(p.obj)...)
	}
	slices.Sort(tail)
	return slices.Compact(tail)
}
