package conductorone

import (
	"context"
	"net/http"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Create makes the profile narrow: not published, visible to nobody, automation off.
// Update widens it when everything is in its place.
func (d *profileDriver) Create(ctx context.Context, r backend.Ref, desired backend.AccessProfile) (profileObservation, error) {
	if profileBlock(desired) != nil && profileBlock(desired).Cohort != nil {
		return d.createFromCohort(ctx, r, desired)
	}
	body := narrowRow(desired).values
	body["annotations"] = stampNew(backend.Value(profileBlock(desired)).Annotations, r.Mark)
	var answer catalogAnswer
	res, err := d.create(ctx, catalogsPath, body, &answer)
	if err != nil {
		return profileObservation{}, err
	}
	if answer.View.Catalog.ID == "" {
		return profileObservation{}, withoutID(http.MethodPost, catalogsPath)
	}
	return decodeCounted(answer.View, res.Date), nil
}

// createFromCohort makes the profile with the mark as a line of its description, since
// the call takes no annotations, then stamps them and takes the line away
// (docs/vendors/conductorone-api.md#post-apiv1role-miningaccess-profiles).
func (d *profileDriver) createFromCohort(ctx context.Context, r backend.Ref, desired backend.AccessProfile) (profileObservation, error) {
	c := *profileBlock(desired)
	m := backend.Value(desired.Membership)
	body := cohortCreate{
		DisplayName:    backend.Value(desired.DisplayName),
		Description:    r.Mark.Stamp(backend.Value(desired.Description)),
		ProfileFilters: encodeFilters(c.Cohort.ProfileFilters),
		CELExpression:  backend.Value(m.Expression),
		CreateTasks:    backend.Value(m.CreateTasks),
		SuggestionID:   c.Cohort.SuggestionID,
	}
	for _, e := range desired.Entitlements {
		body.Entitlements = append(body.Entitlements, cohortEntry{AppID: e.AppID, EntitlementID: e.ID})
	}
	var made cohortAnswer
	res, err := d.create(ctx, cohortPath, body, &made)
	if err != nil {
		return profileObservation{}, err
	}
	if made.AccessProfileID == "" {
		return profileObservation{}, withoutID(http.MethodPost, cohortPath)
	}
	obs := profileObservation{Exists: true, ID: made.AccessProfileID, Mark: r.Mark, MarkInProse: true, MarkIncomplete: true, Date: res.Date}
	row := narrowRow(desired)
	row.set("description", backend.Value(desired.Description))
	row.set("annotations", stamp(c.Annotations, r.Mark))
	stamped, err := d.updateRow(ctx, obs.ID, row)
	if err != nil {
		return obs, err
	}
	stamped.Actual.Facts.CELExpression = made.CELExpression
	// What the vendor made of the cohort is in the detail fields.
	err = d.readDetails(ctx, &stamped, backend.DetailFieldsOf(desired, d.Capabilities()))
	return stamped, err
}

// narrowRow is the row as it is at first: nobody may request or see the profile.
func narrowRow(desired backend.AccessProfile) *masked {
	m := encodeRow(desired, func(string) bool { return true })
	if desired.Requestable != nil {
		m.set("published", false)
	}
	if backend.Value(profileBlock(desired)).VisibleToEveryone != nil {
		m.set("visibleToEveryone", false)
	}
	return m
}

// encodeRow collects the fields of the row that only are asks for, except those that
// decide who sees the profile.
func encodeRow(desired backend.AccessProfile, only func(path string) bool) *masked {
	m := &masked{}
	m.take(catalogCodec.Encode(&desired, func(path string) bool { return path != "requestable" && path != pathEveryone && only(path) }))
	return m
}

// updateRow writes the row; what is not named stays.
func (d *profileDriver) updateRow(ctx context.Context, id string, row *masked) (profileObservation, error) {
	var answer catalogAnswer
	res, err := d.post(ctx, catalogPath(id), map[string]any{"catalog": row.values, "updateMask": row.text()}, &answer)
	if err != nil {
		return profileObservation{}, err
	}
	if answer.View.Catalog.ID == "" {
		return profileObservation{}, empty(http.MethodPost, catalogPath(id))
	}
	return decodeCounted(answer.View, res.Date), nil
}
