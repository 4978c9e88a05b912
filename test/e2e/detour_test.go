package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// detour stands in front of a tenant, sends those requests elsewhere that it is told to, and keeps what it sees.
type detour struct {
	*httptest.Server
	// Elsewhere is a host that nobody gave a credential for.
	elsewhere *httptest.Server

	mu       sync.Mutex
	away     func(*http.Request) bool
	answered int
	reached  []string
	secrets  map[string]bool
	forms    []url.Values
}

// redirects are all ways to say that something is elsewhere; the last two ask for the body as well.
var redirects = []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}

// detour puts one in front of the tenant of s.
func (s *stack) detour() *detour {
	GinkgoHelper()
	tenant, err := url.Parse(s.URL)
	Expect(err).NotTo(HaveOccurred())
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(tenant) }}
	d := &detour{secrets: map[string]bool{}, away: everything}
	d.elsewhere = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.reached = append(d.reached, r.Method+" "+r.URL.Path)
	}))
	DeferCleanup(d.elsewhere.Close)
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, ok := d.see(r)
		if !ok {
			proxy.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Location", d.elsewhere.URL+r.URL.RequestURI())
		w.WriteHeader(status)
	}))
	DeferCleanup(d.Close)
	return d
}

func everything(*http.Request) bool { return true }
func nothing(*http.Request) bool    { return false }
func changes(r *http.Request) bool  { return r.Method != http.MethodGet && !signsIn(r) }
func work(r *http.Request) bool     { return !signsIn(r) }
func signsIn(r *http.Request) bool  { return strings.HasSuffix(r.URL.Path, "/token") }

// see keeps the credentials of a request, and reports whether it goes elsewhere, and how.
func (d *detour) see(r *http.Request) (status int, away bool) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
		d.secrets[token] = true
	}
	if signsIn(r) {
		form, _ := url.ParseQuery(string(body))
		d.forms = append(d.forms, form)
		for _, key := range []string{"client_secret", "client_assertion", "subject_token"} {
			if form.Get(key) != "" {
				d.secrets[form.Get(key)] = true
			}
		}
	}
	if !d.away(r) {
		return 0, false
	}
	d.answered++
	return redirects[d.answered%len(redirects)], true
}

// send sends other requests elsewhere from now on.
func (d *detour) send(which func(*http.Request) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.away, d.answered = which, 0
}

// sent counts the redirects since then.
func (d *detour) sent() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answered
}

// followed lists what reached the other host.
func (d *detour) followed() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.reached)
}

// signIns are the forms that were sent for tokens.
func (d *detour) signIns() []url.Values {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.forms)
}

// seen lists the credentials that came by.
func (d *detour) seen() (out []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for secret := range d.secrets {
		out = append(out, secret)
	}
	return out
}

// echo is a vendor that refuses everything, and repeats all that it was sent in whatever form a vendor may.
func echo(refused func(request string)) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text := "you sent " + r.Header.Get("Authorization") + " and " + string(body)
		refused(text)
		answer, _ := json.Marshal(map[string]any{"code": 3, "message": text, "error": text, "error_description": text, "detailCode": text,
			"messages": []map[string]string{{"locale": "en-US", "text": text}}})
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(answer)
	}))
	DeferCleanup(server.Close)
	return server
}
