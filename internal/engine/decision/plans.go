package decision

import "fmt"

// The annotations that messages name.
const (
	acceptDeletions      = "governance-operator.io/accept-deletions"
	reconcileRequestedAt = "governance-operator.io/reconcile-requested-at"
)

const asked = "the vendor was asked and has not finished"

// An object is let go of.
var (
	ReleasedKindRemoved = &Plan{Action: Release, Reason: "KindRemoved", Quiet: true, follows: released, says: text("released; the definition of this kind is being removed")}
	Orphaned            = &Plan{Action: Release, Reason: "Orphaned", follows: released, says: Words.OrphanedMessage}
	NothingSent         = &Plan{Action: Release, Reason: "NothingSent", follows: released, says: text("released; nothing was ever created at the vendor")}
	Gone                = &Plan{Action: Release, Reason: "Gone", follows: released, says: text("released; it is gone at the vendor")}
	ReleasedClaimed     = &Plan{Action: Release, Reason: "ClaimedByOther", Leaves: true, follows: released, says: text("released; another object has the remote, which stays there")}
	NotOurs             = &Plan{Action: Release, Reason: "NotOurs", Leaves: true, follows: released, says: text("released; what is at the vendor is not this object's and stays there")}
	NotDeletable        = &Plan{Action: Release, Reason: "NotDeletable", Leaves: true, follows: released, says: text("released; the vendor does not allow this one to be deleted, and it stays there")}
	Retired             = &Plan{Action: Release, Reason: "Retired", follows: released, says: text("released; it is retired at the vendor")}
)

// Nothing is written for now: something else has to happen first.
var (
	KindRemoved   = &Plan{Action: Hold, Reason: "KindRemoved", follows: backendHolds, says: text("the definition of this kind is being removed; nothing is written any more")}
	TenantChanged = &Plan{Action: Hold, Reason: "TenantChanged", follows: backendHolds, says: func(w Words) string {
		return fmt.Sprintf("the backend's credentials answer for tenant %q, not for the one this object lives in; nothing is written", w.Tenant())
	}}
	MassAbsence = &Plan{Action: Hold, Reason: "MassAbsence", follows: backendHolds, says: text("far too many remotes of this kind vanished at once; " +
		"nothing is created or released until the backend's credentials are fixed or the absence is accepted there")}
	MassDeletion = &Plan{Action: Hold, Reason: "MassDeletion", follows: backendHolds, says: text("far too many deletions, or edits that close what left a spec, at once; " +
		"confirm them on the backend with the annotation " + acceptDeletions + ", as its own Ready condition says")}
	StillReferenced = &Plan{Action: Hold, Reason: "StillReferenced", follows: referenced, says: Words.StillReferencedMessage}
	Suspended       = &Plan{Action: Hold, Reason: "Suspended", follows: suspended, says: func(w Words) string { return "suspended; " + w.SuspendedWrite() }}
	StartHeld       = &Plan{Action: Hold, Reason: "StartHeld", follows: startHeld, says: text("waits for its start by the spec; nothing exists at the vendor yet; change spec.start to start it earlier")}
	DraftPending    = &Plan{Action: Hold, Reason: "DraftPending", follows: draftPending, says: Words.DraftPendingMessage}
	Drifted         = &Plan{Action: Hold, Reason: "Drifted", Drift: true, follows: drifted, says: Words.DriftedMessage}
	FieldRemoved    = &Plan{Action: Hold, Reason: "FieldRemoved", follows: fieldRemoved, says: Words.FieldRemovedMessage}
)

// Only an edit of the spec or of the backend's settings gets it going.
var (
	InvalidSpec         = &Plan{Action: Hold, Reason: "InvalidSpec", follows: notAccepted, says: Words.InvalidSpecMessage}
	CreateUnsupported   = &Plan{Action: Hold, Reason: "CreateUnsupported", follows: notAccepted, says: text("spec.management.creation: this vendor cannot create this kind; choose Adopt")}
	UpdateUnsupported   = &Plan{Action: Hold, Reason: "UpdateUnsupported", follows: notAccepted, says: func(w Words) string { return w.Fields() + ": this vendor cannot update this kind" }}
	DeletionUnsupported = &Plan{Action: Hold, Reason: "DeletionUnsupported", follows: notAccepted, says: text("spec.management.deletion: not possible at this vendor; choose Orphan, or allow it at the backend")}
	SealedByVendor      = &Plan{Action: Hold, Reason: "SealedByVendor", follows: notAccepted, says: func(w Words) string {
		return w.Differences() + ": the vendor takes no more edits of this; put the old value back, or delete and apply"
	}}
	OtherRemoteID = &Plan{Action: Hold, Reason: "RemoteIDMismatch", follows: notAccepted, says: func(w Words) string {
		return fmt.Sprintf("spec.remoteID: %q is not the remote this object is bound to (%q); put it back, or delete and apply", w.WantedID(), w.BoundID())
	}}
)

// A person has to do something, or another object.
var (
	OutcomeUnknown = &Plan{Action: Hold, Reason: "OutcomeUnknown", follows: stuck, says: text("a create may have happened and this vendor cannot show it; " +
		"look there, then set spec.remoteID, or delete with deletion: Orphan and apply")}
	ClaimedByOther  = &Plan{Action: Hold, Reason: "ClaimedByOther", follows: stuck, says: Words.ClaimedByOtherMessage}
	RemoteMissing   = &Plan{Action: Hold, Reason: "RemoteMissing", Drift: true, follows: stuck, says: Words.RemoteMissingMessage}
	RemoteExists    = &Plan{Action: Hold, Reason: "RemoteExists", follows: stuck, says: Words.RemoteExistsMessage}
	OwnershipLost   = &Plan{Action: Hold, Reason: "OwnershipLost", follows: stuck, says: Words.OwnershipLostMessage}
	AmbiguousRemote = &Plan{Action: Hold, Reason: "AmbiguousRemote", follows: stuck, says: func(w Words) string {
		return fmt.Sprintf("%s and %q bear the mark of this object; remove one at the vendor", w.Remote(), w.DuplicateID())
	}}
	RemoteFailed = &Plan{Action: Hold, Reason: "RemoteFailed", follows: stuck, says: func(w Words) string {
		return "the vendor's work failed: " + w.VendorSays("no message") + "; fix it there, or delete and apply"
	}}
	PendingTooLong = &Plan{Action: Hold, Reason: "PendingTooLong", follows: stuck, says: Words.PendingTooLongMessage}
	NeverStays     = &Plan{Action: Hold, Reason: "NonConverging", follows: stuck, says: text("it was created three times and vanished each time; " +
		"find out at the vendor what removes it, then edit the spec or set the annotation " + reconcileRequestedAt)}
	NeverKept = &Plan{Action: Hold, Reason: "NonConverging", follows: stuck, says: func(w Words) string {
		return w.Fields() + " was written three times and the vendor does not keep it; change it, drop it from the spec, or choose drift: Report"
	}}
)

// The vendor is waited for.
var (
	OutcomePending  = &Plan{Action: Wait, Reason: "OutcomePending", follows: waiting(AtOutcome), says: text("a create was sent and its outcome is not known yet; the vendor is asked again before anything else is sent")}
	AbsenceUnproved = &Plan{Action: Wait, Reason: "AbsenceUnproved", follows: waiting(Soon), says: text("the remote is not found by its id, and a list does not agree yet")}
	IndexPending    = &Plan{Action: Wait, Reason: "IndexPending", follows: waiting(Soon), says: text("the vendor's list names a remote of this object that cannot be read yet")}
	DeletionPending = &Plan{Action: Wait, Reason: "DeletionPending", follows: waiting(WhileVanishing), says: text(asked)}
	RemoteNotFound  = &Plan{Action: Wait, Reason: "RemoteNotFound", follows: waiting(AtResync), says: Words.RemoteNotFoundMessage}
	VendorWorking   = &Plan{Action: Wait, Reason: "VendorWorking", follows: waiting(AtVendorsPace), says: func(w Words) string { return w.VendorSays(VendorWorks) }}
	// RefusedPerhaps is no case of the decision: what may be a mistake of the spec is not sent again so soon.
	RefusedPerhaps = &Plan{Action: Wait, Reason: "RefusedPerhaps", follows: waiting(Soon), says: text("it is tried again later")}
)

// VendorWorks is what is said of work of which the vendor says nothing.
const VendorWorks = "the vendor is still working"

// All is as specified.
var (
	InSync    = &Plan{Action: Settle, Reason: "InSync", follows: inSync, says: Words.InSyncMessage}
	ShownLate = &Plan{Action: Settle, Reason: "VendorWorking", follows: settling, says: Words.InSyncMessage}
)

// Undecided stands for a pass that ended before the decision, by an error or a problem of the spec.
var Undecided = &Plan{Action: Hold, follows: stuck, says: text("")}

// The vendor is asked, or written to.
var (
	Looking           = &Plan{Action: Observe, Reason: "Looking", follows: stuck, says: text("the vendor was not asked yet")}
	Creating          = &Plan{Action: Create, Reason: "Creating", follows: stuck, says: Words.WritingMessage}
	Recreating        = &Plan{Action: Create, Reason: "Recreating", Drift: true, follows: stuck, says: Words.WritingMessage}
	Adopting          = &Plan{Action: Adopt, Reason: "Adopting", follows: stuck, says: Words.WritingMessage}
	Updating          = &Plan{Action: Update, Reason: "Updating", follows: stuck, says: Words.WritingMessage}
	CorrectingDrift   = &Plan{Action: Update, Reason: "CorrectingDrift", Drift: true, follows: stuck, says: Words.WritingMessage}
	Retiring          = &Plan{Action: Retire, Reason: "Retiring", follows: stuck, says: text(asked)}
	Deleting          = &Plan{Action: Delete, Reason: "Deleting", follows: stuck, says: text(asked)}
	RemovingDuplicate = &Plan{Action: Delete, Reason: "RemovingDuplicate", follows: stuck, says: func(w Words) string {
		return fmt.Sprintf("remote %q bears the mark of this object, too, and nobody uses it: it is removed", w.DuplicateID())
	}}
)
