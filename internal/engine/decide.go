package engine

import v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"

// Action is what a pass does.
type Action int

// The actions. Create, Adopt, Update, Retire and Delete write at the vendor.
const (
	Hold Action = iota
	Wait
	Look
	Settle
	Release
	Adopt
	Update
	Create
	Retire
	Delete
)

var actionNames = [...]string{"Hold", "Wait", "Look", "Settle", "Release", "Adopt", "Update", "Create", "Retire", "Delete"}

// String names the action.
func (a Action) String() string { return actionNames[a] }

// Writes reports whether the action writes at the vendor.
func (a Action) Writes() bool { return a >= Adopt }

// Plan is what this pass will do, and why.
type Plan struct {
	Action Action
	Reason string
}

// row is one line of the decision table.
type row struct {
	number int
	when   func(f *reader) bool
	plan   Plan
	// unless gives another reason where it applies; the action stays.
	unless func(f *reader) bool
	reason string
}

// table is evaluated top to bottom: the first row that matches wins.
var table = []row{
	{number: 1, when: func(f *reader) bool { return f.deleting() && f.kindTerminating() }, plan: Plan{Release, v1alpha1.ReasonKindRemoved}},
	{number: 2, when: func(f *reader) bool { return f.deleting() && f.deletion() == DeletionOrphan }, plan: Plan{Release, v1alpha1.ReasonOrphaned}},
	{number: 3, when: func(f *reader) bool { return f.deleting() && !f.bound() && f.intent() <= IntentClosed }, plan: Plan{Release, v1alpha1.ReasonNothingSent}},
	{number: 4, when: func(f *reader) bool { return f.kindTerminating() }, plan: Plan{Hold, v1alpha1.ReasonKindRemoved}},
	{number: 5, when: func(f *reader) bool { return f.found() == FoundNotLooked }, plan: Plan{Look, v1alpha1.ReasonLooking}},
	{number: 6, when: func(f *reader) bool { return !f.tenantMatches() }, plan: Plan{Hold, v1alpha1.ReasonTenantChanged}},
	{number: 7, when: func(f *reader) bool { return f.massAbsence() && !f.ours() }, plan: Plan{Hold, v1alpha1.ReasonMassAbsence}},
	{number: 8, when: func(f *reader) bool { return f.intent() == IntentFresh && !f.ours() }, plan: Plan{Wait, v1alpha1.ReasonOutcomePending}},
	{number: 9, when: func(f *reader) bool { return f.found() == FoundAbsentUnproved }, plan: Plan{Wait, v1alpha1.ReasonAbsenceUnproved}},
	{number: 10, when: func(f *reader) bool {
		return f.deleting() && !f.ours() && f.intent() == IntentOld && !f.markProven() && f.canCreate()
	}, plan: Plan{Hold, v1alpha1.ReasonOutcomeUnknown}},
	{number: 11, when: func(f *reader) bool { return f.deleting() && f.absent() }, plan: Plan{Release, v1alpha1.ReasonGone}},
	{number: 12, when: func(f *reader) bool { return f.deleting() && f.claimConflict() }, plan: Plan{Release, v1alpha1.ReasonClaimedByOther}},
	{number: 13, when: func(f *reader) bool { return f.deleting() && !f.ours() }, plan: Plan{Release, v1alpha1.ReasonNotOurs}},
	{number: 14, when: func(f *reader) bool { return f.deleting() && f.deletion() == DeletionDelete && f.undeletable() }, plan: Plan{Release, v1alpha1.ReasonNotDeletable}},
	{number: 15, when: func(f *reader) bool { return f.deleting() && f.deletion() == DeletionRetire && f.retired() }, plan: Plan{Release, v1alpha1.ReasonRetired}},
	{number: 16, when: func(f *reader) bool {
		return f.deleting() && (f.deletion() == DeletionDelete && !f.canDelete() || f.deletion() == DeletionRetire && !f.canRetire())
	}, plan: Plan{Hold, v1alpha1.ReasonDeletionUnsupported}},
	{number: 17, when: func(f *reader) bool { return f.deleting() && f.deleteSent() }, plan: Plan{Wait, v1alpha1.ReasonDeletionPending}},
	{number: 18, when: func(f *reader) bool { return f.deleting() && f.suspended() }, plan: Plan{Hold, v1alpha1.ReasonSuspended}},
	{number: 19, when: func(f *reader) bool { return f.deleting() && (f.massDeletion() || f.referenced()) }, plan: Plan{Hold, v1alpha1.ReasonMassDeletion},
		unless: func(f *reader) bool { return !f.massDeletion() }, reason: v1alpha1.ReasonStillReferenced},
	{number: 20, when: func(f *reader) bool { return f.deleting() && f.deletion() == DeletionRetire }, plan: Plan{Retire, v1alpha1.ReasonRetiring}},
	{number: 21, when: func(f *reader) bool { return f.deleting() }, plan: Plan{Delete, v1alpha1.ReasonDeleting}},
	{number: 22, when: func(f *reader) bool { return f.remoteID() == RemoteIDMismatch }, plan: Plan{Hold, v1alpha1.ReasonRemoteIDMismatch}},
	{number: 23, when: func(f *reader) bool { return f.claimConflict() }, plan: Plan{Hold, v1alpha1.ReasonClaimedByOther}},
	{number: 24, when: func(f *reader) bool { return f.absent() && f.intent() == IntentOld && !f.markProven() && f.canCreate() }, plan: Plan{Hold, v1alpha1.ReasonOutcomeUnknown}},
	{number: 25, when: func(f *reader) bool {
		return f.absent() && f.runOnce() && (f.bound() || f.intent() == IntentOld && !f.neverCame())
	}, plan: Plan{Hold, v1alpha1.ReasonRemoteMissing}},
	{number: 26, when: func(f *reader) bool {
		return f.absent() && f.bound() && (f.drift() == DriftReport || f.remoteID() == RemoteIDSet || f.creation() == CreationAdopt)
	}, plan: Plan{Hold, v1alpha1.ReasonRemoteMissing}},
	{number: 27, when: func(f *reader) bool {
		return f.absent() && (f.remoteID() == RemoteIDSet || f.creation() == CreationAdopt)
	}, plan: Plan{Wait, v1alpha1.ReasonRemoteNotFound}},
	{number: 28, when: func(f *reader) bool { return f.absent() && !f.canCreate() }, plan: Plan{Hold, v1alpha1.ReasonCreateUnsupported}},
	{number: 29, when: func(f *reader) bool { return f.absent() && f.nonConverging() }, plan: Plan{Hold, v1alpha1.ReasonNonConverging}},
	{number: 30, when: func(f *reader) bool { return f.absent() && !f.bound() && f.tooLate() }, plan: Plan{Hold, v1alpha1.ReasonInvalidSpec}},
	{number: 31, when: func(f *reader) bool { return f.absent() && f.createHeld() }, plan: Plan{Hold, v1alpha1.ReasonStartHeld}},
	{number: 32, when: func(f *reader) bool { return f.absent() && (f.index() != IndexClear || !f.nameFree()) }, plan: Plan{Wait, v1alpha1.ReasonIndexPending}},
	{number: 33, when: func(f *reader) bool { return f.absent() && f.suspended() }, plan: Plan{Hold, v1alpha1.ReasonSuspended}},
	{number: 34, when: func(f *reader) bool { return f.absent() }, plan: Plan{Create, v1alpha1.ReasonCreating},
		unless: func(f *reader) bool { return f.bound() }, reason: v1alpha1.ReasonRecreating},
	{number: 35, when: func(f *reader) bool { return !f.ours() && f.bound() && f.found() == FoundByID }, plan: Plan{Hold, v1alpha1.ReasonOwnershipLost}},
	{number: 36, when: func(f *reader) bool { return !f.ours() && !f.consent() }, plan: Plan{Hold, v1alpha1.ReasonRemoteExists}},
	{number: 37, when: func(f *reader) bool { return !f.ours() && f.bound() && (f.drift() == DriftReport || f.runOnce()) }, plan: Plan{Hold, v1alpha1.ReasonRemoteMissing}},
	{number: 38, when: func(f *reader) bool { return !f.ours() && f.suspended() }, plan: Plan{Hold, v1alpha1.ReasonSuspended}},
	{number: 39, when: func(f *reader) bool { return !f.ours() }, plan: Plan{Adopt, v1alpha1.ReasonAdopting}},
	{number: 40, when: func(f *reader) bool {
		return f.twin() == TwinStuck || f.twin() == TwinRemovable && (!f.canDelete() || f.undeletable())
	}, plan: Plan{Hold, v1alpha1.ReasonAmbiguousRemote}},
	{number: 41, when: func(f *reader) bool { return f.twin() == TwinRemovable && f.suspended() }, plan: Plan{Hold, v1alpha1.ReasonSuspended}},
	{number: 42, when: func(f *reader) bool { return f.twin() == TwinRemovable && f.massDeletion() }, plan: Plan{Hold, v1alpha1.ReasonMassDeletion}},
	{number: 43, when: func(f *reader) bool { return f.twin() == TwinRemovable }, plan: Plan{Delete, v1alpha1.ReasonRemovingDuplicate}},
	{number: 44, when: func(f *reader) bool { return f.phase() == PhasePending && f.pendingLong() }, plan: Plan{Hold, v1alpha1.ReasonPendingTooLong}},
	{number: 45, when: func(f *reader) bool { return f.phase() == PhasePending }, plan: Plan{Wait, v1alpha1.ReasonVendorWorking}},
	{number: 46, when: func(f *reader) bool {
		return f.phase() == PhaseFailed && (f.changes() == ChangesNone || !f.specMoved())
	}, plan: Plan{Hold, v1alpha1.ReasonRemoteFailed}},
	{number: 47, when: func(f *reader) bool {
		return f.fieldRemoved() && (f.changes() == ChangesNone || f.drift() == DriftReport && !f.specMoved())
	}, plan: Plan{Hold, v1alpha1.ReasonFieldRemoved}},
	{number: 48, when: func(f *reader) bool { return f.changes() == ChangesNone && f.settling() }, plan: Plan{Settle, v1alpha1.ReasonVendorWorking}},
	{number: 49, when: func(f *reader) bool { return f.changes() == ChangesNone }, plan: Plan{Settle, v1alpha1.ReasonInSync}},
	{number: 50, when: func(f *reader) bool { return f.specMoved() && f.sealed() }, plan: Plan{Hold, v1alpha1.ReasonSealedByVendor}},
	{number: 51, when: func(f *reader) bool { return !f.specMoved() && (f.drift() == DriftReport || f.sealed()) }, plan: Plan{Hold, v1alpha1.ReasonDrifted}},
	{number: 52, when: func(f *reader) bool { return f.changes() == ChangesLocked }, plan: Plan{Hold, v1alpha1.ReasonDraftPending}},
	{number: 53, when: func(f *reader) bool { return !f.canUpdate() }, plan: Plan{Hold, v1alpha1.ReasonUpdateUnsupported}},
	{number: 54, when: func(f *reader) bool { return f.nonConverging() }, plan: Plan{Hold, v1alpha1.ReasonNonConverging}},
	{number: 55, when: func(f *reader) bool { return f.suspended() }, plan: Plan{Hold, v1alpha1.ReasonSuspended}},
	{number: 56, when: func(f *reader) bool { return f.closes() && f.massDeletion() }, plan: Plan{Hold, v1alpha1.ReasonMassDeletion}},
	{number: 57, when: func(*reader) bool { return true }, plan: Plan{Update, v1alpha1.ReasonUpdating},
		unless: func(f *reader) bool { return !f.specMoved() }, reason: v1alpha1.ReasonCorrectingDrift},
}

func (r *reader) sealed() bool { return r.phase() == PhaseSealed || r.changes() == ChangesUnwritable }

// Decide is the heart of the engine: pure, total, and tested over every
// combination of facts.
func Decide(f Facts) Plan { return decide(newReader(f)) }

func decide(f *reader) Plan { return decideBy(table, f) }

func decideBy(rows []row, f *reader) Plan {
	for i := range rows {
		if !rows[i].when(f) {
			continue
		}
		plan := rows[i].plan
		if rows[i].unless != nil && rows[i].unless(f) {
			plan.Reason = rows[i].reason
		}
		return plan
	}
	panic("engine: the decision table has no last row")
}
