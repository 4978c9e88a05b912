package sailpoint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

const hour = time.Hour

func TestViolationsAreRefusedAndRecorded(t *testing.T) {
	f := start(t, sandbox.Options{})
	own, review := f.createProfile(object{"name": "Own"}), f.createCampaign(nil)
	scheme := func(steps ...any) object {
		return profile(object{"accessRequestConfig": object{"approvalSchemes": steps}})
	}
	criteria := func(node object) object { return profile(object{"provisioningCriteria": node}) }
	leaf := object{"operation": "EQUALS", "attribute": "dn", "value": "x"}
	search := func(block object) object { return campaign(f, object{"searchCampaignInfo": block}) }
	patch := func(steps ...any) []any { return steps }
	for name, test := range map[string]struct {
		method, path string
		body         any
		code, want   string
	}{
		"an unknown member":                {"POST", profiles, profile(object{"colour": "red"}), "400.1", "unknown property colour"},
		"the wrong revocation block":       {"POST", profiles, profile(object{"revokeRequestConfig": object{}}), "400.1", "unknown property revokeRequestConfig"},
		"comments in the wrong spelling":   {"POST", profiles, profile(object{"accessRequestConfig": object{"requestCommentRequired": true}}), "400.1", "requestCommentRequired"},
		"a missing name":                   {"POST", profiles, object{"owner": ref("IDENTITY", ada), "source": ref("SOURCE", workday)}, "400.1", "name is required"},
		"null where none is flagged":       {"POST", profiles, profile(object{"enabled": nil}), "400.1", "enabled must not be null"},
		"an owner that is a group":         {"POST", profiles, profile(object{"owner": ref("GOVERNANCE_GROUP", approvers)}), "400.1", "is not a value of OwnerType"},
		"metadata on create":               {"POST", profiles, profile(object{"accessModelMetadata": object{"attributes": []any{object{"key": "x"}}}}), "400.1", "null or empty on create"},
		"a long description":               {"POST", profiles, profile(object{"description": strings.Repeat("ü", 2001)}), "400.1.2", "at most 2000"},
		"a workflow among other steps":     {"POST", profiles, scheme(object{"approverType": "WORKFLOW", "approverId": workflow}, object{"approverType": "MANAGER"}), "400.1", "cannot be mixed"},
		"a group without id":               {"POST", profiles, scheme(object{"approverType": "GOVERNANCE_GROUP"}), "400.1.0", "needs an approverId"},
		"a manager with id":                {"POST", profiles, scheme(object{"approverType": "MANAGER", "approverId": ada}), "400.1", "takes no approverId"},
		"an entitlement owner":             {"POST", profiles, scheme(object{"approverType": "ENTITLEMENT_OWNER"}), "400.1", "is not a value of ApproverType"},
		"a leaf without value":             {"POST", profiles, criteria(object{"operation": "EQUALS", "attribute": "dn"}), "400.1.0", "needs value"},
		"a HAS with value":                 {"POST", profiles, criteria(object{"operation": "HAS", "attribute": "dn", "value": ""}), "400.1", "takes no value"},
		"a join with attribute":            {"POST", profiles, criteria(object{"operation": "OR", "attribute": "dn", "children": []any{leaf}}), "400.1", "takes no attribute"},
		"a join on the third level":        {"POST", profiles, criteria(object{"operation": "OR", "children": []any{object{"operation": "AND", "children": []any{object{"operation": "AND", "children": []any{leaf}}}}}}), "400.1", "must be a string"},
		"too many profiles at once":        {"POST", profiles + "/bulk-delete", object{"accessProfileIds": make([]string, 51)}, "400.1", "51 items, at most 50"},
		"a patch that is no array":         {"PATCH", profiles + "/" + own, op("replace", "/name", "x"), "400.1", "array of operations"},
		"a patch of the id":                {"PATCH", profiles + "/" + own, patch(op("replace", "/id", "x")), "400.1.1", "/id cannot be patched"},
		"a patch of the misspelt block":    {"PATCH", profiles + "/" + own, patch(op("add", "/revokeRequestConfig", object{})), "400.1.1", "cannot be patched"},
		"a patch to null":                  {"PATCH", profiles + "/" + own, patch(op("replace", "/description", nil)), "400.1", "other than null"},
		"a patch of an unknown kind":       {"PATCH", profiles + "/" + own, patch(op("set", "/name", "x")), "400.1", "is not a value of PatchOp"},
		"a patch with an unknown member":   {"PATCH", profiles + "/" + own, patch(object{"op": "remove", "path": "/name", "x": 1}), "400.1", "unknown property"},
		"a patch to a wrong type":          {"PATCH", profiles + "/" + own, patch(op("replace", "/enabled", "yes")), "400.1", "true or false"},
		"a source without entitlements":    {"PATCH", profiles + "/" + own, patch(op("replace", "/source", ref("SOURCE", workday))), "400.1.1", "together with entitlements"},
		"a body on a delete":               {"DELETE", profiles + "/" + own, object{}, "400.1", "takes no body"},
		"an unknown query parameter":       {"GET", profiles + "?filter=x", nil, "400.1", "unknown query parameter filter"},
		"a page that is too large":         {"GET", profiles + "?limit=251", nil, "400.1.4", "above 250"},
		"a count that is no flag":          {"GET", profiles + "?count=yes", nil, "400.1", "true or false"},
		"an unknown sorter":                {"GET", profiles + "?sorters=owner.id", nil, "400.1", "cannot sort"},
		"unsegmented without segments":     {"GET", profiles + "?include-unsegmented=false", nil, "400.1", "needs for-segment-ids"},
		"a filter on segments":             {"GET", "/segments/v1?filters=x", nil, "400.1", "unknown query parameter"},
		"a name of public identities":      {"GET", "/public-identities/v1?filters=name+eq+%22x%22", nil, "400.1", "cannot filter"},
		"the other shape":                  {"PATCH", allItems + "/" + payroll, patch(op("replace", "/privileged", true)), "400.1.1", "/privileged cannot be patched"},
		"the other shape in v2025":         {"PATCH", "/v2025/entitlements/" + payroll, patch(op("replace", "/privilegeOverride/level", "HIGH")), "400.1.1", "cannot be patched"},
		"an unknown level":                 {"PATCH", allItems + "/" + payroll, patch(op("replace", "/privilegeOverride/level", "SOME")), "400.1", "SOME is not one of"},
		"tags by patch":                    {"PATCH", allItems + "/" + payroll, patch(op("add", "/tags", []any{})), "400.1.1", "cannot be patched"},
		"one manual flag":                  {"PATCH", allItems + "/" + payroll, patch(op("add", "/manuallyUpdatedFields", object{"DESCRIPTION": true})), "400.1", "DISPLAY_NAME is required"},
		"a bulk change of the name":        {"POST", allItems + "/bulk-update", object{"entitlementIds": []string{payroll}, "jsonPatch": patch(op("add", "/name", "x"))}, "400.1.1", "cannot be patched"},
		"a request config in other words":  {"PUT", allItems + "/" + payroll + "/entitlement-request-config", object{"accessRequestConfig": object{"commentsRequired": true}}, "400.1", "commentsRequired"},
		"a campaign with a status":         {"POST", campaigns, campaign(f, object{"status": "STAGED"}), "400.1", "unknown property status"},
		"a campaign without description":   {"POST", campaigns, object{"name": "x", "type": "MANAGER"}, "400.1", "description is required"},
		"a campaign with another block":    {"POST", campaigns, campaign(f, object{"type": "MANAGER"}), "400.1", "its own block"},
		"a search without subject":         {"POST", campaigns, search(object{"type": "IDENTITY"}), "400.1", "exactly one of query and identityIds"},
		"a search with both":               {"POST", campaigns, search(object{"type": "IDENTITY", "query": "*", "identityIds": []string{ada}}), "400.1", "exactly one"},
		"a search without type":            {"POST", campaigns, search(object{"query": "*"}), "400.1", "type is required"},
		"ids of everything":                {"POST", campaigns, search(object{"type": "ACCESS", "query": "*", "accessConstraints": []any{object{"type": "ROLE", "operator": "ALL", "ids": []string{"x"}}}}), "400.1", "ids go with"},
		"an uncorrelated search":           {"POST", campaigns, campaign(f, object{"correlatedStatus": "UNCORRELATED"}), "400.1", "only a SOURCE_OWNER"},
		"a patch of the scope":             {"PATCH", campaigns + "/" + review, patch(op("add", "/searchCampaignInfo", object{})), "400.1.1", "cannot be patched"},
		"a time zone by name":              {"POST", campaigns + "/" + review + "/activate", object{"timeZone": "Europe/Berlin"}, "400.1", "not an ISO 8601 offset"},
		"an unknown report":                {"POST", campaigns + "/" + review + "/run-report/PDF", nil, "400.1", "no type of report"},
		"a detail nobody knows":            {"GET", campaigns + "?detail=MEDIUM", nil, "400.1", "SLIM or FULL"},
		"a tag on a list":                  {"GET", "/tagged-objects/v1/LIST/x", nil, "400.1", "cannot be tagged"},
		"something that is not documented": {"PUT", profiles + "/" + own, object{}, "404", "no operation PUT"},
		"entitlements in v3":               {"GET", "/v3/entitlements", nil, "404", "no operation"},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			before := len(f.Rejections())
			status := 400
			if test.code == "404" {
				status = 404
			}
			f.refuses(status, test.code, test.want, test.method, test.path, test.body)
			if got := len(f.Rejections()) - before; got != 1 {
				t.Errorf("%d rejections were recorded, want 1", got)
			}
		})
	}
}

func TestMediaTypesAreChecked(t *testing.T) {
	f := start(t, sandbox.Options{})
	own := f.createProfile(nil)
	for name, test := range map[string]struct {
		method, path, media string
		body                any
	}{
		"plain JSON for a patch":                {"PATCH", profiles + "/" + own, "application/json", []any{op("add", "/name", "x")}},
		"a patch for a create":                  {"POST", profiles, "application/json-patch+json", profile(nil)},
		"a content type without a body":         {"POST", "/sources/v1/" + directory + "/load-entitlements", "application/json", nil},
		"a content type without options":        {"POST", campaigns + "/x/activate", "application/json", nil},
		"nothing where something has to be":     {"POST", profiles, "", nil},
		"text that is not JSON":                 {"POST", profiles, "application/json", "{"},
		"data after the value":                  {"POST", profiles, "application/json", "{} {}"},
		"a list that is not what was asked for": {"POST", profiles + "/bulk-update-requestable", "application/json", "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			before := len(f.Rejections())
			answer := f.Send(test.method, test.path, test.media, test.body)
			if answer.Status != 400 || len(f.Rejections()) != before+1 {
				t.Errorf("got %d, %d rejections", answer.Status, len(f.Rejections())-before)
			}
		})
	}
}

func TestRefusalsAreNotViolations(t *testing.T) {
	f := start(t, sandbox.Options{})
	own := f.createProfile(object{"name": "Own"})
	absent := "ffffffffffffffffffffffffffffffff"
	step := func(kind, id string) object {
		return profile(object{"revocationRequestConfig": object{"approvalSchemes": []any{object{"approverType": kind, "approverId": id}}}})
	}
	search := func(block object) object { return campaign(f, object{"searchCampaignInfo": block}) }
	for name, test := range map[string]struct {
		status       int
		method, path string
		body         any
		code, want   string
	}{
		"a name that is taken":               {400, "POST", profiles, profile(object{"name": "Own"}), "400.1.409", `with name "Own" already exists.`},
		"no owner":                           {400, "POST", profiles, profile(object{"owner": nil}), "400.1.0", "owner is required"},
		"an unknown owner":                   {400, "POST", profiles, profile(object{"owner": ref("IDENTITY", absent)}), "400.1.404", absent},
		"a stale name of the owner":          {400, "POST", profiles, profile(object{"owner": object{"id": ada, "name": "Ada Byron"}}), "400.1.3", "is not named"},
		"a stale name of the source":         {400, "POST", profiles, profile(object{"source": object{"id": directory, "type": "SOURCE", "name": "AD"}}), "400.1.3", "is not named"},
		"a stale name of an entitlement":     {400, "POST", profiles, profile(object{"entitlements": []any{object{"id": payroll, "name": "x"}}}), "400.1.3", "is not named"},
		"an unknown source":                  {400, "POST", profiles, profile(object{"source": ref("SOURCE", absent)}), "400.1.404", absent},
		"an unknown entitlement":             {400, "POST", profiles, profile(object{"entitlements": refs("ENTITLEMENT", absent)}), "400.1.404", absent},
		"another source's entitlement":       {400, "POST", profiles, profile(object{"entitlements": refs("ENTITLEMENT", viewer)}), "400.1.3", "belongs to source"},
		"enabled without entitlements":       {400, "POST", profiles, profile(object{"entitlements": nil}), "400.1.3", "at least one entitlement"},
		"an unknown segment":                 {400, "POST", profiles, profile(object{"segments": []string{absent}}), "400.1.404", absent},
		"an unknown group":                   {400, "POST", profiles, step("GOVERNANCE_GROUP", absent), "400.1.404", absent},
		"an unknown workflow":                {400, "POST", profiles, step("WORKFLOW", absent), "400.1.404", absent},
		"an unknown additional owner":        {400, "POST", profiles, step("ADDITIONAL_OWNER", approvers), "400.1.404", approvers},
		"a profile that is not there":        {400, "GET", profiles + "/" + absent, nil, "400.1.404", absent},
		"a patch of what is not there":       {400, "PATCH", profiles + "/" + absent, []any{op("add", "/name", "x")}, "400.1.404", absent},
		"a delete of what is not there":      {400, "DELETE", profiles + "/" + absent, nil, "400.1.404", absent},
		"a delete of what is used":           {400, "DELETE", profiles + "/" + used, nil, "400.2.1.0", used},
		"a replacement of null":              {400, "PATCH", profiles + "/" + own, []any{op("replace", "/description", "x")}, "400.1", "null counts as missing"},
		"a removal of null":                  {400, "PATCH", profiles + "/" + own, []any{op("remove", "/segments", nil)}, "400.1", "null counts as missing"},
		"something below null":               {400, "PATCH", profiles + "/" + own, []any{op("add", "/accessRequestConfig/formDefinitionId", "x")}, "400.1", "the parent is null"},
		"an item of an empty list":           {400, "PATCH", profiles + "/" + own, []any{op("add", "/segments/-", employees)}, "400.1", "the parent is null"},
		"the last entitlement":               {400, "PATCH", profiles + "/" + own, []any{op("replace", "/entitlements", []any{})}, "400.1.3", "at least one entitlement"},
		"a rename to what is taken":          {400, "PATCH", profiles + "/" + own, []any{op("replace", "/name", "Payroll readers")}, "400.1.409", "already exists."},
		"a source that does not fit":         {400, "PATCH", profiles + "/" + own, []any{op("replace", "/source", ref("SOURCE", workday)), op("replace", "/entitlements", refs("ENTITLEMENT", payroll))}, "400.1.3", "belongs to source"},
		"an entitlement that is not there":   {404, "GET", allItems + "/" + absent, nil, "404", absent},
		"a campaign that is not there":       {404, "GET", campaigns + "/" + absent, nil, "404", absent},
		"a delete of no campaign":            {404, "POST", campaigns + "/delete", object{"ids": []string{absent}}, "404", absent},
		"a source that is not there":         {404, "GET", "/sources/v1/" + absent, nil, "404", absent},
		"a deadline that is over":            {400, "POST", campaigns, campaign(f, object{"deadline": "2020-01-01T00:00:00Z"}), "400.1.3", "in the future"},
		"an unknown identity":                {400, "POST", campaigns, search(object{"type": "IDENTITY", "identityIds": []string{absent}}), "400.1.404", absent},
		"an unknown reviewer":                {400, "POST", campaigns, search(object{"type": "ACCESS", "query": "*", "reviewer": ref("GOVERNANCE_GROUP", absent)}), "400.1.404", absent},
		"an unknown filter":                  {400, "POST", campaigns, campaign(f, object{"filter": ref("CAMPAIGN_FILTER", absent)}), "400.1.404", absent},
		"a search that is not simulated":     {501, "POST", "/search/v1", object{"indices": []string{"identities"}}, "501", "not simulated"},
		"an unknown value of an attribute":   {400, "POST", allItems + "/" + payroll + "/access-model-metadata/accessClass/values/none", nil, "400.1.404", "accessClass/none"},
		"an entitlement's unknown approver":  {400, "PUT", allItems + "/" + payroll + "/entitlement-request-config", object{"accessRequestConfig": object{"approvalSchemes": []any{object{"approverType": "GOVERNANCE_GROUP", "approverId": absent}}}}, "400.1.404", absent},
		"a bulk update of what is not there": {404, "POST", allItems + "/bulk-update", object{"entitlementIds": []string{absent}, "jsonPatch": []any{op("replace", "/requestable", true)}}, "404", absent},
	} {
		t.Run(name, func(t *testing.T) {
			f := *f
			f.T = t
			f.refuses(test.status, test.code, test.want, test.method, test.path, test.body)
		})
	}
	if got := f.Rejections(); len(got) > 0 {
		t.Errorf("got rejections %v", got)
	}
}

func TestKnobsOfRefusals(t *testing.T) {
	f := features(t, sailpoint.FeatureProfile404, sailpoint.FeatureNoRequestCenter)
	f.refuses(404, "404", "absent", "GET", profiles+"/absent", nil)
	f.refuses(400, "400.1.3", "Request Center", "POST", profiles, profile(object{"requestable": false}))
	status, result := f.do("POST", profiles+"/bulk-update-requestable", []any{object{"id": used, "requestable": true}})
	if message, _ := at(result, "message").(string); status != 412 || message == "" {
		t.Errorf("got %d %v", status, result)
	}
}
