package decision

import "slices"

// rule is one answer to a question: the plan of the first rule that holds is taken.
type rule struct {
	// name is what is so, in words that no other rule has.
	name string
	when func(f *reader) bool
	plan *Plan
}

// question is a part of the decision. The first question that is asked and has a rule that holds decides.
type question struct {
	name  string
	asked func(f *reader) bool
	rules []rule
}

// questions are the whole decision, in order.
var questions = []question{
	{"Is it clear before anybody observes the vendor?", always, beforeObserving},
	{"Does what was observed prove enough?", always, unproven},
	{"How does an object that is deleted go?", (*reader).deleting, goingAway},
	{"Is it the remote of this object?", always, contested},
	{"There is no remote: is one made?", (*reader).absent, missing},
	{"The remote is not ours: is it adopted?", not((*reader).ours), foreign},
	{"A second remote carries our marker: is it removed?", duplicated, duplicate},
	{"Is our remote as it should be?", always, ours},
}

func always(*reader) bool { return true }

func not(is func(*reader) bool) func(*reader) bool { return func(f *reader) bool { return !is(f) } }

func duplicated(f *reader) bool { return f.twin() != TwinNone }

// Decide is the heart of the engine: pure, total, and tested over every combination of facts.
func Decide(f Facts) *Plan { return decide(questions, newReader(f)).plan }

// Plans are all plans that Decide can return, each once.
func Plans() (all []*Plan) {
	for _, q := range questions {
		for _, r := range q.rules {
			if !slices.Contains(all, r.plan) {
				all = append(all, r.plan)
			}
		}
	}
	return all
}

func decide(qs []question, f *reader) rule {
	for _, q := range qs {
		if !q.asked(f) {
			continue
		}
		for _, r := range q.rules {
			if r.when(f) {
				return r
			}
		}
	}
	panic("decision: no rule holds")
}
