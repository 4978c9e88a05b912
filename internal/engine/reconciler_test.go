package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine"
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
		w.apply("payroll", change...)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		time.Sleep(time.Minute)
		w.happened()
		w.resetCounts()
		scenario(w)
	})
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
		if waited := time.Since(start); waited < engine.DefaultWindow || waited > engine.DefaultWindow+10*time.Second {
			t.Errorf("it was sent after %s, want the window of %s", waited, engine.DefaultWindow)
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

func TestCopiedYAMLGetsARemoteOfItsOwn(t *testing.T) {
	born(t, func(w *world) {
		original := w.get("payroll")
		w.apply("copy", func(e *v1alpha1.AppEntitlement) {
			e.Annotations, e.Finalizers, e.Spec = original.Annotations, original.Finalizers, original.Spec
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

func TestDeleting(t *testing.T) {
	for sentence, c := range map[string]struct {
		deletion v1alpha1.DeletionPolicy
		prepare  func(w *world)
		remotes  []string
		deletes  int
		reason   string
	}{
		"removes the remote":                  {deletes: 1, reason: v1alpha1.ReasonGone},
		"waits for a slow vendor":             {prepare: func(w *world) { w.tenant.Entitlements.Slow = 3 * time.Minute }, deletes: 1, reason: v1alpha1.ReasonGone},
		"leaves an orphan":                    {deletion: v1alpha1.DeletionOrphan, remotes: []string{first}, reason: v1alpha1.ReasonOrphaned},
		"needs no backend to orphan":          {deletion: v1alpha1.DeletionOrphan, prepare: func(w *world) { w.backendErr = errors.New("none") }, remotes: []string{first}, reason: v1alpha1.ReasonOrphaned},
		"is content when somebody was faster": {prepare: func(w *world) { w.tenant.Entitlements.Remove(first) }, reason: v1alpha1.ReasonGone},
		"survives an answer that is lost": {prepare: func(w *world) {
			w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbDelete, After: backend.Errorf(backend.Retryable, "lost")})
		}, deletes: 1, reason: v1alpha1.ReasonGone},
		"survives a crash after the vendor did it": {prepare: func(w *world) { w.die = "deleted" }, deletes: 1, reason: v1alpha1.ReasonGone},
		"survives a crash before the release":      {prepare: func(w *world) { w.die = "releasing" }, deletes: 1, reason: v1alpha1.ReasonGone},
		"leaves what a connector owns": {prepare: func(w *world) {
			w.tenant.Entitlements.Change(first, func(r *backendtest.Remote) { r.Undeletable = true })
		}, remotes: []string{first}, reason: v1alpha1.ReasonNotDeletable},
		"leaves what is somebody else's by now": {prepare: func(w *world) {
			w.tenant.Entitlements.Mark(first, backend.Mark{Token: "X", Owner: "other/one", Cluster: "ffffffffffff"})
		}, remotes: []string{first}, reason: v1alpha1.ReasonNotOurs},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				if c.prepare != nil {
					c.prepare(w)
				}
				w.delete("payroll")
				w.run("payroll")
				w.wantGone("payroll")
				w.wantRemotes(c.remotes...)
				if n := w.tenant.Calls(backendtest.VerbDelete); n != c.deletes {
					t.Errorf("%d deletions were sent, want %d", n, c.deletes)
				}
				if got := w.happened(); len(got) == 0 || !strings.Contains(got[len(got)-1], " "+c.reason+" ") {
					t.Errorf("events %q, want the last about %s", got, c.reason)
				}
			}, manage("", "", c.deletion))
		})
	}
}

func TestADeletionThatTheVendorCannotTakeSaysSinceWhenAndOrphanLetsItGo(t *testing.T) {
	born(t, func(w *world) {
		w.tenant.Down = backend.Errorf(backend.Retryable, "connection refused")
		w.delete("payroll")
		since := w.get("payroll").DeletionTimestamp.UTC().Format(time.RFC3339)
		w.pass("payroll")
		w.wantSynced("payroll", "Unknown/BackendUnavailable")
		w.wantReady("payroll", "False/Deleting")
		for _, word := range []string{since, "Orphan", "connection refused"} {
			if got := w.message("payroll", v1alpha1.ConditionReady); !strings.Contains(got, word) {
				t.Errorf("%q does not say %q", got, word)
			}
		}
		patches := w.statusPatches
		time.Sleep(time.Hour)
		w.pass("payroll")
		if w.statusPatches != patches {
			t.Error("an hour later the status was written again with the same words")
		}
		w.edit("payroll", manage("", "", v1alpha1.DeletionOrphan))
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes(first)
	})
}

func TestOfTwoObjectsOneOwnsARemote(t *testing.T) {
	in(t, func(w *world) {
		id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("Stranger")})
		byID := func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id }
		w.apply("elder", byID)
		w.run("elder")
		time.Sleep(time.Minute)
		w.apply("younger", byID)
		w.run("younger")
		w.wantSynced("elder", inSync)
		w.wantSynced("younger", "False/ClaimedByOther")
		if got := w.message("younger", v1alpha1.ConditionSynced); !strings.Contains(got, "team-a/elder") {
			t.Errorf("%q does not name the owner", got)
		}
		w.delete("younger")
		w.run("younger")
		w.wantGone("younger")
		w.wantRemotes(id)
		w.force("elder")
		w.wantSynced("elder", inSync)
	})
}

func TestAnObjectThatWentWithoutUsHoldsNoClaim(t *testing.T) {
	born(t, func(w *world) {
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Finalizers = nil })
		w.delete("payroll")
		w.wantGone("payroll")
		w.run("payroll")
		w.apply("heir", manage(v1alpha1.CreationCreateOrAdopt, "", ""), func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = first })
		w.run("heir")
		w.wantSynced("heir", inSync)
		w.wantRemotes(first)
	})
}

func TestAdopting(t *testing.T) {
	for sentence, c := range map[string]struct {
		mark    backend.Mark
		change  func(id string) func(*v1alpha1.AppEntitlement)
		synced  string
		remotes int
		name    string
	}{
		"by id": {change: func(id string) func(*v1alpha1.AppEntitlement) {
			return func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id }
		}, synced: inSync, remotes: 1, name: "Name of payroll"},
		"by name": {change: func(string) func(*v1alpha1.AppEntitlement) { return manage(v1alpha1.CreationAdopt, "", "") },
			synced: inSync, remotes: 1, name: "Name of payroll"},
		"what is there instead of making one": {change: func(string) func(*v1alpha1.AppEntitlement) {
			return manage(v1alpha1.CreationCreateOrAdopt, "", "")
		}, synced: inSync, remotes: 1, name: "Name of payroll"},
		"reports differences under Report": {change: func(id string) func(*v1alpha1.AppEntitlement) {
			return func(e *v1alpha1.AppEntitlement) {
				manage("", v1alpha1.DriftReport, "")(e)
				e.Spec.RemoteID, e.Spec.Description = id, backend.To("Ours")
			}
		}, synced: "False/Drifted", remotes: 1, name: "Name of payroll"},
		"leaves another cluster's remote alone": {mark: backend.Mark{Token: "X", Owner: "team-b/x", Cluster: "ffffffffffff"},
			change: func(id string) func(*v1alpha1.AppEntitlement) {
				return func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id }
			}, synced: "False/RemoteExists", remotes: 1, name: "Name of payroll"},
		"never happens under Create by name": {change: func(string) func(*v1alpha1.AppEntitlement) { return manage("", "", "") },
			synced: inSync, remotes: 2, name: "Name of payroll"},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				id := w.tenant.Entitlements.Put(app, c.mark, backend.AppEntitlement{DisplayName: backend.To("Name of payroll")})
				w.apply("payroll", c.change(id))
				w.run("payroll")
				w.wantSynced("payroll", c.synced)
				if n := len(w.tenant.Entitlements.IDs()); n != c.remotes {
					t.Errorf("%d remotes, want %d", n, c.remotes)
				}
				if got := w.nameAtVendor(id); got != c.name {
					t.Errorf("it is called %q", got)
				}
				_, mark, _ := w.tenant.Entitlements.Has(id)
				if adopted := w.remoteID("payroll") == id; adopted != (mark.Owner == "team-a/payroll") {
					t.Errorf("bound to it: %t, and it bears %+v", adopted, mark)
				}
				w.resetCounts()
				w.force("payroll")
				if w.tenant.Writes() != 0 {
					t.Error("it is written again")
				}
			})
		})
	}
}

func TestReapplyingAfterOrphan(t *testing.T) {
	for sentence, c := range map[string]struct {
		creation v1alpha1.CreationPolicy
		synced   string
		bound    string
		recover  bool
	}{
		"is refused under Create":                               {synced: "False/RemoteExists"},
		"takes it back under CreateOrAdopt":                     {creation: v1alpha1.CreationCreateOrAdopt, synced: inSync, bound: first},
		"is refused under Create when it was found by its mark": {synced: "False/RemoteExists", recover: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("other", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true })
				w.run("other") // Takes the list that everything in the app shares.
				if c.recover {
					w.tenant.LoseResponse()
				}
				w.apply("payroll", manage("", "", v1alpha1.DeletionOrphan))
				w.run("payroll")
				w.delete("payroll")
				w.run("payroll")
				w.wantGone("payroll")
				w.apply("payroll", manage(c.creation, "", ""), func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Another name" })
				w.run("payroll")
				w.wantSynced("payroll", c.synced)
				w.wantRemotes(first)
				if got := w.remoteID("payroll"); got != c.bound {
					t.Errorf("bound to %q, want %q", got, c.bound)
				}
			})
		})
	}
}

func TestAnotherTenantIsNeverWrittenTo(t *testing.T) {
	born(t, func(w *world) {
		w.tenant.Entitlements.Remove(first)
		w.backend.TenantID = "tenant-2"
		w.apply("new")
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "New name" })
		w.run("payroll", "new")
		w.wantSynced("payroll", "Unknown/TenantChanged")
		w.wantSynced("new", "Unknown/TenantChanged")
		w.delete("payroll")
		w.run("payroll")
		w.wantSynced("payroll", "Unknown/TenantChanged")
		if w.tenant.Writes() != 0 {
			t.Error("something was written")
		}
	})
}

func TestATenantThatChangedAMomentAgoIsNotCreatedIn(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.ID = backend.TenantID{ID: "tenant-2"}
		w.apply("payroll")
		w.run("payroll")
		w.wantSynced("payroll", "Unknown/TenantChanged")
		w.wantCalls(0, 0, 0, 0, w.statusPatches)
	})
}

// many is a world with n converged objects.
func many(t *testing.T, n int, scenario func(w *world, names []string)) {
	t.Helper()
	in(t, func(w *world) {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("e%02d", i))
			w.apply(names[i])
		}
		w.run(names...)
		time.Sleep(time.Minute)
		w.resetCounts()
		w.happened()
		scenario(w, names)
	})
}

func TestTwentyThatVanishAtOnceAreNeitherMadeNorReleased(t *testing.T) {
	many(t, 20, func(w *world, names []string) {
		w.tenant.Blind = true
		w.delete(names[0])
		w.force(names...)
		w.apply("new")
		w.run("new")
		for _, name := range append(names[1:], "new") {
			w.wantSynced(name, "Unknown/MassAbsence")
		}
		w.wantSynced(names[0], "Unknown/MassAbsence")
		if w.tenant.Writes() != 0 || len(w.tenant.Entitlements.IDs()) != 20 {
			t.Error("something was written")
		}
		w.tenant.Blind = false
		w.force(names...)
		for _, name := range names[1:] {
			w.wantSynced(name, inSync)
		}
		w.wantGone(names[0])
		if n := w.tenant.Calls(backendtest.VerbCreate); n != 0 {
			t.Errorf("%d creates", n)
		}
	})
}

func TestOneThatVanishedIsMadeAgain(t *testing.T) {
	many(t, 5, func(w *world, names []string) {
		w.tenant.Entitlements.Remove(first)
		w.force(names...)
		w.wantCalls(1, 0, 0, 1, w.statusPatches)
		w.wantSynced(names[0], inSync)
		if got := w.remoteID(names[0]); got != "entitlement-6" {
			t.Errorf("bound to %q", got)
		}
	})
}

func TestTheEleventhDeletionAtOnceWaits(t *testing.T) {
	many(t, 20, func(w *world, names []string) {
		for _, name := range names {
			w.delete(name)
		}
		w.run(names...)
		if n := w.tenant.Calls(backendtest.VerbDelete); n != 10 {
			t.Errorf("%d deletions were sent, want 10", n)
		}
		w.wantSynced(names[19], "Unknown/MassDeletion")
		w.r.Brakes.AcceptDeletions(backendID, 20)
		w.run(names[10:]...)
		w.wantRemotes()
		w.wantGone(names[19])
	})
}

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
			synced: "Unknown/BackendNotReady", ready: "True/InSync", also: v1alpha1.ConditionReconciling, told: 1},
		"to be reached": {err: backend.Errorf(backend.Retryable, "connection refused"),
			synced: "Unknown/BackendUnavailable", ready: "True/InSync", also: v1alpha1.ConditionReconciling, after: time.Second},
		"the write": {err: backend.Errorf(backend.Terminal, "no"), synced: "False/Refused", ready: "False/Refused", also: v1alpha1.ConditionStalled, after: time.Hour},
		"to say which": {err: backend.Errorf(backend.Ambiguous, "two"), synced: "False/AmbiguousRemote", ready: "False/AmbiguousRemote",
			also: v1alpha1.ConditionStalled, after: time.Hour},
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

func TestAbsenceIsProvedOnlyByAListThatIsYoungEnough(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.Entitlements.Caps.ListLag, w.tenant.Entitlements.Lag = 5*time.Second, 5*time.Second
		w.apply("elder")
		w.run("elder")
		time.Sleep(time.Minute)
		w.apply("payroll")
		w.run("payroll")
		time.Sleep(1500 * time.Millisecond)
		w.tenant.Entitlements.Remove(first)
		w.force("elder") // Takes a list that does not show payroll's remote yet.
		time.Sleep(4 * time.Second)
		w.tenant.ResetCalls()
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserve, Do: func() { w.tenant.Blind = true }})
		w.seen = func(string) { w.tenant.Blind = false }
		w.backend.Verify = func(ctx context.Context) (backend.TenantID, error) {
			w.tenant.Blind = false
			return w.tenant.Identity(ctx)
		}
		w.r.Force(key("payroll"))
		w.pass("payroll")
		if n := w.tenant.Calls(backendtest.VerbCreate); n != 0 {
			t.Error("a list from before its own write told that the remote is gone, and another was made")
		}
	})
}

func TestASecondRemoteWithOurMarkIsRemoved(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.LoseResponse()
		w.apply("payroll")
		w.pass("payroll")
		twin := w.tenant.Entitlements.Twin(first)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantRemotes(first)
		if _, _, there := w.tenant.Entitlements.Has(twin); there || w.remoteID("payroll") != first {
			t.Errorf("bound to %q", w.remoteID("payroll"))
		}
	})
}

func TestASecondRemoteThatPeopleUseIsLeftToThem(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.LoseResponse()
		w.apply("payroll")
		w.pass("payroll")
		twin := w.tenant.Entitlements.Twin(first)
		w.tenant.Entitlements.Change(twin, func(r *backendtest.Remote) { r.Occupied = true })
		w.run("payroll")
		w.wantSynced("payroll", "False/AmbiguousRemote")
		w.wantRemotes(first, twin)
	})
}

func TestManyObjectsAtOnce(t *testing.T) {
	in(t, func(w *world) {
		var names []string
		for i := range 24 {
			names = append(names, fmt.Sprintf("e%02d", i))
			w.apply(names[i])
		}
		w.run(names[:12]...)
		time.Sleep(time.Minute)
		w.tenant.Entitlements.Remove(w.remoteID(names[0]))
		w.tenant.Entitlements.Remove(w.remoteID(names[1]))
		var wg sync.WaitGroup
		for _, name := range names {
			w.r.Force(key(name))
			wg.Go(func() {
				for range 20 {
					result, err := w.r.Reconcile(t.Context(), reconcile.Request{NamespacedName: key(name)})
					if err != nil {
						t.Error(err)
					}
					if result.RequeueAfter == 0 || result.RequeueAfter > time.Minute {
						return
					}
					time.Sleep(result.RequeueAfter)
				}
			})
		}
		wg.Wait()
		for _, name := range names {
			w.wantSynced(name, inSync)
		}
		if n := len(w.tenant.Entitlements.IDs()); n != 24 {
			t.Errorf("%d remotes for 24 objects", n)
		}
	})
}
