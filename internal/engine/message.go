package engine

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

const inSync = "the remote is as specified"

// planMessage says what a plan means for this object, naming object and field.
func (p *pass[O, D]) planMessage(out outcome) string {
	if len(p.settling) > 0 && out.wrote && !out.diffLeft {
		return p.settlingMessage()
	}
	return out.plan.Message(words[O, D]{p, out})
}

// writingMessage tells how far a write is.
func (p *pass[O, D]) writingMessage(out outcome) string {
	switch {
	case !out.diffLeft && out.wrote:
		return p.inSyncMessage()
	case len(p.changes) == 0:
		return firstNonEmpty(p.seen.Message, decision.VendorWorks)
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

func (p *pass[O, D]) duplicateID() string {
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
	return fmt.Sprintf("deletion is waiting since %s: %s; fix that, or set management.deletion to Orphan to leave the remote where it is",
		p.obj.GetDeletionTimestamp().UTC().Format(time.RFC3339), text)
}
