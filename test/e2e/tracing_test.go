package e2e

import (
	"context"
	"encoding/hex"
	"net"
	"sync"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// spans is a collector that keeps what it is sent.
type spans struct {
	collector.UnimplementedTraceServiceServer
	url string

	mu   sync.Mutex
	got  []*otlp.Span
	text string
}

func collect(ctx context.Context) *spans {
	GinkgoHelper()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	s := &spans{url: "http://" + listener.Addr().String()}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, s)
	go func() { _ = server.Serve(listener) }()
	DeferCleanup(server.Stop)
	return s
}

// Export takes spans.
func (s *spans) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	raw, err := protojson.Marshal(request)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text += string(raw)
	for _, r := range request.GetResourceSpans() {
		for _, scope := range r.GetScopeSpans() {
			s.got = append(s.got, scope.GetSpans()...)
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// of lists the spans with attributes of these values.
func (s *spans) of(want map[string]string) (out []*otlp.Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, span := range s.got {
		fits := true
		for key, value := range want {
			fits = fits && attribute(span, key) == value
		}
		if fits {
			out = append(out, span)
		}
	}
	return out
}

func attribute(span *otlp.Span, key string) string {
	for _, a := range span.GetAttributes() {
		if a.GetKey() == "governance_operator."+key {
			return text(a.GetValue())
		}
	}
	return ""
}

func text(v *common.AnyValue) string {
	if b, ok := v.GetValue().(*common.AnyValue_BoolValue); ok && b.BoolValue {
		return "true"
	}
	return v.GetStringValue()
}

var _ = Describe("tracing", func() {
	It("tells each pass that works with the calls below it, and nothing of a secret", func(ctx SpecContext) {
		s, c := newStack(ctx), collect(ctx)
		s.start(ctx, "--tracing-endpoint="+c.url)
		Expect(s.AddFault(sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503, Class: sandbox.ClassWrite, Count: 1})).To(Succeed())
		object := s.apply(ctx, kinds[0].manifest("one", "One")).(*v1alpha1.AppEntitlement)
		s.ready(ctx, object)
		Expect(s.manager.Signal(syscall.SIGTERM)).To(Succeed()) // What is left is sent at the end.
		Eventually(s.manager.Running).WithContext(ctx).WithTimeout(patience).Should(BeFalse())

		passes := c.of(map[string]string{"object": s.namespace + "/one", "action": "Create", "result": "ok"})
		Expect(passes).To(HaveLen(1))
		Expect(passes[0].GetName()).To(Equal("AppEntitlement pass"))
		Expect(attribute(passes[0], "remote_id")).To(Equal(object.Status.Remote.ID))
		failed := c.of(map[string]string{"object": s.namespace + "/one", "action": "Create", "result": "outcome_unknown"})
		Expect(failed).To(HaveLen(1))
		Expect(failed[0].GetStatus().GetCode()).To(Equal(otlp.Status_STATUS_CODE_ERROR))

		writes := c.of(map[string]string{"write": "true", "kind": v1alpha1.KindAppEntitlement})
		Expect(writes).To(HaveLen(s.Counts().Writes), "a span for each write that the vendor got")
		for _, write := range writes {
			parent := hex.EncodeToString(write.GetParentSpanId())
			Expect(parent).To(BeElementOf(hex.EncodeToString(passes[0].GetSpanId()), hex.EncodeToString(failed[0].GetSpanId())))
			Expect(write.GetEndTimeUnixNano()).To(BeNumerically(">", write.GetStartTimeUnixNano()))
		}
		for _, hidden := range []string{s.Credentials().ClientSecret, s.Credentials().ClientID, "Bearer"} {
			Expect(c.text).NotTo(ContainSubstring(hidden))
		}
		Expect(c.text).To(ContainSubstring("governance-operator"))
	}, SpecTimeout(3*time.Minute))

	It("holds nobody up when the collector does not answer", func(ctx SpecContext) {
		s := newStack(ctx)
		free, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		defer free.Close() // It takes connections and says nothing.
		s.start(ctx, "--tracing-endpoint=http://"+free.Addr().String())
		object := s.apply(ctx, kinds[0].manifest("one", "One")).(*v1alpha1.AppEntitlement)
		s.ready(ctx, object)
		Expect(s.manager.Signal(syscall.SIGTERM)).To(Succeed())
		Eventually(s.manager.Running).WithContext(ctx).WithTimeout(patience).Should(BeFalse())
		Expect(s.manager.Output()).To(ContainSubstring("spans were lost"))
	}, SpecTimeout(3*time.Minute))
})
