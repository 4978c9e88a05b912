package gather

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// narrowing is what a pass may still do although something of the spec cannot be resolved: what only takes
// access away, and needs nothing of that, is not held up by it.
type narrowing struct {
	// On: the pass looks at the remote and writes what narrows.
	On bool
	// Problems are what the rest of the spec waits for.
	Problems []reference.Problem
	// untenable are those that are about the spec, and hold up only what does not narrow.
	untenable []reference.Problem
	// unknown are the fields of which it is not known either what they meant before.
	unknown []string
	// Moved: the spec is another one than what was carried out last.
	Moved bool
	// Looked names what is looked for, for the memory.
	Looked string
	// Held says why what narrows is not written either.
	Held string
}

// narrows ends a pass over a spec that cannot be carried out as a whole, unless a part of it may narrow access and is
// worth a look. A spec that is not accepted is not carried out in part, unless only what it has beside each other cannot be.
func (p *Situation[O, D]) narrows(ctx context.Context, problems []reference.Problem) (managed.Outcome, bool) {
	n := &p.Narrowing
	n.Problems = problems
	for _, path := range p.Resolver.Unknown() {
		n.unknown = append(n.unknown, strings.TrimPrefix(path, "spec."))
	}
	n.Moved = p.specMoved(ctx)
	blocked := managed.Outcome{Problems: problems}
	if !p.Facts.Bound || p.Facts.Suspended || p.Started() || slices.ContainsFunc(problems, func(x reference.Problem) bool { return x.Spec && !slices.Contains(n.untenable, x) }) {
		return blocked, true
	}
	less := p.narrowable()
	if len(backend.Fields(&less)) == 0 {
		return blocked, true
	}
	n.Looked = fmt.Sprint(p.Obj.GetGeneration(), " ", p.Requested(), " ", backend.DesiredDigest(less))
	if p.Memory.Narrowed == n.Looked && !p.forced {
		return blocked, true // Who waits for a name comes again and again, and the sweep tells what is new.
	}
	n.On, p.Memory.Narrowed = true, ""
	return managed.Outcome{}, false
}

// narrowable is the part of what is wanted that may narrow, whatever is there: also what is closed because it left the spec.
func (p *Situation[O, D]) narrowable() D {
	less := backend.Narrowable(p.Desired, p.Caps, p.Narrowing.unknown...)
	p.copyClosing(&less)
	return less
}

// specMoved reports whether the spec is another one than what was carried out last. Where not all of it is known, or an
// earlier version of the operator mapped specs another way, the spec and what it refers to are compared themselves.
func (p *Situation[O, D]) specMoved(ctx context.Context) bool {
	st := p.Status()
	if p.Narrowing.On {
		return p.Narrowing.Moved
	}
	if st.DesiredDigest == backend.DesiredDigest(p.Desired) {
		return false
	}
	if digest, ok := p.InputsDigest(ctx); p.Facts.FieldRemoved && ok && digest == st.InputsDigest {
		return false // All that does not wait was carried out.
	}
	waits, earlier := len(p.Narrowing.Problems) > 0, st.InputsDigest != "" && !strings.HasPrefix(st.InputsDigest, fleet.MappingVersion+":")
	if !waits && !earlier {
		return true
	}
	if digest, ok := p.InputsDigest(ctx); ok && inputsOf(digest) == inputsOf(st.InputsDigest) {
		return false
	}
	// An earlier version did not keep what references meant: in doubt nobody edited anything.
	return !earlier || len(p.Narrowing.unknown) == 0
}
