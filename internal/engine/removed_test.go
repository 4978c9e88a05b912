package engine_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

const fieldRemoved = "False/" + v1alpha1.ReasonFieldRemoved

// removing makes the tenant one that says what becomes of what leaves a spec.
func removing(w *world) {
	w.tenant.Entitlements.Caps.Removed = map[string]backend.Removal{
		"displayName":                        {Fate: backend.FateLeft},
		"description":                        {Fate: backend.FateCleared},
		"owners":                             {Fate: backend.FateHeld, Empty: "nobody owns it"},
		"conductorOne.emergencyGrantEnabled": {Fate: backend.FateClosed, Value: false},
		"conductorOne.annotations":           {Fate: backend.FateCleared},
		"conductorOne.maxGrantDuration":      {Fate: backend.FateLeft},
	}
	w.tenant.Entitlements.Caps.Narrows = map[string]backend.Narrowing{"conductorOne.emergencyGrantEnabled": {Open: []string{"true"}}}
}

// plain is what everybody has before an edit.
func plain(e *v1alpha1.AppEntitlement) {
	e.Spec.Description, e.Spec.Owners, e.Spec.ConductorOne = nil, nil, nil
}

// bad is a commit that somebody will revert: it opens, describes and limits.
func bad(e *v1alpha1.AppEntitlement) {
	e.Spec.Description = backend.To("bad")
	e.Spec.ConductorOne = &v1alpha1.ConductorOneEntitlement{EmergencyGrantEnabled: backend.To(true), MaxGrantDuration: "24h",
		Annotations: v1alpha1.ConductorOneAnnotations{"team": "pay"}}
}

func owned(ids ...string) func(*v1alpha1.AppEntitlement) {
	return func(e *v1alpha1.AppEntitlement) {
		e.Spec.Owners = []v1alpha1.UserRef{}
		for _, id := range ids {
			e.Spec.Owners = append(e.Spec.Owners, v1alpha1.UserRef{ID: id})
		}
	}
}

// atVendor is what of a remote a commit can change.
func (w *world) atVendor(id string) backend.AppEntitlement {
	w.t.Helper()
	actual, _, ok := w.tenant.Entitlements.Has(id)
	if !ok {
		w.t.Fatalf("there is no remote %s", id)
	}
	return actual
}

func (w *world) emergency(id string) bool {
	return backend.Value(backend.Value(entitlementBlock(w.atVendor(id))).EmergencyGrantEnabled)
}

func (w *world) wantWritten(name string, want ...string) {
	w.t.Helper()
	var got []string
	if written := w.get(name).Status.Written; written != nil {
		got = written.Paths
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		w.t.Errorf("written (-want +got):\n%s", diff)
	}
}

func (w *world) wantLeft(name string, want ...v1alpha1.LeftBehind) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.get(name).Status.LeftBehind, cmpopts.EquateEmpty()); diff != "" {
		w.t.Errorf("left behind (-want +got):\n%s", diff)
	}
}

// removable is a world with one converged object whose vendor says what becomes of what leaves a spec.
func removable(t *testing.T, scenario func(w *world), change ...func(*v1alpha1.AppEntitlement)) {
	t.Helper()
	in(t, func(w *world) {
		removing(w)
		w.apply("payroll", change...)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.happened()
		w.resetCounts()
		scenario(w)
	})
}

func TestARevertReverts(t *testing.T) {
	removable(t, func(w *world) {
		before := w.atVendor(first)
		w.wantWritten("payroll", "displayName")
		w.edit("payroll", bad)
		w.run("payroll")
		w.wantCalls(0, 1, 0, 0, 2) // What is written for the first time is noted before.
		w.wantWritten("payroll", "conductorOne.annotations[team]", "conductorOne.emergencyGrantEnabled", "conductorOne.maxGrantDuration", "description", "displayName")
		w.resetCounts()
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantReady("payroll", inSync)
		w.wantCalls(0, 1, 0, 0, 1)
		after := w.atVendor(first)
		if w.emergency(first) || backend.Value(after.Description) != backend.Value(before.Description) || len(entitlementBlock(after).Annotations) != 0 {
			t.Errorf("the vendor has %+v", entitlementBlock(after))
		}
		if entitlementBlock(after).MaxGrantDuration == nil {
			t.Error("the limit is gone")
		}
		w.wantWritten("payroll", "displayName")
		w.wantLeft("payroll", v1alpha1.LeftBehind{Path: "conductorOne.emergencyGrantEnabled", State: v1alpha1.LeftBehindClosed},
			v1alpha1.LeftBehind{Path: "conductorOne.maxGrantDuration", State: v1alpha1.LeftBehindLeft})
		if told := slices.DeleteFunc(w.happened(), func(e string) bool { return !strings.Contains(e, v1alpha1.ReasonLeftBehind) }); len(told) != 1 ||
			!strings.Contains(told[0], "spec.conductorOne.emergencyGrantEnabled is closed, spec.conductorOne.maxGrantDuration stays") {
			t.Errorf("events %q", told)
		}
		w.resetCounts()
		if swept, err := w.r.Sweep(w.t.Context(), &w.backend, 0); err != nil || len(swept.Differ) != 0 {
			t.Errorf("%v look again, %v", swept.Differ, err)
		}
		w.force("payroll")
		w.wantCalls(0, 0, 0, 0, 0)
		w.edit("payroll", bad)
		w.run("payroll")
		w.wantLeft("payroll")
	})
}

func TestARevertRevertsWhereverTheProcessDies(t *testing.T) {
	points := map[string][]string{"create": {"claimed", "creating", "created", "settled"}, "edit": {"noted", "updating", "updated", "settled"}}
	for _, at := range points["create"] {
		t.Run("create "+at, func(t *testing.T) {
			in(t, func(w *world) {
				removing(w)
				w.apply("payroll", bad)
				w.die = at
				w.pass("payroll")
				w.edit("payroll", plain)
				w.run("payroll")
				w.wantSynced("payroll", inSync)
				if w.emergency(first) {
					t.Error("emergency access is still on")
				}
			})
		})
	}
	for _, at := range points["create"] {
		t.Run("a list of a create "+at, func(t *testing.T) {
			in(t, func(w *world) {
				removing(w)
				w.apply("payroll", owned("u1"))
				w.die = at
				w.pass("payroll")
				created := len(w.tenant.Entitlements.IDs()) > 0
				w.edit("payroll", plain)
				w.run("payroll")
				w.force("payroll")
				if want := map[bool]string{true: fieldRemoved, false: inSync}[created]; w.condition("payroll", v1alpha1.ConditionSynced) != want {
					t.Errorf("created %t, and Synced is %s", created, w.condition("payroll", v1alpha1.ConditionSynced))
				}
			})
		})
	}
	for _, at := range points["edit"] {
		for _, back := range append(points["edit"], "") {
			t.Run("edit "+at+" "+back, func(t *testing.T) {
				removable(t, func(w *world) {
					w.edit("payroll", bad)
					w.die = at
					w.pass("payroll")
					w.edit("payroll", plain)
					w.die = back
					w.run("payroll")
					w.wantSynced("payroll", inSync)
					if w.emergency(first) || backend.Value(w.atVendor(first).Description) != "" {
						t.Errorf("the vendor has %+v", w.atVendor(first))
					}
					w.wantWritten("payroll", "displayName")
				})
			})
		}
	}
}

func TestWhatWasEqualWhenItWasAdoptedWasNotWritten(t *testing.T) {
	in(t, func(w *world) {
		removing(w)
		id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("By hand"), Description: backend.To("theirs"),
			Block: &conductorone.EntitlementBlock{EmergencyGrantEnabled: backend.To(true)}})
		w.apply("payroll", bad, func(e *v1alpha1.AppEntitlement) {
			e.Spec.RemoteID, e.Spec.DisplayName, e.Spec.Description = id, "By hand", backend.To("theirs")
		})
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantCalls(0, 1, 0, 1, 1)
		w.wantWritten("payroll", "conductorOne.annotations[team]", "conductorOne.maxGrantDuration")
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := backend.Value(w.atVendor(id).Description); got != "theirs" || !w.emergency(id) {
			t.Errorf("%q, emergency %t: trimmed YAML changed the remote", got, w.emergency(id))
		}
		w.wantLeft("payroll", v1alpha1.LeftBehind{Path: "conductorOne.annotations[team]", State: v1alpha1.LeftBehindCleared},
			v1alpha1.LeftBehind{Path: "conductorOne.maxGrantDuration", State: v1alpha1.LeftBehindLeft})
	})
}

func TestAListThatLeavesTheSpecHoldsWhatWidens(t *testing.T) {
	for sentence, c := range map[string]struct {
		out   func(e *v1alpha1.AppEntitlement)
		owner string
	}{
		"written again": {owned("u1"), "u1"},
		"kept": {func(e *v1alpha1.AppEntitlement) {
			e.Spec.Management = &v1alpha1.Management{Removed: v1alpha1.RemovedKeep}
		}, "u1"},
		"another is meant": {owned("u2"), "u2"},
	} {
		t.Run(sentence, func(t *testing.T) {
			removable(t, func(w *world) {
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) {
					plain(e)
					e.Spec.DisplayName, e.Spec.ConductorOne = "Renamed", &v1alpha1.ConductorOneEntitlement{MaxGrantDuration: "48h"}
				})
				w.run("payroll")
				w.wantSynced("payroll", fieldRemoved)
				w.wantReady("payroll", fieldRemoved)
				if got := w.condition("payroll", v1alpha1.ConditionStalled); got != "True/"+v1alpha1.ReasonFieldRemoved {
					t.Errorf("Stalled is %s", got)
				}
				if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, "spec.owners left the spec and stays at the vendor with 1 ([] would mean: nobody owns it)") ||
					!strings.Contains(got, "management.removed") {
					t.Errorf("%q", got)
				}
				if w.emergency(first) {
					t.Error("closing waited for the list")
				}
				if backend.Value(entitlementBlock(w.atVendor(first))).MaxGrantDuration.Duration != 24*time.Hour {
					t.Error("what may give access was written")
				}
				if got := w.get("payroll").Status.Remote.Changes; !slices.Equal(got, []string{"conductorOne.maxGrantDuration"}) {
					t.Errorf("%q differ", got)
				}
				w.wantCalls(0, 1, 0, 0, 1)
				if told := slices.DeleteFunc(w.happened(), func(e string) bool { return !strings.HasPrefix(e, "Warning "+v1alpha1.ReasonFieldRemoved) }); len(told) != 1 {
					t.Errorf("told %q", told)
				}
				w.force("payroll")
				w.wantCalls(0, 1, 0, 0, 1)
				w.edit("payroll", c.out)
				w.run("payroll")
				w.wantSynced("payroll", inSync)
				if got := strings.Join(w.atVendor(first).Owners, ","); got != c.owner || w.nameAtVendor(first) != "Renamed" {
					t.Errorf("owners %q, name %q", got, w.nameAtVendor(first))
				}
			}, bad, owned("u1"))
		})
	}
}

func TestADeletionDoesNotWaitForAList(t *testing.T) {
	removable(t, func(w *world) {
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", fieldRemoved)
		w.delete("payroll")
		w.run("payroll")
		w.wantGone("payroll")
		w.wantRemotes()
	}, owned("u1"))
}

func TestAListThatIsEmptyAtTheVendorHoldsNothing(t *testing.T) {
	removable(t, func(w *world) {
		w.tenant.Entitlements.Edit(first, func(e *backend.AppEntitlement) { e.Owners = nil })
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		w.wantWritten("payroll", "displayName")
	}, owned("u1"))
}

func TestWhoKeepsWhatIsRemovedIsToldWhatStays(t *testing.T) {
	for sentence, keep := range map[string]func(w *world, e *v1alpha1.AppEntitlement){
		"by the object": func(_ *world, e *v1alpha1.AppEntitlement) {
			e.Spec.Management = &v1alpha1.Management{Removed: v1alpha1.RemovedKeep}
		},
		"by the backend": func(w *world, _ *v1alpha1.AppEntitlement) { w.backend.KeepRemoved = true },
	} {
		t.Run(sentence, func(t *testing.T) {
			removable(t, func(w *world) {
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) { plain(e); keep(w, e) })
				w.run("payroll")
				w.wantSynced("payroll", inSync)
				w.wantCalls(0, 0, 0, 0, 1)
				all := []v1alpha1.LeftBehind{}
				for _, path := range []string{"conductorOne.annotations[team]", "conductorOne.emergencyGrantEnabled", "conductorOne.maxGrantDuration", "description", "owners"} {
					all = append(all, v1alpha1.LeftBehind{Path: path, State: v1alpha1.LeftBehindLeft})
				}
				w.wantLeft("payroll", all...)
				w.wantWritten("payroll", "displayName")
				w.backend.KeepRemoved = false // Nobody closes later what was kept.
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Management = nil })
				w.run("payroll")
				w.wantSynced("payroll", inSync)
				w.wantCalls(0, 0, 0, 0, 2)
				if !w.emergency(first) {
					t.Error("it was closed after all")
				}
			}, bad, owned("u1"))
		})
	}
}

func TestAnObjectOverrulesTheBackend(t *testing.T) {
	removable(t, func(w *world) {
		w.backend.KeepRemoved = true
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) {
			plain(e)
			e.Spec.Management = &v1alpha1.Management{Removed: v1alpha1.RemovedRevert}
		})
		w.run("payroll")
		if w.emergency(first) {
			t.Error("emergency access is still on")
		}
	}, bad)
}

func TestWhatDriftedUnderReportIsNotCleared(t *testing.T) {
	removable(t, func(w *world) {
		w.tenant.Entitlements.Edit(first, func(e *backend.AppEntitlement) { e.Description = backend.To("console") })
		w.force("payroll")
		w.wantSynced("payroll", "False/"+v1alpha1.ReasonDrifted)
		w.edit("payroll", plain)
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := backend.Value(w.atVendor(first).Description); got != "console" || w.emergency(first) {
			t.Errorf("description %q, emergency %t", got, w.emergency(first))
		}
		w.wantLeft("payroll", v1alpha1.LeftBehind{Path: "conductorOne.emergencyGrantEnabled", State: v1alpha1.LeftBehindClosed},
			v1alpha1.LeftBehind{Path: "conductorOne.maxGrantDuration", State: v1alpha1.LeftBehindLeft},
			v1alpha1.LeftBehind{Path: "description", State: v1alpha1.LeftBehindLeft})
	}, bad, func(e *v1alpha1.AppEntitlement) {
		e.Spec.Management = &v1alpha1.Management{Drift: v1alpha1.DriftReport}
	})
}

func TestSuspendHoldsWhatClosesAndSaysSo(t *testing.T) {
	removable(t, func(w *world) {
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { plain(e); e.Spec.Suspend = true })
		w.run("payroll")
		w.wantSynced("payroll", "False/"+v1alpha1.ReasonSuspended)
		if got := w.message("payroll", v1alpha1.ConditionSynced); !strings.Contains(got, "spec.conductorOne.emergencyGrantEnabled") || !w.emergency(first) {
			t.Errorf("%q, emergency %t", got, w.emergency(first))
		}
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = false })
		w.run("payroll")
		if w.emergency(first) {
			t.Error("emergency access is still on")
		}
	}, bad)
}
