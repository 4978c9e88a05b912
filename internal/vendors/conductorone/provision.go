package conductorone

import "github.com/governance-operator/governance-operator/internal/vendors/plain"

type nothing = struct{}

// provisionPolicy is a oneof (docs/vendors/conductorone-api.md#provision-policies): one arm is sent, and what comes back
// may hold explicit nulls and empty texts.
type provisionPolicy struct {
	Connector       *connectorProvision       `json:"connector,omitempty"`
	Manual          *manualProvision          `json:"manual,omitempty"`
	Delegated       *delegatedProvision       `json:"delegated,omitempty"`
	Webhook         *webhookProvision         `json:"webhook,omitempty"`
	MultiStep       *multiStepProvision       `json:"multiStep,omitempty"`
	ExternalTicket  *ticketProvision          `json:"externalTicket,omitempty"`
	Unconfigured    *nothing                  `json:"unconfigured,omitempty"`
	Action          *actionProvision          `json:"action,omitempty"`
	DevicePlacement *devicePlacementProvision `json:"devicePlacement,omitempty"`
}

type connectorProvision struct {
	DefaultBehavior *connectorArm     `json:"defaultBehavior,omitempty"`
	Account         *accountProvision `json:"account,omitempty"`
	DeleteAccount   *connectorArm     `json:"deleteAccount,omitempty"`
}

type connectorArm struct {
	ConnectorID string `json:"connectorId,omitempty"`
}

type accountProvision struct {
	ConnectorID string         `json:"connectorId,omitempty"`
	SchemaID    string         `json:"schemaId,omitempty"`
	Config      map[string]any `json:"config,omitempty"`
	SaveToVault *vaults        `json:"saveToVault,omitempty"`
	DoNotSave   *nothing       `json:"doNotSave,omitempty"`
}

type vaults struct {
	VaultIDs []string `json:"vaultIds"`
}

type manualProvision struct {
	Instructions string    `json:"instructions,omitempty"`
	UserIDs      []string  `json:"userIds,omitempty"` // Deprecated, but taken.
	Assignee     *assignee `json:"assignee,omitempty"`
}

type assignee struct {
	Users             *assignment `json:"users,omitempty"`
	AppOwners         *assignment `json:"appOwners,omitempty"`
	Group             *assignment `json:"group,omitempty"`
	Manager           *assignment `json:"manager,omitempty"`
	Expression        *assignment `json:"expression,omitempty"`
	EntitlementOwners *assignment `json:"entitlementOwners,omitempty"`
}

// assignment holds the fields of all arms of an assignee; each arm uses its own.
type assignment struct {
	UserIDs []string `json:"userIds,omitempty"`
	AppID   string   `json:"appId,omitempty"`
	// EntitlementID is an entitlement's id, not a resource's (docs/vendors/conductorone-api.md#provision-policies).
	EntitlementID     string   `json:"appGroupId,omitempty"`
	Expressions       []string `json:"expressions,omitempty"`
	FallbackUserIDs   []string `json:"fallbackUserIds,omitempty"`
	AllowReassignment bool     `json:"allowReassignment,omitempty"`
}

type delegatedProvision struct {
	AppID         string `json:"appId,omitempty"`
	EntitlementID string `json:"entitlementId,omitempty"`
	Implicit      bool   `json:"implicit,omitempty"`
}

type webhookProvision struct {
	WebhookID string `json:"webhookId,omitempty"`
}

type multiStepProvision struct {
	Steps []provisionPolicy `json:"provisionSteps"`
}

type ticketProvision struct {
	AppID         string `json:"appId,omitempty"`
	ConnectorID   string `json:"connectorId,omitempty"`
	ProvisionerID string `json:"externalTicketProvisionerConfigId,omitempty"`
	Instructions  string `json:"instructions,omitempty"`
}

type actionProvision struct {
	AppID       string `json:"appId,omitempty"`
	ConnectorID string `json:"connectorId,omitempty"`
	ActionName  string `json:"actionName,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
}

type devicePlacementProvision struct {
	VaultBoundaryID string `json:"vaultBoundaryId,omitempty"`
}

// provisions translates policies, whose members have the same names on the wire and in the model.
var provisions = plain.NewDocument[provisionPolicy, ProvisionPolicy](spelling)

// decodeProvision: no policy at all is the same as one that is not configured
// (docs/vendors/conductorone-api.md#provision-policies).
func decodeProvision(p *provisionPolicy) *ProvisionPolicy {
	if p == nil || *p == (provisionPolicy{}) {
		return &ProvisionPolicy{Unconfigured: &nothing{}}
	}
	out := provisions.Model(*p)
	return &out
}
