package sailpoint

import (
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// The types of campaigns, in our words.
const (
	typeManager         = "Manager"
	typeSourceOwner     = "SourceOwner"
	typeSearch          = "Search"
	typeRoleComposition = "RoleComposition"
	typeMachineAccount  = "MachineAccount"
)

// usualDuration is what the vendor's console proposes. What becomes of a campaign without
// a deadline is not documented, so there always is one (docs/vendors/sailpoint-api.md#campaign-states).
const usualDuration = 14 * 24 * time.Hour

// encodeCampaign is the body of a create (docs/vendors/sailpoint-api.md#campaign-fields). Whatever cannot be is refused
// here, with the field's name and before anything is sent.
func encodeCampaign(desired backend.AccessReview, mark backend.Mark, now time.Time) (map[string]any, error) {
	s := backend.Value(reviewBlock(desired))
	if backend.Value(desired.AutoClose) && desired.Undecided == nil {
		return nil, invalid("close.undecided", "write Approve or Revoke: SailPoint has to know what becomes of undecided items")
	}
	body := map[string]any{
		"name":        backend.Value(desired.DisplayName),
		"description": mark.Stamp(backend.Value(desired.Description)),
		"type":        rest.Upper(backend.Value(s.Type)),
		"deadline":    momentText(deadlineOf(desired, now)),
	}
	for _, v := range campaignCodec.Encode(&desired, func(string) bool { return true }) {
		body[v.Name] = v.Value
	}
	if id := backend.Value(s.FilterID); id != "" {
		body["filter"] = ref{typeCampaignFilter, id}
	}
	return body, encodeType(body, desired)
}

// deadlineOf fixes the deadline; a duration counts once, from the create.
func deadlineOf(desired backend.AccessReview, now time.Time) time.Time {
	switch {
	case desired.Deadline != nil:
		return desired.Deadline.Time
	case desired.Duration != nil:
		return now.Add(desired.Duration.Duration).Truncate(time.Second)
	}
	return now.Add(usualDuration).Truncate(time.Second)
}

// encodeType adds the one block that belongs to the campaign's type.
func encodeType(body map[string]any, desired backend.AccessReview) error {
	kind := backend.Value(backend.Value(reviewBlock(desired)).Type)
	if err := checkType(desired, kind); err != nil {
		return err
	}
	apps := set(backend.Value(desired.Scope).SelectedApps)
	var err error
	switch kind {
	case typeSourceOwner:
		body["sourceOwnerCampaignInfo"] = sourceCampaign{SourceIDs: apps}
	case typeMachineAccount:
		body["machineAccountCampaignInfo"] = sourceCampaign{SourceIDs: apps, ReviewerType: reviewerOwners}
	case typeSearch:
		body["searchCampaignInfo"], err = encodeSearch(desired)
	case typeRoleComposition:
		body["roleCompositionCampaignInfo"], err = encodeRoleComposition(desired)
	}
	return err
}

// checkType refuses the parts of a spec that belong to a campaign of another type.
func checkType(desired backend.AccessReview, kind string) error {
	scope, s, reviewer := backend.Value(desired.Scope), backend.Value(reviewBlock(desired)), backend.Value(desired.Reviewer)
	bySource := kind == typeSourceOwner || kind == typeMachineAccount
	for _, part := range []struct {
		path    string
		set, of bool
		where   string
	}{
		{"scope.apps.selected", len(scope.SelectedApps) > 0, bySource, "SourceOwner or MachineAccount"},
		{"scope.entitlements", len(scope.Entitlements) > 0, kind == typeSearch, typeSearch},
		{"scope.users", scope.Users != nil, kind == typeSearch, typeSearch},
		{"scope.grants", scope.Grants != nil, kind == typeSearch, typeSearch},
		{"sailPoint.search", s.Search != nil, kind == typeSearch, typeSearch},
		{"sailPoint.roleComposition", s.RoleComposition != nil, kind == typeRoleComposition, typeRoleComposition},
		{"sailPoint.correlatedStatus", backend.Value(s.CorrelatedStatus) == "Uncorrelated", kind == typeSourceOwner, typeSourceOwner},
		{"reviewer", len(reviewer.UserIDs) > 0 || reviewer.GroupID != "", kind == typeSearch || kind == typeRoleComposition, "Search or RoleComposition: in any other the type determines who decides"},
		{"reviewer.manager", reviewer.Manager != nil, !bySource, "Manager, Search or RoleComposition"},
	} {
		if part.set && !part.of {
			return invalid(part.path, "cannot be used in a campaign of type %s; it belongs to type %s", kind, part.where)
		}
	}
	switch {
	case bySource && len(scope.SelectedApps) == 0:
		return invalid("scope.apps.selected", "a campaign of type %s needs a source", kind)
	case kind == typeRoleComposition && backend.Value(s.RoleComposition).RemediatorID == "":
		return invalid("sailPoint.roleComposition", "a campaign of type %s needs a remediator", kind)
	}
	return nil
}

// encodeSearch has either people or a query: those of the spec, else the query for
// everybody who has what is reviewed.
func encodeSearch(desired backend.AccessReview) (searchCampaign, error) {
	search := backend.Value(reviewBlock(desired)).Search
	wanted := backend.Value(search)
	constraints, err := encodeConstraints(desired)
	if err != nil {
		return searchCampaign{}, err
	}
	reviewer, err := encodeReviewer(desired.Reviewer)
	if err != nil {
		return searchCampaign{}, err
	}
	out := searchCampaign{
		Type: rest.Upper(wanted.Type), Query: wanted.Query, Description: wanted.Description, Constraints: constraints, Reviewer: reviewer,
	}
	usual := "ACCESS"
	users := backend.Value(backend.Value(desired.Scope).Users)
	switch {
	case users.Selected != nil && wanted.Query != "":
		return out, invalid("sailPoint.search.query", "SailPoint takes a query or scope.users.selected, and not both")
	case users.Selected != nil && len(users.Selected.UserIDs) > 0:
		usual, out.IdentityIDs = typeIdentity, set(users.Selected.UserIDs)
	case desired.Scope != nil && desired.Scope.Users != nil:
		return out, invalid("scope.users", onlySelectedUsers)
	case wanted.Query != "" && wanted.Query == accessQuery(constraints):
		// It would read back as unset, see decodeSearch.
		return out, invalid("sailPoint.search.query", "follows from the scope: remove it")
	case wanted.Query == "":
		if out.Query = accessQuery(constraints); out.Query == accessQuery(nil) {
			return out, invalid("sailPoint.search", "the campaign has no scope: write a query, scope.users.selected, scope.entitlements or scope.grants.criteria.accessProfiles")
		}
	}
	switch {
	case search == nil:
		out.Type = usual
	case wanted.Type == "":
		return out, invalid("sailPoint.search.type", "must be Identity or Access")
	}
	return out, nil
}

func encodeRoleComposition(desired backend.AccessReview) (roleComposition, error) {
	wanted := *reviewBlock(desired).RoleComposition
	reviewer, err := encodeReviewer(desired.Reviewer)
	if err == nil && wanted.Query != "" && len(wanted.RoleIDs) > 0 {
		err = invalid("sailPoint.roleComposition.query", "SailPoint takes a query or roles, and not both")
	}
	return roleComposition{
		Remediator: &ref{typeIdentity, wanted.RemediatorID}, Reviewer: reviewer,
		RoleIDs: wanted.RoleIDs, Query: wanted.Query, Description: wanted.Description,
	}, err
}
