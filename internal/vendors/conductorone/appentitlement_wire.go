package conductorone

import (
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// entitlement is an entitlement as read (docs/vendors/conductorone-api.md#entitlement-fields).
type entitlement struct {
	ID                      string            `json:"id"`
	AppID                   string            `json:"appId"`
	DisplayName             string            `json:"displayName" field:"displayName"`
	Description             string            `json:"description" field:"description"`
	Alias                   string            `json:"alias" field:"conductorOne.alias"`
	Slug                    string            `json:"slug" field:"conductorOne.slug"`
	Purpose                 string            `json:"purpose" field:"conductorOne.purpose" enum:"APP_ENTITLEMENT_PURPOSE_VALUE_"`
	AppResourceTypeID       string            `json:"appResourceTypeId" field:"conductorOne.resource.type"`
	AppResourceID           string            `json:"appResourceId" field:"conductorOne.resource"`
	GrantPolicyID           string            `json:"grantPolicyId" field:"conductorOne.policies.grant"`
	RevokePolicyID          string            `json:"revokePolicyId" field:"conductorOne.policies.revoke"`
	CertifyPolicyID         string            `json:"certifyPolicyId" field:"conductorOne.policies.certify"`
	EmergencyGrantPolicyID  string            `json:"emergencyGrantPolicyId" field:"conductorOne.policies.emergencyGrant"`
	EmergencyGrantEnabled   bool              `json:"emergencyGrantEnabled" field:"conductorOne.emergencyGrantEnabled"`
	RiskLevelValueID        string            `json:"riskLevelValueId" field:"conductorOne.riskLevel"`
	ComplianceFrameworkIDs  []string          `json:"complianceFrameworkValueIds" field:"conductorOne.complianceFrameworks"`
	DurationGrant           span              `json:"durationGrant"`
	ProvisionerPolicy       *provisionPolicy  `json:"provisionerPolicy"`
	DeprovisionerPolicy     *provisionPolicy  `json:"deprovisionerPolicy"`
	OverrideRequestDefaults bool              `json:"overrideAccessRequestsDefaults" field:"conductorOne.overrideAccessRequestDefaults"`
	MatchBatonID            string            `json:"matchBatonId" field:"conductorOne.matchBatonID"`
	RequestSchemaID         string            `json:"requestSchemaId" field:"conductorOne.requestSchemaID"`
	Annotations             map[string]string `json:"annotations"`

	ExternalID         string            `json:"externalId"`
	GrantCount         number            `json:"grantCount"`
	SystemBuiltin      bool              `json:"systemBuiltin"`
	SourceConnectorIDs map[string]string `json:"sourceConnectorIds"`
	CreatedAt          moment            `json:"createdAt"`
	UpdatedAt          moment            `json:"updatedAt"`
	DeletedAt          moment            `json:"deletedAt"`
}

// entitlementCodec translates the fields with a tag `field`.
var entitlementCodec = plain.New[entitlement, backend.AppEntitlement](&EntitlementBlock{}, spelling)

type entitlementView struct {
	Entitlement entitlement `json:"appEntitlement"`
}

type entitlementAnswer struct {
	View entitlementView `json:"appEntitlementView"`
}

// text is the mask as the vendor wants it: one string.
func (m *masked) text() string { return strings.Join(m.paths, ",") }
