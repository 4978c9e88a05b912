package engine

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// messages say what a reason means for an object. Reasons that are not here are
// sentences with parts of the object, see planMessage.
var messages = map[string]string{
	v1alpha1.ReasonInSync:              inSync,
	v1alpha1.ReasonKindRemoved:         "the definition of this kind is being removed; nothing is written any more",
	v1alpha1.ReasonMassAbsence:         "far too many remotes of this kind vanished at once; nothing is created or released until the backend's credentials are mended or the absence is accepted there",
	v1alpha1.ReasonMassDeletion:        "far too many deletions, or edits that close what left a spec, at once; confirm them on the backend with the annotation " + v1alpha1.AnnotationAcceptDeletions + ", as its own Ready condition says",
	v1alpha1.ReasonOutcomeUnknown:      "a create may have happened and this vendor cannot show it; look there, then set spec.remoteID, or delete with deletion: Orphan and apply",
	v1alpha1.ReasonStartHeld:           "waits for its start by the spec; nothing exists at the vendor yet; change spec.start to start it earlier",
	v1alpha1.ReasonCreateUnsupported:   "spec.management.creation: this vendor cannot create this kind; choose Adopt",
	v1alpha1.ReasonDeletionUnsupported: "spec.management.deletion: not possible at this vendor; choose Orphan, or allow it at the backend",
	v1alpha1.ReasonOutcomePending:      "a create was sent and its outcome is not known yet; the vendor is asked again before anything else is sent",
	v1alpha1.ReasonAbsenceUnproved:     "the remote is not found by its id, and a list does not agree yet",
	v1alpha1.ReasonIndexPending:        "the vendor's list names a remote of this object that cannot be read yet",
	v1alpha1.ReasonDeletionPending:     asked,
	v1alpha1.ReasonDeleting:            asked,
	v1alpha1.ReasonRetiring:            asked,
}

const (
	inSync = "the remote is as specified"
	asked  = "the vendor was asked and has not finished"

	vendorWorks = "the vendor is still working"
)

// ownMessage is that of reasons which have a sentence of their own, empty for all others.
func (p *pass[O, D]) ownMessage(reason string) string {
	switch reason {
	case v1alpha1.ReasonDrifted:
		return p.driftedMessage()
	case v1alpha1.ReasonStillReferenced:
		return p.referencedMessage()
	case v1alpha1.ReasonRemoteMissing:
		return p.missingMessage()
	case v1alpha1.ReasonRemoteNotFound:
		return p.notFoundMessage()
	case v1alpha1.ReasonDraftPending:
		return p.draftPending()
	case v1alpha1.ReasonFieldRemoved:
		return p.fieldRemoved()
	}
	return ""
}

// planMessage says what a plan means for this object, naming object and field.
func (p *pass[O, D]) planMessage(out outcome) string {
	switch {
	case len(p.settling) > 0 && (out.plan.Action == Settle || out.wrote && !out.diffLeft):
		return p.settlingMessage()
	case out.plan.Action == Settle && p.facts.Suspended:
		return inSync + "; it is suspended, and nothing is written"
	case out.plan.Action == Settle:
		return p.inSyncMessage()
	}
	if text, ok := messages[out.plan.Reason]; ok {
		return text
	}
	if text := p.ownMessage(out.plan.Reason); text != "" {
		return text
	}
	fields, found := p.fieldList(), p.remoteName()
	switch out.plan.Reason {
	case v1alpha1.ReasonCreating, v1alpha1.ReasonRecreating, v1alpha1.ReasonUpdating, v1alpha1.ReasonCorrectingDrift, v1alpha1.ReasonAdopting:
		return p.writingMessage(out)
	case v1alpha1.ReasonInvalidSpec:
		return p.tooLate
	case v1alpha1.ReasonSealedByVendor:
		return p.differences(p.changes) + ": the vendor takes no more edits of this; put the old value back, or delete and apply"
	case v1alpha1.ReasonUpdateUnsupported:
		return fields + ": this vendor cannot update this kind"
	case v1alpha1.ReasonNonConverging:
		if p.facts.Found == FoundAbsentProved {
			return "it was created three times and vanished each time; find out at the vendor what removes it, then edit the spec or set the annotation " + v1alpha1.AnnotationReconcileRequestedAt
		}
		return fields + " was written three times and the vendor does not keep it; change it, drop it from the spec, or choose drift: Report"
	case v1alpha1.ReasonSuspended:
		return "suspended; " + p.suspendedWrite()
	case v1alpha1.ReasonTenantChanged:
		return fmt.Sprintf("the backend's credentials answer for tenant %q, not for the one this object lives in; nothing is written", p.tenantID())
	case v1alpha1.ReasonRemoteIDMismatch:
		return fmt.Sprintf("spec.remoteID: %q is not the remote this object is bound to (%q); put it back, or delete and apply", p.spec().RemoteID, firstNonEmpty(p.boundID(), p.seen.ID))
	case v1alpha1.ReasonClaimedByOther:
		return p.claimedMessage(out, found)
	case v1alpha1.ReasonRemoteExists:
		if out.together {
			return p.namesakeMessage(found)
		}
		if out.holder != "" && out.named {
			return fmt.Sprintf("%s has the name and is %s: waits until that is renamed or deleted; or rename this one", found, p.whose())
		}
		return fmt.Sprintf("%s already exists and is %s; %s to take it over, or rename", found, p.whose(), p.takeOver())
	case v1alpha1.ReasonOwnershipLost:
		return p.lostMessage()
	case v1alpha1.ReasonAmbiguousRemote:
		return fmt.Sprintf("%s and %q bear the mark of this object; remove one at the vendor", found, p.twinID())
	case v1alpha1.ReasonRemoteFailed:
		return "the vendor's work failed: " + firstNonEmpty(p.seen.Message, "no message") + "; mend it there, or delete and apply"
	case v1alpha1.ReasonVendorWorking:
		return firstNonEmpty(p.seen.Message, vendorWorks)
	case v1alpha1.ReasonPendingTooLong:
		return p.pendingMessage()
	}
	return out.plan.Reason
}

// writingMessage tells how far a write is.
func (p *pass[O, D]) writingMessage(out outcome) string {
	switch {
	case !out.diffLeft && out.wrote:
		return p.inSyncMessage()
	case len(p.changes) == 0:
		return firstNonEmpty(p.seen.Message, vendorWorks)
	}
	return "still to be written: " + p.differences(p.changes)
}

// pendingMessage tells of work that takes too long, with the vendor's words: they may say for whom it waits.
func (p *pass[O, D]) pendingMessage() string {
	text := "the vendor has been working on it for more than 24 hours"
	if p.seen.Message != "" {
		text += ": " + p.seen.Message
	}
	return text + "; look there, or delete and apply"
}

// fieldList names the fields that differ.
func (p *pass[O, D]) fieldList() string {
	var names []string
	for _, path := range p.changes.Paths() {
		if path == backend.PathMark {
			names = append(names, "the mark of ownership")
			continue
		}
		names = append(names, "spec."+path)
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// remoteName names the remote that was found.
func (p *pass[O, D]) remoteName() string {
	if p.seen.ParentID == "" {
		return fmt.Sprintf("remote %q", p.seen.ID)
	}
	return fmt.Sprintf("remote %q in %q", p.seen.ID, p.seen.ParentID)
}

func (p *pass[O, D]) tenantID() string {
	if p.backend == nil {
		return ""
	}
	return p.backend.TenantID
}

// whose names the owner of a find.
func (p *pass[O, D]) whose() string {
	m := p.seen.Mark
	switch {
	case m.IsZero():
		return "not marked by any operator"
	case m.Cluster == p.r.ClusterID:
		return fmt.Sprintf("marked by %s of this cluster", firstNonEmpty(m.Owner, "an object"))
	}
	return fmt.Sprintf("marked by %s of cluster %q", firstNonEmpty(m.Owner, "an object"), m.Cluster)
}

func (p *pass[O, D]) twinID() string {
	if p.seen.Twin == nil {
		return ""
	}
	return p.seen.Twin.ID
}

func firstNonEmpty(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// longestNote is how many bytes the API server takes of an event's message.
const longestNote = 1024

// clip keeps a text within so many bytes.
func clip(s string, limit int) string {
	s = strings.TrimSpace(s)
	if len(s) <= limit {
		return s
	}
	const end = "…"
	cut := limit - len(end)
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + end
}

// shorten keeps a message within 512 characters.
func shorten(s string) string {
	const limit = 512
	runes := []rune(strings.TrimSpace(s))
	if len(runes) <= limit {
		return string(runes)
	}
	return string(runes[:limit-1]) + "…"
}

// withEnd is shorten for a text of which the end is not to be lost.
func withEnd(text, end string) string {
	const most = 512
	if end == "" {
		return shorten(text)
	}
	end = shorten("; " + end)
	room := max(most-len([]rune(end)), 1)
	if runes := []rune(text); len(runes) > room {
		text = string(runes[:room-1]) + "…"
	}
	return text + end
}

// message says in one sentence what is, and what to do.
func (p *pass[O, D]) message(out outcome) string {
	switch {
	case out.doubted:
		return shorten(p.memory.doubt.message)
	case out.err != nil:
		var b *BackendError
		if errors.As(out.err, &b) {
			return shorten(p.whileDeleting(b.Message))
		}
		return shorten(p.whileDeleting(p.waitsFor(out.err.Error(), out.holder)))
	case len(out.problems) > 0:
		texts := make([]string, 0, 3)
		for _, problem := range out.problems[:min(3, len(out.problems))] {
			texts = append(texts, problem.Message)
		}
		if more := len(out.problems) - len(texts); more > 0 {
			texts = append(texts, fmt.Sprintf("and %d more", more))
		}
		return withEnd(strings.Join(texts, "; "), p.whatOfIt())
	}
	if p.facts.FieldRemoved && out.wrote && !out.diffLeft {
		return shorten(p.fieldRemoved())
	}
	return shorten(p.whileDeleting(p.planMessage(out)))
}

// whileDeleting says since when a deletion waits, and the two ways out.
func (p *pass[O, D]) whileDeleting(text string) string {
	if !p.deleting() {
		return text
	}
	return fmt.Sprintf("deletion is waiting since %s: %s; mend that, or set management.deletion to Orphan to leave the remote where it is",
		p.obj.GetDeletionTimestamp().UTC().Format(time.RFC3339), text)
}
