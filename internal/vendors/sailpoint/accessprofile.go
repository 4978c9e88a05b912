package sailpoint

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const (
	profilesPath   = "/access-profiles/v1"
	bulkDeletePath = profilesPath + "/bulk-delete"
	// byAge keeps pages from overlapping: what is new comes last.
	byAge = "created,name"
	// longestText is 2000 characters without the longest line of ours and its line break
	// (docs/vendors/sailpoint-api.md#access-profile-fields).
	longestText = 1773
)

type profileObservation = backend.Observation[backend.AccessProfile]

// profileDriver drives access profiles (docs/vendors/sailpoint-api.md#access-profiles).
type profileDriver struct{ api }

// Capabilities declares what it can do with access profiles (docs/vendors/sailpoint-api.md#access-profiles).
func (*profileDriver) Capabilities() backend.Capabilities {
	return backend.Capabilities{
		Create: true, Update: true, Delete: true,
		Block:      (*ProfileBlock)(nil),
		FoldedIDs:  true,
		MarkProven: true,
		Naming:     backend.Naming{Key: "the display name", Place: "the source", Searched: true, Unique: true},
		Unsupported: map[string]string{
			"inherits":   "a SailPoint access profile does not inherit from others",
			"membership": "a SailPoint access profile has no rule of membership: people get it by request, by a role or by a lifecycle state",
		},
		Required:  []string{"displayName", "owners", "sailPoint.source"},
		NotEmpty:  []string{"owners"},
		Removed:   removedFromProfile(),
		MaxLength: map[string]int{"description": longestText},
		Narrows: map[string]backend.Narrowing{
			"entitlements":       {Fewer: true, LastStays: true}, // An enabled profile needs one (docs/vendors/sailpoint-api.md#access-profile-fields).
			"requestable":        {Open: []string{"true"}},
			"sailPoint.enabled":  {Open: []string{"true"}},
			"sailPoint.segments": {Fewer: true, NoneIsAll: true},
		},
		Listing: backend.Listing{Of: "the tenant", PageSize: pageSize},
		ListLag: listLag,
		Poll:    poll,
	}
}

func profilePath(id string) string { return rest.Path(profilesPath+"/%s", id) }

// Observe reads one profile, see backend.Driver.
func (d *profileDriver) Observe(ctx context.Context, r backend.Ref) (profileObservation, error) {
	switch {
	case r.ID != "":
		p, date, err := d.read(ctx, r.ID)
		if err != nil || p == nil {
			return profileObservation{ID: r.ID, ParentID: r.ParentID, Date: date}, err
		}
		obs := decodeProfile(*p, date)
		if err := inSource(r.ParentID, obs.ParentID, "access profile", obs.ID); err != nil {
			return profileObservation{ID: r.ID, ParentID: r.ParentID}, err
		}
		return obs, nil
	case r.Mark.Token != "":
		// Nobody can have been given a profile that gives nothing.
		return rows.FindToken(ctx, r, d.rows, func(o profileObservation) bool { return len(o.Actual.Entitlements) == 0 })
	}
	return d.findKey(ctx, r)
}

// read reads one profile; nil where there is none.
func (d *profileDriver) read(ctx context.Context, id string) (*profile, time.Time, error) {
	var p profile
	res, err := d.get(ctx, profilePath(id), nil, &p)
	switch {
	case isNotFound(err, id):
		return nil, res.Date, nil
	case err != nil:
		return nil, res.Date, err
	case p.ID == "":
		return nil, res.Date, empty(http.MethodGet, profilePath(id))
	case !strings.EqualFold(p.ID, id):
		return nil, res.Date, another(profilePath(id))
	}
	return &p, res.Date, nil
}

// findKey looks for the name, which is unique in the tenant and not only in the source
// (docs/vendors/sailpoint-api.md#names-and-marks-of-profiles).
func (d *profileDriver) findKey(ctx context.Context, r backend.Ref) (profileObservation, error) {
	none := profileObservation{ParentID: r.ParentID}
	if r.Key.DisplayName == "" {
		return none, invalid("displayName", "is needed to find the access profile")
	}
	obs, err := rows.Only(&none, fmt.Sprintf("the name %q", r.Key.DisplayName),
		observed(d.named(ctx, r.Key.DisplayName, r.ParentID, &none.Date), nil, decodeProfile))
	if err == nil && obs.Exists && r.ParentID != "" && obs.ParentID != r.ParentID {
		return none, invalid("displayName", "the name %q belongs to the access profile %s of another source (%s)", r.Key.DisplayName, obs.ID, obs.ParentID)
	}
	return obs, err
}

// named lists the profiles of exactly this name. A name with a plus is looked for in one
// source only, or where none is given among all profiles (docs/vendors/sailpoint-api.md#filters).
func (d *profileDriver) named(ctx context.Context, name, sourceID string, since *time.Time) iter.Seq2[row[profile], error] {
	var clauses []string
	switch {
	case filterable(name):
		clauses = append(clauses, eq("name", name))
	case sourceID != "":
		clauses = append(clauses, eq("source.id", sourceID))
	}
	all := list[profile](ctx, d.api, profilesPath, sought(byAge, clauses...), since, nil)
	return func(yield func(row[profile], error) bool) {
		for r, err := range all {
			if err == nil && r.item.Name != name {
				continue // Filters ignore case.
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// rows reads the profiles of a source; rows hold everything.
func (d *profileDriver) rows(ctx context.Context, sourceID string, since *time.Time) iter.Seq2[profileObservation, error] {
	all := list[profile](ctx, d.api, profilesPath, sought(byAge, eq("source.id", sourceID)), since, nil)
	return observed(all, func(p profile) bool { return idOf(p.Source) == sourceID }, decodeProfile)
}

// ObserveMany reads rows by list pages, one list for each source.
func (d *profileDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[profileObservation, error] {
	return rows.ObserveMany(ctx, refs, d.rows)
}
