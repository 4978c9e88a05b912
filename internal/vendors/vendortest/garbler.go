package vendortest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// Garbler stands between a driver and a sandbox. First it records what the sandbox
// answers; then it answers by itself, with bytes of somebody's choice.
type Garbler struct {
	*httptest.Server
	// Secrets are what no error may hold: the credentials, and the tokens that were handed out.
	Secrets []string
	// TokenPath is where tokens are fetched, which works; empty where the credential is one.
	TokenPath string

	mu       sync.Mutex
	sandbox  *sandbox.Server
	recorded map[string]recording
	order    []string
	garbage  Garbage
	// passed, asked and garbled count the calls since Garble.
	passed, asked, garbled int
}

// recording is an answer of the sandbox.
type recording struct {
	status int
	header http.Header
	body   string
}

// Garbage is what a garbler answers.
type Garbage struct {
	Status      int
	ContentType string
	Body        string
	// After is how many calls are answered as the sandbox did before the garbage begins.
	After int
	// Cut: the connection breaks before the end of the body.
	Cut bool
}

// NewGarbler records before a sandbox of its own; tokenPath as in Garbler.
func NewGarbler(f *testing.F, start func(sandbox.Options) (*sandbox.Server, error), tokenPath string) *Garbler {
	f.Helper()
	server, err := start(sandbox.Options{})
	if err != nil {
		f.Fatal(err)
	}
	g := &Garbler{sandbox: server, TokenPath: tokenPath, recorded: map[string]recording{}}
	g.Server = httptest.NewServer(g)
	if c := server.Credentials(); tokenPath == "" {
		g.Secrets = []string{c.StaticToken}
	} else {
		g.Secrets = []string{c.ClientSecret}
	}
	f.Cleanup(func() {
		g.Server.Close()
		if err := server.Close(); err != nil {
			f.Error(err)
		}
	})
	return g
}

// Sandbox is what is recorded.
func (g *Garbler) Sandbox() *sandbox.Server { return g.sandbox }

// Config opens a tenant here, with the credentials that the sandbox takes; c adds the rest.
func (g *Garbler) Config(c backend.Config) backend.Config {
	c.Endpoint, c.UserAgent, c.RequestsPerSecond, c.Burst = g.URL, "test", 100_000, 100_000
	return c
}

// Garble ends the recording, and says what is answered from now on.
func (g *Garbler) Garble(garbage Garbage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.garbage, g.passed, g.asked, g.garbled = garbage, 0, 0, 0
	g.sandbox.ClearFaults()
}

// Counts are the calls since Garble, and how many of them got garbage.
func (g *Garbler) Counts() (asked, garbled int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked, g.garbled
}

// Bodies are the different answers that were recorded, in their order.
func (g *Garbler) Bodies() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var out []string
	for _, key := range g.order {
		if r := g.recorded[key]; r.body != "" && !strings.HasSuffix(key, " "+g.TokenPath) {
			out = append(out, r.body)
		}
	}
	return out
}

// ServeHTTP answers a call.
func (g *Garbler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	key := r.Method + " " + r.URL.Path
	if g.garbage.Status == 0 {
		g.record(key, r)
	}
	known, ok := g.recorded[key]
	always := g.garbage.Status == 0 || g.TokenPath != "" && r.URL.Path == g.TokenPath
	if !always {
		g.asked++
	}
	if ok && (always || g.passed < g.garbage.After) {
		if !always {
			g.passed++
		}
		for name, values := range known.header {
			w.Header()[name] = values
		}
		w.WriteHeader(known.status)
		_, _ = io.WriteString(w, known.body)
		return
	}
	g.garbled++
	if g.garbage.ContentType != "" {
		w.Header().Set("Content-Type", g.garbage.ContentType)
	}
	if g.garbage.Cut {
		w.Header().Set("Content-Length", strconv.Itoa(len(g.garbage.Body)+1))
	}
	w.WriteHeader(g.garbage.Status)
	_, _ = io.WriteString(w, g.garbage.Body)
}

// record asks the sandbox, and remembers its last answer to a call. Refusals are not kept
// where there is something better.
func (g *Garbler) record(key string, r *http.Request) {
	out, err := http.NewRequest(r.Method, g.sandbox.URL+r.URL.RequestURI(), r.Body)
	if err != nil {
		return
	}
	out.Header = r.Header.Clone()
	res, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		return
	}
	defer res.Body.Close() //nolint:errcheck // It was read.
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return
	}
	header := http.Header{}
	for _, name := range []string{"Content-Type", "Date"} {
		header[name] = res.Header[name]
	}
	before, known := g.recorded[key]
	if known && before.status < 300 && (res.StatusCode >= 300 || len(body) < len(before.body)) {
		return
	}
	if !known {
		g.order = append(g.order, key)
	}
	var issued struct {
		Token string `json:"access_token"`
	}
	if r.URL.Path == g.TokenPath && json.Unmarshal(body, &issued) == nil {
		g.Secrets = append(g.Secrets, issued.Token)
	}
	g.recorded[key] = recording{res.StatusCode, header, string(body)}
}
