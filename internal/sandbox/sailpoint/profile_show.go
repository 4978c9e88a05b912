package sailpoint

import (
	"slices"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// showProfile is a profile as it is read back (docs/vendors/sailpoint-api.md#what-reads-back-of-a-profile): names filled
// in, entitlements and segments in an order of the server's own, empty lists null.
func (c *call) showProfile(value object) object {
	result := object{}
	for _, name := range []string{"id", "name", "description", "created", "modified", "enabled", "requestable"} {
		result[name] = value[name]
	}
	result["owner"] = c.s.show(inner(value, "owner"))
	result["source"] = c.s.show(inner(value, "source"))
	result["entitlements"] = c.showRefs(items(value, "entitlements"))
	result["additionalOwners"] = orNull(c.showRefs(items(value, "additionalOwners")))
	result["segments"] = orNull(wire.List(slices.Sorted(slices.Values(texts(value, "segments")))))
	result["accessModelMetadata"] = object{"attributes": orNull(inner(value, "accessModelMetadata")["attributes"])}
	result["accessRequestConfig"], result["revocationRequestConfig"], result["provisioningCriteria"] = nil, nil, nil
	if config := inner(value, "accessRequestConfig"); config != nil {
		// Absent flags come back as false or null; which of the two is nobody's promise.
		result["accessRequestConfig"] = object{
			"commentsRequired": flag(config, "commentsRequired"), "denialCommentsRequired": flag(config, "denialCommentsRequired"),
			"reauthorizationRequired": config["reauthorizationRequired"], "requireEndDate": config["requireEndDate"],
			"maxPermittedAccessDuration": wire.DeepCopy(config["maxPermittedAccessDuration"]), "formDefinitionId": config["formDefinitionId"],
			"approvalSchemes": showSchemes(config),
		}
	}
	if config := inner(value, "revocationRequestConfig"); config != nil {
		result["revocationRequestConfig"] = object{"approvalSchemes": showSchemes(config)}
	}
	if node := inner(value, "provisioningCriteria"); node != nil {
		result["provisioningCriteria"] = showCriteria(node)
	}
	return result
}

// showRefs shows references by id; what is gone disappears.
func (c *call) showRefs(refs []object) []any {
	refs = slices.SortedFunc(slices.Values(refs), func(a, b object) int { return strings.Compare(text(a, "id"), text(b, "id")) })
	list := []any{}
	for _, ref := range refs {
		if shown := c.s.show(ref); shown != nil {
			list = append(list, shown)
		}
	}
	return list
}

func showSchemes(config object) any {
	list := []any{}
	for _, scheme := range items(config, "approvalSchemes") {
		list = append(list, object{"approverType": scheme["approverType"], "approverId": scheme["approverId"]})
	}
	return orNull(list)
}

func showCriteria(node object) object {
	result := object{"operation": node["operation"], "attribute": node["attribute"], "value": node["value"], "children": nil}
	if children := items(node, "children"); len(children) > 0 {
		result["children"] = wire.List(shown(children, showCriteria))
	}
	return result
}
