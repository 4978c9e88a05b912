package conductorone

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/vendors/rest"
)

const (
	tokenPath = "/auth/v1/token"
	// assertionLife keeps well below the five minutes that the server allows
	// (docs/vendors/conductorone-api.md#post-authv1token).
	assertionLife = 2 * time.Minute

	secretForm     = "secret-token:conductorone.com:v1:…"
	federationUse  = "wfe"
	grantClient    = "client_credentials"
	grantExchange  = "urn:ietf:params:oauth:grant-type:token-exchange"
	assertionType  = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	subjectJWTType = "urn:ietf:params:oauth:token-type:jwt"
)

// tokenSource chooses the way in: a static token, else federation, else the signed
// assertion (docs/vendors/conductorone-api.md#authentication). Errors name the key of the credential, never its value.
func tokenSource(client *rest.Client, host string, c backend.Credentials) (rest.TokenSource, error) {
	if token := c.Token.Reveal(); token != "" {
		if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, malformed("token", "contains white space or characters outside ASCII")
		}
		return rest.StaticToken(token), nil
	}
	id, err := parseClientID(c.ClientID)
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(id.host, host) {
		// It comes out of a Secret, which who reads this may not read.
		return nil, malformed("clientID", "belongs to another host than the endpoint's, which is "+host)
	}
	if c.SubjectToken != nil {
		if id.use != federationUse {
			return nil, malformed("clientID", "not a workload federation trust: it must end in /"+federationUse)
		}
		return rest.CachedTokens(func(ctx context.Context) (string, time.Duration, error) {
			return exchange(ctx, client, c.ClientID, c.SubjectToken)
		}), nil
	}
	key, err := parseClientSecret(c.ClientSecret)
	if err != nil {
		return nil, err
	}
	return rest.CachedTokens(func(ctx context.Context) (string, time.Duration, error) {
		return assert(ctx, client, c.ClientID, host, key)
	}), nil
}

func malformed(key, why string) error {
	return backend.Errorf(backend.Terminal, "%s: %s", key, why)
}

type clientID struct{ host, use string }

// parseClientID reads <random>@<host>/<use> (docs/vendors/conductorone-api.md#credentials).
func parseClientID(text string) (clientID, error) {
	if text == "" {
		return clientID{}, malformed("clientID", "missing")
	}
	user, rest, _ := strings.Cut(text, "@")
	host, use, _ := strings.Cut(rest, "/")
	if user == "" || host == "" || use == "" || strings.ContainsAny(text, " \t\r\n") {
		return clientID{}, malformed("clientID", "not of the form name@tenant.conductor.one/use")
	}
	if u, err := url.Parse("https://" + host); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return clientID{host: host, use: use}, nil
}

// parseClientSecret reads the private key out of a secret (docs/vendors/conductorone-api.md#credentials).
func parseClientSecret(secret backend.Secret) (ed25519.PrivateKey, error) {
	text := secret.Reveal()
	if text == "" {
		return nil, malformed("clientSecret", "missing")
	}
	parts := strings.SplitN(text, ":", 4)
	if len(parts) != 4 || parts[0] != "secret-token" || parts[1] != "conductorone.com" || parts[2] != "v1" {
		return nil, malformed("clientSecret", "not of the form "+secretForm)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[3])
	if err != nil {
		return nil, malformed("clientSecret", "the part after v1: is not base64url without padding")
	}
	var jwk jose.JSONWebKey
	if jwk.UnmarshalJSON(raw) != nil {
		return nil, malformed("clientSecret", "contains no JSON web key")
	}
	key, ok := jwk.Key.(ed25519.PrivateKey)
	if !ok {
		return nil, malformed("clientSecret", "does not contain a private key of type OKP Ed25519")
	}
	return key, nil
}

// assert trades a signed assertion for a token (docs/vendors/conductorone-api.md#post-authv1token).
func assert(ctx context.Context, client *rest.Client, clientID, host string, key ed25519.PrivateKey) (string, time.Duration, error) {
	assertion, err := signAssertion(clientID, host, key, time.Now())
	if err != nil {
		return "", 0, backend.Errorf(backend.Terminal, "clientSecret: signing with it is not possible")
	}
	return client.FetchToken(ctx, tokenPath, url.Values{
		"grant_type":            {grantClient},
		"client_id":             {clientID},
		"client_assertion_type": {assertionType},
		"client_assertion":      {assertion},
	})
}

func signAssertion(clientID, host string, key ed25519.PrivateKey, now time.Time) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, (&jose.SignerOptions{NonceSource: nonces{}}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(jwt.Claims{
		Issuer:    clientID,
		Subject:   clientID,
		Audience:  jwt.Audience{host},
		IssuedAt:  jwt.NewNumericDate(now),
		NotBefore: jwt.NewNumericDate(now.Add(-assertionLife)),
		Expiry:    jwt.NewNumericDate(now.Add(assertionLife)),
	}).Serialize()
}

// nonces are 16 random bytes each, so that no assertion can be replayed.
type nonces struct{}

func (nonces) Nonce() (string, error) {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// exchange trades a workload's identity token, read afresh, for a token
// (docs/vendors/conductorone-api.md#workload-federation).
func exchange(ctx context.Context, client *rest.Client, clientID string, subject func(context.Context) (backend.Secret, error)) (string, time.Duration, error) {
	token, err := subject(ctx)
	if err != nil {
		return "", 0, &backend.Error{Class: backend.ClassOf(err), After: backend.AfterOf(err), Err: err}
	}
	return client.FetchToken(ctx, tokenPath, url.Values{
		"grant_type":         {grantExchange},
		"subject_token":      {token.Reveal()},
		"subject_token_type": {subjectJWTType},
		"client_id":          {clientID},
	})
}

func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
