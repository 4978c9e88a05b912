package engine_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// sweep is one pass of the sweep; it returns the names of what has to look.
func (w *world) sweep(tailPeriod time.Duration) []string {
	w.t.Helper()
	b, err := w.Get(w.t.Context(), namespace, v1alpha1.BackendRef{}, false)
	if err != nil {
		w.t.Fatal(err)
	}
	swept, err := w.r.Sweep(context.Background(), b, tailPeriod)
	if err != nil {
		w.t.Fatal(err)
	}
	names := []string{}
	for _, name := range swept.Differ {
		names = append(names, name.Name)
	}
	slices.Sort(names)
	return names
}

// wantSwept compares what a sweep found.
func (w *world) wantSwept(want ...string) {
	w.t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, w.sweep(time.Hour)); diff != "" {
		w.t.Errorf("the sweep found (-want +got):\n%s", diff)
	}
}

func TestASweepFindsAnEditWithOneListAndThePassMendsItWithAReadAndAWrite(t *testing.T) {
	many(t, 20, func(w *world, names []string) {
		w.wantSwept()
		w.rename(w.remoteID(names[7]), "Console")
		w.resetCounts()
		w.wantSwept(names[7])
		if list, reads := w.tenant.Calls(backendtest.VerbObserveMany), w.tenant.Calls(backendtest.VerbObserve); list != 1 || reads != 0 {
			t.Errorf("%d lists and %d reads", list, reads)
		}
		w.run(names...) // What was not found asks for nothing.
		w.wantCalls(0, 1, 0, 0, 1)
		if n := w.tenant.Calls(backendtest.VerbObserve); n != 1 {
			t.Errorf("%d reads", n)
		}
		w.wantSynced(names[7], inSync)
		w.wantSwept()
	})
}

func TestNewObjectsInAPlaceWithoutMarksShareOneListAndNoOtherLook(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("Stranger")})
		var names []string
		var wg sync.WaitGroup
		for i := range 8 {
			names = append(names, fmt.Sprintf("e%d", i))
			w.apply(names[i])
		}
		for _, name := range names {
			wg.Go(func() {
				if _, err := w.r.Reconcile(w.t.Context(), reconcile.Request{NamespacedName: key(name)}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, name := range names {
			w.wantSynced(name, inSync)
		}
		if list, reads := w.tenant.Calls(backendtest.VerbObserveMany), w.tenant.Calls(backendtest.VerbObserve); list != 1 || reads != 0 {
			t.Errorf("%d lists and %d other looks", list, reads)
		}
	})
}

func TestWhatIsReportedIsFoundOnce(t *testing.T) {
	born(t, func(w *world) {
		w.rename(first, "Console")
		w.wantSwept("payroll")
		w.run("payroll")
		w.wantSynced("payroll", "False/Drifted")
		w.resetCounts()
		w.wantSwept()
		w.run("payroll")
		w.wantCalls(0, 0, 0, 0, 0)
		w.rename(first, "Console again")
		w.wantSwept("payroll")
		w.rename(first, "Name of payroll")
		w.wantSwept("payroll")
		w.run("payroll")
		w.wantSynced("payroll", inSync)
	}, manage("", v1alpha1.DriftReport, ""))
}

func TestEveryTailIsReadOnceInEachPeriodAlsoTheFirstAfterARestart(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.Entitlements.Caps.DetailFields = []string{"description"}
		var names, plain []string
		for i := range 24 {
			name := string(rune('a' + i))
			if i%4 == 0 { // It manages nothing that lists do not hold.
				plain = append(plain, name)
				w.apply(name)
				continue
			}
			names = append(names, name)
			w.apply(name, func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("Wanted") })
		}
		w.run(append(names, plain...)...)
		time.Sleep(time.Minute)
		for _, process := range []string{"the first process", "the process after it"} {
			w.wantSwept() // It draws when each tail is due.
			for hour := range 3 {
				read := map[string]int{}
				busiest := 0
				for range 6 {
					time.Sleep(10 * time.Minute)
					found := w.sweep(time.Hour)
					busiest = max(busiest, len(found))
					for _, name := range found {
						read[name]++
					}
					w.run(found...)
				}
				for _, name := range names {
					if read[name] != 1 {
						t.Errorf("%s, hour %d: the tail of %s was read %d times", process, hour, name, read[name])
					}
				}
				if len(read) != len(names) {
					t.Errorf("%s, hour %d: %d objects were read, want %d", process, hour, len(read), len(names))
				}
				if busiest == len(names) {
					t.Errorf("%s, hour %d: all were read at once", process, hour)
				}
			}
			w.restart()
		}
	})
}

func TestWhatWasMadeByHandInPlaceOfARemoteThatIsGoneIsTakenOverOnlyByPolicy(t *testing.T) {
	for sentence, c := range map[string]struct {
		change  func(*v1alpha1.AppEntitlement)
		synced  string
		taken   bool
		remotes int
	}{
		"a stranger of the same name under Create":        {change: manage("", "", ""), synced: "False/RemoteExists", remotes: 1},
		"nor under CreateDuplicate":                       {change: manage(v1alpha1.CreationCreateDuplicate, "", ""), synced: inSync, remotes: 2},
		"taken over under CreateOrAdopt":                  {change: manage(v1alpha1.CreationCreateOrAdopt, "", ""), synced: inSync, taken: true, remotes: 1},
		"never under Report":                              {change: manage(v1alpha1.CreationCreateOrAdopt, v1alpha1.DriftReport, ""), synced: "False/RemoteMissing", remotes: 1},
		"nor in place of what was not even made under it": {change: manage("", v1alpha1.DriftReport, ""), synced: "False/RemoteMissing", remotes: 1},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.tenant.Entitlements.Remove(first)
				stranger := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("Name of payroll")})
				w.wantSwept("payroll")
				w.run("payroll")
				w.wantSynced("payroll", c.synced)
				if n := len(w.tenant.Entitlements.IDs()); n != c.remotes {
					t.Errorf("%d remotes, want %d", n, c.remotes)
				}
				_, mark, _ := w.tenant.Entitlements.Has(stranger)
				if got := w.remoteID("payroll") == stranger; got != c.taken || mark.IsZero() == c.taken {
					t.Errorf("bound to it: %t, want %t; it bears %+v", got, c.taken, mark)
				}
				w.resetCounts()
				w.force("payroll")
				if w.tenant.Writes() != 0 {
					t.Error("it is written again")
				}
			}, c.change)
		})
	}
}

func TestWhatCanOnlyBeAdoptedIsTakenOverAgainWhenItComesBackUnderAnotherID(t *testing.T) {
	in(t, func(w *world) {
		put := func() string {
			return w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("Name of payroll")})
		}
		was := put()
		w.apply("payroll", manage(v1alpha1.CreationAdopt, "", ""))
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		time.Sleep(time.Minute)
		w.tenant.Entitlements.Remove(was)
		w.wantSwept("payroll")
		w.run("payroll")
		w.wantSynced("payroll", "False/RemoteMissing")
		again := put()
		w.wantSwept("payroll")
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := w.remoteID("payroll"); got != again {
			t.Errorf("bound to %q, want %q", got, again)
		}
		w.wantRemotes(again)
	})
}

// TestASweepCountsWhatNobodyMarked in the apps that it lists anyway: without a list more, and of these apps alone.
func TestASweepCountsWhatNobodyMarked(t *testing.T) {
	for sentence, creates := range map[string]bool{"where the operator creates": true, "where it creates nothing lists show no more than what is asked for": false} {
		t.Run(sentence, func(t *testing.T) {
			many(t, 20, func(w *world, names []string) {
				stranger := backend.AppEntitlement{DisplayName: backend.To("Stranger")}
				for range 3 {
					w.tenant.Entitlements.Put(app, backend.Mark{}, stranger)
				}
				w.tenant.Entitlements.Put(app, backend.Mark{Token: "THEIRSTHEIRSTHEI", Owner: "other/theirs", Cluster: "ba9876543210"}, stranger)
				w.tenant.Entitlements.Put("an app without objects", backend.Mark{}, stranger)
				w.tenant.Entitlements.Mark(w.remoteID(names[3]), backend.Mark{})
				if !creates {
					w.tenant.Entitlements.Caps.Create, w.tenant.Entitlements.Caps.Naming = false, backend.Naming{}
				}
				b, err := w.Get(w.t.Context(), namespace, v1alpha1.BackendRef{}, false)
				if err != nil {
					t.Fatal(err)
				}
				w.resetCounts()
				swept, err := w.r.Sweep(w.t.Context(), b, time.Hour)
				if err != nil {
					t.Fatal(err)
				}
				want := [2]int{0, 0}
				if creates {
					want = [2]int{3, 1}
				}
				if got := [2]int{swept.Unmarked, swept.Places}; got != want {
					t.Errorf("%d in %d places, want %d in %d", got[0], got[1], want[0], want[1])
				}
				if list, all := w.tenant.Calls(backendtest.VerbObserveMany), w.tenant.TotalCalls(); list != 1 || all != 1 {
					t.Errorf("%d lists of %d calls, want one of one", list, all)
				}
			})
		})
	}
}
