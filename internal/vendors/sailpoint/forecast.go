package sailpoint

import "github.com/governance-operator/governance-operator/internal/backend"

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *entitlementDriver) Forecast(w backend.Write[backend.AppEntitlement]) backend.Forecast[backend.AppEntitlement] {
	if w.Verb == backend.VerbObserve {
		return backend.Looked[backend.AppEntitlement](1 + min(len(w.Ref.DetailFields), 1)) // The request config has them all.
	}
	f := backend.Forecast[backend.AppEntitlement]{After: backend.Foreseen(w, d.Capabilities())}
	for _, is := range []bool{w.Changes.Any(ofEntitlementRow...), w.Changes.Any(pathRequest, pathRevocation)} {
		if is {
			f.Calls += 2 // It is read right before it is written.
		}
	}
	return f
}

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *profileDriver) Forecast(w backend.Write[backend.AccessProfile]) backend.Forecast[backend.AccessProfile] {
	f := backend.Forecast[backend.AccessProfile]{After: backend.Foreseen(w, d.Capabilities(), pathMetadata), Calls: 1}
	if w.Verb != backend.VerbUpdate {
		return f
	}
	// It is read right before it is written, and its metadata goes alone.
	for _, is := range []bool{len(w.Changes.Without([]string{pathMetadata})) > 0, w.Changes.Has(pathMetadata)} {
		if is {
			f.Calls++
		}
	}
	return f
}

// Forecast says what a write would leave and cost, see backend.Driver.
func (d *reviewDriver) Forecast(w backend.Write[backend.AccessReview]) backend.Forecast[backend.AccessReview] {
	f := backend.Forecast[backend.AccessReview]{After: backend.Foreseen(w, d.Capabilities(), "start.mode"), Calls: 1}
	if w.Verb != backend.VerbUpdate {
		return f
	}
	f.Calls = 2 // It is read before and after.
	transits := w.Changes.Any("start.mode", "close.mode")
	for _, is := range []bool{len(w.Changes.Without([]string{"start", "close"})) > 0, transits} {
		if is {
			f.Calls++
		}
	}
	return f
}
