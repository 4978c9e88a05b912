package gather

import (
	"context"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
)

// concludeAttempt decides whether an attempt of a run-once kind came to nothing, for good: its window is over, and two
// complete lists, a list lag apart, hold neither its token nor something of its name that may have lost its mark. Until
// the second list the attempt counts as fresh. looked is the look for the remote, which found none.
func (p *Situation[O, D]) concludeAttempt(ctx context.Context, looked backend.Observation[D]) error {
	f := &p.Facts
	if f.Intent != decision.IntentOld || !f.RunOnce || f.Bound || p.Intent.Bound || !f.MarkProven || p.Caps.Launches {
		return nil
	}
	p.NameHolder = looked.NameHolder
	if looked.NameHolder != "" || looked.Date.Sub(p.Intent.At) > retryWithin {
		return nil
	}
	over := p.Fleet.Now().Add(-looked.Date.Sub(p.Intent.At.Add(p.Fleet.Window)))
	m := &p.Memory.Missed
	if m.Attempt == p.Intent.Attempt {
		over = m.Again
	}
	if p.Fleet.Now().Before(over) {
		f.Intent = decision.IntentFresh
		return nil
	}
	list, err := p.Fleet.Views.Get(ctx, p.Backend, p.Driver, p.Intent.ParentID, over)
	if err != nil {
		return err
	}
	for _, hit := range p.Fleet.Views.Match(list, "", p.Intent.Token) {
		if hit.Mark.Cluster != p.Fleet.ClusterID {
			continue
		}
		obs, err := p.Read(ctx, backend.Ref{ID: hit.ID, ParentID: p.Intent.ParentID})
		if err != nil {
			return err
		}
		if obs.Exists {
			p.Found(ctx, decision.FoundByMark, obs)
			return nil
		}
	}
	if m.Attempt != p.Intent.Attempt {
		*m = fleet.Missed{Attempt: p.Intent.Attempt, Date: list.Date, Again: list.Taken.Add(p.observeAgain())}
	} else if early := m.Date.Add(p.Caps.ListLag).Sub(list.Date); early > 0 {
		m.Again = list.Taken.Add(early + time.Second) // The vendor tells whole seconds, and its answers take their time.
	} else {
		f.NeverCame = true
		return nil
	}
	f.Intent = decision.IntentFresh
	return nil
}

// observeAgain is how long after the first list that misses a remote the second one is taken.
func (p *Situation[O, D]) observeAgain() time.Duration { return max(p.Caps.ListLag, time.Second) }

// retryWithin is how old an attempt may be, by the vendor's clock, that is made again although its kind runs once. An
// object that was restored with an old attempt and without its status may have had a remote that served its time.
const retryWithin = 24 * time.Hour
