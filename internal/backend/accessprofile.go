package backend

import "time"

// AccessProfile is a bundle of entitlements that people request or are members of.
type AccessProfile struct {
	DisplayName  *string                    `field:"displayName"`
	Description  *string                    `field:"description"`
	Entitlements EntitlementSet             `field:"entitlements"`
	Inherits     Set                        `field:"inherits"`
	Owners       Owners                     `field:"owners"`
	Requestable  *bool                      `field:"requestable"`
	Membership   *Membership                `field:"membership,nested"`
	ConductorOne *ConductorOneAccessProfile `field:"conductorOne,nested"`
	SailPoint    *SailPointAccessProfile    `field:"sailPoint,nested"`
	Veza         *VezaAccessProfile         `field:"veza,nested"`

	Facts AccessProfileFacts
}

// Membership is the rule that says who gets the profile.
type Membership struct {
	Expression  *string `field:"expression"`
	Enabled     *bool   `field:"enabled"`
	CreateTasks *bool   `field:"createTasks"`
}

// AccessProfileFacts are figures for status; they are never compared.
type AccessProfileFacts struct {
	MemberCount         *int64
	CELExpression       string
	AutomationStatus    string
	AutomationLastRunAt time.Time
	AutomationError     string
	CircuitBreaker      string
	// State, StartedAt, LastSyncedAt, LastSyncError and CreatedEntitlements are Veza's.
	State               string
	StartedAt           time.Time
	LastSyncedAt        time.Time
	LastSyncError       string
	CreatedEntitlements []string
}

// Key is what identifies a profile before it has an id.
func (p AccessProfile) Key() Key {
	k := Key{DisplayName: Value(p.DisplayName)}
	if p.Veza != nil {
		k.Type = Value(p.Veza.ProfileTypeID)
	}
	return k
}

// OpensDraft reports whether a draft that is open at the vendor may be written and published.
func (p AccessProfile) OpensDraft() bool { return p.Veza != nil && Value(p.Veza.Published) }

// ConductorOneAccessProfile holds the fields that only ConductorOne has (docs/vendors/conductorone-api.md#access-profiles).
type ConductorOneAccessProfile struct {
	// Cohort chooses create-from-cohort; nil chooses the plain catalog create.
	Cohort                          *Cohort        `field:"cohort"`
	VisibleToEveryone               *bool          `field:"visibleToEveryone"`
	VisibleTo                       EntitlementSet `field:"visibleTo"`
	RequestBundle                   *bool          `field:"requestBundle"`
	EnrollmentBehavior              *string        `field:"enrollmentBehavior"`
	UnenrollmentBehavior            *string        `field:"unenrollmentBehavior"`
	UnenrollmentEntitlementBehavior *string        `field:"unenrollmentEntitlementBehavior"`
	// CreateRequests opens requests for present members when entries are added; it is never read back.
	CreateRequests   *bool                   `field:"createRequests,parameter"`
	Automation       *ConductorOneAutomation `field:"automation,nested"`
	GrantPolicyID    *string                 `field:"policies.grant"`
	RevokePolicyID   *string                 `field:"policies.revoke"`
	MaxGrantDuration *Duration               `field:"maxGrantDuration"`
	Annotations      Pairs                   `field:"annotations"`
}

// Cohort is what create-from-cohort starts from; it is never read back.
type Cohort struct {
	ProfileFilters []ProfileFilter `json:"profileFilters,omitempty"`
	SuggestionID   string          `json:"suggestionID,omitempty"`
}

// ProfileFilter selects people by an attribute: any of the values.
type ProfileFilter struct {
	Attribute string `json:"attribute"`
	Values    Set    `json:"values"`
}

// ConductorOneAutomation is how the membership rule runs. Entitlements and
// Membership.Expression exclude each other.
type ConductorOneAutomation struct {
	DisableCircuitBreaker          *bool          `field:"disableCircuitBreaker"`
	EnforceOnSmallProfiles         *bool          `field:"enforceOnSmallProfiles"`
	RemovedMembersThresholdPercent *int64         `field:"removedMembersThresholdPercent"`
	Entitlements                   EntitlementSet `field:"entitlements"`
}
