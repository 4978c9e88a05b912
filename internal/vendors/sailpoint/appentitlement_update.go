package sailpoint

import (
	"context"
	"net/http"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

func configPath(id string) string { return entitlementPath(id) + "/entitlement-request-config" }

// Update patches the row and replaces the request config, which is a resource of its own.
// What narrows comes first: people may not ask before the approvals are in their place.
func (d *entitlementDriver) Update(ctx context.Context, seen entitlementObservation, desired backend.AppEntitlement, changes backend.Changes) (entitlementObservation, error) {
	u := entitlementUpdate{entitlementDriver: d, seen: seen, desired: desired, changes: changes, obs: seen}
	steps := []func(context.Context) error{u.writeConfig, u.writeRow}
	if u.narrows() {
		steps = []func(context.Context) error{u.writeRow, u.writeConfig}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			if !u.wrote {
				return entitlementObservation{}, err
			}
			return u.obs, err
		}
	}
	return u.obs, nil
}

// entitlementUpdate is one update under way.
type entitlementUpdate struct {
	*entitlementDriver
	seen    entitlementObservation
	desired backend.AppEntitlement
	changes backend.Changes
	// obs is what is known so far; wrote reports whether a part was accepted.
	obs   entitlementObservation
	wrote bool
}

// narrows reports whether fewer people, and no others, may ask after the patch of the row than
// before it. No segment means everybody.
func (u *entitlementUpdate) narrows() bool {
	if u.changes.Has("requestable") {
		return !backend.Value(u.desired.Requestable)
	}
	before, after := backend.Value(entitlementBlock(u.seen.Actual)).Segments, backend.Value(entitlementBlock(u.desired)).Segments
	return u.changes.Has("sailPoint.segments") && len(after) > 0 && (len(before) == 0 ||
		!slices.ContainsFunc(after, func(id string) bool { return !slices.Contains(before, id) }))
}

// ofEntitlementRow are the fields that a patch of the row takes; the others are in the request config.
var ofEntitlementRow = []string{"displayName", "description", "owners", "requestable", "sailPoint.privileged", "sailPoint.privilegeLevel", "sailPoint.segments"}

// writeRow patches what differs. The row is read again right before: how a member is
// written depends on whether it is there, and on the shape of the privilege.
func (u *entitlementUpdate) writeRow(ctx context.Context) error {
	if !u.changes.Any(ofEntitlementRow...) {
		return nil
	}
	live, _, err := u.read(ctx, u.seen.ID)
	if err != nil {
		return err
	}
	if live == nil {
		return vanished("entitlement", u.seen.ID)
	}
	ops, err := u.encodeRow(*live)
	if err != nil || len(ops) == 0 {
		return err
	}
	var answer entitlement
	res, err := u.patch(ctx, entitlementPath(u.seen.ID), ops, &answer)
	if err != nil {
		return unlessGone(err, "entitlement", u.seen.ID)
	}
	if answer.ID == "" {
		return empty(http.MethodPatch, entitlementPath(u.seen.ID))
	}
	obs := decodeEntitlement(answer, res.Date)
	if s := entitlementBlock(u.obs.Actual); s != nil {
		entitlementBlock(obs.Actual).AccessRequest, entitlementBlock(obs.Actual).Revocation = s.AccessRequest, s.Revocation
	}
	u.obs, u.wrote = obs, true
	return nil
}

// encodeRow is a patch of only what differs (docs/vendors/sailpoint-api.md#patch-entitlementsv1id).
func (u *entitlementUpdate) encodeRow(live entitlement) (patch, error) {
	var ops patch
	e, s := u.desired, backend.Value(entitlementBlock(u.desired))
	take(&ops, entitlementCodec, &live, &e, u.changes, "displayName")
	if u.changes.Has("description") && e.Description != nil {
		ops.text("/description", live.Description != nil, *e.Description)
	}
	if u.changes.Has("owners") && e.Owners != nil {
		if len(e.Owners) == 0 {
			ops.clear("/owner", live.Owner != nil)
		} else {
			ops.set("/owner", live.Owner != nil, ref{typeIdentity, e.Owners[0]})
		}
	}
	take(&ops, entitlementCodec, &live, &e, u.changes, "requestable", "sailPoint.segments")
	if !u.changes.Any("sailPoint.privileged", "sailPoint.privilegeLevel") {
		return ops, nil
	}
	return ops, u.encodePrivilege(&ops, live, s)
}

// encodePrivilege writes the shape that the server showed (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement).
func (u *entitlementUpdate) encodePrivilege(ops *patch, live entitlement, s EntitlementBlock) error {
	var level string
	switch {
	case s.PrivilegeLevel != nil:
		level = rest.Upper(*s.PrivilegeLevel)
		if s.Privileged != nil && *s.Privileged != (level != levelNone) {
			return invalid("sailPoint.privileged", "contradicts sailPoint.privilegeLevel %s", *s.PrivilegeLevel)
		}
	case backend.Value(s.Privileged):
		level = levelHigh
	default:
		level = levelNone
	}
	if live.PrivilegeLevel != nil || live.Privileged == nil && !u.style.privileged() {
		ops.set("/privilegeOverride/level", true, level) // A pointer that only writes; it never reads null.
		return nil
	}
	if level != levelHigh && level != levelNone {
		return invalid("sailPoint.privilegeLevel", "this tenant has only the levels High and None, and the level is %s", *s.PrivilegeLevel)
	}
	ops.set("/privileged", live.Privileged != nil, level == levelHigh)
	return nil
}

// config reads the request config. Whether an entitlement without one shows it empty, or
// not at all, is not documented.
func (d *entitlementDriver) config(ctx context.Context, id string) (entitlementConfig, error) {
	var config entitlementConfig
	_, err := d.get(ctx, configPath(id), nil, &config)
	if rest.IsNotFound(err) {
		return entitlementConfig{}, nil
	}
	return config, err
}

// writeConfig replaces the request config. It is read again right before, so that what
// nobody manages stays as it is (docs/vendors/sailpoint-api.md#put-entitlementsv1identitlement-request-config).
func (u *entitlementUpdate) writeConfig(ctx context.Context) error {
	if !u.changes.Any(pathRequest, pathRevocation) {
		return nil
	}
	live, err := u.config(ctx, u.seen.ID)
	if err != nil {
		return err
	}
	var answer entitlementConfig
	call := rest.Call{Method: http.MethodPut, Path: configPath(u.seen.ID), Body: encodeConfig(live, backend.Value(entitlementBlock(u.desired)))}
	res, err := u.do(ctx, call, &answer)
	if err != nil {
		return unlessGone(err, "entitlement", u.seen.ID)
	}
	actual := backend.Value(entitlementBlock(u.obs.Actual))
	u.obs.Actual.Block = &actual
	decodeConfig(answer, &u.obs.Actual)
	u.obs.Exists, u.obs.Date, u.wrote = true, res.Date, true
	return nil
}
