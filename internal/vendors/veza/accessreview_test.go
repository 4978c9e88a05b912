package veza_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	fake "github.com/governance-operator/governance-operator/internal/sandbox/veza"
	"github.com/governance-operator/governance-operator/internal/vendors/vendortest"
	"github.com/governance-operator/governance-operator/internal/vendors/veza"
)

type review = backend.AccessReview

func leastReview(name string) review {
	return review{DisplayName: &name, Block: &veza.ReviewBlock{ConfigurationID: &quarterly}}
}

func TestAReviewIsSentWhole(t *testing.T) {
	k := reviews(t)
	obs := k.Created(quarterly, fullReview())
	body, _ := last(k.Fixture, "POST", atReviews)
	same(t, "the body", body, map[string]any{
		"workflow_id": quarterly, "data_source": 2.0, "snapshot_id": 1690354800.0, "name": "Q4 Salesforce", "notes": "Quarterly.\n" + mark.Line(),
		"reviewer_assignment": map[string]any{
			"users_manager": true, "resource_managers": false, "reviewers": []any{map[string]any{"id": ada}, map[string]any{"email": "grace@corp.example"}},
			"fallback_reviewers": []any{map[string]any{"email": "alan@corp.example"}},
		},
		"reviewer_assignment_second_level": map[string]any{"reviewers": []any{map[string]any{"id": alan}}},
		"automation_ids":                   []any{"automation-1"}, "final_approval_level": 2.0,
		"dynamic_information": map[string]any{"identities": []any{map[string]any{"id": "00u1", "type": "OktaUser", "previous_manager_id": "00u2"}}},
	})
	if obs.Mark != mark || !obs.MarkInProse || backend.Value(obs.Actual.Description) != "Quarterly." || backend.Value(reviewBlock(obs.Actual).Notes) != "Quarterly." {
		t.Errorf("%+v", obs)
	}
	if missing := backend.Changes([]backend.Change{{Path: backend.PathMark}, {Path: "displayName"}, {Path: "veza.notes"}, {Path: "start.mode"}}).Without(obs.ReadOnly); len(missing) > 0 {
		t.Errorf("%v take edits", missing)
	}
}

func TestNotesOfAReview(t *testing.T) {
	k := reviews(t)
	desired := leastReview("R")
	reviewBlock(desired).Notes = backend.To("Look twice.")
	if obs := k.Created(quarterly, desired); backend.Value(reviewBlock(obs.Actual).Notes) != "Look twice." {
		t.Errorf("%+v", obs)
	}
	desired.Description = backend.To("Something else.")
	_, err := k.Create(t.Context(), backend.Ref{ParentID: quarterly, Mark: mark}, desired)
	vendortest.Refusal(t, err, "veza.notes", "one text")
	_, err = k.Create(t.Context(), backend.Ref{Mark: mark}, leastReview("R"))
	vendortest.Refusal(t, err, "veza.configuration", "is missing")
	_, err = k.Observe(t.Context(), backend.Ref{ID: noSuchID})
	vendortest.Refusal(t, err, "veza.configuration", "is missing")
	_, err = k.Observe(t.Context(), backend.Ref{ParentID: quarterly, Key: backend.Key{DisplayName: "R"}})
	vendortest.Class(t, err, backend.Terminal)
}

// TestPhasesOfAReview are told by dates, as the names of states are not published.
func TestPhasesOfAReview(t *testing.T) {
	for _, features := range [][]string{nil, {"numericEnums"}} {
		k := reviews(t)
		k.Feature(features...)
		obs := k.Created(quarterly, leastReview("R"))
		if obs.Phase != backend.PhasePending || obs.Message == "" || obs.Actual.Facts.State != backend.ReviewConfiguring || !obs.Actual.Facts.Started {
			t.Errorf("%s %q %+v", obs.Phase, obs.Message, obs.Actual.Facts)
		}
		for _, tc := range []struct {
			at    string
			state backend.ReviewState
			phase backend.Phase
		}{
			{"InProgress", backend.ReviewRunning, ""}, {"Overdue", backend.ReviewOverdue, ""}, {"Completed", backend.ReviewCompleted, backend.PhaseSealed},
		} {
			if err := k.SetReviewState(obs.ID, tc.at); err != nil {
				t.Fatal(err)
			}
			k.Advance(2 * time.Second) // Dates of the protocol have whole seconds.
			if _, err := k.CloseReviewTasks(obs.ID, 1, ""); err != nil {
				t.Fatal(err)
			}
			obs = k.Again(obs, review{})
			f := obs.Actual.Facts
			if f.State != tc.state || obs.Phase != tc.phase || f.StartedAt.IsZero() || f.VendorState == "" || *f.Total == 0 || *f.Completed == 0 {
				t.Errorf("%s: %s %+v", tc.at, obs.Phase, f)
			}
			if (tc.state == backend.ReviewOverdue) != !f.Deadline.IsZero() && tc.state != backend.ReviewCompleted {
				t.Errorf("%s: the deadline is %s", tc.at, f.Deadline)
			}
		}
		if obs.Actual.Facts.ClosedAt.IsZero() {
			t.Error("nobody knows when it closed")
		}
	}
}

func TestHiddenNotesProveNothing(t *testing.T) {
	k := reviews(t)
	k.Feature("notesHidden")
	k.Fault(sandbox.Fault{Method: "POST", Class: sandbox.ClassWrite, Kind: sandbox.FaultResetAfter, Count: 1})
	_, err := k.Create(t.Context(), backend.Ref{ParentID: quarterly, Mark: mark}, leastReview("lost"))
	vendortest.Class(t, err, backend.OutcomeUnknown)
	found, err := k.Observe(t.Context(), backend.Ref{ParentID: quarterly, Mark: mark})
	if err != nil || found.Exists || k.Capabilities().MarkProven {
		t.Errorf("%+v, %v, proven %t", found, err, k.Capabilities().MarkProven)
	}
	desired := leastReview("R")
	desired.Description = backend.To("Quarterly.")
	obs := k.Created(quarterly, desired)
	sent := backend.Memory{Applied: backend.Applied(desired, k.Capabilities(), backend.Paths(desired))}
	if changes := backend.Diff(desired, obs.Actual, k.Capabilities(), sent); len(changes) > 0 || k.Capabilities().MarkProven {
		t.Errorf("what cannot be read differs: %v", changes)
	}
	k.Configure(func(s *sandbox.Settings) { s.Features = map[string]bool{} })
	found, err = k.Observe(t.Context(), backend.Ref{ParentID: quarterly, Mark: mark})
	if err != nil || !k.Capabilities().MarkProven || found.Duplicate == nil || found.Duplicate.Empty {
		t.Errorf("%+v, %v, proven %t", found, err, k.Capabilities().MarkProven)
	}
	if opened := open(k.Fixture).AccessReviews().Capabilities(); opened.MarkProven {
		t.Error("another opening of the tenant has seen nothing yet")
	}
}

func TestAReviewThatIsNotListedYet(t *testing.T) {
	k := reviews(t)
	k.Configure(func(s *sandbox.Settings) { s.ListLag = sandbox.Duration(5 * time.Second) })
	obs := k.Created(quarterly, fullReview())
	if obs.Phase != backend.PhasePending || len(backend.Diff(review{AutoStart: backend.To(true)}, obs.Actual, k.Capabilities(), backend.Memory{})) > 0 {
		t.Errorf("%+v", obs)
	}
	k.Advance(10 * time.Second)
	if obs = k.Again(obs, review{}); obs.Mark != mark {
		t.Errorf("%+v", obs)
	}
}

func TestAReviewIsNeverWritten(t *testing.T) {
	k := reviews(t)
	id, err := k.Server.Create(fake.KindAccessReview, quarterly, map[string]any{"name": "by hand"})
	if err != nil {
		t.Fatal(err)
	}
	seen := k.Again(backend.Observation[review]{ID: id, ParentID: quarterly}, review{})
	obs, err := k.Update(t.Context(), seen, fullReview(), backend.Changes{{Path: backend.PathMark}})
	if err != nil || !obs.Exists || !obs.Mark.IsZero() {
		t.Errorf("%+v, %v", obs, err)
	}
	vendortest.Class(t, k.Driver.Delete(t.Context(), seen), backend.Terminal)
	if sent := writes(k.Fixture); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
	if caps := k.Capabilities(); !caps.RunOnce || caps.Update || caps.Delete || caps.Retire {
		t.Errorf("%+v", caps)
	}
	if err := k.Server.Delete(sandbox.Target{Kind: fake.KindAccessReview, ID: id}); err != nil {
		t.Fatal(err)
	}
	_, err = k.Update(t.Context(), seen, fullReview(), backend.Changes{{Path: backend.PathMark}})
	vendortest.Class(t, err, backend.Conflict)
}

// TestRowsOfOtherConfigurations: a page of the vendor misspells the parameter, and a server
// that does not know one shows everything.
func TestRowsOfOtherConfigurations(t *testing.T) {
	k := reviews(t)
	k.Fault(sandbox.Fault{PathPattern: "certifications", Kind: sandbox.FaultStatus, Status: 200, Body: `{"values":[
		{"certification_id":"a","workflow_id":"other","notes":""},{"certification_id":"b","workflow_id":"` + quarterly + `","state":3,"total_result_count":"12"}],"has_more":false}`})
	rows := k.Many(backend.Ref{ID: "a", ParentID: quarterly}, backend.Ref{ID: "b", ParentID: quarterly})
	var got []string
	for _, row := range rows {
		if row.Exists {
			got = append(got, row.ID+" "+row.Actual.Facts.VendorState)
			if *row.Actual.Facts.Total != 12 {
				t.Errorf("%+v", row.Actual.Facts)
			}
		}
	}
	same(t, "rows", strings.Join(got, ","), "b 3")
}

func TestAnInstantOfAReviewThatCannotBeReadIsToldByItsField(t *testing.T) {
	for _, field := range []string{"completed_at", "query_completed_at", "due_date"} {
		k := reviews(t)
		obs := k.Created(quarterly, leastReview("R"))
		k.Fault(sandbox.Fault{Class: sandbox.ClassRead, Kind: sandbox.FaultStatus, Status: 200, Body: fmt.Sprintf(
			`{"values":[{"certification_id":%q,"workflow_id":%q,"name":"R","%s":"soon"}],"has_more":false}`, obs.ID, quarterly, field)})
		seen, err := k.Observe(t.Context(), backend.Ref{ID: obs.ID, ParentID: quarterly})
		if err != nil || !strings.HasPrefix(seen.Unread, field+": the vendor's value \"soon\"") {
			t.Errorf("%s: %q, %v", field, seen.Unread, err)
		}
	}
}
