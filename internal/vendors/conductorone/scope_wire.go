package conductorone

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// scopeV2 is the scope of a campaign (docs/vendors/conductorone-api.md#campaign-scope): independent oneofs, of each of
// which at most one member is sent.
type scopeV2 struct {
	scopeApps
	scopeUsers
	scopeAccounts
	scopeGrants
	scopeConflicts

	ResourceSelection  *nothing `json:"resourceSelection,omitempty"`
	ScopeRoleSelection *nothing `json:"scopeRoleSelection,omitempty"`

	scopeExcluded

	PrincipalTypeFilter string `json:"principalTypeFilter,omitempty"`
}

// Each oneof has the members of its choice in the model.
var (
	appsChoice      = plain.NewDocument[scopeApps, backend.ScopeApps](spelling)
	usersChoice     = plain.NewDocument[scopeUsers, backend.ScopeUsers](spelling)
	accountsChoice  = plain.NewDocument[scopeAccounts, backend.ScopeAccounts](spelling)
	grantsChoice    = plain.NewDocument[scopeGrants, backend.ScopeGrants](spelling)
	conflictsChoice = plain.NewDocument[scopeConflicts, backend.ScopeMarkers](spelling)
	excludedChoice  = plain.NewDocument[scopeExcluded, ScopeExcluded](spelling)
)

type scopeApps struct {
	Access            *nothing     `json:"appAccess,omitempty"`
	SpecificResources *nothing     `json:"specificResources,omitempty"`
	Criteria          *appCriteria `json:"appSelectionCriteria,omitempty"`
	ResourceTypes     *nothing     `json:"resourceTypeSelections,omitempty"`
}

type scopeUsers struct {
	All        *nothing      `json:"allUsers,omitempty"`
	Selected   *userIDs      `json:"selectedUsers,omitempty"`
	Criteria   *userCriteria `json:"userCriteria,omitempty"`
	Expression *celRule      `json:"celExpression,omitempty"`
}

type scopeAccounts struct {
	All        *nothing         `json:"allAccounts,omitempty"`
	Criteria   *accountCriteria `json:"accountCriteria,omitempty"`
	Expression *celRule         `json:"accountCelExpression,omitempty"`
}

type scopeGrants struct {
	All      *nothing       `json:"allGrants,omitempty"`
	Criteria *grantCriteria `json:"grantsByCriteria,omitempty"`
}

type scopeConflicts struct {
	All      *nothing `json:"allAccessConflicts,omitempty"`
	Specific *nothing `json:"specificAccessConflicts,omitempty"`
}

type scopeExcluded struct {
	SpecificResources *nothing `json:"excludedSpecificResources,omitempty"`
	ResourceTypes     *nothing `json:"excludedResourceTypeSelections,omitempty"`
}

type appCriteria struct {
	RiskLevelIDs           []string `json:"riskLevelAttributeValueIds,omitempty"`
	ComplianceFrameworkIDs []string `json:"complianceFrameworkAttributeValueIds,omitempty"`
}

type userIDs struct {
	UserIDs []string `json:"userIds"`
}

type userCriteria struct {
	Statuses   []string              `json:"userStatus,omitempty" enum:""` // The status of a user has no prefix.
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
	Domain         string   `json:"accountDomain,omitempty" enum:"APP_USER_DOMAIN_"`
	Types          []string `json:"accountTypes,omitempty" enum:"APP_USER_TYPE_"`
	Statuses       []string `json:"appUserStatuses,omitempty" enum:"APP_USER_STATUS_"`
	NoAccountOwner bool     `json:"noAccountOwner,omitempty"`
}

type grantCriteria struct {
	SinceAdded     span           `json:"daysSinceAdded,omitempty"`
	SinceReviewed  span           `json:"daysSinceReviewed,omitempty"`
	AddedBetween   *period        `json:"grantsAddedBetween,omitempty"`
	SinceLastUsed  span           `json:"daysSinceLastUsed,omitempty"`
	Source         string         `json:"sourceFilter,omitempty" enum:"GRANT_SOURCE_FILTER_"`
	Type           string         `json:"typeFilter,omitempty" enum:"GRANT_FILTER_TYPE_"`
	AccessProfiles *profileChoice `json:"accessProfileFilter,omitempty"`
}

type period struct {
	From *backend.Instant `json:"startDate,omitempty"`
	To   *backend.Instant `json:"endDate,omitempty"`
}

type profileChoice struct {
	Type     string   `json:"filterType,omitempty" enum:"ACCESS_PROFILE_FILTER_TYPE_"`
	Included []string `json:"includedAccessProfileIds,omitempty"`
	Excluded []string `json:"excludedAccessProfileIds,omitempty"`
}
