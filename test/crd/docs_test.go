package crd_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// examples returns the objects in the YAML blocks of a Markdown text, by the line they begin at.
func examples(text string) map[int]string {
	found := map[int]string{}
	inside, began, number := false, 0, 0
	var block strings.Builder
	keep := func() {
		if inside {
			found[began] = block.String()
		}
		block.Reset()
	}
	for line := range strings.Lines(text) {
		number++
		fence := strings.TrimSpace(line)
		switch {
		case !inside && fence == "```yaml":
			inside, began = true, number+1
		case inside && fence == "```":
			keep()
			inside = false
		case inside && fence == "---":
			keep()
			began = number + 1
		case inside:
			block.WriteString(line)
		}
	}
	return found
}

// served are the groups that the API server of the tests knows, and others those that it does not: what is of them can
// be parsed only.
var (
	served = []string{"governance-operator.io", "rbac.authorization.k8s.io", "batch"}
	others = []string{"argoproj.io", "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "kustomize.config.k8s.io"}
)

func TestEveryExampleInTheDocumentsIsAccepted(t *testing.T) {
	files := []string{filepath.Join(root, "README.md")}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && filepath.Ext(path) == ".md" {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line, text := range examples(string(content)) {
			total++
			t.Run(fmt.Sprintf("%s:%d", filepath.Base(path), line), func(t *testing.T) {
				object := parse(t, text)
				if group := object.GroupVersionKind().Group; !slices.Contains(served, group) {
					if fragment := object.GetAPIVersion()+object.GetKind() == ""; !fragment && !slices.Contains(others, group) {
						t.Errorf("what is a %q of %q?", object.GetKind(), group)
					}
					return
				}
				if got := create(t, object); got != nil {
					t.Errorf("refused: %s", strings.Join(got, "\n"))
				}
			})
		}
	}
	if total < 10 {
		t.Errorf("only %d examples found", total)
	}
}
