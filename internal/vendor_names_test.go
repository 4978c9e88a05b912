package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// vendorNames are the names of vendors, in every spelling.
var vendorNames = regexp.MustCompile(`(?i)conductor.?one|sailpoint|\bveza|veza\b`)

// namedThere are the places where code may name a vendor: its own folders, the two lists, the API, commands that take it as a
// flag, and the benchmark, which measures one.
var namedThere = regexp.MustCompile(`^(api/|cmd/|internal/vendors/(conductorone|sailpoint|veza)/|internal/vendors/(vendors|specs)\.go$|` +
	`internal/sandbox/(conductorone|sailpoint|veza)/|internal/sandbox/sandboxes/|test/benchmark/)`)

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
