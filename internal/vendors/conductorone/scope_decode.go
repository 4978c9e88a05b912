package conductorone

import (
	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
)

// decodeScope fills the choices of a scope in; a group without a member stays nil.
func decodeScope(s *scopeV2, r *backend.AccessReview) {
	r.Scope = &backend.ReviewScope{}
	if s == nil {
		return
	}
	r.Scope.Apps = chosen(appsChoice, s.scopeApps)
	r.Scope.Users = chosen(usersChoice, s.scopeUsers)
	r.Scope.Accounts = chosen(accountsChoice, s.scopeAccounts)
	r.Scope.Grants = chosen(grantsChoice, s.scopeGrants)
	r.Scope.AccessConflicts = chosen(conflictsChoice, s.scopeConflicts)
	if c := backend.Value(r.Scope.Grants).Criteria; c != nil {
		// The vendor may answer an empty filter where none was set.
		if f := c.AccessProfiles; f != nil && f.Type == "" && len(f.Included)+len(f.Excluded) == 0 {
			c.AccessProfiles = nil
		}
	}
	block := reviewBlock(*r)
	block.ResourceSelection, block.ScopeRoleSelection = s.ResourceSelection, s.ScopeRoleSelection
	block.Excluded = chosen(excludedChoice, s.scopeExcluded)
	block.PrincipalTypeFilter = backend.To(word(enumPrincipal, s.PrincipalTypeFilter))
}

func chosen[W comparable, M any](choice *plain.Document[W, M], oneof W) *M {
	var none W
	if oneof == none {
		return nil
	}
	return backend.To(choice.Model(oneof))
}
