package probe

import (
	"context"
	"net/http"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Laws are what the engine relies on of a driver, as far as a tenant could break them. What no tenant can break, as
// that a refused fence sends nothing, is proven by the conformance suite in every build.
type Laws[D backend.Model] struct {
	Kind string
	// Word is how the kind's probes begin.
	Word   string
	Driver func(backend.Tenant) backend.Driver[D]
	// Desired is the smallest object of a name, in a place; Other is the same with one field changed.
	Desired func(b *Bench, name string) D
	Other   func(b *Bench, desired D) D
	Parent  func(b *Bench) string
	Needs   []Need
	// Create, Read, Update and Delete are how many calls these take.
	Create, Read, Update, Delete int
	// ListCalls is how many calls the list takes that lookups by ownership marker and rows are read from; zero for the list of all.
	ListCalls int
	// First is how many calls more the first create takes.
	First int
	// After are the probes of the kind that say more exactly what a law says, in the order of Probes.
	Marks, Lists, Deletes string
}

// Probes are the laws as probes.
func (l Laws[D]) Probes() []Probe {
	kind := []string{l.Kind}
	probe := func(id, assumes, asks, depends string, calls int, ask func(context.Context, *Bench) Answer) Probe {
		return Probe{
			ID: l.Word + "-" + id, Assumes: assumes, Asks: asks, Depends: depends, Effect: Writes, Needs: l.Needs,
			Calls: l.Create + l.Delete + calls, Makes: kind, Ask: ask,
		}
	}
	created := probe("needs-no-change-when-made", "What the driver made needs no further write.",
		"The driver makes one, reads it and compares.", "The operator would write again and again, and say NonConverging.", l.Read, l.created)
	lost := probe("is-found-after-a-lost-answer", "What was made by a create whose answer is lost is found by its mark, once.",
		"The driver makes one, its answer is dropped on our side, and the driver looks for the mark.",
		"A create that broke off could be repeated: nothing would stand against a duplicate but the name.", 0, l.lost)
	updated := probe("changes-what-it-is-told", "An update changes the field that differs, and it reads back.",
		"The driver makes one, changes its description and reads it.", "Edits would not arrive, or not be seen to.", l.Update+l.Read, l.updated)
	row := probe("reads-the-same-in-a-list", "The row of a list says the same as a read by id, the mark with it.",
		"The driver makes one and reads its row.", "The sweep for drift would see what is not there.", 0, l.row)
	lost.Overrides = []backend.Override{{Kind: l.Kind, Capability: backend.CapabilityMarks}}
	created.Calls += l.First
	for _, p := range []*Probe{&lost, &row} {
		if p.Calls += l.ListCalls; l.ListCalls == 0 {
			p.Lists = kind
		}
	}
	deleted := probe("is-gone-when-deleted", "Deleting twice is no error, and then it reads as absent.",
		"The driver makes one, deletes it twice and reads it.", "An object with a finalizer would never go.", l.Delete+l.Read, l.deleted)
	for p, after := range map[*Probe][]string{&created: {l.Marks}, &lost: {l.Marks, l.Lists}, &updated: {l.Marks}, &row: {l.Marks, l.Lists}, &deleted: {l.Deletes}} {
		for _, id := range after {
			if id != "" {
				p.After = append(p.After, id)
			}
		}
	}
	return []Probe{created, lost, updated, row, deleted}
}

// make makes one.
func (l Laws[D]) make(ctx context.Context, b *Bench, what string) (backend.Observation[D], D, error) {
	desired := l.Desired(b, b.Name(what))
	obs, err := l.Driver(b.Tenant).Create(ctx, l.ref(b, what, desired), desired)
	if obs.ID != "" {
		b.Keep(l.thing(b, what, obs))
	}
	return obs, desired, err
}

func (l Laws[D]) ref(b *Bench, what string, desired D) backend.Ref {
	return backend.Ref{ParentID: l.parent(b), Key: desired.Key(), Mark: b.Mark(what)}
}

func (l Laws[D]) parent(b *Bench) string {
	if l.Parent == nil {
		return ""
	}
	return l.Parent(b)
}

func (l Laws[D]) thing(b *Bench, what string, obs backend.Observation[D]) Thing {
	return Thing{Kind: l.Kind, ID: obs.ID, ParentID: obs.ParentID, Name: b.Name(what)}
}

// drop removes one.
func (l Laws[D]) drop(ctx context.Context, b *Bench, what string, obs backend.Observation[D]) {
	if l.Driver(b.Tenant).Delete(ctx, obs) == nil {
		b.Dropped(l.thing(b, what, obs))
	}
}

func (l Laws[D]) read(ctx context.Context, b *Bench, obs backend.Observation[D]) (backend.Observation[D], error) {
	return l.Driver(b.Tenant).Observe(ctx, backend.Ref{ID: obs.ID, ParentID: obs.ParentID})
}

// differs reports whether a remote is not as desired.
func (l Laws[D]) differs(b *Bench, desired D, obs backend.Observation[D]) bool {
	caps := l.Driver(b.Tenant).Capabilities().For(desired)
	caps.WriteOnly = append(caps.WriteOnly, caps.DetailFields...) // Laws read rows.
	return len(backend.Diff(desired, obs.Actual, caps, backend.Memory{})) > 0
}

// failed is the answer where the driver made an error.
func failed(err error) Answer {
	return Perhaps("the-driver-says-"+backend.ClassOf(err).String(), 0)
}

func (l Laws[D]) created(ctx context.Context, b *Bench) Answer {
	what := l.Word + "-made"
	obs, desired, err := l.make(ctx, b, what)
	if err != nil {
		return failed(err)
	}
	defer l.drop(ctx, b, what, obs)
	seen, err := l.read(ctx, b, obs)
	switch {
	case err != nil:
		return failed(err)
	case !seen.Exists:
		return No("not-there-after-the-create", 0)
	case seen.Mark != b.Mark(what):
		return No("another-mark", 0)
	}
	return If(!l.differs(b, desired, seen), "differs-at-once", 0)
}

func (l Laws[D]) lost(ctx context.Context, b *Bench) Answer {
	what := l.Word + "-lost"
	desired := l.Desired(b, b.Name(what))
	ref := l.ref(b, what, desired)
	lossy := LoseAnswer(ctx, func(req *http.Request) bool { return req.Method == http.MethodPost && creates(req.URL.Path) })
	if obs, err := l.Driver(b.Tenant).Create(lossy, ref, desired); err == nil || backend.ClassOf(err) != backend.OutcomeUnknown {
		if obs.ID != "" {
			b.Keep(l.thing(b, what, obs))
			l.drop(ctx, b, what, obs)
		}
		return Perhaps("the-create-did-not-break-off", 0)
	}
	found, err := l.Driver(b.Tenant).Observe(ctx, ref)
	if err == nil && !found.Exists {
		b.Sleep(ctx, l.Driver(b.Tenant).Capabilities().ListLag)
		found, err = l.Driver(b.Tenant).Observe(ctx, ref)
	}
	switch {
	case err != nil:
		return failed(err)
	case !found.Exists:
		return No("not-found-by-its-mark", 0)
	}
	b.Keep(l.thing(b, what, found))
	l.drop(ctx, b, what, found)
	return If(found.Duplicate == nil, "found-twice", 0)
}

// creates reports whether a call to a path could be the create: it is neither a search nor the sign-in.
func creates(path string) bool {
	for _, other := range []string{"/auth/v1/token", "/oauth/token", "/api/v1/search/"} {
		if len(path) >= len(other) && path[:len(other)] == other {
			return false
		}
	}
	return true
}

func (l Laws[D]) updated(ctx context.Context, b *Bench) Answer {
	what := l.Word + "-changed"
	obs, desired, err := l.make(ctx, b, what)
	if err != nil {
		return failed(err)
	}
	defer l.drop(ctx, b, what, obs)
	other := l.Other(b, desired)
	changes := backend.Diff(other, obs.Actual, l.Driver(b.Tenant).Capabilities().For(other), backend.Memory{})
	if _, err := l.Driver(b.Tenant).Update(ctx, obs, other, changes); err != nil {
		return failed(err)
	}
	seen, err := l.read(ctx, b, obs)
	switch {
	case err != nil:
		return failed(err)
	case !seen.Exists:
		return No("not-there-after-the-update", 0)
	}
	return If(!l.differs(b, other, seen), "differs-after-the-update", 0)
}

func (l Laws[D]) row(ctx context.Context, b *Bench) Answer {
	what := l.Word + "-listed"
	obs, desired, err := l.make(ctx, b, what)
	if err != nil {
		return failed(err)
	}
	defer l.drop(ctx, b, what, obs)
	for again := range 2 {
		for seen, err := range l.Driver(b.Tenant).ObserveMany(ctx, []backend.Ref{{ID: obs.ID, ParentID: obs.ParentID}}) {
			switch {
			case err != nil:
				return failed(err)
			case !seen.Exists:
				continue
			case seen.Mark != b.Mark(what):
				return No("another-mark-in-the-row", 0)
			}
			return If(!l.differs(b, desired, seen), "the-row-differs", 0)
		}
		if again == 0 {
			b.Sleep(ctx, max(l.Driver(b.Tenant).Capabilities().ListLag, time.Second))
		}
	}
	return No("not-in-the-list", 0)
}

func (l Laws[D]) deleted(ctx context.Context, b *Bench) Answer {
	what := l.Word + "-deleted"
	obs, _, err := l.make(ctx, b, what)
	if err != nil {
		return failed(err)
	}
	for range 2 {
		if err := l.Driver(b.Tenant).Delete(ctx, obs); err != nil {
			return failed(err)
		}
	}
	seen, err := l.read(ctx, b, obs)
	if err != nil {
		return failed(err)
	}
	if !seen.Exists {
		b.Dropped(l.thing(b, what, obs))
	}
	return If(!seen.Exists, "still-there", 0)
}
