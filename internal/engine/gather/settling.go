package gather

import (
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// What a vendor shows some time after it accepted it is neither written again nor called a difference meanwhile. The status
// keeps what was sent and when, so that a restart does not write it again either.

// Differing are the fields of a model that differ from what is there and are to be written.
func (p *Situation[O, D]) Differing(model, actual D) backend.Changes {
	changes := backend.Diff(model, actual, p.Caps, managed.Remembered(p.Status()))
	changes, p.Settling = p.Caps.Settle(model, changes, p.SentLately(), p.Fleet.Now())
	return changes
}

// SentLately is what was sent of fields that are shown late.
func (p *Situation[O, D]) SentLately() map[string]backend.Sent {
	out := map[string]backend.Sent{}
	for _, s := range p.Status().Settling {
		out[s.Path] = backend.Sent{Hash: s.Hash, At: s.Since.Time}
	}
	return out
}

// assumeSettling does the same for a remote that is ours and whose history the status does not tell: a create that was
// interrupted has sent them.
func (p *Situation[O, D]) assumeSettling() {
	if p.Facts.Found == decision.FoundByMark && p.Facts.Owner == decision.OwnerOurs && !p.Facts.Bound {
		p.NoteSent(backend.Paths(p.Desired))
	}
}

// NoteSent notes what was sent of fields that are shown late.
func (p *Situation[O, D]) NoteSent(paths []string) {
	st := p.Status()
	for path, hash := range p.Caps.SettlingSent(p.Target(), paths) {
		st.Settling = slices.DeleteFunc(st.Settling, func(s v1alpha1.SettlingField) bool { return s.Path == path })
		st.Settling = append(st.Settling, v1alpha1.SettlingField{Path: path, Hash: hash, Since: *p.Moment()})
	}
	slices.SortFunc(st.Settling, func(a, b v1alpha1.SettlingField) int { return strings.Compare(a.Path, b.Path) })
}
