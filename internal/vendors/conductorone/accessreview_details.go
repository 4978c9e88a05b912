package conductorone

import (
	"context"
	"fmt"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// taskPages bounds how far closed tasks are counted: the vendor has no totals
// (docs/vendors/conductorone-api.md#progress-of-a-campaign).
const taskPages = 10

// readDetails reads what rows do not hold, as far as details ask for it.
func (d *reviewDriver) readDetails(ctx context.Context, obs *reviewObservation, details []string) error {
	if rows.Asked(details, pathReviewEntitlements) {
		entitlements, err := d.attachedTo(ctx, obs.ID)
		if err != nil {
			return err
		}
		obs.Actual.Scope.Entitlements = entitlements
	}
	if rows.Asked(details, detailProgress) && obs.Actual.Facts.Started {
		if err := d.count(ctx, obs); err != nil {
			return err
		}
	}
	if rows.Asked(details, detailReports) && obs.Actual.Facts.Started {
		return d.readReports(ctx, obs)
	}
	return nil
}

// attachedTo reads the entitlements of a review; the list has no pages
// (docs/vendors/conductorone-api.md#what-a-campaign-reviews).
func (d *reviewDriver) attachedTo(ctx context.Context, id string) (backend.EntitlementSet, error) {
	var answer struct {
		List []attachedView `json:"list"`
	}
	if _, err := d.get(ctx, reviewPath(id)+"/scope_and_entitlements", nil, &answer); err != nil {
		return nil, err
	}
	out := backend.EntitlementSet{}
	for _, v := range answer.List {
		if v.Entitlement.DeletedAt.IsZero() {
			out = append(out, backend.EntitlementID{AppID: v.Entitlement.AppID, ID: v.Entitlement.EntitlementID})
		}
	}
	return out, nil
}

type taskView struct {
	Task struct {
		Type struct {
			Certify struct {
				Outcome string `json:"outcome"`
			} `json:"certify"`
		} `json:"type"`
	} `json:"task"`
}

// count counts closed tasks by their outcome.
func (d *reviewDriver) count(ctx context.Context, obs *reviewObservation) error {
	var closed, certified, revoked int64
	filter := map[string]any{
		"accessReviewIds": []string{obs.ID},
		"taskTypes":       []map[string]any{{"certify": nothing{}}},
		"taskStates":      []string{"TASK_STATE_CLOSED"},
	}
	for row, err := range search[taskView](ctx, d.api, "/api/v1/search/tasks", filter) {
		if err != nil {
			return err
		}
		closed++
		switch row.item.Task.Type.Certify.Outcome {
		case "CERTIFY_OUTCOME_CERTIFIED":
			certified++
		case "CERTIFY_OUTCOME_DECERTIFIED":
			revoked++
		}
		if closed == taskPages*rest.PageSize {
			obs.Actual.Facts.Alerts = append(obs.Actual.Facts.Alerts,
				fmt.Sprintf("progress counts the first %d closed tasks only", closed))
			break
		}
	}
	facts := &obs.Actual.Facts
	facts.Completed, facts.Certified, facts.Revoked = &closed, &certified, &revoked
	return nil
}
