package vendortest

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// specsTried is how many random specs StaysConverged tries by default.
const specsTried = 300

// Guard is where random specs of a kind are made and looked at.
type Guard[D backend.Model] struct {
	RandomSpecs[D]
	Place
	Open func(*testing.T) Kept[D]
	// Prepare sets a sandbox up that was reset; nil where nothing is to be done.
	Prepare func(Kept[D])
}

// StaysConverged makes remotes of random specs, as the engine does: a create, then at most three
// updates. After that three observations, one of them by list, must see no difference, at a vendor
// that keeps what it gets as well as at one that trims, folds and reorders.
func StaysConverged[D backend.Model](t *testing.T, g Guard[D]) {
	Checks(t, specsTried)
	k := g.Open(t)
	tried, writes := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		k.Reset()
		if g.Prepare != nil {
			g.Prepare(k)
		}
		if rapid.Bool().Draw(rt, "the vendor normalises") {
			k.Feature(sandbox.FeatureNormalises)
		}
		r := &run[D]{T: rt, k: k, g: g, desired: g.Draw(rt, k.Capabilities())}
		r.caps = k.Capabilities().For(r.desired)
		r.memory = backend.Memory{Applied: map[string]string{}, Echoes: map[string]backend.Echo{}}
		r.converge(r.begin())
		r.lookThrice()
		tried, writes = tried+1, writes+r.writes
	})
	t.Logf("%d specs, %d creates and updates", tried, writes)
}

// run is one spec on its way.
type run[D backend.Model] struct {
	*rapid.T
	k       Kept[D]
	g       Guard[D]
	desired D
	caps    backend.Capabilities
	memory  backend.Memory
	// updates are those that followed the first write; writes are all.
	updates, writes int
	// found is the remote as the last write answered.
	found backend.Observation[D]
}

// begin creates a remote, or takes over what exists where the driver cannot create.
func (r *run[D]) begin() backend.Observation[D] {
	ctx := r.k.T.Context()
	if !r.caps.Create {
		seen, err := r.k.Observe(ctx, r.k.Ref(r.g.Existing, r.g.ParentID, r.desired))
		if err != nil || !seen.Exists {
			r.Fatalf("looking for what exists: %t, %v", seen.Exists, err)
		}
		seen.Mark = Mark
		if r.found = seen; !r.caps.Update {
			return seen
		}
		obs, err := r.k.Update(ctx, seen, r.desired, append(backend.Changes{{Path: backend.PathMark}}, r.changes(seen)...))
		r.wrote(obs, err, r.changes(seen).Paths())
		return obs
	}
	obs, err := r.k.Create(ctx, backend.Ref{ParentID: r.g.ParentID, Key: r.desired.Key(), Mark: Mark, DetailFields: backend.DetailFieldsOf(r.desired, r.caps)}, r.desired)
	r.wrote(obs, err, slices.DeleteFunc(backend.Paths(r.desired), func(path string) bool {
		later := backend.Covers(r.caps.WriteOnly, path) && !backend.Covers(r.caps.CreateOnly, path)
		return later && !backend.Covers(obs.ReadOnly, path)
	}))
	return obs
}

// converge observes and updates until nothing differs.
func (r *run[D]) converge(obs backend.Observation[D]) {
	for range 4 {
		obs = r.look(obs)
		changes := r.changes(obs)
		if len(changes) == 0 {
			return
		}
		if r.updates++; r.updates > 3 {
			r.Fatalf("three updates left %v of %s\n%s", changes.Paths(), rendered(r.desired), rendered(obs.Actual))
		}
		next, err := r.k.Update(r.k.T.Context(), obs, r.desired, changes)
		r.wrote(next, err, changes.Paths())
	}
}

// lookThrice expects nothing to do any more.
func (r *run[D]) lookThrice() {
	if refused := r.k.Rejections(); len(refused) > 0 {
		r.Fatalf("the contract was broken: %+v", refused)
	}
	r.k.ResetCalls()
	obs := r.look(r.found)
	for range 2 {
		// What takes no more edits must not differ either: it would be drift for ever.
		left := append(r.changes(obs), backend.Diff(r.desired, obs.Actual, r.caps, r.memory)...)
		if len(left) > 0 {
			r.Fatalf("a further look sees %v of %s\n%s", left.Paths(), rendered(r.desired), rendered(obs.Actual))
		}
		obs = r.look(obs)
	}
	ref := backend.Ref{ID: obs.ID, ParentID: obs.ParentID}
	for row, err := range r.k.ObserveMany(r.k.T.Context(), []backend.Ref{ref}) {
		if err != nil || !row.Exists {
			r.Fatalf("looking by list: exists %t, %v", row.Exists, err)
		}
		if want, got := backend.RowDigest(r.desired, obs, r.caps), backend.RowDigest(r.desired, row, r.caps); got != want {
			r.Fatalf("a look by list sees something else: %s, %s", got, want)
		}
	}
	if n := r.k.Counts().Writes; n > 0 {
		r.Fatalf("looks made %d writes", n)
	}
}

func (r *run[D]) look(seen backend.Observation[D]) backend.Observation[D] {
	obs, err := r.k.Observe(r.k.T.Context(), r.k.Ref(seen.ID, seen.ParentID, r.desired))
	if err != nil || !obs.Exists {
		r.Fatalf("looking: exists %t, %v", obs.Exists, err)
	}
	return obs
}

// wrote takes over what a write answered, and remembers what the vendor does not show.
func (r *run[D]) wrote(obs backend.Observation[D], err error, sent []string) {
	if err != nil {
		r.Fatalf("%v, writing %v of %s", err, sent, rendered(r.desired))
	}
	maps.Copy(r.memory.Applied, backend.Applied(r.desired, r.caps, sent))
	for _, path := range sent {
		delete(r.memory.Echoes, path)
	}
	maps.Copy(r.memory.Echoes, backend.Echoes(r.desired, obs.Actual, r.caps, sent))
	r.found, r.writes = obs, r.writes+1
	if r.g.Settles > 0 {
		r.k.Advance(r.g.Settles)
	}
}

// changes are what the engine would write.
func (r *run[D]) changes(obs backend.Observation[D]) backend.Changes {
	changes := backend.Diff(r.desired, obs.Actual, r.caps, r.memory)
	changes = changes.Without(append(slices.Clone(obs.ReadOnly), r.caps.CreateOnly...))
	if obs.MarkIncomplete || obs.MarkInProse && obs.Mark.IsZero() {
		changes = append(changes, backend.Change{Path: backend.PathMark})
	}
	return changes
}

// rendered is a spec for people.
func rendered(desired any) string {
	out := ""
	for _, f := range backend.Fields(desired) {
		out += "\n\t" + f.Path + " = " + f.Text()
	}
	return out
}
