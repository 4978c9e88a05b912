package controller_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/governance-operator/governance-operator/internal/backend"
	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sandboxes"
	"github.com/governance-operator/governance-operator/internal/vendors"
)

// stage stands between a real driver and a fake vendor, and lets one thing be renamed, copied or taken
// away in whatever the vendor answers about it: no fake has a console for policies and people.
type stage struct {
	t      testing.TB
	server *sandbox.Server
	tenant backend.Tenant

	mu     sync.Mutex
	scene  scene
	thing  string // its id on the wire
	called int
}

// scene is what became of the thing.
type scene struct {
	// names are those under which it is shown, each after the first as another thing with the id id-2, id-3.
	names []string
	// gone: the thing itself is not there any more, and the names are of others.
	gone bool
	// status answers every call, if it is set; empty shows no row of any list.
	status int
	empty  bool
}

// stageOf opens a tenant of a vendor behind a stage.
func stageOf(t *testing.T, vendor string) *stage {
	t.Helper()
	fake, ok := sandboxes.Of(vendor)
	if !ok {
		t.Fatalf("there is no fake of %s", vendor)
	}
	server, err := sandbox.Start(sandbox.Options{Vendor: fake.New(), Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s := &stage{t: t, server: server}
	front := httptest.NewServer(s)
	t.Cleanup(front.Close)
	known := server.Credentials()
	config := backend.Config{Endpoint: front.URL, RequestsPerSecond: 10_000, Burst: 10_000, Credentials: backend.Credentials{
		ClientID: known.ClientID, ClientSecret: backend.Secret(known.ClientSecret), Token: backend.Secret(known.StaticToken),
	}}
	for _, v := range vendors.All() {
		if v.Name == vendor {
			if s.tenant, err = v.Open(config); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// set lets a thing be shown so from now on, and counts calls anew.
func (s *stage) set(thing string, c scene) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.thing, s.scene, s.called = thing[strings.LastIndex(thing, "/")+1:], c, 0
}

// ServeHTTP passes a call on, and changes the answer.
func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	thing, c := s.thing, s.scene
	s.called++
	s.mu.Unlock()
	signIn := strings.Contains(r.URL.Path, "token")
	switch {
	case c.status > 0 && !signIn:
		w.WriteHeader(c.status)
		return
	case thing != "" && c.gone && strings.HasSuffix(r.URL.Path, "/"+thing):
		w.WriteHeader(http.StatusNotFound)
		return
	}
	body, _ := io.ReadAll(r.Body)
	out, err := http.NewRequestWithContext(r.Context(), r.Method, s.server.URL+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		s.t.Error(err)
		return
	}
	out.Header, out.Host = r.Header.Clone(), r.Host
	out.Header.Del("Accept-Encoding")
	res, err := http.DefaultClient.Do(out)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	raw, _ := io.ReadAll(res.Body)
	var answer any
	if !signIn && json.Unmarshal(raw, &answer) == nil {
		raw, _ = json.Marshal(c.show(answer, thing))
	}
	res.Header.Del("Content-Length")
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(raw)
}

// wrappers are the members in which a row may hold the thing.
var wrappers = []string{"user", "appResource", "appEntitlement", "requestCatalog", "connector"}

// inside is the thing within a row, nil if the row is about another.
func inside(row any, id string) map[string]any {
	object, _ := row.(map[string]any)
	if object == nil || id == "" {
		return nil
	}
	if object["id"] == id || object["workflow_id"] == id {
		return object
	}
	for _, name := range wrappers {
		if inner, _ := object[name].(map[string]any); inner != nil && inner["id"] == id {
			return inner
		}
	}
	return nil
}

// show changes the lists of an answer.
func (c scene) show(value any, thing string) any {
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			v[name] = c.show(v[name], thing)
		}
	case []any:
		out := []any{}
		for _, row := range v {
			if inside(row, thing) == nil {
				if _, isRow := row.(map[string]any); !isRow || !c.empty {
					out = append(out, c.show(row, thing))
				}
				continue
			}
			for i, name := range c.names {
				if c.empty {
					break
				}
				copied := cloneOf(row)
				if c.gone {
					i++
				}
				call(inside(copied, thing), name, i)
				out = append(out, copied)
			}
		}
		return out
	}
	return value
}

func cloneOf(row any) any {
	raw, _ := json.Marshal(row)
	var out any
	_ = json.Unmarshal(raw, &out)
	return out
}

// call gives a thing a name in whatever member it has one, and a further one an id of its own.
func call(object map[string]any, name string, nth int) {
	for _, inner := range []string{"properties", "datasource"} {
		if more, _ := object[inner].(map[string]any); more != nil {
			more["name"] = name
		}
	}
	for member, value := range object {
		_, isText := value.(string)
		if isText && slices.Contains([]string{"displayName", "name", "value", "email"}, member) {
			object[member] = name
		}
	}
	if _, ok := object["alias"]; ok && nth > 0 {
		object["alias"] = "" // Of the first alone.
	}
	for _, member := range []string{"id", "workflow_id"} {
		if id, ok := object[member].(string); ok && nth > 0 {
			object[member] = id + "-" + string(rune('1'+nth))
		}
	}
}
