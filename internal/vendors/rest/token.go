package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// TokenSource hands out bearer tokens.
type TokenSource interface {
	// Token returns a token that is valid for a while, or an empty one to send none.
	Token(ctx context.Context) (string, error)
	// Invalidate drops a token that was refused.
	Invalidate(token string)
}

// StaticToken is a token that is never renewed.
type StaticToken string

// Token returns the token.
func (t StaticToken) Token(context.Context) (string, error) { return string(t), nil }

// Invalidate does nothing: there is no other.
func (StaticToken) Invalidate(string) {}

// renewBefore is how long before its end a token is renewed, or a tenth of its life if that is less.
const renewBefore = 30 * time.Second

// CachedTokens keeps the token of fetch until shortly before its end. Callers who
// want one at the same time share one fetch.
func CachedTokens(fetch func(ctx context.Context) (token string, life time.Duration, err error)) TokenSource {
	return &cachedTokens{fetch: fetch}
}

type cachedTokens struct {
	fetch func(ctx context.Context) (string, time.Duration, error)

	mu     sync.Mutex
	token  string
	end    time.Time
	flight *flight
}

type flight struct {
	done  chan struct{}
	token string
	err   error
}

func (s *cachedTokens) Token(ctx context.Context) (string, error) {
	s.mu.Lock()
	if s.token != "" && time.Now().Before(s.end) {
		defer s.mu.Unlock()
		return s.token, nil
	}
	f := s.flight
	if f == nil {
		f = &flight{done: make(chan struct{})}
		s.flight = f
		// Whoever came first may leave; the others still want the token.
		go s.fly(context.WithoutCancel(ctx), f)
	}
	s.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return "", wrapContext(ctx)
	}
}

func (s *cachedTokens) fly(ctx context.Context, f *flight) {
	token, life, err := s.fetch(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	f.token, f.err = token, err
	if err == nil {
		s.token, s.end = token, time.Now().Add(life-min(renewBefore, life/10))
	}
	s.flight = nil
	close(f.done)
}

func (s *cachedTokens) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.token = ""
	}
}

const (
	// shortestLife is assumed where a token endpoint does not say how long its token lives.
	shortestLife = time.Minute
	// longestLife bounds what it says: more cannot be counted in nanoseconds.
	longestLife = 365 * 24 * time.Hour
)

// FetchToken asks an OAuth 2.0 token endpoint. A request that it refuses is
// Unauthorized: the credentials are wrong. The secrets among the form never appear in an error.
func (c *Client) FetchToken(ctx context.Context, path string, form url.Values) (string, time.Duration, error) {
	for _, key := range []string{"client_secret", "client_assertion", "subject_token", "refresh_token"} {
		c.Hide(form.Get(key))
	}
	call := Call{Method: http.MethodPost, Path: path, Form: form, Read: true, Anonymous: true}
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   any    `json:"expires_in"`
	}
	ctx = backend.WithOperation(ctx, backend.Operation{Verb: backend.VerbToken})
	if _, err := c.Do(ctx, call, &answer); err != nil {
		if status := StatusOf(err); status == http.StatusBadRequest || status == http.StatusForbidden {
			err = &backend.Error{Class: backend.Unauthorized, Err: err}
		}
		return "", 0, err
	}
	c.Hide(answer.AccessToken)
	if answer.AccessToken == "" {
		return "", 0, c.failure(call, backend.Unauthorized, 0, "the answer contains no access token", nil)
	}
	if len(answer.AccessToken) < shortestSecret {
		return "", 0, c.failure(call, backend.Unauthorized, 0, "the access token is too short to be one", nil)
	}
	if !strings.EqualFold(answer.TokenType, "Bearer") {
		return "", 0, c.failure(call, backend.Unauthorized, 0,
			"the credential asks for tokens of type "+strconv.Quote(cut(tidy(answer.TokenType), 32))+", and only Bearer is possible", nil)
	}
	return answer.AccessToken, lifeOf(answer.ExpiresIn), nil
}

func lifeOf(expiresIn any) time.Duration {
	var seconds float64
	switch v := expiresIn.(type) {
	case float64:
		seconds = v
	case string:
		seconds, _ = strconv.ParseFloat(v, 64)
	case json.Number:
		seconds, _ = v.Float64()
	}
	switch {
	case seconds >= longestLife.Seconds():
		return longestLife
	case seconds > 0:
		return time.Duration(seconds * float64(time.Second))
	}
	return shortestLife // Nothing, or not a number.
}
