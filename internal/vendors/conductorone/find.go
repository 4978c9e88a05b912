package conductorone

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// thing is what the look-ups have in common. Risk levels and frameworks call their name value.
type thing struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Value       string `json:"value"`
	Alias       string `json:"alias"`
	Email       string `json:"email"`
	Status      string `json:"status"`
	PolicyType  string `json:"policyType"`
	Enabled     *bool  `json:"enabled"`
	DeletedAt   moment `json:"deletedAt"`
}

// wrapped is a thing, bare or in one of the views (docs/vendors/conductorone-api.md#look-ups).
type wrapped struct {
	thing
	User           *thing `json:"user"`
	AppResource    *thing `json:"appResource"`
	AppEntitlement *thing `json:"appEntitlement"`
	RequestCatalog *thing `json:"requestCatalog"`
	Connector      *thing `json:"connector"`
}

func (w wrapped) open() thing {
	for _, inner := range []*thing{w.User, w.AppResource, w.AppEntitlement, w.RequestCatalog, w.Connector} {
		if inner != nil {
			return *inner
		}
	}
	return w.thing
}

// inApps are the kinds whose names belong to an app.
var inApps = []backend.NameKind{backend.NameResourceType, backend.NameResource, backend.NameEntitlement, backend.NameConnector}

// Find looks a name up (docs/vendors/conductorone-api.md#look-ups). Several of the vendor's filters ignore case or are
// fuzzy, so every hit is compared here again.
func (t *tenant) Find(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	if q.Name == "" || q.ParentID == "" && slices.Contains(inApps, q.Kind) {
		return nil, backend.Errorf(backend.Terminal, "looking up a name of kind %s takes a name, and an app where it belongs to one", q.Kind)
	}
	named := func(x thing) bool { return x.DisplayName == q.Name }
	switch q.Kind {
	case backend.NameApp:
		return matches(search[wrapped](ctx, t.api, "/api/v1/search/apps", map[string]any{"displayName": q.Name}), named)
	case backend.NameUser:
		return t.findUser(ctx, q.Name)
	case backend.NamePolicy:
		return t.findPolicy(ctx, q)
	case backend.NameRiskLevel:
		return matches(list[wrapped](ctx, t.api, "/api/v1/attributes/risk_levels", nil), valued(q.Name))
	case backend.NameComplianceFramework:
		return matches(list[wrapped](ctx, t.api, "/api/v1/attributes/compliance_frameworks", nil), valued(q.Name))
	case backend.NameResourceType:
		return matches(search[wrapped](ctx, t.api, "/api/v1/search/app_resource_types",
			map[string]any{"appIds": []string{q.ParentID}, "displayName": q.Name}), named)
	case backend.NameResource:
		return t.findResource(ctx, q)
	case backend.NameEntitlement:
		return t.findEntitlement(ctx, q)
	case backend.NameAccessProfile:
		return matches(list[wrapped](ctx, t.api, catalogsPath, nil), named)
	case backend.NameConnector:
		return matches(list[wrapped](ctx, t.api, rest.Path("/api/v1/apps/%s/connectors", q.ParentID), nil), named)
	case backend.NameWebhook:
		return matches(search[wrapped](ctx, t.api, "/api/v1/search/webhooks", map[string]any{"query": q.Name}), named)
	case backend.NameStepUpProvider:
		return matches(search[wrapped](ctx, t.api, "/api/v1/search/step-up/providers", map[string]any{"query": q.Name}), named)
	default:
		return nil, backend.Errorf(backend.Terminal, "%s, kind %s: %w", name, q.Kind, backend.ErrNoNames)
	}
}

func valued(name string) func(thing) bool { return func(x thing) bool { return x.Value == name } }

// findUser asks for the address as written and, since the vendor's filter is exact, for
// the lower-case form that directories keep.
func (t *tenant) findUser(ctx context.Context, email string) ([]backend.Match, error) {
	for _, spelling := range slices.Compact([]string{email, strings.ToLower(email)}) {
		found, err := matches(search[wrapped](ctx, t.api, "/api/v1/search/users", map[string]any{"email": spelling}),
			func(x thing) bool { return strings.EqualFold(x.Email, email) })
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// findPolicy asks for the policies of apps too, which the vendor leaves out by default.
func (t *tenant) findPolicy(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	filter := map[string]any{"displayName": q.Name, "scopeView": "POLICY_SCOPE_VIEW_ALL"}
	if q.TypeID != "" {
		filter["policyTypes"] = []string{upper(enumPolicyType, q.TypeID)}
	}
	return matches(search[wrapped](ctx, t.api, "/api/v1/search/policies", filter), func(x thing) bool {
		return x.DisplayName == q.Name && (q.TypeID == "" || x.PolicyType == upper(enumPolicyType, q.TypeID))
	})
}

// findResource searches, and where the fuzzy search finds nothing reads the whole
// list: only that can say none.
func (t *tenant) findResource(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	named := func(x thing) bool { return x.DisplayName == q.Name }
	filter := map[string]any{"appId": q.ParentID, "query": q.Name}
	if q.TypeID != "" {
		filter["resourceTypeIds"] = []string{q.TypeID}
	}
	found, err := matches(search[wrapped](ctx, t.api, "/api/v1/search/app_resources", filter), named)
	if err != nil || len(found) > 0 || q.TypeID == "" {
		return found, err
	}
	return matches(list[wrapped](ctx, t.api, rest.Path("/api/v1/apps/%s/resource_types/%s/resources", q.ParentID, q.TypeID), nil), named)
}

// findEntitlement takes a display name or an alias.
func (t *tenant) findEntitlement(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	var all []backend.Match
	for key, same := range map[string]func(thing) bool{
		"displayName": func(x thing) bool { return x.DisplayName == q.Name },
		"alias":       func(x thing) bool { return x.Alias == q.Name },
	} {
		found, err := matches(search[wrapped](ctx, t.api, searchEntitlementsPath,
			map[string]any{"appIds": []string{q.ParentID}, key: q.Name}), same)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			if !slices.ContainsFunc(all, func(other backend.Match) bool { return other.ID == m.ID }) {
				all = append(all, m)
			}
		}
	}
	slices.SortFunc(all, func(a, b backend.Match) int { return strings.Compare(a.ID, b.ID) })
	return all, nil
}

func matches(hits iter.Seq2[row[wrapped], error], same func(thing) bool) ([]backend.Match, error) {
	var out []backend.Match
	for hit, err := range hits {
		if err != nil {
			return nil, err
		}
		x := hit.item.open()
		if x.DeletedAt.IsZero() && same(x) {
			if x.ID == "" {
				return nil, backend.Errorf(backend.Retryable, "a list contains %q without an id", x.label())
			}
			out = backend.AddMatch(out, backend.Match{ID: x.ID, Name: x.label(), Unusable: x.unusable()})
		}
	}
	return out, nil
}

func (x thing) label() string {
	for _, text := range []string{x.Email, x.DisplayName, x.Value} {
		if text != "" {
			return text
		}
	}
	return x.ID
}

// unusable: only enabled users can own or decide anything, and only enabled providers answer.
func (x thing) unusable() string {
	switch {
	case x.Email != "" && x.Status != "ENABLED":
		return fmt.Sprintf("the user is %s", strings.ToLower(word("", x.Status)))
	case x.Enabled != nil && !*x.Enabled:
		return "the provider is disabled"
	}
	return ""
}
