package conductorone

import (
	"slices"
	"strings"
)

func (c *call) app() (string, error) {
	id := c.id("app_id")
	if c.s.apps.Get(id) == nil {
		return "", notFound("app %s not found", id)
	}
	return id, nil
}

func (c *call) listEntitlements() (any, error) {
	app, err := c.app()
	if err != nil {
		return nil, err
	}
	return c.listing(c.lagging(c.s.entitlements, func(value object) bool {
		return text(value, "appId") == app && (c.settings.ListDeleted || !deleted(value))
	}), c.viewEntitlement)
}

func (c *call) listEntitlementsOfResource() (any, error) {
	app, err := c.app()
	if err != nil {
		return nil, err
	}
	kind, resource := c.id("app_resource_type_id"), c.id("app_resource_id")
	return c.listing(c.lagging(c.s.entitlements, func(value object) bool {
		return text(value, "appId") == app && text(value, "appResourceTypeId") == kind && text(value, "appResourceId") == resource &&
			(c.settings.ListDeleted || !deleted(value))
	}), c.viewEntitlement)
}

// entitlementFilters are the filters of the search that are simulated; the others answer 501.
var entitlementFilters = []string{
	"alias", "displayName", "query", "appIds", "excludeAppIds", "refs", "excludedEntitlementRefs", "resourceIds", "resourceTypeIds",
	"excludeResourceTypeIds", "complianceFrameworkIds", "riskLevelIds", "policyRefs", "requestSchemaIds", "accessReviewId",
	"sourceConnectorId", "includeDeleted", "excludeImmutable", "expandMask", "pageSize", "pageToken",
}

// checkFilters refuses filters that would be ignored.
func (c *call) checkFilters(simulated []string) error {
	for name, value := range c.body {
		if slices.Contains(simulated, name) || value == "" || value == false {
			continue
		}
		if list, ok := value.([]any); ok && len(list) == 0 {
			continue
		}
		return unsimulated("the sandbox does not simulate the filter %s", name)
	}
	return nil
}

func (c *call) searchEntitlements() (any, error) {
	if err := c.checkFilters(entitlementFilters); err != nil {
		return nil, err
	}
	result, err := c.listing(c.lagging(c.s.entitlements, c.matchesEntitlement), c.viewEntitlement)
	if err != nil {
		return nil, err
	}
	answer := result.(object)
	answer["facets"] = nil
	return answer, nil
}

func (c *call) matchesEntitlement(value object) bool {
	b := c.body
	self := ref{text(value, "appId"), text(value, "id")}
	among := func(name, got string) bool {
		list := texts(b, name)
		return len(list) == 0 || slices.Contains(list, got)
	}
	equal := func(name string) bool {
		return text(b, name) == "" || text(b, name) == text(value, name)
	}
	wanted, unwanted := refs(b, "refs"), refs(b, "excludedEntitlementRefs")
	return (flag(b, "includeDeleted") || !deleted(value)) &&
		equal("alias") && equal("displayName") && fuzzy(text(b, "query"), value, "displayName", "description") &&
		among("appIds", self.app) && !slices.Contains(texts(b, "excludeAppIds"), self.app) &&
		(len(wanted) == 0 || slices.Contains(wanted, self)) && !slices.Contains(unwanted, self) &&
		among("resourceIds", text(value, "appResourceId")) && c.ofResourceType(value) &&
		among("riskLevelIds", text(value, "riskLevelValueId")) && among("requestSchemaIds", text(value, "requestSchemaId")) &&
		overlaps(texts(b, "complianceFrameworkIds"), texts(value, "complianceFrameworkValueIds")) &&
		c.usesPolicy(value) && c.underReview(self) &&
		(text(b, "sourceConnectorId") == "" || inner(value, "sourceConnectorIds")[text(b, "sourceConnectorId")] != nil) &&
		(!flag(b, "excludeImmutable") || !flag(value, "systemBuiltin"))
}

// ofResourceType compares names, not ids: that is what the vendor's filter takes despite its name.
func (c *call) ofResourceType(value object) bool {
	name := ""
	if r := c.s.resourceTypes.Get(text(value, "appResourceTypeId")); r != nil {
		name = text(r.Value, "displayName")
	}
	same := func(other string) bool { return strings.EqualFold(other, name) }
	wanted := texts(c.body, "resourceTypeIds")
	return (len(wanted) == 0 || slices.ContainsFunc(wanted, same)) && !slices.ContainsFunc(texts(c.body, "excludeResourceTypeIds"), same)
}

func (c *call) usesPolicy(value object) bool {
	list, _ := c.body["policyRefs"].([]any)
	for _, item := range list {
		item, _ := item.(object)
		for _, name := range []string{"grantPolicyId", "revokePolicyId", "certifyPolicyId", "emergencyGrantPolicyId"} {
			if text(value, name) == text(item, "id") {
				return true
			}
		}
	}
	return len(list) == 0
}

func (c *call) underReview(self ref) bool {
	id := text(c.body, "accessReviewId")
	if id == "" {
		return true
	}
	return slices.ContainsFunc(c.s.setups[id], func(item object) bool {
		return text(item, "appId") == self.app && text(item, "appEntitlementId") == self.id
	})
}

// fuzzy reports whether any of the fields contains the query, ignoring case. An empty query matches.
func fuzzy(query string, value object, names ...string) bool {
	query = strings.ToLower(query)
	return query == "" || slices.ContainsFunc(names, func(name string) bool {
		return strings.Contains(strings.ToLower(text(value, name)), query)
	})
}

// overlaps reports whether the lists share an item; an empty wanted list matches.
func overlaps(wanted, got []string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(item string) bool { return slices.Contains(got, item) })
}
