package veza

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// Forecast says what a write would leave and cost, see backend.Driver: taking an entity over is an observation of it.
func (d *entitlementDriver) Forecast(w backend.Write[backend.AppEntitlement]) backend.Forecast[backend.AppEntitlement] {
	return backend.Forecast[backend.AppEntitlement]{After: backend.Foreseen(w, d.Capabilities()), Calls: 1}
}

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *reviewDriver) Forecast(w backend.Write[backend.AccessReview]) backend.Forecast[backend.AccessReview] {
	f := backend.Forecast[backend.AccessReview]{After: backend.Foreseen(w, d.Capabilities()), Calls: 1}
	if w.Verb == backend.VerbCreate {
		f.Calls++ // It is read back.
	}
	return f
}

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *profileDriver) Forecast(w backend.Write[backend.AccessProfile]) backend.Forecast[backend.AccessProfile] {
	caps := d.Capabilities()
	f := backend.Forecast[backend.AccessProfile]{Calls: 1}
	switch w.Verb {
	case backend.VerbObserve:
		return backend.Looked[backend.AccessProfile](1 + len(w.Ref.DetailFields))
	case backend.VerbCreate:
		later := []string{pathMembers, pathCatalog, pathApproval}
		state := rest.Upper(backend.Value(backend.Value(profileBlock(w.Desired)).State))
		if state == stateRunning {
			later = append(later, pathState)
		}
		f.After = backend.Foreseen(w, caps, later...)
		return f
	case backend.VerbDelete:
		f.After, f.Calls = backend.Foreseen(w, caps), 2
		return f
	}
	f.After = backend.Foreseen(w, caps)
	if w.Changes.Has(backend.PathRetired) {
		f.Calls = 3 // It is read, paused, and read again; while it runs its members are read and go.
		if rest.Upper(backend.Value(backend.Value(profileBlock(w.Seen.Actual)).State)) == stateRunning {
			f.Calls += 2
		}
		return f
	}
	f.Calls = d.updateCalls(w)
	return f
}

// updateCalls is how many calls an update takes, by its steps.
func (d *profileDriver) updateCalls(w backend.Write[backend.AccessProfile]) int {
	want, seen := backend.Value(profileBlock(w.Desired)), backend.Value(profileBlock(w.Seen.Actual))
	calls := 2 // It is read before and after.
	some := func(is bool) {
		if is {
			calls++
		}
	}
	some(want.Members != nil) // They are read again.
	if w.Changes.Has(pathMembers) {
		added, gone := len(minus(want.Members, seen.Members)), len(minus(seen.Members, want.Members))
		calls += 1 + backend.Chunks(gone, membersPerCall) + backend.Chunks(added, membersPerCall)
		some(added > 0 && w.Changes.Any(ofVersion...))
	}
	version := w.Changes.Any(ofVersion...)
	some(version)
	some(version && w.Changes.Has(pathMembers))
	row := w.Changes.Without(append([]string{pathMembers, pathState}, ofVersion...))
	some(len(row) > 0)
	some(w.Changes.Has(pathState))
	return calls
}
