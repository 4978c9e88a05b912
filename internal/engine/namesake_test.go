package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func called(name string) func(*v1alpha1.AppEntitlement) {
	return func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = name }
}

func entitlement(name, alias, resource string) backend.AppEntitlement {
	return backend.AppEntitlement{DisplayName: backend.To(name), Block: &conductorone.EntitlementBlock{
		Alias: backend.To(alias), ResourceID: backend.To(resource)}}
}

func withAlias(alias string) func(*v1alpha1.AppEntitlement) {
	return func(e *v1alpha1.AppEntitlement) {
		e.Spec.ConductorOne = &v1alpha1.ConductorOneEntitlement{Alias: alias}
	}
}

func TestNothingIsMadeBesideWhatHasTheName(t *testing.T) {
	for sentence, c := range map[string]struct {
		mark   backend.Mark
		there  []backend.AppEntitlement
		change []func(*v1alpha1.AppEntitlement)
		parent string
		synced string
		says   string
	}{
		"made by hand":                    {synced: "False/RemoteExists", says: `remote "entitlement-1" in "app-1" has the name already and is not marked by any operator`},
		"of another cluster":              {mark: backend.Mark{Token: "T", Owner: "elsewhere/theirs", Cluster: "ffffffffffff"}, synced: "False/RemoteExists", says: `of cluster "ffffffffffff"`},
		"of an object that went":          {mark: marked("team-a/gone"), synced: "False/RemoteExists", says: "marked by team-a/gone of this cluster"},
		"of an object of this cluster":    {mark: marked("team-a/other"), synced: "False/ClaimedByOther", says: "belongs to AppEntitlement team-a/other"},
		"of an earlier life":              {mark: marked("team-a/payroll"), synced: "False/RemoteExists", says: "marked by team-a/payroll of this cluster"},
		"there twice already":             {there: []backend.AppEntitlement{entitlement("Payroll", "", ""), entitlement("Payroll", "", "")}, synced: "False/RemoteExists", says: "CreateDuplicate"},
		"in another app":                  {parent: "app-2", synced: inSync},
		"that is wanted":                  {change: []func(*v1alpha1.AppEntitlement){manage(v1alpha1.CreationCreateDuplicate, "", "")}, synced: inSync},
		"written another way":             {there: []backend.AppEntitlement{entitlement("payroll", "", "")}, synced: inSync},
		"of the same alias":               {there: []backend.AppEntitlement{entitlement("Other", "pay", "")}, change: []func(*v1alpha1.AppEntitlement){withAlias("pay")}, synced: "False/RemoteExists"},
		"of the name and another alias":   {there: []backend.AppEntitlement{entitlement("Payroll", "other", "")}, change: []func(*v1alpha1.AppEntitlement){withAlias("pay")}, synced: inSync},
		"of some resource, and any would": {there: []backend.AppEntitlement{entitlement("Payroll", "", "resource-1")}, synced: "False/RemoteExists"},
	} {
		for _, how := range []string{"alone", "when a list tells it"} {
			t.Run(sentence+" "+how, func(t *testing.T) {
				in(t, func(w *world) {
					w.apply("other", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true })
					if how == "alone" {
						w.run("other") // The mark index is taken before the remote is there.
						time.Sleep(time.Minute)
					}
					if c.there == nil {
						c.there = []backend.AppEntitlement{entitlement("Payroll", "", "")}
					}
					if c.parent == "" {
						c.parent = app
					}
					for _, there := range c.there {
						w.tenant.Entitlements.Put(c.parent, c.mark, there)
					}
					w.apply("payroll", append(c.change, called("Payroll"))...)
					w.run("payroll")
					w.wantSynced("payroll", c.synced)
					want := len(c.there)
					if c.synced == inSync {
						want++
					}
					if n := len(w.tenant.Entitlements.IDs()); n != want {
						t.Errorf("%d remotes, want %d", n, want)
					}
					if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, c.says) {
						t.Errorf("Synced says %q, want %q in it", got, c.says)
					}
					w.resetCounts()
					w.force("payroll")
					if w.tenant.Writes() != 0 {
						t.Error("it is written")
					}
				})
			})
		}
	}
}

func TestARemoteOfTheNameThatGoesMakesRoomWithinAMinute(t *testing.T) {
	in(t, func(w *world) {
		stranger := w.tenant.Entitlements.Put(app, backend.Mark{}, entitlement("Payroll", "", ""))
		w.apply("payroll", called("Payroll"))
		result, _ := w.pass("payroll")
		w.wantSynced("payroll", "False/RemoteExists")
		if result.RequeueAfter < time.Minute || result.RequeueAfter > time.Minute+2*time.Second {
			t.Errorf("it comes back after %s", result.RequeueAfter)
		}
		w.tenant.Entitlements.Remove(stranger)
		time.Sleep(result.RequeueAfter)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
	})
}

func TestAnEditOrAnAnnotationLooksAtOnceForWhoHasTheName(t *testing.T) {
	for sentence, ask := range map[string]func(*v1alpha1.AppEntitlement){
		"an edit":       func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("edited") },
		"an annotation": func(e *v1alpha1.AppEntitlement) { e.Annotations[v1alpha1.AnnotationReconcileRequestedAt] = "now" },
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				stranger := w.tenant.Entitlements.Put(app, backend.Mark{}, entitlement("Payroll", "", ""))
				w.apply("payroll", called("Payroll"), func(e *v1alpha1.AppEntitlement) { e.Annotations = map[string]string{"a": "b"} })
				w.run("payroll")
				w.tenant.Entitlements.Remove(stranger)
				time.Sleep(time.Second)
				w.edit("payroll", ask)
				w.run("payroll")
				w.wantSynced("payroll", inSync)
			})
		})
	}
}

// many applies n objects and returns their names.
func (w *world) many(n int, change func(i int) func(*v1alpha1.AppEntitlement)) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("e%03d", i))
		w.apply(names[i], change(i))
	}
	return names
}

// follows makes the passes of all objects when they are due, for a span, and counts them.
func (w *world) follows(span time.Duration, names ...string) (passes int) {
	w.t.Helper()
	due, end := map[string]time.Time{}, time.Now().Add(span)
	for _, name := range names {
		due[name] = time.Now()
	}
	for len(due) > 0 {
		next := slices.MinFunc(names, func(a, b string) int {
			if _, ok := due[b]; !ok {
				return -1
			}
			if _, ok := due[a]; !ok {
				return 1
			}
			return due[a].Compare(due[b])
		})
		if !due[next].Before(end) {
			break
		}
		time.Sleep(time.Until(due[next]))
		result, _ := w.pass(next)
		passes++
		if delete(due, next); result.RequeueAfter > 0 {
			due[next] = time.Now().Add(result.RequeueAfter)
		}
		for _, woken := range w.takeWoken() {
			due[woken.Name] = time.Now()
		}
	}
	time.Sleep(time.Until(end))
	return passes
}

func TestAHundredOfOneNameMakeOneRemote(t *testing.T) {
	for sentence, creation := range map[string]v1alpha1.CreationPolicy{"under Create": "", "under CreateOrAdopt": v1alpha1.CreationCreateOrAdopt} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				names := w.many(100, func(int) func(*v1alpha1.AppEntitlement) {
					return func(e *v1alpha1.AppEntitlement) {
						e.Spec.DisplayName, e.Spec.Management = "Payroll", &v1alpha1.Management{Creation: creation}
					}
				})
				open := make(chan struct{})
				w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, Hold: open})
				var wait sync.WaitGroup
				for _, name := range names {
					wait.Go(func() {
						if _, err := w.r.Reconcile(w.t.Context(), reconcile.Request{NamespacedName: key(name)}); err != nil {
							t.Error(err)
						}
					})
				}
				time.Sleep(time.Second)
				close(open)
				wait.Wait()
				w.follows(10*time.Second, names...)
				w.wantRemotes(first)
				var owner string
				for _, name := range names {
					if w.remoteID(name) == first {
						owner = name
					}
				}
				for _, name := range names {
					if name == owner {
						continue
					}
					w.wantSynced(name, "False/ClaimedByOther")
					if got := w.message(name, v1alpha1.ConditionSynced); !strings.Contains(got, `"entitlement-1"`) || !strings.Contains(got, "team-a/"+owner+":") {
						t.Fatalf("%s says %q, and %s has it", name, got, owner)
					}
				}
				w.delete(owner)
				w.run(owner)
				w.follows(10*time.Second, without(names, owner)...)
				w.wantRemotes(second)
			})
		})
	}
}

func without(names []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == name })
}

func TestAfterARestartInTheMiddleThereIsOneRemoteOfAName(t *testing.T) {
	for _, point := range []string{"claimed", "creating", "created", "settled"} {
		for _, lag := range []time.Duration{0, 5 * time.Second} {
			t.Run(fmt.Sprintf("%s, lists lag %s", point, lag), func(t *testing.T) {
				in(t, func(w *world) {
					w.tenant.Entitlements.Caps.ListLag, w.tenant.Entitlements.Lag = lag, lag
					names := w.many(10, func(int) func(*v1alpha1.AppEntitlement) { return called("Payroll") })
					w.die = point
					if _, crashed := w.pass(names[0]); !crashed {
						t.Fatal("the process did not die")
					}
					w.follows(3*time.Minute, append(slices.Clone(names[1:]), names[0])...)
					w.wantRemotes(first)
					w.wantSynced(names[0], inSync)
					for _, name := range names[1:] {
						w.wantSynced(name, "False/ClaimedByOther")
					}
				})
			})
		}
	}
}

func TestManyCreatesShareOneLook(t *testing.T) {
	in(t, func(w *world) {
		names := w.many(200, func(i int) func(*v1alpha1.AppEntitlement) { return called(fmt.Sprint("Payroll ", i)) })
		w.run(names...)
		got := []int{w.tenant.Calls(backendtest.VerbCreate), w.tenant.Calls(backendtest.VerbObserveMany), w.tenant.Calls(backendtest.VerbObserve)}
		if diff := cmp.Diff([]int{200, 1, 0}, got); diff != "" {
			t.Errorf("creates, lists, looks (-want +got):\n%s", diff)
		}
	})
}

// A pass takes no time here, so that who comes is served at once and alone.
func TestThoseWhoComeOneByOneShareLooksToo(t *testing.T) {
	in(t, func(w *world) {
		var waiting []string
		for i := range 200 {
			name := fmt.Sprintf("e%03d", i)
			w.apply(name, called(fmt.Sprint("Payroll ", i)))
			waiting = append(waiting, name)
			if i%5 == 4 {
				w.follows(100*time.Millisecond, waiting...)
				waiting = slices.DeleteFunc(waiting, func(name string) bool { return w.remoteID(name) != "" })
			}
		}
		w.follows(5*time.Second, waiting...)
		if n := len(w.tenant.Entitlements.IDs()); n != 200 {
			t.Errorf("%d remotes", n)
		}
		if lists, looks := w.tenant.Calls(backendtest.VerbObserveMany), w.tenant.Calls(backendtest.VerbObserve); lists > 4 || looks > 8 {
			t.Errorf("%d lists and %d looks in four seconds", lists, looks)
		}
	})
}

func TestWhatIsRefusedForItsNameLooksAgainTogether(t *testing.T) {
	for sentence, c := range map[string]struct {
		name         func(i int) string
		lists, looks int
	}{
		"of one name":    {func(int) string { return "Payroll" }, 2, 11},
		"of a name each": {func(i int) string { return fmt.Sprint("Payroll ", i) }, 12, 8},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				for i := range 100 {
					if i == 0 || c.name(i) != c.name(0) {
						w.tenant.Entitlements.Put(app, backend.Mark{}, entitlement(c.name(i), "", ""))
					}
				}
				names := w.many(100, func(i int) func(*v1alpha1.AppEntitlement) { return called(c.name(i)) })
				w.follows(10*time.Minute+30*time.Second, names...)
				for _, name := range names {
					w.wantSynced(name, "False/RemoteExists")
				}
				if lists, looks := w.tenant.Calls(backendtest.VerbObserveMany), w.tenant.Calls(backendtest.VerbObserve); lists > c.lists || looks > c.looks {
					t.Errorf("%d lists and %d looks in ten minutes, want at most %d and %d", lists, looks, c.lists, c.looks)
				}
				if w.statusPatches != 100 {
					t.Errorf("%d status patches, want one each", w.statusPatches)
				}
			})
		})
	}
}

func TestWhatThisProcessNamedSinceTheLookIsKnown(t *testing.T) {
	for sentence, arrange := range map[string]func(w *world){
		"a create": func(w *world) { w.apply("other", called("Wanted"), withAlias("other")); w.run("other") },
		"a rename": func(w *world) {
			w.apply("other", called("Before"))
			w.run("other")
			w.edit("other", called("Wanted"))
			w.run("other")
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.tenant.Entitlements.Lag, w.tenant.Entitlements.Caps.ListLag = 5*time.Second, 5*time.Second
				w.apply("payroll", called("Wanted"), func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true })
				w.run("payroll") // The list that it is covered by is taken before.
				arrange(w)
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = false; e.Generation-- })
				w.run("payroll")
				w.wantSynced("payroll", "False/ClaimedByOther")
				w.wantRemotes(first)
			})
		})
	}
}

func TestWhoWaitsForANameIsWokenByEveryWayItsOwnerGoes(t *testing.T) {
	for sentence, c := range map[string]struct {
		creation v1alpha1.CreationPolicy
		free     func(w *world)
		synced   string
		remotes  []string
		owner    string
	}{
		"deleted":                            {free: func(w *world) { w.delete("owner"); w.run("owner") }, synced: inSync, remotes: []string{second}},
		"renamed":                            {free: func(w *world) { w.edit("owner", called("Another")); w.run("owner") }, synced: inSync, remotes: []string{first, second}},
		"orphaned":                           {free: orphan, synced: "False/RemoteExists", remotes: []string{first}},
		"orphaned, and it may be taken over": {creation: v1alpha1.CreationCreateOrAdopt, free: orphan, synced: inSync, remotes: []string{first}},
		"moved, and another object has it now": {free: func(w *world) {
			orphan(w)
			w.apply("moved", called("Payroll"), manage(v1alpha1.CreationCreateOrAdopt, "", ""))
			w.run("moved")
		}, synced: "False/ClaimedByOther", remotes: []string{first}, owner: "team-a/moved"},
		"gone without us": {free: func(w *world) {
			w.edit("owner", func(e *v1alpha1.AppEntitlement) { e.Finalizers = nil })
			w.delete("owner")
			w.run("owner")
		}, synced: "False/RemoteExists", remotes: []string{first}},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("owner", called("Payroll"), manage("", "", ""))
				w.run("owner")
				w.apply("heir", called("Payroll"), manage(c.creation, "", ""))
				w.run("heir")
				w.wantSynced("heir", "False/ClaimedByOther")
				w.takeWoken()
				c.free(w)
				if !slices.Contains(w.takeWoken(), types.NamespacedName{Namespace: namespace, Name: "heir"}) {
					t.Error("it is not woken")
				}
				w.run("heir")
				w.wantSynced("heir", c.synced)
				w.wantRemotes(c.remotes...)
				got := w.message("heir", v1alpha1.ConditionSynced)
				if _, lives := w.find("owner"); !lives && strings.Contains(got, "belongs to AppEntitlement team-a/owner") {
					t.Errorf("it names an object that is gone: %q", got)
				}
				if !strings.Contains(got, c.owner) {
					t.Errorf("it says %q, and %s has it", got, c.owner)
				}
			})
		})
	}
}

func orphan(w *world) {
	w.edit("owner", manage("", "", v1alpha1.DeletionOrphan))
	w.run("owner")
	w.run("heir")
	w.takeWoken()
	w.delete("owner")
	w.run("owner")
}

func TestTheOwnersDeletionDoesWhatItsOwnObjectSays(t *testing.T) {
	for sentence, c := range map[string]struct {
		deletion v1alpha1.DeletionPolicy
		remotes  []string
	}{
		"removes the remote under Delete": {remotes: nil},
		"leaves it under Orphan":          {v1alpha1.DeletionOrphan, []string{first}},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("elder", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true })
				time.Sleep(time.Minute)
				w.apply("owner", manage("", "", c.deletion))
				w.run("owner")
				// An older object that has the same remote in its status, as one that was restored with a copied one.
				obj := w.get("elder")
				obj.Status.Remote = w.get("owner").Status.Remote.DeepCopy()
				if err := w.client.Status().Update(w.t.Context(), obj); err != nil {
					t.Fatal(err)
				}
				w.restart()
				w.run("elder")
				w.delete("owner")
				w.run("owner")
				w.wantGone("owner")
				w.wantRemotes(c.remotes...)
			})
		})
	}
}

func TestABoundObjectThatWaitsForALookAtNamesComesBack(t *testing.T) {
	born(t, func(w *world) {
		w.tenant.Entitlements.Caps.Naming.Searched = false
		w.apply("other")
		w.run("other")
		w.tenant.Entitlements.Remove(first)
		w.wantSwept("payroll")
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserve, Times: backendtest.Always, Do: func() { time.Sleep(time.Millisecond) }})
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserveMany, Times: backendtest.Always, Do: func() { time.Sleep(10 * time.Millisecond) }})
		result, _ := w.pass("payroll")
		if result.RequeueAfter <= 0 || result.RequeueAfter > 2*time.Second {
			t.Fatalf("it comes back after %s", result.RequeueAfter)
		}
		time.Sleep(result.RequeueAfter)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := w.remoteID("payroll"); got != "entitlement-3" {
			t.Errorf("it is bound to %q", got)
		}
	})
}

// Whoever may write objects may write their annotations, and name any endpoint.
func TestAForgedTurnHoldsNobodysName(t *testing.T) {
	for sentence, place := range map[string]managed.Place{
		"of a backend elsewhere":                  {At: "Vendor|elsewhere:443", Proven: "tenant-1"},
		"of one that the tenant has not answered": {At: "Vendor|prod:443"},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.places = map[string]managed.Place{"evil": place}
				w.apply("eve", called("Payroll"), func(e *v1alpha1.AppEntitlement) {
					e.Spec.BackendRef.Name = "evil"
					e.Annotations = map[string]string{v1alpha1.AnnotationIntent: `{"token":"x","attempt":5,"owner":"team-a/eve","tenant":"tenant-1","parentID":"app-1","key":{"displayName":"Payroll"}}`}
				})
				w.restart()
				w.apply("payroll", called("Payroll"))
				w.run("payroll")
				w.wantSynced("payroll", inSync)
			})
		})
	}
}

func TestWhatWasMadeTwiceBeforeStaysBoundAndLooksForNoNames(t *testing.T) {
	in(t, func(w *world) {
		names := w.many(2, func(int) func(*v1alpha1.AppEntitlement) {
			return func(e *v1alpha1.AppEntitlement) {
				e.Spec.DisplayName, e.Spec.Management = "Payroll", &v1alpha1.Management{Creation: v1alpha1.CreationCreateDuplicate}
			}
		})
		w.run(names...)
		w.wantRemotes(first, second)
		for _, name := range names {
			w.edit(name, func(e *v1alpha1.AppEntitlement) { e.Spec.Management = nil })
		}
		w.restart()
		w.resetCounts()
		w.run(names...)
		for _, name := range names {
			w.wantSynced(name, inSync)
		}
		got := []int{w.tenant.Writes(), w.tenant.Calls(backendtest.VerbObserveMany), w.tenant.Calls(backendtest.VerbObserve)}
		if diff := cmp.Diff([]int{0, 0, 2}, got); diff != "" {
			t.Errorf("writes, lists, reads (-want +got):\n%s", diff)
		}
	})
}

func TestWhoWaitsForAMakerIsToldAfterAWhile(t *testing.T) {
	in(t, func(w *world) {
		w.apply("maker", called("Payroll"))
		w.tenant.LoseResponse()
		w.pass("maker")
		w.apply("payroll", called("Payroll"))
		w.tenant.Entitlements.Remove(first) // Nothing came of it, and nobody knows yet.
		result, _ := w.pass("payroll")
		if got := w.condition("payroll", v1alpha1.ConditionSynced); got != "absent" || result.RequeueAfter > time.Second {
			t.Errorf("Synced is %s, and it comes back after %s", got, result.RequeueAfter)
		}
		time.Sleep(4 * time.Second)
		w.pass("payroll")
		w.wantSynced("payroll", "False/ClaimedByOther")
		if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, "AppEntitlement team-a/maker is making a remote of this name") {
			t.Errorf("Synced says %q", got)
		}
		w.follows(3*time.Minute, "maker", "payroll")
		w.wantSynced("maker", inSync)
		w.wantRemotes(second)
	})
}
