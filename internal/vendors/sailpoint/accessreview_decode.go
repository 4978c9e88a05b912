package sailpoint

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// writableStaged and writableActive are what PATCH takes in these two states, and the
// transitions out of them (docs/vendors/sailpoint-api.md#campaign-fields).
var (
	writableStaged = []string{
		"displayName", "description", backend.PathMark, "deadline", "notifications", "start", "close",
		"sailPoint.autoRevokeAllowed", "sailPoint.recommendationsEnabled",
	}
	writableActive = []string{"deadline", "close"}
)

// readOnlyExcept lists every path but those.
func readOnlyExcept(writable []string) []string {
	all := append(backend.Paths(backend.AccessReview{Block: &ReviewBlock{}}), backend.PathMark)
	return slices.DeleteFunc(all, func(path string) bool { return backend.Covers(writable, path) })
}

func decodeCampaign(c campaign, date time.Time) reviewObservation {
	state := stateOf(c.Status)
	description, mark := backend.SplitMark(backend.Value(c.Description))
	obs := reviewObservation{
		Exists:      c.ID != "",
		ID:          c.ID,
		Version:     c.Modified.Version(), // There are no etags (docs/vendors/sailpoint-api.md#versions).
		CreatedAt:   c.Created.Time,
		Mark:        mark,
		MarkInProse: true,
		Phase:       state.phase,
		Date:        date,
		Unread:      c.Deadline.Unread("deadline"),
	}
	overdue := c.Status == statusActive && !c.Deadline.IsZero() && date.After(c.Deadline.Time)
	obs.Actual = decodeCampaignFields(c, description)
	obs.Actual.AutoStart = &state.started
	// Only completing an overdue campaign is left to do; before that there is nothing to say
	// (docs/vendors/sailpoint-api.md#campaign-states).
	obs.Actual.AutoClose = backend.To(!overdue)
	obs.Actual.Facts = campaignFacts(c, state)
	if overdue {
		obs.Actual.Facts.State = backend.ReviewOverdue
	}
	switch {
	case state.phase == backend.PhaseSealed:
		obs.ReadOnly = readOnlyExcept(nil)
	case c.Status == statusStaged:
		obs.ReadOnly = readOnlyExcept(writableStaged)
	case c.Status == statusActive:
		obs.ReadOnly = readOnlyExcept(writableActive)
	case state.phase == backend.PhasePending:
		obs.Message = fmt.Sprintf("the campaign is in the state %s", orPending(c.Status))
	case state.phase == backend.PhaseFailed:
		obs.Message = failureOf(c)
	}
	return obs
}

func orPending(status string) string {
	if status == "" {
		return statusPending
	}
	return status
}

// failureOf says why a campaign is in the error state.
func failureOf(c campaign) string {
	text := "the campaign is in the state " + c.Status
	if alerts := alertsOf(c); len(alerts) > 0 {
		text += ": " + strings.Join(alerts, "; ")
	}
	return text
}

func campaignFacts(c campaign, state campaignState) backend.AccessReviewFacts {
	return backend.AccessReviewFacts{
		State:       state.state,
		VendorState: c.Status,
		// An error may also end a review that ran: it was seen, if somebody was done with it.
		Started:  state.started || backend.Value(c.CompletedCertifications) > 0,
		Deadline: c.Deadline.Time,
		Alerts:   alertsOf(c),
		// Packages of reviewers; decisions are counted where the detail fields ask for them.
		Total:     c.TotalCertifications,
		Completed: c.CompletedCertifications,
	}
}

func alertsOf(c campaign) []string {
	var out []string
	for _, a := range c.Alerts {
		if text := textOf(a.Localizations); text != "" {
			out = append(out, strings.TrimSpace(a.Level+" "+text))
		}
	}
	return out
}

func decodeCampaignFields(c campaign, description string) backend.AccessReview {
	out := backend.AccessReview{
		Description: &description,
		Scope:       decodeScope(c),
		Reviewer:    decodeReviewer(c),
		Block: &ReviewBlock{
			Search:          decodeSearch(c.Search),
			RoleComposition: decodeRoleComposition(c.RoleComposition),
			FilterID:        backend.To(idOf(c.Filter)),
		},
	}
	out = campaignCodec.Decode(&c, out)
	if !c.Deadline.IsZero() {
		// An activation may move the time of day inside the date (docs/vendors/sailpoint-api.md#campaign-states).
		out.Deadline = &backend.Instant{Time: c.Deadline.Time, Day: stateOf(c.Status).started}
	}
	if reviewBlock(out).SunsetCommentsRequired == nil {
		reviewBlock(out).SunsetCommentsRequired = backend.To(true) // The vendor's default.
	}
	return out
}
