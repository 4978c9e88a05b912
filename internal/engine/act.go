package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/safety"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// identityAge is how old an answer to "who are you" may be before a write.
const identityAge = 2 * time.Second

// outcome is what became of a pass.
type outcome struct {
	plan     *decision.Plan
	wrote    bool // the vendor accepted something
	diffLeft bool
	problems []reference.Problem
	err      error
	// paced: our own budget, not the vendor, asks for the pause.
	paced bool
	// holder is the living object of this cluster that has what this one wants.
	holder string
	// named: it was found by its name, which its holder may give up.
	named bool
	// settling: some of what was written is not shown yet.
	settling bool
	// lacks: the spec lacks something for a create, and would do for what is there.
	lacks bool
	// gated: what narrows waits for more than the rest of the spec does.
	gated bool
	// together: it was refused for its name, and is looked at again with all that were.
	together bool
	// held: the vendor's pause or the breaker ended the pass before anything was sent.
	held bool
	// doubted: the vendor failed three times in a row in a way that may be a mistake of the spec.
	doubted bool
}

// act does what the plan says: at most one logical write.
func (p *pass[O, D]) act(ctx context.Context, plan *decision.Plan) outcome {
	if plan.Action.Writes() && p.tooSoon() {
		return outcome{plan: decision.RefusedPerhaps}
	}
	if plan.Action.Writes() {
		next, err := p.recheck(ctx, plan)
		if err != nil {
			return outcome{plan: plan, err: err}
		}
		plan = next
	}
	out := outcome{plan: plan}
	if p.needsIntent(plan) {
		if err := p.persistIntent(ctx, plan); err != nil {
			return outcome{plan: plan, err: err}
		}
	}
	p.why = p.writeReason(plan)
	switch plan.Action {
	case decision.Create:
		return p.create(ctx, plan)
	case decision.Adopt:
		return p.adopt(ctx, plan)
	case decision.Update:
		if err := p.noteWritten(ctx, p.writable()); err != nil {
			return outcome{plan: plan, err: err}
		}
		return p.update(ctx, plan, p.writable())
	case decision.Retire:
		out = p.update(ctx, plan, backend.Changes{{Path: backend.PathRetired}})
		out.diffLeft = true // Another look must see it retired before the object may go.
		if out.err == nil {
			p.r.Limits.Deleted(p.backend.Key, p.obj.GetUID())
		}
		return out
	case decision.Delete:
		return p.delete(ctx, plan)
	case decision.Wait:
		if plan == decision.RemoteNotFound {
			out.err = p.refresh(ctx)
		}
	}
	return out
}

// recheck gathers again, right before a write, the facts that would make it
// unforgivable, and decides again if one of them moved.
func (p *pass[O, D]) recheck(ctx context.Context, plan *decision.Plan) (*decision.Plan, error) {
	if plan.Action != decision.Create && plan.Action != decision.Adopt { // Their claim is fenced, and closed.
		if err := p.fenceLease(); err != nil {
			return plan, err
		}
	}
	if (plan.Action == decision.Delete || plan.Action == decision.Retire) && p.deleting() {
		held, err := p.deletionsHeld(ctx)
		if err != nil {
			return plan, err
		}
		if p.facts.MassDeletion = held; held {
			return decision.Decide(p.facts), nil
		}
	}
	if plan.Action == decision.Update && p.facts.Closes {
		held, err := p.closingHeld(ctx)
		if err != nil {
			return plan, err
		}
		if p.facts.MassDeletion = held; held {
			return decision.Decide(p.facts), nil
		}
	}
	// Nothing is sent to a tenant that was not asked who it is a moment ago.
	who, err := p.backend.Verify(ctx, identityAge)
	if err != nil {
		return plan, err
	}
	if who.ID != p.backend.PinnedTenantID {
		p.facts.TenantMatches = false
	}
	if plan.Action == decision.Adopt {
		k, c := p.claimOf(p.seen)
		p.claimedBy, p.facts.ClaimConflict = p.r.claims.Take(k, c, p.rivals(c))
	}
	if (plan.Action == decision.Delete || plan.Action == decision.Retire) && p.deleting() && p.r.TerminatingNow != nil {
		// The objects of a definition go after it: only a live look is sure to know.
		if p.facts.KindTerminating, err = p.r.TerminatingNow(ctx, p.r.Kind.Name); err != nil {
			return plan, err
		}
	}
	return decision.Decide(p.facts), nil
}

// deletionsHeld counts the deletions behind the backend, this one included.
func (p *pass[O, D]) deletionsHeld(ctx context.Context) (bool, error) {
	d, err := p.r.Limits.Count(ctx, p.backend.Key, safety.Leaving{UID: p.obj.GetUID(), At: p.obj.GetDeletionTimestamp().Time})
	if err != nil {
		return false, fmt.Errorf("counting deletions: %w", err)
	}
	return d.Held, nil
}

// needsIntent: for Create and Adopt, and for what is ours but has lost its finalizer or intent.
func (p *pass[O, D]) needsIntent(plan *decision.Plan) bool {
	if plan.Action == decision.Create || plan.Action == decision.Adopt {
		return true
	}
	lost := !p.hasFinalizer() || p.intent == nil
	return lost && !p.deleting() && p.facts.Found >= decision.FoundByID && p.facts.Owner == decision.OwnerOurs
}

// persistIntent writes finalizer and intent in one merge patch with resourceVersion. A
// conflict ends the pass.
func (p *pass[O, D]) persistIntent(ctx context.Context, plan *decision.Plan) error {
	send := plan.Action == decision.Create
	at, err := p.r.clock.read(p.backend.TenantKey)
	if errors.Is(err, errNoClock) && send {
		if _, err = p.read(ctx, backend.Ref{ParentID: p.parentID, Mark: backend.Mark{Token: newToken(), Owner: ownerOf(p.obj), Cluster: p.r.ClusterID}}); err != nil {
			return err
		}
		at, err = p.r.clock.read(p.backend.TenantKey)
	}
	if err != nil && send {
		return backend.Errorf(backend.Retryable, "%w", err)
	}
	next := Intent{Token: newToken(), Attempt: p.status().ClosedAttempt + 1, At: at, Owner: ownerOf(p.obj),
		Tenant: p.backend.TenantID, ParentID: p.parentID, Key: p.key(), Bound: p.caps.RunOnce && p.facts.Bound}
	if p.intent != nil {
		next.Bound = next.Bound || p.intent.Bound
		next.Token, next.Attempt = p.intent.Token, max(p.intent.Attempt, p.status().ClosedAttempt)+1
	} else if m := p.seen.Mark; p.facts.Owner == decision.OwnerOurs && p.seen.Exists && m.Token != "" {
		next.Token = m.Token
	}
	next.Wrote, next.Made = p.remembers(plan)
	if plan.Action == decision.Adopt {
		next.Of = p.seen.ID
	}
	stamp := p.r.Now()
	if err := p.storeIntent(ctx, next); err != nil {
		return fmt.Errorf("claiming %s: %w", p.name(), err)
	}
	p.claimStamp = stamp
	if plan.Action == decision.Create || plan.Action == decision.Adopt {
		p.removed.memory = nil
		p.status().Written, p.status().LeftBehind = &v1alpha1.WrittenFields{Paths: slices.Clone(next.Wrote)}, nil
	}
	if !send {
		p.status().ClosedAttempt = next.Attempt
	}
	p.r.At("claimed")
	return nil
}

// storeIntent patches the object's intent and finalizer, with its resourceVersion. What the pass has put into the status
// so far stays, to be written later.
func (p *pass[O, D]) storeIntent(ctx context.Context, next Intent) error {
	after := p.stored.DeepCopyObject().(O)
	annotations := maps.Clone(after.GetAnnotations())
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[v1alpha1.AnnotationIntent] = next.encode()
	after.SetAnnotations(annotations)
	controllerutil.AddFinalizer(after, v1alpha1.Finalizer)
	stamp := p.r.Now()
	if err := p.r.Client.Patch(ctx, after, client.MergeFromWithOptions(p.stored, client.MergeFromWithOptimisticLock{})); err != nil {
		return err
	}
	p.stored = after
	p.obj.SetAnnotations(maps.Clone(after.GetAnnotations()))
	p.obj.SetFinalizers(slices.Clone(after.GetFinalizers()))
	p.obj.SetResourceVersion(after.GetResourceVersion())
	p.obj.SetManagedFields(slices.Clone(after.GetManagedFields()))
	p.memory.stored(after.GetResourceVersion(), stamp)
	p.intent, p.foreignIntent = &next, false
	return nil
}

// noteBound writes down that a run-once object has its remote, before the status does. Without the note nothing is lost: the
// attempt stays open, and the remote is found by its mark.
func (p *pass[O, D]) noteBound(ctx context.Context) error {
	if !p.caps.RunOnce || p.deleting() || p.boundID() == "" || p.intent == nil || p.intent.Bound {
		return nil
	}
	next := *p.intent
	next.Bound = true
	if err := p.storeIntent(ctx, next); err != nil {
		return fmt.Errorf("noting that %s has its remote: %w", p.name(), err)
	}
	return nil
}

func (p *pass[O, D]) fenceLease() error {
	if p.r.Lease != nil {
		if err := p.r.Lease(); err != nil {
			return &backend.Error{Class: backend.Fenced, Err: err}
		}
	}
	return nil
}

// fenced is the context of a write: the transport asks at the last step before the
// first byte whether our lease is still ours and the claim is young. It also says who asks.
func (p *pass[O, D]) fenced(ctx context.Context) context.Context {
	p.acted = true
	stamp := p.claimStamp
	return backend.WithFence(backend.WithAsker(ctx, p.asker()), func() error {
		if err := p.fenceLease(); err != nil {
			return err
		}
		if !stamp.IsZero() && p.r.Now().Sub(stamp) > claimAge {
			return backend.Errorf(backend.Fenced, "the claim is older than %s", claimAge)
		}
		return nil
	})
}

func (p *pass[O, D]) create(ctx context.Context, plan *decision.Plan) outcome {
	p.r.At("creating")
	obs, err := p.driver.Create(p.fenced(ctx), backend.Ref{ParentID: p.parentID, Key: p.key(), Mark: p.mark(), Tail: p.detailFields()}, p.desired)
	p.r.At("created")
	if obs.ID == "" {
		p.findHolder(ctx, err)
		if backend.ClassOf(err) != backend.OutcomeUnknown && err != nil {
			p.status().ClosedAttempt, p.status().Written = p.intent.Attempt, nil
		}
		if err == nil {
			err = backend.Errorf(backend.OutcomeUnknown, "the vendor accepted the create and told no id")
		}
		return outcome{plan: plan, err: err}
	}
	p.countWrite(writeCreate)
	p.status().ClosedAttempt = p.intent.Attempt
	p.r.views.note(p.backend.TenantKey, obs.ParentID, obs.ID, p.mark())
	p.noteName(obs)
	p.sent = fieldPaths(p.desired, p.caps)
	p.recordUnreadableAsApplied(obs) // What the remote takes no more edits of went with the create.
	return p.wrote(ctx, plan, obs, err)
}

// fieldPaths lists the fields of a create; write-only ones that are not create-only are left to Update.
func fieldPaths(desired any, caps backend.Capabilities) []string {
	var out []string
	for _, f := range backend.Fields(desired) {
		if !backend.Covers(caps.WriteOnly, f.Path) || backend.Covers(caps.CreateOnly, f.Path) {
			out = append(out, f.Path)
		}
	}
	return out
}

// adopt takes a remote over: our mark is written, and under Correct the spec too.
func (p *pass[O, D]) adopt(ctx context.Context, plan *decision.Plan) outcome {
	p.recordUnreadableAsApplied(p.seen)
	changes := backend.Changes{{Path: backend.PathMark}}
	if p.facts.Drift == decision.DriftCorrect {
		changes = append(changes, p.writable()...)
	}
	return p.update(ctx, plan, changes)
}

// writable are the changes that the remote takes.
func (p *pass[O, D]) writable() backend.Changes {
	return p.changes.Without(append(slices.Clone(p.seen.Sealed), p.caps.CreateOnly...))
}

func (p *pass[O, D]) update(ctx context.Context, plan *decision.Plan, changes backend.Changes) outcome {
	seen := p.seen
	seen.Mark = p.mark()
	if m := p.seen.Mark; p.facts.Owner == decision.OwnerOurs && m.Token != "" {
		seen.Mark.Token = m.Token
	}
	p.said = p.differences(changes)
	p.r.At("updating")
	obs, err := p.driver.Update(p.fenced(ctx), seen, p.target(), changes)
	p.r.At("updated")
	p.findHolder(ctx, err)
	if err != nil && (!obs.Exists || obs.ID == "") {
		if plan.Action == decision.Adopt {
			p.status().ClosedAttempt = p.intent.Attempt
		}
		p.forgetRefused(ctx, err)
		return outcome{plan: plan, err: err}
	}
	p.countWrite(strings.Join(changes.Paths(), ","))
	if p.closes(changes) {
		p.r.Limits.Deleted(p.backend.Key, p.obj.GetUID()) // It takes as much.
	}
	if plan.Action == decision.Adopt {
		p.status().ClosedAttempt = p.intent.Attempt
		p.r.views.note(p.backend.TenantKey, obs.ParentID, obs.ID, p.mark())
	}
	p.sent = changes.Paths()
	if changes.Has("displayName") || changes.Has("conductorOne.alias") {
		p.noteName(obs)
	}
	return p.wrote(ctx, plan, obs, err)
}

// wrote takes over what a write returned, as any other observation.
func (p *pass[O, D]) wrote(ctx context.Context, plan *decision.Plan, obs backend.Observation[D], err error) outcome {
	p.r.clock.saw(p.backend.TenantKey, obs.Date)
	if obs.Mark.IsZero() && !obs.MarkInProse && !p.caps.MarksCount() {
		obs.Mark = p.mark()
	}
	obs.Exists = true
	p.keepUnread(&obs)
	p.learn(obs, err == nil)
	if err == nil || plan.Action == decision.Create {
		p.noteSettling()
	}
	p.seen, p.wroteTo = obs, obs.ID
	p.claim(obs)
	p.changes = p.diff(obs)
	p.noteWaiting(obs)
	// A remote that the vendor still works on, or has failed to make, is not what was asked for yet.
	unfinished := obs.Phase == backend.PhasePending || obs.Phase == backend.PhaseFailed
	return outcome{plan: plan, wrote: true, diffLeft: len(p.changes) > 0 || unfinished, settling: len(p.settling) > 0, err: err}
}

// learn remembers write-only fields that were applied, and what the server made of the rest.
func (p *pass[O, D]) learn(obs backend.Observation[D], all bool) {
	if !all {
		return
	}
	st := p.status()
	mem := remembered(p.status())
	maps.Copy(mem.Applied, backend.Applied(p.target(), p.caps, p.sent))
	st.AppliedInputs = nil
	for _, path := range slices.Sorted(maps.Keys(mem.Applied)) {
		st.AppliedInputs = append(st.AppliedInputs, v1alpha1.AppliedInput{Path: path, Hash: mem.Applied[path]})
	}
	for _, path := range p.sent {
		delete(mem.Echoes, path)
	}
	maps.Copy(mem.Echoes, backend.Echoes(p.target(), obs.Actual, p.caps, p.sent))
	st.Echoes = nil
	for _, path := range slices.Sorted(maps.Keys(mem.Echoes)) {
		if len(st.Echoes) < 16 {
			st.Echoes = append(st.Echoes, v1alpha1.Echo{Path: path, Sent: mem.Echoes[path].Sent, Seen: mem.Echoes[path].Seen})
		}
	}
}

// delete removes the remote, or the younger twin of a living object.
func (p *pass[O, D]) delete(ctx context.Context, plan *decision.Plan) outcome {
	seen := p.seen
	// Of an object that goes both go, and nobody would look for the twin afterwards.
	twin := plan == decision.RemovingDuplicate || p.deleting() && seen.Twin != nil
	if twin {
		seen = backend.Observation[D]{Exists: true, ID: p.seen.Twin.ID, ParentID: p.seen.Twin.ParentID, Mark: p.seen.Mark}
	}
	p.r.At("deleting")
	err := p.driver.Delete(p.fenced(ctx), seen)
	p.r.At("deleted")
	if err != nil {
		return outcome{plan: plan, err: err}
	}
	p.r.views.drop(p.backend.TenantKey, seen.ParentID, seen.ID)
	p.r.names.gone(p.nameKey(""), seen.ID)
	if twin {
		return outcome{plan: plan, wrote: true, diffLeft: true}
	}
	p.r.Limits.Deleted(p.backend.Key, p.obj.GetUID())
	now := metav1.NewTime(p.r.Now().Truncate(time.Second))
	p.remote().DeleteSentAt = &now
	obs, err := p.read(ctx, backend.Ref{ID: seen.ID, ParentID: seen.ParentID})
	if err == nil && !obs.Exists {
		return outcome{plan: decision.Gone, wrote: true}
	}
	return outcome{plan: plan, wrote: true, diffLeft: true}
}

// writeCreate names a create in the count of repeated writes.
const writeCreate = "create"

// countWrite counts how often in a row the vendor accepted the same write. What it refused says
// nothing about what it keeps.
func (p *pass[O, D]) countWrite(write string) {
	p.memory.writes++
	if p.memory.write == write {
		p.memory.repeated++
		return
	}
	p.memory.write, p.memory.repeated = write, 1
}

// refresh asks the vendor to look for new remotes, where its driver can and the spec says so.
func (p *pass[O, D]) refresh(ctx context.Context) error {
	refresher, ok := p.driver.(backend.Refresher)
	if !ok || p.facts.Suspended || !backend.WantsRefresh(p.desired) {
		return nil
	}
	return refresher.Refresh(p.fenced(ctx), p.parentID)
}
