package sailpoint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

func TestReviewTroubles(t *testing.T) {
	t.Run("one that hangs is pending, and no second one is made", func(t *testing.T) {
		k := reviews(t)
		k.Feature(fake.FeatureCampaignHangs)
		obs := k.Created("", fullReview())
		k.Advance(25 * time.Hour)
		obs = k.Observed(obs.ID, "", fullReview())
		if obs.Phase != backend.PhasePending || obs.Message != "the campaign is in the state PENDING" {
			t.Errorf("%s %q", obs.Phase, obs.Message)
		}
		found, err := k.Observe(t.Context(), backend.Ref{Mark: mark, Key: fullReview().Key()})
		if err != nil || found.ID != obs.ID {
			t.Errorf("%q, %v", found.ID, err)
		}
	})
	t.Run("one that failed says why and takes nothing", func(t *testing.T) {
		k := reviews(t)
		obs := k.Created("", fullReview())
		k.Fault(sandbox.Fault{Method: "GET", PathPattern: "campaigns", Kind: sandbox.FaultStatus, Status: 200, Body: fmt.Sprintf(
			`{"id":%q,"name":"n","status":"ERROR","alerts":[{"level":"ERROR","localizations":[{"locale":"de","text":"Kaputt."},{"locale":"en-US","text":"The snapshot failed."}]}]}`, obs.ID)})
		obs = k.Observed(obs.ID, "", fullReview())
		if obs.Phase != backend.PhaseFailed || obs.Actual.Facts.State != backend.ReviewFailed || !slices.Equal(obs.Actual.Facts.Alerts, []string{"ERROR The snapshot failed."}) {
			t.Errorf("%s %q %v", obs.Phase, obs.Message, obs.Actual.Facts)
		}
		_, err := k.Update(t.Context(), obs, fullReview(), backend.Changes{{Path: "start.mode"}})
		vendortest.Class(t, err, backend.Terminal)
		if err == nil || !strings.Contains(err.Error(), "The snapshot failed.") {
			t.Error(err)
		}
	})
	t.Run("a state that is newer than this code is waited out", func(t *testing.T) {
		k := reviews(t)
		k.Fault(sandbox.Fault{Method: "GET", PathPattern: "campaigns", Kind: sandbox.FaultStatus, Status: 200, Body: `{"id":"c","status":"MUSING"}`, Count: 1})
		if obs := k.Observed("c", "", fullReview()); obs.Phase != backend.PhasePending || !strings.Contains(obs.Message, "MUSING") {
			t.Errorf("%s %q", obs.Phase, obs.Message)
		}
	})
	t.Run("one that moved meanwhile is looked at again", func(t *testing.T) {
		k := reviews(t)
		obs := staged(k, fullReview())
		if err := k.SetReviewState(obs.ID, "ACTIVE"); err != nil {
			t.Fatal(err)
		}
		desired := fullReview()
		desired.AutoStart = backend.To(true)
		_, err := k.Update(t.Context(), obs, desired, k.Diff(obs, desired))
		vendortest.Class(t, err, backend.Conflict)
	})
	t.Run("half written says so", func(t *testing.T) {
		k := reviews(t)
		obs := staged(k, fullReview())
		desired := fullReview()
		desired.AutoStart, desired.DisplayName = backend.To(true), backend.To("Half")
		half, err := k.Update(allowing(t, 1), obs, desired, k.Diff(obs, desired))
		vendortest.Class(t, err, backend.Fenced)
		if half.ID != obs.ID {
			t.Errorf("%q", half.ID)
		}
	})
	t.Run("recommendations without a licence read back false", func(t *testing.T) {
		k := reviews(t)
		desired := fullReview()
		reviewBlock(desired).RecommendationsEnabled = backend.To(true)
		obs := k.Updated(staged(k, desired), desired)
		if got := k.Diff(obs, desired).Paths(); !slices.Equal(got, []string{"sailPoint.recommendationsEnabled"}) {
			t.Errorf("%v", got)
		}
	})
}

// TestReviewsAreFoundByTheirMark: names repeat, and are no key.
func TestReviewsAreFoundByTheirMark(t *testing.T) {
	k := reviews(t)
	for _, name := range []string{"Twice", "Two + two"} {
		desired := leastReview(name)
		if _, err := k.Create(t.Context(), backend.Ref{Mark: backend.Mark{Token: "anotheranother01", Owner: "a/b", Cluster: "c"}}, desired); err != nil {
			t.Fatal(err)
		}
		obs := k.Created("", desired)
		k.ResetCalls()
		found, err := k.Observe(t.Context(), backend.Ref{Mark: mark, Key: desired.Key()})
		if err != nil || found.ID != obs.ID || found.Duplicate != nil {
			t.Errorf("%q, %v, %v", found.ID, found.Duplicate, err)
		}
		if query := k.Calls(0)[0].Query; strings.Contains(query, "filters=") == strings.Contains(name, "+") {
			t.Errorf("%s was sought by %s", name, query)
		}
		if err := k.Server.Delete(sandbox.Target{Kind: "AccessReview", ID: obs.ID}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := k.Observe(t.Context(), backend.Ref{Key: backend.Key{DisplayName: "Twice"}})
	vendortest.Class(t, err, backend.Terminal)
}

func TestReviewProgress(t *testing.T) {
	progress := func(k vendortest.Kept[backend.AccessReview], id string) (done, all int64) {
		t.Helper()
		obs, err := k.Observe(t.Context(), backend.Ref{ID: id, DetailFields: []string{"progress", "reports"}})
		if err != nil {
			t.Fatal(err)
		}
		if obs.Actual.Facts.Reports != nil {
			t.Errorf("%v", obs.Actual.Facts.Reports)
		}
		return *obs.Actual.Facts.Completed, *obs.Actual.Facts.Total
	}
	t.Run("decisions, where every package is seen", func(t *testing.T) {
		k := reviews(t)
		desired := fullReview()
		desired.Reviewer = &backend.Reviewer{UserIDs: backend.Set{grace}}
		obs := running(k, desired)
		before, all := progress(k, obs.ID)
		if _, err := k.CloseReviewTasks(obs.ID, 1, "APPROVE"); err != nil {
			t.Fatal(err)
		}
		if after, still := progress(k, obs.ID); before != 0 || after != 1 || all < 2 || still != all {
			t.Errorf("%d of %d, then %d of %d", before, all, after, still)
		}
	})
	t.Run("packages, where those of groups are not shown", func(t *testing.T) {
		k := reviews(t)
		obs := running(k, fullReview())
		if done, all := progress(k, obs.ID); done != 0 || all != 1 {
			t.Errorf("%d of %d", done, all)
		}
	})
}
