package sailpoint

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// List reads all names of a place (docs/vendors/sailpoint-api.md#look-ups). People have no list that is worth it.
func (t *tenant) List(ctx context.Context, q backend.Name, sought int) ([]backend.Listed, error) {
	hits := t.everything(ctx, q)
	if hits == nil {
		return nil, backend.Errorf(backend.Terminal, "%s, kind %s: %w", name, q.Kind, backend.ErrNoNames)
	}
	budget := backend.ListBudget{Sought: sought, PerName: 1, PageSize: pageSize}
	return rows.Names(hits, &budget, func(hit row[thing]) (backend.Listed, bool) {
		x := hit.item
		counts := q.ParentID == "" || idOf(x.Source) == q.ParentID
		return backend.Listed{Match: backend.Match{ID: x.ID, Name: x.label(), Unusable: x.unusable()}, Names: []string{x.Name}}, counts
	})
}

// everything is the list of a place; nil where there is none.
func (t *tenant) everything(ctx context.Context, q backend.Name) iter.Seq2[row[thing], error] {
	switch q.Kind {
	case backend.NameApp:
		return list[thing](ctx, t.api, sourcesPath, sought(byName), nil, nil)
	case backend.NameEntitlement:
		if q.ParentID != "" {
			return list(ctx, t.api, entitlementsPath, sought(byID, eq("source.id", q.ParentID)), nil, func(x thing) string { return x.ID })
		}
	case backend.NameGroup:
		return list[thing](ctx, t.api, groupsPath, sought(byName), nil, nil)
	case backend.NameSegment:
		return list[thing](ctx, t.api, segmentsPath, url.Values{}, nil, nil)
	case backend.NameCampaignFilter:
		return t.campaignFilters(ctx)
	default: // The vendor lists no others.
	}
	return nil
}

// Has reads one thing by its id.
func (t *tenant) Has(ctx context.Context, q backend.Name, id string) (bool, error) {
	paths := map[backend.NameKind]string{
		backend.NameApp: sourcesPath, backend.NameEntitlement: entitlementsPath, backend.NameGroup: groupsPath,
		backend.NameSegment: segmentsPath, backend.NameCampaignFilter: filtersPath,
	}
	path, ok := paths[q.Kind]
	if !ok {
		return false, backend.ErrNoWitness
	}
	path = rest.Path(path+"/%s", id)
	var x thing
	_, err := t.get(ctx, path, nil, &x)
	switch {
	case isNotFound(err, id):
		return false, nil
	case err != nil:
		return false, err
	case x.ID == "":
		return false, empty(http.MethodGet, path)
	}
	return x.ID == id && (q.ParentID == "" || idOf(x.Source) == q.ParentID), nil
}
