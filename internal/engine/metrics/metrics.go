package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// NonConverging counts objects whose writes the vendor takes and does not keep, each time one is given up.
var NonConverging = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
	Name: "governance_operator_non_converging_total",
	Help: "How often an object was given up after three equal writes that the vendor took and did not keep, by kind.",
}, []string{"kind"})

// What passes do, and how long it takes until an object is as its spec says.
var (
	Actions = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
		Name: "governance_operator_actions_total",
		Help: "Actions for objects that were tried: writes at vendors, and releases. Result is ok or the class of the error.",
	}, []string{"kind", "vendor", "action", "reason", "result"})
	DriftFound = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
		Name: "governance_operator_drift_found_total",
		Help: "How often a remote was found to differ from a spec that nobody had edited, or to be gone.",
	}, []string{"kind", "backend"})
	DriftCorrected = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
		Name: "governance_operator_drift_corrected_total",
		Help: "How often drift that was found was corrected.",
	}, []string{"kind", "backend"})
	StatusRefused = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
		Name: "governance_operator_status_refused_total",
		Help: "How often the API server refused a status for what it holds, by kind. The least of it was written alone.",
	}, []string{"kind"})
	TimeToReady = promauto.With(metrics.Registry).NewHistogramVec(prometheus.HistogramOpts{
		Name:    "governance_operator_time_to_ready_seconds",
		Help:    "Time from the creation or the edit of a spec until the object was Ready for it, for the first time.",
		Buckets: []float64{1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600},
	}, []string{"kind", "vendor"})
)

// Forget forgets the figures of a backend that is gone.
func Forget(backendKey string) {
	of := prometheus.Labels{"backend": backendKey}
	DriftFound.DeletePartialMatch(of)
	DriftCorrected.DeletePartialMatch(of)
}
