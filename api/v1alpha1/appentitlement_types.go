package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// AppEntitlementSpec is an entitlement as specified.
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.app.id) || !has(self.app.id) || self.app.id == oldSelf.app.id",message="app cannot be changed: an entitlement stays in its app; delete and apply"
// +kubebuilder:validation:XValidation:rule="(has(self.conductorOne) && has(self.conductorOne.resource)) == (has(oldSelf.conductorOne) && has(oldSelf.conductorOne.resource))",message="conductorOne.resource can be set at creation only; delete and apply"
// +kubebuilder:validation:XValidation:rule="[has(self.conductorOne), has(self.sailPoint), has(self.veza)].filter(x, x).size() <= 1",message="write at most one of conductorOne, sailPoint and veza: the backend's vendor"
// +kubebuilder:validation:XValidation:rule="!has(self.sailPoint) || has(self.sailPoint.match) || has(self.remoteID)",message="write sailPoint.match or remoteID, to identify the entitlement"
// +kubebuilder:validation:XValidation:rule="!has(self.veza) || has(self.veza.match) || has(self.displayName) || has(self.remoteID)",message="write veza.match, displayName or remoteID, to identify the entity"
// +kubebuilder:validation:XValidation:rule="oldSelf.hasValue() || !has(self.conductorOne) || has(self.conductorOne.resource) || has(self.remoteID) || (has(self.management) && has(self.management.creation) && self.management.creation in ['Adopt', 'CreateOrAdopt'])",optionalOldSelf=true,message="conductorOne.resource is needed where the operator creates the entitlement: ConductorOne refuses a create without it"
type AppEntitlementSpec struct {
	ManagedSpec `json:",inline"`
	// app that the entitlement belongs to, for example {name: GitHub}: an app of ConductorOne, a source of
	// SailPoint, a lifecycle datasource of Veza. It is bound once: writing its id instead of its name later is
	// allowed, another app is not.
	// +required
	App NamedRef `json:"app"`
	// displayName that people see, for example "Repository admin". Needed where the operator creates the entitlement.
	// Unset: not managed.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	DisplayName string `json:"displayName,omitempty"`
	// description that people see. Unset: not managed; "": no description.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Description *string `json:"description,omitempty"`
	// owners of the entitlement, for example [{email: ada@corp.example}]; SailPoint takes one. Unset: not managed; []: nobody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Owners []UserRef `json:"owners,omitempty"`
	// requestable lets people ask for the entitlement (SailPoint). Unset: not managed.
	// +optional
	Requestable *bool `json:"requestable,omitempty"`
	// keepWhileReferenced holds the deletion of the entitlement at the vendor while other objects of the namespace refer to
	// it; those that are being deleted too do not count. Unset: false.
	// +optional
	KeepWhileReferenced bool `json:"keepWhileReferenced,omitempty"`
	// conductorOne holds the fields that only ConductorOne has.
	// +optional
	ConductorOne *ConductorOneEntitlement `json:"conductorOne,omitempty"`
	// sailPoint holds the fields that only SailPoint has.
	// +optional
	SailPoint *SailPointEntitlement `json:"sailPoint,omitempty"`
	// veza holds the fields that only Veza has.
	// +optional
	Veza *VezaEntitlement `json:"veza,omitempty"`
}

// EntitlementPurpose is what an entitlement is for.
// +kubebuilder:validation:Enum=Assignment;Permission;Ownership
type EntitlementPurpose string

// The purposes.
const (
	PurposeAssignment EntitlementPurpose = "Assignment"
	PurposePermission EntitlementPurpose = "Permission"
	PurposeOwnership  EntitlementPurpose = "Ownership"
)

// ConductorOneEntitlement holds the fields of an entitlement that only ConductorOne has.
// +kubebuilder:validation:XValidation:rule="!has(self.emergencyGrantEnabled) || !self.emergencyGrantEnabled || (has(self.policies) && has(self.policies.emergencyGrant) && !has(self.policies.emergencyGrant.none))",message="emergencyGrantEnabled needs policies.emergencyGrant"
type ConductorOneEntitlement struct {
	// alias by which scripts and the cone tool find the entitlement, for example "github_repo_admin"; unique in the
	// tenant, lower case by convention.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Alias string `json:"alias,omitempty"`
	// slug is a short label beside the name, for example "admin". Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Slug *string `json:"slug,omitempty"`
	// purpose is Assignment (membership), Permission or Ownership.
	// +optional
	Purpose EntitlementPurpose `json:"purpose,omitempty"`
	// resource of the app that the entitlement is for, for example {type: {name: Repository}, name: payments}.
	// Needed where the operator creates the entitlement: ConductorOne creates none without. It can be set at creation only.
	// Unset: not managed.
	// +optional
	Resource *ConductorOneResource `json:"resource,omitempty"`
	// policies that steer requests and reviews. Unset ones are not managed; {none: {}}: none of its own.
	// +optional
	Policies *ConductorOneEntitlementPolicies `json:"policies,omitempty"`
	// emergencyGrantEnabled lets people get the entitlement at once in an emergency; needs policies.emergencyGrant.
	// +optional
	EmergencyGrantEnabled *bool `json:"emergencyGrantEnabled,omitempty"`
	// maxGrantDuration ends grants after this time, for example "720h"; Unlimited: never. Unset: not managed.
	// +optional
	MaxGrantDuration GrantDuration `json:"maxGrantDuration,omitempty"`
	// riskLevel of the entitlement, for example {name: High}. Unset: not managed; {none: {}}: none.
	// +optional
	RiskLevel *OptionalRef `json:"riskLevel,omitempty" names:"RiskLevel"`
	// complianceFrameworks that the entitlement falls under, for example [{name: SOC 2}]. Unset: not managed; []: none.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	ComplianceFrameworks []NamedRef `json:"complianceFrameworks,omitempty" names:"ComplianceFramework"`
	// provision defines how access is given. Unset: not managed.
	// +optional
	Provision *ProvisionPolicy `json:"provision,omitempty"`
	// deprovision defines how access is taken away. Unset: not managed.
	// +optional
	Deprovision *ProvisionPolicy `json:"deprovision,omitempty"`
	// overrideAccessRequestDefaults lets the settings here override the app's defaults for access requests.
	// +optional
	OverrideAccessRequestDefaults *bool `json:"overrideAccessRequestDefaults,omitempty"`
	// matchBatonID is the id under which a connector will find the entitlement, so that its next sync merges with
	// this one. After that the connector owns the name, and the entitlement can no longer be deleted.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	MatchBatonID *string `json:"matchBatonID,omitempty"`
	// requestSchemaID of the form that people fill in to ask for it, by the vendor's id. Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	RequestSchemaID *string `json:"requestSchemaID,omitempty"`
	// annotations stored with the entitlement, for example {cost_center: "4711"}; at most 8, the operator uses the other 8.
	// +optional
	Annotations ConductorOneAnnotations `json:"annotations,omitempty"`
}

// ConductorOneResource is a resource of an app.
// +kubebuilder:validation:XValidation:rule="has(self.id) != has(self.name)",message="write exactly one of id and name"
// +kubebuilder:validation:XValidation:rule="(!has(oldSelf.id) || !has(self.id) || self.id == oldSelf.id) && (!has(oldSelf.type.id) || !has(self.type.id) || self.type.id == oldSelf.type.id)",message="conductorOne.resource can be set at creation only; delete and apply"
type ConductorOneResource struct {
	// type of the resource, for example {name: Repository}.
	// +required
	Type NamedRef `json:"type"`
	// id of the resource at the vendor.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
	// name of the resource, for example "payments". It must match one resource of the type exactly.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	Name string `json:"name,omitempty"`
}

// ConductorOneEntitlementPolicies are the policies of an entitlement. Each must be of the matching type at the vendor.
type ConductorOneEntitlementPolicies struct {
	// grant policy: who approves a request, for example {name: Manager approval}.
	// +optional
	Grant *OptionalRef `json:"grant,omitempty" names:"Policy,Grant"`
	// revoke policy: how access is taken away, for example {name: Auto revoke}.
	// +optional
	Revoke *OptionalRef `json:"revoke,omitempty" names:"Policy,Revoke"`
	// certify policy: who reviews the access, for example {name: Certify by manager}.
	// +optional
	Certify *OptionalRef `json:"certify,omitempty" names:"Policy,Certify"`
	// emergencyGrant policy: who approves in an emergency, for example {name: Emergency access}.
	// +optional
	EmergencyGrant *OptionalRef `json:"emergencyGrant,omitempty" names:"Policy,Grant"`
}

// UsedBy are the objects that refer to an entitlement.
type UsedBy struct {
	// count of the objects.
	// +required
	// +kubebuilder:validation:Minimum=0
	Count int64 `json:"count"`
	// objects are the first 16, as kind/name.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=320
	Objects []string `json:"objects,omitempty"`
}

// AppEntitlementStatus is the observed state of the entitlement.
type AppEntitlementStatus struct {
	ManagedStatus `json:",inline"`
	// grantCount is how many people have the entitlement; refreshed with other changes.
	// +optional
	// +kubebuilder:validation:Minimum=0
	GrantCount *int64 `json:"grantCount,omitempty"`
	// usedBy are the objects of this namespace that refer to the entitlement.
	// +optional
	UsedBy *UsedBy `json:"usedBy,omitempty"`
	// alias as the vendor has it.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Alias string `json:"alias,omitempty"`
	// externalID under which the connected system knows it.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	ExternalID string `json:"externalID,omitempty"`
	// managedByConnector is true when a connector syncs it: it is then released, never deleted.
	// +optional
	ManagedByConnector *bool `json:"managedByConnector,omitempty"`
	// entityType is what kind of thing it is to the vendor, for example "OktaGroup" (Veza) or "group" (SailPoint).
	// +optional
	// +kubebuilder:validation:MaxLength=256
	EntityType string `json:"entityType,omitempty"`
}

// AppEntitlement is an entitlement of an app: something people can have, ask for and be reviewed on.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,path=appentitlements,shortName=appent,categories=governance
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 63",message="the name of an AppEntitlement has at most 63 characters"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Suspended",type=boolean,JSONPath=`.spec.suspend`
// +kubebuilder:printcolumn:name="Version",type=integer,JSONPath=`.status.version`
// +kubebuilder:printcolumn:name="Revision",type=integer,JSONPath=`.status.revision`
// +kubebuilder:printcolumn:name="Backend",type=string,JSONPath=`.spec.backendRef.name`
// +kubebuilder:printcolumn:name="Remote ID",type=string,JSONPath=`.status.remote.id`,priority=1
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:selectablefield:JSONPath=`.spec.backendRef.name`
// +kubebuilder:selectablefield:JSONPath=`.status.remote.id`
// +kubebuilder:selectablefield:JSONPath=`.spec.app.name`
// +kubebuilder:selectablefield:JSONPath=`.spec.app.id`
type AppEntitlement struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`
	// spec is the entitlement as specified. A field that was never set is not managed; management.removed
	// defines what happens to a field that this object wrote and that leaves the spec.
	// +required
	Spec AppEntitlementSpec `json:"spec"`
	// status is the observed state of the entitlement.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status AppEntitlementStatus `json:"status,omitempty"`
}

// GetManagedSpec returns the part of the spec that the managed kinds share.
func (e *AppEntitlement) GetManagedSpec() *ManagedSpec { return &e.Spec.ManagedSpec }

// GetManagedStatus returns the part of the status that the managed kinds share.
func (e *AppEntitlement) GetManagedStatus() *ManagedStatus { return &e.Status.ManagedStatus }

// AppEntitlementList is a list of AppEntitlement.
// +kubebuilder:object:root=true
type AppEntitlementList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []AppEntitlement `json:"items"`
}
