package sailpoint

import (
	"net/http"
	"strings"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The media types of bodies.
const (
	mediaJSON  = "application/json"
	mediaPatch = "application/json-patch+json"
)

// handler carries out an operation: who asks, whether the request keeps the contract, what the caller may see, and only
// then the work.
func (v *Vendor) handler(op operation, f family) func(*http.Request) sandbox.Response {
	perform := func(r *http.Request) (sandbox.Response, error) {
		c := v.begin()
		c.op, c.family, c.r, c.status = &op, f, r, op.status
		result, err := c.perform()
		return sandbox.Response{Status: c.status, Header: c.header, Body: result, Rejection: c.rejection}, err
	}
	return v.tenants.Serve(v.access.authorize, perform, v.errorResponse)
}

func (c *call) perform() (any, error) {
	if err := c.read(); err != nil {
		return nil, err
	}
	if c.settings.Blind {
		switch {
		case c.op.class == sandbox.ClassWrite:
			return nil, wire.Forbidden("the caller has no right to this")
		case c.op.list:
			return []any{}, nil
		case c.id() != "":
			return nil, notFound("Object", c.id())
		}
	}
	return c.op.do(c)
}

// read takes query and body apart and refuses what the operation does not declare.
func (c *call) read() error {
	var err error
	if c.query, err = wire.Query(c.r, c.op.query); err != nil {
		return err
	}
	media := mediaJSON
	if c.op.patch {
		media = mediaPatch
	}
	body, err := wire.Body(c.r, media)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return c.readNothing()
	}
	if c.op.request == "" {
		return violation("%s %s takes no body", c.op.method, c.op.path)
	}
	if c.raw, err = wire.ReadJSON(body); err != nil {
		return err
	}
	// Bare arrays are taken apart by the operation.
	if c.op.patch || c.op.array {
		return nil
	}
	c.body, err = c.v.schema.Decode(c.v.schema.Messages[c.op.request], c.raw, "")
	return err
}

// readNothing accepts a request without body: where none is needed, and then without a content type
// (docs/vendors/sailpoint-api.md#post-sourcesv1sourceidload-entitlements), but for a DELETE, which may name one.
func (c *call) readNothing() error {
	if c.op.request != "" && !c.op.optional {
		return violation("%s %s needs a body", c.op.method, c.op.path)
	}
	if given := c.r.Header.Get("Content-Type"); given != "" && c.op.method != http.MethodGet && (c.op.method != http.MethodDelete || given != mediaJSON) {
		return violation("Content-Type %s without a body", given)
	}
	c.body = object{}
	return nil
}

// decodeItems checks a body that is a bare array, each item as a message.
func (c *call) decodeItems(message string) ([]object, error) {
	list, ok := c.raw.([]any)
	if !ok {
		return nil, violation("the body must be an array")
	}
	var result []object
	for _, raw := range list {
		item, err := c.v.schema.Decode(c.v.schema.Messages[message], raw, strings.ToLower(message[:1])+message[1:])
		if err != nil {
			return nil, err
		}
		result = append(result, item)
	}
	return result, nil
}

// empty is the body of answers that say nothing.
func empty() any { return object{} }
