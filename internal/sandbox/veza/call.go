package veza

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

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
	if c.settings.Blind {
		switch c.op.sight {
		case sightNone:
			return nil, wire.NotFound("not found")
		case sightDenied:
			return nil, wire.Forbidden("permission denied")
		case sightEmpty:
			return object{"values": []any{}, "next_page_token": "", "has_more": false}, nil
		}
	}
	return c.op.do(c)
}

// read takes path, query and body apart and refuses what the operation does not declare.
func (c *call) read() error {
	if strings.Contains(strings.ToUpper(c.r.URL.EscapedPath()), "%3A") {
		return wire.Violation("the colon of a path must not be percent-encoded")
	}
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
			return wire.Violation("%s %s takes no body", c.op.method, c.op.pattern)
		}
		return nil
	}
	if c.body, err = c.v.schema.DecodeBody(c.op.request, body); err != nil {
		return err
	}
	if len(bytes.TrimSpace(body)) > 0 {
		if err := json.Unmarshal(body, &c.raw); err != nil {
			return wire.Violation("the body is not JSON: %v", err)
		}
	}
	if c.op.masked {
		return c.checkMask()
	}
	return nil
}

// given returns the names of the body's fields, in order.
func (c *call) given() []string { return slices.Sorted(maps.Keys(c.raw)) }

// take copies the fields that the body names into value; what is null there is cleared.
func (c *call) take(value object, names ...string) {
	for _, name := range names {
		if _, ok := c.raw[name]; !ok {
			continue
		}
		if c.body[name] == nil {
			delete(value, name)
		} else {
			value[name] = c.body[name]
		}
	}
}

// needText refuses fields that are there and empty although the contract wants at least one character.
func (c *call) needText(names ...string) error {
	for _, name := range names {
		if _, ok := c.raw[name]; ok && wire.Text(c.body, name) == "" {
			return wire.Violation("%s must not be empty", name)
		}
	}
	return nil
}
