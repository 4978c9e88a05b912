package veza

import (
	"context"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// named is what the look-ups have in common.
type named struct {
	ID         string `json:"id"`
	WorkflowID string `json:"workflow_id"`
	Name       string `json:"name"`
}

// Find looks a name up (docs/vendors/veza-api.md#look-ups).
func (t *tenant) Find(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	found, err := t.find(ctx, q)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(found, func(m backend.Match) bool { return m.ID == "" }) {
		return nil, backend.Errorf(backend.Retryable, "a list contains %q without an id", q.Name)
	}
	return found, nil
}

// find does not rely on the vendor's filters: every hit is compared here.
func (t *tenant) find(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	if q.Name == "" || q.ParentID == "" && q.Kind == backend.NameEntitlement {
		return nil, backend.Errorf(backend.Terminal, "looking up a name of kind %s takes a name, and a datasource where it belongs to one", q.Kind)
	}
	switch q.Kind {
	case backend.NameApp:
		return t.findDatasource(ctx, q.Name)
	case backend.NameEntitlement:
		return t.findEntity(ctx, q)
	case backend.NameProfileType:
		return t.types.named(ctx, q.Name)
	case backend.NameConfiguration:
		return t.findConfiguration(ctx, q.Name)
	case backend.NameAccessProfile:
		return t.findProfile(ctx, q)
	default:
		return nil, backend.Errorf(backend.Terminal, "%s, kind %s: %w", name, q.Kind, backend.ErrNoNames)
	}
}

// findDatasource takes the name of a lifecycle datasource, or of the integration that it
// belongs to, which people rather know (docs/vendors/veza-api.md#get-apiv1providersdatasourceslifecycle_managers).
func (t *tenant) findDatasource(ctx context.Context, name string) ([]backend.Match, error) {
	var providers []string
	for r, err := range list[named](ctx, t.api, query{path: providersPath, paged: true}, nil) {
		if err != nil {
			return nil, err
		}
		if r.item.Name == name {
			providers = append(providers, r.item.ID)
		}
	}
	var out []backend.Match
	for r, err := range list[lifecycle](ctx, t.api, query{path: lifecyclePath, paged: true}, nil) {
		if err != nil {
			return nil, err
		}
		if ds := r.item.Datasource; ds.Name == name || slices.Contains(providers, ds.ProviderID) {
			out = backend.AddMatch(out, backend.Match{ID: r.item.ID, Name: ds.Name, Unusable: r.item.unusable()})
		}
	}
	return out, nil
}

// findEntity asks for the name among all types of entities that the datasource grants.
func (t *tenant) findEntity(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	manager, types, err := t.granting(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []backend.Match
	for _, entityType := range types {
		for obs, err := range t.entitlements.within(ctx, manager, nodes(ctx, t.api, entityType, q.Name, nil)) {
			if err != nil {
				return nil, err
			}
			out = backend.AddMatch(out, backend.Match{ID: obs.ID, Name: q.Name, Unusable: manager.unusable()})
		}
	}
	return out, nil
}

// granting is the datasource of a question, and the types of entities that it is about.
func (t *tenant) granting(ctx context.Context, q backend.Name) (manager lifecycle, types []string, err error) {
	if manager, err = t.datasources.manager(ctx, q.ParentID); err != nil {
		return manager, nil, err
	}
	if q.TypeID != "" {
		return manager, []string{q.TypeID}, nil
	}
	types, _ = manager.granted()
	return manager, types, nil
}

func (t *tenant) findConfiguration(ctx context.Context, name string) ([]backend.Match, error) {
	var out []backend.Match
	for r, err := range list[named](ctx, t.api, query{path: workflowsPath}, nil) {
		if err != nil {
			return nil, err
		}
		if r.item.Name == name {
			out = backend.AddMatch(out, backend.Match{ID: r.item.WorkflowID, Name: name})
		}
	}
	return out, nil
}

// findProfile compares names with and without the prefix that the type puts before them.
func (t *tenant) findProfile(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	var out []backend.Match
	for r, err := range t.profiles.list(ctx, ofType(q.ParentID), nil) {
		if err != nil {
			return nil, err
		}
		p := r.item
		if q.ParentID != "" && p.ProfileType != q.ParentID {
			continue
		}
		typ, err := t.types.of(ctx, p.ProfileType)
		if err != nil {
			return nil, err
		}
		if typ.called(p, q.Name) {
			out = backend.AddMatch(out, backend.Match{ID: p.ID, Name: p.Name})
		}
	}
	return out, nil
}
