package sailpoint_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
)

// What the live server does beyond its documentation, met through HTTP.

// nextMinute is an instant on a full minute, as every deadline is that a person types.
func nextMinute(k vendortest.Kept[backend.AccessReview], days int) *backend.Instant {
	return &backend.Instant{Time: k.Now().UTC().Truncate(24 * time.Hour).Add(time.Duration(days)*24*time.Hour + 14*time.Hour)}
}

func TestADeadlineOnAFullMinuteIsKeptPutOffAndPassed(t *testing.T) {
	k := reviews(t)
	desired := fullReview()
	desired.Deadline = nextMinute(k, 10)
	obs := k.Converge(staged(k, desired), desired)
	if obs.Actual.Deadline == nil || !obs.Actual.Deadline.Equal(desired.Deadline.Time) {
		t.Fatalf("read as %v, want %s", obs.Actual.Deadline, desired.Deadline)
	}
	desired.Deadline = nextMinute(k, 20)
	obs = k.Converge(obs, desired)
	desired.AutoStart = backend.To(true)
	k.Updated(obs, desired)
	k.Advance(pace + time.Second)
	k.Advance(30 * 24 * time.Hour)
	if obs = k.Observed(obs.ID, "", desired); obs.Actual.Facts.State != backend.ReviewOverdue {
		t.Errorf("past its deadline it is %s", obs.Actual.Facts.State)
	}
}

func TestADurationThatEndsOnAFullMinuteStartsAllTheSame(t *testing.T) {
	k := reviews(t)
	k.Advance(time.Minute - time.Duration(k.Now().Second())*time.Second) // To the second, which is all that an answer tells.
	if _, err := k.Observe(t.Context(), backend.Ref{ID: noSuchID}); err != nil {
		t.Fatal(err)
	}
	desired := leastReview("Brief")
	desired.Deadline, desired.Duration, desired.AutoStart = nextMinute(k, 3), nil, backend.To(true)
	obs := staged(k, desired)
	k.Updated(obs, desired)
	if !slices.Contains(k.Sent(sandbox.ClassWrite), "POST "+campaignRoute+"/activate") {
		t.Error("it was not activated")
	}
}

func TestADeadlineThatCannotBeReadIsAnErrorOfItsField(t *testing.T) {
	k := reviews(t)
	desired := fullReview()
	obs := staged(k, desired)
	k.Fault(sandbox.Fault{Method: http.MethodGet, PathPattern: "/campaigns/v1/", Kind: sandbox.FaultStatus, Status: 200,
		Body: fmt.Sprintf(`{"id":%q,"name":"Q","status":"STAGED","type":"SEARCH","deadline":"the day after tomorrow"}`, obs.ID)})
	seen, err := k.Observe(t.Context(), backend.Ref{ID: obs.ID})
	if err != nil || !strings.Contains(seen.Unread, `deadline: the vendor's value "the day after tomorrow"`) {
		t.Errorf("%q, %v", seen.Unread, err)
	}
	k.ResetCalls()
	_, err = k.Update(t.Context(), obs, desired, backend.Changes{{Path: "start.mode"}})
	vendortest.Class(t, err, backend.Retryable)
	if err == nil || !strings.Contains(err.Error(), "deadline") || k.Counts().Writes != 0 {
		t.Errorf("%v, %d writes", err, k.Counts().Writes)
	}
}

func TestTheListOfEntitlementsIsReadPastTenThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 10,400 entitlements")
	}
	const total = 10_400
	h := begin(t)
	for i := range total {
		if _, err := h.Server.Create("AppEntitlement", workday, map[string]any{"name": "Bulk", "value": fmt.Sprintf("CN=%05d", i)}); err != nil {
			t.Fatal(err)
		}
	}
	h.ResetCalls()
	found, err := h.Find(t.Context(), backend.Name{Kind: backend.NameEntitlement, Name: "Bulk", ParentID: workday})
	if err != nil || len(found) != backend.MostMatches {
		t.Errorf("%d matches, %v", len(found), err)
	}
	deep := 0
	for _, call := range h.Calls(0) {
		if strings.Contains(call.Query, "searchAfter=") {
			deep++
		}
	}
	if deep == 0 || len(h.Rejections()) != 0 {
		t.Errorf("%d pages behind the ten thousandth row, rejections %v", deep, h.Rejections())
	}
}

func TestARequestConfigThatIsNotThereIsEmpty(t *testing.T) {
	k := entitlements(t)
	obs, err := k.Observe(t.Context(), backend.Ref{ID: read.ID, ParentID: database, DetailFields: []string{"sailPoint.accessRequestConfig", "sailPoint.revocationRequestConfig"}})
	if err != nil || !obs.Exists {
		t.Fatalf("%+v, %v", obs, err)
	}
	missing := 0
	for _, call := range k.Calls(0) {
		if strings.HasSuffix(call.Path, "/entitlement-request-config") && call.Status == http.StatusNotFound {
			missing++
		}
	}
	if missing != 1 {
		t.Errorf("%d answers that there is none", missing)
	}
}

func TestAlertsOfACampaignAreTold(t *testing.T) {
	k := reviews(t)
	desired := fullReview()
	obs := staged(k, desired)
	alert := func(text string) map[string]any {
		return map[string]any{"level": "ERROR", "localizations": []any{map[string]any{"locale": "en-US", "localeOrigin": "DEFAULT", "text": text}}}
	}
	long := strings.Repeat("too much ", 80)
	if err := k.Edit(sandbox.Target{Kind: "AccessReview", ID: obs.ID}, map[string]any{"alerts": []any{alert("first"), alert(long)}}); err != nil {
		t.Fatal(err)
	}
	if err := k.SetReviewState(obs.ID, "ERROR"); err != nil {
		t.Fatal(err)
	}
	seen := k.Observed(obs.ID, "", desired)
	want := []string{"ERROR first", "ERROR " + strings.TrimSpace(long)}
	if seen.Phase != backend.PhaseFailed || !slices.Equal(seen.Actual.Facts.Alerts, want) || !strings.Contains(seen.Message, "first") {
		t.Errorf("%s %q: %q", seen.Phase, seen.Message, seen.Actual.Facts.Alerts)
	}
}
