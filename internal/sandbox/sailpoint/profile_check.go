package sailpoint

import (
	"slices"
	"unicode/utf8"
)

// maxDescription is how long a description may be that is set or changed; the unit is not documented
// (docs/vendors/sailpoint-api.md#access-profile-fields).
const maxDescription = 2000

// checkProfile checks a decoded profile that is about to be stored and brings its references into the stored form. Id is its
// own, empty for a new one; a description that is not touched may be of any length.
func (c *call) checkProfile(id string, value object, touched func(string) bool) error {
	for _, other := range c.s.profiles.All() {
		if other.Key != id && text(other.Value, "name") == text(value, "name") {
			return refuse(codeDuplicate, "Access profile with name \"%s\" already exists.", text(value, "name"))
		}
	}
	if size := utf8.RuneCountInString(text(value, "description")); touched("description") && size > maxDescription {
		return violate(codeLength, "description has %d characters, at most %d", size, maxDescription)
	}
	if requestable, given := value["requestable"]; given && requestable == false && c.feature(FeatureNoRequestCenter) {
		return refuse(codeValue, "requestable cannot be false without the new Request Center")
	}
	for _, check := range []func(object) error{c.checkRefs, c.checkEntitlements, c.checkConfigs} {
		if err := check(value); err != nil {
			return err
		}
	}
	if node := inner(value, "provisioningCriteria"); node != nil {
		return checkCriteria(node, 1)
	}
	return nil
}

// checkRefs checks owners, source and segments.
func (c *call) checkRefs(value object) error {
	var err error
	if owner := inner(value, "owner"); owner != nil {
		if value["owner"], err = c.s.take("IDENTITY", owner); err != nil {
			return err
		}
	}
	if value["source"], err = c.s.take("SOURCE", inner(value, "source")); err != nil {
		return err
	}
	owners := []any{}
	for _, ref := range items(value, "additionalOwners") {
		owner, err := c.s.take(text(ref, "type"), ref)
		if err != nil {
			return err
		}
		owners = append(owners, owner)
	}
	value["additionalOwners"] = owners
	return c.checkSegments(value)
}

func (c *call) checkSegments(value object) error {
	for _, id := range texts(value, "segments") {
		if c.s.segments.Get(id) == nil {
			return noReference("Segment", id)
		}
	}
	return nil
}

// checkEntitlements checks that all are the source's, and that an enabled profile has some
// (docs/vendors/sailpoint-api.md#access-profile-fields). An id that is given twice counts once, as on the vendor's own page.
func (c *call) checkEntitlements(value object) error {
	source, seen := text(inner(value, "source"), "id"), []string{}
	list := []any{}
	for _, ref := range items(value, "entitlements") {
		entitlement, err := c.s.take("ENTITLEMENT", ref)
		if err != nil {
			return err
		}
		id := text(ref, "id")
		if of := text(inner(c.s.entitlements.Get(id).Value, "source"), "id"); of != source {
			return refuse(codeValue, "entitlement %s belongs to source %s and not to source %s", id, of, source)
		}
		if !slices.Contains(seen, id) {
			seen, list = append(seen, id), append(list, entitlement)
		}
	}
	value["entitlements"] = list
	if flag(value, "enabled") && len(list) == 0 {
		return refuse(codeValue, "an enabled access profile needs at least one entitlement")
	}
	return nil
}

func (c *call) checkConfigs(value object) error {
	for _, name := range []string{"accessRequestConfig", "revocationRequestConfig"} {
		if err := c.checkSchemes(name, inner(value, name)); err != nil {
			return err
		}
	}
	return nil
}

// approvers are the approver types that name somebody, and whom
// (docs/vendors/sailpoint-api.md#requests-and-revocations-of-a-profile and
// docs/vendors/sailpoint-api.md#put-entitlementsv1identitlement-request-config).
var approvers = map[string]string{
	"GOVERNANCE_GROUP": "GOVERNANCE_GROUP", "ADDITIONAL_GOVERNANCE_GROUP": "GOVERNANCE_GROUP", "ADDITIONAL_OWNER": "IDENTITY", "WORKFLOW": "WORKFLOW",
}

// checkSchemes checks the approval steps of a block.
func (c *call) checkSchemes(name string, config object) error {
	schemes := items(config, "approvalSchemes")
	for _, scheme := range schemes {
		kind, id := text(scheme, "approverType"), text(scheme, "approverId")
		if kind == "WORKFLOW" && len(schemes) > 1 {
			return violation("%s.approvalSchemes: WORKFLOW cannot be mixed with other steps", name)
		}
		of, named := approvers[kind]
		switch {
		case named && id == "":
			return violate(codeMissing, "%s.approvalSchemes: %s needs an approverId", name, kind)
		case !named && scheme["approverId"] != nil:
			return violation("%s.approvalSchemes: %s takes no approverId", name, kind)
		case of == "WORKFLOW" && c.s.workflows[id] == "", named && of != "WORKFLOW" && c.s.named(of).Get(id) == nil:
			return noReference(of, id)
		}
	}
	return nil
}

// checkCriteria checks a node of the tree that chooses an account: which members an operation needs and forbids, and three
// levels at most (docs/vendors/sailpoint-api.md#provisioning-criteria).
func checkCriteria(node object, level int) error {
	operation := text(node, "operation")
	joins, compares := operation == "AND" || operation == "OR", operation != "HAS"
	for _, rule := range []struct {
		name            string
		needed, allowed bool
	}{
		{"attribute", !joins, !joins}, {"value", !joins && compares, !joins && compares}, {"children", joins, joins && level < 3},
	} {
		_, given := node[rule.name]
		if given && !rule.allowed {
			return violation("provisioningCriteria: %s takes no %s on level %d", operation, rule.name, level)
		}
		if rule.needed && (!given || node[rule.name] == "") {
			return violate(codeMissing, "provisioningCriteria: %s needs %s", operation, rule.name)
		}
	}
	children := items(node, "children")
	if joins && len(children) == 0 {
		return violate(codeMissing, "provisioningCriteria: %s needs children", operation)
	}
	for _, child := range children {
		if err := checkCriteria(child, level+1); err != nil {
			return err
		}
	}
	return nil
}
