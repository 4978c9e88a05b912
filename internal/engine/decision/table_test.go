package decision

import "testing"

type oldPlan struct {
	Action Action
	Reason string
}

// row is one line of the decision table.
type row struct {
	number int
	when   func(f *reader) bool
	plan   oldPlan
	// unless gives another reason where it applies; the action stays.
	unless func(f *reader) bool
	reason string
}

// table is decide.md's: the first row that is true wins.
var table = []row{
	{number: 1, when: func(f *reader) bool { return f.deleting() && f.kindTerminating() }, plan: oldPlan{Release, "KindRemoved"}},
	{number: 2, when: func(f *reader) bool { return f.deleting() && f.deletion() == DeletionOrphan }, plan: oldPlan{Release, "Orphaned"}},
	{number: 3, when: func(f *reader) bool { return f.deleting() && !f.bound() && f.intent() <= IntentClosed }, plan: oldPlan{Release, "NothingSent"}},
	{number: 4, when: func(f *reader) bool { return f.kindTerminating() }, plan: oldPlan{Hold, "KindRemoved"}},
	{number: 5, when: func(f *reader) bool { return f.found() == FoundNotLooked }, plan: oldPlan{Observe, "Looking"}},
	{number: 6, when: func(f *reader) bool { return !f.tenantMatches() }, plan: oldPlan{Hold, "TenantChanged"}},
	{number: 7, when: func(f *reader) bool { return f.massAbsence() && !f.ours() }, plan: oldPlan{Hold, "MassAbsence"}},
	{number: 8, when: func(f *reader) bool { return f.intent() == IntentFresh && !f.ours() }, plan: oldPlan{Wait, "OutcomePending"}},
	{number: 9, when: func(f *reader) bool { return f.found() == FoundAbsentUnproved }, plan: oldPlan{Wait, "AbsenceUnproved"}},
	{number: 10, when: func(f *reader) bool {
		return f.deleting() && !f.ours() && f.intent() == IntentOld && !f.markProven() && f.canCreate()
	}, plan: oldPlan{Hold, "OutcomeUnknown"}},
	{number: 11, when: func(f *reader) bool { return f.deleting() && f.absent() }, plan: oldPlan{Release, "Gone"}},
	{number: 12, when: func(f *reader) bool { return f.deleting() && f.claimConflict() }, plan: oldPlan{Release, "ClaimedByOther"}},
	{number: 13, when: func(f *reader) bool { return f.deleting() && !f.ours() }, plan: oldPlan{Release, "NotOurs"}},
	{number: 14, when: func(f *reader) bool { return f.deleting() && f.deletion() == DeletionDelete && f.undeletable() }, plan: oldPlan{Release, "NotDeletable"}},
	{number: 15, when: func(f *reader) bool { return f.deleting() && f.deletion() == DeletionRetire && f.retired() }, plan: oldPlan{Release, "Retired"}},
	{number: 16, when: func(f *reader) bool {
		return f.deleting() && (f.deletion() == DeletionDelete && !f.canDelete() || f.deletion() == DeletionRetire && !f.canRetire())
	}, plan: oldPlan{Hold, "DeletionUnsupported"}},
	{number: 17, when: func(f *reader) bool { return f.deleting() && f.deleteSent() }, plan: oldPlan{Wait, "DeletionPending"}},
	{number: 18, when: func(f *reader) bool { return f.deleting() && f.suspended() }, plan: oldPlan{Hold, "Suspended"}},
	{number: 19, when: func(f *reader) bool { return f.deleting() && (f.massDeletion() || f.referenced()) }, plan: oldPlan{Hold, "MassDeletion"},
		unless: func(f *reader) bool { return !f.massDeletion() }, reason: "StillReferenced"},
	{number: 20, when: func(f *reader) bool { return f.deleting() && f.deletion() == DeletionRetire }, plan: oldPlan{Retire, "Retiring"}},
	{number: 21, when: func(f *reader) bool { return f.deleting() }, plan: oldPlan{Delete, "Deleting"}},
	{number: 22, when: func(f *reader) bool { return f.remoteID() == RemoteIDMismatch }, plan: oldPlan{Hold, "RemoteIDMismatch"}},
	{number: 23, when: func(f *reader) bool { return f.claimConflict() }, plan: oldPlan{Hold, "ClaimedByOther"}},
	{number: 24, when: func(f *reader) bool { return f.absent() && f.intent() == IntentOld && !f.markProven() && f.canCreate() }, plan: oldPlan{Hold, "OutcomeUnknown"}},
	{number: 25, when: func(f *reader) bool {
		return f.absent() && f.runOnce() && (f.bound() || f.intent() == IntentOld && !f.neverCame())
	}, plan: oldPlan{Hold, "RemoteMissing"}},
	{number: 26, when: func(f *reader) bool {
		return f.absent() && f.bound() && (f.drift() == DriftReport || f.remoteID() == RemoteIDSet || f.creation() == CreationAdopt)
	}, plan: oldPlan{Hold, "RemoteMissing"}},
	{number: 27, when: func(f *reader) bool {
		return f.absent() && (f.remoteID() == RemoteIDSet || f.creation() == CreationAdopt)
	}, plan: oldPlan{Wait, "RemoteNotFound"}},
	{number: 28, when: func(f *reader) bool { return f.absent() && !f.canCreate() }, plan: oldPlan{Hold, "CreateUnsupported"}},
	{number: 29, when: func(f *reader) bool { return f.absent() && f.nonConverging() }, plan: oldPlan{Hold, "NonConverging"}},
	{number: 30, when: func(f *reader) bool { return f.absent() && !f.bound() && f.tooLate() }, plan: oldPlan{Hold, "InvalidSpec"}},
	{number: 31, when: func(f *reader) bool { return f.absent() && f.createHeld() }, plan: oldPlan{Hold, "StartHeld"}},
	{number: 32, when: func(f *reader) bool { return f.absent() && (f.index() != IndexClear || !f.nameFree()) }, plan: oldPlan{Wait, "IndexPending"}},
	{number: 33, when: func(f *reader) bool { return f.absent() && f.suspended() }, plan: oldPlan{Hold, "Suspended"}},
	{number: 34, when: func(f *reader) bool { return f.absent() }, plan: oldPlan{Create, "Creating"},
		unless: func(f *reader) bool { return f.bound() }, reason: "Recreating"},
	{number: 35, when: func(f *reader) bool { return !f.ours() && f.bound() && f.found() == FoundByID }, plan: oldPlan{Hold, "OwnershipLost"}},
	{number: 36, when: func(f *reader) bool { return !f.ours() && !f.consent() }, plan: oldPlan{Hold, "RemoteExists"}},
	{number: 37, when: func(f *reader) bool { return !f.ours() && f.bound() && (f.drift() == DriftReport || f.runOnce()) }, plan: oldPlan{Hold, "RemoteMissing"}},
	{number: 38, when: func(f *reader) bool { return !f.ours() && f.suspended() }, plan: oldPlan{Hold, "Suspended"}},
	{number: 39, when: func(f *reader) bool { return !f.ours() }, plan: oldPlan{Adopt, "Adopting"}},
	{number: 40, when: func(f *reader) bool {
		return f.twin() == TwinStuck || f.twin() == TwinRemovable && (!f.canDelete() || f.undeletable())
	}, plan: oldPlan{Hold, "AmbiguousRemote"}},
	{number: 41, when: func(f *reader) bool { return f.twin() == TwinRemovable && f.suspended() }, plan: oldPlan{Hold, "Suspended"}},
	{number: 42, when: func(f *reader) bool { return f.twin() == TwinRemovable && f.massDeletion() }, plan: oldPlan{Hold, "MassDeletion"}},
	{number: 43, when: func(f *reader) bool { return f.twin() == TwinRemovable }, plan: oldPlan{Delete, "RemovingDuplicate"}},
	{number: 44, when: func(f *reader) bool { return f.phase() == PhasePending && f.pendingLong() }, plan: oldPlan{Hold, "PendingTooLong"}},
	{number: 45, when: func(f *reader) bool { return f.phase() == PhasePending }, plan: oldPlan{Wait, "VendorWorking"}},
	{number: 46, when: func(f *reader) bool {
		return f.phase() == PhaseFailed && (f.changes() == ChangesNone || !f.specMoved())
	}, plan: oldPlan{Hold, "RemoteFailed"}},
	{number: 47, when: func(f *reader) bool {
		return f.fieldRemoved() && (f.changes() == ChangesNone || f.drift() == DriftReport && !f.specMoved())
	}, plan: oldPlan{Hold, "FieldRemoved"}},
	{number: 48, when: func(f *reader) bool { return f.changes() == ChangesNone && f.settling() }, plan: oldPlan{Settle, "VendorWorking"}},
	{number: 49, when: func(f *reader) bool { return f.changes() == ChangesNone }, plan: oldPlan{Settle, "InSync"}},
	{number: 50, when: func(f *reader) bool { return f.specMoved() && f.sealed() }, plan: oldPlan{Hold, "SealedByVendor"}},
	{number: 51, when: func(f *reader) bool { return !f.specMoved() && (f.drift() == DriftReport || f.sealed()) }, plan: oldPlan{Hold, "Drifted"}},
	{number: 52, when: func(f *reader) bool { return f.changes() == ChangesLocked }, plan: oldPlan{Hold, "DraftPending"}},
	{number: 53, when: func(f *reader) bool { return !f.canUpdate() }, plan: oldPlan{Hold, "UpdateUnsupported"}},
	{number: 54, when: func(f *reader) bool { return f.nonConverging() }, plan: oldPlan{Hold, "NonConverging"}},
	{number: 55, when: func(f *reader) bool { return f.suspended() }, plan: oldPlan{Hold, "Suspended"}},
	{number: 56, when: func(f *reader) bool { return f.closes() && f.massDeletion() }, plan: oldPlan{Hold, "MassDeletion"}},
	{number: 57, when: func(*reader) bool { return true }, plan: oldPlan{Update, "Updating"},
		unless: func(f *reader) bool { return !f.specMoved() }, reason: "CorrectingDrift"},
}

func decideByTable(f *reader) oldPlan {
	for i := range table {
		if !table[i].when(f) {
			continue
		}
		plan := table[i].plan
		if table[i].unless != nil && table[i].unless(f) {
			plan.Reason = table[i].reason
		}
		return plan
	}
	panic("the decision table has no last row")
}

// TestTheQuestionsAnswerAsTheTableDid compares both over every combination of facts.
func TestTheQuestionsAnswerAsTheTableDid(t *testing.T) {
	all := uint64(1)
	for _, n := range domain {
		all *= uint64(n)
	}
	paths, combinations := walk(func(r *reader) {
		old, now := decideByTable(r), decide(questions, r)
		if old != (oldPlan{now.plan.Action, now.plan.Reason}) {
			t.Fatalf("%s: %v, and %v before", now.name, now.plan, old)
		}
	})
	if combinations != all {
		t.Errorf("the paths stand for %d combinations, want all %d", combinations, all)
	}
	t.Logf("%d combinations by %d paths", combinations, paths)
}
