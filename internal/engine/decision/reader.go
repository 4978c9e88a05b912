package decision

// fact names one of the Facts.
type fact int

const (
	factDeleting fact = iota
	factKindTerminating
	factSuspended
	factBound
	factPendingLong
	factSpecMoved
	factCanCreate
	factCanUpdate
	factCanDelete
	factCanRetire
	factUndeletable
	factRetired
	factDeleteSent
	factRunOnce
	factCreateHeld
	factTenantMatches
	factMassAbsence
	factMassDeletion
	factClaimConflict
	factMarkProven
	factNonConverging
	factNeverCame
	factTooLate
	factFieldRemoved
	factCloses
	factReferenced
	factNameFree
	factSettling
	factCreation
	factDrift
	factDeletion
	factRemoteID
	factIntent
	factFound
	factOwner
	factTwin
	factPhase
	factChanges
	factIndex
	factCount
)

// reader hands facts to the rules, one at a time. The exhaustive test replaces
// choose, to branch on exactly the facts that a decision reads.
type reader struct {
	values [factCount]int
	choose func(fact) int
}

func newReader(f Facts) *reader {
	r := &reader{}
	for i, is := range f.booleans() {
		if is {
			r.values[i] = 1
		}
	}
	copy(r.values[factCreation:], f.choices())
	return r
}

// booleans are the facts that are so or not.
func (f *Facts) booleans() []bool {
	return []bool{
		factDeleting:        f.Deleting,
		factKindTerminating: f.KindTerminating,
		factSuspended:       f.Suspended,
		factBound:           f.Bound,
		factPendingLong:     f.PendingLong,
		factSpecMoved:       f.SpecMoved,
		factCanCreate:       f.CanCreate,
		factCanUpdate:       f.CanUpdate,
		factCanDelete:       f.CanDelete,
		factCanRetire:       f.CanRetire,
		factUndeletable:     f.Undeletable,
		factRetired:         f.Retired,
		factDeleteSent:      f.DeleteSent,
		factRunOnce:         f.RunOnce,
		factCreateHeld:      f.CreateHeld,
		factTenantMatches:   f.TenantMatches,
		factMassAbsence:     f.MassAbsence,
		factMassDeletion:    f.MassDeletion,
		factClaimConflict:   f.ClaimConflict,
		factMarkProven:      f.MarkProven,
		factNonConverging:   f.NonConverging,
		factNeverCame:       f.NeverCame,
		factFieldRemoved:    f.FieldRemoved,
		factCloses:          f.Closes,
		factReferenced:      f.Referenced,
		factTooLate:         f.TooLate,
		factNameFree:        f.NameFree,
		factSettling:        f.Settling,
	}
}

// choices are the facts with more values than two, in their order from factCreation on.
func (f *Facts) choices() []int {
	return []int{
		int(f.Creation), int(f.Drift), int(f.Deletion), int(f.RemoteID), int(f.Intent), int(f.Found), int(f.Owner), int(f.Twin), int(f.Phase),
		int(f.Changes), int(f.Index),
	}
}

func (r *reader) get(f fact) int {
	if r.choose != nil {
		return r.choose(f)
	}
	return r.values[f]
}

func (r *reader) deleting() bool        { return r.get(factDeleting) == 1 }
func (r *reader) kindTerminating() bool { return r.get(factKindTerminating) == 1 }
func (r *reader) suspended() bool       { return r.get(factSuspended) == 1 }
func (r *reader) settling() bool        { return r.get(factSettling) == 1 }
func (r *reader) bound() bool           { return r.get(factBound) == 1 }
func (r *reader) pendingLong() bool     { return r.get(factPendingLong) == 1 }
func (r *reader) specMoved() bool       { return r.get(factSpecMoved) == 1 }
func (r *reader) canCreate() bool       { return r.get(factCanCreate) == 1 }
func (r *reader) canUpdate() bool       { return r.get(factCanUpdate) == 1 }
func (r *reader) canDelete() bool       { return r.get(factCanDelete) == 1 }
func (r *reader) canRetire() bool       { return r.get(factCanRetire) == 1 }
func (r *reader) undeletable() bool     { return r.get(factUndeletable) == 1 }
func (r *reader) retired() bool         { return r.get(factRetired) == 1 }
func (r *reader) deleteSent() bool      { return r.get(factDeleteSent) == 1 }
func (r *reader) runOnce() bool         { return r.get(factRunOnce) == 1 }
func (r *reader) createHeld() bool      { return r.get(factCreateHeld) == 1 }
func (r *reader) tenantMatches() bool   { return r.get(factTenantMatches) == 1 }
func (r *reader) massAbsence() bool     { return r.get(factMassAbsence) == 1 }
func (r *reader) massDeletion() bool    { return r.get(factMassDeletion) == 1 }
func (r *reader) claimConflict() bool   { return r.get(factClaimConflict) == 1 }
func (r *reader) markProven() bool      { return r.get(factMarkProven) == 1 }
func (r *reader) nonConverging() bool   { return r.get(factNonConverging) == 1 }
func (r *reader) neverCame() bool       { return r.get(factNeverCame) == 1 }
func (r *reader) closes() bool          { return r.get(factCloses) == 1 }
func (r *reader) fieldRemoved() bool    { return r.get(factFieldRemoved) == 1 }
func (r *reader) referenced() bool      { return r.get(factReferenced) == 1 }
func (r *reader) tooLate() bool         { return r.get(factTooLate) == 1 }
func (r *reader) nameFree() bool        { return r.get(factNameFree) == 1 }
func (r *reader) creation() Creation    { return Creation(r.get(factCreation)) }
func (r *reader) drift() Drift          { return Drift(r.get(factDrift)) }
func (r *reader) deletion() Deletion    { return Deletion(r.get(factDeletion)) }
func (r *reader) remoteID() RemoteID    { return RemoteID(r.get(factRemoteID)) }
func (r *reader) intent() IntentFact    { return IntentFact(r.get(factIntent)) }
func (r *reader) found() Found          { return Found(r.get(factFound)) }
func (r *reader) owner() Owner          { return Owner(r.get(factOwner)) }
func (r *reader) twin() TwinFact        { return TwinFact(r.get(factTwin)) }
func (r *reader) phase() PhaseFact      { return PhaseFact(r.get(factPhase)) }
func (r *reader) changes() ChangesFact  { return ChangesFact(r.get(factChanges)) }
func (r *reader) index() Index          { return Index(r.get(factIndex)) }

func (r *reader) absent() bool {
	return r.found() == FoundAbsentProved || r.found() == FoundAbsentUnproved
}
func (r *reader) exists() bool { return r.found() >= FoundByID }
func (r *reader) ours() bool   { return r.exists() && r.owner() == OwnerOurs }

// consent reports whether the user's policy allows taking over a find that is not ours.
func (r *reader) consent() bool {
	if r.remoteID() == RemoteIDSet && r.found() != FoundByID {
		return false
	}
	if r.runOnce() && r.found() == FoundByKey {
		return false
	}
	adopts := r.creation() < CreationCreate
	switch r.owner() {
	case OwnerUnmarked, OwnerOtherLife:
		return adopts || r.remoteID() == RemoteIDSet && r.found() == FoundByID
	case OwnerOtherCluster:
		return adopts
	default:
		return false
	}
}

// unshownCreate reports whether a create may have happened that nothing can show.
func (r *reader) unshownCreate() bool {
	return r.intent() == IntentOld && !r.markProven() && r.canCreate()
}

// adoptsOnly reports whether the policy allows no create.
func (r *reader) adoptsOnly() bool {
	return r.remoteID() == RemoteIDSet || r.creation() == CreationAdopt
}

// same reports whether nothing differs.
func (r *reader) same() bool { return r.changes() == ChangesNone }

// sealed reports whether what differs takes no edits: by its phase, or since it is set at the creation or by the vendor alone.
func (r *reader) sealed() bool { return r.phase() == PhaseSealed || r.changes() == ChangesUnwritable }
