package inspect

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/governance-operator/governance-operator/internal/reference"
)

// Event is what was said of an object, or of its backend.
type Event struct {
	// Last is when it was said last, and Count how often.
	Last   time.Time `json:"last"`
	Count  int32     `json:"count"`
	Type   string    `json:"type"`
	Object string    `json:"object"`
	Reason string    `json:"reason"`
	// Message is the whole text.
	Message string `json:"message"`
}

// Events are those of an object and of its backend, the oldest first. The cluster keeps them for an hour, unless it is configured
// otherwise.
func Events(ctx context.Context, reader client.Reader, obj reference.Managed) ([]Event, error) {
	self, backend := idOf(obj), backendOf(obj)
	var out []Event
	for _, namespace := range slices.Compact([]string{obj.GetNamespace(), cmp.Or(backend.Namespace, corev1.NamespaceDefault)}) {
		list := &corev1.EventList{}
		if err := reader.List(ctx, list, client.InNamespace(namespace)); apierrors.IsForbidden(err) && namespace != obj.GetNamespace() {
			continue // Those of a cluster backend are not for everybody.
		} else if err != nil {
			return nil, err
		}
		for i := range list.Items {
			e := &list.Items[i]
			about := reference.Object{Kind: e.InvolvedObject.Kind, Namespace: e.InvolvedObject.Namespace, Name: e.InvolvedObject.Name}
			if about != self && about != backend {
				continue
			}
			out = append(out, Event{Last: lastSaid(e), Count: max(e.Count, 1), Type: e.Type, Object: inWords(about), Reason: e.Reason, Message: e.Message})
		}
	}
	slices.SortStableFunc(out, func(a, b Event) int { return cmp.Or(a.Last.Compare(b.Last), strings.Compare(a.Object, b.Object)) })
	return out, nil
}

// lastSaid is when an event was said last: the two ways of recording events have it in different fields.
func lastSaid(e *corev1.Event) time.Time {
	latest := e.CreationTimestamp.Time
	for _, at := range []time.Time{e.LastTimestamp.Time, e.EventTime.Time} {
		if at.After(latest) {
			latest = at
		}
	}
	if e.Series != nil && e.Series.LastObservedTime.After(latest) {
		latest = e.Series.LastObservedTime.Time
	}
	return latest
}
