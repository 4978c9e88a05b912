package veza

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// draft is what would go into force with a draft that is open.
type draft struct {
	// version is the draft, nil where the vendor does not show it.
	version *version
	// differ are the fields that would change although the spec does not ask for it.
	differ []string
	// asked: the spec has something to write in it.
	asked bool
}

// may reports whether the draft may be written and put into force. Nobody else's work goes into force by that.
func (d draft) may() bool { return d.version != nil && d.asked && len(d.differ) == 0 }

// Pending reports whether an update may put an open draft into force, see backend.Drafter.
func (d *profileDriver) Pending(ctx context.Context, seen profileObservation, desired backend.AccessProfile, changes backend.Changes) ([]string, bool, error) {
	if !d.mayPublish {
		return nil, false, nil
	}
	u := profileUpdate{profileDriver: d, seen: seen, desired: desired, changes: changes}
	if err := u.refresh(ctx); err != nil {
		return nil, false, err
	}
	return u.draft.differ, u.live.Draft == 0 || u.draft.may(), nil
}

// readDraft reads the draft that is open, and compares what would go into force with what is.
func (u *profileUpdate) readDraft(ctx context.Context) error {
	u.draft = draft{}
	if !u.mayPublish || !backend.OpensDraft(u.desired) || u.live.Draft == 0 {
		return nil
	}
	v, err := u.readVersion(ctx, u.seen.ID, u.live.Draft)
	if err != nil || v == nil {
		return err
	}
	// Of a profile that was never in force our own create may have made the draft.
	u.draft = draft{version: v, asked: u.live.Current <= 0 || u.changes.Any(ofVersion...)}
	u.draft.differ = differing(laid(*v, u.desired), laid(u.inForceNow, u.desired), u.desired)
	return nil
}

// laid is a version with all that is desired of it, and the rest as it is.
func laid(base version, desired backend.AccessProfile) version {
	var f fields
	encodeVersion(&f, base, desired, func(string) bool { return true })
	raw, err := json.Marshal(f.values)
	if err != nil {
		panic("veza: a version is plain data: " + err.Error())
	}
	var over version
	if err := json.Unmarshal(raw, &over); err != nil {
		panic("veza: a version reads as it is written: " + err.Error())
	}
	for _, name := range f.names {
		switch name {
		case "entities_to_create_relationships_to":
			base.Relationships = over.Relationships
		case "inherit_entities_from_access_profiles":
			base.Inherits = over.Inherits
		case "access_request_policy_id":
			base.PolicyID = over.PolicyID
		case "application_datasource_id":
			base.ApplicationID = over.ApplicationID
		case "application_sync_identity_action":
			base.Action = over.Action
		}
	}
	return base
}

// differing names the fields in which two versions are not the same, in the words of the spec.
func differing(a, b version, desired backend.AccessProfile) (out []string) {
	contents := pathEntitlements
	if backend.Value(profileBlock(desired)).Relationships != nil {
		contents = pathRelationships
	}
	for _, field := range []struct {
		path string
		of   func(version) any
	}{
		{contents, func(v version) any { return sortedRelationships(v.Relationships) }},
		{pathInherits, func(v version) any { return set(v.Inherits) }},
		{pathPolicy, func(v version) any { return v.PolicyID }},
		{pathApplication, func(v version) any { return v.ApplicationID }},
		{pathApplicationAction, func(v version) any { return sent(v.Action) }},
	} {
		if !sameJSON(field.of(a), field.of(b)) {
			out = append(out, field.path)
		}
	}
	return out
}

func sortedRelationships(all []relationship) []relationship {
	out := []relationship{}
	for _, r := range all {
		out = append(out, r.with(Relationship{}))
	}
	slices.SortStableFunc(out, func(a, b relationship) int { return strings.Compare(a.decode().Key(), b.decode().Key()) })
	return out
}

func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
