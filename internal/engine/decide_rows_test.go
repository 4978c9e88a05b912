package engine

import (
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// settled is a living object whose remote is as specified.
func settled() Facts {
	return Facts{Creation: CreationCreate, Drift: DriftCorrect, Deletion: DeletionDelete, Bound: true, Intent: IntentClosed,
		Found: FoundByID, Owner: OwnerOurs, Phase: PhaseLive, CanCreate: true, CanUpdate: true, CanDelete: true,
		TenantMatches: true, Index: IndexClear, MarkProven: true, NameFree: true}
}

// unborn is a new object without a remote.
func unborn() Facts {
	f := settled()
	f.Bound, f.Intent, f.Found = false, IntentNone, FoundAbsentProved
	return f
}

// vanished is an object whose remote is gone.
func vanished() Facts {
	f := settled()
	f.Found = FoundAbsentProved
	return f
}

// stranger is a new object whose name answers to somebody's remote.
func stranger() Facts {
	f := unborn()
	f.Found, f.Owner, f.Creation = FoundByKey, OwnerUnmarked, CreationCreateOrAdopt
	return f
}

// leaving is a deleted object whose remote is still there.
func leaving() Facts {
	f := settled()
	f.Deleting = true
	return f
}

// drifted is an object whose remote somebody changed.
func drifted() Facts {
	f := settled()
	f.Changes = ChangesWritable
	return f
}

// edited is an object whose spec somebody changed.
func edited() Facts {
	f := drifted()
	f.SpecMoved = true
	return f
}

func TestEveryRowOfTheTable(t *testing.T) {
	covered := map[int]bool{}
	for sentence, c := range map[string]struct {
		row    int
		facts  Facts
		change func(*Facts)
		want   Plan
	}{
		"an uninstall that removes our definitions deletes nothing at the vendor": {
			1, leaving(), func(f *Facts) { f.KindTerminating = true }, Plan{Release, v1alpha1.ReasonKindRemoved}},
		"an orphaned object goes without asking anybody": {
			2, leaving(), func(f *Facts) { f.Deletion, f.Found, f.TenantMatches = DeletionOrphan, FoundNotLooked, false }, Plan{Release, v1alpha1.ReasonOrphaned}},
		"an object for which nothing was ever sent goes at once": {
			3, leaving(), func(f *Facts) { f.Bound, f.Intent, f.Found = false, IntentClosed, FoundNotLooked }, Plan{Release, v1alpha1.ReasonNothingSent}},
		"a copied intent of a deleted object owes nothing": {
			3, leaving(), func(f *Facts) { f.Bound, f.Intent, f.Found = false, IntentForeign, FoundNotLooked }, Plan{Release, v1alpha1.ReasonNothingSent}},
		"a living object is held while our definitions go": {
			4, settled(), func(f *Facts) { f.KindTerminating = true }, Plan{Hold, v1alpha1.ReasonKindRemoved}},
		"nothing is decided before a look": {
			5, settled(), func(f *Facts) { f.Found = FoundNotLooked }, Plan{Look, v1alpha1.ReasonLooking}},
		"credentials of another tenant hold everything": {
			6, settled(), func(f *Facts) { f.TenantMatches = false }, Plan{Hold, v1alpha1.ReasonTenantChanged}},
		"credentials of another tenant hold a deletion": {
			6, leaving(), func(f *Facts) { f.TenantMatches = false }, Plan{Hold, v1alpha1.ReasonTenantChanged}},
		"far too much vanished at once": {
			7, vanished(), func(f *Facts) { f.MassAbsence = true }, Plan{Hold, v1alpha1.ReasonMassAbsence}},
		"what is still there is kept in sync while others vanished": {
			57, edited(), func(f *Facts) { f.MassAbsence = true }, Plan{Update, v1alpha1.ReasonUpdating}},
		"a create may still arrive": {
			8, unborn(), func(f *Facts) { f.Intent = IntentFresh }, Plan{Wait, v1alpha1.ReasonOutcomePending}},
		"a read says gone and a list does not agree yet": {
			9, vanished(), func(f *Facts) { f.Found = FoundAbsentUnproved }, Plan{Wait, v1alpha1.ReasonAbsenceUnproved}},
		"a deleted object whose create may have happened where marks cannot be shown": {
			10, leaving(), func(f *Facts) { f.Bound, f.Intent, f.Found, f.MarkProven = false, IntentOld, FoundAbsentProved, false }, Plan{Hold, v1alpha1.ReasonOutcomeUnknown}},
		"a deleted object whose remote is gone": {
			11, leaving(), func(f *Facts) { f.Found = FoundAbsentProved }, Plan{Release, v1alpha1.ReasonGone}},
		"a deleted object whose remote another object has": {
			12, leaving(), func(f *Facts) { f.ClaimConflict = true }, Plan{Release, v1alpha1.ReasonClaimedByOther}},
		"a deleted object whose remote is somebody else's": {
			13, leaving(), func(f *Facts) { f.Owner = OwnerForeign }, Plan{Release, v1alpha1.ReasonNotOurs}},
		"a remote that a connector owns is released": {
			14, leaving(), func(f *Facts) { f.Undeletable = true }, Plan{Release, v1alpha1.ReasonNotDeletable}},
		"a remote that is retired is released": {
			15, leaving(), func(f *Facts) { f.Deletion, f.Retired = DeletionRetire, true }, Plan{Release, v1alpha1.ReasonRetired}},
		"Delete where the vendor cannot": {
			16, leaving(), func(f *Facts) { f.CanDelete = false }, Plan{Hold, v1alpha1.ReasonDeletionUnsupported}},
		"Retire where the vendor cannot": {
			16, leaving(), func(f *Facts) { f.Deletion = DeletionRetire }, Plan{Hold, v1alpha1.ReasonDeletionUnsupported}},
		"a deletion that was accepted is waited for": {
			17, leaving(), func(f *Facts) { f.DeleteSent = true }, Plan{Wait, v1alpha1.ReasonDeletionPending}},
		"suspend holds a deletion": {
			18, leaving(), func(f *Facts) { f.Suspended = true }, Plan{Hold, v1alpha1.ReasonSuspended}},
		"a review that would be over before it is made": {
			30, unborn(), func(f *Facts) { f.TooLate = true }, Plan{Hold, v1alpha1.ReasonInvalidSpec}},
		"a review that is there is never too late": {
			49, settled(), func(f *Facts) { f.TooLate = true }, Plan{Settle, v1alpha1.ReasonInSync}},
		"far too many deletions at once": {
			19, leaving(), func(f *Facts) { f.MassDeletion = true }, Plan{Hold, v1alpha1.ReasonMassDeletion}},
		"others refer to what is kept while they do": {
			19, leaving(), func(f *Facts) { f.Referenced = true }, Plan{Hold, v1alpha1.ReasonStillReferenced}},
		"who is let go of is not kept": {
			2, leaving(), func(f *Facts) { f.Referenced, f.Deletion = true, DeletionOrphan }, Plan{Release, v1alpha1.ReasonOrphaned}},
		"a deleted object is retired": {
			20, leaving(), func(f *Facts) { f.Deletion, f.CanRetire = DeletionRetire, true }, Plan{Retire, v1alpha1.ReasonRetiring}},
		"a deleted object is deleted": {21, leaving(), func(*Facts) {}, Plan{Delete, v1alpha1.ReasonDeleting}},
		"remoteID was edited to name another remote": {
			22, settled(), func(f *Facts) { f.RemoteID = RemoteIDMismatch }, Plan{Hold, v1alpha1.ReasonRemoteIDMismatch}},
		"another object has this remote": {
			23, settled(), func(f *Facts) { f.ClaimConflict = true }, Plan{Hold, v1alpha1.ReasonClaimedByOther}},
		"a create may have happened where marks cannot be shown": {
			24, unborn(), func(f *Facts) { f.Intent, f.MarkProven = IntentOld, false }, Plan{Hold, v1alpha1.ReasonOutcomeUnknown}},
		"a review that was there is never made again": {
			25, vanished(), func(f *Facts) { f.RunOnce = true }, Plan{Hold, v1alpha1.ReasonRemoteMissing}},
		"a review that may be out there is never made again": {
			25, unborn(), func(f *Facts) { f.RunOnce, f.Intent = true, IntentOld }, Plan{Hold, v1alpha1.ReasonRemoteMissing}},
		"a run-once object is made again when its only attempt came to nothing": {
			34, unborn(), func(f *Facts) { f.RunOnce, f.Intent, f.NeverCame = true, IntentOld, true }, Plan{Create, v1alpha1.ReasonCreating}},
		"a remote that vanished is only reported": {
			26, vanished(), func(f *Facts) { f.Drift = DriftReport }, Plan{Hold, v1alpha1.ReasonRemoteMissing}},
		"an adopted remote that vanished is never made": {
			26, vanished(), func(f *Facts) { f.Creation = CreationAdopt }, Plan{Hold, v1alpha1.ReasonRemoteMissing}},
		"nothing to adopt yet": {
			27, unborn(), func(f *Facts) { f.Creation = CreationAdopt }, Plan{Wait, v1alpha1.ReasonRemoteNotFound}},
		"no remote has that id yet": {
			27, unborn(), func(f *Facts) { f.RemoteID = RemoteIDSet }, Plan{Wait, v1alpha1.ReasonRemoteNotFound}},
		"Create where the vendor cannot": {
			28, unborn(), func(f *Facts) { f.CanCreate = false }, Plan{Hold, v1alpha1.ReasonCreateUnsupported}},
		"a remote that vanishes each time it is made": {
			29, vanished(), func(f *Facts) { f.NonConverging = true }, Plan{Hold, v1alpha1.ReasonNonConverging}},
		"a review whose time has not come": {
			31, unborn(), func(f *Facts) { f.RunOnce, f.CreateHeld = true, true }, Plan{Hold, v1alpha1.ReasonStartHeld}},
		"a list names a remote of ours that cannot be read": {
			32, unborn(), func(f *Facts) { f.Index = IndexHit }, Plan{Wait, v1alpha1.ReasonIndexPending}},
		"suspend holds a create": {
			33, unborn(), func(f *Facts) { f.Suspended = true }, Plan{Hold, v1alpha1.ReasonSuspended}},
		"a new object gets its remote": {34, unborn(), func(*Facts) {}, Plan{Create, v1alpha1.ReasonCreating}},
		"a failed create is tried again": {
			34, unborn(), func(f *Facts) { f.Intent = IntentClosed }, Plan{Create, v1alpha1.ReasonCreating}},
		"a create that left no trace is tried again": {
			34, unborn(), func(f *Facts) { f.Intent = IntentOld }, Plan{Create, v1alpha1.ReasonCreating}},
		"a remote that vanished is made again": {34, vanished(), func(*Facts) {}, Plan{Create, v1alpha1.ReasonRecreating}},
		"our mark on the remote is gone": {
			35, settled(), func(f *Facts) { f.Owner = OwnerUnmarked }, Plan{Hold, v1alpha1.ReasonOwnershipLost}},
		"another object's remote is left alone": {
			36, stranger(), func(f *Facts) { f.Owner = OwnerForeign }, Plan{Hold, v1alpha1.ReasonRemoteExists}},
		"our remote of another life is left alone under Create": {
			36, stranger(), func(f *Facts) { f.Creation, f.Found, f.Owner = CreationCreate, FoundByMark, OwnerOtherLife }, Plan{Hold, v1alpha1.ReasonRemoteExists}},
		"a bare remoteID does not take from another cluster": {
			36, stranger(), func(f *Facts) {
				f.Creation, f.Found, f.RemoteID, f.Owner = CreationCreate, FoundByID, RemoteIDSet, OwnerOtherCluster
			}, Plan{Hold, v1alpha1.ReasonRemoteExists}},
		"a review is never adopted by its name": {
			36, stranger(), func(f *Facts) { f.RunOnce = true }, Plan{Hold, v1alpha1.ReasonRemoteExists}},
		"what vanished is not replaced by another one under Report": {
			37, stranger(), func(f *Facts) { f.Bound, f.Drift = true, DriftReport }, Plan{Hold, v1alpha1.ReasonRemoteMissing}},
		"suspend holds an adoption": {
			38, stranger(), func(f *Facts) { f.Suspended = true }, Plan{Hold, v1alpha1.ReasonSuspended}},
		"a remote is adopted by its name": {39, stranger(), func(*Facts) {}, Plan{Adopt, v1alpha1.ReasonAdopting}},
		"a remote is adopted by its id": {
			39, stranger(), func(f *Facts) { f.Creation, f.Found, f.RemoteID = CreationCreate, FoundByID, RemoteIDSet }, Plan{Adopt, v1alpha1.ReasonAdopting}},
		"our remote of another life is adopted where the policy says so": {
			39, stranger(), func(f *Facts) { f.Found, f.Owner = FoundByMark, OwnerOtherLife }, Plan{Adopt, v1alpha1.ReasonAdopting}},
		"another cluster's remote is adopted where the policy says so": {
			39, stranger(), func(f *Facts) { f.Owner = OwnerOtherCluster }, Plan{Adopt, v1alpha1.ReasonAdopting}},
		"two remotes bear our mark and people use both": {
			40, settled(), func(f *Facts) { f.Twin = TwinStuck }, Plan{Hold, v1alpha1.ReasonAmbiguousRemote}},
		"a second remote that cannot be removed": {
			40, settled(), func(f *Facts) { f.Twin, f.CanDelete = TwinRemovable, false }, Plan{Hold, v1alpha1.ReasonAmbiguousRemote}},
		"suspend holds the removal of a second remote": {
			41, settled(), func(f *Facts) { f.Twin, f.Suspended = TwinRemovable, true }, Plan{Hold, v1alpha1.ReasonSuspended}},
		"the brake holds the removal of a second remote": {
			42, settled(), func(f *Facts) { f.Twin, f.MassDeletion = TwinRemovable, true }, Plan{Hold, v1alpha1.ReasonMassDeletion}},
		"a second remote without members is removed": {
			43, settled(), func(f *Facts) { f.Twin = TwinRemovable }, Plan{Delete, v1alpha1.ReasonRemovingDuplicate}},
		"the vendor has been working for more than a day": {
			44, edited(), func(f *Facts) { f.Phase, f.PendingLong = PhasePending, true }, Plan{Hold, v1alpha1.ReasonPendingTooLong}},
		"the vendor is working": {
			45, edited(), func(f *Facts) { f.Phase = PhasePending }, Plan{Wait, v1alpha1.ReasonVendorWorking}},
		"the vendor's work failed": {
			46, drifted(), func(f *Facts) { f.Phase = PhaseFailed }, Plan{Hold, v1alpha1.ReasonRemoteFailed}},
		"an edit may mend what failed": {
			57, edited(), func(f *Facts) { f.Phase = PhaseFailed }, Plan{Update, v1alpha1.ReasonUpdating}},
		"a list that left the spec is not as specified": {
			47, settled(), func(f *Facts) { f.FieldRemoved = true }, Plan{Hold, v1alpha1.ReasonFieldRemoved}},
		"what somebody changed beside a list that is held is left under Report": {
			47, settled(), func(f *Facts) { f.FieldRemoved, f.Changes, f.Drift = true, ChangesWritable, DriftReport }, Plan{Hold, v1alpha1.ReasonFieldRemoved}},
		"what only takes access away is written while a list is held": {
			57, edited(), func(f *Facts) { f.FieldRemoved = true }, Plan{Update, v1alpha1.ReasonUpdating}},
		"a deletion does not wait for a list that left the spec": {
			21, leaving(), func(f *Facts) { f.FieldRemoved = true }, Plan{Delete, v1alpha1.ReasonDeleting}},
		"what was written is not shown yet, and all else is as specified": {
			48, settled(), func(f *Facts) { f.Settling = true }, Plan{Settle, v1alpha1.ReasonVendorWorking}},
		"what is not shown yet does not hold up another edit": {
			57, edited(), func(f *Facts) { f.Settling = true }, Plan{Update, v1alpha1.ReasonUpdating}},
		"a suspended object waits for what is shown late, too": {
			48, settled(), func(f *Facts) { f.Settling, f.Suspended = true, true }, Plan{Settle, v1alpha1.ReasonVendorWorking}},
		"the remote is as specified": {49, settled(), func(*Facts) {}, Plan{Settle, v1alpha1.ReasonInSync}},
		"an edit of a field that the vendor takes no more": {
			50, edited(), func(f *Facts) { f.Changes = ChangesUnwritable }, Plan{Hold, v1alpha1.ReasonSealedByVendor}},
		"a change in the console is reported": {
			51, drifted(), func(f *Facts) { f.Drift = DriftReport }, Plan{Hold, v1alpha1.ReasonDrifted}},
		"a change of a sealed field is reported": {
			51, drifted(), func(f *Facts) { f.Phase = PhaseSealed }, Plan{Hold, v1alpha1.ReasonDrifted}},
		"somebody's draft is open": {
			52, edited(), func(f *Facts) { f.Changes = ChangesLocked }, Plan{Hold, v1alpha1.ReasonDraftPending}},
		"an edit where the vendor cannot update": {
			53, edited(), func(f *Facts) { f.CanUpdate = false }, Plan{Hold, v1alpha1.ReasonUpdateUnsupported}},
		"the vendor does not keep what was written three times": {
			54, edited(), func(f *Facts) { f.NonConverging = true }, Plan{Hold, v1alpha1.ReasonNonConverging}},
		"suspend holds an update": {
			55, edited(), func(f *Facts) { f.Suspended = true }, Plan{Hold, v1alpha1.ReasonSuspended}},
		"what closes waits as deletions do where there are far too many": {
			56, edited(), func(f *Facts) { f.Closes, f.MassDeletion = true, true }, Plan{Hold, v1alpha1.ReasonMassDeletion}},
		"an edit is written, under Report too": {
			57, edited(), func(f *Facts) { f.Drift = DriftReport }, Plan{Update, v1alpha1.ReasonUpdating}},
		"a change in the console is corrected": {57, drifted(), func(*Facts) {}, Plan{Update, v1alpha1.ReasonCorrectingDrift}},
	} {
		covered[c.row] = true
		t.Run(sentence, func(t *testing.T) {
			c.change(&c.facts)
			if got := Decide(c.facts); got != c.want {
				t.Errorf("decided %s, want %s", got.text(), c.want.text())
			}
			for _, r := range table {
				if r.when(newReader(c.facts)) {
					if r.number != c.row {
						t.Errorf("row %d decided, want row %d", r.number, c.row)
					}
					break
				}
			}
		})
	}
	for _, r := range table {
		if !covered[r.number] {
			t.Errorf("row %d has no case", r.number)
		}
	}
}
