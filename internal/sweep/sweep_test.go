package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// farm is a sweeper over backends of which some hang, and what it did.
type farm struct {
	Sweeper

	mu      sync.Mutex
	targets []Target
	hangs   map[string]bool // by key
	fails   map[string]bool
	began   map[string][]time.Time
	done    map[string]int
	queued  int
	inside  map[string]int // by namespace
	most    map[string]int
}

func newFarm(targets ...Target) *farm {
	f := &farm{targets: targets, hangs: map[string]bool{}, fails: map[string]bool{}, began: map[string][]time.Time{}, done: map[string]int{},
		inside: map[string]int{}, most: map[string]int{}}
	f.Sweeper = Sweeper{
		Targets: func(context.Context) ([]Target, error) {
			f.mu.Lock()
			defer f.mu.Unlock()
			return slices.Clone(f.targets), nil
		},
		Open: func(_ context.Context, key string) (*managed.Backend, error) { return &managed.Backend{Key: key}, nil },
		Done: func(key, _ string, _ fleet.Swept, _ time.Time) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.done[key]++
		},
		Kinds: []Kind{{Name: "AccessProfile", Sweep: f.sweepOne, Queue: func(n []types.NamespacedName) { f.queued += len(n) }}},
	}
	return f
}

func (f *farm) sweepOne(ctx context.Context, b *managed.Backend, _ time.Duration) (fleet.Swept, error) {
	namespace := strings.Split(b.Key, "/")[1]
	f.mu.Lock()
	f.began[b.Key] = append(f.began[b.Key], time.Now())
	f.inside[namespace]++
	f.most[namespace] = max(f.most[namespace], f.inside[namespace])
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.inside[namespace]--
		f.mu.Unlock()
	}()
	switch {
	case f.hangs[b.Key]:
		<-ctx.Done()
		return fleet.Swept{}, ctx.Err()
	case f.fails[b.Key]:
		return fleet.Swept{Differ: []types.NamespacedName{{Name: "found before"}}}, errors.New("the list broke off")
	}
	return fleet.Swept{Managed: 1}, nil
}

// during runs the sweeper for a while.
func (f *farm) during(t *testing.T, d time.Duration) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Start(ctx) }()
	time.Sleep(d)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func target(namespace, name string) Target {
	return Target{Key: "GovernanceBackend/" + namespace + "/" + name, Namespace: namespace, Interval: 10 * time.Minute}
}

func TestASweepNeverWaitsForAnothersHang(t *testing.T) {
	for sentence, hanging := range map[string]int{"beside one that hangs": 1, "beside sixty of one namespace": 60} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				victim := target("team", "prod")
				f := newFarm(victim)
				for i := range hanging {
					evil := target("evil", fmt.Sprint(i))
					f.targets, f.hangs[evil.Key] = append(f.targets, evil), true
				}
				f.during(t, 48*time.Hour)
				// Every ten to eleven minutes, looked at every five seconds.
				if n := f.done[victim.Key]; n < 48*60/12 || n > 48*60/10 {
					t.Errorf("swept %d times in 48 h, want about %d", n, 48*60/11)
				}
				if most := f.most["evil"]; most != min(hanging, places/2) {
					t.Errorf("%d sweeps of the other namespace at once, want %d", most, min(hanging, places/2))
				}
			})
		})
	}
}

func TestASweepThatHangsIsEndedAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := target("team", "prod")
		f := newFarm(b)
		f.hangs[b.Key] = true
		f.during(t, 3*longest)
		if n := len(f.began[b.Key]); n != 3 || f.done[b.Key] != 0 {
			t.Errorf("%d sweeps began and %d came to their end, want 3 and none", n, f.done[b.Key])
		}
	})
}

func TestOneNamespaceWithManyThatHangSweepsAllOfThemInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFarm()
		for i := range 60 {
			b := target("evil", fmt.Sprint(i))
			f.targets, f.hangs[b.Key] = append(f.targets, b), true
		}
		f.during(t, 5*longest)
		for _, b := range f.targets {
			if len(f.began[b.Key]) == 0 {
				t.Errorf("%s was never begun", b.Key)
			}
		}
	})
}

func TestNamesAreStillAskedWhenTheirSweepIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFarm(target("team-a", "prod"))
		var ended []error
		f.Kinds[0].AskNames = func(ctx context.Context, _ *managed.Backend, _ time.Duration) ([]types.NamespacedName, error) {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second): // A call to the vendor.
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			ended = append(ended, ctx.Err())
			return nil, ctx.Err()
		}
		f.during(t, 12*time.Minute)
		if len(ended) != 1 || ended[0] != nil {
			t.Errorf("asking for names ended with %v, want one time without an error", ended)
		}
	})
}

func TestTheScheduleIsThatOfTheStatus(t *testing.T) {
	for sentence, c := range map[string]struct {
		last     time.Duration // before the start; zero for never
		min, max time.Duration
	}{
		"never swept: after an interval":          {0, 10 * time.Minute, 11*time.Minute + 5*time.Second},
		"swept lately: when it is due":            {9 * time.Minute, time.Minute, 2*time.Minute + 5*time.Second},
		"swept long ago: at once":                 {24 * time.Hour, 0, 5 * time.Second},
		"swept in a future that a clock invented": {-24 * time.Hour, 20*time.Minute - 5*time.Second, 20*time.Minute + 5*time.Second},
	} {
		t.Run(sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, start := target("team", "prod"), time.Now()
				if c.last != 0 {
					b.Last = map[string]time.Time{"AccessProfile": start.Add(-c.last)}
				}
				f := newFarm(b)
				f.during(t, 30*time.Minute)
				if len(f.began[b.Key]) == 0 {
					t.Fatal("never swept")
				}
				if first := f.began[b.Key][0].Sub(start); first < c.min || first > c.max {
					t.Errorf("swept after %s, want between %s and %s", first, c.min, c.max)
				}
			})
		})
	}
}

func TestWhatASweepFoundBeforeItBrokeOffIsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := target("team", "prod")
		f := newFarm(b)
		f.fails[b.Key] = true
		f.during(t, 12*time.Minute)
		if f.queued != 1 || f.done[b.Key] != 0 {
			t.Errorf("%d queued and %d counted as done, want 1 and none", f.queued, f.done[b.Key])
		}
	})
}

func TestABackendThatIsGoneLeavesNoSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two := target("team", "one"), target("team", "two")
		f := newFarm(one, two)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Start(ctx) }()
		time.Sleep(time.Hour)
		f.mu.Lock()
		f.targets = []Target{two}
		f.mu.Unlock()
		time.Sleep(time.Minute)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		var ids []string
		for id := range f.due {
			ids = append(ids, id)
		}
		if !slices.Equal(ids, []string{two.Key + "|AccessProfile"}) || len(f.busy) != 0 {
			t.Errorf("schedule of %v, %d busy", ids, len(f.busy))
		}
	})
}

func TestABackendThatGoesWhileItIsSweptLeavesNoFigures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := target("team", "goes")
		f, gone := newFarm(b), false
		f.Open = func(_ context.Context, key string) (*managed.Backend, error) {
			if gone {
				return nil, &managed.BackendError{Reason: v1alpha1.ReasonBackendNotFound, Message: "the backend is gone"}
			}
			return &managed.Backend{Key: key}, nil
		}
		f.Sweeper.Kinds[0].Sweep = func(context.Context, *managed.Backend, time.Duration) (fleet.Swept, error) {
			gone = true
			DropMetrics(b.Key) // As whoever sees it go does.
			return fleet.Swept{}, errors.New("the backend is gone")
		}
		f.Kinds = append(f.Kinds, Kind{Name: "AccessReview", Sweep: f.sweepOne})
		f.during(t, 12*time.Minute)
		families, err := metrics.Registry.Gather()
		if err != nil || !gone {
			t.Fatal(err, gone)
		}
		for _, family := range families {
			for _, m := range family.GetMetric() {
				for _, label := range m.GetLabel() {
					if label.GetValue() == b.Key {
						t.Errorf("%s is left", family.GetName())
					}
				}
			}
		}
	})
}
