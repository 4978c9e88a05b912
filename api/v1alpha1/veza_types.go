package v1alpha1

// VezaEntitlement holds the fields of an entitlement that only Veza has. An entitlement there is an entity of the access graph:
// it is found and its ids are published for profiles to use; nothing of it can be written.
type VezaEntitlement struct {
	// entityType of the entity in the access graph, for example "OktaGroup".
	// +required
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[A-Za-z][A-Za-z0-9_.]*$`
	EntityType string `json:"entityType"`
	// match defines which entity is meant. Unset: the one that is named spec.displayName, or spec.remoteID.
	// +optional
	Match *VezaEntitlementMatch `json:"match,omitempty"`
}

// VezaEntitlementMatch defines which entity is meant.
// +kubebuilder:validation:XValidation:rule="has(self.id) != has(self.name)",message="write exactly one of id and name"
type VezaEntitlementMatch struct {
	// name of the entity, for example "AI Team". It must match one entity of the datasource exactly.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Name string `json:"name,omitempty"`
	// id of the entity in the access graph, for example "00g23a1f".
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	ID string `json:"id,omitempty"`
}

// VezaProfileState is a state of an access profile.
// +kubebuilder:validation:Enum=Initial;Running;Paused;DryRun;Pending
type VezaProfileState string

// VezaPublish defines what happens to a draft.
// +kubebuilder:validation:Enum=Automatic;Manual
type VezaPublish string

// What becomes of a draft.
const (
	PublishAutomatic VezaPublish = "Automatic"
	PublishManual    VezaPublish = "Manual"
)

// VezaProfile holds the fields of an access profile that only Veza has.
// +kubebuilder:validation:XValidation:rule="!has(self.applicationSyncIdentityAction) || has(self.applicationSyncIdentityAction.none) || (has(self.applicationDatasource) && !has(self.applicationDatasource.none))",message="applicationSyncIdentityAction needs applicationDatasource"
type VezaProfile struct {
	// profileType of the profile, for example {name: Profile}. It is bound once.
	// +required
	ProfileType NamedRef `json:"profileType"`
	// state is Initial, Running, Paused, DryRun or Pending. Unset: created Initial, then not managed.
	// +optional
	State VezaProfileState `json:"state,omitempty"`
	// relationships that the profile grants, beside spec.entitlements; the two together are all of them. Unset: the
	// profile has those of spec.entitlements; []: none beside them.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=500
	Relationships []VezaRelationship `json:"relationships,omitempty"`
	// labels of the profile, as a set; the operator's own label is beside them. A label can make a profile requestable,
	// by the tenant's settings. Unset: not managed; []: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=256
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:XValidation:rule="self.all(l, !l.startsWith('governance-operator.io/'))",message="labels under governance-operator.io/ are reserved"
	Labels []string `json:"labels,omitempty"`
	// accessRequestPolicyID of the policy for requests, by the vendor's id. Unset: not managed; "": the type's.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	AccessRequestPolicyID *string `json:"accessRequestPolicyID,omitempty"`
	// applicationDatasource that members get a relationship to, for example {name: Okta Lifecycle Management}; for types
	// that take neither relationships nor inheritance. Unset: not managed; {none: {}}: none.
	// +optional
	ApplicationDatasource *OptionalRef `json:"applicationDatasource,omitempty" names:"App"`
	// applicationSyncIdentityAction creates an identity in that datasource. Unset: not managed; {none: {}}: none.
	// +optional
	ApplicationSyncIdentityAction *VezaSyncAction `json:"applicationSyncIdentityAction,omitempty"`
	// customProperties of the profile. Keys that are left out are left alone; an empty value removes its key. Unset: not managed.
	// +optional
	CustomProperties VezaProperties `json:"customProperties,omitempty"`
	// requireApprovalToStart makes somebody approve before the profile runs. It is set after the creation. Unset: not managed.
	// +optional
	RequireApprovalToStart *bool `json:"requireApprovalToStart,omitempty"`
	// catalogItem is how the profile stands in the catalog of requests. It is set after the creation. Unset parts are not managed.
	// +optional
	CatalogItem *VezaCatalogItem `json:"catalogItem,omitempty"`
	// members of the profile: ids of lifecycle identities, as a set. Members that a policy put there are left alone.
	// Access follows only while the profile is Running and its version is published. Unset: not managed; []: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=1000
	// +kubebuilder:validation:items:MaxLength=128
	// +kubebuilder:validation:items:MinLength=1
	Members []string `json:"members,omitempty"`
	// publish is a policy: Manual leaves a draft that somebody opened alone (Synced=False, DraftPending); Automatic writes to the
	// draft and publishes it, if nothing else in it differs from what is in force. The vendor does not document it: the
	// backend must allow PublishDraft. Unset: Manual.
	// +optional
	Publish VezaPublish `json:"publish,omitempty"`
}

// VezaProperties are properties by name.
// +kubebuilder:validation:MaxProperties=32
// +kubebuilder:validation:XValidation:rule="self.all(k, k.size() > 0 && k.size() <= 128)",message="a property has a name of at most 128 characters"
type VezaProperties map[string]VezaProperty

// VezaProperty is the value of a property.
// +kubebuilder:validation:MaxLength=1024
type VezaProperty string

// VezaSyncAction is an action of a lifecycle policy, or none.
// +kubebuilder:validation:XValidation:rule="has(self.none) ? !has(self.policyID) && !has(self.name) : has(self.policyID) && has(self.name)",message="write policyID and name, or none"
type VezaSyncAction struct {
	// policyID of the lifecycle policy, by the vendor's id.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	PolicyID string `json:"policyID,omitempty"`
	// name of the action in the policy.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Name string `json:"name,omitempty"`
	// none is written as {}: no action.
	// +optional
	None *Marker `json:"none,omitempty"`
}

// VezaRelationship is something that a profile grants: an AppEntitlement, or an entity of the access graph.
// +kubebuilder:validation:XValidation:rule="has(self.ref) ? (!has(self.entityType) && !has(self.datasource) && !has(self.entityID)) : (has(self.entityType) && has(self.datasource) && has(self.entityID))",message="write ref (an AppEntitlement in this namespace), or entityType, datasource and entityID"
type VezaRelationship struct {
	// ref names an AppEntitlement in this namespace, for example {name: payroll-read}. It is waited for.
	// +optional
	Ref *LocalObjectRef `json:"ref,omitempty" refers:"AppEntitlement"`
	// entityType of the entity, for example "SalesforceGroup".
	// +optional
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[A-Za-z][A-Za-z0-9_.]*$`
	EntityType string `json:"entityType,omitempty"`
	// datasource that manages it: a lifecycle datasource, for example {name: Salesforce Lifecycle Management}.
	// +optional
	Datasource *NamedRef `json:"datasource,omitempty"`
	// entityID of the entity in the access graph.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	EntityID string `json:"entityID,omitempty"`
	// assignedTo is an entity that the relationship is to, for example an account type.
	// +optional
	AssignedTo *VezaEntity `json:"assignedTo,omitempty"`
	// grantBy is how it is granted. The vendor publishes no words for it: look at a relationship made in its console. Unset: not managed.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:Pattern=`^[A-Z][A-Z0-9_]*$`
	GrantBy string `json:"grantBy,omitempty"`
	// createdByAccessProfile marks the entity as created for the profile. Unset: not managed.
	// +optional
	CreatedByAccessProfile *bool `json:"createdByAccessProfile,omitempty"`
	// customProperties of the relationship. Keys that are left out are left alone. Unset: not managed.
	// +optional
	CustomProperties VezaProperties `json:"customProperties,omitempty"`
	// syncIdentityAction creates the account where it is missing. Unset: not managed; {none: {}}: none.
	// +optional
	SyncIdentityAction *VezaSyncAction `json:"syncIdentityAction,omitempty"`
	// condition under which the relationship is granted. Unset: not managed; {none: {}}: none.
	// +optional
	Condition *VezaCondition `json:"condition,omitempty"`
}

// VezaEntity is an entity of the access graph.
type VezaEntity struct {
	// entityType of the entity.
	// +required
	// +kubebuilder:validation:MaxLength=128
	// +kubebuilder:validation:Pattern=`^[A-Za-z][A-Za-z0-9_.]*$`
	EntityType string `json:"entityType"`
	// entityID of the entity.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	EntityID string `json:"entityID"`
}

// VezaCondition is when a relationship counts; none is always.
// +kubebuilder:validation:XValidation:rule="has(self.none) ? !has(self.type) && !has(self.expression) : has(self.expression)",message="write expression, or none alone"
type VezaCondition struct {
	// type of the condition. The vendor publishes no words for it: look at a condition made in its console.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:Pattern=`^[A-Z][A-Z0-9_]*$`
	Type string `json:"type,omitempty"`
	// expression of the condition, in the vendor's own language.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=8192
	Expression string `json:"expression,omitempty"`
	// none is written as {}: no condition.
	// +optional
	None *Marker `json:"none,omitempty"`
}

// VezaCatalogItem is how a profile stands in the catalog of requests.
type VezaCatalogItem struct {
	// name in the catalog. Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Name *string `json:"name,omitempty"`
	// description in the catalog. Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Description *string `json:"description,omitempty"`
	// markdownDescription in the catalog, in Markdown. Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=16384
	MarkdownDescription *string `json:"markdownDescription,omitempty"`
	// icon in the catalog. Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Icon *string `json:"icon,omitempty"`
	// recommended puts the item forward. Unset: not managed.
	// +optional
	Recommended *bool `json:"recommended,omitempty"`
}

// VezaDataSource defines which state of the graph is reviewed.
// +kubebuilder:validation:Enum=Current;MostRecentSnapshot;GivenSnapshot
type VezaDataSource string

// VezaReview holds the fields that only Veza has of an access review, which is one run of a configuration. The run is its start:
// it is made when spec.start allows it, and takes no edits after that.
// +kubebuilder:validation:XValidation:rule="(has(self.dataSource) && self.dataSource == 'GivenSnapshot') == has(self.snapshotID)",message="snapshotID belongs to dataSource GivenSnapshot: write both or neither"
type VezaReview struct {
	// configuration to run, for example {name: Quarterly Salesforce access}. It is bound once.
	// +required
	Configuration NamedRef `json:"configuration"`
	// dataSource is Current, MostRecentSnapshot or GivenSnapshot. Unset: the vendor's choice.
	// +optional
	DataSource VezaDataSource `json:"dataSource,omitempty"`
	// snapshotID of the snapshot that is reviewed.
	// +optional
	// +kubebuilder:validation:Minimum=0
	SnapshotID *int64 `json:"snapshotID,omitempty"`
	// reviewerAssignment defines who reviews, in more ways than spec.reviewer can. Unset: spec.reviewer, else as in the configuration.
	// +optional
	ReviewerAssignment *VezaAssignment `json:"reviewerAssignment,omitempty"`
	// secondLevelAssignment defines who reviews what was decided. Unset: nobody.
	// +optional
	SecondLevelAssignment *VezaAssignment `json:"secondLevelAssignment,omitempty"`
	// automationIDs of automations that decide, by the vendor. Unset: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=256
	AutomationIDs []string `json:"automationIDs,omitempty"`
	// finalApprovalLevel is how many levels must approve. Unset: the vendor's choice.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=10
	FinalApprovalLevel *int32 `json:"finalApprovalLevel,omitempty"`
	// dynamicInformation names the identities that the review is about. Unset: as in the configuration.
	// +optional
	DynamicInformation *VezaDynamicInformation `json:"dynamicInformation,omitempty"`
	// notes of the review, for people; the operator's own line is below them. Unset: spec.description.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Notes *string `json:"notes,omitempty"`
}

// VezaAssignment defines who reviews.
// +kubebuilder:validation:XValidation:rule="has(self.usersManager) || has(self.resourceManagers) || has(self.reviewers)",message="write at least one of usersManager, resourceManagers and reviewers"
type VezaAssignment struct {
	// usersManager lets the manager of each person review.
	// +optional
	UsersManager *bool `json:"usersManager,omitempty"`
	// resourceManagers lets those who answer for the resource review.
	// +optional
	ResourceManagers *bool `json:"resourceManagers,omitempty"`
	// reviewers who review, sent as written.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Reviewers []UserRef `json:"reviewers,omitempty"`
	// fallbackReviewers who review where nobody else is found, sent as written.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	FallbackReviewers []UserRef `json:"fallbackReviewers,omitempty"`
}

// VezaDynamicInformation names what a review is about.
type VezaDynamicInformation struct {
	// identities that are reviewed.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	Identities []VezaReviewedIdentity `json:"identities"`
}

// VezaReviewedIdentity is an identity in the access graph.
type VezaReviewedIdentity struct {
	// id of the entity in the access graph.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id"`
	// type of the entity, for example "OktaUser".
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=128
	Type string `json:"type"`
	// previousManagerID of the manager that the person had before.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	PreviousManagerID string `json:"previousManagerID,omitempty"`
}

// VezaPermission is an operation that the vendor does not document.
// +kubebuilder:validation:Enum=DeleteProfile;PublishDraft
type VezaPermission string

// VezaBackend holds the fields of a backend that only Veza has.
type VezaBackend struct {
	// allow lists operations that the vendor does not document and that were tried on this tenant: DeleteProfile (the
	// removal of access profiles), PublishDraft (putting a draft into force). Unset: none.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=8
	Allow []VezaPermission `json:"allow,omitempty"`
}
