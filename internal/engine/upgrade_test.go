package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// older makes the status one that an operator of another version wrote.
func (w *world) older(name string) {
	w.t.Helper()
	obj := w.get(name)
	for _, digest := range []*string{&obj.Status.InputsDigest, &obj.Status.Remote.Digest} {
		_, sum, ok := strings.Cut(*digest, ":")
		if !ok {
			w.t.Fatalf("%q has no version", *digest)
		}
		*digest = "v0:" + sum
	}
	obj.Status.Remote.Digest += "00" // It sums up something else.
	if err := w.client.Status().Update(context.Background(), obj); err != nil {
		w.t.Fatal(err)
	}
}

func TestAnUpgradeReadsAndWritesNoConvergedObject(t *testing.T) {
	for sentence, c := range map[string]struct {
		meanwhile func(w *world)
		differ    int
	}{
		"nothing happened meanwhile":         {meanwhile: func(*world) {}},
		"an edit in the console is found":    {meanwhile: func(w *world) { w.rename(first, "Console") }, differ: 1},
		"a deletion in the console is found": {meanwhile: func(w *world) { w.tenant.Entitlements.Remove(first) }, differ: 1},
		"a field that is not managed is nobody's": {meanwhile: func(w *world) {
			w.tenant.Entitlements.Edit(first, func(e *backend.AppEntitlement) { e.Owners = backend.Set{"u9"} })
		}},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.older("payroll")
				w.restart()
				c.meanwhile(w)
				w.resetCounts()
				if result, _ := w.pass("payroll"); result.RequeueAfter != 0 {
					t.Errorf("it comes back after %s", result.RequeueAfter)
				}
				swept, err := w.r.Sweep(w.t.Context(), &w.backend, time.Hour)
				if err != nil {
					t.Fatal(err)
				}
				if len(swept.Differ) != c.differ {
					t.Errorf("%v have to look, want %d", swept.Differ, c.differ)
				}
				w.wantCalls(0, 0, 0, 0, 0)
				if n := w.tenant.Calls(backendtest.VerbObserve); n != 0 {
					t.Errorf("%d reads of single remotes", n)
				}
				if c.differ > 0 {
					w.run("payroll")
					w.wantSynced("payroll", inSync)
					if swept, err = w.r.Sweep(w.t.Context(), &w.backend, time.Hour); err != nil || len(swept.Differ) != 0 {
						t.Errorf("%v have to look again, %v", swept.Differ, err)
					}
				}
			})
		})
	}
}

func TestAnUpgradeStillSeesWhatWasEditedMeanwhile(t *testing.T) {
	born(t, func(w *world) {
		w.older("payroll")
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Edited" })
		w.restart()
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := w.nameAtVendor(first); got != "Edited" {
			t.Errorf("the vendor has %q", got)
		}
	})
}
