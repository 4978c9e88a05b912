package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
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
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// settle writes down what happened: it is the only writer of conditions, events and
// status, and the only one to let go of the finalizer.
func (p *pass[O, D]) settle(ctx context.Context, out outcome) (reconcile.Result, error) {
	if out.err != nil && p.conflict(out.err) {
		return reconcile.Result{RequeueAfter: time.Second}, nil
	}
	p.report(ctx, out)
	if out.plan.Action == Release && out.err == nil {
		return reconcile.Result{}, p.release(ctx, out)
	}
	if p.deleting() {
		p.restWhileDeleting(ctx)
	}
	e := effectsOf(out, p.deleting())
	if out.paced && !out.wrote {
		return reconcile.Result{RequeueAfter: jitter(backend.AfterOf(out.err))}, nil
	}
	p.count(out)
	if e.leave && !out.wrote {
		// No byte was sent, or the vendor said no: the attempt is closed all the same.
		if p.status().ClosedAttempt != p.stored.GetManagedStatus().ClosedAttempt {
			if err := p.write(ctx, true); err != nil {
				return reconcile.Result{}, err
			}
		}
		return reconcile.Result{RequeueAfter: p.requeueAfter(e, out)}, nil
	}
	transitions := p.apply(out, e)
	if err := p.write(ctx, out.wrote); err != nil {
		return reconcile.Result{}, err
	}
	p.r.At("settled")
	for _, note := range transitions {
		p.event(note)
	}
	return reconcile.Result{RequeueAfter: p.requeueAfter(e, out)}, nil
}

func (p *pass[O, D]) conflict(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsNotFound(err)
}

// report tells the backend what is the backend's matter.
func (p *pass[O, D]) report(ctx context.Context, out outcome) {
	if out.err == nil {
		return
	}
	log.FromContext(ctx).V(1).Info("pass ended with an error", "action", out.plan.Action.String(), "error", out.err.Error())
	if p.backend != nil && backend.ClassOf(out.err) == backend.Unauthorized {
		p.r.Backends.Unauthorized(p.backend.Key, out.err)
	}
}

// restWhileDeleting keeps the count of pending deletions.
func (p *pass[O, D]) restWhileDeleting(context.Context) {
	if p.facts.Deletion == DeletionOrphan && p.backend != nil {
		p.r.Brakes.Released(p.backend.Key, p.obj.GetUID())
	}
}

func (p *pass[O, D]) count(out outcome) {
	switch {
	case out.err != nil:
		p.memory.failures++
	default:
		p.memory.failures = 0
	}
	if out.err == nil && (out.plan.Action == Settle || out.wrote && !out.diffLeft) {
		p.memory.repeated, p.memory.write = 0, ""
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
func (p *pass[O, D]) apply(out outcome, e effects) []note {
	st := p.status()
	before := st.DeepCopy()
	generation := p.obj.GetGeneration()
	wasReady := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionReady)

	p.project(out)
	if e.leave {
		return nil
	}
	message := p.message(out)
	set := func(kind string, m mark, text string) {
		if m.status == "" {
			return
		}
		meta.SetStatusCondition(&st.Conditions, metav1.Condition{Type: kind, Status: m.status, Reason: m.reason, Message: text, ObservedGeneration: generation})
	}
	set(v1alpha1.ConditionAccepted, e.accepted, textFor(e.accepted, message, p.acceptance()))
	set(v1alpha1.ConditionResolvedRefs, p.nameMoved(e.refs), textFor(e.refs, message, "every reference and name is resolved"))
	if p.movedNote != "" && e.refs.status == metav1.ConditionTrue {
		set(v1alpha1.ConditionResolvedRefs, no(v1alpha1.ReasonNameMoved), p.movedNote)
	}
	set(v1alpha1.ConditionSynced, e.synced, textFor(e.synced, message, message))

	reason := p.mainReason(out, e)
	ready, readyText := no(reason), message
	switch {
	case p.deleting():
		ready = no(v1alpha1.ReasonDeleting)
	case e.ready == readyTrue:
		ready = yes(reason)
	case e.ready == readyKeep && wasReady != nil && wasReady.Status == metav1.ConditionTrue && wasReady.ObservedGeneration == generation:
		ready = yes(wasReady.Reason)
		if st := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionReady); st != nil {
			readyText = keepMessage(message, st.Message, e)
		}
	}
	set(v1alpha1.ConditionReady, ready, readyText)
	for _, kind := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
		if e.also == kind {
			set(kind, yes(reason), message)
		} else {
			meta.RemoveStatusCondition(&st.Conditions, kind)
		}
	}
	st.ObservedGeneration = generation
	if out.err == nil || backend.ClassOf(out.err) == backend.Terminal {
		st.LastHandledReconcileAt = p.requested()
	}
	p.projectFigures(out)
	return p.notes(out, e, before, message)
}

// projectFigures copies what moves by itself; where figures ride along they are
// written only when something else is.
func (p *pass[O, D]) projectFigures(out outcome) {
	if p.r.Kind.Project == nil || p.seen.ID == "" || p.deleting() || p.boundID() != p.seen.ID {
		return
	}
	if p.r.Kind.FiguresRide && !out.wrote && apiequality.Semantic.DeepEqual(p.stored, p.obj) {
		return
	}
	p.r.Kind.Project(p.obj, p.seen)
}

// acceptance says that the spec is accepted, and what it needs of a person.
func (p *pass[O, D]) acceptance() string {
	text := "the spec is accepted"
	for _, w := range p.warnings {
		text += "; spec." + w.String()
	}
	return shorten(text)
}

func keepMessage(message, old string, e effects) string {
	if e.also == "" {
		return message
	}
	return old
}

func (p *pass[O, D]) nameMoved(m mark) mark {
	if p.movedNote != "" && m.status == metav1.ConditionTrue {
		return mark{}
	}
	return m
}

func textFor(m mark, message, healthy string) string {
	if m.status == metav1.ConditionTrue {
		return healthy
	}
	return message
}

// mainReason is the reason that Ready, Reconciling and Stalled show.
func (p *pass[O, D]) mainReason(out outcome, e effects) string {
	switch {
	case out.err == nil && len(out.problems) > 0:
		return out.problems[0].Reason
	case e.synced.status != "":
		return e.synced.reason
	case e.accepted.status == metav1.ConditionFalse:
		return e.accepted.reason
	}
	return out.plan.Reason
}

// notes lists the events: one per transition of what the user sees.
func (p *pass[O, D]) notes(out outcome, e effects, before *v1alpha1.ManagedStatus, message string) []note {
	var notes []note
	if p.copied && !p.memory.copied {
		p.memory.copied = true
		notes = append(notes, note{true, v1alpha1.ReasonCopiedIntent, "the intent annotation belongs to another object and is ignored"})
	}
	if old := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionAccepted); len(p.warnings) > 0 && e.accepted.status == metav1.ConditionTrue && (old == nil || old.Message != p.acceptance()) {
		notes = append(notes, note{true, v1alpha1.ReasonManualStep, p.acceptance()})
	}
	if e.event == eventNone {
		return notes
	}
	reason := p.mainReason(out, e)
	if out.wrote {
		reason = out.plan.Reason
		if p.facts.Found == FoundByMark && !p.facts.Bound {
			notes = append(notes, note{false, v1alpha1.ReasonRecovered, "found by its mark after an interrupted create"})
		}
		return append(notes, note{false, reason, message})
	}
	for _, c := range p.status().Conditions {
		old := meta.FindStatusCondition(before.Conditions, c.Type)
		if c.Reason == reason && (old == nil || old.Reason != c.Reason || old.Message != c.Message) {
			return append(notes, note{e.event == eventWarning, reason, message})
		}
	}
	return notes
}

// project writes what is known of the remote into the status.
func (p *pass[O, D]) project(out outcome) {
	st := p.status()
	if out.err == nil && len(out.problems) == 0 || out.wrote {
		if p.resolver != nil && !p.deleting() {
			st.Resolved = p.resolver.Resolved()
		}
	}
	p.projectChanges(out)
	ours := p.seen.ID != "" && (out.wrote && out.plan.Reason != v1alpha1.ReasonRemovingDuplicate || p.facts.Found >= FoundByID && p.facts.Owner == OwnerOurs)
	if !ours || p.facts.ClaimConflict && !out.wrote {
		return
	}
	remote := p.remote()
	if out.wrote && out.plan.Action != Delete {
		now := metav1.NewTime(p.r.Now().Truncate(time.Second))
		remote.LastWrittenAt = &now
		st.Revision++
	}
	if p.facts.Found == FoundByMark && !p.facts.Bound && !out.wrote && st.Revision == 0 {
		st.Revision = 1
	}
	if p.deleting() {
		return
	}
	if remote.ID != "" && remote.ID != p.seen.ID {
		*remote = v1alpha1.RemoteStatus{LastWrittenAt: remote.LastWrittenAt}
	}
	remote.ID, remote.ParentID, remote.TenantID = p.seen.ID, p.seen.ParentID, p.backend.TenantID
	if p.seen.URL != "" {
		remote.URL = p.seen.URL
	}
	remote.Phase = v1alpha1.RemotePhase(p.seen.Phase)
	if remote.Phase == "" {
		remote.Phase = v1alpha1.RemotePhase(backend.PhaseLive)
	}
	if !p.seen.CreatedAt.IsZero() {
		created := metav1.NewTime(p.seen.CreatedAt.Truncate(time.Second))
		remote.CreatedAt = &created
	}
	digest := backend.RowDigest(p.desired, p.seen, p.caps)
	if remote.Digest != "" && remote.Digest != digest && !out.wrote {
		now := metav1.NewTime(p.r.Now().Truncate(time.Second))
		remote.ChangedAt = &now
	}
	if remote.Digest != digest || out.wrote || remote.Version == "" {
		remote.Digest, remote.Version = digest, p.seen.Version
	}
	if p.facts.Found >= FoundByID && st.ClosedAttempt < p.attempt() {
		st.ClosedAttempt = p.attempt()
	}
	reported := out.plan.Action == Adopt && p.facts.Drift == DriftReport
	inSync := out.err == nil && !out.diffLeft && len(p.changes) == 0
	if inSync || reported {
		st.DesiredDigest = backend.DesiredDigest(p.desired)
	}
	if inSync || out.plan.Reason == v1alpha1.ReasonDrifted {
		if digest, ok := p.inputsDigest(context.Background()); ok {
			st.InputsDigest = digest
		}
	}
}

func (p *pass[O, D]) attempt() int64 {
	if p.intent == nil {
		return 0
	}
	return p.intent.Attempt
}

// projectChanges lists the fields that differ right now.
func (p *pass[O, D]) projectChanges(out outcome) {
	if p.facts.Found < FoundByID && !out.wrote || p.deleting() {
		return
	}
	remote := p.status().Remote
	if remote == nil && len(p.changes) == 0 {
		return
	}
	p.remote().Changes = nil
	for _, path := range p.changes.Paths() {
		if len(p.remote().Changes) < 16 {
			p.remote().Changes = append(p.remote().Changes, path)
		}
	}
}

// write patches the status with resourceVersion, and not at all when nothing
// changed. After a remote write a conflict makes it read the live object: id and
// attempt must be written down.
func (p *pass[O, D]) write(ctx context.Context, wrote bool) error {
	if apiequality.Semantic.DeepEqual(p.stored, p.obj) {
		return nil
	}
	err := p.r.Client.Status().Patch(ctx, p.obj.DeepCopyObject().(O), client.MergeFromWithOptions(p.stored, client.MergeFromWithOptimisticLock{}))
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
	err := p.r.Client.Status().Patch(ctx, next, client.MergeFromWithOptions(live, client.MergeFromWithOptimisticLock{}))
	return err == nil || apierrors.IsNotFound(err)
}

// copyStatus puts this pass's status on a later version of the object. The spec may
// have moved on: what was observed is still of the generation that was read.
func (p *pass[O, D]) copyStatus(next O) {
	*next.GetManagedStatus() = *p.status().DeepCopy()
	if p.r.Kind.Project != nil && p.seen.ID != "" {
		p.r.Kind.Project(next, p.seen)
	}
}

// release lets go of the finalizer, after every remote call that was owed.
func (p *pass[O, D]) release(ctx context.Context, out outcome) error {
	key := BackendKey(p.obj)
	p.r.At("releasing")
	before := p.stored.DeepCopyObject().(O)
	after := p.stored.DeepCopyObject().(O)
	controllerutil.RemoveFinalizer(after, v1alpha1.Finalizer)
	if err := p.r.Client.Patch(ctx, after, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return client.IgnoreNotFound(err)
	}
	p.r.Brakes.Released(key, p.obj.GetUID())
	p.r.forget(p.name(), p.obj.GetUID())
	stays := p.facts.Deletion == DeletionDelete && (out.plan.Reason == v1alpha1.ReasonNotDeletable || out.plan.Reason == v1alpha1.ReasonNotOurs || out.plan.Reason == v1alpha1.ReasonClaimedByOther)
	if out.plan.Reason != v1alpha1.ReasonKindRemoved {
		p.event(note{stays, out.plan.Reason, releaseMessages[out.plan.Reason]})
	}
	return nil
}

var releaseMessages = map[string]string{
	v1alpha1.ReasonOrphaned:       "released; what is at the vendor stays there",
	v1alpha1.ReasonNothingSent:    "released; nothing was ever created at the vendor",
	v1alpha1.ReasonGone:           "released; it is gone at the vendor",
	v1alpha1.ReasonNotOurs:        "released; what is at the vendor is not this object's and stays there",
	v1alpha1.ReasonClaimedByOther: "released; another object has the remote, which stays there",
	v1alpha1.ReasonNotDeletable:   "released; the vendor does not allow this one to be deleted, and it stays there",
	v1alpha1.ReasonRetired:        "released; it is retired at the vendor",
}

func (p *pass[O, D]) event(n note) {
	if p.r.Events == nil {
		return
	}
	kind := corev1.EventTypeNormal
	if n.warning {
		kind = corev1.EventTypeWarning
	}
	p.r.Events.Eventf(p.obj, nil, kind, n.reason, n.reason, "%s", shorten(n.message))
}

// requeueAfter turns the requeue rule into a time; zero means that something else wakes the object.
func (p *pass[O, D]) requeueAfter(e effects, out outcome) time.Duration {
	switch e.requeue {
	case requeueNow:
		return time.Millisecond
	case requeueSecond:
		return time.Second
	case requeueSoon:
		return jitter(10 * time.Second)
	case requeueHour:
		return jitter(time.Hour)
	case requeuePoll:
		if out.plan.Reason == v1alpha1.ReasonVendorWorking {
			return max(p.caps.Poll, time.Second)
		}
		return p.poll()
	case requeueAfter:
		return jitter(max(backend.AfterOf(out.err), time.Second))
	case requeueBackoff:
		return jitter(max(backoff(time.Second, 5*time.Minute, p.memory.failures), backend.AfterOf(out.err)))
	case requeueMinute:
		return jitter(backoff(time.Minute, p.resync(), max(p.memory.failures, 1)))
	case requeueResync:
		return jitter(p.resync())
	case requeueOutcome:
		return p.outcomeWait()
	case requeueHeld:
		if out.plan.Reason == v1alpha1.ReasonStartHeld && !p.heldUntil.IsZero() {
			return max(p.heldUntil.Sub(p.r.Now()), time.Second)
		}
	}
	return 0
}

func (p *pass[O, D]) resync() time.Duration {
	if p.backend != nil && p.backend.Resync > 0 {
		return p.backend.Resync
	}
	return 10 * time.Minute
}

// outcomeWait is 2 s, then 10 s, then the end of the window.
func (p *pass[O, D]) outcomeWait() time.Duration {
	now, err := p.r.clock.read(p.tenantKey())
	if err != nil || p.intent == nil {
		return 10 * time.Second
	}
	age := now.Sub(p.intent.At)
	left := p.r.Window - age + time.Second
	switch {
	case left <= 0:
		return time.Second
	case age < 2*time.Second:
		return min(2*time.Second, left)
	case age < 12*time.Second:
		return min(10*time.Second, left)
	}
	return left
}

func (p *pass[O, D]) tenantKey() string {
	if p.backend == nil {
		return ""
	}
	return p.backend.TenantKey
}

func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return time.Millisecond
	}
	return d + time.Duration(rand.Int64N(int64(d)/10+1))
}

// shorten keeps a message within 512 characters.
func shorten(s string) string {
	const limit = 512
	runes := []rune(strings.TrimSpace(s))
	if len(runes) <= limit {
		return string(runes)
	}
	return string(runes[:limit-1]) + "…"
}

// message says in one sentence what is, and what to do.
func (p *pass[O, D]) message(out outcome) string {
	switch {
	case out.err != nil:
		var b *BackendError
		if errors.As(out.err, &b) {
			return shorten(p.whileDeleting(b.Message))
		}
		return shorten(p.whileDeleting(out.err.Error()))
	case len(out.problems) > 0:
		texts := make([]string, 0, 3)
		for _, problem := range out.problems[:min(3, len(out.problems))] {
			texts = append(texts, problem.Message)
		}
		if more := len(out.problems) - len(texts); more > 0 {
			texts = append(texts, fmt.Sprintf("and %d more", more))
		}
		return shorten(strings.Join(texts, "; "))
	}
	return shorten(p.planMessage(out))
}

// whileDeleting says since when a deletion waits, and the two ways out.
func (p *pass[O, D]) whileDeleting(text string) string {
	if !p.deleting() {
		return text
	}
	return fmt.Sprintf("deletion is waiting since %s: %s; mend that, or set management.deletion to Orphan to leave the remote where it is",
		p.obj.GetDeletionTimestamp().UTC().Format(time.RFC3339), text)
}
