package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// removal is what a pass knows of the fields that left the spec.
type removal[D backend.Model] struct {
	backend.Removed
	// memory is what the object wrote, as the pass began: an attempt that it closes has told its part.
	memory []string
	// set are the fields that the spec has.
	set []string
	// fixed take no edits any more: nobody owes anything for them.
	fixed []string
	// empty are lists that are to be held, and in which nothing is.
	empty []string
	// known: the step was made in this pass.
	known bool
	// less is what is written while something is held: what takes access away, and what has nothing to do with it.
	less *D
	// items is how many are in the lists that are held, by the look: what a write answers may not show it.
	items map[string]int
	// waits are the fields that are not written while something is held.
	waits []string
	// shut are fields that wait, of which another field closes what is there meanwhile.
	shut []string
}

// revert makes the step between the spec and what is compared: what the object wrote and its spec does not have any more.
func (p *pass[O, D]) revert() {
	p.removed = removal[D]{known: true, set: saidBy(p.desired), memory: p.written()}
	written := slices.DeleteFunc(slices.Clone(p.removed.memory), func(path string) bool {
		return p.resolver.Unresolved("spec." + path) // It is written in the spec, and not known yet.
	})
	p.removed.Removed = backend.Revert(&p.desired, written, p.caps, p.keeping())
}

// saidBy lists the fields that a spec has, and the parts of entries of its lists.
func saidBy[D backend.Model](desired D) []string {
	var none D
	return append(backend.SetPaths(desired), backend.Parts(desired, none)...)
}

// keeping says what is left alone although it left the spec.
func (p *pass[O, D]) keeping() backend.Keeping {
	k := backend.Keeping{All: p.backend.KeepRemoved}
	if m := p.spec().Management; m != nil && m.Removed != "" {
		k.All = m.Removed == v1alpha1.RemovedKeep
	}
	if remote := p.status().Remote; remote != nil && p.facts.Drift == decision.DriftReport && says(p.status(), v1alpha1.ReasonDrifted) {
		k.Drifted = remote.Changes
	}
	return k
}

// written lists what this object gave another value than it had, from before its first byte was sent.
func (p *pass[O, D]) written() []string {
	st := p.status()
	var out []string
	if p.intent != nil && p.intent.Attempt > st.ClosedAttempt {
		out = append(out, p.intent.Wrote...)
	}
	switch {
	case st.Written != nil:
		out = append(out, st.Written.Paths...)
	case p.facts.Bound && p.made():
		out = append(out, p.memory.wrote...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// made reports whether the object's own create made the remote. Before the intent told so, the vendor's clock does.
func (p *pass[O, D]) made() bool {
	if p.intent != nil && p.intent.Made != "" {
		return p.intent.Made == v1alpha1.CreationCreate
	}
	remote := p.status().Remote
	return remote != nil && remote.CreatedAt != nil && !remote.CreatedAt.Time.Before(p.obj.GetCreationTimestamp().Time)
}

// recall notes, in the process, what an object without a memory has in its spec, so that it is known when the spec is edited: an
// earlier version wrote it. It is stored with the next status that is written.
func (p *pass[O, D]) recall(ctx context.Context) {
	st := p.status()
	if st.Written != nil || p.memory.wrote != nil || p.deleting() || p.boundID() == "" || st.ObservedGeneration != p.obj.GetGeneration() || !p.made() {
		return
	}
	resolver := reference.NewResolver(ctx, p.r.Client, p.obj, "", nil)
	desired, _ := p.r.Kind.Desire(p.obj, resolver)
	p.memory.wrote = append([]string{}, saidBy(desired)...)
	for _, open := range resolver.Open() {
		p.memory.wrote = append(p.memory.wrote, backend.LeafOf(strings.TrimPrefix(open, "spec.")))
	}
}

// takeBack drops from the step what does not count for the remote that was found.
func (p *pass[O, D]) takeBack(obs backend.Observation[D]) {
	if p.facts.Found < decision.FoundByID || p.facts.Owner != decision.OwnerOurs {
		p.removed.Drop(func(string) bool { return true })
		return
	}
	p.removed.fixed = append(p.removed.fixed, p.removed.Drop(func(leaf string) bool { return backend.Covers(obs.Sealed, leaf) })...)
	p.removed.empty = append(p.removed.empty, p.removed.Drop(func(leaf string) bool {
		return slices.Contains(p.removed.Held, leaf) && !backend.Covers(p.caps.WriteOnly, leaf) && !p.caps.Narrows[leaf].NoneIsAll && backend.IsNone(obs.Actual, leaf)
	})...)
}

// holdBack finds out whether something is held, and then leaves of the model what gives no access.
func (p *pass[O, D]) holdBack(obs backend.Observation[D]) {
	p.removed.less, p.removed.waits, p.removed.shut = nil, nil, nil
	p.facts.FieldRemoved = p.removed.known && !p.narrowing.on && p.facts.Owner == decision.OwnerOurs && len(p.removed.Held)+len(p.removed.Overruled) > 0
	if !p.facts.FieldRemoved && !p.narrowing.on {
		return
	}
	p.removed.items = map[string]int{}
	for _, path := range p.removed.Held {
		p.removed.items[path] = backend.Items(obs.Actual, path)
	}
	less := backend.Narrowed(p.desired, obs.Actual, p.caps, p.narrowing.unknown...)
	p.copyClosing(&less)
	backend.CopyWaiting(&less, backend.Narrowable(p.desired, p.caps, p.narrowing.unknown...), obs.Actual, p.caps)
	if p.facts.FieldRemoved {
		p.copyHarmless(&less, p.diff(obs))
	}
	p.removed.less = &less
	p.noteWaiting(obs)
}

// keepUnread completes what a write in part returned: of the fields that cost a call of their own its driver has read those that
// it was to write, and what it has not read is as it was.
func (p *pass[O, D]) keepUnread(obs *backend.Observation[D]) {
	if p.removed.less == nil {
		return
	}
	read := backend.TailOf(*p.removed.less, p.caps)
	for _, path := range backend.TailOf(p.desired, p.caps) {
		if !slices.Contains(read, path) && backend.IsNone(obs.Actual, path) {
			backend.CopyLeaf(&obs.Actual, p.seen.Actual, path)
		}
	}
}

// noteWaiting lists what is not written while something is held.
func (p *pass[O, D]) noteWaiting(obs backend.Observation[D]) {
	if !p.facts.FieldRemoved {
		return
	}
	now := p.diff(obs)
	all := p.differing(p.desired, obs.Actual)
	p.removed.waits = slices.DeleteFunc(all.Paths(), func(path string) bool { return now.Has(path) })
}

// copyHarmless takes over what gives and takes no access, and what is cleared.
func (p *pass[O, D]) copyHarmless(less *D, changes backend.Changes) {
	for _, path := range p.removed.Clearing {
		backend.CopyLeaf(less, p.desired, p.removed.At(path))
	}
	for _, path := range changes.Paths() {
		if p.caps.Harmless(path) {
			backend.CopyLeaf(less, p.desired, path)
		}
		if row, ok := p.caps.Removal(path); ok && row.At != "" && row.At != path {
			backend.SetLeaf(less, row.At, row.Value) // Whom the present condition means is not who is meant now.
			p.removed.shut = append(p.removed.shut, path)
		}
	}
}

func (p *pass[O, D]) copyClosing(less *D) {
	for _, path := range p.removed.Closing {
		backend.CopyLeaf(less, p.desired, p.removed.At(path))
	}
}

// target is what is compared and written: all that is desired, or what of it is not held.
func (p *pass[O, D]) target() D {
	if p.removed.less != nil {
		return *p.removed.less
	}
	return p.desired
}

// wouldWrite lists the fields that a write of changes gives another value than there is: those of the spec, and those that shut
// what waits.
func (p *pass[O, D]) wouldWrite(actual D, changes backend.Changes) []string {
	wrote := append(backend.Wrote(p.target(), actual, changes, p.caps), backend.Yielding(p.target(), actual, changes, p.caps)...)
	out := slices.DeleteFunc(wrote, func(path string) bool {
		return p.removed.known && !slices.Contains(p.removed.set, path)
	})
	for _, path := range p.removed.shut {
		if row, _ := p.caps.Removal(path); changes.Has(row.At) && !slices.Contains(p.removed.set, row.At) {
			out = append(out, row.At)
		}
	}
	return out
}

// noteWritten writes down, before the first byte of an update is sent, which fields it writes that the object never wrote
// before. An update that adds none costs nothing.
func (p *pass[O, D]) noteWritten(ctx context.Context, changes backend.Changes) error {
	known := p.written()
	all := slices.Concat(known, p.wouldWrite(p.seen.Actual, changes))
	slices.Sort(all)
	if all = slices.Compact(all); p.deleting() || len(all) == len(known) {
		return nil
	}
	next := p.stored.DeepCopyObject().(O)
	next.GetManagedStatus().Written = &v1alpha1.WrittenFields{Paths: all}
	if err := p.patchOnce(ctx, p.stored, next); err != nil {
		return fmt.Errorf("noting what %s is about to write: %w", p.name(), err)
	}
	p.stored = next
	p.obj.SetResourceVersion(next.GetResourceVersion())
	p.obj.SetManagedFields(slices.Clone(next.GetManagedFields()))
	p.status().Written = &v1alpha1.WrittenFields{Paths: slices.Clone(all)}
	p.noted = slices.DeleteFunc(all, func(path string) bool { return slices.Contains(known, path) })
	p.r.At("noted")
	return nil
}

// forgetRefused takes back what was noted for a write that the vendor refused, where another look shows that nothing came of it:
// what stands there is still somebody else's.
func (p *pass[O, D]) forgetRefused(ctx context.Context, err error) {
	if len(p.noted) == 0 || backend.ClassOf(err) != backend.Terminal {
		return
	}
	obs, err := p.read(ctx, backend.Ref{ID: p.seen.ID, ParentID: p.seen.ParentID})
	if err != nil || !obs.Exists {
		return
	}
	written := p.status().Written
	written.Paths = slices.DeleteFunc(written.Paths, func(path string) bool {
		return slices.Contains(p.noted, path) && !backend.Covers(p.caps.WriteOnly, path) && backend.SameLeaf(p.seen.Actual, obs.Actual, backend.LeafOf(path))
	})
}

// remembers says what a create or an adoption is about to send, with which the memory starts anew, and who makes the remote. Any other
// claim keeps both.
func (p *pass[O, D]) remembers(plan *decision.Plan) (wrote []string, made v1alpha1.CreationPolicy) {
	switch plan.Action {
	case decision.Create:
		var none D
		return p.wouldWrite(none, backend.Diff(p.desired, none, p.caps, backend.Memory{})), v1alpha1.CreationCreate
	case decision.Adopt:
		if p.facts.Drift == decision.DriftCorrect {
			wrote = p.wouldWrite(p.seen.Actual, p.writable())
		}
		if p.intent != nil && p.intent.Of != "" && p.intent.Of == p.seen.ID {
			wrote = slices.Concat(wrote, p.written()) // An adoption of it was begun, and may have been carried out in part.
			slices.Sort(wrote)
			wrote = slices.Compact(wrote)
		}
		return wrote, v1alpha1.CreationAdopt
	}
	if p.intent != nil {
		return p.intent.Wrote, p.intent.Made
	}
	return nil, ""
}

// projectRemoved writes down what the object remembers, and what it leaves behind.
func (p *pass[O, D]) projectRemoved() {
	st := p.status()
	if !p.removed.known || p.deleting() || p.narrowing.on {
		return
	}
	written := slices.Concat(p.removed.memory, p.written())
	if st.Written == nil && p.made() {
		written = append(written, p.removable()...)
	}
	left := p.changes
	if p.removed.less != nil { // What is held back differs, too.
		left = p.differing(p.desired, p.seen.Actual)
	}
	done := slices.DeleteFunc(p.removed.Done(left), func(path string) bool { return slices.Contains(p.removed.Overruled, p.removed.At(path)) })
	forget := slices.Concat(p.removed.fixed, p.removed.empty, p.removed.Left, p.removed.Kept, done)
	slices.Sort(written)
	written = slices.DeleteFunc(slices.Compact(written), func(path string) bool { return slices.Contains(forget, path) })
	st.Written = &v1alpha1.WrittenFields{Paths: written}
	p.leaveBehind(done)
	p.removed.Drop(func(leaf string) bool {
		return slices.ContainsFunc(done, func(path string) bool { return p.removed.At(path) == leaf })
	})
}

// removable lists the fields of the spec of which something becomes when they leave it.
func (p *pass[O, D]) removable() []string {
	return slices.DeleteFunc(slices.Clone(p.removed.set), func(path string) bool {
		row, ok := p.caps.Removal(path)
		return !ok || row.Fate == backend.FateEnds
	})
}

// leaveBehind lists what does not stand as if the object had never written it.
func (p *pass[O, D]) leaveBehind(done []string) {
	states := map[string]v1alpha1.LeftBehindState{}
	for _, l := range p.status().LeftBehind {
		if !slices.Contains(p.removed.set, l.Path) && !p.resolver.Unresolved("spec."+l.Path) {
			states[l.Path] = l.State
		}
	}
	for _, path := range slices.Concat(p.removed.Left, p.removed.Kept) {
		states[path] = v1alpha1.LeftBehindLeft
	}
	for _, path := range p.removed.empty {
		if !p.made() {
			states[path] = v1alpha1.LeftBehindCleared
		}
	}
	for _, path := range done {
		switch {
		case slices.Contains(p.removed.Closing, path):
			states[path] = v1alpha1.LeftBehindClosed
			if at := p.removed.At(path); !slices.Contains(p.removed.set, at) {
				states[at] = v1alpha1.LeftBehindClosed // It may have been somebody else's.
			}
		case (slices.Contains(p.removed.Clearing, path) || p.emptiedFor(path)) && !p.made(): // Nothing stood in a remote that we made.
			states[path] = v1alpha1.LeftBehindCleared
		}
	}
	for _, path := range p.removed.shut {
		row, _ := p.caps.Removal(path)
		if slices.Contains(p.status().Written.Paths, row.At) && !p.changes.Has(row.At) && !slices.Contains(p.removed.set, row.At) {
			states[row.At] = v1alpha1.LeftBehindClosed // It may have been somebody else's.
		}
	}
	p.leaveParts(states)
	p.status().LeftBehind = nil
	for path, state := range states {
		p.status().LeftBehind = append(p.status().LeftBehind, v1alpha1.LeftBehind{Path: path, State: state})
	}
	slices.SortFunc(p.status().LeftBehind, func(a, b v1alpha1.LeftBehind) int { return strings.Compare(a.Path, b.Path) })
}

// emptiedFor reports whether a field was emptied because another one takes its place.
func (p *pass[O, D]) emptiedFor(path string) bool {
	row, _ := p.caps.Removal(path)
	return slices.Contains(p.removed.Replaced, path) && !row.Shared
}

// leaveParts lists the parts of entries that this object wrote, and that stay where its spec does not set them any more.
func (p *pass[O, D]) leaveParts(states map[string]v1alpha1.LeftBehindState) {
	unsaid := backend.Unsaid(p.desired, p.seen.Actual)
	for _, path := range p.status().Written.Paths {
		if !backend.IsPart(path) {
			continue
		}
		delete(states, path)
		list := backend.LeafOf(path)
		overwritten := !p.made() && !slices.Contains(p.removed.set, list)
		if !slices.Contains(p.removed.Held, list) && (overwritten || slices.Contains(unsaid, path)) {
			states[path] = v1alpha1.LeftBehindLeft
		}
	}
}

// leftBehindNote is the event about what is new in the list.
func (p *pass[O, D]) leftBehindNote(before *v1alpha1.ManagedStatus) []note {
	var texts []string
	for _, l := range p.status().LeftBehind {
		if slices.Contains(before.LeftBehind, l) {
			continue
		}
		words := map[v1alpha1.LeftBehindState]string{
			v1alpha1.LeftBehindLeft:    "stays at the vendor as it is",
			v1alpha1.LeftBehindClosed:  "is closed",
			v1alpha1.LeftBehindCleared: "is cleared",
		}
		texts = append(texts, "spec."+l.Path+" "+words[l.State])
	}
	if len(texts) == 0 {
		return nil
	}
	return []note{{false, v1alpha1.ReasonLeftBehind, "not managed any more: " + strings.Join(texts, ", ") + "; what stood there before is not known"}}
}

// fieldRemoved says what is held, what is still there, and the ways out.
func (p *pass[O, D]) fieldRemoved() string {
	var texts []string
	for _, path := range p.removed.Held {
		row := p.caps.Removed[path]
		text := fmt.Sprintf("spec.%s left the spec and stays at the vendor", path)
		if p.caps.Narrows[path].NoneIsAll && p.removed.items[path] == 0 {
			text = fmt.Sprintf("spec.%s left the spec and stays empty at the vendor", path)
		}
		if n := p.removed.items[path]; n > 0 {
			text = fmt.Sprintf("spec.%s left the spec and stays at the vendor with %d", path, n)
		}
		switch {
		case row.Empty != "":
			text += fmt.Sprintf(" ([] would mean: %s)", row.Empty)
		case slices.Contains(p.caps.NotEmpty, path):
			text += " (it cannot be empty)"
		}
		texts = append(texts, text)
	}
	for _, path := range p.removed.Overruled {
		texts = append(texts, fmt.Sprintf("spec.%s is not as the spec says: what it needs left the spec", path))
	}
	text := strings.Join(texts, "; ") + "; until it is written again, or spec.management.removed is Keep, nothing is written that gives access"
	if len(p.removed.waits) > 0 {
		text += ": spec." + strings.Join(p.removed.waits, ", spec.") + " waits"
	}
	return text
}

// heldBack says what becomes of a pass that wrote what is not held.
func (p *pass[O, D]) heldBack(e decision.Effects, out outcome) decision.Effects {
	if !p.facts.FieldRemoved || e.Leave || p.deleting() || out.err != nil || !out.wrote || out.diffLeft {
		return e
	}
	return decision.Follow(decision.Outcome{Plan: decision.FieldRemoved})
}

// says reports whether Synced shows a reason.
func says(st *v1alpha1.ManagedStatus, reason string) bool {
	c := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionSynced)
	return c != nil && c.Reason == reason
}
