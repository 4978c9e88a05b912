package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Vendor is a governance product that the operator can drive.
// +kubebuilder:validation:Enum=ConductorOne;SailPoint;Veza
type Vendor string

// The vendors.
const (
	VendorConductorOne Vendor = "ConductorOne"
	VendorSailPoint    Vendor = "SailPoint"
	VendorVeza         Vendor = "Veza"
)

// GovernanceBackendSpec names the tenant, its vendor and the credentials.
// +kubebuilder:validation:XValidation:rule="self.vendor == oldSelf.vendor",message="vendor cannot be changed; create a new backend"
// +kubebuilder:validation:XValidation:rule="!has(self.credentials.workloadIdentity) || self.vendor == 'ConductorOne'",message="credentials.workloadIdentity is possible with ConductorOne only; use secretRef"
// +kubebuilder:validation:XValidation:rule="self.endpoint.matches('^https?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\\\[[0-9A-Fa-f:.]+\\\\])(:[0-9]{1,5})?/?$')",message="endpoint must be https:// or http:// with a host, an optional port and nothing after it, for example https://acme.conductor.one",fieldPath=".endpoint"
// +kubebuilder:validation:XValidation:rule="!has(self.sailPoint) || self.vendor == 'SailPoint'",message="sailPoint belongs to vendor SailPoint"
// +kubebuilder:validation:XValidation:rule="!has(self.veza) || self.vendor == 'Veza'",message="veza belongs to vendor Veza"
type GovernanceBackendSpec struct {
	// vendor is ConductorOne, SailPoint or Veza. It cannot be changed.
	// +required
	Vendor Vendor `json:"vendor"`
	// endpoint of the tenant's API: scheme and host, for example "https://acme.conductor.one".
	// http is refused by the operator unless the host is a loopback address or a flag of the manager allows it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	Endpoint string `json:"endpoint"`
	// credentials with which the operator signs in. Exactly one way must be given.
	// +required
	Credentials Credentials `json:"credentials"`
	// caBundleRef names a ConfigMap with the certificates that verify the endpoint, in the backend's
	// namespace (cluster kind: the operator's). Unset: the system's certificates.
	// +optional
	CABundleRef *CABundleRef `json:"caBundleRef,omitempty"`
	// requestsPerSecond that the operator may send to this tenant, all kinds together. Of several backends
	// with the same credential the smallest figure counts for all. Unset: 8 (ConductorOne, SailPoint) or 5 (Veza).
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=1000
	RequestsPerSecond *int32 `json:"requestsPerSecond,omitempty"`
	// burst is how many requests may be sent at once after a pause. Unset: 20, or 10 (Veza).
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000
	Burst *int32 `json:"burst,omitempty"`
	// resyncInterval is how often every object behind this backend is compared with the vendor, for example "30m".
	// +optional
	// +kubebuilder:default="10m"
	ResyncInterval Duration `json:"resyncInterval,omitempty"`
	// suspend holds every write to this tenant, for all objects behind it. Reads go on.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
	// management holds defaults for the objects behind this backend.
	// +optional
	Management *BackendManagement `json:"management,omitempty"`
	// capabilities say where this tenant has less than the operator expects of its vendor.
	// +optional
	Capabilities *BackendCapabilities `json:"capabilities,omitempty"`
	// sailPoint holds the fields that only SailPoint has.
	// +optional
	SailPoint *SailPointBackend `json:"sailPoint,omitempty"`
	// veza holds the fields that only Veza has.
	// +optional
	Veza *VezaBackend `json:"veza,omitempty"`
}

// BackendManagement holds defaults for the objects behind a backend.
type BackendManagement struct {
	// removed is what management.removed means where an object does not set it: Revert or Keep. Unset: Revert.
	// +optional
	Removed RemovedPolicy `json:"removed,omitempty"`
}

// BackendCapabilities say where a tenant has less than the operator expects of its vendor.
type BackendCapabilities struct {
	// overrides take something away from the operator on this tenant, which then takes the careful way: what
	// "governance tenant-check" found not to hold there. An override adds nothing. Unset: nothing is taken away.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +listMapKey=capability
	// +kubebuilder:validation:MaxItems=32
	Overrides []CapabilityOverride `json:"overrides,omitempty"`
}

// CapabilityOverride takes a capability of one kind away.
type CapabilityOverride struct {
	// kind is AppEntitlement, AccessProfile or AccessReview.
	// +required
	// +kubebuilder:validation:Enum=AppEntitlement;AccessProfile;AccessReview
	Kind string `json:"kind"`
	// capability that does not hold. Create, Update, Delete, Retire: the verb is not used. MarksReadBack: an ownership marker that is
	// missing proves nothing. CurrentLists: lists count only minutes after a write. NameSearch: names are
	// looked up in the list. Example: "MarksReadBack".
	// +required
	// +kubebuilder:validation:Enum=Create;Update;Delete;Retire;MarksReadBack;CurrentLists;NameSearch
	Capability string `json:"capability"`
}

// ClusterGovernanceBackendSpec is a GovernanceBackendSpec with the namespaces that may use it.
type ClusterGovernanceBackendSpec struct {
	GovernanceBackendSpec `json:",inline"`
	// allowedNamespaces whose objects may use this backend. Unset or empty: none. A namespace that is
	// removed again can still delete what it created, and writes nothing more.
	// +optional
	AllowedNamespaces *AllowedNamespaces `json:"allowedNamespaces,omitempty"`
}

// AllowedNamespaces selects namespaces; one that is named or that the selector matches is allowed.
type AllowedNamespaces struct {
	// names of namespaces, for example ["payroll"].
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=256
	// +kubebuilder:validation:items:MaxLength=63
	Names []string `json:"names,omitempty"`
	// selector on the labels of namespaces. An empty selector ({}) matches every namespace.
	// +optional
	Selector *metav1.LabelSelector `json:"selector,omitempty"`
}

// Credentials say how the operator signs in.
// +kubebuilder:validation:XValidation:rule="has(self.secretRef) != has(self.workloadIdentity)",message="write exactly one of secretRef and workloadIdentity"
type Credentials struct {
	// secretRef names a Secret in the backend's namespace (cluster kind: the operator's). Its keys:
	// ConductorOne clientID and clientSecret, or token; SailPoint clientID and clientSecret; Veza apiKey.
	// A rotated Secret is noticed within a minute.
	// +optional
	SecretRef *LocalObjectRef `json:"secretRef,omitempty"`
	// workloadIdentity exchanges a token of a ServiceAccount for one of the tenant; no secret is stored. ConductorOne only.
	// +optional
	WorkloadIdentity *WorkloadIdentity `json:"workloadIdentity,omitempty"`
}

// WorkloadIdentity is sign-in with the token of a ServiceAccount.
type WorkloadIdentity struct {
	// clientID of the federated client at the vendor. Its host must be the endpoint's.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	ClientID string `json:"clientID"`
	// serviceAccountRef names a ServiceAccount in the backend's namespace (cluster kind: the operator's).
	// Tokens for it are requested for ten minutes, with the tenant's host as audience.
	// +required
	ServiceAccountRef LocalObjectRef `json:"serviceAccountRef"`
}

// CABundleRef names certificates in a ConfigMap.
type CABundleRef struct {
	// name of the ConfigMap.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// key in the ConfigMap that holds the certificates in PEM form.
	// +optional
	// +kubebuilder:default="ca.crt"
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key,omitempty"`
}

// KindCapabilities is what the vendor lets the operator do with one kind.
type KindCapabilities struct {
	// kind is AppEntitlement, AccessProfile or AccessReview.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind"`
	// verbs that are possible, out of Create, Adopt, Update, Delete and Retire.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:items:MaxLength=32
	Verbs []string `json:"verbs,omitempty"`
}

// KindCount is how much of one kind is behind a backend.
type KindCount struct {
	// kind is AppEntitlement, AccessProfile or AccessReview.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind"`
	// managed is the number of objects of this kind that use the backend.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Managed int32 `json:"managed"`
	// lastSweepAt is when all of them were last compared with the vendor.
	// +optional
	LastSweepAt *metav1.Time `json:"lastSweepAt,omitempty"`
	// unmarked is how many remotes of this kind the last sweep listed that bear no ownership marker and belong to no object behind
	// this backend. Other tools leave no sign, so somebody may manage them. Absent where nothing was listed that shows them.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Unmarked *int32 `json:"unmarked,omitempty"`
	// unmarkedIn is in how many places they were counted: the apps, sources, profile types or configurations in which an object behind
	// this backend has a remote, or the tenant. What else the tenant has is not counted.
	// +optional
	// +kubebuilder:validation:Minimum=0
	UnmarkedIn *int32 `json:"unmarkedIn,omitempty"`
}

// KindAbsence is how many remotes of one kind vanished together.
type KindAbsence struct {
	// kind is AppEntitlement, AccessProfile or AccessReview.
	// +required
	// +kubebuilder:validation:MaxLength=63
	Kind string `json:"kind"`
	// count of remotes that are not found any more. The annotation governance-operator.io/accept-absence
	// confirms "<kind>=<count>@<since>".
	// +optional
	// +kubebuilder:validation:Minimum=0
	Count int32 `json:"count"`
	// since is when so many were first missing.
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
}

// GovernanceBackendStatus is the observed state of the tenant.
type GovernanceBackendStatus struct {
	// observedGeneration is the generation this status is about; -1 until the first pass.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// conditions are Ready (the tenant answers and may be written to); Reconciling or Stalled only while true.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// tenantID that answered first. Another tenant behind the same endpoint is written to only after the
	// annotation governance-operator.io/accept-tenant names it.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	TenantID string `json:"tenantID,omitempty"`
	// tenantName as the vendor shows it.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	TenantName string `json:"tenantName,omitempty"`
	// tenantHost where that tenant answered, with the port if there is one, for example acme.conductor.one. It identifies a tenant that
	// returns its own name only sometimes.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	TenantHost string `json:"tenantHost,omitempty"`
	// capabilities of the vendor, per kind.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +kubebuilder:validation:MaxItems=8
	Capabilities []KindCapabilities `json:"capabilities,omitempty"`
	// overrides in force: those of spec.capabilities.overrides that take something away which the vendor's driver has.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +listMapKey=capability
	// +kubebuilder:validation:MaxItems=32
	Overrides []CapabilityOverride `json:"overrides,omitempty"`
	// counts of the objects behind this backend, per kind; written at most once a minute.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +kubebuilder:validation:MaxItems=8
	Counts []KindCount `json:"counts,omitempty"`
	// absent remotes while far too many are: Ready is False with reason MassAbsence until that is confirmed.
	// +optional
	// +listType=map
	// +listMapKey=kind
	// +kubebuilder:validation:MaxItems=8
	Absent []KindAbsence `json:"absent,omitempty"`
	// pendingDeletions is how many deletions wait while there are far too many at once: Ready is False with reason
	// MassDeletion until the annotation governance-operator.io/accept-deletions confirms "<pendingDeletions>@<pendingDeletionsAt>".
	// +optional
	// +kubebuilder:validation:Minimum=0
	PendingDeletions int32 `json:"pendingDeletions,omitempty"`
	// pendingDeletionsAt is when the last of them was asked for.
	// +optional
	PendingDeletionsAt *metav1.Time `json:"pendingDeletionsAt,omitempty"`
}

// GovernanceBackend is a tenant of a governance vendor, for the objects of its namespace.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,path=governancebackends,shortName=gb,categories=governance
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Vendor",type=string,JSONPath=`.spec.vendor`
// +kubebuilder:printcolumn:name="Tenant",type=string,JSONPath=`.status.tenantName`
// +kubebuilder:printcolumn:name="Endpoint",type=string,JSONPath=`.spec.endpoint`,priority=1
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:selectablefield:JSONPath=`.spec.vendor`
type GovernanceBackend struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`
	// spec names the tenant, its vendor and the credentials.
	// +required
	Spec GovernanceBackendSpec `json:"spec"`
	// status is the observed state of the tenant.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status GovernanceBackendStatus `json:"status,omitempty"`
}

// GetBackendSpec returns the part of the spec that both backend kinds share.
func (b *GovernanceBackend) GetBackendSpec() *GovernanceBackendSpec { return &b.Spec }

// GetBackendStatus returns the status.
func (b *GovernanceBackend) GetBackendStatus() *GovernanceBackendStatus { return &b.Status }

// GovernanceBackendList is a list of GovernanceBackend.
// +kubebuilder:object:root=true
type GovernanceBackendList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []GovernanceBackend `json:"items"`
}

// ClusterGovernanceBackend is a tenant of a governance vendor, for the objects of the namespaces it allows.
// Its Secrets, ServiceAccounts and ConfigMaps are in the operator's namespace.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Cluster,path=clustergovernancebackends,shortName=cgb,categories=governance
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Vendor",type=string,JSONPath=`.spec.vendor`
// +kubebuilder:printcolumn:name="Tenant",type=string,JSONPath=`.status.tenantName`
// +kubebuilder:printcolumn:name="Endpoint",type=string,JSONPath=`.spec.endpoint`,priority=1
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:selectablefield:JSONPath=`.spec.vendor`
type ClusterGovernanceBackend struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`
	// spec names the tenant, its vendor, the credentials, and the namespaces that may use them.
	// +required
	Spec ClusterGovernanceBackendSpec `json:"spec"`
	// status is the observed state of the tenant.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status GovernanceBackendStatus `json:"status,omitempty"`
}

// GetBackendSpec returns the part of the spec that both backend kinds share.
func (b *ClusterGovernanceBackend) GetBackendSpec() *GovernanceBackendSpec {
	return &b.Spec.GovernanceBackendSpec
}

// GetBackendStatus returns the status.
func (b *ClusterGovernanceBackend) GetBackendStatus() *GovernanceBackendStatus { return &b.Status }

// ClusterGovernanceBackendList is a list of ClusterGovernanceBackend.
// +kubebuilder:object:root=true
type ClusterGovernanceBackendList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ClusterGovernanceBackend `json:"items"`
}
