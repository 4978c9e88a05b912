package status

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/metrics"
	"github.com/governance-operator/governance-operator/internal/engine/report"
)

// recordSpan says what the pass decided, and what became of it.
func (p *Writer[O, D]) recordSpan(ctx context.Context, out managed.Outcome) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(
		attribute.String("governance_operator.action", out.Plan.Action.String()),
		attribute.String("governance_operator.reason", out.Plan.Reason),
		attribute.String("governance_operator.result", backend.ResultOf(out.Err)),
		attribute.String("governance_operator.remote_id", p.BoundID()),
	)
	if out.Err != nil {
		span.SetStatus(codes.Error, report.Shorten(out.Err.Error()))
	}
}

// Record counts and logs what a pass did, once it is written down. A pass that did nothing says nothing.
func (p *Writer[O, D]) Record(ctx context.Context, out managed.Outcome, err error) {
	p.recordSpan(ctx, out)
	if p.Acted || out.Plan.Action == decision.Release && out.Err == nil && err == nil {
		p.recordAction(ctx, out)
	}
	if err == nil && out.Plan.Action != decision.Release {
		p.recordDrift(out)
		p.recordReady()
	}
}

// recordAction is one line, and one count.
func (p *Writer[O, D]) recordAction(ctx context.Context, out managed.Outcome) {
	vendor, attempt, remote := "", int64(0), p.BoundID()
	if p.Backend != nil {
		vendor = p.Backend.Vendor
	}
	if p.Intent != nil {
		attempt = p.Intent.Attempt
	}
	if remote == "" {
		remote = p.Seen.ID
	}
	result := backend.ResultOf(out.Err)
	metrics.Actions.WithLabelValues(p.Fleet.Kind.Name, vendor, out.Plan.Action.String(), out.Plan.Reason, result).Inc()
	values := []any{"kind", p.Fleet.Kind.Name, "object", managed.FullName(p.Obj), "generation", p.Obj.GetGeneration(), "backend", managed.BackendKey(p.Obj),
		"action", out.Plan.Action.String(), "reason", out.Plan.Reason, "remoteID", remote, "attempt", attempt,
		"seconds", p.Fleet.Now().Sub(p.Began).Seconds(), "result", result}
	if out.Err != nil {
		values = append(values, "error", report.Shorten(out.Err.Error()))
		if answer := backend.ReferenceOf(out.Err); answer != "" {
			values = append(values, "answer", answer)
		}
	}
	log.FromContext(ctx).Info("acted", values...)
}

// recordDrift counts drift once when it is seen, and once when it is gone by our doing.
func (p *Writer[O, D]) recordDrift(out managed.Outcome) {
	m := p.Memory
	if out.Plan.Drift {
		if m.Drift == fleet.DriftNone {
			m.Drift = fleet.DriftSeen
			metrics.DriftFound.WithLabelValues(p.Fleet.Kind.Name, managed.BackendKey(p.Obj)).Inc()
		}
		if out.Wrote {
			m.Drift = fleet.DriftWritten
		}
	}
	inSync := out.Err == nil && (out.Plan.Action == decision.Settle || out.Wrote && !out.DiffLeft)
	if !inSync {
		return
	}
	if m.Drift == fleet.DriftWritten {
		metrics.DriftCorrected.WithLabelValues(p.Fleet.Kind.Name, managed.BackendKey(p.Obj)).Inc()
	}
	m.Drift = fleet.DriftNone
}

// recordReady measures the time until an object is Ready for a generation, once for each.
func (p *Writer[O, D]) recordReady() {
	if !p.ReadyNow(p.Status()) || p.Memory.ReadyFor == p.Obj.GetGeneration() {
		return
	}
	p.Memory.ReadyFor = p.Obj.GetGeneration()
	asked := p.askedAt()
	if asked.IsZero() || p.Backend == nil {
		return
	}
	metrics.TimeToReady.WithLabelValues(p.Fleet.Kind.Name, p.Backend.Vendor).Observe(max(p.Fleet.Now().Sub(asked), 0).Seconds())
}

// askedAt is when this generation of the spec came, to the second; zero if nothing tells.
func (p *Writer[O, D]) askedAt() time.Time {
	if entry := managed.SpecManager(p.Stored.GetManagedFields()); entry != nil && entry.Time != nil {
		return entry.Time.Time
	}
	if p.Obj.GetGeneration() == 1 {
		return p.Obj.GetCreationTimestamp().Time
	}
	return time.Time{}
}
