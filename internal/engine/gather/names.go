package gather

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// longestAsking is how long answers count for an object whose passes end before all are in.
const longestAsking = 2 * time.Minute

// takeUpPins turns the pins that an earlier version kept by path into pins by question. Nothing is
// asked for it.
func (p *Situation[O, D]) takeUpPins(ctx context.Context) {
	st := p.Status()
	if p.Deleting() || !reference.FromEarlier(st.Resolved) {
		return
	}
	resolver := reference.NewResolver(ctx, p.Fleet.Client, p.Obj, "", nil)
	p.Fleet.Kind.Desire(p.Obj, resolver)
	st.Resolved = resolver.Pinned()
}

// takeVerdicts takes over what names turned out to mean since the last pass.
func (p *Situation[O, D]) takeVerdicts() {
	reference.Apply(p.Status().Resolved, p.Fleet.TakeVerdicts(p.Memory))
}

// Resolve maps the spec to the model, and asks for the names that are neither pinned nor answered
// until there are none: what an entitlement is called is asked when its app is known.
func (p *Situation[O, D]) Resolve(ctx context.Context, ask bool) error {
	create := !p.Facts.Bound && p.Facts.Creation >= decision.CreationCreate && p.Facts.RemoteID == decision.RemoteIDNone
	if p.answers == nil {
		p.answers = map[backend.Name]backend.Answer{}
	}
	for {
		p.Resolver = reference.NewResolver(ctx, p.Fleet.Client, p.Obj, p.Backend.TenantID, p.answers).AlsoKnownAs(p.Backend.ByHost)
		if p.Started() {
			p.Resolver.Started()
		}
		caps := p.Driver.Capabilities()
		p.Desired, p.ParentID = p.Fleet.Kind.Validate(p.Obj, p.Resolver, caps, create)
		p.Caps = caps.For(p.Desired)
		open := slices.DeleteFunc(p.Resolver.Unanswered(), func(q backend.Name) bool { return caps.IDs.Misshapen(q.ParentID) != "" })
		if err := p.Resolver.Err(); err != nil || len(open) == 0 || !ask {
			return err
		}
		if err := p.ask(ctx, open); err != nil {
			return err
		}
	}
}

// ask asks the vendor for names. The passes of one edit share their answers, so that one that was
// cut short by the vendor's limits does not begin anew.
func (p *Situation[O, D]) ask(ctx context.Context, open []backend.Name) error {
	m, now := &p.Memory.Names, p.Fleet.Now()
	if key := fmt.Sprint(p.Obj.GetGeneration(), " ", p.Requested()); m.AskedFor != key || now.Sub(m.Since) > longestAsking {
		m.AskedFor, m.Since = key, now
	}
	found, err := p.Backend.Names.Find(ctx, open, m.Since.Add(-fleet.JustNow))
	if err != nil {
		return fmt.Errorf("looking up %s: %w", p.Resolver.PathOf(open[0]), err)
	}
	for _, q := range open {
		p.answers[q] = found[q] // Also one that says nothing: nobody asks for ever.
	}
	if len(p.Resolver.Unanswered()) == 0 {
		m.AskedFor = ""
	}
	return nil
}

// askAnew asks again what all names mean, where somebody wants a full look, and maps the spec anew by
// what they mean now. What is in an app that was made anew is another question then, and is asked.
func (p *Situation[O, D]) askAnew(ctx context.Context) (mapped bool, err error) {
	if p.Requested() == "" || p.Requested() == p.Status().LastHandledReconcileAt || p.Started() {
		return false, nil
	}
	verdicts, err := VerdictsOf(ctx, p.Backend.Names, p.Resolver.Asked(), p.Fleet.Now().Add(-fleet.JustNow))
	if err != nil || len(verdicts) == 0 {
		return false, err
	}
	pinned := p.Resolver.Pinned()
	reference.Apply(pinned, verdicts)
	p.Status().Resolved = pinned
	return true, p.Resolve(ctx, true)
}

// VerdictsOf asks for the names that are pinned, one place after the other, and says what became of each. A
// place that the vendor refuses to show, such as an app that is gone, tells nothing; any other
// error ends it.
func VerdictsOf(ctx context.Context, names backend.Directory, asked []reference.Asked, notBefore time.Time) (map[backend.Name]reference.Verdict, error) {
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
