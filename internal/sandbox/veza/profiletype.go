package veza

import (
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// createType makes a profile type (docs/vendors/veza-api.md#profile-types). Only the name is needed.
func (c *call) createType() (any, error) {
	value := wire.Copy(c.body)
	for _, id := range wire.Texts(value, "allow_inherited_from_types") {
		if c.s.types.Get(id) == nil {
			return nil, invalid("allow_inherited_from_types", "access profile type %s not found", id)
		}
	}
	if id := wire.Text(value, fieldPolicy); id != "" && c.s.requestPolicies.Get(id) == nil {
		return nil, invalid(fieldPolicy, "access request policy %s not found", id)
	}
	value["id"] = c.newID()
	c.s.types.Put(c.s.next(), wire.Text(value, "id"), value, c.now)
	return object{"value": c.viewType(value)}, nil
}

func (c *call) listTypes() (any, error) { return c.filtered(c.s.types, nil, c.viewType) }

func (c *call) viewType(value object) object {
	view := c.show("AccessProfileType")(value)
	dropUnset(view, "on_create_behavior")
	return view
}

// show returns a function that renders values as a message.
func (c *call) show(name string) func(object) object {
	return func(value object) object { return c.v.schema.Render(name, value) }
}

// lookUp lists a table whose filters are not published.
func (c *call) lookUp(t *wire.Table, name string) (any, error) {
	return c.filtered(t, nil, c.show(name))
}

// filtered lists a table with the filters that are documented for it.
func (c *call) filtered(t *wire.Table, attributes map[string]attribute, show func(object) object) (any, error) {
	keep, err := parseFilter(c.query.Get("filter"), attributes)
	if err := firstError(err, c.checkOrder()); err != nil {
		return nil, err
	}
	return c.listing(rows(t, keep), defaultPage, show)
}
