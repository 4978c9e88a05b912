package act

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/report"
)

func (p *Action[O, D]) create(ctx context.Context, plan *decision.Plan) managed.Outcome {
	p.propose(ctx, plan.Action, "", nil)
	p.Fleet.At("creating")
	obs, err := p.Driver.Create(p.fenced(ctx), backend.Ref{ParentID: p.ParentID, Key: p.Key(), Mark: p.Mark(), DetailFields: p.DetailFields()}, p.Desired)
	p.Fleet.At("created")
	if obs.ID == "" {
		p.findHolder(ctx, err)
		if backend.ClassOf(err) != backend.OutcomeUnknown && err != nil {
			p.Status().ClosedAttempt, p.Status().Written = p.Intent.Attempt, nil
		}
		if err == nil {
			err = backend.Errorf(backend.OutcomeUnknown, "the vendor accepted the create and told no id")
		}
		return managed.Outcome{Plan: plan, Err: err}
	}
	p.countWrite(gather.WriteCreate)
	p.Status().ClosedAttempt = p.Intent.Attempt
	p.Fleet.Views.RecordWrite(p.Backend.TenantKey, obs.ParentID, obs.ID, p.Mark())
	p.NoteName(obs)
	p.Sent = fieldPaths(p.Desired, p.Caps)
	p.RecordUnreadableAsApplied(obs) // What the remote takes no more edits of went with the create.
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
func (p *Action[O, D]) adopt(ctx context.Context, plan *decision.Plan) managed.Outcome {
	p.RecordUnreadableAsApplied(p.Seen)
	changes := backend.Changes{{Path: backend.PathMark}}
	if p.Facts.Drift == decision.DriftCorrect {
		changes = append(changes, p.writable()...)
	}
	return p.update(ctx, plan, changes)
}

// writable are the changes that the remote takes.
func (p *Action[O, D]) writable() backend.Changes {
	return p.Changes.Without(append(slices.Clone(p.Seen.ReadOnly), p.Caps.CreateOnly...))
}

func (p *Action[O, D]) update(ctx context.Context, plan *decision.Plan, changes backend.Changes) managed.Outcome {
	seen := p.Seen
	seen.Mark = p.Mark()
	if m := p.Seen.Mark; p.Facts.Owner == decision.OwnerOurs && m.Token != "" {
		seen.Mark.Token = m.Token
	}
	p.Said = report.Differences(p.Situation, changes)
	p.propose(ctx, plan.Action, p.Seen.ID, changes)
	p.Fleet.At("updating")
	obs, err := p.Driver.Update(p.fenced(ctx), seen, p.Target(), changes)
	p.Fleet.At("updated")
	p.findHolder(ctx, err)
	if err != nil && (!obs.Exists || obs.ID == "") {
		if plan.Action == decision.Adopt {
			p.Status().ClosedAttempt = p.Intent.Attempt
		}
		p.forgetRefused(ctx, err)
		return managed.Outcome{Plan: plan, Err: err}
	}
	p.countWrite(strings.Join(changes.Paths(), ","))
	if p.Closes(changes) {
		p.Fleet.Limits.Deleted(p.Backend.Key, p.Obj.GetUID()) // It takes as much.
	}
	if plan.Action == decision.Adopt {
		p.Status().ClosedAttempt = p.Intent.Attempt
		p.Fleet.Views.RecordWrite(p.Backend.TenantKey, obs.ParentID, obs.ID, p.Mark())
	}
	p.Sent = changes.Paths()
	if before := backend.NamesOf(p.Seen.Actual, p.Seen.AlsoCalled); slices.ContainsFunc(backend.NamesOf(p.Desired, ""), func(name string) bool { return !slices.Contains(before, name) }) {
		p.NoteName(obs)
	}
	return p.wrote(ctx, plan, obs, err)
}

// wrote takes over what a write returned, as any other observation.
func (p *Action[O, D]) wrote(ctx context.Context, plan *decision.Plan, obs backend.Observation[D], err error) managed.Outcome {
	p.Fleet.Clock.Saw(p.Backend.TenantKey, obs.Date)
	if obs.Mark.IsZero() && !obs.MarkInProse && !p.Caps.MarksCount() {
		obs.Mark = p.Mark()
	}
	obs.Exists = true
	p.keepUnread(&obs)
	p.learn(obs, err == nil)
	if err == nil || plan.Action == decision.Create {
		p.noteSettling()
	}
	p.Seen, p.WroteTo = obs, obs.ID
	p.Claim(obs)
	p.Changes = p.Diff(obs)
	p.NoteWaiting(obs)
	// A remote that the vendor still works on, or has failed to make, is not what was asked for yet.
	unfinished := obs.Phase == backend.PhasePending || obs.Phase == backend.PhaseFailed
	return managed.Outcome{Plan: plan, Wrote: true, DiffLeft: len(p.Changes) > 0 || unfinished, Settling: len(p.Settling) > 0, Err: err}
}

// learn remembers write-only fields that were applied, and what the server made of the rest.
func (p *Action[O, D]) learn(obs backend.Observation[D], all bool) {
	if !all {
		return
	}
	st := p.Status()
	mem := managed.Remembered(p.Status())
	maps.Copy(mem.Applied, backend.Applied(p.Target(), p.Caps, p.Sent))
	st.AppliedInputs = nil
	for _, path := range slices.Sorted(maps.Keys(mem.Applied)) {
		st.AppliedInputs = append(st.AppliedInputs, v1alpha1.AppliedInput{Path: path, Hash: mem.Applied[path]})
	}
	for _, path := range p.Sent {
		delete(mem.Echoes, path)
	}
	maps.Copy(mem.Echoes, backend.Echoes(p.Target(), obs.Actual, p.Caps, p.Sent))
	st.Echoes = nil
	for _, path := range slices.Sorted(maps.Keys(mem.Echoes)) {
		if len(st.Echoes) < 16 {
			st.Echoes = append(st.Echoes, v1alpha1.Echo{Path: path, Sent: mem.Echoes[path].Sent, Seen: mem.Echoes[path].Seen})
		}
	}
}

// delete removes the remote, or the younger twin of a living object.
func (p *Action[O, D]) delete(ctx context.Context, plan *decision.Plan) managed.Outcome {
	seen := p.Seen
	// Of an object that goes both go, and nobody would look for the twin afterwards.
	twin := plan == decision.RemovingDuplicate || p.Deleting() && seen.Duplicate != nil
	if twin {
		seen = backend.Observation[D]{Exists: true, ID: p.Seen.Duplicate.ID, ParentID: p.Seen.Duplicate.ParentID, Mark: p.Seen.Mark}
	}
	p.propose(ctx, plan.Action, seen.ID, nil)
	p.Fleet.At("deleting")
	err := p.Driver.Delete(p.fenced(ctx), seen)
	p.Fleet.At("deleted")
	if err != nil {
		return managed.Outcome{Plan: plan, Err: err}
	}
	p.Fleet.Views.Remove(p.Backend.TenantKey, seen.ParentID, seen.ID)
	p.Fleet.Names.Gone(p.NameKey(""), seen.ID)
	if twin {
		return managed.Outcome{Plan: plan, Wrote: true, DiffLeft: true}
	}
	p.Fleet.Limits.Deleted(p.Backend.Key, p.Obj.GetUID())
	now := metav1.NewTime(p.Fleet.Now().Truncate(time.Second))
	p.Remote().DeleteSentAt = &now
	obs, err := p.Read(ctx, backend.Ref{ID: seen.ID, ParentID: seen.ParentID})
	if err == nil && !obs.Exists {
		return managed.Outcome{Plan: decision.Gone, Wrote: true}
	}
	return managed.Outcome{Plan: plan, Wrote: true, DiffLeft: true}
}

// countWrite counts how often in a row the vendor accepted the same write. What it refused says
// nothing about what it keeps.
func (p *Action[O, D]) countWrite(write string) {
	p.Memory.Writes++
	if p.Memory.Write == write {
		p.Memory.Repeated++
		return
	}
	p.Memory.Write, p.Memory.Repeated = write, 1
}

// refresh asks the vendor to look for new remotes, where its driver can and the spec says so.
func (p *Action[O, D]) refresh(ctx context.Context) error {
	refresher, ok := p.Driver.(backend.Refresher)
	if !ok || p.Facts.Suspended || !backend.WantsRefresh(p.Desired) {
		return nil
	}
	return refresher.Refresh(p.fenced(ctx), p.ParentID)
}

// noteSettling notes what a write has sent of fields that are shown late.
func (p *Action[O, D]) noteSettling() { p.NoteSent(p.Sent) }
