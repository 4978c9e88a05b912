package sandbox

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnswersAreNormalisedByTheirMembersNames(t *testing.T) {
	n := Normal{Texts: []string{"name"}, Words: []string{"alias"}, Lists: []string{"refs"}}
	got := n.of("", map[string]any{
		"name": " A  Name ", "alias": " Repo_Admin", "note": " kept ",
		"refs": []any{map[string]any{"name": "one "}, "two"}, "steps": []any{"first", "second"},
	})
	want := map[string]any{
		"name": "A  Name", "alias": "repo_admin", "note": " kept ",
		"refs": []any{"two", map[string]any{"name": "one"}}, "steps": []any{"first", "second"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
