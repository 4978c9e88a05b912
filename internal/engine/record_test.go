package engine_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
)

// passTelling is a pass whose lines are returned.
func (w *world) passTelling(t *testing.T, name string) (lines []map[string]any) {
	t.Helper()
	logger := funcr.NewJSON(func(text string) {
		line := map[string]any{}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}, funcr.Options{})
	if _, err := w.r.Reconcile(log.IntoContext(w.t.Context(), logger), reconcile.Request{NamespacedName: key(name)}); err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestOneLinePerActionAndNoneForNothing(t *testing.T) {
	w := newWorld(t)
	w.apply("payroll")
	lines := w.passTelling(t, "payroll")
	if len(lines) != 1 {
		t.Fatalf("%v", lines)
	}
	for field, want := range map[string]any{"msg": "acted", "kind": v1alpha1.KindAppEntitlement, "object": namespace + "/payroll", "action": "Create",
		"reason": v1alpha1.ReasonCreating, "result": "ok", "attempt": 1.0} {
		if lines[0][field] != want {
			t.Errorf("%s: %v", field, lines[0][field])
		}
	}
	if lines[0]["remoteID"] == "" {
		t.Error("the line names no remote")
	}
	for range 3 {
		if lines := w.passTelling(t, "payroll"); len(lines) > 0 {
			t.Errorf("%v", lines)
		}
	}
}

// TestDriftIsCountedOnce: when it is seen, and when it is gone by our doing, however many passes that takes.
func TestDriftIsCountedOnce(t *testing.T) {
	w := newWorld(t)
	w.apply("payroll")
	for range 3 {
		w.pass("payroll")
	}
	found, corrected := total(t, "governance_operator_drift_found_total"), total(t, "governance_operator_drift_corrected_total")
	obj, _ := w.find("payroll")
	w.tenant.Entitlements.Edit(obj.Status.Remote.ID, func(e *backend.AppEntitlement) { e.DisplayName = backend.To("Renamed") })
	for range 4 {
		w.r.Force(key("payroll"))
		w.pass("payroll")
	}
	if got := total(t, "governance_operator_drift_found_total") - found; got != 1 {
		t.Errorf("found %v times", got)
	}
	if got := total(t, "governance_operator_drift_corrected_total") - corrected; got != 1 {
		t.Errorf("corrected %v times", got)
	}
}

func TestTimeToReadyIsMeasuredOncePerGeneration(t *testing.T) {
	w := newWorld(t)
	before := total(t, "governance_operator_time_to_ready_seconds")
	w.apply("payroll")
	for range 3 {
		w.pass("payroll")
	}
	w.restart()
	w.r.Force(key("payroll"))
	w.pass("payroll")
	if got := total(t, "governance_operator_time_to_ready_seconds") - before; got != 1 {
		t.Errorf("measured %v times", got)
	}
}

// TestWhoChangedTheSpecLast: not who wrote the status or a finalizer.
func TestWhoChangedTheSpecLast(t *testing.T) {
	at := func(minute int) *metav1.Time {
		return &metav1.Time{Time: time.Date(2026, 11, 1, 12, minute, 0, 0, time.UTC)}
	}
	fields := func(raw string) *metav1.FieldsV1 { return metav1.NewFieldsV1(raw) }
	all := []metav1.ManagedFieldsEntry{
		{Manager: "kubectl", Time: at(1), FieldsV1: fields(`{"f:spec":{"f:displayName":{}}}`)},
		{Manager: "argocd", Time: at(2), FieldsV1: fields(`{"f:metadata":{},"f:spec":{"f:owners":{}}}`)},
		{Manager: "manager", Time: at(3), FieldsV1: fields(`{"f:metadata":{"f:finalizers":{}}}`)},
		{Manager: "manager", Time: at(4), Subresource: "status", FieldsV1: fields(`{"f:status":{"f:spec":{}}}`)},
	}
	if got := managed.SpecManager(all); got == nil || got.Manager != "argocd" {
		t.Errorf("%+v", got)
	}
	slim := managed.SlimManagers(all)
	if len(slim) != 1 || slim[0].FieldsV1 != nil || managed.SpecManager(slim).Manager != "argocd" {
		t.Errorf("%+v", slim)
	}
	if managed.SlimManagers(all[2:]) != nil {
		t.Error("nobody changed the spec")
	}
}

// total sums a metric up over its series; of a histogram it counts the observations.
func total(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				sum += m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return sum
}
