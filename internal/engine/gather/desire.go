package gather

import (
	"context"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// desire maps the spec to the model, resolves it, and refuses what this vendor cannot hold.
func (p *Situation[O, D]) desire(ctx context.Context) (managed.Outcome, bool) {
	if p.Deleting() {
		p.Resolver = reference.NewResolver(ctx, p.Fleet.Client, p.Obj, p.Backend.TenantID, nil).AlsoKnownAs(p.Backend.ByHost)
		p.ParentID = p.knownParent()
		return managed.Outcome{}, false
	}
	p.takeVerdicts()
	if err := p.Resolve(ctx, !p.Started()); err != nil {
		return managed.Outcome{Err: err}, true
	}
	problems := p.specProblems()
	if len(problems) == 0 {
		mapped, err := p.askAnew(ctx)
		if err != nil {
			return managed.Outcome{Err: err}, true
		}
		if mapped {
			problems = p.specProblems()
		}
	}
	p.revert()
	problems = append(problems, p.untenable()...)
	if len(problems) > 0 {
		return p.narrows(ctx, problems)
	}
	if p.Fleet.Kind.Held != nil {
		p.Facts.CreateHeld, p.HeldUntil = p.Fleet.Kind.Held(p.Desired)
	}
	return managed.Outcome{}, false
}

// untenable is what the spec asks for beside each other that the vendor cannot hold, once what left it was taken back.
func (p *Situation[O, D]) untenable() []reference.Problem {
	var out []reference.Problem
	for _, u := range p.Caps.Untenable(&p.Desired) {
		path := "spec." + u.Path
		out = append(out, reference.Problem{Reason: v1alpha1.ReasonInvalidSpec, Spec: true, Path: path, Message: path + ": " + u.Message})
	}
	p.Narrowing.untenable = out
	return out
}

// specProblems says what stops the pass, once the spec is mapped.
func (p *Situation[O, D]) specProblems() []reference.Problem {
	p.Warnings = p.Caps.Warn(p.Desired)
	return p.SetAside(p.Resolver.Problems())
}

// knownParent is where the remote is, or may be, without resolving anything.
func (p *Situation[O, D]) knownParent() string {
	if remote := p.Status().Remote; remote != nil && remote.ParentID != "" {
		return remote.ParentID
	}
	if p.Intent != nil {
		return p.Intent.ParentID
	}
	return ""
}
