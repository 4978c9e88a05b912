package veza

import (
	"context"
	"net/http"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Create makes the profile with what the call takes; the rest, and the start, is left to
// Update. What on_create_behavior makes of the state is a difference like others (docs/vendors/veza-api.md#profile-states).
func (d *profileDriver) Create(ctx context.Context, r backend.Ref, desired backend.AccessProfile) (profileObservation, error) {
	if r.ParentID == "" {
		return profileObservation{}, invalid("veza.profileType", "a Veza access profile needs a type")
	}
	t, err := d.types.of(ctx, r.ParentID)
	if err != nil {
		return profileObservation{}, err
	}
	if err := t.check(profile{}, desired, func(string) bool { return true }); err != nil {
		return profileObservation{}, err
	}
	var answer createAnswer
	body := encodeCreate(desired, r.ParentID, r.Mark)
	res, err := d.create(ctx, profilesPath, body.values, &answer)
	switch {
	case err != nil && nameTaken(err):
		return profileObservation{}, refusedName(err)
	case err != nil:
		return profileObservation{}, err
	case answer.Value.ID == "":
		return profileObservation{}, withoutID(http.MethodPost, profilesPath)
	}
	obs := decodeProfile(answer.Value, answer.inForce(), t, res.Date)
	// Both went with the create; a short answer may show neither.
	obs.ParentID, obs.Mark = r.ParentID, r.Mark
	d.await(&obs, answer.Value)
	return obs, nil
}

// createAnswer shows the version that was made beside the profile
// (docs/vendors/veza-api.md#post-apiprivatelifecycle_managementaccess_profiles).
type createAnswer struct {
	Value   profile `json:"value"`
	Version version `json:"version"`
}

// inForce is the version that was made if it is the one that counts, and empty where it is
// a draft or is not shown: the next observation shows more.
func (a createAnswer) inForce() version {
	if a.Value.Current <= 0 {
		return version{}
	}
	if a.Version.Number == a.Value.Current {
		return a.Version
	}
	return backend.Value(a.Value.CurrentVersion.numbered(a.Value.Current))
}

// refusedName says whose fault it is; that another profile has the name is the usual cause.
func refusedName(err error) error {
	return backend.Taken(backend.Mark{}, "displayName: Veza refuses the name, which another profile may have: %w", err)
}
