package sailpoint

import (
	"fmt"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// block is the name of the vendor's block in the spec of each kind.
const block = "sailPoint"

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

// EntitlementBlock holds the fields that only SailPoint has (docs/vendors/sailpoint-api.md#entitlements).
type EntitlementBlock struct {
	// MatchAttribute, MatchValue and MatchType say which entitlement of the source is meant.
	// They are read back and cannot be changed: another one is meant by another object.
	MatchAttribute *string `field:"match.attribute"`
	MatchValue     *string `field:"match.value"`
	MatchType      *string `field:"match.type"`
	// Aggregate starts the source's aggregation while the entitlement is not found.
	Aggregate *bool `field:"onNotFound,parameter"`

	Privileged     *bool       `field:"privileged"`
	PrivilegeLevel *string     `field:"privilegeLevel"` // High, Medium, Low, None
	Segments       backend.Set `field:"segments"`

	AccessRequest *EntitlementRequest `field:"accessRequestConfig,nested"`
	Revocation    *Revocation         `field:"revocationRequestConfig,nested"`
}

// EntitlementRequest says how an entitlement is asked for
// (docs/vendors/sailpoint-api.md#put-entitlementsv1identitlement-request-config).
type EntitlementRequest struct {
	RequestCommentRequired     *bool           `field:"requestCommentRequired"`
	DenialCommentRequired      *bool           `field:"denialCommentRequired"`
	ReauthorizationRequired    *bool           `field:"reauthorizationRequired"`
	RequireEndDate             *bool           `field:"requireEndDate"`
	MaxPermittedAccessDuration *Period         `field:"maxPermittedAccessDuration"`
	ApprovalSchemes            ApprovalSchemes `field:"approvalSchemes"`
	FormDefinitionID           *string         `field:"formDefinitionID"`
}

// Revocation says how access is taken back.
type Revocation struct {
	ApprovalSchemes ApprovalSchemes `field:"approvalSchemes"`
}

// Period is a span in units of the calendar, which hours cannot say. The zero value is no bound.
type Period struct {
	Value int64  `json:"value"`
	Unit  string `json:"unit"` // Hours, Days, Weeks, Months
}

// MarshalJSON renders no bound as null, as what is not there.
func (p Period) MarshalJSON() ([]byte, error) {
	type plain Period
	return backend.OrNull(plain(p))
}

// ApprovalSchemes are approval steps, in order. Nil is unset, empty is no approval.
type ApprovalSchemes []ApprovalScheme

// ApprovalScheme is one approval step. ApproverID is set for the types that need one
// (docs/vendors/sailpoint-api.md#requests-and-revocations-of-a-profile and
// docs/vendors/sailpoint-api.md#put-entitlementsv1identitlement-request-config).
type ApprovalScheme struct {
	ApproverType string `json:"approverType"` // In CamelCase: Manager, GovernanceGroup …
	ApproverID   string `json:"approverID,omitempty"`
}

// ProfileBlock holds the fields that only SailPoint has (docs/vendors/sailpoint-api.md#access-profiles).
// The source is the parent, see Ref.ParentID.
type ProfileBlock struct {
	SourceID *string `field:"source,parameter"`
	Enabled  *bool   `field:"enabled"`
	// OwnerGroups are governance groups among the additional owners.
	OwnerGroups          backend.Set            `field:"ownerGroups"`
	AccessRequest        *ProfileRequest        `field:"accessRequestConfig,nested"`
	Revocation           *Revocation            `field:"revocationRequestConfig,nested"`
	Segments             backend.Set            `field:"segments"`
	ProvisioningCriteria *ProvisioningCriterion `field:"provisioningCriteria"`
	// AccessModelMetadata is values by the key of their attribute.
	AccessModelMetadata Metadata `field:"accessModelMetadata"`
}

// ProfileRequest says how a profile is asked for
// (docs/vendors/sailpoint-api.md#requests-and-revocations-of-a-profile).
type ProfileRequest struct {
	CommentsRequired           *bool           `field:"commentsRequired"`
	DenialCommentsRequired     *bool           `field:"denialCommentsRequired"`
	ReauthorizationRequired    *bool           `field:"reauthorizationRequired"`
	RequireEndDate             *bool           `field:"requireEndDate"`
	MaxPermittedAccessDuration *Period         `field:"maxPermittedAccessDuration"`
	ApprovalSchemes            ApprovalSchemes `field:"approvalSchemes"`
	FormDefinitionID           *string         `field:"formDefinitionID"`
}

// ProvisioningCriterion is a node of the tree that chooses an account; at most three
// levels, leaves included (docs/vendors/sailpoint-api.md#provisioning-criteria). It is compared and written as a whole.
type ProvisioningCriterion struct {
	Operation string                  `json:"operation"` // Equals, NotEquals, Contains, Has, And, Or
	Attribute string                  `json:"attribute,omitempty"`
	Value     *string                 `json:"value,omitempty"`
	Children  []ProvisioningCriterion `json:"children,omitempty"`
}

// Metadata is values by the key of their attribute. Nil is unset, empty is none.
type Metadata map[string]backend.Set

// ReviewBlock holds the settings that only SailPoint has (docs/vendors/sailpoint-api.md#campaigns).
type ReviewBlock struct {
	Type                   *string          `field:"type"` // Manager, SourceOwner, Search, RoleComposition, MachineAccount
	Search                 *Search          `field:"search"`
	RoleComposition        *RoleComposition `field:"roleComposition"`
	FilterID               *string          `field:"filter"`
	CorrelatedStatus       *string          `field:"correlatedStatus"` // Correlated, Uncorrelated
	AutoRevokeAllowed      *bool            `field:"autoRevokeAllowed"`
	RecommendationsEnabled *bool            `field:"recommendationsEnabled"`
	MandatoryComments      *string          `field:"mandatoryComments"` // AllDecisions, RevokeOnlyDecisions, NoDecisions
	SunsetCommentsRequired *bool            `field:"sunsetCommentsRequired"`
	// TimeZone is sent with the activation and not kept.
	TimeZone *string `field:"timeZone,parameter"`
}

// Search says what a Search campaign covers, beside scope.users.selected (its
// identities), scope.entitlements and scope.grants.criteria.accessProfiles.include (its constraints).
type Search struct {
	Type        string `json:"type"` // Identity, Access
	Query       string `json:"query,omitempty"`
	Description string `json:"description,omitempty"`
	// Constraints that are not said by the scope: ALL of a kind, or roles.
	Constraints []Constraint `json:"constraints,omitempty"`
}

// Constraint narrows what a Search campaign covers. No ids means all of the type.
type Constraint struct {
	Type string      `json:"type"` // Entitlement, AccessProfile, Role
	IDs  backend.Set `json:"ids,omitempty"`
}

// RoleComposition says which roles' contents are reviewed, and who fixes them.
type RoleComposition struct {
	RemediatorID string      `json:"remediatorID" spec:"remediator"`
	RoleIDs      backend.Set `json:"roleIDs,omitempty"`
	Query        string      `json:"query,omitempty"`
	Description  string      `json:"description,omitempty"`
}

// Identify makes the attribute that is matched the key: a name says nothing.
func (b *EntitlementBlock) Identify(k *backend.Key) {
	*k = backend.Key{Attribute: backend.Value(b.MatchAttribute), Value: backend.Value(b.MatchValue), Type: backend.Value(b.MatchType)}
}

// WantsRefresh reports whether the source is to be aggregated while the entitlement is not found.
func (b *EntitlementBlock) WantsRefresh() bool { return backend.Value(b.Aggregate) }

// RefreshPath is the field that asks for an aggregation.
func (*EntitlementBlock) RefreshPath() string { return "onNotFound" }

// Word is the span in words, empty where there is no bound.
func (p *Period) Word() string {
	if *p == (Period{}) {
		return ""
	}
	return fmt.Sprintf("%d %s", p.Value, p.Unit)
}
