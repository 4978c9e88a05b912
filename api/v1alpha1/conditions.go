package v1alpha1

import "github.com/governance-operator/governance-operator/api/v1alpha1/reasons"

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

// Reasons under their name in this package, for those who look at objects; package reasons declares them, and each new one.
const (
	ReasonValid               = reasons.Valid
	ReasonResolved            = reasons.Resolved
	ReasonInSync              = reasons.InSync
	ReasonDrifted             = reasons.Drifted
	ReasonStartHeld           = reasons.StartHeld
	ReasonSuspended           = reasons.Suspended
	ReasonLooking             = reasons.Looking
	ReasonCreating            = reasons.Creating
	ReasonRecreating          = reasons.Recreating
	ReasonAdopting            = reasons.Adopting
	ReasonCorrectingDrift     = reasons.CorrectingDrift
	ReasonDeleting            = reasons.Deleting
	ReasonVendorWorking       = reasons.VendorWorking
	ReasonInvalidSpec         = reasons.InvalidSpec
	ReasonFieldUnsupported    = reasons.FieldUnsupported
	ReasonExpressionInvalid   = reasons.ExpressionInvalid
	ReasonCreateUnsupported   = reasons.CreateUnsupported
	ReasonUpdateUnsupported   = reasons.UpdateUnsupported
	ReasonDeletionUnsupported = reasons.DeletionUnsupported
	ReasonRemoteIDMismatch    = reasons.RemoteIDMismatch
	ReasonSealedByVendor      = reasons.SealedByVendor
	ReasonReferenceNotFound   = reasons.ReferenceNotFound
	ReasonReferenceNotReady   = reasons.ReferenceNotReady
	ReasonReferenceCycle      = reasons.ReferenceCycle
	ReasonNameNotFound        = reasons.NameNotFound
	ReasonNameAmbiguous       = reasons.NameAmbiguous
	ReasonNameMoved           = reasons.NameMoved
	ReasonBlocked             = reasons.Blocked
	ReasonBackendNotFound     = reasons.BackendNotFound
	ReasonBackendNotAllowed   = reasons.BackendNotAllowed
	ReasonBackendNotReady     = reasons.BackendNotReady
	ReasonBackendUnavailable  = reasons.BackendUnavailable
	ReasonThrottled           = reasons.Throttled
	ReasonTenantChanged       = reasons.TenantChanged
	ReasonMassAbsence         = reasons.MassAbsence
	ReasonMassDeletion        = reasons.MassDeletion
	ReasonStillReferenced     = reasons.StillReferenced
	ReasonRemoteNotFound      = reasons.RemoteNotFound
	ReasonRemoteExists        = reasons.RemoteExists
	ReasonRemoteMissing       = reasons.RemoteMissing
	ReasonRemoteFailed        = reasons.RemoteFailed
	ReasonPendingTooLong      = reasons.PendingTooLong
	ReasonOwnershipLost       = reasons.OwnershipLost
	ReasonClaimedByOther      = reasons.ClaimedByOther
	ReasonOutcomeUnknown      = reasons.OutcomeUnknown
	ReasonAmbiguousRemote     = reasons.AmbiguousRemote
	ReasonNonConverging       = reasons.NonConverging
	ReasonDraftPending        = reasons.DraftPending
	ReasonFieldRemoved        = reasons.FieldRemoved
	ReasonNameTaken           = reasons.NameTaken
	ReasonRefused             = reasons.Refused
	ReasonRefusedPerhaps      = reasons.RefusedPerhaps
	ReasonDeletionBlocked     = reasons.DeletionBlocked
	ReasonOrphaned            = reasons.Orphaned
	ReasonGone                = reasons.Gone
	ReasonNotOurs             = reasons.NotOurs
	ReasonNotDeletable        = reasons.NotDeletable
	ReasonRetired             = reasons.Retired
	ReasonManualStep          = reasons.ManualStep
	ReasonStatusRefused       = reasons.StatusRefused
	ReasonRecovered           = reasons.Recovered
	ReasonLeftBehind          = reasons.LeftBehind
	ReasonCopiedIntent        = reasons.CopiedIntent
	ReasonAuthenticated       = reasons.Authenticated
	ReasonSecretNotFound      = reasons.SecretNotFound
	ReasonSecretInvalid       = reasons.SecretInvalid
	ReasonUnauthorized        = reasons.Unauthorized
	ReasonUnreachable         = reasons.Unreachable
	ReasonCircuitOpen         = reasons.CircuitOpen
)
