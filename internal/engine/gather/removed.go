package gather

import (
	"context"
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// revert makes the step between the spec and what is compared: what the object wrote and its spec does not have any more.
func (p *Situation[O, D]) revert() {
	p.Removed = removal[D]{Known: true, Set: saidBy(p.Desired), Memory: p.Written()}
	written := slices.DeleteFunc(slices.Clone(p.Removed.Memory), func(path string) bool {
		return p.Resolver.Unresolved("spec." + path) // It is written in the spec, and not known yet.
	})
	p.Removed.Removed = backend.Revert(&p.Desired, written, p.Caps, p.keeping())
}

// removal is what a pass knows of the fields that left the spec.
type removal[D backend.Model] struct {
	backend.Removed
	// Memory is what the object wrote, as the pass began: an attempt that it closes has told its part.
	Memory []string
	// Set are the fields that the spec has.
	Set []string
	// fixed take no edits any more: nobody owes anything for them.
	Fixed []string
	// Empty are lists that are to be held, and in which nothing is.
	Empty []string
	// Known: the step was made in this pass.
	Known bool
	// Less is what is written while something is held: what takes access away, and what has nothing to do with it.
	Less *D
	// Items is how many are in the lists that are held, by the look: what a write answers may not show it.
	Items map[string]int
	// Waits are the fields that are not written while something is held.
	Waits []string
	// Shut are fields that wait, of which another field closes what is there meanwhile.
	Shut []string
}

// saidBy lists the fields that a spec has, and the parts of entries of its lists.
func saidBy[D backend.Model](desired D) []string {
	var none D
	return append(backend.SetPaths(desired), backend.Parts(desired, none)...)
}

// keeping says what is left alone although it left the spec.
func (p *Situation[O, D]) keeping() backend.Keeping {
	k := backend.Keeping{All: p.Backend.KeepRemoved}
	if m := p.Spec().Management; m != nil && m.Removed != "" {
		k.All = m.Removed == v1alpha1.RemovedKeep
	}
	if remote := p.Status().Remote; remote != nil && p.Facts.Drift == decision.DriftReport && managed.Says(p.Status(), v1alpha1.ReasonDrifted) {
		k.Drifted = remote.Changes
	}
	return k
}

// Written lists what this object gave another value than it had, from before its first byte was sent.
func (p *Situation[O, D]) Written() []string {
	st := p.Status()
	var out []string
	if p.Intent != nil && p.Intent.Attempt > st.ClosedAttempt {
		out = append(out, p.Intent.Wrote...)
	}
	switch {
	case st.Written != nil:
		out = append(out, st.Written.Paths...)
	case p.Facts.Bound && p.Made():
		out = append(out, p.Memory.Wrote...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Made reports whether the object's own create made the remote. Before the intent told so, the vendor's clock does.
func (p *Situation[O, D]) Made() bool {
	if p.Intent != nil && p.Intent.Made != "" {
		return p.Intent.Made == v1alpha1.CreationCreate
	}
	remote := p.Status().Remote
	return remote != nil && remote.CreatedAt != nil && !remote.CreatedAt.Time.Before(p.Obj.GetCreationTimestamp().Time)
}

// Recall notes, in the process, what an object without a memory has in its spec, so that it is known when the spec is edited: an
// earlier version wrote it. It is stored with the next status that is written.
func (p *Situation[O, D]) Recall(ctx context.Context) {
	st := p.Status()
	if st.Written != nil || p.Memory.Wrote != nil || p.Deleting() || p.BoundID() == "" || st.ObservedGeneration != p.Obj.GetGeneration() || !p.Made() {
		return
	}
	resolver := reference.NewResolver(ctx, p.Fleet.Client, p.Obj, "", nil)
	desired, _ := p.Fleet.Kind.Desire(p.Obj, resolver)
	p.Memory.Wrote = append([]string{}, saidBy(desired)...)
	for _, open := range resolver.Open() {
		p.Memory.Wrote = append(p.Memory.Wrote, backend.LeafOf(strings.TrimPrefix(open, "spec.")))
	}
}

// takeBack drops from the step what does not count for the remote that was found.
func (p *Situation[O, D]) takeBack(obs backend.Observation[D]) {
	if p.Facts.Found < decision.FoundByID || p.Facts.Owner != decision.OwnerOurs {
		p.Removed.Drop(func(string) bool { return true })
		return
	}
	p.Removed.Fixed = append(p.Removed.Fixed, p.Removed.Drop(func(leaf string) bool { return backend.Covers(obs.ReadOnly, leaf) })...)
	p.Removed.Empty = append(p.Removed.Empty, p.Removed.Drop(func(leaf string) bool {
		return slices.Contains(p.Removed.Held, leaf) && !backend.Covers(p.Caps.WriteOnly, leaf) && !p.Caps.Narrows[leaf].NoneIsAll && backend.IsNone(obs.Actual, leaf)
	})...)
}

// holdBack finds out whether something is held, and then leaves of the model what gives no access.
func (p *Situation[O, D]) holdBack(obs backend.Observation[D]) {
	p.Removed.Less, p.Removed.Waits, p.Removed.Shut = nil, nil, nil
	p.Facts.FieldRemoved = p.Removed.Known && !p.Narrowing.On && p.Facts.Owner == decision.OwnerOurs && len(p.Removed.Held)+len(p.Removed.Overruled) > 0
	if !p.Facts.FieldRemoved && !p.Narrowing.On {
		return
	}
	p.Removed.Items = map[string]int{}
	for _, path := range p.Removed.Held {
		p.Removed.Items[path] = backend.Items(obs.Actual, path)
	}
	less := backend.Narrowed(p.Desired, obs.Actual, p.Caps, p.Narrowing.unknown...)
	p.copyClosing(&less)
	backend.CopyWaiting(&less, backend.Narrowable(p.Desired, p.Caps, p.Narrowing.unknown...), obs.Actual, p.Caps)
	if p.Facts.FieldRemoved {
		p.copyHarmless(&less, p.Diff(obs))
	}
	p.Removed.Less = &less
	p.NoteWaiting(obs)
}

// NoteWaiting lists what is not written while something is held.
func (p *Situation[O, D]) NoteWaiting(obs backend.Observation[D]) {
	if !p.Facts.FieldRemoved {
		return
	}
	now := p.Diff(obs)
	all := p.Differing(p.Desired, obs.Actual)
	p.Removed.Waits = slices.DeleteFunc(all.Paths(), func(path string) bool { return now.Has(path) })
}

// copyHarmless takes over what gives and takes no access, and what is cleared.
func (p *Situation[O, D]) copyHarmless(less *D, changes backend.Changes) {
	for _, path := range p.Removed.Clearing {
		backend.CopyLeaf(less, p.Desired, p.Removed.At(path))
	}
	for _, path := range changes.Paths() {
		if p.Caps.Harmless(path) {
			backend.CopyLeaf(less, p.Desired, path)
		}
		if row, ok := p.Caps.Removal(path); ok && row.At != "" && row.At != path {
			backend.SetLeaf(less, p.Caps, row.At, row.Value) // Whom the present condition means is not who is meant now.
			p.Removed.Shut = append(p.Removed.Shut, path)
		}
	}
}

func (p *Situation[O, D]) copyClosing(less *D) {
	for _, path := range p.Removed.Closing {
		backend.CopyLeaf(less, p.Desired, p.Removed.At(path))
	}
}
