package status

import (
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
)

// projectRemoved writes down what the object remembers, and what it leaves behind.
func (p *Writer[O, D]) projectRemoved() {
	st := p.Status()
	if !p.Removed.Known || p.Deleting() || p.Narrowing.On {
		return
	}
	written := slices.Concat(p.Removed.Memory, p.Written())
	if st.Written == nil && p.Made() {
		written = append(written, p.removable()...)
	}
	left := p.Changes
	if p.Removed.Less != nil { // What is held back differs, too.
		left = p.Differing(p.Desired, p.Seen.Actual)
	}
	done := slices.DeleteFunc(p.Removed.Done(left), func(path string) bool { return slices.Contains(p.Removed.Overruled, p.Removed.At(path)) })
	forget := slices.Concat(p.Removed.Fixed, p.Removed.Empty, p.Removed.Left, p.Removed.Kept, done)
	slices.Sort(written)
	written = slices.DeleteFunc(slices.Compact(written), func(path string) bool { return slices.Contains(forget, path) })
	st.Written = &v1alpha1.WrittenFields{Paths: written}
	p.leaveBehind(done)
	p.Removed.Drop(func(leaf string) bool {
		return slices.ContainsFunc(done, func(path string) bool { return p.Removed.At(path) == leaf })
	})
}

// removable lists the fields of the spec of which something becomes when they leave it.
func (p *Writer[O, D]) removable() []string {
	return slices.DeleteFunc(slices.Clone(p.Removed.Set), func(path string) bool {
		row, ok := p.Caps.Removal(path)
		return !ok || row.Fate == backend.FateEnds
	})
}

// leaveBehind lists what does not stand as if the object had never written it.
func (p *Writer[O, D]) leaveBehind(done []string) {
	states := map[string]v1alpha1.LeftBehindState{}
	for _, l := range p.Status().LeftBehind {
		if !slices.Contains(p.Removed.Set, l.Path) && !p.Resolver.Unresolved("spec."+l.Path) {
			states[l.Path] = l.State
		}
	}
	for _, path := range slices.Concat(p.Removed.Left, p.Removed.Kept) {
		states[path] = v1alpha1.LeftBehindLeft
	}
	for _, path := range p.Removed.Empty {
		if !p.Made() {
			states[path] = v1alpha1.LeftBehindCleared
		}
	}
	for _, path := range done {
		switch {
		case slices.Contains(p.Removed.Closing, path):
			states[path] = v1alpha1.LeftBehindClosed
			if at := p.Removed.At(path); !slices.Contains(p.Removed.Set, at) {
				states[at] = v1alpha1.LeftBehindClosed // It may have been somebody else's.
			}
		case (slices.Contains(p.Removed.Clearing, path) || p.emptiedFor(path)) && !p.Made(): // Nothing stood in a remote that we made.
			states[path] = v1alpha1.LeftBehindCleared
		}
	}
	for _, path := range p.Removed.Shut {
		row, _ := p.Caps.Removal(path)
		if slices.Contains(p.Status().Written.Paths, row.At) && !p.Changes.Has(row.At) && !slices.Contains(p.Removed.Set, row.At) {
			states[row.At] = v1alpha1.LeftBehindClosed // It may have been somebody else's.
		}
	}
	p.leaveParts(states)
	p.Status().LeftBehind = nil
	for path, state := range states {
		p.Status().LeftBehind = append(p.Status().LeftBehind, v1alpha1.LeftBehind{Path: path, State: state})
	}
	slices.SortFunc(p.Status().LeftBehind, func(a, b v1alpha1.LeftBehind) int { return strings.Compare(a.Path, b.Path) })
}

// emptiedFor reports whether a field was emptied because another one takes its place.
func (p *Writer[O, D]) emptiedFor(path string) bool {
	row, _ := p.Caps.Removal(path)
	return slices.Contains(p.Removed.Replaced, path) && !row.Shared
}

// leaveParts lists the parts of entries that this object wrote, and that stay where its spec does not set them any more.
func (p *Writer[O, D]) leaveParts(states map[string]v1alpha1.LeftBehindState) {
	unsaid := backend.Unsaid(p.Desired, p.Seen.Actual)
	for _, path := range p.Status().Written.Paths {
		if !backend.IsPart(path) {
			continue
		}
		delete(states, path)
		list := backend.LeafOf(path)
		overwritten := !p.Made() && !slices.Contains(p.Removed.Set, list)
		if !slices.Contains(p.Removed.Held, list) && (overwritten || slices.Contains(unsaid, path)) {
			states[path] = v1alpha1.LeftBehindLeft
		}
	}
}
