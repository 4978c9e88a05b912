package backend

import (
	"context"
	"iter"
)

// Unsupported is a tenant without any kind. A vendor's tenant embeds it and has the kinds that the vendor has; objects of the
// others are refused, see Capabilities.NoKind.
type Unsupported struct{}

// AppEntitlements is a driver that can do nothing.
func (Unsupported) AppEntitlements() Driver[AppEntitlement] { return noDriver[AppEntitlement]{} }

// AccessProfiles is a driver that can do nothing.
func (Unsupported) AccessProfiles() Driver[AccessProfile] { return noDriver[AccessProfile]{} }

// AccessReviews is a driver that can do nothing.
func (Unsupported) AccessReviews() Driver[AccessReview] { return noDriver[AccessReview]{} }

// noDriver is the driver of a kind that a vendor does not have. It makes no call.
type noDriver[D any] struct{}

func (noDriver[D]) Capabilities() Capabilities { return Capabilities{NoKind: true} }

func (noDriver[D]) Observe(context.Context, Ref) (Observation[D], error) {
	return Observation[D]{}, noKind()
}

func (noDriver[D]) ObserveMany(_ context.Context, refs []Ref) iter.Seq2[Observation[D], error] {
	return func(yield func(Observation[D], error) bool) {
		if len(refs) > 0 {
			yield(Observation[D]{}, noKind())
		}
	}
}

func (noDriver[D]) Create(context.Context, Ref, D) (Observation[D], error) {
	return Observation[D]{}, noKind()
}

func (noDriver[D]) Update(context.Context, Observation[D], D, Changes) (Observation[D], error) {
	return Observation[D]{}, noKind()
}

func (noDriver[D]) Delete(context.Context, Observation[D]) error { return noKind() }

func (noDriver[D]) Forecast(Write[D]) Forecast[D] { return Forecast[D]{} }

func noKind() error { return Errorf(Terminal, "%s", noKindText) }

// noKindText is said of an object of a kind that the vendor does not have.
const noKindText = "this backend's vendor has nothing of this kind"
