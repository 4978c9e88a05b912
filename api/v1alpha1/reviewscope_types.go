package v1alpha1

// ReviewScope defines what is reviewed: which access (entitlements, apps or resourceTypes), of which people,
// accounts and grants. An arm that is left out is not managed.
// +kubebuilder:validation:XValidation:rule="!has(self.resourceTypes) || (!has(self.entitlements) && !has(self.apps))",message="scope.resourceTypes cannot be combined with scope.entitlements or scope.apps"
// +kubebuilder:validation:XValidation:rule="!has(self.entitlements) || !has(self.apps) || !has(self.apps.criteria)",message="scope.apps.criteria cannot be combined with scope.entitlements"
type ReviewScope struct {
	// entitlements that are reviewed, as a set; they replace the review's list. Unset: not managed; []: none.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=1000
	Entitlements []EntitlementRef `json:"entitlements,omitempty"`
	// apps whose access is reviewed. {}: the access to the apps themselves.
	// +optional
	Apps *ReviewApps `json:"apps,omitempty"`
	// resourceTypes all of whose resources are reviewed, for example [{app: {name: GitHub}, type: {name: Repository}}].
	// The vendor never shows them again: a change made elsewhere is not noticed.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	ResourceTypes []ReviewResourceType `json:"resourceTypes,omitempty"`
	// users whose access is reviewed. Exactly one way must be written.
	// +optional
	Users *ReviewUsers `json:"users,omitempty"`
	// accounts that are reviewed. Exactly one way must be written.
	// +optional
	Accounts *ReviewAccounts `json:"accounts,omitempty"`
	// grants that are reviewed. Exactly one way must be written.
	// +optional
	Grants *ReviewGrants `json:"grants,omitempty"`
	// accessConflicts that are reviewed. Exactly one way must be written.
	// +optional
	AccessConflicts *ReviewAccessConflicts `json:"accessConflicts,omitempty"`
}

// ReviewApps picks apps. Empty: the access to the apps themselves.
// +kubebuilder:validation:XValidation:rule="!(has(self.selected) && has(self.criteria))",message="write at most one of selected and criteria"
type ReviewApps struct {
	// selected apps, all of whose entitlements are reviewed, for example [{name: GitHub}].
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Selected []NamedRef `json:"selected,omitempty" names:"App"`
	// criteria that pick entitlements of all apps.
	// +optional
	Criteria *ReviewAppCriteria `json:"criteria,omitempty"`
}

// ReviewAppCriteria picks entitlements by what they are labelled with.
type ReviewAppCriteria struct {
	// riskLevels of which the entitlement has one, for example [{name: High}, {name: Critical}].
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	RiskLevels []NamedRef `json:"riskLevels,omitempty"`
	// complianceFrameworks of which the entitlement has one, for example [{name: SOX}].
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	ComplianceFrameworks []NamedRef `json:"complianceFrameworks,omitempty"`
}

// ReviewResourceType is a resource type of an app.
type ReviewResourceType struct {
	// app that has the type.
	// +required
	App NamedRef `json:"app"`
	// type of resource, for example {name: Repository}.
	// +required
	Type NamedRef `json:"type"`
}

// ReviewUsers picks people.
// +kubebuilder:validation:XValidation:rule="[has(self.all), has(self.selected), has(self.criteria), has(self.expression)].exists_one(x, x)",message="write exactly one of all, selected, criteria and expression"
type ReviewUsers struct {
	// all people, written {}.
	// +optional
	All *Marker `json:"all,omitempty"`
	// selected people.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1200
	Selected []UserRef `json:"selected,omitempty"`
	// criteria that pick people.
	// +optional
	Criteria *ReviewUserCriteria `json:"criteria,omitempty"`
	// expression in CEL that is true for a person, for example 'subject.department == "Finance"'.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=8192
	Expression string `json:"expression,omitempty"`
}

// UserState is the state of a person at the vendor.
// +kubebuilder:validation:Enum=Enabled;Disabled;Deleted;Unknown
type UserState string

// ReviewUserCriteria selects people by their attributes.
type ReviewUserCriteria struct {
	// statuses of which a person has one: Enabled, Disabled, Deleted, Unknown.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=4
	Statuses []UserState `json:"statuses,omitempty"`
	// managers to one of whom a person reports.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	Managers []UserRef `json:"managers,omitempty"`
	// excludedGroups whose members are left out, each given as the entitlement that makes somebody a member.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=64
	ExcludedGroups []EntitlementRef `json:"excludedGroups,omitempty"`
	// profileAttributes that a person must have, for example [{attribute: department, values: [Finance]}].
	// +optional
	// +listType=map
	// +listMapKey=attribute
	// +kubebuilder:validation:MaxItems=32
	ProfileAttributes []ProfileFilter `json:"profileAttributes,omitempty"`
}

// ReviewAccounts picks accounts.
// +kubebuilder:validation:XValidation:rule="[has(self.all), has(self.criteria), has(self.expression)].exists_one(x, x)",message="write exactly one of all, criteria and expression"
type ReviewAccounts struct {
	// all accounts, written {}.
	// +optional
	All *Marker `json:"all,omitempty"`
	// criteria that pick accounts.
	// +optional
	Criteria *ReviewAccountCriteria `json:"criteria,omitempty"`
	// expression in CEL that is true for an account.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=8192
	Expression string `json:"expression,omitempty"`
}

// AccountDomain is whose domain the account's address is in.
// +kubebuilder:validation:Enum=External;Trusted
type AccountDomain string

// AccountType is a sort of account.
// +kubebuilder:validation:Enum=User;ServiceAccount;SystemAccount
type AccountType string

// AccountState is the state of an account.
// +kubebuilder:validation:Enum=Enabled;Disabled;Deleted
type AccountState string

// ReviewAccountCriteria selects accounts by their attributes.
type ReviewAccountCriteria struct {
	// domain is External or Trusted. Unset: both.
	// +optional
	Domain AccountDomain `json:"domain,omitempty"`
	// types are User, ServiceAccount, SystemAccount. Unset: all.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=3
	Types []AccountType `json:"types,omitempty"`
	// statuses are Enabled, Disabled, Deleted. Unset: all.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=3
	Statuses []AccountState `json:"statuses,omitempty"`
	// withoutOwner picks accounts that nobody owns.
	// +optional
	WithoutOwner *bool `json:"withoutOwner,omitempty"`
}

// ReviewGrants picks grants.
// +kubebuilder:validation:XValidation:rule="has(self.all) != has(self.criteria)",message="write exactly one of all and criteria"
type ReviewGrants struct {
	// all grants, written {}.
	// +optional
	All *Marker `json:"all,omitempty"`
	// criteria that pick grants.
	// +optional
	Criteria *ReviewGrantCriteria `json:"criteria,omitempty"`
}

// GrantSource is how somebody got a grant.
// +kubebuilder:validation:Enum=Direct;Inherited
type GrantSource string

// GrantType is whether a grant ends.
// +kubebuilder:validation:Enum=Permanent;Temporary
type GrantType string

// ReviewGrantCriteria selects grants by their attributes.
// +kubebuilder:validation:XValidation:rule="[has(self.daysSinceAdded), has(self.daysSinceReviewed), has(self.addedBetween)].filter(x, x).size() <= 1",message="write at most one of daysSinceAdded, daysSinceReviewed and addedBetween"
type ReviewGrantCriteria struct {
	// daysSinceAdded picks grants added within this many days, for example 30.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=36500
	DaysSinceAdded *int32 `json:"daysSinceAdded,omitempty"`
	// daysSinceReviewed picks grants not reviewed for this many days, for example 90.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=36500
	DaysSinceReviewed *int32 `json:"daysSinceReviewed,omitempty"`
	// addedBetween picks grants added between two instants.
	// +optional
	AddedBetween *TimeSpan `json:"addedBetween,omitempty"`
	// daysSinceLastUsed picks grants not used for this many days; it can stand beside the others.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=36500
	DaysSinceLastUsed *int32 `json:"daysSinceLastUsed,omitempty"`
	// source is Direct or Inherited. Unset: both.
	// +optional
	Source GrantSource `json:"source,omitempty"`
	// type is Permanent or Temporary. Unset: both.
	// +optional
	Type GrantType `json:"type,omitempty"`
	// accessProfiles by which grants came about.
	// +optional
	AccessProfiles *ReviewProfileFilter `json:"accessProfiles,omitempty"`
}

// TimeSpan is the time between two instants.
// +kubebuilder:validation:XValidation:rule="timestamp(self.start) < timestamp(self.end)",message="start must be before end"
type TimeSpan struct {
	// start of the time, for example "2026-01-01T00:00:00Z".
	// +required
	Start Timestamp `json:"start"`
	// end of the time, after start.
	// +required
	End Timestamp `json:"end"`
}

// ReviewProfileFilter picks grants by the access profiles they came from.
// +kubebuilder:validation:XValidation:rule="[has(self.includeAll), has(self.excludeAll), has(self.include), has(self.exclude)].exists_one(x, x)",message="write exactly one of includeAll, excludeAll, include and exclude"
type ReviewProfileFilter struct {
	// includeAll written as {} means: grants of any access profile are reviewed.
	// +optional
	IncludeAll *Marker `json:"includeAll,omitempty"`
	// excludeAll written as {} means: grants of any access profile are left out.
	// +optional
	ExcludeAll *Marker `json:"excludeAll,omitempty"`
	// include only grants of these access profiles.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Include []ProfileRef `json:"include,omitempty"`
	// exclude grants of these access profiles.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Exclude []ProfileRef `json:"exclude,omitempty"`
}

// ReviewAccessConflicts picks access conflicts.
// +kubebuilder:validation:XValidation:rule="has(self.all) != has(self.specific)",message="write exactly one of all and specific"
type ReviewAccessConflicts struct {
	// all access conflicts, written {}.
	// +optional
	All *Marker `json:"all,omitempty"`
	// specific written as {} means: the conflicts are picked by a person in the console, the API has no call for it.
	// +optional
	Specific *Marker `json:"specific,omitempty"`
}
