package sailpoint

import (
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// entitlementView is what entitlements can be listed by (docs/vendors/sailpoint-api.md#get-entitlementsv1); filtering by
// the privilege needs the newer shape.
func (c *call) entitlementView() view {
	filters := fields("id: eq in", "name: eq in sw", "type=sourceSchemaObjectType: eq in", "attribute: eq in", "value: eq in sw",
		"source.id: eq in", "requestable@bool: eq", "created@time: gt lt ge le", "modified@time: gt lt ge le", "owner.id: eq in", "tags: eq")
	if c.shapeB() {
		filters["privilegeLevel.direct"] = filterField{path: "privilegeLevel.direct", operators: "eq", kind: "string"}
	}
	return view{filters, "id name created modified type attribute value source.id requestable"}
}

// shapeB tells which of the two shapes the version shows and takes (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement).
func (c *call) shapeB() bool {
	if c.family == "" {
		return !c.feature(FeatureShapeA)
	}
	return c.family == "v2026"
}

func (c *call) entitlement() (*record, error) {
	if r := c.s.entitlements.Get(c.id()); r != nil {
		return r, nil
	}
	return nil, notFound("Entitlement", c.id())
}

// showEntitlement is an entitlement as it is read back.
func (c *call) showEntitlement(value object, shapeB bool) object {
	result := wire.Copy(value)
	for _, name := range []string{"description", "manuallyUpdatedFields"} {
		result[name] = value[name]
	}
	result["owner"], result["source"] = c.s.show(inner(value, "owner")), c.s.show(inner(value, "source"))
	result["segments"] = orNull(value["segments"])
	result["tags"] = nil
	if tags := c.s.tags.Get("ENTITLEMENT/" + text(value, "id")); tags != nil {
		result["tags"] = orNull(tags.Value["tags"])
	}
	level := inner(value, "privilegeLevel")
	if shapeB {
		delete(result, "additionalOwners")
		shown := object{"direct": level["direct"], "effective": level["effective"], "inherited": level["inherited"], "setByType": level["setByType"]}
		if by := level["setBy"]; by != nil {
			shown["setBy"] = by // It is left out rather than null.
		}
		result["privilegeLevel"] = shown
		return result
	}
	delete(result, "tags")
	delete(result, "privilegeLevel")
	result["privileged"] = level["direct"] == "HIGH"
	result["additionalOwners"] = orNull(c.showRefs(items(value, "additionalOwners")))
	return result
}

func (c *call) showInVersion(value object) object { return c.showEntitlement(value, c.shapeB()) }

func (c *call) listEntitlements() (any, error) {
	for _, name := range []string{"segmented-for-identity", "for-segment-ids", "include-unsegmented"} {
		if c.query.Get(name) != "" {
			return nil, unsimulated("%s is not simulated", name)
		}
	}
	values, err := c.deep(c.lagging(c.s.entitlements))
	if err != nil {
		return nil, err
	}
	if asked := c.query.Get("filters"); strings.Contains(asked, "rivilege") || strings.Contains(asked, "tags") { // They are made when it is shown.
		return c.listing(shown(values, c.showInVersion), c.entitlementView())
	}
	// The rest reads the same before it is shown, and a page is a small part of many thousands.
	page, err := c.listing(values, c.entitlementView())
	list, _ := page.([]any)
	for i, value := range list {
		if value, ok := value.(object); ok {
			list[i] = c.showInVersion(value)
		}
	}
	return page, err
}

func (c *call) getEntitlement() (any, error) {
	r, err := c.entitlement()
	if err != nil {
		return nil, err
	}
	return c.showInVersion(r.Value), nil
}

// privilegePath is where the version takes the privilege (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement).
func (c *call) privilegePath() string {
	if c.shapeB() {
		return "/privilegeOverride/level"
	}
	return "/privileged"
}

func (c *call) patchEntitlement() (any, error) {
	r, err := c.entitlement()
	if err != nil {
		return nil, err
	}
	edits, err := c.parsePatch(c.raw, "/requestable", "/segments", "/owner", "/name", "/description", "/manuallyUpdatedFields", c.privilegePath())
	if err != nil {
		return nil, err
	}
	value, err := c.editEntitlement(r.Value, edits)
	if err != nil {
		return nil, err
	}
	r.Set(value, c.now)
	return c.showInVersion(value), nil
}

// updateEntitlements is the bulk form, which takes two paths and answers nothing
// (docs/vendors/sailpoint-api.md#patch-entitlementsv1id).
func (c *call) updateEntitlements() (any, error) {
	edits, err := c.parsePatch(c.body["jsonPatch"], "/requestable", c.privilegePath())
	if err != nil {
		return nil, err
	}
	changed := map[*record]object{}
	for _, id := range texts(c.body, "entitlementIds") {
		r := c.s.entitlements.Get(id)
		if r == nil {
			return nil, notFound("Entitlement", id)
		}
		if changed[r], err = c.editEntitlement(r.Value, edits); err != nil {
			return nil, err
		}
	}
	for r, value := range changed {
		r.Set(value, c.now)
	}
	return nil, nil
}

// editEntitlement returns what becomes of an entitlement, without storing it.
func (c *call) editEntitlement(value object, edits []edit) (object, error) {
	doc, err := document(c.showInVersion(value))
	if err != nil {
		return nil, err
	}
	result := wire.Copy(value)
	for _, e := range edits {
		if e.top() == "privilegeOverride" {
			if err := c.override(result, e); err != nil {
				return nil, err
			}
			continue
		}
		if e.top() == "manuallyUpdatedFields" && len(e.path) > 1 {
			return nil, violation("manuallyUpdatedFields takes both keys at once")
		}
		if err := e.apply(doc); err != nil {
			return nil, err
		}
	}
	m := c.v.schema.Messages["EntitlementPatch"]
	for name := range doc {
		if m.ByName[name] == nil {
			delete(doc, name)
		}
	}
	given, err := c.v.schema.Decode(m, doc, "")
	if err != nil {
		return nil, err
	}
	if owner := inner(given, "owner"); owner != nil {
		if given["owner"], err = c.s.take("IDENTITY", owner); err != nil {
			return nil, err
		}
	}
	if err := c.checkSegments(given); err != nil {
		return nil, err
	}
	c.mergeEntitlement(result, given, edits)
	return result, nil
}

// mergeEntitlement puts what a patch left behind into an entitlement. Names and descriptions set by hand are flagged, which
// protects them from aggregations (docs/vendors/sailpoint-api.md#patch-entitlementsv1id).
func (c *call) mergeEntitlement(result, given object, edits []edit) {
	privileged, shown := given["privileged"].(bool)
	delete(given, "privileged")
	for _, name := range []string{"description", "manuallyUpdatedFields", "name", "owner", "requestable", "segments"} {
		if touches(edits, name) {
			result[name] = given[name]
		}
	}
	if shown && touches(edits, "privileged") {
		setPrivilege(result, map[bool]string{true: "HIGH", false: "NONE"}[privileged])
	}
	for member, key := range map[string]string{"name": "DISPLAY_NAME", "description": "DESCRIPTION"} {
		if touches(edits, member) && !touches(edits, "manuallyUpdatedFields") {
			flags := object{"DISPLAY_NAME": false, "DESCRIPTION": false}
			for name, set := range inner(result, "manuallyUpdatedFields") {
				flags[name] = set
			}
			flags[key] = true
			result["manuallyUpdatedFields"] = flags
		}
	}
	result["modified"] = c.stamp()
}

// override sets the privilege through its write-only pointer. How to drop an override is not documented
// (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement).
func (c *call) override(value object, e edit) error {
	level, _ := e.value.(string)
	if e.op != "add" && e.op != "replace" {
		return violation("%s cannot be used on %s", e.op, e.pointer())
	}
	if !slices.Contains(c.v.schema.Enums["Privilege"], level) {
		return violation("%s: %v is not one of %s", e.pointer(), e.value, strings.Join(c.v.schema.Enums["Privilege"], ", "))
	}
	setPrivilege(value, level)
	value["modified"] = c.stamp()
	return nil
}

func setPrivilege(value object, level string) {
	value["privilegeLevel"] = object{
		"direct": level, "effective": level, "inherited": inner(value, "privilegeLevel")["inherited"],
		"setBy": SeedID("identity", service), "setByType": "OVERRIDE",
	}
}
