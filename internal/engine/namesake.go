package engine

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// findNamesake asks, where a remote would be made now, whether something in its place has its name: marked or not,
// at the vendor or about to be made by another object of this cluster. What bears our own token is ours.
func (p *pass[O, D]) findNamesake(ctx context.Context) error {
	f := &p.facts
	name := p.key().Name()
	f.NameFree = true
	if namesRepeat(p.caps) || f.Creation == decision.CreationCreateDuplicate || name == "" || decision.Decide(*f).Action != decision.Create {
		return nil
	}
	f.NameFree = false
	c := claimantOf(p.obj)
	holder, since, mine := p.r.names.turn(p.nameKey(name), c, p.r.Now(), p.rivals(c))
	if !mine {
		if left := quietTurn - p.r.Now().Sub(since); left > 0 {
			p.wait = min(left, quietTurn/6)
			return nil
		}
		p.refuse(bearer{}, holder.Name, p.r.Now())
		return nil
	}
	bearers, looked, err := p.bearersOf(ctx, name)
	if err != nil || p.wait > 0 {
		return err
	}
	if m, ok := p.r.names.madeSince(p.nameKey(name), looked, p.r.Now(), p.caps.ListLag); ok && m.by.UID != c.UID && p.rivals(c)(m.by) {
		bearers = append(slices.Clone(bearers), m.bearer)
	}
	bearers = slices.DeleteFunc(slices.Clone(bearers), func(b bearer) bool { return b.id != "" && b.id == p.boundID() })
	if len(bearers) == 0 {
		f.NameFree = true
		return nil
	}
	return p.foundNamesake(ctx, bearers, looked)
}

func (p *pass[O, D]) nameKey(name string) nameKey {
	return nameKey{p.backend.At, p.backend.TenantID, p.parentID, name}
}

// foundNamesake takes what bears our token for ours, and stops at anything else.
func (p *pass[O, D]) foundNamesake(ctx context.Context, bearers []bearer, looked time.Time) error {
	best, owner := bearers[0], ""
	for _, b := range bearers {
		if p.ownerOf(decision.FoundByKey, backend.Observation[D]{Mark: b.mark}) == decision.OwnerOurs {
			obs, err := p.read(ctx, backend.Ref{ID: b.id, ParentID: b.parent})
			if err == nil && obs.Exists {
				p.found(ctx, decision.FoundByMark, obs)
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
func (p *pass[O, D]) hasIt(b bearer) string {
	c := claimantOf(p.obj)
	k := claims.Key{Tenant: p.backend.TenantID, Kind: p.r.Kind.Name, Parent: b.parent, ID: b.id}
	if holder := p.r.claims.Holder(k, c.UID, p.rivals(c)); holder != "" {
		return holder
	}
	if b.mark.Cluster == p.r.ClusterID && p.ownerOf(decision.FoundByKey, backend.Observation[D]{Mark: b.mark}) == decision.OwnerForeign {
		return b.mark.Owner
	}
	return ""
}

// refuse stops at a remote that has the name. owner is the object of this cluster that has it, or is about to make it.
func (p *pass[O, D]) refuse(b bearer, owner string, looked time.Time) {
	f := &p.facts
	p.seen = backend.Observation[D]{Exists: true, ID: b.id, ParentID: b.parent, Mark: b.mark}
	f.Found, f.Phase, f.Changes = decision.FoundByKey, decision.PhaseLive, decision.ChangesNone
	f.Owner = p.ownerOf(decision.FoundByKey, p.seen)
	f.ClaimConflict, p.claimedBy = owner != "", owner
	p.r.names.refused(p.name(), looked)
	p.lookAt = looked.Add(p.againAfter())
}

// againAfter is how long a refused object waits for the look that all of its place share: at most a call a second is spent on it.
func (p *pass[O, D]) againAfter() time.Duration {
	calls := 1
	if known := p.r.views.peek(p.backend.TenantKey, p.parentID); known != nil && !p.caps.Naming.Searched {
		calls = known.names.calls()
	}
	return max(lookAgain, time.Duration(calls)*time.Second)
}

// bearersOf asks what has a name, and when the look was begun that tells it. p.wait is set where a list is due in a moment that
// answers all who ask.
func (p *pass[O, D]) bearersOf(ctx context.Context, name string) ([]bearer, time.Time, error) {
	now := p.r.Now()
	if p.facts.Creation == decision.CreationCreateOrAdopt {
		return nil, p.began, nil // It was looked for by its key in this pass.
	}
	k := parentKey{p.backend.TenantKey, p.parentID}
	asks := p.r.names.ask(k, p.name(), name, p.obj.GetGeneration(), now)
	if p.asked() {
		p.r.names.news(p.name(), now)
		asks.seen = now
	}
	if known, ok := p.r.names.answer(k, asks, now); ok {
		return known.bearers, known.taken, nil
	}
	serves := func(w *view) bool {
		bearers, knows := w.names.of(name)
		generation, unborn := w.names.unborn[p.obj.GetUID()]
		younger := unborn && generation == asks.generation || !w.taken.Before(now)
		return knows != nameUnknown && asks.servedBy(w.taken, younger, len(bearers) > 0, p.r.Now())
	}
	known := p.r.views.peek(p.backend.TenantKey, p.parentID)
	if known != nil && serves(known) {
		bearers, _ := known.names.of(name)
		return bearers, known.taken, nil
	}
	list, err := p.worthAList(ctx, k, asks, known)
	switch {
	case err != nil || p.wait > 0:
		return nil, now, err
	case !list:
		p.r.names.searched(k, now)
		bearers, err := p.searchName(ctx)
		if err == nil {
			p.r.names.answered(k, name, nameAnswer{now, bearers})
		}
		return bearers, now, err
	}
	w, err := p.r.views.getIf(ctx, p.backend, p.driver, p.parentID, func(w *view) bool { return !w.taken.Before(now) || serves(w) })
	if err != nil {
		return nil, now, err
	}
	if bearers, knows := w.names.of(name); knows != nameUnknown {
		return bearers, w.taken, nil
	}
	p.r.names.searched(k, now)
	bearers, err := p.searchName(ctx) // It was begun for others, and tells only that something may have the name.
	return bearers, now, err
}

// asked reports whether a person wants another look.
func (p *pass[O, D]) asked() bool {
	return p.requested() != "" && p.requested() != p.status().LastHandledReconcileAt
}

// searchName asks for one name alone.
func (p *pass[O, D]) searchName(ctx context.Context) ([]bearer, error) {
	obs, err := p.read(ctx, backend.Ref{ParentID: p.parentID, Key: p.key()})
	switch {
	case err != nil && backend.ClassOf(err) == backend.Ambiguous:
		return []bearer{{parent: p.parentID}}, nil // There are several already.
	case err != nil || !obs.Exists:
		return nil, err
	}
	return []bearer{{obs.ID, obs.ParentID, obs.Mark}}, nil
}

// worthAList reports whether a list costs no more than to search what is asked for in the place. Lists follow each other no faster
// than four pages a second: who comes in between waits for the next one.
func (p *pass[O, D]) worthAList(ctx context.Context, k parentKey, asks asksName, known *view) (bool, error) {
	now := p.r.Now()
	if p.caps.Naming.Searched {
		ask, few := p.r.names.demand(k, now)
		if few {
			return false, nil
		}
		unbornNames, err := p.r.unbornNames(ctx, p.backend)
		if err != nil || known != nil && known.names.calls() > max(ask, unbornNames) {
			return false, err
		}
	}
	if known == nil || known.names.unborn == nil {
		return true, nil
	}
	calls := known.names.calls()
	if left := known.taken.Add(time.Duration(calls) * time.Second / 4).Sub(now); left > 0 || !p.r.names.due(k, asks, calls, now) {
		p.wait = max(left, quietAsking) + time.Duration(rand.Int64N(int64(quietAsking)))
	}
	return true, nil
}

// leaveTurn ends the turn of an object that has no remote on its way.
func (p *pass[O, D]) leaveTurn() {
	if p.intent != nil && p.intent.Attempt > p.status().ClosedAttempt {
		return
	}
	p.r.names.leave(p.obj.GetUID())
	if p.boundID() != "" || p.wroteTo != "" {
		p.r.names.stop(p.name())
	}
}

// noteName notes what a remote is called now: a look that was begun before does not show it.
func (p *pass[O, D]) noteName(obs backend.Observation[D]) {
	if namesRepeat(p.caps) || obs.ID == "" {
		return
	}
	names := append(backend.NamesOf(p.desired, ""), backend.NamesOf(obs.Actual, obs.AlsoCalled)...)
	place := p.nameKey("")
	place.parent = obs.ParentID
	p.r.names.note(keysOfNames(place, names...), madeName{bearer{obs.ID, obs.ParentID, p.mark()}, claimantOf(p.obj), p.r.Now()})
}

// fillNames takes over from the stored objects what another process was about to make, and what it made a moment ago.
func (r *Reconciler[O, D]) fillNames(ctx context.Context, obj O, c claims.Claimant) {
	intent, _ := readIntent(obj)
	if intent == nil || intent.Key.Name() == "" {
		return
	}
	st, now := obj.GetManagedStatus(), r.Now()
	place := nameKey{r.Backends.Place(ctx, obj.GetNamespace(), c.Ref).At, intent.Tenant, intent.ParentID, ""}
	keys := keysOfNames(place, intent.Key.Name())
	switch remote := st.Remote; {
	case intent.Attempt > st.ClosedAttempt:
		r.names.mu.Lock()
		r.names.enter(keys[0], c, now.Add(-quietTurn))
		r.names.mu.Unlock()
	case remote != nil && remote.ID != "" && remote.LastWrittenAt != nil && now.Sub(remote.LastWrittenAt.Time) < lookAgain:
		mark := backend.Mark{Token: intent.Token, Owner: c.Name, Cluster: r.ClusterID}
		r.names.note(keys, madeName{bearer{remote.ID, remote.ParentID, mark}, c, now})
	}
}

// unbornNames is how many names the objects behind a backend want that have no remote yet and may go on by themselves.
func (r *Reconciler[O, D]) unbornNames(ctx context.Context, b *Backend) (int, error) {
	objects, err := r.list(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, obj := range objects {
		if boundOf(obj) == "" && BackendKey(obj) == b.Key && obj.GetManagedStatus().ObservedGeneration != obj.GetGeneration() {
			n++ // Nobody has looked at it yet.
		}
	}
	return n, nil
}
