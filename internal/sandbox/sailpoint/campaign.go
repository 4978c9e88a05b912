package sailpoint

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The statuses of a campaign (docs/vendors/sailpoint-api.md#campaign-states).
const (
	statusPending    = "PENDING"
	statusStaged     = "STAGED"
	statusActivating = "ACTIVATING"
	statusActive     = "ACTIVE"
	statusCompleting = "COMPLETING"
	statusCompleted  = "COMPLETED"
	statusCanceling  = "CANCELING"
)

// slim are the members of the short form, full those that only detail=FULL adds
// (docs/vendors/sailpoint-api.md#campaign-fields).
var (
	slim = []string{
		"id", "created", "name", "description", "deadline", "type", "emailNotificationEnabled", "autoRevokeAllowed", "recommendationsEnabled",
		"status", "correlatedStatus", "totalCertifications", "completedCertifications", "alerts",
	}
	full = []string{
		"modified", "sunsetCommentsRequired", "mandatoryCommentRequirement", "sourceOwnerCampaignInfo", "searchCampaignInfo",
		"roleCompositionCampaignInfo", "machineAccountCampaignInfo", "sourcesWithOrphanEntitlements",
	}
)

// blocks are the type blocks: a campaign has the one of its type and no other.
var blocks = map[string]string{
	"SOURCE_OWNER": "sourceOwnerCampaignInfo", "SEARCH": "searchCampaignInfo", "ROLE_COMPOSITION": "roleCompositionCampaignInfo",
	"MACHINE_ACCOUNT": "machineAccountCampaignInfo",
}

func (c *call) campaign() (*record, error) {
	if r := c.s.campaigns.Get(c.id()); r != nil {
		return r, nil
	}
	return nil, notFound("Campaign", c.id())
}

func (c *call) showSlim(value object) object {
	result := object{}
	for _, name := range slim {
		result[name] = wire.DeepCopy(value[name])
	}
	if value["deadline"] != nil {
		result["deadline"] = trimmed(instant(value, "deadline"))
	}
	result["recommendationsEnabled"] = flag(value, "recommendationsEnabled") && c.feature(FeatureRecommendations)
	return result
}

func (c *call) showFull(value object) object {
	result := c.showSlim(value)
	for _, name := range full {
		result[name] = wire.DeepCopy(value[name])
	}
	result["filter"] = c.s.show(inner(value, "filter"))
	for _, name := range blocks {
		if reviewer := inner(inner(result, name), "reviewer"); reviewer != nil {
			inner(result, name)["reviewer"] = c.s.show(reviewer)
		}
	}
	return result
}

// detail is the form that was asked for.
func (c *call) detail() (func(object) object, error) {
	switch c.query.Get("detail") {
	case "", "SLIM":
		return c.showSlim, nil
	case "FULL":
		return c.showFull, nil
	default:
		return nil, violation("detail must be SLIM or FULL")
	}
}

func (c *call) listCampaigns() (any, error) {
	show, err := c.detail()
	if err != nil {
		return nil, err
	}
	return c.listing(shown(c.lagging(c.s.campaigns), show), view{fields("id: eq in", "name: eq sw", "status: eq in"), "name created"})
}

func (c *call) getCampaign() (any, error) {
	show, err := c.detail()
	if err != nil {
		return nil, err
	}
	r, err := c.campaign()
	if err != nil {
		return nil, err
	}
	return show(r.Value), nil
}

// createCampaign submits a job: names repeat, and the same request twice makes two
// (docs/vendors/sailpoint-api.md#post-campaignsv1).
func (c *call) createCampaign() (any, error) {
	value := wire.Copy(c.body)
	if err := c.checkCampaign(value); err != nil {
		return nil, err
	}
	r := c.addCampaign(value)
	r.Inputs = wire.Copy(c.body)
	return c.showFull(r.Value), nil
}

// addCampaign stores a new campaign, which is pending.
func (c *call) addCampaign(value object) *record {
	for name, unset := range map[string]any{
		"emailNotificationEnabled": false, "autoRevokeAllowed": false, "recommendationsEnabled": false, "sunsetCommentsRequired": true,
		"correlatedStatus": "CORRELATED", "mandatoryCommentRequirement": "NO_DECISIONS",
	} {
		if _, given := value[name]; !given {
			value[name] = unset
		}
	}
	if text(value, "id") == "" {
		value["id"] = c.newID()
	}
	value["created"] = c.stamp()
	r := c.s.add(c.s.campaigns, value, c.now)
	c.enter(r, statusPending)
	// Listing sees the campaign appear once, in its first status.
	r.Settle()
	return r
}

// checkCampaign checks a campaign that is to be created (docs/vendors/sailpoint-api.md#campaign-fields).
func (c *call) checkCampaign(value object) error {
	kind := text(value, "type")
	for of, name := range blocks {
		if block := inner(value, name); (block != nil) != (of == kind) {
			return violation("a campaign of type %s has its own block and no other: %s", kind, name)
		}
	}
	if text(value, "correlatedStatus") == "UNCORRELATED" && kind != "SOURCE_OWNER" {
		return violation("only a SOURCE_OWNER campaign may be UNCORRELATED")
	}
	if err := c.checkDeadline(value); err != nil {
		return err
	}
	if filter := inner(value, "filter"); filter != nil {
		var err error
		if value["filter"], err = c.s.take("CAMPAIGN_FILTER", filter); err != nil {
			return err
		}
	}
	block := inner(value, blocks[kind])
	for _, check := range []func(object) error{c.checkReviewer, c.checkSearch, c.checkComposition} {
		if err := check(block); err != nil {
			return err
		}
	}
	return c.s.exist("SOURCE", texts(block, "sourceIds"))
}

func (c *call) checkDeadline(value object) error {
	if value["deadline"] != nil && !instant(value, "deadline").After(c.now) {
		return refuse(codeValue, "the deadline must be in the future")
	}
	return nil
}

func (c *call) checkReviewer(block object) error {
	reviewer := inner(block, "reviewer")
	if reviewer == nil {
		return nil
	}
	var err error
	block["reviewer"], err = c.s.take(text(reviewer, "type"), reviewer)
	return err
}

// checkSearch checks the block of a SEARCH campaign; only that has a type.
func (c *call) checkSearch(block object) error {
	if block["type"] == nil {
		return nil
	}
	if (text(block, "query") != "") == (len(texts(block, "identityIds")) > 0) {
		return violation("searchCampaignInfo takes exactly one of query and identityIds")
	}
	for _, constraint := range items(block, "accessConstraints") {
		ids := texts(constraint, "ids")
		if (text(constraint, "operator") == "SELECTED") != (len(ids) > 0) {
			return violation("searchCampaignInfo.accessConstraints: ids go with the operator SELECTED, and only with it")
		}
		if err := c.checkConstrained(text(constraint, "type"), ids); err != nil {
			return err
		}
	}
	return c.s.exist("IDENTITY", texts(block, "identityIds"))
}

func (c *call) checkConstrained(kind string, ids []string) error {
	if kind != "ROLE" {
		return c.s.exist(kind, ids)
	}
	for _, id := range ids {
		if c.s.roles[id] == "" {
			return noReference(kind, id)
		}
	}
	return nil
}

// checkComposition checks the block of a ROLE_COMPOSITION campaign; only that has a remediator.
func (c *call) checkComposition(block object) error {
	remediator := inner(block, "remediatorRef")
	if remediator == nil {
		return nil
	}
	if block["query"] != nil && len(texts(block, "roleIds")) > 0 {
		return violation("roleCompositionCampaignInfo takes at most one of query and roleIds")
	}
	ids := slices.DeleteFunc([]string{text(remediator, "id"), text(block, "reviewerId")}, func(id string) bool { return id == "" })
	if err := c.s.exist("IDENTITY", ids); err != nil {
		return err
	}
	return c.checkConstrained("ROLE", texts(block, "roleIds"))
}

// patchCampaign changes six members while staged and the deadline while active. It answers the short form, whatever was
// read before (docs/vendors/sailpoint-api.md#campaign-fields).
func (c *call) patchCampaign() (any, error) {
	r, err := c.campaign()
	if err != nil {
		return nil, err
	}
	edits, err := c.parsePatch(c.raw, "/name", "/description", "/deadline", "/emailNotificationEnabled", "/autoRevokeAllowed", "/recommendationsEnabled")
	if err != nil {
		return nil, err
	}
	doc, err := document(c.showSlim(r.Value))
	if err != nil {
		return nil, err
	}
	m, status := c.v.schema.Messages["CampaignPatch"], text(r.Value, "status")
	for _, e := range edits {
		if status != statusStaged && (status != statusActive || e.top() != "deadline") {
			return nil, refuse(codeUpdate, "%s cannot be patched while the campaign is %s", e.pointer(), status)
		}
		if err := e.apply(doc); err != nil {
			return nil, err
		}
	}
	value := wire.Copy(r.Value)
	for name := range m.ByName {
		if !touches(edits, name) {
			continue
		}
		if value[name], err = c.v.schema.DecodeField(m.ByName[name], doc[name], name); err != nil {
			return nil, err
		}
	}
	if touches(edits, "deadline") {
		if err := c.checkDeadline(value); err != nil {
			return nil, err
		}
	}
	value["modified"] = c.stamp()
	r.Set(value, c.now)
	return c.showSlim(value), nil
}
