// Package reasons declares every reason of a condition or an event once, with its meaning. It imports nothing, so that the
// decision, which knows no Kubernetes, can use it. docs/troubleshooting.md has a heading for each.
package reasons

// Reasons of a healthy object.
const (
	// Valid: the spec was accepted.
	Valid = "Valid"
	// Resolved: every reference and name was found.
	Resolved = "Resolved"
	// InSync: the remote is as specified.
	InSync = "InSync"
	// Drifted: the remote differs and `drift: Report`, or a field that the vendor made read-only, says leave it.
	Drifted = "Drifted"
	// StartHeld: a review waits for its mode or its time.
	StartHeld = "StartHeld"
	// Suspended: spec.suspend, or the backend's, holds every write.
	Suspended = "Suspended"
)

// Reasons of work under way: wait, the message says for what.
const (
	Looking           = "Looking"
	Creating          = "Creating"
	Recreating        = "Recreating"
	Adopting          = "Adopting"
	Updating          = "Updating"
	CorrectingDrift   = "CorrectingDrift"
	Deleting          = "Deleting"
	Retiring          = "Retiring"
	RemovingDuplicate = "RemovingDuplicate"
	VendorWorking     = "VendorWorking"
	DeletionPending   = "DeletionPending"
	OutcomePending    = "OutcomePending"
	AbsenceUnproved   = "AbsenceUnproved"
	IndexPending      = "IndexPending"
)

// Reasons that an edit of the spec fixes.
const (
	// InvalidSpec: the field named in the message cannot be so.
	InvalidSpec = "InvalidSpec"
	// FieldUnsupported: this vendor cannot hold the field named.
	FieldUnsupported = "FieldUnsupported"
	// ExpressionInvalid: the expression named does not compile for its environment.
	ExpressionInvalid = "ExpressionInvalid"
	// CreateUnsupported: this vendor cannot create this kind; adopt instead.
	CreateUnsupported = "CreateUnsupported"
	// UpdateUnsupported: this vendor cannot update this kind.
	UpdateUnsupported = "UpdateUnsupported"
	// DeletionUnsupported: the deletion policy is not possible here; choose Orphan.
	DeletionUnsupported = "DeletionUnsupported"
	// RemoteIDMismatch: remoteID differs from the remote this object is bound to.
	RemoteIDMismatch = "RemoteIDMismatch"
	// SealedByVendor: the vendor takes this field no more; put the old value back, or delete and apply.
	SealedByVendor = "SealedByVendor"
)

// Reasons about references and names.
const (
	ReferenceNotFound = "ReferenceNotFound"
	ReferenceNotReady = "ReferenceNotReady"
	ReferenceCycle    = "ReferenceCycle"
	NameNotFound      = "NameNotFound"
	// NameAmbiguous: more than one answers to the name; use the id.
	NameAmbiguous = "NameAmbiguous"
	// NameMoved: the name now means another remote than the pinned one, which stays in use.
	NameMoved = "NameMoved"
	Blocked   = "Blocked"
)

// Reasons about the backend.
const (
	BackendNotFound    = "BackendNotFound"
	BackendNotAllowed  = "BackendNotAllowed"
	BackendNotReady    = "BackendNotReady"
	BackendUnavailable = "BackendUnavailable"
	Throttled          = "Throttled"
	// TenantChanged: the credentials answer for another tenant than the pinned one.
	TenantChanged = "TenantChanged"
	// MassAbsence: far too many remotes vanished at once; confirm with accept-absence.
	MassAbsence = "MassAbsence"
	// MassDeletion: far too many deletions at once; confirm with accept-deletions.
	MassDeletion = "MassDeletion"
	// StillReferenced: the deletion waits, as the object asks for, until no other object refers to it.
	StillReferenced = "StillReferenced"
)

// Reasons that need a person at the vendor or in Git.
const (
	// RemoteNotFound: nothing to adopt yet.
	RemoteNotFound = "RemoteNotFound"
	// RemoteExists: it, or one of its name in the same place, exists already and is somebody's; adopt it, set remoteID, rename,
	// or ask for a second one of the name.
	RemoteExists = "RemoteExists"
	// RemoteMissing: it was there, or may have been, and policy forbids another.
	RemoteMissing = "RemoteMissing"
	// RemoteFailed: the vendor's own work failed.
	RemoteFailed = "RemoteFailed"
	// PendingTooLong: the vendor has been working for more than 24 hours.
	PendingTooLong = "PendingTooLong"
	// OwnershipLost: our ownership marker is gone, or is another object's.
	OwnershipLost = "OwnershipLost"
	// ClaimedByOther: another object in this cluster has the same remote, or one of the same name in the same place.
	ClaimedByOther = "ClaimedByOther"
	// OutcomeUnknown: a create may have happened and this vendor cannot show it.
	OutcomeUnknown = "OutcomeUnknown"
	// AmbiguousRemote: two remotes carry our token, or two answer to the key.
	AmbiguousRemote = "AmbiguousRemote"
	// NonConverging: the vendor does not keep the field named.
	NonConverging = "NonConverging"
	// DraftPending: somebody else's draft is open.
	DraftPending = "DraftPending"
	// FieldRemoved: a list that this object wrote left the spec; say what is meant.
	FieldRemoved = "FieldRemoved"
	// NameTaken: the vendor refuses the name while another object of this cluster has it, which is waited for.
	NameTaken = "NameTaken"
	// Refused: the vendor said no; its words are in the message.
	Refused = "Refused"
	// RefusedPerhaps: the vendor keeps answering one call with a failure that may as well be a mistake of the spec.
	RefusedPerhaps = "RefusedPerhaps"
	// DeletionBlocked: the vendor cannot be reached or refuses the deletion.
	DeletionBlocked = "DeletionBlocked"
)

// Reasons of events only: why the finalizer went and whether anything stays at the vendor.
const (
	KindRemoved  = "KindRemoved"
	Orphaned     = "Orphaned"
	NothingSent  = "NothingSent"
	Gone         = "Gone"
	NotOurs      = "NotOurs"
	NotDeletable = "NotDeletable"
	Retired      = "Retired"
	// ManualStep: the spec is accepted and needs a step of a person in the vendor's console.
	ManualStep = "ManualStep"
	// StatusRefused: the API server refused the status, and the most important of it was written alone.
	StatusRefused = "StatusRefused"
	// Recovered: found by its ownership marker after an interrupted create.
	Recovered = "Recovered"
	// LeftBehind: fields left the spec that do not stand as if this object had never written them.
	LeftBehind = "LeftBehind"
	// CopiedIntent: an intent annotation of another object was ignored.
	CopiedIntent = "CopiedIntent"
)

// Reasons of a backend's Ready condition, beside TenantChanged, MassAbsence and MassDeletion.
const (
	Authenticated  = "Authenticated"
	SecretNotFound = "SecretNotFound"
	SecretInvalid  = "SecretInvalid"
	Unauthorized   = "Unauthorized"
	Unreachable    = "Unreachable"
	CircuitOpen    = "CircuitOpen"
)
