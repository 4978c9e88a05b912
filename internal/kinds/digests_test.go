package kinds

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/backend"
)

var record = flag.Bool("record-digests", false, "write testdata/digests.txt anew: an upgrade then asks about every object")

// TestDigestsStay: what objects remember of their specs is compared after an upgrade. A digest that moves costs a call for each object.
func TestDigestsStay(t *testing.T) {
	var got strings.Builder
	for _, kind := range slices.Sorted(maps.Keys(kindMappings(t))) {
		m := kindMappings(t)[kind]
		for _, spec := range slices.Sorted(maps.Keys(m.rows)) {
			model, parent, _ := m.settled(t, spec)
			sum := sha256.Sum256([]byte(spec))
			fmt.Fprintf(&got, "%s %s %s %s", kind, hex.EncodeToString(sum[:6]), backend.DesiredDigest(model), parent)
			for _, f := range backend.Fields(model) {
				fmt.Fprintf(&got, " %s=%s", f.Path, f.Hash())
			}
			got.WriteString("\n")
		}
	}
	file := filepath.Join("testdata", "digests.txt")
	if *record {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(got.String(), "\n"); n < 300 {
		t.Fatalf("only %d specs", n)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
