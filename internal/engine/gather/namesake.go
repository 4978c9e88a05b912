package gather

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/nametable"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

// findNamesake asks, where a remote would be made now, whether something in its place has its name: marked or not,
// at the vendor or about to be made by another object of this cluster. What bears our own token is ours.
func (p *Situation[O, D]) findNamesake(ctx context.Context) error {
	f := &p.Facts
	name := p.Key().Name()
	f.NameFree = true
	if nametable.Repeat(p.Caps) || f.Creation == decision.CreationCreateDuplicate || name == "" || decision.Decide(*f).Action != decision.Create {
		return nil
	}
	f.NameFree = false
	c := managed.Claimant(p.Obj)
	holder, since, mine := p.Fleet.Names.Turn(p.NameKey(name), c, p.Fleet.Now(), p.Rivals(c))
	if !mine {
		if left := nametable.QuietTurn - p.Fleet.Now().Sub(since); left > 0 {
			p.Wait = min(left, nametable.QuietTurn/6)
			return nil
		}
		p.refuse(snapshot.Bearer{}, holder.Name, p.Fleet.Now())
		return nil
	}
	bearers, looked, err := p.bearersOf(ctx, name)
	if err != nil || p.Wait > 0 {
		return err
	}
	if m, ok := p.Fleet.Names.MadeSince(p.NameKey(name), looked, p.Fleet.Now(), p.Caps.ListLag); ok && m.By.UID != c.UID && p.Rivals(c)(m.By) {
		bearers = append(slices.Clone(bearers), m.Bearer)
	}
	bearers = slices.DeleteFunc(slices.Clone(bearers), func(b snapshot.Bearer) bool { return b.ID != "" && b.ID == p.BoundID() })
	if len(bearers) == 0 {
		f.NameFree = true
		return nil
	}
	return p.foundNamesake(ctx, bearers, looked)
}

// foundNamesake takes what bears our token for ours, and stops at anything else.
func (p *Situation[O, D]) foundNamesake(ctx context.Context, bearers []snapshot.Bearer, looked time.Time) error {
	best, owner := bearers[0], ""
	for _, b := range bearers {
		if p.ownerOf(decision.FoundByKey, backend.Observation[D]{Mark: b.Mark}) == decision.OwnerOurs {
			obs, err := p.Read(ctx, backend.Ref{ID: b.ID, ParentID: b.Parent})
			if err == nil && obs.Exists {
				p.Found(ctx, decision.FoundByMark, obs)
			}
			return err
		}
		if has := p.hasIt(b); has != "" && owner == "" {
			best, owner = b, has
		}
	}
	p.refuse(best, owner, looked)
	return nil
}

// hasIt is the object of this cluster that has a remote, by its binding or its mark; empty if there is none.
func (p *Situation[O, D]) hasIt(b snapshot.Bearer) string {
	c := managed.Claimant(p.Obj)
	k := claims.Key{Tenant: p.Backend.TenantID, Kind: p.Fleet.Kind.Name, Parent: b.Parent, ID: b.ID}
	if holder := p.Fleet.Claims.Holder(k, c.UID, p.Rivals(c)); holder != "" {
		return holder
	}
	if b.Mark.Cluster == p.Fleet.ClusterID && p.ownerOf(decision.FoundByKey, backend.Observation[D]{Mark: b.Mark}) == decision.OwnerForeign {
		return b.Mark.Owner
	}
	return ""
}

// refuse stops at a remote that has the name. owner is the object of this cluster that has it, or is about to make it.
func (p *Situation[O, D]) refuse(b snapshot.Bearer, owner string, looked time.Time) {
	f := &p.Facts
	p.Seen = backend.Observation[D]{Exists: true, ID: b.ID, ParentID: b.Parent, Mark: b.Mark}
	f.Found, f.Phase, f.Changes = decision.FoundByKey, decision.PhaseLive, decision.ChangesNone
	f.Owner = p.ownerOf(decision.FoundByKey, p.Seen)
	f.ClaimConflict, p.ClaimedBy = owner != "", owner
	p.Fleet.Names.Refused(p.Name(), looked)
	p.LookAt = looked.Add(p.againAfter())
}

// againAfter is how long a refused object waits for the look that all of its place share: at most a call a second is spent on it.
func (p *Situation[O, D]) againAfter() time.Duration {
	calls := 1
	if known := p.Fleet.Views.Peek(p.Backend.TenantKey, p.ParentID); known != nil && !p.Caps.Naming.Searched {
		calls = known.Names.Calls()
	}
	return max(nametable.Again, time.Duration(calls)*time.Second)
}

// bearersOf asks what has a name, and when the look was begun that tells it. p.wait is set where a list is due in a moment that
// answers all who ask.
func (p *Situation[O, D]) bearersOf(ctx context.Context, name string) ([]snapshot.Bearer, time.Time, error) {
	now := p.Fleet.Now()
	if p.Facts.Creation == decision.CreationCreateOrAdopt {
		return nil, p.Began, nil // It was looked for by its key in this pass.
	}
	k := snapshot.Key{Tenant: p.Backend.TenantKey, Parent: p.ParentID}
	asks := p.Fleet.Names.Ask(k, p.Name(), name, p.Obj.GetGeneration(), now)
	if p.asked() {
		p.Fleet.Names.News(p.Name(), now)
		asks.Seen = now
	}
	if known, ok := p.Fleet.Names.Answer(k, asks, now); ok {
		return known.Bearers, known.Taken, nil
	}
	serves := func(w *snapshot.Snapshot) bool {
		bearers, knows := w.Names.Of(name)
		generation, unborn := w.Names.Unborn[p.Obj.GetUID()]
		younger := unborn && generation == asks.Generation || !w.Taken.Before(now)
		return knows != snapshot.Unknown && asks.ServedBy(w.Taken, younger, len(bearers) > 0, p.Fleet.Now())
	}
	known := p.Fleet.Views.Peek(p.Backend.TenantKey, p.ParentID)
	if known != nil && serves(known) {
		bearers, _ := known.Names.Of(name)
		return bearers, known.Taken, nil
	}
	list, err := p.worthAList(ctx, k, asks, known)
	switch {
	case err != nil || p.Wait > 0:
		return nil, now, err
	case !list:
		p.Fleet.Names.Searched(k, now)
		bearers, err := p.searchName(ctx)
		if err == nil {
			p.Fleet.Names.Answered(k, name, nametable.Answer{Taken: now, Bearers: bearers})
		}
		return bearers, now, err
	}
	w, err := p.Fleet.Views.GetIf(ctx, p.Backend, p.Driver, p.ParentID, func(w *snapshot.Snapshot) bool { return !w.Taken.Before(now) || serves(w) })
	if err != nil {
		return nil, now, err
	}
	if bearers, knows := w.Names.Of(name); knows != snapshot.Unknown {
		return bearers, w.Taken, nil
	}
	p.Fleet.Names.Searched(k, now)
	bearers, err := p.searchName(ctx) // It was begun for others, and tells only that something may have the name.
	return bearers, now, err
}

// searchName asks for one name alone.
func (p *Situation[O, D]) searchName(ctx context.Context) ([]snapshot.Bearer, error) {
	obs, err := p.Read(ctx, backend.Ref{ParentID: p.ParentID, Key: p.Key()})
	switch {
	case err != nil && backend.ClassOf(err) == backend.Ambiguous:
		return []snapshot.Bearer{{Parent: p.ParentID}}, nil // There are several already.
	case err != nil || !obs.Exists:
		return nil, err
	}
	return []snapshot.Bearer{{ID: obs.ID, Parent: obs.ParentID, Mark: obs.Mark}}, nil
}

// worthAList reports whether a list costs no more than to search what is asked for in the place. Lists follow each other no faster
// than four pages a second: who comes in between waits for the next one.
func (p *Situation[O, D]) worthAList(ctx context.Context, k snapshot.Key, asks nametable.Asking, known *snapshot.Snapshot) (bool, error) {
	now := p.Fleet.Now()
	if p.Caps.Naming.Searched {
		ask, few := p.Fleet.Names.Demand(k, now)
		if few {
			return false, nil
		}
		unbornNames, err := p.Fleet.UnbornNames(ctx, p.Backend)
		if err != nil || known != nil && known.Names.Calls() > max(ask, unbornNames) {
			return false, err
		}
	}
	if known == nil || known.Names.Unborn == nil {
		return true, nil
	}
	calls := known.Names.Calls()
	if left := known.Taken.Add(time.Duration(calls) * time.Second / 4).Sub(now); left > 0 || !p.Fleet.Names.Due(k, asks, calls, now) {
		p.Wait = max(left, nametable.QuietAsking) + time.Duration(rand.Int64N(int64(nametable.QuietAsking)))
	}
	return true, nil
}

// LeaveTurn ends the turn of an object that has no remote on its way.
func (p *Situation[O, D]) LeaveTurn() {
	if p.Intent != nil && p.Intent.Attempt > p.Status().ClosedAttempt {
		return
	}
	p.Fleet.Names.Leave(p.Obj.GetUID())
	if p.BoundID() != "" || p.WroteTo != "" {
		p.Fleet.Names.Stop(p.Name())
	}
}

// NoteName notes what a remote is called now: a look that was begun before does not show it.
func (p *Situation[O, D]) NoteName(obs backend.Observation[D]) {
	if nametable.Repeat(p.Caps) || obs.ID == "" {
		return
	}
	names := append(backend.NamesOf(p.Desired, ""), backend.NamesOf(obs.Actual, obs.AlsoCalled)...)
	place := p.NameKey("")
	place.Parent = obs.ParentID
	p.Fleet.Names.Note(nametable.Keys(place, names...), nametable.Made{Bearer: snapshot.Bearer{ID: obs.ID, Parent: obs.ParentID, Mark: p.Mark()}, By: managed.Claimant(p.Obj), At: p.Fleet.Now()})
}
