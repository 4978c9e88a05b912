package sailpoint

import (
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// profileView is what profiles can be listed by (docs/vendors/sailpoint-api.md#access-profiles).
var profileView = view{
	filters: fields("id: eq in", "name: eq sw", "created@time: gt ge le", "modified@time: gt lt ge le", "owner.id: eq in",
		"requestable@bool: eq", "source.id: eq in"),
	sorters: "name created modified",
}

// patchableProfile are the paths a patch may name (docs/vendors/sailpoint-api.md#patch-access-profilesv1id). The text of
// the official page also has revokeRequestConfig, which is no member.
var patchableProfile = []string{
	"/name", "/description", "/enabled", "/owner", "/additionalOwners", "/requestable", "/accessRequestConfig", "/revocationRequestConfig",
	"/segments", "/entitlements", "/provisioningCriteria", "/source", "/accessModelMetadata/attributes",
}

// profile is the profile the path names. Its absence is a 400 unless the call asks otherwise (docs/vendors/sailpoint-api.md#errors).
func (c *call) profile(id string) (*record, error) {
	if r := c.s.profiles.Get(id); r != nil {
		return r, nil
	}
	if c.feature(FeatureProfile404) {
		return nil, notFound("Access profile", id)
	}
	return nil, noReference("Access profile", id)
}

func (c *call) listProfiles() (any, error) {
	if c.query.Get("for-subadmin") != "" {
		return nil, unsimulated("for-subadmin is not simulated")
	}
	segments, unsegmented := c.query.Get("for-segment-ids"), c.query.Get("include-unsegmented") != "false"
	if segments == "" && !unsegmented {
		return nil, violation("include-unsegmented=false needs for-segment-ids")
	}
	values := c.lagging(c.s.profiles)
	if segments != "" {
		wanted := strings.Split(segments, ",")
		values = slices.DeleteFunc(values, func(value object) bool {
			own := texts(value, "segments")
			if len(own) == 0 {
				return !unsegmented
			}
			return !slices.ContainsFunc(own, func(id string) bool { return slices.Contains(wanted, id) })
		})
	}
	return c.listing(shown(values, c.showProfile), profileView)
}

func (c *call) getProfile() (any, error) {
	r, err := c.profile(c.id())
	if err != nil {
		return nil, err
	}
	return c.showProfile(r.Value), nil
}

func (c *call) createProfile() (any, error) {
	value := wire.Copy(c.body)
	if inner(value, "owner") == nil {
		return nil, refuse(codeMissing, "owner is required")
	}
	if len(items(inner(value, "accessModelMetadata"), "attributes")) > 0 {
		return nil, violation("accessModelMetadata must be null or empty on create")
	}
	if err := c.checkProfile("", value, func(string) bool { return true }); err != nil {
		return nil, err
	}
	r := c.addProfile(value)
	r.Inputs = wire.Copy(c.body)
	return c.showProfile(r.Value), nil
}

// addProfile stores a new profile.
func (c *call) addProfile(value object) *record {
	defaults(value)
	if text(value, "id") == "" {
		value["id"] = c.newID()
	}
	value["created"], value["modified"] = c.stamp(), c.stamp()
	return c.s.add(c.s.profiles, value, c.now)
}

// defaults are the server's: profiles are disabled and requestable until a call sets them
// (docs/vendors/sailpoint-api.md#access-profile-fields).
func defaults(value object) {
	for name, unset := range map[string]bool{"enabled": false, "requestable": true} {
		if _, given := value[name]; !given {
			value[name] = unset
		}
	}
}

// patchProfile carries out a patch as one unit (docs/vendors/sailpoint-api.md#json-patch and
// docs/vendors/sailpoint-api.md#patch-access-profilesv1id).
func (c *call) patchProfile() (any, error) {
	r, err := c.profile(c.id())
	if err != nil {
		return nil, err
	}
	edits, err := c.parsePatch(c.raw, patchableProfile...)
	if err != nil {
		return nil, err
	}
	doc, err := document(c.showProfile(r.Value))
	if err != nil {
		return nil, err
	}
	for _, e := range edits {
		if err := e.apply(doc); err != nil {
			return nil, err
		}
		// Enabling comes after the first entitlements, in the patch too
		// (docs/vendors/sailpoint-api.md#patch-access-profilesv1id).
		if list, _ := doc["entitlements"].([]any); e.top() == "enabled" && doc["enabled"] == true && len(list) == 0 {
			return nil, refuse(codeValue, "an enabled access profile needs at least one entitlement")
		}
	}
	value, err := c.v.schema.Decode(c.v.schema.Messages["AccessProfile"], doc, "")
	if err != nil {
		return nil, err
	}
	if text(inner(value, "source"), "id") != text(inner(r.Value, "source"), "id") && !touches(edits, "entitlements") {
		return nil, violate(codeUpdate, "source can only be changed together with entitlements")
	}
	if err := c.checkProfile(r.Key, value, func(name string) bool { return touches(edits, name) }); err != nil {
		return nil, err
	}
	defaults(value)
	value["id"], value["created"], value["modified"] = r.Key, r.Value["created"], c.stamp()
	r.Set(value, c.now)
	return c.showProfile(value), nil
}

// deleteProfile is synchronous; there is no force (docs/vendors/sailpoint-api.md#delete-access-profilesv1id).
func (c *call) deleteProfile() (any, error) {
	r, err := c.profile(c.id())
	if err != nil {
		return nil, err
	}
	if len(c.s.usage[r.Key]) > 0 {
		return nil, refuse(codeInUse, "Access profile with id %q is in use.", r.Key)
	}
	r.Remove(c.now)
	return nil, nil
}

func (c *call) listProfileEntitlements() (any, error) {
	r, err := c.profile(c.id())
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, ref := range items(r.Value, "entitlements") {
		if e := c.s.entitlements.Get(text(ref, "id")); e != nil {
			// This list has the older shape in every version
			// (docs/vendors/sailpoint-api.md#get-access-profilesv1identitlements).
			list = append(list, c.showEntitlement(e.Value, false))
		}
	}
	return c.listing(list, view{
		filters: fields("id: eq in", "name: eq sw", "attribute: eq sw", "value: eq sw", "created@time: gt lt ge le", "modified@time: gt lt ge le",
			"owner.id: eq in", "source.id: eq in"),
		sorters: "name attribute value created modified",
	})
}
