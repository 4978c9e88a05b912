package conductorone

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const (
	catalogsPath = "/api/v1/catalogs"
	cohortPath   = "/api/v1/role-mining/access-profiles"
)

// The paths of a profile that cost calls of their own.
const (
	pathEntitlements = "entitlements"
	pathRequestable  = "requestable"
	pathEveryone     = "conductorOne.visibleToEveryone"
	pathVisibleTo    = "conductorOne.visibleTo"
	pathMembership   = "membership"
	pathAutomation   = "conductorOne.automation"
	pathPolicies     = "conductorOne.policies"
	pathMaxDuration  = "conductorOne.maxGrantDuration"
)

// Who enrols past the policies of the entries is the wider of the two.
const (
	pathEnrollment     = "conductorOne.enrollmentBehavior"
	enrollmentEnforced = "EnforceEntitlementRequestPolicy"
)

type profileObservation = backend.Observation[backend.AccessProfile]

// profileDriver drives access profiles (docs/vendors/conductorone-api.md#access-profiles).
type profileDriver struct {
	api
	enrolment *enrolment
}

// Capabilities declares what it can do with access profiles (docs/vendors/conductorone-api.md#access-profiles).
func (*profileDriver) Capabilities() backend.Capabilities {
	return backend.Capabilities{
		Create: true, Update: true, Delete: true,
		Block:      (*ProfileBlock)(nil),
		MarkProven: true,
		IDs:        idForm,
		Naming:     backend.Naming{Key: "the display name", Place: "the tenant"},
		Unsupported: map[string]string{
			"owners":   "a ConductorOne profile has no owners",
			"inherits": "a ConductorOne profile does not inherit from others",
		},
		Values: map[string][]string{
			pathEnrollment:                                 {"BypassEntitlementRequestPolicy", enrollmentEnforced},
			"conductorOne.unenrollmentBehavior":            {"LeaveAccessAsIs", "RevokeAll", "RevokeUnjustified"},
			"conductorOne.unenrollmentEntitlementBehavior": {"Bypass", "Enforce"},
		},
		Usual:    map[string]string{pathMaxDuration: unlimited},
		Required: []string{"displayName"},
		Narrows: map[string]backend.Narrowing{
			pathEntitlements:                    {Fewer: true},
			pathRequestable:                     {Open: []string{"true"}},
			"membership.enabled":                {Open: []string{"true"}},
			pathEveryone:                        {Open: []string{"true"}},
			pathVisibleTo:                       {Fewer: true},
			"conductorOne.requestBundle":        {Open: []string{"true"}},
			pathEnrollment:                      {Open: []string{"BypassEntitlementRequestPolicy"}},
			"conductorOne.unenrollmentBehavior": {Ranked: []string{"LeaveAccessAsIs", "RevokeUnjustified", "RevokeAll"}},
		},
		Waits: map[string][]backend.Wait{pathVisibleTo: {
			{On: pathRequestable, Must: "true", Said: true, Why: "ConductorOne keeps who sees a profile by an entitlement only while it can be requested"},
			{On: pathEveryone, Must: "false", Never: true, Why: "ConductorOne keeps who sees a profile by an entitlement only while not everybody sees it"},
		}},
		CreateOnly:   []string{"conductorOne.cohort"},
		WriteOnly:    []string{"conductorOne.cohort"},
		Removed:      removedFromProfile(),
		Listing:      backend.Listing{Of: "the tenant", PageSize: rest.PageSize},
		DetailFields: []string{pathEntitlements, pathVisibleTo, pathMembership, pathAutomation, pathPolicies, pathMaxDuration},
		ListLag:      listLag,
		Poll:         poll,
	}
}

func catalogPath(id string) string { return rest.Path(catalogsPath+"/%s", id) }

// Observe reads one profile, see backend.Driver.
func (d *profileDriver) Observe(ctx context.Context, r backend.Ref) (profileObservation, error) {
	obs, err := d.observe(ctx, r)
	if err != nil || !obs.Exists {
		return obs, err
	}
	if err = d.readDetails(ctx, &obs, r.DetailFields); err != nil {
		return profileObservation{}, err
	}
	return obs, nil
}

func (d *profileDriver) observe(ctx context.Context, r backend.Ref) (profileObservation, error) {
	switch {
	case r.ID != "":
		return d.read(ctx, r.ID)
	case r.Mark.Token != "":
		obs, err := rows.FindToken(ctx, r, d.rows, func(profileObservation) bool { return false })
		if err != nil || obs.Duplicate == nil {
			return obs, err
		}
		obs.Duplicate.Empty, err = d.empty(ctx, obs.Duplicate.ID)
		return obs, err
	case r.Key.DisplayName == "":
		return profileObservation{}, backend.Errorf(backend.Terminal, "no name identifies the profile")
	}
	none := profileObservation{ParentID: r.ParentID}
	all := d.rows(ctx, "", &none.Date)
	return rows.Only(&none, fmt.Sprintf("the name %q", r.Key.DisplayName), func(yield func(profileObservation, error) bool) {
		for obs, err := range all {
			if err == nil && backend.Value(obs.Actual.DisplayName) != r.Key.DisplayName {
				continue
			}
			if !yield(obs, err) {
				return
			}
		}
	})
}

// empty reports whether nobody has a profile, and nobody may ask for anything by it. Rows count no members.
func (d *profileDriver) empty(ctx context.Context, id string) (bool, error) {
	obs, err := d.read(ctx, id)
	if err != nil || !obs.Exists {
		return false, err
	}
	if count := obs.Actual.Facts.MemberCount; count == nil || *count > 0 {
		return false, nil
	}
	entries, err := d.entries(ctx, id)
	return err == nil && len(entries) == 0, err
}

func (d *profileDriver) read(ctx context.Context, id string) (profileObservation, error) {
	var answer catalogAnswer
	res, err := d.get(ctx, catalogPath(id), nil, &answer)
	if rest.IsNotFound(err) {
		return profileObservation{ID: id, Date: res.Date}, nil
	}
	if err != nil {
		return profileObservation{}, err
	}
	if answer.View.Catalog.ID == "" {
		return profileObservation{}, empty(http.MethodGet, catalogPath(id))
	}
	if answer.View.Catalog.ID != id {
		return profileObservation{}, another(catalogPath(id))
	}
	return decodeCounted(answer.View, res.Date), nil
}

// rows reads all catalogs: there is no search for them (docs/vendors/conductorone-api.md#reading-and-deleting-catalogs).
func (d *profileDriver) rows(ctx context.Context, _ string, since *time.Time) iter.Seq2[profileObservation, error] {
	return func(yield func(profileObservation, error) bool) {
		for row, err := range list[catalogView](ctx, d.api, catalogsPath, since) {
			if !yield(decodeCatalog(row.item, row.date), err) {
				return
			}
		}
	}
}

// ObserveMany reads rows by list pages.
func (d *profileDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[profileObservation, error] {
	return rows.ObserveMany(ctx, refs, d.rows)
}

// Delete removes the profile softly. What becomes of its members' grants is not documented
// (docs/vendors/conductorone-api.md#reading-and-deleting-catalogs).
func (d *profileDriver) Delete(ctx context.Context, seen profileObservation) error {
	return d.remove(ctx, catalogPath(seen.ID))
}
