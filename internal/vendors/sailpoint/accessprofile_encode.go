package sailpoint

import (
	"maps"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// checkProfile refuses what the vendor would: an entitlement of another source, and an
// enabled profile that gives nothing (docs/vendors/sailpoint-api.md#access-profile-fields). seen is empty for a create.
func checkProfile(desired, seen backend.AccessProfile, sourceID string) error {
	for _, e := range desired.Entitlements {
		if e.AppID != "" && e.AppID != sourceID {
			return invalid("entitlements", "%s belongs to the source %s, and the profile's source is %s", e.ID, e.AppID, sourceID)
		}
	}
	want, have := backend.Value(profileBlock(desired)), backend.Value(profileBlock(seen))
	enabled := backend.Value(want.Enabled)
	if want.Enabled == nil {
		enabled = backend.Value(have.Enabled)
	}
	given := desired.Entitlements
	if given == nil {
		given = seen.Entitlements
	}
	if enabled && len(given) == 0 {
		return invalid("sailPoint.enabled", "an enabled profile needs an entitlement, and entitlements is empty")
	}
	return nil
}

// encodeProfileCreate is the body of a create (docs/vendors/sailpoint-api.md#access-profile-fields). Both switches are
// always said, for the vendor's defaults are one of each: unset is off, which is never wider than asked.
// Metadata is refused in a create and left to Update.
func encodeProfileCreate(desired backend.AccessProfile, mark backend.Mark, sourceID string) map[string]any {
	s := backend.Value(profileBlock(desired))
	body := map[string]any{
		"name":         backend.Value(desired.DisplayName),
		"description":  mark.Stamp(backend.Value(desired.Description)),
		"enabled":      backend.Value(s.Enabled),
		"requestable":  backend.Value(desired.Requestable),
		"owner":        ref{typeIdentity, desired.Owners[0]},
		"source":       ref{typeSource, sourceID},
		"entitlements": entitlementRefs(desired.Entitlements),
	}
	if others := encodeAdditional(desired.Owners, s.OwnerGroups); len(others) > 0 {
		body["additionalOwners"] = others
	}
	if rules := rulesOf(profileRequests, s.AccessRequest); len(rules) > 0 {
		body["accessRequestConfig"] = members{}.with(rules)
	}
	if rules := rulesOf(revocations, s.Revocation); len(rules) > 0 {
		body["revocationRequestConfig"] = rules
	}
	if s.Segments != nil {
		body["segments"] = set(s.Segments)
	}
	if s.ProvisioningCriteria != nil {
		body["provisioningCriteria"] = encodeCriteria(*s.ProvisioningCriteria)
	}
	return body
}

// entitlementRefs names each entitlement once.
func entitlementRefs(set backend.EntitlementSet) []ref {
	out := []ref{}
	for _, e := range set {
		if r := (ref{typeEntitlement, e.ID}); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

// encodeAdditional lists everybody behind the first owner, then the groups.
func encodeAdditional(owners backend.Owners, groups backend.Set) []ref {
	out := []ref{}
	add := func(kind string, ids []string) {
		for _, id := range ids {
			if r := (ref{kind, id}); !slices.Contains(out, r) && (len(owners) == 0 || r != ref{typeIdentity, owners[0]}) {
				out = append(out, r)
			}
		}
	}
	if len(owners) > 1 {
		add(typeIdentity, owners[1:])
	}
	add(typeGroup, groups)
	return out
}

// encodeCriteria leaves out what an operation does not have: even an empty text is an
// error there (docs/vendors/sailpoint-api.md#provisioning-criteria).
func encodeCriteria(c ProvisioningCriterion) criterion {
	out := criterion{Operation: rest.Upper(c.Operation), Attribute: c.Attribute, Value: c.Value}
	for _, child := range c.Children {
		out.Children = append(out.Children, encodeCriteria(child))
	}
	switch out.Operation {
	case "AND", "OR":
		out.Attribute, out.Value = "", nil
	case "HAS":
		out.Value, out.Children = nil, nil
	default:
		out.Children = nil
	}
	return out
}

func encodeMetadata(m Metadata) []attribute {
	out := []attribute{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		a := attribute{Key: key, Values: []attributeValue{}}
		for _, v := range m[key] {
			a.Values = append(a.Values, attributeValue{v})
		}
		if len(a.Values) > 0 {
			out = append(out, a)
		}
	}
	return out
}

// encodeProfileUpdate writes the members that changed, in one patch, which is one unit:
// what narrows comes first and what widens last, so that order helps where the unit
// should fail. The name of the block for revocations is not the one of the vendor's
// own text (docs/vendors/sailpoint-api.md#patch-access-profilesv1id).
func encodeProfileUpdate(live profile, desired backend.AccessProfile, changes backend.Changes, mark backend.Mark) patch {
	s := backend.Value(profileBlock(desired))
	var ops patch
	encodeSwitches(&ops, desired, changes, false)
	take(&ops, profileCodec, &live, &desired, changes, "displayName")
	if changes.Any("description", backend.PathMark) {
		text, _ := backend.SplitMark(backend.Value(live.Description))
		if desired.Description != nil && changes.Has("description") {
			text = *desired.Description
		}
		ops.set("/description", live.Description != nil, mark.Stamp(text))
	}
	encodeOwners(&ops, live, desired, changes)
	if changes.Has("sailPoint.accessRequestConfig") {
		ops.set("/accessRequestConfig", live.Request != nil, live.Request.with(rulesOf(profileRequests, s.AccessRequest)))
	}
	if changes.Has("sailPoint.revocationRequestConfig") {
		ops.set("/revocationRequestConfig", live.Revocation != nil, live.Revocation.with(rulesOf(revocations, s.Revocation)))
	}
	take(&ops, profileCodec, &live, &desired, changes, "sailPoint.segments")
	if changes.Has("sailPoint.provisioningCriteria") && s.ProvisioningCriteria != nil {
		ops.set("/provisioningCriteria", live.Criteria != nil, encodeCriteria(*s.ProvisioningCriteria))
	}
	if changes.Has("entitlements") && desired.Entitlements != nil {
		ops.set("/entitlements", live.Entitlements != nil, entitlementRefs(desired.Entitlements))
	}
	encodeSwitches(&ops, desired, changes, true)
	return ops
}

// encodeSwitches adds the two switches, as far as they change to on.
func encodeSwitches(ops *patch, desired backend.AccessProfile, changes backend.Changes, on bool) {
	if v := backend.Value(profileBlock(desired)).Enabled; v != nil && *v == on && changes.Has("sailPoint.enabled") {
		ops.set("/enabled", true, on)
	}
	if v := desired.Requestable; v != nil && *v == on && changes.Has("requestable") {
		ops.set("/requestable", true, on)
	}
}

// encodeOwners keeps the groups when only people change, and the people when only groups do.
func encodeOwners(ops *patch, live profile, desired backend.AccessProfile, changes backend.Changes) {
	if !changes.Any("owners", "sailPoint.ownerGroups") {
		return
	}
	owners, groups := ownersOf(live), set(additional(live, typeGroup))
	if changes.Has("owners") && len(desired.Owners) > 0 {
		if owners = desired.Owners; idOf(live.Owner) != owners[0] {
			ops.set("/owner", live.Owner != nil, ref{typeIdentity, owners[0]})
		}
	}
	if s := profileBlock(desired); s != nil && s.OwnerGroups != nil && changes.Has("sailPoint.ownerGroups") {
		groups = s.OwnerGroups
	}
	others := encodeAdditional(owners, groups)
	for _, o := range live.AdditionalOwners {
		if o.Type != typeIdentity && o.Type != typeGroup {
			others = append(others, o) // A kind of owner that is newer than this code.
		}
	}
	if !sameRefs(others, live.AdditionalOwners) {
		ops.set("/additionalOwners", live.AdditionalOwners != nil, others)
	}
}

func sameRefs(a, b []ref) bool {
	holds := func(all []ref) func(ref) bool { return func(r ref) bool { return !slices.Contains(all, r) } }
	return !slices.ContainsFunc(a, holds(b)) && !slices.ContainsFunc(b, holds(a))
}
