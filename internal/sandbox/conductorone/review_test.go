package conductorone_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

func (f *fake) state(id string) any {
	f.T.Helper()
	return at(f.Must("GET", "/api/v1/access_review/"+id, nil), "accessReview", "accessReview", "state")
}

func (f *fake) enter(id, state string) {
	f.T.Helper()
	if err := f.SetReviewState(id, state); err != nil {
		f.T.Fatal(err)
	}
}

func TestReviewByHand(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createReview(object{"completionDate": "2030-01-01T00:00:00+02:00", "scopeV2": object{"allUsers": object{}, "specificResources": object{}}})
	path := "/api/v1/access_review/" + id
	got := at(f.Must("GET", path, nil), "accessReview", "accessReview")
	expect(t, got, "ACCESS_REVIEW_STATE_PENDING", "state")
	expect(t, got, "2029-12-31T22:00:00Z", "completionDate")
	expect(t, got, object{}, "scopeV2", "allUsers")
	expect(t, got, "1", "scopingVersion")
	if _, ok := got.(object)["ownerIds"]; ok {
		t.Error("ownerIds reads back")
	}
	attach := object{"entitlements": []any{object{"appId": github, "appEntitlementId": member}, object{"appId": workday, "appEntitlementId": viewer}}, "scopeV2": object{"selectedUsers": object{"userIds": []string{ada}}}}
	setup := f.Must("POST", path+"/scope_and_entitlements", attach)
	expect(t, setup, viewer, "list", 1, "accessReviewEntitlement", "appEntitlementId")
	expect(t, setup, certify, "list", 1, "accessReviewEntitlement", "policyId")
	expect(t, f.Must("GET", path+"/scope_and_entitlements", nil), []string{ada}, "scopeV2", "selectedUsers", "userIds")
	expect(t, f.Must("GET", path, nil), "2", "accessReview", "accessReview", "scopingVersion")

	f.enter(id, "PREPARING")
	f.enter(id, "ACCESS_REVIEW_STATE_DRAFT")
	expect(t, f.Must("GET", path, nil), 4, "accessReview", "accessReview", "expectedTicketCount")
	for _, field := range []string{"policyId", "scopeV2"} {
		f.Refuses(400, "cannot be changed in state DRAFT", "POST", path, object{"accessReview": object{"policyId": certify}, "updateMask": field})
	}
	f.Refuses(400, "cannot be changed in state DRAFT", "POST", path+"/scope_and_entitlements", attach)
	f.Must("POST", path, object{"accessReview": object{"displayName": "Renamed"}, "updateMask": "displayName"})

	f.enter(id, "OPEN")
	tasks := object{"accessReviewIds": []string{id}, "taskTypes": []any{object{"certify": object{}}}, "taskStates": []string{"TASK_STATE_CLOSED"}}
	expect(t, f.Must("POST", "/api/v1/search/tasks", tasks), []any{}, "list")
	if closed, err := f.CloseReviewTasks(id, 3, "CERTIFY_OUTCOME_DECERTIFIED"); err != nil || closed != 3 {
		t.Errorf("closed %d: %v", closed, err)
	}
	found := f.Must("POST", "/api/v1/search/tasks", tasks)
	expect(t, found, "CERTIFY_OUTCOME_DECERTIFIED", "list", 2, "task", "type", "certify", "outcome")
	expect(t, found, nil, "list", 3)
	f.Must("POST", path+"/report", object{"format": "ACCESS_REVIEW_REPORT_FORMAT_JSON"})
	expect(t, f.Must("GET", path+"/report", nil), "REPORT_STATE_OK", "list", 0, "state")

	f.enter(id, "CLOSED")
	if at(f.Must("GET", path, nil), "accessReview", "accessReview", "closedAt") == nil {
		t.Error("closedAt is not set")
	}
	f.Refuses(400, "closed", "POST", path, object{"accessReview": object{}, "updateMask": "description"})
	f.Must("DELETE", path, nil)
	expect(t, f.Must("POST", "/api/v1/search/tasks", object{"accessReviewIds": []string{id}}), []any{}, "list")
}

func TestReviewBySchedule(t *testing.T) {
	now := time.Now()
	f := start(t, sandbox.Options{Now: func() time.Time { return now }, Configure: func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(time.Minute) }})
	id := f.createReview(object{"completionDate": now.Add(3 * time.Hour)})
	f.Must("POST", "/api/v1/access_review/"+id, object{
		"accessReview": object{"autoStartCampaign": true, "scheduledStartDate": now.Add(time.Hour), "autoCloseCampaign": true, "autoCloseDecision": "CLOSE_DECISION_REVOKED"},
		"updateMask":   "autoStartCampaign,scheduledStartDate,autoCloseCampaign,autoCloseDecision",
	})
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{59 * time.Minute, "PENDING"}, {90 * time.Second, "PREPARING"}, {time.Minute, "DRAFT"}, {time.Minute, "STARTING"}, {time.Minute, "OPEN"},
		{30 * time.Minute, "OPEN"}, {2 * time.Hour, "CLOSED"},
	} {
		f.Advance(step.after)
		expect(t, f.state(id), "ACCESS_REVIEW_STATE_"+step.want)
	}
	expect(t, f.Must("POST", "/api/v1/search/tasks", object{"accessReviewIds": []string{id}}), "CERTIFY_OUTCOME_DECERTIFIED", "list", 3, "task", "type", "certify", "outcome")
	f.Must("DELETE", "/api/v1/access_review/"+id, nil)
	expect(t, f.state(id), "ACCESS_REVIEW_STATE_DELETING")
	f.Advance(time.Minute)
	expect(t, f.state(id), "ACCESS_REVIEW_STATE_DELETED")
}

func TestReviewCopies(t *testing.T) {
	f := start(t, sandbox.Options{})
	source := f.createReview(nil)
	f.Must("POST", "/api/v1/access_review/"+source+"/scope_and_entitlements", object{"entitlements": []any{object{"appId": github, "appEntitlementId": member}}, "scopeV2": object{"specificResources": object{}}})
	id := f.createReview(object{"duplicateFrom": source})
	path := "/api/v1/access_review/" + id
	expect(t, f.state(id), "ACCESS_REVIEW_STATE_COPYING_SETUP_ENTITLEMENTS")
	f.Refuses(400, "in state COPYING", "POST", path+"/scope_and_entitlements", object{})
	expect(t, f.Must("GET", path+"/scope_and_entitlements", nil), []any{}, "list")
	f.enter(id, "PENDING")
	setup := f.Must("GET", path+"/scope_and_entitlements", nil)
	expect(t, setup, id, "list", 0, "accessReviewEntitlement", "accessReviewId")
	expect(t, setup, object{}, "scopeV2", "specificResources")
	dump := f.Dump().(conductorone.Dump)
	expect(t, dump.Reviews[1].Inputs, source, "duplicateFrom")
	expect(t, dump.Reviews[1].Inputs, []string{ada}, "ownerIds")
}

func TestTemplate(t *testing.T) {
	f := start(t, sandbox.Options{})
	created := f.Must("POST", "/api/v1/access_review_template", object{"displayName": "Quarterly", "ownerIds": []string{ada}, "accessReviewDuration": "86400s", "recurrenceRule": object{"frequency": "FREQUENCY_MONTHLY", "interval": 3}})
	id, _ := at(created, "accessReviewTemplate", "id").(string)
	path := "/api/v1/access_review_template/" + id
	f.Refuses(400, "update_mask is required", "POST", path, object{"accessReviewTemplate": object{}})
	f.Must("POST", path, object{"accessReviewTemplate": object{"scope": object{"allUsers": object{}}}, "updateMask": "scope"})
	got := f.Must("POST", path+"/scope_and_entitlements", object{"entitlements": []any{object{"appId": github, "appEntitlementId": member}}, "scope": object{"allGrants": object{}}})
	expect(t, got, member, "list", 0, "accessReviewTemplateEntitlement", "appEntitlementId")
	expect(t, f.Must("GET", path, nil), object{}, "accessReviewTemplate", "scope", "allGrants")
	f.Must("DELETE", path, nil)
}
