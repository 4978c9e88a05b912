package sailpoint

import (
	"slices"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

func (c *call) certificationsOf(campaign string) []*record {
	return slices.DeleteFunc(c.s.certifications.All(), func(r *record) bool { return text(inner(r.Value, "campaign"), "id") != campaign })
}

func (c *call) itemsOf(campaign string) []*record {
	return slices.DeleteFunc(c.s.reviewItems.All(), func(r *record) bool { return text(r.Inputs, "campaign") != campaign })
}

// generate takes the snapshot of a campaign: what is reviewed, packed by reviewer, one certification each
// (docs/vendors/sailpoint-api.md#certifications).
func (c *call) generate(r *record) {
	if len(c.certificationsOf(r.Key)) > 0 {
		return
	}
	identities, access := c.scope(r.Value)
	packages := map[string]*record{}
	for n := range len(access) * c.settings.TasksPerItem {
		identity, item := identities[n%len(identities)], access[n/c.settings.TasksPerItem]
		reviewer := c.reviewerOf(r.Value, identity)
		key := tagKey(text(reviewer, "type"), text(reviewer, "id"))
		if packages[key] == nil {
			packages[key] = c.addCertification(r, reviewer)
		}
		c.addItem(r.Key, packages[key], identity, item)
	}
	c.count(r)
}

// scope is who and what is reviewed. Queries are not run: everybody stands for whom they would find.
func (c *call) scope(value object) (identities []string, access []object) {
	block := inner(value, blocks[text(value, "type")])
	identities = texts(block, "identityIds")
	for _, constraint := range items(block, "accessConstraints") {
		for _, id := range texts(constraint, "ids") {
			access = append(access, reference(text(constraint, "type"), id))
		}
	}
	for _, e := range c.s.entitlements.All() {
		if slices.Contains(texts(block, "sourceIds"), text(inner(e.Value, "source"), "id")) {
			access = append(access, reference("ENTITLEMENT", e.Key))
		}
	}
	for _, id := range texts(block, "roleIds") {
		access = append(access, reference("ROLE", id))
	}
	if len(identities) == 0 {
		for _, p := range seedPeople[:4] {
			identities = append(identities, SeedID("identity", p[0]))
		}
	}
	if len(access) == 0 {
		access = []object{reference("ENTITLEMENT", SeedID("entitlement", "Employee Database/Read")), reference("ENTITLEMENT", SeedID("entitlement", "Workday/Viewer"))}
	}
	return identities, access
}

// reviewerOf is the campaign's reviewer, or else the identity's manager.
func (c *call) reviewerOf(campaign object, identity string) object {
	if reviewer := inner(inner(campaign, blocks[text(campaign, "type")]), "reviewer"); reviewer != nil {
		return reviewer
	}
	if r := c.s.identities.Get(identity); r != nil {
		if manager := managerOf(r.Value); manager != nil {
			return manager
		}
	}
	return reference("IDENTITY", SeedID("identity", "dennis@corp.example"))
}

func (c *call) addCertification(campaign *record, reviewer object) *record {
	return c.s.add(c.s.certifications, object{
		"id": c.newID(), "name": "Access review of " + text(campaign.Value, "name"), "campaign": reference("CAMPAIGN", campaign.Key), "completed": false,
		"created": c.stamp(), "modified": c.stamp(), "decisionsMade": int64(0), "decisionsTotal": int64(0), "due": campaign.Value["deadline"],
		"errorMessage": nil, "hasErrors": false, "identitiesCompleted": int64(0), "identitiesTotal": int64(0), "phase": "STAGED",
		"reassignment": nil, "reviewer": reviewer, "signed": nil,
	}, c.now)
}

func (c *call) addItem(campaign string, certification *record, identity string, access object) {
	item := c.s.add(c.s.reviewItems, object{
		"id": c.newID(), "completed": false, "newAccess": false, "decision": nil, "comments": nil,
		"identitySummary": reference("IDENTITY", identity), "accessSummary": access,
	}, c.now)
	item.Inputs = object{"campaign": campaign, "certification": certification.Key}
	c.tally(certification)
}

// tally counts the decisions of a certification.
func (c *call) tally(certification *record) {
	made, total := int64(0), int64(0)
	people, open := map[string]bool{}, map[string]bool{}
	for _, item := range c.s.reviewItems.All() {
		if item.Inputs["certification"] != certification.Key {
			continue
		}
		total++
		who := text(inner(item.Value, "identitySummary"), "id")
		people[who] = true
		if flag(item.Value, "completed") {
			made++
		} else {
			open[who] = true
		}
	}
	value := wire.Copy(certification.Value)
	value["decisionsMade"], value["decisionsTotal"] = made, total
	value["identitiesTotal"], value["identitiesCompleted"] = int64(len(people)), int64(len(people)-len(open))
	if made == total && text(value, "phase") == "ACTIVE" {
		value["phase"], value["completed"], value["signed"], value["modified"] = "SIGNED", true, c.stamp(), c.stamp()
	}
	certification.Set(value, c.now)
}

// decide closes up to count open items of a campaign and returns how many it closed. Reviewers sign what is complete.
func (c *call) decide(r *record, count int, decision string) int {
	closed := 0
	for _, item := range c.itemsOf(r.Key) {
		if closed == count || flag(item.Value, "completed") {
			continue
		}
		value := wire.Copy(item.Value)
		value["completed"], value["decision"] = true, decision
		item.Set(value, c.now)
		closed++
	}
	for _, certification := range c.certificationsOf(r.Key) {
		c.tally(certification)
	}
	c.count(r)
	return closed
}

func (c *call) showCertification(value object) object {
	result := wire.Copy(value)
	if campaign := c.s.campaigns.Get(text(inner(value, "campaign"), "id")); campaign != nil {
		of := object{"type": "CAMPAIGN", "campaignType": campaign.Value["type"]}
		for _, name := range []string{"id", "name", "description", "correlatedStatus", "mandatoryCommentRequirement"} {
			of[name] = campaign.Value[name]
		}
		result["campaign"], result["due"] = of, campaign.Value["deadline"]
	}
	reviewer, _ := c.s.show(inner(value, "reviewer")).(object)
	if r := c.s.identities.Get(text(reviewer, "id")); r != nil {
		reviewer["email"] = r.Value["email"]
	}
	result["reviewer"] = reviewer
	return result
}

// listCertifications leaves out those of governance groups (docs/vendors/sailpoint-api.md#certifications).
func (c *call) listCertifications() (any, error) {
	values := slices.DeleteFunc(present(c.s.certifications), func(value object) bool {
		return text(inner(value, "reviewer"), "type") == "GOVERNANCE_GROUP"
	})
	if who := c.query.Get("reviewer-identity"); who != "" {
		values = slices.DeleteFunc(values, func(value object) bool { return text(inner(value, "reviewer"), "id") != who })
	}
	return c.listing(shown(values, c.showCertification), view{
		fields("id: eq in", "campaign.id: eq in", "phase: eq", "completed@bool: eq"), "name due signed",
	})
}

func (c *call) certification() (*record, error) {
	if r := c.s.certifications.Get(c.id()); r != nil {
		return r, nil
	}
	return nil, notFound("Certification", c.id())
}

func (c *call) getCertification() (any, error) {
	r, err := c.certification()
	if err != nil {
		return nil, err
	}
	return c.showCertification(r.Value), nil
}

func (c *call) listReviewItems() (any, error) {
	r, err := c.certification()
	if err != nil {
		return nil, err
	}
	wanted := ""
	for name, kind := range map[string]string{"entitlements": "ENTITLEMENT", "access-profiles": "ACCESS_PROFILE", "roles": "ROLE"} {
		if c.query.Get(name) == "" {
			continue
		}
		if wanted != "" {
			return nil, violation("only one of entitlements, access-profiles and roles at a time")
		}
		wanted = kind
	}
	list := []object{}
	for _, item := range c.s.reviewItems.All() {
		access := inner(item.Value, "accessSummary")
		if item.Inputs["certification"] == r.Key && (wanted == "" || text(access, "type") == wanted) {
			value := wire.Copy(item.Value)
			who, _ := c.s.show(inner(value, "identitySummary")).(object)
			value["identitySummary"] = object{"id": who["id"], "name": who["name"], "completed": value["completed"]}
			value["accessSummary"] = object{"access": c.s.show(access), "entitlement": nil, "accessProfile": nil, "role": nil}
			list = append(list, value)
		}
	}
	return c.listing(list, view{fields("id: eq in", "completed@bool: eq"), "identitySummary.name"})
}
