package conductorone

import (
	"slices"
	"strings"
)

// show returns a function that renders values as a message.
func (c *call) show(name string) func(object) object {
	return func(value object) object { return c.v.schema.Render(name, value) }
}

// wrapped returns a function that renders values as a message inside a view.
func (c *call) wrapped(field, name string, extra ...string) func(object) object {
	return func(value object) object {
		view := object{field: c.v.schema.Render(name, value)}
		for _, path := range extra {
			view[path] = ""
		}
		return view
	}
}

func everything(object) bool { return true }

// named reports whether a name matches, ignoring case. An empty wanted name matches.
func named(wanted string, value object, field string) bool {
	return wanted == "" || strings.EqualFold(wanted, text(value, field))
}

func among(list []string, got string) bool { return len(list) == 0 || slices.Contains(list, got) }

// refIDs reads a list of {id} references.
func refIDs(body object, name string) []string {
	var ids []string
	list, _ := body[name].([]any)
	for _, item := range list {
		item, _ := item.(object)
		ids = append(ids, text(item, "id"))
	}
	return ids
}

func (c *call) listApps() (any, error) {
	return c.listing(rows(c.s.apps, false, everything), c.show(nsApp+"App"))
}

func (c *call) searchApps() (any, error) {
	b := c.body
	if err := c.checkFilters([]string{"displayName", "query", "appIds", "excludeAppIds", "onlyDirectories", "pageSize", "pageToken"}); err != nil {
		return nil, err
	}
	return c.listing(rows(c.s.apps, false, func(value object) bool {
		return named(text(b, "displayName"), value, "displayName") && fuzzy(text(b, "query"), value, "displayName", "description") &&
			among(texts(b, "appIds"), text(value, "id")) && !slices.Contains(texts(b, "excludeAppIds"), text(value, "id")) &&
			(!flag(b, "onlyDirectories") || flag(value, "isDirectory"))
	}), c.show(nsApp+"App"))
}

func (c *call) viewUser(value object) object {
	return c.v.schema.Render("c1.api.user.v1.UserView", object{"user": value, "userId": value["id"], "objectPermissions": permissions()})
}

func (c *call) searchUsers() (any, error) {
	b := c.body
	simulated := []string{"email", "query", "refs", "ids", "userStatuses", "departments", "jobTitles", "managerIds", "includeDeleted", "expandMask", "pageSize", "pageToken"}
	if err := c.checkFilters(simulated); err != nil {
		return nil, err
	}
	ids := append(refIDs(b, "refs"), texts(b, "ids")...)
	return c.listing(rows(c.s.users, false, func(value object) bool {
		return (text(b, "email") == "" || text(b, "email") == text(value, "email")) &&
			fuzzy(text(b, "query"), value, "displayName", "email") && among(ids, text(value, "id")) &&
			among(texts(b, "userStatuses"), text(value, "status")) && among(texts(b, "departments"), text(value, "department")) &&
			among(texts(b, "jobTitles"), text(value, "jobTitle")) && overlaps(texts(b, "managerIds"), texts(value, "managerIds"))
	}), c.viewUser)
}

func (c *call) getUser() (any, error) {
	r := c.s.users.Get(c.id("id"))
	if r == nil {
		return nil, notFound("user %s not found", c.id("id"))
	}
	return object{"userView": c.viewUser(r.Value), "expanded": []any{}}, nil
}

// searchPolicies finds global policies; those local to an app only when all are asked for.
func (c *call) searchPolicies() (any, error) {
	b := c.body
	simulated := []string{"displayName", "query", "policyTypes", "refs", "excludePolicyIds", "includeDeleted", "scopeView", "pageSize", "pageToken"}
	if err := c.checkFilters(simulated); err != nil {
		return nil, err
	}
	local := map[string]bool{"": false, "POLICY_SCOPE_VIEW_UNSPECIFIED": false, "POLICY_SCOPE_VIEW_GLOBAL": false, "POLICY_SCOPE_VIEW_ALL": true}
	all, ok := local[text(b, "scopeView")]
	if !ok {
		return nil, unsimulated("the sandbox does not simulate the scope view %s", text(b, "scopeView"))
	}
	return c.listing(rows(c.s.policies, flag(b, "includeDeleted"), func(value object) bool {
		return named(text(b, "displayName"), value, "displayName") && fuzzy(text(b, "query"), value, "displayName", "description") &&
			among(texts(b, "policyTypes"), text(value, "policyType")) && among(refIDs(b, "refs"), text(value, "id")) &&
			!slices.Contains(texts(b, "excludePolicyIds"), text(value, "id")) && (all || value["scope"] == nil)
	}), c.show("c1.api.policy.v1.Policy"))
}

func (c *call) getPolicy() (any, error) {
	r := c.s.policies.Get(c.id("id"))
	if r == nil {
		return nil, notFound("policy %s not found", c.id("id"))
	}
	return object{"policy": c.v.schema.Render("c1.api.policy.v1.Policy", r.Value)}, nil
}

// validateCEL checks an expression in the environment of policies.
func (c *call) validateCEL() (any, error) {
	markers := []any{}
	if err := c.v.host.CheckExpression("policy", text(c.body, "text")); err != nil {
		markers = append(markers, c.v.schema.Render("c1.api.editor.v1.EditorMarker", object{
			"severity": "ERROR", "message": err.Error(), "startLineNumber": 1, "startColumn": 1, "endLineNumber": 1, "endColumn": 1,
		}))
	}
	return object{"markers": markers}, nil
}

const msgAttribute = "c1.api.attribute.v1.AttributeValue"

func (c *call) listAttributeTypes() (any, error) {
	return c.listing([]row{
		{Seq: 1, Value: object{"id": riskLevels, "name": "Risk level"}},
		{Seq: 2, Value: object{"id": frameworks, "name": "Compliance framework"}},
	}, c.show("c1.api.attribute.v1.AttributeType"))
}

func (c *call) searchAttributes() (any, error) {
	b := c.body
	return c.listing(rows(c.s.attributes, false, func(value object) bool {
		return named(text(b, "value"), value, "value") && fuzzy(text(b, "query"), value, "value") &&
			among(texts(b, "attributeTypeIds"), text(value, "attributeTypeId")) && among(texts(b, "ids"), text(value, "id")) &&
			!slices.Contains(texts(b, "excludeIds"), text(value, "id"))
	}), c.show(msgAttribute))
}

func attributeList(kind string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		return c.listing(rows(c.s.attributes, false, func(value object) bool { return text(value, "attributeTypeId") == kind }), c.show(msgAttribute))
	}
}

func attributeGet(kind string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		r := c.s.attributes.Get(c.id("id"))
		if r == nil || text(r.Value, "attributeTypeId") != kind {
			return nil, notFound("attribute value %s not found", c.id("id"))
		}
		return object{"value": c.v.schema.Render(msgAttribute, r.Value)}, nil
	}
}
