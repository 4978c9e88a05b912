package sandbox_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
)

// echo is a vendor of one operation.
type echo struct{ resets int }

func (e *echo) Name() string { return "echo" }
func (e *echo) Open(host sandbox.Host) ([]sandbox.Route, error) {
	return []sandbox.Route{{Method: "GET", Pattern: "/things/{id}", Class: sandbox.ClassRead, Handle: func(r *http.Request) sandbox.Response {
		return sandbox.Response{Status: http.StatusOK, Body: map[string]string{"id": r.PathValue("id"), "tenant": host.Tenant()}}
	}}}, nil
}
func (e *echo) Problem(_ sandbox.Class, status int, message string) any { return message }
func (e *echo) Access() sandbox.Access                                  { return e }
func (e *echo) Console() sandbox.Console                                { return e }
func (e *echo) Credentials() sandbox.Credentials                        { return sandbox.Credentials{StaticToken: "x"} }
func (e *echo) Rotate() (sandbox.Credentials, error)                    { return e.Credentials(), nil }
func (e *echo) ExpireTokens()                                           {}
func (e *echo) Create(_, _ string, _ map[string]any) (string, error)    { return "new", nil }
func (e *echo) Edit(sandbox.Target, map[string]any) error               { return nil }
func (e *echo) Delete(sandbox.Target) error                             { return nil }
func (e *echo) SetState(string, string) error                           { return nil }
func (e *echo) CloseTasks(_ string, count int, _ string) (int, error)   { return count, nil }
func (e *echo) Dump() any                                               { return "dump" }
func (e *echo) Reset()                                                  { e.resets++ }

func TestListensOnLoopbackOnly(t *testing.T) {
	for name, address := range map[string]string{"everywhere": ":0", "all addresses": "0.0.0.0:0", "a name": "example.com:0", "no port": "127.0.0.1"} {
		t.Run(name, func(t *testing.T) {
			if server, err := sandbox.Start(sandbox.Options{Vendor: &echo{}, Listen: address}); err == nil {
				t.Errorf("%s was accepted", address)
				_ = server.Close()
			}
		})
	}
}

func TestAdministration(t *testing.T) {
	vendor := &echo{}
	server, err := sandbox.Start(sandbox.Options{Vendor: vendor})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	call := func(method, path, body string) (int, string) {
		t.Helper()
		request, err := http.NewRequest(method, server.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var text bytes.Buffer
		if _, err := text.ReadFrom(response.Body); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, text.String()
	}
	for _, step := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/things/1", "", 200, `"id":"1"`},
		{"GET", "/_sandbox/credentials", "", 200, `"staticToken":"x"`},
		{"POST", "/_sandbox/credentials/rotate", "", 200, "clientID"},
		{"POST", "/_sandbox/tokens/expire", "", 200, "{}"},
		{"POST", "/_sandbox/faults", `{"kind":"status","status":418,"count":1}`, 200, "{}"},
		{"GET", "/_sandbox/faults", "", 200, `"status":418`},
		{"GET", "/things/2", "", 418, "418"},
		{"GET", "/_sandbox/faults", "", 200, "[]"},
		{"POST", "/_sandbox/faults", `{"kind":"status","status":418,"skip":1,"count":1}`, 200, "{}"},
		{"GET", "/things/2", "", 200, `"id":"2"`},
		{"GET", "/things/3", "", 418, "418"},
		{"DELETE", "/_sandbox/faults", "", 200, "{}"},
		{"POST", "/_sandbox/faults", `{"kind":"nonsense"}`, 400, "unknown fault kind"},
		{"POST", "/_sandbox/faults", `{"kind":"status","clas":"read"}`, 400, "unknown field"},
		{"POST", "/_sandbox/faults", `{"kind":"status","pathPattern":"("}`, 400, "path pattern"},
		{"GET", "/_sandbox/held", "", 200, `"held":0`},
		{"POST", "/_sandbox/release", "", 200, `"released":0`},
		{"POST", "/_sandbox/settings", `{"listLag":"2s","features":{"eSignature":true}}`, 200, `"listLag":"2s"`},
		{"GET", "/_sandbox/settings", "", 200, `"softDelete":true`},
		{"POST", "/_sandbox/settings", `{"listLag":2}`, 400, "duration"},
		{"POST", "/_sandbox/tenant", `{"id":"other"}`, 200, "other"},
		{"GET", "/things/3", "", 200, "other"},
		{"POST", "/_sandbox/clock", `{"advance":"1h"}`, 200, "now"},
		{"GET", "/_sandbox/clock", "", 200, "now"},
		{"GET", "/nowhere", "", 404, "no operation GET /nowhere"},
		{"GET", "/_sandbox/rejections", "", 200, "no operation GET /nowhere"},
		{"DELETE", "/_sandbox/rejections", "", 200, "{}"},
		{"GET", "/_sandbox/calls?since=2", "", 200, `"tenant":"other"`},
		{"GET", "/_sandbox/calls?since=x", "", 400, "since"},
		{"GET", "/_sandbox/counts", "", 200, `"GET /things/{id}":5`},
		{"POST", "/_sandbox/calls/reset", "", 200, "{}"},
		{"GET", "/_sandbox/counts", "", 200, `"reads":0`},
		{"POST", "/_sandbox/create", `{"kind":"AccessReview","object":{}}`, 200, `"id":"new"`},
		{"POST", "/_sandbox/edit", `{"kind":"AccessReview","id":"new","patch":{}}`, 200, "{}"},
		{"POST", "/_sandbox/delete", `{"kind":"AccessReview","id":"new"}`, 200, "{}"},
		{"POST", "/_sandbox/reviews/new/state", `{"state":"OPEN"}`, 200, "{}"},
		{"POST", "/_sandbox/reviews/new/tasks", `{"close":2}`, 200, `"closed":2`},
		{"GET", "/_sandbox/dump", "", 200, "dump"},
		{"POST", "/_sandbox/reset", "", 200, "{}"},
		{"GET", "/_sandbox/settings", "", 200, `"listLag":"0s"`},
		{"GET", "/_sandbox/tenant", "", 200, sandbox.DefaultTenant},
		{"GET", "/_sandbox/nothing", "", 404, "no endpoint"},
	} {
		status, text := call(step.method, step.path, step.body)
		if status != step.status || !strings.Contains(text, step.want) {
			t.Errorf("%s %s: got %d %s, want %d with %s", step.method, step.path, status, text, step.status, step.want)
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("%s %s: %s is not JSON", step.method, step.path, text)
		}
	}
	if vendor.resets != 1 {
		t.Errorf("%d resets", vendor.resets)
	}
}
