package decision

import "github.com/governance-operator/governance-operator/api/v1alpha1/reasons"

// The annotations that messages name.
const (
	acceptDeletions      = "governance-operator.io/accept-deletions"
	reconcileRequestedAt = "governance-operator.io/reconcile-requested-at"
)

// Advice that ends messages of RemoteExists and ClaimedByOther, so that whoever reads them knows which of the ways is open.
const (
	AdviceAdopt       = "choose management.creation: CreateOrAdopt"
	AdviceAdoptOrBind = AdviceAdopt + " or set spec.remoteID"
	AdviceOrRename    = " to take it over, or rename"
	AdviceDuplicate   = "for a second one of the name choose management.creation: CreateDuplicate"
)

const asked = "the vendor was asked and has not finished"

// Answers to more than one question, which stand together in a file of their own.
var (
	MassDeletion = &Plan{Action: Hold, Reason: reasons.MassDeletion, follows: backendHolds, says: text("far too many deletions, or edits that close what left a spec, at once; " +
		"confirm them on the backend with the annotation " + acceptDeletions + ", as its own Ready condition says")}
	Suspended      = &Plan{Action: Hold, Reason: reasons.Suspended, follows: suspended, says: func(w Words) string { return w.SuspendedWrite() }}
	OutcomeUnknown = &Plan{Action: Hold, Reason: reasons.OutcomeUnknown, follows: stuck, says: text("a create may have happened and this vendor cannot show it; " +
		"look there, then set spec.remoteID, or delete with deletion: Orphan and apply")}
)

// No rule has these.
var (
	// RefusedPerhaps: what may be a mistake of the spec is not sent again so soon.
	RefusedPerhaps = &Plan{Action: Wait, Reason: reasons.RefusedPerhaps, follows: waiting(Soon), says: text("it is tried again later")}
	// Undecided stands for a pass that ended before the decision, by an error or a problem of the spec, which say all.
	Undecided = &Plan{Action: Hold}
)
