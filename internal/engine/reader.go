package engine

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

// reader hands facts to the table, one at a time. The exhaustive test replaces
// choose, to branch on exactly the facts that a decision reads.
type reader struct {
	facts  Facts
	choose func(fact) int
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (r *reader) get(f fact) int {
	if r.choose != nil {
		return r.choose(f)
	}
	switch f {
	case factDeleting:
		return flag(r.facts.Deleting)
	case factKindTerminating:
		return flag(r.facts.KindTerminating)
	case factSuspended:
		return flag(r.facts.Suspended)
	case factBound:
		return flag(r.facts.Bound)
	case factPendingLong:
		return flag(r.facts.PendingLong)
	case factSpecMoved:
		return flag(r.facts.SpecMoved)
	case factCanCreate:
		return flag(r.facts.CanCreate)
	case factCanUpdate:
		return flag(r.facts.CanUpdate)
	case factCanDelete:
		return flag(r.facts.CanDelete)
	case factCanRetire:
		return flag(r.facts.CanRetire)
	case factUndeletable:
		return flag(r.facts.Undeletable)
	case factRetired:
		return flag(r.facts.Retired)
	case factDeleteSent:
		return flag(r.facts.DeleteSent)
	case factRunOnce:
		return flag(r.facts.RunOnce)
	case factCreateHeld:
		return flag(r.facts.CreateHeld)
	case factTenantMatches:
		return flag(r.facts.TenantMatches)
	case factMassAbsence:
		return flag(r.facts.MassAbsence)
	case factMassDeletion:
		return flag(r.facts.MassDeletion)
	case factClaimConflict:
		return flag(r.facts.ClaimConflict)
	case factMarkProven:
		return flag(r.facts.MarkProven)
	case factNonConverging:
		return flag(r.facts.NonConverging)
	case factCreation:
		return int(r.facts.Creation)
	case factDrift:
		return int(r.facts.Drift)
	case factDeletion:
		return int(r.facts.Deletion)
	case factRemoteID:
		return int(r.facts.RemoteID)
	case factIntent:
		return int(r.facts.Intent)
	case factFound:
		return int(r.facts.Found)
	case factOwner:
		return int(r.facts.Owner)
	case factTwin:
		return int(r.facts.Twin)
	case factPhase:
		return int(r.facts.Phase)
	case factChanges:
		return int(r.facts.Changes)
	case factIndex:
		return int(r.facts.Index)
	}
	panic("engine: unknown fact")
}

func (r *reader) deleting() bool        { return r.get(factDeleting) == 1 }
func (r *reader) kindTerminating() bool { return r.get(factKindTerminating) == 1 }
func (r *reader) suspended() bool       { return r.get(factSuspended) == 1 }
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

func (f *reader) absent() bool {
	return f.found() == FoundAbsentProved || f.found() == FoundAbsentUnproved
}
func (f *reader) exists() bool { return f.found() >= FoundByID }
func (f *reader) ours() bool   { return f.exists() && f.owner() == OwnerOurs }

// consent says whether the user's policy allows taking over a find that is not ours.
func (f *reader) consent() bool {
	if f.remoteID() == RemoteIDSet && f.found() != FoundByID {
		return false
	}
	if f.runOnce() && f.found() == FoundByKey {
		return false
	}
	adopts := f.creation() != CreationCreate
	switch f.owner() {
	case OwnerUnmarked, OwnerOtherLife:
		return adopts || f.remoteID() == RemoteIDSet && f.found() == FoundByID
	case OwnerOtherCluster:
		return adopts
	default:
		return false
	}
}
