package sailpoint

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// pod is where the fake tenants live.
const pod = "sandbox01-useast1"

// access holds the personal access token (contract 2.3) and the bearer tokens issued with it.
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
	secret, err := wire.Secret()
	if err != nil {
		return sandbox.Credentials{}, err
	}
	static, err := wire.Secret()
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
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
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

// denial is a refusal of the token endpoint. A broken one would be refused whoever asked.
type denial struct {
	status            int
	code, description string
	broken            bool
}

// token is the token endpoint (contract 2.2).
func (a *access) token(r *http.Request) sandbox.Response {
	form, refusal := readForm(r)
	if refusal == nil {
		refusal = a.check(form)
	}
	if refusal == nil {
		return a.issue()
	}
	response := sandbox.Response{Status: refusal.status, Body: oauthBody(refusal.code, refusal.description)}
	if refusal.broken {
		response.Rejection = refusal.description
	}
	return response
}

func (a *access) check(form url.Values) *denial {
	current := a.Credentials()
	if form.Get("client_id") != current.ClientID || form.Get("client_secret") != current.ClientSecret {
		return &denial{http.StatusUnauthorized, "invalid_client", "the client is unknown or its secret is wrong", false}
	}
	return nil
}

func (a *access) issue() sandbox.Response {
	token, err := wire.Secret()
	if err != nil {
		return sandbox.Response{Status: http.StatusInternalServerError, Body: oauthBody("server_error", err.Error())}
	}
	seconds := int64(time.Duration(a.host.Settings().TokenTTL) / time.Second)
	tenant := a.host.Tenant()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tokens[token] = a.host.Now().Add(time.Duration(seconds) * time.Second)
	return sandbox.Response{Status: http.StatusOK, Header: http.Header{"Cache-Control": {"no-store"}}, Body: object{
		"access_token": token, "token_type": "bearer", "expires_in": seconds, "scope": "sp:scopes:all",
		// The credential stays good when another tenant answers behind the address; only this tells them apart.
		"tenant_id": tenant, "org": tenant, "pod": pod, "identity_id": SeedID("identity", "service@corp.example"), "user_name": "service",
		"strong_auth": false, "strong_auth_supported": false, "jti": hexID(a.host.NewID()),
	}}
}

// info tells who answers, to anybody (contract 2.1).
func (a *access) info(r *http.Request) sandbox.Response {
	root := "http://" + r.Host
	return sandbox.Response{Status: http.StatusOK, Body: object{
		"tenantName": a.host.Tenant(), "tokenEndpoint": root + "/oauth/token", "authorizeEndpoint": root + "/oauth/authorize",
		"cloudDomainUrl": root, "pod": pod,
	}}
}

func readForm(r *http.Request) (url.Values, *denial) {
	broken := func(code, format string, args ...any) *denial {
		return &denial{http.StatusBadRequest, code, fmt.Sprintf(format, args...), true}
	}
	if r.URL.RawQuery != "" {
		return nil, broken("invalid_request", "a query would put the secret into logs")
	}
	if r.Header.Get("Authorization") != "" {
		return nil, broken("invalid_request", "the token endpoint takes no Authorization header")
	}
	media, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if strings.TrimSpace(media) != "application/x-www-form-urlencoded" {
		return nil, broken("invalid_request", "the body must be application/x-www-form-urlencoded")
	}
	if err := r.ParseForm(); err != nil {
		return nil, broken("invalid_request", "reading the form: %v", err)
	}
	for name, values := range r.PostForm {
		if name != "grant_type" && name != "client_id" && name != "client_secret" {
			return nil, broken("invalid_request", "unknown field %s", name)
		}
		if len(values) > 1 {
			return nil, broken("invalid_request", "%s is given twice", name)
		}
	}
	if grant := r.PostForm.Get("grant_type"); grant != "client_credentials" {
		return nil, broken("unsupported_grant_type", "grant type %q", grant)
	}
	return r.PostForm, nil
}
