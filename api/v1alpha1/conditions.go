package v1alpha1

// Condition types of the managed kinds. Accepted, ResolvedRefs, Synced and Ready
// are positive: True is good, and each is present from the pass that first knows
// it. Reconciling and Stalled are abnormal-true: present only while True, never both.
const (
	// ConditionAccepted: the spec can be carried out by this vendor.
	ConditionAccepted = "Accepted"
	// ConditionResolvedRefs: every reference and name in the spec was found.
	ConditionResolvedRefs = "ResolvedRefs"
	// ConditionSynced: the remote is as specified. Unknown while the operator is working on it.
	ConditionSynced = "Synced"
	// ConditionReady is computed from the others. On a backend: the tenant answers and may be written to.
	ConditionReady = "Ready"
	// ConditionReconciling: work is under way, or something is waited for that comes without the user.
	ConditionReconciling = "Reconciling"
	// ConditionStalled: no retry will fix it; somebody has to act.
	ConditionStalled = "Stalled"
)

// Reasons of a healthy object.
const (
	// ReasonValid: the spec was accepted.
	ReasonValid = "Valid"
	// ReasonResolved: every reference and name was found.
	ReasonResolved = "Resolved"
	// ReasonInSync: the remote is as specified.
	ReasonInSync = "InSync"
	// ReasonDrifted: the remote differs and `drift: Report`, or a field the vendor has sealed, says leave it.
	ReasonDrifted = "Drifted"
	// ReasonStartHeld: a review waits for its mode or its time.
	ReasonStartHeld = "StartHeld"
	// ReasonSuspended: spec.suspend, or the backend's, holds every write.
	ReasonSuspended = "Suspended"
)

// Reasons of work under way: wait, the message says for what.
const (
	ReasonLooking           = "Looking"
	ReasonCreating          = "Creating"
	ReasonRecreating        = "Recreating"
	ReasonAdopting          = "Adopting"
	ReasonUpdating          = "Updating"
	ReasonCorrectingDrift   = "CorrectingDrift"
	ReasonDeleting          = "Deleting"
	ReasonRetiring          = "Retiring"
	ReasonRemovingDuplicate = "RemovingDuplicate"
	ReasonVendorWorking     = "VendorWorking"
	ReasonDeletionPending   = "DeletionPending"
	ReasonOutcomePending    = "OutcomePending"
	ReasonAbsenceUnproved   = "AbsenceUnproved"
	ReasonIndexPending      = "IndexPending"
)

// Reasons that an edit of the spec mends.
const (
	// ReasonInvalidSpec: the field named in the message cannot be so.
	ReasonInvalidSpec = "InvalidSpec"
	// ReasonFieldUnsupported: this vendor cannot hold the field named.
	ReasonFieldUnsupported = "FieldUnsupported"
	// ReasonExpressionInvalid: the expression named does not compile for its environment.
	ReasonExpressionInvalid = "ExpressionInvalid"
	// ReasonCreateUnsupported: this vendor cannot create this kind; adopt instead.
	ReasonCreateUnsupported = "CreateUnsupported"
	// ReasonUpdateUnsupported: this vendor cannot update this kind.
	ReasonUpdateUnsupported = "UpdateUnsupported"
	// ReasonDeletionUnsupported: the deletion policy is not possible here; choose Orphan.
	ReasonDeletionUnsupported = "DeletionUnsupported"
	// ReasonRemoteIDMismatch: remoteID differs from the remote this object is bound to.
	ReasonRemoteIDMismatch = "RemoteIDMismatch"
	// ReasonSealedByVendor: the vendor takes this field no more; put the old value back, or delete and apply.
	ReasonSealedByVendor = "SealedByVendor"
)

// Reasons about references and names.
const (
	ReasonReferenceNotFound = "ReferenceNotFound"
	ReasonReferenceNotReady = "ReferenceNotReady"
	ReasonReferenceCycle    = "ReferenceCycle"
	ReasonNameNotFound      = "NameNotFound"
	// ReasonNameAmbiguous: more than one answers to the name; use the id.
	ReasonNameAmbiguous = "NameAmbiguous"
	// ReasonNameMoved: the name now means another remote than the pinned one, which stays in use.
	ReasonNameMoved = "NameMoved"
	ReasonBlocked   = "Blocked"
)

// Reasons about the backend.
const (
	ReasonBackendNotFound    = "BackendNotFound"
	ReasonBackendNotAllowed  = "BackendNotAllowed"
	ReasonBackendNotReady    = "BackendNotReady"
	ReasonBackendUnavailable = "BackendUnavailable"
	ReasonThrottled          = "Throttled"
	// ReasonTenantChanged: the credentials answer for another tenant than the pinned one.
	ReasonTenantChanged = "TenantChanged"
	// ReasonMassAbsence: far too many remotes vanished at once; confirm with accept-absence.
	ReasonMassAbsence = "MassAbsence"
	// ReasonMassDeletion: far too many deletions at once; confirm with accept-deletions.
	ReasonMassDeletion = "MassDeletion"
	// ReasonStillReferenced: the deletion waits, as the object asks for, until no other object refers to it.
	ReasonStillReferenced = "StillReferenced"
)

// Reasons that need a person at the vendor or in Git.
const (
	// ReasonRemoteNotFound: nothing to adopt yet.
	ReasonRemoteNotFound = "RemoteNotFound"
	// ReasonRemoteExists: it, or one of its name in the same place, exists already and is somebody's; adopt it, set remoteID, rename,
	// or ask for a second one of the name.
	ReasonRemoteExists = "RemoteExists"
	// ReasonRemoteMissing: it was there, or may have been, and policy forbids another.
	ReasonRemoteMissing = "RemoteMissing"
	// ReasonRemoteFailed: the vendor's own work failed.
	ReasonRemoteFailed = "RemoteFailed"
	// ReasonPendingTooLong: the vendor has been working for more than 24 hours.
	ReasonPendingTooLong = "PendingTooLong"
	// ReasonOwnershipLost: our mark is gone, or is another's.
	ReasonOwnershipLost = "OwnershipLost"
	// ReasonClaimedByOther: another object in this cluster has the same remote, or one of the same name in the same place.
	ReasonClaimedByOther = "ClaimedByOther"
	// ReasonOutcomeUnknown: a create may have happened and this vendor cannot show it.
	ReasonOutcomeUnknown = "OutcomeUnknown"
	// ReasonAmbiguousRemote: two remotes bear our token, or two answer to the key.
	ReasonAmbiguousRemote = "AmbiguousRemote"
	// ReasonNonConverging: the vendor does not keep the field named.
	ReasonNonConverging = "NonConverging"
	// ReasonDraftPending: somebody else's draft is open.
	ReasonDraftPending = "DraftPending"
	// ReasonFieldRemoved: a list that this object wrote left the spec; say what is meant.
	ReasonFieldRemoved = "FieldRemoved"
	// ReasonNameTaken: the vendor refuses the name while another object of this cluster has it, which is waited for.
	ReasonNameTaken = "NameTaken"
	// ReasonRefused: the vendor said no; its words are in the message.
	ReasonRefused = "Refused"
	// ReasonRefusedPerhaps: the vendor keeps answering one call with a failure that may as well be a mistake of the spec.
	ReasonRefusedPerhaps = "RefusedPerhaps"
	// ReasonDeletionBlocked: the vendor cannot be reached or refuses the deletion.
	ReasonDeletionBlocked = "DeletionBlocked"
)

// Reasons of events only: why the finalizer went and whether anything stays at the vendor.
const (
	ReasonKindRemoved  = "KindRemoved"
	ReasonOrphaned     = "Orphaned"
	ReasonNothingSent  = "NothingSent"
	ReasonGone         = "Gone"
	ReasonNotOurs      = "NotOurs"
	ReasonNotDeletable = "NotDeletable"
	ReasonRetired      = "Retired"
	// ReasonManualStep: the spec is accepted and needs a step of a person in the vendor's console.
	ReasonManualStep = "ManualStep"
	// ReasonStatusRefused: the API server refused the status, and the most important of it was written alone.
	ReasonStatusRefused = "StatusRefused"
	// ReasonRecovered: found by its mark after an interrupted create.
	ReasonRecovered = "Recovered"
	// ReasonLeftBehind: fields left the spec that do not stand as if this object had never written them.
	ReasonLeftBehind = "LeftBehind"
	// ReasonCopiedIntent: an intent annotation of another object was ignored.
	ReasonCopiedIntent = "CopiedIntent"
)

// Reasons of a backend's Ready condition, beside TenantChanged, MassAbsence and MassDeletion.
const (
	ReasonAuthenticated  = "Authenticated"
	ReasonSecretNotFound = "SecretNotFound"
	ReasonSecretInvalid  = "SecretInvalid"
	ReasonUnauthorized   = "Unauthorized"
	ReasonUnreachable    = "Unreachable"
	ReasonCircuitOpen    = "CircuitOpen"
)
