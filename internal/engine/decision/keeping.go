package decision

import (
	"fmt"

	"github.com/governance-operator/governance-operator/api/v1alpha1/reasons"
)

// duplicate is what becomes of a second remote with our marker.
var duplicate = []rule{
	{"people use both, or none can be removed", func(f *reader) bool { return f.twin() == TwinStuck || !f.canDelete() || f.undeletable() }, AmbiguousRemote},
	{"the removal of a duplicate, and suspended", (*reader).suspended, Suspended},
	{"the removal of a duplicate, and far too many deletions", (*reader).massDeletion, MassDeletion},
	{"nobody uses the duplicate", always, RemovingDuplicate},
}

// What follows from a duplicate.
var (
	AmbiguousRemote = &Plan{Action: Hold, Reason: reasons.AmbiguousRemote, follows: stuck, says: func(w Words) string {
		return fmt.Sprintf("%s and %q carry the ownership marker of this object; remove one at the vendor", w.Remote(), w.DuplicateID())
	}}
	RemovingDuplicate = &Plan{Action: Delete, Reason: reasons.RemovingDuplicate, follows: written, says: func(w Words) string {
		return fmt.Sprintf("remote %q carries the ownership marker of this object, too, and nobody uses it: it is removed", w.DuplicateID())
	}}
)

// ours is whether the remote is as specified, and what is done if it is not.
var ours = []rule{
	{"the vendor works on it for too long", func(f *reader) bool { return f.phase() == PhasePending && f.pendingLong() }, PendingTooLong},
	{"the vendor works on it", func(f *reader) bool { return f.phase() == PhasePending }, VendorWorking},
	{"the vendor's work failed, and no edit may help", func(f *reader) bool {
		return f.phase() == PhaseFailed && (f.same() || !f.specMoved())
	}, RemoteFailed},
	{"something left the spec that cannot be closed", func(f *reader) bool {
		return f.fieldRemoved() && (f.same() || f.drift() == DriftReport && !f.specMoved())
	}, FieldRemoved},
	{"all but what is shown late is as specified", func(f *reader) bool { return f.same() && f.settling() }, ShownLate},
	{"all is as specified", (*reader).same, InSync},
	{"an edit of what the vendor takes no more", func(f *reader) bool { return f.specMoved() && f.sealed() }, SealedByVendor},
	{"somebody else's change that is left", func(f *reader) bool { return !f.specMoved() && (f.drift() == DriftReport || f.sealed()) }, Drifted},
	{"somebody's draft is open", func(f *reader) bool { return f.changes() == ChangesLocked }, DraftPending},
	{"the vendor cannot update", not((*reader).canUpdate), UpdateUnsupported},
	{"the vendor does not keep what is written", (*reader).nonConverging, NeverKept},
	{"an update, and suspended", (*reader).suspended, Suspended},
	{"it closes something, and far too many deletions", func(f *reader) bool { return f.closes() && f.massDeletion() }, MassDeletion},
	{"somebody else changed it", not((*reader).specMoved), CorrectingDrift},
	{"the spec was edited", always, Updating},
}

// VendorWorks is what is said of work of which the vendor says nothing.
const VendorWorks = "the vendor is still working"

// What follows from what differs.
var (
	PendingTooLong = &Plan{Action: Hold, Reason: reasons.PendingTooLong, follows: stuck, says: Words.PendingTooLongMessage}
	VendorWorking  = &Plan{Action: Wait, Reason: reasons.VendorWorking, follows: waiting(AtVendorsPace), says: func(w Words) string { return w.VendorSays(VendorWorks) }}
	RemoteFailed   = &Plan{Action: Hold, Reason: reasons.RemoteFailed, follows: stuck, says: func(w Words) string {
		return "the vendor's work failed: " + w.VendorSays("no message") + "; fix it there, or delete and apply"
	}}
	FieldRemoved   = &Plan{Action: Hold, Reason: reasons.FieldRemoved, follows: fieldRemoved, says: Words.FieldRemovedMessage}
	ShownLate      = &Plan{Action: Settle, Reason: reasons.VendorWorking, follows: settling, says: Words.InSyncMessage}
	InSync         = &Plan{Action: Settle, Reason: reasons.InSync, follows: inSync, says: Words.InSyncMessage}
	SealedByVendor = &Plan{Action: Hold, Reason: reasons.SealedByVendor, follows: notAccepted, says: func(w Words) string {
		return w.Differences() + ": the vendor takes no more edits of this; put the old value back, or delete and apply"
	}}
	Drifted           = &Plan{Action: Hold, Reason: reasons.Drifted, Drift: true, follows: drifted, says: Words.DriftedMessage}
	DraftPending      = &Plan{Action: Hold, Reason: reasons.DraftPending, follows: draftPending, says: Words.DraftPendingMessage}
	UpdateUnsupported = &Plan{Action: Hold, Reason: reasons.UpdateUnsupported, follows: notAccepted, says: func(w Words) string { return w.Fields() + ": this vendor cannot update this kind" }}
	NeverKept         = &Plan{Action: Hold, Reason: reasons.NonConverging, follows: stuck, says: func(w Words) string {
		return w.Fields() + " was written three times and the vendor does not keep it; change it, drop it from the spec, or choose drift: Report"
	}}
	CorrectingDrift = &Plan{Action: Update, Reason: reasons.CorrectingDrift, Drift: true, follows: written, says: Words.WritingMessage}
	Updating        = &Plan{Action: Update, Reason: reasons.Updating, follows: written, says: Words.WritingMessage}
)
