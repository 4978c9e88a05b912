package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// declared are the values of the constants of a file of the API whose names begin so.
func declared(t *testing.T, file, prefix string) (values []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "api", "v1alpha1", file), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, prefix) {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
		return true
	})
	return values
}

// Somebody who reads a reason in a status finds it by its name, and nothing that does not exist.
func TestEveryReasonHasAHeadingInTroubleshooting(t *testing.T) {
	page := read(t, "docs/troubleshooting.md")
	var headings []string
	for _, m := range regexp.MustCompile(`(?m)^### (.+)\n\n(.*)$`).FindAllStringSubmatch(page, -1) {
		headings = append(headings, m[1])
		if len(m[2]) < 20 {
			t.Errorf("%s: nothing is said of it", m[1])
		}
	}
	reasons := declared(t, "reasons/reasons.go", "")
	if len(reasons) < 60 {
		t.Fatalf("only %d reasons found: the test looks in the wrong place", len(reasons))
	}
	for _, reason := range reasons {
		if n := len(slices.DeleteFunc(slices.Clone(headings), func(h string) bool { return h != reason })); n != 1 {
			t.Errorf("reason %s has %d headings, want 1", reason, n)
		}
	}
	kinds := read(t, "docs/kinds/management.md") + read(t, "docs/kinds/governancebackend.md")
	for _, reason := range reasons {
		if link := "[`" + reason + "`](../troubleshooting.md#" + strings.ToLower(reason) + ")"; !strings.Contains(kinds, link) {
			t.Errorf("reason %s is in no table of conditions", reason)
		}
	}
	for _, heading := range headings {
		if !slices.Contains(reasons, heading) {
			t.Errorf("heading %s: there is no such reason", heading)
		}
	}
	for _, condition := range declared(t, "conditions.go", "Condition") {
		if !strings.Contains(page, "`"+condition+"`") {
			t.Errorf("condition %s is not explained", condition)
		}
	}
}
