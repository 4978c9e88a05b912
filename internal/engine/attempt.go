package engine

import (
	"context"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// retryWithin is how old an attempt may be, by the vendor's clock, that is made again although its kind runs once. An
// object that was restored with an old attempt and without its status may have had a remote that served its time.
const retryWithin = 24 * time.Hour

// missed is the first complete list after the window of an attempt that does not show its remote.
type missed struct {
	attempt int64
	date    time.Time // the vendor's clock
	again   time.Time // ours: from when a list is late enough to be the second
}

// concludeAttempt decides whether an attempt of a run-once kind came to nothing, for good: its window is over, and two
// complete lists, a list lag apart, hold neither its token nor something of its name that may have lost its mark. Until
// the second list the attempt counts as fresh. looked is the look for the remote, which found none.
func (p *pass[O, D]) concludeAttempt(ctx context.Context, looked backend.Observation[D]) error {
	f := &p.facts
	if f.Intent != decision.IntentOld || !f.RunOnce || f.Bound || p.intent.Bound || !f.MarkProven || p.caps.Launches {
		return nil
	}
	p.namesake = looked.Namesake
	if looked.Namesake != "" || looked.Date.Sub(p.intent.At) > retryWithin {
		return nil
	}
	over := p.r.Now().Add(-looked.Date.Sub(p.intent.At.Add(p.r.Window)))
	m := &p.memory.missed
	if m.attempt == p.intent.Attempt {
		over = m.again
	}
	if p.r.Now().Before(over) {
		f.Intent = decision.IntentFresh
		return nil
	}
	list, err := p.r.views.get(ctx, p.backend, p.driver, p.intent.ParentID, over)
	if err != nil {
		return err
	}
	for _, hit := range p.r.views.hits(list, "", p.intent.Token) {
		if hit.mark.Cluster != p.r.ClusterID {
			continue
		}
		obs, err := p.read(ctx, backend.Ref{ID: hit.id, ParentID: p.intent.ParentID})
		if err != nil {
			return err
		}
		if obs.Exists {
			p.found(ctx, decision.FoundByMark, obs)
			return nil
		}
	}
	if m.attempt != p.intent.Attempt {
		*m = missed{p.intent.Attempt, list.date, list.taken.Add(p.observeAgain())}
	} else if early := m.date.Add(p.caps.ListLag).Sub(list.date); early > 0 {
		m.again = list.taken.Add(early + time.Second) // The vendor tells whole seconds, and its answers take their time.
	} else {
		f.NeverCame = true
		return nil
	}
	f.Intent = decision.IntentFresh
	return nil
}

// checkTime asks, once the vendor said that there is no remote, whether one that is made now would be over at once. By the
// vendor's clock, for it is the vendor that ends it.
func (p *pass[O, D]) checkTime() {
	p.compareParts()
	if p.r.Kind.TooLate == nil || p.deleting() || p.facts.Bound {
		return
	}
	now, err := p.r.clock.read(p.backend.TenantKey)
	if err != nil {
		now = p.r.Now()
	}
	if path, why := p.r.Kind.TooLate(p.obj, now); path != "" {
		p.facts.TooLate, p.tooLate = true, path+": "+why
	}
}

// compareParts says what lacks for a create, where an object may take over what is there instead: only if nothing is.
func (p *pass[O, D]) compareParts() {
	if p.deleting() || p.facts.Bound || p.facts.Creation != decision.CreationCreateOrAdopt {
		return
	}
	for _, path := range p.caps.Missing(p.desired) {
		if path = "spec." + path; !p.resolver.Unresolved(path) {
			p.facts.TooLate, p.lacks = true, true
			p.tooLate = path + ": is needed to create this at the vendor, and nothing is there to take over"
			return
		}
	}
}

// observeAgain is how long after the first list that misses a remote the second one is taken.
func (p *pass[O, D]) observeAgain() time.Duration { return max(p.caps.ListLag, time.Second) }
