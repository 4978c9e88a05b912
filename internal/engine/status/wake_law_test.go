package status

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/act"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/reasonstest"
	"github.com/governance-operator/governance-operator/internal/engine/report"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// end is one way in which a pass can end.
type end struct {
	text     string
	out      managed.Outcome
	deleting bool
}

// ends are all of them: the plans of all rows and what became of them, errors of every class and
// every reason of a backend, and problems of every reason.
func ends(all map[string]string) (out []end) {
	add := func(text string, o managed.Outcome) {
		for _, holder := range []string{"", "ns/other"} {
			o.Holder = holder
			if o.Plan == nil {
				o.Plan = decision.Undecided
			}
			out = append(out, end{text + " " + holder, o, false}, end{text + " deleting " + holder, o, true})
		}
	}
	for _, plan := range decision.Plans() {
		if plan.Action == decision.Observe {
			continue
		}
		text := fmt.Sprintf("%s %s", plan.Action, plan.Reason)
		if !plan.Action.Writes() {
			add(text, managed.Outcome{Plan: plan})
			continue
		}
		add(text+" wrote", managed.Outcome{Plan: plan, Wrote: true})
		add(text+" wrote a part", managed.Outcome{Plan: plan, Wrote: true, DiffLeft: true})
	}
	for class := range backend.Fenced + 1 {
		for _, wrote := range []bool{false, true} {
			add(fmt.Sprintf("error %s", class), managed.Outcome{Err: backend.Errorf(class, "no"), Wrote: wrote, DiffLeft: wrote})
		}
	}
	for class := range backend.Fenced + 1 {
		add(fmt.Sprintf("doubtful error %s", class), managed.Outcome{Err: &backend.Error{Class: class, Doubtful: true, Err: errors.New("no")}, Doubted: true})
	}
	add("between doubtful tries", managed.Outcome{Plan: decision.RefusedPerhaps, Doubted: true})
	add("a name that is taken", managed.Outcome{Err: backend.Taken(backend.Mark{}, "no")})
	for reason := range all {
		add("backend "+reason, managed.Outcome{Err: &managed.BackendError{Reason: reason, Message: "no"}})
		for _, spec := range []bool{false, true} {
			add(fmt.Sprintf("problem %s %t", reason, spec), managed.Outcome{Problems: []reference.Problem{{Reason: reason, Spec: spec, Message: "spec.x: no"}}})
		}
	}
	return out
}

// lawPass is a pass of which nothing is known.
func lawPass() *Writer[*v1alpha1.AppEntitlement, backend.AppEntitlement] {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	r := fleet.New(managed.Kind[*v1alpha1.AppEntitlement, backend.AppEntitlement]{Name: "AppEntitlement"}, fleet.Options{Now: func() time.Time { return now }})
	return &Writer[*v1alpha1.AppEntitlement, backend.AppEntitlement]{Action: &act.Action[*v1alpha1.AppEntitlement, backend.AppEntitlement]{
		Situation: &gather.Situation[*v1alpha1.AppEntitlement, backend.AppEntitlement]{Fleet: r, Obj: &v1alpha1.AppEntitlement{}, Memory: &fleet.Memory{Stuck: 1, Failures: 1}}}}
}

// maybeNever are the rules of requeueing that may name no time.
var maybeNever = []decision.Requeue{decision.Never, decision.AtPoll, decision.AtStart}

// TestWhoWakesAnObject: however a pass ends, somebody wakes the object: the time that the outcome
// asks for, a watch, or a person where a condition is not good and says what there is to do.
func TestWhoWakesAnObject(t *testing.T) {
	all := reasonstest.Of(t)
	seen := map[string]bool{}
	checked := ends(all)
	for _, c := range checked {
		e := decision.Follow(c.out.Decided(c.deleting))
		for _, m := range []decision.State{e.Accepted, e.Refs, e.Synced} {
			seen[m.Reason] = true
		}
		if c.out.Plan.Action == decision.Release && c.out.Err == nil {
			seen[c.out.Plan.Reason] = true // The finalizer goes, or the pass fails and is repeated.
			continue
		}
		seen[c.out.Plan.Reason] = true
		if !slices.Contains(maybeNever, e.Requeue) || e.Wake&^decision.ByPerson != 0 {
			continue
		}
		p := lawPass()
		said := report.Message(p.Situation, c.out)
		bad := e.Also == decision.Stalled || e.Synced.Status == decision.False || e.Accepted.Status == decision.False
		if e.Wake&decision.ByPerson == 0 || !bad || said == "" || said == c.out.Plan.Reason || !strings.Contains(said, "spec") {
			t.Errorf("%s: nobody wakes it: %+v says %q", c.text, e, said)
		}
	}
	exempt := []string{"Reasons of events only", "Reasons of a backend's Ready condition"}
	for _, reason := range slices.Sorted(maps.Keys(all)) {
		if reason == v1alpha1.ReasonLooking || slices.ContainsFunc(exempt, func(group string) bool { return strings.HasPrefix(all[reason], group) }) {
			continue
		}
		if !seen[reason] {
			t.Errorf("no pass ends with %s: a row or an error that does is missing here, or the reason is of no use", reason)
		}
	}
	for reason := range seen {
		if _, declared := all[reason]; reason != "" && !declared {
			t.Errorf("a pass ends with %s, which package reasons does not declare", reason)
		}
	}
	t.Logf("%d ends of a pass, %d reasons", len(checked), len(all))
}

// TestMessagesNameTheAnnotationsOfTheAPI, since the decision knows no API.
func TestMessagesNameTheAnnotationsOfTheAPI(t *testing.T) {
	for annotation, plan := range map[string]*decision.Plan{v1alpha1.AnnotationAcceptDeletions: decision.MassDeletion, v1alpha1.AnnotationReconcileRequestedAt: decision.NeverStays} {
		if said := plan.Message(nil); !strings.Contains(said, annotation) {
			t.Errorf("%q does not name %s", said, annotation)
		}
	}
}

// TestEveryRuleOfRequeueingNamesATime, but for those that may not.
func TestEveryRuleOfRequeueingNamesATime(t *testing.T) {
	for rule := range decision.RequeueCount {
		got := lawPass().requeueAfter(decision.Effects{Requeue: rule}, managed.Outcome{})
		if never := slices.Contains(maybeNever, rule); (got == 0) != never {
			t.Errorf("rule %d: %s", rule, got)
		}
	}
}

// TestWhatIsStuckComesEverLessOften counts how often an object that stays as it is comes in the
// first hour and in the tenth, by every rule that such an object can have.
func TestWhatIsStuckComesEverLessOften(t *testing.T) {
	for rule, want := range map[decision.Requeue]struct{ first, tenth int }{
		decision.Again:          {first: 10, tenth: 6},
		decision.Soon:           {first: 12, tenth: 6},
		decision.Rarely:         {first: 6, tenth: 1},
		decision.WhileVanishing: {first: 63, tenth: 60}, // At one vendor's most: it is asked whether it is done.
		decision.WhileTaken:     {first: 17, tenth: 12},
		decision.AfterFailure:   {first: 19, tenth: 12},
		decision.AtOnce:         {first: 21, tenth: 6},
		decision.AtVendorsPace:  {first: 14, tenth: 6},
		decision.AtOutcome:      {first: 12, tenth: 6},
	} {
		p := lawPass()
		p.Memory.Stuck, p.Memory.Failures = 0, 0
		var at time.Duration
		hours := map[int]int{}
		for at < 11*time.Hour {
			p.Memory.Stuck, p.Memory.Failures, p.Memory.Writes = p.Memory.Stuck+1, p.Memory.Failures+1, p.Memory.Writes+1
			at += p.requeueAfter(decision.Effects{Requeue: rule}, managed.Outcome{})
			hours[int(at/time.Hour)]++
		}
		// A tenth of jitter may only make it less.
		if hours[0] > want.first || hours[0] < want.first*4/5 || hours[9] > want.tenth {
			t.Errorf("rule %d: %d in the first hour and %d in the tenth, want at most %d and %d", rule, hours[0], hours[9], want.first, want.tenth)
		}
	}
}
