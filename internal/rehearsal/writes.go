package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Refresh is the action by which the vendor is asked to look for new remotes; it changes none of ours.
const Refresh = "Refresh"

const madePrefix = "(known after apply: "

// madeID names a remote that is still to be made.
func madeID(p backend.Proposal) string {
	return fmt.Sprintf("%s%s %s/%s)", madePrefix, p.Kind, p.Namespace, p.Name)
}

// ownerOf is the namespace/name of the object on whose behalf something is written.
func ownerOf(ctx context.Context) string {
	a := backend.AskerOf(ctx)
	return a.Namespace + "/" + a.Name
}

// Create implements backend.Driver.
func (r *Recorder[D]) Create(ctx context.Context, ref backend.Ref, desired D) (backend.Observation[D], error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.Driver.Forecast(backend.Write[D]{Verb: backend.VerbCreate, Ref: ref, Desired: desired})
	op := r.record(ctx, f.Calls)
	obs := f.After
	obs.ID, obs.Date, obs.CreatedAt = madeID(op.Proposal), r.date, r.date
	r.keep(ctx, obs)
	return obs, nil
}

// Update implements backend.Driver.
func (r *Recorder[D]) Update(ctx context.Context, seen backend.Observation[D], desired D, changes backend.Changes) (backend.Observation[D], error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	unknown := map[string]string{}
	sure := slices.DeleteFunc(slices.Clone(changes), func(c backend.Change) bool {
		if r.Doubts == nil || r.made(seen) || c.Path == backend.PathRetired {
			return false
		}
		why := r.Doubts(seen, desired, c.Path)
		if why != "" {
			unknown[c.Path] = why
		}
		return why != ""
	})
	after := r.Driver.Forecast(backend.Write[D]{Verb: backend.VerbUpdate, Seen: seen, Desired: desired, Changes: changes}).After
	calls := 0
	if len(sure) > 0 {
		calls = r.Driver.Forecast(backend.Write[D]{Verb: backend.VerbUpdate, Seen: seen, Desired: desired, Changes: sure}).Calls
	}
	op := r.record(ctx, calls)
	op.Unknown = unknown
	op.Fields = slices.DeleteFunc(slices.Clone(op.Fields), func(f backend.ProposedField) bool { return unknown[f.Path] != "" })
	if len(sure) == 0 {
		op.Action = "" // Nothing is sure to be written.
	}
	after.Exists, after.Mark, after.Date = true, seen.Mark, r.date
	r.keep(ctx, after)
	return after, nil
}

// made reports whether a remote is one that was planned: of that all is known.
func (r *Recorder[D]) made(seen backend.Observation[D]) bool {
	return strings.HasPrefix(seen.ID, madePrefix)
}

// Delete implements backend.Driver.
func (r *Recorder[D]) Delete(ctx context.Context, seen backend.Observation[D]) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record(ctx, r.Driver.Forecast(backend.Write[D]{Verb: backend.VerbDelete, Seen: seen}).Calls)
	if r.gone == nil {
		r.gone = map[string]string{}
	}
	r.gone[place(seen.ParentID, seen.ID)] = ownerOf(ctx)
	return nil
}

// Refresh implements backend.Refresher where the driver does. Of another driver the engine never asks it.
func (r *Recorder[D]) Refresh(ctx context.Context, _ string) error {
	if _, ok := r.Driver.(backend.Refresher); !ok {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a := backend.AskerOf(ctx)
	r.ops = append(r.ops, Op{Proposal: backend.Proposal{Kind: a.Kind, Namespace: a.Namespace, Name: a.Name, TenantID: a.TenantID, Action: Refresh}, Reason: a.Reason, Calls: 1})
	return nil
}

// Pending implements backend.Drafter where the driver does; without it no draft may be written.
func (r *Recorder[D]) Pending(ctx context.Context, seen backend.Observation[D], desired D, changes backend.Changes) ([]string, bool, error) {
	drafter, ok := r.Driver.(backend.Drafter[D])
	if !ok {
		return nil, false, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	differ, may, err := drafter.Pending(ctx, seen, desired, changes)
	return differ, may, r.note(err)
}

// record notes a write, by what the engine says of it.
func (r *Recorder[D]) record(ctx context.Context, calls int) *Op {
	a := backend.AskerOf(ctx)
	op := Op{Reason: a.Reason, Calls: calls}
	if a.Proposal != nil {
		op.Proposal = *a.Proposal
	}
	r.ops = append(r.ops, op)
	return &r.ops[len(r.ops)-1]
}

func (r *Recorder[D]) keep(ctx context.Context, obs backend.Observation[D]) {
	if r.plans == nil {
		r.plans = map[string]planned[D]{}
	}
	r.plans[place(obs.ParentID, obs.ID)] = planned[D]{obs: obs, by: ownerOf(ctx)}
}
