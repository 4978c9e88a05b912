package sailpoint

import (
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// getRequestConfig answers 404 where an entitlement has none of its own.
func (c *call) getRequestConfig() (any, error) {
	r, err := c.entitlement()
	if err != nil {
		return nil, err
	}
	if c.s.requestConfigs[r.Key] == nil {
		return nil, notFound("Entitlement request config", r.Key)
	}
	return showRequestConfig(c.s.requestConfigs[r.Key]), nil
}

func (c *call) putRequestConfig() (any, error) {
	r, err := c.entitlement()
	if err != nil {
		return nil, err
	}
	return c.replaceConfig(r.Key)
}

func (c *call) getSourceConfig() (any, error) {
	r, err := c.source(c.id())
	if err != nil {
		return nil, err
	}
	return showRequestConfig(c.s.requestConfigs[r.Key]), nil
}

func (c *call) putSourceConfig() (any, error) {
	r, err := c.source(c.id())
	if err != nil {
		return nil, err
	}
	return c.replaceConfig(r.Key)
}

// replaceConfig keeps nothing of what was there before.
func (c *call) replaceConfig(key string) (any, error) {
	if err := c.checkConfigs(c.body); err != nil {
		return nil, err
	}
	c.s.requestConfigs[key] = wire.Copy(c.body)
	return showRequestConfig(c.body), nil
}

func showRequestConfig(value object) object {
	access := inner(value, "accessRequestConfig")
	return object{
		"accessRequestConfig": object{
			"approvalSchemes":        listSchemes(access),
			"requestCommentRequired": flag(access, "requestCommentRequired"), "denialCommentRequired": flag(access, "denialCommentRequired"),
			"reauthorizationRequired": flag(access, "reauthorizationRequired"), "requireEndDate": flag(access, "requireEndDate"),
			"maxPermittedAccessDuration": wire.DeepCopy(access["maxPermittedAccessDuration"]), "formDefinitionId": access["formDefinitionId"],
		},
		"revocationRequestConfig": object{"approvalSchemes": listSchemes(inner(value, "revocationRequestConfig"))},
	}
}

func listSchemes(config object) any {
	if list := showSchemes(config); list != nil {
		return list
	}
	return []any{}
}

// addMetadata and removeMetadata work on one value of one attribute; there is no body
// (docs/vendors/sailpoint-api.md#get-entitlementsv1).
func (c *call) addMetadata() (any, error) {
	return c.changeMetadata(func(list []any, attribute object) []any { return append(list, wire.Copy(attribute)) })
}

func (c *call) removeMetadata() (any, error) {
	if _, err := c.changeMetadata(func(list []any, _ object) []any { return list }); err != nil {
		return nil, err
	}
	return empty(), nil
}

func (c *call) changeMetadata(change func(list []any, attribute object) []any) (any, error) {
	r, err := c.entitlement()
	if err != nil {
		return nil, err
	}
	name := c.r.PathValue("attributeKey") + "/" + c.r.PathValue("attributeValue")
	attribute := c.s.attributes[name]
	if attribute == nil {
		return nil, noReference("Attribute value", name)
	}
	value, list := wire.Copy(r.Value), []any{}
	for _, item := range items(inner(value, "accessModelMetadata"), "attributes") {
		if metadataName(item) != name {
			list = append(list, item)
		}
	}
	value["accessModelMetadata"], value["modified"] = object{"attributes": change(list, attribute)}, c.stamp()
	r.Set(value, c.now)
	return c.showEntitlement(value, false), nil
}

func metadataName(attribute object) string {
	for _, value := range items(attribute, "values") {
		return text(attribute, "key") + "/" + text(value, "value")
	}
	return text(attribute, "key")
}
