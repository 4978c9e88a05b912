package sailpoint

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const createScopes = "a create may fail this way if a scope is missing: it needs all of idn:access-profile:manage, idn:entitlement:read, idn:identity:read and idn:sources:read"

// pathMetadata is a field that a create does not take.
const pathMetadata = "sailPoint.accessModelMetadata"

// Create makes the profile with everything but its metadata.
func (d *profileDriver) Create(ctx context.Context, r backend.Ref, desired backend.AccessProfile) (profileObservation, error) {
	if len(desired.Owners) == 0 {
		return profileObservation{}, invalid("owners", "a SailPoint access profile needs an owner")
	}
	if r.ParentID == "" {
		return profileObservation{}, invalid("sailPoint.source", "a SailPoint access profile needs a source")
	}
	if err := checkProfile(desired, backend.AccessProfile{}, r.ParentID); err != nil {
		return profileObservation{}, err
	}
	var made profile
	res, err := d.create(ctx, profilesPath, encodeProfileCreate(desired, r.Mark, r.ParentID), &made)
	switch {
	case isDuplicate(err):
		return profileObservation{}, d.taken(ctx, desired, r.ParentID, err)
	case rest.StatusOf(err) == http.StatusInternalServerError:
		return profileObservation{}, annotated(err, createScopes)
	case err != nil:
		return profileObservation{}, err
	case made.ID == "":
		return profileObservation{}, withoutID(http.MethodPost, profilesPath)
	}
	return decodeProfile(made, res.Date), nil
}

// taken names who has the name, as far as that can be seen.
func (d *profileDriver) taken(ctx context.Context, desired backend.AccessProfile, sourceID string, refused error) error {
	name := backend.Value(desired.DisplayName)
	for found, err := range d.named(ctx, name, sourceID, nil) {
		if err != nil {
			break
		}
		_, holder := backend.SplitMark(backend.Value(found.item.Description))
		return takenName(holder, "the access profile %s of the source %s already has the name %q, and names are unique in a tenant", found.item.ID, idOf(found.item.Source), name)
	}
	return takenName(backend.Mark{}, "an access profile already has the name %q, and names are unique in a tenant: %w", name, refused)
}

// Update reads the profile again, so that blocks which are written whole keep what nobody
// manages, then writes one patch, and the metadata in a second one
// (docs/vendors/sailpoint-api.md#patch-access-profilesv1id).
func (d *profileDriver) Update(ctx context.Context, seen profileObservation, desired backend.AccessProfile, changes backend.Changes) (profileObservation, error) {
	live, date, err := d.read(ctx, seen.ID)
	if err != nil {
		return profileObservation{}, err
	}
	if live == nil {
		return profileObservation{}, vanished("access profile", seen.ID)
	}
	obs := decodeProfile(*live, date)
	if err := checkProfile(desired, obs.Actual, obs.ParentID); err != nil {
		return profileObservation{}, err
	}
	wrote := false
	for _, ops := range []patch{
		encodeProfileUpdate(*live, desired, changes, seen.Mark),
		encodeMetadataUpdate(*live, desired, changes),
	} {
		if len(ops) == 0 {
			continue
		}
		next, err := d.write(ctx, seen.ID, ops)
		if err != nil && wrote {
			return obs, err
		}
		if err != nil {
			return profileObservation{}, d.renamed(ctx, desired, changes, obs.ParentID, err)
		}
		obs, wrote = next, true
	}
	return obs, nil
}

// renamed explains the refusal of a name.
func (d *profileDriver) renamed(ctx context.Context, desired backend.AccessProfile, changes backend.Changes, sourceID string, err error) error {
	if changes.Has("displayName") && isDuplicate(err) {
		return d.taken(ctx, desired, sourceID, err)
	}
	return err
}

func encodeMetadataUpdate(live profile, desired backend.AccessProfile, changes backend.Changes) patch {
	var ops patch
	if s := profileBlock(desired); s != nil && s.AccessModelMetadata != nil && changes.Has(pathMetadata) {
		ops.set("/accessModelMetadata/attributes", backend.Value(live.Metadata).Attributes != nil, encodeMetadata(s.AccessModelMetadata))
	}
	return ops
}

func (d *profileDriver) write(ctx context.Context, id string, ops patch) (profileObservation, error) {
	var answer profile
	res, err := d.patch(ctx, profilePath(id), ops, &answer)
	if err != nil {
		return profileObservation{}, unlessGone(err, "access profile", id)
	}
	if answer.ID == "" {
		return profileObservation{}, empty(http.MethodPatch, profilePath(id))
	}
	return decodeProfile(answer, res.Date), nil
}

// Delete removes the profile. One that is in use stays, and there is no force: the
// error names its users (docs/vendors/sailpoint-api.md#delete-access-profilesv1id).
func (d *profileDriver) Delete(ctx context.Context, seen profileObservation) error {
	_, err := d.do(ctx, rest.Call{Method: http.MethodDelete, Path: profilePath(seen.ID)}, nil)
	switch {
	case isNotFound(err, seen.ID):
		return nil
	case rest.CodeOf(err) == codeInUse:
		return d.deleteUnused(ctx, seen.ID, err)
	}
	return err
}

// deleteUnused asks for the same deletion by the only call that says what stands in its
// way. It deletes a profile that has become free meanwhile, which is what was asked for.
func (d *profileDriver) deleteUnused(ctx context.Context, id string, refused error) error {
	var answer struct {
		Pending []string `json:"pending"`
		InUse   []struct {
			ID     string `json:"accessProfileId"`
			UsedBy []user `json:"usedBy"`
			Usages []user `json:"usages"` // As the official examples have it.
		} `json:"inUse"`
	}
	body := map[string]any{"accessProfileIds": []string{id}, "bestEffortOnly": false}
	res, err := d.post(ctx, bulkDeletePath, body, &answer)
	if err != nil {
		if backend.ClassOf(err) == backend.Terminal {
			return refused
		}
		return err
	}
	var users []string
	for _, u := range answer.InUse {
		for _, by := range append(u.UsedBy, u.Usages...) {
			users = append(users, by.String())
		}
	}
	switch {
	case len(users) > 0:
		return backend.Errorf(backend.Terminal, "the access profile is in use by %s: remove it there first", shortened(users))
	case len(answer.InUse) == 0 && (res.Status == http.StatusAccepted || len(answer.Pending) > 0):
		return nil
	}
	return refused
}

// user is what uses a profile: a role, an application, a lifecycle state.
type user struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (u user) String() string {
	return fmt.Sprintf("%s %s (%s)", strings.ToUpper(u.Type), u.Name, u.ID)
}

// shortened names the first few, so that the sentence around them is seen.
func shortened(all []string) string {
	const few = 4
	if len(all) <= few {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:few], ", "), len(all)-few)
}
