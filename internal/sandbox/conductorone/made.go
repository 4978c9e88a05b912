package conductorone

import (
	"net/http"
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// Apps, resource types and resources that people make by hand.

const apps = "/api/v1/apps"

func madeOperations() []operation {
	const types = apps + "/{app_id}/resource_types"
	return []operation{
		create(apps, nsApp+"CreateAppRequest", (*call).createApp),
		get(apps+"/{app_id}", (*call).getApp),
		write(http.MethodDelete, apps+"/{app_id}", nsApp+"DeleteAppRequest", (*call).deleteApp),
		create(types, nsApp+"CreateManuallyManagedResourceTypeRequest", (*call).createResourceType),
		create(types+"/{app_resource_type_id}/resources", nsApp+"CreateManuallyManagedAppResourceRequest", (*call).createResource),
	}
}

// add stores a new object under an id of its own.
func (c *call) add(t *table, value object) object {
	value["id"], value["createdAt"], value["updatedAt"] = c.v.host.NewID(), c.stamp(), c.stamp()
	t.Put(c.s.next(), text(value, "id"), value, c.now)
	return value
}

// createApp makes an app with what every new one has: the built-in entitlement and a resource type.
func (c *call) createApp() (any, error) {
	owners := texts(c.body, "owners")
	if err := c.checkOwners(owners); err != nil {
		return nil, err
	}
	value := copyObject(c.body)
	delete(value, "owners")
	value["isManuallyManaged"] = true
	app := c.add(c.s.apps, value)
	c.s.plantBuiltin(c.s.next(), text(app, "id"), c.now)
	c.add(c.s.resourceTypes, object{"appId": app["id"], "displayName": "Credential"})
	return object{"app": c.show(nsApp + "App")(app)}, nil
}

func (c *call) getApp() (any, error) {
	id, err := c.app()
	if err != nil {
		return nil, err
	}
	return object{"app": c.show(nsApp + "App")(c.s.apps.Get(id).Value)}, nil
}

// deleteApp takes an app away with all that is in it. Afterwards it is not found, unlike catalogs.
func (c *call) deleteApp() (any, error) {
	id, err := c.app()
	if err != nil {
		return nil, err
	}
	c.s.apps.Get(id).Remove(c.now)
	for _, t := range []*table{c.s.entitlements, c.s.resourceTypes, c.s.resources, c.s.connectors} {
		for _, r := range t.All() {
			if text(r.Value, "appId") == id {
				r.Remove(c.now)
			}
		}
	}
	return empty(), nil
}

// resourceKinds are what a type made by hand may be; of all but the first an app has one.
var resourceKinds = []string{"CUSTOM", "ROLE", "GROUP", "LICENSE", "PROJECT", "CATALOG", "VAULT", "PROFILE_TYPE"}

func (c *call) createResourceType() (any, error) {
	app, err := c.app()
	if err != nil {
		return nil, err
	}
	kind := text(c.body, "resourceType")
	if !slices.Contains(resourceKinds, kind) {
		return nil, violation("resourceType: %q is none of %s", kind, strings.Join(resourceKinds, ", "))
	}
	for _, r := range c.s.resourceTypes.All() {
		if kind != resourceKinds[0] && text(r.Value, "appId") == app && text(r.Inputs, "resourceType") == kind {
			// A mistake of the caller, told as if the server had failed.
			return nil, &wire.Problem{Status: http.StatusInternalServerError, Message: "app resource type already exists"}
		}
	}
	made := c.add(c.s.resourceTypes, object{"appId": app, "displayName": c.body["displayName"]})
	c.s.resourceTypes.Get(text(made, "id")).Inputs = copyObject(c.body)
	return object{"appResourceType": c.show(msgResourceType)(made)}, nil
}

func (c *call) createResource() (any, error) {
	app, kind, err := c.resourceType()
	if err != nil {
		return nil, err
	}
	if err := c.checkOwners(texts(c.body, "resourceOwnerUserIds")); err != nil {
		return nil, err
	}
	value := copyObject(c.body)
	delete(value, "resourceOwnerUserIds")
	value["appId"], value["appResourceTypeId"] = app, kind
	return object{"appResource": c.show(msgResource)(c.add(c.s.resources, value))}, nil
}
