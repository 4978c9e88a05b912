package veza

import (
	"context"
	"slices"
	"sync"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	lifecyclePath   = "/api/v1/providers/datasources/lifecycle_managers"
	datasourcesPath = "/api/v1/providers/datasources"
	providersPath   = "/api/v1/providers"

	actionManage = "MANAGE_RELATIONSHIPS"
)

// lifecycle is a datasource of lifecycle management, which is what entitlements belong to
// and relationships name. The extraction datasource of the same integration has another
// id, and is what the graph knows (docs/vendors/veza-api.md#ids).
type lifecycle struct {
	ID         string `json:"id"`
	Enabled    bool   `json:"enabled"`
	Datasource struct {
		Name       string `json:"name"`
		ProviderID string `json:"provider_id"`
	} `json:"datasource"`
	Definition struct {
		Actions []struct {
			Type    enum `json:"type"`
			Outputs []struct {
				Types []string `json:"available_entity_types"`
			} `json:"output_entity_types"`
		} `json:"actions"`
	} `json:"definition"`
}

// granted lists the types of entities that relationships can be to; false where the
// integration manages none.
func (l lifecycle) granted() ([]string, bool) {
	var types []string
	manages := false
	for _, a := range l.Definition.Actions {
		if a.Type == actionManage {
			manages = true
			for _, output := range a.Outputs {
				types = append(types, output.Types...)
			}
		}
	}
	slices.Sort(types)
	return slices.Compact(types), manages
}

// unusable: a datasource that cannot grant anything must not be used
// (docs/vendors/veza-api.md#get-apiv1providersdatasourceslifecycle_managers).
func (l lifecycle) unusable() string {
	if !l.Enabled {
		return "lifecycle management is not enabled for this datasource"
	}
	if _, manages := l.granted(); !manages {
		return "this datasource cannot manage relationships (it has no action " + actionManage + ")"
	}
	return ""
}

// extraction is a datasource of the graph.
type extraction struct {
	ID         string `json:"id"`
	ProviderID string `json:"provider_id"`
}

// rememberedManagers bounds the lifecycle datasources that are remembered; what falls out is read again.
const rememberedManagers = 64

// datasources knows what belongs where.
type datasources struct {
	api
	mu sync.Mutex
	// managers are lifecycle datasources by id.
	managers map[string]*recent[lifecycle]
	// providers says which provider an extraction datasource belongs to.
	providers recent[map[string]string]
}

// manager reads a lifecycle datasource.
func (d *datasources) manager(ctx context.Context, id string) (lifecycle, error) {
	d.mu.Lock()
	if d.managers == nil || len(d.managers) >= rememberedManagers {
		d.managers = map[string]*recent[lifecycle]{}
	}
	known := d.managers[id]
	if known == nil {
		known = &recent[lifecycle]{}
		d.managers[id] = known
	}
	d.mu.Unlock()
	return known.get(ctx, func(ctx context.Context) (lifecycle, error) {
		var answer struct {
			Value lifecycle `json:"value"`
		}
		path := rest.Path(lifecyclePath+"/%s", id)
		_, err := d.get(ctx, path, nil, &answer)
		switch {
		case rest.IsNotFound(err):
			return lifecycle{}, invalid("app", "there is no lifecycle datasource %s; the id of the extraction datasource is another: %w", id, err)
		case err != nil:
			return lifecycle{}, err
		case answer.Value.ID == "":
			return lifecycle{}, empty("GET", path)
		case answer.Value.Datasource.ProviderID == "":
			return lifecycle{}, backend.Errorf(backend.Retryable, "GET %s: the datasource names no provider, and the graph identifies it by that", path)
		}
		return answer.Value, nil
	})
}

// providerOf says which provider an extraction datasource belongs to, "" where it is not known.
func (d *datasources) providerOf(ctx context.Context, id string) (string, error) {
	known, err := d.providers.get(ctx, func(ctx context.Context) (map[string]string, error) {
		all, size := map[string]string{}, 0
		for r, err := range list[extraction](ctx, d.api, query{path: datasourcesPath, paged: true}, nil) {
			if err != nil {
				return nil, err
			}
			if size += len(r.item.ID) + len(r.item.ProviderID) + 100; size > 16*mostKept {
				return nil, backend.Errorf(backend.Retryable, "GET %s: there are more datasources than the operator reads", datasourcesPath)
			}
			all[r.item.ID] = r.item.ProviderID
		}
		return all, nil
	})
	return known[id], err
}

// owns reports whether a node of the graph belongs to the integration of a lifecycle datasource:
// both know the provider (docs/vendors/veza-api.md#post-apiv1assessmentsquery_specnodes).
func (d *datasources) owns(ctx context.Context, manager lifecycle, n node) (bool, error) {
	if provider := n.text("provider_id"); provider != "" {
		return provider == manager.Datasource.ProviderID, nil
	}
	id := n.text("datasource_id")
	if id == "" {
		return false, nil // Nothing says whose it is, and a guess could grant another's group.
	}
	provider, err := d.providerOf(ctx, id)
	return provider != "" && provider == manager.Datasource.ProviderID, err
}
