package conductorone

import "github.com/governance-operator/governance-operator/internal/sandbox/wire"

const msgTemplate = nsReview + "AccessReviewTemplate"

func (c *call) answerTemplate(value object) (any, error) {
	return object{"accessReviewTemplate": c.v.schema.Render(msgTemplate, value)}, nil
}

func (c *call) template(takeDeleted bool) (*record, error) {
	id := c.id("id", "access_review_template_id")
	r := c.s.templates.Get(id)
	if r == nil || (deleted(r.Value) && !takeDeleted) {
		return nil, notFound("access review template %s not found", id)
	}
	return r, nil
}

// checkTemplate checks the values of a template that is about to be stored. A template calls its scope "scope".
func (c *call) checkTemplate(value object) error {
	campaign := copyObject(value)
	campaign["scopeV2"] = value["scope"]
	return firstError(checkAnnotations(value["annotations"]), c.checkReview(campaign))
}

func (c *call) createTemplate() (any, error) {
	value := copyObject(c.body)
	delete(value, "ownerIds")
	delete(value, "annotations")
	value["annotations"] = wire.MergeKeys(nil, c.body["annotations"])
	if c.body["signatureConfig"] != nil && !c.settings.Features["eSignature"] {
		return nil, forbidden("signatureConfig: the tenant does not have the e-signature feature")
	}
	if err := firstError(c.checkUsers("ownerIds", texts(c.body, "ownerIds")), c.checkTemplate(value)); err != nil {
		return nil, err
	}
	id := c.v.host.NewID()
	value["id"], value["createdAt"], value["updatedAt"] = id, c.stamp(), c.stamp()
	r := c.s.templates.Put(c.s.next(), id, value, c.now)
	r.Inputs = copyObject(c.body)
	return c.answerTemplate(value)
}

func (c *call) getTemplate() (any, error) {
	r, err := c.template(true)
	if err != nil {
		return nil, err
	}
	return c.answerTemplate(r.Value)
}

func (c *call) updateTemplate() (any, error) {
	r, err := c.template(false)
	if err != nil {
		return nil, err
	}
	m := c.v.schema.Messages[msgTemplate]
	patch := inner(c.body, "accessReviewTemplate")
	if patch == nil {
		return nil, violation("accessReviewTemplate is required")
	}
	paths, err := c.v.schema.ParseMask(m, text(c.body, "updateMask"), wire.LowerCamel)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, violation("update_mask is required")
	}
	for _, path := range paths {
		if path == "signatureConfig" && !c.settings.Features["eSignature"] {
			return nil, forbidden("signatureConfig: the tenant does not have the e-signature feature")
		}
	}
	value := c.v.schema.Merge(m, r.Value, patch, paths)
	if err := c.checkTemplate(value); err != nil {
		return nil, err
	}
	value["updatedAt"] = c.stamp()
	r.Set(value, c.now)
	return c.answerTemplate(value)
}

func (c *call) deleteTemplate() (any, error) {
	r, err := c.template(false)
	if err != nil {
		return nil, err
	}
	c.retire(r)
	return empty(), nil
}

func (c *call) getTemplateSetup() (any, error) {
	r, err := c.template(false)
	if err != nil {
		return nil, err
	}
	return c.answerSetup(templateSetup, r)
}

func (c *call) setTemplateSetup() (any, error) {
	r, err := c.template(false)
	if err == nil {
		err = c.attach(templateSetup, r)
	}
	if err != nil {
		return nil, err
	}
	return c.answerSetup(templateSetup, r)
}

func (c *call) setTemplateSelections() (any, error) {
	r, err := c.template(false)
	if err == nil {
		err = c.choose(templateSetup, r)
	}
	if err != nil {
		return nil, err
	}
	return empty(), nil
}
