package conductorone

import (
	"strconv"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

const msgCatalog = nsCatalog + "RequestCatalog"

// viewCatalog is a catalog as a read by its id shows it.
func (c *call) viewCatalog(value object) object {
	shown := copyObject(value)
	access := []any{}
	for _, r := range c.s.visibility[text(value, "id")] {
		if e := c.live(r); e != nil {
			access = append(access, c.showEntitlement(e))
		}
	}
	shown = c.v.schema.Render(msgCatalog, shown)
	shown["accessEntitlements"] = access
	return object{
		"requestCatalog": shown, "memberCount": strconv.FormatInt(c.s.members[text(value, "id")], 10),
		"createdByUserPath": "", "accessEntitlementsPath": "",
	}
}

func (c *call) answerCatalog(value object) (any, error) {
	return object{"requestCatalogView": c.viewCatalog(value), "expanded": []any{}}, nil
}

// catalog finds the catalog a path names. Deleted ones are found when the caller takes them.
func (c *call) catalog(takeDeleted bool) (*record, string, error) {
	id := c.id("id", "catalog_id", "request_catalog_id")
	r := c.s.catalogs.Get(id)
	if r == nil || (deleted(r.Value) && !takeDeleted) {
		return nil, id, notFound("request catalog %s not found", id)
	}
	return r, id, nil
}

// addCatalog stores a new catalog and its enrolment entitlement, which lives in the tenant's own app under the same id.
func (c *call) addCatalog(value object, creator string) *record {
	id := text(value, "id")
	if id == "" {
		id = c.v.host.NewID()
	}
	value["id"], value["createdByUserId"] = id, creator
	value["createdAt"], value["updatedAt"] = c.stamp(), c.stamp()
	r := c.s.catalogs.Put(c.s.next(), id, value, c.now)
	c.s.entitlements.Put(c.s.next(), ref{c1App, id}.key(), object{
		"id": id, "appId": c1App, "displayName": text(value, "displayName"), "description": text(value, "description"),
		"slug": "enrollment", "purpose": "APP_ENTITLEMENT_PURPOSE_VALUE_ASSIGNMENT",
		"createdAt": c.stamp(), "updatedAt": c.stamp(),
	}, c.now)
	return r
}

func (c *call) createCatalog() (any, error) {
	value := copyObject(c.body)
	delete(value, "expandMask")
	delete(value, "annotations")
	value["annotations"] = wire.MergeKeys(nil, c.body["annotations"])
	if err := checkAnnotations(value["annotations"]); err != nil {
		return nil, err
	}
	r := c.addCatalog(value, servicePrincipal)
	r.Inputs = copyObject(c.body)
	return c.answerCatalog(r.Value)
}

func (c *call) getCatalog() (any, error) {
	r, _, err := c.catalog(true)
	if err != nil {
		return nil, err
	}
	return c.answerCatalog(r.Value)
}

func (c *call) listCatalogs() (any, error) {
	return c.listing(c.lagging(c.s.catalogs, func(value object) bool { return c.settings.ListDeleted || !deleted(value) }), c.rowOfCatalog)
}

func (c *call) updateCatalog() (any, error) {
	r, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	m := c.v.schema.Messages[msgCatalog]
	patch := inner(c.body, "catalog")
	if patch == nil {
		return nil, violation("catalog is required")
	}
	paths, err := c.v.schema.ParseMask(m, text(c.body, "updateMask"), wire.LowerCamel)
	if err != nil {
		return nil, err
	}
	value := c.v.schema.Merge(m, r.Value, patch, paths)
	if text(value, "displayName") == "" {
		return nil, refused("displayName must not be blank")
	}
	if err := checkAnnotations(value["annotations"]); err != nil {
		return nil, err
	}
	value["updatedAt"] = c.stamp()
	r.Set(value, c.now)
	c.forgetBindings(id, value)
	c.followName(id, text(value, "displayName"))
	return c.answerCatalog(value)
}

// followName keeps the name of the enrolment entitlement the same as the catalog's.
func (c *call) followName(id, name string) {
	r := c.s.entitlements.Get(ref{c1App, id}.key())
	if r == nil || text(r.Value, "displayName") == name {
		return
	}
	value := copyObject(r.Value)
	value["displayName"], value["updatedAt"] = name, c.stamp()
	r.Set(value, c.now)
}

func (c *call) deleteCatalog() (any, error) {
	r, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	c.retire(r)
	if e := c.s.entitlements.Get(ref{c1App, id}.key()); e != nil {
		c.retire(e)
	}
	return empty(), nil
}
