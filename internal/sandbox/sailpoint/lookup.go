package sailpoint

import (
	"slices"
)

func (c *call) source(id string) (*record, error) {
	if r := c.s.sources.Get(id); r != nil {
		return r, nil
	}
	return nil, notFound("Source", id)
}

func (c *call) showSource(value object) object {
	result := object{"features": []any{}, "connectorAttributes": object{}, "schemas": []any{}, "cluster": nil, "managementWorkgroup": nil}
	for name, member := range value {
		result[name] = member
	}
	result["owner"] = c.s.show(inner(value, "owner"))
	return result
}

// listSources takes the filters an operator needs; the others of the official list are not simulated.
func (c *call) listSources() (any, error) {
	if c.query.Get("for-subadmin") != "" || c.query.Get("includeIDNSource") != "" {
		return nil, unsimulated("for-subadmin and includeIDNSource are not simulated")
	}
	return c.listing(shown(present(c.s.sources), c.showSource), view{
		filters: fields("id: eq in ge gt le lt ne isnull sw", "name: co eq in sw ge gt ne isnull", "type: eq in ge gt ne isnull sw",
			"owner.id: eq in ge gt le lt ne isnull sw", "description: eq sw", "status: eq in ge gt le lt ne isnull sw"),
		sorters: "type created modified name owner.name healthy status id description owner.id",
	})
}

func (c *call) getSource() (any, error) {
	r, err := c.source(c.id())
	if err != nil {
		return nil, err
	}
	return c.showSource(r.Value), nil
}

// listPublicIdentities needs no right, and does not filter by the display name (docs/vendors/sailpoint-api.md#look-ups).
func (c *call) listPublicIdentities() (any, error) {
	if c.query.Get("add-core-filters") != "" {
		return nil, unsimulated("add-core-filters is not simulated")
	}
	list, err := c.listing(present(c.s.identities), view{
		filters: fields("id: eq in", "alias: eq sw", "email: eq sw", "firstname: eq sw", "lastname: eq sw"), sorters: "name",
	})
	return reshape(list, err, func(value object) object {
		status := map[string]string{"ACTIVE": "Active"}[text(value, "identityState")]
		if status == "" {
			status = "Inactive"
		}
		return object{
			"id": value["id"], "name": value["name"], "alias": value["alias"], "email": value["email"], "status": status,
			"identityState": value["identityState"], "manager": c.s.show(managerOf(value)), "attributes": []any{},
		}
	})
}

// listIdentities shows correlated identities only unless the call asks otherwise (docs/vendors/sailpoint-api.md#look-ups).
func (c *call) listIdentities() (any, error) {
	values := present(c.s.identities)
	switch c.query.Get("defaultFilter") {
	case "NONE":
	case "", "CORRELATED_ONLY":
		values = slices.DeleteFunc(values, func(value object) bool { return !flag(value, "correlated") })
	default:
		return nil, violation("defaultFilter must be CORRELATED_ONLY or NONE")
	}
	list, err := c.listing(values, view{
		filters: fields("id: eq in", "name: eq sw", "alias: eq sw", "firstname: eq sw", "lastname: eq sw", "email: eq sw", "correlated@bool: eq",
			"protected@bool: eq"),
		sorters: "name alias",
	})
	return reshape(list, err, c.showIdentity)
}

func (c *call) showIdentity(value object) object {
	return object{
		"id": value["id"], "name": value["name"], "alias": value["alias"], "emailAddress": value["email"], "created": value["created"],
		"modified": value["modified"], "identityStatus": "REGISTERED", "processingState": nil, "managerRef": c.s.show(managerOf(value)), "isManager": false,
		"lastRefresh": value["modified"], "lifecycleState": object{"stateName": value["lifecycleState"], "manuallyUpdated": false},
		"attributes": object{"displayName": value["name"], "firstname": value["firstname"], "lastname": value["lastname"], "email": value["email"]},
	}
}

func (c *call) getIdentity() (any, error) {
	r := c.s.identities.Get(c.id())
	if r == nil {
		return nil, notFound("Identity", c.id())
	}
	return c.showIdentity(r.Value), nil
}

func managerOf(identity object) object {
	if id := text(identity, "manager"); id != "" {
		return reference("IDENTITY", id)
	}
	return nil
}

func (c *call) listWorkgroups() (any, error) {
	return c.listing(shown(present(c.s.workgroups), c.showOwned), view{
		filters: fields("id: eq in sw", "name: eq sw in"), sorters: "name created modified id description",
	})
}

func (c *call) getWorkgroup() (any, error) {
	r := c.s.workgroups.Get(c.id())
	if r == nil {
		// The operation declares no 404 (docs/vendors/sailpoint-api.md#errors).
		return nil, noReference("Workgroup", c.id())
	}
	return c.showOwned(r.Value), nil
}

// showOwned fills in the owner that seeded groups and segments share.
func (c *call) showOwned(value object) object {
	result := object{"owner": c.s.show(reference("IDENTITY", SeedID("identity", "dennis@corp.example")))}
	for name, member := range value {
		result[name] = member
	}
	return result
}

// listSegments has no filter: callers page and compare (docs/vendors/sailpoint-api.md#look-ups).
func (c *call) listSegments() (any, error) { return c.page(shown(present(c.s.segments), c.showOwned)) }

func (c *call) getSegment() (any, error) {
	r := c.s.segments.Get(c.id())
	if r == nil {
		return nil, notFound("Segment", c.id())
	}
	return c.showOwned(r.Value), nil
}

// reshape shows a page that was cut from stored values.
func reshape(page any, err error, show func(object) object) (any, error) {
	if err != nil {
		return nil, err
	}
	list, _ := page.([]any)
	result := []any{}
	for _, item := range list {
		if value, ok := item.(object); ok {
			result = append(result, show(value))
		}
	}
	return result, nil
}
