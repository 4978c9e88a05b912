package conductorone

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
)

func TestWords(t *testing.T) {
	for word_, tc := range map[string]struct{ prefix, wire string }{
		"Assignment":                     {enumPurpose, "APP_ENTITLEMENT_PURPOSE_VALUE_ASSIGNMENT"},
		"BypassEntitlementRequestPolicy": {"REQUEST_CATALOG_ENROLLMENT_BEHAVIOR_", "REQUEST_CATALOG_ENROLLMENT_BEHAVIOR_BYPASS_ENTITLEMENT_REQUEST_POLICY"},
		"LeaveAccessAsIs":                {"REQUEST_CATALOG_UNENROLLMENT_BEHAVIOR_", "REQUEST_CATALOG_UNENROLLMENT_BEHAVIOR_LEAVE_ACCESS_AS_IS"},
		"Enforce":                        {"REQUEST_CATALOG_UNENROLLMENT_ENTITLEMENT_BEHAVIOR_", "REQUEST_CATALOG_UNENROLLMENT_ENTITLEMENT_BEHAVIOR_ENFORCE"},
		"ByAccessConflicts":              {enumScopeType, "ACCESS_REVIEW_SCOPE_TYPE_BY_ACCESS_CONFLICTS"},
		"Unstructured":                   {"ACCESS_REVIEW_VIEW_TYPE_", "ACCESS_REVIEW_VIEW_TYPE_UNSTRUCTURED"},
		"AppUserUsername":                {"ACCESS_REVIEW_TASK_COLUMN_", "ACCESS_REVIEW_TASK_COLUMN_APP_USER_USERNAME"},
		"UsersAndResources":              {enumPrincipal, "PRINCIPAL_TYPE_FILTER_USERS_AND_RESOURCES"},
		"ServiceAccount":                 {"APP_USER_TYPE_", "APP_USER_TYPE_SERVICE_ACCOUNT"},
		"IncludeSpecific":                {"ACCESS_PROFILE_FILTER_TYPE_", "ACCESS_PROFILE_FILTER_TYPE_INCLUDE_SPECIFIC"},
		"Disabled":                       {"", "DISABLED"},
		"":                               {enumPurpose, "APP_ENTITLEMENT_PURPOSE_VALUE_UNSPECIFIED"},
		"InventedLater":                  {"ACCESS_REVIEW_VIEW_TYPE_", "ACCESS_REVIEW_VIEW_TYPE_INVENTED_LATER"},
	} {
		if got := upper(tc.prefix, word_); got != tc.wire {
			t.Errorf("%q: got %q, want %q", word_, got, tc.wire)
		}
		if got := word(tc.prefix, tc.wire); got != word_ {
			t.Errorf("%q: got %q, want %q", tc.wire, got, word_)
		}
	}
	for w, wire := range map[string]string{"NoAction": "CLOSE_DECISION_NO_ACTION", "Revoke": "CLOSE_DECISION_REVOKED", "Skip": "CLOSE_DECISION_SKIP"} {
		if undecidedValue(w) != wire || undecidedWord(wire) != w {
			t.Errorf("%s: %s, %s", w, undecidedValue(w), undecidedWord(wire))
		}
	}
}

func TestNumbersSpansAndMoments(t *testing.T) {
	for text, want := range map[string]number{`"12"`: 12, `12`: 12, `""`: 0, `null`: 0, `"-3"`: -3} {
		var got number
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	if raw, err := json.Marshal(number(35)); err != nil || string(raw) != `"35"` {
		t.Errorf("%s, %v", raw, err)
	}
	for text, want := range map[string]time.Duration{"3600s": time.Hour, "3600.000s": time.Hour, "1.500s": 1500 * time.Millisecond} {
		if got := span(text).duration(); got == nil || got.Duration != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for d, want := range map[time.Duration]span{time.Hour: "3600s", 1500 * time.Millisecond: "1.500000000s", 0: "0s", 8760 * time.Hour: "31536000s"} {
		if got := spanOf(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
	for text, zero := range map[string]bool{`null`: true, `""`: true, `"2026-03-01T00:00:00.123456789Z"`: false} {
		var got moment
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.IsZero() != zero {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
}

// TestUnpopulated reads what the vendor answers where nothing is set: zero values,
// nulls and defaults must all compare as empty (docs/vendors/conductorone-api.md#json).
func TestUnpopulated(t *testing.T) {
	t.Run("an entitlement", func(t *testing.T) {
		var answer entitlementAnswer
		read(t, `{"appEntitlementView":{"appEntitlement":{"id":"e1","appId":"a1","displayName":"E","description":"","alias":"","slug":"","purpose":"APP_ENTITLEMENT_PURPOSE_VALUE_UNSPECIFIED",
			"grantPolicyId":"","complianceFrameworkValueIds":[],"durationUnset":{},"durationGrant":null,"provisionerPolicy":{"unconfigured":{}},"deprovisionerPolicy":null,"annotations":{},
			"grantCount":"0","sourceConnectorIds":{},"createdAt":"2026-03-01T00:00:00Z","updatedAt":null,"deletedAt":null,"userEditedMask":null,"inventedLater":[1]},"appPath":"","objectPermissions":null},"expanded":[]}`, &answer)
		obs := decodeEntitlement(answer.View.Entitlement, time.Time{})
		desired := backend.AppEntitlement{DisplayName: backend.To("E"), Description: backend.To(""), Block: &EntitlementBlock{
			Alias: backend.To(""), Purpose: backend.To(""), GrantPolicyID: backend.To(""), ComplianceFrameworkIDs: backend.Set{}, MaxGrantDuration: &backend.Duration{Unlimited: true},
			Provision: &ProvisionPolicy{Unconfigured: &struct{}{}}, Deprovision: &ProvisionPolicy{Unconfigured: &struct{}{}},
			EmergencyGrantEnabled: backend.To(false), RequestSchemaID: backend.To(""), Annotations: backend.Pairs{"gone": ""},
		}}
		if got := backend.Diff(desired, obs.Actual, (&entitlementDriver{}).Capabilities(), backend.Memory{}); len(got) > 0 {
			t.Errorf("differs: %v", got.Paths())
		}
		if !obs.Exists || obs.Undeletable || obs.MarkIncomplete || !obs.Mark.IsZero() {
			t.Errorf("%+v", obs)
		}
	})
	t.Run("steps with explicit nulls", func(t *testing.T) {
		var p provisionPolicy
		read(t, `{"multiStep":{"provisionSteps":[{"manual":{"instructions":"Do.","assignee":null,"userIds":[]},"connector":null},
			{"connector":{"account":{"connectorId":"c","schemaId":"","config":null,"saveToVault":null,"doNotSave":{}},"defaultBehavior":null}},
			{"manual":{"instructions":"","userIds":["u"],"assignee":null}}]}}`, &p)
		want := &ProvisionPolicy{MultiStep: &ProvisionMultiStep{Steps: []ProvisionPolicy{
			{Manual: &ProvisionManual{Instructions: "Do.", UserIDs: backend.Set{}}},
			{Connector: &ProvisionConnector{Account: &ProvisionAccount{ConnectorID: "c", DoNotSave: &struct{}{}}}},
			{Manual: &ProvisionManual{UserIDs: backend.Set{"u"}}},
		}}}
		if diff := cmp.Diff(want, decodeProvision(&p)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a profile", func(t *testing.T) {
		var answer catalogAnswer
		read(t, `{"requestCatalogView":{"requestCatalog":{"id":"c1","displayName":"P","description":"","published":false,"enrollmentBehavior":"REQUEST_CATALOG_ENROLLMENT_BEHAVIOR_UNSPECIFIED",
			"annotations":null,"accessEntitlements":[],"deletedAt":null},"memberCount":"7"},"expanded":[]}`, &answer)
		obs := decodeCounted(answer.View, time.Time{})
		desired := backend.AccessProfile{DisplayName: backend.To("P"), Description: backend.To(""), Requestable: backend.To(false),
			Block: &ProfileBlock{EnrollmentBehavior: backend.To(""), VisibleToEveryone: backend.To(false)}}
		if got := backend.Diff(desired, obs.Actual, (&profileDriver{}).Capabilities(), backend.Memory{}); len(got) > 0 || backend.Value(obs.Actual.Facts.MemberCount) != 7 {
			t.Errorf("differs: %v", got.Paths())
		}
		if row := decodeCatalog(answer.View, time.Time{}); row.Actual.Facts.MemberCount != nil {
			t.Errorf("a row says that %d have it", *row.Actual.Facts.MemberCount)
		}
	})
	t.Run("a review", func(t *testing.T) {
		var answer reviewAnswer
		read(t, `{"accessReview":{"accessReview":{"id":"r1","displayName":"R","description":"managed by governance-operator: ns/r (cluster c, token t)","state":"ACCESS_REVIEW_STATE_PENDING",
			"errorState":"ACCESS_REVIEW_ERROR_STATE_UNSPECIFIED","scopeV2":null,"completionDate":null,"scheduledStartDate":null,"notificationConfig":null,"columnConfig":null,"signatureConfig":null,
			"reviewerAttributeConfig":{"bindings":null},"autoCloseDecision":"CLOSE_DECISION_UNSPECIFIED","expectedTicketCount":0,"scopingVersion":"0","campaignHealth":null,"singleApp":null}},"expanded":[]}`, &answer)
		obs := decodeReview(answer.View.Review, time.Time{})
		desired := backend.AccessReview{DisplayName: backend.To("R"), Description: backend.To(""), AutoStart: backend.To(false), Undecided: backend.To(""),
			Notifications: &backend.ReviewNotifications{Close: backend.To(false)},
			Block:         &ReviewBlock{Columns: ReviewColumns{}, ReviewerAttributes: ReviewerAttributes{}, PolicyID: backend.To("")}}
		if got := backend.Diff(desired, obs.Actual, (&reviewDriver{}).Capabilities(), backend.Memory{}); len(got) > 0 {
			t.Errorf("differs: %v", got.Paths())
		}
		if obs.Mark != (backend.Mark{Token: "t", Owner: "ns/r", Cluster: "c"}) || obs.Phase != backend.PhaseLive {
			t.Errorf("%+v", obs)
		}
	})
	t.Run("a state that is newer than this code", func(t *testing.T) {
		obs := decodeReview(review{ID: "r1", State: "ACCESS_REVIEW_STATE_INVENTED_LATER"}, time.Time{})
		if !obs.Exists || obs.Phase != backend.PhaseLive || len(obs.ReadOnly) == 0 {
			t.Errorf("%+v", obs)
		}
	})
}

func read(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

func TestEncodedAlone(t *testing.T) {
	marker := &struct{}{}
	for name, tc := range map[string]struct {
		value any
		want  string
	}{
		"one arm of a provision": {provisions.Wire(ProvisionPolicy{Unconfigured: marker}), `{"unconfigured":{}}`},
		"a bare connector":       {provisions.Wire(ProvisionPolicy{Connector: &ProvisionConnector{}}), `{"connector":{}}`},
		"a scope's choices, seen ones beside wanted ones": {encodeScope(
			backend.AccessReview{Scope: &backend.ReviewScope{Users: &backend.ScopeUsers{Expression: "true"}}},
			backend.AccessReview{Scope: &backend.ReviewScope{Users: &backend.ScopeUsers{All: marker}, Apps: &backend.ScopeApps{Access: marker}},
				Block: &ReviewBlock{PrincipalTypeFilter: backend.To("Users")}}),
			`{"appAccess":{},"celExpression":{"expression":"true"},"principalTypeFilter":"PRINCIPAL_TYPE_FILTER_USERS"}`},
		"entitlements imply their marker": {encodeScope(
			backend.AccessReview{Scope: &backend.ReviewScope{Entitlements: backend.EntitlementSet{{AppID: "a", ID: "e"}}}}, backend.AccessReview{}),
			`{"specificResources":{}}`},
		"resource types imply theirs": {encodeScope(
			backend.AccessReview{Scope: &backend.ReviewScope{ResourceTypes: backend.ResourceTypeSet{{AppID: "a", ResourceTypeID: "t"}}}}, backend.AccessReview{}),
			`{"resourceTypeSelections":{}}`},
		"a rule is whole": {bundle{CEL: &celRule{"true"}},
			`{"cel":{"expression":"true"},"enabled":false,"createTasks":false,"disableCircuitBreaker":false,"enforceOnSmallProfiles":false,"removedMembersThresholdPercent":"0"}`},
		"columns, emptied": {columnConfig{columns.Wire(ReviewColumns{})}, `{"orderedColumns":[]}`},
		"an attached entitlement has a key of its own": {attached{AppID: "a", EntitlementID: "e"}, `{"appId":"a","appEntitlementId":"e"}`},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := json.Marshal(tc.value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(raw)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStamp(t *testing.T) {
	mark := backend.Mark{Token: "t", Owner: "ns/name", Cluster: "c"}
	got := stamp(backend.Pairs{"team": "x", "gone": "", "managed_by": "terraform", backend.AnnotationToken: "forged"}, mark)
	want := map[string]string{
		"team": "x", "gone": "", "managed_by": "terraform", "iac_resource_address": "ns_name",
		backend.AnnotationToken: "t", backend.AnnotationOwner: "ns_name", backend.AnnotationCluster: "c",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	delete(want, "gone")
	if diff := cmp.Diff(want, stampNew(backend.Pairs{"team": "x", "gone": "", "managed_by": "terraform", backend.AnnotationToken: "forged"}, mark)); diff != "" {
		t.Error(diff)
	}
	if got := stamp(backend.Pairs{"team": "x"}, backend.Mark{}); len(got) != 1 {
		t.Errorf("stamped without a mark: %v", got)
	}
}

// TestCapabilitiesNameRealFields keeps a typo from declaring a field that does not exist.
func TestCapabilitiesNameRealFields(t *testing.T) {
	for name, tc := range map[string]struct {
		caps  backend.Capabilities
		paths []string
	}{
		"entitlement": {(&entitlementDriver{}).Capabilities(), backend.Paths(backend.AppEntitlement{Block: &EntitlementBlock{}})},
		"profile":     {(&profileDriver{}).Capabilities(), backend.Paths(backend.AccessProfile{Block: &ProfileBlock{}})},
		"review":      {(&reviewDriver{}).Capabilities(), backend.Paths(backend.AccessReview{Block: &ReviewBlock{}})},
	} {
		var named []string
		for path := range tc.caps.Unsupported {
			named = append(named, path)
		}
		for path := range tc.caps.Values {
			named = append(named, path)
		}
		for _, list := range [][]string{tc.caps.Required, tc.caps.CreateOnly, tc.caps.WriteOnly, tc.caps.DetailFields} {
			named = append(named, list...)
		}
		for _, path := range named {
			known := false
			for _, p := range tc.paths {
				known = known || p == path || strings.HasPrefix(p, path+".")
			}
			if !known {
				t.Errorf("%s: no field %s", name, path)
			}
		}
	}
}
