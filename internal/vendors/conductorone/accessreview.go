package conductorone

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const (
	reviewsPath    = "/api/v1/access_reviews" // The list, plural.
	reviewItemPath = "/api/v1/access_review"
)

// The paths that an observation's detail fields can name. The last two are not fields of the
// model: they fill facts in, and cost calls.
const (
	pathReviewEntitlements  = "scope.entitlements"
	pathReviewResourceTypes = "scope.resourceTypes"
	pathReviewApps          = "scope.apps.selected"
	detailProgress          = "progress"
	detailReports           = "reports"
)

type reviewObservation = backend.Observation[backend.AccessReview]

// reviewDriver drives access reviews, which ConductorOne calls campaigns (docs/vendors/conductorone-api.md#campaigns).
type reviewDriver struct{ api }

// Capabilities declares what it can do with campaigns (docs/vendors/conductorone-api.md#campaigns).
func (*reviewDriver) Capabilities() backend.Capabilities {
	return backend.Capabilities{
		Create: true, Update: true, Delete: true,
		Block:      (*ReviewBlock)(nil),
		RunOnce:    true,
		MarkProven: true,
		IDs:        idForm,
		Unsupported: map[string]string{
			"reviewer": "ConductorOne takes the reviewers from the review's policy (spec.conductorOne.policy)",
		},
		Values: map[string][]string{
			"close.undecided":                  {"NoAction", "Revoke", "Skip"},
			"conductorOne.scopeType":           {"ByEntitlements", "ByAccessConflicts", "ByResource", "ByInheritance", "ByUsers"},
			"conductorOne.defaultView":         {"ByApp", "ByUser", "Unstructured", "ByResource"},
			"conductorOne.accuracyIssueAction": {"Continue", "Wait"},
			"conductorOne.principalTypeFilter": {"Users", "Resources", "UsersAndResources"},
		},
		Warnings: map[string]string{
			"scope.accessConflicts.specific":          manualItems,
			"conductorOne.excluded.specificResources": manualItems,
			"conductorOne.excluded.resourceTypes":     manualItems,
			"conductorOne.resourceSelection":          manualItems,
			"conductorOne.scopeRoleSelection":         manualItems,
		},
		Required:     []string{"displayName", "owners"},
		CreateOnly:   []string{"owners", "conductorOne.duplicateFrom"},
		WriteOnly:    []string{"owners", "conductorOne.duplicateFrom", pathReviewApps, pathReviewResourceTypes},
		Removed:      removedFromReview(),
		DetailFields: []string{pathReviewEntitlements},
		Listing:      backend.Listing{Of: "the tenant", PageSize: rest.PageSize},
		ListLag:      listLag,
		Poll:         poll,
	}
}

// manualItems: markers without an endpoint that attaches what they select (docs/vendors/conductorone-api.md#campaign-scope).
const manualItems = "select the items in ConductorOne's console, the only place where they can be attached"

func reviewPath(id string) string { return rest.Path(reviewItemPath+"/%s", id) }

// Observe reads one review, see backend.Driver. Reviews are never found by name.
func (d *reviewDriver) Observe(ctx context.Context, r backend.Ref) (reviewObservation, error) {
	obs, err := d.observe(ctx, r)
	if err != nil || !obs.Exists {
		return obs, err
	}
	if err = d.readDetails(ctx, &obs, r.DetailFields); err != nil {
		return reviewObservation{}, err
	}
	return obs, nil
}

func (d *reviewDriver) observe(ctx context.Context, r backend.Ref) (reviewObservation, error) {
	switch {
	case r.ID != "":
		return d.read(ctx, r.ID)
	case r.Mark.Token != "":
		return rows.FindToken(ctx, r, d.rows, func(o reviewObservation) bool { return !o.Actual.Facts.Started })
	}
	return reviewObservation{}, backend.Errorf(backend.Terminal, "reviews are not found by name")
}

func (d *reviewDriver) read(ctx context.Context, id string) (reviewObservation, error) {
	var answer reviewAnswer
	res, err := d.get(ctx, reviewPath(id), nil, &answer)
	if rest.IsNotFound(err) {
		return reviewObservation{ID: id, Date: res.Date}, nil
	}
	if err != nil {
		return reviewObservation{}, err
	}
	if answer.View.Review.ID == "" {
		return reviewObservation{}, empty(http.MethodGet, reviewPath(id))
	}
	if answer.View.Review.ID != id {
		return reviewObservation{}, another(reviewPath(id))
	}
	return decodeReview(answer.View.Review, res.Date), nil
}

func (d *reviewDriver) rows(ctx context.Context, _ string, since *time.Time) iter.Seq2[reviewObservation, error] {
	return func(yield func(reviewObservation, error) bool) {
		for row, err := range list[reviewView](ctx, d.api, reviewsPath, since) {
			if !yield(decodeReview(row.item.Review, row.date), err) {
				return
			}
		}
	}
}

// ObserveMany reads rows by list pages.
func (d *reviewDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[reviewObservation, error] {
	return rows.ObserveMany(ctx, refs, d.rows)
}

// Create sends what the create call takes (docs/vendors/conductorone-api.md#post-apiv1access_review). Every other setting,
// the start above all, is left to Update.
func (d *reviewDriver) Create(ctx context.Context, r backend.Ref, desired backend.AccessReview) (reviewObservation, error) {
	if len(desired.Owners) == 0 {
		return reviewObservation{}, backend.Errorf(backend.Terminal, "owners: a review needs at least one")
	}
	var answer reviewAnswer
	res, err := d.create(ctx, reviewItemPath, encodeReviewCreate(desired, r.Mark, d.client.Now()), &answer)
	if err != nil {
		return reviewObservation{}, err
	}
	if answer.View.Review.ID == "" {
		return reviewObservation{}, withoutID(http.MethodPost, reviewItemPath)
	}
	obs := decodeReview(answer.View.Review, res.Date)
	if obs.Actual.Facts.State != backend.ReviewStaged || obs.Phase != backend.PhaseLive {
		return obs, nil
	}
	return d.attachToDraft(ctx, obs, desired)
}

// attachToDraft attaches what is reviewed to a review that is a draft as soon as it is made. It is tried here and once, for a
// draft takes no edits of its scope by the vendor's documents.
func (d *reviewDriver) attachToDraft(ctx context.Context, obs reviewObservation, desired backend.AccessReview) (reviewObservation, error) {
	want, changes := backend.Value(desired.Scope), backend.Changes{}
	for path, asked := range map[string]bool{
		pathReviewEntitlements: want.Entitlements != nil, pathReviewApps: want.SelectedApps != nil, pathReviewResourceTypes: want.ResourceTypes != nil,
	} {
		if asked {
			changes = append(changes, backend.Change{Path: path})
		}
	}
	if len(changes) == 0 {
		return obs, nil
	}
	if err := d.attach(ctx, obs, desired, changes); err != nil {
		return obs, err
	}
	seen, err := d.Observe(ctx, backend.Ref{ID: obs.ID, DetailFields: backend.DetailFieldsOf(desired, d.Capabilities())})
	if err != nil {
		return obs, err // All of it was accepted, and only the read failed.
	}
	return seen, nil
}

// Delete moves the review, with its tasks, to the deleted state (docs/vendors/conductorone-api.md#campaign-states).
func (d *reviewDriver) Delete(ctx context.Context, seen reviewObservation) error {
	return d.remove(ctx, reviewPath(seen.ID))
}
