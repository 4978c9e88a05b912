package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
)

func TestDeleting(t *testing.T) {
	for sentence, c := range map[string]struct {
		deletion v1alpha1.DeletionPolicy
		prepare  func(w *world)
		remotes  []string
		deletes  int
		reason   string
	}{
		"removes the remote":                         {deletes: 1, reason: v1alpha1.ReasonGone},
		"waits for a slow vendor":                    {prepare: func(w *world) { w.tenant.Entitlements.Slow = 3 * time.Minute }, deletes: 1, reason: v1alpha1.ReasonGone},
		"leaves an orphan":                           {deletion: v1alpha1.DeletionOrphan, remotes: []string{first}, reason: v1alpha1.ReasonOrphaned},
		"retires, and goes when the vendor shows it": {deletion: v1alpha1.DeletionRetire, remotes: []string{first}, reason: v1alpha1.ReasonRetired},
		"needs no backend to orphan":                 {deletion: v1alpha1.DeletionOrphan, prepare: func(w *world) { w.backendErr = errors.New("none") }, remotes: []string{first}, reason: v1alpha1.ReasonOrphaned},
		"is content when somebody was faster":        {prepare: func(w *world) { w.tenant.Entitlements.Remove(first) }, reason: v1alpha1.ReasonGone},
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

func TestOfTwentyDeletionsAtOnceNoneGoesUnconfirmed(t *testing.T) {
	many(t, 20, func(w *world, names []string) {
		for _, name := range names {
			w.delete(name)
		}
		w.run(names...)
		if n := w.tenant.Calls(backendtest.VerbDelete); n != 0 {
			t.Errorf("%d deletions were sent, want none", n)
		}
		w.wantSynced(names[19], "Unknown/MassDeletion")
		time.Sleep(time.Minute)
		_, d := w.r.Limits.State(backendID)
		w.r.Limits.Hear(backendID, safety.Said{ConfirmDeletions: safety.Confirmation{Count: d.Waiting, At: d.Newest}})
		w.run(names...)
		w.wantRemotes()
		w.wantGone(names[19])
	})
}

func TestRetiringManyOneAfterTheOtherIsHeldLikeDeletions(t *testing.T) {
	many(t, 20, func(w *world, names []string) {
		for _, name := range names {
			w.edit(name, manage("", "", v1alpha1.DeletionRetire))
			w.run(name)
		}
		w.resetCounts()
		for _, name := range names {
			w.delete(name)
			w.pass(name)
			w.pass(name)
		}
		if n := w.tenant.Calls(backendtest.VerbUpdate); n != 10 {
			t.Errorf("%d were taken out of service, want 10", n)
		}
	})
}

func TestASecondRemoteWithOurMarkIsRemoved(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.LoseResponse()
		w.apply("payroll")
		w.pass("payroll")
		twin := w.tenant.Entitlements.Duplicate(first)
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
		twin := w.tenant.Entitlements.Duplicate(first)
		w.tenant.Entitlements.Change(twin, func(r *backendtest.Remote) { r.Occupied = true })
		w.run("payroll")
		w.wantSynced("payroll", "False/AmbiguousRemote")
		w.wantRemotes(first, twin)
	})
}

func TestARenamedRemoteWhoseStatusIsLostIsDeletedWithItsObject(t *testing.T) {
	born(t, func(w *world) {
		w.tenant.Entitlements.ByName = true
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Another name" })
		w.run("payroll")
		time.Sleep(5 * time.Minute)
		w.wipeStatus("payroll")
		w.delete("payroll")
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes()
	})
}

func TestWhatTheVendorCannotDeleteIsLetGoWhetherOrNotItAnswers(t *testing.T) {
	born(t, func(w *world) {
		w.tenant.Entitlements.Caps.Delete = false
		w.tenant.Paces = map[backend.Priority]backend.Pace{backend.PriorityEdit: {Delay: time.Minute, CircuitOpen: true}}
		w.delete("payroll")
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes(first)
		w.wantCalls(0, 0, 0, 1, 0)
	})
}

func TestAnObjectThatGoesTakesItsDuplicateAlong(t *testing.T) {
	born(t, func(w *world) {
		twin := w.tenant.Entitlements.Duplicate(first)
		w.tenant.Entitlements.Change(twin, func(r *backendtest.Remote) { r.Occupied = true })
		w.wipeStatus("payroll")
		w.delete("payroll")
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes()
	})
}
