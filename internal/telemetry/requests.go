// Package telemetry turns what the transports tell into metrics, spans and the audit log.
package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// labels of a request: the tenant is the host that was called, kind is empty for what serves
// no single kind, and the others are words of small vocabularies.
var labels = []string{"vendor", "tenant", "kind", "operation", "class"}

var (
	requests = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
		Name: "governance_operator_backend_requests_total",
		Help: "Requests to vendors that were tried, by vendor, tenant, kind, operation and class of the result.",
	}, labels)
	latency = promauto.With(metrics.Registry).NewHistogramVec(prometheus.HistogramOpts{
		Name:    "governance_operator_backend_request_duration_seconds",
		Help:    "How long requests to vendors took, waiting for the budget excluded.",
		Buckets: []float64{0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
	}, labels)
	held = promauto.With(metrics.Registry).NewCounterVec(prometheus.CounterOpts{
		Name: "governance_operator_backend_requests_held_total",
		Help: "Requests that were not sent, by what held them: pause, breaker, budget or fence.",
	}, []string{"vendor", "tenant", "reason"})
)

// Observer returns what is told of the exchanges with one tenant, by its host: metrics, spans, and a
// record of every write. A nil Audit keeps no records.
func (a *Audit) Observer(vendor, tenant string) backend.Observer {
	fixed := prometheus.Labels{"vendor": vendor, "tenant": tenant}
	total, took, notSent := requests.MustCurryWith(fixed), latency.MustCurryWith(fixed), held.MustCurryWith(fixed)
	return func(ctx context.Context, e backend.Exchange) {
		traced(ctx, vendor, tenant, e)
		if e.Held != "" {
			notSent.WithLabelValues(e.Held).Inc()
			return
		}
		op := backend.OperationOf(ctx)
		total.WithLabelValues(op.Kind, op.Verb, e.Result).Inc()
		took.WithLabelValues(op.Kind, op.Verb, e.Result).Observe(e.Took.Seconds())
		if e.Write && e.Left && a != nil {
			a.Write(recordOf(vendor, tenant, op, backend.AskerOf(ctx), e))
		}
	}
}

// DropMetrics forgets the figures of a host of a vendor that nobody calls any more.
func DropMetrics(vendor, tenant string) {
	of := prometheus.Labels{"vendor": vendor, "tenant": tenant}
	requests.DeletePartialMatch(of)
	latency.DeletePartialMatch(of)
	held.DeletePartialMatch(of)
}

func recordOf(vendor, tenant string, op backend.Operation, a backend.Asker, e backend.Exchange) Record {
	change := ""
	if a.Proposal != nil {
		change = a.Proposal.Hash()
	}
	return Record{
		Time: e.Began.UTC(), Kind: a.Kind, Namespace: a.Namespace, Name: a.Name, UID: a.UID, Generation: a.Generation, Manager: a.Manager, Reason: string(a.Reason), Change: change,
		Vendor: vendor, Host: tenant, Backend: a.Backend, Tenant: a.TenantID,
		Operation: op.Verb, Fields: op.Fields, Method: e.Method, Path: e.Path, Attempt: e.Attempt,
		Result: e.Result, Status: e.Status, VendorDate: dateOf(e.Date), Seconds: e.Took.Seconds(),
	}
}

func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
