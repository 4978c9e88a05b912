package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// What a vendor shows some time after it accepted it is neither written again nor called a difference meanwhile. The status
// keeps what was sent and when, so that a restart does not write it again either.

// differing are the fields of a model that differ from what is there and are to be written.
func (p *pass[O, D]) differing(model, actual D) backend.Changes {
	changes := backend.Diff(model, actual, p.caps, remembered(p.status()))
	changes, p.settling = p.caps.Settle(model, changes, p.sentLately(), p.r.Now())
	return changes
}

// sentLately is what was sent of fields that are shown late.
func (p *pass[O, D]) sentLately() map[string]backend.Sent {
	out := map[string]backend.Sent{}
	for _, s := range p.status().Settling {
		out[s.Path] = backend.Sent{Hash: s.Hash, At: s.Since.Time}
	}
	return out
}

// noteSettling notes what a write has sent of fields that are shown late.
func (p *pass[O, D]) noteSettling() { p.noteSent(p.sent) }

// assumeSettling does the same for a remote that is ours and whose history the status does not tell: a create that was
// interrupted has sent them.
func (p *pass[O, D]) assumeSettling() {
	if p.facts.Found == decision.FoundByMark && p.facts.Owner == decision.OwnerOurs && !p.facts.Bound {
		p.noteSent(backend.Paths(p.desired))
	}
}

func (p *pass[O, D]) noteSent(paths []string) {
	st := p.status()
	for path, hash := range p.caps.SettlingSent(p.target(), paths) {
		st.Settling = slices.DeleteFunc(st.Settling, func(s v1alpha1.SettlingField) bool { return s.Path == path })
		st.Settling = append(st.Settling, v1alpha1.SettlingField{Path: path, Hash: hash, Since: *p.moment()})
	}
	slices.SortFunc(st.Settling, func(a, b v1alpha1.SettlingField) int { return strings.Compare(a.Path, b.Path) })
}

// forgetSettled drops what is shown by now, or was to be: after that a field differs like any other.
func (p *pass[O, D]) forgetSettled() {
	if p.narrowing.on {
		return
	}
	sent := p.sentLately()
	st := p.status()
	st.Settling = slices.DeleteFunc(st.Settling, func(s v1alpha1.SettlingField) bool {
		waits := slices.ContainsFunc(p.settling, func(w backend.Settling) bool { return w.Path == s.Path })
		return !waits && (!p.changes.Has(s.Path) || p.caps.SettledBy(s.Path, sent[s.Path]).Before(p.r.Now()))
	})
	if len(st.Settling) == 0 {
		st.Settling = nil
	}
}

// settlingLooks is how often a field is looked at while it may be shown late.
const settlingLooks = 5

// settlingWait is how long until the next look at what is shown late.
func (p *pass[O, D]) settlingWait() time.Duration {
	wait := p.resync()
	for _, s := range p.settling {
		every := p.caps.Settling[s.Path] / settlingLooks
		wait = min(wait, every, max(s.Until.Sub(p.r.Now()), 0)+time.Second)
	}
	return jitter(max(wait, time.Second))
}

// settlingMessage says what is not shown yet, and until when it is waited for.
func (p *pass[O, D]) settlingMessage() string {
	var paths []string
	var until time.Time
	for _, s := range p.settling {
		paths = append(paths, "spec."+s.Path)
		if s.Until.After(until) {
			until = s.Until
		}
	}
	return fmt.Sprintf("the vendor took %s and shows it some time later; nothing is written again before %s, and all else is as specified",
		strings.Join(paths, ", "), until.UTC().Format(time.RFC3339))
}

// inSyncMessage is the message for a remote that is as specified, with the part of the spec that waits for a state in which the vendor takes it.
func (p *pass[O, D]) inSyncMessage() string {
	text := inSync
	for _, w := range backend.Waiting(p.target(), p.seen.Actual, p.caps, remembered(p.status())) {
		text += "; spec." + w.Path + " " + w.Message
	}
	return text
}
