package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// hearing takes note of what it is asked for, and refuses it.
type hearing struct {
	mu    sync.Mutex
	asked []string
}

// ServeHTTP refuses.
func (h *hearing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, r.Method+" "+r.Host)
	http.Error(w, "not today", http.StatusForbidden)
}

// heard is what it was asked for since the last look.
func (h *hearing) heard() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.asked
	h.asked = nil
	return out
}

// failing runs a command that fails, and returns what it said.
func failing(t *testing.T, environment []string, args ...string) string {
	t.Helper()
	cmd, in, said := started(t, environment, args...)
	_ = in.Close()
	if err := cmd.Wait(); err == nil {
		t.Error("it did not fail")
	}
	return said.String()
}

// placesCalled are a command that calls a cluster, and one that calls a tenant.
func placesCalled(t *testing.T, cluster, tenant string) map[string][]string {
	t.Helper()
	credentials := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(credentials, []byte("token: planted-token"), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string][]string{
		"a cluster": {"status", "--kubeconfig", kubeconfigFor(t, cluster)},
		"a tenant":  {"tenant-check", "--vendor", "ConductorOne", "--endpoint", tenant, "--credentials", credentials, "--i-own-this-tenant", "--read-only"},
	}
}

func TestTheProxyOfTheEnvironmentIsUsed(t *testing.T) {
	for place, args := range placesCalled(t, "https://place.example:6443", "https://place.example:6443") {
		t.Run(place, func(t *testing.T) {
			asked := &hearing{}
			proxy := httptest.NewServer(asked)
			defer proxy.Close()
			said := failing(t, []string{"HTTPS_PROXY=" + proxy.URL, "NO_PROXY="}, args...)
			if got := asked.heard(); len(got) == 0 || got[0] != "CONNECT place.example:6443" {
				t.Errorf("the proxy was asked for %q: %s", got, said)
			}
			said = failing(t, []string{"HTTPS_PROXY=" + proxy.URL, "NO_PROXY=.example"}, args...)
			if got := asked.heard(); len(got) > 0 {
				t.Errorf("the proxy was asked for %q: %s", got, said)
			}
		})
	}
}

func TestTheCertificatesOfTheEnvironmentAreTrusted(t *testing.T) {
	asked := &hearing{}
	server := httptest.NewTLSServer(asked)
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	for place, args := range placesCalled(t, server.URL, server.URL) {
		t.Run(place, func(t *testing.T) {
			said := failing(t, []string{"SSL_CERT_FILE=" + bundle}, args...)
			if len(asked.heard()) == 0 {
				t.Errorf("it was not asked: %s", said)
			}
			said = failing(t, []string{"SSL_CERT_FILE=" + filepath.Join(t.TempDir(), "none"), "SSL_CERT_DIR=" + t.TempDir()}, args...)
			if got := asked.heard(); len(got) > 0 || !strings.Contains(said, "certificate") {
				t.Errorf("it was asked for %q: %s", got, said)
			}
		})
	}
}
