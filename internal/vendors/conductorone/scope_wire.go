package conductorone

import "github.com/governance-operator/governance-operator/internal/backend"

// scopeV2 is the scope of a campaign (docs/vendors/conductorone-api.md#campaign-scope): independent oneofs, of each of
// which at most one member is sent.
type scopeV2 struct {
	AppAccess              *nothing     `json:"appAccess,omitempty"`
	SpecificResources      *nothing     `json:"specificResources,omitempty"`
	AppSelectionCriteria   *appCriteria `json:"appSelectionCriteria,omitempty"`
	ResourceTypeSelections *nothing     `json:"resourceTypeSelections,omitempty"`

	AllUsers      *nothing      `json:"allUsers,omitempty"`
	SelectedUsers *userIDs      `json:"selectedUsers,omitempty"`
	UserCriteria  *userCriteria `json:"userCriteria,omitempty"`
	CELExpression *celRule      `json:"celExpression,omitempty"`

	AllAccounts          *nothing         `json:"allAccounts,omitempty"`
	AccountCriteria      *accountCriteria `json:"accountCriteria,omitempty"`
	AccountCELExpression *celRule         `json:"accountCelExpression,omitempty"`

	AllGrants        *nothing       `json:"allGrants,omitempty"`
	GrantsByCriteria *grantCriteria `json:"grantsByCriteria,omitempty"`

	AllAccessConflicts      *nothing `json:"allAccessConflicts,omitempty"`
	SpecificAccessConflicts *nothing `json:"specificAccessConflicts,omitempty"`

	ResourceSelection  *nothing `json:"resourceSelection,omitempty"`
	ScopeRoleSelection *nothing `json:"scopeRoleSelection,omitempty"`

	ExcludedSpecificResources      *nothing `json:"excludedSpecificResources,omitempty"`
	ExcludedResourceTypeSelections *nothing `json:"excludedResourceTypeSelections,omitempty"`

	PrincipalTypeFilter string `json:"principalTypeFilter,omitempty"`
}

type appCriteria struct {
	RiskLevelIDs           []string `json:"riskLevelAttributeValueIds,omitempty"`
	ComplianceFrameworkIDs []string `json:"complianceFrameworkAttributeValueIds,omitempty"`
}

type userIDs struct {
	UserIDs []string `json:"userIds"`
}

type userCriteria struct {
	Statuses   []string              `json:"userStatus,omitempty"`
	ManagerIDs []string              `json:"managerUserIds,omitempty"`
	Groups     []ref                 `json:"groupAppEntitlementsRef,omitempty"`
	Attributes map[string]attrValues `json:"multiUserProfileAttributes,omitempty"`
}

type attrValues struct {
	Values []attrValue `json:"values"`
}

type attrValue struct {
	Value string `json:"value"`
}

type accountCriteria struct {
	Domain         string   `json:"accountDomain,omitempty"`
	Types          []string `json:"accountTypes,omitempty"`
	Statuses       []string `json:"appUserStatuses,omitempty"`
	NoAccountOwner bool     `json:"noAccountOwner,omitempty"`
}

type grantCriteria struct {
	DaysSinceAdded    span           `json:"daysSinceAdded,omitempty"`
	DaysSinceReviewed span           `json:"daysSinceReviewed,omitempty"`
	AddedBetween      *period        `json:"grantsAddedBetween,omitempty"`
	DaysSinceLastUsed span           `json:"daysSinceLastUsed,omitempty"`
	Source            string         `json:"sourceFilter,omitempty"`
	Type              string         `json:"typeFilter,omitempty"`
	AccessProfiles    *profileChoice `json:"accessProfileFilter,omitempty"`
}

type period struct {
	Start *backend.Instant `json:"startDate,omitempty"`
	End   *backend.Instant `json:"endDate,omitempty"`
}

type profileChoice struct {
	Type     string   `json:"filterType,omitempty"`
	Included []string `json:"includedAccessProfileIds,omitempty"`
	Excluded []string `json:"excludedAccessProfileIds,omitempty"`
}
