package sailpoint

import (
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// How the parts of a scope stand in the block of a campaign's type (docs/vendors/sailpoint-api.md#campaign-scope).

// accessQuery covers the people who have any of these items; it is what a search needs that
// names neither people nor a query.
func accessQuery(constraints []accessConstraint) string {
	var ids []string
	for _, c := range constraints {
		if c.Operator == operatorSelected && c.Type != rest.Upper(constraintRole) {
			ids = append(ids, c.IDs...)
		}
	}
	slices.Sort(ids)
	return "@access(id:(" + strings.Join(slices.Compact(ids), " OR ") + "))"
}

// The kinds of constraints, in our words.
const (
	constraintEntitlement   = "Entitlement"
	constraintAccessProfile = "AccessProfile"
	constraintRole          = "Role"
)

// included is the only way in which access profiles select grants here.
const included = "IncludeSpecific"

// encodeConstraints gathers the constraints of the scope and of the block.
func encodeConstraints(desired backend.AccessReview) ([]accessConstraint, error) {
	scope, search := backend.Value(desired.Scope), backend.Value(backend.Value(reviewBlock(desired)).Search)
	var out []accessConstraint
	add := func(kind string, ids []string) error {
		c := accessConstraint{Type: rest.Upper(kind), Operator: operatorAll}
		if slices.ContainsFunc(out, func(other accessConstraint) bool { return other.Type == c.Type }) {
			return invalid("sailPoint.search.constraints", "the type %s is constrained twice", kind)
		}
		if len(ids) > 0 {
			c.Operator, c.IDs = operatorSelected, slices.Sorted(slices.Values(ids))
		}
		out = append(out, c)
		return nil
	}
	if len(scope.Entitlements) > 0 {
		var ids []string
		for _, e := range scope.Entitlements {
			ids = append(ids, e.ID)
		}
		if err := add(constraintEntitlement, ids); err != nil {
			return nil, err
		}
	}
	if profiles, err := includedProfiles(scope.Grants); err != nil {
		return nil, err
	} else if len(profiles) > 0 {
		if err := add(constraintAccessProfile, profiles); err != nil {
			return nil, err
		}
	}
	for _, c := range search.Constraints {
		if len(c.IDs) > 0 && c.Type != constraintRole {
			return nil, invalid("sailPoint.search.constraints", "entitlements and access profiles that are named belong into scope.entitlements and scope.grants.criteria.accessProfiles")
		}
		if err := add(c.Type, c.IDs); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// includedProfiles refuses whatever else selects grants: a campaign knows none of it.
func includedProfiles(grants *backend.ScopeGrants) (backend.Set, error) {
	if grants == nil {
		return nil, nil
	}
	only := backend.Value(grants.Criteria)
	filter := backend.Value(only.AccessProfiles)
	only.AccessProfiles = nil
	if grants.All != nil || only != (backend.ScopeGrantCriteria{}) || filter.Type != "" && filter.Type != included || len(filter.Excluded) > 0 || len(filter.Included) == 0 {
		return nil, invalid("scope.grants", onlyProfiles)
	}
	return filter.Included, nil
}

// encodeReviewer: no reviewer is the manager of each person (docs/vendors/sailpoint-api.md#campaign-fields).
func encodeReviewer(r *backend.Reviewer) (*ref, error) {
	v := backend.Value(r)
	switch {
	case len(v.UserIDs) > 1:
		return nil, invalid("reviewer", "SailPoint takes one person or one group; make a governance group of the %d people", len(v.UserIDs))
	case len(v.UserIDs) == 1:
		return &ref{typeIdentity, v.UserIDs[0]}, nil
	case v.GroupID != "":
		return &ref{typeGroup, v.GroupID}, nil
	}
	return nil, nil
}

func decodeReviewer(c campaign) *backend.Reviewer {
	var reviewer *ref
	switch {
	case c.Search != nil:
		reviewer = c.Search.Reviewer
	case c.RoleComposition != nil:
		reviewer = c.RoleComposition.Reviewer
	case string(c.Type) != rest.Upper(typeManager):
		return nil
	}
	switch {
	case idOf(reviewer) == "":
		return &backend.Reviewer{Manager: &struct{}{}}
	case reviewer.Type == typeGroup:
		return &backend.Reviewer{GroupID: reviewer.ID}
	}
	return &backend.Reviewer{UserIDs: backend.Set{reviewer.ID}}
}

func decodeScope(c campaign) *backend.ReviewScope {
	out := &backend.ReviewScope{SelectedApps: backend.Set{}}
	for _, b := range []*sourceCampaign{c.SourceOwner, c.MachineAccount} {
		out.SelectedApps = append(out.SelectedApps, backend.Value(b).SourceIDs...)
	}
	if c.Search == nil {
		return out
	}
	if len(c.Search.IdentityIDs) > 0 {
		out.Users = &backend.ScopeUsers{Selected: &backend.SelectedUsers{UserIDs: set(c.Search.IdentityIDs)}}
	}
	for _, constraint := range c.Search.Constraints {
		if constraint.Type == typeAccessProfile && constraint.Operator == operatorSelected {
			out.Grants = &backend.ScopeGrants{Criteria: &backend.ScopeGrantCriteria{
				AccessProfiles: &backend.ScopeProfileFilter{Type: included, Included: set(constraint.IDs)},
			}}
		}
	}
	return out
}

// decodeSearch leaves out what the scope says: constraints of things that are named, and
// the query that follows from them.
func decodeSearch(s *searchCampaign) *Search {
	if s == nil {
		return nil
	}
	out := &Search{Type: rest.Word(s.Type), Query: s.Query, Description: s.Description}
	if s.Query == accessQuery(s.Constraints) {
		out.Query = ""
	}
	for _, c := range s.Constraints {
		switch {
		case c.Operator != operatorSelected:
			out.Constraints = append(out.Constraints, Constraint{Type: rest.Word(c.Type)})
		case c.Type == rest.Upper(constraintRole):
			out.Constraints = append(out.Constraints, Constraint{Type: rest.Word(c.Type), IDs: set(c.IDs)})
		}
	}
	return out
}

func decodeRoleComposition(r *roleComposition) *RoleComposition {
	if r == nil {
		return nil
	}
	out := &RoleComposition{RemediatorID: idOf(r.Remediator), Query: r.Query, Description: r.Description}
	if len(r.RoleIDs) > 0 {
		out.RoleIDs = set(r.RoleIDs)
	}
	return out
}
