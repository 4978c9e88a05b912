package conductorone

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

const maxOwners = 32

func (c *call) checkOwners(ids []string) error {
	if len(ids) > maxOwners {
		return refused("%d owners, at most %d", len(ids), maxOwners)
	}
	return c.checkUsers("owners", ids)
}

func (c *call) ownerRows(key string) []row {
	var list []row
	for i, id := range c.s.owners[key] {
		if r := c.s.users.Get(id); r != nil {
			list = append(list, row{Seq: int64(i + 1), Value: r.Value})
		}
	}
	return list
}

func (c *call) showUser(value object) object { return c.v.schema.Render("c1.api.user.v1.User", value) }

func (c *call) listOwners() (any, error) {
	_, at, err := c.entitlement(false)
	if err != nil {
		return nil, err
	}
	return c.listing(c.ownerRows(at.key()), c.showUser)
}

func (c *call) getOwnerIDs() (any, error) {
	_, at, err := c.entitlement(false)
	if err != nil {
		return nil, err
	}
	return object{"userIds": wire.List(c.s.owners[at.key()])}, nil
}

// changeOwners replaces the owners of an entitlement by what change makes of them.
func (c *call) changeOwners(change func([]string) []string) (any, error) {
	_, at, err := c.entitlement(false)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, id := range change(slices.Clone(c.s.owners[at.key()])) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if err := c.checkOwners(ids); err != nil {
		return nil, err
	}
	c.s.owners[at.key()] = ids
	return empty(), nil
}

func (c *call) setOwners() (any, error) {
	return c.changeOwners(func([]string) []string { return texts(c.body, "userIds") })
}

func (c *call) addOwner() (any, error) {
	id := text(c.body, "userId")
	if id == "" {
		return nil, refused("userId is required")
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
	if !slices.Contains(c.s.owners[at.key()], id) {
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
	_, at, err := c.entitlement(false)
	if err != nil {
		return nil, err
	}
	return c.listing(c.ownerRows(at.key()), func(value object) object {
		return object{"appId": at.app, "entitlementId": at.id, "roleSlug": "", "createdAt": nil, "user": c.showUser(value)}
	})
}
