package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// refuse fails every call of a verb from now on, each time with another name for the answer.
func (w *world) refuse(verb backendtest.Verb, class backend.Class, doubtful bool) {
	n, e := 0, &backend.Error{Class: class, Doubtful: doubtful, Err: errors.New("500: user_id is required")}
	w.tenant.Inject(backendtest.Fault{Verb: verb, Times: backendtest.Always, Before: e, Do: func() {
		n++
		e.Reference = fmt.Sprintf("request-id 2x%04d", n)
	}})
}

func TestARefusalWithNewNamesOfAnswersIsWrittenDownOnce(t *testing.T) {
	born(t, func(w *world) {
		w.refuse(backendtest.VerbUpdate, backend.Terminal, false)
		w.happened()
		patches, tries := w.statusPatches, w.tenant.Calls(backendtest.VerbUpdate)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Refused") })
		for range 20 {
			w.pass("payroll")
		}
		if got := w.tenant.Calls(backendtest.VerbUpdate) - tries; got != 20 {
			t.Errorf("%d tries, want 20", got)
		}
		if got := w.statusPatches - patches; got != 1 {
			t.Errorf("%d writes of the status, want 1", got)
		}
		events := w.happened()
		if len(events) != 1 || !strings.Contains(events[0], "500: user_id is required") {
			t.Errorf("got events %q, want one", events)
		}
		const want = "500: user_id is required [the vendor's request-id 2x0001]"
		if got := w.message("payroll", v1alpha1.ConditionSynced); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestAFailureThatMayBeAMistakeIsSaidAfterThreeAndSlowsDown(t *testing.T) {
	born(t, func(w *world) {
		w.refuse(backendtest.VerbUpdate, backend.Retryable, true)
		w.happened()
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Refused, perhaps") })
		for range 2 {
			w.pass("payroll")
			w.wantSynced("payroll", "Unknown/BackendUnavailable")
		}
		if events := w.happened(); len(events) != 0 {
			t.Errorf("it is told already: %q", events)
		}
		w.pass("payroll")
		w.wantSynced("payroll", "Unknown/RefusedPerhaps")
		if got := w.message("payroll", v1alpha1.ConditionStalled); !strings.Contains(got, "user_id is required") {
			t.Errorf("the vendor's words are not in %q", got)
		}
		patches, tries := w.statusPatches, w.tenant.Calls(backendtest.VerbUpdate)
		w.follow("payroll", 10*time.Hour)
		if got := w.tenant.Calls(backendtest.VerbUpdate) - tries; got < 12 || got > 16 {
			t.Errorf("%d tries in ten hours, want one after 1, 2, 4, 8, 16, 32 minutes and then hourly", got)
		}
		if events := w.happened(); len(events) != 1 || w.statusPatches != patches {
			t.Errorf("events %q and %d writes of the status for the tries that followed, want one event in all", events, w.statusPatches-patches)
		}
		w.tenant.Heal()
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Mended") })
		w.run("payroll")
		w.wantSynced("payroll", inSync)
	})
}

func TestACreateThatFailsSoIsStillProvenAbsentBeforeEachTry(t *testing.T) {
	in(t, func(w *world) {
		w.refuse(backendtest.VerbCreate, backend.OutcomeUnknown, true)
		w.apply("payroll")
		w.follow("payroll", 20*time.Hour)
		w.wantSynced("payroll", "Unknown/RefusedPerhaps")
		creates := w.tenant.Calls(backendtest.VerbCreate)
		if creates < 20 || creates > 30 {
			t.Errorf("%d creates in twenty hours", creates)
		}
		warned := 0
		for _, e := range w.happened() {
			if strings.Contains(e, "RefusedPerhaps") {
				warned++
			}
		}
		if warned != 1 {
			t.Errorf("it is told %d times", warned)
		}
		// One of them came to something after all: it is found, and no other is made.
		w.tenant.Heal()
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, After: &backend.Error{Class: backend.OutcomeUnknown, Doubtful: true, Err: errors.New("500: user_id is required")}})
		w.follow("payroll", 3*time.Hour)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantRemotes(first)
	})
}

func TestAnotherProcessKnowsWhatWasSaid(t *testing.T) {
	born(t, func(w *world) {
		w.refuse(backendtest.VerbUpdate, backend.Retryable, true)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Refused, perhaps") })
		for range 3 {
			w.pass("payroll")
		}
		w.wantSynced("payroll", "Unknown/RefusedPerhaps")
		w.happened()
		patches := w.statusPatches
		w.restart()
		w.pass("payroll")
		w.wantSynced("payroll", "Unknown/RefusedPerhaps")
		if events := w.happened(); len(events) != 0 || w.statusPatches != patches {
			t.Errorf("events %q and %d writes", events, w.statusPatches-patches)
		}
	})
}
