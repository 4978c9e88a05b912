package conductorone

import (
	"context"
	"iter"
	"sync"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// markPlace is where marks of a kind are kept at a tenant.
type markPlace int

const (
	// markUnsure: no marked remote was seen yet. No source tells of annotations at a live tenant, and the whole mark hangs on them.
	markUnsure markPlace = iota
	// markInAnnotations: a remote showed the mark that it was given. It stays so.
	markInAnnotations
	// markInText: annotations are taken and not shown again, so the ownership marker is a line of the description.
	markInText
)

// marks knows where the marks of one kind are kept. It is found out from marked remotes that are there, else from the read after
// the first create: nothing is made to find it out.
type marks struct {
	mu    sync.Mutex
	place markPlace
	// turn is held by a create while the place is not known: one at a time, so that one at most is made the wrong way.
	turn chan struct{}
}

func newMarks() *marks { return &marks{turn: make(chan struct{}, 1)} }

func (m *marks) at() markPlace {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.place
}

// learn takes up what a remote showed. One that shows annotations outweighs any number that do not.
func (m *marks) learn(place markPlace) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.place != markInAnnotations {
		m.place = place
	}
}

// lineOf is the mark of a remote and its description without the mark's line. Beside another mark in the annotations the line is a
// sentence that somebody wrote; beside the same one it is left over, and goes.
func lineOf(annotated backend.Mark, description string) (text string, mark backend.Mark, found bool) {
	text, line := backend.SplitMark(description)
	if line.IsZero() || !annotated.IsZero() && annotated != line {
		return description, annotated, false
	}
	return text, line, true
}

// marked drives a kind whose mark is in annotations, or where they are not shown again in the description.
type marked[D backend.Model] struct {
	backend.Driver[D]
	marks *marks
	// description is where the model has it.
	description func(*D) **string
}

// Capabilities says so while it is not known whether ownership markers read back.
func (d *marked[D]) Capabilities() backend.Capabilities {
	caps := d.Driver.Capabilities()
	caps.MarkUnsure = d.marks.at() == markUnsure
	return caps
}

// Observe reads one remote, see backend.Driver.
func (d *marked[D]) Observe(ctx context.Context, r backend.Ref) (backend.Observation[D], error) {
	obs, err := d.Driver.Observe(ctx, r)
	if r.ID == "" && obs.MarkInProse && d.marks.at() == markUnsure {
		return obs, err // What a create was cut short at may have its line for a moment only: it tells nothing.
	}
	return d.seen(obs), err
}

// ObserveMany reads rows, see backend.Driver.
func (d *marked[D]) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		for obs, err := range d.Driver.ObserveMany(ctx, refs) {
			if !yield(d.seen(obs), err) {
				return
			}
		}
	}
}

// ListAll lists every remote, see backend.Lister.
func (d *marked[D]) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[backend.Observation[D], error] {
	return func(yield func(backend.Observation[D], error) bool) {
		lister, ok := backend.ListerOf(d.Driver)
		if !ok {
			yield(backend.Observation[D]{}, backend.Errorf(backend.Terminal, "there is no list of everything of this kind"))
			return
		}
		for obs, err := range lister.ListAll(ctx, o) {
			if !yield(d.seen(obs), err) {
				return
			}
		}
	}
}

// seen learns from an observation, and puts it into the terms of where the ownership marker is kept.
func (d *marked[D]) seen(obs backend.Observation[D]) backend.Observation[D] {
	switch {
	case !obs.Exists:
		return obs
	case !obs.Mark.IsZero() && !obs.MarkInProse:
		d.marks.learn(markInAnnotations)
	case !obs.Mark.IsZero():
		d.marks.learn(markInText)
	}
	if d.marks.at() == markInText {
		obs.MarkInProse, obs.MarkIncomplete = true, false
	}
	return obs
}

// Create makes a remote; while it is not known where its ownership marker is kept, alone.
func (d *marked[D]) Create(ctx context.Context, r backend.Ref, desired D) (backend.Observation[D], error) {
	if d.marks.at() == markUnsure {
		select {
		case d.marks.turn <- struct{}{}:
			defer func() { <-d.marks.turn }()
		case <-ctx.Done():
			return backend.Observation[D]{}, &backend.Error{Class: backend.Retryable, Err: ctx.Err()}
		}
	}
	switch d.marks.at() {
	case markInText:
		obs, err := d.Driver.Create(ctx, r, d.stamped(r.Mark, desired, nil))
		return d.seen(obs), err
	case markUnsure:
		return d.first(ctx, r, desired)
	case markInAnnotations:
	}
	return d.Driver.Create(ctx, r, desired)
}

// first makes the first remote of the kind and reads it, which tells where marks are kept. Where that is not in the annotations, it
// gets its line at once.
func (d *marked[D]) first(ctx context.Context, r backend.Ref, desired D) (backend.Observation[D], error) {
	obs, err := d.Driver.Create(ctx, r, desired)
	if err != nil || obs.ID == "" {
		return obs, err
	}
	shown, err := d.Driver.Observe(ctx, backend.Ref{ID: obs.ID, ParentID: obs.ParentID})
	if err != nil || !shown.Exists {
		return obs, nil // It is made. The next observation shows where its ownership marker is kept.
	}
	if !shown.Mark.IsZero() {
		d.seen(shown)
		return obs, nil
	}
	d.marks.learn(markInText)
	shown.Mark = r.Mark
	changes := backend.Changes{{Path: "description"}}
	lined, err := d.Driver.Update(ctx, shown, d.stamped(r.Mark, desired, nil), changes)
	if err != nil {
		obs.Mark, obs.MarkInProse = backend.Mark{}, true
		return obs, err
	}
	return d.seen(lined), nil
}

// Update writes to a remote. What is a line of the description is written with it.
func (d *marked[D]) Update(ctx context.Context, seen backend.Observation[D], desired D, changes backend.Changes) (backend.Observation[D], error) {
	if d.marks.at() == markInText {
		seen.MarkInProse, seen.MarkIncomplete = false, false // Its line is not left over: it stays.
	}
	if d.marks.at() == markInText && changes.Any("description", backend.PathMark) {
		desired = d.stamped(seen.Mark, desired, &seen.Actual)
		if !changes.Has("description") {
			changes = append(changes[:len(changes):len(changes)], backend.Change{Path: "description"})
		}
	}
	obs, err := d.Driver.Update(ctx, seen, desired, changes)
	if err == nil && obs.Exists && obs.Mark.IsZero() && changes.Has(backend.PathMark) {
		d.marks.learn(markInText) // It took the mark and does not show it.
		if d.marks.at() == markInText && !seen.Mark.IsZero() {
			obs.Mark = seen.Mark
			return d.Update(ctx, obs, desired, backend.Changes{{Path: "description"}})
		}
	}
	return d.seen(obs), err
}

// stamped is a model whose description has the ownership marker; one that the spec leaves alone stays as it is there.
func (d *marked[D]) stamped(mark backend.Mark, desired D, actual *D) D {
	at := d.description(&desired)
	text := backend.Value(*at)
	if *at == nil && actual != nil {
		text = backend.Value(*d.description(actual))
	}
	lined := mark.Stamp(text)
	*at = &lined
	return desired
}
