package decision

import "slices"

// rule is one answer to a question: the plan of the first rule that holds is taken.
type rule struct {
	// name is what is so, in words that no other rule has.
	name string
	when func(f *reader) bool
	plan *Plan
}

// question is a part of the decision. The first question that is asked and has a rule that holds decides.
type question struct {
	name  string
	asked func(f *reader) bool
	rules []rule
}

// questions are the whole decision, in order.
var questions = []question{
	{"Is it clear before anybody observes the vendor?", always, beforeObserving},
	{"Does what was observed prove enough?", always, unproven},
	{"How does an object that is deleted go?", (*reader).deleting, goingAway},
	{"Is it the remote of this object?", always, contested},
	{"There is no remote: is one made?", (*reader).absent, missing},
	{"The remote is not ours: is it adopted?", not((*reader).ours), foreign},
	{"A second remote bears our marker: is it removed?", duplicated, duplicate},
	{"Is our remote as it should be?", always, ours},
}

func always(*reader) bool { return true }

func not(is func(*reader) bool) func(*reader) bool { return func(f *reader) bool { return !is(f) } }

func duplicated(f *reader) bool { return f.twin() != TwinNone }

var beforeObserving = []rule{
	{"deleting, and our definitions go", func(f *reader) bool { return f.deleting() && f.kindTerminating() }, ReleasedKindRemoved},
	{"deleting, and the remote is to stay", func(f *reader) bool { return f.deleting() && f.deletion() == DeletionOrphan }, Orphaned},
	{"deleting, and nothing was ever sent", func(f *reader) bool { return f.deleting() && !f.bound() && f.intent() <= IntentClosed }, NothingSent},
	{"our definitions go", (*reader).kindTerminating, KindRemoved},
	{"nobody has observed the vendor yet", func(f *reader) bool { return f.found() == FoundNotLooked }, Looking},
}

var unproven = []rule{
	{"another tenant answers", not((*reader).tenantMatches), TenantChanged},
	{"far too many remotes vanished at once", func(f *reader) bool { return f.massAbsence() && !f.ours() }, MassAbsence},
	{"a create may still bring a remote", func(f *reader) bool { return f.intent() == IntentFresh && !f.ours() }, OutcomePending},
	{"a read says gone, and a list does not agree yet", func(f *reader) bool { return f.found() == FoundAbsentUnproved }, AbsenceUnproved},
}

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

var contested = []rule{
	{"spec.remoteID names another remote than the bound one", func(f *reader) bool { return f.remoteID() == RemoteIDMismatch }, OtherRemoteID},
	{"another object goes before this one", (*reader).claimConflict, ClaimedByOther},
}

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

var foreign = []rule{
	{"our marker is gone from the bound remote", func(f *reader) bool { return f.bound() && f.found() == FoundByID }, OwnershipLost},
	{"the policy does not allow to take it over", not((*reader).consent), RemoteExists},
	{"the bound one is gone, and no other is to replace it", func(f *reader) bool { return f.bound() && (f.drift() == DriftReport || f.runOnce()) }, RemoteMissing},
	{"an adoption, and suspended", (*reader).suspended, Suspended},
	{"it may be taken over", always, Adopting},
}

var duplicate = []rule{
	{"people use both, or none can be removed", func(f *reader) bool { return f.twin() == TwinStuck || !f.canDelete() || f.undeletable() }, AmbiguousRemote},
	{"the removal of a duplicate, and suspended", (*reader).suspended, Suspended},
	{"the removal of a duplicate, and far too many deletions", (*reader).massDeletion, MassDeletion},
	{"nobody uses the duplicate", always, RemovingDuplicate},
}

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

// Decide is the heart of the engine: pure, total, and tested over every combination of facts.
func Decide(f Facts) *Plan { return decide(questions, newReader(f)).plan }

// Plans are all plans that Decide can return, each once.
func Plans() (all []*Plan) {
	for _, q := range questions {
		for _, r := range q.rules {
			if !slices.Contains(all, r.plan) {
				all = append(all, r.plan)
			}
		}
	}
	return all
}

func decide(qs []question, f *reader) rule {
	for _, q := range qs {
		if !q.asked(f) {
			continue
		}
		for _, r := range q.rules {
			if r.when(f) {
				return r
			}
		}
	}
	panic("decision: no rule holds")
}
