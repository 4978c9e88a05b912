package status

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/report"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// apply turns the outcome into status and returns the events of its transitions.
func (p *Writer[O, D]) apply(out managed.Outcome, e decision.Effects) []note {
	st := p.Status()
	before := st.DeepCopy()
	generation := p.Obj.GetGeneration()
	wasReady := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionReady)

	p.project(out)
	if e.Leave {
		return nil
	}
	message := withAnswer(report.Message(p.Situation, out), out.Err)
	set := func(kind string, m decision.State, text string) {
		if m.Status == "" {
			return
		}
		text = kept(st.Conditions, kind, m, text)
		meta.SetStatusCondition(&st.Conditions, metav1.Condition{Type: kind, Status: metav1.ConditionStatus(m.Status), Reason: m.Reason, Message: text, ObservedGeneration: generation})
	}
	set(v1alpha1.ConditionAccepted, e.Accepted, textFor(e.Accepted, message, p.acceptance()))
	refs, refsText := p.refs(out, e, message)
	set(v1alpha1.ConditionResolvedRefs, refs, refsText)
	set(v1alpha1.ConditionSynced, e.Synced, message)

	reason := p.mainReason(out, e)
	ready, readyText := decision.No(reason), message
	switch {
	case p.Deleting():
		ready = decision.No(v1alpha1.ReasonDeleting)
	case e.Ready == decision.Ready:
		ready = decision.Yes(reason)
	case e.Ready == decision.KeepReady && wasReady != nil && wasReady.Status == metav1.ConditionTrue && wasReady.ObservedGeneration == generation:
		ready = decision.Yes(wasReady.Reason)
		if e.Also != "" {
			readyText = wasReady.Message
		}
	}
	set(v1alpha1.ConditionReady, ready, readyText)
	for _, kind := range []string{v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
		if string(e.Also) == kind {
			set(kind, decision.Yes(reason), message)
		} else {
			meta.RemoveStatusCondition(&st.Conditions, kind)
		}
	}
	st.ObservedGeneration = generation
	if out.Err == nil || backend.ClassOf(out.Err) == backend.Terminal || out.Doubted {
		st.LastHandledReconcileAt = p.Requested()
	}
	p.projectFigures(out)
	p.projectRelations(p.Obj)
	return p.notes(out, e, before, message)
}

// acceptance is the message of an accepted spec, with what it needs of a person.
func (p *Writer[O, D]) acceptance() string {
	text := "the spec is accepted"
	for _, w := range p.Warnings {
		text += "; spec." + w.String()
	}
	if p.Resolver != nil && !p.Deleting() {
		for _, caution := range p.Resolver.Cautions() {
			text += "; mind " + caution
		}
	}
	return report.Shorten(text)
}

func textFor(m decision.State, message, healthy string) string {
	if m.Status == decision.True {
		return healthy
	}
	return message
}

// mainReason is the reason that Ready, Reconciling and Stalled show.
func (p *Writer[O, D]) mainReason(out managed.Outcome, e decision.Effects) string {
	switch {
	case out.Err == nil && len(out.Problems) > 0:
		return out.Problems[0].Reason
	case e.Synced.Status != "":
		return e.Synced.Reason
	case e.Accepted.Status == decision.False:
		return e.Accepted.Reason
	}
	return out.Plan.Reason
}

// refs is what becomes of ResolvedRefs: it tells of dead and moved names also when the pass ended
// for another reason.
func (p *Writer[O, D]) refs(out managed.Outcome, e decision.Effects, message string) (decision.State, string) {
	const allResolved = "every reference and name is resolved"
	if told := p.told(); len(told) > 0 && len(out.Problems) == 0 {
		return decision.No(told[0].Reason), problemsText(told)
	}
	if e.Refs.Status == "" && p.Resolver != nil && len(out.Problems) == 0 && p.Resolver.Err() == nil && out.Err != nil && !p.Deleting() && len(p.Resolver.Unanswered()) == 0 {
		return decision.Yes(v1alpha1.ReasonResolved), allResolved // The vendor refused it for another reason.
	}
	return e.Refs, textFor(e.Refs, message, allResolved)
}

// told lists what is to be said of names and references that did not stop the pass: what is gone
// first, then what means something else.
func (p *Writer[O, D]) told() []reference.Problem {
	if p.Resolver == nil || p.Deleting() {
		return nil
	}
	told := append([]reference.Problem(nil), p.Aside.Told...)
	if p.Started() {
		return told
	}
	moved := p.Resolver.Moved()
	for _, later := range []bool{false, true} {
		for _, problem := range moved {
			if (problem.Reason == v1alpha1.ReasonNameMoved) == later {
				told = append(told, problem)
			}
		}
	}
	return told
}

// problemsText tells the first three problems.
func problemsText(problems []reference.Problem) string {
	texts := make([]string, 0, 4)
	for _, problem := range problems[:min(3, len(problems))] {
		texts = append(texts, problem.Message)
	}
	if more := len(problems) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return report.Shorten(strings.Join(texts, "; "))
}

// kept is the text of a condition that stays as it is though another answer said so: each has a name of its own, and nothing
// else is new.
func kept(conditions []metav1.Condition, kind string, m decision.State, text string) string {
	old := meta.FindStatusCondition(conditions, kind)
	if old != nil && string(old.Status) == string(m.Status) && old.Reason == m.Reason && backend.WithoutReference(old.Message) == backend.WithoutReference(text) {
		return old.Message
	}
	return text
}

// withAnswer puts the vendor's name for the answer that a message tells of behind it, where the message has room for it.
func withAnswer(message string, err error) string {
	const most = 512
	if err == nil {
		return message
	}
	name := backend.WithReference("", backend.ReferenceOf(err))
	if room := most - len([]rune(name)); len([]rune(message)) > room {
		message = string([]rune(message)[:room-1]) + "…"
	}
	return message + name
}

// besides says what becomes of a pass that had to leave something out: it cannot say that all is as wanted.
func (p *Writer[O, D]) besides(e decision.Effects) decision.Effects {
	if len(p.Aside.Told) == 0 && p.Aside.Err == nil || e.Leave || p.Deleting() {
		return e
	}
	if e.Synced.Status == decision.True {
		e.Synced, e.Ready, e.Also = decision.Perhaps(v1alpha1.ReasonBlocked), decision.NotReady, decision.Reconciling
	}
	if e.Requeue == decision.Never || e.Requeue == decision.AtPoll && p.Poll() == 0 {
		e.Requeue = decision.Again
	}
	return e
}

// heldBack says what becomes of a pass that wrote what is not held.
func (p *Writer[O, D]) heldBack(e decision.Effects, out managed.Outcome) decision.Effects {
	if !p.Facts.FieldRemoved || e.Leave || p.Deleting() || out.Err != nil || !out.Wrote || out.DiffLeft {
		return e
	}
	return decision.Follow(decision.Outcome{Plan: decision.FieldRemoved})
}
