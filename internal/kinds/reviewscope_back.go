package kinds

import (
	"maps"
	"slices"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/mapping"
)

// scopeToSpec is the way back of scopeToModel. Which list counts is said by the lists that are there.
func scopeToSpec(m *backend.ReviewScope, s *v1alpha1.ReviewScope, names mapping.Names) {
	if m.SelectedApps != nil || m.Apps != nil && (m.Apps.Criteria != nil || m.Apps.Access != nil) {
		s.Apps = &v1alpha1.ReviewApps{Selected: mapping.Refs(names, backend.Name{Kind: backend.NameApp}, m.SelectedApps)}
		if m.Apps != nil && m.Apps.Criteria != nil {
			s.Apps.Criteria = &v1alpha1.ReviewAppCriteria{
				RiskLevels:           mapping.Refs(names, backend.Name{Kind: backend.NameRiskLevel}, m.Apps.Criteria.RiskLevelIDs),
				ComplianceFrameworks: mapping.Refs(names, backend.Name{Kind: backend.NameComplianceFramework}, m.Apps.Criteria.ComplianceFrameworkIDs),
			}
		}
	}
	if m.ResourceTypes != nil {
		s.ResourceTypes = []v1alpha1.ReviewResourceType{}
		for _, t := range m.ResourceTypes {
			s.ResourceTypes = append(s.ResourceTypes, v1alpha1.ReviewResourceType{
				App:  mapping.Ref(names, backend.Name{Kind: backend.NameApp}, t.AppID),
				Type: mapping.Ref(names, backend.Name{Kind: backend.NameResourceType, ParentID: t.AppID}, t.ResourceTypeID),
			})
		}
	}
	if m.Users != nil {
		s.Users = scopeUsersToSpec(m.Users, names)
	}
	if m.Grants != nil {
		s.Grants = scopeGrantsToSpec(m.Grants, names)
	}
}

func scopeUsersToSpec(u *backend.ScopeUsers, names mapping.Names) *v1alpha1.ReviewUsers {
	out := &v1alpha1.ReviewUsers{All: mapping.Marker(u.All), Expression: u.Expression}
	if u.Selected != nil {
		out.Selected = mapping.Users(names, u.Selected.UserIDs)
	}
	if c := u.Criteria; c != nil {
		out.Criteria = &v1alpha1.ReviewUserCriteria{
			Statuses:       mapping.Words[v1alpha1.UserState](c.Statuses),
			Managers:       mapping.Users(names, c.ManagerIDs),
			ExcludedGroups: mapping.Entitlements(names, c.Groups),
		}
		for _, attribute := range slices.Sorted(maps.Keys(c.Attributes)) {
			out.Criteria.ProfileAttributes = append(out.Criteria.ProfileAttributes,
				v1alpha1.ProfileFilter{Attribute: attribute, Values: mapping.Words[string](c.Attributes[attribute])})
		}
	}
	return out
}

func scopeGrantsToSpec(g *backend.ScopeGrants, names mapping.Names) *v1alpha1.ReviewGrants {
	out := &v1alpha1.ReviewGrants{All: mapping.Marker(g.All)}
	c := g.Criteria
	if c == nil {
		return out
	}
	out.Criteria = &v1alpha1.ReviewGrantCriteria{
		DaysSinceAdded: mapping.InDays(c.SinceAdded), DaysSinceReviewed: mapping.InDays(c.SinceReviewed), DaysSinceLastUsed: mapping.InDays(c.SinceLastUsed),
		Source: v1alpha1.GrantSource(c.Source), Type: v1alpha1.GrantType(c.Type),
	}
	if p := c.AddedBetween; p != nil {
		out.Criteria.AddedBetween = &v1alpha1.TimeSpan{Start: mapping.Timestamp(p.From), End: mapping.Timestamp(p.To)}
	}
	if f := c.AccessProfiles; f != nil {
		out.Criteria.AccessProfiles = &v1alpha1.ReviewProfileFilter{
			IncludeAll: mapping.MarkerIf(f.Type == includeAll), ExcludeAll: mapping.MarkerIf(f.Type == excludeAll),
			Include: mapping.Profiles(names, f.Included), Exclude: mapping.Profiles(names, f.Excluded),
		}
	}
	return out
}
