package engine_test

import (
	"fmt"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
)

// opened is a world of n objects that opened something.
func opened(t *testing.T, n int, scenario func(w *world, names []string)) {
	t.Helper()
	in(t, func(w *world) {
		removing(w)
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("payroll-%02d", i))
			w.apply(names[i], bad)
		}
		w.run(names...)
		time.Sleep(time.Hour)
		w.resetCounts()
		scenario(w, names)
	})
}

func (w *world) open(names []string) (out int) {
	for _, name := range names {
		if w.emergency(w.remoteID(name)) {
			out++
		}
	}
	return out
}

func TestManyClosingsAtOnceWaitAsDeletionsDo(t *testing.T) {
	opened(t, 12, func(w *world, names []string) {
		for _, name := range names {
			w.edit(name, plain)
		}
		w.run(names...)
		w.wantCalls(0, 0, 0, 0, 12)
		for _, name := range names {
			w.wantSynced(name, "Unknown/"+v1alpha1.ReasonMassDeletion)
		}
		_, d := w.r.Limits.State(backendID)
		if d.Waiting != 12 || !d.Held {
			t.Errorf("%+v", d)
		}
		w.r.Limits.Hear(backendID, safety.Said{ConfirmDeletions: safety.Confirmation{Count: 12, At: d.Newest}})
		for _, name := range names {
			w.force(name)
			w.wantSynced(name, inSync)
		}
		if n := w.open(names); n != 0 {
			t.Errorf("%d are still open", n)
		}
	})
}

func TestAFewClosingsWaitForNobody(t *testing.T) {
	opened(t, 12, func(w *world, names []string) {
		for _, name := range names[:10] {
			w.edit(name, plain)
		}
		w.run(names...)
		if n := w.open(names); n != 2 {
			t.Errorf("%d are still open, want 2", n)
		}
	})
}

func TestWhatIsKeptOrSuspendedIsNotCounted(t *testing.T) {
	opened(t, 12, func(w *world, names []string) {
		for i, name := range names {
			w.edit(name, func(e *v1alpha1.AppEntitlement) {
				plain(e)
				if i < 6 {
					e.Spec.Management = &v1alpha1.Management{Removed: v1alpha1.RemovedKeep}
				} else if i < 10 {
					e.Spec.Suspend = true
				}
			})
		}
		w.run(names...)
		if n := w.open(names); n != 10 {
			t.Errorf("%d are still open, want 10", n)
		}
	})
}
