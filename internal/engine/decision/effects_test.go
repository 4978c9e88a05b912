package decision

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWhatFollowsFromEveryOutcome holds each outcome to the conditions, the event and the next pass that docs/architecture.md promises.
func TestWhatFollowsFromEveryOutcome(t *testing.T) {
	healthy := Effects{Accepted: valid, Refs: resolved, Synced: Yes("InSync"), Ready: Ready, Requeue: AtPoll, Wake: BySweep}
	late := Effects{Accepted: valid, Refs: resolved, Synced: Perhaps("VendorWorking"), Ready: Ready, Requeue: WhileSettling, Wake: BySweep}
	waiting := func(reason string, r Requeue) Effects {
		return Effects{Accepted: valid, Refs: resolved, Synced: Perhaps(reason), Ready: KeepReady, Also: Reconciling, Requeue: r}
	}
	refused := func(reason string) Effects {
		return Effects{Accepted: No(reason), Refs: resolved, Also: Stalled, Wake: ByPerson | ByBackend, Event: Warning}
	}
	stuck := func(reason string) Effects {
		return Effects{Accepted: valid, Refs: resolved, Synced: No(reason), Also: Stalled, Requeue: Rarely, Wake: BySweep | ByPerson, Event: Warning}
	}
	backendHolds := func(reason string) Effects {
		return Effects{Synced: Perhaps(reason), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByBackend}
	}
	failed := func(kind FailureKind) Outcome { return Outcome{Failure: Failure{Kind: kind}} }
	unusable := func(reason string) Outcome { return Outcome{Failure: Failure{Kind: FailureBackend, Reason: reason}} }
	problem := func(reason string, spec bool) Outcome { return Outcome{Problem: Problem{Reason: reason, Spec: spec}} }
	blocked := func(accepted, refs State, also Activity, r Requeue, wake Waker) Effects {
		return Effects{Accepted: accepted, Refs: refs, Synced: Perhaps("Blocked"), Also: also, Requeue: r, Wake: wake, Event: Warning}
	}
	with := func(e Effects, change func(*Effects)) Effects {
		change(&e)
		return e
	}
	for sentence, c := range map[string]struct {
		outcome Outcome
		want    Effects
	}{
		"in sync":                            {outcome: Outcome{Plan: InSync}, want: healthy},
		"a write whose answer shows no diff": {outcome: Outcome{Plan: Creating, Wrote: true}, want: with(healthy, func(e *Effects) { e.Event = Normal })},
		"a write that left a diff": {outcome: Outcome{Plan: Updating, Wrote: true, DiffLeft: true},
			want: with(waiting("Updating", AtOnce), func(e *Effects) { e.Event = Normal })},
		"a create that may still arrive": {outcome: Outcome{Plan: OutcomePending}, want: waiting("OutcomePending", AtOutcome)},
		"the vendor works":               {outcome: Outcome{Plan: VendorWorking}, want: waiting("VendorWorking", AtVendorsPace)},
		"what was written is shown late": {outcome: Outcome{Plan: ShownLate}, want: late},
		"a write that is shown late": {outcome: Outcome{Plan: Creating, Wrote: true, Settling: true},
			want: with(late, func(e *Effects) { e.Event = Normal })},
		"a write that is shown late, and left a diff": {outcome: Outcome{Plan: Updating, Wrote: true, DiffLeft: true, Settling: true},
			want: with(waiting("Updating", AtOnce), func(e *Effects) { e.Event = Normal })},
		"nothing to adopt yet":         {outcome: Outcome{Plan: RemoteNotFound}, want: waiting("RemoteNotFound", AtResync)},
		"an absence without proof":     {outcome: Outcome{Plan: AbsenceUnproved}, want: waiting("AbsenceUnproved", Soon)},
		"a list that names a remote":   {outcome: Outcome{Plan: IndexPending}, want: waiting("IndexPending", Soon)},
		"a deletion that is under way": {outcome: Outcome{Plan: DeletionPending}, want: waiting("DeletionPending", WhileVanishing)},
		"drift that is reported":       {outcome: Outcome{Plan: Drifted}, want: Effects{Accepted: valid, Refs: resolved, Synced: No("Drifted"), Ready: Ready, Wake: BySweep | ByPerson, Event: Normal}},
		"a start that is held":         {outcome: Outcome{Plan: StartHeld}, want: Effects{Accepted: valid, Refs: resolved, Synced: No("StartHeld"), Ready: Ready, Requeue: AtStart, Wake: ByPerson, Event: Normal}},
		"somebody's draft":             {outcome: Outcome{Plan: DraftPending}, want: Effects{Accepted: valid, Refs: resolved, Synced: No("DraftPending"), Ready: KeepReady, Requeue: Again, Wake: ByPerson, Event: Normal}},
		"suspended":                    {outcome: Outcome{Plan: Suspended}, want: Effects{Accepted: valid, Refs: resolved, Synced: No("Suspended"), Ready: KeepReady, Wake: ByPerson | ByBackend, Event: Normal}},
		"another tenant":               {outcome: Outcome{Plan: TenantChanged}, want: backendHolds("TenantChanged")},
		"mass absence":                 {outcome: Outcome{Plan: MassAbsence}, want: backendHolds("MassAbsence")},
		"mass deletion":                {outcome: Outcome{Plan: MassDeletion}, want: backendHolds("MassDeletion")},
		"others refer to it": {outcome: Outcome{Plan: StillReferenced}, want: Effects{
			Synced: Perhaps("StillReferenced"), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByReferrer | ByPerson, Event: Warning}},
		"our definition goes":         {outcome: Outcome{Plan: KindRemoved}, want: backendHolds("KindRemoved")},
		"a sealed field":              {outcome: Outcome{Plan: SealedByVendor}, want: refused("SealedByVendor")},
		"a spec that lacks something": {outcome: Outcome{Plan: InvalidSpec}, want: refused("InvalidSpec")},
		"a spec that lacks something for a create only": {outcome: Outcome{Plan: InvalidSpec, Lacks: true},
			want: with(refused("InvalidSpec"), func(e *Effects) { e.Requeue = Rarely })},
		"another remoteID":              {outcome: Outcome{Plan: OtherRemoteID}, want: refused("RemoteIDMismatch")},
		"a create that cannot be":       {outcome: Outcome{Plan: CreateUnsupported}, want: refused("CreateUnsupported")},
		"an update that cannot be":      {outcome: Outcome{Plan: UpdateUnsupported}, want: refused("UpdateUnsupported")},
		"a deletion that cannot be":     {outcome: Outcome{Plan: DeletionUnsupported}, want: refused("DeletionUnsupported")},
		"claimed by another":            {outcome: Outcome{Plan: ClaimedByOther}, want: stuck("ClaimedByOther")},
		"it exists and is somebody's":   {outcome: Outcome{Plan: RemoteExists}, want: stuck("RemoteExists")},
		"it was there and is gone":      {outcome: Outcome{Plan: RemoteMissing}, want: stuck("RemoteMissing")},
		"our marker is gone":            {outcome: Outcome{Plan: OwnershipLost}, want: stuck("OwnershipLost")},
		"an outcome nobody can show":    {outcome: Outcome{Plan: OutcomeUnknown}, want: stuck("OutcomeUnknown")},
		"two with our marker":           {outcome: Outcome{Plan: AmbiguousRemote}, want: stuck("AmbiguousRemote")},
		"written thrice":                {outcome: Outcome{Plan: NeverStays}, want: stuck("NonConverging")},
		"the vendor's work failed":      {outcome: Outcome{Plan: RemoteFailed}, want: stuck("RemoteFailed")},
		"the vendor works too long":     {outcome: Outcome{Plan: PendingTooLong}, want: stuck("PendingTooLong")},
		"a release writes no status":    {outcome: Outcome{Plan: Gone}, want: Effects{Leave: true}},
		"a spec that cannot be so":      {outcome: problem("InvalidSpec", true), want: blocked(No("InvalidSpec"), State{}, Stalled, Never, ByPerson|ByBackend|ByReference)},
		"a field the vendor has not":    {outcome: problem("FieldUnsupported", true), want: blocked(No("FieldUnsupported"), State{}, Stalled, Never, ByPerson|ByBackend|ByReference)},
		"a reference that is not there": {outcome: problem("ReferenceNotFound", false), want: blocked(valid, No("ReferenceNotFound"), Reconciling, Never, ByReference)},
		"a reference that is not ready": {outcome: problem("ReferenceNotReady", false), want: blocked(valid, No("ReferenceNotReady"), Reconciling, Never, ByReference)},
		"what narrows waits for more than a reference": {outcome: Outcome{Gated: true, Problem: Problem{Reason: "ReferenceNotFound"}},
			want: blocked(valid, No("ReferenceNotFound"), Reconciling, Again, ByReference)},
		"a part of what narrows is left": {outcome: Outcome{Plan: Updating, Wrote: true, DiffLeft: true, Problem: Problem{Reason: "ReferenceNotFound"}},
			want: blocked(valid, No("ReferenceNotFound"), Reconciling, Again, ByReference)},
		"references in a circle":       {outcome: problem("ReferenceCycle", false), want: blocked(valid, No("ReferenceCycle"), Stalled, Again, ByReference|ByPerson)},
		"a name that means nothing":    {outcome: problem("NameNotFound", false), want: blocked(valid, No("NameNotFound"), Reconciling, Again, ByPerson)},
		"a name that means two things": {outcome: problem("NameAmbiguous", false), want: blocked(valid, No("NameAmbiguous"), Reconciling, Again, ByPerson)},
		"no backend": {outcome: unusable("BackendNotFound"),
			want: Effects{Accepted: valid, Refs: No("BackendNotFound"), Synced: Perhaps("BackendNotFound"), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByBackend, Event: Warning}},
		"a backend that is not allowed": {outcome: unusable("BackendNotAllowed"),
			want: Effects{Accepted: valid, Refs: No("BackendNotAllowed"), Synced: Perhaps("BackendNotAllowed"), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByBackend | ByNamespace, Event: Warning}},
		"a backend that is not ready": {outcome: unusable("BackendNotReady"),
			want: Effects{Accepted: valid, Synced: Perhaps("BackendNotReady"), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByBackend}},
		"an error to retry":          {outcome: failed(FailureRetryable), want: Effects{Synced: Perhaps("BackendUnavailable"), Ready: KeepReady, Also: Reconciling, Requeue: AfterFailure}},
		"a pause that was asked for": {outcome: failed(FailureThrottled), want: Effects{Synced: Perhaps("Throttled"), Ready: KeepReady, Also: Reconciling, Requeue: AsVendorSays}},
		"a conflict":                 {outcome: failed(FailureConflict), want: Effects{Leave: true, Requeue: AfterFailure}},
		"a closed fence":             {outcome: failed(FailureFenced), want: Effects{Leave: true, Requeue: InASecond}},
		"refused credentials":        {outcome: failed(FailureUnauthorized), want: Effects{Synced: Perhaps("BackendNotReady"), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByBackend}},
		"an outcome not known":       {outcome: failed(FailureOutcomeUnknown), want: Effects{Synced: Perhaps("OutcomePending"), Ready: KeepReady, Also: Reconciling, Requeue: AtOutcome}},
		"two that answer":            {outcome: failed(FailureAmbiguous), want: Effects{Synced: No("AmbiguousRemote"), Also: Stalled, Requeue: Rarely, Wake: ByPerson, Event: Warning}},
		"the vendor said no":         {outcome: failed(FailureRefused), want: Effects{Synced: No("Refused"), Also: Stalled, Requeue: Rarely, Wake: ByPerson, Event: Warning}},
		"a failure that may be a mistake of the spec, for the third time": {outcome: Outcome{Failure: Failure{Kind: FailureRetryable}, Doubted: true},
			want: Effects{Synced: Perhaps("RefusedPerhaps"), Ready: KeepReady, Also: Stalled, Requeue: AfterDoubt, Wake: ByPerson, Event: Warning}},
		"such a failure of a create": {outcome: Outcome{Failure: Failure{Kind: FailureOutcomeUnknown}, Doubted: true},
			want: Effects{Synced: Perhaps("RefusedPerhaps"), Ready: KeepReady, Also: Stalled, Requeue: AtOutcome, Wake: ByPerson, Event: Warning}},
		"between two tries after such failures": {outcome: Outcome{Plan: RefusedPerhaps, Doubted: true},
			want: Effects{Synced: Perhaps("RefusedPerhaps"), Ready: KeepReady, Also: Stalled, Requeue: AfterDoubt, Wake: ByPerson, Event: Warning}},
		"a name that somebody has": {outcome: Outcome{Failure: Failure{Kind: FailureRefused, Taken: true}},
			want: Effects{Synced: No("Refused"), Also: Stalled, Requeue: WhileTaken, Wake: ByPerson, Event: Warning}},
		"a name that another object has": {outcome: Outcome{Failure: Failure{Kind: FailureRefused, Taken: true}, Held: true},
			want: Effects{Synced: No("NameTaken"), Also: Reconciling, Requeue: WhileTaken, Wake: ByHolder | ByPerson, Event: Warning}},
		"it exists and is another object's": {outcome: Outcome{Plan: RemoteExists, Held: true, Named: true},
			want: with(stuck("RemoteExists"), func(e *Effects) {
				e.Also, e.Requeue, e.Wake = Reconciling, WhileTaken, ByHolder|ByPerson
			})},
		"claimed by a living one": {outcome: Outcome{Plan: ClaimedByOther, Held: true},
			want: with(stuck("ClaimedByOther"), func(e *Effects) { e.Requeue, e.Wake = WhileTaken, ByHolder|ByPerson })},
		"the vendor refuses the deletion": {outcome: Outcome{Failure: Failure{Kind: FailureRefused}, Deleting: true},
			want: Effects{Synced: No("DeletionBlocked"), Also: Stalled, Requeue: Again, Wake: ByPerson, Event: Warning}},
		"an error counts before a write that left a diff": {
			outcome: Outcome{Plan: Updating, Wrote: true, DiffLeft: true, Failure: Failure{Kind: FailureThrottled}},
			want:    Effects{Synced: Perhaps("Throttled"), Ready: KeepReady, Also: Reconciling, Requeue: AsVendorSays}},
	} {
		t.Run(sentence, func(t *testing.T) {
			got := Follow(c.outcome)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A pass that ends with a plan shows conditions and a message; what ends none has nothing to show.
func TestWhatAPlanShowsIsThereWhereAPassEndsWithIt(t *testing.T) {
	for _, plan := range append(Plans(), RefusedPerhaps, Undecided) {
		ends := plan.Action != Observe && plan != Undecided
		if (plan.follows != nil) != ends || (plan.says != nil) != ends {
			t.Errorf("%s/%s: a pass ends with it: %t, and it has effects: %t, a message: %t", plan.Action, plan.Reason, ends, plan.follows != nil, plan.says != nil)
		}
	}
}

// The last answer of a vendor decides whether a write is done: one that did not come claims nothing.
func TestAWriteOfWhichNothingIsKnownIsNotInSync(t *testing.T) {
	if got := Follow(Outcome{Plan: Updating}); got.Synced != Perhaps("Updating") || got.Ready != KeepReady {
		t.Errorf("%+v", got)
	}
}
