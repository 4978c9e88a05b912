package sailpoint

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// thing is what the look-ups have in common.
type thing struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	Alias         string `json:"alias"`
	Email         string `json:"email"`
	IdentityState string `json:"identityState"`
	Active        *bool  `json:"active"`
	Source        *ref   `json:"source"`
}

const (
	sourcesPath    = "/sources/v1"
	identitiesPath = "/public-identities/v1"
	groupsPath     = "/workgroups/v1"
	segmentsPath   = "/segments/v1"
	filtersPath    = "/campaign-filters/v1"
	byName         = "name"
)

// Find looks a name up (docs/vendors/sailpoint-api.md#look-ups). Filters mostly ignore case, so every hit is compared
// here again.
func (t *tenant) Find(ctx context.Context, q backend.Name) ([]backend.Match, error) {
	if q.Name == "" || q.ParentID == "" && q.Kind == backend.NameEntitlement {
		return nil, backend.Errorf(backend.Terminal, "looking up a name of kind %s takes a name, and a source where it belongs to one", q.Kind)
	}
	named := func(x thing) bool { return x.Name == q.Name }
	switch q.Kind {
	case backend.NameApp:
		return t.findSource(ctx, q.Name)
	case backend.NameUser:
		return t.findIdentity(ctx, q.Name)
	case backend.NameEntitlement:
		clauses := nameClause([]string{eq("source.id", q.ParentID)}, q.Name)
		return matches(list(ctx, t.api, entitlementsPath, sought(byID, clauses...), nil, func(x thing) string { return x.ID }), func(x thing) bool {
			return named(x) && idOf(x.Source) == q.ParentID
		})
	case backend.NameGroup:
		return matches(list[thing](ctx, t.api, groupsPath, sought(byName, eq("name", q.Name)), nil, nil), named)
	case backend.NameSegment:
		return matches(list[thing](ctx, t.api, segmentsPath, url.Values{}, nil, nil), named)
	case backend.NameCampaignFilter:
		return matches(t.campaignFilters(ctx), named)
	case backend.NameAccessProfile:
		return matches(list[thing](ctx, t.api, profilesPath, sought(byAge, nameClause(nil, q.Name)...), nil, nil), func(x thing) bool {
			return named(x) && (q.ParentID == "" || idOf(x.Source) == q.ParentID)
		})
	default:
		return nil, backend.Errorf(backend.Terminal, "%s has no names of kind %q", name, q.Kind)
	}
}

// nameClause adds the name to clauses where a filter can have it.
func nameClause(clauses []string, name string) []string {
	if filterable(name) {
		return append(clauses, eq("name", name))
	}
	return clauses
}

// findSource asks once more as a sub-administrator where the plain list is not allowed.
func (t *tenant) findSource(ctx context.Context, name string) ([]backend.Match, error) {
	query := sought(byName, eq("name", name))
	named := func(x thing) bool { return x.Name == name }
	found, err := matches(list[thing](ctx, t.api, sourcesPath, query, nil, nil), named)
	if rest.StatusOf(err) != http.StatusForbidden {
		return found, err
	}
	query.Set("for-subadmin", "me")
	return matches(list[thing](ctx, t.api, sourcesPath, query, nil, nil), named)
}

// findIdentity takes an e-mail address, or an alias, which cannot hold an @.
func (t *tenant) findIdentity(ctx context.Context, name string) ([]backend.Match, error) {
	if strings.Contains(name, "@") {
		return matches(list[thing](ctx, t.api, identitiesPath, sought(byName, eq("email", name)), nil, nil),
			func(x thing) bool { return strings.EqualFold(x.Email, name) })
	}
	return matches(list[thing](ctx, t.api, identitiesPath, sought(byName, eq("alias", name)), nil, nil),
		func(x thing) bool { return x.Alias == name })
}

// campaignFilters pages a list that is like no other: it has a frame, a start, and neither
// filters nor sorters (docs/vendors/sailpoint-api.md#campaign-filters).
func (t *tenant) campaignFilters(ctx context.Context) iter.Seq2[row[thing], error] {
	var before batch[thing]
	return rest.Pages(ctx, func(ctx context.Context, token string) (rest.Page[row[thing]], error) {
		start, _ := strconv.Atoi(token)
		query := url.Values{
			"limit": {strconv.Itoa(pageSize)}, "start": {strconv.Itoa(start)}, "includeSystemFilters": {"true"},
		}
		var answer struct {
			Items *batch[thing] `json:"items"`
		}
		res, err := t.get(ctx, filtersPath, query, &answer)
		if err == nil && answer.Items == nil {
			err = empty(http.MethodGet, filtersPath)
		}
		if err == nil && token != "" {
			err = before.followedBy(*answer.Items, filtersPath)
		}
		if err != nil {
			return rest.Page[row[thing]]{}, err
		}
		before = *answer.Items
		page := rest.Page[row[thing]]{}
		for _, item := range before.items {
			page.Items = append(page.Items, row[thing]{item, res.Date})
		}
		if len(before.items) == pageSize {
			page.Next = strconv.Itoa(start + pageSize)
		}
		return page, nil
	})
}

// matches gathers the hits that are what was sought.
func matches(hits iter.Seq2[row[thing], error], same func(thing) bool) ([]backend.Match, error) {
	var out []backend.Match
	for hit, err := range hits {
		if err != nil {
			return nil, err
		}
		if x := hit.item; same(x) {
			if x.ID == "" {
				return nil, backend.Errorf(backend.Retryable, "a list contains %q without an id", x.Name)
			}
			out = backend.AddMatch(out, backend.Match{ID: x.ID, Name: x.label(), Unusable: x.unusable()})
		}
	}
	return out, nil
}

// label is what people call it: a person has an address rather than a display name.
func (x thing) label() string {
	switch {
	case x.Email != "":
		return x.Email
	case x.Alias != "":
		return x.Alias
	}
	return x.Name
}

func (x thing) unusable() string {
	switch {
	case strings.HasPrefix(x.IdentityState, "INACTIVE"):
		return "the identity is inactive"
	case x.Active != nil && !*x.Active:
		return "the segment is not active, and would hide nothing"
	}
	return ""
}
