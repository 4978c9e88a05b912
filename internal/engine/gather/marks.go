package gather

import (
	"context"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

// indexAge is how old the mark index may be before a create: each sweep renews it, and
// what this process writes is noted in it.
func (p *Situation[O, D]) indexAge() time.Duration { return max(p.Backend.Resync, time.Minute) }

// askIndex asks the mark index, at most so old, whether something in the parent bears our name.
func (p *Situation[O, D]) askIndex(ctx context.Context, age time.Duration) error {
	f := &p.Facts
	if f.RemoteID != decision.RemoteIDNone {
		return nil
	}
	list, err := p.Fleet.Views.Get(ctx, p.Backend, p.Driver, p.ParentID, p.Fleet.Now().Add(-age))
	if err != nil {
		return err
	}
	for range 3 { // Since the first of them the object exists, so that a new one keeps what bears its mark.
		if !list.MayHide(managed.FullName(p.Obj), p.Mark().Token) {
			break
		}
		if list, err = p.Fleet.Views.Get(ctx, p.Backend, p.Driver, p.ParentID, list.Taken.Add(1)); err != nil {
			return err
		}
	}
	p.Fleet.Clock.Saw(p.Backend.TenantKey, snapshot.Carried(list, p.Fleet.Now()))
	for _, hit := range p.Fleet.Views.Match(list, managed.FullName(p.Obj), p.Mark().Token) {
		if hit.ID == p.BoundID() {
			continue
		}
		obs, err := p.Read(ctx, backend.Ref{ID: hit.ID, ParentID: p.ParentID})
		if err != nil {
			return err
		}
		if obs.Exists {
			p.Found(ctx, decision.FoundByMark, obs)
			return nil
		}
		f.Index = decision.IndexHit
		p.Fleet.Views.Remove(p.Backend.TenantKey, p.ParentID, hit.ID)
	}
	return nil
}

// ownerOf says whose the find is.
func (p *Situation[O, D]) ownerOf(how decision.Found, obs backend.Observation[D]) decision.Owner {
	m, owner, bound := obs.Mark, managed.FullName(p.Obj), p.Facts.Bound && how == decision.FoundByID
	ours := m.Cluster == p.Fleet.ClusterID && m.Owner == owner
	switch {
	case ours && p.Intent != nil && m.Token == p.Intent.Token, ours && bound:
		return decision.OwnerOurs
	case m.IsZero() && bound && (obs.MarkInProse || !p.Caps.MarksCount()):
		return decision.OwnerOurs
	case m.IsZero():
		return decision.OwnerUnmarked
	case ours:
		return decision.OwnerOtherLife
	case m.Cluster != p.Fleet.ClusterID && (m.Owner == owner || p.Intent != nil && m.Token == p.Intent.Token):
		return decision.OwnerOtherCluster
	case m.Cluster == p.Fleet.ClusterID && !p.Fleet.OwnerLives(m.Owner):
		return decision.OwnerOtherLife
	}
	return decision.OwnerForeign
}
