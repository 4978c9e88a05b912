package report

import (
	"fmt"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// words are what the messages of a decision say of one object and what became of its pass.
type words[O managed.Object, D backend.Model] struct {
	pass *gather.Situation[O, D]
	out  managed.Outcome
}

func (w words[O, D]) Fields() string         { return fieldList(w.pass) }
func (w words[O, D]) Differences() string    { return Differences(w.pass, w.pass.Changes) }
func (w words[O, D]) Remote() string         { return RemoteName(w.pass) }
func (w words[O, D]) DuplicateID() string    { return duplicateID(w.pass) }
func (w words[O, D]) Tenant() string         { return tenantID(w.pass) }
func (w words[O, D]) WantedID() string       { return w.pass.Spec().RemoteID }
func (w words[O, D]) BoundID() string        { return firstNonEmpty(w.pass.BoundID(), w.pass.Seen.ID) }
func (w words[O, D]) SuspendedWrite() string { return suspendedWrite(w.pass) }

func (w words[O, D]) VendorSays(otherwise string) string {
	return firstNonEmpty(w.pass.Seen.Message, otherwise)
}

func (w words[O, D]) InSyncMessage() string {
	switch {
	case len(w.pass.Settling) > 0:
		return settlingMessage(w.pass)
	case w.pass.Facts.Suspended:
		return inSync + "; it is " + suspendedWords(w.pass) + ", and nothing is written"
	}
	return inSyncMessage(w.pass)
}

func (w words[O, D]) WritingMessage() string         { return writingMessage(w.pass, w.out) }
func (w words[O, D]) InvalidSpecMessage() string     { return w.pass.TooLate }
func (w words[O, D]) DriftedMessage() string         { return driftedMessage(w.pass) }
func (w words[O, D]) StillReferencedMessage() string { return referencedMessage(w.pass) }
func (w words[O, D]) RemoteMissingMessage() string   { return missingMessage(w.pass) }
func (w words[O, D]) RemoteNotFoundMessage() string  { return notFoundMessage(w.pass) }
func (w words[O, D]) DraftPendingMessage() string    { return draftPending(w.pass) }
func (w words[O, D]) FieldRemovedMessage() string    { return fieldRemoved(w.pass) }
func (w words[O, D]) OwnershipLostMessage() string   { return lostMessage(w.pass) }
func (w words[O, D]) PendingTooLongMessage() string  { return pendingMessage(w.pass) }

func (w words[O, D]) ClaimedByOtherMessage() string {
	return claimedMessage(w.pass, w.out, RemoteName(w.pass))
}

func (w words[O, D]) RemoteExistsMessage() string {
	p, found := w.pass, RemoteName(w.pass)
	switch {
	case w.out.Together:
		return namesakeMessage(p, found)
	case w.out.Holder != "" && w.out.Named:
		return fmt.Sprintf("%s has the name and is %s: waits until that is renamed or deleted; or rename this one", found, whose(p))
	}
	return fmt.Sprintf("%s already exists and is %s; %s%s", found, whose(p), takeOver(p), decision.AdviceOrRename)
}

func (w words[O, D]) OrphanedMessage() string {
	if Unasked(w.pass) {
		return staysMessage(w.pass)
	}
	return "released; what is at the vendor stays there"
}
