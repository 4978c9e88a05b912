package conductorone

import (
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

const msgEntitlement = nsApp + "AppEntitlement"

// showEntitlement is an entitlement as it reads: with the defaults the server reports for what was never set.
func (c *call) showEntitlement(value object) object {
	value = copyObject(value)
	if value["durationGrant"] == nil {
		value["durationUnset"] = object{}
	}
	for _, name := range []string{"provisionerPolicy", "deprovisionerPolicy"} {
		if value[name] == nil {
			value[name] = object{"unconfigured": object{}}
		}
	}
	value["isAutomationEnabled"] = c.s.automations[ref{text(value, "appId"), text(value, "id")}.key()] != nil
	return c.v.schema.Render(msgEntitlement, value)
}

func (c *call) viewEntitlement(value object) object {
	return object{
		"appEntitlement": c.showEntitlement(value), "appPath": "", "appResourcePath": "", "appResourceTypePath": "",
		"objectPermissions": permissions(),
	}
}

func (c *call) answerEntitlement(value object) (any, error) {
	return object{"appEntitlementView": c.viewEntitlement(value), "expanded": []any{}}, nil
}

// entitlement finds the entitlement a path names. Deleted ones are found when the caller takes them.
func (c *call) entitlement(takeDeleted bool) (*record, ref, error) {
	at := ref{c.id("app_id"), c.id("id", "entitlement_id", "app_entitlement_id")}
	r := c.s.entitlements.Get(at.key())
	if r == nil || (deleted(r.Value) && !takeDeleted) {
		return nil, at, notFound("entitlement %s of app %s not found", at.id, at.app)
	}
	return r, at, nil
}

func (c *call) createEntitlement() (any, error) {
	app := c.id("app_id")
	if r := c.s.apps.Get(app); r == nil {
		return nil, notFound("app %s not found", app)
	}
	value, inputs := copyObject(c.body), copyObject(c.body)
	delete(value, "appEntitlementOwnerIds")
	delete(value, "expandMask")
	delete(value, "provisionPolicy")
	if policy := inner(c.body, "provisionPolicy"); policy != nil {
		value["provisionerPolicy"] = copyObject(policy)
	}
	value["id"], value["appId"], value["isManuallyManaged"] = c.v.host.NewID(), app, true
	value["createdAt"], value["updatedAt"] = c.stamp(), c.stamp()
	delete(value, "annotations")
	value["annotations"] = wire.MergeKeys(nil, c.body["annotations"])
	owners := texts(c.body, "appEntitlementOwnerIds")
	if err := firstError(c.checkItsResource(), c.checkEntitlement(value, ref{}), c.checkOwners(owners)); err != nil {
		return nil, err
	}
	at := ref{app, text(value, "id")}
	r := c.s.entitlements.Put(c.s.next(), at.key(), value, c.now)
	r.Inputs = inputs
	c.setOwnersOf(at.key(), owners)
	return c.answerEntitlement(value)
}

// checkEntitlement checks the values of an entitlement that is about to be stored; self is its own reference, if it has one.
func (c *call) checkEntitlement(value object, self ref) error {
	if strings.TrimSpace(text(value, "displayName")) == "" {
		return refused("displayName must not be blank")
	}
	if err := c.checkAlias(text(value, "alias"), self); err != nil {
		return err
	}
	if err := c.checkResource(value); err != nil {
		return err
	}
	if flag(value, "emergencyGrantEnabled") && text(value, "emergencyGrantPolicyId") == "" {
		return refused("emergencyGrantEnabled needs emergencyGrantPolicyId")
	}
	if given := text(value, "durationGrant"); given != "" {
		if d, err := time.ParseDuration(given); err != nil || d <= 0 {
			return refused("durationGrant must be more than zero")
		}
	}
	if id := text(value, "requestSchemaId"); id != "" && !c.s.requestSchemas[id] {
		return refused("requestSchemaId: request schema %s not found", id)
	}
	var risk []string
	if id := text(value, "riskLevelValueId"); id != "" {
		risk = []string{id}
	}
	return firstError(
		checkAnnotations(value["annotations"]),
		c.checkPolicy("grantPolicyId", text(value, "grantPolicyId"), "GRANT"),
		c.checkPolicy("revokePolicyId", text(value, "revokePolicyId"), "REVOKE"),
		c.checkPolicy("certifyPolicyId", text(value, "certifyPolicyId"), "CERTIFY"),
		c.checkPolicy("emergencyGrantPolicyId", text(value, "emergencyGrantPolicyId"), "GRANT"),
		c.checkAttributes("riskLevelValueId", riskLevels, risk),
		c.checkAttributes("complianceFrameworkValueIds", frameworks, texts(value, "complianceFrameworkValueIds")),
		c.checkProvision("provisionerPolicy", inner(value, "provisionerPolicy")),
		c.checkProvision("deprovisionerPolicy", inner(value, "deprovisionerPolicy")),
	)
}

func (c *call) checkAlias(alias string, self ref) error {
	if alias == "" {
		return nil
	}
	for _, r := range c.s.entitlements.All() {
		if r.Key != self.key() && !deleted(r.Value) && text(r.Value, "alias") == alias {
			return conflict("alias %s is already in use by entitlement %s", alias, text(r.Value, "id"))
		}
	}
	return nil
}

func (c *call) checkResource(value object) error {
	app, kind, id := text(value, "appId"), text(value, "appResourceTypeId"), text(value, "appResourceId")
	if kind != "" {
		if r := c.s.resourceTypes.Get(kind); r == nil || text(r.Value, "appId") != app {
			return refused("appResourceTypeId: resource type %s not found in app %s", kind, app)
		}
	}
	if id == "" {
		return nil
	}
	if r := c.s.resources.Get(id); r == nil || text(r.Value, "appId") != app || text(r.Value, "appResourceTypeId") != kind {
		return refused("appResourceId: resource %s of type %s not found in app %s", id, kind, app)
	}
	return nil
}

func (c *call) getEntitlement() (any, error) {
	r, _, err := c.entitlement(true)
	if err != nil {
		return nil, err
	}
	return c.answerEntitlement(r.Value)
}

func (c *call) updateEntitlement() (any, error) {
	r, at, err := c.entitlement(false)
	if err != nil {
		return nil, err
	}
	m := c.v.schema.Messages[msgEntitlement]
	patch := inner(c.body, "entitlement")
	if patch == nil {
		return nil, violation("entitlement is required")
	}
	paths, err := c.v.schema.ParseMask(m, text(c.body, "updateMask"), wire.LowerCamel)
	if err != nil {
		return nil, err
	}
	value := c.v.schema.Merge(m, r.Value, patch, paths)
	if override, ok := c.body["overrideAccessRequestsDefaults"]; ok {
		value["overrideAccessRequestsDefaults"] = override
	}
	if flag(r.Value, "systemBuiltin") && text(value, "displayName") != text(r.Value, "displayName") {
		return nil, refused("entitlement %s is built in and cannot be renamed", at.id)
	}
	if err := c.checkEntitlement(value, at); err != nil {
		return nil, err
	}
	value["updatedAt"] = c.stamp()
	r.Set(value, c.now)
	return c.answerEntitlement(value)
}

func (c *call) deleteEntitlement() (any, error) {
	r, at, err := c.entitlement(false)
	if err != nil {
		return nil, err
	}
	switch {
	case flag(r.Value, "systemBuiltin"):
		return nil, refused("entitlement %s is built in and cannot be deleted", at.id)
	case len(inner(r.Value, "sourceConnectorIds")) > 0:
		return nil, refused("entitlement %s is synced by a connector and cannot be deleted", at.id)
	case at.app == c1App && c.s.catalogs.Get(at.id) != nil:
		return nil, refused("entitlement %s belongs to an access profile and cannot be deleted", at.id)
	}
	c.retire(r)
	return empty(), nil
}

// retire deletes softly or for good, as the settings say.
func (c *call) retire(r *record) {
	if !c.settings.SoftDelete {
		r.Remove(c.now)
		return
	}
	value := copyObject(r.Value)
	value["deletedAt"], value["updatedAt"] = c.stamp(), c.stamp()
	r.Set(value, c.now)
}
