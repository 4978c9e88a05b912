package backend_test

import (
	"fmt"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/conductorone"
)

// benchmarked is an entitlement as people write it, and the same as a vendor has it.
func benchmarked() (desired, actual backend.AppEntitlement) {
	one := func() backend.AppEntitlement {
		owners := backend.Set{}
		for i := range 5 {
			owners = append(owners, fmt.Sprintf("2Xo%02dkFa6dPLw0zVqkQFL0uTkyB", i))
		}
		return backend.AppEntitlement{
			DisplayName: backend.To("Payroll administrators"), Description: backend.To("May change what people are paid."), Owners: owners, Requestable: backend.To(true),
			Block: &conductorone.EntitlementBlock{Alias: backend.To("payroll_admin"), Slug: backend.To("admin"), ResourceID: backend.To("2Xo0akFa6dPLw0zVqkQFL0uTkyB"), RiskLevelID: backend.To("2Xo0bkFa6dPLw0zVqkQFL0uTkyB")},
		}
	}
	return one(), one()
}

func BenchmarkDiff(b *testing.B) {
	desired, actual := benchmarked()
	b.ReportAllocs()
	for b.Loop() {
		if changes := backend.Diff(desired, actual, backend.Capabilities{}, backend.Memory{}); len(changes) > 0 {
			b.Fatal(changes)
		}
	}
}

func BenchmarkRowDigest(b *testing.B) {
	desired, actual := benchmarked()
	obs := backend.Observation[backend.AppEntitlement]{Exists: true, ID: "2Xo0ckFa6dPLw0zVqkQFL0uTkyB", ParentID: "2Xo0dkFa6dPLw0zVqkQFL0uTkyB", Actual: actual}
	b.ReportAllocs()
	for b.Loop() {
		if backend.RowDigest(desired, obs, backend.Capabilities{DetailFields: []string{"owners"}}) == "" {
			b.Fatal("no digest")
		}
	}
}

func BenchmarkDesiredDigest(b *testing.B) {
	desired, _ := benchmarked()
	b.ReportAllocs()
	for b.Loop() {
		if backend.DesiredDigest(desired) == "" {
			b.Fatal("no digest")
		}
	}
}
