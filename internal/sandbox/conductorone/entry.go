package conductorone

import "slices"

// alive drops references to entitlements that are gone.
func (c *call) alive(list []ref) []ref {
	return slices.DeleteFunc(slices.Clone(list), func(r ref) bool { return c.live(r) == nil })
}

// joinRefs adds references that are not there yet and keeps the order.
func joinRefs(list, more []ref) []ref {
	list = slices.Clone(list)
	for _, r := range more {
		if !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

func withoutRefs(list, gone []ref) []ref {
	return slices.DeleteFunc(slices.Clone(list), func(r ref) bool { return slices.Contains(gone, r) })
}

// viewRefs lists referenced entitlements as views, paged.
func (c *call) viewRefs(list []ref) (any, error) {
	var views []row
	for i, r := range c.alive(list) {
		views = append(views, row{Seq: int64(i + 1), Value: c.live(r)})
	}
	return c.listing(views, c.viewEntitlement)
}

func (c *call) getEntryIDs() (any, error) {
	_, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	return object{"refs": wireRefs(c.alive(c.s.entries[id]))}, nil
}

func (c *call) listEntries() (any, error) {
	_, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	return c.viewRefs(c.s.entries[id])
}

// touch moves a catalog's updatedAt after a change of what belongs to it.
func (c *call) touch(r *record) {
	value := copyObject(r.Value)
	value["updatedAt"] = c.stamp()
	r.Set(value, c.now)
}

// changeRefs changes one of a catalog's lists of entitlements. Given references must exist.
func (c *call) changeRefs(lists map[string][]ref, given []ref, change func(list, given []ref) []ref) (any, error) {
	r, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	if err := c.checkRefs(given); err != nil {
		return nil, err
	}
	lists[id] = change(lists[id], given)
	c.touch(r)
	return empty(), nil
}

// swallow remembers an input that nothing reads back.
func (c *call) swallow(name string) {
	r := c.s.catalogs.Get(c.id("catalog_id"))
	if value, ok := c.body[name]; ok && r != nil {
		r.Inputs[name] = value
	}
}

func (c *call) addEntries() (any, error) {
	c.swallow("createRequests")
	given := refs(c.body, "appEntitlements")
	answer, err := c.changeRefs(c.s.entries, given, joinRefs)
	if err == nil {
		c.openRequests(c.id("catalog_id"), given)
	}
	return answer, err
}

func (c *call) replaceEntries() (any, error) {
	return c.changeRefs(c.s.entries, refs(c.body, "appEntitlements"), func(_, given []ref) []ref { return joinRefs(nil, given) })
}

// removeEntries takes references that are gone, or were never there: removing them is what was asked for.
func (c *call) removeEntries() (any, error) {
	gone := refs(c.body, "appEntitlements")
	return c.changeRefs(c.s.entries, nil, func(list, _ []ref) []ref { return withoutRefs(list, gone) })
}

func (c *call) entryRef() ref { return ref{c.id("app_id"), c.id("entitlement_id")} }

func entryAnswer(catalog string, r ref) any {
	return object{"requestableEntry": object{"catalogId": catalog, "appId": r.app, "entitlementId": r.id}}
}

func (c *call) getEntry() (any, error) {
	_, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(c.alive(c.s.entries[id]), c.entryRef()) {
		return nil, notFound("entitlement %s is not in request catalog %s", c.entryRef().id, id)
	}
	return entryAnswer(id, c.entryRef()), nil
}

func (c *call) putEntry() (any, error) {
	c.swallow("createRequests")
	if _, err := c.changeRefs(c.s.entries, []ref{c.entryRef()}, joinRefs); err != nil {
		return nil, err
	}
	c.openRequests(c.id("catalog_id"), []ref{c.entryRef()})
	return entryAnswer(c.id("catalog_id"), c.entryRef()), nil
}

func (c *call) deleteEntry() (any, error) {
	if _, err := c.getEntry(); err != nil {
		return nil, err
	}
	gone := []ref{c.entryRef()}
	return c.changeRefs(c.s.entries, nil, func(list, _ []ref) []ref { return withoutRefs(list, gone) })
}

func (c *call) listVisibility() (any, error) {
	_, id, err := c.catalog(false)
	if err != nil {
		return nil, err
	}
	return c.viewRefs(c.s.visibility[id])
}

func (c *call) addVisibility() (any, error) {
	if err := c.takesBindings(); err != nil {
		return nil, err
	}
	return c.changeRefs(c.s.visibility, refs(c.body, "accessEntitlements"), joinRefs)
}

func (c *call) removeVisibility() (any, error) {
	if err := c.letsBindingsGo(); err != nil {
		return nil, err
	}
	gone := refs(c.body, "accessEntitlements")
	return c.changeRefs(c.s.visibility, nil, func(list, _ []ref) []ref { return withoutRefs(list, gone) })
}
