package engine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// modelRuns is how many random lives are lived; each has its own seed.
const modelRuns = 400

func TestNeverTwoRemotesAndNeverNoneWhateverHappens(t *testing.T) {
	runs := uint64(modelRuns)
	if testing.Short() {
		runs /= 10
	}
	for seed := range runs {
		if wrong, story := life(t, seed, 0); len(wrong) > 0 {
			t.Fatalf("seed %d:\n%s\n\n%s", seed, strings.Join(wrong, "\n"), strings.Join(story, "\n"))
		}
	}
}

// TestTheModelNoticesAWindowThatIsTooShort shows that the random lives are wild
// enough to find what they look for.
func TestTheModelNoticesAWindowThatIsTooShort(t *testing.T) {
	for seed := range uint64(modelRuns) {
		if wrong, _ := life(t, seed, time.Second); len(wrong) > 0 {
			return
		}
	}
	t.Errorf("%d lives with a window of one second went well", modelRuns)
}

func life(t *testing.T, seed uint64, window time.Duration) (wrong, story []string) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.window = window
		w.restart()
		wrong, story = live(w, rand.New(rand.NewPCG(seed, 4711)))
	})
	return wrong, story
}

// points are where a process can die.
var points = []string{"claimed", "creating", "created", "updating", "updated", "settled"}

// live lets anything happen to two objects for a while, then heals everything and
// returns what is wrong: each must have one remote, its own.
func live(w *world, rng *rand.Rand) (wrong, story []string) {
	names := []string{"a", "b"}
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	tell := func(format string, args ...any) { story = append(story, fmt.Sprintf(format, args...)) }
	m := w.tenant.Entitlements
	m.Caps.ListLag = 5 * time.Second
	m.Lag = time.Duration(rng.IntN(6)) * time.Second
	for _, name := range names {
		w.apply(name)
	}
	for step := range 30 {
		name := names[rng.IntN(len(names))]
		switch rng.IntN(12) {
		case 0:
			d := time.Duration(rng.IntN(70_000)) * time.Millisecond
			tell("%s pass", d)
			time.Sleep(d)
		case 1:
			tell("%s is renamed", name)
			w.edit(name, func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = fmt.Sprintf("Name %d of %s", step, name) })
		case 2:
			tell("the status of %s is lost", name)
			w.wipeStatus(name)
		case 3:
			verb := []backendtest.Verb{backendtest.VerbCreate, backendtest.VerbUpdate, backendtest.VerbObserve, backendtest.VerbObserveMany, backendtest.VerbIdentity}[rng.IntN(5)]
			class := backend.Retryable
			if verb == backendtest.VerbCreate {
				class = backend.OutcomeUnknown
			}
			fault := backendtest.Fault{Verb: verb, After: backend.Errorf(class, "lost")}
			if rng.IntN(2) == 0 {
				fault = backendtest.Fault{Verb: verb, Before: backend.Errorf([]backend.Class{backend.Retryable, backend.Conflict, backend.Throttled, backend.Terminal}[rng.IntN(4)], "refused")}
			}
			tell("the next %s fails: %+v", verb, fault)
			w.tenant.Inject(fault)
		case 4:
			tell("a conflict is ahead")
			if rng.IntN(2) == 0 {
				w.metaConflicts = 1
			} else {
				w.statusConflicts = 1 + rng.IntN(2)
			}
		case 5:
			tell("the process restarts")
			w.restart()
		case 6:
			tell("somebody renames a remote")
			if ids := m.IDs(); len(ids) > 0 {
				w.rename(ids[rng.IntN(len(ids))], fmt.Sprintf("Console %d", step))
			}
			w.r.Force(key(name))
		default:
			if rng.IntN(3) == 0 {
				w.die = points[rng.IntN(len(points))]
			}
			if rng.IntN(4) == 0 {
				m.Late = time.Duration(rng.IntN(30_000)) * time.Millisecond
			}
			slow := time.Duration(0)
			if rng.IntN(4) == 0 {
				slow = time.Duration(rng.IntN(14_000)) * time.Millisecond
			}
			w.seen = func(point string) {
				if point == "claimed" || point == "updating" {
					time.Sleep(slow)
				}
			}
			tell("%s: a pass dies at %q, creates take effect after %s, and it dawdles %s", name, w.die, m.Late, slow)
			result, crashed := w.pass(name)
			tell("  crashed %t, back after %s; remotes %v", crashed, result.RequeueAfter, m.IDs())
			w.die, w.seen, m.Late = "", nil, 0
		}
	}
	w.tenant.Heal()
	w.metaConflicts, w.statusConflicts = 0, 0
	time.Sleep(2 * fleet.DefaultWindow)
	for range 3 {
		w.force(names...)
		time.Sleep(10 * time.Second)
	}
	for _, name := range names {
		if got := w.condition(name, v1alpha1.ConditionSynced); got != inSync {
			complain("%s: Synced is %s (%s)", name, got, w.message(name, v1alpha1.ConditionSynced))
		}
		var intent managed.Intent
		if err := json.Unmarshal([]byte(w.get(name).Annotations[v1alpha1.AnnotationIntent]), &intent); err != nil {
			complain("%s: the intent: %v", name, err)
		}
		id := w.remoteID(name)
		if ids := m.Bearing(intent.Token); !slices.Equal(ids, []string{id}) {
			complain("%s is bound to %q, and its token is borne by %v", name, id, ids)
		}
		if actual, _, ok := m.Has(id); ok && backend.Value(actual.DisplayName) != w.get(name).Spec.DisplayName {
			complain("%s is called %q, want %q", name, backend.Value(actual.DisplayName), w.get(name).Spec.DisplayName)
		}
	}
	if ids := m.IDs(); len(ids) != len(names) {
		complain("%d objects have the remotes %v", len(names), ids)
	}
	return wrong, story
}
