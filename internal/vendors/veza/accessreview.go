package veza

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
	"github.com/governance-operator/governance-operator/internal/vendors/rows"
)

const (
	certificationsPath = "/api/preview/awf/certifications"
	workflowsPath      = "/api/preview/awf/workflows"
)

type reviewObservation = backend.Observation[backend.AccessReview]

// reviewDriver drives access reviews, which Veza's API calls certifications (docs/vendors/veza-api.md#reviews).
type reviewDriver struct {
	api
	// proven: this tenant has shown a mark in the notes of a review. That notes come back at
	// all is inferred (docs/vendors/veza-api.md#life-of-a-review).
	proven atomic.Bool
}

// Capabilities declares what it can do with reviews (docs/vendors/veza-api.md#reviews): a review is made once and takes no
// edits. What cannot be read back is compared with what was sent.
func (d *reviewDriver) Capabilities() backend.Capabilities {
	return backend.Capabilities{
		Create:     true,
		Block:      (*ReviewBlock)(nil),
		FoldedIDs:  true,
		RunOnce:    true,
		Launches:   true,
		MarkProven: d.proven.Load(),
		Unsupported: map[string]string{
			"owners":        "a Veza review belongs to its configuration, which has the owner",
			"reviewer":      "Veza takes reviewers as veza.reviewerAssignment",
			"deadline":      "Veza takes no due date when a review is created: set it in the configuration or in the console",
			"duration":      "Veza takes no due date when a review is created: set it in the configuration or in the console",
			"close":         "Veza has no operation that ends a review: people or the tenant's settings do",
			"notifications": "Veza's notifications belong to the configuration",
			"scope":         "what is reviewed is the query of the configuration, see veza.configuration and veza.dynamicInformation",
		},
		Values: map[string][]string{"veza.dataSource": dataSources},
		Carried: map[string]string{
			"start.at": "the operator creates the review at this time: creating it starts it",
		},
		Required: []string{"veza.configuration"},
		WriteOnly: []string{
			"displayName", "description", "veza.notes", "veza.dataSource", "veza.snapshotID", "veza.reviewerAssignment", "veza.secondLevelAssignment",
			"veza.automationIDs", "veza.finalApprovalLevel", "veza.dynamicInformation",
		},
		Listing: backend.Listing{Of: "each configuration", Before: "the configurations"},
		ListLag: listLag,
		Poll:    poll,
	}
}

// Observe picks one review out of the list of its configuration: no operation reads a
// single one (docs/vendors/veza-api.md#get-apipreviewawfcertifications).
func (d *reviewDriver) Observe(ctx context.Context, r backend.Ref) (reviewObservation, error) {
	none := reviewObservation{ID: r.ID, ParentID: r.ParentID}
	if r.ParentID == "" {
		return none, invalid("veza.configuration", "is missing: Veza lists reviews by their configuration")
	}
	switch {
	case r.ID != "":
		for obs, err := range d.rows(ctx, r.ParentID, &none.Date) {
			if err != nil {
				return none, err
			}
			if obs.ID == r.ID {
				return obs, nil
			}
		}
		return none, nil
	case r.Mark.Token != "":
		// A review that was made has started: a second one cannot be taken back.
		return rows.FindToken(ctx, r, d.rows, func(reviewObservation) bool { return false })
	}
	return none, backend.Errorf(backend.Terminal, "reviews are not found by name")
}

// rows reads the reviews of a configuration (docs/vendors/veza-api.md#get-apipreviewawfcertifications).
func (d *reviewDriver) rows(ctx context.Context, workflowID string, since *time.Time) iter.Seq2[reviewObservation, error] {
	return func(yield func(reviewObservation, error) bool) {
		if workflowID == "" {
			yield(reviewObservation{}, invalid("veza.configuration", "is missing: Veza lists reviews by their configuration"))
			return
		}
		q := query{path: certificationsPath, params: url.Values{"workflow_id": {workflowID}}}
		for r, err := range list[certification](ctx, d.api, q, since) {
			if err != nil {
				yield(reviewObservation{}, err)
				return
			}
			if is := r.item.WorkflowID; is != "" && is != workflowID {
				continue
			}
			if !yield(d.decode(r, workflowID), nil) {
				return
			}
		}
	}
}

// ObserveMany reads the reviews of each configuration that is asked for.
func (d *reviewDriver) ObserveMany(ctx context.Context, refs []backend.Ref) iter.Seq2[reviewObservation, error] {
	return rows.ObserveMany(ctx, refs, d.rows)
}

// Create starts a review, and reads it back from the list, which may not show it yet.
func (d *reviewDriver) Create(ctx context.Context, r backend.Ref, desired backend.AccessReview) (reviewObservation, error) {
	if r.ParentID == "" {
		return reviewObservation{}, invalid("veza.configuration", "is missing: a Veza review is a run of a configuration")
	}
	body, err := encodeReview(desired, r)
	if err != nil {
		return reviewObservation{}, err
	}
	var answer struct {
		ID string `json:"certification_id"`
	}
	res, err := d.create(ctx, certificationsPath, body, &answer)
	if err != nil {
		return reviewObservation{}, err
	}
	if answer.ID == "" {
		return reviewObservation{}, withoutID(http.MethodPost, certificationsPath)
	}
	if obs, err := d.Observe(ctx, backend.Ref{ID: answer.ID, ParentID: r.ParentID}); err == nil && obs.Exists {
		return obs, nil
	}
	// It is made, whatever the list says: what is not known yet is being prepared.
	return d.decode(row[certification]{certification{ID: answer.ID, WorkflowID: r.ParentID, CreatedAt: rest.Moment{Time: res.Date}}, res.Date}, r.ParentID), nil
}

// Update writes nothing, as there is nothing that takes an edit: taking a review over is an observation of it.
func (d *reviewDriver) Update(ctx context.Context, seen reviewObservation, _ backend.AccessReview, _ backend.Changes) (reviewObservation, error) {
	obs, err := d.Observe(ctx, backend.Ref{ID: seen.ID, ParentID: seen.ParentID})
	if err == nil && !obs.Exists {
		err = vanished("review", seen.ID)
	}
	if err != nil {
		return reviewObservation{}, err
	}
	return obs, nil
}

// Delete is not possible (docs/vendors/veza-api.md#life-of-a-review).
func (*reviewDriver) Delete(context.Context, reviewObservation) error {
	return backend.Errorf(backend.Terminal, "Veza has no operation that deletes a review")
}
