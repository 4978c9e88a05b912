package conductorone_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/enginetest"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// shownTo is a profile that holders of entitlements see, requestable or not, or nothing being said of that.
func shownTo(requestable *bool, watchers ...backend.EntitlementID) backend.AccessProfile {
	return backend.AccessProfile{
		DisplayName: backend.To("Payroll"), Requestable: requestable, Entitlements: backend.EntitlementSet{viewer},
		Block: &conductorone.ProfileBlock{VisibleToEveryone: backend.To(false), VisibleTo: watchers},
	}
}

func boundTo(t *testing.T, k vendortest.Kept[backend.AccessProfile], id string) (published bool, to backend.EntitlementSet) {
	t.Helper()
	obs := k.Observed(id, "", shownTo(nil, member))
	return *obs.Actual.Requestable, profileBlock(obs.Actual).VisibleTo
}

func TestWhoSeesAProfileWaitsWhileItCannotBeRequested(t *testing.T) {
	k := profiles(t)
	h := enginetest.Begin(t, enginetest.Profiles, k, "", shownTo(backend.To(false), everyone, engineer))
	const waits = "the remote is as specified; spec.conductorOne.visibleTo waits until spec.requestable is true"
	expect := func(published bool, to ...backend.EntitlementID) {
		t.Helper()
		if got := h.Run(); got != inSync {
			t.Fatal(got)
		}
		message := "the remote is as specified"
		if !published {
			message = waits
		}
		if got := h.Says(); got.Message != message || got.Synced != "True" || got.Ready != "True" || got.Busy {
			t.Errorf("%+v", got)
		}
		if is, seen := boundTo(t, k, h.Says().RemoteID); is != published || !sameSet(seen, to) {
			t.Errorf("published %t, seen by %v; want %t, %v", is, seen, published, to)
		}
	}
	expect(false)
	k.ResetCalls()
	h.Edit(shownTo(backend.To(true), everyone, engineer))
	expect(true, everyone, engineer)
	expectSteps(k.Fixture, "row published published=true", "bind 2")
	k.ResetCalls()
	h.Edit(shownTo(backend.To(false), everyone, engineer))
	expect(false)
	expectSteps(k.Fixture, "unbind 2", "row published published=false")
	k.ResetCalls()
	h.Edit(shownTo(backend.To(true), member))
	expect(true, member)
	expectSteps(k.Fixture, "row published published=true", "bind 1")
}

func TestAProfileOfWhichNothingSaysThatItCanBeRequestedIsRefused(t *testing.T) {
	k := profiles(t)
	h := enginetest.Begin(t, enginetest.Profiles, k, "", shownTo(nil, everyone))
	if got := h.Run(); got != "InvalidSpec" {
		t.Error(got)
	}
	if got := h.Writes(); len(got) > 0 {
		t.Errorf("sent %v", got)
	}
}

// TestWhatOnlyNarrowsIsNotRefused although what it leaves could not be made so.
func TestWhatOnlyNarrowsIsNotRefused(t *testing.T) {
	k := profiles(t)
	h := enginetest.Begin(t, enginetest.Profiles, k, "", shownTo(backend.To(true), everyone, engineer))
	h.Run()
	k.ResetCalls()
	h.Edit(shownTo(nil, everyone))
	if got := h.Run(); got != inSync {
		t.Errorf("%s: %s", got, h.Says().Message)
	}
	expectSteps(k.Fixture, "unbind 2", "row published published=false")
	if !strings.Contains(h.Says().Message, "waits until spec.requestable is true") {
		t.Error(h.Says().Message)
	}
}

func TestWhatAVendorCannotHoldBesideEachOther(t *testing.T) {
	caps := profiles(t).Capabilities()
	for name, tc := range map[string]struct {
		profile backend.AccessProfile
		want    []string
	}{
		"requestable":                      {shownTo(backend.To(true), member), nil},
		"not requestable":                  {shownTo(backend.To(false), member), nil},
		"nothing says that it is":          {shownTo(nil, member), []string{"conductorOne.visibleTo: needs spec.requestable, true or false: ConductorOne keeps who sees a profile by an entitlement only while it can be requested"}},
		"nobody sees it":                   {shownTo(nil), nil},
		"everybody sees it":                {everybodySees(shownTo(backend.To(true), member)), []string{"conductorOne.visibleTo: cannot be combined with spec.conductorOne.visibleToEveryone: true: ConductorOne keeps who sees a profile by an entitlement only while not everybody sees it"}},
		"everybody sees it, and no holder": {everybodySees(shownTo(backend.To(true))), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range caps.Untenable(&tc.profile) {
				got = append(got, p.String())
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func everybodySees(p backend.AccessProfile) backend.AccessProfile {
	profileBlock(p).VisibleToEveryone = backend.To(true)
	return p
}
