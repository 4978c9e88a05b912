package conductorone

import (
	"net/http"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// handler carries out an operation: who asks, whether the request keeps the contract, what the caller may see, and only
// then the work.
func (v *Vendor) handler(op operation) func(*http.Request) sandbox.Response {
	perform := func(r *http.Request) (sandbox.Response, error) {
		c := v.begin()
		c.op, c.r = &op, r
		result, err := c.perform()
		return sandbox.Response{Status: http.StatusOK, Body: result}, err
	}
	return v.tenants.Serve(v.access.authorize, perform, v.errorResponse)
}

func (c *call) perform() (any, error) {
	if err := c.read(); err != nil {
		return nil, err
	}
	if err := c.checkIDForms(); err != nil {
		return nil, err
	}
	if c.settings.Blind {
		switch c.op.sight {
		case sightFull:
		case sightNone:
			return nil, notFound("not found")
		case sightDenied:
			return nil, forbidden("permission denied")
		case sightEmpty:
			return object{"list": []any{}, "nextPageToken": ""}, nil
		}
	}
	result, err := c.op.do(c)
	if listed, ok := result.(object); ok && !c.op.expanded {
		delete(listed, "expanded")
	}
	return result, err
}

// read takes query and body apart and refuses what the operation does not declare.
func (c *call) read() error {
	var err error
	if c.query, err = wire.Query(c.r, c.op.query); err != nil {
		return err
	}
	body, err := wire.Body(c.r, "application/json")
	if err != nil {
		return err
	}
	if c.op.request == "" {
		if len(body) > 0 {
			return violation("%s %s takes no body", c.op.method, c.op.pattern)
		}
		return nil
	}
	c.body, err = c.v.schema.DecodeBody(c.op.request, body)
	if c.settings.Features[FeatureNoAnnotations] {
		for _, value := range []object{c.body, inner(c.body, "catalog"), inner(c.body, "entitlement")} {
			if value["annotations"] != nil {
				value["annotations"] = object{}
			}
		}
	}
	return err
}

// empty is what many operations answer.
func empty() any { return object{} }

func permissions() object {
	return object{"read": true, "edit": true, "delete": true, "extra": object{}}
}
