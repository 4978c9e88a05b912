package engine

import (
	"context"
	"fmt"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// holderOf is the living object of this cluster that has what this one wants; empty if there is
// none, or none is known.
func (p *pass[O, D]) holderOf(out outcome) string {
	switch {
	case out.err != nil && backend.IsTaken(out.err):
		return p.holder
	case out.err != nil || p.deleting():
		return ""
	case out.plan == decision.ClaimedByOther:
		return p.claimedBy
	case out.plan == decision.RemoteExists && p.facts.Owner == decision.OwnerForeign && p.seen.Mark.Cluster == p.r.ClusterID:
		return p.seen.Mark.Owner // It lives: else it would be another life's.
	}
	return ""
}

// findHolder asks who has the name that the vendor says is taken. That it cannot be found out
// is no error: the object then tries again by itself.
func (p *pass[O, D]) findHolder(ctx context.Context, refused error) {
	if !backend.IsTaken(refused) {
		return
	}
	mark := backend.HolderOf(refused)
	if mark.IsZero() && !p.key().IsZero() && !p.facts.RunOnce {
		obs, err := p.driver.Observe(ctx, backend.Ref{ParentID: p.parentID, Key: p.key()})
		if err != nil || !obs.Exists || obs.ID == p.boundID() {
			return
		}
		mark = obs.Mark
	}
	if mark.Cluster == p.r.ClusterID && mark.Owner != ownerOf(p.obj) && p.r.ownerLives(mark.Owner) {
		p.holder = mark.Owner
	}
}

// waitsFor says of whom a name is waited for.
func (p *pass[O, D]) waitsFor(text, holder string) string {
	if holder == "" {
		return text
	}
	return fmt.Sprintf("%s %s has the name: waits until that is renamed or deleted; %s", p.r.Kind.Name, holder, text)
}
