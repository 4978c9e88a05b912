package act

import (
	"context"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/fleet"
	"github.com/governance-operator/governance-operator/internal/engine/gather"
	"github.com/governance-operator/governance-operator/internal/engine/managed"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// findHolder asks who has the name that the vendor says is taken. That it cannot be found out
// is no error: the object then tries again by itself.
func (p *Action[O, D]) findHolder(ctx context.Context, refused error) {
	if !backend.IsTaken(refused) {
		return
	}
	mark := backend.HolderOf(refused)
	if mark.IsZero() && !p.Key().IsZero() && !p.Facts.RunOnce {
		obs, err := p.Driver.Observe(ctx, backend.Ref{ParentID: p.ParentID, Key: p.Key()})
		if err != nil || !obs.Exists || obs.ID == p.BoundID() {
			return
		}
		mark = obs.Mark
	}
	if mark.Cluster == p.Fleet.ClusterID && mark.Owner != managed.FullName(p.Obj) && p.Fleet.OwnerLives(mark.Owner) {
		p.Holder = mark.Owner
	}
}

// afterRefusal asks for the pinned names when the vendor refused what was written: something that
// they meant may be gone. If a name stands for something else now, the next pass tries it at once.
func (p *Action[O, D]) afterRefusal(ctx context.Context, out managed.Outcome) managed.Outcome {
	m, now := &p.Memory.Names, p.Fleet.Now()
	if p.Narrowing.On || out.Err == nil || backend.ClassOf(out.Err) != backend.Terminal || p.Deleting() || !p.Facts.Bound || p.Started() ||
		len(p.Resolver.Pinned()) == 0 || now.Sub(m.Refused) < refusalPause {
		return out
	}
	m.Refused = now
	verdicts, err := gather.VerdictsOf(ctx, p.Backend.Names, p.Resolver.Asked(), now.Add(-fleet.JustNow))
	if err != nil {
		return out
	}
	pinned := p.Resolver.Pinned()
	if reference.Apply(pinned, verdicts) {
		p.Fleet.KeepVerdicts(p.Memory, verdicts)
		if !out.Wrote {
			out.Err = backend.Errorf(backend.Conflict, "a name means another thing now: %w", out.Err)
		}
		return out
	}
	p.Status().Resolved = pinned
	if p.Resolve(ctx, false) == nil {
		p.SetAside(p.Resolver.Problems())
	}
	return out
}

// refusalPause is how soon after a refusal the names may be the reason again.
const refusalPause = time.Minute
