package vendortest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

const (
	// patience ends an operation that would not end: garbage comes at once, but the machine may be busy.
	patience = time.Minute
	// longestText is what an error may have.
	longestText = 512
)

// FaultyDriver is a driver whose vendor answers with garbage.
type FaultyDriver[D backend.Model] struct {
	*Garbler
	// Open opens the tenant anew: what one operation learns, or is told to wait for, must
	// not keep the next from its calls.
	Open   func() backend.Tenant
	Driver func(backend.Tenant) backend.Driver[D]
	// ParentID is where remotes are, and Existing one that nobody made, for a driver that cannot create.
	ParentID, Existing string
	// Key and Desired are what is looked for and written.
	Key     backend.Key
	Desired D
	// Extra are changes beside those of all fields.
	Extra []string
	// Absent reports whether an answer proves that a remote is not there.
	Absent func(id string, g Garbage) bool

	seen backend.Observation[D]
}

// Record runs every operation before the sandbox, so that its answers are known.
func (b *FaultyDriver[D]) Record(f *testing.F) {
	f.Helper()
	ctx := context.Background()
	driver := b.Driver(b.Open())
	ref := backend.Ref{ParentID: b.ParentID, Mark: Mark, Key: b.Key}
	if caps := driver.Capabilities(); caps.Create {
		made, err := driver.Create(ctx, ref, b.Desired)
		if err != nil {
			f.Fatal(err)
		}
		b.Existing = made.ID
	}
	var err error
	if b.seen, err = driver.Observe(ctx, b.ref()); err != nil || !b.seen.Exists {
		f.Fatalf("recording: exists %t, %v", b.seen.Exists, err)
	}
	b.seen.Mark = Mark
	// The sandbox may refuse a part of it: every answer is worth to be known.
	for _, op := range b.operations() {
		op.run(ctx, driver)
	}
}

func (b *FaultyDriver[D]) ref() backend.Ref {
	caps := b.Driver(b.Open()).Capabilities()
	return backend.Ref{ID: b.Existing, ParentID: b.ParentID, DetailFields: append([]string{"progress", "reports"}, caps.DetailFields...)}
}

// result is what an operation returned.
type result[D any] struct {
	obs []backend.Observation[D]
	err error
}

type operation[D any] struct {
	name string
	// read: an error must not come with a remote.
	read bool
	run  func(ctx context.Context, d backend.Driver[D]) result[D]
}

func (b *FaultyDriver[D]) operations() []operation[D] {
	one := func(obs backend.Observation[D], err error) result[D] {
		return result[D]{[]backend.Observation[D]{obs}, err}
	}
	observe := func(r backend.Ref) func(context.Context, backend.Driver[D]) result[D] {
		return func(ctx context.Context, d backend.Driver[D]) result[D] { return one(d.Observe(ctx, r)) }
	}
	changes := backend.Changes{}
	for _, f := range backend.Fields(b.Desired) {
		changes = append(changes, backend.Change{Path: f.Path})
	}
	changes = append(changes, backend.Change{Path: backend.PathMark})
	update := func(changes backend.Changes) func(context.Context, backend.Driver[D]) result[D] {
		return func(ctx context.Context, d backend.Driver[D]) result[D] {
			seen := b.seen
			seen.Actual, seen.ReadOnly = backendtest.Clone(b.seen.Actual), nil
			return one(d.Update(ctx, seen, backendtest.Clone(b.Desired), changes))
		}
	}
	ops := []operation[D]{
		{"observe by id", true, observe(b.ref())},
		{"observe by mark", true, observe(backend.Ref{ParentID: b.ParentID, Mark: Mark, Key: b.Key})},
		{"observe by key", true, observe(backend.Ref{ParentID: b.ParentID, Key: b.Key})},
		{"observe many", true, func(ctx context.Context, d backend.Driver[D]) (r result[D]) {
			refs := []backend.Ref{{ID: b.Existing, ParentID: b.ParentID}, {ParentID: b.ParentID, Mark: backend.Mark{Owner: Mark.Owner}}}
			for obs, err := range d.ObserveMany(ctx, refs) {
				if r.err = err; err != nil {
					r.obs = append(r.obs, obs)
					break
				}
				r.obs = append(r.obs, obs)
			}
			return r
		}},
		{"update", false, update(changes)},
		{"create", false, func(ctx context.Context, d backend.Driver[D]) result[D] {
			return one(d.Create(ctx, backend.Ref{ParentID: b.ParentID, Mark: Mark, Key: b.Key}, backendtest.Clone(b.Desired)))
		}},
	}
	for _, path := range b.Extra {
		ops = append(ops, operation[D]{"update " + path, false, update(backend.Changes{{Path: path}})})
	}
	return append(ops, operation[D]{"delete", false, func(ctx context.Context, d backend.Driver[D]) result[D] {
		return result[D]{nil, d.Delete(ctx, b.seen)}
	}})
}

// RunGarbageTests runs every operation while the vendor answers with garbage, and holds the driver to what it promises.
func (b *FaultyDriver[D]) RunGarbageTests(t *testing.T, g Garbage) {
	t.Helper()
	for _, op := range b.operations() {
		b.Garble(g)
		tenant := b.Open()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		r := op.run(ctx, b.Driver(tenant))
		if ctx.Err() != nil {
			t.Errorf("%s had not ended after %s", op.name, patience)
		}
		cancel()
		b.bounded(t, op.name, g)
		b.Sound(t, op.name, r.err)
		_, garbled := b.Counts()
		for i, obs := range r.obs {
			last := i == len(r.obs)-1
			b.whole(t, op, obs, r.err, last)
			nobodyAsked := garbled == 0 || op.name == "observe by mark" && !marks(b.Driver(tenant))
			if (r.err == nil || !last) && !obs.Exists && !nobodyAsked && !b.Absent(b.Existing, g) {
				t.Errorf("%s: absent by an answer that does not say so", op.name)
			}
		}
		b.CloseClientConnections()
	}
}

// marks reports whether remotes of a driver can have ownership markers at all: else a lookup by ownership marker asks nobody.
func marks[D any](d backend.Driver[D]) bool { return d.Capabilities().Create }

// bounded: a list whose pages never end must stop. Rows may cost a call each.
func (g *Garbler) bounded(t *testing.T, what string, garbage Garbage) {
	t.Helper()
	if asked, _ := g.Counts(); asked > 100+len(garbage.Body)/8 {
		t.Errorf("%s: %d calls", what, asked)
	}
}

// Sound holds an error to its form.
func (g *Garbler) Sound(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var typed *backend.Error
	if !errors.As(err, &typed) {
		t.Errorf("%s: %T says nothing of what to do: %v", what, err, err)
	}
	Printable(t, what, err.Error(), g.Secrets...)
}

// Printable holds a text to one line of printable characters, 512 at most, without a secret.
func Printable(t *testing.T, what, text string, secrets ...string) {
	t.Helper()
	if n := utf8.RuneCountInString(text); n > longestText {
		t.Errorf("%s: an error of %d characters: %.80s…", what, n, text)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%s: not printable: %q", what, text)
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%s: a secret in %q", what, text)
		}
	}
}

// whole holds an observation to its form.
func (b *FaultyDriver[D]) whole(t *testing.T, op operation[D], obs backend.Observation[D], err error, last bool) {
	t.Helper()
	failed := err != nil && last
	switch {
	case failed && op.read && obs.Exists:
		t.Errorf("%s: a remote beside the error %v", op.name, err)
	case obs.Exists && obs.ID == "":
		t.Errorf("%s: a remote without an id", op.name)
	case !failed && op.name == "observe by id" && !strings.EqualFold(obs.ID, b.Existing):
		t.Errorf("%s: asked for %q and got %q", op.name, b.Existing, obs.ID)
	case !failed && op.name == "create" && !obs.Exists:
		t.Errorf("%s: nothing was made, and no error", op.name)
	}
	for name, at := range map[string]time.Time{"createdAt": obs.CreatedAt, "date": obs.Date} {
		if at.UTC().Year() < 1 || at.UTC().Year() > 9999 {
			t.Errorf("%s: %s cannot be written: %d", op.name, name, at.UTC().Year())
		}
	}
	// Everything that was read can be compared and counted.
	caps := b.Driver(b.Open()).Capabilities()
	_ = backend.Diff(b.Desired, obs.Actual, caps.For(b.Desired), backend.Memory{})
	_ = backend.RowDigest(b.Desired, obs, caps)
}
