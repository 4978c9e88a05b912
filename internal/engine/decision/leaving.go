package decision

import (
	"fmt"

	"github.com/governance-operator/governance-operator/api/v1alpha1/reasons"
)

// beforeObserving is what needs no answer of the vendor.
var beforeObserving = []rule{
	{"deleting, and our definitions go", func(f *reader) bool { return f.deleting() && f.kindTerminating() }, ReleasedKindRemoved},
	{"deleting, and the remote is to stay", func(f *reader) bool { return f.deleting() && f.deletion() == DeletionOrphan }, Orphaned},
	{"deleting, and nothing was ever sent", func(f *reader) bool { return f.deleting() && !f.bound() && f.intent() <= IntentClosed }, NothingSent},
	{"our definitions go", (*reader).kindTerminating, KindRemoved},
	{"nobody has observed the vendor yet", func(f *reader) bool { return f.found() == FoundNotLooked }, Looking},
}

// What follows where nobody asks the vendor, or nobody has yet: Looking ends no pass.
var (
	ReleasedKindRemoved = &Plan{Action: Release, Reason: reasons.KindRemoved, Quiet: true, follows: released, says: text("released; the definition of this kind is being removed")}
	Orphaned            = &Plan{Action: Release, Reason: reasons.Orphaned, follows: released, says: Words.OrphanedMessage}
	NothingSent         = &Plan{Action: Release, Reason: reasons.NothingSent, follows: released, says: text("released; nothing was ever created at the vendor")}
	KindRemoved         = &Plan{Action: Hold, Reason: reasons.KindRemoved, follows: backendHolds, says: text("the definition of this kind is being removed; nothing is written any more")}
	Looking             = &Plan{Action: Observe, Reason: reasons.Looking}
)

// unproven is what shows too little to go on.
var unproven = []rule{
	{"another tenant answers", not((*reader).tenantMatches), TenantChanged},
	{"far too many remotes vanished at once", func(f *reader) bool { return f.massAbsence() && !f.ours() }, MassAbsence},
	{"a create may still bring a remote", func(f *reader) bool { return f.intent() == IntentFresh && !f.ours() }, OutcomePending},
	{"a read says gone, and a list does not agree yet", func(f *reader) bool { return f.found() == FoundAbsentUnproved }, AbsenceUnproved},
}

// What follows until there is proof.
var (
	TenantChanged = &Plan{Action: Hold, Reason: reasons.TenantChanged, follows: backendHolds, says: func(w Words) string {
		return fmt.Sprintf("the backend's credentials answer for tenant %q, not for the one this object lives in; nothing is written", w.Tenant())
	}}
	MassAbsence = &Plan{Action: Hold, Reason: reasons.MassAbsence, follows: backendHolds, says: text("far too many remotes of this kind vanished at once; " +
		"nothing is created or released until the backend's credentials are fixed or the absence is accepted there")}
	OutcomePending  = &Plan{Action: Wait, Reason: reasons.OutcomePending, follows: waiting(AtOutcome), says: text("a create was sent and its outcome is not known yet; the vendor is asked again before anything else is sent")}
	AbsenceUnproved = &Plan{Action: Wait, Reason: reasons.AbsenceUnproved, follows: waiting(Soon), says: text("the remote is not found by its id, and a list does not agree yet")}
)

// goingAway is the way out of an object that is deleted.
var goingAway = []rule{
	{"a create may have happened, and nothing can show it", func(f *reader) bool { return !f.ours() && f.unshownCreate() }, OutcomeUnknown},
	{"it is gone", (*reader).absent, Gone},
	{"another object has the remote", (*reader).claimConflict, ReleasedClaimed},
	{"the remote is not ours", not((*reader).ours), NotOurs},
	{"the vendor lets nobody delete this one", func(f *reader) bool { return f.deletion() == DeletionDelete && f.undeletable() }, NotDeletable},
	{"it is retired", func(f *reader) bool { return f.deletion() == DeletionRetire && f.retired() }, Retired},
	{"the vendor has no such verb", func(f *reader) bool {
		return f.deletion() == DeletionDelete && !f.canDelete() || f.deletion() == DeletionRetire && !f.canRetire()
	}, DeletionUnsupported},
	{"the vendor was asked already", (*reader).deleteSent, DeletionPending},
	{"deleting, and suspended", (*reader).suspended, Suspended},
	{"far too many deletions at once", (*reader).massDeletion, MassDeletion},
	{"others still refer to it", (*reader).referenced, StillReferenced},
	{"it is to be retired", func(f *reader) bool { return f.deletion() == DeletionRetire }, Retiring},
	{"it is to be deleted", always, Deleting},
}

// What follows on the way out: the object is let go of, held, or its remote is deleted.
var (
	Gone                = &Plan{Action: Release, Reason: reasons.Gone, follows: released, says: text("released; it is gone at the vendor")}
	ReleasedClaimed     = &Plan{Action: Release, Reason: reasons.ClaimedByOther, Leaves: true, follows: released, says: text("released; another object has the remote, which stays there")}
	NotOurs             = &Plan{Action: Release, Reason: reasons.NotOurs, Leaves: true, follows: released, says: text("released; what is at the vendor is not this object's and stays there")}
	NotDeletable        = &Plan{Action: Release, Reason: reasons.NotDeletable, Leaves: true, follows: released, says: text("released; the vendor does not allow this one to be deleted, and it stays there")}
	Retired             = &Plan{Action: Release, Reason: reasons.Retired, follows: released, says: text("released; it is retired at the vendor")}
	DeletionUnsupported = &Plan{Action: Hold, Reason: reasons.DeletionUnsupported, follows: notAccepted, says: text("spec.management.deletion: not possible at this vendor; choose Orphan, or allow it at the backend")}
	DeletionPending     = &Plan{Action: Wait, Reason: reasons.DeletionPending, follows: waiting(WhileVanishing), says: text(asked)}
	StillReferenced     = &Plan{Action: Hold, Reason: reasons.StillReferenced, follows: referenced, says: Words.StillReferencedMessage}
	Retiring            = &Plan{Action: Retire, Reason: reasons.Retiring, follows: written, says: text(asked)}
	Deleting            = &Plan{Action: Delete, Reason: reasons.Deleting, follows: written, says: text(asked)}
)
