package conductorone

import (
	"net/http"
	"net/url"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// Vendor is a fake ConductorOne.
type Vendor struct {
	host   sandbox.Host
	schema *wire.Schema
	access *access

	tenants *wire.Tenants[store]
}

// New returns a fake that is not open yet.
func New() *Vendor { return &Vendor{tenants: wire.NewTenants(func(string) *store { return seed() })} }

// Start runs a sandbox with this vendor.
func Start(options sandbox.Options) (*sandbox.Server, error) {
	options.Vendor = New()
	return sandbox.Start(options)
}

// Name returns "conductorone".
func (v *Vendor) Name() string { return "conductorone" }

// Open loads the field tables, makes the credentials and returns the operations.
func (v *Vendor) Open(host sandbox.Host) ([]sandbox.Route, error) {
	schema, err := loadSchema()
	if err != nil {
		return nil, err
	}
	access, err := newAccess(host)
	if err != nil {
		return nil, err
	}
	v.host, v.schema, v.access = host, schema, access
	routes := []sandbox.Route{{Method: http.MethodPost, Pattern: "/auth/v1/token", Class: sandbox.ClassToken, Handle: access.token}}
	for _, op := range operations() {
		routes = append(routes, sandbox.Route{Method: op.method, Pattern: op.pattern, Class: op.class, Handle: v.handler(op)})
	}
	return routes, nil
}

// Problem is an OAuth error on the token endpoint and a google.rpc.Status elsewhere.
func (v *Vendor) Problem(class sandbox.Class, status int, message string) any {
	if class != sandbox.ClassToken {
		return statusBody(status, message)
	}
	return wire.OAuthProblem(status, message)
}

// Access returns the credentials and tokens.
func (v *Vendor) Access() sandbox.Access { return v.access }

// Console returns what people do behind the API's back.
func (v *Vendor) Console() sandbox.Console { return console{v} }

// sight is what an operation shows to a credential that lost its rights.
type sight int

const (
	// sightNone answers 404: the object is not there for those who may not see it.
	sightNone sight = iota
	// sightEmpty answers an empty list.
	sightEmpty
	// sightDenied answers 403: creating needs a right, not an object.
	sightDenied
	// sightFull answers as always.
	sightFull
)

// operation is one API operation. Request is the name of the body's message, empty when none is taken; query names the
// parameters it takes.
type operation struct {
	method   string
	pattern  string
	class    sandbox.Class
	request  string
	query    []string
	sight    sight
	expanded bool
	// generous lists answer more than a page that was asked for holds.
	generous bool
	do       func(*call) (any, error)
}

// call is one request to an operation while it is carried out, alone, under the lock of the tenants.
type call struct {
	v        *Vendor
	op       *operation
	r        *http.Request
	body     object
	query    url.Values
	s        *store
	tenant   string
	now      time.Time
	settings sandbox.Settings
}

// id returns the path parameter that is there; operations name the same thing differently.
func (c *call) id(names ...string) string {
	for _, name := range names {
		if value := c.r.PathValue(name); value != "" {
			return value
		}
	}
	return ""
}

func (c *call) lag() time.Duration { return time.Duration(c.settings.ListLag) }

func (c *call) stamp() string { return timestamp(c.now) }

// begin starts a look at the active tenant. Callers hold the lock of the tenants.
func (v *Vendor) begin() *call {
	c := &call{v: v, tenant: v.host.Tenant(), now: v.host.Now(), settings: v.host.Settings()}
	c.s = v.tenants.Of(c.tenant)
	c.advance()
	return c
}
