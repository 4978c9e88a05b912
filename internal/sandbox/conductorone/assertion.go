package conductorone

import (
	"crypto/ed25519"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// check decides whether a token request is granted.
func (a *access) check(r *http.Request, form url.Values) *wire.Denial {
	grant := form.Get("grant_type")
	fields, ok := grantFields[grant]
	if !ok {
		return wire.Broken("unsupported_grant_type", "grant type %q is not supported", grant)
	}
	for name := range form {
		if !slices.Contains(fields, name) {
			return wire.Broken(wire.CodeInvalidRequest, "unknown field %s", name)
		}
	}
	id := form.Get("client_id")
	host, use, ok := splitClientID(id)
	if !ok {
		return wire.Broken(wire.CodeInvalidRequest, "the client id is not of the form name@host/use")
	}
	if host != hostName(r) {
		return wire.Denied(wire.CodeInvalidClient, "the client id belongs to another host")
	}
	if grant == grantExchange {
		return a.checkExchange(form, id, host, use)
	}
	return a.checkClient(form, id, host)
}

// checkClient is for client credentials: a signed assertion, or the secret itself.
func (a *access) checkClient(form url.Values, id, host string) *wire.Denial {
	a.mu.Lock()
	defer a.mu.Unlock()
	secret, assertion := form.Get("client_secret"), form.Get("client_assertion")
	if (secret == "") == (assertion == "") {
		return wire.Broken(wire.CodeInvalidRequest, "exactly one of client_secret and client_assertion is required")
	}
	if id != a.credentials.ClientID {
		return wire.Denied(wire.CodeInvalidClient, "unknown client")
	}
	if secret != "" {
		if subtle.ConstantTimeCompare([]byte(secret), []byte(a.credentials.ClientSecret)) != 1 {
			return wire.Denied(wire.CodeInvalidClient, "the secret is wrong")
		}
		return nil
	}
	if form.Get("client_assertion_type") != typeAssertion {
		return wire.Broken(wire.CodeInvalidRequest, "client_assertion_type must be %s", typeAssertion)
	}
	return a.checkAssertion(assertion, id, host)
}

// checkAssertion verifies the signed assertion; the caller holds the lock. A wrong signature may be an old key, everything
// else a correct client never sends.
func (a *access) checkAssertion(assertion, id, host string) *wire.Denial {
	broken := func(format string, args ...any) *wire.Denial {
		return wire.Broken(wire.CodeInvalidClient, "client assertion: "+format, args...)
	}
	jwt, err := parseJWT(assertion)
	if err != nil {
		return broken("%v", err)
	}
	if jwt.header["alg"] != "EdDSA" {
		return broken("alg must be EdDSA")
	}
	if !ed25519.Verify(a.key, []byte(jwt.signed), jwt.signature) {
		return wire.Denied(wire.CodeInvalidClient, "client assertion: the signature is wrong")
	}
	now := a.host.WallClock()
	expires, hasExpiry := jwt.time("exp")
	notBefore, hasStart := jwt.time("nbf")
	nonce, _ := jwt.header["nonce"].(string)
	switch {
	case jwt.claims["iss"] != id || jwt.claims["sub"] != id:
		return broken("iss and sub must be the client id")
	case !jwt.hasAudience(host):
		return broken("aud must be the host without port")
	case !hasExpiry || !expires.After(now):
		return broken("it has expired")
	case expires.After(now.Add(5 * time.Minute)):
		return broken("exp is more than five minutes ahead")
	case hasStart && notBefore.After(now):
		return broken("it is not valid yet")
	case nonce == "":
		return broken("the header has no nonce")
	case !a.nonces[nonce].IsZero():
		return broken("the nonce was used before")
	}
	for old, until := range a.nonces {
		if until.Before(now) {
			delete(a.nonces, old)
		}
	}
	a.nonces[nonce] = expires
	return nil
}

// checkExchange is for workload federation: an identity token in exchange for an access token.
func (a *access) checkExchange(form url.Values, id, host, use string) *wire.Denial {
	if use != "wfe" {
		return wire.Broken(wire.CodeInvalidRequest, "token exchange needs a client id for wfe")
	}
	if form.Get("subject_token_type") != typeJWT {
		return wire.Broken(wire.CodeInvalidRequest, "subject_token_type must be %s", typeJWT)
	}
	if id != a.Credentials().FederationClientID {
		return wire.Denied(wire.CodeInvalidClient, "unknown trust")
	}
	refused := func(format string, args ...any) *wire.Denial {
		return wire.Denied("invalid_grant", "subject token: "+format, args...)
	}
	jwt, err := parseJWT(form.Get("subject_token"))
	if err != nil {
		return refused("%v", err)
	}
	now := a.host.WallClock()
	expires, hasExpiry := jwt.time("exp")
	issued, hasIssued := jwt.time("iat")
	switch {
	case !jwt.hasAudience(host):
		return refused("aud does not contain the host")
	case !hasExpiry || !expires.After(now):
		return refused("it has expired")
	case hasIssued && now.Sub(issued) > 10*time.Minute:
		return refused("it was issued more than ten minutes ago")
	}
	if err := a.host.VerifySubjectToken(form.Get("subject_token")); err != nil {
		return refused("%v", err)
	}
	return nil
}

// jwt is a compact JWS taken apart; nothing about it is verified yet.
type jwt struct {
	header    map[string]any
	claims    map[string]any
	signed    string
	signature []byte
}

func parseJWT(text string) (*jwt, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("it is not a compact JWS")
	}
	result := &jwt{signed: parts[0] + "." + parts[1]}
	for i, target := range []*map[string]any{&result.header, &result.claims} {
		data, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i+1, err)
		}
		if err := json.Unmarshal(data, target); err != nil {
			return nil, fmt.Errorf("part %d: %w", i+1, err)
		}
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, fmt.Errorf("signature: %w", err)
	}
	result.signature = signature
	return result, nil
}

func (j *jwt) time(claim string) (time.Time, bool) {
	seconds, ok := j.claims[claim].(float64)
	return time.Unix(int64(seconds), 0), ok
}

func (j *jwt) hasAudience(host string) bool {
	switch audience := j.claims["aud"].(type) {
	case string:
		return audience == host
	case []any:
		return slices.Contains(audience, any(host))
	default:
		return false
	}
}

// introspect tells a caller who it is and at which tenant. It works whatever rights the credential has.
func (c *call) introspect() (any, error) {
	features := []any{}
	for name, on := range c.settings.Features {
		if on {
			features = append(features, name)
		}
	}
	roles := []any{"SUPER_ADMINISTRATOR"}
	if c.settings.Blind {
		roles = []any{}
	}
	tenant := SeedID("tenant", c.tenant)
	if c.settings.Features[FeatureUnnamedTenant] {
		tenant = ""
	}
	return object{
		"tenantId": tenant, "userId": servicePrincipal, "principleId": servicePrincipal, "roles": roles,
		"permissions": []any{}, "features": features, "disabledModules": []any{}, "deviceClientId": "",
	}, nil
}
