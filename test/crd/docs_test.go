package crd_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// examples returns the objects of ours in the YAML blocks of a Markdown text, by the line they begin at.
func examples(text string) map[int]string {
	found := map[int]string{}
	inside, began, number := false, 0, 0
	var block strings.Builder
	keep := func() {
		if strings.Contains(block.String(), "apiVersion: governance-operator.io/") {
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
				if got := create(t, parse(t, text)); got != nil {
					t.Errorf("refused: %s", strings.Join(got, "\n"))
				}
			})
		}
	}
	if total < 10 {
		t.Errorf("only %d examples found", total)
	}
}
