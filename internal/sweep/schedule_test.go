package sweep

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

func TestTheBackendThatWaitsLongestIsSweptFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		ago := func(d time.Duration) map[string]time.Time {
			return map[string]time.Time{"AccessProfile": now.Add(-d), "AppEntitlement": now}
		}
		young, old, fresh := target("team", "young"), target("team", "old"), target("team", "fresh")
		young.Last, old.Last, fresh.Last = ago(time.Hour), ago(2*time.Hour), ago(0)
		f := newFarm(young, old, fresh)
		f.Kinds = append([]Kind{{Name: "AppEntitlement"}}, f.Kinds...)
		f.due = map[string]time.Time{}
		var got []string
		for _, t := range f.waiting(t.Context()) {
			got = append(got, t.Key)
		}
		if diff := cmp.Diff([]string{old.Key, young.Key}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestEachKindIsSweptAtItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		b := target("team", "prod")
		b.Last = map[string]time.Time{"AccessProfile": start.Add(-time.Hour), "AccessReview": start}
		swept := map[string][]time.Duration{}
		f := newFarm(b)
		f.Kinds = nil
		for _, kind := range []string{"AccessProfile", "AccessReview"} {
			f.Kinds = append(f.Kinds, Kind{Name: kind, Sweep: func(context.Context, *managed.Backend, time.Duration) (fleet.Swept, error) {
				swept[kind] = append(swept[kind], time.Since(start))
				return fleet.Swept{}, nil
			}})
		}
		f.during(t, 10*time.Minute)
		if len(swept["AccessProfile"]) != 1 || swept["AccessProfile"][0] != 5*time.Second || len(swept["AccessReview"]) != 0 {
			t.Errorf("swept at %v, want the profiles alone, at the first look", swept)
		}
	})
}

func TestAnIntervalThatIsShortenedCountsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := target("team", "prod")
		long.Interval = 24 * time.Hour
		f := newFarm(long)
		f.due = map[string]time.Time{}
		if due, is := f.isDue(long, "AccessProfile"); is || time.Until(due) < 24*time.Hour {
			t.Fatalf("due in %s", time.Until(due))
		}
		short := long
		short.Interval = 10 * time.Minute
		if due, is := f.isDue(short, "AccessProfile"); is || time.Until(due) != 20*time.Minute {
			t.Errorf("due in %s, want two intervals at most", time.Until(due))
		}
	})
}

func TestWhatCannotBeReachedIsSweptLater(t *testing.T) {
	for sentence, c := range map[string]struct {
		during time.Duration
		fail   func(f *farm, down func() bool)
	}{
		"the list of backends is asked for at the next look": {10 * time.Minute, func(f *farm, down func() bool) {
			list := f.Targets
			f.Targets = func(ctx context.Context) ([]Target, error) {
				if down() {
					return nil, errors.New("no cache")
				}
				return list(ctx)
			}
		}},
		"the backend itself is swept after its interval": {12 * time.Minute, func(f *farm, down func() bool) {
			open := f.Open
			f.Open = func(ctx context.Context, key string) (*managed.Backend, error) {
				if down() {
					return nil, errors.New("no Secret")
				}
				return open(ctx, key)
			}
		}},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				b := target("team", "prod")
				b.Last = map[string]time.Time{"AccessProfile": start.Add(-time.Hour)}
				f := newFarm(b)
				c.fail(f, func() bool { return time.Since(start) < time.Minute })
				f.during(t, c.during)
				if n := len(f.began[b.Key]); n != 1 {
					t.Errorf("swept %d times, want once", n)
				}
			})
		})
	}
}

func TestObjectsWhoseNamesMovedAreQueued(t *testing.T) {
	for sentence, c := range map[string]struct {
		detail, want time.Duration
	}{
		"every hour":                  {want: time.Hour},
		"as often as it is asked for": {detail: time.Minute, want: time.Minute},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := target("team", "prod")
				b.Last = map[string]time.Time{"AccessProfile": time.Now().Add(-time.Hour)}
				f := newFarm(b)
				f.DetailPeriod = c.detail
				var periods []time.Duration
				var queued []types.NamespacedName
				f.Kinds[0].Queue = func(names []types.NamespacedName) { queued = append(queued, names...) }
				f.Kinds[0].AskNames = func(_ context.Context, _ *managed.Backend, period time.Duration) ([]types.NamespacedName, error) {
					periods = append(periods, period)
					return []types.NamespacedName{{Name: "moved"}}, errors.New("and the rest was not answered")
				}
				f.during(t, time.Minute)
				if !slices.Equal(periods, []time.Duration{c.want}) || !slices.Equal(queued, []types.NamespacedName{{Name: "moved"}}) {
					t.Errorf("asked with %v, queued %v", periods, queued)
				}
			})
		})
	}
}
