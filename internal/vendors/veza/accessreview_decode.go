package veza

import (
	"cmp"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// decode renders a row. A mark in its notes proves that this tenant shows them (docs/vendors/veza-api.md#life-of-a-review).
func (d *reviewDriver) decode(r row[certification], workflowID string) reviewObservation {
	c := r.item
	text, mark := backend.SplitMark(c.Notes)
	if !mark.IsZero() {
		d.proven.Store(true)
	}
	obs := reviewObservation{
		Exists:      c.ID != "",
		ID:          c.ID,
		ParentID:    workflowID,
		Version:     c.UpdatedAt.Version(), // There are no etags (docs/vendors/veza-api.md#what-is-not-offered).
		CreatedAt:   c.CreatedAt.Time,
		Mark:        mark,
		MarkInProse: true,
		ReadOnly:    append(backend.Paths(backend.AccessReview{Block: &ReviewBlock{}}), backend.PathMark),
		Date:        r.date,
		Unread:      c.unread(),
		Actual: backend.AccessReview{
			DisplayName: &c.Name,
			Description: &text,
			AutoStart:   backend.To(true), // The run is its start.
			Block:       &ReviewBlock{ConfigurationID: &workflowID, Notes: &text},
			Facts:       c.facts(r.date),
		},
	}
	switch obs.Actual.Facts.State {
	case backend.ReviewCompleted:
		obs.Phase = backend.PhaseSealed
	case backend.ReviewConfiguring:
		obs.Phase, obs.Message = backend.PhasePending, "Veza is gathering what is reviewed"
	default: // It runs, as long as it takes.
	}
	return obs
}

// unread says which instant of those that tell the state cannot be read: a review whose end is not understood has not none.
func (c certification) unread() string {
	return cmp.Or(c.CompletedAt.Unread("completed_at"), c.QueryCompletedAt.Unread("query_completed_at"), c.DueDate.Unread("due_date"))
}

// facts are read from the timestamps: the names of the states are not published (docs/vendors/veza-api.md#review-fields).
func (c certification) facts(now time.Time) backend.AccessReviewFacts {
	facts := backend.AccessReviewFacts{
		State:       backend.ReviewRunning,
		VendorState: string(c.State),
		Started:     true,
		StartedAt:   c.StartedAt.Time,
		ClosedAt:    c.CompletedAt.Time,
		Deadline:    c.DueDate.Time,
		Total:       backend.To(int64(c.Total)),
		Completed:   backend.To(int64(c.Completed)),
	}
	switch {
	case !c.CompletedAt.IsZero():
		facts.State = backend.ReviewCompleted
	case c.QueryCompletedAt.IsZero():
		facts.State = backend.ReviewConfiguring
		return facts
	case !c.DueDate.IsZero() && now.After(c.DueDate.Time):
		facts.State = backend.ReviewOverdue
	}
	if facts.StartedAt.IsZero() {
		facts.StartedAt = c.CreatedAt.Time
	}
	return facts
}
