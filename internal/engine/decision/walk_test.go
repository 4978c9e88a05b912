package decision

import (
	"fmt"
	"slices"
	"testing"
)

// domain is the number of values of each fact.
var domain = func() [factCount]int {
	var d [factCount]int
	for i := range d {
		d[i] = 2
	}
	for f, n := range map[fact]int{
		factCreation: 4, factDrift: 2, factDeletion: 3, factRemoteID: 3, factIntent: 5, factFound: 6,
		factOwner: 5, factTwin: 3, factPhase: 4, factChanges: 4, factIndex: 3,
	} {
		d[f] = n
	}
	return d
}()

// walk branches on every fact that visit reads, in every value, and returns the
// number of paths and of combinations they stand for.
func walk(visit func(r *reader)) (paths int, combinations uint64) {
	var order []fact
	value := map[fact]int{}
	for {
		choose := func(f fact) int {
			if v, ok := value[f]; ok {
				return v
			}
			order = append(order, f)
			value[f] = 0
			return 0
		}
		visit(&reader{choose: choose})
		paths++
		weight := uint64(1)
		for f := range factCount {
			if _, ok := value[f]; !ok {
				weight *= uint64(domain[f])
			}
		}
		combinations += weight
		for len(order) > 0 {
			last := order[len(order)-1]
			if value[last]+1 < domain[last] {
				value[last]++
				break
			}
			delete(value, last)
			order = order[:len(order)-1]
		}
		if len(order) == 0 {
			return paths, combinations
		}
	}
}

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
