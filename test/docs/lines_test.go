package docs_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// longestLine is how many characters a line of prose may have: a longer one is no sentence that is read at once, and hides
// in a diff what was changed in it.
const longestLine = 200

// tooLong are the lines of a page that are longer. Code and tables cannot be broken, and are as long as they must be.
func tooLong(page string) (problems []string) {
	fenced := false
	for i, line := range strings.Split(page, "\n") {
		text := strings.TrimSpace(line)
		fence := strings.HasPrefix(text, "```")
		fenced = fenced != fence
		if n := utf8.RuneCountInString(line); n > longestLine && !fenced && !fence && !strings.HasPrefix(text, "|") {
			problems = append(problems, fmt.Sprintf("line %d has %d characters, and may have %d: break it at a sentence", i+1, n, longestLine))
		}
	}
	return problems
}

func TestNoLineOfProseIsTooLong(t *testing.T) {
	_, all := shelve(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, problem := range tooLong(all[name]) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// A line that is too long is noticed in prose and in a list, and nowhere else.
func TestLinesThatAreTooLongAreNoticed(t *testing.T) {
	fits := strings.Repeat("ä", longestLine)
	long := fits + "."
	for name, tc := range map[string]struct {
		page string
		want []string
	}{
		"as long as it may be":    {fits + "\n" + fits, nil},
		"a paragraph":             {"# A page\n\n" + long, []string{"line 3 has 201 characters, and may have 200: break it at a sentence"}},
		"an item of a list":       {"- short\n- " + fits, []string{"line 2 has 202 characters, and may have 200: break it at a sentence"}},
		"code":                    {"```sh\n" + long + "\n```", nil},
		"code in a list":          {"- item\n\n  ```sh\n  " + long + "\n  ```", nil},
		"prose behind code":       {"```sh\nls\n```\n" + long, []string{"line 4 has 201 characters, and may have 200: break it at a sentence"}},
		"a table":                 {"| " + long + " |", nil},
		"two of them, each once":  {long + "\n\n" + long, []string{"line 1 has 201 characters, and may have 200: break it at a sentence", "line 3 has 201 characters, and may have 200: break it at a sentence"}},
		"a page without any line": {"", nil},
	} {
		if diff := cmp.Diff(tc.want, tooLong(tc.page)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
