package conductorone

import "strings"

// entitlement is an entitlement as read (docs/vendors/conductorone-api.md#entitlement-fields).
type entitlement struct {
	ID                      string            `json:"id"`
	AppID                   string            `json:"appId"`
	DisplayName             string            `json:"displayName"`
	Description             string            `json:"description"`
	Alias                   string            `json:"alias"`
	Slug                    string            `json:"slug"`
	Purpose                 string            `json:"purpose"`
	AppResourceTypeID       string            `json:"appResourceTypeId"`
	AppResourceID           string            `json:"appResourceId"`
	GrantPolicyID           string            `json:"grantPolicyId"`
	RevokePolicyID          string            `json:"revokePolicyId"`
	CertifyPolicyID         string            `json:"certifyPolicyId"`
	EmergencyGrantPolicyID  string            `json:"emergencyGrantPolicyId"`
	EmergencyGrantEnabled   bool              `json:"emergencyGrantEnabled"`
	RiskLevelValueID        string            `json:"riskLevelValueId"`
	ComplianceFrameworkIDs  []string          `json:"complianceFrameworkValueIds"`
	DurationGrant           span              `json:"durationGrant"`
	ProvisionerPolicy       *provisionPolicy  `json:"provisionerPolicy"`
	DeprovisionerPolicy     *provisionPolicy  `json:"deprovisionerPolicy"`
	OverrideRequestDefaults bool              `json:"overrideAccessRequestsDefaults"`
	MatchBatonID            string            `json:"matchBatonId"`
	RequestSchemaID         string            `json:"requestSchemaId"`
	Annotations             map[string]string `json:"annotations"`

	ExternalID         string            `json:"externalId"`
	GrantCount         number            `json:"grantCount"`
	SystemBuiltin      bool              `json:"systemBuiltin"`
	SourceConnectorIDs map[string]string `json:"sourceConnectorIds"`
	CreatedAt          moment            `json:"createdAt"`
	UpdatedAt          moment            `json:"updatedAt"`
	DeletedAt          moment            `json:"deletedAt"`
}

type entitlementView struct {
	Entitlement entitlement `json:"appEntitlement"`
}

type entitlementAnswer struct {
	View entitlementView `json:"appEntitlementView"`
}

// text is the mask as the vendor wants it: one string.
func (m *masked) text() string { return strings.Join(m.paths, ",") }
