package engine_test

import (
	"context"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// laggard is a cache that still shows an object as it was.
type laggard struct {
	client.Client
	was *v1alpha1.AppEntitlement
}

func (l laggard) Get(_ context.Context, _ client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
	l.was.DeepCopyInto(obj.(*v1alpha1.AppEntitlement))
	return nil
}

func TestACacheThatDoesNotShowOurLastWriteIsWaitedFor(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll")
		was := w.get("payroll")
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.resetCounts()
		w.r.Client = laggard{w.client, was}
		result, _ := w.pass("payroll")
		if n := w.tenant.TotalCalls(); n != 0 || result.RequeueAfter == 0 || result.RequeueAfter > time.Second {
			t.Errorf("%d calls, and back after %s", n, result.RequeueAfter)
		}
		w.wantCalls(0, 0, 0, 0, 0)

		w.r.Client = w.client
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "New name" })
		w.run("payroll")
		w.wantCalls(0, 1, 0, 0, 1)

		// A control plane that was put back to an earlier state does not stop us for good.
		w.resetCounts()
		w.r.Client = laggard{w.client, was}
		time.Sleep(11 * time.Second)
		w.pass("payroll")
		if n := w.tenant.Calls(backendtest.VerbObserve); n == 0 {
			t.Error("it is never looked at again")
		}
	})
}
