package sailpoint

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const campaignsPath = "/campaigns/v1"

// detailProgress is no field of the model: it fills facts in, and costs calls. Reports are
// not asked for: SailPoint names them and tells no address (docs/vendors/sailpoint-api.md#certifications).
const detailProgress = "progress"

type reviewObservation = backend.Observation[backend.AccessReview]

// reviewDriver drives access reviews, which SailPoint calls certification campaigns
// (docs/vendors/sailpoint-api.md#campaigns).
type reviewDriver struct{ api }

// createOnly are the fields that no state takes again (docs/vendors/sailpoint-api.md#campaign-fields).
var createOnly = []string{
	"reviewer", "scope", "sailPoint.type", "sailPoint.search", "sailPoint.roleComposition", "sailPoint.filter",
	"sailPoint.correlatedStatus", "sailPoint.mandatoryComments", "sailPoint.sunsetCommentsRequired",
}

// Capabilities declares what it can do with campaigns (docs/vendors/sailpoint-api.md#campaigns).
func (*reviewDriver) Capabilities() backend.Capabilities {
	return backend.Capabilities{
		Create: true, Update: true, Delete: true,
		Block:      (*ReviewBlock)(nil),
		FoldedIDs:  true,
		RunOnce:    true,
		MarkProven: true,
		Unsupported: map[string]string{
			"owners":                       "a SailPoint campaign has no owners: it belongs to the owner of the credential that created it",
			"notifications.reminders":      "SailPoint has one switch for all mails of a campaign, notifications.kickoff",
			"notifications.close":          "SailPoint has one switch for all mails of a campaign, notifications.kickoff",
			"scope.resourceTypes":          "SailPoint has no resource types",
			"scope.accounts":               "a SailPoint campaign cannot be narrowed to accounts",
			"scope.accessConflicts":        "a SailPoint campaign does not review access conflicts",
			"scope.apps.access":            onlySelectedApps,
			"scope.apps.specificResources": onlySelectedApps,
			"scope.apps.criteria":          onlySelectedApps,
			"scope.apps.resourceTypes":     onlySelectedApps,
			"scope.users.all":              onlySelectedUsers,
			"scope.users.criteria":         onlySelectedUsers,
			"scope.users.expression":       onlySelectedUsers,
			"scope.grants.all":             onlyProfiles,
		},
		Values: map[string][]string{
			"close.undecided":             {"Approve", "Revoke"},
			"sailPoint.type":              {typeManager, typeSourceOwner, typeSearch, typeRoleComposition, typeMachineAccount},
			"sailPoint.correlatedStatus":  {"Correlated", "Uncorrelated"},
			"sailPoint.mandatoryComments": {"AllDecisions", "RevokeOnlyDecisions", "NoDecisions"},
		},
		Carried: map[string]string{
			"start.at":        "the operator activates the campaign at this time",
			"close.undecided": "the operator sends it when it completes the campaign after the deadline",
		},
		Required:   []string{"displayName", "sailPoint.type"},
		CreateOnly: createOnly,
		Usual:      map[string]string{"sailPoint.sunsetCommentsRequired": "true"},
		WriteOnly:  []string{"scope.entitlements"},
		Removed:    removedFromReview(),
		MaxLength:  map[string]int{"description": longestText},
		Listing:    backend.Listing{Of: "the tenant", PageSize: pageSize},
		ListLag:    listLag,
		Poll:       poll,
	}
}

const (
	onlySelectedApps  = "SailPoint takes named sources only (scope.apps.selected)"
	onlySelectedUsers = "SailPoint takes named people (scope.users.selected), or a query (sailPoint.search.query)"
	onlyProfiles      = "SailPoint takes access profiles included by id only (scope.grants.criteria.accessProfiles)"
)

func campaignPath(id string) string { return rest.Path(campaignsPath+"/%s", id) }

// Observe reads one campaign, see backend.Driver. Campaigns are never found by name:
// names may repeat (docs/vendors/sailpoint-api.md#post-campaignsv1).
func (d *reviewDriver) Observe(ctx context.Context, r backend.Ref) (reviewObservation, error) {
	obs, err := d.observe(ctx, r)
	if err != nil || !obs.Exists {
		return obs, err
	}
	if rows.Asked(r.DetailFields, detailProgress) && obs.Actual.Facts.Started {
		if err = d.readProgress(ctx, &obs); err != nil {
			return reviewObservation{}, err
		}
	}
	return obs, nil
}

func (d *reviewDriver) observe(ctx context.Context, r backend.Ref) (reviewObservation, error) {
	switch {
	case r.ID != "":
		c, date, err := d.read(ctx, r.ID)
		if err != nil || c == nil {
			return reviewObservation{ID: r.ID, Date: date}, err
		}
		return decodeCampaign(*c, date), nil
	case r.Mark.Token != "":
		return rows.FindToken(ctx, r, d.named(r.Key.DisplayName), func(o reviewObservation) bool { return !o.Actual.Facts.Started })
	}
	return reviewObservation{}, backend.Errorf(backend.Terminal, "reviews are not found by name")
}

// full asks for the scope and everything else that the slim form leaves out (docs/vendors/sailpoint-api.md#campaign-fields).
func full(query url.Values) url.Values {
	query.Set("detail", "FULL")
	return query
}

// read reads one campaign; nil where there is none.
func (d *reviewDriver) read(ctx context.Context, id string) (*campaign, time.Time, error) {
	var c campaign
	res, err := d.get(ctx, campaignPath(id), full(url.Values{}), &c)
	switch {
	case isNotFound(err, id):
		return nil, res.Date, nil
	case err != nil:
		return nil, res.Date, err
	case c.ID == "":
		return nil, res.Date, empty(http.MethodGet, campaignPath(id))
	case !strings.EqualFold(c.ID, id):
		return nil, res.Date, another(campaignPath(id))
	}
	return &c, res.Date, nil
}

// named lists campaigns of a name, or all where it is not known or cannot be filtered.
func (d *reviewDriver) named(name string) rows.Lister[backend.AccessReview] {
	var clauses []string
	if name != "" && filterable(name) {
		clauses = append(clauses, eq("name", name))
	}
	return func(ctx context.Context, _ string, since *time.Time) iter.Seq2[reviewObservation, error] {
		return observed(list[campaign](ctx, d.api, campaignsPath, full(sought(byAge, clauses...)), since, nil), nil, decodeCampaign)
	}
}

// ObserveMany reads rows by list pages.
func (d *reviewDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[reviewObservation, error] {
	return rows.ObserveMany(ctx, refs, d.named(""))
}

// Create submits the campaign. Its snapshot is taken afterwards, and until then it is pending.
func (d *reviewDriver) Create(ctx context.Context, r backend.Ref, desired backend.AccessReview) (reviewObservation, error) {
	body, err := encodeCampaign(desired, r.Mark, d.client.Now())
	if err != nil {
		return reviewObservation{}, err
	}
	var made campaign
	res, err := d.create(ctx, campaignsPath, body, &made)
	if err != nil {
		return reviewObservation{}, err
	}
	if made.ID == "" {
		return reviewObservation{}, withoutID(http.MethodPost, campaignsPath)
	}
	return decodeCampaign(made, res.Date), nil
}

// Delete asks for the removal, which is a job at the vendor (docs/vendors/sailpoint-api.md#campaign-states).
func (d *reviewDriver) Delete(ctx context.Context, seen reviewObservation) error {
	_, err := d.post(ctx, campaignsPath+"/delete", map[string]any{"ids": []string{seen.ID}}, nil)
	if isNotFound(err, seen.ID) {
		return nil
	}
	return err
}
