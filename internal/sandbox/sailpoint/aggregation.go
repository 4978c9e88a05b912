package sailpoint

import (
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// startTask starts a task that ends, and does its work, when a campaign would leave a passing state; without a pace, when
// somebody looks next (docs/vendors/sailpoint-api.md#asynchrony).
func (c *call) startTask(description, source string, work func(*call)) object {
	task := object{
		"id": c.newID(), "type": "QUARTZ", "uniqueName": description, "description": description, "launcher": "service", "created": c.stamp(),
		"parentName": nil, "attributes": object{}, "modified": nil, "launched": c.stamp(), "completed": nil, "completionStatus": nil,
		"messages": []any{}, "progress": nil, "percentComplete": 0, "returns": []any{},
	}
	r := c.s.add(c.s.tasks, task, c.now)
	r.Inputs["sourceId"] = source
	c.s.jobs = append(c.s.jobs, job{due: c.now.Add(c.pace()), run: func(later *call) {
		work(later)
		done := wire.Copy(r.Value)
		done["completed"], done["modified"], done["completionStatus"], done["percentComplete"] = later.stamp(), later.stamp(), "SUCCESS", 100
		r.Set(done, later.now)
	}})
	return task
}

// loadEntitlements starts the aggregation of a source, which finds what is pending there
// (docs/vendors/sailpoint-api.md#post-sourcesv1sourceidload-entitlements).
func (c *call) loadEntitlements() (any, error) {
	id := c.r.PathValue("sourceId")
	if _, err := c.source(id); err != nil {
		return nil, err
	}
	task := c.startTask("Cloud Group Aggregation", id, func(later *call) {
		for _, value := range later.s.pending[id] {
			value["created"], value["modified"] = later.stamp(), later.stamp()
			later.s.add(later.s.entitlements, value, later.now)
		}
		delete(later.s.pending, id)
	})
	return object{
		"id": task["id"], "type": task["type"], "uniqueName": task["uniqueName"], "description": "Aggregate from the specified application",
		"launcher": task["launcher"], "created": task["created"],
		"returns": []any{object{"displayLabel": "TASK_OUT_ACCOUNT_GROUP_AGGREGATION_TOTAL", "attributeName": "total"}},
	}, nil
}

// resetSource wipes the entitlements of a source. It answers, and is recorded all the same: an operator must never call it
// (docs/vendors/sailpoint-api.md#get-entitlementsv1).
func (c *call) resetSource() (any, error) {
	source, err := c.source(c.id())
	if err != nil {
		return nil, err
	}
	c.rejection = "the entitlements of a source were reset"
	task := c.startTask("Entitlement reset", source.Key, func(later *call) {
		for _, r := range later.s.entitlements.All() {
			if text(inner(r.Value, "source"), "id") == source.Key {
				r.Remove(later.now)
			}
		}
	})
	return object{"type": "TASK_RESULT", "id": task["id"], "name": task["uniqueName"]}, nil
}

func (c *call) listTasks() (any, error) {
	list := []object{}
	for _, r := range c.s.tasks.All() {
		value := wire.Copy(r.Value)
		value["sourceId"] = r.Inputs["sourceId"]
		list = append(list, value)
	}
	result, err := c.listing(list, view{
		filters: fields("id: eq in", "sourceId: eq in", "completionStatus: eq in isnull", "type: eq in", "launcher: eq in"), sorters: "created",
	})
	for _, value := range list {
		delete(value, "sourceId")
	}
	return result, err
}

func (c *call) getTask() (any, error) {
	r := c.s.tasks.Get(c.id())
	if r == nil {
		return nil, notFound("Task", c.id())
	}
	return r.Value, nil
}
