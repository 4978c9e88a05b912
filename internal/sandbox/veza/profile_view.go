package veza

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// viewProfile renders a profile with one of its versions, which is nil when none is live
// (docs/vendors/veza-api.md#profile-fields). Extra is what entity_extra_info asks for.
func (c *call) viewProfile(value, shown object, extra bool) object {
	stored := object{}
	for name, item := range value {
		if name != "versions" {
			stored[name] = item
		}
	}
	id, version := wire.Text(value, "id"), shown
	if version == nil {
		version = latest(value)
	}
	parents, heirs := wire.Texts(version, fieldInherit), c.heirs(id)
	stored["integrations"], stored["provider_ids"] = wire.List(c.versionIntegrations(version)), wire.List(c.providerIDs(value))
	stored["access_profiles_inherited"], stored["inherits_from_other_profiles"] = wire.List(parents), len(parents) > 0
	stored["access_profiles_inherited_by"], stored["inherited_by_other_profiles"] = wire.List(heirs), len(heirs) > 0
	stored["access_request_policy_id"] = wire.Text(version, fieldPolicy)
	stored["requestable"] = c.feature("requestableAll") || slices.Contains(wire.Texts(value, "labels"), labelRequestable)
	stored["sync_allowed"] = wire.Flag(c.typeOf(value), "create_entitlement_based_on_profile")
	if extra {
		stored["provider_external_ids"] = wire.List(c.externalIDs(version))
	}
	members := []any{}
	for _, member := range wire.Items(version, "members") {
		members = append(members, c.viewMember(value, member))
	}
	stored["member_details"] = members
	view := c.v.schema.Render("AccessProfile", stored)
	view["created_entitlements"] = c.viewEntitlements(value)
	c.showEnum(view, "state", "AccessProfileState")
	switch {
	case shown == nil:
		view["current_version"] = nil
	case c.feature("numericVersion") && !c.query.Has("version"):
		view["current_version"] = number(shown, "version_number")
	default:
		view["current_version"] = c.viewVersion(value, shown, extra)
	}
	return view
}

// labelRequestable is what the tenant's settings say makes a profile requestable (docs/vendors/veza-api.md#access-requests).
const labelRequestable = "requestable"

// heirs returns the profiles that inherit from one.
func (c *call) heirs(id string) []string {
	var ids []string
	for _, r := range c.s.profiles.All() {
		if slices.Contains(wire.Texts(latest(r.Value), fieldInherit), id) {
			ids = append(ids, r.Key)
		}
	}
	return ids
}

// viewRelationship renders a relationship with what the graph says of its entity (docs/vendors/veza-api.md#relationships).
func (c *call) viewRelationship(relationship object, extra bool) object {
	stored := wire.Copy(relationship)
	entity := look(c.s.entities, entityKey(wire.Text(relationship, "entity_type"), wire.Text(relationship, "entity_id")))
	source := look(c.s.datasources, wire.Text(relationship, "datasource_id"))
	provider := look(c.s.providers, wire.Text(source, "provider"))
	stored["extraction_datasource_id"], stored["provider_id"] = wire.Text(source, "extraction"), wire.Text(provider, "id")
	stored["entity_name"], stored["native_id"] = wire.Text(entity, "name"), wire.Text(entity, "native_id")
	if extra {
		stored["provider_external_id"] = wire.Text(provider, "external_id")
	}
	view := c.v.schema.Render("EntityRelationship", stored)
	if len(wire.Inner(stored, "custom_properties")) == 0 {
		view["custom_properties"] = nil
	}
	dropUnset(view, "grant_by")
	dropUnset(wire.Inner(view, "condition"), "type")
	return view
}

// dropUnset leaves out an enumeration that was never set: its zero value is not known (docs/vendors/veza-api.md#json).
func dropUnset(view object, name string) {
	if view[name] == nil || view[name] == "" {
		delete(view, name)
	}
}

// viewEntitlements renders what the vendor created for a profile (docs/vendors/veza-api.md#entitlements).
func (c *call) viewEntitlements(value object) []any {
	result := []any{}
	for _, entitlement := range wire.Items(value, "created_entitlements") {
		view := c.v.schema.Render("CreatedEntitlement", entitlement)
		dropUnset(wire.Inner(view, "add_member_condition"), "type")
		result = append(result, view)
	}
	return result
}

// relationshipKey is what distinguishes relationships (docs/vendors/veza-api.md#relationships).
func relationshipKey(relationship object) [5]string {
	return [5]string{
		wire.Text(relationship, "datasource_id"), wire.Text(relationship, "entity_type"), wire.Text(relationship, "entity_id"),
		wire.Text(relationship, "assigned_to_entity_type"), wire.Text(relationship, "assigned_to_entity_id"),
	}
}

// keepOld gives relationships what only the vendor knows of them: from the version before when they were there, else new.
func (c *call) keepOld(version, before object) {
	old := map[[5]string]object{}
	for _, relationship := range wire.Items(before, fieldEntities) {
		old[relationshipKey(relationship)] = relationship
	}
	for _, relationship := range wire.Items(version, fieldEntities) {
		relationship["created_at"] = c.stamp()
		for _, name := range []string{"created_at", "create_entitlement_detail_id"} {
			if known := old[relationshipKey(relationship)][name]; known != nil {
				relationship[name] = known
			}
		}
	}
}

// sources returns the Lifecycle Manager datasources a version reaches into.
func (c *call) sources(version object) []object {
	var result []object
	ids := distinct(wire.Items(version, fieldEntities), func(r object) string { return wire.Text(r, "datasource_id") })
	if app := wire.Text(version, fieldApp); app != "" {
		ids = append(ids, app)
	}
	for _, id := range ids {
		if source := look(c.s.datasources, id); source != nil {
			result = append(result, source)
		}
	}
	return result
}

func (c *call) ofProviders(version object, name string) []string {
	return distinct(c.sources(version), func(source object) string {
		return wire.Text(look(c.s.providers, wire.Text(source, "provider")), name)
	})
}

func (c *call) versionIntegrations(version object) []string { return c.ofProviders(version, "type") }

func (c *call) integrations(value object) []string { return c.versionIntegrations(latest(value)) }

func (c *call) providerIDs(value object) []string { return c.ofProviders(latest(value), "id") }

func (c *call) externalIDs(version object) []string { return c.ofProviders(version, "external_id") }
