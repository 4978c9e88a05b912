package backend

import "time"

// AccessReview is one campaign: prepared, started, running, closed.
type AccessReview struct {
	DisplayName *string   `field:"displayName"`
	Description *string   `field:"description"`
	Owners      Set       `field:"owners"`
	Reviewer    *Reviewer `field:"reviewer"`
	Deadline    *Instant  `field:"deadline"`
	// Duration is from the create to the deadline; the deadline is fixed once, at create.
	Duration *Duration `field:"duration,parameter"`
	// AutoStart: false leaves the start to a person.
	AutoStart *bool `field:"start.mode"`
	// StartAt is when to start; nil with AutoStart means as soon as possible.
	StartAt       *Instant                  `field:"start.at"`
	AutoClose     *bool                     `field:"close.mode"`
	Undecided     *string                   `field:"close.undecided"` // NoAction, Approve, Revoke, Skip
	Notifications *ReviewNotifications      `field:"notifications,nested"`
	Scope         *ReviewScope              `field:"scope,nested"`
	ConductorOne  *ConductorOneAccessReview `field:"conductorOne,nested"`
	SailPoint     *SailPointAccessReview    `field:"sailPoint,nested"`
	Veza          *VezaAccessReview         `field:"veza,nested"`

	Facts AccessReviewFacts
}

// Key is empty: reviews are never found by name.
func (r AccessReview) Key() Key { return Key{DisplayName: Value(r.DisplayName)} }

// Unread lists fields that cannot be told from others once they are written: the
// entitlements of selected apps stand in one list with those that were named.
func (r AccessReview) Unread() []string {
	if r.Scope == nil || r.Scope.SelectedApps == nil {
		return nil
	}
	return []string{"scope.entitlements"}
}

// Reviewer says who decides. Exactly one arm is set.
type Reviewer struct {
	UserIDs Set       `json:"userIDs,omitempty"`
	GroupID string    `json:"groupID,omitempty"`
	Manager *struct{} `json:"manager,omitempty"`
}

// ReviewNotifications says which mails are sent.
type ReviewNotifications struct {
	Kickoff   *bool `field:"kickoff"`
	Reminders *bool `field:"reminders"`
	Close     *bool `field:"close"`
}

// ReviewState is the state of a review in words that all vendors share.
type ReviewState string

// The states of a review.
const (
	ReviewConfiguring ReviewState = "Configuring"
	ReviewStaged      ReviewState = "Staged"
	ReviewRunning     ReviewState = "Running"
	ReviewOverdue     ReviewState = "Overdue"
	ReviewCompleted   ReviewState = "Completed"
	ReviewFailed      ReviewState = "Failed"
	ReviewRemoved     ReviewState = "Removed"
)

// AccessReviewFacts are figures for status; they are never compared.
type AccessReviewFacts struct {
	State ReviewState
	// VendorState is the vendor's own word, for people.
	VendorState string
	Started     bool
	StartedAt   time.Time
	ClosedAt    time.Time
	Deadline    time.Time
	Total       *int64
	Completed   *int64
	Certified   *int64
	Revoked     *int64
	Alerts      []string
	// Reports are those that the vendor has made, the newest first; nil where they were not read.
	Reports []ReviewReport
}

// ReviewReport is a report without the address where it can be fetched: that opens it to whoever has the address.
type ReviewReport struct {
	ID        string
	Format    string
	CreatedAt time.Time
	Hashes    []ReportHash
}

// ReportHash is a hash of a report as the vendor shows it.
type ReportHash struct{ Algorithm, Value string }

// ReviewScope says what is reviewed. Of Apps to PrincipalTypes each is one
// independent choice; the lists are what a choice refers to.
type ReviewScope struct {
	// Entitlements is the review's whole list.
	Entitlements EntitlementSet `field:"entitlements"`
	// ResourceTypes is never read back by ConductorOne.
	ResourceTypes ResourceTypeSet `field:"resourceTypes"`

	// SelectedApps stands for all entitlements that these apps have when the review is
	// prepared, beside those of Entitlements.
	SelectedApps Set `field:"apps.selected"`

	Apps            *ScopeApps     `field:"apps"`
	Users           *ScopeUsers    `field:"users"`
	Accounts        *ScopeAccounts `field:"accounts"`
	Grants          *ScopeGrants   `field:"grants"`
	AccessConflicts *ScopeMarkers  `field:"accessConflicts"`
}

// ScopeApps is a choice: exactly one arm is set.
type ScopeApps struct {
	Access            *struct{}         `json:"access,omitempty"`
	SpecificResources *struct{}         `json:"specificResources,omitempty"`
	Criteria          *ScopeAppCriteria `json:"criteria,omitempty"`
	ResourceTypes     *struct{}         `json:"resourceTypes,omitempty"`
}

// ScopeAppCriteria selects apps by attributes.
type ScopeAppCriteria struct {
	RiskLevelIDs           Set `json:"riskLevelIDs,omitempty"`
	ComplianceFrameworkIDs Set `json:"complianceFrameworkIDs,omitempty"`
}

// ScopeUsers is a choice: exactly one arm is set.
type ScopeUsers struct {
	All        *struct{}          `json:"all,omitempty"`
	Selected   *SelectedUsers     `json:"selected,omitempty"`
	Criteria   *ScopeUserCriteria `json:"criteria,omitempty"`
	Expression string             `json:"expression,omitempty"`
}

// SelectedUsers are people by id.
type SelectedUsers struct {
	UserIDs Set `json:"userIDs"`
}

// ScopeUserCriteria selects people by attributes.
type ScopeUserCriteria struct {
	Statuses   Set            `json:"statuses,omitempty"` // Unknown, Enabled, Disabled, Deleted
	ManagerIDs Set            `json:"managerIDs,omitempty"`
	Groups     EntitlementSet `json:"groups,omitempty"`
	Attributes map[string]Set `json:"attributes,omitempty"`
}

// ScopeAccounts is a choice: exactly one arm is set.
type ScopeAccounts struct {
	All        *struct{}             `json:"all,omitempty"`
	Criteria   *ScopeAccountCriteria `json:"criteria,omitempty"`
	Expression string                `json:"expression,omitempty"`
}

// ScopeAccountCriteria selects accounts by attributes.
type ScopeAccountCriteria struct {
	Domain         string `json:"domain,omitempty"`   // External, Trusted
	Types          Set    `json:"types,omitempty"`    // User, ServiceAccount, SystemAccount
	Statuses       Set    `json:"statuses,omitempty"` // Enabled, Disabled, Deleted
	NoAccountOwner bool   `json:"noAccountOwner,omitempty"`
}

// ScopeGrants is a choice: exactly one arm is set.
type ScopeGrants struct {
	All      *struct{}           `json:"all,omitempty"`
	Criteria *ScopeGrantCriteria `json:"criteria,omitempty"`
}

// ScopeGrantCriteria selects grants; of SinceAdded, SinceReviewed and AddedBetween at most one is set.
type ScopeGrantCriteria struct {
	SinceAdded     *Duration           `json:"sinceAdded,omitempty"`
	SinceReviewed  *Duration           `json:"sinceReviewed,omitempty"`
	AddedBetween   *Period             `json:"addedBetween,omitempty"`
	SinceLastUsed  *Duration           `json:"sinceLastUsed,omitempty"`
	Source         string              `json:"source,omitempty"` // Direct, Inherited
	Type           string              `json:"type,omitempty"`   // Permanent, Temporary
	AccessProfiles *ScopeProfileFilter `json:"accessProfiles,omitempty"`
}

// Period is a span between two instants.
type Period struct {
	From *Instant `json:"from,omitempty"`
	To   *Instant `json:"to,omitempty"`
}

// ScopeProfileFilter includes or excludes grants that come from access profiles.
type ScopeProfileFilter struct {
	Type     string `json:"type,omitempty"` // IncludeAll, ExcludeAll, IncludeSpecific, ExcludeSpecific
	Included Set    `json:"included,omitempty"`
	Excluded Set    `json:"excluded,omitempty"`
}

// ScopeMarkers is a choice: exactly one arm is set.
type ScopeMarkers struct {
	All      *struct{} `json:"all,omitempty"`
	Specific *struct{} `json:"specific,omitempty"`
}

// ConductorOneAccessReview holds the settings that only ConductorOne has (docs/vendors/conductorone-api.md#campaigns).
type ConductorOneAccessReview struct {
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
	AccountAttribute string `json:"accountAttribute,omitempty"`
}

// ReviewSignature asks for an electronic signature.
type ReviewSignature struct {
	Required         bool   `json:"required,omitempty"`
	Meaning          string `json:"meaning,omitempty"`
	StepUpProviderID string `json:"stepUpProviderID,omitempty"`
	TSPURL           string `json:"tspURL,omitempty"`
}

// ReviewerAttributes are attributes that reviewers may see. Nil is unset.
type ReviewerAttributes []ReviewerAttribute

// ReviewerAttribute is an attribute of an app's accounts.
type ReviewerAttribute struct {
	AppID     string `json:"appID"`
	Attribute string `json:"attribute"`
}
