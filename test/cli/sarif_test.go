// Package cli_test runs the command line as it is built.
package cli_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/xeipuuv/gojsonschema"
)

var root = filepath.Join("..", "..")

// binary is the command that was built for all tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "governance-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		binary = filepath.Join(folder, "kubectl-governance")
		build := exec.Command("go", "build", "-o", binary, "./cmd/governance")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			panic(string(out))
		}
		return m.Run()
	}())
}

// schemaOf is that of the format, as a module that reads it has it in its code.
func schemaOf(t *testing.T) string {
	t.Helper()
	where, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", reflect.TypeFor[sarif.Report]().PkgPath()).Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(where)), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	schema := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
			schema, err = strconv.Unquote(text.Value)
		}
		return true
	})
	if err != nil || !strings.Contains(schema, "SARIF) Version 2.1.0") {
		t.Fatalf("%v, and %d characters that are no schema", err, len(schema))
	}
	return schema
}

// TestFindingsKeepToTheFormatOfCodeHosts: by the schema of the format itself.
func TestFindingsKeepToTheFormatOfCodeHosts(t *testing.T) {
	folder, schema := t.TempDir(), schemaOf(t)
	built := filepath.Join(folder, "kustomization.yaml")
	object := "apiVersion: governance-operator.io/v1alpha1\nkind: AccessProfile\nmetadata: {name: a}\nspec: {backendRef: {name: b}, displayName: A, \"a\\u0001 b\": 1}\n"
	for file, text := range map[string]string{built: "resources: [object.yaml]\n", filepath.Join(folder, "object.yaml"): object} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for sentence, c := range map[string]struct {
		args  []string
		least int
		uri   string
	}{
		"what is wrong with files":                    {[]string{"-R", "-f", "config/samples"}, 20, ""},
		"what is wrong with what kustomize made":      {[]string{"-k", folder}, 1, filepath.ToSlash(built)},
		"nothing is wrong":                            {[]string{"-f", "config/samples/governancebackend_sandbox.yaml"}, 0, ""},
		"a field whose name no terminal should print": {[]string{"-f", filepath.Join(folder, "object.yaml")}, 1, filepath.ToSlash(filepath.Join(folder, "object.yaml"))},
	} {
		t.Run(sentence, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), binary, append([]string{"validate", "-o", "sarif"}, c.args...)...)
			cmd.Dir = root
			out, _ := cmd.Output() // It fails where something is wrong.
			checked, err := gojsonschema.Validate(gojsonschema.NewStringLoader(schema), gojsonschema.NewBytesLoader(out))
			if err != nil {
				t.Fatalf("%v in %s", err, out)
			}
			for _, wrong := range checked.Errors() {
				t.Error(wrong)
			}
			log := &sarif.Report{}
			if err := json.Unmarshal(out, log); err != nil {
				t.Fatal(err)
			}
			results := log.Runs[0].Results
			if len(results) < c.least || len(results) > 0 && c.least == 0 {
				t.Errorf("%d results, want %d or more", len(results), c.least)
			}
			for _, r := range results {
				if at := r.Locations[0].PhysicalLocation; c.uri != "" && *at.ArtifactLocation.URI != c.uri || *at.Region.StartLine < 1 {
					t.Errorf("it is at %s:%d", *at.ArtifactLocation.URI, *at.Region.StartLine)
				}
			}
		})
	}
}
