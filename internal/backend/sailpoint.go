package backend

// SailPointAppEntitlement holds the fields that only SailPoint has (docs/vendors/sailpoint-api.md#entitlements).
type SailPointAppEntitlement struct {
	// MatchAttribute, MatchValue and MatchType say which entitlement of the source is meant.
	// They are read back and cannot be changed: another one is meant by another object.
	MatchAttribute *string `field:"match.attribute"`
	MatchValue     *string `field:"match.value"`
	MatchType      *string `field:"match.type"`
	// Aggregate starts the source's aggregation while the entitlement is not found.
	Aggregate *bool `field:"onNotFound,parameter"`

	Privileged     *bool   `field:"privileged"`
	PrivilegeLevel *string `field:"privilegeLevel"` // High, Medium, Low, None
	Segments       Set     `field:"segments"`

	AccessRequest *SailPointEntitlementRequest `field:"accessRequestConfig,nested"`
	Revocation    *SailPointRevocation         `field:"revocationRequestConfig,nested"`
}

// SailPointEntitlementRequest says how an entitlement is asked for
// (docs/vendors/sailpoint-api.md#put-entitlementsv1identitlement-request-config).
type SailPointEntitlementRequest struct {
	RequestCommentRequired     *bool            `field:"requestCommentRequired"`
	DenialCommentRequired      *bool            `field:"denialCommentRequired"`
	ReauthorizationRequired    *bool            `field:"reauthorizationRequired"`
	RequireEndDate             *bool            `field:"requireEndDate"`
	MaxPermittedAccessDuration *SailPointPeriod `field:"maxPermittedAccessDuration"`
	ApprovalSchemes            ApprovalSchemes  `field:"approvalSchemes"`
	FormDefinitionID           *string          `field:"formDefinitionID"`
}

// SailPointRevocation says how access is taken back.
type SailPointRevocation struct {
	ApprovalSchemes ApprovalSchemes `field:"approvalSchemes"`
}

// SailPointPeriod is a span in units of the calendar, which hours cannot say. The zero value is no bound.
type SailPointPeriod struct {
	Value int64  `json:"value"`
	Unit  string `json:"unit"` // Hours, Days, Weeks, Months
}

// MarshalJSON renders no bound as null, as what is not there.
func (p SailPointPeriod) MarshalJSON() ([]byte, error) {
	type plain SailPointPeriod
	return orNull(plain(p))
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

// SailPointAccessProfile holds the fields that only SailPoint has (docs/vendors/sailpoint-api.md#access-profiles).
// The source is the parent, see Ref.ParentID.
type SailPointAccessProfile struct {
	SourceID *string `field:"source,parameter"`
	Enabled  *bool   `field:"enabled"`
	// OwnerGroups are governance groups among the additional owners.
	OwnerGroups          Set                      `field:"ownerGroups"`
	AccessRequest        *SailPointProfileRequest `field:"accessRequestConfig,nested"`
	Revocation           *SailPointRevocation     `field:"revocationRequestConfig,nested"`
	Segments             Set                      `field:"segments"`
	ProvisioningCriteria *ProvisioningCriterion   `field:"provisioningCriteria"`
	// AccessModelMetadata is values by the key of their attribute.
	AccessModelMetadata SailPointMetadata `field:"accessModelMetadata"`
}

// SailPointProfileRequest says how a profile is asked for
// (docs/vendors/sailpoint-api.md#requests-and-revocations-of-a-profile).
type SailPointProfileRequest struct {
	CommentsRequired           *bool            `field:"commentsRequired"`
	DenialCommentsRequired     *bool            `field:"denialCommentsRequired"`
	ReauthorizationRequired    *bool            `field:"reauthorizationRequired"`
	RequireEndDate             *bool            `field:"requireEndDate"`
	MaxPermittedAccessDuration *SailPointPeriod `field:"maxPermittedAccessDuration"`
	ApprovalSchemes            ApprovalSchemes  `field:"approvalSchemes"`
	FormDefinitionID           *string          `field:"formDefinitionID"`
}

// ProvisioningCriterion is a node of the tree that chooses an account; at most three
// levels, leaves included (docs/vendors/sailpoint-api.md#provisioning-criteria). It is compared and written as a whole.
type ProvisioningCriterion struct {
	Operation string                  `json:"operation"` // Equals, NotEquals, Contains, Has, And, Or
	Attribute string                  `json:"attribute,omitempty"`
	Value     *string                 `json:"value,omitempty"`
	Children  []ProvisioningCriterion `json:"children,omitempty"`
}

// SailPointMetadata is values by the key of their attribute. Nil is unset, empty is none.
type SailPointMetadata map[string]Set

// SailPointAccessReview holds the settings that only SailPoint has (docs/vendors/sailpoint-api.md#campaigns).
type SailPointAccessReview struct {
	Type                   *string                   `field:"type"` // Manager, SourceOwner, Search, RoleComposition, MachineAccount
	Search                 *SailPointSearch          `field:"search"`
	RoleComposition        *SailPointRoleComposition `field:"roleComposition"`
	FilterID               *string                   `field:"filter"`
	CorrelatedStatus       *string                   `field:"correlatedStatus"` // Correlated, Uncorrelated
	AutoRevokeAllowed      *bool                     `field:"autoRevokeAllowed"`
	RecommendationsEnabled *bool                     `field:"recommendationsEnabled"`
	MandatoryComments      *string                   `field:"mandatoryComments"` // AllDecisions, RevokeOnlyDecisions, NoDecisions
	SunsetCommentsRequired *bool                     `field:"sunsetCommentsRequired"`
	// TimeZone is sent with the activation and not kept.
	TimeZone *string `field:"timeZone,parameter"`
}

// SailPointSearch says what a Search campaign covers, beside scope.users.selected (its
// identities), scope.entitlements and scope.grants.criteria.accessProfiles.include (its constraints).
type SailPointSearch struct {
	Type        string `json:"type"` // Identity, Access
	Query       string `json:"query,omitempty"`
	Description string `json:"description,omitempty"`
	// Constraints that are not said by the scope: ALL of a kind, or roles.
	Constraints []SailPointConstraint `json:"constraints,omitempty"`
}

// SailPointConstraint narrows what a Search campaign covers. No ids means all of the type.
type SailPointConstraint struct {
	Type string `json:"type"` // Entitlement, AccessProfile, Role
	IDs  Set    `json:"ids,omitempty"`
}

// SailPointRoleComposition says which roles' contents are reviewed, and who fixes them.
type SailPointRoleComposition struct {
	RemediatorID string `json:"remediatorID"`
	RoleIDs      Set    `json:"roleIDs,omitempty"`
	Query        string `json:"query,omitempty"`
	Description  string `json:"description,omitempty"`
}
