package gather

import (
	"context"
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// Found fills the facts about an observation.
func (p *Situation[O, D]) Found(ctx context.Context, how decision.Found, obs backend.Observation[D]) {
	f := &p.Facts
	p.Seen = obs
	f.Found = how
	if !obs.Mark.IsZero() {
		p.Fleet.Views.RecordWrite(p.Backend.TenantKey, obs.ParentID, obs.ID, obs.Mark)
	}
	f.Owner = p.ownerOf(how, obs)
	f.Undeletable, f.Retired = obs.Undeletable, obs.Retired
	switch obs.Phase {
	case backend.PhasePending:
		f.Phase = decision.PhasePending
	case backend.PhaseSealed:
		f.Phase = decision.PhaseSealed
	case backend.PhaseFailed:
		f.Phase = decision.PhaseFailed
	default:
		f.Phase = decision.PhaseLive
	}
	if obs.Duplicate != nil {
		f.Twin = decision.TwinStuck
		if obs.Duplicate.Empty {
			f.Twin = decision.TwinRemovable
		}
	}
	if m := p.Spec().Management; (m == nil || m.Deletion == "") && p.Fleet.Kind.ObservedStarted != nil && p.Fleet.Kind.ObservedStarted(obs) {
		f.Deletion = decision.DeletionOrphan
	}
	if f.RemoteID == decision.RemoteIDSet && how == decision.FoundByMark && !p.Caps.SameID(obs.ID, p.Spec().RemoteID) {
		f.RemoteID = decision.RemoteIDMismatch
	}
	p.Claim(obs)
	if how == decision.FoundByKey && !f.ClaimConflict && f.Owner == decision.OwnerForeign && obs.Mark.Cluster == p.Fleet.ClusterID {
		f.ClaimConflict, p.ClaimedBy = true, obs.Mark.Owner // It lives: else it would be another life's.
	}
	if f.Deleting {
		return
	}
	if !f.Bound && f.Owner == decision.OwnerOurs {
		p.RecordUnreadableAsApplied(obs)
	}
	p.compare(ctx, obs)
}

// compare fills the facts about what differs.
func (p *Situation[O, D]) compare(ctx context.Context, obs backend.Observation[D]) {
	f := &p.Facts
	p.takeBack(obs)
	p.holdBack(obs)
	p.Changes = p.Diff(obs)
	if f.Closes = p.Closes(p.Changes); f.Closes && f.MassDeletion {
		if held, err := p.ClosingHeld(ctx); err == nil {
			f.MassDeletion = held // What was counted last may be over, or confirmed.
		}
	}
	sealed := append(append([]string{}, obs.ReadOnly...), p.Caps.CreateOnly...)
	switch {
	case len(p.Changes) == 0:
		f.Changes = decision.ChangesNone
	case obs.Locked && !backend.OpensDraft(p.Target()):
		f.Changes = decision.ChangesLocked
	case p.Changes.Unwritable(sealed):
		f.Changes = decision.ChangesUnwritable
	default:
		f.Changes = decision.ChangesWritable
	}
	f.SpecMoved = p.specMoved(ctx)
	if p.Started() && p.converged() {
		f.SpecMoved = false // Fewer fields can be compared than when it began.
	}
	if !f.Bound {
		f.SpecMoved = f.Intent == decision.IntentFresh
	}
	f.Settling = len(p.Settling) > 0
	f.NonConverging = p.Memory.Repeated >= 3 && p.Memory.Write == strings.Join(p.Changes.Paths(), ",")
}

// Claim enters the find into the claim index.
func (p *Situation[O, D]) Claim(obs backend.Observation[D]) {
	k, c := p.ClaimOf(obs)
	p.Fleet.Claims.Forget(p.Obj.GetUID(), k)
	p.ClaimedBy, p.Facts.ClaimConflict = p.Fleet.Claims.Claim(k, c, p.Rivals(c))
	if m := obs.Mark; p.Facts.Deleting && c.Bound && m.Cluster == p.Fleet.ClusterID && m.Owner == c.Name {
		p.ClaimedBy, p.Facts.ClaimConflict = "", false // The owner's deletion does what its own object says.
	}
}

// ClaimOf is the claim that this object has on a remote.
func (p *Situation[O, D]) ClaimOf(obs backend.Observation[D]) (claims.Key, claims.Claimant) {
	c := managed.Claimant(p.Obj)
	c.Bound = obs.ID != "" && (p.Facts.Bound && p.BoundID() == obs.ID || p.WroteTo == obs.ID)
	c.Marked = p.Intent != nil && obs.Mark.Cluster == p.Fleet.ClusterID && obs.Mark.Owner == c.Name && obs.Mark.Token == p.Intent.Token
	return claims.Key{Tenant: p.Backend.TenantID, Kind: p.Fleet.Kind.Name, Parent: obs.ParentID, ID: obs.ID}, c
}

// Rivals says whose claims count against c. An object only says which tenant its remote is in, and
// so does its backend: what counts is that the backend is where ours is, may be used by the object,
// and that this very tenant has answered it since the process started.
func (p *Situation[O, D]) Rivals(c claims.Claimant) func(claims.Claimant) bool {
	places := map[string]managed.Place{}
	return func(h claims.Claimant) bool {
		if h.Backend == c.Backend && h.Namespace == c.Namespace {
			return true
		}
		of := h.Namespace + " " + h.Backend
		place, ok := places[of]
		if !ok {
			place = p.Fleet.Backends.Place(context.Background(), h.Namespace, h.Ref)
			places[of] = place
		}
		return place.At == p.Backend.At && place.Proven == p.Backend.TenantID
	}
}

// Diff compares the desired model with an observation.
func (p *Situation[O, D]) Diff(obs backend.Observation[D]) backend.Changes {
	changes := p.Differing(p.Target(), obs.Actual)
	if p.Narrowing.On {
		return changes
	}
	if obs.MarkIncomplete || obs.MarkInProse && obs.Mark.IsZero() && !backend.Covers(obs.ReadOnly, backend.PathMark) {
		changes = append(changes, backend.Change{Path: backend.PathMark})
	}
	return changes
}

// RecordUnreadableAsApplied takes for written what can neither be read nor written any more, when a
// remote is found whose history the status does not tell.
func (p *Situation[O, D]) RecordUnreadableAsApplied(obs backend.Observation[D]) {
	st, known := p.Status(), managed.Remembered(p.Status()).Applied
	paths := slices.DeleteFunc(backend.Paths(p.Desired), func(path string) bool {
		return known[path] != "" || !backend.Covers(obs.ReadOnly, path)
	})
	for path, hash := range backend.Applied(p.Desired, p.Caps, paths) {
		st.AppliedInputs = append(st.AppliedInputs, v1alpha1.AppliedInput{Path: path, Hash: hash})
	}
	slices.SortFunc(st.AppliedInputs, func(a, b v1alpha1.AppliedInput) int { return strings.Compare(a.Path, b.Path) })
	p.assumeSettling()
}
