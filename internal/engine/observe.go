package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/claims"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// shared is how old a list pass may be and still serve another object.
const shared = 5 * time.Second

// observe looks at the vendor, in this order: the bound id (and a list,
// if it is gone), our token by what was sent, remoteID, the key if the policy adopts,
// the mark index. The first that answers counts.
func (p *pass[O, D]) observe(ctx context.Context) error {
	f := &p.facts
	f.Index = decision.IndexClear
	f.NonConverging = p.memory.repeated >= 3 && p.memory.write == writeCreate
	if f.Bound {
		return p.observeBound(ctx)
	}
	if f.Intent == decision.IntentFresh || f.Intent == decision.IntentOld {
		obs, err := p.read(ctx, backend.Ref{ParentID: p.intent.ParentID, Key: p.intent.Key, Mark: p.mark(), Since: p.intent.At})
		if err != nil {
			return err
		}
		if obs.Exists {
			p.found(ctx, decision.FoundByMark, obs) // While the attempt counts as open: what differs was edited since it was sent.
		}
		f.Intent = p.intentFact(obs.Date)
		if obs.Exists {
			return nil
		}
		if p.caps.MarkProven && p.caps.MarkUnsure && p.intent.Key.DisplayName != "" && obs.Namesake == "" {
			f.MarkProven = true // What a create had made would have its name, whatever became of its mark.
		}
		if err := p.concludeAttempt(ctx, obs); err != nil || f.Found == decision.FoundByMark {
			return err
		}
	}
	if p.spec().RemoteID != "" {
		obs, err := p.read(ctx, backend.Ref{ID: p.spec().RemoteID, ParentID: p.parentID})
		if err != nil {
			return err
		}
		if obs.Exists {
			p.found(ctx, decision.FoundByID, obs)
			return nil
		}
	} else if found, err := p.observeByKey(ctx); found || err != nil {
		return err
	}
	f.Found = decision.FoundAbsentProved
	// What was renamed since no longer answers to what was sent. Nobody looks again
	// after a deletion, so it takes a new list.
	if f.Deleting {
		return p.askIndex(ctx, shared)
	}
	if err := p.askBeforeCreate(ctx); err != nil {
		return err
	}
	// The lists of this pass may have shown where marks are kept, and then one that is missing proves what it always does.
	f.MarkProven = f.MarkProven || p.driver.Capabilities().MarksCount()
	return nil
}

// askBeforeCreate asks what else there may be of this object: what bears its mark, then what has its name.
func (p *pass[O, D]) askBeforeCreate(ctx context.Context) error {
	if err := p.askIndex(ctx, p.indexAge()); err != nil || p.facts.Found >= decision.FoundByID {
		return err
	}
	return p.findNamesake(ctx)
}

func (p *pass[O, D]) key() backend.Key { return p.desired.Key() }

// observeByKey looks for what the object would take over by its name, where the policy adopts.
func (p *pass[O, D]) observeByKey(ctx context.Context) (found bool, err error) {
	f, key := &p.facts, p.key()
	if f.Creation >= decision.CreationCreate || key.IsZero() || f.RunOnce || f.Deleting {
		return false, nil
	}
	obs, err := p.read(ctx, backend.Ref{ParentID: p.parentID, Key: key})
	if err == nil && obs.Exists {
		p.found(ctx, decision.FoundByKey, obs)
	}
	return err == nil && obs.Exists, err
}

// read observes one remote and keeps the tenant's clock.
func (p *pass[O, D]) read(ctx context.Context, ref backend.Ref) (backend.Observation[D], error) {
	ref.Tail = p.detailFields()
	obs, err := p.driver.Observe(ctx, ref)
	if err == nil {
		p.r.clock.saw(p.backend.TenantKey, obs.Date)
	}
	if err == nil && obs.Exists && obs.Unread != "" && !p.deleting() {
		return obs, backend.Errorf(backend.Retryable, "%s; nothing is compared or written until it can be", obs.Unread)
	}
	return obs, err
}

// observeBound reads the remote that the object is bound to. It is absent only when a
// read and a list agree, and the list holds nothing that bears our token.
func (p *pass[O, D]) observeBound(ctx context.Context) error {
	remote := *p.remote()
	obs, err := p.read(ctx, backend.Ref{ID: remote.ID, ParentID: remote.ParentID})
	if err != nil {
		return err
	}
	if obs.Exists {
		if err := p.findDuplicate(ctx, &obs); err != nil {
			return err
		}
		p.found(ctx, decision.FoundByID, obs)
		return nil
	}
	if p.facts.MassAbsence {
		// Nothing is done before the safety limit lets go, so nothing more has to be known.
		p.facts.Found = decision.FoundAbsentUnproved
		return nil
	}
	// Another tenant does not have it either: what counts is what a tenant says after it
	// was asked who it is.
	who, err := p.backend.Verify(ctx, 0)
	if err != nil {
		return err
	}
	if who.ID != p.backend.TenantID {
		p.facts.Found, p.facts.TenantMatches = decision.FoundAbsentUnproved, false
		p.r.views.forget(p.backend.TenantKey)
		return nil
	}
	if obs, err = p.read(ctx, backend.Ref{ID: remote.ID, ParentID: remote.ParentID}); err != nil {
		return err
	}
	if obs.Exists {
		p.found(ctx, decision.FoundByID, obs)
		return nil
	}
	if p.facts.Deleting && remote.DeleteSentAt != nil {
		// The vendor accepted our deletion and now says it is gone: two witnesses.
		p.facts.Found = decision.FoundAbsentProved
		return nil
	}
	return p.proveAbsence(ctx, remote)
}

func (p *pass[O, D]) proveAbsence(ctx context.Context, remote v1alpha1.RemoteStatus) error {
	f := &p.facts
	f.Found = decision.FoundAbsentUnproved
	now := p.r.Now()
	if remote.LastWrittenAt != nil && now.Sub(remote.LastWrittenAt.Time) < p.caps.ListLag {
		return nil
	}
	notBefore := now.Add(-shared)
	if w := remote.LastWrittenAt; w != nil && w.Add(p.caps.ListLag).After(notBefore) {
		notBefore = w.Add(p.caps.ListLag) // An older list may not show our own write yet.
	}
	list, err := p.r.views.get(ctx, p.backend, p.driver, remote.ParentID, notBefore)
	if err != nil {
		return err
	}
	if p.r.views.lists(list, remote.ID) {
		return nil // The two looks disagree.
	}
	if p.intent != nil && list.hides("", p.intent.Token) {
		if list, err = p.r.views.get(ctx, p.backend, p.driver, remote.ParentID, list.taken.Add(1)); err != nil {
			return err
		}
	}
	if p.intent != nil {
		for _, hit := range p.r.views.hits(list, "", p.intent.Token) {
			if hit.mark.Cluster != p.r.ClusterID {
				continue
			}
			obs, err := p.read(ctx, backend.Ref{ID: hit.id, ParentID: remote.ParentID})
			if err != nil {
				return err
			}
			if obs.Exists {
				p.found(ctx, decision.FoundByMark, obs)
				return nil
			}
		}
	}
	f.Found = decision.FoundAbsentProved
	p.r.names.gone(p.nameKey(""), remote.ID)
	absent, err := p.r.countAbsent(ctx, p.backend, p.driver, now.Add(-shared))
	if err != nil {
		return err
	}
	f.MassAbsence = p.r.Limits.Absent(p.backend.Key, p.r.Kind.Name, absent.missing, absent.total)
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

type absence struct{ missing, total int }

// countAbsent says how many of the backend's objects of this kind have lost their remote.
func (r *Reconciler[O, D]) countAbsent(ctx context.Context, b *Backend, driver backend.Driver[D], notBefore time.Time) (absence, error) {
	objects, err := r.list(ctx)
	if err != nil {
		return absence{}, err
	}
	var out absence
	for _, obj := range objects {
		remote := obj.GetManagedStatus().Remote
		if remote == nil || remote.ID == "" || !b.Lives(remote.TenantID) || remote.DeleteSentAt != nil || BackendKey(obj) != b.Key {
			continue
		}
		list, err := r.views.get(ctx, b, driver, remote.ParentID, notBefore)
		if err != nil {
			return absence{}, err
		}
		out.total++
		if !r.views.lists(list, remote.ID) {
			out.missing++
		}
	}
	return out, nil
}

// BackendKey names the backend of an object: kind/namespace/name.
func BackendKey(obj Object) string {
	ref := obj.GetManagedSpec().BackendRef
	if ref.Kind == v1alpha1.KindClusterGovernanceBackend {
		return ref.Kind + "//" + ref.Name
	}
	return v1alpha1.KindGovernanceBackend + "/" + obj.GetNamespace() + "/" + ref.Name
}

// indexAge is how old the mark index may be before a create: each sweep renews it, and
// what this process writes is noted in it.
func (p *pass[O, D]) indexAge() time.Duration { return max(p.backend.Resync, time.Minute) }

// askIndex asks the mark index, at most so old, whether something in the parent bears our name.
func (p *pass[O, D]) askIndex(ctx context.Context, age time.Duration) error {
	f := &p.facts
	if f.RemoteID != decision.RemoteIDNone {
		return nil
	}
	list, err := p.r.views.get(ctx, p.backend, p.driver, p.parentID, p.r.Now().Add(-age))
	if err != nil {
		return err
	}
	for range 3 { // Since the first of them the object exists, so that a new one keeps what bears its mark.
		if !list.hides(ownerOf(p.obj), p.mark().Token) {
			break
		}
		if list, err = p.r.views.get(ctx, p.backend, p.driver, p.parentID, list.taken.Add(1)); err != nil {
			return err
		}
	}
	p.r.clock.saw(p.backend.TenantKey, carried(list, p.r.Now()))
	for _, hit := range p.r.views.hits(list, ownerOf(p.obj), p.mark().Token) {
		if hit.id == p.boundID() {
			continue
		}
		obs, err := p.read(ctx, backend.Ref{ID: hit.id, ParentID: p.parentID})
		if err != nil {
			return err
		}
		if obs.Exists {
			p.found(ctx, decision.FoundByMark, obs)
			return nil
		}
		f.Index = decision.IndexHit
		p.r.views.drop(p.backend.TenantKey, p.parentID, hit.id)
	}
	return nil
}

func carried(w *view, now time.Time) time.Time {
	if w.date.IsZero() {
		return time.Time{}
	}
	return w.date.Add(now.Sub(w.taken))
}

// found fills the facts about an observation.
func (p *pass[O, D]) found(ctx context.Context, how decision.Found, obs backend.Observation[D]) {
	f := &p.facts
	p.seen = obs
	f.Found = how
	if !obs.Mark.IsZero() {
		p.r.views.note(p.backend.TenantKey, obs.ParentID, obs.ID, obs.Mark)
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
	if obs.Twin != nil {
		f.Twin = decision.TwinStuck
		if obs.Twin.Empty {
			f.Twin = decision.TwinRemovable
		}
	}
	if m := p.spec().Management; (m == nil || m.Deletion == "") && p.r.Kind.ObservedStarted != nil && p.r.Kind.ObservedStarted(obs) {
		f.Deletion = decision.DeletionOrphan
	}
	if f.RemoteID == decision.RemoteIDSet && how == decision.FoundByMark && !p.caps.SameID(obs.ID, p.spec().RemoteID) {
		f.RemoteID = decision.RemoteIDMismatch
	}
	p.claim(obs)
	if how == decision.FoundByKey && !f.ClaimConflict && f.Owner == decision.OwnerForeign && obs.Mark.Cluster == p.r.ClusterID {
		f.ClaimConflict, p.claimedBy = true, obs.Mark.Owner // It lives: else it would be another life's.
	}
	if f.Deleting {
		return
	}
	if !f.Bound && f.Owner == decision.OwnerOurs {
		p.recordUnreadableAsApplied(obs)
	}
	p.compare(ctx, obs)
}

// compare fills the facts about what differs.
func (p *pass[O, D]) compare(ctx context.Context, obs backend.Observation[D]) {
	f := &p.facts
	p.takeBack(obs)
	p.holdBack(obs)
	p.changes = p.diff(obs)
	if f.Closes = p.closes(p.changes); f.Closes && f.MassDeletion {
		if held, err := p.closingHeld(ctx); err == nil {
			f.MassDeletion = held // What was counted last may be over, or confirmed.
		}
	}
	sealed := append(append([]string{}, obs.Sealed...), p.caps.CreateOnly...)
	switch {
	case len(p.changes) == 0:
		f.Changes = decision.ChangesNone
	case obs.Locked && !backend.OpensDraft(p.target()):
		f.Changes = decision.ChangesLocked
	case p.changes.Unwritable(sealed):
		f.Changes = decision.ChangesUnwritable
	default:
		f.Changes = decision.ChangesWritable
	}
	f.SpecMoved = p.specMoved(ctx)
	if p.started() && p.converged() {
		f.SpecMoved = false // Fewer fields can be compared than when it began.
	}
	if !f.Bound {
		f.SpecMoved = f.Intent == decision.IntentFresh
	}
	f.Settling = len(p.settling) > 0
	f.NonConverging = p.memory.repeated >= 3 && p.memory.write == strings.Join(p.changes.Paths(), ",")
}

// claim enters the find into the claim index.
func (p *pass[O, D]) claim(obs backend.Observation[D]) {
	k, c := p.claimOf(obs)
	p.r.claims.Forget(p.obj.GetUID(), k)
	p.claimedBy, p.facts.ClaimConflict = p.r.claims.Claim(k, c, p.rivals(c))
	if m := obs.Mark; p.facts.Deleting && c.Bound && m.Cluster == p.r.ClusterID && m.Owner == c.Name {
		p.claimedBy, p.facts.ClaimConflict = "", false // The owner's deletion does what its own object says.
	}
}

func (p *pass[O, D]) claimOf(obs backend.Observation[D]) (claims.Key, claims.Claimant) {
	c := claimantOf(p.obj)
	c.Bound = obs.ID != "" && (p.facts.Bound && p.boundID() == obs.ID || p.wroteTo == obs.ID)
	c.Marked = p.intent != nil && obs.Mark.Cluster == p.r.ClusterID && obs.Mark.Owner == c.Name && obs.Mark.Token == p.intent.Token
	return claims.Key{Tenant: p.backend.TenantID, Kind: p.r.Kind.Name, Parent: obs.ParentID, ID: obs.ID}, c
}

// diff compares the desired model with an observation.
func (p *pass[O, D]) diff(obs backend.Observation[D]) backend.Changes {
	changes := p.differing(p.target(), obs.Actual)
	if p.narrowing.on {
		return changes
	}
	if obs.MarkIncomplete || obs.MarkInProse && obs.Mark.IsZero() && !backend.Covers(obs.Sealed, backend.PathMark) {
		changes = append(changes, backend.Change{Path: backend.PathMark})
	}
	return changes
}

// recordUnreadableAsApplied takes for written what can neither be read nor written any more, when a
// remote is found whose history the status does not tell.
func (p *pass[O, D]) recordUnreadableAsApplied(obs backend.Observation[D]) {
	st, known := p.status(), remembered(p.status()).Applied
	paths := slices.DeleteFunc(backend.Paths(p.desired), func(path string) bool {
		return known[path] != "" || !backend.Covers(obs.Sealed, path)
	})
	for path, hash := range backend.Applied(p.desired, p.caps, paths) {
		st.AppliedInputs = append(st.AppliedInputs, v1alpha1.AppliedInput{Path: path, Hash: hash})
	}
	slices.SortFunc(st.AppliedInputs, func(a, b v1alpha1.AppliedInput) int { return strings.Compare(a.Path, b.Path) })
	p.assumeSettling()
}

func remembered(st *v1alpha1.ManagedStatus) backend.Memory {
	mem := backend.Memory{Applied: map[string]string{}, Echoes: map[string]backend.Echo{}}
	for _, a := range st.AppliedInputs {
		mem.Applied[a.Path] = a.Hash
	}
	for _, e := range st.Echoes {
		mem.Echoes[e.Path] = backend.Echo{Sent: e.Sent, Seen: e.Seen}
	}
	return mem
}

// mark is what our remotes bear.
func (p *pass[O, D]) mark() backend.Mark {
	m := backend.Mark{Owner: ownerOf(p.obj), Cluster: p.r.ClusterID}
	if p.intent != nil {
		m.Token = p.intent.Token
	}
	return m
}

// ownerOf says whose the find is.
func (p *pass[O, D]) ownerOf(how decision.Found, obs backend.Observation[D]) decision.Owner {
	m, owner, bound := obs.Mark, ownerOf(p.obj), p.facts.Bound && how == decision.FoundByID
	ours := m.Cluster == p.r.ClusterID && m.Owner == owner
	switch {
	case ours && p.intent != nil && m.Token == p.intent.Token, ours && bound:
		return decision.OwnerOurs
	case m.IsZero() && bound && (obs.MarkInProse || !p.caps.MarksCount()):
		return decision.OwnerOurs
	case m.IsZero():
		return decision.OwnerUnmarked
	case ours:
		return decision.OwnerOtherLife
	case m.Cluster != p.r.ClusterID && (m.Owner == owner || p.intent != nil && m.Token == p.intent.Token):
		return decision.OwnerOtherCluster
	case m.Cluster == p.r.ClusterID && !p.r.ownerLives(m.Owner):
		return decision.OwnerOtherLife
	}
	return decision.OwnerForeign
}

// ownerLives reports whether the object that a mark of this cluster names exists. When
// in doubt it does.
func (r *Reconciler[O, D]) ownerLives(owner string) bool {
	namespace, name, ok := strings.Cut(owner, "/")
	if !ok {
		return true
	}
	err := r.Client.Get(context.Background(), types.NamespacedName{Namespace: namespace, Name: name}, r.Kind.New())
	return !apierrors.IsNotFound(err)
}
