package conductorone

import (
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// encodeReviewCreate is the body of a create (docs/vendors/conductorone-api.md#post-apiv1access_review).
func encodeReviewCreate(desired backend.AccessReview, mark backend.Mark, now time.Time) map[string]any {
	c := backend.Value(reviewBlock(desired))
	body := map[string]any{
		"displayName": backend.Value(desired.DisplayName),
		"description": mark.Stamp(backend.Value(desired.Description)),
		"ownerIds":    texts(desired.Owners),
	}
	if c.PolicyID != nil && *c.PolicyID != "" {
		body["policyId"] = *c.PolicyID
	}
	switch {
	case desired.Deadline != nil:
		body["completionDate"] = momentText(desired.Deadline.Time)
	case desired.Duration != nil:
		body["completionDate"] = momentText(now.Add(desired.Duration.Duration).Truncate(time.Second))
	}
	if c.DuplicateFrom != nil && *c.DuplicateFrom != "" {
		body["duplicateFrom"] = *c.DuplicateFrom
	}
	if c.ScopeType != nil && *c.ScopeType != "" {
		body["scopeType"] = upper(enumScopeType, *c.ScopeType)
	}
	if scope := encodeScope(desired, backend.AccessReview{}); scope != (scopeV2{}) {
		body["scopeV2"] = scope
	}
	if desired.Notifications != nil {
		body["notificationConfig"] = encodeNotifications(desired, backend.AccessReview{})
	}
	return body
}

// encodeNotifications renders the whole message; what the user did not set stays as seen.
func encodeNotifications(desired, seen backend.AccessReview) notificationConfig {
	have := notifications.Wire(backend.Value(seen.Notifications))
	return notifications.Over(have, backend.Value(desired.Notifications))
}

// encodeReviewSettings names what changed and nothing else: a path too many fails the
// whole update (docs/vendors/conductorone-api.md#post-apiv1access_reviewid).
func encodeReviewSettings(seen reviewObservation, desired backend.AccessReview, changes backend.Changes) *masked {
	c := backend.Value(reviewBlock(desired))
	m := &masked{}
	m.take(reviewCodec.Encode(&desired, changes.Has))
	if changes.Any("description", backend.PathMark) {
		m.set("description", seen.Mark.Stamp(backend.Value(first(desired.Description, seen.Actual.Description))))
	}
	if changes.Has("deadline") && desired.Deadline != nil {
		m.set("completionDate", momentText(desired.Deadline.Time))
	}
	if changes.Has("close.undecided") && desired.Undecided != nil {
		m.set("autoCloseDecision", undecidedValue(*desired.Undecided))
	}
	if changes.Has("notifications") {
		m.set("notificationConfig", encodeNotifications(desired, seen.Actual))
	}
	if changes.Has("conductorOne.columns") {
		m.set("columnConfig", columnConfig{columns.Wire(c.Columns)})
	}
	if changes.Has("conductorOne.reviewerAttributes") {
		m.set("reviewerAttributeConfig", attributeConfig{reviewerAttributes.Wire(c.ReviewerAttributes)})
	}
	// Named without the tenant's feature it fails the whole update with 403.
	if changes.Has("conductorOne.signature") && c.Signature != nil {
		m.set("signatureConfig", signatures.Wire(*c.Signature))
	}
	return m
}

// encodeStart adds the start, which is written after everything that it would start
// with. There is no call that starts: the schedule does it (docs/vendors/conductorone-api.md#campaign-states).
func encodeStart(m *masked, desired backend.AccessReview, changes backend.Changes, now time.Time) {
	if !changes.Any("start.mode", "start.at") {
		return
	}
	if changes.Has("start.mode") && desired.AutoStart != nil {
		m.set("autoStartCampaign", *desired.AutoStart)
	}
	switch {
	case desired.StartAt != nil:
		m.set("scheduledStartDate", momentText(desired.StartAt.Time))
	case backend.Value(desired.AutoStart):
		m.set("scheduledStartDate", momentText(now.Truncate(time.Second)))
	}
}
