package engine_test

import (
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestARemoteIDInAnotherCaseIsTheSameWhereTheVendorSaysSo(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.Entitlements.Caps.FoldedIDs = true
		id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("By hand")})
		w.apply("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = strings.ToUpper(id) })
		w.run("payroll")
		w.wantSynced("payroll", inSync)
		if got := w.remoteID("payroll"); got != id {
			t.Errorf("bound to %q, and the vendor calls it %q", got, id)
		}
		w.force("payroll")
		w.wantReady("payroll", inSync)
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id + "x" })
		w.run("payroll")
		w.wantReady("payroll", "False/"+v1alpha1.ReasonRemoteIDMismatch)
	})
}

func TestOfTwoObjectsOneOwnsARemote(t *testing.T) {
	in(t, func(w *world) {
		id := w.tenant.Entitlements.Put(app, backend.Mark{}, backend.AppEntitlement{DisplayName: backend.To("Stranger")})
		byID := func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id }
		w.apply("elder", byID)
		w.run("elder")
		time.Sleep(time.Minute)
		w.apply("younger", byID)
		w.run("younger")
		w.wantSynced("elder", inSync)
		w.wantSynced("younger", "False/ClaimedByOther")
		if got := w.message("younger", v1alpha1.ConditionSynced); !strings.Contains(got, "team-a/elder") {
			t.Errorf("%q does not name the owner", got)
		}
		w.delete("younger")
		w.run("younger")
		w.wantGone("younger")
		w.wantRemotes(id)
		w.force("elder")
		w.wantSynced("elder", inSync)
	})
}

func TestAnObjectThatWentWithoutUsHoldsNoClaim(t *testing.T) {
	born(t, func(w *world) {
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Finalizers = nil })
		w.delete("payroll")
		w.wantGone("payroll")
		w.run("payroll")
		w.apply("heir", manage(v1alpha1.CreationCreateOrAdopt, "", ""), func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = first })
		w.run("heir")
		w.wantSynced("heir", inSync)
		w.wantRemotes(first)
	})
}

func TestAdopting(t *testing.T) {
	for sentence, c := range map[string]struct {
		mark    backend.Mark
		change  func(id string) func(*v1alpha1.AppEntitlement)
		synced  string
		remotes int
		name    string
	}{
		"by id": {change: func(id string) func(*v1alpha1.AppEntitlement) {
			return func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id }
		}, synced: inSync, remotes: 1, name: "Name of payroll"},
		"by name": {change: func(string) func(*v1alpha1.AppEntitlement) { return manage(v1alpha1.CreationAdopt, "", "") },
			synced: inSync, remotes: 1, name: "Name of payroll"},
		"what is there instead of making one": {change: func(string) func(*v1alpha1.AppEntitlement) {
			return manage(v1alpha1.CreationCreateOrAdopt, "", "")
		}, synced: inSync, remotes: 1, name: "Name of payroll"},
		"reports differences under Report": {change: func(id string) func(*v1alpha1.AppEntitlement) {
			return func(e *v1alpha1.AppEntitlement) {
				manage("", v1alpha1.DriftReport, "")(e)
				e.Spec.RemoteID, e.Spec.Description = id, backend.To("Ours")
			}
		}, synced: "False/Drifted", remotes: 1, name: "Name of payroll"},
		"leaves another cluster's remote alone": {mark: backend.Mark{Token: "X", Owner: "team-b/x", Cluster: "ffffffffffff"},
			change: func(id string) func(*v1alpha1.AppEntitlement) {
				return func(e *v1alpha1.AppEntitlement) { e.Spec.RemoteID = id }
			}, synced: "False/RemoteExists", remotes: 1, name: "Name of payroll"},
		"never happens under Create by name": {change: func(string) func(*v1alpha1.AppEntitlement) { return manage("", "", "") },
			synced: "False/RemoteExists", remotes: 1, name: "Name of payroll"},
		"nor under CreateDuplicate": {change: func(string) func(*v1alpha1.AppEntitlement) { return manage(v1alpha1.CreationCreateDuplicate, "", "") },
			synced: inSync, remotes: 2, name: "Name of payroll"},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				id := w.tenant.Entitlements.Put(app, c.mark, backend.AppEntitlement{DisplayName: backend.To("Name of payroll")})
				w.apply("payroll", c.change(id))
				w.run("payroll")
				w.wantSynced("payroll", c.synced)
				if n := len(w.tenant.Entitlements.IDs()); n != c.remotes {
					t.Errorf("%d remotes, want %d", n, c.remotes)
				}
				if got := w.nameAtVendor(id); got != c.name {
					t.Errorf("it is called %q", got)
				}
				_, mark, _ := w.tenant.Entitlements.Has(id)
				if adopted := w.remoteID("payroll") == id; adopted != (mark.Owner == "team-a/payroll") {
					t.Errorf("bound to it: %t, and it bears %+v", adopted, mark)
				}
				w.resetCounts()
				w.force("payroll")
				if w.tenant.Writes() != 0 {
					t.Error("it is written again")
				}
			})
		})
	}
}

func TestReapplyingAfterOrphan(t *testing.T) {
	for sentence, c := range map[string]struct {
		creation v1alpha1.CreationPolicy
		synced   string
		bound    string
		recover  bool
	}{
		"is refused under Create":                               {synced: "False/RemoteExists"},
		"takes it back under CreateOrAdopt":                     {creation: v1alpha1.CreationCreateOrAdopt, synced: inSync, bound: first},
		"is refused under Create when it was found by its mark": {synced: "False/RemoteExists", recover: true},
	} {
		t.Run(sentence, func(t *testing.T) {
			in(t, func(w *world) {
				w.apply("other", func(e *v1alpha1.AppEntitlement) { e.Spec.Suspend = true })
				w.run("other") // Takes the list that everything in the app shares.
				if c.recover {
					w.tenant.LoseResponse()
				}
				w.apply("payroll", manage("", "", v1alpha1.DeletionOrphan))
				w.run("payroll")
				w.delete("payroll")
				w.run("payroll")
				w.wantGone("payroll")
				w.apply("payroll", manage(c.creation, "", ""), func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "Another name" })
				w.run("payroll")
				w.wantSynced("payroll", c.synced)
				w.wantRemotes(first)
				if got := w.remoteID("payroll"); got != c.bound {
					t.Errorf("bound to %q, want %q", got, c.bound)
				}
			})
		})
	}
}

func TestAnotherTenantIsNeverWrittenTo(t *testing.T) {
	born(t, func(w *world) {
		w.tenant.Entitlements.Remove(first)
		w.backend.TenantID = "tenant-2"
		w.apply("new")
		w.edit("payroll", func(e *v1alpha1.AppEntitlement) { e.Spec.DisplayName = "New name" })
		w.run("payroll", "new")
		w.wantSynced("payroll", "Unknown/TenantChanged")
		w.wantSynced("new", "Unknown/TenantChanged")
		w.delete("payroll")
		w.run("payroll")
		w.wantSynced("payroll", "Unknown/TenantChanged")
		if w.tenant.Writes() != 0 {
			t.Error("something was written")
		}
	})
}

func TestATenantThatChangedAMomentAgoIsNotCreatedIn(t *testing.T) {
	in(t, func(w *world) {
		w.tenant.ID = backend.TenantID{ID: "tenant-2"}
		w.apply("payroll")
		w.run("payroll")
		w.wantSynced("payroll", "Unknown/TenantChanged")
		w.wantCalls(0, 0, 0, 0, w.statusPatches)
	})
}
