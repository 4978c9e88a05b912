package engine_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
)

const (
	inSync = "True/InSync"
	first  = "entitlement-1"
	second = "entitlement-2"
)

// in runs a scenario in a bubble of time, in a new world.
func in(t *testing.T, scenario func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { scenario(newWorld(t)) })
}

// born is a world with one converged object, "payroll", and the counts at zero.
func born(t *testing.T, scenario func(w *world), change ...func(*v1alpha1.AppEntitlement)) {
	t.Helper()
	in(t, func(w *world) {
		w.born(change...)
		scenario(w)
	})
}

// born makes payroll, and forgets what happened.
func (w *world) born(change ...func(*v1alpha1.AppEntitlement)) {
	w.t.Helper()
	w.apply("payroll", change...)
	w.run("payroll")
	w.wantSynced("payroll", inSync)
	time.Sleep(time.Minute)
	w.happened()
	w.resetCounts()
}

func TestANewObjectGetsOneRemoteWithOneMetadataPatchAndOneStatusPatch(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll")
		w.run("payroll")
		w.wantRemotes(first)
		w.wantCalls(1, 0, 0, 1, 1)
		w.wantSynced("payroll", inSync)
		w.wantReady("payroll", inSync)
		obj := w.get("payroll")
		if r := obj.Status.Remote; r.ID != first || r.ParentID != app || r.TenantID != "tenant-1" || obj.Status.Revision != 1 || obj.Status.ClosedAttempt != 1 {
			t.Errorf("status %+v, remote %+v", obj.Status, r)
		}
		if _, mark, _ := w.tenant.Entitlements.Has(first); mark.Owner != "team-a/payroll" || mark.Cluster != cluster || len(mark.Token) != 16 {
			t.Errorf("the remote bears %+v", mark)
		}
		if got := w.happened(); len(got) != 1 || !strings.HasPrefix(got[0], "Normal Creating ") {
			t.Errorf("events %q, want one about the create", got)
		}
	})
}

func TestASecondPassOverAConvergedObjectCallsAndWritesNothing(t *testing.T) {
	born(t, func(w *world) {
		w.run("payroll")
		w.restart()
		w.run("payroll")
		if n := w.tenant.TotalCalls(); n != 0 {
			t.Errorf("%d calls", n)
		}
		w.wantCalls(0, 0, 0, 0, 0)
	})
}

func TestACrashNeverMakesASecondRemote(t *testing.T) {
	for sentence, c := range map[string]struct {
		die    string
		edit   bool
		events string
	}{
		"between claim and send":                        {die: "claimed"},
		"just before the first byte":                    {die: "creating"},
		"after the vendor made it, before it is noted":  {die: "created", events: v1alpha1.ReasonRecovered},
		"after the vendor made it, and the name is new": {die: "created", edit: true},
		"after everything is noted":                     {die: "settled"},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("payroll")
				w.die = c.die
				if _, crashed := w.pass("payroll"); !crashed {
					t.Fatal("the process did not die")
				}
				if c.edit {
					w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "New name" })
				}
				w.run("payroll")
				w.wantRemotes(first)
				w.wantSynced("payroll", inSync)
				if w.remoteID("payroll") != first {
					t.Errorf("bound to %q", w.remoteID("payroll"))
				}
				if got, want := w.nameAtVendor(first), w.get("payroll").Spec.DisplayName; got != want {
					t.Errorf("it is called %q, want %q", got, want)
				}
			})
		})
	}
}

func TestACreateThatWasNotSentIsSentOnceTheWindowIsOver(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll")
		w.die = "claimed"
		w.pass("payroll")
		start := time.Now()
		w.pass("payroll")
		w.wantSynced("payroll", "Unknown/OutcomePending")
		w.wantRemotes()
		w.run("payroll")
		w.wantRemotes(first)
		if waited := time.Since(start); waited < fleet.DefaultWindow || waited > fleet.DefaultWindow+10*time.Second {
			t.Errorf("it was sent after %s, want the window of %s", waited, fleet.DefaultWindow)
		}
	})
}

func TestALostAnswerIsFoundByItsMark(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.Entitlements.Lag = 5 * time.Second
		w.tenant.LoseResponse()
		w.apply("payroll")
		w.pass("payroll")
		w.wantSynced("payroll", "Unknown/OutcomePending")
		w.run("payroll")
		w.wantRemotes(first)
		w.wantSynced("payroll", inSync)
	})
}

func TestALostStatusIsFoundAgain(t *testing.T) {
	born(t, func(w *world) {
		w.wipeStatus("payroll")
		w.run("payroll")
		w.wantCalls(0, 0, 0, 0, 1)
		w.wantSynced("payroll", inSync)
		if w.remoteID("payroll") != first {
			t.Errorf("bound to %q", w.remoteID("payroll"))
		}
	})
}

func TestAClusterRestoredUnderAnotherIDSaysThatTheRemoteExists(t *testing.T) {
	restored := func(w *world) {
		w.wipeStatus("payroll")
		w.id = "ffffffffffff"
		w.restart()
	}
	born(t, func(w *world) {
		restored(w)
		w.run("payroll")
		w.wantSynced("payroll", "False/RemoteExists")
		w.wantCalls(0, 0, 0, 0, 1)
		w.delete("payroll")
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes(first)
	})
	born(t, func(w *world) {
		restored(w)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) {
			e.Spec.Management = &v1alpha1.Management{Creation: v1alpha1.CreationAdopt}
		})
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantRemotes(first)
	})
}

func TestCopiedYAMLGetsARemoteOfItsOwn(t *testing.T) {
	born(t, func(w *world) {
		original := w.get("payroll")
		w.apply("copy", func(e *v1alpha1.AppEntitlement) {
			e.Annotations, e.Finalizers, e.Spec = original.Annotations, original.Finalizers, original.Spec
			e.Spec.Management = &v1alpha1.Management{Creation: v1alpha1.CreationCreateDuplicate}
		})
		w.run("copy")
		w.force("payroll")
		w.wantRemotes(first, second)
		if w.remoteID("copy") != second || w.remoteID("payroll") != first {
			t.Errorf("bound to %q and %q", w.remoteID("payroll"), w.remoteID("copy"))
		}
		if got := strings.Join(w.happened(), "\n"); !strings.Contains(got, v1alpha1.ReasonCopiedIntent) {
			t.Errorf("events %q do not tell of the copied annotation", got)
		}
	})
}

func TestAReplaceThatDropsFinalizerAndIntentIsMended(t *testing.T) {
	born(t, func(w *world) {
		before := w.get("payroll").Annotations[v1alpha1.AnnotationIntent]
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Finalizers, e.Annotations = nil, nil })
		w.run("payroll")
		obj := w.get("payroll")
		if !slices.Contains(obj.Finalizers, v1alpha1.Finalizer) {
			t.Error("the finalizer is missing")
		}
		token := func(s string) string { return s[:strings.Index(s, ",")] }
		if after := obj.Annotations[v1alpha1.AnnotationIntent]; after == "" || token(after) != token(before) {
			t.Errorf("the intent is %s, and was %s", after, before)
		}
		w.wantCalls(0, 0, 0, 1, 1)
		w.wantSynced("payroll", inSync)
		w.resetCounts()
		w.run("payroll")
		if w.tenant.TotalCalls() != 0 {
			t.Error("it does not rest")
		}
	})
}

func TestAnEditIsWritten(t *testing.T) {
	born(t, func(w *world) {
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "New name" })
		w.run("payroll")
		w.wantCalls(0, 1, 0, 0, 1)
		w.wantSynced("payroll", inSync)
		if got := w.nameAtVendor(first); got != "New name" {
			t.Errorf("it is called %q", got)
		}
	})
}

func TestAChangeInTheConsole(t *testing.T) {
	for sentence, c := range map[string]struct {
		drift          v1alpha1.DriftPolicy
		suspend        bool
		synced, name   string
		changes        []string
		updates, event int
	}{
		"is corrected":              {synced: inSync, name: "Name of payroll", updates: 1},
		"is only reported":          {drift: v1alpha1.DriftReport, synced: "False/Drifted", name: "Console", changes: []string{"displayName"}},
		"waits while it is on hold": {suspend: true, synced: "False/Suspended", name: "Console", changes: []string{"displayName"}},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.rename(first, "Console")
				if c.suspend {
					w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true })
				}
				w.force("payroll")
				w.wantSynced("payroll", c.synced)
				if c.suspend {
					w.wantReady("payroll", "False/Suspended")
				} else {
					w.wantReady("payroll", "True/"+strings.Split(c.synced, "/")[1])
				}
				if got := w.nameAtVendor(first); got != c.name {
					t.Errorf("it is called %q, want %q", got, c.name)
				}
				if got := w.get("payroll").Status.Remote.Changes; !slices.Equal(got, c.changes) {
					t.Errorf("changes %v, want %v", got, c.changes)
				}
				if n := w.tenant.Calls(backendtest.VerbUpdate); n != c.updates {
					t.Errorf("%d updates, want %d", n, c.updates)
				}
			}, manage("", c.drift, ""))
		})
	}
}

func TestSuspendHoldsEveryWrite(t *testing.T) {
	in(t, func(w *world) {
		hold := func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true }
		w.apply("payroll", hold)
		w.run("payroll")
		w.wantSynced("payroll", "False/Suspended")
		w.wantRemotes()
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = false })
		w.run("payroll")
		w.wantRemotes(first)
		w.edit("payroll", hold)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.delete("payroll")
		w.run("payroll")
		w.wantSynced("payroll", "False/Suspended")
		w.wantRemotes(first)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = false })
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes()
	})
}

// many is a world with n converged objects.
