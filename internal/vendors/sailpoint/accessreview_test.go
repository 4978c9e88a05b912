package sailpoint_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

const (
	campaignsRoute = "/campaigns/v1"
	campaignRoute  = campaignsRoute + "/{id}"
)

// staged lets the vendor prepare a new campaign.
func staged(k vendortest.Kept[backend.AccessReview], desired backend.AccessReview) backend.Observation[backend.AccessReview] {
	k.T.Helper()
	obs := k.Created("", desired)
	if obs.Phase != backend.PhasePending || obs.Actual.Facts.State != backend.ReviewConfiguring {
		k.T.Fatalf("a new campaign is %s, %s", obs.Phase, obs.Actual.Facts.State)
	}
	k.Advance(pace + time.Second)
	return k.Observed(obs.ID, "", desired)
}

// running activates it.
func running(k vendortest.Kept[backend.AccessReview], desired backend.AccessReview) backend.Observation[backend.AccessReview] {
	k.T.Helper()
	obs := staged(k, desired)
	desired.AutoStart = backend.To(true)
	k.Updated(obs, desired)
	k.Advance(pace + time.Second)
	return k.Observed(obs.ID, "", desired)
}

// TestReviewLife is one campaign from its creation to its end.
func TestReviewLife(t *testing.T) {
	k := reviews(t)
	desired := fullReview()
	desired.AutoStart = backend.To(true)
	reviewBlock(desired).TimeZone = nil
	obs := staged(k, desired)
	state := func(obs backend.Observation[backend.AccessReview], state backend.ReviewState, status string, started bool, phase backend.Phase) {
		t.Helper()
		f := obs.Actual.Facts
		if f.State != state || f.VendorState != status || f.Started != started || obs.Phase != phase {
			t.Errorf("%s %s, started %t, %s; want %s %s, %t, %s", f.State, f.VendorState, f.Started, obs.Phase, state, status, started, phase)
		}
		if (obs.Phase == backend.PhasePending) != strings.Contains(obs.Message, status) {
			t.Errorf("the message %q", obs.Message)
		}
	}
	state(obs, backend.ReviewStaged, "STAGED", false, backend.PhaseLive)
	if got := k.Diff(obs, desired).Paths(); !slices.Equal(got, []string{"start.mode"}) {
		t.Fatalf("staged, it differs in %v", got)
	}
	obs = k.Updated(obs, desired)
	state(obs, backend.ReviewRunning, "ACTIVATING", true, backend.PhasePending)
	k.Advance(pace + time.Second)
	obs = k.Observed(obs.ID, "", desired)
	state(obs, backend.ReviewRunning, "ACTIVE", true, backend.PhaseLive)
	k.Same(obs, desired) // Though the time of day of its deadline has moved.
	if obs.Actual.Facts.Deadline.Equal(desired.Deadline.Time) {
		t.Error("the fake moves deadlines no more: this test shows nothing")
	}
	k.Advance(32 * 24 * time.Hour)
	obs = k.Observed(obs.ID, "", desired)
	state(obs, backend.ReviewOverdue, "ACTIVE", true, backend.PhaseLive)
	if got := k.Diff(obs, desired).Paths(); !slices.Equal(got, []string{"close.mode"}) {
		t.Fatalf("overdue, it differs in %v", got)
	}
	obs = k.Updated(obs, desired)
	state(obs, backend.ReviewRunning, "COMPLETING", true, backend.PhasePending)
	if body := last[map[string]any](k.Fixture, "POST", campaignRoute+"/complete"); body["autoCompleteAction"] != "REVOKE" {
		t.Errorf("%v", body)
	}
	k.Advance(pace + time.Second)
	obs = k.Observed(obs.ID, "", desired)
	state(obs, backend.ReviewCompleted, "COMPLETED", true, backend.PhaseSealed)
	k.Same(obs, desired)
	want := []string{"POST " + campaignsRoute, "POST " + campaignRoute + "/activate", "POST " + campaignRoute + "/complete"}
	if diff := cmp.Diff(want, k.Sent(sandbox.ClassWrite)); diff != "" {
		t.Error(diff)
	}
	if err := k.Delete(t.Context(), obs); err != nil {
		t.Fatal(err)
	}
	obs = k.Observed(obs.ID, "", desired)
	state(obs, backend.ReviewRemoved, "CANCELING", true, backend.PhasePending)
	k.Advance(pace + time.Second)
	if obs = k.Observed(obs.ID, "", desired); obs.Exists {
		t.Error("it is still there")
	}
	if err := k.Delete(t.Context(), obs); err != nil {
		t.Error(err)
	}
}

func TestReviewTakesWhatItsStateTakes(t *testing.T) {
	other := fullReview()
	other.DisplayName, other.Description = backend.To("Other"), backend.To("Else.")
	other.Deadline = &backend.Instant{Time: other.Deadline.Add(72 * time.Hour)}
	other.Notifications.Kickoff = backend.To(false)
	reviewBlock(other).AutoRevokeAllowed = backend.To(false)
	reviewBlock(other).MandatoryComments = backend.To("NoDecisions")
	k := reviews(t)
	obs := staged(k, fullReview())
	writable := func(obs backend.Observation[backend.AccessReview]) []string {
		return k.Diff(obs, other).Without(obs.ReadOnly).Paths()
	}
	want := []string{"displayName", "description", "deadline", "notifications.kickoff", "sailPoint.autoRevokeAllowed"}
	if diff := cmp.Diff(want, writable(obs)); diff != "" {
		t.Error(diff)
	}
	obs = k.Updated(obs, other)
	if got := k.Diff(obs, other).Paths(); !slices.Equal(got, []string{"sailPoint.mandatoryComments"}) {
		t.Errorf("left: %v", got)
	}
	patched := []string{"replace /deadline", "replace /name", "replace /description", "replace /emailNotificationEnabled", "replace /autoRevokeAllowed"}
	if diff := cmp.Diff(patched, patchedBy(k.Fixture, campaignRoute)); diff != "" {
		t.Error(diff)
	}
	if obs.Mark != mark {
		t.Errorf("the mark is %v", obs.Mark)
	}
	k = reviews(t)
	obs = running(k, fullReview())
	if got := writable(obs); !slices.Equal(got, []string{"deadline"}) {
		t.Errorf("active, it takes %v", got)
	}
	if !backend.Covers(obs.ReadOnly, backend.PathMark) || !backend.Covers(obs.ReadOnly, "start.mode") {
		t.Errorf("read-only are %v", obs.ReadOnly)
	}
	obs = k.Updated(obs, other)
	if got := writable(obs); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	if err := k.SetReviewState(obs.ID, "COMPLETED"); err != nil {
		t.Fatal(err)
	}
	obs = k.Observed(obs.ID, "", other)
	if got := append(writable(obs), backend.Changes{{Path: backend.PathMark}}.Without(obs.ReadOnly).Paths()...); len(got) != 0 {
		t.Errorf("completed, it takes %v", got)
	}
}

func TestReviewDeadlines(t *testing.T) {
	t.Run("one of today is not activated", func(t *testing.T) {
		k := reviews(t)
		desired := fullReview()
		obs := staged(k, desired)
		k.Advance(30*24*time.Hour - time.Hour)
		if k.Now().UTC().Day() != desired.Deadline.UTC().Day() {
			k.Advance(-k.Now().Sub(desired.Deadline.UTC().Truncate(24 * time.Hour).Add(time.Minute)))
		}
		obs = k.Observed(obs.ID, "", desired)
		k.ResetCalls()
		desired.AutoStart, reviewBlock(desired).TimeZone = backend.To(true), backend.To("Z")
		_, err := k.Update(t.Context(), obs, desired, k.Diff(obs, desired))
		vendortest.Refusal(t, err, "deadline")
		if n := k.Counts().Writes; n != 0 {
			t.Errorf("%d writes", n)
		}
	})
	t.Run("a duration counts once, by the vendor's clock", func(t *testing.T) {
		k := reviews(t)
		k.Advance(1000 * time.Hour)
		if _, err := k.Observe(t.Context(), backend.Ref{ID: noSuchID}); err != nil {
			t.Fatal(err)
		}
		desired := leastReview("Brief")
		desired.Duration = &backend.Duration{Duration: 72 * time.Hour}
		obs := k.Created("", desired)
		if off := obs.Actual.Deadline.Sub(k.Now().Add(72 * time.Hour)).Abs(); off > 5*time.Second {
			t.Errorf("off by %s", off)
		}
		k.Same(obs, desired)
	})
	t.Run("one that nobody names is in two weeks", func(t *testing.T) {
		k := reviews(t)
		obs := k.Created("", leastReview("Usual"))
		if off := obs.Actual.Deadline.Sub(k.Now().Add(14 * 24 * time.Hour)).Abs(); off > 5*time.Second {
			t.Errorf("off by %s", off)
		}
	})
	t.Run("one that is put off is not an end", func(t *testing.T) {
		k := reviews(t)
		obs := running(k, fullReview())
		k.Advance(32 * 24 * time.Hour)
		desired := fullReview()
		desired.AutoStart = backend.To(true)
		desired.Deadline = &backend.Instant{Time: k.Now().Add(48 * time.Hour).Truncate(time.Second)}
		k.Converge(k.Observed(obs.ID, "", desired), desired)
		if slices.Contains(k.Sent(sandbox.ClassWrite), "POST "+campaignRoute+"/complete") {
			t.Error("it was completed all the same")
		}
	})
	t.Run("one that has passed keeps nothing from its end", func(t *testing.T) {
		k := reviews(t)
		obs := running(k, fullReview())
		k.Advance(35 * 24 * time.Hour)
		desired := fullReview()
		desired.AutoStart = backend.To(true)
		desired.Deadline = &backend.Instant{Time: desired.Deadline.Add(48 * time.Hour)}
		obs = k.Updated(k.Observed(obs.ID, "", desired), desired)
		if obs.Actual.Facts.VendorState != "COMPLETING" {
			t.Errorf("it is %s", obs.Actual.Facts.VendorState)
		}
	})
}

func TestReviewActivationTellsTheTimeZone(t *testing.T) {
	k := reviews(t)
	running(k, fullReview())
	if body := last[map[string]any](k.Fixture, "POST", campaignRoute+"/activate"); body["timeZone"] != "-05:00" {
		t.Errorf("%v", body)
	}
}
