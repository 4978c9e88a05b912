package conductorone

import (
	"context"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// Visibility bindings within an update (docs/vendors/conductorone-api.md#visibility-bindings): they count, and are taken,
// only while the profile is published and not visible to everybody.

// audience is what decides whether bindings count.
type audience struct{ published, everyone bool }

func (a audience) binds() bool { return a.published && !a.everyone }

// audiences are that of the profile as it was seen, and as it is after the update.
func (u *profileUpdate) audiences() (before, after audience) {
	seen := u.seen.Actual
	before = audience{backend.Value(seen.Requestable), backend.Value(profileBlock(seen).VisibleToEveryone)}
	after = before
	if u.changes.Has(pathRequestable) {
		assign(&after.published, u.desired.Requestable)
	}
	if u.changes.Has(pathEveryone) {
		assign(&after.everyone, backend.Value(profileBlock(u.desired)).VisibleToEveryone)
	}
	return before, after
}

// movesBindings reports whether the update may have to remove bindings, or to add some: they are managed, and either they
// differ or do not count any more.
func (u *profileUpdate) movesBindings() bool {
	before, after := u.audiences()
	managed := backend.Value(profileBlock(u.desired)).VisibleTo != nil
	return managed && (after.binds() && u.changes.Has(pathVisibleTo) || before.binds() && !after.binds())
}

// planBindings says which bindings go, and which come. All go where they do not count any more: they come back when they do.
func (u *profileUpdate) planBindings() {
	if !u.movesBindings() {
		return
	}
	have, want := profileBlock(u.seen.Actual).VisibleTo, backend.EntitlementSet{}
	if _, after := u.audiences(); after.binds() {
		want = profileBlock(u.desired).VisibleTo
	}
	u.unbound, u.bound = have.Minus(want), want.Minus(have)
}

// unbind takes the profile from the holders of entitlements that are not wanted any more.
func (u *profileUpdate) unbind(ctx context.Context) error {
	return u.inChunks(ctx, u.unbound, func(ctx context.Context, refs []ref) error {
		return u.delete(ctx, u.bindingsPath(), map[string]any{"accessEntitlements": refs})
	})
}

// bind shows the profile to the holders of entitlements, last: what they see is complete.
func (u *profileUpdate) bind(ctx context.Context) error {
	return u.inChunks(ctx, u.bound, func(ctx context.Context, refs []ref) error {
		_, err := u.post(ctx, u.bindingsPath(), map[string]any{"accessEntitlements": refs}, nil)
		return err
	})
}

func (u *profileUpdate) bindingsPath() string { return catalogPath(u.seen.ID) + "/visibility_bindings" }
