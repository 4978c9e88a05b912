package conductorone

import "strconv"

// showBundle is a catalog's membership rule as it reads.
func (c *call) showBundle(id string) object {
	value := copyObject(c.s.bundles[id])
	value["requestCatalogId"], value["tenantId"] = id, SeedID("tenant", c.tenant)
	for _, name := range []string{"state", "circuitBreaker"} {
		if value[name] == nil {
			value[name] = object{}
		}
	}
	return c.v.schema.Render(nsCatalog+"BundleAutomation", value)
}

// bundle finds the membership rule of the catalog in the path.
func (c *call) bundle(takeDeleted bool) (string, object, error) {
	_, id, err := c.catalog(false)
	if err != nil {
		return id, nil, err
	}
	value := c.s.bundles[id]
	if value == nil || (deleted(value) && !takeDeleted) {
		return id, nil, notFound("request catalog %s has no automation", id)
	}
	return id, value, nil
}

func (c *call) getBundle() (any, error) {
	id, _, err := c.bundle(true)
	if err != nil {
		return nil, err
	}
	return c.showBundle(id), nil
}

// putBundle stores the rule from the body. Nothing is taken over from the rule before: the call has no mask.
func (c *call) putBundle() (any, error) {
	_, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	value := copyObject(c.body)
	if flag(value, "enabled") && value["cel"] == nil && value["entitlements"] == nil {
		return nil, refused("an enabled automation needs cel or entitlements")
	}
	if expression, ok := inner(value, "cel")["expression"].(string); value["cel"] != nil && (!ok || expression == "") {
		return nil, refused("cel.expression must not be empty")
	}
	if percent, err := strconv.Atoi(text(value, "removedMembersThresholdPercent")); err == nil && (percent < 0 || percent > 100) {
		return nil, refused("removedMembersThresholdPercent must be from 0 to 100")
	}
	if err := firstError(
		c.checkExpression("cel.expression", "membership", text(inner(value, "cel"), "expression")),
		c.checkRefs(refs(inner(value, "entitlements"), "entitlementRefs")),
	); err != nil {
		return nil, err
	}
	value["createdAt"], value["updatedAt"] = c.stamp(), c.stamp()
	if old := c.s.bundles[id]; old != nil && !deleted(old) {
		value["createdAt"] = old["createdAt"]
		for _, name := range []string{"state", "circuitBreaker"} {
			if old[name] != nil {
				value[name] = old[name]
			}
		}
	}
	c.s.bundles[id] = value
	return c.showBundle(id), nil
}

func (c *call) setBundle() (any, error) { return c.putBundle() }

func (c *call) createBundle() (any, error) {
	_, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	if old := c.s.bundles[id]; old != nil && !deleted(old) {
		return nil, conflict("request catalog %s already has an automation", id)
	}
	return c.putBundle()
}

func (c *call) deleteBundle() (any, error) {
	id, value, err := c.bundle(false)
	if err != nil {
		return nil, err
	}
	if !c.settings.SoftDelete {
		delete(c.s.bundles, id)
		return empty(), nil
	}
	value["deletedAt"], value["enabled"] = c.stamp(), false
	return empty(), nil
}

// runBundle does at once what the vendor does soon.
func (c *call) runBundle() (any, error) {
	id, value, err := c.bundle(false)
	if err != nil {
		return nil, err
	}
	if err := c.checkRefs(refs(c.body, "refs")); err != nil {
		return nil, err
	}
	members := strconv.FormatInt(c.s.members[id], 10)
	value["state"] = object{
		"status": "BUNDLE_AUTOMATION_RUN_STATUS_SUCCESS", "lastRunAt": c.stamp(),
		"celEvaluation": object{"status": "BUNDLE_AUTOMATION_RUN_STATUS_SUCCESS", "lastEvaluatedAt": c.stamp(), "matchedUsers": members},
	}
	return empty(), nil
}

func (c *call) resumeBundle() (any, error) {
	_, value, err := c.bundle(false)
	if err != nil {
		return nil, err
	}
	if text(inner(value, "circuitBreaker"), "state") != "CIRCUIT_BREAKER_STATE_TRIGGERED" {
		return nil, refused("the automation is not paused")
	}
	value["circuitBreaker"] = object{"state": "CIRCUIT_BREAKER_STATE_BYPASS", "updatedAt": c.stamp()}
	return empty(), nil
}
