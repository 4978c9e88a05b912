package conductorone

import "slices"

const (
	msgResourceType = nsApp + "AppResourceType"
	msgResource     = nsApp + "AppResource"
)

func (c *call) searchResourceTypes() (any, error) {
	b := c.body
	simulated := []string{"appIds", "displayName", "query", "resourceTypeIds", "excludeResourceTypeIds", "pageSize", "pageToken"}
	if err := c.checkFilters(simulated); err != nil {
		return nil, err
	}
	return c.listing(rows(c.s.resourceTypes, false, func(value object) bool {
		return among(texts(b, "appIds"), text(value, "appId")) && fuzzy(text(b, "query"), value, "displayName") &&
			(text(b, "displayName") == "" || text(b, "displayName") == text(value, "displayName")) &&
			among(texts(b, "resourceTypeIds"), text(value, "id")) && !slices.Contains(texts(b, "excludeResourceTypeIds"), text(value, "id"))
	}), c.show(msgResourceType))
}

func (c *call) listResourceTypes() (any, error) {
	app, err := c.app()
	if err != nil {
		return nil, err
	}
	return c.listing(rows(c.s.resourceTypes, false, func(value object) bool { return text(value, "appId") == app }),
		c.wrapped("appResourceType", msgResourceType, "appPath"))
}

func (c *call) viewResource(value object) object {
	view := c.wrapped("appResource", msgResource, "appPath", "parentResourcePath", "parentResourceTypePath", "resourceTypePath")(value)
	view["objectPermissions"] = permissions()
	return view
}

func (c *call) searchResources() (any, error) {
	b := c.body
	simulated := []string{"appId", "appIds", "resourceTypeIds", "resourceIds", "excludeResourceIds", "query", "pageSize", "pageToken"}
	if err := c.checkFilters(simulated); err != nil {
		return nil, err
	}
	return c.listing(rows(c.s.resources, false, func(value object) bool {
		return (text(b, "appId") == "" || text(b, "appId") == text(value, "appId")) && among(texts(b, "appIds"), text(value, "appId")) &&
			among(texts(b, "resourceTypeIds"), text(value, "appResourceTypeId")) && among(texts(b, "resourceIds"), text(value, "id")) &&
			!slices.Contains(texts(b, "excludeResourceIds"), text(value, "id")) && fuzzy(text(b, "query"), value, "displayName", "externalId")
	}), c.viewResource)
}

// resourceType finds the app and the resource type of it that a path names.
func (c *call) resourceType() (app, kind string, err error) {
	if app, err = c.app(); err != nil {
		return "", "", err
	}
	kind = c.id("app_resource_type_id")
	if r := c.s.resourceTypes.Get(kind); r == nil || text(r.Value, "appId") != app {
		return "", "", notFound("resource type %s of app %s not found", kind, app)
	}
	return app, kind, nil
}

func (c *call) listResources() (any, error) {
	app, kind, err := c.resourceType()
	if err != nil {
		return nil, err
	}
	return c.listing(rows(c.s.resources, false, func(value object) bool {
		return text(value, "appId") == app && text(value, "appResourceTypeId") == kind
	}), c.viewResource)
}

func (c *call) listConnectors() (any, error) {
	app, err := c.app()
	if err != nil {
		return nil, err
	}
	return c.listing(rows(c.s.connectors, false, func(value object) bool { return text(value, "appId") == app }),
		c.wrapped("connector", nsApp+"Connector", "appPath", "capabilitiesPath", "usersPath"))
}

func (c *call) searchWebhooks() (any, error) {
	b := c.body
	return c.listing(rows(c.s.webhooks, false, func(value object) bool {
		return fuzzy(text(b, "query"), value, "displayName", "description") && among(refIDs(b, "refs"), text(value, "id"))
	}), c.show("c1.api.webhooks.v1.Webhook"))
}

func (c *call) searchStepUps() (any, error) {
	b := c.body
	if err := c.checkFilters([]string{"query", "refs", "pageSize", "pageToken"}); err != nil {
		return nil, err
	}
	return c.listing(rows(c.s.stepUps, false, func(value object) bool {
		return fuzzy(text(b, "query"), value, "displayName") && among(refIDs(b, "refs"), text(value, "id"))
	}), c.show("c1.api.stepup.v1.StepUpProvider"))
}
