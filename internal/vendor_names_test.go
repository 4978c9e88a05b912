package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/vendors"
)

// vendorNames are the names of vendors, in every spelling: as one word, and as the words that it is made of.
var vendorNames = regexp.MustCompile(`(?i)` + spelled(func(name string) string {
	if words := capital.ReplaceAllString(name, "$1.?$2"); words != name {
		return words
	}
	return `\b` + name + "|" + name + `\b`
}))

// capital is where another word of a name begins.
var capital = regexp.MustCompile(`([a-z])([A-Z])`)

// namedThere are the places where code may name a vendor: its own folders, the registries, the API, commands that take it as a
// flag, and the benchmark, which measures one.
var namedThere = regexp.MustCompile(`^(api/|cmd/|internal/(vendors|sandbox)/(` + spelled(strings.ToLower) + `)/|internal/vendors/vendors\.go$|` +
	`internal/sandbox/sandboxes/|test/benchmark/)`)

// spelled is an expression for the names of all vendors, each in the spelling that as gives it.
func spelled(as func(name string) string) string {
	var out []string
	for _, v := range vendors.All() {
		out = append(out, as(v.Name))
	}
	return strings.Join(out, "|")
}

// TestCodeNamesNoVendor: what names one elsewhere would have to change for the next.
func TestCodeNamesNoVendor(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		name := filepath.ToSlash(strings.TrimPrefix(path, ".."+string(filepath.Separator)))
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (name == "bin" || strings.HasPrefix(entry.Name(), ".") && path != ".."):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || namedThere.MatchString(name):
			return nil
		}
		files++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			if vendorNames.MatchString(line) {
				t.Errorf("%s:%d names a vendor: %s", name, i+1, strings.TrimSpace(line))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 200 {
		t.Fatalf("only %d files found: the test looks in the wrong place", files)
	}
}
