package veza

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/wire"
)

// access holds the API key. Veza has no token endpoint: the key is the bearer token (docs/vendors/veza-api.md#keys).
type access struct {
	entropy io.Reader

	mu  sync.Mutex
	key string
}

func newAccess(entropy io.Reader) (*access, error) {
	a := &access{entropy: entropy}
	_, err := a.Rotate()
	return a, err
}

// Credentials returns the API key that is valid now, as the static token.
func (a *access) Credentials() sandbox.Credentials {
	a.mu.Lock()
	defer a.mu.Unlock()
	return sandbox.Credentials{StaticToken: a.key}
}

// Rotate makes another key; the old one is refused from now on.
func (a *access) Rotate() (sandbox.Credentials, error) {
	data := make([]byte, 48)
	if _, err := io.ReadFull(a.entropy, data); err != nil {
		return sandbox.Credentials{}, fmt.Errorf("generating an API key: %w", err)
	}
	a.mu.Lock()
	a.key = base64.StdEncoding.EncodeToString(data)
	a.mu.Unlock()
	return a.Credentials(), nil
}

// ExpireTokens does nothing: keys live until they are revoked.
func (a *access) ExpireTokens() {}

var keyCharacters = regexp.MustCompile(`^[A-Za-z0-9+/=]+$`)

// authorize checks the bearer token of a call. The two documented complaints come before the look at the key.
func (a *access) authorize(r *http.Request) error {
	key := wire.Bearer(r)
	if key == "" {
		return wire.Unauthorized("no API key in the Authorization header")
	}
	if !keyCharacters.MatchString(key) {
		return wire.Unauthorized("Malformed API key")
	}
	if _, err := base64.StdEncoding.DecodeString(key); err != nil {
		return wire.Unauthorized("Invalid API key")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if key != a.key {
		return wire.Unauthorized("the API key is unknown or was revoked")
	}
	return nil
}
