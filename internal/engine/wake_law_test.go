package engine

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// reasons are the reasons of conditions.go, by the first words of the comment of their group.
func reasons(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../../api/v1alpha1/conditions.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			value := spec.(*ast.ValueSpec)
			if text, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value); err == nil && strings.HasPrefix(value.Names[0].Name, "Reason") {
				out[text] = strings.TrimSpace(group.Doc.Text())
			}
		}
	}
	return out
}

// end is one way in which a pass can end.
type end struct {
	text     string
	out      outcome
	deleting bool
}

// ends are all of them: the plans of all rows and what became of them, errors of every class and
// every reason of a backend, and problems of every reason.
func ends(all map[string]string) (out []end) {
	add := func(text string, o outcome) {
		for _, holder := range []string{"", "ns/other"} {
			o.holder = holder
			if o.plan == nil {
				o.plan = decision.Undecided
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
			add(text, outcome{plan: plan})
			continue
		}
		add(text+" wrote", outcome{plan: plan, wrote: true})
		add(text+" wrote a part", outcome{plan: plan, wrote: true, diffLeft: true})
	}
	for class := range backend.Fenced + 1 {
		for _, wrote := range []bool{false, true} {
			add(fmt.Sprintf("error %s", class), outcome{err: backend.Errorf(class, "no"), wrote: wrote, diffLeft: wrote})
		}
	}
	for class := range backend.Fenced + 1 {
		add(fmt.Sprintf("doubtful error %s", class), outcome{err: &backend.Error{Class: class, Doubtful: true, Err: errors.New("no")}, doubted: true})
	}
	add("between doubtful tries", outcome{plan: decision.RefusedPerhaps, doubted: true})
	add("a name that is taken", outcome{err: backend.Taken(backend.Mark{}, "no")})
	for reason := range all {
		add("backend "+reason, outcome{err: &BackendError{Reason: reason, Message: "no"}})
		for _, spec := range []bool{false, true} {
			add(fmt.Sprintf("problem %s %t", reason, spec), outcome{problems: []reference.Problem{{Reason: reason, Spec: spec, Message: "spec.x: no"}}})
		}
	}
	return out
}

func lawPass() *pass[*v1alpha1.AppEntitlement, backend.AppEntitlement] {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	r := NewReconciler(Kind[*v1alpha1.AppEntitlement, backend.AppEntitlement]{Name: "AppEntitlement"}, Options{Now: func() time.Time { return now }})
	return &pass[*v1alpha1.AppEntitlement, backend.AppEntitlement]{r: r, obj: &v1alpha1.AppEntitlement{}, memory: &memory{stuck: 1, failures: 1}}
}

// maybeNever are the rules of requeueing that may name no time.
var maybeNever = []decision.Requeue{decision.Never, decision.AtPoll, decision.AtStart}

// TestWhoWakesAnObject: however a pass ends, somebody wakes the object: the time that the outcome
// asks for, a watch, or a person where a condition is not good and says what there is to do.
func TestWhoWakesAnObject(t *testing.T) {
	all := reasons(t)
	seen := map[string]bool{}
	checked := ends(all)
	for _, c := range checked {
		e := decision.Follow(c.out.decided(c.deleting))
		for _, m := range []decision.State{e.Accepted, e.Refs, e.Synced} {
			seen[m.Reason] = true
		}
		if c.out.plan.Action == decision.Release && c.out.err == nil {
			seen[c.out.plan.Reason] = true // The finalizer goes, or the pass fails and is repeated.
			continue
		}
		seen[c.out.plan.Reason] = true
		if !slices.Contains(maybeNever, e.Requeue) || e.Wake&^decision.ByPerson != 0 {
			continue
		}
		p := lawPass()
		said := p.message(c.out)
		bad := e.Also == decision.Stalled || e.Synced.Status == decision.False || e.Accepted.Status == decision.False
		if e.Wake&decision.ByPerson == 0 || !bad || said == "" || said == c.out.plan.Reason || !strings.Contains(said, "spec") {
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
			t.Errorf("a pass ends with %s, which conditions.go does not declare", reason)
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
		got := lawPass().requeueAfter(decision.Effects{Requeue: rule}, outcome{})
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
		p.memory.stuck, p.memory.failures = 0, 0
		var at time.Duration
		hours := map[int]int{}
		for at < 11*time.Hour {
			p.memory.stuck, p.memory.failures, p.memory.writes = p.memory.stuck+1, p.memory.failures+1, p.memory.writes+1
			at += p.requeueAfter(decision.Effects{Requeue: rule}, outcome{})
			hours[int(at/time.Hour)]++
		}
		// A tenth of jitter may only make it less.
		if hours[0] > want.first || hours[0] < want.first*4/5 || hours[9] > want.tenth {
			t.Errorf("rule %d: %d in the first hour and %d in the tenth, want at most %d and %d", rule, hours[0], hours[9], want.first, want.tenth)
		}
	}
}
