// Package veza drives Veza. Comments cite headings of docs/vendors/veza-api.md.
package veza

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	name = "Veza"

	listLag = 5 * time.Second
	poll    = 10 * time.Second

	// probePath is what the vendor's own client asks to see whether a key is good (docs/vendors/veza-api.md#keys).
	probePath = "/api/v1/providers/custom/templates"
)

// No limit is published; this is modest (docs/vendors/veza-api.md#pace-and-retries).
var usualRate = rest.Rate{PerSecond: 5, Burst: 10}

// The operations that the vendor does not document and that a tenant's owner may opt in to.
const (
	allowDelete  = "DeleteProfile"
	allowPublish = "PublishDraft"
)

// Vendor returns Veza.
func Vendor() backend.Vendor { return backend.Vendor{Name: name, Open: open} }

func open(cfg backend.Config) (backend.Tenant, error) {
	for _, word := range cfg.Allow {
		if !slices.Contains([]string{allowDelete, allowPublish}, word) {
			return nil, invalid("veza.allow", "%q is not known (known: %s, %s)", word, allowDelete, allowPublish)
		}
	}
	key := cfg.Credentials.Token.Reveal()
	switch {
	case key == "":
		return nil, backend.Errorf(backend.Terminal, "apiKey: missing; it is a personal API key of an administrator")
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, backend.Errorf(backend.Terminal, "apiKey: contains white space or characters outside ASCII")
	}
	client, err := rest.Open(cfg, usualRate, explain)
	if err != nil {
		return nil, err
	}
	client.Authenticate(rest.StaticToken(key))
	return newTenant(api{client}, cfg), nil
}

// tenant is an opened account.
type tenant struct {
	api
	id           backend.TenantID
	datasources  *datasources
	types        *profileTypes
	entitlements *entitlementDriver
	profiles     *profileDriver
	reviews      *reviewDriver
}

func newTenant(a api, cfg backend.Config) *tenant {
	ds, types := &datasources{api: a}, &profileTypes{api: a}
	return &tenant{
		api:          a,
		id:           tenantOf(cfg.Endpoint),
		datasources:  ds,
		types:        types,
		entitlements: &entitlementDriver{api: a, datasources: ds},
		profiles: &profileDriver{
			api: a, types: types,
			mayDelete:  slices.Contains(cfg.Allow, allowDelete),
			mayPublish: slices.Contains(cfg.Allow, allowPublish),
		},
		reviews: &reviewDriver{api: a},
	}
}

// tenantOf names a tenant by its host: no answer of the vendor does (docs/vendors/veza-api.md#hosts).
func tenantOf(endpoint string) backend.TenantID {
	u, err := url.Parse(endpoint)
	if err != nil {
		return backend.TenantID{} // The client was opened with it, so it can be read.
	}
	return backend.TenantID{ID: strings.ToLower(u.Host), Name: strings.ToLower(u.Hostname())}
}

// Identity proves the key by the probe of the vendor's own client (docs/vendors/veza-api.md#keys).
func (t *tenant) Identity(ctx context.Context) (backend.TenantID, error) {
	if _, err := t.get(ctx, probePath, nil, nil); err != nil {
		return backend.TenantID{}, err
	}
	return t.id, nil
}

func (t *tenant) AppEntitlements() backend.Driver[backend.AppEntitlement] { return t.entitlements }
func (t *tenant) AccessProfiles() backend.Driver[backend.AccessProfile]   { return t.profiles }
func (t *tenant) AccessReviews() backend.Driver[backend.AccessReview]     { return t.reviews }
func (t *tenant) Pace(p backend.Priority) backend.Pace                    { return t.client.Pace(p) }
