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
	StartAt       *Instant             `field:"start.at"`
	AutoClose     *bool                `field:"close.mode"`
	Undecided     *string              `field:"close.undecided"` // NoAction, Approve, Revoke, Skip
	Notifications *ReviewNotifications `field:"notifications,nested"`
	Scope         *ReviewScope         `field:"scope,nested"`
	Block         Block                `field:",block"`

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
	// ResourceTypes is never read back by a vendor that prepares it.
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
	NoAccountOwner bool   `json:"noAccountOwner,omitempty" spec:"withoutOwner"`
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
