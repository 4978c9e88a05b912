package conductorone

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// ProvisionPolicy says how access is given or taken. Exactly one arm is set
// (docs/vendors/conductorone-api.md#provision-policies). It is compared and written as a whole.
type ProvisionPolicy struct {
	Connector       *ProvisionConnector       `json:"connector,omitempty"`
	Manual          *ProvisionManual          `json:"manual,omitempty"`
	Delegated       *ProvisionDelegated       `json:"delegated,omitempty"`
	Webhook         *ProvisionWebhook         `json:"webhook,omitempty"`
	MultiStep       *ProvisionMultiStep       `json:"multiStep,omitempty"`
	ExternalTicket  *ProvisionExternalTicket  `json:"externalTicket,omitempty"`
	Unconfigured    *struct{}                 `json:"unconfigured,omitempty"`
	Action          *ProvisionAction          `json:"action,omitempty"`
	DevicePlacement *ProvisionDevicePlacement `json:"devicePlacement,omitempty"`
}

// Holds reports whether a policy, or a step of it, goes a way, by the name of the way. An entitlement that is granted instead
// counts only where the other one has to be bound by hand.
func (p *ProvisionPolicy) Holds(way string) bool {
	if p == nil {
		return false
	}
	if p.MultiStep != nil && slices.ContainsFunc(p.MultiStep.Steps, func(step ProvisionPolicy) bool { return step.Holds(way) }) {
		return true
	}
	return map[string]bool{
		"connector": p.Connector != nil, "manual": p.Manual != nil, "delegated": p.Delegated != nil && !p.Delegated.Implicit, "webhook": p.Webhook != nil,
		"multiStep": p.MultiStep != nil, "externalTicket": p.ExternalTicket != nil, "unconfigured": p.Unconfigured != nil, "action": p.Action != nil,
		"devicePlacement": p.DevicePlacement != nil,
	}[way]
}

// ProvisionConnector lets the app's connector do it; at most one arm is set.
type ProvisionConnector struct {
	DefaultBehavior *ProvisionDefaultBehavior `json:"defaultBehavior,omitempty"`
	Account         *ProvisionAccount         `json:"account,omitempty"`
	DeleteAccount   *ProvisionDeleteAccount   `json:"deleteAccount,omitempty"`
}

// ProvisionDefaultBehavior is what the connector does by itself.
type ProvisionDefaultBehavior struct {
	ConnectorID string `json:"connectorID,omitempty"`
}

// ProvisionAccount creates an account. Config is the account schema's field to CEL text;
// SaveToVault and DoNotSave exclude each other.
type ProvisionAccount struct {
	ConnectorID string         `json:"connectorID,omitempty"`
	SchemaID    string         `json:"schemaID,omitempty"`
	Config      map[string]any `json:"config,omitempty"`
	SaveToVault *VaultIDs      `json:"saveToVault,omitempty"`
	DoNotSave   *struct{}      `json:"doNotSave,omitempty"`
}

// VaultIDs are the vaults that keep an account's credentials.
type VaultIDs struct {
	VaultIDs backend.Set `json:"vaultIDs,omitempty"`
}

// ProvisionDeleteAccount removes the account.
type ProvisionDeleteAccount struct {
	ConnectorID string `json:"connectorID,omitempty"`
}

// ProvisionManual gives the work to a person.
type ProvisionManual struct {
	Instructions string    `json:"instructions,omitempty"`
	Assignee     *Assignee `json:"assignee,omitempty"`
	// UserIDs is the vendor's deprecated way of naming people.
	UserIDs backend.Set `json:"userIDs,omitempty"`
}

// Assignee says who does manual work. Exactly one arm is set.
type Assignee struct {
	Users             *AssigneeUsers      `json:"users,omitempty"`
	AppOwners         *AssigneeFallback   `json:"appOwners,omitempty"`
	Group             *AssigneeGroup      `json:"group,omitempty"`
	Manager           *AssigneeFallback   `json:"manager,omitempty"`
	Expression        *AssigneeExpression `json:"expression,omitempty"`
	EntitlementOwners *AssigneeFallback   `json:"entitlementOwners,omitempty"`
}

// AssigneeUsers names people.
type AssigneeUsers struct {
	UserIDs           backend.Set `json:"userIDs,omitempty"`
	AllowReassignment bool        `json:"allowReassignment,omitempty"`
}

// AssigneeFallback is a role with people to fall back on.
type AssigneeFallback struct {
	FallbackUserIDs   backend.Set `json:"fallbackUserIDs,omitempty"`
	AllowReassignment bool        `json:"allowReassignment,omitempty"`
}

// AssigneeGroup names a group by its entitlement (not by its resource).
type AssigneeGroup struct {
	AppID             string      `json:"appID,omitempty"`
	EntitlementID     string      `json:"entitlementID,omitempty"`
	FallbackUserIDs   backend.Set `json:"fallbackUserIDs,omitempty"`
	AllowReassignment bool        `json:"allowReassignment,omitempty"`
}

// AssigneeExpression computes the people; the first expression with a result wins.
type AssigneeExpression struct {
	Expressions       []string    `json:"expressions,omitempty"`
	FallbackUserIDs   backend.Set `json:"fallbackUserIDs,omitempty"`
	AllowReassignment bool        `json:"allowReassignment,omitempty"`
}

// ProvisionDelegated grants another entitlement instead.
type ProvisionDelegated struct {
	AppID         string `json:"appID,omitempty"`
	EntitlementID string `json:"entitlementID,omitempty"`
	Implicit      bool   `json:"implicit,omitempty"`
}

// ProvisionWebhook calls a webhook of the tenant.
type ProvisionWebhook struct {
	WebhookID string `json:"webhookID,omitempty"`
}

// ProvisionMultiStep runs policies one after another.
type ProvisionMultiStep struct {
	Steps []ProvisionPolicy `json:"steps,omitempty"`
}

// ProvisionExternalTicket opens a ticket in another system.
type ProvisionExternalTicket struct {
	AppID         string `json:"appID,omitempty"`
	ConnectorID   string `json:"connectorID,omitempty"`
	ProvisionerID string `json:"provisionerID,omitempty"`
	Instructions  string `json:"instructions,omitempty"`
}

// ProvisionAction runs a connector's action.
type ProvisionAction struct {
	AppID       string `json:"appID,omitempty"`
	ConnectorID string `json:"connectorID,omitempty"`
	ActionName  string `json:"actionName,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

// ProvisionDevicePlacement places the credential on a device.
type ProvisionDevicePlacement struct {
	VaultBoundaryID string `json:"vaultBoundaryID,omitempty"`
}
