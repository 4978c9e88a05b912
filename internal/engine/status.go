package engine

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// writeStatus writes down what happened: it is the only writer of conditions, events and
// status, and the only one to let go of the finalizer.
//
// It returns when to come back; zero means that something else wakes the object.
func (p *pass[O, D]) writeStatus(ctx context.Context, out outcome) (time.Duration, error) {
	if out.err != nil && p.conflict(out.err) {
		return time.Second, nil
	}
	p.reportUnauthorized(ctx, out)
	if out.plan.Action == decision.Release && out.err == nil {
		return 0, p.release(ctx, out)
	}
	out = p.doubted(p.unsaid(out))
	out.lacks = p.lacks && out.plan == decision.InvalidSpec
	out.holder, out.named, out.together = p.holderOf(out), p.facts.Found == decision.FoundByKey, !p.lookAt.IsZero()
	e := p.heldBack(p.besides(decision.Follow(out.decided(p.deleting()))), out)
	if out.paced && !out.wrote {
		return jitter(backend.AfterOf(out.err)), nil
	}
	p.count(out, e)
	defer p.wakeWaiters(out)
	if e.Leave && !out.wrote {
		// No byte was sent, or the vendor said no: the attempt is closed all the same.
		if p.status().ClosedAttempt != p.stored.GetManagedStatus().ClosedAttempt {
			if err := p.write(ctx, true); err != nil {
				return 0, err
			}
		}
		return p.requeueAfter(e, out), nil
	}
	if out.held && p.syncedIs(e.Synced) {
		// Nothing new is known: what the vendor said last stays there to be read.
		return p.requeueAfter(e, out), nil
	}
	givenUp := (out.plan == decision.NeverStays || out.plan == decision.NeverKept) && !p.syncedIs(e.Synced)
	transitions := p.apply(out, e)
	// What was written at the vendor is written down in any case; the note then follows at the next look.
	if err := p.noteBound(ctx); err != nil && !out.wrote {
		return 0, err
	}
	if !e.Leave {
		p.projectFigures(out) // That patch brought the kind's own figures back as they were stored.
	}
	if err := p.write(ctx, out.wrote); err != nil {
		return 0, err
	}
	if givenUp { // Not before it is written down: a pass that conflicts is made again.
		nonConverging.WithLabelValues(p.r.Kind.Name).Inc()
	}
	p.r.At("settled")
	for _, note := range transitions {
		p.event(note)
	}
	return p.requeueAfter(e, out), nil
}

// syncedIs reports whether Synced reads so already, for this generation.
func (p *pass[O, D]) syncedIs(m decision.State) bool {
	c := meta.FindStatusCondition(p.status().Conditions, v1alpha1.ConditionSynced)
	return c != nil && string(c.Status) == string(m.Status) && c.Reason == m.Reason && c.ObservedGeneration == p.obj.GetGeneration()
}

func (p *pass[O, D]) conflict(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsNotFound(err)
}

// reportUnauthorized tells the backend what is the backend's matter.
func (p *pass[O, D]) reportUnauthorized(ctx context.Context, out outcome) {
	if out.err == nil {
		return
	}
	log.FromContext(ctx).V(1).Info("pass ended with an error", "action", out.plan.Action.String(), "error", out.err.Error())
	if p.backend != nil && backend.ClassOf(out.err) == backend.Unauthorized {
		p.r.Backends.Unauthorized(p.backend.Key, out.err)
	}
}

// conflictsUnsaid is how often somebody may have been faster before the status tells of it.
const conflictsUnsaid = 5

// unsaid makes an error that is told of what ought to have been over in a moment and is not.
func (p *pass[O, D]) unsaid(out outcome) outcome {
	if out.err != nil && backend.ClassOf(out.err) == backend.Conflict && p.memory.failures >= conflictsUnsaid {
		out.err = backend.Errorf(backend.Retryable, "%w", out.err)
	}
	return out
}

// wakeWaiters notes for whom this object waits, and wakes those who wait for it when it was changed.
func (p *pass[O, D]) wakeWaiters(out outcome) {
	p.r.waiting.set(p.name(), out.holder)
	if out.wrote || p.stored.GetManagedStatus().ObservedGeneration != p.obj.GetGeneration() || p.boundID() != boundOf(p.stored) {
		p.r.freed(p.name())
	}
}

func boundOf(obj Object) string {
	if remote := obj.GetManagedStatus().Remote; remote != nil {
		return remote.ID
	}
	return ""
}

func (p *pass[O, D]) count(out outcome, e decision.Effects) {
	m := p.memory
	switch {
	case out.err != nil:
		m.failures++
	default:
		m.failures = 0
	}
	if reason := p.mainReason(out, e); m.stuckFor == reason {
		m.stuck++
	} else {
		m.stuckFor, m.stuck = reason, 1
	}
	if out.err == nil && !p.facts.Settling && !out.settling && (out.plan.Action == decision.Settle || out.wrote && !out.diffLeft && out.plan.Action != decision.Create) {
		m.repeated, m.write = 0, ""
	}
	if out.err == nil && (out.plan.Action == decision.Settle || out.wrote && !out.diffLeft) {
		m.writes = 0
	}
	p.memory.pollAt = p.r.Now().Add(p.poll() - 100*time.Millisecond)
}

// note is an event to send once the status is written.
type note struct {
	warning bool
	reason  string
	message string
}

// apply turns the outcome into status and returns the events of its transitions.
func (p *pass[O, D]) apply(out outcome, e decision.Effects) []note {
	st := p.status()
	before := st.DeepCopy()
	generation := p.obj.GetGeneration()
	wasReady := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionReady)

	p.project(out)
	if e.Leave {
		return nil
	}
	message := withAnswer(p.message(out), out.err)
	set := func(kind string, m decision.State, text string) {
		if m.Status == "" {
			return
		}
		text = kept(st.Conditions, kind, m, text)
		meta.SetStatusCondition(&st.Conditions, metav1.Condition{Type: kind, Status: metav1.ConditionStatus(m.Status), Reason: m.Reason, Message: text, ObservedGeneration: generation})
	}
	set(v1alpha1.ConditionAccepted, e.Accepted, textFor(e.Accepted, message, p.acceptance()))
	refs, refsText := p.refs(out, e, message)
	set(v1alpha1.ConditionResolvedRefs, refs, refsText)
	set(v1alpha1.ConditionSynced, e.Synced, message)

	reason := p.mainReason(out, e)
	ready, readyText := decision.No(reason), message
	switch {
	case p.deleting():
		ready = decision.No(v1alpha1.ReasonDeleting)
	case e.Ready == decision.Ready:
		ready = decision.Yes(reason)
	case e.Ready == decision.KeepReady && wasReady != nil && wasReady.Status == metav1.ConditionTrue && wasReady.ObservedGeneration == generation:
		ready = decision.Yes(wasReady.Reason)
		if e.Also != "" {
			readyText = wasReady.Message
		}
	}
	set(v1alpha1.ConditionReady, ready, readyText)
	for _, kind := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
		if string(e.Also) == kind {
			set(kind, decision.Yes(reason), message)
		} else {
			meta.RemoveStatusCondition(&st.Conditions, kind)
		}
	}
	st.ObservedGeneration = generation
	if out.err == nil || backend.ClassOf(out.err) == backend.Terminal || out.doubted {
		st.LastHandledReconcileAt = p.requested()
	}
	p.projectFigures(out)
	p.projectRelations(p.obj)
	return p.notes(out, e, before, message)
}

// projectFigures copies what moves by itself; where figures ride along they are
// written only when something else is.
func (p *pass[O, D]) projectFigures(out outcome) {
	held := out.plan == decision.StartHeld // There is no remote, and that is well so.
	if p.r.Kind.Project == nil || p.seen.ID == "" && !held || p.deleting() || p.boundID() != p.seen.ID {
		return
	}
	if p.r.Kind.SkipFigureOnlyWrites && !out.wrote && apiequality.Semantic.DeepEqual(p.stored, p.obj) {
		return
	}
	p.r.Kind.Project(p.obj, p.seen)
}

// acceptance is the message of an accepted spec, with what it needs of a person.
func (p *pass[O, D]) acceptance() string {
	text := "the spec is accepted"
	for _, w := range p.warnings {
		text += "; spec." + w.String()
	}
	if p.resolver != nil && !p.deleting() {
		for _, caution := range p.resolver.Cautions() {
			text += "; mind " + caution
		}
	}
	return shorten(text)
}

func textFor(m decision.State, message, healthy string) string {
	if m.Status == decision.True {
		return healthy
	}
	return message
}

// mainReason is the reason that Ready, Reconciling and Stalled show.
func (p *pass[O, D]) mainReason(out outcome, e decision.Effects) string {
	switch {
	case out.err == nil && len(out.problems) > 0:
		return out.problems[0].Reason
	case e.Synced.Status != "":
		return e.Synced.Reason
	case e.Accepted.Status == decision.False:
		return e.Accepted.Reason
	}
	return out.plan.Reason
}

// notes lists the events: one per transition of what the user sees.
func (p *pass[O, D]) notes(out outcome, e decision.Effects, before *v1alpha1.ManagedStatus, message string) []note {
	var notes []note
	if p.copied && !p.memory.copied {
		p.memory.copied = true
		notes = append(notes, note{true, v1alpha1.ReasonCopiedIntent, "the intent annotation belongs to another object and is ignored"})
	}
	if old := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionAccepted); len(p.warnings) > 0 && e.Accepted.Status == decision.True && (old == nil || old.Message != p.acceptance()) {
		notes = append(notes, note{true, v1alpha1.ReasonManualStep, p.acceptance()})
	}
	notes = append(notes, p.refsNotes(out, e, before)...)
	notes = append(notes, p.leftBehindNote(before)...)
	if e.Event == decision.NoEvent {
		return notes
	}
	reason := p.mainReason(out, e)
	if out.wrote && out.err == nil && len(out.problems) > 0 {
		notes = append(notes, note{false, out.plan.Reason, p.wroteMessage(out, message) + ", which only takes access away; the rest of the spec waits"})
	} else if out.wrote && out.err == nil {
		reason = out.plan.Reason
		if p.facts.Found == decision.FoundByMark && !p.facts.Bound {
			notes = append(notes, note{false, v1alpha1.ReasonRecovered, "found by its mark after an interrupted create"})
		}
		if notes = append(notes, note{false, reason, p.wroteMessage(out, message)}); p.facts.FieldRemoved && !out.diffLeft {
			notes = append(notes, note{true, v1alpha1.ReasonFieldRemoved, message})
		}
		return notes
	}
	for _, c := range p.status().Conditions {
		old := meta.FindStatusCondition(before.Conditions, c.Type)
		if c.Reason == reason && (old == nil || old.Reason != c.Reason || old.Message != c.Message) {
			return append(notes, note{e.Event == decision.Warning, reason, message})
		}
	}
	return notes
}

// write patches the status with resourceVersion, and not at all when nothing
// changed. After a remote write a conflict makes it read the live object: id and
// attempt must be written down.
func (p *pass[O, D]) write(ctx context.Context, wrote bool) error {
	if apiequality.Semantic.DeepEqual(p.stored, p.obj) {
		return nil
	}
	p.fit(ctx, p.obj)
	if apiequality.Semantic.DeepEqual(p.stored, p.obj) {
		return nil
	}
	err := p.patchStatus(ctx, p.stored, p.obj.DeepCopyObject().(O))
	if err == nil || !wrote && p.claimStamp.IsZero() {
		return client.IgnoreNotFound(err)
	}
	// The remote write cannot be taken back, so neither may its record be lost: not even when
	// the process is asked to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
	defer cancel()
	return wait.PollUntilContextCancel(ctx, time.Second, true,
		func(ctx context.Context) (bool, error) { return p.writeLive(ctx), nil })
}

func (p *pass[O, D]) writeLive(ctx context.Context) bool {
	live := p.r.Kind.New()
	if err := p.r.Live.Get(ctx, p.name(), live); err != nil {
		return apierrors.IsNotFound(err)
	}
	if live.GetUID() != p.obj.GetUID() {
		return true
	}
	next := live.DeepCopyObject().(O)
	p.copyStatus(next)
	p.fit(ctx, next)
	err := p.patchStatus(ctx, live, next)
	return err == nil || apierrors.IsNotFound(err)
}

// copyStatus puts this pass's status on a later version of the object. The spec may
// have moved on: what was observed is still of the generation that was read.
func (p *pass[O, D]) copyStatus(next O) {
	*next.GetManagedStatus() = *p.status().DeepCopy()
	if p.r.Kind.Project != nil && p.seen.ID != "" {
		p.r.Kind.Project(next, p.seen)
	}
	p.projectRelations(next)
}

// release lets go of the finalizer, after every remote call that was owed.
func (p *pass[O, D]) release(ctx context.Context, out outcome) error {
	p.r.At("releasing")
	if err := p.dropFinalizer(ctx, p.stored); apierrors.IsConflict(err) {
		// What was owed is done, whatever was edited meanwhile.
		live := p.r.Kind.New()
		if err := p.r.Live.Get(ctx, p.name(), live); err != nil || live.GetUID() != p.obj.GetUID() {
			return client.IgnoreNotFound(err)
		}
		if err := p.dropFinalizer(ctx, live); err != nil {
			return client.IgnoreNotFound(err)
		}
	} else if err != nil {
		return client.IgnoreNotFound(err)
	}
	p.r.forget(p.name(), p.obj.GetUID())
	if !out.plan.Quiet {
		stays := p.facts.Deletion == decision.DeletionDelete && out.plan.Leaves || out.plan == decision.Orphaned && p.unasked() && p.caps.Retire
		p.event(note{stays, out.plan.Reason, out.plan.Message(words[O, D]{p, out})})
	}
	return nil
}

func (p *pass[O, D]) dropFinalizer(ctx context.Context, from O) error {
	after := from.DeepCopyObject().(O)
	controllerutil.RemoveFinalizer(after, v1alpha1.Finalizer)
	return p.r.Client.Patch(ctx, after, client.MergeFromWithOptions(from, client.MergeFromWithOptimisticLock{}))
}

func (p *pass[O, D]) event(n note) {
	if p.r.Events == nil {
		return
	}
	kind := corev1.EventTypeNormal
	if n.warning {
		kind = corev1.EventTypeWarning
	}
	p.r.Events.Eventf(p.obj, nil, kind, n.reason, n.reason, "%s", clip(n.message, longestNote))
}
