package veza_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

func (f *fake) review(fields object) string {
	f.T.Helper()
	id, _ := f.Must("POST", certifications, with(object{"workflow_id": quarterly, "name": "Q1", "notes": "uid-1"}, fields))["certification_id"].(string)
	return id
}

func (f *fake) reviews() object {
	f.T.Helper()
	return f.Must("GET", certifications+"?workflow_id="+quarterly, nil)
}

func TestReviewRuns(t *testing.T) {
	f := start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(time.Hour) }})
	id := f.review(object{"reviewer_assignment": object{"users_manager": true}, "data_source": 1})
	got := f.reviews()
	expect(t, got, id, "values", 0, "certification_id")
	expect(t, got, "uid-1", "values", 0, "notes")
	expect(t, got, "PREPARING", "values", 0, "state")
	expect(t, got, nil, "values", 0, "query_completed_at")
	expect(t, got, 1, "total_result_count")
	f.Advance(time.Hour)
	got = f.reviews()
	expect(t, got, "ACTIVE", "values", 0, "state")
	expect(t, got, 4, "values", 0, "total_result_count")
	if at(got, "values", 0, "query_completed_at") == nil {
		t.Error("the query never ends")
	}
	closed, err := f.CloseReviewTasks(id, 3, "REJECTED")
	if err != nil || closed != 3 {
		t.Fatal(closed, err)
	}
	if closed, err = f.CloseReviewTasks(id, 3, ""); err != nil || closed != 1 {
		t.Fatal(closed, err)
	}
	expect(t, f.reviews(), 4, "values", 0, "total_complete_count")
	results := f.Must("GET", certifications+"/"+id+"/results", nil)
	expect(t, results, "REJECTED", "values", 0, "decision")
	expect(t, results, "ACCEPTED", "values", 3, "decision")
}

func TestReviewStates(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.review(nil)
	for _, step := range []struct{ state, want string }{
		{"InProgress", "ACTIVE"}, {"Overdue", "EXPIRED"}, {"InProgress", "ACTIVE"}, {"Completed", "COMPLETED"}, {"Preparing", "PREPARING"},
	} {
		if err := f.SetReviewState(id, step.state); err != nil {
			t.Fatal(err)
		}
		expect(t, f.reviews(), step.want, "values", 0, "state")
	}
	if err := f.SetReviewState(id, "Cancelled"); err == nil {
		t.Error("a state that is none was taken")
	}
	if err := f.Edit(sandbox.Target{Kind: veza.KindAccessReview, ID: id}, object{"name": "changed", "due_date": "2030-01-01T00:00:00Z"}); err != nil {
		t.Fatal(err)
	}
	expect(t, f.reviews(), "2030-01-01T00:00:00.000000000Z", "values", 0, "due_date")
	f.Configure(func(s *sandbox.Settings) { s.Features["notesHidden"] = true })
	expect(t, f.reviews(), "", "values", 0, "notes")
	if err := f.Delete(sandbox.Target{Kind: veza.KindAccessReview, ID: id}); err != nil {
		t.Fatal(err)
	}
	expect(t, f.reviews(), []any{}, "values")
}

func TestReviewRefusals(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.refuses(400, "workflow x not found", "POST", certifications, object{"workflow_id": "x"})
	f.refuses(404, "workflow x not found", "GET", certifications+"?workflow_id=x", nil)
	listed := f.Must("GET", workflows, nil)
	expect(t, listed, "Quarterly Salesforce access", "values", 0, "name")
	expect(t, listed, at(listed, "values", 2, "name"), "values", 3, "name")
	if at(listed, "values", 2, "workflow_id") == at(listed, "values", 3, "workflow_id") {
		t.Error("two configurations have one id")
	}
}

func TestDumpShowsWhatNothingReadsBack(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.review(object{"reviewer_assignment": object{"users_manager": true}})
	made, err := f.Create(veza.KindAccessProfile, "", with(entities(group("Okta", "OktaGroup", "AI Team")), object{
		"name": "By hand", "state": "RUNNING", "members": []any{object{"identity_id": ada}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	dump, ok := f.Dump().(veza.Dump)
	if !ok {
		t.Fatalf("the dump is a %T", f.Dump())
	}
	expect(t, dump.Certifications[0], true, "inputs", "reviewer_assignment", "users_manager")
	expect(t, dump.Profiles[0], made, "id")
	expect(t, dump.Profiles[0], ada, "members", 0, "identity_id")
	expect(t, dump.Profiles[0], okta, "versions", 0, "entities_to_create_relationships_to", 0, "datasource_id")
	expect(t, dump.Entities[0], "Sales Developers", "name")
	if _, err := f.Create("AccessReview", quarterly, object{"name": "foreign", "notes": "uid-2"}); err != nil {
		t.Fatal(err)
	}
	if err := f.Edit(sandbox.Target{Kind: veza.KindAccessProfile, ID: made}, object{"colour": "red"}); err == nil {
		t.Error("a field that is none was taken")
	}
	f.Reset()
	expect(t, f.Must("GET", profiles, nil), []any{}, "values")
}
