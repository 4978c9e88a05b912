package engine

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// tracer does nothing until the manager is told where spans go.
var tracer = otel.Tracer("governance-operator")

// trace begins the span of a pass that works. Calls to the vendor become spans below it.
func (p *pass[O, D]) trace(ctx context.Context) (context.Context, trace.Span) {
	return tracer.Start(ctx, p.r.Kind.Name+" pass", trace.WithAttributes(
		attribute.String("governance_operator.kind", p.r.Kind.Name),
		attribute.String("governance_operator.object", ownerOf(p.obj)),
		attribute.Int64("governance_operator.generation", p.obj.GetGeneration()),
		attribute.String("governance_operator.backend", BackendKey(p.obj)),
	))
}

// recordSpan says what the pass decided, and what became of it.
func (p *pass[O, D]) recordSpan(ctx context.Context, out outcome) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(
		attribute.String("governance_operator.action", out.plan.Action.String()),
		attribute.String("governance_operator.reason", out.plan.Reason),
		attribute.String("governance_operator.result", backend.ResultOf(out.err)),
		attribute.String("governance_operator.remote_id", p.boundID()),
	)
	if out.err != nil {
		span.SetStatus(codes.Error, shorten(out.err.Error()))
	}
}
