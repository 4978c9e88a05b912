package veza

import (
	"context"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// ofContents are the fields of a version that say what its members get.
var ofContents = []string{pathEntitlements, pathRelationships, pathInherits}

// stateChanges reports whether the state is to be another.
func (u *profileUpdate) stateChanges() bool { return u.want.State != nil && u.changes.Has(pathState) }

// stops reports whether the profile runs and is not to run any more.
func (u *profileUpdate) stops() bool {
	return u.live.running() && u.stateChanges() && rest.Upper(*u.want.State) != stateRunning
}

// removeContents takes contents away from a profile that stops, while it still runs. What replaces
// them comes when it has stopped. A draft of others is put into force as a whole, after.
func (u *profileUpdate) removeContents(ctx context.Context) error {
	if !u.stops() || u.publishing || !u.changes.Any(ofContents...) {
		return nil
	}
	if err := u.rereadAfterWrite(ctx); err != nil {
		return err
	}
	var f fields
	encodeLess(&f, u.inForceNow, u.desired, u.changes)
	if f.empty() {
		return nil
	}
	if err := u.patchVersion(ctx, u.live.Current, f); err != nil {
		return err
	}
	if err := u.refresh(ctx); err != nil {
		return err
	}
	left := backend.Diff(u.desired, decodeProfile(u.live, u.inForceNow, profileType{}, u.seen.Date).Actual, u.Capabilities(), backend.Memory{})
	for _, path := range ofContents {
		if !left.Has(path) {
			u.changes = u.changes.Without([]string{path})
		}
	}
	return nil
}

// encodeLess collects the lists of a version that lose something, without what they lose and
// without anything that is new.
func encodeLess(f *fields, live version, desired backend.AccessProfile, changes backend.Changes) {
	kept := slices.Clone(live.Relationships)
	switch v := backend.Value(profileBlock(desired)); {
	case v.Relationships != nil && changes.Has(pathRelationships):
		kept = slices.DeleteFunc(kept, func(r relationship) bool {
			return !slices.ContainsFunc(v.Relationships, func(w Relationship) bool { return w.Key() == r.decode().Key() })
		})
	case v.Relationships == nil && desired.Entitlements != nil && changes.Has(pathEntitlements):
		kept = slices.DeleteFunc(kept, func(r relationship) bool { return !slices.Contains(desired.Entitlements, entitlementOf(r.decode())) })
	}
	if len(kept) < len(live.Relationships) {
		for i, r := range kept {
			kept[i] = r.with(Relationship{})
		}
		f.set("entities_to_create_relationships_to", kept)
	}
	if desired.Inherits == nil || !changes.Has(pathInherits) {
		return
	}
	if inherits := slices.DeleteFunc(slices.Clone(live.Inherits), func(id string) bool { return !slices.Contains(desired.Inherits, id) }); len(inherits) < len(live.Inherits) {
		f.set("inherit_entities_from_access_profiles", inherits)
	}
}

// narrow ends a profile's effect before anything is added, and takes away the labels that may
// let people ask for it before its contents change
// (docs/vendors/veza-api.md#get-apiprivatelifecycle_managementaccess_profiles).
func (u *profileUpdate) narrow(ctx context.Context) error {
	var f fields
	if u.stops() {
		u.narrowed = true
		f.set("state", rest.Upper(*u.want.State))
	}
	if u.want.Labels != nil && u.changes.Has(pathLabels) && (u.publishing || u.changes.Any(ofVersion...)) {
		kept := slices.DeleteFunc(userLabels(u.live.Labels), func(label string) bool { return !slices.Contains(u.want.Labels, label) })
		if len(kept) < len(userLabels(u.live.Labels)) {
			u.live.Labels = labelled(kept, u.seen.Mark)
			f.set("labels", u.live.Labels)
			if len(minus(u.want.Labels, kept)) == 0 {
				u.changes = u.changes.Without([]string{pathLabels})
			}
		}
	}
	return u.patchProfile(ctx, f)
}
