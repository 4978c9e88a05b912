package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/telemetry"
)

func observe(audit *telemetry.Audit, tenant string, e backend.Exchange) {
	ctx := backend.WithOperation(context.Background(), backend.Operation{Kind: "AccessProfile", Verb: backend.VerbUpdate, Fields: []string{"displayName"}})
	ctx = backend.WithAsker(ctx, backend.Asker{Kind: "AccessProfile", Namespace: "team", Name: "sales", UID: "u", Generation: 3, Manager: "argocd", Reason: backend.WriteEdit, Backend: "b", TenantID: "t"})
	audit.Observer("Vendor", tenant)(ctx, e)
}

var moment = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func exchange() backend.Exchange {
	return backend.Exchange{Method: "POST", Path: "/things/1", Write: true, Attempt: 1, Left: true, Status: 200, Result: "ok",
		Date: moment, Began: moment, Took: 50 * time.Millisecond}
}

func TestOnlyWritesThatLeftAreRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*backend.Exchange)
		want   int
	}{
		"a write that was taken":       {func(*backend.Exchange) {}, 1},
		"a write without an answer":    {func(e *backend.Exchange) { e.Status, e.Result, e.Date = 0, "retryable", time.Time{} }, 1},
		"a write that was held":        {func(e *backend.Exchange) { e.Left, e.Held = false, backend.HeldByFence }, 0},
		"a write without a connection": {func(e *backend.Exchange) { e.Left, e.Status = false, 0 }, 0},
		"a read":                       {func(e *backend.Exchange) { e.Write = false }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var got []telemetry.Record
			audit := &telemetry.Audit{Sink: func(r telemetry.Record) error { got = append(got, r); return nil }}
			e := exchange()
			c.change(&e)
			observe(audit, "host", e)
			if len(got) != c.want {
				t.Fatalf("%d records", len(got))
			}
		})
	}
}

func TestARecordSaysWhoWhatAndHowItWent(t *testing.T) {
	var out bytes.Buffer
	audit := &telemetry.Audit{Sink: telemetry.Lines(&out)}
	observe(audit, "host", exchange())
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("%q: %v", out.String(), err)
	}
	want := map[string]any{
		"time": "2026-11-01T12:00:00Z", "kind": "AccessProfile", "namespace": "team", "name": "sales", "uid": "u", "generation": 3.0, "manager": "argocd", "reason": "Edit",
		"backend": "b", "vendor": "Vendor", "tenant": "t", "host": "host", "operation": "update", "fields": []any{"displayName"},
		"method": "POST", "path": "/things/1", "attempt": 1.0, "result": "ok", "status": 200.0, "vendorDate": "2026-11-01T12:00:00Z", "seconds": 0.05,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTheLogStreamSaysTheSame: the fields of a log line are those of a record.
func TestTheLogStreamSaysTheSame(t *testing.T) {
	var line string
	logger := funcr.NewJSON(func(obj string) { line = obj }, funcr.Options{})
	audit, err := telemetry.OpenAudit(telemetry.AuditToLog, logger)
	if err != nil {
		t.Fatal(err)
	}
	observe(audit, "host", exchange())
	var logged, recorded map[string]any
	if err := json.Unmarshal([]byte(line), &logged); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	var out bytes.Buffer
	observe(&telemetry.Audit{Sink: telemetry.Lines(&out)}, "host", exchange())
	if err := json.Unmarshal(out.Bytes(), &recorded); err != nil {
		t.Fatal(err)
	}
	if logged["logger"] != "audit" || logged["msg"] != "write" {
		t.Errorf("%s", line)
	}
	for field, value := range recorded {
		if diff := cmp.Diff(value, logged[field]); diff != "" && field != "time" {
			t.Errorf("%s: %s", field, diff)
		}
	}
}

func TestAFileIsAppendedToAndReadByItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.log")
	for range 2 {
		audit, err := telemetry.OpenAudit(path, logr.Discard())
		if err != nil {
			t.Fatal(err)
		}
		observe(audit, "host", exchange())
	}
	raw, err := os.ReadFile(path)
	if err != nil || bytes.Count(raw, []byte("\n")) != 2 {
		t.Errorf("%s %v", raw, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, err := telemetry.OpenAudit(filepath.Join(path, "below"), logr.Discard()); err == nil {
		t.Error("a file below a file was opened")
	}
}

// TestALostRecordIsCountedAndToldOnce: the write has happened, and a full disk must not fill the log too.
func TestALostRecordIsCountedAndToldOnce(t *testing.T) {
	lines := 0
	failing := errors.New("no space left on device")
	audit := &telemetry.Audit{Sink: func(telemetry.Record) error { return failing }, Log: funcr.New(func(string, string) { lines++ }, funcr.Options{})}
	before := value(t, "governance_operator_audit_failures_total", nil)
	for range 3 {
		observe(audit, "host", exchange())
	}
	if got := value(t, "governance_operator_audit_failures_total", nil) - before; got != 3 || lines != 1 {
		t.Errorf("%v failures, %d lines", got, lines)
	}
	failing = nil
	observe(audit, "host", exchange())
	failing = errors.New("again")
	observe(audit, "host", exchange())
	if lines != 2 {
		t.Errorf("%d lines", lines)
	}
}

func TestExchangesAreCountedByWordsOfSmallVocabularies(t *testing.T) {
	var none *telemetry.Audit
	held := exchange()
	held.Held, held.Left = backend.HeldByPause, false
	for range 2 {
		observe(none, "counted", exchange())
	}
	observe(none, "counted", held)
	labels := map[string]string{"vendor": "Vendor", "tenant": "counted", "kind": "AccessProfile", "operation": "update", "class": "ok"}
	if got := value(t, "governance_operator_backend_requests_total", labels); got != 2 {
		t.Errorf("%v requests", got)
	}
	if got := value(t, "governance_operator_backend_request_duration_seconds", labels); got != 2 {
		t.Errorf("%v durations", got)
	}
	if got := value(t, "governance_operator_backend_requests_held_total", map[string]string{"vendor": "Vendor", "tenant": "counted", "reason": "pause"}); got != 1 {
		t.Errorf("%v held", got)
	}
}

// BenchmarkObserve is what a call costs beside what it costs anyway.
func BenchmarkObserve(b *testing.B) {
	var none *telemetry.Audit
	tell := none.Observer("Vendor", "benchmark")
	ctx := backend.WithOperation(b.Context(), backend.Operation{Kind: "AccessProfile", Verb: backend.VerbObserve})
	e := exchange()
	e.Write = false
	b.ReportAllocs()
	for b.Loop() {
		tell(ctx, e)
	}
}

// value is a counter, or the number of observations of a histogram.
func value(t *testing.T, name string, labels map[string]string) (sum float64) {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			got := map[string]string{}
			for _, l := range m.GetLabel() {
				got[l.GetName()] = l.GetValue()
			}
			if f.GetName() == name && (labels == nil || maps.Equal(got, labels)) {
				sum += m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return sum
}

func TestSeriesOfAHostThatIsLeftAreDropped(t *testing.T) {
	series := func() (n int) {
		t.Helper()
		families, err := metrics.Registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			for _, m := range family.GetMetric() {
				for _, label := range m.GetLabel() {
					if label.GetName() == "tenant" && strings.HasSuffix(label.GetValue(), ".left.example") {
						n++
					}
				}
			}
		}
		return n
	}
	for _, host := range []string{"one.left.example", "two.left.example"} {
		observe(nil, host, exchange())
		kept := exchange()
		kept.Held, kept.Left = backend.HeldByPause, false
		observe(nil, host, kept)
	}
	if n := series(); n != 6 {
		t.Fatalf("%d series of two hosts, want a count, a time and what was held of each", n)
	}
	telemetry.DropMetrics("Vendor", "one.left.example")
	telemetry.DropMetrics("Other", "two.left.example")
	if n := series(); n != 3 {
		t.Errorf("%d series after one host was left, want 3", n)
	}
}
