package conductorone

import (
	"context"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// scopePaths are the choices that make up scopeV2.
var scopePaths = []string{
	"scope.apps", "scope.users", "scope.accounts", "scope.grants", "scope.accessConflicts",
	"conductorOne.principalTypeFilter", "conductorOne.excluded", "conductorOne.resourceSelection", "conductorOne.scopeRoleSelection",
}

// Update writes the settings, then what is reviewed, then the start: a review never
// starts with a scope that is half written. Without a change of what is attached
// one call does it.
func (d *reviewDriver) Update(ctx context.Context, seen reviewObservation, desired backend.AccessReview, changes backend.Changes) (reviewObservation, error) {
	changes = changes.Without(seen.ReadOnly)
	settings := encodeReviewSettings(seen, desired, changes)
	attach := changes.Any(pathReviewEntitlements, pathReviewApps, pathReviewResourceTypes)
	if !attach {
		if changes.Any(scopePaths...) {
			settings.set("scopeV2", encodeScope(desired, seen.Actual))
		}
		encodeStart(settings, desired, changes, d.client.Now())
	}
	if err := d.write(ctx, seen.ID, settings); err != nil {
		return reviewObservation{}, err
	}
	if attach {
		if err := d.attach(ctx, seen, desired, changes); err != nil {
			return reviewObservation{}, err
		}
		start := &masked{}
		encodeStart(start, desired, changes, d.client.Now())
		if err := d.write(ctx, seen.ID, start); err != nil {
			return reviewObservation{}, err
		}
	}
	obs, err := d.Observe(ctx, backend.Ref{ID: seen.ID, DetailFields: backend.DetailFieldsOf(desired, d.Capabilities())})
	if err != nil {
		return seen, err // All of it was accepted, and only the read failed.
	}
	return obs, nil
}

func (d *reviewDriver) write(ctx context.Context, id string, m *masked) error {
	if m.empty() {
		return nil
	}
	_, err := d.post(ctx, reviewPath(id), map[string]any{"accessReview": m.values, "updateMask": m.text()}, nil)
	return err
}

// attach replaces what is reviewed, together with the scope; an empty list takes
// everything away (docs/vendors/conductorone-api.md#what-a-campaign-reviews).
func (d *reviewDriver) attach(ctx context.Context, seen reviewObservation, desired backend.AccessReview, changes backend.Changes) error {
	scope := encodeScope(desired, seen.Actual)
	want := backend.Value(desired.Scope)
	if changes.Any(pathReviewEntitlements, pathReviewApps) {
		items, err := d.itemsOf(ctx, want)
		if err != nil {
			return err
		}
		if _, err := d.post(ctx, reviewPath(seen.ID)+"/scope_and_entitlements",
			map[string]any{"entitlements": items, "scopeV2": scope}, nil); err != nil {
			return err
		}
	}
	if !changes.Has(pathReviewResourceTypes) {
		return nil
	}
	types := []resourceType{}
	for _, t := range want.ResourceTypes {
		if item := resourceType(t); !slices.Contains(types, item) {
			types = append(types, item)
		}
	}
	_, err := d.post(ctx, reviewPath(seen.ID)+"/scope_by_resource_type",
		map[string]any{"resourceTypeSelections": types, "scopeV2": scope}, nil)
	return err
}

// itemsOf lists what is reviewed, each once: the entitlements named, and all that the
// selected apps have now. The vendor takes no apps, only their entitlements
// (docs/vendors/conductorone-api.md#what-a-campaign-reviews).
func (d *reviewDriver) itemsOf(ctx context.Context, want backend.ReviewScope) ([]attached, error) {
	items, known := []attached{}, map[attached]bool{}
	add := func(appID, id string) {
		if item := (attached{AppID: appID, EntitlementID: id}); !known[item] {
			known[item] = true
			items = append(items, item)
		}
	}
	for _, e := range want.Entitlements {
		add(e.AppID, e.ID)
	}
	entitlements := entitlementDriver{d.api}
	for _, appID := range want.SelectedApps {
		for e, err := range entitlements.rows(ctx, appID, nil) {
			if err != nil {
				return nil, err
			}
			if e.Exists {
				add(appID, e.ID)
			}
		}
	}
	return items, nil
}
