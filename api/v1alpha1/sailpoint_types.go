package v1alpha1

// SailPointEntitlement holds the fields of an entitlement that only SailPoint has. An entitlement there comes and goes with the
// aggregation of its source: it is adopted and managed, never created or deleted.
// +kubebuilder:validation:XValidation:rule="!(has(self.privileged) && has(self.privilegeLevel))",message="write at most one of privileged and privilegeLevel"
type SailPointEntitlement struct {
	// match defines which entitlement of the source is meant, for example {attribute: memberOf, value: "CN=Payroll,OU=Groups,DC=corp"}.
	// Unset: spec.remoteID identifies it.
	// +optional
	Match *SailPointEntitlementMatch `json:"match,omitempty"`
	// onNotFound is Wait, or Aggregate to start the source's aggregation, at most once an hour for all objects together.
	// Unset: Wait.
	// +optional
	OnNotFound SailPointOnNotFound `json:"onNotFound,omitempty"`
	// privileged marks access that needs care. Where the tenant counts in levels true is High and false None. Unset: not managed.
	// +optional
	Privileged *bool `json:"privileged,omitempty"`
	// privilegeLevel is High, Medium, Low or None; a tenant that knows no levels takes High and None. Unset: not managed.
	// +optional
	PrivilegeLevel SailPointPrivilegeLevel `json:"privilegeLevel,omitempty"`
	// segments of people who may see the entitlement, for example [{name: Employees}]. Unset: not managed; []: everybody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Segments []NamedRef `json:"segments,omitempty" names:"Segment"`
	// accessRequestConfig defines how the entitlement is asked for. Unset parts are not managed.
	// +optional
	AccessRequestConfig *SailPointEntitlementRequestConfig `json:"accessRequestConfig,omitempty"`
	// revocationRequestConfig defines who approves that it is taken away. Unset: not managed.
	// +optional
	RevocationRequestConfig *SailPointEntitlementRevocationConfig `json:"revocationRequestConfig,omitempty"`
}

// SailPointEntitlementMatch defines which entitlement of a source is meant.
type SailPointEntitlementMatch struct {
	// attribute of the account that holds the entitlement, for example "memberOf".
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Attribute string `json:"attribute"`
	// value of the attribute, for example "CN=Payroll,OU=Groups,DC=corp,DC=example". It must match exactly.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	Value string `json:"value"`
	// type of the entitlement in the source's schema, for example "group"; needed where a source has several with the same value.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Type string `json:"type,omitempty"`
}

// SailPointOnNotFound defines what is done while an entitlement is not found.
// +kubebuilder:validation:Enum=Wait;Aggregate
type SailPointOnNotFound string

// What is done while an entitlement is not found.
const (
	OnNotFoundWait      SailPointOnNotFound = "Wait"
	OnNotFoundAggregate SailPointOnNotFound = "Aggregate"
)

// SailPointPrivilegeLevel is how sensitive the access is.
// +kubebuilder:validation:Enum=High;Medium;Low;None
type SailPointPrivilegeLevel string

// SailPointTimeUnit is a unit of the calendar.
// +kubebuilder:validation:Enum=Hours;Days;Weeks;Months
type SailPointTimeUnit string

// SailPointPeriod is a length of time in units of the calendar, or no bound.
// +kubebuilder:validation:XValidation:rule="has(self.none) ? !has(self.value) && !has(self.unit) : has(self.value) && has(self.unit)",message="write value and unit, or none"
type SailPointPeriod struct {
	// value is how many units, for example 90.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100000
	Value int32 `json:"value,omitempty"`
	// unit is Hours, Days, Weeks or Months.
	// +optional
	Unit SailPointTimeUnit `json:"unit,omitempty"`
	// none is written as {}: no bound.
	// +optional
	None *Marker `json:"none,omitempty"`
}

// SailPointEntitlementApprover is who approves a step of a request for an entitlement.
// +kubebuilder:validation:Enum=EntitlementOwner;SourceOwner;Manager;GovernanceGroup;Workflow
type SailPointEntitlementApprover string

// SailPointProfileApprover is who approves a step of a request for an access profile.
// +kubebuilder:validation:Enum=AppOwner;Owner;SourceOwner;Manager;GovernanceGroup;Workflow;AllOwners;AdditionalOwner;AdditionalGovernanceGroup
type SailPointProfileApprover string

// The approvers that need more than a type.
const (
	ApproverGovernanceGroup           = "GovernanceGroup"
	ApproverAdditionalGovernanceGroup = "AdditionalGovernanceGroup"
	ApproverAdditionalOwner           = "AdditionalOwner"
	ApproverWorkflow                  = "Workflow"
)

// SailPointEntitlementApprovalScheme is one step of approval.
// +kubebuilder:validation:XValidation:rule="(self.approver == 'GovernanceGroup') == has(self.group)",message="group belongs to the approver GovernanceGroup: write both or neither"
// +kubebuilder:validation:XValidation:rule="(self.approver == 'Workflow') == has(self.workflowID)",message="workflowID belongs to the approver Workflow: write both or neither"
type SailPointEntitlementApprovalScheme struct {
	// approver is EntitlementOwner, SourceOwner, Manager, GovernanceGroup or Workflow.
	// +required
	Approver SailPointEntitlementApprover `json:"approver"`
	// group that approves, for GovernanceGroup, for example {name: Access approvers}.
	// +optional
	Group *NamedRef `json:"group,omitempty"`
	// workflowID that approves, for Workflow, by the vendor's id.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	WorkflowID string `json:"workflowID,omitempty"`
}

// SailPointProfileApprovalScheme is one step of approval.
// +kubebuilder:validation:XValidation:rule="(self.approver in ['GovernanceGroup', 'AdditionalGovernanceGroup']) == has(self.group)",message="group belongs to the approvers GovernanceGroup and AdditionalGovernanceGroup: write both or neither"
// +kubebuilder:validation:XValidation:rule="(self.approver == 'AdditionalOwner') == has(self.user)",message="user belongs to the approver AdditionalOwner: write both or neither"
// +kubebuilder:validation:XValidation:rule="(self.approver == 'Workflow') == has(self.workflowID)",message="workflowID belongs to the approver Workflow: write both or neither"
type SailPointProfileApprovalScheme struct {
	// approver is AppOwner, Owner, SourceOwner, Manager, GovernanceGroup, Workflow, AllOwners, AdditionalOwner or
	// AdditionalGovernanceGroup.
	// +required
	Approver SailPointProfileApprover `json:"approver"`
	// group that approves, for GovernanceGroup and AdditionalGovernanceGroup, for example {name: Access approvers}.
	// +optional
	Group *NamedRef `json:"group,omitempty"`
	// user who approves, for AdditionalOwner.
	// +optional
	User *UserRef `json:"user,omitempty"`
	// workflowID that approves, for Workflow, by the vendor's id.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	WorkflowID string `json:"workflowID,omitempty"`
}

// SailPointEntitlementRequestConfig defines how an entitlement is asked for.
type SailPointEntitlementRequestConfig struct {
	// requestCommentRequired makes people say why they ask. Unset: not managed.
	// +optional
	RequestCommentRequired *bool `json:"requestCommentRequired,omitempty"`
	// denialCommentRequired makes approvers say why they refuse. Unset: not managed.
	// +optional
	DenialCommentRequired *bool `json:"denialCommentRequired,omitempty"`
	// reauthorizationRequired makes approvers sign in again. Unset: not managed.
	// +optional
	ReauthorizationRequired *bool `json:"reauthorizationRequired,omitempty"`
	// requireEndDate makes people say until when they need it. Unset: not managed.
	// +optional
	RequireEndDate *bool `json:"requireEndDate,omitempty"`
	// maxPermittedAccessDuration bounds that, for example {value: 90, unit: Days}. Unset: not managed; {none: {}}: no bound.
	// +optional
	MaxPermittedAccessDuration *SailPointPeriod `json:"maxPermittedAccessDuration,omitempty"`
	// approvalSchemes are the steps of approval, in order. Unset: not managed; []: no approval.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.size() < 2 || !self.exists(s, s.approver == 'Workflow')",message="a Workflow approves alone: it cannot be mixed with other steps"
	ApprovalSchemes []SailPointEntitlementApprovalScheme `json:"approvalSchemes,omitempty"`
	// formDefinitionID of the form that people fill in, by the vendor's id. Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	FormDefinitionID *string `json:"formDefinitionID,omitempty"`
}

// SailPointEntitlementRevocationConfig defines who approves that an entitlement is taken away.
type SailPointEntitlementRevocationConfig struct {
	// approvalSchemes are the steps of approval, in order. Unset: not managed; []: no approval.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.size() < 2 || !self.exists(s, s.approver == 'Workflow')",message="a Workflow approves alone: it cannot be mixed with other steps"
	ApprovalSchemes []SailPointEntitlementApprovalScheme `json:"approvalSchemes,omitempty"`
}

// SailPointProfile holds the fields of an access profile that only SailPoint has.
type SailPointProfile struct {
	// source whose entitlements the profile bundles, for example {name: Employee Database}. It is bound once.
	// +required
	Source NamedRef `json:"source"`
	// enabled puts the profile into force; it then needs at least one entitlement. Unset: created disabled, then not managed.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// ownerGroups are governance groups that own the profile beside spec.owners. Unset: not managed; []: none.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	OwnerGroups []NamedRef `json:"ownerGroups,omitempty" names:"Group"`
	// accessRequestConfig defines how the profile is asked for. Unset parts are not managed.
	// +optional
	AccessRequestConfig *SailPointProfileRequestConfig `json:"accessRequestConfig,omitempty"`
	// revocationRequestConfig defines who approves that it is taken away. Unset: not managed.
	// +optional
	RevocationRequestConfig *SailPointProfileRevocationConfig `json:"revocationRequestConfig,omitempty"`
	// segments of people who may see the profile, for example [{name: Employees}]. Unset: not managed; []: everybody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Segments []NamedRef `json:"segments,omitempty" names:"Segment"`
	// provisioningCriteria choose the account that gets the access where a person has several on the source. Unset: not managed.
	// +optional
	ProvisioningCriteria *SailPointCriteria `json:"provisioningCriteria,omitempty"`
	// accessModelMetadata labels the profile, for example [{key: iscPrivacy, values: [public]}]. It is set after the
	// creation. Unset: not managed; []: none.
	// +optional
	// +listType=map
	// +listMapKey=key
	// +kubebuilder:validation:MaxItems=64
	AccessModelMetadata []SailPointMetadata `json:"accessModelMetadata,omitempty"`
}

// SailPointProfileRequestConfig defines how an access profile is asked for.
type SailPointProfileRequestConfig struct {
	// commentsRequired makes people say why they ask. Unset: not managed.
	// +optional
	CommentsRequired *bool `json:"commentsRequired,omitempty"`
	// denialCommentsRequired makes approvers say why they refuse. Unset: not managed.
	// +optional
	DenialCommentsRequired *bool `json:"denialCommentsRequired,omitempty"`
	// reauthorizationRequired makes approvers sign in again. Unset: not managed.
	// +optional
	ReauthorizationRequired *bool `json:"reauthorizationRequired,omitempty"`
	// requireEndDate makes people say until when they need it. Unset: not managed.
	// +optional
	RequireEndDate *bool `json:"requireEndDate,omitempty"`
	// maxPermittedAccessDuration bounds that, for example {value: 90, unit: Days}. Unset: not managed; {none: {}}: no bound.
	// +optional
	MaxPermittedAccessDuration *SailPointPeriod `json:"maxPermittedAccessDuration,omitempty"`
	// approvalSchemes are the steps of approval, in order. Unset: not managed; []: no approval.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.size() < 2 || !self.exists(s, s.approver == 'Workflow')",message="a Workflow approves alone: it cannot be mixed with other steps"
	ApprovalSchemes []SailPointProfileApprovalScheme `json:"approvalSchemes,omitempty"`
	// formDefinitionID of the form that people fill in, by the vendor's id. Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	FormDefinitionID *string `json:"formDefinitionID,omitempty"`
}

// SailPointProfileRevocationConfig defines who approves that an access profile is taken away.
type SailPointProfileRevocationConfig struct {
	// approvalSchemes are the steps of approval, in order. Unset: not managed; []: no approval.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.size() < 2 || !self.exists(s, s.approver == 'Workflow')",message="a Workflow approves alone: it cannot be mixed with other steps"
	ApprovalSchemes []SailPointProfileApprovalScheme `json:"approvalSchemes,omitempty"`
}

// SailPointOperation joins or compares.
// +kubebuilder:validation:Enum=Equals;NotEquals;Contains;Has;And;Or
type SailPointOperation string

// SailPointTest is a criterion without children: a comparison of an attribute of the account.
type SailPointTest struct {
	// operation is one of these: Equals, NotEquals and Contains compare attribute with value; Has asks whether attribute is there; And and Or join children.
	// +required
	Operation SailPointOperation `json:"operation"`
	// attribute of the account, for example "dn"; of comparisons and Has only.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Attribute string `json:"attribute,omitempty"`
	// value to compare with, as text; of comparisons only.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Value *string `json:"value,omitempty"`
}

// SailPointCriteria is the top of the criteria; there are three levels at most.
// +kubebuilder:validation:XValidation:rule="(self.operation in ['And', 'Or']) == has(self.children)",message="And and Or need children, and nothing else has them"
// +kubebuilder:validation:XValidation:rule="(self.operation in ['And', 'Or']) != has(self.attribute)",message="attribute belongs to Equals, NotEquals, Contains and Has, which need it"
// +kubebuilder:validation:XValidation:rule="(self.operation in ['Equals', 'NotEquals', 'Contains']) == has(self.value)",message="value belongs to Equals, NotEquals and Contains, which need it"
type SailPointCriteria struct {
	SailPointTest `json:",inline"`
	// children that And and Or join.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Children []SailPointCriteriaGroup `json:"children,omitempty"`
}

// SailPointCriteriaGroup is the second level of the criteria.
// +kubebuilder:validation:XValidation:rule="(self.operation in ['And', 'Or']) == has(self.children)",message="And and Or need children, and nothing else has them"
// +kubebuilder:validation:XValidation:rule="(self.operation in ['And', 'Or']) != has(self.attribute)",message="attribute belongs to Equals, NotEquals, Contains and Has, which need it"
// +kubebuilder:validation:XValidation:rule="(self.operation in ['Equals', 'NotEquals', 'Contains']) == has(self.value)",message="value belongs to Equals, NotEquals and Contains, which need it"
type SailPointCriteriaGroup struct {
	SailPointTest `json:",inline"`
	// children that And and Or join.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=16
	Children []SailPointCriteriaLeaf `json:"children,omitempty"`
}

// SailPointCriteriaLeaf is the third level of the criteria, which joins nothing.
// +kubebuilder:validation:XValidation:rule="!(self.operation in ['And', 'Or'])",message="provisioningCriteria have three levels at most: the third compares"
// +kubebuilder:validation:XValidation:rule="has(self.attribute)",message="attribute belongs to Equals, NotEquals, Contains and Has, which need it"
// +kubebuilder:validation:XValidation:rule="(self.operation in ['Equals', 'NotEquals', 'Contains']) == has(self.value)",message="value belongs to Equals, NotEquals and Contains, which need it"
type SailPointCriteriaLeaf struct {
	SailPointTest `json:",inline"`
}

// SailPointMetadata is a label with its values.
type SailPointMetadata struct {
	// key is the technical name of the attribute, for example "iscPrivacy".
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Key string `json:"key"`
	// values of the attribute, for example ["public"].
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=256
	Values []string `json:"values"`
}

// SailPointCampaignType is the criterion of a campaign.
// +kubebuilder:validation:Enum=Manager;SourceOwner;Search;RoleComposition;MachineAccount
type SailPointCampaignType string

// SailPointCorrelation defines whose accounts a SourceOwner campaign covers.
// +kubebuilder:validation:Enum=Correlated;Uncorrelated
type SailPointCorrelation string

// SailPointMandatoryComments defines which decisions need a comment.
// +kubebuilder:validation:Enum=AllDecisions;RevokeOnlyDecisions;NoDecisions
type SailPointMandatoryComments string

// SailPointReview holds the fields that only SailPoint has of an access review, which it calls a campaign. After its creation
// only what a field comment lists can be changed, while the campaign is staged.
// +kubebuilder:validation:XValidation:rule="(self.type == 'Search') == has(self.search)",message="search belongs to type Search: write both or neither"
// +kubebuilder:validation:XValidation:rule="(self.type == 'RoleComposition') == has(self.roleComposition)",message="roleComposition belongs to type RoleComposition: write both or neither"
// +kubebuilder:validation:XValidation:rule="!has(self.correlatedStatus) || self.type == 'SourceOwner'",message="correlatedStatus belongs to type SourceOwner"
type SailPointReview struct {
	// type is Manager (each manager reviews their people), SourceOwner (scope.apps.selected are the sources), Search,
	// RoleComposition or MachineAccount (scope.apps.selected are the sources).
	// +required
	Type SailPointCampaignType `json:"type"`
	// search defines what a Search campaign covers, beside scope.users.selected, scope.entitlements and
	// scope.grants.criteria.accessProfiles.include.
	// +optional
	Search *SailPointSearch `json:"search,omitempty"`
	// roleComposition defines which roles' contents are reviewed.
	// +optional
	RoleComposition *SailPointRoleComposition `json:"roleComposition,omitempty"`
	// filter leaves access out, for example {name: No birthright access}. Unset: the tenant's default filter.
	// +optional
	Filter *NamedRef `json:"filter,omitempty" names:"CampaignFilter"`
	// correlatedStatus of the accounts that a SourceOwner campaign covers: Correlated or Uncorrelated. Unset: the vendor's choice.
	// +optional
	CorrelatedStatus SailPointCorrelation `json:"correlatedStatus,omitempty"`
	// autoRevokeAllowed lets revoked access be taken away without a person. Can be changed while staged. Unset: not managed.
	// +optional
	AutoRevokeAllowed *bool `json:"autoRevokeAllowed,omitempty"`
	// recommendationsEnabled shows recommendations; needs a licence of the tenant. Can be changed while staged. Unset: not managed.
	// +optional
	RecommendationsEnabled *bool `json:"recommendationsEnabled,omitempty"`
	// mandatoryComments names the decisions that need one: AllDecisions, RevokeOnlyDecisions or NoDecisions. Unset: the vendor's choice, none.
	// +optional
	MandatoryComments SailPointMandatoryComments `json:"mandatoryComments,omitempty"`
	// sunsetCommentsRequired makes reviewers comment an end date that they set. Unset: the vendor's choice, true.
	// +optional
	SunsetCommentsRequired *bool `json:"sunsetCommentsRequired,omitempty"`
	// timeZone in which the day of the deadline ends, as an offset such as "-05:00"; sent with the start and not kept. Unset: Z.
	// +optional
	// +kubebuilder:validation:MaxLength=6
	// +kubebuilder:validation:Pattern=`^(Z|[+-]\d{2}(:?\d{2})?)$`
	TimeZone string `json:"timeZone,omitempty"`
}

// SailPointSearchType is the subject of a search.
// +kubebuilder:validation:Enum=Identity;Access
type SailPointSearchType string

// SailPointConstraintType is a kind of access.
// +kubebuilder:validation:Enum=Entitlement;AccessProfile;Role
type SailPointConstraintType string

// SailPointSearch defines what a Search campaign covers.
type SailPointSearch struct {
	// type is Identity (the people found) or Access (who holds the access found).
	// +required
	Type SailPointSearchType `json:"type"`
	// query in the vendor's search syntax, for example 'attributes.department:"Finance"'. Instead of scope.users.selected.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=8192
	Query string `json:"query,omitempty"`
	// description of the query, for people.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Description string `json:"description,omitempty"`
	// constraints that scope cannot say: all entitlements, all access profiles, or roles.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=3
	Constraints []SailPointConstraint `json:"constraints,omitempty"`
}

// SailPointConstraint narrows what is reviewed to a kind of access.
type SailPointConstraint struct {
	// type is Entitlement, AccessProfile or Role.
	// +required
	Type SailPointConstraintType `json:"type"`
	// ids of the access, by the vendor. Unset: all of that type.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2000
	// +kubebuilder:validation:items:MaxLength=256
	IDs []string `json:"ids,omitempty"`
}

// SailPointRoleComposition defines which roles' contents are reviewed.
// +kubebuilder:validation:XValidation:rule="!(has(self.roleIDs) && has(self.query))",message="write at most one of roleIDs and query"
type SailPointRoleComposition struct {
	// remediator takes out of the roles what is revoked, for example {email: ada@corp.example}: an administrator of roles or of the organisation.
	// +required
	Remediator UserRef `json:"remediator"`
	// roleIDs of the roles, by the vendor. Unset, without a query: all roles.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=2000
	// +kubebuilder:validation:items:MaxLength=256
	RoleIDs []string `json:"roleIDs,omitempty"`
	// query that finds the roles, in the vendor's search syntax.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=8192
	Query string `json:"query,omitempty"`
	// description of what is reviewed, for people.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Description string `json:"description,omitempty"`
}

// SailPointAPIStyle is a family of the vendor's paths.
// +kubebuilder:validation:Enum=PerService;V2024;V2025;V2026
type SailPointAPIStyle string

// SailPointBackend holds the fields of a backend that only SailPoint has.
type SailPointBackend struct {
	// apiStyle is PerService (the paths that the vendor keeps current), or a frozen year: V2024, V2025 or V2026. Unset: PerService.
	// +optional
	APIStyle SailPointAPIStyle `json:"apiStyle,omitempty"`
}
