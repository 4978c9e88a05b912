package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

func TestOnlyWhatIsBetweenTheCommentsIsReplaced(t *testing.T) {
	got, err := replaced("# Page\n\n"+begin+"\nold\n"+end+"\n## Below\n", "new\n")
	if diff := cmp.Diff("# Page\n\n"+begin+"\nnew\n\n"+end+"\n## Below\n", got); err != nil || diff != "" {
		t.Errorf("error %v\n%s", err, diff)
	}
	for sentence, page := range map[string]string{
		"no comments":          "# Page\n",
		"no end":               begin + "old\n",
		"an end that is above": end + begin,
	} {
		t.Run(sentence, func(t *testing.T) {
			if got, err := replaced(page, "new\n"); err == nil {
				t.Errorf("no error, and %q", got)
			}
		})
	}
}

// Every plan is in the rows of the conditions that it shows, or among the events of a release.
func TestEveryPlanIsInTheTable(t *testing.T) {
	lines := strings.Split(table(), "\n")
	for _, plan := range decision.Plans() {
		link := links([]string{plan.Reason})
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, link) }) {
			t.Errorf("%s/%s is nowhere", plan.Action, plan.Reason)
		}
		if plan.Action == decision.Hold && plan.Synced().Status == decision.False {
			row := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "|  | False |") && strings.Contains(line, link) })
			if row < 0 {
				t.Errorf("%s is in no row of False", plan.Reason)
			}
		}
	}
}
