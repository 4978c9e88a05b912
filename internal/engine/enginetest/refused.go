package enginetest

import (
	"context"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// Told is what an object said over a number of passes.
type Told struct {
	// Events are those that were sent, and StatusWrites how often the status was written.
	Events       []string
	StatusWrites int
	// Reason and Message are those of Synced.
	Reason, Message string
}

// Repeated makes so many passes over an object that is in sync, and then gets a spec that the vendor refuses, and says what it told.
func Repeated[O managed.Object, D backend.Model](t *testing.T, of Of[O, D], k vendortest.Kept[D], parent string, before, refused D, passes int) (told Told) {
	t.Helper()
	w := newWorld(of, k, parent, t.Fatalf)
	recorder := events.NewFakeRecorder(1000)
	w.client = interceptor.NewClient(w.client, interceptor.Funcs{
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, obj client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
			told.StatusWrites++
			return c.SubResource(sub).Patch(ctx, obj, patch, opts...)
		},
	})
	w.restart()
	w.r.Events = recorder
	w.apply(before, "")
	if reason := w.run(); reason != v1alpha1.ReasonInSync {
		t.Fatalf("before the edit it is %s", reason)
	}
	for len(recorder.Events) > 0 {
		<-recorder.Events
	}
	k.ResetCalls()
	told.StatusWrites = 0
	w.edit(refused, func(*v1alpha1.ManagedSpec) {})
	for range passes {
		w.pause(w.pass())
	}
	for len(recorder.Events) > 0 {
		told.Events = append(told.Events, <-recorder.Events)
	}
	if c := meta.FindStatusCondition(w.get().GetManagedStatus().Conditions, v1alpha1.ConditionSynced); c != nil {
		told.Reason, told.Message = c.Reason, c.Message
	}
	return told
}

// Once holds it to one event and one write of the status, and the name of the answer to the end of the message: word is what the
// vendor calls such names.
func (told Told) Once(t *testing.T, word string) {
	t.Helper()
	if len(told.Events) != 1 || told.StatusWrites != 1 || told.Reason != v1alpha1.ReasonRefused {
		t.Errorf("%s: %d writes of the status and the events %q, want one of each", told.Reason, told.StatusWrites, told.Events)
	}
	if at := strings.Index(told.Message, " [the vendor's "+word+" "); at < 0 || !strings.HasSuffix(told.Message, "]") || strings.Contains(told.Message[:at], word) {
		t.Errorf("the name of the answer does not stand last, and there alone: %q", told.Message)
	}
}
