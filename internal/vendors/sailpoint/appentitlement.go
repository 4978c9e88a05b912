package sailpoint

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const (
	entitlementsPath = "/entitlements/v1"
	// byID is the only order in which a list of any length can be read (docs/vendors/sailpoint-api.md#paging).
	byID = "id"
	// fewIDs are asked for by id, so many at once, instead of reading all that a source has.
	fewIDs    = 250
	idsAtOnce = 50
)

// The paths of an entitlement that cost a call of their own.
const (
	pathRequest    = "sailPoint.accessRequestConfig"
	pathRevocation = "sailPoint.revocationRequestConfig"
)

type entitlementObservation = backend.Observation[backend.AppEntitlement]

// entitlementDriver drives entitlements, which only aggregations make (docs/vendors/sailpoint-api.md#entitlements).
type entitlementDriver struct {
	api
	aggregations *aggregations
	// listOnly: this credential may list entitlements and not read one (docs/vendors/sailpoint-api.md#user-levels).
	listOnly atomic.Bool
}

// Capabilities declares what it can do with entitlements (docs/vendors/sailpoint-api.md#entitlements).
func (*entitlementDriver) Capabilities() backend.Capabilities {
	return backend.Capabilities{
		Update:    true,
		Block:     (*EntitlementBlock)(nil),
		FoldedIDs: true,
		Values:    map[string][]string{"sailPoint.privilegeLevel": {"High", "Medium", "Low", "None"}},
		Usual:     map[string]string{"sailPoint.privilegeLevel": "None"},
		MaxItems:  map[string]int{"owners": 1},
		Narrows: map[string]backend.Narrowing{
			"requestable":        {Open: []string{"true"}},
			"sailPoint.segments": {Fewer: true, NoneIsAll: true},
		},
		// It says which entitlement it is (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement).
		CreateOnly:   []string{"sailPoint.match"},
		Removed:      removedFromEntitlement(),
		DetailFields: []string{pathRequest, pathRevocation},
		Listing:      backend.Listing{Of: "the tenant", PageSize: pageSize},
		ListLag:      listLag,
		Poll:         poll,
	}
}

func entitlementPath(id string) string { return rest.Path(entitlementsPath+"/%s", id) }

// Observe reads one entitlement, see backend.Driver.
func (d *entitlementDriver) Observe(ctx context.Context, r backend.Ref) (entitlementObservation, error) {
	obs, err := d.observe(ctx, r)
	if err != nil || !obs.Exists {
		return obs, err
	}
	if !rows.Asked(r.DetailFields, pathRequest) && !rows.Asked(r.DetailFields, pathRevocation) {
		return obs, nil
	}
	config, err := d.config(ctx, obs.ID)
	if err != nil {
		return entitlementObservation{}, err
	}
	decodeConfig(config, &obs.Actual)
	return obs, nil
}

func (d *entitlementDriver) observe(ctx context.Context, r backend.Ref) (entitlementObservation, error) {
	none := entitlementObservation{ID: r.ID, ParentID: r.ParentID, Date: d.client.Now()}
	switch {
	case r.ID != "":
		e, date, err := d.read(ctx, r.ID)
		if err != nil || e == nil {
			none.Date = date
			return none, err
		}
		obs := decodeEntitlement(*e, date)
		if err := inSource(r.ParentID, obs.ParentID, "entitlement", obs.ID); err != nil {
			return none, err
		}
		return obs, nil
	case r.Mark.Token != "":
		return none, nil // Entitlements have no place for a mark.
	}
	return d.findKey(ctx, r)
}

// inSource refuses a remote of another source than the spec names: it is neither absent
// nor what was meant.
func inSource(wanted, is, what, id string) error {
	if wanted == "" || wanted == is {
		return nil
	}
	return backend.Errorf(backend.Terminal, "the %s %s belongs to the source %s and not to %s", what, id, is, wanted)
}

// read reads one entitlement; nil where there is none. Where reading one is not
// allowed, the list is asked for it (docs/vendors/sailpoint-api.md#user-levels).
func (d *entitlementDriver) read(ctx context.Context, id string) (*entitlement, time.Time, error) {
	if d.listOnly.Load() {
		return d.readListed(ctx, id)
	}
	var e entitlement
	res, err := d.get(ctx, entitlementPath(id), nil, &e)
	switch {
	case isNotFound(err, id):
		return nil, res.Date, nil
	case rest.StatusOf(err) == http.StatusForbidden:
		d.listOnly.Store(true)
		return d.readListed(ctx, id)
	case err != nil:
		return nil, res.Date, err
	case e.ID == "":
		return nil, res.Date, empty(http.MethodGet, entitlementPath(id))
	case !strings.EqualFold(e.ID, id):
		return nil, res.Date, another(entitlementPath(id))
	}
	return &e, res.Date, nil
}

func (d *entitlementDriver) readListed(ctx context.Context, id string) (*entitlement, time.Time, error) {
	var since time.Time
	for r, err := range d.list(ctx, &since, eq("id", id)) {
		if err != nil {
			return nil, since, err
		}
		if r.item.ID == id {
			return &r.item, r.date, nil
		}
	}
	return nil, since, nil
}

func (d *entitlementDriver) list(ctx context.Context, since *time.Time, clauses ...string) iter.Seq2[row[entitlement], error] {
	return list(ctx, d.api, entitlementsPath, sought(byID, clauses...), since, func(e entitlement) string { return e.ID })
}

// findKey looks for the attribute and value, and the type where it is given
// (docs/vendors/sailpoint-api.md#get-entitlementsv1).
func (d *entitlementDriver) findKey(ctx context.Context, r backend.Ref) (entitlementObservation, error) {
	k := r.Key
	none := entitlementObservation{ParentID: r.ParentID}
	if k.Attribute == "" || k.Value == "" {
		return none, invalid("sailPoint.match", "write attribute and value, or remoteID, to identify the entitlement")
	}
	clauses := []string{eq("source.id", r.ParentID), eq("attribute", k.Attribute)}
	if filterable(k.Value) {
		clauses = append(clauses, eq("value", k.Value))
	}
	if k.Type != "" {
		clauses = append(clauses, eq("type", k.Type))
	}
	same := func(e entitlement) bool {
		return idOf(e.Source) == r.ParentID && e.Attribute == k.Attribute && e.Value == k.Value && (k.Type == "" || e.SchemaType == k.Type)
	}
	obs, err := rows.Only(&none, fmt.Sprintf("%s %q", k.Attribute, k.Value), observed(d.list(ctx, &none.Date, clauses...), same, decodeEntitlement))
	if backend.ClassOf(err) == backend.Ambiguous {
		return obs, annotated(err, "write sailPoint.match.type, or the id into remoteID")
	}
	return obs, err
}

// ObserveMany reads rows by list pages: those of the source, or where only a few are
// asked for, those alone. Nothing has an ownership marker, so an index is empty.
func (d *entitlementDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[entitlementObservation, error] {
	byParent := map[string][]string{}
	var asked []backend.Ref
	for _, r := range refs {
		if r.ID != "" {
			asked = append(asked, r)
			byParent[r.ParentID] = append(byParent[r.ParentID], r.ID)
		}
	}
	return rows.ObserveMany(ctx, asked, func(ctx context.Context, sourceID string, since *time.Time) iter.Seq2[entitlementObservation, error] {
		return d.rows(ctx, sourceID, byParent[sourceID], since)
	})
}

func (d *entitlementDriver) rows(ctx context.Context, sourceID string, ids []string, since *time.Time) iter.Seq2[entitlementObservation, error] {
	there := func(e entitlement) bool { return idOf(e.Source) == sourceID }
	if len(ids) > fewIDs {
		return observed(d.list(ctx, since, eq("source.id", sourceID)), there, decodeEntitlement)
	}
	return func(yield func(entitlementObservation, error) bool) {
		for chunk := range slices.Chunk(ids, idsAtOnce) {
			for obs, err := range observed(d.list(ctx, since, eq("source.id", sourceID), among("id", chunk)), there, decodeEntitlement) {
				if !yield(obs, err) {
					return
				}
			}
		}
	}
}

// Create is not possible: entitlements come with the aggregation of their source
// (docs/vendors/sailpoint-api.md#get-entitlementsv1).
func (*entitlementDriver) Create(context.Context, backend.Ref, backend.AppEntitlement) (entitlementObservation, error) {
	return entitlementObservation{}, backend.Errorf(backend.Terminal, "SailPoint creates entitlements by aggregation only")
}

// Delete is not possible either: a reset would take all entitlements of the source.
func (*entitlementDriver) Delete(context.Context, entitlementObservation) error {
	return backend.Errorf(backend.Terminal, "SailPoint removes entitlements by aggregation only")
}
