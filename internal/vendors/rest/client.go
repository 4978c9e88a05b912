// Package rest is what the vendors' HTTP APIs share: authentication, budget,
// Retry-After, circuit breaker, fence, error classes and paging. It knows no vendor.
package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/governance-operator/governance-operator/internal/backend"
)

// The bounds of a call.
const (
	requestTimeout = 30 * time.Second
	responseLimit  = 8 << 20
)

// Options open a client. Only Endpoint is required.
type Options struct {
	// Endpoint is the base URL; http is accepted, the policy is the caller's.
	Endpoint  string
	UserAgent string
	// CABundle holds PEM certificates to trust beside the system's.
	CABundle []byte
	// RequestsPerSecond and Burst bound the calls; a rate of zero means no bound.
	RequestsPerSecond float64
	Burst             int
	// Shared says which bound all keep who have the credential; the figures above are then the usual ones.
	Shared *backend.Shared
	// Secrets are credentials that must never appear in an error.
	Secrets []string
	// Names are what a Secret holds beside them, such as an id. They appear in no error either, but an
	// answer may hold them.
	Names []string
	// Timeout bounds one call, from its first byte to the last of its answer; 30 s when zero.
	Timeout time.Duration
	// Explain reads an error body in the vendor's own form; nil knows the usual forms only.
	// A zero Explanation falls back to those.
	Explain func(status int, body []byte) Explanation
	// Observe receives every call; nil for nobody.
	Observe backend.Observer
	// Gone reports whether nobody uses the client any more: a list that is being read ends. Nil means never.
	Gone func() bool
	// Room bounds what large answers hold in memory; nil bounds nothing.
	Room backend.Room
	// Outside refuses to connect to addresses of this host, and to those of the link, where clouds
	// tell machines their credentials.
	Outside bool
	// Transport replaces the transport, for tests.
	Transport http.RoundTripper
}

// Client calls one tenant. All methods are safe for concurrent use.
type Client struct {
	base      string
	userAgent string
	timeout   time.Duration
	http      *http.Client
	tokens    TokenSource
	*gate
	rate     func() Rate
	clock    clock
	scrubber scrubber
	explain  func(status int, body []byte) Explanation
	observe  backend.Observer
	room     backend.Room
	gone     func() bool
}

// New returns a client that sends no credentials until Authenticate. An error names
// the setting that is malformed and is Terminal.
func New(o Options) (*Client, error) {
	base, err := baseURL(o.Endpoint)
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		if o.Transport, err = newTransport(o.CABundle, base, o.Outside); err != nil {
			return nil, err
		}
	}
	if o.Timeout == 0 {
		o.Timeout = requestTimeout
	}
	usual := Rate{PerSecond: o.RequestsPerSecond, Burst: o.Burst}
	c := &Client{
		base:      base,
		userAgent: o.UserAgent,
		timeout:   o.Timeout,
		tokens:    StaticToken(""),
		gate:      newGate(usual),
		rate:      func() Rate { return usual },
		explain:   o.Explain,
		observe:   o.Observe,
		room:      o.Room,
		gone:      o.Gone,
		http: &http.Client{
			Transport: detour{o.Transport},
			// A redirect would carry the token to where nobody said it may go.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if o.Shared != nil {
		c.gate = o.Shared.Gate(func() any { return newGate(usual) }).(*gate)
		c.rate = func() Rate { return o.Shared.Budget(usual) }
	}
	c.scrubber.add(o.Secrets...)
	c.scrubber.names = slices.DeleteFunc(slices.Clone(o.Names), func(name string) bool { return len(name) < shortestSecret })
	return c, nil
}

// Authenticate sets where tokens come from. It must be called before the first call.
func (c *Client) Authenticate(tokens TokenSource) { c.tokens = tokens }

// Hide keeps secrets out of every error text from now on.
func (c *Client) Hide(secrets ...string) { c.scrubber.add(secrets...) }

// Host is where the calls go, with its port, as a tenant is called that tells no name.
func (c *Client) Host() string {
	_, host, _ := strings.Cut(c.base, "://")
	return strings.ToLower(host)
}

// Now is the vendor's clock: its last Date header, carried forward; ours before the first answer.
func (c *Client) Now() time.Time { return c.clock.now() }

// Pace returns whether a call of this priority could be made now.
func (c *Client) Pace(p backend.Priority) backend.Pace {
	c.budget.keep(c.rate())
	now := time.Now()
	asked, broken := c.pause.left(now), c.breaker.left(now)
	return backend.Pace{
		Delay:       max(asked, broken, c.budget.delay(now, p)),
		Throttled:   asked > 0,
		CircuitOpen: broken > 0,
	}
}

func baseURL(endpoint string) (string, error) {
	u, err := url.Parse(strings.TrimRight(endpoint, "/"))
	switch {
	case err != nil || u.Host == "":
		return "", backend.Errorf(backend.Terminal, "endpoint: not a URL such as https://tenant.example")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", backend.Errorf(backend.Terminal, "endpoint: the scheme must be https")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "":
		return "", backend.Errorf(backend.Terminal, "endpoint: must have only a scheme and a host")
	}
	return u.Scheme + "://" + u.Host, nil
}

func newTransport(caBundle []byte, base string, outside bool) (*http.Transport, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(caBundle) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(caBundle) {
			return nil, backend.Errorf(backend.Terminal, "caBundle: contains no certificate in PEM form")
		}
		config.RootCAs = pool
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if outside && !proxied(base) {
		dialer.Control = outsideOnly
	}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           32,
		MaxIdleConnsPerHost:    32,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}, nil
}

// Path fills the segments of a path in, escaped. An empty segment makes a path that
// Do refuses: it would name the collection instead of one thing in it.
func Path(format string, segments ...string) string {
	args := make([]any, len(segments))
	for i, s := range segments {
		args[i] = url.PathEscape(s)
	}
	return fmt.Sprintf(format, args...)
}

func badPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
		return true
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// wrapContext turns a caller that gave up into an error that waits and observes again.
func wrapContext(ctx context.Context) *backend.Error {
	return &backend.Error{Class: backend.Retryable, Err: fmt.Errorf("given up: %w", ctx.Err())}
}
