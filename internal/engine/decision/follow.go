package decision

import "github.com/governance-operator/governance-operator/api/v1alpha1/reasons"

// Outcome is what became of a pass.
type Outcome struct {
	Plan *Plan
	// Wrote: the vendor accepted something. DiffLeft: the answer shows that not all is as specified.
	Wrote, DiffLeft bool
	// Settling: what was written is not shown yet.
	Settling bool
	Failure  Failure
	// Problem is the first one of the spec, or of what it refers to.
	Problem Problem
	// Deleting: the object is being deleted.
	Deleting bool
	// Held: a living object of this cluster has what this one wants. Named: it was found by its name,
	// which its holder may give up.
	Held, Named bool
	// Together: it was refused for its name, and is observed again with all that were.
	Together bool
	// Gated: what narrows access waits for more than the rest of the spec does.
	Gated bool
	// Lacks: the spec lacks something for a create, and would do for what is there.
	Lacks bool
	// Doubted: the vendor failed three times in a row in a way that may be a mistake of the spec.
	Doubted bool
}

// Problem is why a spec is not carried out; the zero value is none.
type Problem struct {
	Reason string
	// Spec: it is the spec's own, not that of something that it refers to.
	Spec bool
}

// FailureKind is how a pass failed.
type FailureKind int

// The kinds of failures. A backend that cannot be used, then the classes of a driver's errors.
const (
	NoFailure FailureKind = iota
	FailureBackend
	FailureRetryable
	FailureThrottled
	FailureConflict
	FailureUnauthorized
	FailureOutcomeUnknown
	FailureAmbiguous
	FailureRefused
	FailureFenced
)

// Failure is the error that a pass ended with; the zero value is none.
type Failure struct {
	Kind FailureKind
	// Reason is that of a backend that cannot be used.
	Reason string
	// Taken: it was refused for a name that something else has.
	Taken bool
}

// follow turns the outcome of a plan into its effects.
type follow func(o Outcome) Effects

// Follow is what follows from the outcome of a pass.
func Follow(o Outcome) Effects {
	switch {
	case o.Doubted:
		return fromDoubt(o)
	case o.Failure.Kind == FailureBackend:
		return fromBackend(o.Failure.Reason)
	case o.Failure.Kind == FailureRefused:
		return fromRefusal(o)
	case o.Failure.Kind != NoFailure:
		return fromFailure(o.Failure.Kind)
	case o.Problem.Reason != "":
		return fromProblem(o)
	}
	return o.Plan.follows(o)
}

// written: the vendor took a write, and its answer shows what is left to do.
func written(o Outcome) Effects {
	e := inSync(o)
	switch {
	case o.DiffLeft || !o.Wrote:
		e = waiting(AtOnce)(o)
	case o.Settling:
		e = settling(o)
	}
	e.Event = Normal
	return e
}

func inSync(Outcome) Effects {
	return Effects{Accepted: valid, Refs: resolved, Synced: Yes(reasons.InSync), Ready: Ready, Requeue: AtPoll, Wake: BySweep}
}

// settling: all is as specified but for what the vendor shows late. That holds up nobody who waits for the object.
func settling(Outcome) Effects {
	return Effects{Accepted: valid, Refs: resolved, Synced: Perhaps(reasons.VendorWorking), Ready: Ready, Requeue: WhileSettling, Wake: BySweep}
}

func waiting(r Requeue) follow {
	return func(o Outcome) Effects {
		return Effects{Accepted: valid, Refs: resolved, Synced: Perhaps(o.Plan.Reason), Ready: KeepReady, Also: Reconciling, Requeue: r}
	}
}

func released(Outcome) Effects { return Effects{Leave: true} }

func drifted(o Outcome) Effects {
	return Effects{Accepted: valid, Refs: resolved, Synced: No(o.Plan.Reason), Ready: Ready, Wake: BySweep | ByPerson, Event: Normal}
}

func startHeld(o Outcome) Effects {
	return Effects{Accepted: valid, Refs: resolved, Synced: No(o.Plan.Reason), Ready: Ready, Requeue: AtStart, Wake: ByPerson, Event: Normal}
}

func fieldRemoved(o Outcome) Effects {
	return Effects{Accepted: valid, Refs: resolved, Synced: No(o.Plan.Reason), Also: Stalled, Requeue: Rarely, Wake: ByPerson | ByBackend | BySweep, Event: Warning}
}

func draftPending(o Outcome) Effects {
	return Effects{Accepted: valid, Refs: resolved, Synced: No(o.Plan.Reason), Ready: KeepReady, Requeue: Again, Wake: ByPerson, Event: Normal}
}

func suspended(o Outcome) Effects {
	return Effects{Accepted: valid, Refs: resolved, Synced: No(o.Plan.Reason), Ready: KeepReady, Wake: ByPerson | ByBackend, Event: Normal}
}

// backendHolds: it is the backend's matter. Such a pass calls nobody, so it may come often.
func backendHolds(o Outcome) Effects {
	return Effects{Synced: Perhaps(o.Plan.Reason), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByBackend}
}

func referenced(o Outcome) Effects {
	return Effects{Synced: Perhaps(o.Plan.Reason), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByReferrer | ByPerson, Event: Warning}
}

// notAccepted: only an edit of the spec, or of the backend's settings, gets it going.
func notAccepted(o Outcome) Effects {
	e := Effects{Accepted: No(o.Plan.Reason), Refs: resolved, Also: Stalled, Wake: ByPerson | ByBackend, Event: Warning}
	if o.Lacks { // What may be taken over may come.
		e.Requeue = Rarely
	}
	return e
}

// stuck: a person has to do something, or the object that has what this one wants.
func stuck(o Outcome) Effects {
	e := Effects{Accepted: valid, Refs: resolved, Synced: No(o.Plan.Reason), Also: Stalled, Requeue: Rarely, Wake: BySweep | ByPerson, Event: Warning}
	switch {
	case o.Held:
		e.Requeue, e.Wake = WhileTaken, ByHolder|ByPerson
	case o.Together:
		e.Wake = ByPerson
	}
	if o.Together {
		e.Requeue = WithItsLikes
	}
	if o.Held && o.Named {
		e.Also = Reconciling
	}
	return e
}

func fromProblem(o Outcome) Effects {
	p := o.Problem
	e := Effects{Synced: Perhaps(reasons.Blocked), Also: Reconciling, Event: Warning}
	if p.Spec {
		// What a spec may say depends on the vendor, on the backend's own settings and on whom it refers to.
		e.Accepted, e.Also, e.Wake = No(p.Reason), Stalled, ByPerson|ByBackend|ByReference
		return e
	}
	e.Accepted, e.Refs, e.Requeue, e.Wake = valid, No(p.Reason), Again, ByPerson
	switch p.Reason {
	case reasons.ReferenceCycle:
		// It may be cut between two others.
		e.Also, e.Wake = Stalled, ByReference|ByPerson
	case reasons.ReferenceNotFound, reasons.ReferenceNotReady:
		e.Requeue, e.Wake = Never, ByReference
	}
	if o.Gated || o.Wrote && o.DiffLeft {
		e.Requeue = Again
	}
	return e
}

func fromBackend(reason string) Effects {
	e := Effects{Accepted: valid, Synced: Perhaps(reason), Ready: KeepReady, Also: Reconciling, Requeue: Again, Wake: ByBackend}
	switch reason {
	case reasons.BackendNotFound:
		e.Refs, e.Event = No(reason), Warning
	case reasons.BackendNotAllowed:
		e.Refs, e.Event, e.Wake = No(reason), Warning, ByBackend|ByNamespace
	}
	return e
}

func fromFailure(kind FailureKind) Effects {
	e := Effects{Ready: KeepReady, Also: Reconciling}
	switch kind {
	case FailureThrottled:
		e.Synced, e.Requeue = Perhaps(reasons.Throttled), AsVendorSays
	case FailureConflict:
		return Effects{Leave: true, Requeue: AfterFailure}
	case FailureFenced:
		return Effects{Leave: true, Requeue: InASecond} // No byte was sent, and this process ends.
	case FailureUnauthorized:
		// The backend may well sign in anew and never have been seen to be unready.
		e.Synced, e.Requeue, e.Wake = Perhaps(reasons.BackendNotReady), Again, ByBackend
	case FailureOutcomeUnknown:
		e.Synced, e.Requeue = Perhaps(reasons.OutcomePending), AtOutcome
	case FailureAmbiguous:
		return Effects{Synced: No(reasons.AmbiguousRemote), Also: Stalled, Requeue: Rarely, Wake: ByPerson, Event: Warning}
	default:
		e.Synced, e.Requeue = Perhaps(reasons.BackendUnavailable), AfterFailure
	}
	return e
}

// fromRefusal: the vendor said no. A name that is taken may be given up at any moment, and is
// waited for where the object that has it is known.
func fromRefusal(o Outcome) Effects {
	e := Effects{Synced: No(reasons.Refused), Also: Stalled, Requeue: Rarely, Wake: ByPerson, Event: Warning}
	switch {
	case o.Deleting:
		e.Synced, e.Requeue = No(reasons.DeletionBlocked), Again
	case o.Held:
		e.Synced, e.Also, e.Requeue, e.Wake = No(reasons.NameTaken), Reconciling, WhileTaken, ByHolder|ByPerson
	case o.Failure.Taken:
		e.Requeue = WhileTaken
	}
	return e
}

// fromDoubt: a failure that may be a mistake of the spec. Between two tries of a create it is looked
// for what the last one may have made.
func fromDoubt(o Outcome) Effects {
	e := Effects{Synced: Perhaps(reasons.RefusedPerhaps), Ready: KeepReady, Also: Stalled, Requeue: AfterDoubt, Wake: ByPerson, Event: Warning}
	if o.Plan == OutcomePending || o.Failure.Kind == FailureOutcomeUnknown {
		e.Requeue = AtOutcome
	}
	return e
}
