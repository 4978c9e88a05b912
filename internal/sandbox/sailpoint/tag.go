package sailpoint

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// tagKey is what a tagged object is kept under.
func tagKey(kind, id string) string { return kind + "/" + id }

func showTagged(value object) object {
	return object{"objectRef": wire.DeepCopy(value["objectRef"]), "tags": wire.DeepCopy(value["tags"])}
}

func (c *call) listTagged() (any, error) {
	list := []object{}
	for _, value := range present(c.s.tags) {
		item := showTagged(value)
		item["tagName"] = item["tags"]
		list = append(list, item)
	}
	page, err := c.listing(list, view{filters: fields("objectRef.id: eq in", "objectRef.type: eq in", "tagName: eq in")})
	return reshape(page, err, showTagged)
}

// tagged is what the path names; objects without tags have an empty list.
func (c *call) tagged() (string, object, error) {
	kind, id := c.r.PathValue("type"), c.id()
	if !slices.Contains(c.v.schema.Enums["TaggedType"], kind) {
		return "", nil, violation("%s cannot be tagged", kind)
	}
	key := tagKey(kind, id)
	if r := c.s.tags.Get(key); r != nil {
		return key, r.Value, nil
	}
	return key, object{"objectRef": reference(kind, id), "tags": []any{}}, nil
}

func (c *call) getTags() (any, error) {
	_, value, err := c.tagged()
	if err != nil {
		return nil, err
	}
	return showTagged(value), nil
}

// putTags replaces the whole list of an object's tags (docs/vendors/sailpoint-api.md#tags).
func (c *call) putTags() (any, error) {
	key, _, err := c.tagged()
	if err != nil {
		return nil, err
	}
	if given := inner(c.body, "objectRef"); key != tagKey(text(given, "type"), text(given, "id")) {
		return nil, violation("objectRef is not what the path names")
	}
	return showTagged(c.setTags(key)), nil
}

func (c *call) addTags() (any, error) {
	given := inner(c.body, "objectRef")
	c.setTags(tagKey(text(given, "type"), text(given, "id")))
	return empty(), nil
}

func (c *call) setTags(key string) object {
	given := inner(c.body, "objectRef")
	value := object{"objectRef": reference(text(given, "type"), text(given, "id")), "tags": c.body["tags"]}
	if r := c.s.tags.Get(key); r != nil {
		r.Set(value, c.now)
	} else {
		c.s.tags.Put(c.s.next(), key, value, c.now)
	}
	return value
}

func (c *call) deleteTags() (any, error) {
	key, _, err := c.tagged()
	if err != nil {
		return nil, err
	}
	if r := c.s.tags.Get(key); r != nil {
		r.Remove(c.now)
	}
	return nil, nil
}
