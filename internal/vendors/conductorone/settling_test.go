package conductorone_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

const (
	inSync    = "InSync"
	putOwners = "PUT /api/v1/apps/{app_id}/entitlements/{entitlement_id}/owners"
)

type owned = enginetest.Hand[backend.AppEntitlement]

// ownedBy is an entitlement of some owners.
func ownedBy(owners ...string) backend.AppEntitlement {
	e := entitlementNamed("Deployer")
	e.Owners = owners
	return e
}

// late expects that owners are waited for, and that nobody else has to wait for that.
func late(t *testing.T, h owned) {
	t.Helper()
	got := h.Says()
	if got.Synced != "Unknown" || got.Reason != "VendorWorking" || !strings.Contains(got.Message, "nothing is written again before") {
		t.Errorf("Synced is %s, %s: %s", got.Synced, got.Reason, got.Message)
	}
	if got.Ready != "True" || got.Busy || !slices.Equal(got.Settling, []string{"owners"}) {
		t.Errorf("%+v", got)
	}
}

func ownersThere(t *testing.T, k vendortest.Kept[backend.AppEntitlement], h owned) []string {
	t.Helper()
	k.Advance(ownersShow)
	obs := k.Observed(h.Says().RemoteID, github, ownedBy(ada))
	return obs.Actual.Owners
}

func TestOwnersThatAreShownLateAreWrittenOnce(t *testing.T) {
	k := lateOwners(t)
	h := enginetest.Begin(t, enginetest.Entitlements, k, github, ownedBy(ada))
	h.Until(30 * time.Second)
	late(t, h)
	h.Restart()
	h.Until(30 * time.Second)
	late(t, h)
	h.Run()
	if got := h.Says(); got.Synced != "True" || got.Reason != inSync || got.Ready != "True" || got.Busy || got.Settling != nil {
		t.Errorf("%+v", got)
	}
	if got := h.Writes(); len(got) != 1 {
		t.Errorf("sent %v", got)
	}
	h.Edit(ownedBy(grace))
	h.Until(time.Minute)
	late(t, h)
	if got := h.Run(); got != inSync {
		t.Error(got)
	}
	if got := h.Writes(); !slices.Equal(got[1:], []string{putOwners}) {
		t.Errorf("sent %v", got)
	}
}

// TestAnEditOfOwnersThatAreNotShownYet: what a read shows is not what will be there.
func TestAnEditOfOwnersThatAreNotShownYet(t *testing.T) {
	k := lateOwners(t)
	h := enginetest.Begin(t, enginetest.Entitlements, k, github, ownedBy(ada))
	h.Run()
	h.Edit(ownedBy(grace))
	h.Until(10 * time.Second)
	h.Edit(ownedBy(ada)) // A read still shows her.
	h.Until(10 * time.Second)
	if got := h.Writes(); len(got) != 3 {
		t.Errorf("sent %v", got)
	}
	if got := h.Run(); got != inSync {
		t.Error(got)
	}
	if got := ownersThere(t, k, h); !slices.Equal(got, []string{ada}) {
		t.Errorf("owned by %v", got)
	}
}

func TestAnotherEditDoesNotWaitForOwners(t *testing.T) {
	k := lateOwners(t)
	h := enginetest.Begin(t, enginetest.Entitlements, k, github, ownedBy(ada))
	h.Until(10 * time.Second)
	renamed := ownedBy(ada)
	renamed.Description = backend.To("Deploys.")
	h.Edit(renamed)
	h.Until(5 * time.Second)
	late(t, h)
	if got := maskOf(k.Fixture, entitlementRoute); got != "description" {
		t.Errorf("mask %q", got)
	}
	if got := h.Writes(); len(got) != 2 || slices.Contains(got, putOwners) {
		t.Errorf("sent %v", got)
	}
}

// TestOwnersThatAreNeverShown: they are written three times, minutes apart, and then a person is told.
func TestOwnersThatAreNeverShown(t *testing.T) {
	k := lateOwners(t)
	k.Configure(func(s *sandbox.Settings) { s.OwnerLag = sandbox.Duration(24 * time.Hour) })
	h := enginetest.Begin(t, enginetest.Entitlements, k, github, entitlementNamed("Deployer"))
	h.Run()
	h.Edit(ownedBy(ada))
	h.Until(4 * time.Minute)
	if got := h.Writes(); !slices.Equal(got[1:], []string{putOwners}) {
		t.Errorf("within four minutes %v", got)
	}
	if got := h.Run(); got != "NonConverging" {
		t.Error(got)
	}
	if got := h.Writes(); !slices.Equal(got[1:], []string{putOwners, putOwners, putOwners}) {
		t.Errorf("sent %v", got)
	}
}

// TestACreateThatWasInterruptedHasSentItsOwners at whatever point it was.
func TestACreateThatWasInterruptedHasSentItsOwners(t *testing.T) {
	for point := 1; point <= 12; point++ {
		k := lateOwners(t)
		h := enginetest.Begin(t, enginetest.Entitlements, k, github, ownedBy(ada))
		h.DiesAt(point)
		if got := h.Run(); got != inSync {
			t.Errorf("point %d: %s", point, got)
		}
		if got := h.Writes(); slices.Contains(got, putOwners) {
			t.Errorf("point %d: sent %v", point, got)
		}
	}
}

// TestSomebodyElseBecomesTheOwner: what was shown once is drift when it differs.
func TestSomebodyElseBecomesTheOwner(t *testing.T) {
	k := lateOwners(t)
	h := enginetest.Begin(t, enginetest.Entitlements, k, github, ownedBy(ada))
	h.Run()
	h.Sleeps(10 * time.Minute)
	if err := k.Edit(sandbox.Target{Kind: "AppEntitlement", ParentID: github, ID: h.Says().RemoteID}, map[string]any{"owners": []string{alan}}); err != nil {
		t.Fatal(err)
	}
	h.Sleeps(ownersShow)
	if got := h.Run(); got != inSync {
		t.Error(got)
	}
	if got := ownersThere(t, k, h); !slices.Equal(got, []string{ada}) {
		t.Errorf("owned by %v", got)
	}
}
