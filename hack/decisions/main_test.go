package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIndex(t *testing.T) {
	for name, c := range map[string]struct {
		pages map[string]string
		want  string
		fails string
	}{
		"a row for each, by number; the index itself is none": {
			pages: map[string]string{"0010-b.md": "# 10. Lists are atomic\n\nText.\n", "0002-a.md": "# 2. Drivers know no cluster\n", "README.md": "# Old\n"},
			want:  "| 2 | [Drivers know no cluster](0002-a.md) |\n| 10 | [Lists are atomic](0010-b.md) |\n",
		},
		"another number in the title":  {pages: map[string]string{"0003-a.md": "# 4. X\n"}, fails: "number 4"},
		"one number for two decisions": {pages: map[string]string{"0003-a.md": "# 3. X\n", "0003-b.md": "# 3. Y\n"}, fails: "same number"},
		"no title":                     {pages: map[string]string{"0003-a.md": "Text.\n"}, fails: "first line"},
		"no number in the file's name": {pages: map[string]string{"notes.md": "# 3. X\n"}, fails: "0042"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range c.pages {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := index(dir)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("error %v, want one with %q", err, c.fails)
				}
				return
			}
			if diff := cmp.Diff(preamble+c.want, got); err != nil || diff != "" {
				t.Errorf("error %v\n%s", err, diff)
			}
		})
	}
}
