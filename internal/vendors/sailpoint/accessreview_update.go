package sailpoint

import (
	"context"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Update patches what the state takes, then asks for the transition: activation of a staged
// campaign, completion of one that is overdue. Patch answers are slim, so the whole is read
// again (docs/vendors/sailpoint-api.md#campaign-states).
func (d *reviewDriver) Update(ctx context.Context, seen reviewObservation, desired backend.AccessReview, changes backend.Changes) (reviewObservation, error) {
	if seen.Phase == backend.PhaseFailed {
		return reviewObservation{}, backend.Errorf(backend.Terminal, "%s; delete and apply again", seen.Message)
	}
	live, _, err := d.read(ctx, seen.ID)
	if err != nil {
		return reviewObservation{}, err
	}
	if live == nil {
		return reviewObservation{}, vanished("campaign", seen.ID)
	}
	if odd := live.Deadline.Unread("deadline"); odd != "" {
		return reviewObservation{}, backend.Errorf(backend.Retryable, "%s", odd)
	}
	if was := seen.Actual.Facts.VendorState; was != "" && live.Status != was {
		return reviewObservation{}, backend.Errorf(backend.Conflict, "the campaign %s went from %s to %s since it was read", seen.ID, was, live.Status)
	}
	u := reviewUpdate{reviewDriver: d, live: *live, desired: desired, changes: changes.Without(seen.ReadOnly), mark: seen.Mark}
	for _, step := range []func(context.Context) error{u.check, u.writeFields, u.finish, u.start} {
		if err := step(ctx); err != nil {
			if u.wrote {
				return seen, err
			}
			return reviewObservation{}, err
		}
	}
	obs, err := d.Observe(ctx, backend.Ref{ID: seen.ID})
	if err != nil && u.wrote {
		return seen, err
	}
	obs.Actual.Facts.Total, obs.Actual.Facts.Completed = nil, nil // Not counted anew.
	return obs, err
}

// reviewUpdate is one update under way.
type reviewUpdate struct {
	*reviewDriver
	live    campaign
	desired backend.AccessReview
	changes backend.Changes
	mark    backend.Mark
	// wrote reports whether a part was accepted.
	wrote bool
}

func (u *reviewUpdate) starts() bool {
	return u.live.Status == statusStaged && u.changes.Has("start.mode") && backend.Value(u.desired.AutoStart)
}

func (u *reviewUpdate) finishes() bool {
	return u.live.Status == statusActive && u.changes.Has("close.mode") && backend.Value(u.desired.AutoClose)
}

// check refuses what the vendor would, before a part of the update is sent.
func (u *reviewUpdate) check(context.Context) error {
	if u.finishes() && u.desired.Undecided == nil {
		return invalid("close.undecided", "write Approve or Revoke: SailPoint has to know what becomes of undecided items")
	}
	if !u.starts() {
		return nil
	}
	deadline := u.live.Deadline.Time
	if u.changes.Has("deadline") && u.desired.Deadline != nil {
		deadline = u.desired.Deadline.Time
	}
	if deadline.IsZero() {
		return invalid("deadline", "SailPoint activates a campaign only with a deadline, and this one has none: write deadline or duration")
	}
	zone := zoneOf(backend.Value(backend.Value(reviewBlock(u.desired)).TimeZone))
	if today := dayOf(u.client.Now(), zone); !dayOf(deadline, zone).After(today) {
		return invalid("deadline", "SailPoint activates a campaign only with a deadline of tomorrow or later: write a later one than %s", momentText(deadline))
	}
	return nil
}

// dayOf is the date of an instant.
func dayOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// zoneOf reads an offset: Z, +hh:mm, +hhmm or +hh. Whatever else is left to the vendor.
func zoneOf(offset string) *time.Location {
	for _, layout := range []string{"Z07:00", "Z0700", "Z07"} {
		if t, err := time.Parse(layout, offset); err == nil {
			return t.Location()
		}
	}
	return time.UTC
}

// writeFields patches what differs, as far as the state takes it.
func (u *reviewUpdate) writeFields(ctx context.Context) error {
	ops := u.encodeFields()
	if len(ops) == 0 {
		return nil
	}
	if _, err := u.patch(ctx, campaignPath(u.live.ID), ops, nil); err != nil {
		return unlessGone(err, "campaign", u.live.ID)
	}
	u.wrote = true
	return nil
}

func (u *reviewUpdate) encodeFields() patch {
	var ops patch
	if d := u.desired.Deadline; u.changes.Has("deadline") && d != nil && (u.live.Status != statusActive || d.After(u.client.Now())) {
		// A deadline that has passed is not taken any more, and must not keep a campaign from its end.
		ops.set("/deadline", !u.live.Deadline.IsZero(), momentText(d.Time))
	}
	if u.live.Status == statusActive {
		return ops
	}
	take(&ops, campaignCodec, &u.live, &u.desired, u.changes, "displayName")
	if u.changes.Any("description", backend.PathMark) {
		text, _ := backend.SplitMark(backend.Value(u.live.Description))
		if u.desired.Description != nil && u.changes.Has("description") {
			text = *u.desired.Description
		}
		ops.set("/description", u.live.Description != nil, u.mark.Stamp(text))
	}
	take(&ops, campaignCodec, &u.live, &u.desired, u.changes,
		"notifications.kickoff", "sailPoint.autoRevokeAllowed", "sailPoint.recommendationsEnabled")
	return ops
}

// finish completes an overdue campaign; what nobody decided is decided by the spec. One
// whose deadline was just moved runs on.
func (u *reviewUpdate) finish(ctx context.Context) error {
	if !u.finishes() || u.wrote {
		return nil
	}
	body := map[string]any{"autoCompleteAction": strings.ToUpper(backend.Value(u.desired.Undecided))}
	return u.transit(ctx, "/complete", body)
}

// start activates a staged campaign. The body is optional, and without one no content type may be sent.
func (u *reviewUpdate) start(ctx context.Context) error {
	if !u.starts() {
		return nil
	}
	if zone := backend.Value(backend.Value(reviewBlock(u.desired)).TimeZone); zone != "" {
		return u.transit(ctx, "/activate", map[string]any{"timeZone": zone})
	}
	return u.transit(ctx, "/activate", nil)
}

// transit submits a job: what comes of it is seen by the next read.
func (u *reviewUpdate) transit(ctx context.Context, verb string, body any) error {
	if _, err := u.post(ctx, campaignPath(u.live.ID)+verb, body, nil); err != nil {
		return unlessGone(err, "campaign", u.live.ID)
	}
	u.wrote = true
	return nil
}
