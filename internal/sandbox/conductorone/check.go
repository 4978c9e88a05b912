package conductorone

import (
	"maps"
	"slices"
)

// Checks on what a request refers to. An empty id is unset and always fine.

func (c *call) checkPolicy(field, id, kind string) error {
	if id == "" {
		return nil
	}
	r := c.s.policies.Get(id)
	if r == nil {
		return refused("%s: policy %s not found", field, id)
	}
	if got := text(r.Value, "policyType"); got != "POLICY_TYPE_"+kind {
		return refused("%s: policy %s is of type %s, not POLICY_TYPE_%s", field, id, got, kind)
	}
	return nil
}

func (c *call) checkIDs(field, what string, t *table, ids []string) error {
	for _, id := range ids {
		if r := t.Get(id); r == nil || deleted(r.Value) {
			return refused("%s: %s %s not found", field, what, id)
		}
	}
	return nil
}

func (c *call) checkUsers(field string, ids []string) error {
	return c.checkIDs(field, "user", c.s.users, ids)
}

func (c *call) checkAttributes(field, kind string, ids []string) error {
	for _, id := range ids {
		if r := c.s.attributes.Get(id); r == nil || text(r.Value, "attributeTypeId") != kind {
			return refused("%s: attribute value %s not found", field, id)
		}
	}
	return nil
}

// live returns the entitlement when it is there and not deleted.
func (c *call) live(r ref) object {
	found := c.s.entitlements.Get(r.key())
	if found == nil || deleted(found.Value) {
		return nil
	}
	return found.Value
}

func (c *call) checkRefs(list []ref) error {
	for _, r := range list {
		if c.live(r) == nil {
			return notFound("entitlement %s of app %s not found", r.id, r.app)
		}
	}
	return nil
}

func (c *call) checkExpression(field, environment, expression string) error {
	if expression == "" {
		return nil
	}
	if err := c.v.host.CheckExpression(environment, expression); err != nil {
		return refused("%s: invalid expression: %v", field, err)
	}
	return nil
}

// provisionArms are the members of the oneof that says how an entitlement is provisioned.
var provisionArms = []string{"connector", "manual", "delegated", "webhook", "multiStep", "externalTicket", "unconfigured", "action", "devicePlacement"}

// checkProvision checks a provision policy, steps within steps included. Exactly one arm must be set.
func (c *call) checkProvision(field string, policy object) error {
	if policy == nil {
		return nil
	}
	arms := slices.DeleteFunc(slices.Sorted(maps.Keys(policy)), func(name string) bool { return !slices.Contains(provisionArms, name) })
	if len(arms) != 1 {
		return violation("%s: oneof c1.api.policy.v1.ProvisionPolicy.typ is not set", field)
	}
	arm := inner(policy, arms[0])
	field = join(field, arms[0])
	switch arms[0] {
	case "connector":
		return c.checkConnectorProvision(field, arm)
	case "manual":
		if err := c.checkUsers(field+".userIds", texts(arm, "userIds")); err != nil {
			return err
		}
		return c.checkAssignee(field+".assignee", inner(arm, "assignee"))
	case "delegated":
		return c.checkRefs([]ref{{text(arm, "appId"), text(arm, "entitlementId")}})
	case "webhook":
		return c.checkIDs(field, "webhook", c.s.webhooks, []string{text(arm, "webhookId")})
	case "multiStep":
		steps, _ := arm["provisionSteps"].([]any)
		if len(steps) == 0 {
			return refused("%s: no steps", field)
		}
		for _, step := range steps {
			step, _ := step.(object)
			if err := c.checkProvision(field+".provisionSteps", step); err != nil {
				return err
			}
		}
	case "externalTicket", "action":
		return c.checkConnector(field, text(arm, "connectorId"))
	}
	return nil
}

func (c *call) checkConnector(field, id string) error {
	if id == "" {
		return nil
	}
	return c.checkIDs(field+".connectorId", "connector", c.s.connectors, []string{id})
}

func (c *call) checkConnectorProvision(field string, arm object) error {
	for _, name := range []string{"defaultBehavior", "account", "deleteAccount"} {
		if err := c.checkConnector(join(field, name), text(inner(arm, name), "connectorId")); err != nil {
			return err
		}
	}
	for _, id := range texts(inner(inner(arm, "account"), "saveToVault"), "vaultIds") {
		if !c.s.vaults[id] {
			return refused("%s: vault %s not found", field, id)
		}
	}
	return nil
}

// checkAssignee leaves the group's entitlement id alone: the vendor accepts any id there and fails at run time.
func (c *call) checkAssignee(field string, assignee object) error {
	for name, value := range assignee {
		arm, _ := value.(object)
		if err := c.checkUsers(join(field, name), append(texts(arm, "userIds"), texts(arm, "fallbackUserIds")...)); err != nil {
			return err
		}
		for _, expression := range texts(arm, "expressions") {
			if err := c.checkExpression(join(field, name), "provisioner", expression); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkScope checks what the scope of a review refers to.
func (c *call) checkScope(field string, scope object) error {
	criteria, users := inner(scope, "appSelectionCriteria"), inner(scope, "userCriteria")
	profiles := inner(inner(scope, "grantsByCriteria"), "accessProfileFilter")
	included, excluded := texts(profiles, "includedAccessProfileIds"), texts(profiles, "excludedAccessProfileIds")
	if len(included) > 32 || len(excluded) > 32 {
		return refused("%s: at most 32 access profiles", field)
	}
	between := inner(inner(scope, "grantsByCriteria"), "grantsAddedBetween")
	if from, to := instant(between, "startDate"), instant(between, "endDate"); !from.IsZero() && !to.IsZero() && to.Before(from) {
		return refused("%s: grantsAddedBetween ends before it starts", field)
	}
	return firstError(
		c.checkAttributes(field, riskLevels, texts(criteria, "riskLevelAttributeValueIds")),
		c.checkAttributes(field, frameworks, texts(criteria, "complianceFrameworkAttributeValueIds")),
		c.checkUsers(field+".selectedUsers", texts(inner(scope, "selectedUsers"), "userIds")),
		c.checkUsers(field+".userCriteria", texts(users, "managerUserIds")),
		c.checkRefs(refs(users, "groupAppEntitlementsRef")),
		c.checkIDs(field, "access profile", c.s.catalogs, append(included, excluded...)),
		c.checkExpression(field+".celExpression", "review-users", text(inner(scope, "celExpression"), "expression")),
		c.checkExpression(field+".accountCelExpression", "review-accounts", text(inner(scope, "accountCelExpression"), "expression")),
	)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
