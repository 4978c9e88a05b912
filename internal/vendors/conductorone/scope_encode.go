package conductorone

import (
	"maps"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
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
	if apps != nil {
		out.AppAccess, out.SpecificResources, out.ResourceTypeSelections = apps.Access, apps.SpecificResources, apps.ResourceTypes
		out.AppSelectionCriteria = mapped(apps.Criteria, func(a backend.ScopeAppCriteria) appCriteria {
			return appCriteria{RiskLevelIDs: a.RiskLevelIDs, ComplianceFrameworkIDs: a.ComplianceFrameworkIDs}
		})
	}
	if users := first(want.Users, have.Users); users != nil {
		out.AllUsers, out.CELExpression = users.All, rule(users.Expression)
		out.SelectedUsers = mapped(users.Selected, func(s backend.SelectedUsers) userIDs { return userIDs{texts(s.UserIDs)} })
		out.UserCriteria = mapped(users.Criteria, encodeUserCriteria)
	}
	if accounts := first(want.Accounts, have.Accounts); accounts != nil {
		out.AllAccounts, out.AccountCELExpression = accounts.All, rule(accounts.Expression)
		out.AccountCriteria = mapped(accounts.Criteria, encodeAccountCriteria)
	}
	if grants := first(want.Grants, have.Grants); grants != nil {
		out.AllGrants, out.GrantsByCriteria = grants.All, mapped(grants.Criteria, encodeGrantCriteria)
	}
	if conflicts := first(want.AccessConflicts, have.AccessConflicts); conflicts != nil {
		out.AllAccessConflicts, out.SpecificAccessConflicts = conflicts.All, conflicts.Specific
	}
	out.ResourceSelection = first(c.ResourceSelection, hc.ResourceSelection)
	out.ScopeRoleSelection = first(c.ScopeRoleSelection, hc.ScopeRoleSelection)
	if excluded := first(c.Excluded, hc.Excluded); excluded != nil {
		out.ExcludedSpecificResources, out.ExcludedResourceTypeSelections = excluded.SpecificResources, excluded.ResourceTypes
	}
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

func rule(expression string) *celRule {
	if expression == "" {
		return nil
	}
	return &celRule{expression}
}

func encodeUserCriteria(c backend.ScopeUserCriteria) userCriteria {
	out := userCriteria{Statuses: uppers(enumUserStatus, c.Statuses), ManagerIDs: c.ManagerIDs, Groups: refsOf(c.Groups)}
	for _, key := range slices.Sorted(maps.Keys(c.Attributes)) {
		values := attrValues{Values: []attrValue{}}
		for _, v := range c.Attributes[key] {
			values.Values = append(values.Values, attrValue{v})
		}
		if out.Attributes == nil {
			out.Attributes = map[string]attrValues{}
		}
		out.Attributes[key] = values
	}
	return out
}

func encodeAccountCriteria(c backend.ScopeAccountCriteria) accountCriteria {
	return accountCriteria{
		Domain:         zeroable(enumDomain, c.Domain),
		Types:          uppers(enumAccountType, c.Types),
		Statuses:       uppers(enumAccountStatus, c.Statuses),
		NoAccountOwner: c.NoAccountOwner,
	}
}

func encodeGrantCriteria(c backend.ScopeGrantCriteria) grantCriteria {
	return grantCriteria{
		DaysSinceAdded:    spanIn(c.SinceAdded),
		DaysSinceReviewed: spanIn(c.SinceReviewed),
		AddedBetween:      mapped(c.AddedBetween, func(p backend.Period) period { return period{Start: p.From, End: p.To} }),
		DaysSinceLastUsed: spanIn(c.SinceLastUsed),
		Source:            zeroable(enumGrantSource, c.Source),
		Type:              zeroable(enumGrantType, c.Type),
		AccessProfiles: mapped(c.AccessProfiles, func(f backend.ScopeProfileFilter) profileChoice {
			return profileChoice{Type: zeroable(enumProfileFilter, f.Type), Included: f.Included, Excluded: f.Excluded}
		}),
	}
}

func spanIn(d *backend.Duration) span {
	if d == nil {
		return ""
	}
	return spanOf(d.Duration)
}

// zeroable leaves an enum out that is not set.
func zeroable(prefix, word string) string {
	if word == "" {
		return ""
	}
	return upper(prefix, word)
}
