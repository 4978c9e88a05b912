package engine_test

import (
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
	"github.com/governance-operator/governance-operator/internal/engine/reasonstest"
)

// advice is a state that an object cannot leave by itself, what its message says to do, and what becomes of it
// when somebody does so.
type advice struct {
	// state leads "payroll" there; what a condition shows of it is reason.
	state  func(w *world)
	reason string
	// ways out, by words of the message. After each the object is in sync, or gone where it was deleted.
	ways map[string]func(w *world)
	// not is advice that this object could not follow.
	not []string
	// gone: the object is being deleted, and is gone after each of the ways.
	gone bool
}

// elsewhere are the reasons whose advice is followed by another test, or by none, and why.
var elsewhere = map[string]string{
	v1alpha1.ReasonInvalidSpec:       "names a field and what is wrong with it: the controllers' tests of bad input mend each",
	v1alpha1.ReasonFieldUnsupported:  "names a field that this vendor does not have: the controllers' tests of bad input mend each",
	v1alpha1.ReasonExpressionInvalid: "names the place in the expression: the controllers' tests of bad input fix it",
	v1alpha1.ReasonUpdateUnsupported: "advises nothing: this vendor takes no edit of the kind",
	v1alpha1.ReasonRefused:           "has the vendor's own words",
	v1alpha1.ReasonRefusedPerhaps:    "has the vendor's own words; doubtful_test.go mends the spec",
	v1alpha1.ReasonDeletionBlocked:   "has the vendor's own words, and Orphan, which TestADeletionThatTheVendorCannotTakeSaysSinceWhenAndOrphanLetsItGo follows",
	v1alpha1.ReasonDraftPending:      "publish or discard: the tests of Veza's drafts do both",
	v1alpha1.ReasonFieldRemoved:      "write it again, or Keep: removed_test.go does both",
	v1alpha1.ReasonClaimedByOther:    "adopt_test.go and namesake_test.go",
	v1alpha1.ReasonNameTaken:         "waking_test.go",
}

// TestEveryReasonThatNeedsAPersonHasAdviceThatIsFollowed: so that a new one is not forgotten.
func TestEveryReasonThatNeedsAPersonHasAdviceThatIsFollowed(t *testing.T) {
	followed := map[string]bool{}
	for _, a := range adviceOfTheEngine() {
		followed[a.reason] = true
	}
	checked := 0
	for reason, group := range reasonstest.Of(t) {
		if !strings.HasPrefix(group, "Reasons that need a person") && !strings.HasPrefix(group, "Reasons that an edit of the spec fixes") {
			continue
		}
		checked++
		if followed[reason] == (elsewhere[reason] != "") {
			t.Errorf("%s is followed here: %t; elsewhere: %q", reason, followed[reason], elsewhere[reason])
		}
	}
	if checked < 20 {
		t.Errorf("%d reasons", checked)
	}
}

const untouched = "Name of payroll"

// gone takes the remote away behind the operator's back, long enough ago for lists to show it.
func gone(w *world) {
	w.run("payroll")
	time.Sleep(time.Minute)
	w.tenant.Entitlements.Remove(w.remoteID("payroll"))
	w.force("payroll")
}

func again(change ...func(*v1alpha1.AppEntitlement)) func(w *world) {
	return func(w *world) {
		w.delete("payroll")
		w.run("payroll")
		w.wantGone("payroll")
		w.apply("payroll", change...)
	}
}

func policy(creation v1alpha1.CreationPolicy, drift v1alpha1.DriftPolicy, deletion v1alpha1.DeletionPolicy) func(w *world) {
	return func(w *world) { w.edit("payroll", manage(creation, drift, deletion)) }
}

func put(name string) func(w *world) {
	return func(w *world) {
		w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To(name)})
	}
}

func renamed(name string) func(w *world) {
	return func(w *world) { w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = name }) }
}

func atVendor(name string) func(w *world) {
	return func(w *world) { w.rename(w.remoteID("payroll"), name) }
}

// drifted is in sync, and then renamed at the vendor.
func drifted(change ...func(*v1alpha1.AppEntitlement)) func(w *world) {
	return func(w *world) {
		w.apply("payroll", change...)
		w.run("payroll")
		time.Sleep(time.Minute)
		atVendor("Renamed")(w)
		w.force("payroll")
	}
}

// orphaned lets go of the remote first, as the advice says, and comes again.
func orphaned(change ...func(*v1alpha1.AppEntitlement)) func(w *world) {
	return func(w *world) {
		policy("", "", v1alpha1.DeletionOrphan)(w)
		again(change...)(w)
	}
}

// theirs is a remote with the mark of another cluster's object, and an object that wants its name.
func theirs(owner string, change ...func(*v1alpha1.AppEntitlement)) func(w *world) {
	return func(w *world) {
		w.tenant.Entitlements.Put(app, backend.Mark{Token: "SOMEBODYELSETOK1", Owner: owner, Cluster: "another"}, backend.AppEntitlement{DisplayName: backend.To(untouched)})
		w.apply("payroll", change...)
		w.run("payroll")
	}
}

func adviceOfTheEngine() map[string]advice {
	sealed := func(w *world) {
		id := w.remoteID("payroll")
		w.tenant.Entitlements.Change(id, func(r *backendtest.Remote) { r.ReadOnly = []string{"displayName"} })
	}
	return map[string]advice{
		"a remote that is gone, where drift is reported": {
			state:  func(w *world) { w.apply("payroll", manage("", v1alpha1.DriftReport, "")); gone(w) },
			reason: v1alpha1.ReasonRemoteMissing,
			ways:   map[string]func(w *world){"choose drift: Correct": policy("", v1alpha1.DriftCorrect, "")},
		},
		"a remote that is gone, which was adopted": {
			state: func(w *world) {
				put(untouched)(w)
				w.apply("payroll", manage(v1alpha1.CreationAdopt, "", ""))
				gone(w)
			},
			reason: v1alpha1.ReasonRemoteMissing,
			ways: map[string]func(w *world){
				"choose creation: Create":     policy(v1alpha1.CreationCreate, "", ""),
				"bring it back at the vendor": put(untouched),
			},
		},
		"a remote that is gone, which the spec names": {
			state: func(w *world) {
				put(untouched)(w)
				w.apply("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = first })
				gone(w)
			},
			reason: v1alpha1.ReasonRemoteMissing,
			ways: map[string]func(w *world){
				"or with none": again(),
				"with the id of another remote": func(w *world) {
					put(untouched)(w)
					again(func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = second })(w)
				},
			},
			not: []string{"drift: Correct", "creation: Create"},
		},
		"a remote that is gone, of a kind that runs once": {
			state: func(w *world) {
				w.tenant.Entitlements.Caps.RunOnce = true
				w.apply("payroll")
				gone(w)
			},
			reason: v1alpha1.ReasonRemoteMissing,
			ways:   map[string]func(w *world){"delete this one and apply it again": again()},
			not:    []string{"drift: Correct"},
		},
		"nothing to adopt": {
			state:  func(w *world) { w.apply("payroll", manage(v1alpha1.CreationAdopt, "", "")); w.run("payroll") },
			reason: v1alpha1.ReasonRemoteNotFound,
			ways: map[string]func(w *world){
				`nothing answers to the name "Name of payroll"; make it at the vendor`: put(untouched),
				"fix what the spec says of it": func(w *world) {
					put("Payroll")(w)
					renamed("Payroll")(w)
				},
				"choose creation: CreateOrAdopt": policy(v1alpha1.CreationCreateOrAdopt, "", ""),
			},
			not: []string{"spec.remoteID", "look for it"},
		},
		"nothing to adopt where the vendor creates none": {
			state: func(w *world) {
				w.tenant.Entitlements.Caps.Create = false
				w.apply("payroll")
				w.run("payroll")
			},
			reason: v1alpha1.ReasonRemoteNotFound,
			ways:   map[string]func(w *world){"make it at the vendor": put(untouched)},
			not:    []string{"CreateOrAdopt"},
		},
		"no remote of the id": {
			state: func(w *world) {
				w.apply("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = first })
				w.run("payroll")
			},
			reason: v1alpha1.ReasonRemoteNotFound,
			ways: map[string]func(w *world){
				`spec.remoteID: nothing at the vendor has the id "` + first + `"; fix it`: func(w *world) {
					put("Another")(w)
					put(untouched)(w)
					w.tenant.Entitlements.Remove(first)
					w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = second })
				},
				"make such a remote at the vendor": put(untouched),
			},
			not: []string{"CreateOrAdopt"},
		},
		"a create where the vendor creates none": {
			state: func(w *world) {
				w.tenant.Entitlements.Caps.Create = false
				w.apply("payroll", manage(v1alpha1.CreationCreateOrAdopt, "", ""))
				w.run("payroll")
			},
			reason: v1alpha1.ReasonCreateUnsupported,
			ways: map[string]func(w *world){"choose Adopt": func(w *world) {
				put(untouched)(w)
				policy(v1alpha1.CreationAdopt, "", "")(w)
			}},
		},
		"drift that is reported": {
			state:  drifted(manage("", v1alpha1.DriftReport, "")),
			reason: v1alpha1.ReasonDrifted,
			ways: map[string]func(w *world){
				"edit the spec":             renamed("Payroll"),
				"choose drift: Correct":     policy("", v1alpha1.DriftCorrect, ""),
				"fix it at the vendor":      atVendor(untouched),
				`"Renamed" → "` + untouched: renamed("Renamed"),
			},
		},
		"drift that the vendor lets nobody mend": {
			state: func(w *world) {
				w.apply("payroll")
				w.run("payroll")
				time.Sleep(time.Minute)
				sealed(w)
				atVendor("Renamed")(w)
				w.force("payroll")
			},
			reason: v1alpha1.ReasonDrifted,
			ways: map[string]func(w *world){
				"write into the spec what is there": renamed("Renamed"),
				"fix it at the vendor":              atVendor(untouched),
			},
			not: []string{"drift: Correct"},
		},
		"an edit that the vendor does not take": {
			state: func(w *world) {
				w.apply("payroll")
				w.run("payroll")
				sealed(w)
				renamed("Payroll")(w)
				w.run("payroll")
			},
			reason: v1alpha1.ReasonSealedByVendor,
			ways: map[string]func(w *world){
				`"` + untouched + `" → "Payroll": the vendor takes no more edits of this; put the old value back`: renamed(untouched),
				"or delete and apply": func(w *world) { again()(w) },
			},
		},
		"a write that is not kept": {
			state: func(w *world) {
				w.tenant.Entitlements.Normalize = func(_ backend.AppEntitlement, after *backend.AppEntitlement) {
					if backend.Value(after.DisplayName) == "Payroll" {
						after.DisplayName = backend.To("Never")
					}
				}
				w.apply("payroll")
				w.run("payroll")
				renamed("Payroll")(w)
				for range 6 {
					w.force("payroll")
				}
			},
			reason: v1alpha1.ReasonNonConverging,
			ways: map[string]func(w *world){
				"change it": renamed("Payments"),
			},
		},
		"a deletion that the vendor cannot do": {
			state: func(w *world) {
				w.tenant.Entitlements.Caps.Delete = false
				w.apply("payroll", manage("", "", v1alpha1.DeletionDelete))
				w.run("payroll")
				w.delete("payroll")
				w.run("payroll")
			},
			reason: v1alpha1.ReasonDeletionUnsupported,
			gone:   true,
			ways: map[string]func(w *world){
				"choose Orphan":           policy("", "", v1alpha1.DeletionOrphan),
				"allow it at the backend": func(w *world) { w.tenant.Entitlements.Caps.Delete = true },
			},
		},
		"a create that may have happened": {
			state: func(w *world) {
				w.tenant.Entitlements.Caps.MarkProven = false
				w.tenant.Inject(backendtest.Fault{Verb: backendtest.VerbCreate, Before: backend.Errorf(backend.OutcomeUnknown, "lost")})
				w.apply("payroll")
				w.run("payroll")
				time.Sleep(5 * time.Minute)
				w.force("payroll")
			},
			reason: v1alpha1.ReasonOutcomeUnknown,
			ways: map[string]func(w *world){
				"look there, then set spec.remoteID": func(w *world) {
					put(untouched)(w)
					w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = first })
				},
				"or delete with deletion: Orphan and apply": orphaned(),
			},
		},
		"another id than the bound one": {
			state: func(w *world) {
				w.apply("payroll")
				w.run("payroll")
				w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = second })
				w.run("payroll")
			},
			reason: v1alpha1.ReasonRemoteIDMismatch,
			ways: map[string]func(w *world){
				`is not the remote this object is bound to ("` + first + `"); put it back`: func(w *world) {
					w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = "" })
				},
				"or delete and apply": again(),
			},
		},
		"a remote that somebody else took": {
			state: func(w *world) {
				w.apply("payroll")
				w.run("payroll")
				w.tenant.Entitlements.Mark(first, backend.Mark{Token: "SOMEBODYELSETOK1", Owner: "b/theirs", Cluster: "another"})
				w.force("payroll")
			},
			reason: v1alpha1.ReasonOwnershipLost,
			ways: map[string]func(w *world){
				"take that mark away at the vendor, then delete this object with deletion: Orphan and apply it with creation: CreateOrAdopt": func(w *world) {
					w.tenant.Entitlements.Mark(first, backend.Mark{})
					orphaned(manage(v1alpha1.CreationCreateOrAdopt, "", ""))(w)
				},
			},
		},
		"a remote that another object took": {
			state: func(w *world) {
				w.apply("payroll")
				w.run("payroll")
				w.apply("theirs", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true })
				w.tenant.Entitlements.Mark(first, backend.Mark{Token: "SOMEBODYELSETOK1", Owner: namespace + "/theirs", Cluster: cluster})
				w.force("payroll")
			},
			reason: v1alpha1.ReasonOwnershipLost,
			ways: map[string]func(w *world){
				"delete that object with deletion: Orphan, then delete this object with deletion: Orphan and apply it with creation: CreateOrAdopt": func(w *world) {
					w.edit("theirs", manage("", "", v1alpha1.DeletionOrphan))
					w.delete("theirs")
					w.run("theirs")
					orphaned(manage(v1alpha1.CreationCreateOrAdopt, "", ""))(w)
				},
			},
		},
		"a remote that this object had in another cluster": {
			state: func(w *world) {
				w.apply("payroll")
				w.run("payroll")
				w.tenant.Entitlements.Mark(first, backend.Mark{Token: "SOMEBODYELSETOK1", Owner: namespace + "/payroll", Cluster: "another"})
				w.force("payroll")
			},
			reason: v1alpha1.ReasonOwnershipLost,
			ways: map[string]func(w *world){
				"to take it back delete this object with deletion: Orphan and apply it with creation: CreateOrAdopt": orphaned(manage(v1alpha1.CreationCreateOrAdopt, "", "")),
			},
		},
		"a name that something has which nobody marked": {
			state:  func(w *world) { put(untouched)(w); w.apply("payroll"); w.run("payroll") },
			reason: v1alpha1.ReasonRemoteExists,
			ways: map[string]func(w *world){
				"choose management.creation: CreateOrAdopt":   policy(v1alpha1.CreationCreateOrAdopt, "", ""),
				"or set spec.remoteID to take it over":        func(w *world) { w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = first }) },
				"or rename":                                   renamed("Payroll"),
				"choose management.creation: CreateDuplicate": policy(v1alpha1.CreationCreateDuplicate, "", ""),
			},
		},
		"a name that another cluster's object has": {
			state:  theirs("b/theirs"),
			reason: v1alpha1.ReasonRemoteExists,
			ways: map[string]func(w *world){
				"take that mark away at the vendor, and choose management.creation: CreateOrAdopt to take it over": func(w *world) {
					w.tenant.Entitlements.Mark(first, backend.Mark{})
					policy(v1alpha1.CreationCreateOrAdopt, "", "")(w)
				},
			},
			not: []string{"spec.remoteID"},
		},
		"a name that another cluster's object has, where it may be taken over": {
			state:  theirs("b/theirs", manage(v1alpha1.CreationCreateOrAdopt, "", "")),
			reason: v1alpha1.ReasonRemoteExists,
			ways: map[string]func(w *world){
				"take that mark away at the vendor to take it over": func(w *world) { w.tenant.Entitlements.Mark(first, backend.Mark{}) },
			},
			not: []string{"spec.remoteID", "CreateOrAdopt"},
		},
		"a name that this object had in another cluster": {
			state:  theirs(namespace + "/payroll"),
			reason: v1alpha1.ReasonRemoteExists,
			ways:   map[string]func(w *world){"choose management.creation: CreateOrAdopt to take it over": policy(v1alpha1.CreationCreateOrAdopt, "", "")},
			not:    []string{"spec.remoteID"},
		},
		"two remotes with the mark": {
			state: func(w *world) {
				w.tenant.LoseResponse()
				w.apply("payroll")
				w.pass("payroll")
				w.tenant.Entitlements.Change(w.tenant.Entitlements.Duplicate(first), func(r *backendtest.Remote) { r.Occupied = true })
				w.run("payroll")
			},
			reason: v1alpha1.ReasonAmbiguousRemote,
			ways:   map[string]func(w *world){"remove one at the vendor": func(w *world) { w.tenant.Entitlements.Remove(second) }},
		},
		"work that failed": {
			state: func(w *world) {
				w.apply("payroll")
				w.run("payroll")
				w.tenant.Entitlements.Change(first, func(r *backendtest.Remote) { r.Phase, r.Message = backend.PhaseFailed, "out of paper" })
				w.force("payroll")
			},
			reason: v1alpha1.ReasonRemoteFailed,
			ways: map[string]func(w *world){
				"out of paper; fix it there": func(w *world) {
					w.tenant.Entitlements.Change(first, func(r *backendtest.Remote) { r.Phase = backend.PhaseLive })
				},
				"or delete and apply": again(),
			},
		},
		"work that does not end": {
			state: func(w *world) {
				w.apply("payroll")
				w.run("payroll")
				w.tenant.Entitlements.Change(first, func(r *backendtest.Remote) {
					r.Phase, r.Message = backend.PhasePending, "somebody must approve it"
				})
				w.force("payroll")
				time.Sleep(25 * time.Hour)
				w.force("payroll")
			},
			reason: v1alpha1.ReasonPendingTooLong,
			ways: map[string]func(w *world){
				"24 hours: somebody must approve it; look there": func(w *world) {
					w.tenant.Entitlements.Change(first, func(r *backendtest.Remote) { r.Phase, r.Message = backend.PhaseLive, "" })
				},
				"or delete and apply": again(),
			},
		},
	}
}

// TestEveryAdviceOfAMessageHelps: whoever does what a message says is out of the state that it tells of.
func TestEveryAdviceOfAMessageHelps(t *testing.T) {
	for sentence, a := range adviceOfTheEngine() {
		for words, follow := range a.ways {
			t.Run(sentence+"/"+words, func(t *testing.T) {
				in(t, func(w *world) {
					a.state(w)
					text := w.message("payroll", v1alpha1.ConditionReady)
					said := w.condition("payroll", v1alpha1.ConditionReady) + w.condition("payroll", v1alpha1.ConditionSynced) + w.condition("payroll", v1alpha1.ConditionAccepted)
					if !strings.Contains(said, "/"+a.reason) {
						t.Fatalf("the conditions are %s, want %s: %s", said, a.reason, text)
					}
					synced := w.message("payroll", v1alpha1.ConditionSynced) + w.message("payroll", v1alpha1.ConditionAccepted) + text
					if !strings.Contains(synced, words) {
						t.Fatalf("%q is not in %q", words, synced)
					}
					for _, wrong := range a.not {
						if strings.Contains(synced, wrong) {
							t.Errorf("%q cannot be done here: %q", wrong, synced)
						}
					}
					follow(w)
					time.Sleep(time.Hour)
					w.force("payroll")
					if a.gone {
						w.wantGone("payroll")
						return
					}
					w.wantSynced("payroll", inSync)
				})
			})
		}
	}
}
