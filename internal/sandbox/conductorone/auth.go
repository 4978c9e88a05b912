package conductorone

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// access holds the credentials and the tokens issued with them.
type access struct {
	host sandbox.Host

	mu          sync.Mutex
	generation  int
	credentials sandbox.Credentials
	key         ed25519.PublicKey
	tokens      map[string]token
	nonces      map[string]time.Time
}

// token is one bearer token. Federated tokens survive a rotation of the secret.
type token struct {
	expires   time.Time
	federated bool
}

func newAccess(host sandbox.Host) (*access, error) {
	a := &access{host: host, tokens: map[string]token{}, nonces: map[string]time.Time{}}
	_, err := a.Rotate()
	return a, err
}

// Credentials returns the credentials that are valid now.
func (a *access) Credentials() sandbox.Credentials {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.credentials
}

// Rotate makes a credential with another id and key. The old one, its tokens and the old static token are refused from now
// on; the workload federation trust stays.
func (a *access) Rotate() (sandbox.Credentials, error) {
	public, private, err := ed25519.GenerateKey(a.host.Entropy)
	if err != nil {
		return sandbox.Credentials{}, fmt.Errorf("generating a key: %w", err)
	}
	static, err := wire.SecretFrom(a.host.Entropy)
	if err != nil {
		return sandbox.Credentials{}, err
	}
	encode := base64.RawURLEncoding.EncodeToString
	jwk, err := json.Marshal(map[string]string{"kty": "OKP", "crv": "Ed25519", "x": encode(public), "d": encode(private.Seed())})
	if err != nil {
		return sandbox.Credentials{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation++
	name := "sandbox"
	if a.generation > 1 {
		name = fmt.Sprintf("sandbox-%d", a.generation)
	}
	a.credentials = sandbox.Credentials{
		ClientID:           name + "@" + a.host.Name + "/spc",
		ClientSecret:       "secret-token:conductorone.com:v1:" + encode(jwk),
		FederationClientID: "workload@" + a.host.Name + "/wfe",
		StaticToken:        static,
	}
	a.key = public
	for text, t := range a.tokens {
		if !t.federated {
			delete(a.tokens, text)
		}
	}
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
	unauthenticated := func(message string) error {
		return &wire.Problem{Status: http.StatusUnauthorized, Message: message}
	}
	text := wire.Bearer(r)
	if text == "" {
		return unauthenticated("no bearer token")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if text == a.credentials.StaticToken {
		return nil
	}
	t, ok := a.tokens[text]
	if !ok {
		return unauthenticated("the token is unknown or was revoked")
	}
	if !a.host.Now().Before(t.expires) {
		delete(a.tokens, text)
		return unauthenticated("the token has expired")
	}
	return nil
}

// grantFields are the form fields each grant takes.
var grantFields = map[string][]string{
	grantClient:   {"grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type"},
	grantExchange: {"grant_type", "client_id", "subject_token", "subject_token_type"},
}

const (
	grantClient   = "client_credentials"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	typeAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	typeJWT       = "urn:ietf:params:oauth:token-type:jwt"
	typeAccess    = "urn:ietf:params:oauth:token-type:access_token"
)

// token is the token endpoint.
func (a *access) token(r *http.Request) sandbox.Response {
	form, refusal := wire.TokenForm(r)
	if refusal == nil {
		refusal = a.check(r, form)
	}
	if refusal != nil {
		return refusal.Response()
	}
	return a.issue(form.Get("grant_type") == grantExchange)
}

func (a *access) issue(federated bool) sandbox.Response {
	text, err := wire.Secret()
	if err != nil {
		return sandbox.Response{Status: http.StatusInternalServerError, Body: wire.OAuthError("server_error", err.Error())}
	}
	seconds := int64(time.Duration(a.host.Settings().TokenTTL) / time.Second)
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.host.Now()
	for old, t := range a.tokens {
		if now.After(t.expires) {
			delete(a.tokens, old)
		}
	}
	a.tokens[text] = token{expires: now.Add(time.Duration(seconds) * time.Second), federated: federated}
	body := object{"access_token": text, "token_type": "Bearer", "expires_in": seconds}
	if federated {
		body["issued_token_type"] = typeAccess
	}
	return sandbox.Response{Status: http.StatusOK, Body: body, Header: http.Header{"Cache-Control": {"no-store"}}}
}

// hostName is the host a request was addressed to, without port.
func hostName(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

// splitClientID takes "name@host/use" apart.
func splitClientID(id string) (host, use string, ok bool) {
	name, rest, found := strings.Cut(id, "@")
	host, use, slash := strings.Cut(rest, "/")
	return host, use, found && slash && name != "" && host != "" && use != ""
}
