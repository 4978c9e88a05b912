package conductorone

import (
	"github.com/governance-operator/governance-operator/internal/backend"
)

// block is the name of the vendor's block in the spec of each kind.
const block = "conductorOne"

// BlockName names the block.
func (*EntitlementBlock) BlockName() string { return block }

// BlockName names the block.
func (*ProfileBlock) BlockName() string { return block }

// BlockName names the block.
func (*ReviewBlock) BlockName() string { return block }

// entitlementBlock is the vendor's block of a model, nil where there is none.
func entitlementBlock(e backend.AppEntitlement) *EntitlementBlock {
	return backend.As[*EntitlementBlock](e.Block)
}

// profileBlock is the vendor's block of a model, nil where there is none.
func profileBlock(p backend.AccessProfile) *ProfileBlock { return backend.As[*ProfileBlock](p.Block) }

// reviewBlock is the vendor's block of a model, nil where there is none.
func reviewBlock(r backend.AccessReview) *ReviewBlock { return backend.As[*ReviewBlock](r.Block) }

// ProfileBlock holds the fields that only ConductorOne has (docs/vendors/conductorone-api.md#access-profiles).
type ProfileBlock struct {
	// Cohort chooses create-from-cohort; nil chooses the plain catalog create.
	Cohort                          *Cohort                `field:"cohort"`
	VisibleToEveryone               *bool                  `field:"visibleToEveryone"`
	VisibleTo                       backend.EntitlementSet `field:"visibleTo"`
	RequestBundle                   *bool                  `field:"requestBundle"`
	EnrollmentBehavior              *string                `field:"enrollmentBehavior"`
	UnenrollmentBehavior            *string                `field:"unenrollmentBehavior"`
	UnenrollmentEntitlementBehavior *string                `field:"unenrollmentEntitlementBehavior"`
	// CreateRequests opens requests for present members when entries are added; it is never read back.
	CreateRequests   *bool             `field:"createRequests,parameter"`
	Automation       *Automation       `field:"automation,nested"`
	GrantPolicyID    *string           `field:"policies.grant"`
	RevokePolicyID   *string           `field:"policies.revoke"`
	MaxGrantDuration *backend.Duration `field:"maxGrantDuration"`
	Annotations      backend.Pairs     `field:"annotations"`
}

// Cohort is what create-from-cohort starts from; it is never read back.
type Cohort struct {
	ProfileFilters []ProfileFilter `json:"profileFilters,omitempty"`
	SuggestionID   string          `json:"suggestionID,omitempty"`
}

// ProfileFilter selects people by an attribute: any of the values.
type ProfileFilter struct {
	Attribute string      `json:"attribute"`
	Values    backend.Set `json:"values"`
}

// Automation is how the membership rule runs. Entitlements and
// Membership.Expression exclude each other.
type Automation struct {
	DisableCircuitBreaker          *bool                  `field:"disableCircuitBreaker"`
	EnforceOnSmallProfiles         *bool                  `field:"enforceOnSmallProfiles"`
	RemovedMembersThresholdPercent *int64                 `field:"removedMembersThresholdPercent"`
	Entitlements                   backend.EntitlementSet `field:"entitlements"`
}

// ReviewBlock holds the settings that only ConductorOne has (docs/vendors/conductorone-api.md#campaigns).
type ReviewBlock struct {
	PolicyID                       *string            `field:"policy"`
	ScopeType                      *string            `field:"scopeType"` // ByEntitlements, ByAccessConflicts, ByResource, ByInheritance, ByUsers
	DuplicateFrom                  *string            `field:"duplicateFrom"`
	DefaultView                    *string            `field:"defaultView"` // ByApp, ByUser, Unstructured, ByResource
	ReviewInstructions             *string            `field:"reviewInstructions"`
	Columns                        ReviewColumns      `field:"columns"`
	Signature                      *ReviewSignature   `field:"signature"`
	AutoGenerateReport             *bool              `field:"autoGenerateReport"`
	AutoResolve                    *bool              `field:"autoResolve"`
	UsePolicyOverride              *bool              `field:"usePolicyOverride"`
	ExemptCertifiedAccessConflicts *bool              `field:"exemptCertifiedAccessConflicts"`
	AccuracyIssueAction            *string            `field:"accuracyIssueAction"` // Continue, Wait
	PrincipalTypeFilter            *string            `field:"principalTypeFilter"` // Users, Resources, UsersAndResources
	Excluded                       *ScopeExcluded     `field:"excluded"`
	ResourceSelection              *struct{}          `field:"resourceSelection"`
	ScopeRoleSelection             *struct{}          `field:"scopeRoleSelection"`
	ReviewerAttributes             ReviewerAttributes `field:"reviewerAttributes"`
}

// ScopeExcluded is a choice: exactly one arm is set.
type ScopeExcluded struct {
	SpecificResources *struct{} `json:"specificResources,omitempty"`
	ResourceTypes     *struct{} `json:"resourceTypes,omitempty"`
}

// ReviewColumns are the columns of the review's table, in order. Nil is unset.
type ReviewColumns []ReviewColumn

// ReviewColumn is one column: exactly one of the two is set.
type ReviewColumn struct {
	Builtin          string `json:"builtin,omitempty"`
	AccountAttribute string `json:"accountAttribute,omitempty" spec:"attribute"`
}

// ReviewSignature asks for an electronic signature.
type ReviewSignature struct {
	Required         bool   `json:"required,omitempty"`
	Meaning          string `json:"meaning,omitempty"`
	StepUpProviderID string `json:"stepUpProviderID,omitempty" spec:"stepUpProvider"`
	TSPURL           string `json:"tspURL,omitempty"`
}

// ReviewerAttributes are attributes that reviewers may see. Nil is unset.
type ReviewerAttributes []ReviewerAttribute

// ReviewerAttribute is an attribute of an app's accounts.
type ReviewerAttribute struct {
	AppID     string `json:"appID" spec:"app"`
	Attribute string `json:"attribute"`
}

// EntitlementBlock holds the fields that only ConductorOne has (docs/vendors/conductorone-api.md#entitlements).
type EntitlementBlock struct {
	Alias                         *string           `field:"alias"`
	Slug                          *string           `field:"slug" removed:"Cleared,a text for people"`
	Purpose                       *string           `field:"purpose" removed:"Left,the vendor has no value for none"` // Assignment, Permission, Ownership
	ResourceTypeID                *string           `field:"resource.type"`
	ResourceID                    *string           `field:"resource"`
	GrantPolicyID                 *string           `field:"policies.grant"`
	RevokePolicyID                *string           `field:"policies.revoke"`
	CertifyPolicyID               *string           `field:"policies.certify"`
	EmergencyGrantPolicyID        *string           `field:"policies.emergencyGrant"`
	EmergencyGrantEnabled         *bool             `field:"emergencyGrantEnabled"`
	MaxGrantDuration              *backend.Duration `field:"maxGrantDuration"`
	RiskLevelID                   *string           `field:"riskLevel"`
	ComplianceFrameworkIDs        backend.Set       `field:"complianceFrameworks" removed:"Cleared,information for people and reports"`
	Provision                     *ProvisionPolicy  `field:"provision"`
	Deprovision                   *ProvisionPolicy  `field:"deprovision"`
	OverrideAccessRequestDefaults *bool             `field:"overrideAccessRequestDefaults"`
	MatchBatonID                  *string           `field:"matchBatonID" removed:"Cleared,an entitlement that a connector finds later stays separate"`
	RequestSchemaID               *string           `field:"requestSchemaID" removed:"Left,without it people could request access without filling it in"`
	Annotations                   backend.Pairs     `field:"annotations"`
}

// Identify adds what the vendor tells entitlements apart by, beside their names.
func (b *EntitlementBlock) Identify(k *backend.Key) {
	k.Alias, k.ResourceID = backend.Value(b.Alias), backend.Value(b.ResourceID)
}
