package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// AccessProfileSpec is an access profile as specified.
// +kubebuilder:validation:XValidation:rule="(has(self.conductorOne) && has(self.conductorOne.cohort)) == (has(oldSelf.conductorOne) && has(oldSelf.conductorOne.cohort)) && (!has(self.conductorOne) || !has(self.conductorOne.cohort) || self.conductorOne.cohort == oldSelf.conductorOne.cohort)",message="conductorOne.cohort can be set at creation only, and the vendor never shows it again; write membership.expression, or delete and apply"
// +kubebuilder:validation:XValidation:rule="!has(self.membership) || !has(self.membership.expression) || !has(self.conductorOne) || !has(self.conductorOne.automation) || !has(self.conductorOne.automation.entitlements)",message="write at most one of membership.expression and conductorOne.automation.entitlements: each is the whole rule"
// +kubebuilder:validation:XValidation:rule="!has(self.membership) || !has(self.membership.enabled) || !self.membership.enabled || has(self.membership.expression) || has(self.remoteID) || (has(self.management) && has(self.management.creation) && self.management.creation != 'Create') || (has(self.conductorOne) && ((has(self.conductorOne.cohort) && has(self.conductorOne.cohort.profileFilters)) || (has(self.conductorOne.automation) && has(self.conductorOne.automation.entitlements))))",message="membership.enabled needs a rule: membership.expression, conductorOne.automation.entitlements or conductorOne.cohort.profileFilters"
// +kubebuilder:validation:XValidation:rule="[has(self.conductorOne), has(self.sailPoint), has(self.veza)].filter(x, x).size() <= 1",message="write at most one of conductorOne, sailPoint and veza: the backend's vendor"
// +kubebuilder:validation:XValidation:rule="!has(self.sailPoint) || !has(self.description) || self.description.size() <= 1773",message="description can have at most 1773 characters at SailPoint: it takes 2000, and the ownership marker needs 227"
// +kubebuilder:validation:XValidation:rule="!has(self.sailPoint) || !has(self.sailPoint.enabled) || !self.sailPoint.enabled || (has(self.entitlements) ? self.entitlements.size() > 0 : (has(self.remoteID) || (has(self.management) && has(self.management.creation) && self.management.creation != 'Create')))",message="sailPoint.enabled needs at least one entitlement"
// +kubebuilder:validation:XValidation:rule="(!has(oldSelf.sailPoint) || has(self.sailPoint)) && (!has(oldSelf.sailPoint) || !has(self.sailPoint) || !has(oldSelf.sailPoint.source.id) || !has(self.sailPoint.source.id) || self.sailPoint.source.id == oldSelf.sailPoint.source.id)",message="sailPoint.source cannot be removed or changed: a profile stays at its source; delete and apply"
// +kubebuilder:validation:XValidation:rule="(!has(oldSelf.veza) || has(self.veza)) && (!has(oldSelf.veza) || !has(self.veza) || !has(oldSelf.veza.profileType.id) || !has(self.veza.profileType.id) || self.veza.profileType.id == oldSelf.veza.profileType.id)",message="veza.profileType cannot be removed or changed: a profile keeps its type; delete and apply"
// +kubebuilder:validation:XValidation:rule="!has(self.conductorOne) || !has(self.conductorOne.visibleTo) || self.conductorOne.visibleTo.size() == 0 || has(self.requestable) || (oldSelf.hasValue() && has(oldSelf.value().conductorOne) && has(oldSelf.value().conductorOne.visibleTo) && oldSelf.value().conductorOne.visibleTo.size() > 0)",optionalOldSelf=true,message="conductorOne.visibleTo needs requestable: ConductorOne keeps who sees a profile by an entitlement only while it can be requested; with false it waits"
type AccessProfileSpec struct {
	ManagedSpec `json:",inline"`
	// displayName that people see, for example "Payroll reader". Needed where the operator creates the profile.
	// Unset: not managed.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	DisplayName string `json:"displayName,omitempty"`
	// description that people see. Unset: not managed; "": no description. SailPoint takes 2000 characters,
	// including the line that is the ownership marker.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Description *string `json:"description,omitempty"`
	// entitlements that the profile grants, as a set, for example [{ref: {name: payroll-read}}, {app: {name: Workday}, name: Viewer}].
	// Unset: not managed; []: none.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=500
	Entitlements []EntitlementRef `json:"entitlements,omitempty"`
	// inherits what these profiles grant (Veza). Unset: not managed; []: nothing.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Inherits []ProfileRef `json:"inherits,omitempty"`
	// owners of the profile (SailPoint): the first is the owner, the rest are additional owners. Unset: not managed.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Owners []UserRef `json:"owners,omitempty"`
	// requestable lets people ask for the profile: ConductorOne published, SailPoint requestable. Unset: not managed.
	// +optional
	Requestable *bool `json:"requestable,omitempty"`
	// membership defines who gets the profile without asking (ConductorOne). Unset: not managed.
	// +optional
	Membership *ProfileMembership `json:"membership,omitempty"`
	// conductorOne holds the fields that only ConductorOne has.
	// +optional
	ConductorOne *ConductorOneProfile `json:"conductorOne,omitempty"`
	// sailPoint holds the fields that only SailPoint has.
	// +optional
	SailPoint *SailPointProfile `json:"sailPoint,omitempty"`
	// veza holds the fields that only Veza has.
	// +optional
	Veza *VezaProfile `json:"veza,omitempty"`
}

// ProfileMembership defines who gets a profile by rule.
type ProfileMembership struct {
	// expression in CEL that is true for a member, for example 'subject.department == "Finance"'. An expression that
	// does not compile is refused (Accepted=False, ExpressionInvalid). Unset: not managed.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=8192
	Expression string `json:"expression,omitempty"`
	// enabled activates the rule; the vendor then runs it. false: the rule is stored and does nothing.
	// Unset: not managed.
	// +optional
	Enabled *bool `json:"enabled,omitempty"`
	// createTasks opens a task for every change of membership. false: only the list of members is kept. Unset: not managed.
	// +optional
	CreateTasks *bool `json:"createTasks,omitempty"`
}

// EnrollmentBehavior defines what happens to the entitlements' request policies when somebody is enrolled.
// +kubebuilder:validation:Enum=BypassEntitlementRequestPolicy;EnforceEntitlementRequestPolicy
type EnrollmentBehavior string

// UnenrollmentBehavior defines what happens to a person's access when they leave the profile.
// +kubebuilder:validation:Enum=LeaveAccessAsIs;RevokeAll;RevokeUnjustified
type UnenrollmentBehavior string

// UnenrollmentEntitlementBehavior defines what happens to the entitlements' revoke policies when somebody leaves.
// +kubebuilder:validation:Enum=Bypass;Enforce
type UnenrollmentEntitlementBehavior string

// The behaviours.
const (
	EnrollmentBypass  EnrollmentBehavior = "BypassEntitlementRequestPolicy"
	EnrollmentEnforce EnrollmentBehavior = "EnforceEntitlementRequestPolicy"

	UnenrollmentLeaveAccessAsIs   UnenrollmentBehavior = "LeaveAccessAsIs"
	UnenrollmentRevokeAll         UnenrollmentBehavior = "RevokeAll"
	UnenrollmentRevokeUnjustified UnenrollmentBehavior = "RevokeUnjustified"

	UnenrollmentEntitlementBypass  UnenrollmentEntitlementBehavior = "Bypass"
	UnenrollmentEntitlementEnforce UnenrollmentEntitlementBehavior = "Enforce"
)

// ConductorOneProfile holds the fields of an access profile that only ConductorOne has.
// +kubebuilder:validation:XValidation:rule="!has(self.visibleToEveryone) || !self.visibleToEveryone || !has(self.visibleTo) || self.visibleTo.size() == 0",message="visibleTo has no effect while visibleToEveryone is true; write one of them"
type ConductorOneProfile struct {
	// cohort chooses the call that creates a profile from a cohort of people; {} chooses it without a cohort.
	// It can be set at creation only. Unset: a plain catalog is created.
	// +optional
	Cohort *ProfileCohort `json:"cohort,omitempty"`
	// visibleToEveryone shows the profile to all people. Unset: not managed.
	// +optional
	VisibleToEveryone *bool `json:"visibleToEveryone,omitempty"`
	// visibleTo shows the profile to people who have one of these entitlements, and to nobody else: it is then not visible to
	// everyone either. It needs requestable beside it: while that is false it waits, and nobody sees the profile. Unset: not
	// managed; []: nobody.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	VisibleTo []EntitlementRef `json:"visibleTo,omitempty"`
	// requestBundle lets people ask for everything in the profile at once; needs a feature of the tenant. Unset: not managed.
	// +optional
	RequestBundle *bool `json:"requestBundle,omitempty"`
	// enrollmentBehavior is BypassEntitlementRequestPolicy or EnforceEntitlementRequestPolicy. Unset: not managed.
	// +optional
	EnrollmentBehavior EnrollmentBehavior `json:"enrollmentBehavior,omitempty"`
	// unenrollmentBehavior is LeaveAccessAsIs, RevokeAll or RevokeUnjustified. Unset: not managed.
	// +optional
	UnenrollmentBehavior UnenrollmentBehavior `json:"unenrollmentBehavior,omitempty"`
	// unenrollmentEntitlementBehavior is Bypass or Enforce the entitlements' revoke policies. Unset: not managed.
	// +optional
	UnenrollmentEntitlementBehavior UnenrollmentEntitlementBehavior `json:"unenrollmentEntitlementBehavior,omitempty"`
	// createRequests opens requests for the present members when an entitlement is added. Where a membership rule makes
	// people members, it is left out unless the rule has run since it last changed: the members are those of the rule before
	// until then. The vendor does not return it; it takes effect with the next addition. Unset: no requests.
	// +optional
	CreateRequests *bool `json:"createRequests,omitempty"`
	// automation steers how the membership rule runs. Unset: not managed.
	// +optional
	Automation *ProfileAutomation `json:"automation,omitempty"`
	// policies for becoming and ceasing to be a member. Unset ones are not managed; {none: {}}: none of its own.
	// +optional
	Policies *ConductorOneProfilePolicies `json:"policies,omitempty"`
	// maxGrantDuration ends a membership after this time, for example "720h"; Unlimited: never. Unset: not managed.
	// +optional
	MaxGrantDuration GrantDuration `json:"maxGrantDuration,omitempty"`
	// annotations stored with the profile, for example {cost_center: "4711"}; at most 8, the operator uses the other 8.
	// +optional
	Annotations ConductorOneAnnotations `json:"annotations,omitempty"`
}

// ProfileCohort is the group of people that a profile is made for.
type ProfileCohort struct {
	// profileFilters describe the people; ConductorOne turns them into the membership rule. A person must match all
	// of them. membership.expression, when written, is used instead.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	ProfileFilters []ProfileFilter `json:"profileFilters,omitempty"`
	// suggestionID of a role-mining suggestion that is marked as accepted, by the vendor's id.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	SuggestionID string `json:"suggestionID,omitempty"`
}

// ProfileFilter matches people by an attribute.
type ProfileFilter struct {
	// attribute of a person, for example "department".
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Attribute string `json:"attribute"`
	// values of which the attribute must have one, for example ["Finance", "Payroll"].
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=1024
	Values []string `json:"values"`
}

// ProfileAutomation steers how the membership rule runs.
type ProfileAutomation struct {
	// disableCircuitBreaker lets a run remove any number of members. Unset: not managed.
	// +optional
	DisableCircuitBreaker *bool `json:"disableCircuitBreaker,omitempty"`
	// enforceOnSmallProfiles uses the circuit breaker on small profiles too. Unset: not managed.
	// +optional
	EnforceOnSmallProfiles *bool `json:"enforceOnSmallProfiles,omitempty"`
	// removedMembersThresholdPercent of the members that one run may remove before the circuit breaker stops it;
	// 0: the tenant's default. Unset: not managed.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=100
	RemovedMembersThresholdPercent *int32 `json:"removedMembersThresholdPercent,omitempty"`
	// entitlements of which a member must have one: an alternative to the rule in membership.expression. Unset: not managed.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Entitlements []EntitlementRef `json:"entitlements,omitempty"`
}

// ConductorOneProfilePolicies are the policies of a profile's own membership.
type ConductorOneProfilePolicies struct {
	// grant policy: who approves that somebody becomes a member, for example {name: Manager approval}.
	// +optional
	Grant *OptionalRef `json:"grant,omitempty" names:"Policy,Grant"`
	// revoke policy: how a membership is taken away, for example {name: Auto revoke}.
	// +optional
	Revoke *OptionalRef `json:"revoke,omitempty" names:"Policy,Revoke"`
}

// AccessProfileStatus is the observed state of the access profile.
type AccessProfileStatus struct {
	ManagedStatus `json:",inline"`
	// grants are the entitlements that the profile grants, as far as the spec manages them.
	// +optional
	Grants *ProfileGrants `json:"grants,omitempty"`
	// memberCount is how many people have the profile; refreshed with other changes.
	// +optional
	// +kubebuilder:validation:Minimum=0
	MemberCount *int64 `json:"memberCount,omitempty"`
	// celExpression is the membership rule as the vendor has stored it.
	// +optional
	// +kubebuilder:validation:MaxLength=16384
	CELExpression string `json:"celExpression,omitempty"`
	// automation is the last run of the membership rule.
	// +optional
	Automation *ProfileAutomationStatus `json:"automation,omitempty"`
	// state of the profile at the vendor (Veza).
	// +optional
	// +kubebuilder:validation:MaxLength=64
	State string `json:"state,omitempty"`
	// requestable reports whether people can ask for the profile.
	// +optional
	Requestable *bool `json:"requestable,omitempty"`
	// createdEntitlements are ids of entitlements that the vendor made for the profile (Veza).
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MaxLength=256
	CreatedEntitlements []string `json:"createdEntitlements,omitempty"`
	// startedAt is when the profile was activated (Veza).
	// +optional
	StartedAt *metav1.Time `json:"startedAt,omitempty"`
	// lastSyncedAt is when the vendor last applied the profile (Veza).
	// +optional
	LastSyncedAt *metav1.Time `json:"lastSyncedAt,omitempty"`
	// lastSyncError is what went wrong then (Veza).
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	LastSyncError string `json:"lastSyncError,omitempty"`
}

// ProfileGrants are the entitlements that a profile grants at the vendor.
type ProfileGrants struct {
	// count of the entitlements.
	// +required
	// +kubebuilder:validation:Minimum=0
	Count int64 `json:"count"`
	// entitlements are the first 100, by their ids.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=100
	Entitlements []GrantedEntitlement `json:"entitlements,omitempty"`
}

// GrantedEntitlement is an entitlement that a profile grants.
type GrantedEntitlement struct {
	// id of the entitlement at the vendor.
	// +required
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id"`
	// parentID is the app, source or datasource that the id is relative to.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	ParentID string `json:"parentID,omitempty"`
	// name of the entitlement, where the spec names it.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Name string `json:"name,omitempty"`
	// object is the AppEntitlement by which the spec refers to it.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Object string `json:"object,omitempty"`
}

// ProfileAutomationStatus is the last run of a membership rule.
type ProfileAutomationStatus struct {
	// status of the last run: Success, Failure, InProgress or WaitingForApproval.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Status string `json:"status,omitempty"`
	// lastRunAt is when the rule last ran.
	// +optional
	LastRunAt *metav1.Time `json:"lastRunAt,omitempty"`
	// circuitBreaker is Triggered when a run was stopped because it would have removed too many members. A person
	// has to resume it in the vendor's console.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	CircuitBreaker string `json:"circuitBreaker,omitempty"`
	// message of the last run, when it failed.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Message string `json:"message,omitempty"`
}

// AccessProfile is a bundle of entitlements that people get together.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,path=accessprofiles,shortName=accprof,categories=governance
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 63",message="the name of an AccessProfile has at most 63 characters"
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
// +kubebuilder:selectablefield:JSONPath=`.status.state`
type AccessProfile struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`
	// spec is the profile as specified. A field that was never set is not managed; management.removed
	// defines what happens to a field that this object wrote and that leaves the spec.
	// +required
	Spec AccessProfileSpec `json:"spec"`
	// status is the observed state of the profile.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status AccessProfileStatus `json:"status,omitempty"`
}

// GetManagedSpec returns the part of the spec that the managed kinds share.
func (p *AccessProfile) GetManagedSpec() *ManagedSpec { return &p.Spec.ManagedSpec }

// GetManagedStatus returns the part of the status that the managed kinds share.
func (p *AccessProfile) GetManagedStatus() *ManagedStatus { return &p.Status.ManagedStatus }

// AccessProfileList is a list of AccessProfile.
// +kubebuilder:object:root=true
type AccessProfileList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []AccessProfile `json:"items"`
}
