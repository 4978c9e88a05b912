package engine

import (
	"fmt"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// words are what the messages of a decision say of one object and what became of its pass.
type words[O Object, D backend.Model] struct {
	pass *pass[O, D]
	out  outcome
}

func (w words[O, D]) Fields() string         { return w.pass.fieldList() }
func (w words[O, D]) Differences() string    { return w.pass.differences(w.pass.changes) }
func (w words[O, D]) Remote() string         { return w.pass.remoteName() }
func (w words[O, D]) DuplicateID() string    { return w.pass.duplicateID() }
func (w words[O, D]) Tenant() string         { return w.pass.tenantID() }
func (w words[O, D]) WantedID() string       { return w.pass.spec().RemoteID }
func (w words[O, D]) BoundID() string        { return firstNonEmpty(w.pass.boundID(), w.pass.seen.ID) }
func (w words[O, D]) SuspendedWrite() string { return w.pass.suspendedWrite() }

func (w words[O, D]) VendorSays(otherwise string) string {
	return firstNonEmpty(w.pass.seen.Message, otherwise)
}

func (w words[O, D]) InSyncMessage() string {
	switch {
	case len(w.pass.settling) > 0:
		return w.pass.settlingMessage()
	case w.pass.facts.Suspended:
		return inSync + "; it is suspended, and nothing is written"
	}
	return w.pass.inSyncMessage()
}

func (w words[O, D]) WritingMessage() string         { return w.pass.writingMessage(w.out) }
func (w words[O, D]) InvalidSpecMessage() string     { return w.pass.tooLate }
func (w words[O, D]) DriftedMessage() string         { return w.pass.driftedMessage() }
func (w words[O, D]) StillReferencedMessage() string { return w.pass.referencedMessage() }
func (w words[O, D]) RemoteMissingMessage() string   { return w.pass.missingMessage() }
func (w words[O, D]) RemoteNotFoundMessage() string  { return w.pass.notFoundMessage() }
func (w words[O, D]) DraftPendingMessage() string    { return w.pass.draftPending() }
func (w words[O, D]) FieldRemovedMessage() string    { return w.pass.fieldRemoved() }
func (w words[O, D]) OwnershipLostMessage() string   { return w.pass.lostMessage() }
func (w words[O, D]) PendingTooLongMessage() string  { return w.pass.pendingMessage() }

func (w words[O, D]) ClaimedByOtherMessage() string {
	return w.pass.claimedMessage(w.out, w.pass.remoteName())
}

func (w words[O, D]) RemoteExistsMessage() string {
	p, found := w.pass, w.pass.remoteName()
	switch {
	case w.out.together:
		return p.namesakeMessage(found)
	case w.out.holder != "" && w.out.named:
		return fmt.Sprintf("%s has the name and is %s: waits until that is renamed or deleted; or rename this one", found, p.whose())
	}
	return fmt.Sprintf("%s already exists and is %s; %s to take it over, or rename", found, p.whose(), p.takeOver())
}

func (w words[O, D]) OrphanedMessage() string {
	if w.pass.unasked() {
		return w.pass.staysMessage()
	}
	return "released; what is at the vendor stays there"
}
