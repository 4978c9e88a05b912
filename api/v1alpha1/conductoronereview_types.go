package v1alpha1

// ReviewScopeType is the criterion of a ConductorOne review.
// +kubebuilder:validation:Enum=ByEntitlements;ByAccessConflicts;ByResource;ByInheritance;ByUsers
type ReviewScopeType string

// ReviewView is how reviewers see their tasks.
// +kubebuilder:validation:Enum=ByApp;ByUser;ByResource;Unstructured
type ReviewView string

// AccuracyIssueAction defines what happens when a connector's data are stale at the start.
// +kubebuilder:validation:Enum=Continue;Wait
type AccuracyIssueAction string

// PrincipalTypeFilter defines whose access is reviewed.
// +kubebuilder:validation:Enum=Users;Resources;UsersAndResources
type PrincipalTypeFilter string

// ReviewColumnName is a column that ConductorOne knows.
// +kubebuilder:validation:Enum=ViewLink;CurrentState;Account;AccountOwner;Entitlement;EntitlementDescription;Resource;ResourceType;Insights;Recommendation;AssignedTo;Status;App;Due;Project;CreatedOn;TaskAge;ResolvedOn;EnrollmentStatus;InheritedFrom;Department;JobTitle;CreatedBy;LastLogin;ResourceParent;ResourceChildren;AppUserUsername;AccessHolderType;RiskLevel;ComplianceFramework
type ReviewColumnName string

// ConductorOneReview holds the fields of an access review that only ConductorOne has.
type ConductorOneReview struct {
	// policy of type certify that defines who reviews, for example {name: Certify by manager}. It is read-only after the
	// preparation of the review. Unset: not managed.
	// +optional
	Policy *NamedRef `json:"policy,omitempty" names:"Policy,Certify"`
	// scopeType is ByEntitlements, ByAccessConflicts, ByResource, ByInheritance or ByUsers; not every tenant knows the last.
	// +optional
	ScopeType ReviewScopeType `json:"scopeType,omitempty"`
	// duplicateFrom copies scope and entitlements of another review. It can be set at creation only.
	// +optional
	DuplicateFrom *ReviewRef `json:"duplicateFrom,omitempty"`
	// defaultView is ByApp, ByUser, ByResource or Unstructured. Unset: not managed.
	// +optional
	DefaultView ReviewView `json:"defaultView,omitempty"`
	// reviewInstructions that reviewers see, in Markdown. Unset: not managed; "": none.
	// +optional
	// +kubebuilder:validation:MaxLength=16384
	ReviewInstructions *string `json:"reviewInstructions,omitempty"`
	// columns that reviewers see, in their order; at most 10 of them attributes. Unset: not managed; []: the default columns.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=40
	// +kubebuilder:validation:XValidation:rule="self.filter(c, has(c.attribute)).size() <= 10",message="at most 10 columns can be attributes"
	Columns []ReviewColumn `json:"columns,omitempty"`
	// signature that reviewers must give; needs a feature of the tenant. Unset: not managed.
	// +optional
	Signature *ReviewSignature `json:"signature,omitempty"`
	// autoGenerateReport makes a report when the review ends. Unset: not managed.
	// +optional
	AutoGenerateReport *bool `json:"autoGenerateReport,omitempty"`
	// autoResolve closes tasks whose access is gone meanwhile. Unset: not managed.
	// +optional
	AutoResolve *bool `json:"autoResolve,omitempty"`
	// usePolicyOverride lets the policies of entitlements and apps override the review's. Unset: not managed.
	// +optional
	UsePolicyOverride *bool `json:"usePolicyOverride,omitempty"`
	// exemptCertifiedAccessConflicts leaves out conflicts that were certified before. Unset: not managed.
	// +optional
	ExemptCertifiedAccessConflicts *bool `json:"exemptCertifiedAccessConflicts,omitempty"`
	// accuracyIssueAction when a connector's data are stale at the start: Continue or Wait. Unset: not managed.
	// +optional
	AccuracyIssueAction AccuracyIssueAction `json:"accuracyIssueAction,omitempty"`
	// principalTypeFilter is Users, Resources or UsersAndResources. Part of the scope; not every tenant knows it. Unset: Users.
	// +optional
	PrincipalTypeFilter PrincipalTypeFilter `json:"principalTypeFilter,omitempty"`
	// excluded things are left out of the scope; not every tenant knows it.
	// +optional
	Excluded *ReviewExcluded `json:"excluded,omitempty"`
	// resourceSelection written as {} means: a person selects the resources in the console, the API has no call for it.
	// +optional
	ResourceSelection *Marker `json:"resourceSelection,omitempty"`
	// scopeRoleSelection written as {} means: a person selects the scope roles in the console, the API has no call for it.
	// +optional
	ScopeRoleSelection *Marker `json:"scopeRoleSelection,omitempty"`
	// reviewerAttributes of accounts that reviewers may see, for example [{app: {name: Workday}, attribute: costCenter}].
	// Unset: not managed; []: none.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	ReviewerAttributes []ReviewerAttribute `json:"reviewerAttributes,omitempty"`
}

// ReviewColumn is a column of the reviewers' list.
// +kubebuilder:validation:XValidation:rule="has(self.builtin) != has(self.attribute)",message="write exactly one of builtin and attribute"
type ReviewColumn struct {
	// builtin column, for example "Entitlement".
	// +optional
	Builtin ReviewColumnName `json:"builtin,omitempty"`
	// attribute of the account, for example "costCenter"; it is seen only if reviewerAttributes allow it.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Attribute string `json:"attribute,omitempty"`
}

// ReviewSignature is what reviewers sign.
type ReviewSignature struct {
	// required makes reviewers sign their decisions.
	// +optional
	Required *bool `json:"required,omitempty"`
	// meaning of the signature, as reviewers see it.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Meaning *string `json:"meaning,omitempty"`
	// stepUpProvider that asks reviewers to sign in once more, for example {name: Okta MFA}.
	// +optional
	StepUpProvider *NamedRef `json:"stepUpProvider,omitempty" names:"StepUpProvider"`
	// tspURL of the authority that stamps the time.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	TSPURL *string `json:"tspURL,omitempty"`
}

// ReviewExcluded is what is left out of a review. Exactly one way must be written.
// +kubebuilder:validation:XValidation:rule="has(self.specificResources) != has(self.resourceTypes)",message="write exactly one of specificResources and resourceTypes"
type ReviewExcluded struct {
	// specificResources written as {} means: a person selects the resources in the console, the API has no call for it.
	// +optional
	SpecificResources *Marker `json:"specificResources,omitempty"`
	// resourceTypes written as {} means: a person selects the resource types in the console, the API has no call for it.
	// +optional
	ResourceTypes *Marker `json:"resourceTypes,omitempty"`
}

// ReviewerAttribute lets reviewers see an attribute of an app's accounts.
type ReviewerAttribute struct {
	// app that has the accounts.
	// +required
	App NamedRef `json:"app" names:"App"`
	// attribute of the accounts, for example "costCenter".
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Attribute string `json:"attribute"`
}
