package inspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Why is the decision that is in force for an object, and what led there.
type Why struct {
	Object string `json:"object"`
	State  State  `json:"state"`
	// Reason is that of the decision in force, and Condition the one that has it, since Since.
	Reason    string      `json:"reason,omitempty"`
	Condition string      `json:"condition,omitempty"`
	Since     metav1.Time `json:"since,omitzero"`
	// Written is when the operator wrote the status last: all of this is as of then.
	Written metav1.Time `json:"written,omitzero"`
	// Message is what the operator said of it.
	Message string `json:"message,omitempty"`
	// Facts are what the object, its backend, and what it refers to show.
	Facts []string `json:"facts,omitempty"`
	// Rules of the decision that end with this reason, and fit what the object shows: one, where that tells them apart.
	Rules []Rule `json:"rules,omitempty"`
	// Person: it waits for a person.
	Person bool `json:"person"`
	// Again is when the operator looks again by itself, and Wakes is what brings it back before.
	Again string   `json:"again,omitempty"`
	Wakes []string `json:"wakes,omitempty"`
	// Means is what the page on reasons says.
	Means string `json:"means,omitempty"`
	// Ways out.
	Ways []Way `json:"ways,omitempty"`
	// Backend is why that of the object is not Ready.
	Backend *Why `json:"backend,omitempty"`
}

// Explain reads what the operator wrote into an object, into its backend and into what the object refers to.
func Explain(ctx context.Context, reader client.Reader, obj reference.Managed, caller Caller, now time.Time) (Why, error) {
	s := &subject{id: idOf(obj), obj: obj, caller: caller, suspension: managed.SuspensionOf(obj, now)}
	if err := s.read(ctx, reader); err != nil {
		return Why{}, err
	}
	out := Why{Object: nameOf(obj), Written: writtenAt(obj)}
	out.State, _ = StateOf(obj, now)
	s.decided = inForce(obj)
	out.take(s.decided)
	out.Person = meta.IsStatusConditionTrue(obj.GetManagedStatus().Conditions, v1alpha1.ConditionStalled)
	s.endings = endingsOf(obj, s.decided)
	out.Rules = rulesOf(s.endings, s.resync())
	out.Again, out.Wakes = comesAgain(s.endings, s.resync())
	if !s.suspension.Until.IsZero() {
		out.Again = joinedBy(" and ", out.Again, "when the suspension ends at "+s.suspension.Until.UTC().Format(time.RFC3339))
	}
	out.Facts = s.facts()
	out.Means = meaning(out.Reason)
	out.Ways = s.ways()
	if s.backend != nil && !backendReady(s.backend) {
		why := explainBackend(s.backend, s.backendID, caller)
		out.Backend = &why
	}
	events, err := Events(ctx, reader, obj)
	if err != nil && !unavailable(err) {
		return Why{}, err
	}
	for _, e := range latestOf(events, out.Object) {
		out.Facts = append(out.Facts, fmt.Sprintf("event at %s: %s: %s", e.Last.UTC().Format(time.RFC3339), e.Reason, e.Message))
	}
	return out, nil
}

// take takes over what a condition says.
func (w *Why) take(c *metav1.Condition) {
	if c != nil {
		w.Reason, w.Condition, w.Since, w.Message = c.Reason, c.Type, c.LastTransitionTime, c.Message
	}
}

// inForce is the condition that has the decision in force: the one that is there while something is under way or stuck, else
// Synced. Where the spec is only held up by another condition, it is that one. Nil where nothing was decided yet.
func inForce(obj reference.Managed) *metav1.Condition {
	conditions := obj.GetManagedStatus().Conditions
	var found *metav1.Condition
	for _, kind := range []string{v1alpha1.ConditionStalled, v1alpha1.ConditionReconciling, v1alpha1.ConditionSynced} {
		if c := meta.FindStatusCondition(conditions, kind); c != nil && found == nil {
			found = c
		}
	}
	if found == nil || found.Reason != v1alpha1.ReasonBlocked {
		return found
	}
	for _, kind := range []string{v1alpha1.ConditionAccepted, v1alpha1.ConditionResolvedRefs} {
		if meta.IsStatusConditionFalse(conditions, kind) {
			return meta.FindStatusCondition(conditions, kind)
		}
	}
	return found
}

// writtenAt is when the status was written last, as the API server noted it.
func writtenAt(obj client.Object) (at metav1.Time) {
	for _, f := range obj.GetManagedFields() {
		if f.Subresource == "status" && f.Time != nil && f.Time.After(at.Time) {
			at = *f.Time
		}
	}
	return at
}

// latestOf are the last events of an object itself.
func latestOf(events []Event, object string) []Event {
	const most = 3
	own := slices.DeleteFunc(slices.Clone(events), func(e Event) bool { return e.Object != object })
	return own[max(len(own)-most, 0):]
}

// joinedBy joins what is not empty.
func joinedBy(by string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), by)
}

// backendObject is one of the two kinds of backends.
type backendObject interface {
	client.Object
	GetBackendSpec() *v1alpha1.GovernanceBackendSpec
	GetBackendStatus() *v1alpha1.GovernanceBackendStatus
}

// backendAgain is when a backend is looked at again.
const backendAgain = "at least once a minute"

// ExplainBackend explains a backend.
func ExplainBackend(obj client.Object, caller Caller) (Why, error) {
	backend, ok := obj.(backendObject)
	if !ok {
		return Why{}, fmt.Errorf("%s is no backend", obj.GetName())
	}
	id := reference.Object{Kind: v1alpha1.KindClusterGovernanceBackend, Name: obj.GetName()}
	if namespace := obj.GetNamespace(); namespace != "" {
		id = reference.Object{Kind: v1alpha1.KindGovernanceBackend, Namespace: namespace, Name: obj.GetName()}
	}
	return explainBackend(backend, id, caller), nil
}

func explainBackend(obj backendObject, id reference.Object, caller Caller) Why {
	st := obj.GetBackendStatus()
	out := Why{Object: inWords(id), State: Unseen, Again: backendAgain, Wakes: []string{"an edit or an annotation of the backend, or of what it names"}, Written: writtenAt(obj)}
	ready := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady)
	if ready == nil || ready.ObservedGeneration != 0 && ready.ObservedGeneration != obj.GetGeneration() {
		out.Facts = []string{notHandled(obj.GetGeneration(), st.ObservedGeneration)}
	}
	if ready == nil {
		return out
	}
	out.take(ready)
	switch {
	case len(out.Facts) > 0:
	case ready.Status == metav1.ConditionTrue:
		out.State = Ready
	case meta.IsStatusConditionTrue(st.Conditions, v1alpha1.ConditionStalled):
		out.State, out.Person = Stalled, true
	default:
		out.State = Working
	}
	out.Facts = append(out.Facts, "tenant "+cmp.Or(st.TenantName, st.TenantID, "not known yet")+" at "+obj.GetBackendSpec().Endpoint)
	for _, c := range st.Counts {
		if c.LastSweepAt != nil {
			out.Facts = append(out.Facts, fmt.Sprintf("%d objects of %s were compared with the vendor at %s", c.Managed, c.Kind, c.LastSweepAt.UTC().Format(time.RFC3339)))
		}
	}
	if obj.GetBackendSpec().Suspend {
		out.Facts = append(out.Facts, "spec.suspend holds every write to this tenant")
	}
	out.Means = meaning(ready.Reason)
	out.Ways = backendWays(obj, id, ready, caller)
	return out
}

func backendReady(obj backendObject) bool {
	return meta.IsStatusConditionTrue(obj.GetBackendStatus().Conditions, v1alpha1.ConditionReady)
}

func notHandled(generation, observed int64) string {
	if observed <= 0 {
		return "the operator has not handled it yet"
	}
	return fmt.Sprintf("the operator has not handled generation %d yet: all of this is about generation %d", generation, observed)
}
