package decision

import (
	"slices"

	"github.com/governance-operator/governance-operator/api/v1alpha1/reasons"
)

// Ending is one way in which a pass ends, as far as it differs from others in what is shown or in who brings the object back.
type Ending struct {
	// Question and Rule are those of the decision. Where none of its rules ended the pass, Rule is what did.
	Question, Rule string
	Outcome        Outcome
	Effects        Effects
}

// Reason is what Reconciling and Stalled show of such a pass, and what Ready shows unless it keeps its own.
func (e Ending) Reason() string {
	switch {
	case e.Outcome.Failure.Kind == NoFailure && e.Outcome.Problem.Reason != "":
		return e.Outcome.Problem.Reason
	case e.Effects.Synced.Status != "":
		return e.Effects.Synced.Reason
	case e.Effects.Accepted.Status == False:
		return e.Effects.Accepted.Reason
	}
	if e.Outcome.Plan == nil {
		return ""
	}
	return e.Outcome.Plan.Reason
}

// What a pass ends with where a rule has not decided: what is wrong with a spec, with what it refers to, and with its backend.
var (
	ofSpecs      = []string{reasons.InvalidSpec, reasons.FieldUnsupported, reasons.ExpressionInvalid}
	ofReferences = []string{
		reasons.ReferenceNotFound, reasons.ReferenceNotReady, reasons.ReferenceCycle, reasons.NameNotFound, reasons.NameAmbiguous, reasons.NameMoved,
	}
	ofBackends = []string{reasons.BackendNotFound, reasons.BackendNotAllowed, reasons.BackendNotReady, reasons.TenantChanged}
)

// failures are the ways in which a call fails, in words.
var failures = map[FailureKind]string{
	FailureRetryable:      "the vendor, or the way to it, failed",
	FailureThrottled:      "the vendor asked for a pause",
	FailureConflict:       "somebody else wrote the object at the same moment",
	FailureUnauthorized:   "the vendor did not take the credentials",
	FailureOutcomeUnknown: "the answer to a create was lost",
	FailureAmbiguous:      "more than one remote answers",
	FailureRefused:        "the vendor refused it",
	FailureFenced:         "another manager took over",
}

// Endings are all ways in which a pass ends.
func Endings() (all []Ending) {
	add := func(question, rule string, outcomes ...Outcome) {
		for _, o := range outcomes {
			all = append(all, Ending{Question: question, Rule: rule, Outcome: o, Effects: Follow(o)})
		}
	}
	for _, reason := range ofSpecs {
		add("", "the spec cannot be carried out", Outcome{Problem: Problem{Reason: reason, Spec: true}})
	}
	for _, reason := range ofReferences {
		add("", "something that the spec names is not as it has to be", Outcome{Problem: Problem{Reason: reason}})
	}
	for _, q := range questions {
		for _, r := range q.rules {
			add(q.name, r.name, outcomesOf(r.plan)...)
		}
	}
	for _, reason := range ofBackends {
		add("", "the backend cannot be used", Outcome{Failure: Failure{Kind: FailureBackend, Reason: reason}})
	}
	for kind := FailureRetryable; kind <= FailureFenced; kind++ {
		failure := Failure{Kind: kind}
		add("", failures[kind], Outcome{Failure: failure})
		if kind == FailureRefused {
			add("", "the vendor refused it for a name that another object has", Outcome{Failure: failure, Held: true})
			add("", "the vendor refused it for a name that something has", Outcome{Failure: Failure{Kind: kind, Taken: true}})
			add("", "the vendor refused the deletion", Outcome{Failure: failure, Deleting: true})
		}
		add("", "the vendor failed three times in a row in a way that may be a mistake of the spec", Outcome{Failure: failure, Doubted: true})
	}
	return all
}

// outcomesOf are those of passes that end with a plan.
func outcomesOf(plan *Plan) []Outcome {
	switch {
	case plan.Action == Observe: // No pass ends with it.
		return nil
	case plan.Action.Writes():
		return []Outcome{{Plan: plan, Wrote: true}, {Plan: plan, Wrote: true, DiffLeft: true}, {Plan: plan, Wrote: true, Settling: true}}
	}
	out := []Outcome{{Plan: plan}}
	switch plan.Reason {
	case reasons.ClaimedByOther, reasons.RemoteExists: // The object that has it may be of this cluster, and is waited for.
		out = append(out, Outcome{Plan: plan, Held: true}, Outcome{Plan: plan, Held: true, Named: true}, Outcome{Plan: plan, Together: true}, Outcome{Plan: plan, Held: true, Named: true, Together: true})
	case reasons.InvalidSpec:
		out = append(out, Outcome{Plan: plan, Lacks: true})
	}
	return slices.DeleteFunc(out, func(o Outcome) bool { return Follow(o).Leave && (o.Held || o.Together) })
}

// Known are facts of an object that its spec and its status show. What is nil is not known.
type Known struct {
	Deleting, Bound, RunOnce *bool
	Creation                 *Creation
	Drift                    *Drift
	Deletion                 *Deletion
	RemoteID                 *RemoteID
	Phase                    *PhaseFact
}

// values are the facts that are known.
func (k Known) values() map[fact]int {
	out := map[fact]int{}
	for f, is := range map[fact]*bool{factDeleting: k.Deleting, factBound: k.Bound, factRunOnce: k.RunOnce} {
		if is != nil {
			out[f] = 0
			if *is {
				out[f] = 1
			}
		}
	}
	know(out, factCreation, k.Creation)
	know(out, factDrift, k.Drift)
	know(out, factDeletion, k.Deletion)
	know(out, factRemoteID, k.RemoteID)
	know(out, factPhase, k.Phase)
	return out
}

func know[T ~int](in map[fact]int, f fact, value *T) {
	if value != nil {
		in[f] = int(*value)
	}
}

// Possible are the names of the rules that can answer, whatever the facts are that are not known.
func Possible(k Known) map[string]bool {
	known, out := k.values(), map[string]bool{}
	walk(func(r *reader) {
		out[decide(questions, &reader{choose: func(f fact) int {
			if v, ok := known[f]; ok {
				return v
			}
			return r.choose(f)
		}}).name] = true
	})
	return out
}
