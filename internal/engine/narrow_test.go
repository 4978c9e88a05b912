package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

const (
	blocked     = "Unknown/" + v1alpha1.ReasonBlocked
	emergency   = "spec.conductorOne.emergencyGrantEnabled"
	onlyWritten = "of this edit only what takes access away was written: "
	nothingOfIt = "nothing of this edit was written"
)

// guarded is born with emergency access, and names SOX.
func guarded(t *testing.T, drift v1alpha1.DriftPolicy, scenario func(w *world)) {
	t.Helper()
	in(t, func(w *world) {
		w.tenant.Entitlements.Caps.Narrows = map[string]backend.Narrowing{"conductorOne.emergencyGrantEnabled": {Open: []string{"true"}}}
		w.known("SOX", "f1")
		w.born(frameworks("SOX"), manage("", drift, ""), func(e *v1alpha1.AppEntitlement) {
			e.Spec.ConductorOne.EmergencyGrantEnabled = backend.To(true)
		})
		scenario(w)
	})
}

// unnamed lets the spec name what nobody knows, too.
func unnamed(e *v1alpha1.AppEntitlement) {
	e.Spec.ConductorOne.RiskLevel = &v1alpha1.OptionalRef{Name: "No such level"}
}

func closed(e *v1alpha1.AppEntitlement) {
	unnamed(e)
	e.Spec.ConductorOne.EmergencyGrantEnabled = backend.To(false)
	e.Spec.Description = backend.To("another text")
}

func (w *world) wantEmergency(want bool) {
	w.t.Helper()
	actual, _, _ := w.tenant.Entitlements.Has(first)
	if got := backend.Value(entitlementBlock(actual).EmergencyGrantEnabled); got != want {
		w.t.Errorf("emergency access is %t, want %t", got, want)
	}
	if actual.Description != nil {
		w.t.Errorf("the description is %q", *actual.Description)
	}
}

func (w *world) wantSays(want string) {
	w.t.Helper()
	if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.HasSuffix(got, want) {
		w.t.Errorf("Synced says %q, want %q at its end", got, want)
	}
}

func TestWhatTakesAccessAwayDoesNotWaitForANameOfTheSameEdit(t *testing.T) {
	guarded(t, "", func(w *world) {
		w.edit("payroll", closed)
		w.run("payroll")
		w.wantEmergency(false)
		w.wantSynced("payroll", blocked)
		w.wantReady("payroll", "False/"+v1alpha1.ReasonNameNotFound)
		w.wantSays("; " + onlyWritten + emergency)
		w.wantCalls(0, 1, 0, 0, w.statusPatches)
		st := w.get("payroll").Status
		if !slices.Equal(st.Remote.Narrowed, []string{"conductorOne.emergencyGrantEnabled"}) || st.DesiredDigest != "" {
			t.Errorf("narrowed %v, digest %s, want none: neither this spec nor the one before is there", st.Remote.Narrowed, st.DesiredDigest)
		}
		events := strings.Join(w.happened(), "\n")
		for _, want := range []string{"Normal Updating wrote " + emergency + ": true → false, which only takes access away; the rest of the spec waits", "Warning NameNotFound "} {
			if strings.Count(events, want) != 1 {
				t.Errorf("events %s\nwant %q once", events, want)
			}
		}

		w.tenant.Names[backend.Name{Kind: backend.NameRiskLevel, Name: "No such level"}] = []backend.Match{{ID: "r1"}}
		time.Sleep(time.Hour)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if st = w.get("payroll").Status; len(st.Remote.Narrowed) > 0 || st.DesiredDigest == "" {
			t.Errorf("narrowed %v, digest %s", st.Remote.Narrowed, st.DesiredDigest)
		}
	})
}

func TestWhatWaitsForANameCostsOneLookAndNoMore(t *testing.T) {
	guarded(t, "", func(w *world) {
		w.edit("payroll", closed)
		w.pass("payroll")
		w.resetCounts()
		for range 20 {
			time.Sleep(time.Minute)
			w.pass("payroll")
		}
		if n := w.tenant.Calls(backendtest.VerbObserve, backendtest.VerbUpdate); n != 0 {
			t.Errorf("%d reads and writes while the name is waited for", n)
		}
		w.wantSays(onlyWritten + emergency)
		w.restart()
		for range 20 {
			w.pass("payroll")
		}
		if n := w.tenant.Calls(backendtest.VerbObserve, backendtest.VerbUpdate); n != 1 {
			t.Errorf("%d reads and writes after a restart, want one read", n)
		}
		w.wantSays(onlyWritten + emergency)
	})
}

func TestWhatWasClosedStaysClosedWhileTheRestWaits(t *testing.T) {
	guarded(t, "", func(w *world) {
		w.edit("payroll", closed)
		w.run("payroll")
		w.tenant.Entitlements.Edit(first, func(e *backend.AppEntitlement) { entitlementBlock(e).EmergencyGrantEnabled = backend.To(true) })
		w.force("payroll") // The sweep has seen it.
		w.wantEmergency(false)
	})
}

func TestAnEditThatTakesNothingAwaySaysThatNothingWasWritten(t *testing.T) {
	guarded(t, "", func(w *world) {
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { unnamed(e); e.Spec.Description = backend.To("another text") })
		w.run("payroll")
		w.wantEmergency(true)
		w.wantSynced("payroll", blocked)
		w.wantSays("; " + nothingOfIt)
		w.wantCalls(0, 0, 0, 0, w.statusPatches)
	})
}

func TestASpecThatIsNotAcceptedWritesNothing(t *testing.T) {
	guarded(t, "", func(w *world) {
		w.tenant.Entitlements.Caps.Unsupported = map[string]string{"owners": "there are none"}
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { closed(e); e.Spec.Owners = []v1alpha1.UserRef{{ID: "u1"}} })
		w.run("payroll")
		w.wantEmergency(true)
		w.wantSays("; " + nothingOfIt)
		if got := w.condition("payroll", v1alpha1.ConditionAccepted); got != "False/"+v1alpha1.ReasonFieldUnsupported {
			t.Errorf("Accepted is %s", got)
		}
	})
}

func TestTheGatesOfAWriteHoldForWhatTakesAccessAway(t *testing.T) {
	for sentence, c := range map[string]struct {
		drift v1alpha1.DriftPolicy
		gate  func(w *world)
		edit  func(*v1alpha1.AppEntitlement)
		says  string
		want  bool
	}{
		"suspended": {edit: func(e *v1alpha1.AppEntitlement) { closed(e); e.Spec.Suspend = true }, want: true, says: nothingOfIt},
		"it bears another's mark": {gate: func(w *world) {
			w.tenant.Entitlements.Mark(first, backend.Mark{Token: "another-token-00", Owner: "team-b/other", Cluster: cluster})
		}, edit: closed, want: true, says: "what takes access away waits, too"},
		"drift is reported, and nobody edited the spec": {drift: v1alpha1.DriftReport, gate: func(w *world) {
			w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.ConductorOne.EmergencyGrantEnabled = backend.To(false) })
			w.run("payroll")
			w.wantEmergency(false)
			w.tenant.Entitlements.Edit(first, func(e *backend.AppEntitlement) { entitlementBlock(e).EmergencyGrantEnabled = backend.To(true) })
			obj := w.get("payroll")
			obj.Status.Resolved = nil
			if err := w.client.Status().Update(w.t.Context(), obj); err != nil {
				w.t.Fatal(err)
			}
			w.known()
			w.restart()
		}, want: true, says: `no compliance framework named "SOX"`},
		"drift is reported, and the spec was edited": {drift: v1alpha1.DriftReport, edit: closed, want: false, says: onlyWritten + emergency},
		"a draft is open": {gate: func(w *world) {
			w.tenant.Entitlements.Change(first, func(r *backendtest.Remote) { r.Locked = true })
		}, edit: closed, want: true, says: "somebody's draft is open"},
	} {
		t.Run(sentence, func(t *testing.T) {
			guarded(t, c.drift, func(w *world) {
				if c.gate != nil {
					c.gate(w)
				}
				if c.edit != nil {
					w.edit("payroll", c.edit)
				}
				w.force("payroll")
				actual, _, _ := w.tenant.Entitlements.Has(first)
				if got := backend.Value(entitlementBlock(actual).EmergencyGrantEnabled); got != c.want {
					t.Errorf("emergency access is %t, want %t: %s", got, c.want, w.message("payroll", v1alpha1.ConditionSynced))
				}
				if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, c.says) {
					t.Errorf("Synced says %q, want %q in it", got, c.says)
				}
			})
		})
	}
}

func TestAVendorThatOpensItAgainAndAgainIsNotWrittenToForEver(t *testing.T) {
	guarded(t, "", func(w *world) {
		w.tenant.Entitlements.Normalize = func(_ backend.AppEntitlement, after *backend.AppEntitlement) {
			entitlementBlock(after).EmergencyGrantEnabled = backend.To(true)
		}
		w.edit("payroll", closed)
		for range 20 {
			w.force("payroll")
		}
		if n := w.tenant.Calls(backendtest.VerbUpdate); n != 3 {
			t.Errorf("%d writes, want 3", n)
		}
		w.wantSays("choose drift: Report")
	})
}

func TestWhatWasWrittenOfAnEditIsNotToldOfTheNext(t *testing.T) {
	guarded(t, "", func(w *world) {
		w.edit("payroll", closed)
		w.run("payroll")
		w.wantSays(onlyWritten + emergency)
		w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserve, Before: backend.Errorf(backend.Retryable, "broken")})
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Description = backend.To("a third text") })
		w.run("payroll")
		w.wantSynced("payroll", blocked)
		w.wantSays("; " + nothingOfIt)
	})
}
