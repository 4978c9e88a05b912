package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

func TestAServerThatTrimsIsWrittenToOnce(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.Entitlements.Normalize = func(_ backend.AppEntitlement, after *backend.AppEntitlement) {
			after.DisplayName = backend.To(strings.ToUpper(strings.TrimSpace(backend.Value(after.DisplayName))))
		}
		w.apply("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "  Payroll read " })
		w.run("payroll")
		w.wantCalls(1, 0, 0, 1, 1)
		w.wantSynced("payroll", inSync)
		w.restart()
		w.force("payroll")
		w.wantSynced("payroll", inSync)
		w.rename(first, "Console")
		w.force("payroll")
		w.wantCalls(1, 1, 0, 1, w.statusPatches)
		w.wantSynced("payroll", inSync)
	})
}

func TestAServerThatDropsAFieldIsWrittenToThreeTimes(t *testing.T) {
	born(t, func(w *world) {
		w.tenant.Entitlements.Normalize = func(before backend.AppEntitlement, after *backend.AppEntitlement) {
			after.Description = before.Description
		}
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Kept by nobody") })
		w.run("payroll")
		w.force("payroll")
		w.wantSynced("payroll", "False/NonConverging")
		if n := w.tenant.Calls(backendtest.VerbUpdate); n != 3 {
			t.Errorf("%d updates, want 3", n)
		}
		if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, "spec.description") {
			t.Errorf("%q does not name the field", got)
		}
	})
}

func TestTheVendorRefuses(t *testing.T) {
	for sentence, c := range map[string]struct {
		err                 error
		synced, ready, also string
		after               time.Duration
		told                int
	}{
		"for a while": {err: &backend.Error{Class: backend.Throttled, After: 42 * time.Second, Err: errors.New("slow down")},
			synced: "Unknown/Throttled", ready: "True/InSync", also: v1alpha1.ConditionReconciling, after: 42 * time.Second},
		"the credentials": {err: backend.Errorf(backend.Unauthorized, "who are you"),
			synced: "Unknown/BackendNotReady", ready: "True/InSync", also: v1alpha1.ConditionReconciling, after: 30 * time.Second, told: 1},
		"to be reached": {err: backend.Errorf(backend.Retryable, "connection refused"),
			synced: "Unknown/BackendUnavailable", ready: "True/InSync", also: v1alpha1.ConditionReconciling, after: time.Second},
		"the write": {err: backend.Errorf(backend.Terminal, "no"), synced: "False/Refused", ready: "False/Refused", also: v1alpha1.ConditionStalled, after: time.Minute},
		"to say which": {err: backend.Errorf(backend.Ambiguous, "two"), synced: "False/AmbiguousRemote", ready: "False/AmbiguousRemote",
			also: v1alpha1.ConditionStalled, after: time.Minute},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.tenant.Down = c.err
				w.r.Force(key("payroll"))
				result, _ := w.pass("payroll")
				w.wantSynced("payroll", c.synced)
				w.wantReady("payroll", c.ready)
				if result.RequeueAfter < c.after || result.RequeueAfter > c.after+c.after/10+time.Second {
					t.Errorf("it comes back after %s, want %s", result.RequeueAfter, c.after)
				}
				if w.refused != c.told {
					t.Errorf("the backend was told %d times, want %d", w.refused, c.told)
				}
				if got := w.message("payroll", c.also); !strings.Contains(got, c.err.Error()) {
					t.Errorf("%s says %q, want the vendor's words %q", c.also, got, c.err)
				}
				w.tenant.Down = nil
				w.force("payroll")
				w.wantSynced("payroll", inSync)
				w.wantReady("payroll", inSync)
				for _, kind := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
					if got := w.condition("payroll", kind); got != "absent" {
						t.Errorf("%s is still %s", kind, got)
					}
				}
			})
		})
	}
}

func TestCallsThatAreHeldAreWrittenDownOnce(t *testing.T) {
	for sentence, c := range map[string]struct {
		class  backend.Class
		pace   backend.Pace
		synced string
	}{
		"by the breaker":       {backend.Retryable, backend.Pace{Delay: 5 * time.Second, CircuitOpen: true}, "Unknown/BackendUnavailable"},
		"because it was asked": {backend.Throttled, backend.Pace{Delay: 5 * time.Second, Throttled: true}, "Unknown/Throttled"},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				held := func() {
					t.Helper()
					w.tenant.Paces = map[backend.Priority]backend.Pace{backend.PriorityEdit: c.pace}
					for range 3 {
						w.r.Force(key("payroll"))
						if result, _ := w.pass("payroll"); result.RequeueAfter < c.pace.Delay {
							t.Errorf("it comes back after %s, want %s", result.RequeueAfter, c.pace.Delay)
						}
					}
				}
				before := w.statusPatches
				held()
				w.wantSynced("payroll", c.synced)
				if n := w.statusPatches - before; n != 1 {
					t.Errorf("%d status patches, want 1", n)
				}
				w.tenant.Paces, w.tenant.Down = nil, &backend.Error{Class: c.class, Err: errors.New("no answer")}
				w.r.Force(key("payroll"))
				w.pass("payroll")
				before = w.statusPatches
				held()
				if n := w.statusPatches - before; n != 0 {
					t.Errorf("%d status patches after the vendor's own words, want none", n)
				}
				if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, "no answer") {
					t.Errorf("%q is not what the vendor said", got)
				}
			})
		})
	}
}

func TestACreateThatIsKnownToHaveFailedIsSentAgainAtOnce(t *testing.T) {
	for sentence, c := range map[string]struct {
		err   error
		lease error
	}{
		"it was refused":           {err: backend.Errorf(backend.Terminal, "no")},
		"it was throttled":         {err: &backend.Error{Class: backend.Throttled, After: time.Second, Err: errors.New("slow down")}},
		"it conflicted":            {err: backend.Errorf(backend.Conflict, "somebody was faster")},
		"the fence stopped it":     {err: backend.Errorf(backend.Fenced, "the claim is old")},
		"the lease was lost first": {lease: errors.New("the lease is lost")},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.lease = c.lease
				if c.err != nil {
					w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, Before: c.err})
				}
				w.apply("payroll")
				w.pass("payroll")
				w.wantRemotes()
				if obj := w.get("payroll"); obj.Status.ClosedAttempt != 1 {
					t.Errorf("the attempt is not closed: %d", obj.Status.ClosedAttempt)
				}
				w.lease = nil
				time.Sleep(2 * time.Second)
				w.run("payroll")
				w.wantRemotes(first)
			})
		})
	}
}

func TestAConflictOnTheClaimEndsThePass(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll")
		w.metaConflicts = 1
		result, _ := w.pass("payroll")
		w.wantCalls(0, 0, 0, 0, 0)
		if result.RequeueAfter != time.Second {
			t.Errorf("it comes back after %s", result.RequeueAfter)
		}
		w.run("payroll")
		w.wantRemotes(first)
	})
}

func TestWhatWasWrittenAtTheVendorIsWrittenDownDespiteConflicts(t *testing.T) {
	for sentence, conflicts := range map[string]int{"a single one": 1, "a few": 4, "half a minute of them": 12} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("payroll")
				w.statusConflicts = conflicts
				w.pass("payroll")
				if got := w.remoteID("payroll"); got != first {
					t.Errorf("the id was lost: %q", got)
				}
				w.run("payroll")
				w.wantRemotes(first)
				w.wantSynced("payroll", inSync)
			})
		})
	}
}

func TestAConflictWithoutAWriteAtTheVendorIsLeftToTheNextPass(t *testing.T) {
	born(t, func(w *world) {
		w.rename(first, "Console")
		w.edit("payroll", manage("", v1alpha1.DriftReport, ""))
		w.statusConflicts = 1
		w.r.Force(key("payroll"))
		if result, _ := w.pass("payroll"); result.RequeueAfter != time.Second || w.statusPatches != 0 {
			t.Errorf("back after %s with %d patches", result.RequeueAfter, w.statusPatches)
		}
	})
}

func TestTheStatusOfAnotherLifeIsNotWritten(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll")
		w.statusConflicts = 1
		w.seen = func(point string) {
			if point != "created" {
				return
			}
			w.seen = nil
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Finalizers = nil })
			w.delete("payroll")
			w.apply("payroll")
		}
		w.pass("payroll")
		if obj := w.get("payroll"); obj.UID != "uid-2" || obj.Status.Remote != nil {
			t.Errorf("the new object %s bears the status of the old one: %+v", obj.UID, obj.Status.Remote)
		}
	})
}

func TestAnEditDuringTheWriteIsNotLost(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll")
		w.seen = func(point string) {
			if point == "created" {
				w.seen = nil
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "New name" })
			}
		}
		w.pass("payroll")
		if got := w.remoteID("payroll"); got != first {
			t.Errorf("the id was lost: %q", got)
		}
		w.run("payroll")
		if got := w.nameAtVendor(first); got != "New name" {
			t.Errorf("it is called %q", got)
		}
		w.wantRemotes(first)
	})
}

func TestAnUpdateThatHappenedInPartIsWrittenDownAndKeepsReady(t *testing.T) {
	born(t, func(w *world) {
		w.rename(first, "Console")
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbUpdate, After: backend.Errorf(backend.Conflict, "the second call met another edit"), Partial: true})
		w.r.Force(key("payroll"))
		w.pass("payroll")
		w.wantReady("payroll", inSync)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
	})
}
