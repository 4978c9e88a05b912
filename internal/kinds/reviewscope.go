package kinds

import (
	"fmt"

	v1alpha1 "github.com/governance-operator/governance-operator/api/v1alpha1"
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/expression"
	"github.com/governance-operator/governance-operator/internal/mapping"
	"github.com/governance-operator/governance-operator/internal/reference"
)

// Choices of a filter by access profiles that need no list.
const (
	includeAll = "IncludeAll"
	excludeAll = "ExcludeAll"
)

// scopeToModel translates what is not plain of a scope. byArms: the vendor has to know which list counts.
func scopeToModel(path string, out *backend.ReviewScope, s *v1alpha1.ReviewScope, byArms bool, r *reference.Resolver) {
	switch {
	case byArms:
		out.Apps = scopeApps(path, s, r)
	case s.Apps != nil && s.Apps.Selected == nil:
		r.Reject(v1alpha1.ReasonFieldUnsupported, path+".apps", "this vendor needs apps by name: write selected")
	}
	if s.Apps != nil && s.Apps.Selected != nil {
		out.SelectedApps = r.IDs(path+".apps.selected", s.Apps.Selected, backend.Name{Kind: backend.NameApp})
	}
	if s.ResourceTypes != nil {
		out.ResourceTypes = backend.ResourceTypeSet{}
		for i := range s.ResourceTypes {
			at := fmt.Sprintf("%s.resourceTypes[%d]", path, i)
			app := r.ID(at+".app", &s.ResourceTypes[i].App, backend.Name{Kind: backend.NameApp})
			if app == nil {
				continue
			}
			if kind := r.ID(at+".type", &s.ResourceTypes[i].Type, backend.Name{Kind: backend.NameResourceType, ParentID: *app}); kind != nil {
				out.ResourceTypes = append(out.ResourceTypes, backend.ResourceTypeID{AppID: *app, ResourceTypeID: *kind})
			}
		}
	}
	if s.Users != nil {
		out.Users = scopeUsers(path+".users", s.Users, r)
	}
	if s.Accounts != nil {
		mapping.CheckExpression(path+".accounts.expression", expression.ReviewAccounts, s.Accounts.Expression, r)
	}
	if s.Grants != nil {
		out.Grants = scopeGrants(path+".grants", s.Grants, r)
	}
}

// scopeApps chooses the arm that fits what is written: the lists need the arm by
// which a list counts.
func scopeApps(path string, s *v1alpha1.ReviewScope, r *reference.Resolver) *backend.ScopeApps {
	switch {
	case s.Apps != nil && s.Apps.Criteria != nil:
		return &backend.ScopeApps{Criteria: &backend.ScopeAppCriteria{
			RiskLevelIDs:           r.IDs(path+".apps.criteria.riskLevels", s.Apps.Criteria.RiskLevels, backend.Name{Kind: backend.NameRiskLevel}),
			ComplianceFrameworkIDs: r.IDs(path+".apps.criteria.complianceFrameworks", s.Apps.Criteria.ComplianceFrameworks, backend.Name{Kind: backend.NameComplianceFramework}),
		}}
	case s.ResourceTypes != nil:
		return &backend.ScopeApps{ResourceTypes: &struct{}{}}
	case s.Apps != nil && s.Apps.Selected == nil:
		return &backend.ScopeApps{Access: &struct{}{}}
	case s.Entitlements != nil, s.Apps != nil:
		return &backend.ScopeApps{SpecificResources: &struct{}{}}
	}
	return nil
}

func scopeUsers(path string, u *v1alpha1.ReviewUsers, r *reference.Resolver) *backend.ScopeUsers {
	mapping.CheckExpression(path+".expression", expression.ReviewUsers, u.Expression, r)
	out := &backend.ScopeUsers{All: mapping.Presence(u.All), Expression: u.Expression}
	if u.Selected != nil {
		out.Selected = &backend.SelectedUsers{UserIDs: r.Users(path+".selected", u.Selected)}
	}
	if c := u.Criteria; c != nil {
		out.Criteria = &backend.ScopeUserCriteria{
			Statuses:   mapping.List(c.Statuses),
			ManagerIDs: r.Users(path+".criteria.managers", c.Managers),
			Groups:     r.Entitlements(path+".criteria.excludedGroups", c.ExcludedGroups),
		}
		for _, a := range c.ProfileAttributes {
			if out.Criteria.Attributes == nil {
				out.Criteria.Attributes = map[string]backend.Set{}
			}
			out.Criteria.Attributes[a.Attribute] = mapping.List(a.Values)
		}
	}
	return out
}

func scopeGrants(path string, g *v1alpha1.ReviewGrants, r *reference.Resolver) *backend.ScopeGrants {
	out := &backend.ScopeGrants{All: mapping.Presence(g.All)}
	c := g.Criteria
	if c == nil {
		return out
	}
	path += ".criteria"
	out.Criteria = &backend.ScopeGrantCriteria{
		SinceAdded: mapping.Days(c.DaysSinceAdded), SinceReviewed: mapping.Days(c.DaysSinceReviewed), SinceLastUsed: mapping.Days(c.DaysSinceLastUsed),
		Source: string(c.Source), Type: string(c.Type),
	}
	if b := c.AddedBetween; b != nil {
		out.Criteria.AddedBetween = &backend.Period{From: mapping.Instant(path+".addedBetween.start", b.Start, r), To: mapping.Instant(path+".addedBetween.end", b.End, r)}
	}
	if p := c.AccessProfiles; p != nil {
		f := &backend.ScopeProfileFilter{Included: r.Profiles(path+".accessProfiles.include", p.Include), Excluded: r.Profiles(path+".accessProfiles.exclude", p.Exclude)}
		switch {
		case p.IncludeAll != nil:
			f.Type = includeAll
		case p.ExcludeAll != nil:
			f.Type = excludeAll
		case p.Include != nil:
			f.Type = "IncludeSpecific"
		case p.Exclude != nil:
			f.Type = "ExcludeSpecific"
		}
		out.Criteria.AccessProfiles = f
	}
	return out
}
