package engine

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// nonConverging counts objects whose writes the vendor takes and does not keep, each time one is given up.
var nonConverging = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
	Name: "governance_operator_non_converging_total",
	Help: "How often an object was given up after three equal writes that the vendor took and did not keep, by kind.",
}, []string{"kind"})
