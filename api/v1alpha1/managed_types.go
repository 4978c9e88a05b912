package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// BackendRef names the backend that holds the tenant and the credentials.
type BackendRef struct {
	// kind is GovernanceBackend (same namespace) or ClusterGovernanceBackend.
	// +optional
	// +kubebuilder:default=GovernanceBackend
	// +kubebuilder:validation:Enum=GovernanceBackend;ClusterGovernanceBackend
	Kind string `json:"kind,omitempty"`
	// name of the backend object, for example "prod".
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
}

// CreationPolicy defines what may be done while there is no remote.
// +kubebuilder:validation:Enum=Create;Adopt;CreateOrAdopt;CreateDuplicate
type CreationPolicy string

// DriftPolicy defines what is done about a remote that differs from an unchanged spec.
// +kubebuilder:validation:Enum=Correct;Report
type DriftPolicy string

// DeletionPolicy defines what happens at the vendor when the object is deleted.
// +kubebuilder:validation:Enum=Delete;Retire;Orphan
type DeletionPolicy string

// RemovedPolicy defines what happens to a field that this object wrote and that leaves its spec.
// +kubebuilder:validation:Enum=Revert;Keep
type RemovedPolicy string

// The values of the policies.
const (
	CreationCreate          CreationPolicy = "Create"
	CreationAdopt           CreationPolicy = "Adopt"
	CreationCreateOrAdopt   CreationPolicy = "CreateOrAdopt"
	CreationCreateDuplicate CreationPolicy = "CreateDuplicate"

	DriftCorrect DriftPolicy = "Correct"
	DriftReport  DriftPolicy = "Report"

	DeletionDelete DeletionPolicy = "Delete"
	DeletionRetire DeletionPolicy = "Retire"
	DeletionOrphan DeletionPolicy = "Orphan"

	RemovedRevert RemovedPolicy = "Revert"
	RemovedKeep   RemovedPolicy = "Keep"
)

// Management holds the policies of a managed object.
type Management struct {
	// creation is a policy: Create creates a new remote, and stops (RemoteExists, ClaimedByOther) where one of that name is in the
	// same place; Adopt takes an existing one over and never creates; CreateOrAdopt takes an existing one if there is
	// one; CreateDuplicate creates a new one beside one of that name. Names of AccessReviews may repeat. Unset: Create, or Adopt where the vendor cannot create.
	// +optional
	Creation CreationPolicy `json:"creation,omitempty"`
	// drift is a policy: Correct writes the spec back when the remote was changed by somebody else; Report only
	// reports it (Synced=False, Drifted) and leaves it. A changed spec is always applied. Unset: Correct.
	// +optional
	Drift DriftPolicy `json:"drift,omitempty"`
	// deletion is a policy: Delete removes the remote with the object; Retire takes it out of service (Veza);
	// Orphan leaves it untouched. Unset: Delete where the vendor can, else Orphan; Orphan for an AccessReview that has started.
	// +optional
	Deletion DeletionPolicy `json:"deletion,omitempty"`
	// removed is a policy: Revert closes what a field opened that this object wrote and that leaves the spec, clears what can be cleared, and keeps
	// a list, which then holds what widens (FieldRemoved); Keep leaves all of it as it is and lists it in status.leftBehind. What
	// this object never wrote is not touched. Unset: the value of the backend, else Revert.
	// +optional
	Removed RemovedPolicy `json:"removed,omitempty"`
}

// ManagedSpec is the part of the spec that the three managed kinds share.
// +kubebuilder:validation:XValidation:rule="!has(self.remoteID) || !has(self.management) || !has(self.management.creation) || self.management.creation != 'CreateDuplicate'",message="remoteID binds an existing remote, and CreateDuplicate creates a new one: remove one of them"
// +kubebuilder:validation:XValidation:rule="self.backendRef == oldSelf.backendRef",message="backendRef cannot be changed: the remote is in the backend's tenant; delete and apply"
type ManagedSpec struct {
	// backendRef names the tenant to use. It cannot be changed.
	// +required
	BackendRef BackendRef `json:"backendRef"`
	// remoteID binds this object to exactly this existing remote, by the vendor's id. It implies
	// adoption: nothing is ever created. It can be set only while the object is not bound to another remote.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	RemoteID string `json:"remoteID,omitempty"`
	// suspend holds every write at the vendor, deletes too. Reads go on, and what would be
	// written is listed in status.remote.changes.
	// +optional
	Suspend bool `json:"suspend,omitempty"`
	// management defines how the remote is created, kept and deleted.
	// +optional
	Management *Management `json:"management,omitempty"`
}

// RemotePhase is the state of the remote.
// +kubebuilder:validation:Enum=Live;Pending;Sealed;Failed
type RemotePhase string

// DriftStatus is how the remote differed from the spec when somebody else had changed it.
type DriftStatus struct {
	// at is when it was noticed.
	// +required
	At metav1.Time `json:"at"`
	// fields that differed.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=256
	Fields []string `json:"fields,omitempty"`
}

// RemoteStatus is the observed state of the object at the vendor.
type RemoteStatus struct {
	// id given by the vendor.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
	// parentID is the app, source, datasource or configuration that the id is relative to.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	ParentID string `json:"parentID,omitempty"`
	// tenantID is the tenant in which the remote lives; writes never go to another one.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	TenantID string `json:"tenantID,omitempty"`
	// url opens the remote in the vendor's console.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	URL string `json:"url,omitempty"`
	// phase is Live, Pending (the vendor is still working), Sealed (takes no more edits) or Failed.
	// +optional
	Phase RemotePhase `json:"phase,omitempty"`
	// version is the vendor's etag or modification time as last seen.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Version string `json:"version,omitempty"`
	// digest of the managed fields, identity and phase as last seen.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	Digest string `json:"digest,omitempty"`
	// createdAt is when the vendor created it.
	// +optional
	CreatedAt *metav1.Time `json:"createdAt,omitempty"`
	// changedAt is when a change at the vendor was last noticed.
	// +optional
	ChangedAt *metav1.Time `json:"changedAt,omitempty"`
	// lastWrittenAt is when the vendor last accepted a write of ours.
	// +optional
	LastWrittenAt *metav1.Time `json:"lastWrittenAt,omitempty"`
	// deleteSentAt is when a deletion was accepted that is not finished yet.
	// +optional
	DeleteSentAt *metav1.Time `json:"deleteSentAt,omitempty"`
	// lastDrift is the last change of managed fields by somebody else, whether it was put back or left.
	// +optional
	LastDrift *DriftStatus `json:"lastDrift,omitempty"`
	// changes lists the fields that differ from the spec right now.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=256
	Changes []string `json:"changes,omitempty"`
	// narrowed lists the fields of an edit that were written although something else of the spec could not be resolved,
	// since they only take access away. Empty once all of the spec is carried out.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=256
	Narrowed []string `json:"narrowed,omitempty"`
}

// ResolvedName is what a name in the spec meant when it was resolved. It belongs to the question (kind,
// parentID, typeID and name), wherever in the spec it is asked.
type ResolvedName struct {
	// kind of what is named, for example "App" or "Entitlement".
	// +optional
	// +kubebuilder:validation:MaxLength=32
	Kind string `json:"kind,omitempty"`
	// parentID is the id of the app, source or datasource in which the name counts.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	ParentID string `json:"parentID,omitempty"`
	// typeID narrows the name to a type, for example that of a policy.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	TypeID string `json:"typeID,omitempty"`
	// name as written. A long one is kept as its beginning and a digest.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Name string `json:"name,omitempty"`
	// id at the vendor.
	// +required
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id"`
	// reason is set while the name does not mean id any more: NameMoved (id stays in use), or
	// NameNotFound or NameAmbiguous where what id meant is gone.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Reason string `json:"reason,omitempty"`
	// message explains what the name means now, while reason is set.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	Message string `json:"message,omitempty"`
	// path of the field, in what an earlier version of the operator wrote.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Path string `json:"path,omitempty"`
}

// AppliedInput remembers a field that the vendor never shows again.
type AppliedInput struct {
	// path of the field.
	// +required
	// +kubebuilder:validation:MaxLength=256
	Path string `json:"path"`
	// hash of the value as last applied.
	// +required
	// +kubebuilder:validation:MaxLength=128
	Hash string `json:"hash"`
}

// Echo remembers what a server made of a value, so that a trimmed or recased value is not written twice.
type Echo struct {
	// path of the field.
	// +required
	// +kubebuilder:validation:MaxLength=256
	Path string `json:"path"`
	// sent is the hash of the value that was sent.
	// +required
	// +kubebuilder:validation:MaxLength=128
	Sent string `json:"sent"`
	// seen is the hash of the value that came back.
	// +required
	// +kubebuilder:validation:MaxLength=128
	Seen string `json:"seen"`
}

// SettlingField is a field that was written and that the vendor shows some time later.
type SettlingField struct {
	// path of the field.
	// +required
	// +kubebuilder:validation:MaxLength=256
	Path string `json:"path"`
	// hash of the value that was sent.
	// +required
	// +kubebuilder:validation:MaxLength=128
	Hash string `json:"hash"`
	// since is when the vendor accepted it.
	// +required
	Since metav1.Time `json:"since"`
}

// WrittenFields are the fields that an object gave another value than they had.
type WrittenFields struct {
	// paths below spec, each key of a map its own, for example "membership.expression".
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=128
	// +kubebuilder:validation:items:MaxLength=256
	Paths []string `json:"paths,omitempty"`
}

// LeftBehindState is the state of a field that left the spec.
// +kubebuilder:validation:Enum=Left;Closed;Cleared
type LeftBehindState string

// The states of what was left behind.
const (
	LeftBehindLeft    LeftBehindState = "Left"
	LeftBehindClosed  LeftBehindState = "Closed"
	LeftBehindCleared LeftBehindState = "Cleared"
)

// LeftBehind is a field at the vendor that this object wrote and does not manage any more.
type LeftBehind struct {
	// path below spec.
	// +required
	// +kubebuilder:validation:MaxLength=256
	Path string `json:"path"`
	// state is Left as this object wrote it, Closed (it opens nothing any more) or Cleared; what stood there before the object
	// came is not known.
	// +required
	State LeftBehindState `json:"state"`
}

// ManagedStatus is the part of the status that the three managed kinds share.
type ManagedStatus struct {
	// observedGeneration is the generation this status is about; -1 until the first pass.
	// +optional
	// +kubebuilder:validation:Minimum=-1
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// conditions are Accepted, ResolvedRefs, Synced and Ready; Reconciling or Stalled only while true.
	// +optional
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=16
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// version is the vendor's own version number, where it has one.
	// +optional
	Version *int64 `json:"version,omitempty"`
	// draftVersion is the number of a draft that exists at the vendor.
	// +optional
	DraftVersion *int64 `json:"draftVersion,omitempty"`
	// revision counts the passes in which the vendor accepted a change; 1 for an adoption without a change.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Revision int64 `json:"revision,omitempty"`
	// remote is the observed state of the object at the vendor.
	// +optional
	Remote *RemoteStatus `json:"remote,omitempty"`
	// resolved pins what names in the spec meant. Where they are too many to be kept in the object the
	// last ones are left out, and asked anew whenever they are needed.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=4096
	Resolved []ResolvedName `json:"resolved,omitempty"`
	// inputsDigest identifies the inputs that this status was computed from.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	InputsDigest string `json:"inputsDigest,omitempty"`
	// appliedInputs holds hashes of fields that the vendor never shows again.
	// +optional
	// +listType=map
	// +listMapKey=path
	// +kubebuilder:validation:MaxItems=16
	AppliedInputs []AppliedInput `json:"appliedInputs,omitempty"`
	// desiredDigest is the digest of the last desired state that was reached.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	DesiredDigest string `json:"desiredDigest,omitempty"`
	// closedAttempt is the last create attempt whose outcome is known.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ClosedAttempt int64 `json:"closedAttempt,omitempty"`
	// echoes remember what the server made of values it does not keep as sent.
	// +optional
	// +listType=map
	// +listMapKey=path
	// +kubebuilder:validation:MaxItems=16
	Echoes []Echo `json:"echoes,omitempty"`
	// settling are fields that were written and that the vendor does not show yet: Synced is Unknown until it does, and nothing is
	// written again.
	// +optional
	// +listType=map
	// +listMapKey=path
	// +kubebuilder:validation:MaxItems=16
	Settling []SettlingField `json:"settling,omitempty"`
	// written are the fields that this object wrote at the vendor, so that they can be taken back when they leave the spec. Absent
	// where an earlier version of the operator wrote them.
	// +optional
	Written *WrittenFields `json:"written,omitempty"`
	// leftBehind are fields that this object wrote, that left its spec, and that do not stand as if it had never come. A field
	// that comes back into the spec is not listed any more.
	// +optional
	// +listType=map
	// +listMapKey=path
	// +kubebuilder:validation:MaxItems=128
	LeftBehind []LeftBehind `json:"leftBehind,omitempty"`
	// lastHandledReconcileAt echoes the annotation governance-operator.io/reconcile-requested-at.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	LastHandledReconcileAt string `json:"lastHandledReconcileAt,omitempty"`
}
