package engine

import (
	"fmt"
	"strings"
	"testing"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
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

type law struct {
	text string
	// holds reads facts only as far as it needs them.
	holds func(f *reader, p Plan, again func(map[fact]int) Plan) bool
}

var earlyReleases = map[string]bool{v1alpha1.ReasonKindRemoved: true, v1alpha1.ReasonOrphaned: true, v1alpha1.ReasonNothingSent: true}

var laws = []law{
	{"1 every combination has one plan with a reason", func(_ *reader, p Plan, _ func(map[fact]int) Plan) bool { return p.Reason != "" }},
	{"2 before a look only Release, Look or Hold/KindRemoved; after it never Look", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		if f.found() == FoundNotLooked {
			return p.Action == Release || p.Action == Look || p == Plan{Hold, v1alpha1.ReasonKindRemoved}
		}
		return p.Action != Look
	}},
	{"3 no write while terminating, in another tenant, suspended or claimed by another", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return !p.Action.Writes() || !f.kindTerminating() && f.tenantMatches() && !f.suspended() && !f.claimConflict()
	}},
	{"4 deleting never creates, adopts, updates or settles; living never releases or retires", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		switch p.Action {
		case Create, Adopt, Update, Settle:
			return !f.deleting()
		case Release, Retire:
			return f.deleting()
		}
		return true
	}},
	{"5 what a create needs", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Create || f.found() == FoundAbsentProved && f.index() == IndexClear && f.intent() != IntentFresh &&
			!f.massAbsence() && f.canCreate() && !f.createHeld() && (!f.tooLate() || f.bound()) && f.remoteID() == RemoteIDNone && f.creation() != CreationAdopt &&
			(!f.bound() || f.drift() == DriftCorrect) && !f.nonConverging() && f.nameFree()
	}},
	{"6 a second send after an open attempt needs proven marks", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Create || f.intent() != IntentOld || f.markProven()
	}},
	{"7 a run-once object is never created once bound, nor with an open attempt unless that came to nothing", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Create || !f.runOnce() || !f.bound() && (f.intent() <= IntentClosed || f.intent() == IntentOld && f.neverCame())
	}},
	{"8 update, delete and retire touch only what is ours", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Update && p.Action != Delete && p.Action != Retire || f.ours()
	}},
	{"9 what an update needs", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Update || f.changes() == ChangesWritable && f.canUpdate() && f.phase() != PhasePending && f.phase() != PhaseSealed &&
			f.twin() == TwinNone && !f.nonConverging() && (f.drift() == DriftCorrect || f.specMoved())
	}},
	{"9a what is as specified holds nothing that left the spec", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Settle || !f.fieldRemoved()
	}},
	{"9b what closes is not written while far too many deletions wait", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Update || !f.closes() || !f.massDeletion()
	}},
	{"10 under Report with an unmoved spec nothing is updated", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Update || f.drift() == DriftCorrect || f.specMoved()
	}},
	{"11 delete and retire need the verb and no mass deletion; the living delete only a removable twin; none is sent again", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		switch p.Action {
		case Delete:
			return f.canDelete() && !f.undeletable() && !f.massDeletion() && (f.deleting() && !f.deleteSent() || !f.deleting() && f.twin() == TwinRemovable)
		case Retire:
			return f.canRetire() && !f.retired() && !f.massDeletion() && !f.deleteSent()
		}
		return true
	}},
	{"11a what others refer to is not deleted where it asks for that", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Delete && p.Action != Retire || !f.deleting() || !f.referenced()
	}},
	{"12 what an adoption needs", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Adopt || f.exists() && f.consent() && !f.ours() && f.owner() != OwnerForeign && f.intent() != IntentFresh && !f.massAbsence() &&
			(!f.bound() || f.found() != FoundByID && f.drift() != DriftReport) && (!f.runOnce() || f.found() != FoundByKey) && f.remoteID() != RemoteIDMismatch
	}},
	{"13 release without a look only for three reasons; any other only with proof through the pinned tenant", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		if p.Action != Release || earlyReleases[p.Reason] {
			return true
		}
		if p.Reason == v1alpha1.ReasonNotOurs && !f.exists() {
			return false
		}
		return f.found() != FoundNotLooked && f.tenantMatches() &&
			(f.found() == FoundAbsentProved || f.exists() && !f.ours() || f.claimConflict() || f.undeletable() || f.retired())
	}},
	{"14 no release of what is not ours in mass absence, in the window, or past it unproven", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		if p.Action != Release || earlyReleases[p.Reason] || f.ours() {
			return true
		}
		return !f.massAbsence() && f.intent() != IntentFresh && (f.intent() != IntentOld || f.markProven() || !f.canCreate())
	}},
	{"15 deleting with Orphan or the kind removed always releases", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return !f.deleting() || f.deletion() != DeletionOrphan && !f.kindTerminating() || p.Action == Release
	}},
	{"16 deleting what was never sent releases at once", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return !f.deleting() || f.bound() || f.intent() > IntentClosed || p.Action == Release
	}},
	{"17 settle means ours, in sync and quiet", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p.Action != Settle || f.ours() && f.changes() == ChangesNone && f.twin() == TwinNone && f.phase() != PhasePending && f.phase() != PhaseFailed
	}},
	{"17a what is not shown yet is not called in sync", func(f *reader, p Plan, _ func(map[fact]int) Plan) bool {
		return p != Plan{Settle, v1alpha1.ReasonInSync} || !f.settling()
	}},
	{"18 every wait ends when what it waits for comes true", func(f *reader, p Plan, again func(map[fact]int) Plan) bool {
		if p.Action != Wait {
			return true
		}
		ends := map[string][]map[fact]int{
			v1alpha1.ReasonOutcomePending:  {{factIntent: int(IntentOld)}, {factFound: int(FoundByMark), factOwner: int(OwnerOurs)}},
			v1alpha1.ReasonAbsenceUnproved: {{factFound: int(FoundAbsentProved)}},
			v1alpha1.ReasonDeletionPending: {{factFound: int(FoundAbsentProved)}, {factDeleteSent: 0}},
			v1alpha1.ReasonRemoteNotFound:  {{factFound: int(FoundByID), factOwner: int(OwnerUnmarked)}},
			v1alpha1.ReasonIndexPending:    {{factIndex: int(IndexClear), factNameFree: 1}},
			v1alpha1.ReasonVendorWorking:   {{factPhase: int(PhaseLive)}, {factPendingLong: 1}},
		}[p.Reason]
		for _, set := range ends {
			if next := again(set); next.Action == Wait && next.Reason == p.Reason {
				return false
			}
		}
		return len(ends) > 0
	}},
	{"19 done is done", func(f *reader, p Plan, again func(map[fact]int) Plan) bool {
		switch p.Action {
		case Create, Adopt, Update:
			set := map[fact]int{factFound: int(FoundByID), factOwner: int(OwnerOurs), factBound: 1, factIntent: int(IntentClosed),
				factChanges: int(ChangesNone), factSpecMoved: 0, factTwin: int(TwinNone), factPhase: int(PhaseLive), factFieldRemoved: 0}
			return again(set).Action == Settle
		case Delete, Retire:
			if f.deleting() {
				return !again(map[fact]int{factDeleteSent: 1}).Action.Writes()
			}
			return again(map[fact]int{factTwin: int(TwinNone)}).Action != Delete
		}
		return true
	}},
	{"20 suspend turns each write into Hold/Suspended and changes no other action", func(f *reader, p Plan, again func(map[fact]int) Plan) bool {
		if f.suspended() {
			return true
		}
		held := again(map[fact]int{factSuspended: 1})
		if p.Action.Writes() {
			return held == Plan{Hold, v1alpha1.ReasonSuspended}
		}
		return held.Action == p.Action
	}},
}

// broken returns the laws that rows break, with the plans that break them.
func broken(rows []row) (violations map[string]Plan, paths int, combinations uint64, reached map[Plan]bool) {
	violations, reached = map[string]Plan{}, map[Plan]bool{}
	paths, combinations = walk(func(r *reader) {
		defer func() {
			if p := recover(); p != nil {
				violations[fmt.Sprint(p)] = Plan{}
			}
		}()
		plan := decideBy(rows, r)
		reached[plan] = true
		again := func(set map[fact]int) Plan { return decideBy(rows, with(r, set)) }
		for _, l := range laws {
			if !l.holds(r, plan, again) {
				violations[l.text] = plan
			}
		}
	})
	return violations, paths, combinations, reached
}

func TestEveryCombinationOfFactsKeepsTheLaws(t *testing.T) {
	all := uint64(1)
	for _, n := range domain {
		all *= uint64(n)
	}
	violations, paths, combinations, reached := broken(table)
	for text, plan := range violations {
		t.Errorf("law broken: %s (plan %v/%s)", text, plan.Action, plan.Reason)
	}
	if combinations != all {
		t.Errorf("the paths stand for %d combinations, want all %d", combinations, all)
	}
	for _, r := range table {
		if !reached[r.plan] {
			t.Errorf("row %d (%v/%s) is never reached", r.number, r.plan.Action, r.plan.Reason)
		}
	}
	t.Logf("%d combinations of %d facts by %d paths", combinations, factCount, paths)
}

func TestLeavingOutAnyRowBreaksALaw(t *testing.T) {
	for i := range table {
		rows := append(append([]row{}, table[:i]...), table[i+1:]...)
		if violations, _, _, _ := broken(rows); len(violations) == 0 {
			t.Errorf("row %d (%v/%s) can be left out and no law notices", table[i].number, table[i].plan.Action, table[i].plan.Reason)
		}
	}
}

func TestRowsAreNumberedInOrder(t *testing.T) {
	if len(table) != 57 {
		t.Fatalf("the table has %d rows, want 57", len(table))
	}
	for i, r := range table {
		if r.number != i+1 {
			t.Errorf("row %d has the number %d", i+1, r.number)
		}
	}
}

func (p Plan) text() string { return strings.Join([]string{p.Action.String(), p.Reason}, "/") }
