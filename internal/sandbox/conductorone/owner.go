package conductorone

import (
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

const maxOwners = 32

func (c *call) checkOwners(ids []string) error {
	if len(ids) > maxOwners {
		return refused("%d owners, at most %d", len(ids), maxOwners)
	}
	return c.checkUsers("owners", ids)
}

// Owners are records of their own, because reads of them are behind writes: what was accepted is shown some time later.

// setOwnersOf stores the owners of an entitlement.
func (c *call) setOwnersOf(key string, ids []string) {
	value := object{"userIds": wire.List(ids)}
	if r := c.s.owners.Get(key); r != nil {
		r.Set(value, c.now)
		return
	}
	c.s.owners.Put(c.s.next(), key, value, c.now)
}

// ownersNow are the owners as the last write left them, which only writes go by.
func (c *call) ownersNow(key string) []string {
	if r := c.s.owners.Get(key); r != nil {
		return texts(r.Value, "userIds")
	}
	return nil
}

// ownersShown are the owners as reads have them.
func (c *call) ownersShown(key string) []string {
	if r := c.s.owners.Get(key); r != nil {
		return texts(r.At(c.now.Add(-time.Duration(c.settings.OwnerLag))), "userIds")
	}
	return nil
}

// owned finds the entitlement whose owners are read. Nobody owns anything in an app that does not exist, and no read says so.
func (c *call) owned() (string, error) {
	if c.s.apps.Get(c.id("app_id")) == nil {
		return "", nil
	}
	_, at, err := c.entitlement(false)
	return at.key(), err
}

func (c *call) ownerRows(key string) []row {
	var list []row
	for i, id := range c.ownersShown(key) {
		if r := c.s.users.Get(id); r != nil {
			list = append(list, row{Seq: int64(i + 1), Value: r.Value})
		}
	}
	return list
}

func (c *call) showUser(value object) object { return c.v.schema.Render("c1.api.user.v1.User", value) }

func (c *call) listOwners() (any, error) {
	key, err := c.owned()
	if err != nil {
		return nil, err
	}
	return c.listing(c.ownerRows(key), c.showUser)
}

func (c *call) getOwnerIDs() (any, error) {
	key, err := c.owned()
	if err != nil {
		return nil, err
	}
	return object{"userIds": wire.List(c.ownersShown(key))}, nil
}

// changeOwners replaces the owners of an entitlement by what change makes of them.
func (c *call) changeOwners(change func([]string) []string) (any, error) {
	_, at, err := c.entitlement(false)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, id := range change(c.ownersNow(at.key())) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if err := c.checkOwners(ids); err != nil {
		return nil, err
	}
	c.setOwnersOf(at.key(), ids)
	return empty(), nil
}

func (c *call) setOwners() (any, error) {
	return c.changeOwners(func([]string) []string { return texts(c.body, "userIds") })
}

func (c *call) addOwner() (any, error) {
	id := text(c.body, "userId")
	if id == "" {
		return nil, unknownFailure("user_id is required")
	}
	return c.changeOwners(func(ids []string) []string { return append(ids, id) })
}

func (c *call) deleteOwners() (any, error) {
	return c.changeOwners(func([]string) []string { return nil })
}

func (c *call) removeOwner() (any, error) {
	_, at, err := c.entitlement(false)
	if err != nil {
		return nil, err
	}
	id := c.id("user_id")
	if !slices.Contains(c.ownersNow(at.key()), id) {
		return nil, notFound("user %s is not an owner", id)
	}
	return c.changeOwners(func(ids []string) []string {
		return slices.DeleteFunc(ids, func(other string) bool { return other == id })
	})
}

// setOwnersByRole is the draft, role-based call. The slugs of roles are not documented, so that only none is simulated.
func (c *call) setOwnersByRole() (any, error) {
	if text(c.body, "roleSlug") != "" || len(refs(c.body, "appEntitlementRefs")) > 0 {
		return nil, unsimulated("the sandbox does not simulate owner roles and owning entitlements")
	}
	return c.changeOwners(func([]string) []string {
		var ids []string
		list, _ := c.body["userRefs"].([]any)
		for _, item := range list {
			item, _ := item.(object)
			ids = append(ids, text(item, "id"))
		}
		return ids
	})
}

func (c *call) listOwnersByRole() (any, error) {
	key, err := c.owned()
	if err != nil {
		return nil, err
	}
	app, id := c.id("app_id"), c.id("entitlement_id")
	return c.listing(c.ownerRows(key), func(value object) object {
		return object{"appId": app, "entitlementId": id, "roleSlug": "", "createdAt": nil, "user": c.showUser(value)}
	})
}
