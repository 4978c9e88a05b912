package conductorone

import "github.com/governance-operator/governance-operator/internal/backend"

// decodeScope fills the choices of a scope in; a group without a member stays nil.
func decodeScope(s *scopeV2, r *backend.AccessReview) {
	r.Scope = &backend.ReviewScope{}
	if s == nil {
		return
	}
	if s.AppAccess != nil || s.SpecificResources != nil || s.AppSelectionCriteria != nil || s.ResourceTypeSelections != nil {
		r.Scope.Apps = &backend.ScopeApps{
			Access: s.AppAccess, SpecificResources: s.SpecificResources, ResourceTypes: s.ResourceTypeSelections,
			Criteria: mapped(s.AppSelectionCriteria, func(a appCriteria) backend.ScopeAppCriteria {
				return backend.ScopeAppCriteria{RiskLevelIDs: a.RiskLevelIDs, ComplianceFrameworkIDs: a.ComplianceFrameworkIDs}
			}),
		}
	}
	if s.AllUsers != nil || s.SelectedUsers != nil || s.UserCriteria != nil || s.CELExpression != nil {
		r.Scope.Users = &backend.ScopeUsers{
			All:        s.AllUsers,
			Selected:   mapped(s.SelectedUsers, func(u userIDs) backend.SelectedUsers { return backend.SelectedUsers{UserIDs: set(u.UserIDs)} }),
			Criteria:   mapped(s.UserCriteria, decodeUserCriteria),
			Expression: backend.Value(s.CELExpression).Expression,
		}
	}
	if s.AllAccounts != nil || s.AccountCriteria != nil || s.AccountCELExpression != nil {
		r.Scope.Accounts = &backend.ScopeAccounts{
			All:        s.AllAccounts,
			Criteria:   mapped(s.AccountCriteria, decodeAccountCriteria),
			Expression: backend.Value(s.AccountCELExpression).Expression,
		}
	}
	if s.AllGrants != nil || s.GrantsByCriteria != nil {
		r.Scope.Grants = &backend.ScopeGrants{All: s.AllGrants, Criteria: mapped(s.GrantsByCriteria, decodeGrantCriteria)}
	}
	if s.AllAccessConflicts != nil || s.SpecificAccessConflicts != nil {
		r.Scope.AccessConflicts = &backend.ScopeMarkers{All: s.AllAccessConflicts, Specific: s.SpecificAccessConflicts}
	}
	reviewBlock(*r).ResourceSelection, reviewBlock(*r).ScopeRoleSelection = s.ResourceSelection, s.ScopeRoleSelection
	if s.ExcludedSpecificResources != nil || s.ExcludedResourceTypeSelections != nil {
		reviewBlock(*r).Excluded = &ScopeExcluded{SpecificResources: s.ExcludedSpecificResources, ResourceTypes: s.ExcludedResourceTypeSelections}
	}
	reviewBlock(*r).PrincipalTypeFilter = backend.To(word(enumPrincipal, s.PrincipalTypeFilter))
}

func decodeUserCriteria(c userCriteria) backend.ScopeUserCriteria {
	out := backend.ScopeUserCriteria{Statuses: words(enumUserStatus, c.Statuses), ManagerIDs: c.ManagerIDs, Groups: setOf(c.Groups)}
	for key, values := range c.Attributes {
		if out.Attributes == nil {
			out.Attributes = map[string]backend.Set{}
		}
		out.Attributes[key] = backend.Set{}
		for _, v := range values.Values {
			out.Attributes[key] = append(out.Attributes[key], v.Value)
		}
	}
	return out
}

func decodeAccountCriteria(c accountCriteria) backend.ScopeAccountCriteria {
	return backend.ScopeAccountCriteria{
		Domain:         word(enumDomain, c.Domain),
		Types:          words(enumAccountType, c.Types),
		Statuses:       words(enumAccountStatus, c.Statuses),
		NoAccountOwner: c.NoAccountOwner,
	}
}

func decodeGrantCriteria(c grantCriteria) backend.ScopeGrantCriteria {
	out := backend.ScopeGrantCriteria{
		SinceAdded:    c.DaysSinceAdded.duration(),
		SinceReviewed: c.DaysSinceReviewed.duration(),
		AddedBetween:  mapped(c.AddedBetween, func(p period) backend.Period { return backend.Period{From: p.Start, To: p.End} }),
		SinceLastUsed: c.DaysSinceLastUsed.duration(),
		Source:        word(enumGrantSource, c.Source),
		Type:          word(enumGrantType, c.Type),
	}
	// The vendor may answer an empty filter where none was set.
	if f := c.AccessProfiles; f != nil && (word(enumProfileFilter, f.Type) != "" || len(f.Included)+len(f.Excluded) > 0) {
		out.AccessProfiles = &backend.ScopeProfileFilter{Type: word(enumProfileFilter, f.Type), Included: f.Included, Excluded: f.Excluded}
	}
	return out
}
