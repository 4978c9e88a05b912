package sweep

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

var (
	duration = promauto.With(metrics.Registry).NewHistogramVec(prometheus.HistogramOpts{
		Name:    "governance_operator_sweep_duration_seconds",
		Help:    "How long a sweep over the objects of a kind behind a backend took, if it came to its end.",
		Buckets: []float64{0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600},
	}, []string{"backend", "kind"})
	failures = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
		Name: "governance_operator_sweep_failures_total",
		Help: "Sweeps that ended early, or could not begin.",
	}, []string{"backend", "kind"})
	differences = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
		Name: "governance_operator_sweep_differences_total",
		Help: "Objects that a sweep queued for a look of their own: their row is news, or fields are due that no list holds.",
	}, []string{"backend", "kind"})
)

// DropMetrics forgets the figures of a backend that is gone.
func DropMetrics(backendKey string) {
	of := prometheus.Labels{"backend": backendKey}
	duration.DeletePartialMatch(of)
	failures.DeletePartialMatch(of)
	differences.DeletePartialMatch(of)
}
