package sailpoint

import (
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// nextStatus says which passing status follows which when a campaign goes on by itself. A cancelled one is gone.
var nextStatus = map[string]string{statusPending: statusStaged, statusActivating: statusActive, statusCompleting: statusCompleted, statusCanceling: ""}

// jobOf is the job that runs while a campaign is in a passing status (docs/vendors/sailpoint-api.md#campaign-states).
var jobOf = map[string]string{
	statusPending: "CAMPAIGN_CREATE", statusActivating: "ACTIVATE_CAMPAIGN", statusCompleting: "COMPLETE_CAMPAIGN", statusCanceling: "CAMPAIGN_DELETE",
}

// advance does what is due, and moves campaigns on by the pace in force, as far as the clock has come. It is done when
// somebody looks: until then nothing shows the difference.
func (c *call) advance() {
	now := c.now
	due := slices.DeleteFunc(slices.Clone(c.s.jobs), func(j job) bool { return j.due.After(now) })
	c.s.jobs = slices.DeleteFunc(c.s.jobs, func(j job) bool { return !j.due.After(now) })
	for _, j := range due {
		c.now = j.due
		j.run(c)
	}
	for _, r := range c.s.campaigns.All() {
		c.now = now
		c.advanceCampaign(r)
	}
	c.now = now
}

func (c *call) advanceCampaign(r *record) {
	pace := c.pace()
	if pace <= 0 {
		return
	}
	for end := c.now; ; {
		status := text(r.Value, "status")
		next, passing := nextStatus[status]
		at := c.s.stages[r.Key].Add(pace)
		if !passing || at.After(end) || status == statusPending && c.feature(FeatureCampaignHangs) {
			return
		}
		c.now = at
		if next == "" {
			c.finishJobs(r.Key)
			c.dropCampaign(r)
			return
		}
		c.enter(r, next)
	}
}

// enter puts a campaign into a status, with everything that happens on the way in. Only people's changes count as
// modifications (docs/vendors/sailpoint-api.md#versions).
func (c *call) enter(r *record, status string) {
	c.finishJobs(r.Key)
	value := wire.Copy(r.Value)
	value["status"] = status
	c.s.stages[r.Key] = c.now
	r.Set(value, c.now)
	if kind := jobOf[status]; kind != "" {
		c.startJob(r.Key, kind, "IN_PROGRESS")
	}
	switch status {
	case statusStaged:
		c.generate(r)
	case statusActive:
		c.generate(r)
		c.phase(r, "ACTIVE")
	case statusCompleted:
		c.generate(r)
		decision := text(r.Inputs, "autoCompleteAction")
		if decision == "" {
			decision = "APPROVE"
		}
		c.decide(r, len(c.itemsOf(r.Key)), decision)
		c.phase(r, "SIGNED")
	}
}

func (c *call) finishJobs(campaign string) {
	for _, r := range c.s.campaignJobs.All() {
		if text(r.Value, "targetId") == campaign && text(r.Value, "status") == "IN_PROGRESS" {
			value := wire.Copy(r.Value)
			value["status"] = "SUCCESS"
			r.Set(value, c.now)
		}
	}
}

// dropCampaign takes a campaign away with everything that is its own.
func (c *call) dropCampaign(r *record) {
	r.Remove(c.now)
	for _, certification := range c.certificationsOf(r.Key) {
		certification.Remove(c.now)
	}
	for _, item := range c.itemsOf(r.Key) {
		item.Remove(c.now)
	}
	delete(c.s.reports, r.Key)
}

// phase puts the certifications of a campaign into a phase.
func (c *call) phase(r *record, phase string) {
	for _, certification := range c.certificationsOf(r.Key) {
		value := wire.Copy(certification.Value)
		if text(value, "phase") == phase {
			continue
		}
		value["phase"], value["modified"] = phase, c.stamp()
		if phase == "SIGNED" {
			value["signed"], value["completed"] = c.stamp(), true
		}
		certification.Set(value, c.now)
	}
	c.count(r)
}

// count brings the totals of a campaign up to date.
func (c *call) count(r *record) {
	total, completed := 0, 0
	for _, certification := range c.certificationsOf(r.Key) {
		total++
		if flag(certification.Value, "completed") {
			completed++
		}
	}
	value := wire.Copy(r.Value)
	value["totalCertifications"], value["completedCertifications"] = int64(total), int64(completed)
	r.Set(value, c.now)
}

// tomorrow is a deadline that lets a campaign made at the console be activated.
func (c *call) tomorrow() time.Time { return c.now.UTC().Truncate(24 * time.Hour).Add(47 * time.Hour) }
