package managed

import (
	"errors"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Outcome is what became of a pass.
type Outcome struct {
	Plan     *decision.Plan
	Wrote    bool // the vendor accepted something
	DiffLeft bool
	Problems []reference.Problem
	Err      error
	// Paced: our own budget, not the vendor, asks for the pause.
	Paced bool
	// Holder is the living object of this cluster that has what this one wants.
	Holder string
	// Named: it was found by its name, which its holder may give up.
	Named bool
	// Settling: some of what was written is not shown yet.
	Settling bool
	// Lacks: the spec lacks something for a create, and would do for what is there.
	Lacks bool
	// Gated: what narrows waits for more than the rest of the spec does.
	Gated bool
	// Together: it was refused for its name, and is looked at again with all that were.
	Together bool
	// Held: the vendor's pause or the breaker ended the pass before anything was sent.
	Held bool
	// Doubted: the vendor failed three times in a row in a way that may be a mistake of the spec.
	Doubted bool
}

// failures are the classes of a driver's errors as the decision knows them.
var failures = map[backend.Class]decision.FailureKind{
	backend.Throttled:      decision.FailureThrottled,
	backend.Conflict:       decision.FailureConflict,
	backend.Fenced:         decision.FailureFenced,
	backend.Unauthorized:   decision.FailureUnauthorized,
	backend.OutcomeUnknown: decision.FailureOutcomeUnknown,
	backend.Ambiguous:      decision.FailureAmbiguous,
	backend.Terminal:       decision.FailureRefused,
}

// failureOf is an error as the decision knows it; what has no class may be tried again.
func failureOf(err error) decision.Failure {
	if err == nil {
		return decision.Failure{}
	}
	var b *BackendError
	if errors.As(err, &b) {
		return decision.Failure{Kind: decision.FailureBackend, Reason: b.Reason}
	}
	kind, known := failures[backend.ClassOf(err)]
	if !known {
		kind = decision.FailureRetryable
	}
	return decision.Failure{Kind: kind, Taken: backend.IsTaken(err)}
}

// Decided is the outcome as the decision knows it.
func (out Outcome) Decided(deleting bool) decision.Outcome {
	o := decision.Outcome{
		Plan: out.Plan, Wrote: out.Wrote, DiffLeft: out.DiffLeft, Settling: out.Settling, Failure: failureOf(out.Err), Deleting: deleting,
		Held: out.Holder != "", Named: out.Named, Together: out.Together, Gated: out.Gated, Lacks: out.Lacks, Doubted: out.Doubted,
	}
	if len(out.Problems) > 0 {
		o.Problem = decision.Problem{Reason: out.Problems[0].Reason, Spec: out.Problems[0].Spec}
	}
	return o
}
