package conductorone

import (
	"slices"
	"strconv"
)

// openTasks makes the certify tasks of a campaign that starts.
func (c *call) openTasks(review object) {
	id := text(review, "id")
	items := c.s.setups[id]
	// What was stored is always a number.
	count, _ := review["expectedTicketCount"].(int64)
	for i := range int(count) {
		certify := object{"accessReviewId": id, "appUserId": SeedID("app-user", strconv.Itoa(i)), "identityUserId": SeedID("user", seedPeople[i%5][0])}
		if len(items) > 0 {
			item := items[i%len(items)]
			certify["appId"], certify["appEntitlementId"] = item["appId"], item["appEntitlementId"]
		}
		task := object{
			"id": c.v.host.NewID(), "numericId": strconv.FormatInt(c.s.next(), 10), "displayName": "Certify access " + strconv.Itoa(i+1),
			"state": "TASK_STATE_OPEN", "origin": "TASK_ORIGIN_ACCESS_REVIEW", "type": object{"certify": certify},
			"createdAt": c.stamp(), "updatedAt": c.stamp(),
		}
		c.s.tasks.Put(c.s.next(), text(task, "id"), task, c.now)
	}
}

func certifyOf(task object) object { return inner(inner(task, "type"), "certify") }

// closeTasks ends up to count open tasks of a review and returns how many.
func (c *call) closeTasks(id string, count int, outcome string) int {
	closed := 0
	for _, r := range c.s.tasks.All() {
		if closed >= count {
			break
		}
		if text(certifyOf(r.Value), "accessReviewId") != id || text(r.Value, "state") != "TASK_STATE_OPEN" {
			continue
		}
		task := copyObject(r.Value)
		task["state"], task["updatedAt"] = "TASK_STATE_CLOSED", c.stamp()
		certify := certifyOf(task)
		certify["outcome"], certify["outcomeTime"] = outcome, c.stamp()
		r.Set(task, c.now)
		closed++
	}
	return closed
}

func (c *call) dropTasks(review string) {
	for _, r := range c.s.tasks.All() {
		if text(certifyOf(r.Value), "accessReviewId") == review {
			r.Remove(c.now)
		}
	}
}

var taskFilters = []string{
	"accessReviewIds", "taskTypes", "taskStates", "certifyOutcomes", "applicationIds", "appEntitlementIds", "refs", "excludeIds",
	"includeDeleted", "expandMask", "pageSize", "pageToken", "sortBy",
}

func (c *call) searchTasks() (any, error) {
	if err := c.checkFilters(taskFilters); err != nil {
		return nil, err
	}
	return c.listing(c.lagging(c.s.tasks, c.matchesTask), func(value object) object {
		return c.v.schema.Render("c1.api.task.v1.TaskView", object{"task": value, "objectPermissions": permissions()})
	})
}

func (c *call) matchesTask(task object) bool {
	certify := certifyOf(task)
	among := func(name, got string) bool {
		list := texts(c.body, name)
		return len(list) == 0 || slices.Contains(list, got)
	}
	kinds, _ := c.body["taskTypes"].([]any)
	wanted := len(kinds) == 0 || slices.ContainsFunc(kinds, func(kind any) bool {
		kind2, _ := kind.(object)
		return kind2["certify"] != nil
	})
	list, _ := c.body["refs"].([]any)
	named := len(list) == 0 || slices.ContainsFunc(list, func(item any) bool {
		item2, _ := item.(object)
		return text(item2, "id") == text(task, "id")
	})
	return wanted && named && !slices.Contains(texts(c.body, "excludeIds"), text(task, "id")) &&
		among("accessReviewIds", text(certify, "accessReviewId")) && among("taskStates", text(task, "state")) &&
		among("certifyOutcomes", text(certify, "outcome")) && among("applicationIds", text(certify, "appId")) &&
		among("appEntitlementIds", text(certify, "appEntitlementId"))
}
