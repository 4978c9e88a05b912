package validate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/validate"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// many is how many files are checked together.
const many = 500

// BenchmarkManyFiles checks five hundred files: the samples again and again, each time in another namespace.
func BenchmarkManyFiles(b *testing.B) {
	folder := b.TempDir()
	files, err := filepath.Glob(filepath.Join(samples, "*_*.yaml"))
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasPrefix(filepath.Base(file), "cluster") }) // It has no namespace.
	if err != nil || len(files) < 20 {
		b.Fatalf("%d samples, %v", len(files), err)
	}
	for i := range many {
		text, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			b.Fatal(err)
		}
		placed := strings.ReplaceAll(string(text), "\nmetadata:\n", fmt.Sprintf("\nmetadata:\n  namespace: team-%d\n", i/len(files)))
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.yaml", i)), []byte(placed), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		result, err := validate.Run(b.Context(), validate.Options{Files: []string{folder}, Vendors: vendors.All()})
		if err != nil || result.Objects < many || result.Errors() > 0 {
			b.Fatalf("%v; %d objects, %d errors, the first: %v", err, result.Objects, result.Errors(), result.Findings[:min(1, len(result.Findings))])
		}
	}
}
