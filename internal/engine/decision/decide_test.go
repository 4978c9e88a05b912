package decision

import "testing"

// synced is a living object whose remote is as specified.
func synced() Facts {
	return Facts{Creation: CreationCreate, Drift: DriftCorrect, Deletion: DeletionDelete, Bound: true, Intent: IntentClosed,
		Found: FoundByID, Owner: OwnerOurs, Phase: PhaseLive, CanCreate: true, CanUpdate: true, CanDelete: true,
		TenantMatches: true, Index: IndexClear, MarkProven: true, NameFree: true}
}

// unborn is a new object without a remote.
func unborn() Facts {
	f := synced()
	f.Bound, f.Intent, f.Found = false, IntentNone, FoundAbsentProved
	return f
}

// vanished is an object whose remote is gone.
func vanished() Facts {
	f := synced()
	f.Found = FoundAbsentProved
	return f
}

// unowned is a new object whose name answers to a remote of somebody else.
func unowned() Facts {
	f := unborn()
	f.Found, f.Owner, f.Creation = FoundByKey, OwnerUnmarked, CreationCreateOrAdopt
	return f
}

// leaving is a deleted object whose remote is still there.
func leaving() Facts {
	f := synced()
	f.Deleting = true
	return f
}

// changed is an object whose remote somebody changed.
func changed() Facts {
	f := synced()
	f.Changes = ChangesWritable
	return f
}

// edited is an object whose spec somebody changed.
func edited() Facts {
	f := changed()
	f.SpecMoved = true
	return f
}

func TestEveryRule(t *testing.T) {
	covered := map[string]bool{}
	for sentence, c := range map[string]struct {
		rule   string
		facts  Facts
		change func(*Facts)
		want   *Plan
	}{
		"an uninstall that removes our definitions deletes nothing at the vendor": {
			"deleting, and our definitions go", leaving(), func(f *Facts) { f.KindTerminating = true }, ReleasedKindRemoved},
		"an orphaned object goes without asking anybody": {
			"deleting, and the remote is to stay", leaving(), func(f *Facts) { f.Deletion, f.Found, f.TenantMatches = DeletionOrphan, FoundNotLooked, false }, Orphaned},
		"an object for which nothing was ever sent goes at once": {
			"deleting, and nothing was ever sent", leaving(), func(f *Facts) { f.Bound, f.Intent, f.Found = false, IntentClosed, FoundNotLooked }, NothingSent},
		"a copied intent of a deleted object owes nothing": {
			"deleting, and nothing was ever sent", leaving(), func(f *Facts) { f.Bound, f.Intent, f.Found = false, IntentForeign, FoundNotLooked }, NothingSent},
		"a living object is held while our definitions go": {
			"our definitions go", synced(), func(f *Facts) { f.KindTerminating = true }, KindRemoved},
		"nothing is decided before an observation": {
			"nobody has observed the vendor yet", synced(), func(f *Facts) { f.Found = FoundNotLooked }, Looking},
		"credentials of another tenant hold everything": {
			"another tenant answers", synced(), func(f *Facts) { f.TenantMatches = false }, TenantChanged},
		"credentials of another tenant hold a deletion": {
			"another tenant answers", leaving(), func(f *Facts) { f.TenantMatches = false }, TenantChanged},
		"far too much vanished at once": {
			"far too many remotes vanished at once", vanished(), func(f *Facts) { f.MassAbsence = true }, MassAbsence},
		"what is still there is kept in sync while others vanished": {
			"the spec was edited", edited(), func(f *Facts) { f.MassAbsence = true }, Updating},
		"a create may still arrive": {
			"a create may still bring a remote", unborn(), func(f *Facts) { f.Intent = IntentFresh }, OutcomePending},
		"a read says gone and a list does not agree yet": {
			"a read says gone, and a list does not agree yet", vanished(), func(f *Facts) { f.Found = FoundAbsentUnproved }, AbsenceUnproved},
		"a deleted object whose create may have happened where markers cannot be shown": {
			"a create may have happened, and nothing can show it", leaving(), func(f *Facts) { f.Bound, f.Intent, f.Found, f.MarkProven = false, IntentOld, FoundAbsentProved, false }, OutcomeUnknown},
		"a deleted object whose remote is gone": {
			"it is gone", leaving(), func(f *Facts) { f.Found = FoundAbsentProved }, Gone},
		"a deleted object whose remote another object has": {
			"another object has the remote", leaving(), func(f *Facts) { f.ClaimConflict = true }, ReleasedClaimed},
		"a deleted object whose remote is somebody else's": {
			"the remote is not ours", leaving(), func(f *Facts) { f.Owner = OwnerForeign }, NotOurs},
		"a remote that a connector owns is released": {
			"the vendor lets nobody delete this one", leaving(), func(f *Facts) { f.Undeletable = true }, NotDeletable},
		"a remote that is retired is released": {
			"it is retired", leaving(), func(f *Facts) { f.Deletion, f.Retired = DeletionRetire, true }, Retired},
		"Delete where the vendor cannot": {
			"the vendor has no such verb", leaving(), func(f *Facts) { f.CanDelete = false }, DeletionUnsupported},
		"Retire where the vendor cannot": {
			"the vendor has no such verb", leaving(), func(f *Facts) { f.Deletion = DeletionRetire }, DeletionUnsupported},
		"a deletion that was accepted is waited for": {
			"the vendor was asked already", leaving(), func(f *Facts) { f.DeleteSent = true }, DeletionPending},
		"suspend holds a deletion": {
			"deleting, and suspended", leaving(), func(f *Facts) { f.Suspended = true }, Suspended},
		"a review that would be over before it is made": {
			"it would be over before it begins, or lacks something", unborn(), func(f *Facts) { f.TooLate = true }, InvalidSpec},
		"a review that is there is never too late": {
			"all is as specified", synced(), func(f *Facts) { f.TooLate = true }, InSync},
		"far too many deletions at once": {
			"far too many deletions at once", leaving(), func(f *Facts) { f.MassDeletion = true }, MassDeletion},
		"others refer to what is kept while they do": {
			"others still refer to it", leaving(), func(f *Facts) { f.Referenced = true }, StillReferenced},
		"who is let go of is not kept": {
			"deleting, and the remote is to stay", leaving(), func(f *Facts) { f.Referenced, f.Deletion = true, DeletionOrphan }, Orphaned},
		"a deleted object is retired": {
			"it is to be retired", leaving(), func(f *Facts) { f.Deletion, f.CanRetire = DeletionRetire, true }, Retiring},
		"a deleted object is deleted": {"it is to be deleted", leaving(), func(*Facts) {}, Deleting},
		"remoteID was edited to name another remote": {
			"spec.remoteID names another remote than the bound one", synced(), func(f *Facts) { f.RemoteID = RemoteIDMismatch }, OtherRemoteID},
		"another object has this remote": {
			"another object goes before this one", synced(), func(f *Facts) { f.ClaimConflict = true }, ClaimedByOther},
		"a create may have happened where markers cannot be shown": {
			"a create may have made one, and nothing can show it", unborn(), func(f *Facts) { f.Intent, f.MarkProven = IntentOld, false }, OutcomeUnknown},
		"a review that was there is never made again": {
			"it runs once, and did or may have", vanished(), func(f *Facts) { f.RunOnce = true }, RemoteMissing},
		"a review that may be out there is never made again": {
			"it runs once, and did or may have", unborn(), func(f *Facts) { f.RunOnce, f.Intent = true, IntentOld }, RemoteMissing},
		"a run-once object is made again when its only attempt came to nothing": {
			"it never was", unborn(), func(f *Facts) { f.RunOnce, f.Intent, f.NeverCame = true, IntentOld, true }, Creating},
		"a remote that vanished is only reported": {
			"it was there, and no other is to be made", vanished(), func(f *Facts) { f.Drift = DriftReport }, RemoteMissing},
		"an adopted remote that vanished is never made": {
			"it was there, and no other is to be made", vanished(), func(f *Facts) { f.Creation = CreationAdopt }, RemoteMissing},
		"nothing to adopt yet": {
			"there is nothing to adopt yet", unborn(), func(f *Facts) { f.Creation = CreationAdopt }, RemoteNotFound},
		"no remote has that id yet": {
			"there is nothing to adopt yet", unborn(), func(f *Facts) { f.RemoteID = RemoteIDSet }, RemoteNotFound},
		"Create where the vendor cannot": {
			"the vendor cannot create", unborn(), func(f *Facts) { f.CanCreate = false }, CreateUnsupported},
		"a remote that vanishes each time it is made": {
			"it vanishes each time it is made", vanished(), func(f *Facts) { f.NonConverging = true }, NeverStays},
		"a review whose time has not come": {
			"its time has not come", unborn(), func(f *Facts) { f.RunOnce, f.CreateHeld = true, true }, StartHeld},
		"a list names a remote of ours that cannot be read": {
			"the vendor's list is not sure", unborn(), func(f *Facts) { f.Index = IndexHit }, IndexPending},
		"suspend holds a create": {
			"a create, and suspended", unborn(), func(f *Facts) { f.Suspended = true }, Suspended},
		"a new object gets its remote": {"it never was", unborn(), func(*Facts) {}, Creating},
		"a failed create is tried again": {
			"it never was", unborn(), func(f *Facts) { f.Intent = IntentClosed }, Creating},
		"a create that left no trace is tried again": {
			"it never was", unborn(), func(f *Facts) { f.Intent = IntentOld }, Creating},
		"a remote that vanished is made again": {"it was there before", vanished(), func(*Facts) {}, Recreating},
		"our marker on the remote is gone": {
			"our marker is gone from the bound remote", synced(), func(f *Facts) { f.Owner = OwnerUnmarked }, OwnershipLost},
		"another object's remote is left alone": {
			"the policy does not allow to take it over", unowned(), func(f *Facts) { f.Owner = OwnerForeign }, RemoteExists},
		"our remote of another life is left alone under Create": {
			"the policy does not allow to take it over", unowned(), func(f *Facts) { f.Creation, f.Found, f.Owner = CreationCreate, FoundByMark, OwnerOtherLife }, RemoteExists},
		"a bare remoteID does not take from another cluster": {
			"the policy does not allow to take it over", unowned(), func(f *Facts) {
				f.Creation, f.Found, f.RemoteID, f.Owner = CreationCreate, FoundByID, RemoteIDSet, OwnerOtherCluster
			}, RemoteExists},
		"a review is never adopted by its name": {
			"the policy does not allow to take it over", unowned(), func(f *Facts) { f.RunOnce = true }, RemoteExists},
		"what vanished is not replaced by another one under Report": {
			"the bound one is gone, and no other is to replace it", unowned(), func(f *Facts) { f.Bound, f.Drift = true, DriftReport }, RemoteMissing},
		"suspend holds an adoption": {
			"an adoption, and suspended", unowned(), func(f *Facts) { f.Suspended = true }, Suspended},
		"a remote is adopted by its name": {"it may be taken over", unowned(), func(*Facts) {}, Adopting},
		"a remote is adopted by its id": {
			"it may be taken over", unowned(), func(f *Facts) { f.Creation, f.Found, f.RemoteID = CreationCreate, FoundByID, RemoteIDSet }, Adopting},
		"our remote of another life is adopted where the policy says so": {
			"it may be taken over", unowned(), func(f *Facts) { f.Found, f.Owner = FoundByMark, OwnerOtherLife }, Adopting},
		"another cluster's remote is adopted where the policy says so": {
			"it may be taken over", unowned(), func(f *Facts) { f.Owner = OwnerOtherCluster }, Adopting},
		"two remotes carry our marker and people use both": {
			"people use both, or none can be removed", synced(), func(f *Facts) { f.Twin = TwinStuck }, AmbiguousRemote},
		"a second remote that cannot be removed": {
			"people use both, or none can be removed", synced(), func(f *Facts) { f.Twin, f.CanDelete = TwinRemovable, false }, AmbiguousRemote},
		"suspend holds the removal of a second remote": {
			"the removal of a duplicate, and suspended", synced(), func(f *Facts) { f.Twin, f.Suspended = TwinRemovable, true }, Suspended},
		"the safety limit holds the removal of a second remote": {
			"the removal of a duplicate, and far too many deletions", synced(), func(f *Facts) { f.Twin, f.MassDeletion = TwinRemovable, true }, MassDeletion},
		"a second remote without members is removed": {
			"nobody uses the duplicate", synced(), func(f *Facts) { f.Twin = TwinRemovable }, RemovingDuplicate},
		"the vendor has been working for more than a day": {
			"the vendor works on it for too long", edited(), func(f *Facts) { f.Phase, f.PendingLong = PhasePending, true }, PendingTooLong},
		"the vendor is working": {
			"the vendor works on it", edited(), func(f *Facts) { f.Phase = PhasePending }, VendorWorking},
		"the vendor's work failed": {
			"the vendor's work failed, and no edit may help", changed(), func(f *Facts) { f.Phase = PhaseFailed }, RemoteFailed},
		"an edit may fix what failed": {
			"the spec was edited", edited(), func(f *Facts) { f.Phase = PhaseFailed }, Updating},
		"a list that left the spec is not as specified": {
			"something left the spec that cannot be closed", synced(), func(f *Facts) { f.FieldRemoved = true }, FieldRemoved},
		"what somebody changed beside a list that is held is left under Report": {
			"something left the spec that cannot be closed", synced(), func(f *Facts) { f.FieldRemoved, f.Changes, f.Drift = true, ChangesWritable, DriftReport }, FieldRemoved},
		"what only takes access away is written while a list is held": {
			"the spec was edited", edited(), func(f *Facts) { f.FieldRemoved = true }, Updating},
		"a deletion does not wait for a list that left the spec": {
			"it is to be deleted", leaving(), func(f *Facts) { f.FieldRemoved = true }, Deleting},
		"what was written is not shown yet, and all else is as specified": {
			"all but what is shown late is as specified", synced(), func(f *Facts) { f.Settling = true }, ShownLate},
		"what is not shown yet does not hold up another edit": {
			"the spec was edited", edited(), func(f *Facts) { f.Settling = true }, Updating},
		"a suspended object waits for what is shown late, too": {
			"all but what is shown late is as specified", synced(), func(f *Facts) { f.Settling, f.Suspended = true, true }, ShownLate},
		"the remote is as specified": {"all is as specified", synced(), func(*Facts) {}, InSync},
		"an edit of a field that the vendor takes no more": {
			"an edit of what the vendor takes no more", edited(), func(f *Facts) { f.Changes = ChangesUnwritable }, SealedByVendor},
		"a change in the console is reported": {
			"somebody else's change that is left", changed(), func(f *Facts) { f.Drift = DriftReport }, Drifted},
		"a change of a sealed field is reported": {
			"somebody else's change that is left", changed(), func(f *Facts) { f.Phase = PhaseSealed }, Drifted},
		"somebody's draft is open": {
			"somebody's draft is open", edited(), func(f *Facts) { f.Changes = ChangesLocked }, DraftPending},
		"an edit where the vendor cannot update": {
			"the vendor cannot update", edited(), func(f *Facts) { f.CanUpdate = false }, UpdateUnsupported},
		"the vendor does not keep what was written three times": {
			"the vendor does not keep what is written", edited(), func(f *Facts) { f.NonConverging = true }, NeverKept},
		"suspend holds an update": {
			"an update, and suspended", edited(), func(f *Facts) { f.Suspended = true }, Suspended},
		"what closes waits as deletions do where there are far too many": {
			"it closes something, and far too many deletions", edited(), func(f *Facts) { f.Closes, f.MassDeletion = true, true }, MassDeletion},
		"an edit is written, under Report too": {
			"the spec was edited", edited(), func(f *Facts) { f.Drift = DriftReport }, Updating},
		"a change in the console is corrected": {"somebody else changed it", changed(), func(*Facts) {}, CorrectingDrift},
	} {
		covered[c.rule] = true
		t.Run(sentence, func(t *testing.T) {
			c.change(&c.facts)
			got := decide(questions, newReader(c.facts))
			if got.plan != c.want || got.name != c.rule || Decide(c.facts) != c.want {
				t.Errorf("decided %s/%s as %q, want %s/%s as %q", got.plan.Action, got.plan.Reason, got.name, c.want.Action, c.want.Reason, c.rule)
			}
		})
	}
	for _, q := range questions {
		for _, r := range q.rules {
			if !covered[r.name] {
				t.Errorf("%s %q has no case", q.name, r.name)
			}
		}
	}
}

type law struct {
	text string
	// holds reads facts only as far as it needs them.
	holds func(f *reader, p *Plan, again func(map[fact]int) *Plan) bool
}

var earlyReleases = map[string]bool{"KindRemoved": true, "Orphaned": true, "NothingSent": true}

var laws = []law{
	{"1 every combination has one plan with a reason", func(_ *reader, p *Plan, _ func(map[fact]int) *Plan) bool { return p.Reason != "" }},
	{"2 before an observation only Release, Observe or Hold/KindRemoved; after it never Observe", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		if f.found() == FoundNotLooked {
			return p.Action == Release || p.Action == Observe || p == KindRemoved
		}
		return p.Action != Observe
	}},
	{"3 no write while terminating, in another tenant, suspended or claimed by another", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return !p.Action.Writes() || !f.kindTerminating() && f.tenantMatches() && !f.suspended() && !f.claimConflict()
	}},
	{"4 deleting never creates, adopts, updates or ends in sync; living never releases or retires", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		switch p.Action {
		case Create, Adopt, Update, Settle:
			return !f.deleting()
		case Release, Retire:
			return f.deleting()
		default:
			return true
		}
	}},
	{"5 what a create needs", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Create || f.found() == FoundAbsentProved && f.index() == IndexClear && f.intent() != IntentFresh &&
			!f.massAbsence() && f.canCreate() && !f.createHeld() && (!f.tooLate() || f.bound()) && f.remoteID() == RemoteIDNone && f.creation() != CreationAdopt &&
			(!f.bound() || f.drift() == DriftCorrect) && !f.nonConverging() && f.nameFree()
	}},
	{"6 a second send after an open attempt needs proven markers", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Create || f.intent() != IntentOld || f.markProven()
	}},
	{"7 a run-once object is never created once bound, nor with an open attempt unless that came to nothing", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Create || !f.runOnce() || !f.bound() && (f.intent() <= IntentClosed || f.intent() == IntentOld && f.neverCame())
	}},
	{"8 update, delete and retire touch only what is ours", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Update && p.Action != Delete && p.Action != Retire || f.ours()
	}},
	{"9 what an update needs", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Update || f.changes() == ChangesWritable && f.canUpdate() && f.phase() != PhasePending && f.phase() != PhaseSealed &&
			f.twin() == TwinNone && !f.nonConverging() && (f.drift() == DriftCorrect || f.specMoved())
	}},
	{"9a what is as specified holds nothing that left the spec", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Settle || !f.fieldRemoved()
	}},
	{"9b what closes is not written while far too many deletions wait", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Update || !f.closes() || !f.massDeletion()
	}},
	{"10 under Report with an unmoved spec nothing is updated", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Update || f.drift() == DriftCorrect || f.specMoved()
	}},
	{"11 delete and retire need the verb and no mass deletion; the living delete only a removable duplicate; none is sent again", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		switch p.Action {
		case Delete:
			return f.canDelete() && !f.undeletable() && !f.massDeletion() && (f.deleting() && !f.deleteSent() || !f.deleting() && f.twin() == TwinRemovable)
		case Retire:
			return f.canRetire() && !f.retired() && !f.massDeletion() && !f.deleteSent()
		default:
			return true
		}
	}},
	{"11a what others refer to is not deleted where it asks for that", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Delete && p.Action != Retire || !f.deleting() || !f.referenced()
	}},
	{"12 what an adoption needs", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Adopt || f.exists() && f.consent() && !f.ours() && f.owner() != OwnerForeign && f.intent() != IntentFresh && !f.massAbsence() &&
			(!f.bound() || f.found() != FoundByID && f.drift() != DriftReport) && (!f.runOnce() || f.found() != FoundByKey) && f.remoteID() != RemoteIDMismatch
	}},
	{"13 release without an observation only for three reasons; any other only with proof through the pinned tenant", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		if p.Action != Release || earlyReleases[p.Reason] {
			return true
		}
		if p == NotOurs && !f.exists() {
			return false
		}
		return f.found() != FoundNotLooked && f.tenantMatches() &&
			(f.found() == FoundAbsentProved || f.exists() && !f.ours() || f.claimConflict() || f.undeletable() || f.retired())
	}},
	{"14 no release of what is not ours in mass absence, in the window, or past it unproven", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		if p.Action != Release || earlyReleases[p.Reason] || f.ours() {
			return true
		}
		return !f.massAbsence() && f.intent() != IntentFresh && (f.intent() != IntentOld || f.markProven() || !f.canCreate())
	}},
	{"15 deleting with Orphan or the kind removed always releases", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return !f.deleting() || f.deletion() != DeletionOrphan && !f.kindTerminating() || p.Action == Release
	}},
	{"16 deleting what was never sent releases at once", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return !f.deleting() || f.bound() || f.intent() > IntentClosed || p.Action == Release
	}},
	{"17 in sync means ours, as specified and quiet", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p.Action != Settle || f.ours() && f.changes() == ChangesNone && f.twin() == TwinNone && f.phase() != PhasePending && f.phase() != PhaseFailed
	}},
	{"17a what is not shown yet is not called in sync", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool {
		return p != InSync || !f.settling()
	}},
	{"18 every wait ends when what it waits for comes true", func(f *reader, p *Plan, again func(map[fact]int) *Plan) bool {
		if p.Action != Wait {
			return true
		}
		ends := map[string][]map[fact]int{
			"OutcomePending":  {{factIntent: int(IntentOld)}, {factFound: int(FoundByMark), factOwner: int(OwnerOurs)}},
			"AbsenceUnproved": {{factFound: int(FoundAbsentProved)}},
			"DeletionPending": {{factFound: int(FoundAbsentProved)}, {factDeleteSent: 0}},
			"RemoteNotFound":  {{factFound: int(FoundByID), factOwner: int(OwnerUnmarked)}},
			"IndexPending":    {{factIndex: int(IndexClear), factNameFree: 1}},
			"VendorWorking":   {{factPhase: int(PhaseLive)}, {factPendingLong: 1}},
		}[p.Reason]
		for _, set := range ends {
			if next := again(set); next.Action == Wait && next.Reason == p.Reason {
				return false
			}
		}
		return len(ends) > 0
	}},
	{"19 done is done", func(f *reader, p *Plan, again func(map[fact]int) *Plan) bool {
		switch p.Action {
		case Create, Adopt, Update:
			set := map[fact]int{factFound: int(FoundByID), factOwner: int(OwnerOurs), factBound: 1, factIntent: int(IntentClosed),
				factChanges: int(ChangesNone), factSpecMoved: 0, factTwin: int(TwinNone), factPhase: int(PhaseLive), factFieldRemoved: 0}
			return again(set).Action == Settle
		case Delete, Retire:
			if f.deleting() {
				return !again(map[fact]int{factDeleteSent: 1}).Action.Writes()
			}
			return again(map[fact]int{factTwin: int(TwinNone)}).Action != Delete
		default:
			return true
		}
	}},
	{"20 suspend turns each write into Hold/Suspended and changes no other action", func(f *reader, p *Plan, again func(map[fact]int) *Plan) bool {
		if f.suspended() {
			return true
		}
		held := again(map[fact]int{factSuspended: 1})
		if p.Action.Writes() {
			return held == Suspended
		}
		return held.Action == p.Action
	}},
	{"21 what was there before is recreated", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool { return p != Creating || !f.bound() }},
	{"22 what nobody edited is drift", func(f *reader, p *Plan, _ func(map[fact]int) *Plan) bool { return p != Updating || f.specMoved() }},
}
