// Package inspect reads what the operator wrote into objects, for people: how things stand, and how objects belong together. It
// asks no vendor.
package inspect

import (
	"cmp"
	"context"
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

// State is how an object stands.
type State string

// The states of an object.
const (
	Ready     State = "Ready"
	Suspended State = "Suspended"
	// Working is not ready yet, and moves by itself.
	Working State = "Working"
	// Stalled waits for a person, or for something that an object of another kind has to bring.
	Stalled State = "Stalled"
	// Unseen was not handled by the operator yet.
	Unseen State = "Unseen"
)

// StateOf is the state of an object's present generation, and what its condition Ready says.
//
// An object that is suspended writes nothing, and so is Suspended whatever its condition has.
func StateOf(obj reference.Managed, now time.Time) (State, metav1.Condition) {
	conditions := obj.GetManagedStatus().Conditions
	ready := meta.FindStatusCondition(conditions, v1alpha1.ConditionReady)
	switch {
	case ready == nil || ready.ObservedGeneration != 0 && ready.ObservedGeneration != obj.GetGeneration():
		return Unseen, metav1.Condition{}
	case ready.Reason == v1alpha1.ReasonSuspended, managed.SuspensionOf(obj, now).On:
		return Suspended, *ready
	case ready.Status == metav1.ConditionTrue:
		return Ready, *ready
	case meta.IsStatusConditionTrue(conditions, v1alpha1.ConditionStalled):
		return Stalled, *ready
	}
	return Working, *ready
}

// Count is how many objects of a kind stand how, at the backends of one vendor.
type Count struct {
	Kind   string        `json:"kind"`
	Vendor string        `json:"vendor"`
	Total  int           `json:"total"`
	States map[State]int `json:"states"`
}

// Named is an object with what is to be said of it.
type Named struct {
	Object string `json:"object"`
	Reason string `json:"reason,omitempty"`
	// Message is that of the condition.
	Message string      `json:"message,omitempty"`
	Since   metav1.Time `json:"since,omitzero"`
}

// Summary is how everything stands.
type Summary struct {
	Counts []Count `json:"counts"`
	// Limits hold writes.
	Limits []Limit `json:"limits,omitempty"`
	// Backends that are not Ready.
	Backends []Named `json:"backends,omitempty"`
	// Stalled lists the objects that wait for a person, the longest first.
	Stalled []Named `json:"stalled,omitempty"`
	// Overdue lists the reviews whose end has passed and that are not over.
	Overdue []Named `json:"overdue,omitempty"`
	Sweeps  []Sweep `json:"sweeps,omitempty"`
}

// unknownVendor stands for that of a backend that is not there.
const unknownVendor = "(no backend)"

// hiddenVendor stands for that of a cluster backend that the user may not read.
const hiddenVendor = "(not readable)"

// Summarize reads the objects of a namespace, or of all if it is empty.
func Summarize(ctx context.Context, reader client.Reader, namespace string, now time.Time) (Summary, error) {
	backends, out, hidden, err := backendsOf(ctx, reader, namespace)
	if err != nil {
		return Summary{}, err
	}
	objects, err := managedObjects(ctx, reader, namespace)
	if err != nil {
		return Summary{}, err
	}
	counts := map[[2]string]*Count{}
	for _, obj := range objects {
		kind := reference.KindOf(obj)
		vendor := cmp.Or(backends[backendOf(obj)], unknownVendor)
		if hidden && obj.GetManagedSpec().BackendRef.Kind == v1alpha1.KindClusterGovernanceBackend {
			vendor = hiddenVendor
		}
		count := counts[[2]string{kind, vendor}]
		if count == nil {
			count = &Count{Kind: kind, Vendor: vendor, States: map[State]int{}}
			counts[[2]string{kind, vendor}] = count
		}
		state, ready := StateOf(obj, now)
		count.Total++
		count.States[state]++
		if state == Stalled {
			out.Stalled = append(out.Stalled, named(obj, ready))
		}
		if review, ok := obj.(*v1alpha1.AccessReview); ok && overdue(review, now) {
			out.Overdue = append(out.Overdue, Named{Object: nameOf(obj), Reason: string(review.Status.State), Since: *review.Status.Deadline})
		}
	}
	for _, count := range counts {
		out.Counts = append(out.Counts, *count)
	}
	slices.SortFunc(out.Counts, func(a, b Count) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Vendor, b.Vendor))
	})
	for _, list := range []*[]Named{&out.Backends, &out.Stalled, &out.Overdue} {
		slices.SortFunc(*list, func(a, b Named) int {
			return cmp.Or(a.Since.Compare(b.Since.Time), strings.Compare(a.Object, b.Object))
		})
	}
	return out, nil
}

// overdue reports whether a review should be over.
func overdue(review *v1alpha1.AccessReview, now time.Time) bool {
	switch review.Status.State {
	case v1alpha1.ReviewCompleted, v1alpha1.ReviewFailed, v1alpha1.ReviewRemoved:
		return false
	default:
		return review.Status.Deadline != nil && review.Status.Deadline.Time.Before(now)
	}
}

// managedObjects lists the objects of the managed kinds.
func managedObjects(ctx context.Context, reader client.Reader, namespace string) ([]reference.Managed, error) {
	var out []reference.Managed
	entitlements, profiles, reviews := &v1alpha1.AppEntitlementList{}, &v1alpha1.AccessProfileList{}, &v1alpha1.AccessReviewList{}
	for _, list := range []client.ObjectList{entitlements, profiles, reviews} {
		if err := reader.List(ctx, list, client.InNamespace(namespace)); err != nil {
			return nil, err
		}
	}
	for i := range entitlements.Items {
		out = append(out, &entitlements.Items[i])
	}
	for i := range profiles.Items {
		out = append(out, &profiles.Items[i])
	}
	for i := range reviews.Items {
		out = append(out, &reviews.Items[i])
	}
	return out, nil
}

// backendOf is the backend that an object names.
func backendOf(obj reference.Managed) reference.Object {
	ref := obj.GetManagedSpec().BackendRef
	if ref.Kind == v1alpha1.KindClusterGovernanceBackend {
		return reference.Object{Kind: ref.Kind, Name: ref.Name}
	}
	return reference.Object{Kind: v1alpha1.KindGovernanceBackend, Namespace: obj.GetNamespace(), Name: ref.Name}
}

func idOf(obj reference.Managed) reference.Object {
	return reference.Object{Kind: reference.KindOf(obj), Namespace: obj.GetNamespace(), Name: obj.GetName()}
}

// nameOf is kind/name, with the namespace behind it.
func nameOf(obj reference.Managed) string { return inWords(idOf(obj)) }

// inWords names an object as kubectl does, with its namespace where it has one.
func inWords(o reference.Object) string {
	name := o.Kind + "/" + o.Name
	if o.Namespace != "" {
		name += " in " + o.Namespace
	}
	return name
}

func named(obj reference.Managed, ready metav1.Condition) Named {
	return withCondition(idOf(obj), &ready)
}

func withCondition(o reference.Object, ready *metav1.Condition) Named {
	out := Named{Object: inWords(o), Reason: string(Unseen)}
	if ready != nil {
		out.Reason, out.Message, out.Since = ready.Reason, ready.Message, ready.LastTransitionTime
	}
	return out
}
