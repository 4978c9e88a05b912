package v1alpha1

import apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

// ProvisionPolicy defines how access is given or taken away. Exactly one way must be written.
// +kubebuilder:validation:XValidation:rule="[has(self.connector), has(self.manual), has(self.delegated), has(self.webhook), has(self.multiStep), has(self.externalTicket), has(self.unconfigured), has(self.action), has(self.devicePlacement)].exists_one(x, x)",message="write exactly one of connector, manual, delegated, webhook, multiStep, externalTicket, unconfigured, action and devicePlacement"
type ProvisionPolicy struct {
	ProvisionWay `json:",inline"`
	// multiStep does several steps, one after the other.
	// +optional
	MultiStep *ProvisionSteps `json:"multiStep,omitempty"`
}

// ProvisionSteps are the steps of a policy.
type ProvisionSteps struct {
	// steps in their order; at most 16.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Steps []ProvisionStep `json:"steps"`
}

// ProvisionStep is one step of a policy. It may have steps of its own.
// +kubebuilder:validation:XValidation:rule="[has(self.connector), has(self.manual), has(self.delegated), has(self.webhook), has(self.multiStep), has(self.externalTicket), has(self.unconfigured), has(self.action), has(self.devicePlacement)].exists_one(x, x)",message="write exactly one of connector, manual, delegated, webhook, multiStep, externalTicket, unconfigured, action and devicePlacement"
type ProvisionStep struct {
	ProvisionWay `json:",inline"`
	// multiStep does several steps within this one.
	// +optional
	MultiStep *ProvisionInnerSteps `json:"multiStep,omitempty"`
}

// ProvisionInnerSteps are the steps of a step.
type ProvisionInnerSteps struct {
	// steps in their order; at most 16. They cannot have steps of their own.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Steps []ProvisionInnerStep `json:"steps"`
}

// ProvisionInnerStep is a step of a step, the deepest level.
// +kubebuilder:validation:XValidation:rule="[has(self.connector), has(self.manual), has(self.delegated), has(self.webhook), has(self.externalTicket), has(self.unconfigured), has(self.action), has(self.devicePlacement)].exists_one(x, x)",message="write exactly one of connector, manual, delegated, webhook, externalTicket, unconfigured, action and devicePlacement"
type ProvisionInnerStep struct {
	ProvisionWay `json:",inline"`
}

// ProvisionWay holds the ways that need no steps.
type ProvisionWay struct {
	// connector does it automatically. {} is the connector's default behaviour.
	// +optional
	Connector *ConnectorProvision `json:"connector,omitempty"`
	// manual gives a task to a person.
	// +optional
	Manual *ManualProvision `json:"manual,omitempty"`
	// delegated does it by granting another entitlement.
	// +optional
	Delegated *DelegatedProvision `json:"delegated,omitempty"`
	// webhook that is called, for example {name: provision-hook}.
	// +optional
	Webhook *NamedRef `json:"webhook,omitempty"`
	// externalTicket opens a ticket in another system.
	// +optional
	ExternalTicket *ExternalTicketProvision `json:"externalTicket,omitempty"`
	// unconfigured written as {} takes a policy away again.
	// +optional
	Unconfigured *Marker `json:"unconfigured,omitempty"`
	// action runs an action of a connector.
	// +optional
	Action *ActionProvision `json:"action,omitempty"`
	// devicePlacement puts a device into a vault boundary. Not every tenant knows it.
	// +optional
	DevicePlacement *DevicePlacementProvision `json:"devicePlacement,omitempty"`
}

// ConnectorProvision is provisioning by a connector.
// +kubebuilder:validation:XValidation:rule="[has(self.defaultBehavior), has(self.account), has(self.deleteAccount)].filter(x, x).size() <= 1",message="write at most one of defaultBehavior, account and deleteAccount"
type ConnectorProvision struct {
	// defaultBehavior grants or revokes the entitlement.
	// +optional
	DefaultBehavior *ConnectorChoice `json:"defaultBehavior,omitempty"`
	// account creates an account.
	// +optional
	Account *AccountProvision `json:"account,omitempty"`
	// deleteAccount deletes the account.
	// +optional
	DeleteAccount *ConnectorChoice `json:"deleteAccount,omitempty"`
}

// ConnectorChoice picks a connector of the app.
type ConnectorChoice struct {
	// connector of the app, for example {name: GitHub}. Unset: the one that synced the entitlement.
	// +optional
	Connector *NamedRef `json:"connector,omitempty"`
}

// AccountProvision creates an account.
// +kubebuilder:validation:XValidation:rule="!(has(self.saveToVault) && has(self.doNotSave))",message="write at most one of saveToVault and doNotSave"
type AccountProvision struct {
	// connector of the app that creates the account.
	// +optional
	Connector *NamedRef `json:"connector,omitempty"`
	// schemaID of the account schema to fill.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	SchemaID string `json:"schemaID,omitempty"`
	// config maps a field of the account schema to a CEL expression, for example {email: subject.email}.
	// The vendor defines what may stand here.
	// +optional
	// +kubebuilder:validation:Type=object
	// +kubebuilder:validation:MaxProperties=64
	// +kubebuilder:pruning:PreserveUnknownFields
	Config *apiextensionsv1.JSON `json:"config,omitempty"`
	// saveToVault keeps the new credentials in vaults.
	// +optional
	SaveToVault *SaveToVault `json:"saveToVault,omitempty"`
	// doNotSave written as {} throws the new credentials away.
	// +optional
	DoNotSave *Marker `json:"doNotSave,omitempty"`
}

// SaveToVault defines where credentials are kept.
type SaveToVault struct {
	// vaultIDs of the vaults, by the vendor's ids.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	VaultIDs []string `json:"vaultIDs"`
}

// ManualProvision is provisioning by a person.
// +kubebuilder:validation:XValidation:rule="!(has(self.users) && has(self.assignee))",message="write at most one of assignee and users (the vendor's older spelling)"
type ManualProvision struct {
	// instructions for the person.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Instructions *string `json:"instructions,omitempty"`
	// assignee defines who gets the task.
	// +optional
	Assignee *ProvisionerAssignment `json:"assignee,omitempty"`
	// users who get the task. The vendor has deprecated this list: use assignee.users.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Users []UserRef `json:"users,omitempty"`
}

// ProvisionerAssignment defines who gets a task. Exactly one way must be written.
// +kubebuilder:validation:XValidation:rule="[has(self.users), has(self.appOwners), has(self.group), has(self.manager), has(self.expression), has(self.entitlementOwners)].exists_one(x, x)",message="write exactly one of users, appOwners, group, manager, expression and entitlementOwners"
type ProvisionerAssignment struct {
	// users are these people.
	// +optional
	Users *UserProvisioner `json:"users,omitempty"`
	// appOwners are the owners of the app.
	// +optional
	AppOwners *FallbackProvisioner `json:"appOwners,omitempty"`
	// group means the members of a group.
	// +optional
	Group *GroupProvisioner `json:"group,omitempty"`
	// manager means the manager of the person who gets the access.
	// +optional
	Manager *FallbackProvisioner `json:"manager,omitempty"`
	// expression means the people a CEL expression yields.
	// +optional
	Expression *ExpressionProvisioner `json:"expression,omitempty"`
	// entitlementOwners are the owners of the entitlement.
	// +optional
	EntitlementOwners *FallbackProvisioner `json:"entitlementOwners,omitempty"`
}

// UserProvisioner assigns the task to people.
type UserProvisioner struct {
	// users who get the task.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Users []UserRef `json:"users"`
	// allowReassignment lets them hand the task on.
	// +optional
	AllowReassignment *bool `json:"allowReassignment,omitempty"`
}

// FallbackProvisioner assigns the task to people that the vendor finds.
type FallbackProvisioner struct {
	// fallbackUsers get the task when nobody is found.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	FallbackUsers []UserRef `json:"fallbackUsers,omitempty"`
	// allowReassignment lets them hand the task on.
	// +optional
	AllowReassignment *bool `json:"allowReassignment,omitempty"`
}

// GroupProvisioner assigns the task to the members of a group.
type GroupProvisioner struct {
	// entitlement that makes somebody a member of the group, for example {app: {name: Okta}, name: IT Support}.
	// +required
	Entitlement EntitlementRef `json:"entitlement"`
	// fallbackUsers get the task when the group is empty.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	FallbackUsers []UserRef `json:"fallbackUsers,omitempty"`
	// allowReassignment lets them hand the task on.
	// +optional
	AllowReassignment *bool `json:"allowReassignment,omitempty"`
}

// ExpressionProvisioner assigns the task by CEL.
type ExpressionProvisioner struct {
	// expressions in CEL, tried in their order, for example "c1.directory.users.v1.GetManagers(subject)".
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=4096
	Expressions []string `json:"expressions"`
	// fallbackUsers get the task when no expression yields anybody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	FallbackUsers []UserRef `json:"fallbackUsers,omitempty"`
	// allowReassignment lets them hand the task on.
	// +optional
	AllowReassignment *bool `json:"allowReassignment,omitempty"`
}

// DelegatedProvision gives the access by granting another entitlement.
type DelegatedProvision struct {
	// entitlement that is granted instead. It must be bound as a proxy of this one, unless implicit is true.
	// +required
	Entitlement EntitlementRef `json:"entitlement"`
	// implicit makes the vendor bind the two by itself.
	// +optional
	Implicit *bool `json:"implicit,omitempty"`
}

// ExternalTicketProvision opens a ticket in another system.
type ExternalTicketProvision struct {
	// app that stands for the ticket system, for example {name: Jira}.
	// +optional
	App *NamedRef `json:"app,omitempty"`
	// connector of that app.
	// +optional
	Connector *NamedRef `json:"connector,omitempty"`
	// provisionerConfigID of the ticket configuration (externalTicketProvisionerConfigId), by the vendor's id.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ProvisionerConfigID string `json:"provisionerConfigID,omitempty"`
	// instructions that are put into the ticket.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Instructions *string `json:"instructions,omitempty"`
}

// ActionProvision runs an action of a connector.
type ActionProvision struct {
	// app that has the connector.
	// +optional
	App *NamedRef `json:"app,omitempty"`
	// connector of that app.
	// +optional
	Connector *NamedRef `json:"connector,omitempty"`
	// actionName is the connector's name of the action, for example "lock_account".
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ActionName string `json:"actionName"`
	// displayName of the action.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	DisplayName *string `json:"displayName,omitempty"`
}

// DevicePlacementProvision puts a device into a vault boundary.
type DevicePlacementProvision struct {
	// vaultBoundaryID by the vendor's id.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	VaultBoundaryID string `json:"vaultBoundaryID"`
}
