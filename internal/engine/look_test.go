package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/backend/backendtest"
)

// everybody lives.
func everybody(string) bool { return true }

func newViews(bound ...string) *views[backend.AppEntitlement] {
	return &views[backend.AppEntitlement]{now: time.Now, lives: everybody,
		bound:  func(context.Context, *Backend, string) ([]string, map[types.UID]int64, error) { return bound, nil, nil },
		wanted: func(parentKey) map[uint64]bool { return nil }}
}

var lookBackend = &Backend{TenantKey: "t", TenantID: "tenant-1"}

func entitlementNamed(name string) backend.AppEntitlement {
	return backend.AppEntitlement{DisplayName: backend.To(name)}
}

func TestOneListServesManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := backendtest.NewTenant()
		id := tenant.Entitlements.Put("app-1", backend.Mark{Token: "T", Owner: "ns/a", Cluster: "c"}, entitlementNamed("a"))
		open := make(chan struct{})
		tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserveMany, Hold: open})
		v := newViews()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				got, err := v.get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
				if err != nil {
					t.Errorf("got %v", err)
					return
				}
				if got := v.hits(got, "ns/a", "T"); len(got) != 1 || got[0].id != id {
					t.Errorf("got %v, want %s", got, id)
				}
				v.note("t", "app-1", "other", backend.Mark{Token: "U"})
			})
		}
		synctest.Wait()
		close(open)
		wg.Wait()
		if n := tenant.Calls(backendtest.VerbObserveMany); n != 1 {
			t.Errorf("%d lists, want one", n)
		}
	})
}

func TestAViewIsTakenAgainOnlyWhenItIsTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := backendtest.NewTenant()
		v := newViews()
		get := func(parent string, notBefore time.Time) *view {
			t.Helper()
			got, err := v.get(t.Context(), lookBackend, tenant.Entitlements, parent, notBefore)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		lists := func(want int, why string) {
			t.Helper()
			if n := tenant.Calls(backendtest.VerbObserveMany); n != want {
				t.Errorf("%s: %d lists, want %d", why, n, want)
			}
		}
		get("app-1", time.Time{})
		lists(1, "the first look")
		time.Sleep(4 * time.Second)
		get("app-1", time.Now().Add(-shared))
		lists(1, "four seconds later")
		time.Sleep(2 * time.Second)
		get("app-1", time.Now().Add(-shared))
		lists(2, "six seconds later")
		get("app-2", time.Time{})
		lists(3, "another parent")
		v.forget("t")
		get("app-1", time.Time{})
		lists(4, "after the tenant was forgotten")
	})
}

func TestAViewHoldsWhatWasWrittenSince(t *testing.T) {
	tenant := backendtest.NewTenant()
	bound := tenant.Entitlements.Put("app-1", backend.Mark{}, entitlementNamed("adopted"))
	tenant.Entitlements.Put("app-1", backend.Mark{}, entitlementNamed("stranger"))
	v := newViews(bound, "vanished")
	w, err := v.get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
	if err != nil || !w.rows[bound] || len(w.rows) != 1 || w.date.IsZero() {
		t.Fatalf("got %+v, %v, want only the bound one, dated", w, err)
	}
	ours, theirs := backend.Mark{Token: "T"}, backend.Mark{Token: "U", Owner: "ns/b"}
	v.note("t", "app-1", "new", ours)
	for _, owner := range []string{"", "ns/a"} {
		if got := v.hits(w, owner, "T"); !slices.Equal(got, []hit{{"new", ours}}) || !w.rows["new"] {
			t.Errorf("hits %v, want the one that was written", got)
		}
	}
	v.drop("t", "app-1", "new")
	if got := v.hits(w, "", "T"); len(got) != 0 || w.rows["new"] {
		t.Errorf("hits %v, want none after it was dropped", got)
	}
	v.note("t", "app-1", "new", ours)
	v.note("t", "app-1", "new", theirs)
	if got := v.hits(w, "", "T"); len(got) != 0 {
		t.Errorf("hits %v, want none: it bears another mark now", got)
	}
	if got := v.hits(w, "ns/b", "T"); !slices.Equal(got, []hit{{"new", theirs}}) {
		t.Errorf("hits %v, want the one with the other mark", got)
	}
}

func TestAFailedListIsNotKeptAndAWaiterAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := backendtest.NewTenant()
		tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserveMany, Hold: make(chan struct{})})
		v := newViews()
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := v.get(ctx, lookBackend, tenant.Entitlements, "app-1", time.Time{}); !errors.Is(err, context.Canceled) {
				t.Errorf("the one who gave up got %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if _, err := v.get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{}); err != nil {
				t.Errorf("the one who waited got %v", err)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
		if n := tenant.Calls(backendtest.VerbObserveMany); n != 2 {
			t.Errorf("%d lists, want two", n)
		}
	})
}

func TestAPanicInAListLeavesNobodyWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := backendtest.NewTenant()
		tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserveMany, Do: func() { panic("a driver's bug") }})
		v := newViews()
		func() {
			defer func() { _ = recover() }()
			_, _ = v.get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := v.get(ctx, lookBackend, tenant.Entitlements, "app-1", time.Time{}); err != nil {
			t.Errorf("after a panic the next caller got %v", err)
		}
	})
}

func TestTheTenantsClockIsCarriedForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock{now: time.Now}
		if _, err := c.read("t"); !errors.Is(err, errNoClock) {
			t.Errorf("before any answer: %v", err)
		}
		vendor := time.Date(2031, 5, 5, 0, 0, 0, 0, time.UTC)
		c.saw("t", vendor)
		c.saw("t", time.Time{})
		time.Sleep(90 * time.Second)
		if got, err := c.read("t"); err != nil || !got.Equal(vendor.Add(90*time.Second)) {
			t.Errorf("the clock says %v, %v, want %v", got, err, vendor.Add(90*time.Second))
		}
		if _, err := c.read("other"); err == nil {
			t.Error("another tenant's clock is not known")
		}
		w := &view{date: vendor, taken: time.Now().Add(-time.Minute)}
		if got := carried(w, time.Now()); !got.Equal(vendor.Add(time.Minute)) {
			t.Errorf("a view of a minute ago is carried to %v", got)
		}
		if got := carried(&view{taken: time.Now()}, time.Now()); !got.IsZero() {
			t.Errorf("a view without a date is carried to %v", got)
		}
	})
}

func TestWhatIsWrittenDuringAListIsNotLost(t *testing.T) {
	for sentence, c := range map[string]struct {
		list func(v *views[backend.AppEntitlement], tenant *backendtest.Tenant)
	}{
		"when a pass lists": {func(v *views[backend.AppEntitlement], tenant *backendtest.Tenant) {
			if _, err := v.get(context.Background(), lookBackend, tenant.Entitlements, "app-1", time.Now()); err != nil {
				panic(err)
			}
		}},
		"when the sweep lists": {func(v *views[backend.AppEntitlement], tenant *backendtest.Tenant) {
			seen := newView(time.Now(), lookBackend, everybody)
			for obs, err := range tenant.Entitlements.ObserveMany(context.Background(), []backend.Ref{{ParentID: "app-1", Mark: backend.Mark{Owner: "*"}}}) {
				if obs.Exists || err != nil {
					panic(fmt.Sprint("nothing is there yet: ", obs, err))
				}
			}
			v.keep("t", "app-1", seen)
		}},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tenant := backendtest.NewTenant()
				v := newViews()
				if _, err := v.get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				open := make(chan struct{})
				tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserveMany, Hold: open})
				var wg sync.WaitGroup
				wg.Go(func() { c.list(v, tenant) })
				synctest.Wait()
				time.Sleep(time.Second)
				v.note("t", "app-1", "new", backend.Mark{Token: "T"})
				close(open)
				wg.Wait()
				w, err := v.get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				if ids := v.hits(w, "", "T"); len(ids) != 1 {
					t.Errorf("the index shows %v for what was written while the list was on its way", ids)
				}
			})
		})
	}
}
