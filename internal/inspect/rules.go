package inspect

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Rule is one of the decision.
type Rule struct {
	// Question is the part of the decision that the rule belongs to, empty where no rule ended the pass.
	Question string `json:"question,omitempty"`
	Rule     string `json:"rule"`
	// Again is when the operator looks again by itself, if it is this rule.
	Again string `json:"again,omitempty"`
}

// endingsOf are the ways in which the last pass may have ended, by what the object shows.
func endingsOf(obj reference.Managed, decided *metav1.Condition) []decision.Ending {
	if decided == nil {
		return nil
	}
	conditions := obj.GetManagedStatus().Conditions
	shows := func(kind string, s decision.State) bool {
		c := meta.FindStatusCondition(conditions, kind)
		return s.Status == "" || c != nil && string(c.Status) == string(s.Status) && c.Reason == s.Reason
	}
	active := func(e decision.Ending) bool {
		for _, kind := range []decision.Activity{decision.Reconciling, decision.Stalled} {
			if meta.IsStatusConditionTrue(conditions, string(kind)) != (e.Effects.Also == kind) {
				return false
			}
		}
		return true
	}
	tests := []func(decision.Ending) bool{
		func(e decision.Ending) bool {
			return !e.Effects.Leave && (e.Reason() == decided.Reason || e.Effects.Refs == decision.No(decided.Reason) || e.Effects.Accepted == decision.No(decided.Reason))
		},
		func(e decision.Ending) bool { return shows(v1alpha1.ConditionSynced, e.Effects.Synced) },
		active,
		func(e decision.Ending) bool { return shows(v1alpha1.ConditionAccepted, e.Effects.Accepted) },
		func(e decision.Ending) bool { return shows(v1alpha1.ConditionResolvedRefs, e.Effects.Refs) },
		// A write ends like this, too; from then on it is the rule that finds nothing to do that answers.
		func(e decision.Ending) bool {
			return e.Outcome.Plan == nil || e.Outcome.Plan.Reason == decided.Reason || e.Outcome.Failure.Kind != decision.NoFailure
		},
	}
	left := decision.Endings()
	for i, test := range tests {
		narrowed := kept(left, test)
		if len(narrowed) == 0 && i == 0 {
			return nil
		}
		if len(narrowed) > 0 { // A moved name, for example, is told whatever the pass ended with.
			left = narrowed
		}
	}
	for _, known := range []decision.Known{knownOf(obj, true), knownOf(obj, false)} {
		possible := decision.Possible(known)
		if narrowed := kept(left, func(e decision.Ending) bool { return e.Question == "" || possible[e.Rule] }); len(narrowed) > 0 {
			return narrowed
		}
	}
	return left
}

func kept(in []decision.Ending, test func(decision.Ending) bool) (out []decision.Ending) {
	for _, e := range in {
		if test(e) {
			out = append(out, e)
		}
	}
	return out
}

// knownOf are the facts that an object shows. Whether it was bound, and how its remote stood, is told by a pass that wrote nothing;
// one that wrote has put what came of it into the status.
func knownOf(obj reference.Managed, held bool) decision.Known {
	spec, drift := obj.GetManagedSpec(), decision.DriftCorrect
	var out decision.Known
	if m := spec.Management; m != nil {
		if m.Drift == v1alpha1.DriftReport {
			drift = decision.DriftReport
		}
		if creation, ok := map[v1alpha1.CreationPolicy]decision.Creation{
			v1alpha1.CreationAdopt: decision.CreationAdopt, v1alpha1.CreationCreate: decision.CreationCreate,
			v1alpha1.CreationCreateOrAdopt: decision.CreationCreateOrAdopt, v1alpha1.CreationCreateDuplicate: decision.CreationCreateDuplicate,
		}[m.Creation]; ok {
			out.Creation = &creation
		}
		if deletion, ok := map[v1alpha1.DeletionPolicy]decision.Deletion{
			v1alpha1.DeletionOrphan: decision.DeletionOrphan, v1alpha1.DeletionRetire: decision.DeletionRetire, v1alpha1.DeletionDelete: decision.DeletionDelete,
		}[m.Deletion]; ok {
			out.Deletion = &deletion
		}
	}
	deleting, bound, remoteID := !obj.GetDeletionTimestamp().IsZero(), boundTo(obj) != "", decision.RemoteIDNone
	switch {
	case spec.RemoteID == "":
	case !held:
		out.Drift, out.Deleting = &drift, &deleting
		return out
	case bound && spec.RemoteID != boundTo(obj):
		remoteID = decision.RemoteIDMismatch
	default:
		remoteID = decision.RemoteIDSet
	}
	out.Drift, out.Deleting, out.RemoteID = &drift, &deleting, &remoteID
	if !held {
		return out
	}
	if once := false; reference.KindOf(obj) != v1alpha1.KindAccessReview { // Only a review runs once.
		out.RunOnce = &once
	}
	out.Bound = &bound
	if phase, ok := map[v1alpha1.RemotePhase]decision.PhaseFact{
		"Pending": decision.PhasePending, "Sealed": decision.PhaseSealed, "Failed": decision.PhaseFailed, "Live": decision.PhaseLive,
	}[phaseOf(obj)]; ok && bound {
		out.Phase = &phase
	}
	return out
}

func boundTo(obj reference.Managed) string {
	if remote := obj.GetManagedStatus().Remote; remote != nil {
		return remote.ID
	}
	return ""
}

func phaseOf(obj reference.Managed) v1alpha1.RemotePhase {
	if remote := obj.GetManagedStatus().Remote; remote != nil {
		return remote.Phase
	}
	return ""
}

// rulesOf are the rules of endings, each once.
func rulesOf(endings []decision.Ending, resync string) (out []Rule) {
	for _, e := range endings {
		words := e.Effects.Requeue.Words(resync)
		at := slices.IndexFunc(out, func(r Rule) bool { return r.Rule == e.Rule })
		switch {
		case at < 0:
			out = append(out, Rule{Question: e.Question, Rule: e.Rule, Again: words})
		case words != "" && !strings.Contains(out[at].Again, words):
			out[at].Again = joinedBy(", or ", out[at].Again, words)
		}
	}
	return out
}

// comesAgain is when an object comes back by itself, and what else brings it back.
func comesAgain(endings []decision.Ending, resync string) (again string, wakes []string) {
	var times []string
	for _, e := range endings {
		if words := e.Effects.Requeue.Words(resync); words != "" && !slices.Contains(times, words) {
			times = append(times, words)
		}
		for _, words := range e.Effects.Wake.Words() {
			if !slices.Contains(wakes, words) {
				wakes = append(wakes, words)
			}
		}
	}
	return strings.Join(times, ", or "), wakes
}
