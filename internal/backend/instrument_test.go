package backend_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// asked is a tenant that notes what its calls are for.
type asked struct{ operations []backend.Operation }

func (a *asked) note(ctx context.Context) {
	a.operations = append(a.operations, backend.OperationOf(ctx))
}

func (a *asked) Identity(ctx context.Context) (backend.TenantID, error) {
	a.note(ctx)
	return backend.TenantID{}, nil
}

func (a *asked) Find(ctx context.Context, _ backend.Name) ([]backend.Match, error) {
	a.note(ctx)
	return nil, nil
}

func (a *asked) List(ctx context.Context, _ backend.Name, _ int) ([]backend.Listed, error) {
	a.note(ctx)
	return nil, nil
}

func (a *asked) Has(ctx context.Context, _ backend.Name, _ string) (bool, error) {
	a.note(ctx)
	return false, nil
}

func (a *asked) AppEntitlements() backend.Driver[backend.AppEntitlement] {
	return &refresher{askedDriver[backend.AppEntitlement]{a}}
}

func (a *asked) AccessProfiles() backend.Driver[backend.AccessProfile] {
	return &askedDriver[backend.AccessProfile]{a}
}

func (a *asked) AccessReviews() backend.Driver[backend.AccessReview] {
	return &askedDriver[backend.AccessReview]{a}
}

func (*asked) Pace(backend.Priority) backend.Pace { return backend.Pace{} }

type askedDriver[D any] struct{ *asked }

func (askedDriver[D]) Capabilities() backend.Capabilities { return backend.Capabilities{Create: true} }

func (d askedDriver[D]) Observe(ctx context.Context, _ backend.Ref) (o backend.Observation[D], err error) {
	d.note(ctx)
	return o, nil
}

func (d askedDriver[D]) ObserveMany(ctx context.Context, _ []backend.Ref) iter.Seq2[backend.Observation[D], error] {
	d.note(ctx)
	return func(func(backend.Observation[D], error) bool) {}
}

func (d askedDriver[D]) Create(ctx context.Context, _ backend.Ref, _ D) (o backend.Observation[D], err error) {
	d.note(ctx)
	return o, nil
}

func (d askedDriver[D]) Update(ctx context.Context, o backend.Observation[D], _ D, _ backend.Changes) (backend.Observation[D], error) {
	d.note(ctx)
	return o, nil
}

func (d askedDriver[D]) Forecast(backend.Write[D]) backend.Forecast[D] { return backend.Forecast[D]{} }

func (d askedDriver[D]) Delete(ctx context.Context, _ backend.Observation[D]) error {
	d.note(ctx)
	return nil
}

type refresher struct {
	askedDriver[backend.AppEntitlement]
}

func (r *refresher) Refresh(ctx context.Context, _ string) error {
	r.note(ctx)
	return nil
}

func TestEveryCallSaysWhatItIsFor(t *testing.T) {
	a := &asked{}
	tenant, ctx := backend.Instrument(a), t.Context()
	profiles := tenant.AccessProfiles()
	_, _ = tenant.Identity(ctx)
	_, _ = tenant.Find(ctx, backend.Name{})
	_, _ = tenant.List(ctx, backend.Name{}, 0)
	_, _ = tenant.Has(ctx, backend.Name{}, "")
	_, _ = profiles.Observe(ctx, backend.Ref{})
	for _, err := range profiles.ObserveMany(ctx, nil) {
		t.Error("there is nothing", err)
	}
	_, _ = profiles.Create(ctx, backend.Ref{}, backend.AccessProfile{DisplayName: backend.To("a name that is nobody's business")})
	_, _ = profiles.Update(ctx, backend.Observation[backend.AccessProfile]{}, backend.AccessProfile{}, backend.Changes{{Path: "description"}})
	_ = profiles.Delete(ctx, backend.Observation[backend.AccessProfile]{})
	of := func(verb string, fields ...string) backend.Operation {
		return backend.Operation{Kind: "AccessProfile", Verb: verb, Fields: fields}
	}
	want := []backend.Operation{{Verb: "identity"}, {Verb: "find"}, {Verb: "find"}, {Verb: "find"}, of("observe"), of("list"), of("create", "displayName"), of("update", "description"), of("delete")}
	if diff := cmp.Diff(want, a.operations); diff != "" {
		t.Error(diff)
	}
	if !profiles.Capabilities().Create {
		t.Error("the capabilities are not the driver's")
	}
}

// listing is a tenant whose reviews are listed.
type listing struct{ *asked }

func (l listing) AccessReviews() backend.Driver[backend.AccessReview] {
	return &lister{askedDriver[backend.AccessReview](l)}
}

type lister struct {
	askedDriver[backend.AccessReview]
}

func (*lister) Capabilities() backend.Capabilities {
	return backend.Capabilities{Update: true, Listing: backend.Listing{Of: "the tenant"}}
}

func (l *lister) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[backend.Observation[backend.AccessReview], error] {
	l.note(ctx)
	return func(yield func(backend.Observation[backend.AccessReview], error) bool) {
		yield(backend.Observation[backend.AccessReview]{ID: o.DetailFields[0]}, nil)
	}
}

// TestAListStaysOne, whatever is around the driver, and none appears where the driver has none.
func TestAListStaysOne(t *testing.T) {
	a := &asked{}
	less := []backend.Override{{Kind: "AccessReview", Capability: backend.CapabilityUpdate}, {Kind: "AccessProfile", Capability: backend.CapabilityCreate}}
	tenant := backend.Instrument(backend.Restrict(listing{a}, less))
	all, ok := backend.ListerOf(tenant.AccessReviews())
	if !ok {
		t.Fatal("it lists no more")
	}
	for obs, err := range all.ListAll(t.Context(), backend.ListOptions{DetailFields: []string{"scope"}}) {
		if obs.ID != "scope" || err != nil {
			t.Errorf("%q, %v", obs.ID, err)
		}
	}
	if diff := cmp.Diff([]backend.Operation{{Kind: "AccessReview", Verb: "list"}}, a.operations); diff != "" {
		t.Error(diff)
	}
	none, ok := backend.ListerOf(tenant.AccessProfiles())
	if ok {
		t.Error("it lists all of a sudden")
	}
	for _, err := range none.ListAll(t.Context(), backend.ListOptions{}) {
		if backend.ClassOf(err) != backend.Terminal {
			t.Errorf("%v", err)
		}
	}
}

// TestADriverStaysWhatItIs: the engine asks whether it can refresh.
func TestADriverStaysWhatItIs(t *testing.T) {
	a := &asked{}
	tenant := backend.Instrument(a)
	r, ok := tenant.AppEntitlements().(backend.Refresher)
	if !ok {
		t.Fatal("it can refresh no more")
	}
	_ = r.Refresh(t.Context(), "")
	if diff := cmp.Diff([]backend.Operation{{Kind: "AppEntitlement", Verb: "refresh"}}, a.operations); diff != "" {
		t.Error(diff)
	}
	if _, ok := tenant.AccessReviews().(backend.Refresher); ok {
		t.Error("it can refresh all of a sudden")
	}
}

func TestResultsAreWordsOfASmallVocabulary(t *testing.T) {
	for want, err := range map[string]error{
		"ok": nil, "retryable": errors.New("any"), "throttled": backend.Errorf(backend.Throttled, "x"), "outcome_unknown": backend.Errorf(backend.OutcomeUnknown, "x"),
		"fenced": backend.Errorf(backend.Fenced, "x"), "unauthorized": backend.Errorf(backend.Unauthorized, "x"),
	} {
		if got := backend.ResultOf(err); got != want {
			t.Errorf("%v: %s, not %s", err, got, want)
		}
	}
	if got := backend.ResultOf(backend.Errorf(99, "x")); got != "retryable" {
		t.Error(got)
	}
}
