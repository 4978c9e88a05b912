package reasonstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// Of are the reasons that api/v1alpha1/reasons declares, with the comment of their group.
func Of(t *testing.T) map[string]string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	declared := filepath.Join(filepath.Dir(here), "../../../api/v1alpha1/reasons/reasons.go")
	file, err := parser.ParseFile(token.NewFileSet(), declared, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value := spec.(*ast.ValueSpec)
			if text, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value); err == nil {
				out[text] = strings.TrimSpace(group.Doc.Text())
			}
		}
	}
	return out
}
