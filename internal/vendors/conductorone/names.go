package conductorone

import (
	"context"
	"iter"
	"net/http"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// List reads all names of a place (docs/vendors/conductorone-api.md#look-ups). People and what only a fuzzy search finds
// have no list.
func (t *tenant) List(ctx context.Context, q backend.Name, sought int) ([]backend.Listed, error) {
	hits := t.everything(ctx, q)
	if hits == nil || q.ParentID == "" && slices.Contains(inApps, q.Kind) {
		return nil, backend.Errorf(backend.Terminal, "%s, kind %s: %w", name, q.Kind, backend.ErrNoNames)
	}
	budget := backend.ListBudget{Sought: sought, PerName: 1, PageSize: rest.PageSize}
	if q.Kind == backend.NameEntitlement {
		budget.PerName = 2 // By display name and by alias.
	}
	return rows.Names(hits, &budget, func(hit row[wrapped]) (backend.Listed, bool) {
		x := hit.item.open()
		counts := x.DeletedAt.IsZero() && (q.Kind != backend.NamePolicy || q.TypeID == "" || x.PolicyType == upper(enumPolicyType, q.TypeID))
		return backend.Listed{Match: backend.Match{ID: x.ID, Name: x.label(), Unusable: x.unusable()}, Names: x.names(q.Kind)}, counts
	})
}

// everything is the list of a place; nil where there is none.
func (t *tenant) everything(ctx context.Context, q backend.Name) iter.Seq2[row[wrapped], error] {
	switch q.Kind {
	case backend.NameApp:
		return list[wrapped](ctx, t.api, appsPath, nil)
	case backend.NamePolicy:
		filter := map[string]any{"scopeView": "POLICY_SCOPE_VIEW_ALL"}
		if q.TypeID != "" {
			filter["policyTypes"] = []string{upper(enumPolicyType, q.TypeID)}
		}
		return search[wrapped](ctx, t.api, "/api/v1/search/policies", filter)
	case backend.NameRiskLevel:
		return list[wrapped](ctx, t.api, "/api/v1/attributes/risk_levels", nil)
	case backend.NameComplianceFramework:
		return list[wrapped](ctx, t.api, "/api/v1/attributes/compliance_frameworks", nil)
	case backend.NameResourceType:
		return search[wrapped](ctx, t.api, "/api/v1/search/app_resource_types", map[string]any{"appIds": []string{q.ParentID}})
	case backend.NameResource:
		if q.TypeID != "" {
			return list[wrapped](ctx, t.api, rest.Path("/api/v1/apps/%s/resource_types/%s/resources", q.ParentID, q.TypeID), nil)
		}
	case backend.NameEntitlement:
		return list[wrapped](ctx, t.api, rest.Path("/api/v1/apps/%s/entitlements", q.ParentID), nil)
	case backend.NameAccessProfile:
		return list[wrapped](ctx, t.api, catalogsPath, nil)
	case backend.NameConnector:
		return list[wrapped](ctx, t.api, rest.Path("/api/v1/apps/%s/connectors", q.ParentID), nil)
	default: // The vendor lists no others.
	}
	return nil
}

// names are those that Find compares.
func (x thing) names(kind backend.NameKind) []string {
	switch kind {
	case backend.NameRiskLevel, backend.NameComplianceFramework:
		return []string{x.Value}
	case backend.NameEntitlement:
		return slices.DeleteFunc([]string{x.DisplayName, x.Alias}, func(s string) bool { return s == "" })
	default:
		return []string{x.DisplayName}
	}
}

// Has reads one thing by its id, or searches for it by its id alone (docs/vendors/conductorone-api.md#look-ups).
func (t *tenant) Has(ctx context.Context, q backend.Name, id string) (bool, error) {
	var hits iter.Seq2[row[wrapped], error]
	switch q.Kind {
	case backend.NameApp:
		hits = search[wrapped](ctx, t.api, "/api/v1/search/apps", map[string]any{"appIds": []string{id}})
	case backend.NameResourceType:
		hits = search[wrapped](ctx, t.api, "/api/v1/search/app_resource_types", map[string]any{"appIds": []string{q.ParentID}, "resourceTypeIds": []string{id}})
	case backend.NameResource:
		hits = search[wrapped](ctx, t.api, "/api/v1/search/app_resources", map[string]any{"appId": q.ParentID, "resourceIds": []string{id}})
	default:
		return t.reads(ctx, q, id)
	}
	for hit, err := range hits {
		if err != nil {
			return false, err
		}
		if x := hit.item.open(); x.ID == id && x.DeletedAt.IsZero() {
			return true, nil
		}
	}
	return false, nil
}

// reads reports whether a read by id finds something that is not deleted.
func (t *tenant) reads(ctx context.Context, q backend.Name, id string) (bool, error) {
	var path string
	switch q.Kind {
	case backend.NameEntitlement:
		path = rest.Path("/api/v1/apps/%s/entitlements/%s", q.ParentID, id)
	case backend.NamePolicy:
		path = rest.Path("/api/v1/policies/%s", id)
	case backend.NameRiskLevel:
		path = rest.Path("/api/v1/attributes/risk_levels/%s", id)
	case backend.NameComplianceFramework:
		path = rest.Path("/api/v1/attributes/compliance_frameworks/%s", id)
	case backend.NameAccessProfile:
		path = rest.Path(catalogsPath+"/%s", id)
	default:
		return false, backend.ErrNoWitness
	}
	var answer struct {
		Policy      *thing   `json:"policy"`
		Value       *thing   `json:"value"`
		Entitlement *wrapped `json:"appEntitlementView"`
		Catalog     *wrapped `json:"requestCatalogView"`
	}
	_, err := t.get(ctx, path, nil, &answer)
	if rest.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	x := thing{}
	switch {
	case answer.Policy != nil:
		x = *answer.Policy
	case answer.Value != nil:
		x = *answer.Value
	case answer.Entitlement != nil:
		x = answer.Entitlement.open()
	case answer.Catalog != nil:
		x = answer.Catalog.open()
	}
	if x.ID != id {
		return false, empty(http.MethodGet, path)
	}
	return x.DeletedAt.IsZero(), nil
}
