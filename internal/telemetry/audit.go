package telemetry

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

var (
	audited = promauto.With(metrics.Registry).NewCounter(prometheus.CounterOpts{
		Name: "governance_operator_audit_records_total",
		Help: "Records of writes at vendors that were handed to the audit log.",
	})
	auditFailures = promauto.With(metrics.Registry).NewCounter(prometheus.CounterOpts{
		Name: "governance_operator_audit_failures_total",
		Help: "Records of writes at vendors that could not be written to the audit log.",
	})
)

// Record is one write that left the process: who asked for it, what it was about, and what
// became of it. It holds no value and no secret.
type Record struct {
	// Time is when it was sent, by our clock.
	Time time.Time `json:"time"`

	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
	UID        string `json:"uid"`
	Generation int64  `json:"generation"`
	// Reason is why the object is written: Edit, Drift, Adopt, Delete, Close or Recover.
	Reason string `json:"reason"`
	// Change is the hash of the change, as a plan of it shows; empty for what changes no remote.
	Change string `json:"change,omitempty"`
	// Manager is the field manager that changed the spec last, for Edit and Adopt.
	Manager string `json:"manager,omitempty"`

	Backend string `json:"backend"`
	Vendor  string `json:"vendor"`
	// Tenant is the vendor's id of it, Host where it was called.
	Tenant string `json:"tenant"`
	Host   string `json:"host"`

	Operation string `json:"operation"`
	// Fields are the paths below spec that the operation writes, which can take several requests.
	Fields []string `json:"fields,omitempty"`
	Method string   `json:"method"`
	Path   string   `json:"path"`
	// Attempt is 2 for what was sent again with a new token after a 401, else 1.
	Attempt int `json:"attempt"`

	// Result is "ok" or the class of the error; Status is that of HTTP, zero where no answer came.
	Result string `json:"result"`
	Status int    `json:"status"`
	// VendorDate is the vendor's clock in its answer (RFC 3339), empty where it sent none.
	VendorDate string `json:"vendorDate,omitempty"`
	// Seconds is how long the request took.
	Seconds float64 `json:"seconds"`
}

// Audit writes one record per write. It is safe for concurrent use.
type Audit struct {
	// Sink takes a record.
	Sink func(Record) error
	// Log is told where the sink fails, for the first time and after it worked again.
	Log logr.Logger

	mu      sync.Mutex
	failing bool
}

// Write hands a record to the sink. A write that cannot be recorded is counted and told: it
// has happened already.
func (a *Audit) Write(r Record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.Sink(r)
	if err == nil {
		audited.Inc()
		a.failing = false
		return
	}
	auditFailures.Inc()
	if !a.failing {
		a.Log.Error(err, "writing the audit log")
	}
	a.failing = true
}

// The destinations of OpenAudit that are no files.
const (
	AuditToLog    = "log"
	AuditToStdout = "stdout"
)

// OpenAudit opens an audit log: AuditToLog, the logger's own stream under the name "audit";
// AuditToStdout, or a file that is appended to, one JSON object per line.
func OpenAudit(destination string, logger logr.Logger) (*Audit, error) {
	a := &Audit{Log: logger}
	switch destination {
	case "", AuditToLog:
		a.Sink = toLog(logger.WithName("audit"))
	case AuditToStdout:
		a.Sink = Lines(os.Stdout)
	default:
		file, err := os.OpenFile(destination, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fmt.Errorf("opening the audit log: %w", err)
		}
		a.Sink = Lines(file)
	}
	return a, nil
}

// Lines is a sink that writes one JSON object per line, each by one call of Write.
func Lines(w io.Writer) func(Record) error {
	return func(r Record) error {
		line, err := json.Marshal(r)
		if err != nil {
			return err
		}
		_, err = w.Write(append(line, '\n'))
		return err
	}
}

// toLog is a sink that writes log lines with the same fields.
func toLog(logger logr.Logger) func(Record) error {
	return func(r Record) error {
		logger.Info("write",
			"kind", r.Kind, "namespace", r.Namespace, "name", r.Name, "uid", r.UID, "generation", r.Generation, "reason", r.Reason, "change", r.Change, "manager", r.Manager,
			"backend", r.Backend, "vendor", r.Vendor, "tenant", r.Tenant, "host", r.Host,
			"operation", r.Operation, "fields", r.Fields, "method", r.Method, "path", r.Path, "attempt", r.Attempt,
			"result", r.Result, "status", r.Status, "vendorDate", r.VendorDate, "seconds", r.Seconds)
		return nil
	}
}
