package conductorone

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

// taskPages bounds how far closed tasks are counted: the vendor has no totals (section 5.7).
const taskPages = 10

// readTail reads what rows do not hold, as far as tail asks for it.
func (d *reviewDriver) readTail(ctx context.Context, obs *reviewObservation, tail []string) error {
	if rows.Asked(tail, pathReviewEntitlements) {
		entitlements, err := d.attachedTo(ctx, obs.ID)
		if err != nil {
			return err
		}
		obs.Actual.Scope.Entitlements = entitlements
	}
	if rows.Asked(tail, tailProgress) && obs.Actual.Facts.Started {
		if err := d.count(ctx, obs); err != nil {
			return err
		}
	}
	if rows.Asked(tail, tailReports) && obs.Actual.Facts.Started {
		return d.readReports(ctx, obs)
	}
	return nil
}

// attachedTo reads the entitlements of a review; the list has no pages (section 5.3).
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

type reportRow struct {
	State       string `json:"state"`
	DownloadURL string `json:"downloadUrl"`
	CreatedAt   moment `json:"createdAt"`
}

// readReports reads where finished reports can be fetched. One page is enough: they are
// few, and the newest count.
func (d *reviewDriver) readReports(ctx context.Context, obs *reviewObservation) error {
	var answer listing[reportRow]
	query := url.Values{"page_size": {strconv.Itoa(rest.PageSize)}}
	if _, err := d.get(ctx, reviewPath(obs.ID)+"/report", query, &answer); err != nil {
		return err
	}
	obs.Actual.Facts.ReportURLs = newestReports(answer.List)
	return nil
}

// newestReports are where finished reports can be fetched, the newest first: a status that cannot
// hold them all keeps the first.
func newestReports(reports []reportRow) (urls []string) {
	slices.SortStableFunc(reports, func(a, b reportRow) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt.Time), strings.Compare(a.DownloadURL, b.DownloadURL))
	})
	for _, report := range reports {
		if report.State == "REPORT_STATE_OK" && report.DownloadURL != "" {
			urls = append(urls, report.DownloadURL)
		}
	}
	return urls
}
