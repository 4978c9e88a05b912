package sailpoint

import (
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// deleteProfiles deletes all or nothing, or what it can (docs/vendors/sailpoint-api.md#delete-access-profilesv1id). What is
// deleted goes with a task.
func (c *call) deleteProfiles() (any, error) {
	free, used := []string{}, []any{}
	for _, id := range texts(c.body, "accessProfileIds") {
		r, err := c.profile(id)
		if err != nil {
			return nil, err
		}
		if by := c.s.usage[r.Key]; len(by) > 0 {
			used = append(used, c.showUsage(id, by))
		} else {
			free = append(free, id)
		}
	}
	if len(free) == 0 || len(used) > 0 && !flag(c.body, "bestEffortOnly") {
		c.status = http.StatusOK
		return object{"pending": []any{}, "inUse": used}, nil
	}
	task := c.startTask("Bulk delete of access profiles", "", func(later *call) {
		for _, id := range free {
			if r := later.s.profiles.Get(id); r != nil {
				r.Remove(later.now)
			}
		}
	})
	return object{"taskId": task["id"], "pending": wire.List(free), "inUse": used}, nil
}

func (c *call) showUsage(id string, by []object) object {
	list := []any{}
	for _, ref := range by {
		shown, _ := c.s.show(ref).(object)
		if c.feature(FeatureUsages) && shown != nil {
			shown["type"] = "Role"
		}
		list = append(list, shown)
	}
	if c.feature(FeatureUsages) {
		return object{"accessProfileId": id, "usages": list}
	}
	return object{"accessProfileId": id, "usedBy": list}
}

// updateRequestable answers per item, with statuses that are text
// (docs/vendors/sailpoint-api.md#delete-access-profilesv1id).
func (c *call) updateRequestable() (any, error) {
	given, err := c.decodeItems("RequestableItem")
	if err != nil {
		return nil, err
	}
	if c.feature(FeatureNoRequestCenter) {
		return nil, &wire.Problem{Status: http.StatusPreconditionFailed, Message: "the new Request Center is not enabled"}
	}
	list := []any{}
	for _, item := range given {
		answer := object{"id": item["id"], "requestable": item["requestable"], "status": "404", "description": "not found"}
		if r := c.s.profiles.Get(text(item, "id")); r != nil {
			value := wire.Copy(r.Value)
			value["requestable"], value["modified"] = item["requestable"], c.stamp()
			r.Set(value, c.now)
			answer["status"], answer["description"] = "201", "updated"
		}
		list = append(list, answer)
	}
	return list, nil
}
