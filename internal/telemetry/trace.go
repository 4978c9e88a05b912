package telemetry

import (
	"context"
	"fmt"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// tracer does nothing until StartTracing.
var tracer = otel.Tracer("governance-operator")

// StartTracing has spans sent to a collector by OTLP over gRPC: endpoint is a URL, http or https. Of the passes a
// part between 0 and 1 is traced. What else the exporter needs (headers, a CA) is taken from the environment, as
// OpenTelemetry defines it. A collector that does not answer holds nobody up, and loses spans. stop sends what is left.
func StartTracing(ctx context.Context, endpoint string, part float64, version string, log logr.Logger) (stop func(context.Context), err error) {
	if part < 0 || part > 1 {
		return nil, fmt.Errorf("tracing: %v is no part between 0 and 1", part)
	}
	exporter, err := otlptracegrpc.New(ctx, otlptracegrpc.WithEndpointURL(endpoint))
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "governance-operator"), attribute.String("service.version", version),
	), resource.WithFromEnv(), resource.WithHost())
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(part))))
	lost := func(err error) { log.Info("spans were lost", "error", err.Error()) }
	otel.SetErrorHandler(otel.ErrorHandlerFunc(lost))
	otel.SetTracerProvider(provider)
	return func(ctx context.Context) {
		if err := provider.Shutdown(ctx); err != nil {
			lost(err)
		}
	}, nil
}

// traced makes a span of an exchange, below that of what it was for. Nothing of it is sent to the vendor.
func traced(ctx context.Context, vendor, tenant string, e backend.Exchange) {
	if e.Held != "" {
		trace.SpanFromContext(ctx).AddEvent("held", trace.WithAttributes(attribute.String("governance_operator.held_by", e.Held)))
		return
	}
	op := backend.OperationOf(ctx)
	_, span := tracer.Start(ctx, vendor+" "+op.Verb, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(e.Began))
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(
		attribute.String("governance_operator.vendor", vendor),
		attribute.String("governance_operator.kind", op.Kind),
		attribute.String("governance_operator.operation", op.Verb),
		attribute.Bool("governance_operator.write", e.Write),
		attribute.StringSlice("governance_operator.fields", op.Fields),
		attribute.String("governance_operator.result", e.Result),
		attribute.String("http.request.method", e.Method),
		attribute.Int("http.request.resend_count", e.Attempt-1),
		attribute.Int("http.response.status_code", e.Status),
		attribute.String("server.address", tenant),
		attribute.String("url.path", e.Path),
	)
	if e.Result != backend.ResultOK && e.Result != backend.ResultNotFound {
		span.SetStatus(codes.Error, e.Result)
	}
	span.End(trace.WithTimestamp(e.Began.Add(e.Took)))
}
