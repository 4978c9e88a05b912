package veza

import (
	"embed"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

//go:embed tables/*.txt
var tables embed.FS

// loadSchema reads the embedded tables once; they do not change while a process runs.
var loadSchema = sync.OnceValues(func() (*wire.Schema, error) { return wire.Load(tables) })

// object is a message in memory.
type object = wire.Object

// Vendor is a fake Veza.
type Vendor struct {
	host   sandbox.Host
	schema *wire.Schema
	access *access

	tenants *wire.Tenants[store]
}

// New returns a fake that is not open yet.
func New() *Vendor { return &Vendor{tenants: wire.NewTenants(seed)} }

// Start runs a sandbox with this vendor.
func Start(options sandbox.Options) (*sandbox.Server, error) {
	options.Vendor = New()
	return sandbox.Start(options)
}

// Name returns "veza".
func (v *Vendor) Name() string { return "veza" }

// Open loads the field tables, makes the API key and returns the operations.
func (v *Vendor) Open(host sandbox.Host) ([]sandbox.Route, error) {
	schema, err := loadSchema()
	if err != nil {
		return nil, err
	}
	access, err := newAccess(host.Entropy)
	if err != nil {
		return nil, err
	}
	v.host, v.schema, v.access = host, schema, access
	var routes []sandbox.Route
	for _, op := range operations() {
		routes = append(routes, sandbox.Route{Method: op.method, Pattern: op.pattern, Class: op.class, Handle: v.handler(op)})
	}
	return routes, nil
}

// Problem is an error body (docs/vendors/veza-api.md#errors).
func (v *Vendor) Problem(_ sandbox.Class, status int, message string) any {
	return v.errorBody(&wire.Problem{Status: status, Message: message}, &refusal{})
}

// Access returns the API key.
func (v *Vendor) Access() sandbox.Access { return v.access }

// Console returns what people do behind the API's back.
func (v *Vendor) Console() sandbox.Console { return console{v} }

// sight is what an operation shows to a key that lost its rights.
type sight int

const (
	// sightNone answers 404: the object is not there for those who may not see it.
	sightNone sight = iota
	// sightEmpty answers an empty list.
	sightEmpty
	// sightDenied answers 403: creating needs a right, not an object.
	sightDenied
)

// operation is one API operation. Request is the name of the body's message, empty when none is taken; query names the
// parameters it takes. Masked operations take an update mask and bodies that name at least one field.
type operation struct {
	method  string
	pattern string
	class   sandbox.Class
	request string
	query   []string
	sight   sight
	masked  bool
	do      func(*call) (any, error)
}

// call is one request to an operation while it is carried out, alone, under the lock of the tenants. Raw is the body's top level
// as it was sent: it tells a field that was cleared from one that was left out.
type call struct {
	v        *Vendor
	op       *operation
	r        *http.Request
	body     object
	raw      map[string]json.RawMessage
	query    url.Values
	s        *store
	tenant   string
	now      time.Time
	settings sandbox.Settings
}

// feature reports whether the tenant was given a feature.
func (c *call) feature(name string) bool { return c.settings.Features[name] }

func (c *call) pace() time.Duration { return time.Duration(c.settings.CampaignPace) }

func (c *call) stamp() string { return timestamp(c.now) }

// timestamp writes an instant with nine digits of a second, the longest of the documented forms
// (docs/vendors/veza-api.md#json).
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// begin starts a look at the active tenant. Callers hold the lock of the tenants.
func (v *Vendor) begin() *call {
	c := &call{v: v, tenant: v.host.Tenant(), now: v.host.Now(), settings: v.host.Settings()}
	c.s = v.tenants.Of(c.tenant)
	c.advance()
	return c
}
