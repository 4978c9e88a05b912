package backend

import "time"

// AccessProfile is a bundle of entitlements that people request or are members of.
type AccessProfile struct {
	DisplayName  *string        `field:"displayName"`
	Description  *string        `field:"description"`
	Entitlements EntitlementSet `field:"entitlements"`
	Inherits     Set            `field:"inherits"`
	Owners       Owners         `field:"owners"`
	Requestable  *bool          `field:"requestable"`
	Membership   *Membership    `field:"membership,nested"`
	Block        Block          `field:",block"`

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
	// State, StartedAt, LastSyncedAt, LastSyncError and CreatedEntitlements are of a vendor that runs a profile.
	State               string
	StartedAt           time.Time
	LastSyncedAt        time.Time
	LastSyncError       string
	CreatedEntitlements []string
}

// Key is what identifies a profile before it has an id.
func (p AccessProfile) Key() Key {
	k := Key{DisplayName: Value(p.DisplayName)}
	identify(&k, p.Block)
	return k
}
