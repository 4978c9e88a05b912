package engine

import (
	"context"
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// aside is what could not be resolved and does not stop the pass.
type aside struct {
	// problems are those of fields that are left out of the model.
	problems []reference.Problem
	// told are those of them that somebody should know of.
	told []reference.Problem
	// err is of a look-up that only fields need which were left out.
	err error
}

// started reports whether a run-once remote runs already. What it is about is fixed at the vendor, and it
// keeps its duties whatever became of the objects and names that it once referred to.
func (p *pass[O, D]) started() bool {
	return p.facts.Bound && p.r.Kind.Started != nil && p.r.Kind.Started(p.obj)
}

// setAside leaves out of the model what is not resolved, where the pass has duties that need no names:
// a review that runs, and what is suspended, which is read and not written. It returns the
// problems that stop the pass.
func (p *pass[O, D]) setAside(problems []reference.Problem) []reference.Problem {
	p.aside.problems, p.aside.told = nil, nil
	if !p.started() && (!p.facts.Bound || !p.facts.Suspended) ||
		slices.ContainsFunc(problems, func(x reference.Problem) bool { return x.Spec }) {
		return problems
	}
	if rest := leaveOut(&p.desired, p.resolver); len(rest) > 0 && len(problems) > 0 {
		return problems // A part of a field would be compared as if it were the whole.
	}
	p.aside.problems = problems
	if !p.started() {
		p.aside.told = problems
	}
	return nil
}

// leaveOut takes out of a model what is not resolved, and returns what it has no field for.
func leaveOut(desired any, resolver *reference.Resolver) (rest []string) {
	var open []string
	for _, path := range resolver.Open() {
		open = append(open, strings.TrimPrefix(path, "spec."))
	}
	return backend.Clear(desired, open)
}

// observeAside resolves the rest of a review that runs, once it is known what takes no more edits: that
// needs no names. What else has one is asked for, and told where it cannot be had.
func (p *pass[O, D]) observeAside(ctx context.Context) {
	if p.deleting() || !p.started() || len(p.resolver.Open()) == 0 {
		return
	}
	counts := func(path string) bool {
		sealed := backend.Covers(p.seen.Sealed, strings.TrimPrefix(path, "spec."))
		return !sealed || p.edited()
	}
	var asked []backend.Name
	for _, q := range p.resolver.Unanswered() {
		if counts(p.resolver.PathOf(q)) {
			asked = append(asked, q)
		}
	}
	if len(asked) > 0 {
		if p.aside.err = p.resolveAside(ctx, asked); p.aside.err != nil {
			return
		}
	}
	for _, problem := range p.aside.problems {
		if counts(problem.Path) {
			p.aside.told = append(p.aside.told, problem)
		}
	}
}

// resolveAside asks for names until the fields that count are resolved, and compares again.
func (p *pass[O, D]) resolveAside(ctx context.Context, asked []backend.Name) error {
	if err := p.ask(ctx, asked); err != nil {
		return err
	}
	if err := p.resolve(ctx, true); err != nil {
		return err
	}
	p.setAside(p.resolver.Problems())
	p.revert()
	if p.facts.Found >= decision.FoundByID {
		p.found(ctx, p.facts.Found, p.seen)
	}
	return nil
}

// edited reports whether the spec was changed since it was last as wanted, by an operator that pins what
// reviews refer to: then a name that nobody knows is news, also where the field takes no edits.
func (p *pass[O, D]) edited() bool {
	return !p.converged() && slices.ContainsFunc(p.status().Resolved, func(pin v1alpha1.ResolvedName) bool { return pin.Kind != "" })
}

// besides says what becomes of a pass that had to leave something out: it cannot say that all is as wanted.
func (p *pass[O, D]) besides(e decision.Effects) decision.Effects {
	if len(p.aside.told) == 0 && p.aside.err == nil || e.Leave || p.deleting() {
		return e
	}
	if e.Synced.Status == decision.True {
		e.Synced, e.Ready, e.Also = decision.Perhaps(v1alpha1.ReasonBlocked), decision.NotReady, decision.Reconciling
	}
	if e.Requeue == decision.Never || e.Requeue == decision.AtPoll && p.poll() == 0 {
		e.Requeue = decision.Again
	}
	return e
}
