package backend

import (
	"fmt"
	"testing"
)

// benchmarked is an entitlement as people write it, and the same as a vendor has it.
func benchmarked() (desired, actual AppEntitlement) {
	one := func() AppEntitlement {
		owners := Set{}
		for i := range 5 {
			owners = append(owners, fmt.Sprintf("2Xo%02dkFa6dPLw0zVqkQFL0uTkyB", i))
		}
		return AppEntitlement{
			DisplayName: To("Payroll administrators"), Description: To("May change what people are paid."), Owners: owners, Requestable: To(true),
			ConductorOne: &ConductorOneAppEntitlement{Alias: To("payroll_admin"), Slug: To("admin"), ResourceID: To("2Xo0akFa6dPLw0zVqkQFL0uTkyB"), RiskLevelID: To("2Xo0bkFa6dPLw0zVqkQFL0uTkyB")},
		}
	}
	return one(), one()
}

func BenchmarkDiff(b *testing.B) {
	desired, actual := benchmarked()
	b.ReportAllocs()
	for b.Loop() {
		if changes := Diff(desired, actual, Capabilities{}, Memory{}); len(changes) > 0 {
			b.Fatal(changes)
		}
	}
}

func BenchmarkRowDigest(b *testing.B) {
	desired, actual := benchmarked()
	obs := Observation[AppEntitlement]{Exists: true, ID: "2Xo0ckFa6dPLw0zVqkQFL0uTkyB", ParentID: "2Xo0dkFa6dPLw0zVqkQFL0uTkyB", Actual: actual}
	b.ReportAllocs()
	for b.Loop() {
		if RowDigest(desired, obs, Capabilities{DetailFields: []string{"owners"}}) == "" {
			b.Fatal("no digest")
		}
	}
}

func BenchmarkDesiredDigest(b *testing.B) {
	desired, _ := benchmarked()
	b.ReportAllocs()
	for b.Loop() {
		if DesiredDigest(desired) == "" {
			b.Fatal("no digest")
		}
	}
}
