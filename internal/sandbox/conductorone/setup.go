package conductorone

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

// setupKind says how the things attached to a review or to a template are called.
type setupKind struct {
	item, owner, scope, message string
}

var (
	reviewSetup   = setupKind{"accessReviewEntitlement", "accessReviewId", "scopeV2", nsReview + "AccessReviewSetupEntitlement"}
	templateSetup = setupKind{"accessReviewTemplateEntitlement", "accessReviewTemplateId", "scope", nsReview + "AccessReviewTemplateSetupEntitlement"}
)

func (c *call) answerSetup(kind setupKind, r *record) (any, error) {
	list := []any{}
	for _, item := range c.s.setups[r.Key] {
		item = copyObject(item)
		item["tenantId"], item["policyId"] = SeedID("tenant", c.tenant), text(r.Value, "policyId")
		list = append(list, object{kind.item: c.v.schema.Render(kind.message, item), "appPath": "", "entitlementPath": "", "policyPath": ""})
	}
	var scope any
	if given := inner(r.Value, kind.scope); given != nil {
		scope = c.v.schema.Render(nsReview+"AccessReviewScopeV2", given)
	}
	return object{"list": list, kind.scope: scope, "expanded": []any{}}, nil
}

// attach replaces the scope and all entitlements of a review or a template: what the body leaves out is cleared.
func (c *call) attach(kind setupKind, r *record) error {
	list, _ := c.body["entitlements"].([]any)
	var items []object
	seen := map[ref]bool{}
	for _, given := range list {
		given, _ := given.(object)
		at := ref{text(given, "appId"), text(given, "appEntitlementId")}
		e := c.live(at)
		if e == nil {
			return notFound("entitlement %s of app %s not found", at.id, at.app)
		}
		if seen[at] {
			continue
		}
		seen[at] = true
		items = append(items, object{
			kind.owner: r.Key, "appId": at.app, "appEntitlementId": at.id, "appResourceTypeId": text(e, "appResourceTypeId"),
			"appResourceId": text(e, "appResourceId"), "createdAt": c.stamp(), "updatedAt": c.stamp(),
		})
	}
	if err := c.rescope(kind, r); err != nil {
		return err
	}
	c.s.setups[r.Key] = items
	return nil
}

// rescope replaces the scope by that of the body.
func (c *call) rescope(kind setupKind, r *record) error {
	scope := inner(c.body, kind.scope)
	if err := c.checkScope(kind.scope, scope); err != nil {
		return err
	}
	value := copyObject(r.Value)
	delete(value, kind.scope)
	if scope != nil {
		value[kind.scope] = copyObject(scope)
	}
	if kind == reviewSetup {
		growScope(value)
	}
	value["updatedAt"] = c.stamp()
	r.Set(value, c.now)
	return nil
}

// choose replaces the resource types of a review or a template. Nothing reads them back.
func (c *call) choose(kind setupKind, r *record) error {
	list, _ := c.body["resourceTypeSelections"].([]any)
	for _, given := range list {
		given, _ := given.(object)
		id, app := text(given, "resourceTypeId"), text(given, "appId")
		if found := c.s.resourceTypes.Get(id); found == nil || text(found.Value, "appId") != app {
			return notFound("resource type %s of app %s not found", id, app)
		}
	}
	if err := c.rescope(kind, r); err != nil {
		return err
	}
	c.s.selections[r.Key] = list
	return nil
}

// configurable finds a review whose scope may still change.
func (c *call) configurable() (*record, error) {
	r, id, err := c.review(false)
	if err == nil && c.settings.Features[FeatureDraftReviews] && stateOf(r.Value) == stateDraft && !c.s.stages[id].attached {
		c.s.stages[id].attached = true
		return r, nil
	}
	if err == nil && stateOf(r.Value) != statePending {
		err = refused("the scope of access review %s cannot be changed in state %s", id, stateOf(r.Value))
	}
	return r, err
}

func (c *call) getSetup() (any, error) {
	r, _, err := c.review(false)
	if err != nil {
		return nil, err
	}
	return c.answerSetup(reviewSetup, r)
}

func (c *call) setSetup() (any, error) {
	r, err := c.configurable()
	if err == nil {
		err = c.attach(reviewSetup, r)
	}
	if err != nil {
		return nil, err
	}
	return c.answerSetup(reviewSetup, r)
}

func (c *call) setSelections() (any, error) {
	r, err := c.configurable()
	if err == nil {
		err = c.choose(reviewSetup, r)
	}
	if err != nil {
		return nil, err
	}
	return empty(), nil
}

func (c *call) listReports() (any, error) {
	_, id, err := c.review(false)
	if err != nil {
		return nil, err
	}
	var list []row
	for i, report := range c.s.reports[id] {
		list = append(list, row{Seq: int64(i + 1), Value: report})
	}
	return c.listing(list, func(value object) object {
		value = copyObject(value)
		if value["state"] == reportReady {
			value["downloadUrl"] = c.signed(text(value, "id"))
		}
		return c.v.schema.Render(nsReview+"AccessReviewReport", value)
	})
}

const reportReady = "REPORT_STATE_OK"

// signed is where a report can be fetched for a quarter of an hour, by whoever has the address. Each answer signs it anew, and
// such addresses are long.
func (c *call) signed(report string) string {
	return "https://downloads.corp.example/" + report + "?expires=" + timestamp(c.now.Add(15*time.Minute)) +
		"&signature=" + strings.Repeat(c.v.host.NewID(), 90)
}

func (c *call) createReport() (any, error) {
	r, id, err := c.review(false)
	if err != nil {
		return nil, err
	}
	if state := stateOf(r.Value); state != stateOpen && state != stateClosed {
		return nil, refused("a report needs an open or closed access review, not one in state %s", state)
	}
	format := text(c.body, "format")
	if format == "" || strings.HasSuffix(format, "_UNSPECIFIED") {
		return nil, refused("format is required")
	}
	c.report(id, format)
	return empty(), nil
}

// report makes a report of a review, which is ready at once.
func (c *call) report(review, format string) {
	id := c.v.host.NewID()
	c.s.reports[review] = append(c.s.reports[review], object{
		"id": id, "accessReviewId": review, "format": format, "state": reportReady, "createdAt": c.stamp(),
		"hashes": object{"sha256": fmt.Sprintf("%x", sha256.Sum256([]byte(id)))},
	})
}
