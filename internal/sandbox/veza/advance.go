package veza

import (
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// advance does what time does, as far as the clock has come. It is done when somebody looks: until then nothing shows the
// difference. Without a pace access requests end and entitlements appear with the next read, and reviews wait for the console.
func (c *call) advance() {
	for _, r := range c.s.requests.All() {
		due := wire.Instant(r.Value, "created_at").Add(c.pace())
		if wire.Text(r.Value, "state") == requestInitial && !due.After(c.now) {
			value := wire.Copy(r.Value)
			value["state"] = requestDone
			r.Set(value, c.now)
		}
	}
	for _, r := range c.s.certifications.All() {
		due := wire.Instant(r.Value, "created_at").Add(c.pace())
		if c.pace() > 0 && r.Value["query_completed_at"] == nil && !due.After(c.now) {
			value := wire.Copy(r.Value)
			c.prepare(value, due)
			r.Set(value, due)
		}
	}
	for _, r := range c.s.profiles.All() {
		c.createEntitlements(r)
	}
}

// orderEntitlements notes on a new profile what its type says shall be created for it
// (docs/vendors/veza-api.md#entitlements).
func (c *call) orderEntitlements(value object) {
	kind := c.typeOf(value)
	if !wire.Flag(kind, "create_entitlement_based_on_profile") || wire.Flag(kind, "no_entitlements") {
		return
	}
	var ordered []object
	for _, wanted := range wire.Items(kind, "create_entitlements") {
		entitlement := pick(wanted, "datasource_id", "entity_type", "attribute_transformers", "add_member_condition")
		entitlement["id"], entitlement["created_entity_id"], entitlement["access_request_id"] = c.newID(), "", c.addRequest(true, "")
		entitlement["ordered_at"] = c.stamp()
		ordered = append(ordered, entitlement)
	}
	value["created_entitlements"] = wire.List(ordered)
}

// createEntitlements creates what is ordered and due: it adopts an entity of the profile's name, or makes one, and adds the
// relationship to it.
func (c *call) createEntitlements(r *wire.Record) {
	due := false
	for _, entitlement := range wire.Items(r.Value, "created_entitlements") {
		due = due || c.isDue(entitlement)
	}
	if !due || (c.feature("entitlementError") && r.Value["last_sync_error_message"] != nil) {
		return
	}
	value := wire.Copy(r.Value)
	if c.feature("entitlementError") {
		value["last_sync_error_message"] = syncError
		r.Set(value, c.now)
		return
	}
	delete(value, "last_sync_error_message")
	version := latest(value)
	for _, entitlement := range wire.Items(value, "created_entitlements") {
		if !c.isDue(entitlement) {
			continue
		}
		entity := c.entityFor(entitlement, wire.Text(value, "name"))
		entitlement["created_entity_id"], entitlement["last_sync_job_id"] = entity["id"], c.newID()
		version[fieldEntities] = append(wire.List(wire.Items(version, fieldEntities)), object{
			"entity_type": entity["type"], "entity_id": entity["id"], "datasource_id": entitlement["datasource_id"],
			"created_by_access_profile": true, "create_entitlement_detail_id": entitlement["id"], "created_at": c.stamp(),
		})
	}
	value["last_synced_at"], value["updated_at"] = c.stamp(), c.stamp()
	r.Set(value, c.now)
}

func (c *call) isDue(entitlement object) bool {
	return wire.Text(entitlement, "created_entity_id") == "" && !wire.Instant(entitlement, "ordered_at").Add(c.pace()).After(c.now)
}

// entityFor returns the entity of a name in the datasource of an entitlement, made when there is none.
func (c *call) entityFor(entitlement object, name string) object {
	source := look(c.s.datasources, wire.Text(entitlement, "datasource_id"))
	for _, r := range c.s.entities.All() {
		if r.Value["datasource_id"] == source["extraction"] && r.Value["type"] == entitlement["entity_type"] && r.Value["name"] == name {
			return r.Value
		}
	}
	return c.addEntity(source, object{"type": entitlement["entity_type"], "name": name})
}

// addEntity puts an entity of a datasource into the graph.
func (c *call) addEntity(source, value object) object {
	if wire.Text(value, "id") == "" {
		value["id"] = "00g" + c.v.host.NewID()[:17]
	}
	if wire.Text(value, "native_id") == "" {
		value["native_id"] = value["id"]
	}
	value["datasource_id"], value["provider_id"] = source["extraction"], source["provider"]
	key := entityKey(wire.Text(value, "type"), wire.Text(value, "id"))
	return c.s.entities.Put(c.s.next(), key, value, c.now).Value
}

// syncError is what a third system said, whole and at length: nothing bounds it.
var syncError = "creating the entitlement failed: the target answered 403" + strings.Repeat("; CN=Payroll,OU=Groups,DC=corp,DC=example: insufficient access rights to perform the operation", 24)
