package conductorone

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// encodeScope renders the choices of desired; a choice that the user did not make is
// taken from seen, because the scope is written whole. A list of entitlements or
// resource types without a choice of apps implies the marker that goes with it
// (docs/vendors/conductorone-api.md#what-a-campaign-reviews).
func encodeScope(desired, seen backend.AccessReview) scopeV2 {
	want, have := backend.Value(desired.Scope), backend.Value(seen.Scope)
	c, hc := backend.Value(reviewBlock(desired)), backend.Value(reviewBlock(seen))
	out := scopeV2{}
	apps := first(want.Apps, have.Apps)
	if apps == nil && len(want.Entitlements)+len(want.SelectedApps) > 0 {
		apps = &backend.ScopeApps{SpecificResources: &nothing{}}
	} else if apps == nil && len(want.ResourceTypes) > 0 {
		apps = &backend.ScopeApps{ResourceTypes: &nothing{}}
	}
	choose(appsChoice, &out.scopeApps, apps)
	choose(usersChoice, &out.scopeUsers, first(want.Users, have.Users))
	choose(accountsChoice, &out.scopeAccounts, first(want.Accounts, have.Accounts))
	choose(grantsChoice, &out.scopeGrants, first(want.Grants, have.Grants))
	choose(conflictsChoice, &out.scopeConflicts, first(want.AccessConflicts, have.AccessConflicts))
	choose(excludedChoice, &out.scopeExcluded, first(c.Excluded, hc.Excluded))
	out.ResourceSelection = first(c.ResourceSelection, hc.ResourceSelection)
	out.ScopeRoleSelection = first(c.ScopeRoleSelection, hc.ScopeRoleSelection)
	if filter := backend.Value(first(c.PrincipalTypeFilter, hc.PrincipalTypeFilter)); filter != "" {
		out.PrincipalTypeFilter = upper(enumPrincipal, filter)
	}
	return out
}

func first[T any](wanted, seen *T) *T {
	if wanted != nil {
		return wanted
	}
	return seen
}

func choose[W, M any](choice *plain.Document[W, M], oneof *W, made *M) {
	if made != nil {
		*oneof = choice.Wire(*made)
	}
}
