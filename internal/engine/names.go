package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

const (
	// justNow is how old an answer may be for somebody who resolves a name for the first time.
	justNow = 5 * time.Second
	// longestAsking is how long answers count for an object whose passes end before all are in.
	longestAsking = 2 * time.Minute
	// refusalPause is how soon after a refusal the names may be the reason again.
	refusalPause = time.Minute
)

// naming is what the process remembers of an object's names.
type naming struct {
	verdicts map[backend.Name]reference.Verdict // that the next pass takes over
	since    time.Time                          // when the names of askedFor were asked first
	askedFor string
	refused  time.Time // when a refusal made us ask last
}

// takeUpPins turns the pins that an earlier version kept by path into pins by question. Nothing is
// asked for it.
func (p *pass[O, D]) takeUpPins(ctx context.Context) {
	st := p.status()
	if p.deleting() || !reference.FromEarlier(st.Resolved) {
		return
	}
	resolver := reference.NewResolver(ctx, p.r.Client, p.obj, "", nil)
	p.r.Kind.Desire(p.obj, resolver)
	st.Resolved = resolver.Pinned()
}

// takeVerdicts takes over what names turned out to mean since the last pass.
func (p *pass[O, D]) takeVerdicts() {
	p.r.mu.Lock()
	verdicts := p.memory.names.verdicts
	p.memory.names.verdicts = nil
	p.r.mu.Unlock()
	reference.Apply(p.status().Resolved, verdicts)
}

// resolve maps the spec to the model, and asks for the names that are neither pinned nor answered
// until there are none: what an entitlement is called is asked when its app is known.
func (p *pass[O, D]) resolve(ctx context.Context, ask bool) error {
	create := !p.facts.Bound && p.facts.Creation >= decision.CreationCreate && p.facts.RemoteID == decision.RemoteIDNone
	if p.answers == nil {
		p.answers = map[backend.Name]backend.Answer{}
	}
	for {
		p.resolver = reference.NewResolver(ctx, p.r.Client, p.obj, p.backend.TenantID, p.answers).AlsoKnownAs(p.backend.ByHost)
		if p.started() {
			p.resolver.Started()
		}
		caps := p.driver.Capabilities()
		p.desired, p.parentID = p.r.Kind.Judge(p.obj, p.resolver, caps, create)
		p.caps = caps.For(p.desired)
		open := slices.DeleteFunc(p.resolver.Unanswered(), func(q backend.Name) bool { return caps.IDs.Misshapen(q.ParentID) != "" })
		if err := p.resolver.Err(); err != nil || len(open) == 0 || !ask {
			return err
		}
		if err := p.ask(ctx, open); err != nil {
			return err
		}
	}
}

// ask asks the vendor for names. The passes of one edit share their answers, so that one that was
// cut short by the vendor's limits does not begin anew.
func (p *pass[O, D]) ask(ctx context.Context, open []backend.Name) error {
	m, now := &p.memory.names, p.r.Now()
	if key := fmt.Sprint(p.obj.GetGeneration(), " ", p.requested()); m.askedFor != key || now.Sub(m.since) > longestAsking {
		m.askedFor, m.since = key, now
	}
	found, err := p.backend.Names.Find(ctx, open, m.since.Add(-justNow))
	if err != nil {
		return fmt.Errorf("looking up %s: %w", p.resolver.PathOf(open[0]), err)
	}
	for _, q := range open {
		p.answers[q] = found[q] // Also one that says nothing: nobody asks for ever.
	}
	if len(p.resolver.Unanswered()) == 0 {
		m.askedFor = ""
	}
	return nil
}

// askAnew asks again what all names mean, where somebody wants a full look, and maps the spec anew by
// what they mean now. What is in an app that was made anew is another question then, and is asked.
func (p *pass[O, D]) askAnew(ctx context.Context) (mapped bool, err error) {
	if p.requested() == "" || p.requested() == p.status().LastHandledReconcileAt || p.started() {
		return false, nil
	}
	verdicts, err := verdictsOf(ctx, p.backend.Names, p.resolver.Asked(), p.r.Now().Add(-justNow))
	if err != nil || len(verdicts) == 0 {
		return false, err
	}
	pinned := p.resolver.Pinned()
	reference.Apply(pinned, verdicts)
	p.status().Resolved = pinned
	return true, p.resolve(ctx, true)
}

// verdictsOf asks for the names that are pinned, one place after the other, and says what became of each. A
// place that the vendor refuses to show, such as an app that is gone, tells nothing; any other
// error ends it.
func verdictsOf(ctx context.Context, names backend.Directory, asked []reference.Asked, notBefore time.Time) (map[backend.Name]reference.Verdict, error) {
	pinned := map[backend.Name]string{}
	questions, order := map[backend.Name][]backend.Name{}, []backend.Name(nil)
	for _, a := range asked {
		if _, known := pinned[a.Query]; known || a.Pinned == "" {
			continue
		}
		pinned[a.Query] = a.Pinned
		place := a.Query.Place()
		if questions[place] == nil {
			order = append(order, place)
		}
		questions[place] = append(questions[place], a.Query)
	}
	out := map[backend.Name]reference.Verdict{}
	for _, place := range order {
		answers, err := names.Find(ctx, questions[place], notBefore)
		switch {
		case err != nil && backend.ClassOf(err) == backend.Terminal:
			continue
		case err != nil:
			return out, err
		}
		for _, q := range questions[place] {
			if a := answers[q]; a.Err == nil {
				out[q] = reference.Verify(ctx, names, q, pinned[q], a.Matches, notBefore)
			}
		}
	}
	return out, nil
}

// afterRefusal asks for the pinned names when the vendor refused what was written: something that
// they meant may be gone. If a name stands for something else now, the next pass tries it at once.
func (p *pass[O, D]) afterRefusal(ctx context.Context, out outcome) outcome {
	m, now := &p.memory.names, p.r.Now()
	if p.narrowing.on || out.err == nil || backend.ClassOf(out.err) != backend.Terminal || p.deleting() || !p.facts.Bound || p.started() ||
		len(p.resolver.Pinned()) == 0 || now.Sub(m.refused) < refusalPause {
		return out
	}
	m.refused = now
	verdicts, err := verdictsOf(ctx, p.backend.Names, p.resolver.Asked(), now.Add(-justNow))
	if err != nil {
		return out
	}
	pinned := p.resolver.Pinned()
	if reference.Apply(pinned, verdicts) {
		p.keepVerdicts(verdicts)
		if !out.wrote {
			out.err = backend.Errorf(backend.Conflict, "a name means another thing now: %w", out.err)
		}
		return out
	}
	p.status().Resolved = pinned
	if p.resolve(ctx, false) == nil {
		p.setAside(p.resolver.Problems())
	}
	return out
}

func (p *pass[O, D]) keepVerdicts(verdicts map[backend.Name]reference.Verdict) {
	p.r.mu.Lock()
	defer p.r.mu.Unlock()
	if p.memory.names.verdicts == nil {
		p.memory.names.verdicts = map[backend.Name]reference.Verdict{}
	}
	maps.Copy(p.memory.names.verdicts, verdicts)
}

// refs is what becomes of ResolvedRefs: it tells of dead and moved names also when the pass ended
// for another reason.
func (p *pass[O, D]) refs(out outcome, e decision.Effects, message string) (decision.State, string) {
	const allResolved = "every reference and name is resolved"
	if told := p.told(); len(told) > 0 && len(out.problems) == 0 {
		return decision.No(told[0].Reason), problemsText(told)
	}
	if e.Refs.Status == "" && p.resolver != nil && len(out.problems) == 0 && p.resolver.Err() == nil && out.err != nil && !p.deleting() && len(p.resolver.Unanswered()) == 0 {
		return decision.Yes(v1alpha1.ReasonResolved), allResolved // The vendor refused it for another reason.
	}
	return e.Refs, textFor(e.Refs, message, allResolved)
}

// told lists what is to be said of names and references that did not stop the pass: what is gone
// first, then what means something else.
func (p *pass[O, D]) told() []reference.Problem {
	if p.resolver == nil || p.deleting() {
		return nil
	}
	told := append([]reference.Problem(nil), p.aside.told...)
	if p.started() {
		return told
	}
	moved := p.resolver.Moved()
	for _, later := range []bool{false, true} {
		for _, problem := range moved {
			if (problem.Reason == v1alpha1.ReasonNameMoved) == later {
				told = append(told, problem)
			}
		}
	}
	return told
}

// refsNotes is the event about names, where the pass is about something else.
func (p *pass[O, D]) refsNotes(out outcome, e decision.Effects, before *v1alpha1.ManagedStatus) []note {
	told := p.told()
	if len(told) == 0 || len(out.problems) > 0 {
		return nil
	}
	old := meta.FindStatusCondition(before.Conditions, v1alpha1.ConditionResolvedRefs)
	if text := problemsText(told); old == nil || old.Status != metav1.ConditionFalse || old.Message != text {
		return []note{{true, told[0].Reason, text}}
	}
	return nil
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
	return shorten(strings.Join(texts, "; "))
}
