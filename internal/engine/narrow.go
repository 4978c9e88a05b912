package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// narrowing is what a pass may still do although something of the spec cannot be resolved: what only takes
// access away, and needs nothing of that, is not held up by it.
type narrowing struct {
	// on: the pass looks at the remote and writes what narrows.
	on bool
	// problems are what the rest of the spec waits for.
	problems []reference.Problem
	// untenable are those that are about the spec, and hold up only what does not narrow.
	untenable []reference.Problem
	// unknown are the fields of which it is not known either what they meant before.
	unknown []string
	// moved: the spec is another one than what was carried out last.
	moved bool
	// looked names what is looked for, for the memory.
	looked string
	// held says why what narrows is not written either.
	held string
}

// narrows ends a pass over a spec that cannot be carried out as a whole, unless a part of it may narrow access and is
// worth a look. A spec that is not accepted is not carried out in part, unless only what it has beside each other cannot be.
func (p *pass[O, D]) narrows(ctx context.Context, problems []reference.Problem) (outcome, bool) {
	n := &p.narrowing
	n.problems = problems
	for _, path := range p.resolver.Unknown() {
		n.unknown = append(n.unknown, strings.TrimPrefix(path, "spec."))
	}
	n.moved = p.specMoved(ctx)
	blocked := outcome{problems: problems}
	if !p.facts.Bound || p.facts.Suspended || p.started() || slices.ContainsFunc(problems, func(x reference.Problem) bool { return x.Spec && !slices.Contains(n.untenable, x) }) {
		return blocked, true
	}
	less := p.narrowable()
	if len(backend.Fields(&less)) == 0 {
		return blocked, true
	}
	n.looked = fmt.Sprint(p.obj.GetGeneration(), " ", p.requested(), " ", backend.DesiredDigest(less))
	if p.memory.narrowed == n.looked && !p.forced {
		return blocked, true // Who waits for a name comes again and again, and the sweep tells what is new.
	}
	n.on, p.memory.narrowed = true, ""
	return outcome{}, false
}

// narrow looks at the remote and writes what narrows. All gates are those of any other write.
func (p *pass[O, D]) narrow(ctx context.Context) outcome {
	n, remote := &p.narrowing, *p.remote()
	obs, err := p.read(ctx, backend.Ref{ID: remote.ID, ParentID: remote.ParentID})
	if err != nil {
		return outcome{err: err}
	}
	if !obs.Exists {
		return outcome{problems: n.problems, gated: true}
	}
	p.found(ctx, decision.FoundByID, obs)
	plan := decision.Decide(p.facts)
	if plan.Action == decision.Update {
		out := p.act(ctx, plan)
		if out.plan.Action == decision.Update {
			out.problems = n.problems
			if out.err == nil && !out.diffLeft {
				p.memory.narrowed = n.looked
			}
			return out
		}
		plan = out.plan // Another look right before the write.
		if out.err != nil {
			return out
		}
	}
	if plan.Action == decision.Settle {
		p.memory.narrowed = n.looked
		return outcome{problems: n.problems}
	}
	n.held = p.planMessage(outcome{plan: plan})
	return outcome{problems: n.problems, gated: true}
}

// narrowable is the part of what is wanted that may narrow, whatever is there: also what is closed because it left the spec.
func (p *pass[O, D]) narrowable() D {
	less := backend.Narrowable(p.desired, p.caps, p.narrowing.unknown...)
	p.copyClosing(&less)
	return less
}

// specMoved reports whether the spec is another one than what was carried out last. Where not all of it is known, or an
// earlier version of the operator mapped specs another way, the spec and what it refers to are compared themselves.
func (p *pass[O, D]) specMoved(ctx context.Context) bool {
	st := p.status()
	if p.narrowing.on {
		return p.narrowing.moved
	}
	if st.DesiredDigest == backend.DesiredDigest(p.desired) {
		return false
	}
	if digest, ok := p.inputsDigest(ctx); p.facts.FieldRemoved && ok && digest == st.InputsDigest {
		return false // All that does not wait was carried out.
	}
	waits, earlier := len(p.narrowing.problems) > 0, st.InputsDigest != "" && !strings.HasPrefix(st.InputsDigest, mappingVersion+":")
	if !waits && !earlier {
		return true
	}
	if digest, ok := p.inputsDigest(ctx); ok && inputsOf(digest) == inputsOf(st.InputsDigest) {
		return false
	}
	// An earlier version did not keep what references meant: in doubt nobody edited anything.
	return !earlier || len(p.narrowing.unknown) == 0
}

// projectNarrowed keeps what of this generation was written before the rest could be.
func (p *pass[O, D]) projectNarrowed(out outcome) {
	remote := p.status().Remote
	if remote == nil {
		return
	}
	if synced := meta.FindStatusCondition(p.status().Conditions, v1alpha1.ConditionSynced); len(p.narrowing.problems) == 0 ||
		synced == nil || synced.ObservedGeneration != p.obj.GetGeneration() {
		remote.Narrowed = nil
	}
	if !p.narrowing.on || !out.wrote || out.err != nil {
		return
	}
	for _, path := range p.sent {
		if !slices.Contains(remote.Narrowed, path) && len(remote.Narrowed) < 16 {
			remote.Narrowed = append(remote.Narrowed, path)
		}
	}
}

// whatOfIt says what of a spec that waits was carried out.
func (p *pass[O, D]) whatOfIt() string {
	var written []string
	if remote := p.status().Remote; remote != nil {
		written = remote.Narrowed
	}
	text := "nothing of this edit was written"
	switch {
	case !p.facts.Bound, len(written) == 0 && !p.narrowing.moved:
		return ""
	case len(written) > 0:
		text = "of this edit only what takes access away was written: spec." + strings.Join(written, ", spec.")
	}
	if p.narrowing.held != "" {
		text += "; what takes access away waits, too: " + p.narrowing.held
	}
	return text
}
