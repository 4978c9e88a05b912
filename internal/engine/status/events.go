package status

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/engine/report"
)

// note is an event to send once the status is written.
type note struct {
	warning bool
	reason  string
	message string
}

// notes lists the events: one per transition of what the user sees.
func (p *Writer[O, D]) notes(out managed.Outcome, e decision.Effects, before *v1alpha1.ManagedStatus, message string) []note {
	var notes []note
	if p.Copied && !p.Memory.Copied {
		p.Memory.Copied = true
		notes = append(notes, note{true, v1alpha1.ReasonCopiedIntent, "the intent annotation belongs to another object and is ignored"})
	}
	if old := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionAccepted); len(p.Warnings) > 0 && e.Accepted.Status == decision.True && (old == nil || old.Message != p.acceptance()) {
		notes = append(notes, note{true, v1alpha1.ReasonManualStep, p.acceptance()})
	}
	notes = append(notes, p.refsNotes(out, e, before)...)
	notes = append(notes, p.leftBehindNote(before)...)
	if e.Event == decision.NoEvent {
		return notes
	}
	reason := p.mainReason(out, e)
	if out.Wrote && out.Err == nil && len(out.Problems) > 0 {
		notes = append(notes, note{false, out.Plan.Reason, p.wroteMessage(out, message) + ", which only takes access away; the rest of the spec waits"})
	} else if out.Wrote && out.Err == nil {
		reason = out.Plan.Reason
		if p.Facts.Found == decision.FoundByMark && !p.Facts.Bound {
			notes = append(notes, note{false, v1alpha1.ReasonRecovered, "found by its mark after an interrupted create"})
		}
		if notes = append(notes, note{false, reason, p.wroteMessage(out, message)}); p.Facts.FieldRemoved && !out.DiffLeft {
			notes = append(notes, note{true, v1alpha1.ReasonFieldRemoved, message})
		}
		return notes
	}
	for _, c := range p.Status().Conditions {
		old := meta.FindStatusCondition(before.Conditions, c.Type)
		if c.Reason == reason && (old == nil || old.Reason != c.Reason || old.Message != c.Message) {
			return append(notes, note{e.Event == decision.Warning, reason, message})
		}
	}
	return notes
}

// refsNotes is the event about names, where the pass is about something else.
func (p *Writer[O, D]) refsNotes(out managed.Outcome, e decision.Effects, before *v1alpha1.ManagedStatus) []note {
	told := p.told()
	if len(told) == 0 || len(out.Problems) > 0 {
		return nil
	}
	old := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionResolvedRefs)
	if text := problemsText(told); old == nil || old.Status != metav1.ConditionFalse || old.Message != text {
		return []note{{true, told[0].Reason, text}}
	}
	return nil
}

// leftBehindNote is the event about what is new in the list.
func (p *Writer[O, D]) leftBehindNote(before *v1alpha1.ManagedStatus) []note {
	var texts []string
	for _, l := range p.Status().LeftBehind {
		if slices.Contains(before.LeftBehind, l) {
			continue
		}
		words := map[v1alpha1.LeftBehindState]string{
			v1alpha1.LeftBehindLeft:    "stays at the vendor as it is",
			v1alpha1.LeftBehindClosed:  "is closed",
			v1alpha1.LeftBehindCleared: "is cleared",
		}
		texts = append(texts, "spec."+l.Path+" "+words[l.State])
	}
	if len(texts) == 0 {
		return nil
	}
	return []note{{false, v1alpha1.ReasonLeftBehind, "not managed any more: " + strings.Join(texts, ", ") + "; what stood there before is not known"}}
}

func (p *Writer[O, D]) event(n note) {
	if p.Fleet.Events == nil {
		return
	}
	kind := corev1.EventTypeNormal
	if n.warning {
		kind = corev1.EventTypeWarning
	}
	p.Fleet.Events.Eventf(p.Obj, nil, kind, n.reason, n.reason, "%s", report.Clip(n.message, report.LongestNote))
}

// wroteMessage says what a pass has written.
func (p *Writer[O, D]) wroteMessage(out managed.Outcome, message string) string {
	rest := ""
	if out.DiffLeft {
		rest = "; " + message
	}
	switch out.Plan.Action {
	case decision.Create:
		return "created " + report.RemoteName(p.Situation) + rest
	case decision.Adopt:
		return "took over " + report.RemoteName(p.Situation) + ", and wrote " + p.Said + rest
	case decision.Update:
		if out.Plan == decision.CorrectingDrift && p.Why == backend.WriteDrift {
			return "somebody else changed it; put back " + p.Said + rest
		}
		return "wrote " + p.Said + rest
	default:
		return message
	}
}
