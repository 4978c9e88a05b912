package conductorone

import (
	"strconv"
	"time"
)

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

// request is one that was opened for the members of a catalog, who came by a rule.
type request struct {
	rule object
	ref  ref
}

// openRequests asks for entitlements on behalf of those who are members now.
func (c *call) openRequests(id string, given []ref) {
	if rule := c.s.ran[id]; rule != nil && flag(c.body, "createRequests") {
		for _, r := range given {
			c.s.requests[id] = append(c.s.requests[id], request{rule, r})
		}
	}
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
	c.run(id, value)
	return empty(), nil
}

// runEvery is how often the vendor runs a membership rule by itself.
const runEvery = time.Hour

// runDue runs every rule whose last run, or else last change, was so long ago.
func (c *call) runDue() {
	for id, value := range c.s.bundles {
		since := instant(inner(value, "state"), "lastRunAt")
		if since.IsZero() {
			since = instant(value, "updatedAt")
		}
		if !deleted(value) && !c.now.Before(since.Add(runEvery)) {
			c.run(id, value)
		}
	}
}

// run makes those members whom the rule means now, and nobody else. A rule that is off moves nobody.
func (c *call) run(id string, value object) {
	if !flag(value, "enabled") {
		return
	}
	c.s.ran[id] = copyObject(value)
	members := strconv.FormatInt(c.s.members[id], 10)
	value["state"] = object{
		"status": "BUNDLE_AUTOMATION_RUN_STATUS_SUCCESS", "lastRunAt": c.stamp(),
		"celEvaluation": object{"status": "BUNDLE_AUTOMATION_RUN_STATUS_SUCCESS", "lastEvaluatedAt": c.stamp(), "matchedUsers": members},
	}
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
