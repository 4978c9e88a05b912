package conductorone

import (
	"slices"
	"strconv"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

const (
	msgReview   = nsReview + "AccessReview"
	statePrefix = "ACCESS_REVIEW_STATE_"
)

// The states of a review, without their prefix.
const (
	statePending   = "PENDING"
	statePreparing = "PREPARING"
	stateDraft     = "DRAFT"
	stateStarting  = "STARTING"
	stateOpen      = "OPEN"
	stateClosed    = "CLOSED"
	stateDeleting  = "DELETING"
	stateDeleted   = "DELETED"
	stateCopying   = "COPYING_SETUP_ENTITLEMENTS"
)

func stateOf(value object) string { return strings.TrimPrefix(text(value, "state"), statePrefix) }

func (c *call) viewReview(value object) object {
	return object{
		"accessReview": c.v.schema.Render(msgReview, value), "createdByUserPath": "", "policyPath": "", "objectPermissions": permissions(),
	}
}

func (c *call) answerReview(value object) (any, error) {
	return object{"accessReview": c.viewReview(value), "expanded": []any{}}, nil
}

// review finds the review a path names. Deleted ones are found when the caller takes them.
func (c *call) review(takeDeleted bool) (*record, string, error) {
	id := c.id("id", "access_review_id")
	r := c.s.reviews.Get(id)
	gone := []string{stateDeleting, stateDeleted}
	if r == nil || (!takeDeleted && slices.Contains(gone, stateOf(r.Value))) {
		return nil, id, notFound("access review %s not found", id)
	}
	return r, id, nil
}

func (c *call) createReview() (any, error) {
	value := copyObject(c.body)
	for _, name := range []string{"ownerIds", "duplicateFrom", "expandMask"} {
		delete(value, name)
	}
	owners := texts(c.body, "ownerIds")
	if len(owners) == 0 {
		return nil, refused("ownerIds: at least one owner is required")
	}
	source := text(c.body, "duplicateFrom")
	if source != "" && c.s.reviews.Get(source) == nil {
		return nil, notFound("duplicateFrom: access review %s not found", source)
	}
	if err := firstError(c.checkUsers("ownerIds", owners), c.checkReview(value)); err != nil {
		return nil, err
	}
	r := c.addReview(value, servicePrincipal)
	r.Inputs = copyObject(c.body)
	if source != "" {
		c.enter(r, stateCopying)
		c.s.stages[r.Key].copyFrom = source
	} else if c.settings.Features[FeatureDraftReviews] {
		c.enter(r, stateDraft)
	}
	return c.answerReview(r.Value)
}

// addReview stores a new review in the pending state.
func (c *call) addReview(value object, creator string) *record {
	id := text(value, "id")
	if id == "" {
		id = c.v.host.NewID()
	}
	value["id"], value["createdById"], value["scopingVersion"] = id, creator, "1"
	value["createdAt"], value["updatedAt"] = c.stamp(), c.stamp()
	r := c.s.reviews.Put(c.s.next(), id, value, c.now)
	c.s.stages[id] = &stage{}
	c.enter(r, statePending)
	// Listing sees the object appear once, in its first state.
	r.Settle()
	return r
}

// checkReview checks the values of a review that is about to be stored.
func (c *call) checkReview(value object) error {
	columns, _ := inner(value, "columnConfig")["orderedColumns"].([]any)
	attributes := 0
	for _, item := range columns {
		item, _ := item.(object)
		if item["builtin"] == nil && item["appUserAttributeKey"] == nil {
			return violation("columnConfig.orderedColumns: oneof %s.column is not set", nsReview+"AccessReviewTaskColumnRef")
		}
		if item["appUserAttributeKey"] != nil {
			attributes++
		}
	}
	if attributes > 10 {
		return refused("columnConfig: %d attribute columns, at most 10", attributes)
	}
	var providers, apps []string
	if id := text(inner(value, "signatureConfig"), "stepUpProviderId"); id != "" {
		providers = []string{id}
	}
	bindings, _ := inner(value, "reviewerAttributeConfig")["bindings"].([]any)
	for _, item := range bindings {
		item, _ := item.(object)
		apps = append(apps, text(item, "appId"))
	}
	return firstError(
		c.checkPolicy("policyId", text(value, "policyId"), "CERTIFY"),
		c.checkScope("scopeV2", inner(value, "scopeV2")),
		c.checkIDs("signatureConfig", "step-up provider", c.s.stepUps, providers),
		c.checkIDs("reviewerAttributeConfig", "app", c.s.apps, apps),
	)
}

func (c *call) getReview() (any, error) {
	r, _, err := c.review(true)
	if err != nil {
		return nil, err
	}
	return c.answerReview(r.Value)
}

func (c *call) listReviews() (any, error) {
	return c.listing(c.lagging(c.s.reviews, func(value object) bool {
		return c.settings.ListDeleted || stateOf(value) != stateDeleted
	}), c.viewReview)
}

// unsupportedReviewPaths are fields of the object that its update does not take.
var unsupportedReviewPaths = []string{"scope", "exclusionScope", "singleApp", "multiApp", "bindings"}

func (c *call) updateReview() (any, error) {
	r, id, err := c.review(false)
	if err != nil {
		return nil, err
	}
	m := c.v.schema.Messages[msgReview]
	patch := inner(c.body, "accessReview")
	if patch == nil {
		return nil, violation("accessReview is required")
	}
	paths, err := c.v.schema.ParseMask(m, text(c.body, "updateMask"), wire.LowerCamel)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, violation("update_mask is required")
	}
	state, rescoped := stateOf(r.Value), false
	if state == stateClosed {
		return nil, refused("access review %s is closed and cannot be edited", id)
	}
	for _, path := range paths {
		head, _, _ := strings.Cut(path, ".")
		switch {
		case slices.Contains(unsupportedReviewPaths, head):
			return nil, violation("update mask: %s is not supported", path)
		case (head == "policyId" || head == "scopeV2") && state != statePending:
			return nil, refused("%s cannot be changed in state %s", head, state)
		case head == "signatureConfig" && !c.settings.Features["eSignature"]:
			return nil, forbidden("signatureConfig: the tenant does not have the e-signature feature")
		}
		rescoped = rescoped || head == "scopeV2" || head == "scopeType"
	}
	value := c.v.schema.Merge(m, r.Value, patch, paths)
	if err := c.checkReview(value); err != nil {
		return nil, err
	}
	if rescoped {
		growScope(value)
	}
	value["updatedAt"] = c.stamp()
	r.Set(value, c.now)
	c.advance()
	return c.answerReview(r.Value)
}

// growScope counts a change of scope.
func growScope(value object) {
	// What was stored is always a number.
	version, _ := strconv.ParseInt(text(value, "scopingVersion"), 10, 64)
	value["scopingVersion"] = strconv.FormatInt(version+1, 10)
}

func (c *call) deleteReview() (any, error) {
	r, _, err := c.review(false)
	if err != nil {
		return nil, err
	}
	c.dropTasks(r.Key)
	switch {
	case c.settings.CampaignPace > 0:
		c.enter(r, stateDeleting)
	case c.settings.SoftDelete:
		c.enter(r, stateDeleted)
	default:
		r.Remove(c.now)
	}
	return empty(), nil
}
