package conductorone_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

func TestNothingOfAReviewLeadsToItsReports(t *testing.T) {
	k := reviews(t)
	desired := backend.AccessReview{DisplayName: backend.To("Q4"), Owners: backend.Set{ada}, Block: &conductorone.ReviewBlock{AutoGenerateReport: backend.To(true)}}
	obs := k.Converge(k.Created("", desired), desired)
	for _, state := range []string{"OPEN", "CLOSED", "OPEN", "CLOSED"} { // Reopened in the console: two reports.
		if err := k.SetReviewState(obs.ID, state); err != nil {
			t.Fatal(err)
		}
	}
	look := func() []backend.ReviewReport {
		seen, err := k.Observe(t.Context(), backend.Ref{ID: obs.ID, DetailFields: []string{"progress", "reports"}})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(seen)
		if err != nil || strings.Contains(string(raw), "downloads.corp.example") || strings.Contains(string(raw), "signature=") {
			t.Errorf("an address is in %s (%v)", raw, err)
		}
		return seen.Actual.Facts.Reports
	}
	first := look()
	if len(first) != 2 || first[0].ID == first[1].ID || first[0].Format != "XLSX" || len(first[0].Hashes) != 1 || first[0].CreatedAt.IsZero() {
		t.Errorf("got %+v", first)
	}
	if diff := cmp.Diff(first, look()); diff != "" {
		t.Errorf("another look tells something else (-first +second):\n%s", diff)
	}
}

func TestAReviewThatIsADraftAtOnceGetsItsScopeOnce(t *testing.T) {
	const route = "/api/v1/access_review/{access_review_id}/scope_and_entitlements"
	k := reviews(t)
	k.Feature(fake.FeatureDraftReviews)
	desired := fullReview()
	obs := k.Created("", desired)
	if got := k.Counts().Routes["POST "+route]; got != 1 {
		t.Errorf("the scope was attached %d times", got)
	}
	if diff := cmp.Diff(desired.Scope.Entitlements, obs.Actual.Scope.Entitlements); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	obs = k.Converge(obs, desired)
	if got := k.Counts().Routes["POST "+route]; got != 1 {
		t.Errorf("and then %d times", got)
	}
	k.Fault(sandbox.Fault{PathPattern: "scope_and_entitlements", Kind: sandbox.FaultStatus, Status: 400, Count: 1})
	desired.DisplayName = backend.To("Refused")
	made, err := k.Create(t.Context(), backend.Ref{Mark: mark, Key: desired.Key()}, desired)
	if err == nil || made.ID == "" || made.ID == obs.ID {
		t.Errorf("a scope that is refused: %q, %v; want the id beside the error", made.ID, err)
	}
}
