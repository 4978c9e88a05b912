package engine_test

import (
	"fmt"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

func BenchmarkDecide(b *testing.B) {
	facts := decision.Facts{Bound: true, Found: decision.FoundByID, Owner: decision.OwnerOurs, TenantMatches: true, CanCreate: true, CanUpdate: true, CanDelete: true}
	b.ReportAllocs()
	for b.Loop() {
		if decision.Decide(facts).Reason == "" {
			b.Fatal("no reason")
		}
	}
}

// BenchmarkFreshPass is what a converged object costs at a restart.
func BenchmarkFreshPass(b *testing.B) {
	w := converged(b, "payroll")
	request := reconcile.Request{NamespacedName: key("payroll")}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.r.Reconcile(b.Context(), request); err != nil {
			b.Fatal(err)
		}
	}
	if w.metaPatches+w.statusPatches+w.tenant.Writes() != 3 {
		b.Fatal("a fresh pass wrote something")
	}
}

// BenchmarkSweep compares a hundred converged objects with their rows.
func BenchmarkSweep(b *testing.B) {
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("e%02d", i))
	}
	w := converged(b, names...)
	b.ReportAllocs()
	for b.Loop() {
		if swept, err := w.r.Sweep(b.Context(), &w.backend, 0); err != nil || swept.Managed != 100 || len(swept.Differ) > 0 {
			b.Fatal(swept, err)
		}
	}
}

// converged is a world with converged objects, in time as it passes.
func converged(b *testing.B, names ...string) *world {
	b.Helper()
	w := newWorld(b)
	w.tenant.Entitlements.Caps.ListLag = 0
	for _, name := range names {
		w.apply(name)
		for range 3 {
			w.pass(name)
		}
		w.wantSynced(name, inSync)
	}
	return w
}
