package report

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

const inSync = "the remote is as specified"

// PlanMessage says what a plan means for this object, naming object and field.
func PlanMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D], out managed.Outcome) string {
	if len(p.Settling) > 0 && out.Wrote && !out.DiffLeft {
		return settlingMessage(p)
	}
	return PlainMessage(p, out)
}

// Message says in one sentence what is, and what to do.
func Message[O managed.Object, D backend.Model](p *gather.Situation[O, D], out managed.Outcome) string {
	switch {
	case out.Doubted:
		return Shorten(p.Memory.Doubt.Message)
	case out.Err != nil:
		var b *managed.BackendError
		if errors.As(out.Err, &b) {
			return Shorten(whileDeleting(p, b.Message))
		}
		return Shorten(whileDeleting(p, waitsFor(p, out.Err.Error(), out.Holder)))
	case len(out.Problems) > 0:
		texts := make([]string, 0, 3)
		for _, problem := range out.Problems[:min(3, len(out.Problems))] {
			texts = append(texts, problem.Message)
		}
		if more := len(out.Problems) - len(texts); more > 0 {
			texts = append(texts, fmt.Sprintf("and %d more", more))
		}
		return withEnd(strings.Join(texts, "; "), whatOfIt(p))
	}
	if p.Facts.FieldRemoved && out.Wrote && !out.DiffLeft {
		return Shorten(fieldRemoved(p))
	}
	return Shorten(whileDeleting(p, PlanMessage(p, out)))
}

// whileDeleting says since when a deletion waits, and the two ways out.
func whileDeleting[O managed.Object, D backend.Model](p *gather.Situation[O, D], text string) string {
	if !p.Deleting() {
		return text
	}
	return fmt.Sprintf("deletion is waiting since %s: %s; fix that, or set management.deletion to Orphan to leave the remote where it is",
		p.Obj.GetDeletionTimestamp().UTC().Format(time.RFC3339), text)
}

// inSyncMessage is the message for a remote that is as specified, with the part of the spec that waits for a state in which the vendor takes it.
func inSyncMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	text := inSync
	for _, w := range backend.Waiting(p.Target(), p.Seen.Actual, p.Caps, managed.Remembered(p.Status())) {
		text += "; spec." + w.Path + " " + w.Message
	}
	return text
}

// settlingMessage says what is not shown yet, and until when it is waited for.
func settlingMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	var paths []string
	var until time.Time
	for _, s := range p.Settling {
		paths = append(paths, "spec."+s.Path)
		if s.Until.After(until) {
			until = s.Until
		}
	}
	return fmt.Sprintf("the vendor took %s and shows it some time later; nothing is written again before %s, and all else is as specified",
		strings.Join(paths, ", "), until.UTC().Format(time.RFC3339))
}

// PlainMessage is what the plan says of itself.
func PlainMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D], out managed.Outcome) string {
	return out.Plan.Message(words[O, D]{p, out})
}

// writingMessage tells how far a write is.
func writingMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D], out managed.Outcome) string {
	switch {
	case !out.DiffLeft && out.Wrote:
		return inSyncMessage(p)
	case len(p.Changes) == 0:
		return firstNonEmpty(p.Seen.Message, decision.VendorWorks)
	}
	return "still to be written: " + Differences(p, p.Changes)
}

// pendingMessage tells of work that takes too long, with the vendor's words: they may say for whom it waits.
func pendingMessage[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	text := "the vendor has been working on it for more than 24 hours"
	if p.Seen.Message != "" {
		text += ": " + p.Seen.Message
	}
	return text + "; look there, or delete and apply"
}

// fieldList names the fields that differ.
func fieldList[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	var names []string
	for _, path := range p.Changes.Paths() {
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

// RemoteName names the remote that was found.
func RemoteName[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	if p.Seen.ParentID == "" {
		return fmt.Sprintf("remote %q", p.Seen.ID)
	}
	return fmt.Sprintf("remote %q in %q", p.Seen.ID, p.Seen.ParentID)
}

func tenantID[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	if p.Backend == nil {
		return ""
	}
	return p.Backend.TenantID
}

// whose names the owner of a find.
func whose[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	m := p.Seen.Mark
	switch {
	case m.IsZero():
		return "not marked by any operator"
	case m.Cluster == p.Fleet.ClusterID:
		return fmt.Sprintf("marked by %s of this cluster", firstNonEmpty(m.Owner, "an object"))
	}
	return fmt.Sprintf("marked by %s of cluster %q", firstNonEmpty(m.Owner, "an object"), m.Cluster)
}

func duplicateID[O managed.Object, D backend.Model](p *gather.Situation[O, D]) string {
	if p.Seen.Duplicate == nil {
		return ""
	}
	return p.Seen.Duplicate.ID
}
