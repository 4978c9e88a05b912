package gather

import (
	"context"
	"slices"
	"strings"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// aside is what could not be resolved and does not stop the pass.
type aside struct {
	// problems are those of fields that are left out of the model.
	problems []reference.Problem
	// Told are those of them that somebody should know of.
	Told []reference.Problem
	// Err is of a look-up that only fields need which were left out.
	Err error
}

// Started reports whether a run-once remote runs already. What it is about is fixed at the vendor, and it
// keeps its duties whatever became of the objects and names that it once referred to.
func (p *Situation[O, D]) Started() bool {
	return p.Facts.Bound && p.Fleet.Kind.Started != nil && p.Fleet.Kind.Started(p.Obj)
}

// SetAside leaves out of the model what is not resolved, where the pass has duties that need no names:
// a review that runs, and what is suspended, which is read and not written. It returns the
// problems that stop the pass.
func (p *Situation[O, D]) SetAside(problems []reference.Problem) []reference.Problem {
	p.Aside.problems, p.Aside.Told = nil, nil
	if !p.Started() && (!p.Facts.Bound || !p.Facts.Suspended) ||
		slices.ContainsFunc(problems, func(x reference.Problem) bool { return x.Spec }) {
		return problems
	}
	if rest := fleet.LeaveOut(&p.Desired, p.Resolver); len(rest) > 0 && len(problems) > 0 {
		return problems // A part of a field would be compared as if it were the whole.
	}
	p.Aside.problems = problems
	if !p.Started() {
		p.Aside.Told = problems
	}
	return nil
}

// observeAside resolves the rest of a review that runs, once it is known what takes no more edits: that
// needs no names. What else has one is asked for, and told where it cannot be had.
func (p *Situation[O, D]) observeAside(ctx context.Context) {
	if p.Deleting() || !p.Started() || len(p.Resolver.Open()) == 0 {
		return
	}
	counts := func(path string) bool {
		sealed := backend.Covers(p.Seen.ReadOnly, strings.TrimPrefix(path, "spec."))
		return !sealed || p.edited()
	}
	var asked []backend.Name
	for _, q := range p.Resolver.Unanswered() {
		if counts(p.Resolver.PathOf(q)) {
			asked = append(asked, q)
		}
	}
	if len(asked) > 0 {
		if p.Aside.Err = p.resolveAside(ctx, asked); p.Aside.Err != nil {
			return
		}
	}
	for _, problem := range p.Aside.problems {
		if counts(problem.Path) {
			p.Aside.Told = append(p.Aside.Told, problem)
		}
	}
}

// resolveAside asks for names until the fields that count are resolved, and compares again.
func (p *Situation[O, D]) resolveAside(ctx context.Context, asked []backend.Name) error {
	if err := p.ask(ctx, asked); err != nil {
		return err
	}
	if err := p.Resolve(ctx, true); err != nil {
		return err
	}
	p.SetAside(p.Resolver.Problems())
	p.revert()
	if p.Facts.Found >= decision.FoundByID {
		p.Found(ctx, p.Facts.Found, p.Seen)
	}
	return nil
}

// edited reports whether the spec was changed since it was last as wanted, by an operator that pins what
// reviews refer to: then a name that nobody knows is news, also where the field takes no edits.
func (p *Situation[O, D]) edited() bool {
	return !p.converged() && slices.ContainsFunc(p.Status().Resolved, func(pin v1alpha1.ResolvedName) bool { return pin.Kind != "" })
}
