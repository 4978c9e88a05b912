package conductorone

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

const msgAutomation = nsApp + "AppEntitlementAutomation"

// dynamic finds the entitlement of an automation call. Only the tenant's own app has dynamic entitlements.
func (c *call) dynamic() (ref, error) {
	_, at, err := c.entitlement(false)
	if err == nil && at.app != c1App {
		err = refused("automation is only for entitlements of the app %s", AppC1)
	}
	return at, err
}

func (c *call) showAutomation(at ref) object {
	value := copyObject(c.s.automations[at.key()])
	value["appId"], value["appEntitlementId"] = at.app, at.id
	return c.v.schema.Render(msgAutomation, value)
}

func (c *call) automation() (ref, error) {
	at, err := c.dynamic()
	if err == nil && c.s.automations[at.key()] == nil {
		err = notFound("entitlement %s has no automation", at.id)
	}
	return at, err
}

func (c *call) getAutomation() (any, error) {
	at, err := c.automation()
	if err != nil {
		return nil, err
	}
	return object{"AppEntitlementAutomation": c.showAutomation(at)}, nil
}

func (c *call) checkAutomation(value object) error {
	return firstError(
		c.checkExpression("cel.expression", "membership", text(inner(value, "cel"), "expression")),
		c.checkRefs(refs(inner(value, "entitlements"), "entitlementRefs")),
	)
}

func (c *call) createAutomation() (any, error) {
	at, err := c.dynamic()
	if err != nil {
		return nil, err
	}
	if c.s.automations[at.key()] != nil {
		return nil, conflict("entitlement %s already has an automation", at.id)
	}
	m := c.v.schema.Messages[msgAutomation]
	// Merging into nothing keeps the writable fields and drops the read-only ones.
	value := c.v.schema.Merge(m, object{}, inner(c.body, "automation"), nil)
	if err := c.checkAutomation(value); err != nil {
		return nil, err
	}
	value["createdAt"], value["updatedAt"] = c.stamp(), c.stamp()
	c.s.automations[at.key()] = value
	return object{"automation": c.showAutomation(at)}, nil
}

func (c *call) updateAutomation() (any, error) {
	at, err := c.automation()
	if err != nil {
		return nil, err
	}
	m := c.v.schema.Messages[msgAutomation]
	paths, err := c.v.schema.ParseMask(m, text(c.body, "updateMask"), wire.LowerCamel)
	if err != nil {
		return nil, err
	}
	value := c.v.schema.Merge(m, c.s.automations[at.key()], c.body, paths)
	if err := c.checkAutomation(value); err != nil {
		return nil, err
	}
	value["updatedAt"] = c.stamp()
	c.s.automations[at.key()] = value
	return object{"AppEntitlementAutomation": c.showAutomation(at)}, nil
}

func (c *call) deleteAutomation() (any, error) {
	at, err := c.automation()
	if err != nil {
		return nil, err
	}
	delete(c.s.automations, at.key())
	return empty(), nil
}

func (c *call) listExclusions() (any, error) {
	at, err := c.dynamic()
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, id := range c.s.exclusions[at.key()] {
		list = append(list, object{"appEntitlementId": at.id, "appId": at.app, "appUserId": "", "user": c.showUser(c.s.users.Get(id).Value)})
	}
	return object{"list": list, "nextPageToken": ""}, nil
}

func (c *call) addExclusions() (any, error) {
	at, err := c.dynamic()
	if err == nil {
		err = c.checkUsers("userIds", texts(c.body, "userIds"))
	}
	if err != nil {
		return nil, err
	}
	for _, id := range texts(c.body, "userIds") {
		if !slices.Contains(c.s.exclusions[at.key()], id) {
			c.s.exclusions[at.key()] = append(c.s.exclusions[at.key()], id)
		}
	}
	return empty(), nil
}

func (c *call) removeExclusions() (any, error) {
	at, err := c.dynamic()
	if err != nil {
		return nil, err
	}
	gone := texts(c.body, "userIds")
	c.s.exclusions[at.key()] = slices.DeleteFunc(slices.Clone(c.s.exclusions[at.key()]), func(id string) bool { return slices.Contains(gone, id) })
	return empty(), nil
}
