package sailpoint

import (
	"regexp"
	"slices"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// isoOffset is the form of a time zone (docs/vendors/sailpoint-api.md#campaign-states).
var isoOffset = regexp.MustCompile(`^(Z|[+-]\d{2}(:?\d{2})?)$`)

// activateCampaign needs a staged campaign whose deadline is tomorrow or later
// (docs/vendors/sailpoint-api.md#campaign-states).
func (c *call) activateCampaign() (any, error) {
	r, err := c.campaign()
	if err != nil {
		return nil, err
	}
	if zone := text(c.body, "timeZone"); zone != "" && !isoOffset.MatchString(zone) {
		return nil, violation("timeZone: %q is not an ISO 8601 offset", zone)
	}
	if status := text(r.Value, "status"); status != statusStaged {
		return nil, refuse(codeContent, "a campaign can be activated while it is STAGED; it is %s", status)
	}
	today := c.now.UTC().Truncate(24 * time.Hour)
	if instant(r.Value, "deadline").Before(today.Add(24 * time.Hour)) {
		return nil, refuse(codeContent, "the deadline must be tomorrow or later")
	}
	value := wire.Copy(r.Value)
	// The time of day may move inside the same date: clients compare dates.
	value["deadline"] = stamp(instant(value, "deadline").UTC().Truncate(24 * time.Hour).Add(24*time.Hour - time.Second))
	r.Set(value, c.now)
	c.enter(r, statusActivating)
	return empty(), nil
}

// completeCampaign works only past the deadline (docs/vendors/sailpoint-api.md#campaign-states).
func (c *call) completeCampaign() (any, error) {
	r, err := c.campaign()
	if err != nil {
		return nil, err
	}
	if status := text(r.Value, "status"); status != statusActive {
		return nil, refuse(codeContent, "a campaign can be completed while it is ACTIVE; it is %s", status)
	}
	if !instant(r.Value, "deadline").Before(c.now) {
		return nil, refuse(codeContent, "the campaign is not past due")
	}
	decision := text(c.body, "autoCompleteAction")
	if decision == "" {
		decision = "APPROVE"
	}
	r.Inputs["autoCompleteAction"] = decision
	c.enter(r, statusCompleting)
	return empty(), nil
}

// deleteCampaigns submits jobs; campaigns are cancelled first and then gone (docs/vendors/sailpoint-api.md#campaign-states).
func (c *call) deleteCampaigns() (any, error) {
	var found []*record
	for _, id := range texts(c.body, "ids") {
		r := c.s.campaigns.Get(id)
		if r == nil {
			return nil, notFound("Campaign", id)
		}
		found = append(found, r)
	}
	for _, r := range found {
		if text(r.Value, "status") != statusCanceling {
			c.enter(r, statusCanceling)
		}
	}
	return empty(), nil
}

func (c *call) listReports() (any, error) {
	r, err := c.campaign()
	if err != nil {
		return nil, err
	}
	return wire.List(c.s.reports[r.Key]), nil
}

func (c *call) runReport() (any, error) {
	r, err := c.campaign()
	if err != nil {
		return nil, err
	}
	kind := c.r.PathValue("type")
	if !slices.Contains(c.v.schema.Enums["ReportType"], kind) {
		return nil, violation("%q is no type of report", kind)
	}
	if status := text(r.Value, "status"); status != statusActive && status != statusCompleted {
		return nil, refuse(codeContent, "a report needs a campaign that is ACTIVE or COMPLETED; it is %s", status)
	}
	others := slices.DeleteFunc(c.s.reports[r.Key], func(report object) bool { return text(report, "reportType") == kind })
	c.s.reports[r.Key] = append(others, object{
		"type": "REPORT_RESULT", "id": c.newID(), "name": kind, "status": "SUCCESS", "reportType": kind, "lastRunAt": c.stamp(),
	})
	return empty(), nil
}

// startJob notes a job of the campaign service.
func (c *call) startJob(campaign, kind, status string) object {
	value := object{
		"id": c.newID(), "type": kind, "targetType": "CAMPAIGN", "targetId": campaign, "status": status, "errors": []any{},
		"reassignmentTrailDTOs": []any{}, "created": c.stamp(),
	}
	c.s.add(c.s.campaignJobs, value, c.now)
	return value
}

// listCampaignJobs shows what is not done yet (docs/vendors/sailpoint-api.md#campaign-states).
func (c *call) listCampaignJobs() (any, error) {
	values := slices.DeleteFunc(present(c.s.campaignJobs), func(value object) bool {
		return text(value, "status") != "QUEUED" && text(value, "status") != "IN_PROGRESS"
	})
	return c.listing(values, view{filters: fields("id: eq in", "targetId: eq in", "type: eq in")})
}

func (c *call) getCampaignJob() (any, error) {
	r := c.s.campaignJobs.Get(c.id())
	if r == nil {
		return nil, notFound("Certification task", c.id())
	}
	return r.Value, nil
}

// listCampaignFilters has its own form and its own offset, and no filters (docs/vendors/sailpoint-api.md#campaign-filters).
func (c *call) listCampaignFilters() (any, error) {
	c.query.Set("offset", c.query.Get("start"))
	page, err := c.page(present(c.s.filters))
	if err != nil {
		return nil, err
	}
	return object{"items": page, "count": len(c.s.filters.All())}, nil
}

func (c *call) getCampaignFilter() (any, error) {
	r := c.s.filters.Get(c.id())
	if r == nil {
		return nil, notFound("Campaign filter", c.id())
	}
	return r.Value, nil
}

// listTemplates shows that there are none: making them is not simulated.
func (c *call) listTemplates() (any, error) {
	const operators = "eq ge gt in le lt ne sw"
	return c.listing(nil, view{fields("name: "+operators, "id: "+operators), "name created modified"})
}

func (c *call) getTemplate() (any, error) { return nil, notFound("Campaign template", c.id()) }
