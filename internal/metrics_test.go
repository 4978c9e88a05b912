package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	metricName = regexp.MustCompile(`^governance_operator_[a-z_]+$`)
	metricRow  = regexp.MustCompile("(?m)^\\| `(governance_operator_[a-z_]+)` \\|")
)

// TestTheMetricsAreThoseOfTheDocs: docs/metrics.md lists exactly the metrics that the code names. What
// they are in the running manager is looked at in test/monitoring.
func TestTheMetricsAreThoseOfTheDocs(t *testing.T) {
	raw, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range metricRow.FindAllStringSubmatch(string(raw), -1) {
		if documented[m[1]] {
			t.Errorf("%s stands twice in docs/metrics.md", m[1])
		}
		documented[m[1]] = true
	}
	named := metricsInCode(t)
	if len(named) < 10 {
		t.Fatalf("only %d metrics found: the test looks in the wrong place", len(named))
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !documented[name] {
			t.Errorf("%s is not in docs/metrics.md", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(documented)) {
		if !named[name] {
			t.Errorf("docs/metrics.md lists %s, which the code does not name", name)
		}
	}
}

// metricsInCode finds the names as they are written: whole, so that they can be searched for.
func metricsInCode(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, root := range []string{"../cmd", "."} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && metricName.MatchString(text) {
						found[text] = true
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}
