package engine

import (
	"errors"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// mark says what becomes of a condition; the zero value leaves it as it is.
type mark struct {
	status metav1.ConditionStatus
	reason string
}

// readiness says what becomes of Ready.
type readiness int

const (
	readyFalse readiness = iota
	readyTrue
	// readyKeep stays True if it was True for this generation, else False.
	readyKeep
)

// effects is one row of the settle table.
type effects struct {
	accepted, refs, synced mark
	ready                  readiness
	also                   string // Reconciling, Stalled or nothing
	requeue                requeue
	wake                   Waker // who else wakes it
	event                  eventKind
	leave                  bool // no status is written
}

type requeue int

const (
	requeueNone     requeue = iota
	requeuePoll             // never for a remote that does not move by itself
	requeueNow              // at once, and after a few writes in a row 1 s doubling to the resync interval
	requeueOutcome          // 2 s, 10 s, end of the window; behind that 1 s doubling to the resync interval
	requeueWorking          // the driver's pace doubling to the resync interval
	requeueSettling         // some times while what was written is shown late, and once that is over
	requeueResync
	requeueSoon     // 10 s doubling to the resync interval
	requeueDeletion // 10 s doubling to a minute: the vendor was asked and is not asked again so soon
	requeueStuck    // 1 min doubling to an hour
	requeueBackoff  // 1 s doubling to 5 min
	requeueTaken    // 5 s doubling to 5 min
	requeueAfter
	requeueSecond
	requeueRetry // 30 s doubling to the resync interval
	requeueHeld  // never if no time is known
	// requeueTogether: a minute after the look that refused it, with all that were
	requeueTogether
	requeueDoubt // when it may be tried again: 1 min doubling to an hour
	requeueRules
)

type eventKind int

const (
	eventNone eventKind = iota
	eventNormal
	eventWarning
)

func yes(reason string) mark     { return mark{metav1.ConditionTrue, reason} }
func no(reason string) mark      { return mark{metav1.ConditionFalse, reason} }
func unknown(reason string) mark { return mark{metav1.ConditionUnknown, reason} }

var (
	valid    = yes(v1alpha1.ReasonValid)
	resolved = yes(v1alpha1.ReasonResolved)
)

// effectsOf is what is written down of an outcome: conditions, requeue and event.
func effectsOf(out outcome, deleting bool) effects {
	switch {
	case out.doubted:
		return effectsOfDoubt(out)
	case out.err != nil:
		return effectsOfError(out, deleting)
	case len(out.problems) > 0:
		return effectsOfProblem(out)
	case out.wrote && out.plan.Action != Release && out.diffLeft:
		return effects{accepted: valid, refs: resolved, synced: unknown(out.plan.Reason), ready: readyKeep,
			also: v1alpha1.ConditionReconciling, requeue: requeueNow, event: eventNormal}
	case out.wrote && out.plan.Action != Release && out.settling:
		return settling(eventNormal)
	case out.wrote && out.plan.Action != Release:
		return effects{accepted: valid, refs: resolved, synced: yes(v1alpha1.ReasonInSync), ready: readyTrue, requeue: requeuePoll, wake: BySweep, event: eventNormal}
	}
	switch out.plan.Action {
	case Settle:
		if out.plan.Reason == v1alpha1.ReasonVendorWorking {
			return settling(eventNone)
		}
		return effects{accepted: valid, refs: resolved, synced: yes(v1alpha1.ReasonInSync), ready: readyTrue, requeue: requeuePoll, wake: BySweep}
	case Wait:
		e := effects{accepted: valid, refs: resolved, synced: unknown(out.plan.Reason), ready: readyKeep, also: v1alpha1.ConditionReconciling, requeue: requeueSoon}
		switch out.plan.Reason {
		case v1alpha1.ReasonOutcomePending:
			e.requeue = requeueOutcome
		case v1alpha1.ReasonVendorWorking:
			e.requeue = requeueWorking
		case v1alpha1.ReasonDeletionPending:
			e.requeue = requeueDeletion
		case v1alpha1.ReasonRemoteNotFound:
			e.requeue = requeueResync
		}
		return e
	case Release:
		return effects{leave: true}
	}
	return effectsOfHold(out)
}

// settling: all is as specified but for what the vendor shows late. That holds up nobody who waits for the object.
func settling(event eventKind) effects {
	return effects{accepted: valid, refs: resolved, synced: unknown(v1alpha1.ReasonVendorWorking), ready: readyTrue, requeue: requeueSettling, wake: BySweep, event: event}
}

func effectsOfHold(out outcome) effects {
	reason := out.plan.Reason
	switch reason {
	case v1alpha1.ReasonDrifted:
		return effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyTrue, wake: BySweep | ByPerson, event: eventNormal}
	case v1alpha1.ReasonStartHeld:
		return effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyTrue, requeue: requeueHeld, wake: ByPerson, event: eventNormal}
	case v1alpha1.ReasonFieldRemoved:
		return effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyFalse, also: v1alpha1.ConditionStalled, requeue: requeueStuck,
			wake: ByPerson | ByBackend | BySweep, event: eventWarning}
	case v1alpha1.ReasonDraftPending:
		return effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyKeep, requeue: requeueRetry, wake: ByPerson, event: eventNormal}
	case v1alpha1.ReasonSuspended:
		return effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyKeep, wake: ByPerson | ByBackend, event: eventNormal}
	case v1alpha1.ReasonTenantChanged, v1alpha1.ReasonMassAbsence, v1alpha1.ReasonMassDeletion, v1alpha1.ReasonKindRemoved:
		// Each is the backend's matter: such a pass calls nobody, so it may come often.
		return effects{synced: unknown(reason), ready: readyKeep, also: v1alpha1.ConditionReconciling, requeue: requeueRetry, wake: ByBackend}
	case v1alpha1.ReasonStillReferenced:
		return effects{synced: unknown(reason), ready: readyKeep, also: v1alpha1.ConditionReconciling, requeue: requeueRetry, wake: ByReferrer | ByPerson, event: eventWarning}
	case v1alpha1.ReasonInvalidSpec, v1alpha1.ReasonSealedByVendor, v1alpha1.ReasonRemoteIDMismatch, v1alpha1.ReasonCreateUnsupported,
		v1alpha1.ReasonUpdateUnsupported, v1alpha1.ReasonDeletionUnsupported:
		e := effects{accepted: no(reason), refs: resolved, ready: readyFalse, also: v1alpha1.ConditionStalled, wake: ByPerson | ByBackend, event: eventWarning}
		if out.lacks { // What may be taken over may come.
			e.requeue = requeueStuck
		}
		return e
	}
	e := effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyFalse, also: v1alpha1.ConditionStalled, requeue: requeueStuck, wake: BySweep | ByPerson, event: eventWarning}
	switch {
	case out.holder != "":
		e.requeue, e.wake = requeueTaken, ByHolder|ByPerson
	case out.together:
		e.wake = ByPerson
	}
	if out.together {
		e.requeue = requeueTogether
	}
	if out.holder != "" && out.named {
		e.also = v1alpha1.ConditionReconciling
	}
	return e
}

func effectsOfProblem(out outcome) effects {
	first := out.problems[0]
	e := effects{synced: unknown(v1alpha1.ReasonBlocked), ready: readyFalse, also: v1alpha1.ConditionReconciling, event: eventWarning}
	switch {
	case first.Spec:
		// What a spec may say depends on the vendor, on the backend's own settings and on whom it refers to.
		e.accepted, e.also, e.wake = no(first.Reason), v1alpha1.ConditionStalled, ByPerson|ByBackend|ByReference
	default:
		e.accepted, e.refs, e.requeue, e.wake = valid, no(first.Reason), requeueRetry, ByPerson
		switch first.Reason {
		case v1alpha1.ReasonReferenceCycle:
			// It may be cut between two others.
			e.also, e.wake = v1alpha1.ConditionStalled, ByReference|ByPerson
		case v1alpha1.ReasonReferenceNotFound, v1alpha1.ReasonReferenceNotReady:
			e.requeue, e.wake = requeueNone, ByReference
		}
		if out.gated || out.wrote && out.diffLeft {
			e.requeue = requeueRetry
		}
	}
	return e
}

func effectsOfError(out outcome, deleting bool) effects {
	var b *BackendError
	if errors.As(out.err, &b) {
		e := effects{accepted: valid, synced: unknown(b.Reason), ready: readyKeep, also: v1alpha1.ConditionReconciling, requeue: requeueRetry, wake: ByBackend}
		switch b.Reason {
		case v1alpha1.ReasonBackendNotFound:
			e.refs, e.event = no(b.Reason), eventWarning
		case v1alpha1.ReasonBackendNotAllowed:
			e.refs, e.event, e.wake = no(b.Reason), eventWarning, ByBackend|ByNamespace
		}
		return e
	}
	e := effects{ready: readyKeep, also: v1alpha1.ConditionReconciling}
	switch backend.ClassOf(out.err) {
	case backend.Throttled:
		e.synced, e.requeue = unknown(v1alpha1.ReasonThrottled), requeueAfter
	case backend.Conflict:
		return effects{leave: true, requeue: requeueBackoff}
	case backend.Fenced:
		return effects{leave: true, requeue: requeueSecond} // No byte was sent, and this process ends.
	case backend.Unauthorized:
		// The backend may well sign in anew and never have been seen to be unready.
		e.synced, e.requeue, e.wake = unknown(v1alpha1.ReasonBackendNotReady), requeueRetry, ByBackend
	case backend.OutcomeUnknown:
		e.synced, e.requeue = unknown(v1alpha1.ReasonOutcomePending), requeueOutcome
	case backend.Ambiguous:
		return effects{synced: no(v1alpha1.ReasonAmbiguousRemote), also: v1alpha1.ConditionStalled, requeue: requeueStuck, wake: ByPerson, event: eventWarning}
	case backend.Terminal:
		return effectsOfRefusal(out, deleting)
	default:
		e.synced, e.requeue = unknown(v1alpha1.ReasonBackendUnavailable), requeueBackoff
	}
	return e
}

// effectsOfRefusal: the vendor said no. A name that is taken may be given up at any moment, and is
// waited for where the object that has it is known.
func effectsOfRefusal(out outcome, deleting bool) effects {
	e := effects{synced: no(v1alpha1.ReasonRefused), also: v1alpha1.ConditionStalled, requeue: requeueStuck, wake: ByPerson, event: eventWarning}
	switch {
	case deleting:
		e.synced, e.requeue = no(v1alpha1.ReasonDeletionBlocked), requeueRetry
	case out.holder != "":
		e.synced, e.also, e.requeue, e.wake = no(v1alpha1.ReasonNameTaken), v1alpha1.ConditionReconciling, requeueTaken, ByHolder|ByPerson
	case backend.IsTaken(out.err):
		e.requeue = requeueTaken
	}
	return e
}

// backoff doubles from first, at most to limit.
func backoff(first, limit time.Duration, failures int) time.Duration {
	d := first
	for range failures - 1 {
		if d *= 2; d >= limit {
			return limit
		}
	}
	return min(d, limit)
}
