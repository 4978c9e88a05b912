package gather

import (
	"context"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

// observeBound reads the remote that the object is bound to. It is absent only when a
// read and a list agree, and the list holds nothing that bears our token.
func (p *Situation[O, D]) observeBound(ctx context.Context) error {
	remote := *p.Remote()
	obs, err := p.Read(ctx, backend.Ref{ID: remote.ID, ParentID: remote.ParentID})
	if err != nil {
		return err
	}
	if obs.Exists {
		if err := p.findDuplicate(ctx, &obs); err != nil {
			return err
		}
		p.Found(ctx, decision.FoundByID, obs)
		return nil
	}
	if p.Facts.MassAbsence {
		// Nothing is done before the safety limit lets go, so nothing more has to be known.
		p.Facts.Found = decision.FoundAbsentUnproved
		return nil
	}
	// Another tenant does not have it either: what counts is what a tenant says after it
	// was asked who it is.
	who, err := p.Backend.Verify(ctx, 0)
	if err != nil {
		return err
	}
	if who.ID != p.Backend.TenantID {
		p.Facts.Found, p.Facts.TenantMatches = decision.FoundAbsentUnproved, false
		p.Fleet.Views.Forget(p.Backend.TenantKey)
		return nil
	}
	if obs, err = p.Read(ctx, backend.Ref{ID: remote.ID, ParentID: remote.ParentID}); err != nil {
		return err
	}
	if obs.Exists {
		p.Found(ctx, decision.FoundByID, obs)
		return nil
	}
	if p.Facts.Deleting && remote.DeleteSentAt != nil {
		// The vendor accepted our deletion and now says it is gone: two witnesses.
		p.Facts.Found = decision.FoundAbsentProved
		return nil
	}
	return p.proveAbsence(ctx, remote)
}

func (p *Situation[O, D]) proveAbsence(ctx context.Context, remote v1alpha1.RemoteStatus) error {
	f := &p.Facts
	f.Found = decision.FoundAbsentUnproved
	now := p.Fleet.Now()
	if remote.LastWrittenAt != nil && now.Sub(remote.LastWrittenAt.Time) < p.Caps.ListLag {
		return nil
	}
	notBefore := now.Add(-snapshot.Fresh)
	if w := remote.LastWrittenAt; w != nil && w.Add(p.Caps.ListLag).After(notBefore) {
		notBefore = w.Add(p.Caps.ListLag) // An older list may not show our own write yet.
	}
	list, err := p.Fleet.Views.Get(ctx, p.Backend, p.Driver, remote.ParentID, notBefore)
	if err != nil {
		return err
	}
	if p.Fleet.Views.Has(list, remote.ID) {
		return nil // The two looks disagree.
	}
	if p.Intent != nil && list.MayHide("", p.Intent.Token) {
		if list, err = p.Fleet.Views.Get(ctx, p.Backend, p.Driver, remote.ParentID, list.Taken.Add(1)); err != nil {
			return err
		}
	}
	if p.Intent != nil {
		for _, hit := range p.Fleet.Views.Match(list, "", p.Intent.Token) {
			if hit.Mark.Cluster != p.Fleet.ClusterID {
				continue
			}
			obs, err := p.Read(ctx, backend.Ref{ID: hit.ID, ParentID: remote.ParentID})
			if err != nil {
				return err
			}
			if obs.Exists {
				p.Found(ctx, decision.FoundByMark, obs)
				return nil
			}
		}
	}
	f.Found = decision.FoundAbsentProved
	p.Fleet.Names.Gone(p.NameKey(""), remote.ID)
	absent, err := p.Fleet.CountAbsent(ctx, p.Backend, p.Driver, now.Add(-snapshot.Fresh))
	if err != nil {
		return err
	}
	f.MassAbsence = p.Fleet.Limits.Absent(p.Backend.Key, p.Fleet.Kind.Name, absent.Missing, absent.Total)
	if f.Deleting || f.RunOnce || f.MassAbsence {
		return nil
	}
	// Somebody may have made it again by hand, or the vendor under another id.
	if f.RemoteID == decision.RemoteIDNone {
		if found, err := p.observeByKey(ctx); found || err != nil {
			return err
		}
	}
	return p.askBeforeCreate(ctx)
}
