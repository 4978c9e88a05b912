package sailpoint

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// pod is where the fake tenants live.
const pod = "sandbox01-useast1"

// access holds the personal access token (docs/vendors/sailpoint-api.md#personal-access-tokens) and the bearer tokens
// issued with it.
type access struct {
	host sandbox.Host

	mu          sync.Mutex
	credentials sandbox.Credentials
	tokens      map[string]time.Time
}

func newAccess(host sandbox.Host) (*access, error) {
	a := &access{host: host, tokens: map[string]time.Time{}}
	_, err := a.Rotate()
	return a, err
}

// Credentials returns the credentials that are valid now.
func (a *access) Credentials() sandbox.Credentials {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.credentials
}

// Rotate makes another personal access token. The old one, its tokens and the old static token are refused from now on.
func (a *access) Rotate() (sandbox.Credentials, error) {
	secret, err := wire.SecretFrom(a.host.Entropy)
	if err != nil {
		return sandbox.Credentials{}, err
	}
	static, err := wire.SecretFrom(a.host.Entropy)
	if err != nil {
		return sandbox.Credentials{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.credentials = sandbox.Credentials{ClientID: hexID(a.host.NewID()), ClientSecret: secret, StaticToken: static}
	clear(a.tokens)
	return a.credentials, nil
}

// ExpireTokens makes every token issued so far expire.
func (a *access) ExpireTokens() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.tokens)
}

// authorize checks the bearer token of an API call.
func (a *access) authorize(r *http.Request) error {
	token := wire.Bearer(r)
	if token == "" {
		return wire.Unauthorized("JWT validation failed: no bearer token")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if token == a.credentials.StaticToken {
		return nil
	}
	if expires, ok := a.tokens[token]; !ok || !a.host.Now().Before(expires) {
		delete(a.tokens, token)
		return wire.Unauthorized("JWT validation failed: JWT is expired")
	}
	return nil
}

// token is the token endpoint (docs/vendors/sailpoint-api.md#post-oauthtoken).
func (a *access) token(r *http.Request) sandbox.Response {
	form, refusal := wire.TokenForm(r)
	if refusal == nil {
		refusal = a.check(form)
	}
	if refusal != nil {
		return refusal.Response()
	}
	return a.issue()
}

func (a *access) check(form url.Values) *wire.Denial {
	for name := range form {
		if name != "grant_type" && name != "client_id" && name != "client_secret" {
			return wire.Broken(wire.CodeInvalidRequest, "unknown field %s", name)
		}
	}
	if grant := form.Get("grant_type"); grant != "client_credentials" {
		return wire.Broken("unsupported_grant_type", "grant type %q", grant)
	}
	current := a.Credentials()
	if form.Get("client_id") != current.ClientID || form.Get("client_secret") != current.ClientSecret {
		return wire.Denied(wire.CodeInvalidClient, "the client is unknown or its secret is wrong")
	}
	return nil
}

func (a *access) issue() sandbox.Response {
	token, err := wire.Secret()
	if err != nil {
		return sandbox.Response{Status: http.StatusInternalServerError, Body: wire.OAuthError("server_error", err.Error())}
	}
	seconds := int64(time.Duration(a.host.Settings().TokenTTL) / time.Second)
	tenant := a.host.Tenant()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens[token] = a.host.Now().Add(time.Duration(seconds) * time.Second)
	return sandbox.Response{Status: http.StatusOK, Header: http.Header{"Cache-Control": {"no-store"}}, Body: object{
		"access_token": token, "token_type": "bearer", "expires_in": seconds, "scope": "sp:scopes:all",
		// The credential stays good when another tenant answers behind the address; only this distinguishes them.
		"tenant_id": tenant, "org": tenant, "pod": pod, "identity_id": SeedID("identity", "service@corp.example"), "user_name": "service",
		"strong_auth": false, "strong_auth_supported": false, "jti": hexID(a.host.NewID()),
	}}
}

// info tells who answers, to anybody (docs/vendors/sailpoint-api.md#get-oauthinfo).
func (a *access) info(r *http.Request) sandbox.Response {
	root := "http://" + r.Host
	return sandbox.Response{Status: http.StatusOK, Body: object{
		"tenantName": a.host.Tenant(), "tokenEndpoint": root + "/oauth/token", "authorizeEndpoint": root + "/oauth/authorize",
		"cloudDomainUrl": root, "pod": pod,
	}}
}
