package conductorone

import (
	"time"
)

// stage is where a review is in its life.
type stage struct {
	since    time.Time
	copyFrom string
	staged   bool
	// attached: a draft took what it is about, and takes nothing more.
	attached bool
}

// nextState says which passing state follows which when a campaign goes on by itself.
var nextState = map[string]string{
	stateCopying: statePending, "COPYING_RESOURCE_TYPE_SELECTIONS": statePending, "RESETTING_POLICIES": stateDraft,
	statePreparing: stateDraft, stateDraft: stateStarting, "REVIEW": stateStarting, stateStarting: stateOpen, stateDeleting: stateDeleted,
}

// advance moves campaigns on by the pace in force, as far as the clock has come. It is done when somebody looks: until then
// nothing shows the difference.
func (c *call) advance() {
	c.runDue()
	pace := time.Duration(c.settings.CampaignPace)
	if pace <= 0 {
		return
	}
	for _, r := range c.s.reviews.All() {
		for {
			state, at, ok := c.due(r, pace)
			if !ok || at.After(c.now) {
				break
			}
			now := c.now
			c.now = at
			c.enter(r, state)
			c.now = now
			if state == stateDeleted && !c.settings.SoftDelete {
				r.Remove(c.now)
				break
			}
		}
	}
}

// due returns the state a review goes to by itself, and when.
func (c *call) due(r *record, pace time.Duration) (string, time.Time, bool) {
	since := c.s.stages[r.Key].since
	state := stateOf(r.Value)
	switch state {
	case statePending:
		start := instant(r.Value, "scheduledStartDate")
		return statePreparing, later(start, since.Add(pace)), flag(r.Value, "autoStartCampaign") && !start.IsZero()
	case stateDraft, "REVIEW":
		// A draft starts by itself only when it was told to.
		if !flag(r.Value, "autoStartCampaign") {
			return "", since, false
		}
	case stateOpen:
		end := instant(r.Value, "completionDate")
		return stateClosed, later(end, since.Add(pace)), flag(r.Value, "autoCloseCampaign") && !end.IsZero()
	}
	next, ok := nextState[state]
	return next, since.Add(pace), ok
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// enter puts a review into a state, with everything that happens on the way in.
func (c *call) enter(r *record, state string) {
	value, stage := copyObject(r.Value), c.s.stages[r.Key]
	from := stateOf(value)
	value["state"], value["updatedAt"] = statePrefix+state, c.stamp()
	stage.since = c.now
	switch state {
	case statePending:
		if stage.copyFrom != "" {
			c.copySetup(value, stage.copyFrom)
			stage.copyFrom = ""
		}
	case statePreparing, stateDraft, stateStarting:
		c.snapshot(value, stage)
	case stateOpen:
		c.snapshot(value, stage)
		if value["startedAt"] == nil {
			value["startedAt"] = c.stamp()
			c.openTasks(value)
		}
		delete(value, "closedAt")
	case stateClosed:
		value["closedAt"] = c.stamp()
		value["campaignInsights"] = object{"markdown": "The campaign is over."}
		if flag(value, "autoGenerateReport") {
			c.report(r.Key, "ACCESS_REVIEW_REPORT_FORMAT_XLSX")
		}
		if from == stateOpen {
			c.decideRest(r.Key, text(value, "autoCloseDecision"))
		}
	}
	r.Set(value, c.now)
}

// snapshot fixes what is reviewed; later changes of entitlements do not matter to the campaign.
func (c *call) snapshot(value object, stage *stage) {
	if stage.staged {
		return
	}
	stage.staged = true
	items := len(c.s.setups[text(value, "id")])
	if items == 0 {
		// A scope without attached entitlements still finds something to review.
		items = 2
	}
	value["expectedTicketCount"] = int64(items * c.settings.TasksPerItem)
}

// copySetup takes scope and entitlements from another review.
func (c *call) copySetup(value object, from string) {
	id := text(value, "id")
	for _, item := range c.s.setups[from] {
		item = copyObject(item)
		item["accessReviewId"], item["createdAt"], item["updatedAt"] = id, c.stamp(), c.stamp()
		c.s.setups[id] = append(c.s.setups[id], item)
	}
	if source := c.s.reviews.Get(from); source != nil && value["scopeV2"] == nil && source.Value["scopeV2"] != nil {
		value["scopeV2"] = deepCopy(source.Value["scopeV2"])
	}
	growScope(value)
}

// decideRest ends the tasks nobody decided, the way the campaign was told to. No action leaves them open.
func (c *call) decideRest(id, decision string) {
	outcome := map[string]string{"CLOSE_DECISION_REVOKED": "CERTIFY_OUTCOME_DECERTIFIED", "CLOSE_DECISION_SKIP": "CERTIFY_OUTCOME_CANCELLED"}[decision]
	if outcome != "" {
		c.closeTasks(id, len(c.s.tasks.All()), outcome)
	}
}
