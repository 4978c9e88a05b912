package act

import (
	"context"
	"fmt"
	"slices"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/engine/decision"
)

// keepUnread completes what a write in part returned: of the fields that cost a call of their own its driver has read those that
// it was to write, and what it has not read is as it was.
func (p *Action[O, D]) keepUnread(obs *backend.Observation[D]) {
	if p.Removed.Less == nil {
		return
	}
	read := backend.DetailFieldsOf(*p.Removed.Less, p.Caps)
	for _, path := range backend.DetailFieldsOf(p.Desired, p.Caps) {
		if !slices.Contains(read, path) && backend.IsNone(obs.Actual, path) {
			backend.CopyLeaf(&obs.Actual, p.Seen.Actual, path)
		}
	}
}

// wouldWrite lists the fields that a write of changes gives another value than there is: those of the spec, and those that shut
// what waits.
func (p *Action[O, D]) wouldWrite(actual D, changes backend.Changes) []string {
	wrote := append(backend.Wrote(p.Target(), actual, changes, p.Caps), backend.Yielding(p.Target(), actual, changes, p.Caps)...)
	out := slices.DeleteFunc(wrote, func(path string) bool {
		return p.Removed.Known && !slices.Contains(p.Removed.Set, path)
	})
	for _, path := range p.Removed.Shut {
		if row, _ := p.Caps.Removal(path); changes.Has(row.At) && !slices.Contains(p.Removed.Set, row.At) {
			out = append(out, row.At)
		}
	}
	return out
}

// noteWritten writes down, before the first byte of an update is sent, which fields it writes that the object never wrote
// before. An update that adds none costs nothing.
func (p *Action[O, D]) noteWritten(ctx context.Context, changes backend.Changes) error {
	known := p.Written()
	all := slices.Concat(known, p.wouldWrite(p.Seen.Actual, changes))
	slices.Sort(all)
	if all = slices.Compact(all); p.Deleting() || len(all) == len(known) {
		return nil
	}
	next := p.Stored.DeepCopyObject().(O)
	next.GetManagedStatus().Written = &v1alpha1.WrittenFields{Paths: all}
	if err := p.PatchOnce(ctx, p.Stored, next); err != nil {
		return fmt.Errorf("noting what %s is about to write: %w", p.Name(), err)
	}
	p.Stored = next
	p.Obj.SetResourceVersion(next.GetResourceVersion())
	p.Obj.SetManagedFields(slices.Clone(next.GetManagedFields()))
	p.Status().Written = &v1alpha1.WrittenFields{Paths: slices.Clone(all)}
	p.noted = slices.DeleteFunc(all, func(path string) bool { return slices.Contains(known, path) })
	p.Fleet.At("noted")
	return nil
}

// forgetRefused takes back what was noted for a write that the vendor refused, where another look shows that nothing came of it:
// what stands there is still somebody else's.
func (p *Action[O, D]) forgetRefused(ctx context.Context, err error) {
	if len(p.noted) == 0 || backend.ClassOf(err) != backend.Terminal {
		return
	}
	obs, err := p.Read(ctx, backend.Ref{ID: p.Seen.ID, ParentID: p.Seen.ParentID})
	if err != nil || !obs.Exists {
		return
	}
	written := p.Status().Written
	written.Paths = slices.DeleteFunc(written.Paths, func(path string) bool {
		return slices.Contains(p.noted, path) && !backend.Covers(p.Caps.WriteOnly, path) && backend.SameLeaf(p.Seen.Actual, obs.Actual, backend.LeafOf(path))
	})
}

// remembers says what a create or an adoption is about to send, with which the memory starts anew, and who makes the remote. Any other
// claim keeps both.
func (p *Action[O, D]) remembers(plan *decision.Plan) (wrote []string, made v1alpha1.CreationPolicy) {
	switch plan.Action {
	case decision.Create:
		var none D
		return p.wouldWrite(none, backend.Diff(p.Desired, none, p.Caps, backend.Memory{})), v1alpha1.CreationCreate
	case decision.Adopt:
		if p.Facts.Drift == decision.DriftCorrect {
			wrote = p.wouldWrite(p.Seen.Actual, p.writable())
		}
		if p.Intent != nil && p.Intent.Of != "" && p.Intent.Of == p.Seen.ID {
			wrote = slices.Concat(wrote, p.Written()) // An adoption of it was begun, and may have been carried out in part.
			slices.Sort(wrote)
			wrote = slices.Compact(wrote)
		}
		return wrote, v1alpha1.CreationAdopt
	default: // What the intent has stays.
	}
	if p.Intent != nil {
		return p.Intent.Wrote, p.Intent.Made
	}
	return nil, ""
}
