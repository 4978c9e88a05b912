package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// follow makes the passes that the object asks for, for so long, and returns how many there were.
func (w *world) follow(name string, span time.Duration) (passes int) {
	w.t.Helper()
	for end := time.Now().Add(span); ; passes++ {
		result, _ := w.pass(name)
		if result.RequeueAfter == 0 || time.Now().Add(result.RequeueAfter).After(end) {
			time.Sleep(time.Until(end))
			return passes + 1
		}
		time.Sleep(result.RequeueAfter)
	}
}

// once makes the next call of a verb fail.
func (w *world) once(verb backendtest.Verb, err error) {
	w.tenant.Inject(backendtest.Fault{Verb: verb, Before: err})
}

func TestWhatARefusedSignInStoppedGoesOnByItself(t *testing.T) {
	for sentence, c := range map[string]struct {
		verb backendtest.Verb
		ask  func(w *world)
		name string
	}{
		"an edit": {backendtest.VerbUpdate, func(w *world) {
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Narrower" })
		}, "payroll"},
		"a create": {backendtest.VerbCreate, func(w *world) { w.apply("new") }, "new"},
	} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.once(c.verb, backend.Errorf(backend.Unauthorized, "401"))
				c.ask(w)
				w.follow(c.name, time.Minute)
				w.wantSynced(c.name, inSync)
			})
		})
	}
}

func TestWhatItsBackendStoppedGoesOnByItself(t *testing.T) {
	for _, reason := range []string{v1alpha1.ReasonBackendNotReady, v1alpha1.ReasonBackendNotAllowed, v1alpha1.ReasonBackendNotFound} {
		t.Run(reason, func(t *testing.T) {
			in(t, func(w *world) {
				w.backendErr = &managed.BackendError{Reason: reason, Message: "not now"}
				w.apply("payroll")
				w.pass("payroll")
				w.wantSynced("payroll", "Unknown/"+reason)
				w.backendErr = nil
				w.follow("payroll", time.Minute)
				w.wantSynced("payroll", inSync)
			})
		})
	}
}

// TestAStuckObjectLeavesTheVendorAlone: ten hours of an object that cannot go on.
func TestAStuckObjectLeavesTheVendorAlone(t *testing.T) {
	for sentence, c := range map[string]struct {
		err         error
		first, rest int // creates at most, in the first hour and in the nine behind it
	}{
		"its name is taken for good":    {backend.Taken(backend.Mark{}, "taken"), 17, 9 * 12},
		"it is refused for good":        {backend.Errorf(backend.Terminal, "no"), 6, 9},
		"its credentials are refused":   {backend.Errorf(backend.Unauthorized, "401"), 11, 9 * 6},
		"somebody is always faster":     {backend.Errorf(backend.Conflict, "409"), 19, 9 * 12},
		"two remotes answer to its key": {backend.Errorf(backend.Ambiguous, "two"), 6, 9},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("payroll")
				for range 500 {
					w.once(backendtest.VerbCreate, c.err)
				}
				w.follow("payroll", time.Hour)
				first := w.tenant.Calls(backendtest.VerbCreate)
				w.follow("payroll", 9*time.Hour)
				rest := w.tenant.Calls(backendtest.VerbCreate) - first
				if first > c.first || first < c.first-3 || rest > c.rest+1 {
					t.Errorf("%d creates in the first hour and %d behind it, want at most %d and %d", first, rest, c.first, c.rest)
				}
				if got := w.condition("payroll", v1alpha1.ConditionSynced); got == "absent" {
					t.Error("nothing is said of it")
				}
			})
		})
	}
}

func marked(owner string) backend.Mark {
	return backend.Mark{Token: "another-s-token0", Owner: owner, Cluster: cluster}
}

func TestANameThatAnotherObjectHasIsWaitedFor(t *testing.T) {
	for sentence, verb := range map[string]backendtest.Verb{"by a new object": backendtest.VerbCreate, "by a renamed one": backendtest.VerbUpdate} {
		t.Run(sentence, func(t *testing.T) {
			born(t, func(w *world) {
				w.apply("holder", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Wanted" })
				w.run("holder")
				w.once(verb, backend.Taken(backend.Mark{}, "it is called so already"))
				name := "payroll"
				if verb == backendtest.VerbCreate {
					name = "new"
					w.apply(name, func(e *v1alpha1.AppEntitlement) {
						e.Spec.DisplayName, e.Spec.Management = "Wanted", &v1alpha1.Management{Creation: v1alpha1.CreationCreateDuplicate}
					})
				} else {
					w.edit(name, func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Wanted" })
				}
				result, _ := w.pass(name)
				w.wantSynced(name, "False/NameTaken")
				if got := w.message(name, v1alpha1.ConditionReconciling); !strings.Contains(got, "team-a/holder") {
					t.Errorf("Reconciling says %q", got)
				}
				if result.RequeueAfter < 5*time.Second || result.RequeueAfter > 6*time.Second {
					t.Errorf("it comes back after %s", result.RequeueAfter)
				}
				w.woken = nil
				w.edit("holder", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Given up" })
				w.run("holder")
				if diff := cmp.Diff([]types.NamespacedName{key(name)}, w.woken); diff != "" {
					t.Errorf("woken (-want +got):\n%s", diff)
				}
				w.run(name)
				w.wantSynced(name, inSync)
				if got := w.condition(name, v1alpha1.ConditionReconciling); got != "absent" {
					t.Errorf("Reconciling is still %s", got)
				}
			})
		})
	}
}

func TestANameThatNoObjectHasIsTriedAgainSoonAndStalls(t *testing.T) {
	for sentence, mark := range map[string]backend.Mark{
		"nobody's":                   {},
		"another cluster's":          {Token: "another-s-token0", Owner: "team-a/x", Cluster: "other"},
		"of an object that is gone":  marked("team-a/gone"),
		"its own, of another moment": marked("team-a/new"),
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.once(backendtest.VerbCreate, backend.Taken(mark, "it is called so already"))
				w.apply("new")
				w.pass("new")
				w.wantSynced("new", "False/Refused")
				if w.condition("new", v1alpha1.ConditionStalled) == "absent" {
					t.Error("it is not stalled")
				}
				w.follow("new", 6*time.Second)
				w.wantSynced("new", inSync)
			})
		})
	}
}

func TestWhoWantsWhatAnotherObjectHasIsWokenByIt(t *testing.T) {
	for sentence, c := range map[string]struct {
		wants  func(id string) func(*v1alpha1.AppEntitlement)
		synced string
		also   string
		free   func(w *world)
	}{
		"when that is deleted and leaves it": {byRemoteID, "False/ClaimedByOther", v1alpha1.ConditionStalled, func(w *world) {
			w.edit("holder", manage("", "", v1alpha1.DeletionOrphan))
			w.delete("holder")
			w.run("holder")
			w.wantGone("holder")
		}},
		"when that goes without us": {byRemoteID, "False/ClaimedByOther", v1alpha1.ConditionStalled, func(w *world) {
			w.edit("holder", func(e *v1alpha1.AppEntitlement) { e.Finalizers = nil })
			w.delete("holder")
			w.run("holder")
		}},
		"when that gives the name up": {byName, "False/ClaimedByOther", v1alpha1.ConditionReconciling, func(w *world) {
			w.edit("holder", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Given up" })
			w.run("holder")
		}},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("holder", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Wanted" })
				w.run("holder")
				time.Sleep(time.Minute)
				w.apply("heir", c.wants(w.remoteID("holder")))
				w.pass("heir")
				w.wantSynced("heir", c.synced)
				if got := w.condition("heir", c.also); got != "True/ClaimedByOther" {
					t.Errorf("%s is %s", c.also, got)
				}
				w.woken = nil
				c.free(w)
				if diff := cmp.Diff([]types.NamespacedName{key("heir")}, w.woken); diff != "" {
					t.Errorf("woken (-want +got):\n%s", diff)
				}
				w.run("heir")
				w.wantSynced("heir", inSync)
			})
		})
	}
}

func byRemoteID(id string) func(*v1alpha1.AppEntitlement) {
	return func(e *v1alpha1.AppEntitlement) {
		e.Spec.RemoteID = id
		e.Spec.Management = &v1alpha1.Management{Creation: v1alpha1.CreationCreateOrAdopt}
	}
}

func byName(string) func(*v1alpha1.AppEntitlement) {
	return func(e *v1alpha1.AppEntitlement) {
		e.Spec.DisplayName = "Wanted"
		e.Spec.Management = &v1alpha1.Management{Creation: v1alpha1.CreationCreateOrAdopt}
	}
}
