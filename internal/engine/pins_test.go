package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// frameworks lets an entitlement name compliance frameworks.
func frameworks(names ...string) func(*v1alpha1.AppEntitlement) {
	return func(e *v1alpha1.AppEntitlement) {
		e.Spec.ConductorOne = &v1alpha1.ConductorOneEntitlement{ComplianceFrameworks: []v1alpha1.NamedRef{}}
		for _, name := range names {
			e.Spec.ConductorOne.ComplianceFrameworks = append(e.Spec.ConductorOne.ComplianceFrameworks, v1alpha1.NamedRef{Name: name})
		}
	}
}

func framework(name string) backend.Name {
	return backend.Name{Kind: backend.NameComplianceFramework, Name: name}
}

// known lets the vendor know frameworks, by name and id.
func (w *world) known(pairs ...string) {
	clear(w.tenant.Names)
	for i := 0; i < len(pairs); i += 2 {
		q := framework(pairs[i])
		w.tenant.Names[q] = append(w.tenant.Names[q], backend.Match{ID: pairs[i+1], Name: pairs[i]})
	}
}

// wantFrameworks compares what the vendor has.
func (w *world) wantFrameworks(want ...string) {
	w.t.Helper()
	actual, _, _ := w.tenant.Entitlements.Has(first)
	var got []string
	if entitlementBlock(actual) != nil {
		got = slices.Clone(entitlementBlock(actual).ComplianceFrameworkIDs)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("frameworks (-want +got):\n%s", diff)
	}
}

func (w *world) wantRefs(name, want string, words ...string) {
	w.t.Helper()
	if got := w.condition(name, v1alpha1.ConditionResolvedRefs); got != want {
		w.t.Errorf("ResolvedRefs is %s (%s), want %s", got, w.message(name, v1alpha1.ConditionResolvedRefs), want)
	}
	for _, word := range words {
		if got := w.message(name, v1alpha1.ConditionResolvedRefs); !strings.Contains(got, word) {
			w.t.Errorf("ResolvedRefs says %q, want %q in it", got, word)
		}
	}
}

// nameCalls is how often the vendor was asked for names.
func (w *world) nameCalls() int {
	return w.tenant.Calls(backendtest.VerbFind, backendtest.VerbList, backendtest.VerbHas)
}

const (
	resolvedRefs = "True/" + v1alpha1.ReasonResolved
	deadRef      = "False/" + v1alpha1.ReasonNameNotFound
	movedRef     = "False/" + v1alpha1.ReasonNameMoved
	firstField   = "spec.conductorOne.complianceFrameworks[0]"
)

// withFrameworks is born, naming SOX and PCI.
func withFrameworks(t *testing.T, scenario func(w *world)) {
	t.Helper()
	in(t, func(w *world) {
		w.known("SOX", "f1", "PCI", "f2")
		w.apply("payroll", frameworks("SOX", "PCI"))
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantFrameworks("f1", "f2")
		time.Sleep(time.Minute)
		w.happened()
		w.resetCounts()
		scenario(w)
	})
}

func TestWhatWasMadeAnewUnderTheSameNameTakesItsPlace(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.known("SOX", "f9", "PCI", "f2")
		if moved := w.askNames(); len(moved) != 1 {
			t.Errorf("%v have to look", moved)
		}
		w.run("payroll")
		w.wantFrameworks("f2", "f9")
		w.wantSynced("payroll", inSync)
		w.wantRefs("payroll", resolvedRefs)
		if moved := w.askNames(); len(moved) != 0 {
			t.Errorf("%v have to look again", moved)
		}
	})
}

func TestADeadReferenceIsToldAlsoAfterARestart(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.known("PCI", "f2")
		w.askNames()
		w.run("payroll")
		w.wantRefs("payroll", deadRef, firstField, `"SOX"`, "the pinned f1 is gone")
		w.wantFrameworks("f1", "f2")
		if events := w.happened(); len(events) != 1 || !strings.HasPrefix(events[0], "Warning NameNotFound ") {
			t.Errorf("events %q, want one about the name", events)
		}
		w.restart()
		w.resetCounts()
		w.force("payroll")
		w.wantRefs("payroll", deadRef, firstField)
		if n := w.nameCalls(); n != 0 {
			t.Errorf("%d calls for names after a restart", n)
		}
		w.known("SOX", "f1", "PCI", "f2")
		w.askNames() // This process has not seen the turn of the hour before.
		w.run("payroll")
		w.wantRefs("payroll", resolvedRefs)
		if n := w.tenant.Writes(); n != 0 {
			t.Errorf("%d writes at the vendor", n)
		}
	})
}

func TestATenantThatShowsNothingAtAllIsNoWitness(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.known()
		w.askNames()
		w.run("payroll")
		w.wantRefs("payroll", movedRef, firstField, "the pinned id stays in use")
		w.wantFrameworks("f1", "f2")
	})
}

func TestALookUpThatIsRefusedSaysNothingAboutTheName(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbFind, Times: backendtest.Always, Before: backend.Errorf(backend.Terminal, "403: not for you")})
		if _, err := w.r.AskNames(w.t.Context(), &w.backend, time.Hour); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if moved, err := w.r.AskNames(w.t.Context(), &w.backend, time.Hour); err == nil || len(moved) != 0 {
			t.Errorf("%v have to look, error %v", moved, err)
		}
		w.force("payroll")
		w.wantRefs("payroll", resolvedRefs)
		w.tenant.Heal()
		w.known("PCI", "f2")
		if moved, err := w.r.AskNames(w.t.Context(), &w.backend, time.Hour); err != nil || len(moved) != 1 {
			t.Errorf("%v have to look, error %v: what was not answered is asked at the next sweep", moved, err)
		}
	})
}

// refusing lets the vendor refuse writes that hold what it does not have.
func (w *world) refusing(times int) {
	w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbUpdate, Times: times, Before: backend.Errorf(backend.Terminal, "400: framework f1 was not found")})
}

func TestARefusalMakesTheOperatorAskAtOnceWhatTheNamesMean(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.known("SOX", "f9", "PCI", "f2")
		w.refusing(1)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("another") })
		began := time.Now()
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantRefs("payroll", resolvedRefs)
		w.wantFrameworks("f2", "f9")
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		for _, e := range w.happened() {
			if strings.Contains(e, v1alpha1.ReasonRefused) {
				t.Errorf("told %q of what mended itself", e)
			}
		}
	})
}

func TestAPlaceThatIsNotShownKeepsNobodyFromAskingTheOthers(t *testing.T) {
	in(t, func(w *world) {
		high := backend.Name{Kind: backend.NameRiskLevel, Name: "High"}
		w.known("SOX", "f1", "PCI", "f2")
		w.tenant.Names[high] = []backend.Match{{ID: "r1"}}
		w.apply("payroll", frameworks("SOX", "PCI"), func(e *v1alpha1.AppEntitlement) {
			e.Spec.ConductorOne.RiskLevel = &v1alpha1.OptionalRef{Name: high.Name}
		})
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		time.Sleep(time.Minute)

		w.known("SOX", "f9", "PCI", "f2")
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbFind, Before: backend.Errorf(backend.Terminal, "404: no such place")})
		w.refusing(1)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("another") })
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantRefs("payroll", resolvedRefs)
		w.wantFrameworks("f2", "f9")
	})
}

func TestARefusalForADeadNameNamesTheField(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.known("PCI", "f2")
		w.refusing(backendtest.Always)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("another") })
		w.run("payroll")
		w.wantSynced("payroll", "False/"+v1alpha1.ReasonRefused)
		w.wantRefs("payroll", deadRef, firstField, `"SOX"`)
	})
}

func TestARefusalThatHasNothingToDoWithNamesDoesNotAskForThemAgainAndAgain(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.refusing(backendtest.Always)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("another") })
		for range 10 {
			w.r.Force(key("payroll"))
			w.pass("payroll")
			time.Sleep(time.Second)
		}
		w.wantRefs("payroll", resolvedRefs)
		if n := w.nameCalls(); n != 2 {
			t.Errorf("%d calls for two names in ten refusals, want 2", n)
		}
	})
}

func TestANewObjectNeverTakesAnAnswerThatIsOlderThanSeconds(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.known("SOX", "f9", "PCI", "f2")
		w.tenant.Nameless = map[backend.Name][]string{framework(""): {"f1"}} // It has another name now.
		w.apply("second", frameworks("SOX"))
		w.run("second")
		if pins := w.get("second").Status.Resolved; len(pins) != 1 || pins[0].ID != "f9" {
			t.Errorf("pinned are %+v, want what the name means now", pins)
		}
	})
}

func TestManyWhoComeAtOnceShareOneLookUp(t *testing.T) {
	withFrameworks(t, func(w *world) {
		for i := range 100 {
			name := fmt.Sprint("copy-", i)
			w.apply(name, frameworks("SOX", "PCI"))
			w.pass(name)
		}
		if n := w.nameCalls(); n != 2 {
			t.Errorf("%d calls for two names, want 2", n)
		}
	})
}

// lookAgain asks for a full look.
func lookAgain(w *world) {
	w.edit("payroll", func(e *v1alpha1.AppEntitlement) {
		e.Annotations[v1alpha1.AnnotationReconcileRequestedAt] = "now"
		e.Generation-- // Annotations do not move it.
	})
}

func TestAskingForAFullLookAsksForTheNamesToo(t *testing.T) {
	withFrameworks(t, func(w *world) {
		w.known("PCI", "f2")
		lookAgain(w)
		w.run("payroll")
		w.wantRefs("payroll", deadRef, firstField)
	})
}

func TestAPassThatIsCutShortDoesNotAskAnewForWhatItKnows(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.NoLists = true
		var names, pairs []string
		for i := range 10 {
			names = append(names, fmt.Sprint("n", i))
			pairs = append(pairs, fmt.Sprint("n", i), fmt.Sprint("f", i))
		}
		w.known(pairs...)
		asked := 0
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbFind, Times: 4, Do: func() { asked++ }})
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbFind, Before: &backend.Error{Class: backend.Throttled, After: 30 * time.Second, Err: fmt.Errorf("429")}})
		w.apply("payroll", frameworks(names...))
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if n := w.tenant.Calls(backendtest.VerbFind); n != 11 {
			t.Errorf("%d look-ups for ten names, one of which was throttled", n)
		}
	})
}

// manyFrameworks are so many names, and the vendor knows them.
func (w *world) manyFrameworks(n int) (names []string) {
	var pairs []string
	for i := range n {
		names = append(names, fmt.Sprint("name-", i))
		pairs = append(pairs, names[i], fmt.Sprint("id-", i))
	}
	w.known(pairs...)
	return names
}

func TestOneListIsReadForAllNamesThatWereMadeAnew(t *testing.T) {
	for sentence, ask := range map[string]func(w *world){
		"every hour":                    func(w *world) { w.askNames() },
		"when a full look is asked for": lookAgain,
		"when the vendor refused a write": func(w *world) {
			w.refusing(1)
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("another") })
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("payroll", frameworks(w.manyFrameworks(20)...))
				w.run("payroll")
				w.wantSynced("payroll", inSync)
				time.Sleep(time.Minute)
				var pairs, want []string
				for i := range 20 {
					pairs, want = append(pairs, fmt.Sprint("name-", i), fmt.Sprint("new-", i)), append(want, fmt.Sprint("new-", i))
				}
				w.known(pairs...)
				w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbList, Times: backendtest.Always, Do: func() { time.Sleep(6 * time.Second) }})
				w.resetCounts()
				ask(w)
				w.run("payroll")
				slices.Sort(want)
				w.wantFrameworks(want...)
				if n := w.tenant.Calls(backendtest.VerbList); n != 1 {
					t.Errorf("the list was read %d times for 20 names", n)
				}
			})
		})
	}
}

func TestARestartTrustsPinsAndAsksForNoName(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll", frameworks(w.manyFrameworks(500)...))
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if n := w.nameCalls(); n != 1 {
			t.Errorf("%d calls for 500 names, want one list", n)
		}
		time.Sleep(time.Minute)
		w.restart()
		w.resetCounts()
		w.run("payroll")
		if _, err := w.r.Sweep(w.t.Context(), &w.backend, time.Hour); err != nil {
			t.Fatal(err)
		}
		w.force("payroll")
		if n := w.nameCalls(); n != 0 {
			t.Errorf("%d calls for names", n)
		}
		w.askNames()
		if n := w.nameCalls(); n != 1 {
			t.Errorf("%d calls an hour later, want one list", n)
		}
	})
}

func TestPinsOfTheVersionBeforeAreTakenUpWithoutACall(t *testing.T) {
	in(t, func(w *world) {
		w.apply("payroll", frameworks(w.manyFrameworks(100)...))
		w.run("payroll")
		obj := w.get("payroll")
		for i := range obj.Status.Resolved {
			pin := &obj.Status.Resolved[i]
			at := slices.IndexFunc(obj.Spec.ConductorOne.ComplianceFrameworks, func(f v1alpha1.NamedRef) bool { return f.Name == pin.Name })
			*pin = v1alpha1.ResolvedName{Path: fmt.Sprintf("spec.conductorOne.complianceFrameworks[%d]", at), ID: pin.ID, Name: pin.Name}
		}
		if err := w.client.Status().Update(w.t.Context(), obj); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		w.restart()
		w.resetCounts()
		w.run("payroll")
		if n := w.tenant.TotalCalls() + w.statusPatches; n != 0 {
			t.Errorf("%d calls and patches for an object that nothing was asked of", n)
		}
		w.tenant.Down = backend.Errorf(backend.Retryable, "down") // What ends badly takes them up all the same.
		w.force("payroll")
		w.tenant.Down = nil
		w.force("payroll")
		w.wantSynced("payroll", inSync)
		if n := w.nameCalls(); n != 0 {
			t.Errorf("%d calls for names", n)
		}
		if pins := w.get("payroll").Status.Resolved; len(pins) != 100 || pins[0].Kind != "ComplianceFramework" || pins[0].Path != "" {
			t.Errorf("%d pins, the first is %+v", len(pins), pins[0])
		}
		w.askNames()
		if n := w.nameCalls(); n != 1 {
			t.Errorf("%d calls an hour later, want one list", n)
		}
	})
}

func TestNamesOfManyPlacesAreAskedSpreadOverTheHour(t *testing.T) {
	in(t, func(w *world) {
		for i := range 60 {
			app := fmt.Sprint("app-", i)
			w.tenant.Names[backend.Name{Kind: backend.NameConnector, ParentID: app, Name: "main"}] = []backend.Match{{ID: "c1"}}
			w.apply(app, func(e *v1alpha1.AppEntitlement) {
				e.Spec.App.ID = app
				e.Spec.ConductorOne = &v1alpha1.ConductorOneEntitlement{Provision: &v1alpha1.ProvisionPolicy{ProvisionWay: v1alpha1.ProvisionWay{
					Connector: &v1alpha1.ConnectorProvision{DeleteAccount: &v1alpha1.ConnectorChoice{Connector: &v1alpha1.NamedRef{Name: "main"}}},
				}}}
			})
			w.run(app)
			w.wantSynced(app, inSync)
		}
		w.restart()
		w.resetCounts()
		most, before := 0, 0
		for range 7 {
			if _, err := w.r.AskNames(w.t.Context(), &w.backend, time.Hour); err != nil {
				t.Fatal(err)
			}
			most, before = max(most, w.nameCalls()-before), w.nameCalls()
			time.Sleep(10 * time.Minute)
		}
		if n := w.nameCalls(); n != 60 {
			t.Errorf("%d calls in an hour for 60 places, want 60", n)
		}
		if most > 20 {
			t.Errorf("%d calls in ten minutes, want them spread", most)
		}
	})
}

func TestTheFirstSweepAfterARestartTakesLessThanTwoSeconds(t *testing.T) {
	w := newWorld(t) // By the real clock.
	w.apply("payroll", frameworks(w.manyFrameworks(500)...))
	w.run("payroll")
	w.wantSynced("payroll", inSync)
	w.restart()
	w.resetCounts()
	began := time.Now()
	if _, err := w.r.Sweep(w.t.Context(), &w.backend, time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := w.r.AskNames(w.t.Context(), &w.backend, time.Hour); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	if n := w.nameCalls(); n != 0 {
		t.Errorf("%d calls for names", n)
	}
}

func TestTwoBackendsOfOneCredentialAreEachAskedForTheirNames(t *testing.T) {
	withFrameworks(t, func(w *world) {
		other := w.backend
		other.Key = v1alpha1.KindGovernanceBackend + "/" + namespace + "/other"
		for range 7 {
			for _, b := range []*managed.Backend{&w.backend, &other} {
				if _, err := w.r.AskNames(w.t.Context(), b, time.Hour); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(10 * time.Minute)
		}
		if n := w.nameCalls(); n != 2 {
			t.Errorf("%d calls in an hour for two names, want 2", n)
		}
	})
}
