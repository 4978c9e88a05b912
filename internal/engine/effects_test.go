package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// TestEveryRowOfTheSettleTable names the effects of every kind of outcome.
func TestEveryRowOfTheSettleTable(t *testing.T) {
	const reconciling, stalled = v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled
	healthy := effects{accepted: valid, refs: resolved, synced: yes(v1alpha1.ReasonInSync), ready: readyTrue, requeue: requeuePoll, wake: BySweep}
	late := effects{accepted: valid, refs: resolved, synced: unknown(v1alpha1.ReasonVendorWorking), ready: readyTrue, requeue: requeueSettling, wake: BySweep}
	waiting := func(reason string, r requeue) effects {
		return effects{accepted: valid, refs: resolved, synced: unknown(reason), ready: readyKeep, also: reconciling, requeue: r}
	}
	refused := func(reason string) effects {
		return effects{accepted: no(reason), refs: resolved, also: stalled, wake: ByPerson | ByBackend, event: eventWarning}
	}
	stuck := func(reason string) effects {
		return effects{accepted: valid, refs: resolved, synced: no(reason), also: stalled, requeue: requeueStuck, wake: BySweep | ByPerson, event: eventWarning}
	}
	backendHolds := func(reason string) effects {
		return effects{synced: unknown(reason), ready: readyKeep, also: reconciling, requeue: requeueRetry, wake: ByBackend}
	}
	failed := func(class backend.Class) outcome { return outcome{err: backend.Errorf(class, "the vendor's words")} }
	doubtful := func(class backend.Class) error {
		return &backend.Error{Class: class, Doubtful: true, Err: errors.New("the vendor's words")}
	}
	problem := func(reason string, spec bool) outcome {
		return outcome{problems: []reference.Problem{{Reason: reason, Message: "spec.app: why", Spec: spec}}}
	}
	blocked := func(accepted, refs mark, also string, r requeue, wake Waker) effects {
		return effects{accepted: accepted, refs: refs, synced: unknown(v1alpha1.ReasonBlocked), also: also, requeue: r, wake: wake, event: eventWarning}
	}
	with := func(e effects, change func(*effects)) effects {
		change(&e)
		return e
	}
	for sentence, c := range map[string]struct {
		outcome  outcome
		deleting bool
		want     effects
	}{
		"in sync":                            {outcome: outcome{plan: Plan{Settle, v1alpha1.ReasonInSync}}, want: healthy},
		"a write whose answer shows no diff": {outcome: outcome{plan: Plan{Create, v1alpha1.ReasonCreating}, wrote: true}, want: with(healthy, func(e *effects) { e.event = eventNormal })},
		"a write that left a diff": {outcome: outcome{plan: Plan{Update, v1alpha1.ReasonUpdating}, wrote: true, diffLeft: true},
			want: with(waiting(v1alpha1.ReasonUpdating, requeueNow), func(e *effects) { e.event = eventNormal })},
		"a create that may still arrive": {outcome: outcome{plan: Plan{Wait, v1alpha1.ReasonOutcomePending}}, want: waiting(v1alpha1.ReasonOutcomePending, requeueOutcome)},
		"the vendor works":               {outcome: outcome{plan: Plan{Wait, v1alpha1.ReasonVendorWorking}}, want: waiting(v1alpha1.ReasonVendorWorking, requeueWorking)},
		"what was written is shown late": {outcome: outcome{plan: Plan{Settle, v1alpha1.ReasonVendorWorking}}, want: late},
		"a write that is shown late": {outcome: outcome{plan: Plan{Create, v1alpha1.ReasonCreating}, wrote: true, settling: true},
			want: with(late, func(e *effects) { e.event = eventNormal })},
		"a write that is shown late, and left a diff": {outcome: outcome{plan: Plan{Update, v1alpha1.ReasonUpdating}, wrote: true, diffLeft: true, settling: true},
			want: with(waiting(v1alpha1.ReasonUpdating, requeueNow), func(e *effects) { e.event = eventNormal })},
		"nothing to adopt yet":         {outcome: outcome{plan: Plan{Wait, v1alpha1.ReasonRemoteNotFound}}, want: waiting(v1alpha1.ReasonRemoteNotFound, requeueResync)},
		"an absence without proof":     {outcome: outcome{plan: Plan{Wait, v1alpha1.ReasonAbsenceUnproved}}, want: waiting(v1alpha1.ReasonAbsenceUnproved, requeueSoon)},
		"a list that names a remote":   {outcome: outcome{plan: Plan{Wait, v1alpha1.ReasonIndexPending}}, want: waiting(v1alpha1.ReasonIndexPending, requeueSoon)},
		"a deletion that is under way": {outcome: outcome{plan: Plan{Wait, v1alpha1.ReasonDeletionPending}}, deleting: true, want: waiting(v1alpha1.ReasonDeletionPending, requeueDeletion)},
		"drift that is reported":       {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonDrifted}}, want: effects{accepted: valid, refs: resolved, synced: no(v1alpha1.ReasonDrifted), ready: readyTrue, wake: BySweep | ByPerson, event: eventNormal}},
		"a start that is held":         {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonStartHeld}}, want: effects{accepted: valid, refs: resolved, synced: no(v1alpha1.ReasonStartHeld), ready: readyTrue, requeue: requeueHeld, wake: ByPerson, event: eventNormal}},
		"somebody's draft":             {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonDraftPending}}, want: effects{accepted: valid, refs: resolved, synced: no(v1alpha1.ReasonDraftPending), ready: readyKeep, requeue: requeueRetry, wake: ByPerson, event: eventNormal}},
		"suspended":                    {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonSuspended}}, want: effects{accepted: valid, refs: resolved, synced: no(v1alpha1.ReasonSuspended), ready: readyKeep, wake: ByPerson | ByBackend, event: eventNormal}},
		"another tenant":               {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonTenantChanged}}, want: backendHolds(v1alpha1.ReasonTenantChanged)},
		"mass absence":                 {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonMassAbsence}}, want: backendHolds(v1alpha1.ReasonMassAbsence)},
		"mass deletion":                {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonMassDeletion}}, deleting: true, want: backendHolds(v1alpha1.ReasonMassDeletion)},
		"others refer to it": {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonStillReferenced}}, deleting: true, want: effects{
			synced: unknown(v1alpha1.ReasonStillReferenced), ready: readyKeep, also: v1alpha1.ConditionReconciling, requeue: requeueRetry, wake: ByReferrer | ByPerson, event: eventWarning}},
		"our definition goes":         {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonKindRemoved}}, want: backendHolds(v1alpha1.ReasonKindRemoved)},
		"a sealed field":              {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonSealedByVendor}}, want: refused(v1alpha1.ReasonSealedByVendor)},
		"a spec that lacks something": {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonInvalidSpec}}, want: refused(v1alpha1.ReasonInvalidSpec)},
		"a spec that lacks something for a create only": {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonInvalidSpec}, lacks: true},
			want: with(refused(v1alpha1.ReasonInvalidSpec), func(e *effects) { e.requeue = requeueStuck })},
		"another remoteID":              {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonRemoteIDMismatch}}, want: refused(v1alpha1.ReasonRemoteIDMismatch)},
		"a create that cannot be":       {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonCreateUnsupported}}, want: refused(v1alpha1.ReasonCreateUnsupported)},
		"an update that cannot be":      {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonUpdateUnsupported}}, want: refused(v1alpha1.ReasonUpdateUnsupported)},
		"a deletion that cannot be":     {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonDeletionUnsupported}}, deleting: true, want: refused(v1alpha1.ReasonDeletionUnsupported)},
		"claimed by another":            {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonClaimedByOther}}, want: stuck(v1alpha1.ReasonClaimedByOther)},
		"it exists and is somebody's":   {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonRemoteExists}}, want: stuck(v1alpha1.ReasonRemoteExists)},
		"it was there and is gone":      {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonRemoteMissing}}, want: stuck(v1alpha1.ReasonRemoteMissing)},
		"our mark is gone":              {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonOwnershipLost}}, want: stuck(v1alpha1.ReasonOwnershipLost)},
		"an outcome nobody can show":    {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonOutcomeUnknown}}, want: stuck(v1alpha1.ReasonOutcomeUnknown)},
		"two with our mark":             {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonAmbiguousRemote}}, want: stuck(v1alpha1.ReasonAmbiguousRemote)},
		"written thrice":                {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonNonConverging}}, want: stuck(v1alpha1.ReasonNonConverging)},
		"the vendor's work failed":      {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonRemoteFailed}}, want: stuck(v1alpha1.ReasonRemoteFailed)},
		"the vendor works too long":     {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonPendingTooLong}}, want: stuck(v1alpha1.ReasonPendingTooLong)},
		"a release writes no status":    {outcome: outcome{plan: Plan{Release, v1alpha1.ReasonGone}}, deleting: true, want: effects{leave: true}},
		"a spec that cannot be so":      {outcome: problem(v1alpha1.ReasonInvalidSpec, true), want: blocked(no(v1alpha1.ReasonInvalidSpec), mark{}, stalled, requeueNone, ByPerson|ByBackend|ByReference)},
		"a field the vendor has not":    {outcome: problem(v1alpha1.ReasonFieldUnsupported, true), want: blocked(no(v1alpha1.ReasonFieldUnsupported), mark{}, stalled, requeueNone, ByPerson|ByBackend|ByReference)},
		"a reference that is not there": {outcome: problem(v1alpha1.ReasonReferenceNotFound, false), want: blocked(valid, no(v1alpha1.ReasonReferenceNotFound), reconciling, requeueNone, ByReference)},
		"a reference that is not ready": {outcome: problem(v1alpha1.ReasonReferenceNotReady, false), want: blocked(valid, no(v1alpha1.ReasonReferenceNotReady), reconciling, requeueNone, ByReference)},
		"what narrows waits for more than a reference": {outcome: outcome{gated: true, problems: problem(v1alpha1.ReasonReferenceNotFound, false).problems},
			want: blocked(valid, no(v1alpha1.ReasonReferenceNotFound), reconciling, requeueRetry, ByReference)},
		"a part of what narrows is left": {outcome: outcome{plan: Plan{Update, v1alpha1.ReasonUpdating}, wrote: true, diffLeft: true, problems: problem(v1alpha1.ReasonReferenceNotFound, false).problems},
			want: blocked(valid, no(v1alpha1.ReasonReferenceNotFound), reconciling, requeueRetry, ByReference)},
		"references in a circle":       {outcome: problem(v1alpha1.ReasonReferenceCycle, false), want: blocked(valid, no(v1alpha1.ReasonReferenceCycle), stalled, requeueRetry, ByReference|ByPerson)},
		"a name that means nothing":    {outcome: problem(v1alpha1.ReasonNameNotFound, false), want: blocked(valid, no(v1alpha1.ReasonNameNotFound), reconciling, requeueRetry, ByPerson)},
		"a name that means two things": {outcome: problem(v1alpha1.ReasonNameAmbiguous, false), want: blocked(valid, no(v1alpha1.ReasonNameAmbiguous), reconciling, requeueRetry, ByPerson)},
		"no backend": {outcome: outcome{err: &BackendError{Reason: v1alpha1.ReasonBackendNotFound, Message: "none"}},
			want: effects{accepted: valid, refs: no(v1alpha1.ReasonBackendNotFound), synced: unknown(v1alpha1.ReasonBackendNotFound), ready: readyKeep, also: reconciling, requeue: requeueRetry, wake: ByBackend, event: eventWarning}},
		"a backend that is not allowed": {outcome: outcome{err: &BackendError{Reason: v1alpha1.ReasonBackendNotAllowed, Message: "no"}},
			want: effects{accepted: valid, refs: no(v1alpha1.ReasonBackendNotAllowed), synced: unknown(v1alpha1.ReasonBackendNotAllowed), ready: readyKeep, also: reconciling, requeue: requeueRetry, wake: ByBackend | ByNamespace, event: eventWarning}},
		"a backend that is not ready": {outcome: outcome{err: &BackendError{Reason: v1alpha1.ReasonBackendNotReady, Message: "wait"}},
			want: effects{accepted: valid, synced: unknown(v1alpha1.ReasonBackendNotReady), ready: readyKeep, also: reconciling, requeue: requeueRetry, wake: ByBackend}},
		"an error to retry":          {outcome: failed(backend.Retryable), want: effects{synced: unknown(v1alpha1.ReasonBackendUnavailable), ready: readyKeep, also: reconciling, requeue: requeueBackoff}},
		"an error without a class":   {outcome: outcome{err: errors.New("odd")}, want: effects{synced: unknown(v1alpha1.ReasonBackendUnavailable), ready: readyKeep, also: reconciling, requeue: requeueBackoff}},
		"a pause that was asked for": {outcome: failed(backend.Throttled), want: effects{synced: unknown(v1alpha1.ReasonThrottled), ready: readyKeep, also: reconciling, requeue: requeueAfter}},
		"a conflict":                 {outcome: failed(backend.Conflict), want: effects{leave: true, requeue: requeueBackoff}},
		"a closed fence":             {outcome: failed(backend.Fenced), want: effects{leave: true, requeue: requeueSecond}},
		"refused credentials":        {outcome: failed(backend.Unauthorized), want: effects{synced: unknown(v1alpha1.ReasonBackendNotReady), ready: readyKeep, also: reconciling, requeue: requeueRetry, wake: ByBackend}},
		"an outcome not known":       {outcome: failed(backend.OutcomeUnknown), want: effects{synced: unknown(v1alpha1.ReasonOutcomePending), ready: readyKeep, also: reconciling, requeue: requeueOutcome}},
		"two that answer":            {outcome: failed(backend.Ambiguous), want: effects{synced: no(v1alpha1.ReasonAmbiguousRemote), also: stalled, requeue: requeueStuck, wake: ByPerson, event: eventWarning}},
		"the vendor said no":         {outcome: failed(backend.Terminal), want: effects{synced: no(v1alpha1.ReasonRefused), also: stalled, requeue: requeueStuck, wake: ByPerson, event: eventWarning}},
		"a failure that may be a mistake of the spec, for the third time": {outcome: outcome{err: doubtful(backend.Retryable), doubted: true},
			want: effects{synced: unknown(v1alpha1.ReasonRefusedPerhaps), ready: readyKeep, also: stalled, requeue: requeueDoubt, wake: ByPerson, event: eventWarning}},
		"such a failure of a create": {outcome: outcome{err: doubtful(backend.OutcomeUnknown), doubted: true},
			want: effects{synced: unknown(v1alpha1.ReasonRefusedPerhaps), ready: readyKeep, also: stalled, requeue: requeueOutcome, wake: ByPerson, event: eventWarning}},
		"between two tries after such failures": {outcome: outcome{plan: Plan{Wait, v1alpha1.ReasonRefusedPerhaps}, doubted: true},
			want: effects{synced: unknown(v1alpha1.ReasonRefusedPerhaps), ready: readyKeep, also: stalled, requeue: requeueDoubt, wake: ByPerson, event: eventWarning}},
		"a name that somebody has": {outcome: outcome{err: backend.Taken(backend.Mark{}, "taken")},
			want: effects{synced: no(v1alpha1.ReasonRefused), also: stalled, requeue: requeueTaken, wake: ByPerson, event: eventWarning}},
		"a name that another object has": {outcome: outcome{err: backend.Taken(backend.Mark{}, "taken"), holder: "ns/other"},
			want: effects{synced: no(v1alpha1.ReasonNameTaken), also: reconciling, requeue: requeueTaken, wake: ByHolder | ByPerson, event: eventWarning}},
		"it exists and is another object's": {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonRemoteExists}, holder: "ns/other", named: true},
			want: with(stuck(v1alpha1.ReasonRemoteExists), func(e *effects) {
				e.also, e.requeue, e.wake = reconciling, requeueTaken, ByHolder|ByPerson
			})},
		"claimed by a living one": {outcome: outcome{plan: Plan{Hold, v1alpha1.ReasonClaimedByOther}, holder: "ns/other"},
			want: with(stuck(v1alpha1.ReasonClaimedByOther), func(e *effects) { e.requeue, e.wake = requeueTaken, ByHolder|ByPerson })},
		"the vendor refuses the deletion": {outcome: failed(backend.Terminal), deleting: true,
			want: effects{synced: no(v1alpha1.ReasonDeletionBlocked), also: stalled, requeue: requeueRetry, wake: ByPerson, event: eventWarning}},
		"an error counts before a write that left a diff": {
			outcome: outcome{plan: Plan{Update, v1alpha1.ReasonUpdating}, wrote: true, diffLeft: true, err: backend.Errorf(backend.Throttled, "slow")},
			want:    effects{synced: unknown(v1alpha1.ReasonThrottled), ready: readyKeep, also: reconciling, requeue: requeueAfter}},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := effectsOf(c.outcome, c.deleting)
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(effects{}, mark{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBackoffDoublesToItsLimit(t *testing.T) {
	for failures, want := range map[int]time.Duration{0: time.Second, 1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: 256 * time.Second, 10: 300 * time.Second, 1 << 20: 300 * time.Second} {
		if got := backoff(time.Second, 5*time.Minute, failures); got != want {
			t.Errorf("after %d failures %s, want %s", failures, got, want)
		}
	}
}
