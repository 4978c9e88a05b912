package enginetest

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/events"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// Told is what an object said over a number of passes.
type Told struct {
	// Events are those that were sent, and StatusWrites how often the status was written.
	Events       []string
	StatusWrites int
	// Reason and Message are those of Synced.
	Reason, Message string
	// Waits is how long each pass asked to wait for the next one.
	Waits []time.Duration
}

// Repeated makes so many passes over an object that is in sync, and then gets a spec that the vendor refuses, and says what it told.
func Repeated[O engine.Object, D backend.Model](t *testing.T, of Of[O, D], k vendortest.Kept[D], parent string, before, refused D, passes int) (told Told) {
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
		after := w.pass()
		told.Waits = append(told.Waits, after)
		w.pause(after)
	}
	for len(recorder.Events) > 0 {
		told.Events = append(told.Events, <-recorder.Events)
	}
	if c := meta.FindStatusCondition(w.get().GetManagedStatus().Conditions, v1alpha1.ConditionSynced); c != nil {
		told.Reason, told.Message = c.Reason, c.Message
	}
	return told
}
