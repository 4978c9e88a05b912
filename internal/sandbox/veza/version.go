package veza

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The fields of a version that come and go together.
const (
	fieldEntities = "entities_to_create_relationships_to"
	fieldInherit  = "inherit_entities_from_access_profiles"
	fieldPolicy   = "access_request_policy_id"
	fieldApp      = "application_datasource_id"
	fieldAction   = "application_sync_identity_action"
)

var versionFields = []string{fieldEntities, fieldInherit, fieldPolicy, fieldApp, fieldAction}

// The states of a version (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesidversionsversion).
const (
	versionDraft     = "DRAFT"
	versionPublished = "PUBLISHED"
	versionRetired   = "RETIRED"
)

// versions returns the versions of a profile, oldest first.
func versions(value object) []object { return wire.Items(value, "versions") }

// versionOf returns one version of a profile, or nil.
func versionOf(value object, wanted int64) object {
	for _, version := range versions(value) {
		if number(version, "version_number") == wanted {
			return version
		}
	}
	return nil
}

// current returns the version that is live, or nil when none was ever published.
func current(value object) object { return versionOf(value, number(value, "current_version_number")) }

// latest returns the live version, or the draft of a profile that was never published.
func latest(value object) object {
	if version := current(value); version != nil {
		return version
	}
	return versionOf(value, number(value, "draft_version_number"))
}

// addVersion appends a version and returns it.
func (c *call) addVersion(value, version object, state, who string) object {
	next := int64(1)
	for _, old := range versions(value) {
		next = max(next, number(old, "version_number")+1)
	}
	version["access_profile_id"], version["version_number"], version["state"] = value["id"], next, state
	version["rbac_id"] = uuid("rbac" + wire.Text(value, "id") + strconv.FormatInt(next, 10))
	version["created_by"], version["created_at"], version["updated_at"] = who, c.stamp(), c.stamp()
	delete(version, "published_at")
	delete(version, "published_by")
	value["versions"] = append(wire.List(versions(value)), version)
	if state == versionPublished {
		c.publish(value, version, who)
	} else {
		value["draft_version_number"] = next
	}
	return version
}

// publish makes a version the live one. Who is a member of the version before stays one: people lose no access by an edit.
func (c *call) publish(value, version object, who string) {
	if before := current(value); before != nil && number(before, "version_number") != number(version, "version_number") {
		before["state"] = versionRetired
		version["members"] = wire.List(wire.Items(before, "members"))
	}
	if number(value, "draft_version_number") == number(version, "version_number") {
		value["draft_version_number"] = int64(0)
	}
	value["current_version_number"] = version["version_number"]
	version["state"], version["published_by"], version["published_at"] = versionPublished, who, c.stamp()
}

// openDraft starts a draft that is a copy of the live version. A draft that is open stays.
func (c *call) openDraft(value object, who string) {
	if number(value, "draft_version_number") != 0 || current(value) == nil {
		return
	}
	c.addVersion(value, wire.Copy(current(value)), versionDraft, who)
}

// discardDraft drops the draft with everything in it.
func discardDraft(value object) {
	draft := number(value, "draft_version_number")
	kept := slices.DeleteFunc(versions(value), func(v object) bool { return draft != 0 && number(v, "version_number") == draft })
	value["versions"], value["draft_version_number"] = wire.List(kept), int64(0)
}

// pathVersion reads the version of a path.
func (c *call) pathVersion() (int64, error) {
	text := c.r.PathValue("version")
	wanted, err := strconv.ParseInt(text, 10, 32)
	if err != nil || wanted < 1 {
		return 0, wire.Violation("version %q is not a version number", text)
	}
	return wanted, nil
}

// editable finds the profile and version of a path; only the live version and the draft can be changed.
func (c *call) editable() (*wire.Record, object, object, error) {
	r, err := c.profile()
	if err != nil {
		return nil, nil, nil, err
	}
	wanted, err := c.pathVersion()
	if err != nil {
		return nil, nil, nil, err
	}
	value := wire.Copy(r.Value)
	version := versionOf(value, wanted)
	if version == nil || (wanted != number(value, "current_version_number") && wanted != number(value, "draft_version_number")) {
		return nil, nil, nil, invalid("version_number", "version %d of access profile %s is neither live nor a draft", wanted, r.Key)
	}
	return r, value, version, nil
}

// updateVersion is the PATCH of a version
// (docs/vendors/veza-api.md#patch-apiprivatelifecycle_managementaccess_profilesidversionsversion). It changes a version in
// place; whether it also makes a new version live is the feature publishPerEdit.
func (c *call) updateVersion() (any, error) {
	r, value, version, err := c.editable()
	if err != nil {
		return nil, err
	}
	kind := c.typeOf(value)
	edited := wire.Copy(version)
	c.take(edited, versionFields...)
	c.keepOld(edited, version)
	if err := firstError(c.checkVersion(kind, r.Key, edited), c.checkVersionState(version)); err != nil {
		return nil, err
	}
	live := wire.Text(version, "state") == versionPublished
	if live && c.feature("publishPerEdit") {
		edited = c.addVersion(value, edited, versionPublished, apiUser)
	} else {
		edited["updated_at"] = c.stamp()
		replaceVersion(value, edited)
		if !live && wire.Text(c.body, "state") == versionPublished {
			c.publish(value, edited, apiUser)
		}
	}
	value["updated_at"] = c.stamp()
	c.sync(value)
	r.Set(value, c.now)
	return object{"value": c.viewVersion(r.Value, edited, false)}, nil
}

// checkVersionState refuses to move a version anywhere but from draft to published: no document says what else would do.
func (c *call) checkVersionState(version object) error {
	wanted, is := wire.Text(c.body, "state"), wire.Text(version, "state")
	if wanted == "" || wanted == is || (is == versionDraft && wanted == versionPublished) {
		return nil
	}
	return invalid("state", "a version in state %s cannot become %s", is, wanted)
}

func replaceVersion(value, version object) {
	kept := versions(value)
	for i := range kept {
		if number(kept[i], "version_number") == number(version, "version_number") {
			kept[i] = version
		}
	}
	value["versions"] = wire.List(kept)
}

// sync is what the vendor does with a change that is live: it carries it to the targets
// (docs/vendors/veza-api.md#profile-states).
func (c *call) sync(value object) {
	if version := current(value); wire.Text(value, "state") == stateRunning && version != nil {
		value["last_synced_at"] = c.stamp()
		value["last_sync_job_ids"] = []any{uuid("job" + wire.Text(value, "id") + c.stamp())}
	}
}

// viewVersion renders a version of a profile.
func (c *call) viewVersion(profile, version object, extra bool) object {
	view := c.v.schema.Render("AccessProfileVersion", withoutMembers(version))
	relationships := []any{}
	for _, relationship := range wire.Items(version, fieldEntities) {
		relationships = append(relationships, c.viewRelationship(relationship, extra))
	}
	view[fieldEntities] = relationships
	members := []any{}
	for _, member := range wire.Items(version, "members") {
		members = append(members, member["identity_id"])
	}
	view["members"] = members
	view["access_profile_id"] = profile["id"]
	c.showEnum(view, "state", "AccessProfileVersionState")
	return view
}

func withoutMembers(version object) object {
	result := object{}
	for name, value := range version {
		if name != "members" {
			result[name] = value
		}
	}
	return result
}

// showEnum writes an enumeration as the tenant does: by name, or by number with the zero value left out
// (docs/vendors/veza-api.md#json).
func (c *call) showEnum(view object, name, enum string) {
	if !c.feature("numericEnums") {
		return
	}
	if at := slices.Index(c.v.schema.Enums[enum], wire.Text(view, name)); at > 0 {
		view[name] = at
	} else {
		delete(view, name)
	}
}

// deleteProfile is no documented operation: most tenants answer that there is none
// (docs/vendors/veza-api.md#deleting-a-profile).
func (c *call) deleteProfile() (any, error) {
	if !c.feature("deleteProfile") {
		status := http.StatusMethodNotAllowed
		if c.feature("deleteUnimplemented") {
			status = http.StatusNotImplemented
		}
		return nil, unimplemented(status, "access profiles cannot be deleted")
	}
	r, err := c.profile()
	if err != nil {
		return nil, err
	}
	if heirs := c.heirs(r.Key); len(heirs) > 0 {
		return nil, unmet("access profile %s is inherited by %s", r.Key, heirs[0])
	}
	r.Remove(c.now)
	return object{}, nil
}
