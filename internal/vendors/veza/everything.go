package veza

import (
	"context"
	"iter"
	"net/url"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// ListAll reads the lifecycle datasources, and then the graph once for each type of entity that any of them grants. An entity
// is one of each datasource of its integration that grants its type; what no datasource grants is not listed.
func (d *entitlementDriver) ListAll(ctx context.Context, _ backend.ListOptions) iter.Seq2[entitlementObservation, error] {
	return rows.Once(func(yield func(entitlementObservation, error) bool) {
		granting, err := d.datasources.granting(ctx)
		if err != nil {
			yield(entitlementObservation{}, err)
			return
		}
		for _, g := range granting {
			for r, err := range nodes(ctx, d.api, g.entityType, "", nil) {
				if err != nil {
					yield(entitlementObservation{}, err)
					return
				}
				if !d.handOut(ctx, g.managers, r, yield) {
					return
				}
			}
		}
	})
}

// handOut yields an entity for each datasource that it belongs to, and reports whether the list goes on.
func (d *entitlementDriver) handOut(ctx context.Context, managers []lifecycle, r row[node], yield func(entitlementObservation, error) bool) bool {
	for _, manager := range managers {
		switch ours, err := d.datasources.owns(ctx, manager, r.item); {
		case err != nil:
			yield(entitlementObservation{}, err)
			return false
		case ours && !yield(decodeNode(manager, r), nil):
			return false
		}
	}
	return true
}

// grantedType is a type of entity with the datasources that grant it.
type grantedType struct {
	entityType string
	managers   []lifecycle
}

// granting lists the types of entities that lifecycle datasources grant.
func (d *datasources) granting(ctx context.Context) ([]grantedType, error) {
	var out []grantedType
	for r, err := range list[lifecycle](ctx, d.api, query{path: lifecyclePath, paged: true}, nil) {
		if err != nil {
			return nil, err
		}
		if r.item.ID == "" || r.item.Datasource.ProviderID == "" {
			return nil, backend.Errorf(backend.Retryable, "GET %s: a datasource has no id or names no provider", lifecyclePath)
		}
		types, _ := r.item.granted()
		r.item.Definition.Actions = nil
		for _, entityType := range types {
			at := slices.IndexFunc(out, func(g grantedType) bool { return g.entityType == entityType })
			if at < 0 {
				at, out = len(out), append(out, grantedType{entityType: entityType})
			}
			out[at].managers = append(out[at].managers, r.item)
		}
	}
	return out, nil
}

// ListAll reads the profiles of all types in one list. A row that does not show its version is read by its id, unless names alone
// are wanted; so are the members, where they are asked for.
func (d *profileDriver) ListAll(ctx context.Context, o backend.ListOptions) iter.Seq2[profileObservation, error] {
	wanted := whole
	if o.NamesAlone {
		wanted = nameAlone
	}
	all := rows.Once(d.rows(ctx, "", nil, func(profile) depth { return wanted }))
	if !rows.Asked(o.DetailFields, pathMembers) {
		return all
	}
	return rows.Detailed(ctx, d, all, rest.IsNotFound, func(ctx context.Context, obs *profileObservation) (err error) {
		profileBlock(obs.Actual).Members, err = d.members(ctx, obs.ID, number(backend.Value(obs.VersionNumber)))
		return err
	})
}

// ListAll reads the configurations and then the reviews of each.
func (d *reviewDriver) ListAll(ctx context.Context, _ backend.ListOptions) iter.Seq2[reviewObservation, error] {
	return rows.Once(func(yield func(reviewObservation, error) bool) {
		var ids []string
		for r, err := range list[named](ctx, d.api, query{path: workflowsPath, params: url.Values{}}, nil) {
			if err == nil && r.item.WorkflowID == "" {
				err = backend.Errorf(backend.Retryable, "GET %s: a configuration has no id", workflowsPath)
			}
			if err != nil {
				yield(reviewObservation{}, err)
				return
			}
			ids = append(ids, r.item.WorkflowID)
		}
		for _, id := range ids {
			for obs, err := range d.rows(ctx, id, nil) {
				if !yield(obs, err) || err != nil {
					return
				}
			}
		}
	})
}
