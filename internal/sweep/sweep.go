// Package sweep finds drift by list: every resync interval one pass per backend and
// kind instead of one read per object. Only what differs is queued.
package sweep

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/metrics"
	"github.com/governance-operator/governance-operator/internal/queue"
)

// tracer does nothing until the manager is told where spans go.
var tracer = otel.Tracer("governance-operator")

// DetailPeriod is how often fields are read that lists do not hold.
const DetailPeriod = time.Hour

const (
	// longest is how long a sweep of a kind may take: more than the largest tenant needs at a slow pace.
	longest = time.Hour
	// places is how many backends are swept side by side; a namespace gets at most half of what the others left.
	places = 32
)

// Kind is a kind that can be swept.
type Kind struct {
	Name  string
	Sweep func(ctx context.Context, b *managed.Backend, tailPeriod time.Duration) (fleet.Swept, error)
	// AskNames asks what pinned names mean now, and returns the objects for which they moved.
	AskNames func(ctx context.Context, b *managed.Backend, period time.Duration) ([]types.NamespacedName, error)
	// Queue wakes objects.
	Queue func(names []types.NamespacedName)
}

// Target is a backend to sweep.
type Target struct {
	Key string
	// Namespace of the backend; empty for the cluster kind.
	Namespace string
	Interval  time.Duration
	// Last is when each kind was last swept, by the backend's status.
	Last map[string]time.Time
}

// Sweeper runs the sweeps. It is a manager.Runnable that needs leadership.
type Sweeper struct {
	Kinds []Kind
	// Targets lists the backends that are ready.
	Targets func(ctx context.Context) ([]Target, error)
	// Open returns a backend for a sweep.
	Open func(ctx context.Context, key string) (*managed.Backend, error)
	// Done receives the result, for the backend's status.
	Done func(key, kind string, swept fleet.Swept, at time.Time)
	// Every is how often the schedule is looked at; five seconds if zero.
	Every time.Duration
	// DetailPeriod replaces the usual hour, if it is set.
	DetailPeriod time.Duration

	due map[string]time.Time

	mu     sync.Mutex
	busy   map[string]bool // backends that are being swept
	places queue.Shares

	asking sync.WaitGroup  // those who ask for names
	asked  map[string]bool // backends and kinds of which names are being asked
	askers queue.Shares
}

// NeedLeaderElection reports whether only the leader sweeps.
func (*Sweeper) NeedLeaderElection() bool { return true }

// Start sweeps until ctx ends. Backends are swept side by side, each by one sweep at a time, and none
// waits for another's.
func (s *Sweeper) Start(ctx context.Context) error {
	every := s.Every
	if every == 0 {
		every = 5 * time.Second
	}
	s.due, s.busy, s.places = map[string]time.Time{}, map[string]bool{}, queue.Shares{Total: places}
	s.askers.Total = places
	var running sync.WaitGroup
	defer s.asking.Wait()
	defer running.Wait()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			for _, t := range s.waiting(ctx) {
				if !s.begin(t) {
					continue
				}
				running.Go(func() {
					defer s.end(t)
					s.round(ctx, t)
				})
			}
		}
	}
}

// waiting lists the backends of which a kind is due, the one that waits longest first.
func (s *Sweeper) waiting(ctx context.Context) []Target {
	targets, err := s.Targets(ctx)
	if err != nil {
		log.FromContext(ctx).Error(err, "listing backends to sweep")
		return nil
	}
	s.forget(targets)
	since := map[string]time.Time{}
	var out []Target
	for _, t := range targets {
		for _, k := range s.Kinds {
			due, is := s.isDue(t, k.Name)
			if before, ok := since[t.Key]; is && (!ok || due.Before(before)) {
				since[t.Key] = due
			}
		}
		if _, ok := since[t.Key]; ok {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b Target) int { return since[a.Key].Compare(since[b.Key]) })
	return out
}

// forget drops the schedule of backends that are not there to be swept: their status remembers it.
func (s *Sweeper) forget(targets []Target) {
	known := map[string]bool{}
	for _, t := range targets {
		for _, k := range s.Kinds {
			known[t.Key+"|"+k.Name] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.due, func(id string, _ time.Time) bool { return !known[id] })
}

func (s *Sweeper) begin(t Target) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[t.Key] || !s.places.Enter(t.Namespace) {
		return false
	}
	s.busy[t.Key] = true
	return true
}

func (s *Sweeper) end(t Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, t.Key)
	s.places.Leave(t.Namespace)
}

// round sweeps what is due of one backend.
func (s *Sweeper) round(ctx context.Context, t Target) {
	for _, k := range s.Kinds {
		if ctx.Err() != nil {
			return
		}
		if _, is := s.isDue(t, k.Name); is {
			limited, cancel := context.WithTimeout(ctx, longest)
			s.sweep(limited, t, k)
			cancel()
			s.askNames(ctx, t, k) // It goes on when the sweep is over, and has a limit of its own.
		}
	}
	// One that went meanwhile may have been counted after its figures were dropped.
	if _, err := s.Open(ctx, t.Key); managed.IsGone(err) {
		metrics.Forget(t.Key)
		DropMetrics(t.Key)
	}
}

// isDue keeps the schedule that the backend's status remembers, so that a restart
// neither skips nor repeats a sweep.
func (s *Sweeper) isDue(t Target, kind string) (due time.Time, is bool) {
	id := t.Key + "|" + kind
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	due, known := s.due[id]
	if !known {
		last, ok := t.Last[kind]
		if !ok {
			last = now
		}
		due = last.Add(jittered(t.Interval))
		s.due[id] = due
	}
	if limit := now.Add(2 * t.Interval); due.After(limit) {
		due = limit // The interval was shortened.
		s.due[id] = due
	}
	return due, !now.Before(due)
}

func (s *Sweeper) sweep(ctx context.Context, t Target, k Kind) {
	logger := log.FromContext(ctx).WithValues("backend", t.Key, "kind", k.Name)
	s.mu.Lock()
	s.due[t.Key+"|"+k.Name] = time.Now().Add(jittered(t.Interval))
	s.mu.Unlock()
	failed, differ := failures.WithLabelValues(t.Key, k.Name), differences.WithLabelValues(t.Key, k.Name) // From zero.
	b, err := s.Open(ctx, t.Key)
	if err != nil {
		failed.Inc()
		logger.V(1).Info("not swept", "reason", err.Error())
		return
	}
	started := time.Now()
	ctx, span := tracer.Start(ctx, k.Name+" sweep", trace.WithAttributes(
		attribute.String("governance_operator.kind", k.Name), attribute.String("governance_operator.backend", t.Key)))
	swept, err := k.Sweep(ctx, b, s.period())
	span.SetAttributes(attribute.Int("governance_operator.differ", len(swept.Differ)))
	span.End()
	if len(swept.Differ) > 0 {
		differ.Add(float64(len(swept.Differ)))
		k.Queue(swept.Differ)
	}
	if err != nil {
		failed.Inc()
		logger.V(1).Info("sweep ended early", "reason", err.Error())
		return
	}
	duration.WithLabelValues(t.Key, k.Name).Observe(time.Since(started).Seconds())
	logger.V(1).Info("swept", "managed", swept.Managed, "differ", len(swept.Differ), "took", time.Since(started).String())
	s.Done(t.Key, k.Name, swept, started)
}

// period is how often what no list shows is asked anew.
func (s *Sweeper) period() time.Duration {
	if s.DetailPeriod == 0 {
		return DetailPeriod
	}
	return s.DetailPeriod
}

func jittered(d time.Duration) time.Duration {
	if d <= 0 {
		d = 10 * time.Minute
	}
	return d + time.Duration(rand.Int64N(int64(d)/10+1))
}
