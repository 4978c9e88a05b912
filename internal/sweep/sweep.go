// Package sweep finds drift by list: every resync interval one pass per backend and
// kind instead of one read per object. Only what differs is queued.
package sweep

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/governance-operator/governance-operator/internal/engine"
)

// tracer does nothing until the manager is told where spans go.
var tracer = otel.Tracer("governance-operator")

// TailPeriod is how often fields are read that lists do not hold.
const TailPeriod = time.Hour

// Kind is a kind that can be swept.
type Kind struct {
	Name  string
	Sweep func(ctx context.Context, b *engine.Backend, tailPeriod time.Duration) (engine.Swept, error)
	// Queue wakes objects.
	Queue func(names []types.NamespacedName)
}

// Target is a backend to sweep.
type Target struct {
	Key string
	// Tenant is who answers there; two backends can share it.
	Tenant   string
	Interval time.Duration
	// Last is when each kind was last swept, by the backend's status.
	Last map[string]time.Time
}

// Sweeper runs the sweeps. It is a manager.Runnable that needs leadership.
type Sweeper struct {
	Kinds []Kind
	// Targets lists the backends that are ready.
	Targets func(ctx context.Context) ([]Target, error)
	// Open returns a backend for a sweep.
	Open func(ctx context.Context, key string) (*engine.Backend, error)
	// Done is told the result, for the backend's status.
	Done func(key, kind string, managed int, at time.Time)
	// Every is how often the schedule is looked at; five seconds if zero.
	Every time.Duration
	// TailPeriod replaces the usual hour, if it is set.
	TailPeriod time.Duration

	due map[string]time.Time

	mu   sync.Mutex
	busy map[string]bool // tenants that are being swept
}

// NeedLeaderElection says that only the leader sweeps.
func (*Sweeper) NeedLeaderElection() bool { return true }

// Start sweeps until ctx ends. Tenants are swept side by side, and each by one sweep at a time.
func (s *Sweeper) Start(ctx context.Context) error {
	every := s.Every
	if every == 0 {
		every = 5 * time.Second
	}
	s.due, s.busy = map[string]time.Time{}, map[string]bool{}
	var running sync.WaitGroup
	defer running.Wait()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			for tenant, targets := range s.byTenant(ctx) {
				if s.begin(tenant) {
					running.Go(func() {
						defer s.end(tenant)
						s.round(ctx, targets)
					})
				}
			}
		}
	}
}

// byTenant lists the backends of every tenant.
func (s *Sweeper) byTenant(ctx context.Context) map[string][]Target {
	targets, err := s.Targets(ctx)
	if err != nil {
		log.FromContext(ctx).Error(err, "listing backends to sweep")
		return nil
	}
	out := map[string][]Target{}
	for _, t := range targets {
		out[t.Tenant] = append(out[t.Tenant], t)
	}
	return out
}

func (s *Sweeper) begin(tenant string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[tenant] {
		return false
	}
	s.busy[tenant] = true
	return true
}

func (s *Sweeper) end(tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.busy, tenant)
}

// round sweeps what is due of one tenant.
func (s *Sweeper) round(ctx context.Context, targets []Target) {
	for _, t := range targets {
		for _, k := range s.Kinds {
			if ctx.Err() != nil {
				return
			}
			if s.isDue(t, k.Name) {
				s.sweep(ctx, t, k)
			}
		}
	}
}

// isDue keeps the schedule that the backend's status remembers, so that a restart
// neither skips nor repeats a sweep.
func (s *Sweeper) isDue(t Target, kind string) bool {
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
	return !now.Before(due)
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
	period := s.TailPeriod
	if period == 0 {
		period = TailPeriod
	}
	started := time.Now()
	ctx, span := tracer.Start(ctx, k.Name+" sweep", trace.WithAttributes(
		attribute.String("governance_operator.kind", k.Name), attribute.String("governance_operator.backend", t.Key)))
	swept, err := k.Sweep(ctx, b, period)
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
	s.Done(t.Key, k.Name, swept.Managed, started)
}

func jittered(d time.Duration) time.Duration {
	if d <= 0 {
		d = 10 * time.Minute
	}
	return d + time.Duration(rand.Int64N(int64(d)/10+1))
}
