package engine

import (
	"errors"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

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

// decided is the outcome as the decision knows it.
func (out outcome) decided(deleting bool) decision.Outcome {
	o := decision.Outcome{
		Plan: out.plan, Wrote: out.wrote, DiffLeft: out.diffLeft, Settling: out.settling, Failure: failureOf(out.err), Deleting: deleting,
		Held: out.holder != "", Named: out.named, Together: out.together, Gated: out.gated, Lacks: out.lacks, Doubted: out.doubted,
	}
	if len(out.problems) > 0 {
		o.Problem = decision.Problem{Reason: out.problems[0].Reason, Spec: out.problems[0].Spec}
	}
	return o
}
