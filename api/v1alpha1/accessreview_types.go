package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// AccessReviewSpec is an access review as specified. A review runs once, like a Job: after its start the
// vendor takes few edits, and once it was there it is never created again.
// +kubebuilder:validation:XValidation:rule="has(self.owners) == has(oldSelf.owners) && (!has(self.owners) || (self.owners.all(o, o in oldSelf.owners) && oldSelf.owners.all(o, o in self.owners)))",message="owners can be set at creation only, and the vendor never shows them again; change them in the console, or delete and apply"
// +kubebuilder:validation:XValidation:rule="!has(self.management) || !has(self.management.creation) || self.management.creation != 'CreateDuplicate'",message="management.creation: CreateDuplicate has no effect on reviews, whose names may repeat; leave it unset"
// +kubebuilder:validation:XValidation:rule="!(has(self.deadline) && has(self.duration))",message="write at most one of deadline and duration"
// +kubebuilder:validation:XValidation:rule="!has(self.duration) || (has(oldSelf.duration) && self.duration == oldSelf.duration)",message="duration counts from the creation and cannot be set or changed later; write a deadline instead"
// +kubebuilder:validation:XValidation:rule="!has(self.close) || self.close.mode != 'Automatic' || has(self.deadline) || has(self.duration) || has(self.remoteID)",message="close.mode Automatic needs a deadline or a duration"
// +kubebuilder:validation:XValidation:rule="!has(self.start) || !has(self.start.at) || !has(self.deadline) || has(self.remoteID) || timestamp(self.start.at) < timestamp(self.deadline)",message="start.at must be before deadline"
// +kubebuilder:validation:XValidation:rule="!has(self.conductorOne) || has(self.owners) || has(self.remoteID)",message="owners must name at least one user: ConductorOne takes no review without an owner"
// +kubebuilder:validation:XValidation:rule="(has(self.conductorOne) && has(self.conductorOne.duplicateFrom)) == (has(oldSelf.conductorOne) && has(oldSelf.conductorOne.duplicateFrom)) && (!has(self.conductorOne) || !has(self.conductorOne.duplicateFrom) || self.conductorOne.duplicateFrom == oldSelf.conductorOne.duplicateFrom)",message="conductorOne.duplicateFrom can be set at creation only; delete and apply"
// +kubebuilder:validation:XValidation:rule="[has(self.conductorOne), has(self.sailPoint), has(self.veza)].filter(x, x).size() <= 1",message="write at most one of conductorOne, sailPoint and veza: the backend's vendor"
// +kubebuilder:validation:XValidation:rule="!has(self.sailPoint) || has(self.deadline) || has(self.duration) || has(self.remoteID)",message="SailPoint starts no review without an end: write deadline or duration"
// +kubebuilder:validation:XValidation:rule="!has(self.sailPoint) || !(self.sailPoint.type in ['SourceOwner', 'MachineAccount']) || has(self.remoteID) || (has(self.scope) && has(self.scope.apps) && has(self.scope.apps.selected))",message="sailPoint.type SourceOwner and MachineAccount need scope.apps.selected: the sources"
// +kubebuilder:validation:XValidation:rule="!has(self.sailPoint) || !has(self.sailPoint.search) || !has(self.sailPoint.search.query) || !has(self.scope) || !has(self.scope.users)",message="sailPoint.search.query and scope.users exclude each other"
// +kubebuilder:validation:XValidation:rule="!has(self.veza) || !has(self.veza.reviewerAssignment) || !has(self.reviewer)",message="write at most one of reviewer and veza.reviewerAssignment"
// +kubebuilder:validation:XValidation:rule="!has(self.veza) || !has(self.veza.notes) || !has(self.description)",message="write at most one of description and veza.notes: Veza keeps one text"
// +kubebuilder:validation:XValidation:rule="(!has(oldSelf.veza) || has(self.veza)) && (!has(oldSelf.veza) || !has(self.veza) || !has(oldSelf.veza.configuration.id) || !has(self.veza.configuration.id) || self.veza.configuration.id == oldSelf.veza.configuration.id)",message="veza.configuration cannot be removed or changed: a review is a run of it; delete and apply"
type AccessReviewSpec struct {
	ManagedSpec `json:",inline"`
	// displayName that people see, for example "Q4 privileged access". Needed where the operator creates the review.
	// Unset: not managed.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=1024
	DisplayName string `json:"displayName,omitempty"`
	// description that people see. Unset: not managed; "": no description.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Description *string `json:"description,omitempty"`
	// owners who run the review, for example [{email: ada@corp.example}]. ConductorOne needs at least one, takes them
	// at creation only and never returns them: they cannot be changed here.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Owners []UserRef `json:"owners,omitempty"`
	// reviewer who decides: SailPoint takes one user, a governance group, or the managers; Veza users, or the managers.
	// At ConductorOne the certify policy names them. Unset: as the vendor has it.
	// +optional
	Reviewer *Reviewer `json:"reviewer,omitempty"`
	// deadline of the review, for example "2026-12-31T17:00:00Z". It may be moved while the vendor allows it. A review that
	// does not exist yet is refused if it is past; an existing one is not.
	// +optional
	Deadline Timestamp `json:"deadline,omitempty"`
	// duration of the review instead of a deadline, for example "336h". It is counted once, from the creation; from
	// then on the vendor's deadline counts; to move it, write a deadline in place of the duration.
	// +optional
	Duration Duration `json:"duration,omitempty"`
	// start defines when the review goes to the reviewers. Unset: Manual.
	// +optional
	Start *ReviewStart `json:"start,omitempty"`
	// close defines how the review ends. Unset: not managed.
	// +optional
	Close *ReviewClose `json:"close,omitempty"`
	// notifications that the vendor sends to reviewers. Unset ones are not managed.
	// +optional
	Notifications *ReviewNotifications `json:"notifications,omitempty"`
	// scope defines what is reviewed. After the start it is read-only.
	// +optional
	Scope *ReviewScope `json:"scope,omitempty"`
	// conductorOne holds the fields that only ConductorOne has.
	// +optional
	ConductorOne *ConductorOneReview `json:"conductorOne,omitempty"`
	// sailPoint holds the fields that only SailPoint has.
	// +optional
	SailPoint *SailPointReview `json:"sailPoint,omitempty"`
	// veza holds the fields that only Veza has.
	// +optional
	Veza *VezaReview `json:"veza,omitempty"`
}

// Reviewer defines who decides. Exactly one way must be written.
// +kubebuilder:validation:XValidation:rule="[has(self.users), has(self.group), has(self.manager)].exists_one(x, x)",message="write exactly one of users, group and manager"
type Reviewer struct {
	// users who decide.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	Users []UserRef `json:"users,omitempty"`
	// group whose members decide.
	// +optional
	Group *NamedRef `json:"group,omitempty"`
	// manager written as {} means: the manager of each person decides.
	// +optional
	Manager *Marker `json:"manager,omitempty"`
}

// StartMode defines when a review starts.
// +kubebuilder:validation:Enum=Manual;Immediate;Scheduled
type StartMode string

// The start modes.
const (
	StartManual    StartMode = "Manual"
	StartImmediate StartMode = "Immediate"
	StartScheduled StartMode = "Scheduled"
)

// ReviewStart defines when a review starts.
// +kubebuilder:validation:XValidation:rule="(self.mode == 'Scheduled') == has(self.at)",message="start.at belongs to start.mode Scheduled: write both or neither"
type ReviewStart struct {
	// mode is Manual (a person starts it), Immediate (as soon as the vendor has prepared it) or Scheduled (at the time in at).
	// +required
	Mode StartMode `json:"mode"`
	// at is the instant of a Scheduled start, for example "2026-10-01T08:00:00Z".
	// +optional
	At Timestamp `json:"at,omitempty"`
}

// CloseMode defines how a review ends.
// +kubebuilder:validation:Enum=Manual;Automatic
type CloseMode string

// UndecidedAction defines what happens to access without a decision.
// +kubebuilder:validation:Enum=NoAction;Approve;Revoke;Skip
type UndecidedAction string

// The close modes, and what happens to undecided access.
const (
	CloseManual    CloseMode = "Manual"
	CloseAutomatic CloseMode = "Automatic"

	UndecidedNoAction UndecidedAction = "NoAction"
	UndecidedApprove  UndecidedAction = "Approve"
	UndecidedRevoke   UndecidedAction = "Revoke"
	UndecidedSkip     UndecidedAction = "Skip"
)

// ReviewClose defines how a review ends.
// +kubebuilder:validation:XValidation:rule="!has(self.undecided) || self.mode == 'Automatic'",message="close.undecided belongs to close.mode Automatic"
type ReviewClose struct {
	// mode is Manual (a person ends it) or Automatic (at the deadline; not possible at Veza).
	// +required
	Mode CloseMode `json:"mode"`
	// undecided access, at an automatic end: NoAction, Approve, Revoke or Skip; ConductorOne knows no Approve. Unset: not managed.
	// +optional
	Undecided UndecidedAction `json:"undecided,omitempty"`
}

// ReviewNotifications are mails to reviewers.
type ReviewNotifications struct {
	// kickoff is a mail when the review starts. SailPoint has one switch for all mails, which is this one.
	// +optional
	Kickoff *bool `json:"kickoff,omitempty"`
	// reminders are mails while tasks are open.
	// +optional
	Reminders *bool `json:"reminders,omitempty"`
	// close is a mail when the review ends.
	// +optional
	Close *bool `json:"close,omitempty"`
}

// ReviewState is where a review stands.
// +kubebuilder:validation:Enum=Configuring;Staged;Missed;Running;Overdue;Completed;Failed;Removed
type ReviewState string

// The states of a review.
const (
	ReviewConfiguring ReviewState = "Configuring"
	ReviewStaged      ReviewState = "Staged"
	ReviewMissed      ReviewState = "Missed"
	ReviewRunning     ReviewState = "Running"
	ReviewOverdue     ReviewState = "Overdue"
	ReviewCompleted   ReviewState = "Completed"
	ReviewFailed      ReviewState = "Failed"
	ReviewRemoved     ReviewState = "Removed"
)

// ReviewProgress counts the decisions of a review.
type ReviewProgress struct {
	// total number of decisions to take.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Total int64 `json:"total"`
	// completed decisions.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Completed int64 `json:"completed"`
	// certified counts the decisions that let the access stand.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Certified int64 `json:"certified"`
	// revoked counts the decisions that took the access away.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Revoked int64 `json:"revoked"`
	// summary of completed and total, for example "12/40".
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Summary string `json:"summary,omitempty"`
}

// AccessReviewStatus is the observed state of the access review.
type AccessReviewStatus struct {
	ManagedStatus `json:",inline"`
	// state is Configuring, Staged (waits for its start), Missed (its deadline passed before it started), Running,
	// Overdue (past its deadline and open), Completed,
	// Failed, or Removed (somebody deleted it at the vendor; it is not created again).
	// +optional
	State ReviewState `json:"state,omitempty"`
	// vendorState is the state in the vendor's own word.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	VendorState string `json:"vendorState,omitempty"`
	// progress of the decisions; refreshed every few minutes while the review runs.
	// +optional
	Progress *ReviewProgress `json:"progress,omitempty"`
	// startedAt is when the review started.
	// +optional
	StartedAt *metav1.Time `json:"startedAt,omitempty"`
	// closedAt is when the review ended.
	// +optional
	ClosedAt *metav1.Time `json:"closedAt,omitempty"`
	// reviewers whom the vendor names in the review, by their ids; those whom a policy chooses are not among them.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=320
	Reviewers []string `json:"reviewers,omitempty"`
	// deadline as the vendor has it.
	// +optional
	Deadline *metav1.Time `json:"deadline,omitempty"`
	// alerts that the vendor raised about the review.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MaxLength=512
	Alerts []string `json:"alerts,omitempty"`
	// reports of the review that the vendor has made, the newest first. Fetch them from the vendor: the
	// address of a report opens it to whoever has it, and is valid for a short while only.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	Reports []ReviewReport `json:"reports,omitempty"`
	// reportURLs holds addresses that older versions stored and that open reports to whoever reads them. It is emptied where it is
	// found, is never written, and is removed in the next version of the API.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	// +kubebuilder:validation:items:MaxLength=2048
	// Deprecated: it is only there to be emptied.
	ReportURLs []string `json:"reportURLs,omitempty"`
}

// ReviewReport is a report of a review.
type ReviewReport struct {
	// id of the report at the vendor.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id,omitempty"`
	// format of the file, for example XLSX.
	// +optional
	// +kubebuilder:validation:MaxLength=16
	Format string `json:"format,omitempty"`
	// createdAt is when it was made.
	// +optional
	CreatedAt *metav1.Time `json:"createdAt,omitempty"`
	// hashes of the file that the vendor publishes, to verify a copy of it.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=8
	Hashes []ReportHash `json:"hashes,omitempty"`
}

// ReportHash is a hash of a report.
type ReportHash struct {
	// algorithm in the vendor's word, for example sha256.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Algorithm string `json:"algorithm,omitempty"`
	// value as the vendor writes it.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Value string `json:"value,omitempty"`
}

// AccessReview is a review of access by the people who answer for it.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:scope=Namespaced,path=accessreviews,shortName=accrev,categories=governance
// +kubebuilder:validation:XValidation:rule="self.metadata.name.size() <= 63",message="the name of an AccessReview has at most 63 characters"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Progress",type=string,JSONPath=`.status.progress.summary`
// +kubebuilder:printcolumn:name="Deadline",type=string,JSONPath=`.status.deadline`
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
type AccessReview struct {
	metav1.TypeMeta `json:",inline"`
	// metadata of the object.
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`
	// spec is the review as specified. A field that was never set is not managed; management.removed
	// defines what happens to a field that this object wrote and that leaves the spec.
	// +required
	Spec AccessReviewSpec `json:"spec"`
	// status is the observed state of the review.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status AccessReviewStatus `json:"status,omitempty"`
}

// GetManagedSpec returns the part of the spec that the managed kinds share.
func (r *AccessReview) GetManagedSpec() *ManagedSpec { return &r.Spec.ManagedSpec }

// GetManagedStatus returns the part of the status that the managed kinds share.
func (r *AccessReview) GetManagedStatus() *ManagedStatus { return &r.Status.ManagedStatus }

// AccessReviewList is a list of AccessReview.
// +kubebuilder:object:root=true
type AccessReviewList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []AccessReview `json:"items"`
}
