package gather

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
	"github.com/governance-operator/governance-operator/internal/engine/snapshot"
)

// observe looks at the vendor, in this order: the bound id (and a list,
// if it is gone), our token by what was sent, remoteID, the key if the policy adopts,
// the mark index. The first that answers counts.
func (p *Situation[O, D]) observe(ctx context.Context) error {
	f := &p.Facts
	f.Index = decision.IndexClear
	f.NonConverging = p.Memory.Repeated >= 3 && p.Memory.Write == WriteCreate
	if f.Bound {
		return p.observeBound(ctx)
	}
	if f.Intent == decision.IntentFresh || f.Intent == decision.IntentOld {
		obs, err := p.Read(ctx, backend.Ref{ParentID: p.Intent.ParentID, Key: p.Intent.Key, Mark: p.Mark(), Since: p.Intent.At})
		if err != nil {
			return err
		}
		if obs.Exists {
			p.Found(ctx, decision.FoundByMark, obs) // While the attempt counts as open: what differs was edited since it was sent.
		}
		f.Intent = p.intentFact(obs.Date)
		if obs.Exists {
			return nil
		}
		if p.Caps.MarkProven && p.Caps.MarkUnsure && p.Intent.Key.DisplayName != "" && obs.NameHolder == "" {
			f.MarkProven = true // What a create had made would have its name, whatever became of its mark.
		}
		if err := p.concludeAttempt(ctx, obs); err != nil || f.Found == decision.FoundByMark {
			return err
		}
	}
	if p.Spec().RemoteID != "" {
		obs, err := p.Read(ctx, backend.Ref{ID: p.Spec().RemoteID, ParentID: p.ParentID})
		if err != nil {
			return err
		}
		if obs.Exists {
			p.Found(ctx, decision.FoundByID, obs)
			return nil
		}
	} else if found, err := p.observeByKey(ctx); found || err != nil {
		return err
	}
	f.Found = decision.FoundAbsentProved
	// What was renamed since no longer answers to what was sent. Nobody looks again
	// after a deletion, so it takes a new list.
	if f.Deleting {
		return p.askIndex(ctx, snapshot.Fresh)
	}
	if err := p.askBeforeCreate(ctx); err != nil {
		return err
	}
	// The lists of this pass may have shown where marks are kept, and then one that is missing proves what it always does.
	f.MarkProven = f.MarkProven || p.Driver.Capabilities().MarksCount()
	return nil
}

// askBeforeCreate asks what else there may be of this object: what bears its mark, then what has its name.
func (p *Situation[O, D]) askBeforeCreate(ctx context.Context) error {
	if err := p.askIndex(ctx, p.indexAge()); err != nil || p.Facts.Found >= decision.FoundByID {
		return err
	}
	return p.findNamesake(ctx)
}

// observeByKey looks for what the object would take over by its name, where the policy adopts.
func (p *Situation[O, D]) observeByKey(ctx context.Context) (found bool, err error) {
	f, key := &p.Facts, p.Key()
	if f.Creation >= decision.CreationCreate || key.IsZero() || f.RunOnce || f.Deleting {
		return false, nil
	}
	obs, err := p.Read(ctx, backend.Ref{ParentID: p.ParentID, Key: key})
	if err == nil && obs.Exists {
		p.Found(ctx, decision.FoundByKey, obs)
	}
	return err == nil && obs.Exists, err
}

// Read observes one remote and keeps the tenant's clock.
func (p *Situation[O, D]) Read(ctx context.Context, ref backend.Ref) (backend.Observation[D], error) {
	ref.DetailFields = p.DetailFields()
	obs, err := p.Driver.Observe(ctx, ref)
	if err == nil {
		p.Fleet.Clock.Saw(p.Backend.TenantKey, obs.Date)
	}
	if err == nil && obs.Exists && obs.Unread != "" && !p.Deleting() {
		return obs, backend.Errorf(backend.Retryable, "%s; nothing is compared or written until it can be", obs.Unread)
	}
	return obs, err
}

// DetailFields are the fields to read that cost a call of their own.
func (p *Situation[O, D]) DetailFields() []string {
	var fields []string
	if !p.Deleting() {
		fields = backend.DetailFieldsOf(p.Desired, p.Caps)
		if p.Narrowing.On {
			fields = backend.DetailFieldsOf(p.narrowable(), p.Caps)
		}
		for _, path := range p.Removed.Held {
			if backend.Covers(p.Caps.DetailFields, path) {
				fields = append(fields, path) // It is said what is still there.
			}
		}
	}
	if p.Fleet.Kind.DetailFields != nil {
		fields = append(fields, p.Fleet.Kind.DetailFields(p.Obj)...)
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// WriteCreate names a create in the count of repeated writes.
const WriteCreate = "create"

// findDuplicate looks by the mark, too, while the status tells of a second remote that bears it: a
// read by id does not show that one.
func (p *Situation[O, D]) findDuplicate(ctx context.Context, obs *backend.Observation[D]) error {
	c := meta.FindStatusCondition(p.Status().Conditions, v1alpha1.ConditionSynced)
	if c == nil || c.Reason != v1alpha1.ReasonAmbiguousRemote || p.Intent == nil || p.Facts.Deleting {
		return nil
	}
	marked, err := p.Read(ctx, backend.Ref{ParentID: obs.ParentID, Key: p.Intent.Key, Mark: p.Mark()})
	if err == nil && marked.Exists && marked.ID == obs.ID {
		obs.Duplicate = marked.Duplicate
	}
	return err
}

// observeDraft asks what would go into force with a draft that the spec lets the operator publish. Nobody else's work may:
// then it counts as locked.
func (p *Situation[O, D]) observeDraft(ctx context.Context) error {
	if p.Deleting() || !p.Seen.Locked || p.Facts.Changes != decision.ChangesWritable {
		return nil
	}
	drafter, ok := p.Driver.(backend.Drafter[D])
	may := false
	if ok {
		var err error
		if p.Drafted, may, err = drafter.Pending(ctx, p.Seen, p.Target(), p.Changes); err != nil {
			return err
		}
	}
	if !may {
		p.Facts.Changes = decision.ChangesLocked
	}
	return nil
}

// checkTime asks, once the vendor said that there is no remote, whether one that is made now would be over at once. By the
// vendor's clock, for it is the vendor that ends it.
func (p *Situation[O, D]) checkTime() {
	p.compareParts()
	if p.Fleet.Kind.TooLate == nil || p.Deleting() || p.Facts.Bound {
		return
	}
	now, err := p.Fleet.Clock.Read(p.Backend.TenantKey)
	if err != nil {
		now = p.Fleet.Now()
	}
	if path, why := p.Fleet.Kind.TooLate(p.Obj, now); path != "" {
		p.Facts.TooLate, p.TooLate = true, path+": "+why
	}
}

// compareParts says what lacks for a create, where an object may take over what is there instead: only if nothing is.
func (p *Situation[O, D]) compareParts() {
	if p.Deleting() || p.Facts.Bound || p.Facts.Creation != decision.CreationCreateOrAdopt {
		return
	}
	for _, path := range p.Caps.Missing(p.Desired) {
		if path = "spec." + path; !p.Resolver.Unresolved(path) {
			p.Facts.TooLate, p.Lacks = true, true
			p.TooLate = path + ": is needed to create this at the vendor, and nothing is there to take over"
			return
		}
	}
}
