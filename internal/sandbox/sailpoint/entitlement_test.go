package sailpoint_test

import (
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

func TestShapes(t *testing.T) {
	level := object{"direct": "HIGH", "effective": "HIGH", "inherited": nil, "setBy": sailpoint.SeedID("identity", "service@corp.example"), "setByType": "OVERRIDE"}
	for name, test := range map[string]struct {
		knob, prefix string
		shapeB       bool
	}{
		"per-service v1":               {"", "/entitlements/v1/", true},
		"per-service v1 with the knob": {sailpoint.FeatureShapeA, "/entitlements/v1/", false},
		"v2026":                        {sailpoint.FeatureShapeA, "/v2026/entitlements/", true},
		"v2025":                        {"", "/v2025/entitlements/", false},
		"v2024":                        {"", "/v2024/entitlements/", false},
		"beta":                         {"", "/beta/entitlements/", false},
	} {
		t.Run(name, func(t *testing.T) {
			f := features(t, test.knob)
			got := f.must("GET", test.prefix+payroll, nil)
			if test.shapeB {
				expect(t, got, "NONE", "privilegeLevel", "direct")
				expect(t, got, nil, "privileged")
				expect(t, f.must("PATCH", test.prefix+payroll, []any{op("replace", "/privilegeOverride/level", "HIGH")}), level, "privilegeLevel")
				return
			}
			expect(t, got, false, "privileged")
			expect(t, got, nil, "privilegeLevel")
			expect(t, f.must("PATCH", test.prefix+payroll, []any{op("replace", "/privileged", true)}), true, "privileged")
		})
	}
}

func TestPatchedEntitlements(t *testing.T) {
	f := start(t, sandbox.Options{})
	path := allItems + "/" + payroll
	got := f.must("PATCH", path, []any{
		op("replace", "/requestable", true), op("add", "/owner", ref("IDENTITY", ada)), op("add", "/segments", []string{employees}), op("replace", "/name", "Pay"),
	})
	for field, want := range map[string]any{
		"requestable": true, "owner": object{"type": "IDENTITY", "id": ada, "name": "Ada Lovelace"}, "segments": []string{employees}, "name": "Pay",
		"manuallyUpdatedFields": object{"DISPLAY_NAME": true, "DESCRIPTION": false}, "sourceSchemaObjectType": "group",
		"source": object{"type": "SOURCE", "id": directory, "name": "Active Directory"},
	} {
		expect(t, got, want, field)
	}
	expect(t, f.must("GET", path, nil), got)
	handed := object{"DISPLAY_NAME": false, "DESCRIPTION": false}
	expect(t, f.must("PATCH", path, []any{op("replace", "/manuallyUpdatedFields", handed)}), handed, "manuallyUpdatedFields")
	expect(t, f.must("PATCH", path, []any{op("remove", "/owner", nil)}), nil, "owner")
	f.refuses(400, "400.1", "null counts as missing", "PATCH", path, []any{op("replace", "/owner", ref("IDENTITY", ada))})
	f.refuses(400, "400.1.3", "is not named", "PATCH", path, []any{op("add", "/owner", object{"type": "IDENTITY", "id": ada, "name": "x"})})
}

func TestBulkUpdate(t *testing.T) {
	f := start(t, sandbox.Options{})
	status, _ := f.do("POST", allItems+"/bulk-update", object{
		"entitlementIds": []string{payroll, finance}, "jsonPatch": []any{op("replace", "/requestable", true), op("replace", "/privilegeOverride/level", "LOW")},
	})
	expect(t, status, 204)
	for _, id := range []string{payroll, finance} {
		got := f.must("GET", allItems+"/"+id, nil)
		expect(t, got, true, "requestable")
		expect(t, got, "LOW", "privilegeLevel", "direct")
	}
}

func TestRequestConfigIsReplacedWhole(t *testing.T) {
	f := start(t, sandbox.Options{})
	path := allItems + "/" + payroll + "/entitlement-request-config"
	f.refuses(404, "", "Entitlement request config", "GET", path, nil)
	unset := f.must("PUT", path, object{})
	expect(t, unset, []any{}, "accessRequestConfig", "approvalSchemes")
	got := f.must("PUT", path, object{
		"accessRequestConfig": object{
			"approvalSchemes":        []any{object{"approverType": "ENTITLEMENT_OWNER", "approverId": nil}, object{"approverType": "GOVERNANCE_GROUP", "approverId": approvers}},
			"requestCommentRequired": true, "maxPermittedAccessDuration": object{"value": 5, "timeUnit": "DAYS"}, "formDefinitionId": nil,
		},
		"revocationRequestConfig": object{"approvalSchemes": []any{object{"approverType": "MANAGER"}}},
	})
	expect(t, got, approvers, "accessRequestConfig", "approvalSchemes", 1, "approverId")
	expect(t, got, 5, "accessRequestConfig", "maxPermittedAccessDuration", "value")
	expect(t, f.must("GET", path, nil), got)
	expect(t, f.must("PUT", path, object{}), unset)
	source := "/sources/v1/" + directory + "/entitlement-request-config"
	expect(t, f.must("PUT", source, object{"accessRequestConfig": object{"denialCommentRequired": true}}), true, "accessRequestConfig", "denialCommentRequired")
	expect(t, f.must("GET", source, nil), true, "accessRequestConfig", "denialCommentRequired")
}

func TestMetadataOfEntitlements(t *testing.T) {
	f := start(t, sandbox.Options{})
	path := allItems + "/" + payroll + "/access-model-metadata/accessClass/values/critical"
	status, got := f.do("POST", path, nil)
	expect(t, status, 201)
	expect(t, got, "accessClass", "accessModelMetadata", "attributes", 0, "key")
	f.must("POST", path, nil)
	expect(t, f.must("GET", allItems+"/"+payroll, nil), nil, "accessModelMetadata", "attributes", 1)
	f.must("DELETE", path, nil)
	expect(t, f.must("GET", allItems+"/"+payroll, nil), []any{}, "accessModelMetadata", "attributes")
}

func TestAggregationFindsWhatIsPending(t *testing.T) {
	f := start(t, sandbox.Options{Configure: func(s *sandbox.Settings) { s.CampaignPace = sandbox.Duration(time.Minute) }})
	id, err := f.Create(sailpoint.KindAppEntitlement, directory, object{"name": "Audit", "value": "CN=Audit", "pendingAggregation": true})
	if err != nil {
		t.Fatal(err)
	}
	f.refuses(404, "404", id, "GET", allItems+"/"+id, nil)
	answer := f.Send("POST", "/sources/v1/"+directory+"/load-entitlements", "", nil)
	expect(t, answer.Status, 202)
	expect(t, answer.Body, "QUARTZ", "type")
	running, _ := at(answer.Body, "id").(string)
	expect(t, f.must("GET", "/task-status/v1/"+running, nil), nil, "completionStatus")
	f.Advance(2 * time.Minute)
	expect(t, f.must("GET", allItems+"/"+id, nil), "Audit", "name")
	expect(t, f.must("GET", "/task-status/v1?filters="+escape(`sourceId eq "`+directory+`"`), nil), "SUCCESS", 0, "completionStatus")
	if len(f.Rejections()) > 0 {
		t.Errorf("got %v", f.Rejections())
	}
}

func TestAResetIsAnsweredAndRecorded(t *testing.T) {
	f := start(t, sandbox.Options{})
	status, got := f.do("POST", allItems+"/reset/sources/"+workday, nil)
	expect(t, status, 202)
	expect(t, got, "TASK_RESULT", "type")
	f.refuses(404, "404", viewer, "GET", allItems+"/"+viewer, nil)
	expect(t, len(f.Rejections()), 1)
}

func TestTheConsole(t *testing.T) {
	f := start(t, sandbox.Options{})
	own := f.createProfile(object{"accessRequestConfig": object{"formDefinitionId": "form"}})
	target := sandbox.Target{Kind: sailpoint.KindAccessProfile, ID: own}
	if err := f.Edit(target, object{"description": "by hand", "owner": nil, "usedBy": []string{sailpoint.SeedID("role", "Payroll clerk")}}); err != nil {
		t.Fatal(err)
	}
	got := f.must("GET", profiles+"/"+own, nil)
	expect(t, got, "by hand", "description")
	expect(t, got, nil, "owner")
	f.refuses(400, "400.2.1.0", own, "DELETE", profiles+"/"+own, nil)
	expect(t, f.must("PATCH", profiles+"/"+own, []any{op("add", "/owner", ref("IDENTITY", ada))}), ada, "owner", "id")
	stranger, err := f.Create(sailpoint.KindAccessProfile, workday, object{"id": "stranger", "name": "Stranger", "entitlements": refs("ENTITLEMENT", viewer)})
	if err != nil || stranger != "stranger" {
		t.Fatalf("got %q, %v", stranger, err)
	}
	expect(t, f.must("GET", profiles+"/stranger", nil), "Workday", "source", "name")
	item := sandbox.Target{Kind: sailpoint.KindAppEntitlement, ID: payroll}
	if err := f.Edit(item, object{"requestConfig": object{"accessRequestConfig": object{"requireEndDate": true}}, "tags": []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	expect(t, f.must("GET", allItems+"/"+payroll+"/entitlement-request-config", nil), true, "accessRequestConfig", "requireEndDate")
	if err := f.Delete(target); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"an unknown kind":     f.Edit(sandbox.Target{Kind: "Role", ID: own}, nil),
		"an unknown object":   f.Edit(target, nil),
		"an unknown field":    f.Edit(item, object{"colour": "red"}),
		"a wrong type":        f.Edit(item, object{"requestable": "yes"}),
		"an unknown status":   f.SetReviewState("x", "STAGED"),
		"an unknown campaign": f.Delete(sandbox.Target{Kind: sailpoint.KindAccessReview, ID: "x"}),
	} {
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	dump, ok := f.Dump().(sailpoint.Dump)
	if !ok || len(dump.Profiles) != 2 || len(dump.Entitlements) != 12 || dump.Lookups["sources"][0]["name"] != "Employee Database" {
		t.Errorf("got %+v", dump)
	}
	f.Reset()
	f.refuses(400, "400.1.404", "stranger", "GET", profiles+"/stranger", nil)
}
