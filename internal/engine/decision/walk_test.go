package decision

import (
	"fmt"
	"slices"
	"testing"
)

// with overrides some facts of r.
func with(r *reader, set map[fact]int) *reader {
	return &reader{choose: func(f fact) int {
		if v, ok := set[f]; ok {
			return v
		}
		return r.choose(f)
	}}
}

// broken returns the laws that questions break, with the plans that break them, and the rules that answer.
func broken(qs []question) (violations map[string]*Plan, paths int, combinations uint64, answered map[string]bool) {
	violations, answered = map[string]*Plan{}, map[string]bool{}
	paths, combinations = walk(func(r *reader) {
		defer func() {
			if p := recover(); p != nil {
				violations[fmt.Sprint(p)] = &Plan{}
			}
		}()
		answer := decide(qs, r)
		answered[answer.name] = true
		again := func(set map[fact]int) *Plan { return decide(qs, with(r, set)).plan }
		for _, l := range laws {
			if !l.holds(r, answer.plan, again) {
				violations[l.text] = answer.plan
			}
		}
	})
	return violations, paths, combinations, answered
}

// without returns the questions but for one rule of one of them.
func without(at, rule int) []question {
	qs := slices.Clone(questions)
	qs[at].rules = slices.Delete(slices.Clone(qs[at].rules), rule, rule+1)
	return qs
}

func TestEveryCombinationOfFactsKeepsTheLaws(t *testing.T) {
	all := uint64(1)
	for _, n := range domain {
		all *= uint64(n)
	}
	violations, paths, combinations, answered := broken(questions)
	for text, plan := range violations {
		t.Errorf("law broken: %s (plan %v/%s)", text, plan.Action, plan.Reason)
	}
	if combinations != all {
		t.Errorf("the paths stand for %d combinations, want all %d", combinations, all)
	}
	for _, q := range questions {
		for _, r := range q.rules {
			if !answered[r.name] {
				t.Errorf("%s %q never answers", q.name, r.name)
			}
		}
	}
	t.Logf("%d combinations of %d facts by %d paths", combinations, factCount, paths)
}

func TestLeavingOutAnyRuleBreaksALaw(t *testing.T) {
	for i, q := range questions {
		for j, r := range q.rules {
			if violations, _, _, _ := broken(without(i, j)); len(violations) == 0 {
				t.Errorf("%s %q can be left out and no law notices", q.name, r.name)
			}
		}
	}
}

func TestEveryRuleHasANameOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, q := range questions {
		for _, r := range q.rules {
			if seen[r.name] || r.name == "" {
				t.Errorf("%s two rules are called %q", q.name, r.name)
			}
			seen[r.name] = true
		}
	}
}
