package conductorone

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// catalog is an access profile on the wire (docs/vendors/conductorone-api.md#catalog-fields).
type catalog struct {
	ID                              string            `json:"id"`
	DisplayName                     string            `json:"displayName" field:"displayName"`
	Description                     string            `json:"description" field:"description"`
	Published                       bool              `json:"published" field:"requestable"`
	VisibleToEveryone               bool              `json:"visibleToEveryone" field:"conductorOne.visibleToEveryone"`
	RequestBundle                   bool              `json:"requestBundle" field:"conductorOne.requestBundle"`
	EnrollmentBehavior              string            `json:"enrollmentBehavior" field:"conductorOne.enrollmentBehavior" enum:"REQUEST_CATALOG_ENROLLMENT_BEHAVIOR_"`
	UnenrollmentBehavior            string            `json:"unenrollmentBehavior" field:"conductorOne.unenrollmentBehavior" enum:"REQUEST_CATALOG_UNENROLLMENT_BEHAVIOR_"`
	UnenrollmentEntitlementBehavior string            `json:"unenrollmentEntitlementBehavior" field:"conductorOne.unenrollmentEntitlementBehavior" enum:"REQUEST_CATALOG_UNENROLLMENT_ENTITLEMENT_BEHAVIOR_"`
	Annotations                     map[string]string `json:"annotations"`
	CreatedAt                       moment            `json:"createdAt"`
	UpdatedAt                       moment            `json:"updatedAt"`
	DeletedAt                       moment            `json:"deletedAt"`
}

// catalogCodec translates the fields with a tag `field`.
var catalogCodec = plain.New[catalog, backend.AccessProfile](&ProfileBlock{}, spelling)

type catalogView struct {
	Catalog     catalog `json:"requestCatalog"`
	MemberCount number  `json:"memberCount"`
}

type catalogAnswer struct {
	View catalogView `json:"requestCatalogView"`
}

// cohortCreate makes a profile from a cohort (docs/vendors/conductorone-api.md#post-apiv1role-miningaccess-profiles).
type cohortCreate struct {
	DisplayName      string          `json:"displayName,omitempty"`
	Description      string          `json:"description,omitempty"`
	Entitlements     []cohortEntry   `json:"entitlements,omitempty"`
	ProfileFilters   []profileFilter `json:"profileFilters,omitempty"`
	CELExpression    string          `json:"celExpression,omitempty"`
	EnableAutomation bool            `json:"enableAutomation"`
	CreateTasks      bool            `json:"createTasks"`
	SuggestionID     string          `json:"suggestionId,omitempty"`
}

type cohortEntry struct {
	AppID         string `json:"appId"`
	EntitlementID string `json:"entitlementId"`
}

type profileFilter struct {
	Attribute string   `json:"attribute"`
	Values    []string `json:"values"`
}

type cohortAnswer struct {
	AccessProfileID string `json:"accessProfileId"`
	// CELExpression is the rule that was stored, also where filters were sent.
	CELExpression string `json:"celExpression"`
}

// bundle is the membership rule of a profile (docs/vendors/conductorone-api.md#membership-rule). It is written whole.
type bundle struct {
	CEL                            *celRule  `json:"cel,omitempty"`
	Entitlements                   *refsRule `json:"entitlements,omitempty"`
	Enabled                        bool      `json:"enabled"`
	CreateTasks                    bool      `json:"createTasks"`
	DisableCircuitBreaker          bool      `json:"disableCircuitBreaker"`
	EnforceOnSmallProfiles         bool      `json:"enforceOnSmallProfiles"`
	RemovedMembersThresholdPercent number    `json:"removedMembersThresholdPercent"`
}

type celRule struct {
	Expression string `json:"expression"`
}

type refsRule struct {
	Refs []ref `json:"entitlementRefs"`
}

// bundleRead is a bundle with what only the vendor writes.
type bundleRead struct {
	bundle
	UpdatedAt moment `json:"updatedAt"`
	DeletedAt moment `json:"deletedAt"`
	State     *struct {
		Status        string `json:"status"`
		LastRunAt     moment `json:"lastRunAt"`
		ErrorMessage  string `json:"errorMessage"`
		CELEvaluation *struct {
			ErrorMessage string `json:"errorMessage"`
		} `json:"celEvaluation"`
	} `json:"state"`
	CircuitBreaker *struct {
		State string `json:"state"`
	} `json:"circuitBreaker"`
}

func encodeFilters(filters []ProfileFilter) []profileFilter {
	var out []profileFilter
	for _, f := range filters {
		out = append(out, profileFilter{Attribute: f.Attribute, Values: texts(f.Values)})
	}
	return out
}
