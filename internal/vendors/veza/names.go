package veza

import (
	"context"
	"iter"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// List reads all names of a place (docs/vendors/veza-api.md#look-ups). A graph entity has none but its own: those of the
// datasource are among all of their types.
func (t *tenant) List(ctx context.Context, q backend.Name, sought int) ([]backend.Listed, error) {
	budget := backend.ListBudget{Sought: sought, PerName: 1, PageSize: pageSize}
	switch q.Kind {
	case backend.NameApp:
		budget.PerName = 2 // Integrations, and their datasources.
		return t.listDatasources(ctx, &budget)
	case backend.NameEntitlement:
		if q.ParentID != "" {
			return t.listEntities(ctx, q, sought)
		}
	case backend.NameProfileType:
		types, err := t.types.young(ctx)
		var out []backend.Listed
		for id, typ := range types {
			out = append(out, backend.Listed{Match: backend.Match{ID: id, Name: typ.Name}, Names: []string{typ.Name}})
		}
		return out, err
	case backend.NameConfiguration:
		return rows.Names(list[named](ctx, t.api, query{path: workflowsPath}, nil), &budget, func(r row[named]) (backend.Listed, bool) {
			return backend.Listed{Match: backend.Match{ID: r.item.WorkflowID, Name: r.item.Name}, Names: []string{r.item.Name}}, true
		})
	default: // The vendor lists no others.
	}
	return nil, backend.Errorf(backend.Terminal, "%s, kind %s: %w", name, q.Kind, backend.ErrNoNames)
}

// spending ends a list that is not worth its calls.
func spending[T any](rows iter.Seq2[row[T], error], budget *backend.ListBudget) iter.Seq2[row[T], error] {
	return func(yield func(row[T], error) bool) {
		for r, err := range rows {
			if err == nil {
				err = budget.Spend()
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// listDatasources lists lifecycle datasources, each under its own name and under its integration's.
func (t *tenant) listDatasources(ctx context.Context, budget *backend.ListBudget) ([]backend.Listed, error) {
	providers := map[string]string{}
	for r, err := range spending(list[named](ctx, t.api, query{path: providersPath, paged: true}, nil), budget) {
		if err != nil {
			return nil, err
		}
		providers[r.item.ID] = r.item.Name
	}
	return rows.Names(list[lifecycle](ctx, t.api, query{path: lifecyclePath, paged: true}, nil), budget, func(r row[lifecycle]) (backend.Listed, bool) {
		l := backend.Listed{Match: backend.Match{ID: r.item.ID, Name: r.item.Datasource.Name, Unusable: r.item.unusable()}, Names: []string{r.item.Datasource.Name}}
		if provider := providers[r.item.Datasource.ProviderID]; provider != "" {
			l.Names = append(l.Names, provider)
		}
		return l, true
	})
}

// listEntities lists what a datasource grants, one type after the other.
func (t *tenant) listEntities(ctx context.Context, q backend.Name, sought int) ([]backend.Listed, error) {
	manager, types, err := t.granting(ctx, q)
	if err != nil {
		return nil, err
	}
	// One name costs a query of each type, and so does the list, besides what it is longer.
	budget := backend.ListBudget{Sought: sought, PerName: len(types), PageSize: pageSize}
	var out []backend.Listed
	for _, entityType := range types {
		all := spending(nodes(ctx, t.api, entityType, "", nil), &budget)
		for obs, err := range t.entitlements.within(ctx, manager, all) {
			if err != nil {
				return nil, err
			}
			name := backend.Value(obs.Actual.DisplayName)
			l := backend.Listed{Match: backend.Match{ID: obs.ID, Name: name, Unusable: manager.unusable()}, Names: []string{name}}
			if err := budget.Keep(&l); err != nil {
				return nil, err
			}
			out = append(out, l)
		}
	}
	return out, nil
}

// Has reads a datasource by its id. Nothing else that has a name has a read of its own (docs/vendors/veza-api.md#look-ups).
func (t *tenant) Has(ctx context.Context, q backend.Name, id string) (bool, error) {
	if q.Kind != backend.NameApp {
		return false, backend.ErrNoWitness
	}
	var answer struct {
		Value lifecycle `json:"value"`
	}
	path := rest.Path(lifecyclePath+"/%s", id)
	_, err := t.get(ctx, path, nil, &answer)
	switch {
	case rest.IsNotFound(err):
		return false, nil
	case err != nil:
		return false, err
	case answer.Value.ID == "":
		return false, empty("GET", path)
	}
	return answer.Value.ID == id, nil
}
