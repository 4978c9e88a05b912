package sailpoint

import (
	"net/http"
	"net/url"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// The knobs in Settings.Features.
const (
	// FeatureShapeA makes per-service v1 show entitlements as v2025 does; the sources disagree
	// (docs/vendors/sailpoint-api.md#shapes-of-an-entitlement).
	FeatureShapeA = "entitlementShapeA"
	// FeatureProfile404 makes access-profile operations answer 404 for what is not there, as HTTP has it
	// (docs/vendors/sailpoint-api.md#errors).
	FeatureProfile404 = "profile404"
	// FeatureUsages spells the users of a profile as the official examples do
	// (docs/vendors/sailpoint-api.md#delete-access-profilesv1id).
	FeatureUsages = "usages"
	// FeatureNoRequestCenter is a tenant without the new Request Center: profiles cannot be unrequestable
	// (docs/vendors/sailpoint-api.md#access-profile-fields).
	FeatureNoRequestCenter = "noRequestCenter"
	// FeatureRecommendations is the licence without which recommendationsEnabled reads back false
	// (docs/vendors/sailpoint-api.md#campaign-fields).
	FeatureRecommendations = "recommendations"
	// FeatureCampaignHangs lets new campaigns stay PENDING (docs/vendors/sailpoint-api.md#campaign-states).
	FeatureCampaignHangs = "campaignHangs"
)

// Vendor is a fake SailPoint Identity Security Cloud.
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

// Name returns "sailpoint".
func (v *Vendor) Name() string { return "sailpoint" }

// Open loads the field tables, makes the credentials and returns the operations in every family that has them.
func (v *Vendor) Open(host sandbox.Host) ([]sandbox.Route, error) {
	schema, err := loadSchema()
	if err != nil {
		return nil, err
	}
	v.host, v.schema = host, schema
	if v.access, err = newAccess(host); err != nil {
		return nil, err
	}
	routes := []sandbox.Route{
		{Method: http.MethodPost, Pattern: "/oauth/token", Class: sandbox.ClassToken, Handle: v.access.token},
		{Method: http.MethodGet, Pattern: "/oauth/info", Class: sandbox.ClassRead, Handle: v.access.info},
	}
	for _, op := range operations() {
		for _, family := range op.families() {
			routes = append(routes, sandbox.Route{
				Method: op.method, Pattern: family.pattern(op.path), Class: op.class, Handle: v.handler(op, family),
			})
		}
	}
	return routes, nil
}

// Problem is an OAuth error on the token endpoint and the common error body elsewhere.
func (v *Vendor) Problem(class sandbox.Class, status int, message string) any {
	if class != sandbox.ClassToken {
		return statusBody(status, "", message, hexID(v.host.NewID()))
	}
	return wire.OAuthProblem(status, message)
}

// Access returns the credentials and tokens.
func (v *Vendor) Access() sandbox.Access { return v.access }

// Console returns what people do behind the API's back.
func (v *Vendor) Console() sandbox.Console { return console{v} }

// call is one request to an operation while it is carried out, alone, under the lock of the tenants.
type call struct {
	v        *Vendor
	op       *operation
	family   family
	r        *http.Request
	raw      any
	body     object
	query    url.Values
	s        *store
	tenant   string
	now      time.Time
	settings sandbox.Settings

	// status and header are what the answer gets besides the body; rejection records an answer that should never be asked for.
	status    int
	header    http.Header
	rejection string
}

// begin starts a look at the active tenant. Callers hold the lock of the tenants.
func (v *Vendor) begin() *call {
	c := &call{v: v, tenant: v.host.Tenant(), now: v.host.Now(), settings: v.host.Settings(), header: http.Header{}}
	c.s = v.tenants.Of(c.tenant)
	c.advance()
	return c
}

func (c *call) id() string { return c.r.PathValue("id") }

func (c *call) feature(name string) bool { return c.settings.Features[name] }

func (c *call) pace() time.Duration { return time.Duration(c.settings.CampaignPace) }

func (c *call) stamp() string { return stamp(c.now) }

func (c *call) newID() string { return hexID(c.v.host.NewID()) }

// stamp writes an instant as most of the API does: UTC, to the millisecond (docs/vendors/sailpoint-api.md#time).
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// trimmed writes an instant as deadlines are shown: on a full minute without its seconds, which is no RFC 3339.
func trimmed(t time.Time) string {
	if t.Truncate(time.Minute).Equal(t) {
		return t.UTC().Format("2006-01-02T15:04Z")
	}
	return stamp(t)
}
