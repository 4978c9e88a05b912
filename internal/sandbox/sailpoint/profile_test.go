package sailpoint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

func TestProfilesReadBackNormalised(t *testing.T) {
	f := start(t, sandbox.Options{})
	ids := []string{payroll, finance}
	slices.Sort(ids)
	backwards := []string{ids[1], ids[0], ids[1]}
	body := profile(object{
		"id": "mine", "created": nil, "modified": "yesterday", "enabled": nil, "segments": []string{}, "additionalOwners": refs("GOVERNANCE_GROUP", approvers),
		"entitlements": refs("ENTITLEMENT", backwards...),
		"accessRequestConfig": object{
			"commentsRequired": true, "maxPermittedAccessDuration": object{"value": 3, "timeUnit": "DAYS"}, "approvalSchemes": []any{},
		},
		"revocationRequestConfig": object{"approvalSchemes": []any{object{"approverType": "GOVERNANCE_GROUP", "approverId": approvers}}},
		"provisioningCriteria": object{"operation": "OR", "children": []any{
			object{"operation": "AND", "children": []any{object{"operation": "CONTAINS", "attribute": "dn", "value": "useast"}}},
			object{"operation": "HAS", "attribute": "manager"},
		}},
	})
	delete(body, "enabled")
	got := f.must("POST", profiles, body)
	id, _ := at(got, "id").(string)
	if id == "mine" || len(id) != 32 {
		t.Errorf("got id %q", id)
	}
	for field, want := range map[string]any{
		"enabled": false, "requestable": true, "description": nil, "segments": nil, "accessModelMetadata": object{"attributes": nil},
		"owner":            object{"type": "IDENTITY", "id": ada, "name": "Ada Lovelace"},
		"source":           object{"type": "SOURCE", "id": directory, "name": "Active Directory"},
		"additionalOwners": []any{object{"type": "GOVERNANCE_GROUP", "id": approvers, "name": "Access approvers"}},
		"accessRequestConfig": object{
			"commentsRequired": true, "denialCommentsRequired": false, "reauthorizationRequired": nil, "requireEndDate": nil, "formDefinitionId": nil,
			"maxPermittedAccessDuration": object{"value": 3, "timeUnit": "DAYS"}, "approvalSchemes": nil,
		},
		"revocationRequestConfig": object{"approvalSchemes": []any{object{"approverType": "GOVERNANCE_GROUP", "approverId": approvers}}},
	} {
		expect(t, got, want, field)
	}
	expect(t, got, ids[0], "entitlements", 0, "id")
	expect(t, got, ids[1], "entitlements", 1, "id")
	expect(t, got, nil, "entitlements", 2)
	expect(t, got, object{"operation": "HAS", "attribute": "manager", "value": nil, "children": nil}, "provisioningCriteria", "children", 1)
	expect(t, f.must("GET", profiles+"/"+id, nil), got)
	for _, family := range []string{"v3", "beta", "v2024", "v2025", "v2026"} {
		expect(t, f.must("GET", "/"+family+"/access-profiles/"+id, nil), got)
	}
	if len(f.Rejections()) > 0 {
		t.Errorf("got %v", f.Rejections())
	}
}

func TestPatches(t *testing.T) {
	config := object{"commentsRequired": true, "approvalSchemes": []any{object{"approverType": "MANAGER"}}}
	for name, test := range map[string]struct {
		steps []any
		field string
		want  any
	}{
		"replace a name":                   {[]any{op("replace", "/name", "New")}, "name", "New"},
		"add what is null":                 {[]any{op("add", "/description", "x")}, "description", "x"},
		"remove what is there":             {[]any{op("add", "/description", "x"), op("remove", "/description", nil)}, "description", nil},
		"add replaces a list":              {[]any{op("add", "/entitlements", refs("ENTITLEMENT", finance))}, "entitlements", []any{object{"type": "ENTITLEMENT", "id": finance, "name": "Finance"}}},
		"append to a list":                 {[]any{op("replace", "/entitlements", refs("ENTITLEMENT", finance)), op("add", "/entitlements/-", ref("ENTITLEMENT", payroll)), op("remove", "/entitlements/0", nil)}, "entitlements", []any{object{"type": "ENTITLEMENT", "id": payroll, "name": "Payroll"}}},
		"segments from null":               {[]any{op("add", "/segments", []string{employees})}, "segments", []any{employees}},
		"clear a list":                     {[]any{op("add", "/segments", []string{employees}), op("replace", "/segments", []any{})}, "segments", nil},
		"a block, then below it":           {[]any{op("add", "/revocationRequestConfig", managerStep()), op("replace", "/revocationRequestConfig/approvalSchemes", []any{object{"approverType": "OWNER"}})}, "revocationRequestConfig", object{"approvalSchemes": []any{object{"approverType": "OWNER", "approverId": nil}}}},
		"a block resets what is left out":  {[]any{op("add", "/accessRequestConfig", config), op("add", "/accessRequestConfig", object{"denialCommentsRequired": true})}, "accessRequestConfig", object{"commentsRequired": false, "denialCommentsRequired": true, "reauthorizationRequired": nil, "requireEndDate": nil, "formDefinitionId": nil, "maxPermittedAccessDuration": nil, "approvalSchemes": nil}},
		"a member of a block that is null": {[]any{op("add", "/accessRequestConfig", config), op("add", "/accessRequestConfig/formDefinitionId", "form")}, "accessRequestConfig", object{"commentsRequired": true, "denialCommentsRequired": false, "reauthorizationRequired": nil, "requireEndDate": nil, "formDefinitionId": "form", "maxPermittedAccessDuration": nil, "approvalSchemes": []any{object{"approverType": "MANAGER", "approverId": nil}}}},
		"metadata after creation":          {[]any{op("add", "/accessModelMetadata/attributes", []any{object{"key": "accessClass"}})}, "accessModelMetadata", object{"attributes": []any{object{"key": "accessClass"}}}},
		"a source with its entitlements":   {[]any{op("replace", "/source", ref("SOURCE", workday)), op("replace", "/entitlements", refs("ENTITLEMENT", viewer))}, "source", object{"type": "SOURCE", "id": workday, "name": "Workday"}},
		"a new owner":                      {[]any{op("replace", "/owner", ref("IDENTITY", grace))}, "owner", object{"type": "IDENTITY", "id": grace, "name": "Grace Hopper"}},
		"move and copy":                    {[]any{op("add", "/description", "x"), object{"op": "copy", "from": "/description", "path": "/name"}}, "name", "x"},
		"a test that holds":                {[]any{op("test", "/name", "Payroll"), op("replace", "/name", "y")}, "name", "y"},
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, sandbox.Options{})
			id := f.createProfile(nil)
			got := f.must("PATCH", profiles+"/"+id, test.steps)
			expect(t, got, test.want, test.field)
			expect(t, f.must("GET", profiles+"/"+id, nil), got)
		})
	}
}

func managerStep() object { return object{"approvalSchemes": []any{object{"approverType": "MANAGER"}}} }

func TestPatchesAreOneUnit(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createProfile(nil)
	before := f.must("GET", profiles+"/"+id, nil)
	f.refuses(400, "400.1", "replace /description", "PATCH", profiles+"/"+id, []any{op("replace", "/name", "New"), op("replace", "/description", "x")})
	expect(t, f.must("GET", profiles+"/"+id, nil), before)
}

func TestEnablingComesAfterTheFirstEntitlement(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createProfile(object{"enabled": false, "entitlements": nil})
	first, enable := op("replace", "/entitlements", refs("ENTITLEMENT", payroll)), op("replace", "/enabled", true)
	f.refuses(400, "400.1.3", "at least one", "PATCH", profiles+"/"+id, []any{enable, first})
	expect(t, f.must("PATCH", profiles+"/"+id, []any{first, enable}), true, "enabled")
}

func TestAnOldLongDescriptionIsKept(t *testing.T) {
	f := start(t, sandbox.Options{})
	long := strings.Repeat("x", 3000)
	id := f.createProfile(nil)
	if err := f.Edit(sandbox.Target{Kind: sailpoint.KindAccessProfile, ID: id}, object{"description": long}); err != nil {
		t.Fatal(err)
	}
	expect(t, f.must("PATCH", profiles+"/"+id, []any{op("replace", "/name", "New")}), long, "description")
	f.refuses(400, "400.1.2", "at most 2000", "PATCH", profiles+"/"+id, []any{op("replace", "/description", long+"y")})
}

func TestBulkDelete(t *testing.T) {
	f := features(t)
	free := f.createProfile(nil)
	all := object{"accessProfileIds": []string{free, used}}
	status, got := f.do("POST", profiles+"/bulk-delete", all)
	expect(t, status, 200)
	expect(t, got, []any{object{"accessProfileId": used, "usedBy": []any{object{"type": "ROLE", "id": sailpoint.SeedID("role", "Payroll clerk"), "name": "Payroll clerk"}}}}, "inUse")
	expect(t, got, []any{}, "pending")
	f.must("GET", profiles+"/"+free, nil)
	all["bestEffortOnly"] = true
	status, got = f.do("POST", profiles+"/bulk-delete", all)
	expect(t, status, 202)
	expect(t, got, []any{free}, "pending")
	f.refuses(400, "400.1.404", free, "GET", profiles+"/"+free, nil)
	task, _ := at(got, "taskId").(string)
	expect(t, f.must("GET", "/task-status/v1/"+task, nil), "SUCCESS", "completionStatus")
	f.Configure(func(s *sandbox.Settings) { s.Features[sailpoint.FeatureUsages] = true })
	expect(t, f.must("POST", profiles+"/bulk-delete", only(used)), "Role", "inUse", 0, "usages", 0, "type")
}

func only(id string) object { return object{"accessProfileIds": []string{id}} }

func TestBulkRequestable(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createProfile(nil)
	status, got := f.do("POST", profiles+"/bulk-update-requestable", []any{object{"id": id, "requestable": false}, object{"id": "absent", "requestable": true}})
	expect(t, status, 207)
	expect(t, got, "201", 0, "status")
	expect(t, got, "404", 1, "status")
	expect(t, f.must("GET", profiles+"/"+id, nil), false, "requestable")
}

func TestDeletesAreFinal(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createProfile(nil)
	if status, _ := f.do("DELETE", profiles+"/"+id, nil); status != 204 {
		t.Errorf("got %d", status)
	}
	f.refuses(400, "400.1.404", id, "GET", profiles+"/"+id, nil)
	f.createProfile(nil)
}

func TestAnEntitlementThatIsGoneDisappears(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createProfile(nil)
	if err := f.Delete(sandbox.Target{Kind: sailpoint.KindAppEntitlement, ID: payroll}); err != nil {
		t.Fatal(err)
	}
	got := f.must("GET", profiles+"/"+id, nil)
	expect(t, got, finance, "entitlements", 0, "id")
	expect(t, got, nil, "entitlements", 1)
	f.refuses(400, "400.1.404", payroll, "PATCH", profiles+"/"+id, []any{op("add", "/entitlements", refs("ENTITLEMENT", payroll, finance))})
}

func TestEntitlementsOfAProfileHaveTheOldShape(t *testing.T) {
	f := start(t, sandbox.Options{})
	id := f.createProfile(nil)
	got := f.must("GET", profiles+"/"+id+"/entitlements?sorters=name&count=true", nil)
	expect(t, got, "Finance", 0, "name")
	expect(t, got, false, 0, "privileged")
	expect(t, got, nil, 0, "privilegeLevel")
}
