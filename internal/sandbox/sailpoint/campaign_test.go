package sailpoint_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

// paced starts a sandbox whose campaigns move on by themselves.
func paced(t *testing.T) *fake {
	return start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(time.Minute) }})
}

func TestACampaignGoesThroughItsLife(t *testing.T) {
	f := paced(t)
	id := f.createCampaign(nil)
	path := campaigns + "/" + id
	tasks := "/certification-tasks/v1?filters=" + escape(`targetId eq "`+id+`"`)
	expect(t, f.status(id), "PENDING")
	expect(t, f.must("GET", tasks, nil), "CAMPAIGN_CREATE", 0, "type")
	f.refuses(400, "400.1.1", "while the campaign is PENDING", "PATCH", path, []any{op("replace", "/name", "x")})
	f.refuses(400, "400.1", "it is PENDING", "POST", path+"/activate", nil)

	f.Advance(time.Minute)
	expect(t, f.status(id), "STAGED")
	expect(t, f.must("GET", tasks, nil), []any{})
	got := f.must("GET", path+"?detail=FULL", nil)
	expect(t, got, nil, "modified")
	expect(t, got, 2, "totalCertifications")
	expect(t, f.must("PATCH", path, []any{op("replace", "/name", "Renamed"), op("replace", "/autoRevokeAllowed", true)}), "Renamed", "name")
	f.refuses(400, "400.1", "it is STAGED", "POST", path+"/complete", object{"autoCompleteAction": "REVOKE"})
	status, _ := f.do("POST", path+"/activate", object{"timeZone": "-05:00"})
	expect(t, status, 202)
	expect(t, f.status(id), "ACTIVATING")
	f.refuses(400, "400.1", "it is ACTIVATING", "POST", path+"/activate", nil)

	f.Advance(time.Minute)
	expect(t, f.status(id), "ACTIVE")
	f.refuses(400, "400.1.1", "/name cannot be patched", "PATCH", path, []any{op("replace", "/name", "x")})
	deadline := f.Now().Add(96 * time.Hour).UTC().Format(time.RFC3339)
	f.must("PATCH", path, []any{op("replace", "/deadline", deadline)})
	f.refuses(400, "400.1", "not past due", "POST", path+"/complete", nil)
	f.must("POST", path+"/run-report/CAMPAIGN_STATUS_REPORT", nil)
	expect(t, f.must("GET", path+"/reports", nil), "SUCCESS", 0, "status")

	f.Advance(97 * time.Hour)
	f.must("POST", path+"/complete", object{"autoCompleteAction": "REVOKE"})
	f.Advance(time.Minute)
	expect(t, f.status(id), "COMPLETED")
	certification, _ := at(f.must("GET", "/certifications/v1?filters="+escape(`campaign.id eq "`+id+`"`), nil), 0, "id").(string)
	expect(t, f.must("GET", "/certifications/v1/"+certification+"/access-review-items?entitlements="+payroll, nil), "REVOKE", 0, "decision")

	status, _ = f.do("POST", campaigns+"/delete", object{"ids": []string{id}})
	expect(t, status, 202)
	expect(t, f.status(id), "CANCELING")
	f.Advance(time.Minute)
	f.refuses(404, "404", id, "GET", path, nil)
	if len(f.Rejections()) > 0 {
		t.Errorf("got %v", f.Rejections())
	}
}

func TestSlimAndFull(t *testing.T) {
	f := paced(t)
	got := f.must("POST", campaigns, campaign(f, object{"recommendationsEnabled": true, "filter": ref("CAMPAIGN_FILTER", sailpoint.SeedID("filter", "No birthright access"))}))
	for field, want := range map[string]any{
		"status": "PENDING", "recommendationsEnabled": false, "modified": nil, "mandatoryCommentRequirement": "NO_DECISIONS", "sunsetCommentsRequired": true,
		"totalCertifications": nil, "correlatedStatus": "CORRELATED", "emailNotificationEnabled": false, "sourceOwnerCampaignInfo": nil,
	} {
		expect(t, got, want, field)
	}
	expect(t, got, "No birthright access", "filter", "name")
	id, _ := at(got, "id").(string)
	slim, _ := f.must("GET", campaigns+"/"+id, nil).(object)
	for _, field := range []string{"modified", "searchCampaignInfo", "filter", "mandatoryCommentRequirement"} {
		if _, there := slim[field]; there {
			t.Errorf("%s is in the short form", field)
		}
	}
	f.Advance(time.Minute)
	slim, _ = f.must("PATCH", campaigns+"/"+id, []any{op("add", "/description", "x")}).(object)
	if _, there := slim["searchCampaignInfo"]; there {
		t.Error("a patch answers the long form")
	}
	full := f.must("GET", campaigns+"?detail=FULL", nil)
	expect(t, full, []string{ada, grace}, 0, "searchCampaignInfo", "identityIds")
	if at(full, 0, "modified") == nil {
		t.Error("a change is no modification")
	}
	f.Configure(func(s *sandbox.Settings) { s.Features[sailpoint.FeatureRecommendations] = true })
	expect(t, f.must("GET", campaigns+"/"+id, nil), true, "recommendationsEnabled")
}

func TestCampaignsAreNotDeduplicated(t *testing.T) {
	f := start(t, sandbox.Options{})
	f.createCampaign(nil)
	f.createCampaign(nil)
	expect(t, f.find(campaigns, `name eq "Quarterly" and status in ("PENDING")`), []any{"Quarterly", "Quarterly"})
}

func TestActivationNeedsADeadlineFromTomorrowOn(t *testing.T) {
	for name, deadline := range map[string]func(now time.Time) any{
		"today": func(now time.Time) any { return now.UTC().Truncate(24 * time.Hour).Add(24*time.Hour - time.Second) },
		"none":  func(time.Time) any { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, sandbox.Options{})
			id := f.createCampaign(object{"deadline": deadline(f.Now())})
			if err := f.SetReviewState(id, "STAGED"); err != nil {
				t.Fatal(err)
			}
			f.refuses(400, "400.1", "tomorrow or later", "POST", campaigns+"/"+id+"/activate", nil)
		})
	}
}

func TestActivationMovesTheTimeOfDay(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createCampaign(nil)
	before, _ := at(f.must("GET", campaigns+"/"+id, nil), "deadline").(string)
	if err := f.SetReviewState(id, "STAGED"); err != nil {
		t.Fatal(err)
	}
	f.must("POST", campaigns+"/"+id+"/activate", nil)
	expect(t, f.must("GET", campaigns+"/"+id, nil), before[:10]+"T23:59:59.000Z", "deadline")
}

func TestACampaignHangs(t *testing.T) {
	f := paced(t)
	f.Configure(func(s *sandbox.Settings) { s.Features[sailpoint.FeatureCampaignHangs] = true })
	id := f.createCampaign(nil)
	f.Advance(24 * time.Hour)
	expect(t, f.status(id), "PENDING")
}

func TestReviewersSignOff(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createCampaign(object{"searchCampaignInfo": object{
		"type": "IDENTITY", "identityIds": []string{ada, grace}, "reviewer": ref("IDENTITY", ada),
		"accessConstraints": []any{object{"type": "ENTITLEMENT", "operator": "SELECTED", "ids": []string{payroll, finance}}},
	}})
	if err := f.SetReviewState(id, "ACTIVE"); err != nil {
		t.Fatal(err)
	}
	listed := "/certifications/v1?filters=" + escape(`campaign.id eq "`+id+`"`)
	decide := func(count, want int) {
		t.Helper()
		if got, err := f.CloseReviewTasks(id, count, ""); err != nil || got != want {
			t.Errorf("got %d, %v", got, err)
		}
	}
	decide(3, 3)
	got := f.must("GET", listed, nil)
	for field, want := range map[string]any{
		"phase": "ACTIVE", "decisionsMade": 3, "decisionsTotal": 4, "identitiesTotal": 2, "identitiesCompleted": 1, "completed": false,
	} {
		expect(t, got, want, 0, field)
	}
	expect(t, got, "ada@corp.example", 0, "reviewer", "email")
	decide(9, 1)
	expect(t, f.must("GET", listed, nil), "SIGNED", 0, "phase")
	expect(t, f.status(id), "COMPLETING")
	expect(t, f.must("GET", campaigns+"/"+id, nil), 1, "completedCertifications")
}

func TestPackagesOfGroupsAreNotListed(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createCampaign(object{"searchCampaignInfo": object{"type": "ACCESS", "query": "*", "reviewer": ref("GOVERNANCE_GROUP", approvers)}})
	if err := f.SetReviewState(id, "STAGED"); err != nil {
		t.Fatal(err)
	}
	expect(t, f.must("GET", campaigns+"/"+id, nil), 1, "totalCertifications")
	expect(t, f.must("GET", "/certifications/v1", nil), []any{})
}

func TestCampaignTypes(t *testing.T) {
	f := start(t, sandbox.Options{})
	remediator := object{"remediatorRef": ref("IDENTITY", ada)}
	for name, fields := range map[string]object{
		"everybody by manager": {"type": "MANAGER"},
		"a whole source":       {"type": "SOURCE_OWNER", "sourceOwnerCampaignInfo": object{"sourceIds": []string{directory}}, "correlatedStatus": "UNCORRELATED"},
		"what roles hold":      {"type": "ROLE_COMPOSITION", "roleCompositionCampaignInfo": remediator},
		"machine accounts":     {"type": "MACHINE_ACCOUNT", "machineAccountCampaignInfo": object{"sourceIds": []string{workday}, "reviewerType": "ACCOUNT_OWNER"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			fields["searchCampaignInfo"] = nil
			id := f.createCampaign(fields)
			if err := f.SetReviewState(id, "STAGED"); err != nil {
				t.Fatal(err)
			}
			if total, _ := at(f.must("GET", campaigns+"/"+id, nil), "totalCertifications").(float64); total == 0 {
				t.Error("nothing is reviewed")
			}
		})
	}
}

func TestACampaignMadeAtTheConsole(t *testing.T) {
	f := start(t, sandbox.Options{})
	id, err := f.Create(sailpoint.KindAccessReview, "", object{"name": "Theirs", "status": "ACTIVE"})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, f.status(id), "ACTIVE")
	target := sandbox.Target{Kind: sailpoint.KindAccessReview, ID: id}
	if err := f.Edit(target, object{"description": "changed"}); err != nil {
		t.Fatal(err)
	}
	expect(t, f.must("GET", campaigns+"/"+id, nil), "changed", "description")
	if err := f.Edit(target, object{"status": "STAGED"}); err == nil {
		t.Error("a status was edited")
	}
	if err := f.Delete(target); err != nil {
		t.Fatal(err)
	}
	f.refuses(404, "404", id, "GET", campaigns+"/"+id, nil)
}
