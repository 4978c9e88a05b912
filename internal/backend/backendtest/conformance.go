package backendtest

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Suite is what the laws must know of a driver.
type Suite[D backend.Model] struct {
	// Open returns the driver over a fresh tenant; each law gets its own.
	Open func(t *testing.T) Fixture[D]
	// Desired is a remote with as many fields as the vendor holds.
	Desired D
	// Variations are copies of Desired that differ in one field, by the name of what they change.
	Variations map[string]D
	// Least makes the smallest model that can be created, with a name of its own; nil stands for
	// the required fields of Desired. It must be set where names are unique at the vendor, or
	// where a create needs one of several fields.
	Least func(name string) D
	// UnknownID is an id of the right form that no remote has; "no-such-id" if empty.
	UnknownID string
}

// Fixture is a driver over a fresh tenant, and the hands on its faults.
type Fixture[D backend.Model] struct {
	Driver backend.Driver[D]
	// ParentID is where remotes are made; empty where the kind has no parent.
	ParentID string
	// Existing is the id of a remote that nobody has taken over yet, for a driver that cannot create.
	Existing string
	// LoseResponse lets the next create happen and its answer be lost. It may be nil only
	// where the driver cannot create or does not prove its marks.
	LoseResponse func()
	// Strip takes the mark off a remote, as a person may; nil where a create without an ownership marker makes such a one.
	Strip func(id string)
	// Throttle lets the vendor refuse the next call, and ask for a pause.
	Throttle func(after time.Duration)
	// RefuseCredentials lets the vendor accept no credentials from now on.
	RefuseCredentials func()
	// Settle waits until lists show everything and deletions are done; nil where that is at once.
	Settle func()
}

// Run holds a driver to every law. Each is a promise that the engine relies on.
func Run[D backend.Model](t *testing.T, s Suite[D]) {
	if s.UnknownID == "" {
		s.UnknownID = "no-such-id"
	}
	for _, l := range []struct {
		sentence string
		holds    func(t *testing.T, b *bench[D])
	}{
		{"capabilities name only fields that exist", capabilitiesNameFields[D]},
		{"what the capabilities refuse is refused by the field's path", capabilitiesRefuse[D]},
		{"the sample is possible at this vendor", sampleIsPossible[D]},
		{"absent is not an error", absentIsNoError[D]},
		{"what was created needs no change", createdNeedsNoChange[D]},
		{"the mark is found after a lost response, and one remote bears it", markIsFound[D]},
		{"what may have lost its mark is told by its name", lostMarkIsTold[D]},
		{"a second create with the same mark is refused or reported as a duplicate", createTwiceIsTold[D]},
		{"an update changes what it should and nothing else", updateChangesOnlyThat[D]},
		{"a field that nobody set never drifts", unsetNeverDrifts[D]},
		{"a list row says the same as a full read", rowSaysTheSame[D]},
		{"the index shows every remote that bears a mark", indexShowsEveryMark[D]},
		{"what has a name is found by a look and in the list, marked or not", nameIsFound[D]},
		{"deleting twice is fine, and then it is absent", deletingTwiceIsFine[D]},
		{"a pause that the vendor asks for is told with its time", throttledTellsTime[D]},
		{"refused credentials are Unauthorized and change nothing", refusedCredentials[D]},
		{"a cancelled context is honoured", cancelledIsHonoured[D]},
		{"a refused fence sends nothing", fenceIsAsked[D]},
	} {
		t.Run(l.sentence, func(t *testing.T) {
			f := s.Open(t)
			l.holds(t, &bench[D]{Suite: s, Fixture: f, caps: f.Driver.Capabilities()})
		})
	}
}

// bench is one law's driver with what it needs around it.
type bench[D backend.Model] struct {
	Suite[D]
	Fixture[D]
	caps backend.Capabilities
}

func (b *bench[D]) mark(token string) backend.Mark {
	return backend.Mark{Token: (token + "XXXXXXXXXXXXXXXX")[:16], Owner: "team-a/" + token, Cluster: "0123456789ab"}
}

// least is the smallest model that can be created.
func (b *bench[D]) least(name string) D {
	if b.Least != nil {
		return b.Least(name)
	}
	return Only(b.Desired, b.caps.Required)
}

func (b *bench[D]) settle() {
	if b.Settle != nil {
		b.Settle()
	}
}

func (b *bench[D]) details() []string { return backend.DetailFieldsOf(b.Desired, b.caps) }

func (b *bench[D]) byID(seen backend.Observation[D]) backend.Ref {
	return backend.Ref{ID: seen.ID, ParentID: seen.ParentID, DetailFields: b.details()}
}

// observe reads a remote that must be readable.
func (b *bench[D]) observe(t *testing.T, ref backend.Ref) backend.Observation[D] {
	t.Helper()
	obs, err := b.Driver.Observe(t.Context(), ref)
	if err != nil {
		t.Fatalf("Observe(%+v): %v", ref, err)
	}
	return obs
}

// made creates desired, or adopts what exists where the driver cannot create, and
// updates it, as the engine would, until nothing differs.
func (b *bench[D]) made(t *testing.T, token string, desired D) (backend.Observation[D], backend.Memory) {
	t.Helper()
	if !b.caps.Create {
		return b.adopted(t, desired)
	}
	ref := backend.Ref{ParentID: b.ParentID, Key: desired.Key(), Mark: b.mark(token), DetailFields: b.details()}
	obs, err := b.Driver.Create(t.Context(), ref, desired)
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	if obs.ID == "" || obs.ParentID != b.ParentID {
		t.Fatalf("Create answered id %q in %q, want an id in %q", obs.ID, obs.ParentID, b.ParentID)
	}
	caps := b.caps.For(desired)
	sent := slices.DeleteFunc(backend.Paths(desired), func(path string) bool {
		later := backend.Covers(caps.WriteOnly, path) && !backend.Covers(b.caps.CreateOnly, path)
		return later && !backend.Covers(obs.ReadOnly, path)
	})
	mem := backend.Memory{Applied: map[string]string{}, Echoes: map[string]backend.Echo{}}
	b.learn(mem, desired, obs, sent)
	b.settle()
	return b.converge(t, b.observe(t, b.byID(obs)), desired, mem), mem
}

// adopted takes over the remote that exists.
func (b *bench[D]) adopted(t *testing.T, desired D) (backend.Observation[D], backend.Memory) {
	t.Helper()
	if b.Existing == "" {
		t.Fatal("the driver cannot create; its fixture must name a remote that exists")
	}
	seen := b.observe(t, backend.Ref{ID: b.Existing, ParentID: b.ParentID, DetailFields: b.details()})
	if !seen.Exists || seen.ID != b.Existing || seen.ParentID != b.ParentID {
		t.Fatalf("the remote that exists reads as exists=%t %q in %q, want %q in %q", seen.Exists, seen.ID, seen.ParentID, b.Existing, b.ParentID)
	}
	mem := backend.Memory{Applied: map[string]string{}, Echoes: map[string]backend.Echo{}}
	adopted, err := b.Driver.Update(t.Context(), seen, desired, backend.Changes{{Path: backend.PathMark}})
	if err != nil {
		t.Fatalf("adopting: %v", err)
	}
	b.settle()
	return b.converge(t, adopted, desired, mem), mem
}

// converge updates seen, at most three times, until it is as desired.
func (b *bench[D]) converge(t *testing.T, seen backend.Observation[D], desired D, mem backend.Memory) backend.Observation[D] {
	t.Helper()
	for range 3 {
		changes := b.changes(seen, desired, mem)
		if len(changes) == 0 {
			return seen
		}
		obs, err := b.Driver.Update(t.Context(), seen, desired, changes)
		if err != nil {
			t.Fatalf("Update(%v): %v", changes.Paths(), err)
		}
		b.learn(mem, desired, obs, changes.Paths())
		b.settle()
		seen = b.observe(t, b.byID(seen))
	}
	if left := b.changes(seen, desired, mem); len(left) > 0 {
		t.Fatalf("three updates left %v", left.Paths())
	}
	return seen
}

func (b *bench[D]) changes(seen backend.Observation[D], desired D, mem backend.Memory) backend.Changes {
	changes := backend.Diff(desired, seen.Actual, b.caps.For(desired), mem)
	if seen.MarkIncomplete || seen.MarkInProse && seen.Mark.IsZero() {
		changes = append(changes, backend.Change{Path: backend.PathMark})
	}
	return changes
}

func (b *bench[D]) learn(mem backend.Memory, desired D, obs backend.Observation[D], sent []string) {
	maps.Copy(mem.Applied, backend.Applied(desired, b.caps.For(desired), sent))
	maps.Copy(mem.Echoes, backend.Echoes(desired, obs.Actual, b.caps.For(desired), sent))
}

// index lists everything in the parent that has an ownership marker, by token.
func (b *bench[D]) index(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for obs, err := range b.Driver.ObserveMany(t.Context(), []backend.Ref{{ParentID: b.ParentID, Mark: backend.Mark{Owner: "*"}}}) {
		if err != nil {
			t.Fatalf("ObserveMany: %v", err)
		}
		if obs.Exists {
			out[obs.Mark.Token] = append(out[obs.Mark.Token], obs.ID)
		}
	}
	return out
}

func (b *bench[D]) row(ctx context.Context, t *testing.T, ref backend.Ref) ([]backend.Observation[D], error) {
	t.Helper()
	var out []backend.Observation[D]
	for obs, err := range b.Driver.ObserveMany(ctx, []backend.Ref{ref}) {
		if err != nil {
			return out, err
		}
		out = append(out, obs)
	}
	return out, nil
}

func wantClass(t *testing.T, what string, err error, want backend.Class) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error, want %s", what, want)
		return
	}
	if got := backend.ClassOf(err); got != want {
		t.Errorf("%s: class %s (%v), want %s", what, got, err, want)
	}
}

func wantPaths(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
