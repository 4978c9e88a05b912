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
	event                  eventKind
	leave                  bool // no status is written
}

type requeue int

const (
	requeueNone requeue = iota
	requeuePoll
	requeueNow
	requeueOutcome // 2 s, 10 s, end of the window
	requeueResync
	requeueSoon // 10 s
	requeueHour
	requeueBackoff // 1 s doubling to 5 min
	requeueAfter
	requeueSecond
	requeueMinute // 1 min doubling to the resync interval
	requeueHeld
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

// effectsOf is the settle table of decide.md.
func effectsOf(out outcome, deleting bool) effects {
	switch {
	case out.err != nil:
		return effectsOfError(out, deleting)
	case len(out.problems) > 0:
		return effectsOfProblem(out)
	case out.wrote && out.plan.Action != Release && out.diffLeft:
		return effects{accepted: valid, refs: resolved, synced: unknown(out.plan.Reason), ready: readyKeep,
			also: v1alpha1.ConditionReconciling, requeue: requeueNow, event: eventNormal}
	case out.wrote && out.plan.Action != Release:
		return effects{accepted: valid, refs: resolved, synced: yes(v1alpha1.ReasonInSync), ready: readyTrue, requeue: requeuePoll, event: eventNormal}
	}
	switch out.plan.Action {
	case Settle:
		return effects{accepted: valid, refs: resolved, synced: yes(v1alpha1.ReasonInSync), ready: readyTrue, requeue: requeuePoll}
	case Wait:
		e := effects{accepted: valid, refs: resolved, synced: unknown(out.plan.Reason), ready: readyKeep, also: v1alpha1.ConditionReconciling, requeue: requeueSoon}
		switch out.plan.Reason {
		case v1alpha1.ReasonOutcomePending:
			e.requeue = requeueOutcome
		case v1alpha1.ReasonVendorWorking:
			e.requeue = requeuePoll
		case v1alpha1.ReasonRemoteNotFound:
			e.requeue = requeueResync
		}
		return e
	case Release:
		return effects{leave: true}
	}
	return effectsOfHold(out.plan.Reason)
}

func effectsOfHold(reason string) effects {
	switch reason {
	case v1alpha1.ReasonDrifted, v1alpha1.ReasonStartHeld:
		return effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyTrue, requeue: requeueHeld, event: eventNormal}
	case v1alpha1.ReasonDraftPending, v1alpha1.ReasonSuspended:
		return effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyKeep, event: eventNormal}
	case v1alpha1.ReasonTenantChanged, v1alpha1.ReasonMassAbsence, v1alpha1.ReasonMassDeletion, v1alpha1.ReasonKindRemoved:
		return effects{synced: unknown(reason), ready: readyKeep, also: v1alpha1.ConditionReconciling}
	case v1alpha1.ReasonSealedByVendor, v1alpha1.ReasonRemoteIDMismatch, v1alpha1.ReasonCreateUnsupported,
		v1alpha1.ReasonUpdateUnsupported, v1alpha1.ReasonDeletionUnsupported:
		return effects{accepted: no(reason), refs: resolved, ready: readyFalse, also: v1alpha1.ConditionStalled, event: eventWarning}
	}
	return effects{accepted: valid, refs: resolved, synced: no(reason), ready: readyFalse, also: v1alpha1.ConditionStalled, requeue: requeueHour, event: eventWarning}
}

func effectsOfProblem(out outcome) effects {
	first := out.problems[0]
	e := effects{synced: unknown(v1alpha1.ReasonBlocked), ready: readyFalse, also: v1alpha1.ConditionReconciling, event: eventWarning}
	switch {
	case first.Spec:
		e.accepted, e.also = no(first.Reason), v1alpha1.ConditionStalled
	default:
		e.accepted, e.refs = valid, no(first.Reason)
		switch first.Reason {
		case v1alpha1.ReasonReferenceCycle:
			e.also = v1alpha1.ConditionStalled
		case v1alpha1.ReasonNameNotFound, v1alpha1.ReasonNameAmbiguous:
			e.requeue = requeueMinute
		}
	}
	return e
}

func effectsOfError(out outcome, deleting bool) effects {
	var b *BackendError
	if errors.As(out.err, &b) {
		e := effects{accepted: valid, synced: unknown(b.Reason), ready: readyKeep, also: v1alpha1.ConditionReconciling}
		if b.Reason == v1alpha1.ReasonBackendNotFound || b.Reason == v1alpha1.ReasonBackendNotAllowed {
			e.refs, e.event = no(b.Reason), eventWarning
		}
		return e
	}
	e := effects{ready: readyKeep, also: v1alpha1.ConditionReconciling}
	switch backend.ClassOf(out.err) {
	case backend.Throttled:
		e.synced, e.requeue = unknown(v1alpha1.ReasonThrottled), requeueAfter
	case backend.Conflict, backend.Fenced:
		return effects{leave: true, requeue: requeueSecond}
	case backend.Unauthorized:
		e.synced = unknown(v1alpha1.ReasonBackendNotReady)
	case backend.OutcomeUnknown:
		e.synced, e.requeue = unknown(v1alpha1.ReasonOutcomePending), requeueOutcome
	case backend.Ambiguous:
		return effects{synced: no(v1alpha1.ReasonAmbiguousRemote), also: v1alpha1.ConditionStalled, requeue: requeueHour, event: eventWarning}
	case backend.Terminal:
		if deleting {
			return effects{synced: no(v1alpha1.ReasonDeletionBlocked), also: v1alpha1.ConditionStalled, requeue: requeueMinute, event: eventWarning}
		}
		return effects{synced: no(v1alpha1.ReasonRefused), also: v1alpha1.ConditionStalled, requeue: requeueHour, event: eventWarning}
	default:
		e.synced, e.requeue = unknown(v1alpha1.ReasonBackendUnavailable), requeueBackoff
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
