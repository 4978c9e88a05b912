package engine

import (
	"context"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// observeDraft asks what would go into force with a draft that the spec lets the operator publish. Nobody else's work may:
// then it counts as locked.
func (p *pass[O, D]) observeDraft(ctx context.Context) error {
	if p.deleting() || !p.seen.Locked || p.facts.Changes != decision.ChangesWritable {
		return nil
	}
	drafter, ok := p.driver.(backend.Drafter[D])
	may := false
	if ok {
		var err error
		if p.drafted, may, err = drafter.Pending(ctx, p.seen, p.target(), p.changes); err != nil {
			return err
		}
	}
	if !may {
		p.facts.Changes = decision.ChangesLocked
	}
	return nil
}

// draftPending says what is in the way, and what would have gone into force with it.
func (p *pass[O, D]) draftPending() string {
	text := "somebody's draft is open at the vendor; publish or discard it"
	if len(p.drafted) > 0 {
		text += "; in it differ from what is in force, beside what the spec writes: spec." + strings.Join(p.drafted, ", spec.")
	}
	return text
}
