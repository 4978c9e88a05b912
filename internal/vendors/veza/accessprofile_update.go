package veza

import (
	"context"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// Update writes in an order of which every prefix is safe: who has what is members ×
// relationships while the profile runs, and nothing is added before every removal was
// accepted. What is taken away is taken while the profile still runs: at another time it
// would be gone from the profile and left at the targets (docs/vendors/veza-api.md#members). Steps without a
// change are left out (docs/vendors/veza-api.md#order-of-writes).
//
//	members removed → what stops: contents removed, state → version replaced → draft published →
//	profile → members added → state, RUNNING last
func (d *profileDriver) Update(ctx context.Context, seen profileObservation, desired backend.AccessProfile, changes backend.Changes) (profileObservation, error) {
	if changes.Has(backend.PathRetired) {
		return d.retire(ctx, seen)
	}
	u := &profileUpdate{profileDriver: d, seen: seen, desired: desired, changes: changes, want: backend.Value(profileBlock(desired))}
	if err := u.begin(ctx); err != nil {
		return profileObservation{}, err
	}
	for _, step := range []func(context.Context) error{
		u.removeMembers, u.removeContents, u.narrow, u.writeVersion, u.publish, u.writeProfile, u.addMembers, u.setState,
	} {
		if err := step(ctx); err != nil {
			return u.partialResult(err)
		}
	}
	obs, err := d.Observe(ctx, backend.Ref{ID: seen.ID, ParentID: seen.ParentID, DetailFields: backend.DetailFieldsOf(desired, d.Capabilities())})
	if err == nil && !obs.Exists {
		err = vanished("access profile", seen.ID)
	}
	if err != nil {
		return u.partialResult(err)
	}
	return obs, nil
}

// profileUpdate is one update under way.
type profileUpdate struct {
	*profileDriver
	seen    profileObservation
	desired backend.AccessProfile
	want    ProfileBlock
	changes backend.Changes

	// live is the profile as it was read last, and inForceNow its version that counts.
	live       profile
	inForceNow version
	// members are those who were put there by hand, where they are to change.
	members backend.Set
	// draft is what would go into force with one that is open; publishing: it is to be written and put into force.
	draft      draft
	publishing bool
	// wrote: the vendor accepted something. moved: the number of the version may be another now.
	wrote, moved bool
	// narrowed: the state was written first.
	narrowed bool
}

// begin reads the profile again, since much of it is written whole and there is no other
// guard against edits of others
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesidversionsversion), and refuses what cannot
// be done.
func (u *profileUpdate) begin(ctx context.Context) error {
	if err := u.refresh(ctx); err != nil {
		return err
	}
	if u.live.Draft != 0 && !u.publishing && u.changes.Has(backend.PathMark) {
		// Taking a profile over touches no version; the rest waits for the draft.
		u.changes = backend.Changes{{Path: backend.PathMark}}
	} else if err := u.refuseForeignDraft(); err != nil {
		return err
	}
	t, err := u.types.of(ctx, u.live.ProfileType)
	if err != nil {
		return err
	}
	if err := t.check(u.live, u.desired, u.replaces); err != nil {
		return err
	}
	if n := u.desired.DisplayName; n != nil && u.changes.Has("displayName") && u.live.Name == *n && t.unprefixed(*n, u.live.Integrations) != *n {
		return invalid("displayName", "Veza already shows this name, and the type %s puts its first part before names: write the name without that part", t)
	}
	if u.want.Members != nil && u.changes.Has(pathMembers) {
		u.members, err = u.profileDriver.members(ctx, u.seen.ID, u.live.Current)
	}
	return err
}

// refresh reads the profile and its version in force.
func (u *profileUpdate) refresh(ctx context.Context) error {
	p, _, err := u.read(ctx, u.seen.ID, u.seen.ParentID)
	if err != nil {
		return err
	}
	if p == nil {
		return vanished("access profile", u.seen.ID)
	}
	u.live = *p
	if u.inForceNow, err = u.inForce(ctx, u.live); err != nil {
		return err
	}
	err = u.readDraft(ctx)
	u.publishing = u.draft.may()
	return err
}

// refuseForeignDraft refuses to write past a draft that somebody opened: publishing it later would
// undo what is written now (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesidversionsversion).
func (u *profileUpdate) refuseForeignDraft() error {
	if u.live.Draft != 0 && !u.publishing {
		return backend.Errorf(backend.Conflict, "the draft %d of the access profile %s is open at Veza", u.live.Draft, u.seen.ID)
	}
	return nil
}

// partialResult returns an error with what is known of the profile, where a part was written.
func (u *profileUpdate) partialResult(err error) (profileObservation, error) {
	if !u.wrote {
		return profileObservation{}, err
	}
	obs := u.seen
	obs.Exists = true
	return obs, err
}

// patched takes note of a write. A profile that is not found was there a moment ago.
func (u *profileUpdate) patched(err error) error {
	switch {
	case err == nil:
		u.wrote = true
	case rest.IsNotFound(err):
		return vanished("access profile", u.seen.ID)
	case nameTaken(err) && u.changes.Has("displayName"):
		return refusedName(err)
	}
	return err
}

func (u *profileUpdate) patchProfile(ctx context.Context, f fields) error {
	if f.empty() {
		return nil
	}
	return u.patched(u.patch(ctx, profilePath(u.seen.ID), f))
}

func (u *profileUpdate) removeMembers(ctx context.Context) error {
	if !u.changes.Has(pathMembers) {
		return nil
	}
	return u.move(ctx, "REMOVE", minus(u.members, u.want.Members))
}

// move changes the members of the version in force.
func (u *profileUpdate) move(ctx context.Context, kind string, people []string) error {
	for chunk := range slices.Chunk(people, membersPerCall) {
		if err := u.patched(u.changeMembers(ctx, u.seen.ID, u.live.Current, kind, chunk)); err != nil {
			return err
		}
	}
	return nil
}

// replaces says which fields of a version are written: those that changed and, with a
// draft that is put into force, all that are managed, as nobody knows what it holds.
func (u *profileUpdate) replaces(path string) bool {
	return u.publishing || u.changes.Has(path)
}

// writeVersion replaces what the version holds, in one atomic call
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesidversionsversion).
func (u *profileUpdate) writeVersion(ctx context.Context) error {
	if !u.publishing && !u.changes.Any(ofVersion...) {
		return nil
	}
	if err := u.rereadAfterWrite(ctx); err != nil {
		return err
	}
	n, base := u.live.Current, u.inForceNow
	if u.publishing {
		n, base = u.live.Draft, *u.draft.version
	}
	if n <= 0 {
		return backend.Errorf(backend.Conflict, "the access profile %s has no version that can be written", u.seen.ID)
	}
	var f fields
	encodeVersion(&f, base, u.desired, u.replaces)
	return u.patchVersion(ctx, n, f)
}

func (u *profileUpdate) patchVersion(ctx context.Context, n number, f fields) error {
	if f.empty() {
		return nil
	}
	u.moved = true
	return u.patched(u.patch(ctx, versionPath(u.seen.ID, n), f))
}

// rereadAfterWrite reads what is about to be replaced whole once more, after a write of our own.
func (u *profileUpdate) rereadAfterWrite(ctx context.Context) error {
	if !u.wrote {
		return nil
	}
	if err := u.refresh(ctx); err != nil {
		return err
	}
	return u.refuseForeignDraft()
}

func versionPath(id string, n number) string {
	return rest.Path(profilesPath+"/%s/versions/%s", id, n.text())
}

// publish puts the draft into force and looks whether it is: all of it is inferred
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesidversionsversion).
func (u *profileUpdate) publish(ctx context.Context) error {
	if !u.publishing {
		return nil
	}
	draft := u.live.Draft
	var f fields
	f.set("state", "PUBLISHED")
	if err := u.patch(ctx, versionPath(u.seen.ID, draft), f); err != nil {
		return unlessOffered(err, "the publication of a draft")
	}
	u.wrote = true
	if err := u.refresh(ctx); err != nil {
		return err
	}
	if u.live.Current != draft || u.live.Draft != 0 {
		return invalid(pathPublish, "Veza accepted the publication of version %d and did not put it into force (in force: %d, draft: %d)", draft, u.live.Current, u.live.Draft)
	}
	u.moved = false
	return nil
}

func (u *profileUpdate) writeProfile(ctx context.Context) error {
	return u.patchProfile(ctx, encodeProfile(u.live, u.desired, u.changes, u.seen.Mark))
}

// addMembers comes after everything that could still be wrong. Members hang off the number
// of a version, so the one that is in force now counts (docs/vendors/veza-api.md#members).
func (u *profileUpdate) addMembers(ctx context.Context) error {
	added := minus(u.want.Members, u.members)
	if !u.changes.Has(pathMembers) || len(added) == 0 {
		return nil
	}
	if u.moved {
		if err := u.refresh(ctx); err != nil {
			return err
		}
	}
	if u.live.Current <= 0 {
		return backend.Errorf(backend.Conflict, "the access profile %s has no version in force that can have members", u.seen.ID)
	}
	return u.move(ctx, "ADD", added)
}

// setState comes last: it is what makes the rest count (docs/vendors/veza-api.md#order-of-writes).
func (u *profileUpdate) setState(ctx context.Context) error {
	if !u.stateChanges() || u.narrowed {
		return nil
	}
	if rest.Upper(*u.want.State) == stateRunning {
		u.awaiting.Store(u.seen.ID, true)
	}
	var f fields
	f.set("state", rest.Upper(*u.want.State))
	return u.patchProfile(ctx, f)
}
