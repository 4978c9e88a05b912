package engine

import (
	"fmt"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
)

// planMessage says what a plan means for this object, naming object and field.
func (p *pass[O, D]) planMessage(out outcome) string {
	fields := "spec." + strings.Join(p.changes.Paths(), ", spec.")
	if len(p.changes) == 0 {
		fields = "nothing"
	}
	found := fmt.Sprintf("remote %q", p.seen.ID)
	if p.seen.ParentID != "" {
		found += fmt.Sprintf(" in %q", p.seen.ParentID)
	}
	switch out.plan.Reason {
	case v1alpha1.ReasonInSync:
		return "the remote is as specified"
	case v1alpha1.ReasonCreating, v1alpha1.ReasonRecreating, v1alpha1.ReasonUpdating, v1alpha1.ReasonCorrectingDrift, v1alpha1.ReasonAdopting:
		if !out.diffLeft && out.wrote {
			return "the remote is as specified"
		}
		return "still to be written: " + fields
	case v1alpha1.ReasonDrifted:
		return fmt.Sprintf("differs at the vendor and is left so: %s; edit the spec, choose drift: Correct, or mend it at the vendor", fields)
	case v1alpha1.ReasonSealedByVendor:
		return fmt.Sprintf("%s: the vendor takes no more edits of this; put the old value back, or delete and apply", fields)
	case v1alpha1.ReasonSuspended:
		return p.whileDeleting(fmt.Sprintf("suspended; would be written: %s", fields))
	case v1alpha1.ReasonTenantChanged:
		who := "another tenant"
		if p.backend != nil {
			who = fmt.Sprintf("tenant %q", p.backend.TenantID)
		}
		return p.whileDeleting(fmt.Sprintf("the backend's credentials answer for %s, not for the one this object lives in; nothing is written", who))
	case v1alpha1.ReasonMassAbsence:
		return p.whileDeleting("far too many remotes of this kind vanished at once; nothing is created or released until the backend's credentials are mended or the absence is accepted there")
	case v1alpha1.ReasonMassDeletion:
		return p.whileDeleting("far too many deletions at once; confirm the number on the backend with the annotation " + v1alpha1.AnnotationAcceptDeletions)
	case v1alpha1.ReasonKindRemoved:
		return "the definition of this kind is being removed; nothing is written any more"
	case v1alpha1.ReasonRemoteIDMismatch:
		return fmt.Sprintf("spec.remoteID: %q is not the remote this object is bound to (%q); put it back, or delete and apply", p.spec().RemoteID, firstNonEmpty(p.boundID(), p.seen.ID))
	case v1alpha1.ReasonClaimedByOther:
		return p.whileDeleting(fmt.Sprintf("%s belongs to %s %s; delete one of the two", found, p.r.Kind.Name, p.claimedBy))
	case v1alpha1.ReasonRemoteExists:
		return fmt.Sprintf("%s already exists and is %s; choose management.creation: CreateOrAdopt, set spec.remoteID, or rename", found, p.whose())
	case v1alpha1.ReasonOwnershipLost:
		return fmt.Sprintf("%s is now %s; settle it with that owner; to take it back delete with deletion: Orphan and apply with CreateOrAdopt", found, p.whose())
	case v1alpha1.ReasonRemoteMissing:
		return "the remote was there, or may have been, and is not found; policy forbids another: choose drift: Correct with creation: Create, or (reviews) delete and apply"
	case v1alpha1.ReasonRemoteNotFound:
		return "nothing to adopt yet: create it at the vendor, mend spec.remoteID or the name, or choose creation: CreateOrAdopt"
	case v1alpha1.ReasonRemoteFailed:
		return "the vendor's work failed: " + firstNonEmpty(p.seen.Message, "no message") + "; mend it there, or delete and apply"
	case v1alpha1.ReasonPendingTooLong:
		return "the vendor has been working on it for more than 24 hours; look there, or delete and apply"
	case v1alpha1.ReasonOutcomeUnknown:
		return p.whileDeleting("a create may have happened and this vendor cannot show it; look there, then set spec.remoteID, or delete with deletion: Orphan and apply")
	case v1alpha1.ReasonAmbiguousRemote:
		return fmt.Sprintf("%s and %q bear the mark of this object; remove one at the vendor", found, p.twinID())
	case v1alpha1.ReasonNonConverging:
		return fmt.Sprintf("%s was written three times and the vendor does not keep it; drop it from the spec or choose drift: Report", fields)
	case v1alpha1.ReasonDraftPending:
		return "somebody's draft is open at the vendor; publish or discard it"
	case v1alpha1.ReasonStartHeld:
		return "waits for its start by the spec; nothing exists at the vendor yet"
	case v1alpha1.ReasonCreateUnsupported:
		return "spec.management.creation: this vendor cannot create this kind; choose Adopt"
	case v1alpha1.ReasonUpdateUnsupported:
		return fmt.Sprintf("%s: this vendor cannot update this kind", fields)
	case v1alpha1.ReasonDeletionUnsupported:
		return p.whileDeleting("spec.management.deletion: not possible at this vendor; choose Orphan, or allow it at the backend")
	case v1alpha1.ReasonOutcomePending:
		return "a create was sent and its outcome is not known yet; the vendor is asked again before anything else is sent"
	case v1alpha1.ReasonAbsenceUnproved:
		return p.whileDeleting("the remote is not found by its id, and a list does not agree yet")
	case v1alpha1.ReasonIndexPending:
		return "the vendor's list names a remote of this object that cannot be read yet"
	case v1alpha1.ReasonVendorWorking:
		return firstNonEmpty(p.seen.Message, "the vendor is still working")
	case v1alpha1.ReasonDeletionPending, v1alpha1.ReasonDeleting, v1alpha1.ReasonRetiring:
		return p.whileDeleting("the vendor was asked and has not finished")
	}
	return out.plan.Reason
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
