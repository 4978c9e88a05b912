package decision

import (
	"fmt"

	"github.com/governance-operator/governance-operator/api/v1alpha1/reasons"
)

// contested is whose remote it is.
var contested = []rule{
	{"spec.remoteID names another remote than the bound one", func(f *reader) bool { return f.remoteID() == RemoteIDMismatch }, OtherRemoteID},
	{"another object goes before this one", (*reader).claimConflict, ClaimedByOther},
}

// What follows where it is another one, or another object's.
var (
	OtherRemoteID = &Plan{Action: Hold, Reason: reasons.RemoteIDMismatch, follows: notAccepted, says: func(w Words) string {
		return fmt.Sprintf("spec.remoteID: %q is not the remote this object is bound to (%q); put it back, or delete and apply", w.WantedID(), w.BoundID())
	}}
	ClaimedByOther = &Plan{Action: Hold, Reason: reasons.ClaimedByOther, follows: stuck, says: Words.ClaimedByOtherMessage}
)

// missing is what becomes of an object without a remote.
var missing = []rule{
	{"a create may have made one, and nothing can show it", (*reader).unshownCreate, OutcomeUnknown},
	{"it runs once, and did or may have", func(f *reader) bool {
		return f.runOnce() && (f.bound() || f.intent() == IntentOld && !f.neverCame())
	}, RemoteMissing},
	{"it was there, and no other is to be made", func(f *reader) bool { return f.bound() && (f.drift() == DriftReport || f.adoptsOnly()) }, RemoteMissing},
	{"there is nothing to adopt yet", (*reader).adoptsOnly, RemoteNotFound},
	{"the vendor cannot create", not((*reader).canCreate), CreateUnsupported},
	{"it vanishes each time it is made", (*reader).nonConverging, NeverStays},
	{"it would be over before it begins, or lacks something", func(f *reader) bool { return !f.bound() && f.tooLate() }, InvalidSpec},
	{"its time has not come", (*reader).createHeld, StartHeld},
	{"the vendor's list is not sure", func(f *reader) bool { return f.index() != IndexClear || !f.nameFree() }, IndexPending},
	{"a create, and suspended", (*reader).suspended, Suspended},
	{"it was there before", (*reader).bound, Recreating},
	{"it never was", always, Creating},
}

// What follows without a remote: a create, or what stands against one.
var (
	RemoteMissing     = &Plan{Action: Hold, Reason: reasons.RemoteMissing, Drift: true, follows: stuck, says: Words.RemoteMissingMessage}
	RemoteNotFound    = &Plan{Action: Wait, Reason: reasons.RemoteNotFound, follows: waiting(AtResync), says: Words.RemoteNotFoundMessage}
	CreateUnsupported = &Plan{Action: Hold, Reason: reasons.CreateUnsupported, follows: notAccepted, says: text("spec.management.creation: this vendor cannot create this kind; choose Adopt")}
	NeverStays        = &Plan{Action: Hold, Reason: reasons.NonConverging, follows: stuck, says: text("it was created three times and vanished each time; " +
		"find out at the vendor what removes it, then edit the spec or set the annotation " + reconcileRequestedAt)}
	InvalidSpec  = &Plan{Action: Hold, Reason: reasons.InvalidSpec, follows: notAccepted, says: Words.InvalidSpecMessage}
	StartHeld    = &Plan{Action: Hold, Reason: reasons.StartHeld, follows: startHeld, says: text("waits for its start by the spec; nothing exists at the vendor yet; change spec.start to start it earlier")}
	IndexPending = &Plan{Action: Wait, Reason: reasons.IndexPending, follows: waiting(Soon), says: text("the vendor's list names a remote of this object that cannot be read yet")}
	Recreating   = &Plan{Action: Create, Reason: reasons.Recreating, Drift: true, follows: written, says: Words.WritingMessage}
	Creating     = &Plan{Action: Create, Reason: reasons.Creating, follows: written, says: Words.WritingMessage}
)

// foreign is what becomes of a remote that does not carry our marker.
var foreign = []rule{
	{"our marker is gone from the bound remote", func(f *reader) bool { return f.bound() && f.found() == FoundByID }, OwnershipLost},
	{"the policy does not allow to take it over", not((*reader).consent), RemoteExists},
	{"the bound one is gone, and no other is to replace it", func(f *reader) bool { return f.bound() && (f.drift() == DriftReport || f.runOnce()) }, RemoteMissing},
	{"an adoption, and suspended", (*reader).suspended, Suspended},
	{"it may be taken over", always, Adopting},
}

// What follows from somebody else's remote.
var (
	OwnershipLost = &Plan{Action: Hold, Reason: reasons.OwnershipLost, follows: stuck, says: Words.OwnershipLostMessage}
	RemoteExists  = &Plan{Action: Hold, Reason: reasons.RemoteExists, follows: stuck, says: Words.RemoteExistsMessage}
	Adopting      = &Plan{Action: Adopt, Reason: reasons.Adopting, follows: written, says: Words.WritingMessage}
)
