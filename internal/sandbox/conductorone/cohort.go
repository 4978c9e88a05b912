package conductorone

import (
	"strconv"
	"strings"
)

// createFromCohort makes a catalog, its contents and its membership rule in one call. The call knows no annotations and has
// no token that would make it safe to repeat.
func (c *call) createFromCohort() (any, error) {
	b := c.body
	filters, _ := b["profileFilters"].([]any)
	expression := text(b, "celExpression")
	if expression == "" {
		expression = cohortExpression(filters)
	}
	if expression == "" && flag(b, "enableAutomation") {
		return nil, refused("enableAutomation needs celExpression or profileFilters")
	}
	if text(b, "displayName") == "" {
		return nil, refused("displayName must not be blank")
	}
	var contents []ref
	list, _ := b["entitlements"].([]any)
	for _, item := range list {
		item, _ := item.(object)
		contents = append(contents, ref{text(item, "appId"), text(item, "entitlementId")})
	}
	suggestion := c.s.suggestions.Get(text(b, "suggestionId"))
	if text(b, "suggestionId") != "" && suggestion == nil {
		return nil, notFound("suggestion %s not found", text(b, "suggestionId"))
	}
	if err := firstError(c.checkRefs(contents), c.checkExpression("celExpression", "membership", expression)); err != nil {
		return nil, err
	}
	r := c.addCatalog(object{"displayName": text(b, "displayName"), "description": text(b, "description")}, servicePrincipal)
	r.Inputs = copyObject(b)
	c.s.entries[r.Key] = joinRefs(nil, contents)
	if expression != "" {
		c.s.bundles[r.Key] = object{
			"cel": object{"expression": expression}, "enabled": flag(b, "enableAutomation"), "createTasks": flag(b, "createTasks"),
			"createdAt": c.stamp(), "updatedAt": c.stamp(),
		}
	}
	if suggestion != nil {
		value := copyObject(suggestion.Value)
		value["suggestionState"], value["createdCatalogId"], value["updatedAt"] = "SUGGESTION_STATE_ACCEPTED", r.Key, c.stamp()
		suggestion.Set(value, c.now)
	}
	return object{"accessProfileId": r.Key, "celExpression": expression}, nil
}

// cohortFields are the attributes that are fields of a user in expressions; the others are looked up in the profile.
var cohortFields = map[string]string{
	"department": "department", "jobtitle": "jobTitle", "title": "jobTitle", "employmenttype": "employmentType",
	"employmentstatus": "employmentStatus", "manager": "manager", "email": "email", "username": "username",
}

// cohortExpression writes filters as an expression: values of a filter are alternatives, filters must all hold.
func cohortExpression(filters []any) string {
	var terms []string
	for _, item := range filters {
		item, _ := item.(object)
		attribute, values := text(item, "attribute"), texts(item, "values")
		if attribute == "" || len(values) == 0 {
			continue
		}
		subject := "subject.profile[" + strconv.Quote(attribute) + "]"
		guard := strconv.Quote(attribute) + " in subject.profile && "
		if name := cohortFields[strings.NewReplacer(" ", "", "_", "").Replace(strings.ToLower(attribute))]; name != "" {
			subject, guard = "subject."+name, ""
		}
		var quoted []string
		for _, value := range values {
			quoted = append(quoted, strconv.Quote(value))
		}
		if len(quoted) == 1 {
			terms = append(terms, guard+subject+" == "+quoted[0])
		} else {
			terms = append(terms, guard+subject+" in ["+strings.Join(quoted, ", ")+"]")
		}
	}
	return strings.Join(terms, " && ")
}

func (c *call) getSuggestion() (any, error) {
	r := c.s.suggestions.Get(c.id("id"))
	if r == nil {
		return nil, notFound("suggestion %s not found", c.id("id"))
	}
	return object{"suggestion": c.v.schema.Render("c1.api.role_mining_management.v1.RoleMiningManagementSuggestion", r.Value)}, nil
}
