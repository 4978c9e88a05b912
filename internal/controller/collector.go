package controller

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/tenancy"
)

// What is read when somebody scrapes, and kept nowhere: it costs nothing in between, and an
// object or backend that is gone leaves no series behind.
var (
	objectsDesc = prometheus.NewDesc("governance_operator_objects",
		"Objects by kind, backend and readiness: Ready, Reconciling, Stalled or Deleting.", []string{"kind", "backend", "readiness"}, nil)
	readyDesc = prometheus.NewDesc("governance_operator_backend_ready",
		"1 where a backend is Ready, else 0, with the reason of its Ready condition.", []string{"backend", "vendor", "reason"}, nil)
	leftDesc = prometheus.NewDesc("governance_operator_backend_budget_left",
		"Calls that an edit could make at once; below zero where calls wait. Backends with one credential share it.", []string{"backend", "vendor"}, nil)
	limitDesc = prometheus.NewDesc("governance_operator_backend_budget_limit",
		"What governance_operator_backend_budget_left is at most.", []string{"backend", "vendor"}, nil)
	pauseDesc = prometheus.NewDesc("governance_operator_backend_pause_left_seconds",
		"How long the vendor still wants to be left alone, by its Retry-After.", []string{"backend", "vendor"}, nil)
	breakerDesc = prometheus.NewDesc("governance_operator_backend_breaker_open",
		"1 while calls are held because the vendor failed repeatedly, else 0.", []string{"backend", "vendor"}, nil)
	absentDesc = prometheus.NewDesc("governance_operator_backend_absent_objects",
		"Objects whose remotes vanished at once, while the safety limit MassAbsence holds, else 0.", []string{"backend", "kind"}, nil)
	heldDesc = prometheus.NewDesc("governance_operator_backend_held_deletions",
		"Deletions that the safety limit MassDeletion holds, else 0.", []string{"backend"}, nil)
	ageDesc = prometheus.NewDesc("governance_operator_sweep_age_seconds",
		"Time since the last sweep of a kind behind a backend began that came to its end, or since the backend was made.", []string{"backend", "kind"}, nil)
	unmarkedDesc = prometheus.NewDesc("governance_operator_unmarked_remotes",
		"Remotes that the last sweep listed, that bear no ownership marker and belong to no object behind the backend.", []string{"backend", "kind"}, nil)
	placesDesc = prometheus.NewDesc("governance_operator_unmarked_remotes_places",
		"In how many apps, sources, profile types or configurations governance_operator_unmarked_remotes were counted.", []string{"backend", "kind"}, nil)
)

// scrapeLimit bounds how long a scrape waits for the cache.
const scrapeLimit = 5 * time.Second

// collector tells how objects and backends are. Only the leader knows, so that none is told twice.
type collector struct {
	reader  client.Reader
	pool    *tenancy.Pool
	sweeps  *SweepLog
	elected <-chan struct{}
}

// register puts c in the place of the collector of an earlier manager of this process.
func (c *collector) register() error {
	err := metrics.Registry.Register(c)
	var before prometheus.AlreadyRegisteredError
	if errors.As(err, &before) {
		metrics.Registry.Unregister(before.ExistingCollector)
		return metrics.Registry.Register(c)
	}
	return err
}

func newCollector(mgr manager.Manager, pool *tenancy.Pool, sweeps *SweepLog) *collector {
	return &collector{reader: mgr.GetClient(), pool: pool, sweeps: sweeps, elected: mgr.Elected()}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{objectsDesc, readyDesc, leftDesc, limitDesc, pauseDesc, breakerDesc, absentDesc, heldDesc, ageDesc, unmarkedDesc, placesDesc} {
		out <- d
	}
}

// Collect implements prometheus.Collector. What cannot be read is left out.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	select {
	case <-c.elected:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeLimit)
	defer cancel()
	c.objects(ctx, out)
	backends, err := c.pool.All(ctx)
	if err != nil {
		return
	}
	for _, o := range backends {
		c.backend(o, out)
	}
}

func gauge(out chan<- prometheus.Metric, d *prometheus.Desc, value float64, labels ...string) {
	out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// objects counts those of the cache as they are, without copying them.
func (c *collector) objects(ctx context.Context, out chan<- prometheus.Metric) {
	for _, kind := range managedKinds {
		list := newList(kind)
		if c.reader.List(ctx, list, client.UnsafeDisableDeepCopy) != nil {
			continue
		}
		type group struct{ backend, readiness string }
		counts := map[group]int{}
		for _, o := range itemsOf(list) {
			counts[group{managed.BackendKey(o), readinessOf(o)}]++
		}
		for g, n := range counts {
			gauge(out, objectsDesc, float64(n), kind, g.backend, g.readiness)
		}
	}
}

func readinessOf(o managed.Object) string {
	is := func(condition string) bool {
		return meta.IsStatusConditionTrue(o.GetManagedStatus().Conditions, condition)
	}
	switch {
	case !o.GetDeletionTimestamp().IsZero():
		return "Deleting"
	case is(v1alpha1.ConditionStalled):
		return "Stalled"
	case is(v1alpha1.ConditionReady) && o.GetManagedStatus().ObservedGeneration == o.GetGeneration():
		return "Ready"
	}
	return "Reconciling"
}

func (c *collector) backend(o tenancy.Object, out chan<- prometheus.Metric) {
	key, vendor, st := tenancy.Key(o), string(o.GetBackendSpec().Vendor), o.GetBackendStatus()
	ready, reason := 0.0, ""
	if cond := meta.FindStatusCondition(st.Conditions, v1alpha1.ConditionReady); cond != nil {
		reason = cond.Reason
		if cond.Status == metav1.ConditionTrue {
			ready = 1
		}
	}
	gauge(out, readyDesc, ready, key, vendor, reason)
	if g, ok := c.pool.Gate(key); ok {
		if g.Limit > 0 {
			gauge(out, leftDesc, g.Left, key, vendor)
			gauge(out, limitDesc, float64(g.Limit), key, vendor)
		}
		gauge(out, pauseDesc, g.Pause.Seconds(), key, vendor)
		open := 0.0
		if g.Open {
			open = 1
		}
		gauge(out, breakerDesc, open, key, vendor)
	}
	absent, waits := c.pool.Limits.Holds(key)
	held := 0
	if _, deletions := c.pool.Limits.State(key); waits {
		held = deletions.Waiting
	}
	gauge(out, heldDesc, float64(held), key)
	for _, kind := range managedKinds {
		gauge(out, absentDesc, float64(absent[kind]), key, kind)
		gauge(out, ageDesc, time.Since(c.sweptAt(o, key, kind)).Seconds(), key, kind)
		c.unmarked(o, key, kind, out)
	}
}

// unmarked tells what this process or the status remembers of the last sweep; nothing where no list showed it.
func (c *collector) unmarked(o tenancy.Object, key, kind string, out chan<- prometheus.Metric) {
	count := v1alpha1.KindCount{Kind: kind}
	for _, old := range o.GetBackendStatus().Counts {
		if old.Kind == kind {
			count = old
		}
	}
	c.sweeps.Tell(key, &count)
	if count.Unmarked != nil && count.UnmarkedIn != nil {
		gauge(out, unmarkedDesc, float64(*count.Unmarked), key, kind)
		gauge(out, placesDesc, float64(*count.UnmarkedIn), key, kind)
	}
}

// sweptAt is what this process or the status remembers.
func (c *collector) sweptAt(o tenancy.Object, key, kind string) time.Time {
	if at := c.sweeps.Last(key, kind); !at.IsZero() {
		return at
	}
	for _, count := range o.GetBackendStatus().Counts {
		if count.Kind == kind && count.LastSweepAt != nil {
			return count.LastSweepAt.Time
		}
	}
	return o.GetCreationTimestamp().Time
}
