package vendortest

import (
	"maps"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Kept runs a driver as the engine does.
type Kept[D any] struct {
	*Fixture
	backend.Driver[D]
	// Memory is what was applied of the fields that the vendor does not show. Without a map
	// in it, every Converge begins with nothing applied.
	Memory backend.Memory
}

// Keep runs a driver of the tenant.
func Keep[D any](h *Fixture, driver backend.Driver[D]) Kept[D] {
	return Kept[D]{Fixture: h, Driver: driver}
}

// Ref names a remote by its id, and its detail fields by what is desired.
func (k Kept[D]) Ref(id, parent string, desired D) backend.Ref {
	return backend.Ref{ID: id, ParentID: parent, DetailFields: backend.DetailFieldsOf(desired, k.Capabilities())}
}

// Created makes a remote, which has the ownership marker where ownership markers read back.
func (k Kept[D]) Created(parent string, desired D) backend.Observation[D] {
	k.T.Helper()
	obs, err := k.Create(k.T.Context(), backend.Ref{ParentID: parent, Mark: Mark}, desired)
	if err != nil {
		k.T.Fatal(err)
	}
	if !obs.Exists || obs.ID == "" || obs.ParentID != parent || obs.Date.IsZero() || k.Capabilities().MarkProven && obs.Mark != Mark {
		k.T.Fatalf("created: exists %t, id %q in %q, mark %v, date %s", obs.Exists, obs.ID, obs.ParentID, obs.Mark, obs.Date)
	}
	return obs
}

// Observed observes a remote and the detail fields that are desired of it.
func (k Kept[D]) Observed(id, parent string, desired D) backend.Observation[D] {
	k.T.Helper()
	obs, err := k.Observe(k.T.Context(), k.Ref(id, parent, desired))
	if err != nil {
		k.T.Fatal(err)
	}
	return obs
}

// Again observes once more what was seen.
func (k Kept[D]) Again(seen backend.Observation[D], desired D) backend.Observation[D] {
	k.T.Helper()
	return k.Observed(seen.ID, seen.ParentID, desired)
}

// Diff is what an update would write.
func (k Kept[D]) Diff(obs backend.Observation[D], desired D) backend.Changes {
	return backend.Diff(desired, obs.Actual, k.Capabilities().For(desired), k.Memory)
}

// Updated writes what differs, once.
func (k Kept[D]) Updated(obs backend.Observation[D], desired D) backend.Observation[D] {
	k.T.Helper()
	changes := k.Diff(obs, desired)
	out, err := k.Update(k.T.Context(), obs, desired, changes)
	if err != nil {
		k.T.Fatalf("updating %v: %v", changes.Paths(), err)
	}
	if k.Memory.Applied != nil {
		maps.Copy(k.Memory.Applied, backend.Applied(desired, k.Capabilities(), changes.Paths()))
	}
	return out
}

// Converge updates once if anything differs, and expects that nothing is left, by the
// answer and by a fresh observation, which sees the ownership marker where ownership markers read back.
func (k Kept[D]) Converge(obs backend.Observation[D], desired D) backend.Observation[D] {
	k.T.Helper()
	if k.Memory.Applied == nil {
		k.Memory.Applied = map[string]string{}
	}
	if len(k.Diff(obs, desired)) > 0 {
		obs = k.Updated(obs, desired)
	}
	k.Same(obs, desired)
	fresh := k.Again(obs, desired)
	k.Same(fresh, desired)
	if k.Capabilities().MarkProven && fresh.Mark != Mark {
		k.T.Errorf("the mark is %v", fresh.Mark)
	}
	return fresh
}

// Same expects that nothing differs.
func (k Kept[D]) Same(obs backend.Observation[D], desired D) {
	k.T.Helper()
	if changes := k.Diff(obs, desired); len(changes) > 0 {
		k.T.Errorf("still different: %v\n%s", changes.Paths(), cmp.Diff(desired, obs.Actual))
	}
}

// Many observes remotes by their rows.
func (k Kept[D]) Many(refs ...backend.Ref) []backend.Observation[D] {
	k.T.Helper()
	var out []backend.Observation[D]
	for obs, err := range k.ObserveMany(k.T.Context(), refs) {
		if err != nil {
			k.T.Fatal(err)
		}
		out = append(out, obs)
	}
	return out
}
