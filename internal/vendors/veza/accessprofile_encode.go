package veza

import (
	"maps"
	"slices"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/plain"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

// encodeCreate is everything that the create call takes
// (docs/vendors/veza-api.md#post-apiprivatelifecycle_managementaccess_profiles). A profile that is to run starts when
// everything is in its place (docs/vendors/veza-api.md#order-of-writes).
func encodeCreate(desired backend.AccessProfile, typeID string, m backend.Mark) fields {
	v := backend.Value(profileBlock(desired))
	state := rest.Upper(backend.Value(v.State))
	if state == "" || state == stateRunning {
		state = stateInitial
	}
	var f fields
	f.set("name", backend.Value(desired.DisplayName))
	f.set("state", state)
	f.set("profile_type", typeID)
	f.set("labels", labelled(v.Labels, m))
	f.take(encodePlain(profile{}, desired, func(path string) bool { return path == "description" || path == pathProperties }))
	encodeVersion(&f, version{}, desired, func(path string) bool {
		return path != pathApplicationAction || backend.Value(v.ApplicationSyncAction) != (Action{}) // A create takes no null.
	})
	return f
}

// encodeVersion collects the fields of a version that changed, whole: arrays are replaced,
// so what nobody manages of a relationship is taken from what is there
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesidversionsversion). An empty list is only
// sent where the spec has one.
func encodeVersion(f *fields, live version, desired backend.AccessProfile, changed func(path string) bool) {
	v := backend.Value(profileBlock(desired))
	switch {
	case v.Relationships != nil && changed(pathRelationships):
		f.set("entities_to_create_relationships_to", mergedRelationships(live.Relationships, v.Relationships))
	case v.Relationships == nil && desired.Entitlements != nil && changed(pathEntitlements):
		f.set("entities_to_create_relationships_to", keptRelationships(live.Relationships, desired.Entitlements))
	}
	f.take(versionCodec.Encode(&desired, changed))
}

// encodeAction is null where there is to be none: an action of empty texts is refused.
func encodeAction(a *Action) *action {
	if *a == (Action{}) {
		return nil
	}
	return &action{PolicyID: a.PolicyID, Name: a.Name}
}

// mergedRelationships are those wanted, with what is set laid over what is there.
func mergedRelationships(live []relationship, want Relationships) []relationship {
	there := map[string]relationship{}
	for _, r := range live {
		there[r.decode().Key()] = r
	}
	out := []relationship{}
	for _, w := range want {
		r, known := there[w.Key()]
		if !known {
			r = relationship{
				EntityType: w.EntityType, DatasourceID: w.DatasourceID, EntityID: w.EntityID,
				AssignedToEntityType: w.AssignedToEntityType, AssignedToEntityID: w.AssignedToEntityID,
			}
		}
		out = append(out, r.with(w))
	}
	return out
}

// with lays what is set of w over r.
func (r relationship) with(w Relationship) relationship {
	if w.GrantBy != nil {
		r.GrantBy = opaqueOf(*w.GrantBy)
	}
	if w.CreatedByAccessProfile != nil {
		r.CreatedByAccessProfile = *w.CreatedByAccessProfile
	}
	if w.CustomProperties != nil {
		r.Properties = mergedProperties(r.Properties, w.CustomProperties)
	}
	if w.SyncIdentityAction != nil {
		r.Action = encodeAction(w.SyncIdentityAction)
	}
	r.Action = sent(r.Action)
	switch c := w.Condition; {
	case c == nil:
	case *c == (Condition{}):
		r.Condition = nil
	default:
		next := condition{Text: c.Expression}
		if c.Type != "" {
			next.Type = opaqueOf(c.Type)
		} else if r.Condition != nil {
			next.Type = r.Condition.Type
		}
		r.Condition = &next
	}
	return r
}

// sent leaves an action out that names nothing.
func sent(a *action) *action {
	if decodeAction(a) == nil {
		return nil
	}
	return a
}

// keptRelationships keeps of what is there what is wanted, as it is, and adds the rest bare.
func keptRelationships(live []relationship, want backend.EntitlementSet) []relationship {
	out := []relationship{}
	known := backend.EntitlementSet{}
	for _, r := range live {
		if e := entitlementOf(r.decode()); slices.Contains(want, e) {
			known = append(known, e)
			out = append(out, r.with(Relationship{}))
		}
	}
	return append(out, mergedRelationships(nil, relationshipsOf(want.Minus(known)))...)
}

// relationshipsOf turns entitlements into bare relationships; ids that name no entity were
// refused before (see SplitEntity).
func relationshipsOf(want backend.EntitlementSet) Relationships {
	var out Relationships
	for _, e := range want {
		if entityType, entityID, ok := SplitEntity(e.ID); ok {
			out = append(out, Relationship{EntityType: entityType, DatasourceID: e.AppID, EntityID: entityID})
		}
	}
	return out
}

// mergedProperties is the whole map: whether a part would do is not documented
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesid). An empty value takes its key away.
func mergedProperties(live map[string]string, want backend.Pairs) map[string]string {
	out := maps.Clone(live)
	if out == nil {
		out = map[string]string{}
	}
	for key, value := range want {
		if value == "" {
			delete(out, key)
		} else {
			out[key] = value
		}
	}
	return out
}

// ofRow are the plain fields of a profile that an update takes.
var ofRow = []string{"displayName", "description", pathLabels, pathProperties, pathApproval}

// encodeProfile collects the fields of the profile itself that changed
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesid). The state is not among them: it has a
// time of its own.
func encodeProfile(live profile, desired backend.AccessProfile, changes backend.Changes, m backend.Mark) fields {
	want := backend.Value(profileBlock(desired))
	if want.Labels == nil || !changes.Has(pathLabels) {
		want.Labels = live.Labels
	}
	want.Labels = labelled(want.Labels, m)
	desired.Block = &want
	var f fields
	f.take(encodePlain(live, desired, func(path string) bool {
		return slices.Contains(ofRow, path) && changes.Has(path) || path == pathLabels && changes.Has(backend.PathMark)
	}))
	if c := want.CatalogItem; c != nil && changes.Has(pathCatalog) {
		f.set("catalog_item_info", catalogItems.Over(backend.Value(live.Catalog), *c))
	}
	return f
}

// encodePlain lists the plain fields that are wanted; custom properties are written whole.
func encodePlain(live profile, desired backend.AccessProfile, wants func(path string) bool) []plain.Value {
	want := backend.Value(profileBlock(desired))
	if want.CustomProperties != nil {
		want.CustomProperties = mergedProperties(live.Properties, want.CustomProperties)
	}
	desired.Block = &want
	return profileCodec.Encode(&desired, wants)
}
