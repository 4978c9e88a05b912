package sandbox

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"sync"
	"time"
)

// DefaultTenant is the id of the tenant a sandbox starts with.
const DefaultTenant = "sandbox"

// Options are what a sandbox is started with. Only Vendor is required.
type Options struct {
	// Vendor is the product to fake.
	Vendor Vendor
	// Listen is a loopback address with a port; "127.0.0.1:0" when empty.
	Listen string
	// Anywhere permits other addresses, for a sandbox that has a network of its own.
	Anywhere bool
	// HostName is the host it is reached at, without port; that of Listen when empty.
	HostName string
	// KnownCredentials makes the credentials from the seed, so that they can be written down before it runs.
	KnownCredentials bool
	// Configure changes the default settings before the first call.
	Configure func(*Settings)
	// CheckExpression type-checks an expression for an environment (membership, review-users, review-accounts,
	// provisioner). Nil accepts everything.
	CheckExpression func(environment, text string) error
	// SubjectTokenVerifier checks the signature of a federated identity token. Nil accepts everything.
	SubjectTokenVerifier func(token string) error
	// Now is the base of the sandbox's clock; time.Now when nil.
	Now func() time.Time
	// Seed makes ids and fault probabilities repeatable; 1 when zero.
	Seed int64
}

// Server is a running sandbox.
type Server struct {
	// URL is where the vendor is reached, without a trailing slash.
	URL string

	vendor   Vendor
	clock    *clock
	random   *random
	faults   faults
	log      callLog
	limiter  limiter
	http     *http.Server
	initial  Settings
	closing  chan struct{}
	shutdown sync.Once
	served   chan error

	mu       sync.Mutex
	settings Settings
	tenant   string
}

// Start opens the vendor and serves it until Close. Unless it is told otherwise it refuses to listen on anything but the
// loopback interface: the credentials are public and nothing is checked twice.
func Start(options Options) (*Server, error) {
	if options.Vendor == nil {
		return nil, errors.New("starting the sandbox: no vendor")
	}
	if options.Listen == "" {
		options.Listen = "127.0.0.1:0"
	}
	if err := requireLoopback(options.Listen); err != nil && !options.Anywhere {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	server := newServer(options, listener.Addr().String())
	if options.HostName == "" {
		options.HostName = listener.Addr().(*net.TCPAddr).IP.String()
	}
	handler, err := server.handler(options)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the sandbox: %w", err), listener.Close())
	}
	server.http = &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second}
	go func() { server.served <- server.http.Serve(listener) }()
	return server, nil
}

func newServer(options Options, address string) *Server {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Seed == 0 {
		options.Seed = 1
	}
	settings := DefaultSettings()
	if options.Configure != nil {
		options.Configure(&settings)
	}
	return &Server{
		URL:      "http://" + address,
		vendor:   options.Vendor,
		clock:    &clock{base: options.Now},
		random:   &random{source: rand.New(rand.NewSource(options.Seed))},
		initial:  settings.clone(),
		settings: settings.clone(),
		tenant:   DefaultTenant,
		closing:  make(chan struct{}),
		served:   make(chan error, 1),
	}
}

func entropy(options Options) io.Reader {
	if options.KnownCredentials {
		return &random{source: rand.New(rand.NewSource(max(options.Seed, 1)))}
	}
	return cryptorand.Reader
}

func requireLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s is not a loopback address", address)
	}
	return nil
}

// handler opens the vendor and routes its operations, the administration endpoints and everything unknown.
func (s *Server) handler(options Options) (http.Handler, error) {
	host := Host{
		Name:               options.HostName,
		Now:                s.clock.now,
		WallClock:          s.clock.base,
		Settings:           s.Settings,
		Tenant:             s.Tenant,
		Entropy:            entropy(options),
		NewID:              s.random.id,
		CheckExpression:    options.CheckExpression,
		VerifySubjectToken: options.SubjectTokenVerifier,
	}
	if host.CheckExpression == nil {
		host.CheckExpression = func(string, string) error { return nil }
	}
	if host.VerifySubjectToken == nil {
		host.VerifySubjectToken = func(string) error { return nil }
	}
	routes, err := s.vendor.Open(host)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", s.vendor.Name(), err)
	}
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.Handle(route.Method+" "+route.Pattern, s.serve(route))
	}
	mux.Handle("/", s.serve(Route{Pattern: "(unknown)", Class: ClassRead, Handle: s.unknown}))
	s.administer(mux)
	return mux, nil
}

func (s *Server) unknown(r *http.Request) Response {
	message := fmt.Sprintf("no operation %s %s", r.Method, r.URL.Path)
	return Response{
		Status:    http.StatusNotFound,
		Body:      s.vendor.Problem(ClassRead, http.StatusNotFound, message),
		Rejection: message,
	}
}

// Close lets go of held calls and stops serving. Calls in progress have two seconds to end.
func (s *Server) Close() error {
	var err error
	s.shutdown.Do(func() {
		close(s.closing)
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err = s.http.Shutdown(ctx); err != nil {
			err = s.http.Close()
		}
		if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
	})
	return err
}
