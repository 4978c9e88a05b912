package veza

import (
	"maps"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The states of a review. Names are the sandbox's own: the vendor's are not published
// (docs/vendors/veza-api.md#review-fields).
const (
	reviewPreparing = "PREPARING"
	reviewActive    = "ACTIVE"
	reviewExpired   = "EXPIRED"
	reviewCompleted = "COMPLETED"
)

// listWorkflows documents no paging: it answers all of them (docs/vendors/veza-api.md#get-apipreviewawfworkflows).
func (c *call) listWorkflows() (any, error) {
	found := []any{}
	for _, r := range c.s.workflows.All() {
		found = append(found, c.show("Workflow")(r.Value))
	}
	return object{"values": found, "has_more": false}, nil
}

// createCertification starts a review (docs/vendors/veza-api.md#post-apipreviewawfcertifications). It answers the id and
// nothing else.
func (c *call) createCertification() (any, error) {
	source, given := c.body["data_source"].(int64)
	if given && (source < 0 || source > 2) {
		return nil, wire.Violation("data_source: %d is neither 0, 1 nor 2", source)
	}
	if source == 2 && c.body["snapshot_id"] == nil {
		return nil, wire.Violation("snapshot_id is required when data_source is 2")
	}
	workflow := look(c.s.workflows, wire.Text(c.body, "workflow_id"))
	if workflow == nil {
		return nil, invalid("workflow_id", "workflow %s not found", wire.Text(c.body, "workflow_id"))
	}
	value := pick(c.body, "name", "notes")
	if c.feature("nameIgnored") {
		delete(value, "name")
	}
	if assignment := wire.Inner(c.body, "reviewer_assignment"); assignment != nil {
		value["reviewers"] = wire.List(wire.Items(assignment, "reviewers"))
	}
	value["created_by"] = object{"user_type": "LOCAL", "id": apiUser, "email": "operator@corp.example", "name": "Sandbox API key"}
	r := c.addCertification(workflow, value)
	r.Inputs = wire.Copy(c.body)
	return object{"certification_id": r.Key}, nil
}

// addCertification stores a review whose query still runs.
func (c *call) addCertification(workflow, value object) *wire.Record {
	if wire.Text(value, "certification_id") == "" {
		value["certification_id"] = c.newID()
	}
	value["workflow_id"] = workflow["workflow_id"]
	if query := wire.Inner(workflow, "query"); query != nil {
		value["query_used"] = wire.Copy(query)
	}
	for _, name := range []string{"created_at", "updated_at", "started_at", "snapshot_time"} {
		value[name] = c.stamp()
	}
	return c.s.certifications.Put(c.s.next(), wire.Text(value, "certification_id"), value, c.now)
}

// prepare ends the query of a review: what there is to decide is known from then on.
func (c *call) prepare(value object, at time.Time) {
	if value["query_completed_at"] != nil {
		return
	}
	rows := 0
	for _, r := range c.s.entities.All() {
		if wire.Text(r.Value, "type") == wire.Text(wire.Inner(value, "query_used"), "node_type") {
			rows += c.settings.TasksPerItem
		}
	}
	value["total_result_count"], value["query_completed_at"] = int64(rows), timestamp(at)
	value["results_updated_at"], value["updated_at"] = timestamp(at), timestamp(at)
}

func (c *call) stateOf(value object) string {
	switch due := wire.Instant(value, "due_date"); {
	case value["completed_at"] != nil:
		return reviewCompleted
	case value["query_completed_at"] == nil:
		return reviewPreparing
	case !due.IsZero() && due.Before(c.now):
		return reviewExpired
	default:
		return reviewActive
	}
}

func (c *call) viewCertification(value object) object {
	stored := maps.Clone(value)
	stored["state"] = c.stateOf(value)
	if c.feature("notesHidden") {
		delete(stored, "notes")
	}
	view := c.show("Certification")(stored)
	c.showEnum(view, "state", "CertificationState")
	return view
}

// listCertifications lists the reviews of one configuration. Paging is not documented: who does not ask for it gets all.
func (c *call) listCertifications() (any, error) {
	workflow := c.query.Get("workflow_id")
	if workflow == "" {
		return nil, wire.Violation("workflow_id is required")
	}
	if c.s.workflows.Get(workflow) == nil {
		return nil, missing("workflow", workflow)
	}
	found := c.lagging(c.s.certifications, func(value object) bool { return wire.Text(value, "workflow_id") == workflow })
	total, next := len(found), ""
	if c.query.Has("page_size") || c.query.Has("page_token") {
		var err error
		if found, next, err = c.page(found, defaultPage); err != nil {
			return nil, err
		}
	}
	answer := values(found, next, c.viewCertification)
	answer["total_result_count"] = total
	return answer, nil
}

// listResults answers the rows of a review.
func (c *call) listResults() (any, error) {
	r := c.s.certifications.Get(c.r.PathValue("certification_id"))
	if r == nil {
		return nil, missing("certification", c.r.PathValue("certification_id"))
	}
	backwards, err := c.boolean("paginate_direction_backwards")
	if err != nil {
		return nil, err
	}
	if backwards {
		return nil, wire.Unsimulated("the sandbox does not page backwards")
	}
	decisions := wire.Texts(r.Value, "decisions")
	var rows []wire.Row
	for i := range int(number(r.Value, "total_result_count")) {
		value := object{"result_id": i, "source": object{}, "destination": object{}, "decision": ""}
		if i < len(decisions) {
			value["decision"] = decisions[i]
		}
		rows = append(rows, wire.Row{Seq: int64(i + 1), Value: value})
	}
	return c.listing(rows, resultPage, func(value object) object { return value })
}
