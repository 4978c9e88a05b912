package conductorone

import (
	"context"
	"iter"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const appsPath = "/api/v1/apps"

// ListAll reads the apps and then the entitlements of each: the search of all apps at once has heavy rows, of which few come with a
// call (docs/vendors/conductorone-api.md#post-apiv1searchentitlements).
func (d *entitlementDriver) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[entitlementObservation, error] {
	all := rows.Once(func(yield func(entitlementObservation, error) bool) {
		apps, err := d.apps(ctx)
		if err != nil {
			yield(entitlementObservation{}, err)
			return
		}
		for _, app := range apps {
			for obs, err := range d.ofApp(ctx, app) {
				if !yield(obs, err) || err != nil {
					return
				}
			}
		}
	})
	return rows.Detailed(ctx, d, all, rest.IsNotFound, func(ctx context.Context, obs *entitlementObservation) (err error) {
		*obs, err = d.readOwners(ctx, *obs, o.DetailFields)
		return err
	})
}

// ofApp reads the entitlements of an app that was listed. That it is not found now does not mean that it has none: it may be the
// credential that sees it no more.
func (d *entitlementDriver) ofApp(ctx context.Context, app string) iter.Seq2[entitlementObservation, error] {
	return func(yield func(entitlementObservation, error) bool) {
		for row, err := range list[entitlementView](ctx, d.api, entitlementsPath(app), nil) {
			if rest.IsNotFound(err) {
				err = backend.Errorf(backend.Retryable, "the app %s was in the list of apps and is not found now: %w", app, err)
			}
			obs := decodeEntitlement(row.item.Entitlement, row.date)
			if obs.ParentID == "" {
				obs.ParentID = app
			}
			if !yield(obs, err) || err != nil {
				return
			}
		}
	}
}

// apps lists the ids of all apps.
func (a api) apps(ctx context.Context) ([]string, error) {
	var out []string
	for row, err := range list[thing](ctx, a, appsPath, nil) {
		switch {
		case err != nil:
			return nil, err
		case row.item.ID == "":
			return nil, backend.Errorf(backend.Retryable, "a list contains the app %q without an id", row.item.DisplayName)
		case row.item.DeletedAt.IsZero():
			out = append(out, row.item.ID)
		}
	}
	return out, nil
}

// ListAll reads all catalogs, see backend.Lister.
func (d *profileDriver) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[profileObservation, error] {
	return rows.Detailed(ctx, d, rows.Once(d.rows(ctx, "", nil)), rest.IsNotFound, func(ctx context.Context, obs *profileObservation) error {
		return d.readDetails(ctx, obs, o.DetailFields)
	})
}

// ListAll reads all reviews, see backend.Lister. Which entitlements one reviews is a detail field.
func (d *reviewDriver) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[reviewObservation, error] {
	return rows.Detailed(ctx, d, rows.Once(d.rows(ctx, "", nil)), rest.IsNotFound, func(ctx context.Context, obs *reviewObservation) error {
		return d.readDetails(ctx, obs, o.DetailFields)
	})
}
