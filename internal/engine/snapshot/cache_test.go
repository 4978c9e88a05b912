package snapshot

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
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

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
				got, err := v.Get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
				if err != nil {
					t.Errorf("got %v", err)
					return
				}
				if got := v.Match(got, "ns/a", "T"); len(got) != 1 || got[0].ID != id {
					t.Errorf("got %v, want %s", got, id)
				}
				v.RecordWrite("t", "app-1", "other", backend.Mark{Token: "U"})
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

func TestASnapshotIsTakenAgainOnlyWhenItIsTooOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tenant := backendtest.NewTenant()
		v := newViews()
		get := func(parent string, notBefore time.Time) *Snapshot {
			t.Helper()
			got, err := v.Get(t.Context(), lookBackend, tenant.Entitlements, parent, notBefore)
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
		get("app-1", time.Now().Add(-Fresh))
		lists(1, "four seconds later")
		time.Sleep(2 * time.Second)
		get("app-1", time.Now().Add(-Fresh))
		lists(2, "six seconds later")
		get("app-2", time.Time{})
		lists(3, "another parent")
		v.Forget("t")
		get("app-1", time.Time{})
		lists(4, "after the tenant was forgotten")
	})
}

func TestASnapshotHoldsWhatWasWrittenSince(t *testing.T) {
	tenant := backendtest.NewTenant()
	bound := tenant.Entitlements.Put("app-1", backend.Mark{}, entitlementNamed("adopted"))
	tenant.Entitlements.Put("app-1", backend.Mark{}, entitlementNamed("stranger"))
	v := newViews(bound, "vanished")
	w, err := v.Get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
	if err != nil || !w.rows[bound] || len(w.rows) != 1 || w.Date.IsZero() {
		t.Fatalf("got %+v, %v, want only the bound one, dated", w, err)
	}
	ours, theirs := backend.Mark{Token: "T"}, backend.Mark{Token: "U", Owner: "ns/b"}
	v.RecordWrite("t", "app-1", "new", ours)
	for _, owner := range []string{"", "ns/a"} {
		if got := v.Match(w, owner, "T"); !slices.Equal(got, []Hit{{"new", ours}}) || !w.rows["new"] {
			t.Errorf("hits %v, want the one that was written", got)
		}
	}
	v.Remove("t", "app-1", "new")
	if got := v.Match(w, "", "T"); len(got) != 0 || w.rows["new"] {
		t.Errorf("hits %v, want none after it was dropped", got)
	}
	v.RecordWrite("t", "app-1", "new", ours)
	v.RecordWrite("t", "app-1", "new", theirs)
	if got := v.Match(w, "", "T"); len(got) != 0 {
		t.Errorf("hits %v, want none: it bears another mark now", got)
	}
	if got := v.Match(w, "ns/b", "T"); !slices.Equal(got, []Hit{{"new", theirs}}) {
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
			if _, err := v.Get(ctx, lookBackend, tenant.Entitlements, "app-1", time.Time{}); !errors.Is(err, context.Canceled) {
				t.Errorf("the one who gave up got %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if _, err := v.Get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{}); err != nil {
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
			_, _ = v.Get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := v.Get(ctx, lookBackend, tenant.Entitlements, "app-1", time.Time{}); err != nil {
			t.Errorf("after a panic the next caller got %v", err)
		}
	})
}

func TestWhatIsWrittenDuringAListIsNotLost(t *testing.T) {
	for sentence, c := range map[string]struct {
		list func(ctx context.Context, v *Cache[backend.AppEntitlement], tenant *backendtest.Tenant)
	}{
		"when a pass lists": {func(ctx context.Context, v *Cache[backend.AppEntitlement], tenant *backendtest.Tenant) {
			if _, err := v.Get(ctx, lookBackend, tenant.Entitlements, "app-1", time.Now()); err != nil {
				panic(err)
			}
		}},
		"when the sweep lists": {func(ctx context.Context, v *Cache[backend.AppEntitlement], tenant *backendtest.Tenant) {
			seen := New(time.Now(), lookBackend, everybody)
			for obs, err := range tenant.Entitlements.ObserveMany(ctx, []backend.Ref{{ParentID: "app-1", Mark: backend.Mark{Owner: "*"}}}) {
				if obs.Exists || err != nil {
					panic(fmt.Sprint("nothing is there yet: ", obs, err))
				}
			}
			v.Replace("t", "app-1", seen)
		}},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tenant := backendtest.NewTenant()
				v := newViews()
				if _, err := v.Get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				open := make(chan struct{})
				tenant.Inject(backendtest.Fault{Verb: backendtest.VerbObserveMany, Hold: open})
				var wg sync.WaitGroup
				wg.Go(func() { c.list(t.Context(), v, tenant) })
				synctest.Wait()
				time.Sleep(time.Second)
				v.RecordWrite("t", "app-1", "new", backend.Mark{Token: "T"})
				close(open)
				wg.Wait()
				w, err := v.Get(t.Context(), lookBackend, tenant.Entitlements, "app-1", time.Time{})
				if err != nil {
					t.Fatal(err)
				}
				if ids := v.Match(w, "", "T"); len(ids) != 1 {
					t.Errorf("the index shows %v for what was written while the list was on its way", ids)
				}
			})
		})
	}
}

// everybody lives.
func everybody(string) bool { return true }

func newViews(bound ...string) *Cache[backend.AppEntitlement] {
	return &Cache[backend.AppEntitlement]{Now: time.Now, Lives: everybody,
		Bound: func(context.Context, *managed.Backend, string) ([]string, map[types.UID]int64, error) {
			return bound, nil, nil
		},
		Wanted: func(Key) map[uint64]bool { return nil }}
}

var lookBackend = &managed.Backend{TenantKey: "t", TenantID: "tenant-1"}

func entitlementNamed(name string) backend.AppEntitlement {
	return backend.AppEntitlement{DisplayName: backend.To(name)}
}
