package veza

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkName refuses a name that another profile has. The vendor does so for custom providers, as a 400
// (docs/vendors/veza-api.md#errors).
func (c *call) checkName(name, id string) error {
	if c.feature("duplicateNames") {
		return nil
	}
	for _, r := range c.s.profiles.All() {
		if r.Key != id && wire.Text(r.Value, "name") == name {
			return invalid("name", "an access profile named %q exists", name)
		}
	}
	return nil
}

// prefixed is the name a profile of this type gets: some types put the integration before it
// (docs/vendors/veza-api.md#profile-types). The form of the prefix is not published.
func (c *call) prefixed(kind, version object, name string) string {
	if !wire.Flag(kind, "add_integration_prefix_to_access_profile_names") || !wire.Flag(kind, "require_single_integration") {
		return name
	}
	for _, integration := range c.versionIntegrations(version) {
		if prefix := integration + " - "; !strings.HasPrefix(name, prefix) {
			return prefix + name
		}
	}
	return name
}

// checkVersion checks what a version holds against the graph and against the profile's type
// (docs/vendors/veza-api.md#profile-types). Id is the profile's, empty when it is new.
func (c *call) checkVersion(kind object, id string, version object) error {
	return firstError(
		c.checkRelationships(kind, version),
		c.checkInheritance(kind, id, wire.Texts(version, fieldInherit)),
		c.checkApplication(kind, version),
		c.checkRequestPolicy(kind, wire.Text(version, fieldPolicy)),
	)
}

func (c *call) checkRelationships(kind, version object) error {
	relationships := wire.Items(version, fieldEntities)
	if len(relationships) == 0 {
		return nil
	}
	if !wire.Flag(kind, "allow_create_relationships") {
		return invalid(fieldEntities, "profiles of type %s hold no relationships", wire.Text(kind, "name"))
	}
	if most := number(kind, "max_entitlements"); most > 0 && int64(len(relationships)) > most {
		return invalid(fieldEntities, "%d entitlements, profiles of type %s hold at most %d", len(relationships), wire.Text(kind, "name"), most)
	}
	for _, relationship := range relationships {
		if err := c.checkRelationship(relationship); err != nil {
			return err
		}
	}
	if wire.Flag(kind, "require_single_datasource") && len(distinct(relationships, func(r object) string { return wire.Text(r, "datasource_id") })) > 1 {
		return invalid(fieldEntities, "profiles of type %s take entities of one datasource", wire.Text(kind, "name"))
	}
	if wire.Flag(kind, "require_single_integration") && len(c.versionIntegrations(version)) > 1 {
		return invalid(fieldEntities, "profiles of type %s take entities of one integration", wire.Text(kind, "name"))
	}
	return nil
}

// checkRelationship checks one relationship object (docs/vendors/veza-api.md#relationships).
func (c *call) checkRelationship(relationship object) error {
	for _, enum := range []any{relationship["grant_by"], wire.Inner(relationship, "condition")["type"]} {
		if err := checkUnpublished(enum); err != nil {
			return err
		}
	}
	if err := c.checkDatasource(fieldEntities+".datasource_id", wire.Text(relationship, "datasource_id")); err != nil {
		return err
	}
	kind, id := wire.Text(relationship, "entity_type"), wire.Text(relationship, "entity_id")
	entity := look(c.s.entities, entityKey(kind, id))
	if entity == nil {
		return invalid(fieldEntities+".entity_id", "%s %s is not in the graph", kind, id)
	}
	source := look(c.s.datasources, wire.Text(relationship, "datasource_id"))
	if wire.Text(source, "extraction") != wire.Text(entity, "datasource_id") {
		return invalid(fieldEntities+".entity_id", "%s %s is not of datasource %s", kind, id, wire.Text(source, "id"))
	}
	return c.checkAction(fieldEntities+".sync_identity_action", wire.Inner(relationship, "sync_identity_action"))
}

// checkUnpublished checks a value of an enumeration whose names are not published: what was read is sent back.
func checkUnpublished(value any) error {
	switch value := value.(type) {
	case nil:
		return nil
	case string:
		if value != "" {
			return nil
		}
	case json.Number:
		if _, err := value.Int64(); err == nil {
			return nil
		}
	case int64, int:
		return nil
	}
	return wire.Violation("%s: %v is no value of an enumeration", fieldEntities, value)
}

// checkDatasource wants the id of an enabled Lifecycle Manager datasource (docs/vendors/veza-api.md#ids and
// docs/vendors/veza-api.md#post-apiprivatelifecycle_managementaccess_profiles).
func (c *call) checkDatasource(field, id string) error {
	source := look(c.s.datasources, id)
	switch {
	case source == nil && c.s.extractions.Get(id) != nil:
		return invalid(field, "%s is an extraction datasource, not a Lifecycle Manager datasource", id)
	case source == nil:
		return invalid(field, "Lifecycle Manager datasource %s not found", id)
	case !wire.Flag(source, "enabled"):
		return invalid(field, "lifecycle management is not enabled on datasource %s", id)
	}
	return nil
}

// checkAction wants an action of a lifecycle policy (docs/vendors/veza-api.md#request-policies).
func (c *call) checkAction(field string, action object) error {
	if action == nil {
		return nil
	}
	policy := look(c.s.policies, wire.Text(action, "policy_id"))
	if policy == nil {
		return invalid(field, "policy %s not found", wire.Text(action, "policy_id"))
	}
	if !slices.Contains(wire.Texts(policy, "actions"), wire.Text(action, "name")) {
		return invalid(field, "policy %s has no action %q", wire.Text(policy, "id"), wire.Text(action, "name"))
	}
	return nil
}

func (c *call) checkInheritance(kind object, id string, parents []string) error {
	if len(parents) == 0 {
		return nil
	}
	if !wire.Flag(kind, "allow_inherit_entities") {
		return invalid(fieldInherit, "profiles of type %s do not inherit", wire.Text(kind, "name"))
	}
	allowed := wire.Texts(kind, "allow_inherited_from_types")
	for _, parent := range parents {
		value := look(c.s.profiles, parent)
		if value == nil {
			return invalid(fieldInherit, "access profile %s not found", parent)
		}
		if len(allowed) > 0 && !slices.Contains(allowed, wire.Text(value, "profile_type")) {
			return invalid(fieldInherit, "profiles of type %s do not inherit from access profile %s", wire.Text(kind, "name"), parent)
		}
		if id != "" && c.descends(parent, id, map[string]bool{}) {
			return invalid(fieldInherit, "access profile %s inherits from this one", parent)
		}
	}
	return nil
}

// descends reports whether a profile is, or inherits from, another.
func (c *call) descends(id, from string, seen map[string]bool) bool {
	if id == from {
		return true
	}
	value := look(c.s.profiles, id)
	if value == nil || seen[id] {
		return false
	}
	seen[id] = true
	for _, version := range []object{current(value), versionOf(value, number(value, "draft_version_number"))} {
		for _, parent := range wire.Texts(version, fieldInherit) {
			if c.descends(parent, from, seen) {
				return true
			}
		}
	}
	return false
}

// checkApplication checks the datasource that being a member gives access to: only for types that allow neither relationships
// nor inheritance (docs/vendors/veza-api.md#post-apiprivatelifecycle_managementaccess_profiles).
func (c *call) checkApplication(kind, version object) error {
	id, action := wire.Text(version, fieldApp), wire.Inner(version, fieldAction)
	if id == "" && action == nil {
		return nil
	}
	if wire.Flag(kind, "allow_create_relationships") || wire.Flag(kind, "allow_inherit_entities") {
		return invalid(fieldApp, "profiles of type %s take no application datasource", wire.Text(kind, "name"))
	}
	if id == "" {
		return invalid(fieldAction, "there is no %s to act in", fieldApp)
	}
	return firstError(c.checkDatasource(fieldApp, id), c.checkAction(fieldAction, action))
}

func (c *call) checkRequestPolicy(kind object, id string) error {
	standard := wire.Text(kind, fieldPolicy)
	if id == "" || id == standard {
		return nil
	}
	if c.s.requestPolicies.Get(id) == nil {
		return invalid(fieldPolicy, "access request policy %s not found", id)
	}
	if !wire.Flag(kind, "allow_overwrite_of_access_request_policy") {
		return invalid(fieldPolicy, "profiles of type %s have no access request policy of their own", wire.Text(kind, "name"))
	}
	return nil
}

// distinct returns the different texts of a list, in order.
func distinct(items []object, of func(object) string) []string {
	var result []string
	for _, item := range items {
		if text := of(item); text != "" && !slices.Contains(result, text) {
			result = append(result, text)
		}
	}
	return result
}
