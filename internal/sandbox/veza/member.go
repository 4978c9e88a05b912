package veza

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// byHand is where members come from that were added one by one (docs/vendors/veza-api.md#members).
const byHand = "ACCESS_PROFILE_MEMBERSHIP"

func (c *call) viewMember(profile, member object) object {
	id := wire.Text(member, "identity_id")
	view := c.v.schema.Render("MemberDetail", object{
		"access_profile_id": profile["id"], "access_profile_name": profile["name"], "identity_id": id,
		"identity_name": wire.Text(look(c.s.identities, id), "entity_name"), "created_from": member["created_from"], "workflow": member["workflow"],
	})
	c.showEnum(view, "created_from", "MembershipSource")
	return view
}

// listMembers documents no paging: it answers all of them.
func (c *call) listMembers() (any, error) {
	r, err := c.profile()
	if err != nil {
		return nil, err
	}
	wanted, err := c.pathVersion()
	if err != nil {
		return nil, err
	}
	version := versionOf(r.Value, wanted)
	if version == nil {
		return nil, missing("access_profile_version", c.r.PathValue("version"))
	}
	members := []any{}
	for _, member := range wire.Items(version, "members") {
		members = append(members, c.viewMember(r.Value, member))
	}
	return object{"values": members, "next_page_token": "", "has_more": false}, nil
}

// changeMembers takes a difference, not a replacement (docs/vendors/veza-api.md#members). The two fields that repeat the
// path must agree with it. Adding who is there and removing who is not changes nothing.
func (c *call) changeMembers() (any, error) {
	if wire.Text(c.body, "access_profile_id") != c.r.PathValue("id") {
		return nil, wire.Violation("access_profile_id is not the profile of the path")
	}
	if wanted, err := c.pathVersion(); err != nil || number(c.body, "version_number") != wanted {
		return nil, wire.Violation("version_number is not the version of the path")
	}
	ids := wire.Texts(c.body, "identity_ids")
	if len(ids) == 0 || slices.Contains(ids, "") {
		return nil, wire.Violation("identity_ids must name somebody")
	}
	r, value, version, err := c.editable()
	if err != nil {
		return nil, err
	}
	if c.feature("accessRequestsDisabled") {
		return nil, unmet("access requests are not enabled")
	}
	for _, id := range ids {
		if c.s.identities.Get(id) == nil {
			return nil, invalid("identity_ids", "identity %s not found", id)
		}
	}
	adding := wire.Text(c.body, "type") == "ADD"
	if c.feature("memberError") {
		const message = "the access request could not be carried out"
		return object{"access_request_id": c.addRequest(adding, message), "access_request_error_message": message}, nil
	}
	version["members"] = wire.List(changed(wire.Items(version, "members"), ids, adding))
	value["updated_at"] = c.stamp()
	r.Set(value, c.now)
	request := ""
	// In other states membership changes without effect on the targets.
	if wire.Text(value, "state") == stateRunning && wire.Text(version, "state") == versionPublished {
		request = c.addRequest(adding, "")
	}
	return object{"access_request_id": request, "access_request_error_message": ""}, nil
}

// changed returns the members after some were added or removed. Those that come from policies stay.
func changed(members []object, ids []string, adding bool) []object {
	if !adding {
		return slices.DeleteFunc(members, func(m object) bool {
			return slices.Contains(ids, wire.Text(m, "identity_id")) && wire.Text(m, "created_from") == byHand
		})
	}
	for _, id := range ids {
		if !slices.ContainsFunc(members, func(m object) bool { return wire.Text(m, "identity_id") == id }) {
			members = append(members, object{"identity_id": id, "created_from": byHand, "workflow": ""})
		}
	}
	return members
}

// addRequest stores an access request and returns its id. What it is for does not matter to those who follow it.
func (c *call) addRequest(adding bool, message string) string {
	id, kind := c.newID(), "REVOKE"
	if adding {
		kind = "GRANT"
	}
	c.s.requests.Put(c.s.next(), id, object{"id": id, "state": requestInitial, "kind": kind, "error_message": message, "created_at": c.stamp()}, c.now)
	return id
}

// The states of an access request. Names of the last states are not published: the second is the sandbox's own
// (docs/vendors/veza-api.md#access-requests).
const (
	requestInitial = "INITIAL"
	requestDone    = "COMPLETED"
)

func (c *call) getRequest() (any, error) {
	r := c.s.requests.Get(c.r.PathValue("id"))
	if r == nil {
		return nil, missing("access_request", c.r.PathValue("id"))
	}
	plan := c.v.schema.Render("AccessRequestPlan", object{
		"id": uuid("plan" + r.Key), "state": r.Value["state"], "request_type": r.Value["kind"], "request_source": "ACCESS_PROFILE",
		"plan_source": "ACCESS_PROFILE", "error_message": r.Value["error_message"],
	})
	return object{"value": pick(r.Value, "id", "state", "created_at"), "plans": []any{plan}}, nil
}
