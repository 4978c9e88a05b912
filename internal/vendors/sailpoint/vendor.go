// Package sailpoint drives SailPoint Identity Security Cloud. Comments cite headings of
// docs/vendors/sailpoint-api.md.
package sailpoint

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	name = "SailPoint"

	tokenPath = "/oauth/token"
	infoPath  = "/oauth/info"

	listLag = 5 * time.Second
	poll    = 10 * time.Second
)

// Limits are set for each client id, operation and tenant, and no figure is promised; this is modest
// (docs/vendors/sailpoint-api.md#pace).
var usualRate = rest.Rate{PerSecond: 8, Burst: 20}

// Vendor returns SailPoint.
func Vendor() backend.Vendor { return backend.Vendor{Name: name, Open: open} }

func open(cfg backend.Config) (backend.Tenant, error) {
	style, err := parseStyle(cfg.APIStyle)
	if err != nil {
		return nil, err
	}
	switch c := cfg.Credentials; {
	case c.ClientID == "":
		return nil, backend.Errorf(backend.Terminal, "clientID: missing; it is the id of a personal access token")
	case c.ClientSecret.Reveal() == "":
		return nil, backend.Errorf(backend.Terminal, "clientSecret: missing; it is the secret of a personal access token")
	}
	client, err := rest.Open(cfg, usualRate, explain)
	if err != nil {
		return nil, err
	}
	client.Authenticate(rest.CachedTokens(func(ctx context.Context) (string, time.Duration, error) {
		return client.FetchToken(ctx, tokenPath, url.Values{
			"grant_type":    {"client_credentials"},
			"client_id":     {cfg.Credentials.ClientID},
			"client_secret": {cfg.Credentials.ClientSecret.Reveal()},
		})
	}))
	return newTenant(api{client: client, style: style}), nil
}

// tenant is an opened account.
type tenant struct {
	api
	entitlements *entitlementDriver
	profiles     *profileDriver
	reviews      *reviewDriver
}

func newTenant(a api) *tenant {
	return &tenant{
		api:          a,
		entitlements: &entitlementDriver{api: a, aggregations: &aggregations{now: time.Now}},
		profiles:     &profileDriver{api: a},
		reviews:      &reviewDriver{api: a},
	}
}

// Identity asks which tenant answers (docs/vendors/sailpoint-api.md#get-oauthinfo). The call is open to everybody; it is
// the token that is fetched for it which proves the credentials.
func (t *tenant) Identity(ctx context.Context) (backend.TenantID, error) {
	var info struct {
		TenantName string `json:"tenantName"`
		Pod        string `json:"pod"`
	}
	if _, err := t.client.Do(ctx, rest.Call{Method: http.MethodGet, Path: infoPath}, &info); err != nil {
		return backend.TenantID{}, err
	}
	if info.TenantName == "" {
		if info.Pod == "" {
			return backend.TenantID{}, empty(http.MethodGet, infoPath) // Something else says yes to everything.
		}
		return backend.Unnamed(t.client.Host()), nil
	}
	id := backend.TenantID{ID: info.TenantName, Name: info.TenantName}
	if info.Pod != "" {
		id.ID += "@" + info.Pod // Names are unique in a pod, and pods are stacks of their own.
	}
	return id, nil
}

func (t *tenant) AppEntitlements() backend.Driver[backend.AppEntitlement] { return t.entitlements }
func (t *tenant) AccessProfiles() backend.Driver[backend.AccessProfile]   { return t.profiles }
func (t *tenant) AccessReviews() backend.Driver[backend.AccessReview]     { return t.reviews }
func (t *tenant) Pace(p backend.Priority) backend.Pace                    { return t.client.Pace(p) }
