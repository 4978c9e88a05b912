package veza

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The states of a profile that mean something to the fake (docs/vendors/veza-api.md#profile-states).
const (
	stateInitial = "INITIAL"
	stateRunning = "RUNNING"
	statePending = "PENDING"
)

// apiUser is who the API key belongs to.
var apiUser = SeedID("user", "sandbox api key")

// profile finds the profile a path names.
func (c *call) profile() (*wire.Record, error) {
	id := c.r.PathValue("id")
	if r := c.s.profiles.Get(id); r != nil {
		return r, nil
	}
	return nil, missing("access_profile", id)
}

// typeOf returns the type of a profile, which is never missing: no operation deletes one.
func (c *call) typeOf(value object) object { return look(c.s.types, wire.Text(value, "profile_type")) }

// createProfile makes a profile (docs/vendors/veza-api.md#post-apiprivatelifecycle_managementaccess_profiles).
func (c *call) createProfile() (any, error) {
	if err := c.needText("name", "profile_type"); err != nil {
		return nil, err
	}
	value := pick(c.body, "name", "description", "state", "profile_type", "labels", "custom_properties")
	kind := c.typeOf(value)
	if kind == nil {
		return nil, invalid("profile_type", "access profile type %s not found", wire.Text(value, "profile_type"))
	}
	version := pick(c.body, versionFields...)
	c.keepOld(version, object{})
	value["name"] = c.prefixed(kind, version, wire.Text(value, "name"))
	if err := firstError(c.checkVersion(kind, "", version), c.checkName(wire.Text(value, "name"), "")); err != nil {
		return nil, err
	}
	// The type decides the first state (docs/vendors/veza-api.md#profile-states); names of behaviours are not published, so
	// that of a state is taken.
	if behaviour := wire.Text(kind, "on_create_behavior"); slices.Contains(c.v.schema.Enums["AccessProfileState"], behaviour) {
		value["state"] = behaviour
	}
	if wire.Text(version, fieldPolicy) == "" && wire.Text(kind, fieldPolicy) != "" {
		version[fieldPolicy] = kind[fieldPolicy]
	}
	r := c.addProfile(value, version, apiUser)
	r.Inputs = wire.Copy(c.body)
	answer := object{"value": c.viewProfile(r.Value, current(r.Value), false)}
	if !c.feature("noVersionInCreate") {
		answer["version"] = c.viewVersion(r.Value, latest(r.Value), false)
	}
	return answer, nil
}

// addProfile stores a profile with its first version, published unless the tenant starts with drafts.
func (c *call) addProfile(value, version object, who string) *wire.Record {
	if wire.Text(value, "id") == "" {
		value["id"] = c.newID()
	}
	id := wire.Text(value, "id")
	value["rbac_id"], value["created_by"] = uuid("rbac"+id), who
	value["created_at"], value["updated_at"] = c.stamp(), c.stamp()
	value["current_version_number"], value["draft_version_number"] = int64(0), int64(0)
	state := versionPublished
	if c.feature("createDraft") {
		state = versionDraft
	}
	c.addVersion(value, version, state, who)
	c.enter(value, wire.Text(value, "state"), who)
	c.orderEntitlements(value)
	c.sync(value)
	return c.s.profiles.Put(c.s.next(), id, value, c.now)
}

// enter puts a profile into a state. Starting waits for a person when the profile says so
// (docs/vendors/veza-api.md#order-of-writes).
func (c *call) enter(value object, state, who string) {
	if state == stateRunning && wire.Flag(value, "require_approval_to_start") && wire.Text(value, "state") != stateRunning {
		value["state"] = statePending
		return
	}
	value["state"] = state
	if state == stateRunning && value["started_at"] == nil {
		value["started_at"], value["started_by"] = c.stamp(), who
	}
}

// updateProfile is the PATCH of a profile (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesid).
// Lists and maps are replaced as a whole.
func (c *call) updateProfile() (any, error) {
	r, err := c.profile()
	if err != nil {
		return nil, err
	}
	if err := c.needText("name", "profile_type"); err != nil {
		return nil, err
	}
	value := wire.Copy(r.Value)
	c.take(value, "name", "description", "profile_type", "labels", "datasource_ids", "require_approval_to_start", "catalog_item_info",
		"profile_type_rbac_id", "custom_properties")
	kind := c.typeOf(value)
	if kind == nil {
		return nil, invalid("profile_type", "access profile type %s not found", wire.Text(value, "profile_type"))
	}
	if c.raw["profile_type"] != nil {
		if err := c.checkVersion(kind, r.Key, latest(value)); err != nil {
			return nil, err
		}
	}
	if c.raw["name"] != nil {
		value["name"] = c.prefixed(kind, latest(value), wire.Text(value, "name"))
		if err := c.checkName(wire.Text(value, "name"), r.Key); err != nil {
			return nil, err
		}
	}
	if state := wire.Text(c.body, "state"); state != "" {
		c.enter(value, state, apiUser)
		c.sync(value)
	}
	value["updated_at"] = c.stamp()
	r.Set(value, c.now)
	return object{"value": c.viewProfile(r.Value, current(r.Value), false)}, nil
}

// getProfile reads a profile; a version may be named, drafts included
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesidversionsversion).
func (c *call) getProfile() (any, error) {
	r, err := c.profile()
	if err != nil {
		return nil, err
	}
	shown := current(r.Value)
	if c.query.Has("version") {
		c.r.SetPathValue("version", c.query.Get("version"))
		wanted, err := c.pathVersion()
		if err != nil {
			return nil, err
		}
		if shown = versionOf(r.Value, wanted); shown == nil {
			return nil, missing("access_profile_version", c.query.Get("version"))
		}
	}
	return object{"value": c.viewProfile(r.Value, shown, false)}, nil
}

// listProfiles lists profiles (docs/vendors/veza-api.md#get-apiprivatelifecycle_managementaccess_profiles).
func (c *call) listProfiles() (any, error) {
	attributes := map[string]attribute{
		"labels":       listField(func(value object) []string { return wire.Texts(value, "labels") }, "co", "eq"),
		"integrations": listField(c.integrations, "co", "eq"),
		"provider_ids": listField(c.providerIDs, "co"),
		"profile_type": field("profile_type"),
	}
	if c.feature("nameFilter") {
		attributes["name"] = field("name")
	}
	keep, err := parseFilter(c.query.Get("filter"), attributes)
	if err != nil {
		return nil, err
	}
	extra, err := c.boolean("entity_extra_info")
	if err == nil {
		_, err = c.boolean("include_requestable")
	}
	if err := firstError(err, c.checkOrder()); err != nil {
		return nil, err
	}
	return c.listing(c.lagging(c.s.profiles, keep), defaultPage, func(value object) object {
		return c.viewProfile(value, current(value), extra)
	})
}

// boolean reads a query parameter that is true or false.
func (c *call) boolean(name string) (bool, error) {
	switch text := c.query.Get(name); text {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	default:
		return false, wire.Violation("%s: %q is neither true nor false", name, text)
	}
}
