package engine_test

import (
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// runsOnce makes entitlements a kind that is made once, at a vendor whose lists lag.
func runsOnce(w *world) {
	lagging(w.tenant.Entitlements)
	w.tenant.Entitlements.Caps.RunOnce = true
}

// cut breaks the next create off, before or after it was carried out.
func cut(before bool) backendtest.Fault {
	lost := backend.Errorf(backend.OutcomeUnknown, "the connection was lost")
	if before {
		return backendtest.Fault{Verb: backendtest.VerbCreate, Before: lost, Times: 1}
	}
	return backendtest.Fault{Verb: backendtest.VerbCreate, After: lost, Times: 1}
}

func TestACreateThatCameToNothingIsSentAgainByItself(t *testing.T) {
	const review = "review"
	made := func(w *world) {
		w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("Name of " + review)})
	}
	for sentence, c := range map[string]struct {
		before bool // the create is cut before it is carried out
		// then is what happens after it was cut.
		then    func(w *world)
		synced  string
		creates int
		remotes int
		says    string
	}{
		"cut before it was carried out": {before: true, synced: inSync, creates: 2, remotes: 1},
		"cut after it was carried out":  {synced: inSync, creates: 1, remotes: 1},
		"carried out and renamed by somebody": {
			then: func(w *world) {
				w.tenant.Entitlements.ByName = true
				w.rename(w.tenant.Entitlements.IDs()[1], "Another")
			},
			synced: inSync, creates: 1, remotes: 1,
		},
		"carried out, and somebody edited the mark away": {
			then:   func(w *world) { w.tenant.Entitlements.Mark(w.tenant.Entitlements.IDs()[1], backend.Mark{}) },
			synced: "False/" + v1alpha1.ReasonRemoteMissing, creates: 1, remotes: 1, says: "which has the name and no mark",
		},
		"cut before, where somebody made one of that name since": {before: true,
			then:   made,
			synced: "False/" + v1alpha1.ReasonRemoteMissing, creates: 1, remotes: 1, says: "which has the name and no mark",
		},
		"cut before, where the create reaches people": {before: true,
			then:   func(w *world) { w.tenant.Entitlements.Caps.Launches = true },
			synced: "False/" + v1alpha1.ReasonRemoteMissing, creates: 1,
		},
		"cut before, and found by a process that starts a day later": {before: true,
			then:   func(w *world) { time.Sleep(25 * time.Hour); w.restart() },
			synced: "False/" + v1alpha1.ReasonRemoteMissing, creates: 1,
		},
		"cut before, and found by a process that starts an hour later": {before: true,
			then: func(w *world) { time.Sleep(time.Hour); w.restart() }, synced: inSync, creates: 2, remotes: 1,
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				runsOnce(w)
				made(w)
				time.Sleep(time.Hour) // That one was there before: it is not what the create made.
				old := len(w.tenant.Entitlements.IDs())
				w.apply(review)
				w.tenant.Inject(cut(c.before))
				w.pass(review)
				if c.then != nil {
					c.then(w)
				}
				w.run(review)
				w.wantSynced(review, c.synced)
				if got := w.tenant.Calls(backendtest.VerbCreate); got != c.creates {
					t.Errorf("%d creates, want %d", got, c.creates)
				}
				if got := len(w.tenant.Entitlements.IDs()) - old; got != c.remotes {
					t.Errorf("%d remotes, want %d", got, c.remotes)
				}
				if got := w.message(review, v1alpha1.ConditionSynced); !strings.Contains(got, c.says) {
					t.Errorf("it says %q", got)
				}
			})
		})
	}
}

func TestARunOnceObjectThatWasBoundIsNeverMadeAgain(t *testing.T) {
	for sentence, lose := range map[string]func(w *world){
		"its remote is deleted":                     func(*world) {},
		"its remote is deleted and its status lost": func(w *world) { w.wipeStatus("review") },
		"both, and another process starts":          func(w *world) { w.wipeStatus("review"); w.restart() },
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				runsOnce(w)
				w.apply("review")
				w.run("review")
				time.Sleep(time.Minute)
				w.tenant.Entitlements.Remove(w.remoteID("review"))
				lose(w)
				w.resetCounts()
				w.force("review")
				time.Sleep(time.Hour)
				w.force("review")
				w.wantSynced("review", "False/"+v1alpha1.ReasonRemoteMissing)
				w.wantCalls(0, 0, 0, 0, w.statusPatches)
			})
		})
	}
}

func TestThatARunOnceObjectIsBoundIsNotedOnce(t *testing.T) {
	in(t, func(w *world) {
		runsOnce(w)
		w.apply("review")
		w.run("review")
		w.wantCalls(1, 0, 0, 2, 1) // The claim, and the note before the status.
		w.metaConflicts = 1        // Somebody edits while an older one is noted.
		w.edit("review", func(e *v1alpha1.AppEntitlement) {
			e.Annotations[v1alpha1.AnnotationIntent] = strings.ReplaceAll(e.Annotations[v1alpha1.AnnotationIntent], `,"bound":true`, "")
		})
		time.Sleep(time.Minute)
		w.resetCounts()
		w.force("review")
		w.wantSynced("review", inSync)
		w.wantCalls(0, 0, 0, 1, 1)
		w.force("review")
		w.wantCalls(0, 0, 0, 1, 1)
		w.edit("review", func(e *v1alpha1.AppEntitlement) { // Pasted from another object: ours is written again, whole.
			e.Annotations[v1alpha1.AnnotationIntent] = strings.NewReplacer("/review", "/other", `,"bound":true`, "").Replace(e.Annotations[v1alpha1.AnnotationIntent])
		})
		w.resetCounts()
		w.force("review")
		w.wantCalls(0, 0, 0, 1, 1)
		if got := w.get("review").Annotations[v1alpha1.AnnotationIntent]; !strings.Contains(got, `"owner":"`+namespace+`/review"`) || !strings.Contains(got, `"bound":true`) {
			t.Errorf("the intent is %s", got)
		}
	})
}

// TestManyDoubtsShareTheirLists: what proves that attempts came to nothing is two lists for all of them.
func TestManyDoubtsShareTheirLists(t *testing.T) {
	many(t, 0, func(w *world, _ []string) {
		runsOnce(w)
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, Times: 5, Before: backend.Errorf(backend.OutcomeUnknown, "lost")})
		names := []string{"a", "b", "c", "d", "e"}
		for _, name := range names {
			w.apply(name)
			w.pass(name)
		}
		w.tenant.Heal()
		time.Sleep(70 * time.Second)
		w.resetCounts()
		for range 3 {
			for _, name := range names {
				w.pass(name)
			}
			time.Sleep(6 * time.Second)
		}
		for _, name := range names {
			w.wantSynced(name, inSync)
		}
		if creates, lists := w.tenant.Calls(backendtest.VerbCreate), w.tenant.Calls(backendtest.VerbObserveMany); creates != 5 || lists != 2 {
			t.Errorf("%d creates and %d lists, want 5 and 2", creates, lists)
		}
	})
}

// TestASecondListThatIsTooEarlyByTheVendorsClockIsTakenAnew: the vendor tells whole seconds, and the first list was slow.
func TestASecondListThatIsTooEarlyByTheVendorsClockIsTakenAnew(t *testing.T) {
	in(t, func(w *world) {
		runsOnce(w)
		w.apply("review")
		w.tenant.Inject(cut(true))
		w.pass("review")
		time.Sleep(61 * time.Second)
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserveMany, Do: func() { time.Sleep(1500 * time.Millisecond) }})
		began := time.Now()
		w.run("review")
		w.wantSynced("review", inSync)
		if took := time.Since(began); took > time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

// TestAnEditWhileAReviewIsMadeLosesNothing: where the create reaches people and marks do not read back, the id is all there is.
func TestAnEditWhileAReviewIsMadeLosesNothing(t *testing.T) {
	in(t, func(w *world) {
		caps := &w.tenant.Entitlements.Caps
		caps.RunOnce, caps.Launches, caps.MarkProven = true, true, false
		w.seen = func(point string) {
			if point == "created" {
				w.metaConflicts = 1
				ids := w.tenant.Entitlements.IDs()
				w.tenant.Entitlements.Mark(ids[len(ids)-1], backend.Mark{})
			}
		}
		w.apply("review")
		w.run("review")
		w.wantSynced("review", inSync)
		w.wantRemotes(w.remoteID("review"))
	})
}
