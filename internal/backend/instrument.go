package backend

import (
	"context"
	"iter"
)

// Instrument returns t with the Operation of every call in its context, so that the
// transport can tell what it is asked for and no driver need say it.
func Instrument(t Tenant) Tenant {
	return &instrumented{
		Tenant:       t,
		entitlements: instrument("AppEntitlement", t.AppEntitlements()),
		profiles:     instrument("AccessProfile", t.AccessProfiles()),
		reviews:      instrument("AccessReview", t.AccessReviews()),
	}
}

type instrumented struct {
	Tenant
	entitlements Driver[AppEntitlement]
	profiles     Driver[AccessProfile]
	reviews      Driver[AccessReview]
}

func (t *instrumented) AppEntitlements() Driver[AppEntitlement] { return t.entitlements }
func (t *instrumented) AccessProfiles() Driver[AccessProfile]   { return t.profiles }
func (t *instrumented) AccessReviews() Driver[AccessReview]     { return t.reviews }

func (t *instrumented) Identity(ctx context.Context) (TenantID, error) {
	return t.Tenant.Identity(WithOperation(ctx, Operation{Verb: VerbIdentity}))
}

func (t *instrumented) Find(ctx context.Context, q Name) ([]Match, error) {
	return t.Tenant.Find(WithOperation(ctx, Operation{Verb: VerbFind}), q)
}

func (t *instrumented) List(ctx context.Context, q Name, sought int) ([]Listed, error) {
	return t.Tenant.List(WithOperation(ctx, Operation{Verb: VerbFind}), q, sought)
}

func (t *instrumented) Has(ctx context.Context, q Name, id string) (bool, error) {
	return t.Tenant.Has(WithOperation(ctx, Operation{Verb: VerbFind}), q, id)
}

// instrument preserves the optional interface of a driver, by its kind.
func instrument[D any](kind string, d Driver[D]) Driver[D] {
	out := &instrumentedDriver[D]{Driver: d, kind: kind}
	if r, ok := d.(Refresher); ok {
		return &instrumentedRefresher[D]{out, r}
	}
	if r, ok := d.(Drafter[D]); ok {
		return &instrumentedDrafter[D]{out, r}
	}
	return out
}

type instrumentedDrafter[D any] struct {
	*instrumentedDriver[D]
	drafter Drafter[D]
}

func (d *instrumentedDrafter[D]) Pending(ctx context.Context, seen Observation[D], desired D, changes Changes) ([]string, bool, error) {
	return d.drafter.Pending(d.with(ctx, VerbObserve, nil), seen, desired, changes)
}

type instrumentedDriver[D any] struct {
	Driver[D]
	kind string
}

func (d *instrumentedDriver[D]) with(ctx context.Context, verb string, fields []string) context.Context {
	return WithOperation(ctx, Operation{d.kind, verb, fields})
}

func (d *instrumentedDriver[D]) Observe(ctx context.Context, ref Ref) (Observation[D], error) {
	return d.Driver.Observe(d.with(ctx, VerbObserve, nil), ref)
}

func (d *instrumentedDriver[D]) ObserveMany(ctx context.Context, refs []Ref) iter.Seq2[Observation[D], error] {
	return d.Driver.ObserveMany(d.with(ctx, VerbList, nil), refs)
}

// ListAll is the driver's, if it has one: see ListerOf.
func (d *instrumentedDriver[D]) ListAll(ctx context.Context, o ListOptions) iter.Seq2[Observation[D], error] {
	return listAll(d.with(ctx, VerbList, nil), d.Driver, o)
}

func (d *instrumentedDriver[D]) Create(ctx context.Context, ref Ref, desired D) (Observation[D], error) {
	var fields []string
	for _, f := range Fields(desired) {
		fields = append(fields, f.Path)
	}
	return d.Driver.Create(d.with(ctx, VerbCreate, fields), ref, desired)
}

func (d *instrumentedDriver[D]) Update(ctx context.Context, seen Observation[D], desired D, changes Changes) (Observation[D], error) {
	return d.Driver.Update(d.with(ctx, VerbUpdate, changes.Paths()), seen, desired, changes)
}

func (d *instrumentedDriver[D]) Delete(ctx context.Context, seen Observation[D]) error {
	return d.Driver.Delete(d.with(ctx, VerbDelete, nil), seen)
}

type instrumentedRefresher[D any] struct {
	*instrumentedDriver[D]
	refresher Refresher
}

func (d *instrumentedRefresher[D]) Refresh(ctx context.Context, parentID string) error {
	return d.refresher.Refresh(d.with(ctx, VerbRefresh, nil), parentID)
}
