package engine

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/status"
)

// tracer does nothing until the manager is told where spans go.
var tracer = otel.Tracer("governance-operator")

// startSpan begins the span of a pass that works. Calls to the vendor become spans below it.
func startSpan[O managed.Object, D backend.Model](ctx context.Context, p *status.Writer[O, D]) (context.Context, trace.Span) {
	return tracer.Start(ctx, p.Fleet.Kind.Name+" pass", trace.WithAttributes(
		attribute.String("governance_operator.kind", p.Fleet.Kind.Name),
		attribute.String("governance_operator.object", managed.FullName(p.Obj)),
		attribute.Int64("governance_operator.generation", p.Obj.GetGeneration()),
		attribute.String("governance_operator.backend", managed.BackendKey(p.Obj)),
	))
}
