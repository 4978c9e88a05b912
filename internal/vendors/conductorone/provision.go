package conductorone

import "github.com/governance-operator/governance-operator/internal/backend"

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
	// AppGroupID is an entitlement's id, not a resource's (docs/vendors/conductorone-api.md#provision-policies).
	AppGroupID        string   `json:"appGroupId,omitempty"`
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

// mapped applies f to what p points to.
func mapped[A, B any](p *A, f func(A) B) *B {
	if p == nil {
		return nil
	}
	return backend.To(f(*p))
}

func encodeProvision(p ProvisionPolicy) provisionPolicy {
	return provisionPolicy{
		Connector: mapped(p.Connector, func(c ProvisionConnector) connectorProvision {
			return connectorProvision{
				DefaultBehavior: mapped(c.DefaultBehavior, func(b ProvisionDefaultBehavior) connectorArm { return connectorArm(b) }),
				Account:         mapped(c.Account, encodeAccount),
				DeleteAccount:   mapped(c.DeleteAccount, func(b ProvisionDeleteAccount) connectorArm { return connectorArm(b) }),
			}
		}),
		Manual: mapped(p.Manual, func(m ProvisionManual) manualProvision {
			return manualProvision{Instructions: m.Instructions, UserIDs: m.UserIDs, Assignee: mapped(m.Assignee, encodeAssignee)}
		}),
		Delegated: mapped(p.Delegated, func(d ProvisionDelegated) delegatedProvision { return delegatedProvision(d) }),
		Webhook:   mapped(p.Webhook, func(w ProvisionWebhook) webhookProvision { return webhookProvision(w) }),
		MultiStep: mapped(p.MultiStep, func(m ProvisionMultiStep) multiStepProvision {
			steps := make([]provisionPolicy, 0, len(m.Steps))
			for _, step := range m.Steps {
				steps = append(steps, encodeProvision(step))
			}
			return multiStepProvision{Steps: steps}
		}),
		ExternalTicket:  mapped(p.ExternalTicket, func(t ProvisionExternalTicket) ticketProvision { return ticketProvision(t) }),
		Unconfigured:    p.Unconfigured,
		Action:          mapped(p.Action, func(a ProvisionAction) actionProvision { return actionProvision(a) }),
		DevicePlacement: mapped(p.DevicePlacement, func(d ProvisionDevicePlacement) devicePlacementProvision { return devicePlacementProvision(d) }),
	}
}

func encodeAccount(a ProvisionAccount) accountProvision {
	return accountProvision{
		ConnectorID: a.ConnectorID,
		SchemaID:    a.SchemaID,
		Config:      a.Config,
		SaveToVault: mapped(a.SaveToVault, func(v VaultIDs) vaults { return vaults{texts(v.VaultIDs)} }),
		DoNotSave:   a.DoNotSave,
	}
}

func encodeAssignee(a Assignee) assignee {
	fallback := func(f AssigneeFallback) assignment {
		return assignment{FallbackUserIDs: f.FallbackUserIDs, AllowReassignment: f.AllowReassignment}
	}
	return assignee{
		Users: mapped(a.Users, func(u AssigneeUsers) assignment {
			return assignment{UserIDs: u.UserIDs, AllowReassignment: u.AllowReassignment}
		}),
		AppOwners: mapped(a.AppOwners, fallback),
		Group: mapped(a.Group, func(g AssigneeGroup) assignment {
			return assignment{AppID: g.AppID, AppGroupID: g.EntitlementID, FallbackUserIDs: g.FallbackUserIDs, AllowReassignment: g.AllowReassignment}
		}),
		Manager: mapped(a.Manager, fallback),
		Expression: mapped(a.Expression, func(e AssigneeExpression) assignment {
			return assignment{Expressions: e.Expressions, FallbackUserIDs: e.FallbackUserIDs, AllowReassignment: e.AllowReassignment}
		}),
		EntitlementOwners: mapped(a.EntitlementOwners, fallback),
	}
}

// decodeProvision: no policy at all is the same as one that is not configured
// (docs/vendors/conductorone-api.md#provision-policies).
func decodeProvision(p *provisionPolicy) *ProvisionPolicy {
	if p == nil || *p == (provisionPolicy{}) {
		return &ProvisionPolicy{Unconfigured: &nothing{}}
	}
	return backend.To(decodePolicy(*p))
}

func decodePolicy(p provisionPolicy) ProvisionPolicy {
	return ProvisionPolicy{
		Connector: mapped(p.Connector, func(c connectorProvision) ProvisionConnector {
			return ProvisionConnector{
				DefaultBehavior: mapped(c.DefaultBehavior, func(b connectorArm) ProvisionDefaultBehavior { return ProvisionDefaultBehavior(b) }),
				Account:         mapped(c.Account, decodeAccount),
				DeleteAccount:   mapped(c.DeleteAccount, func(b connectorArm) ProvisionDeleteAccount { return ProvisionDeleteAccount(b) }),
			}
		}),
		Manual:    mapped(p.Manual, decodeManual),
		Delegated: mapped(p.Delegated, func(d delegatedProvision) ProvisionDelegated { return ProvisionDelegated(d) }),
		Webhook:   mapped(p.Webhook, func(w webhookProvision) ProvisionWebhook { return ProvisionWebhook(w) }),
		MultiStep: mapped(p.MultiStep, func(m multiStepProvision) ProvisionMultiStep {
			var steps []ProvisionPolicy
			for _, step := range m.Steps {
				steps = append(steps, decodePolicy(step))
			}
			return ProvisionMultiStep{Steps: steps}
		}),
		ExternalTicket: mapped(p.ExternalTicket, func(t ticketProvision) ProvisionExternalTicket { return ProvisionExternalTicket(t) }),
		Unconfigured:   p.Unconfigured,
		Action:         mapped(p.Action, func(a actionProvision) ProvisionAction { return ProvisionAction(a) }),
		DevicePlacement: mapped(p.DevicePlacement, func(d devicePlacementProvision) ProvisionDevicePlacement {
			return ProvisionDevicePlacement(d)
		}),
	}
}

func decodeAccount(a accountProvision) ProvisionAccount {
	return ProvisionAccount{
		ConnectorID: a.ConnectorID,
		SchemaID:    a.SchemaID,
		Config:      a.Config,
		SaveToVault: mapped(a.SaveToVault, func(v vaults) VaultIDs { return VaultIDs{VaultIDs: set(v.VaultIDs)} }),
		DoNotSave:   a.DoNotSave,
	}
}

func decodeManual(m manualProvision) ProvisionManual {
	return ProvisionManual{Instructions: m.Instructions, UserIDs: m.UserIDs, Assignee: mapped(m.Assignee, decodeAssignee)}
}

func decodeAssignee(a assignee) Assignee {
	fallback := func(f assignment) AssigneeFallback {
		return AssigneeFallback{FallbackUserIDs: f.FallbackUserIDs, AllowReassignment: f.AllowReassignment}
	}
	return Assignee{
		Users: mapped(a.Users, func(u assignment) AssigneeUsers {
			return AssigneeUsers{UserIDs: u.UserIDs, AllowReassignment: u.AllowReassignment}
		}),
		AppOwners: mapped(a.AppOwners, fallback),
		Group: mapped(a.Group, func(g assignment) AssigneeGroup {
			return AssigneeGroup{AppID: g.AppID, EntitlementID: g.AppGroupID, FallbackUserIDs: g.FallbackUserIDs, AllowReassignment: g.AllowReassignment}
		}),
		Manager: mapped(a.Manager, fallback),
		Expression: mapped(a.Expression, func(e assignment) AssigneeExpression {
			return AssigneeExpression{Expressions: e.Expressions, FallbackUserIDs: e.FallbackUserIDs, AllowReassignment: e.AllowReassignment}
		}),
		EntitlementOwners: mapped(a.EntitlementOwners, fallback),
	}
}
