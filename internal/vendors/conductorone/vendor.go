// Package conductorone drives ConductorOne. Comments cite headings of
// docs/vendors/conductorone-api.md.
package conductorone

import (
	"context"
	"net/http"
	"regexp"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const name = "ConductorOne"

// No limit is documented; this is modest (docs/vendors/conductorone-api.md#pace).
var usualRate = rest.Rate{PerSecond: 8, Burst: 20}

// idForm: the server refuses every other with 400, in a path as in a body.
var idForm = &backend.IDForm{Pattern: regexp.MustCompile(`^[a-zA-Z0-9]{27}$`), Words: "27 letters and digits"}

// Vendor returns ConductorOne.
func Vendor() backend.Vendor { return backend.Vendor{Name: name, Open: open} }

func open(cfg backend.Config) (backend.Tenant, error) {
	client, err := rest.Open(cfg, usualRate, explain)
	if err != nil {
		return nil, err
	}
	tokens, err := tokenSource(client, hostOf(cfg.Endpoint), cfg.Credentials)
	if err != nil {
		return nil, err
	}
	client.Authenticate(tokens)
	return newTenant(client, hostOf(cfg.Endpoint)), nil
}

// tenant is an opened account.
type tenant struct {
	api
	host         string
	enrolment    *enrolment
	entitlements *marked[backend.AppEntitlement]
	profiles     *marked[backend.AccessProfile]
	reviews      *reviewDriver
}

func newTenant(client *rest.Client, host string) *tenant {
	a := api{client}
	e := &enrolment{api: a}
	return &tenant{
		api:       a,
		host:      host,
		enrolment: e,
		entitlements: &marked[backend.AppEntitlement]{
			Driver: &entitlementDriver{api: a}, marks: newMarks(), description: func(e *backend.AppEntitlement) **string { return &e.Description },
		},
		profiles: &marked[backend.AccessProfile]{
			Driver: &profileDriver{api: a, enrolment: e}, marks: newMarks(), description: func(p *backend.AccessProfile) **string { return &p.Description },
		},
		reviews: &reviewDriver{api: a},
	}
}

// Identity asks who the credential belongs to (docs/vendors/conductorone-api.md#get-apiv1authintrospect).
func (t *tenant) Identity(ctx context.Context) (backend.TenantID, error) {
	var who struct {
		TenantID string `json:"tenantId"`
		// What any answer has that is one: something else that says yes to everything has none of it.
		UserID      string   `json:"userId"`
		PrincipalID string   `json:"principleId"`
		Roles       []string `json:"roles"`
		Permissions []string `json:"permissions"`
	}
	if _, err := t.get(ctx, "/api/v1/auth/introspect", nil, &who); err != nil {
		return backend.TenantID{}, err
	}
	if who.TenantID == "" && who.UserID == "" && who.PrincipalID == "" && len(who.Roles) == 0 && len(who.Permissions) == 0 {
		return backend.TenantID{}, empty(http.MethodGet, "/api/v1/auth/introspect")
	}
	if who.TenantID == "" {
		return backend.Unnamed(t.client.Host()), nil
	}
	return backend.TenantID{ID: who.TenantID, Name: t.host}, nil
}

func (t *tenant) AppEntitlements() backend.Driver[backend.AppEntitlement] { return t.entitlements }
func (t *tenant) AccessProfiles() backend.Driver[backend.AccessProfile]   { return t.profiles }
func (t *tenant) AccessReviews() backend.Driver[backend.AccessReview]     { return t.reviews }
func (t *tenant) Pace(p backend.Priority) backend.Pace                    { return t.client.Pace(p) }
