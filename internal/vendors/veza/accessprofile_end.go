package veza

import (
	"context"
	"net/http"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// inUse refuses to end a profile that others build on; what the vendor itself would do is
// not documented (docs/vendors/veza-api.md#deleting-a-profile).
func (p profile) inUse() error {
	switch {
	case p.UsedByWorkflow:
		return backend.Errorf(backend.Terminal, "the access profile %s is used by a workflow of a lifecycle policy", p.ID)
	case p.InheritedByAny:
		return backend.Errorf(backend.Terminal, "other access profiles inherit from the access profile %s", p.ID)
	}
	return nil
}

// retire takes a profile out of service: its members go while it still runs, so that what
// they have is taken back, then it is paused and labelled (docs/vendors/veza-api.md#deleting-a-profile).
func (d *profileDriver) retire(ctx context.Context, seen profileObservation) (profileObservation, error) {
	u := &profileUpdate{profileDriver: d, seen: seen}
	if err := u.refresh(ctx); err != nil {
		return profileObservation{}, err
	}
	if err := u.live.inUse(); err != nil {
		return profileObservation{}, err
	}
	if u.live.running() {
		people, err := d.members(ctx, seen.ID, u.live.Current)
		if err != nil {
			return profileObservation{}, err
		}
		if err := u.move(ctx, "REMOVE", people); err != nil {
			return u.partialResult(err)
		}
	}
	var f fields
	if u.live.State.state() != statePaused {
		f.set("state", statePaused)
	}
	if !slices.Contains(u.live.Labels, retiredLabel) {
		f.set("labels", append(slices.Clone(u.live.Labels), retiredLabel))
	}
	if err := u.patchProfile(ctx, f); err != nil {
		return u.partialResult(err)
	}
	obs, err := d.Observe(ctx, backend.Ref{ID: seen.ID, ParentID: seen.ParentID})
	if err != nil {
		return u.partialResult(err)
	}
	return obs, nil
}

// Delete removes the profile, where the tenant's owner opted in: no page documents it
// (docs/vendors/veza-api.md#deleting-a-profile).
func (d *profileDriver) Delete(ctx context.Context, seen profileObservation) error {
	if !d.mayDelete {
		return backend.Errorf(backend.Terminal, "Veza does not document how a profile is deleted: try it on your tenant, then write %s into spec.veza.allow of the backend", allowDelete)
	}
	p, _, err := d.read(ctx, seen.ID, seen.ParentID)
	if err != nil || p == nil {
		return err
	}
	if err := p.inUse(); err != nil {
		return err
	}
	_, err = d.do(ctx, rest.Call{Method: http.MethodDelete, Path: profilePath(seen.ID)}, nil)
	if !rest.IsNotFound(err) {
		return unlessOffered(err, "the deletion of an access profile")
	}
	// Gone meanwhile, or a path that the tenant does not know: only an observation can show it.
	if p, _, lookErr := d.read(ctx, seen.ID, seen.ParentID); lookErr != nil || p == nil {
		return lookErr
	}
	return unlessOffered(err, "the deletion of an access profile")
}
