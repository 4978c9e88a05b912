package veza

import (
	"fmt"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// listTemplates is what the vendor's client asks to try a key (docs/vendors/veza-api.md#keys). What it answers is not
// documented beyond its envelope.
func (c *call) listTemplates() (any, error) {
	return object{"values": []any{}, "next_page_token": "", "has_more": false}, nil
}

func (c *call) listProviders() (any, error) {
	return c.filtered(c.s.providers, map[string]attribute{"state": field("state"), "type": field("type")}, c.show("Provider"))
}

// listExtractions takes the one filter on which table and reference agree
// (docs/vendors/veza-api.md#get-apiv1providersdatasourceslifecycle_managers).
func (c *call) listExtractions() (any, error) {
	return c.filtered(c.s.extractions, map[string]attribute{"datasource_type": field("datasource_type")}, c.show("Datasource"))
}

func (c *call) listDatasources() (any, error) {
	return c.lookUp(c.s.datasources, "LifecycleManagerDatasource")
}

func (c *call) getDatasource() (any, error) {
	source := look(c.s.datasources, c.r.PathValue("id"))
	if source == nil {
		return nil, missing("datasource", c.r.PathValue("id"))
	}
	return object{"value": c.show("LifecycleManagerDatasource")(source)}, nil
}

// entityKey is the key of a graph entity: an id is unique within its type only (docs/vendors/veza-api.md#ids).
func entityKey(kind, id string) string { return kind + "/" + id }

// unsimulatedNode are fields of a query node that change what it finds, and that the fake does not act on.
var unsimulatedNode = []string{"node_id", "tags", "excluded_tags", "conditions", "count_conditions", "direct_relationship_only", "node_type_grouping_constraint"}

// queryNodes is the graph query (docs/vendors/veza-api.md#post-apiv1assessmentsquery_specnodes): nodes of a type whose
// properties all equal the values given. It is behind by the list lag, because the graph is extracted from time to time.
func (c *call) queryNodes() (any, error) {
	if wire.Text(c.body, "query_type") != "SOURCE_TO_DESTINATION" {
		return nil, invalid("query_type", "unknown query type %s", wire.Text(c.body, "query_type"))
	}
	if c.body["destination_node_types"] != nil || wire.Flag(c.body, "no_relation") || wire.Text(c.body, "snapshot_id") != "" {
		return nil, wire.Unsimulated("the sandbox finds source nodes only")
	}
	nodes := wire.Items(wire.Inner(c.body, "source_node_types"), "nodes")
	if len(nodes) == 0 {
		return nil, wire.Violation("source_node_types.nodes names no node type")
	}
	for _, node := range nodes {
		for _, name := range unsimulatedNode {
			if node[name] != nil {
				return nil, wire.Unsimulated("the sandbox does not simulate %s", name)
			}
		}
	}
	if err := c.checkOrder(); err != nil {
		return nil, err
	}
	return c.listing(c.lagging(c.s.entities, func(value object) bool {
		for _, node := range nodes {
			if matches(node, value) {
				return true
			}
		}
		return false
	}), defaultPage, func(value object) object {
		return object{"id": value["id"], "type": value["type"], "properties": properties(value)}
	})
}

// properties are what the graph says of an entity. The datasource there is the extraction's.
func properties(value object) object {
	return pick(value, "name", "datasource_id", "provider_id", "native_id")
}

func matches(node, value object) bool {
	if wire.Text(node, "node_type") != wire.Text(value, "type") {
		return false
	}
	known := properties(value)
	for _, spec := range wire.Items(wire.Inner(node, "condition_expression"), "specs") {
		if known[wire.Text(spec, "property")] == nil || fmt.Sprint(known[wire.Text(spec, "property")]) != fmt.Sprint(spec["value"]) {
			return false
		}
	}
	return true
}

func (c *call) listPolicies() (any, error) {
	return c.filtered(c.s.policies, nil, func(value object) object {
		view := c.show("Policy")(value)
		c.showEnum(view, "state", "AccessProfileState")
		return view
	})
}

// createRequestPolicy makes a request policy (docs/vendors/veza-api.md#request-policies): a versioned object like the
// others.
func (c *call) createRequestPolicy() (any, error) {
	id := c.newID()
	value := object{
		"id": id, "name": c.body["name"], "description": wire.Text(c.body, "description"), "current_version_number": int64(1),
		"created_by": apiUser, "created_at": c.stamp(), "updated_at": c.stamp(), "rbac_id": uuid("rbac" + id),
	}
	r := c.s.requestPolicies.Put(c.s.next(), id, value, c.now)
	r.Inputs = wire.Copy(c.body)
	version := pick(c.body, "jit_definition", "approver_definition", "expiration_definition")
	version["version_number"], version["state"] = int64(1), versionPublished
	return object{"value": c.show("AccessRequestPolicy")(value), "version": version}, nil
}

// memberships returns the profiles an identity is a member of, each with its live version and the membership.
func (c *call) memberships(identity string, each func(profile, version, member object)) {
	for _, r := range c.s.profiles.All() {
		version := current(r.Value)
		for _, member := range wire.Items(version, "members") {
			if wire.Text(member, "identity_id") == identity {
				each(r.Value, version, member)
			}
		}
	}
}

// getIdentity reads an identity (docs/vendors/veza-api.md#identities): identities have no list.
func (c *call) getIdentity() (any, error) {
	identity := look(c.s.identities, c.r.PathValue("id"))
	if identity == nil {
		return nil, missing("identity", c.r.PathValue("id"))
	}
	value, ids, details := wire.Copy(identity), []any{}, []any{}
	c.memberships(c.r.PathValue("id"), func(profile, _, member object) {
		ids = append(ids, profile["id"])
		detail := object{"access_profile_id": profile["id"], "access_profile_name": profile["name"], "created_from": member["created_from"]}
		c.showEnum(detail, "created_from", "MembershipSource")
		details = append(details, detail)
	})
	value["access_profiles"] = ids
	view := c.show("Identity")(value)
	view["access_profile_details"] = details
	return object{"value": view}, nil
}

// listEntitlements answers what an identity holds (docs/vendors/veza-api.md#identities): its profiles, and what those that
// run give it. The path ends in a verb after a colon, which no pattern of the router can split.
func (c *call) listEntitlements() (any, error) {
	id, ok := strings.CutSuffix(c.r.PathValue("id"), ":list_entitlements")
	if !ok {
		return nil, wire.Violation("no operation %s %s", c.r.Method, c.r.URL.Path)
	}
	identity := look(c.s.identities, id)
	if identity == nil || wire.Text(identity, "policy_id") != c.r.PathValue("policy_id") {
		return nil, missing("identity", id)
	}
	node := c.query.Get("identity_entity_id")
	if node == "" {
		return nil, wire.Violation("identity_entity_id is required")
	}
	if node != wire.Text(identity, "entity_id") {
		return nil, invalid("identity_entity_id", "%s is not the graph entity of identity %s", node, id)
	}
	var held []wire.Row
	add := func(member, more object) {
		value := object{
			"policy_id": identity["policy_id"], "policy_identity_id": id, "local_user_entity_type": identity["entity_type"],
			"local_user_entity_id": identity["entity_id"], "created_from": member["created_from"],
		}
		for name, item := range more {
			value[name] = item
		}
		held = append(held, wire.Row{Seq: int64(len(held) + 1), Value: value})
	}
	c.memberships(id, func(profile, version, member object) {
		add(member, object{"entity_type": "VezaAccessProfile", "entity_id": profile["id"], "entity_name": profile["name"]})
		if wire.Text(profile, "state") != stateRunning {
			return
		}
		for _, relationship := range wire.Items(version, fieldEntities) {
			view := c.viewRelationship(relationship, true)
			add(member, object{
				"entity_type": view["entity_type"], "entity_id": view["entity_id"], "entity_name": view["entity_name"],
				"lifecycle_management_datasource_id": view["datasource_id"], "lifecycle_management_enabled": true,
				"provider_external_id": view["provider_external_id"],
			})
		}
	})
	return c.listing(held, defaultPage, func(value object) object {
		view := c.show("IdentityEntitlement")(value)
		c.showEnum(view, "created_from", "MembershipSource")
		return view
	})
}
