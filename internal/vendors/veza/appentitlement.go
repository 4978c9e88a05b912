package veza

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

type entitlementObservation = backend.Observation[backend.AppEntitlement]

// entitlementDriver drives entitlements, which at Veza are entities of the access graph:
// they are found, and never written (docs/vendors/veza-api.md#entitlements).
type entitlementDriver struct {
	api
	datasources *datasources
	// names are those of entities seen before: the graph is asked by name, not by id.
	names names
}

// Capabilities declares what it can do with entitlements (docs/vendors/veza-api.md#entitlements): there is nothing to
// create, write or delete.
func (*entitlementDriver) Capabilities() backend.Capabilities {
	return backend.Capabilities{
		Block: (*EntitlementBlock)(nil),
		Unsupported: map[string]string{
			"description": "Veza reads an entity of its graph from the integration, and the operator cannot write its description",
			"owners":      "an entity of Veza's graph has no owners that can be written",
			"requestable": "at Veza people request access profiles, by the tenant's settings",
		},
		Listing: backend.Listing{Of: "each type of entity that a lifecycle datasource grants", PageSize: pageSize, Before: "the lifecycle datasources"},
		ListLag: listLag,
		Poll:    poll,
	}
}

// Observe looks for one entity in the datasource, see backend.Driver. No entity has an ownership marker.
func (d *entitlementDriver) Observe(ctx context.Context, r backend.Ref) (entitlementObservation, error) {
	none := entitlementObservation{ID: r.ID, ParentID: r.ParentID, Date: d.client.Now()}
	if r.ID == "" && r.Mark.Token != "" {
		return none, nil
	}
	entityType, entityID := r.Key.Type, r.Key.ID
	if r.ID != "" {
		var ok bool
		if entityType, entityID, ok = SplitEntity(r.ID); !ok {
			return none, invalid("remoteID", "%q names no entity of the graph: write entityType/entityID, for example OktaGroup/00g23a1f", r.ID)
		}
	}
	if entityType == "" || entityID == "" && r.Key.DisplayName == "" {
		return none, invalid("veza.match", "write veza.entityType and a name or an id, to identify the entity")
	}
	if r.ParentID == "" {
		return none, invalid("app", "is missing: the operator searches for an entity in a lifecycle datasource")
	}
	manager, err := d.datasources.manager(ctx, r.ParentID)
	if err != nil {
		return none, err
	}
	if entityID != "" {
		return d.findID(ctx, manager, entityType, entityID)
	}
	return d.findName(ctx, manager, entityType, r.Key.DisplayName)
}

// findName returns the only entity of the datasource with a name. That there is none may
// change: the graph is a periodic extraction (docs/vendors/veza-api.md#post-apiv1assessmentsquery_specnodes).
func (d *entitlementDriver) findName(ctx context.Context, manager lifecycle, entityType, name string) (entitlementObservation, error) {
	none := entitlementObservation{ParentID: manager.ID}
	hits := d.within(ctx, manager, nodes(ctx, d.api, entityType, name, &none.Date))
	obs, err := rows.Only(&none, fmt.Sprintf("%s %q", entityType, name), hits)
	if backend.ClassOf(err) == backend.Ambiguous {
		err = backend.Errorf(backend.Ambiguous, "%w; write veza.match.id", err)
	}
	return obs, err
}

// findID asks for the name that the entity had, which is one short answer; where it is not
// known or has changed the entities of the type are read.
func (d *entitlementDriver) findID(ctx context.Context, manager lifecycle, entityType, entityID string) (entitlementObservation, error) {
	asked := []string{""}
	if name := d.names.get(Entity(entityType, entityID)); name != "" {
		asked = []string{name, ""}
	}
	none := entitlementObservation{ID: Entity(entityType, entityID), ParentID: manager.ID}
	for _, name := range asked {
		for r, err := range nodes(ctx, d.api, entityType, name, &none.Date) {
			if err != nil {
				return none, err
			}
			if r.item.ID != entityID {
				continue
			}
			ours, err := d.datasources.owns(ctx, manager, r.item)
			if err == nil && !ours {
				err = invalid("app", "the entity %s does not belong to the integration of the datasource %s", none.ID, manager.ID)
			}
			if err != nil {
				return none, err
			}
			return d.decode(manager, r), nil
		}
	}
	return none, nil
}

// within turns the nodes that belong to the integration into observations.
func (d *entitlementDriver) within(ctx context.Context, manager lifecycle, all iter.Seq2[row[node], error]) iter.Seq2[entitlementObservation, error] {
	return func(yield func(entitlementObservation, error) bool) {
		for r, err := range all {
			ours := false
			if err == nil {
				ours, err = d.datasources.owns(ctx, manager, r.item)
			}
			switch {
			case err != nil:
				yield(entitlementObservation{}, err)
				return
			case ours && !yield(d.decode(manager, r), nil):
				return
			}
		}
	}
}

// decode renders an entity, and remembers its name.
func (d *entitlementDriver) decode(manager lifecycle, r row[node]) entitlementObservation {
	obs := decodeNode(manager, r)
	d.names.set(obs.ID, r.item.name())
	return obs
}

func decodeNode(manager lifecycle, r row[node]) entitlementObservation {
	n := r.item
	id := Entity(n.Type, n.ID)
	return entitlementObservation{
		Exists:   true,
		ID:       id,
		ParentID: manager.ID,
		Date:     r.date,
		ReadOnly: append(backend.Paths(backend.AppEntitlement{Block: &EntitlementBlock{}}), backend.PathMark),
		Actual: backend.AppEntitlement{
			DisplayName: backend.To(n.name()),
			Block:       &EntitlementBlock{EntityType: &n.Type, MatchName: backend.To(n.name()), MatchID: &n.ID},
			Facts:       backend.AppEntitlementFacts{EntityType: n.Type, ExternalID: n.ID},
		},
	}
}

// ObserveMany reads the entities of each type that is asked for, once for each datasource.
// Nothing has an ownership marker, so an index is empty.
func (d *entitlementDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[entitlementObservation, error] {
	var asked []backend.Ref
	types := map[string][]string{}
	for _, r := range refs {
		if r.ID == "" {
			continue
		}
		asked = append(asked, r)
		if entityType, _, ok := SplitEntity(r.ID); ok && !slices.Contains(types[r.ParentID], entityType) {
			types[r.ParentID] = append(types[r.ParentID], entityType)
		}
	}
	return rows.ObserveMany(ctx, asked, func(ctx context.Context, parentID string, since *time.Time) iter.Seq2[entitlementObservation, error] {
		return d.rows(ctx, parentID, types[parentID], since)
	})
}

func (d *entitlementDriver) rows(ctx context.Context, parentID string, types []string, since *time.Time) iter.Seq2[entitlementObservation, error] {
	return func(yield func(entitlementObservation, error) bool) {
		manager, err := d.datasources.manager(ctx, parentID)
		if err != nil {
			yield(entitlementObservation{}, err)
			return
		}
		for _, entityType := range types {
			for obs, err := range d.within(ctx, manager, nodes(ctx, d.api, entityType, "", since)) {
				if !yield(obs, err) || err != nil {
					return
				}
			}
		}
	}
}

// Create is not possible: no operation makes an entity (docs/vendors/veza-api.md#entitlements).
func (*entitlementDriver) Create(context.Context, backend.Ref, backend.AppEntitlement) (entitlementObservation, error) {
	return entitlementObservation{}, backend.Errorf(backend.Terminal, "Veza has no operation that creates an entitlement: the operator adopts it from the graph")
}

// Update writes nothing, as there is nothing to write: taking an entity over is an observation of it.
func (d *entitlementDriver) Update(ctx context.Context, seen entitlementObservation, _ backend.AppEntitlement, _ backend.Changes) (entitlementObservation, error) {
	obs, err := d.Observe(ctx, backend.Ref{ID: seen.ID, ParentID: seen.ParentID})
	if err == nil && !obs.Exists {
		err = vanished("entity", seen.ID)
	}
	if err != nil {
		return entitlementObservation{}, err
	}
	return obs, nil
}

// Delete is not possible: the entity belongs to its integration.
func (*entitlementDriver) Delete(context.Context, entitlementObservation) error {
	return backend.Errorf(backend.Terminal, "Veza has no operation that deletes an entitlement")
}
