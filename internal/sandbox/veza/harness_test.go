package veza_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/veza"
)

const (
	lifecycle      = "/api/private/lifecycle_management"
	profiles       = lifecycle + "/access_profiles"
	types          = lifecycle + "/access_profiles_types"
	nodes          = "/api/v1/assessments/query_spec:nodes"
	providers      = "/api/v1/providers"
	workflows      = "/api/preview/awf/workflows"
	certifications = "/api/preview/awf/certifications"
)

var (
	plain      = veza.SeedID("type", "Profile")
	business   = veza.SeedID("type", "Business Role")
	salesforce = veza.SeedID("datasource", "Salesforce")
	okta       = veza.SeedID("datasource", "Okta")
	ada        = veza.SeedID("identity", "ada@corp.example")
	grace      = veza.SeedID("identity", "grace@corp.example")
	quarterly  = veza.SeedID("configuration", "Quarterly Salesforce access")
)

type object = map[string]any

// fake is a sandbox and a client of it.
type fake struct {
	*sandbox.Server
	t      *testing.T
	client *http.Client
	key    string
}

func start(t *testing.T, options sandbox.Options) *fake {
	t.Helper()
	server, err := veza.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fake{Server: server, t: t, client: client, key: server.Credentials().StaticToken}
}

// startWith starts a sandbox whose tenant has features.
func startWith(t *testing.T, features ...string) *fake {
	t.Helper()
	return start(t, sandbox.Options{Configure: func(s *sandbox.Settings) {
		for _, name := range features {
			s.Features[name] = true
		}
	}})
}

func (f *fake) do(method, path string, body any) (int, object) {
	f.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		data, err := json.Marshal(body)
		if err != nil {
			f.t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, f.URL+path, reader)
	if err != nil {
		f.t.Fatal(err)
	}
	if reader != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if f.key != "" {
		request.Header.Set("Authorization", "Bearer "+f.key)
	}
	response, err := f.client.Do(request)
	if err != nil {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	var result object
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	return response.StatusCode, result
}

// must expects success.
func (f *fake) must(method, path string, body any) object {
	f.t.Helper()
	status, result := f.do(method, path, body)
	if status != http.StatusOK {
		f.t.Fatalf("%s %s: %d %v", method, path, status, result)
	}
	return result
}

// refuses expects an error with a status and a text in its message, and tells whether the request broke the contract.
func (f *fake) refuses(status int, part, method, path string, body any) (broken bool) {
	f.t.Helper()
	f.ResetRejections()
	got, result := f.do(method, path, body)
	message, _ := result["message"].(string)
	if got != status || !strings.Contains(message, part) {
		f.t.Errorf("%s %s: got %d %q, want %d with %q", method, path, got, message, status, part)
	}
	return len(f.Rejections()) > 0
}

// at follows names into nested objects and numbers into lists.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

func expect(t *testing.T, value, want any, path ...any) {
	t.Helper()
	got, err := json.Marshal(at(value, path...))
	if err != nil {
		t.Fatal(err)
	}
	wanted, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, wanted) {
		t.Errorf("%v: got %s, want %s", path, got, wanted)
	}
}

func with(base, fields object) object {
	result := object{}
	for name, value := range base {
		result[name] = value
	}
	for name, value := range fields {
		if value == nil {
			delete(result, name)
		} else {
			result[name] = value
		}
	}
	return result
}

// group is a relationship to a seeded entity.
func group(provider, kind, name string) object {
	return object{
		"entity_type": kind, "datasource_id": veza.SeedID("datasource", provider), "entity_id": veza.SeedID("entity", provider+"/"+name),
	}
}

// create makes a profile and returns its id.
func (f *fake) create(fields object) string {
	f.t.Helper()
	body := with(object{"name": "Developers", "state": "PAUSED", "profile_type": plain}, fields)
	id, _ := at(f.must("POST", profiles, body), "value", "id").(string)
	return id
}

func (f *fake) profile(id string) any {
	f.t.Helper()
	return at(f.must("GET", profiles+"/"+id, nil), "value")
}

func (f *fake) edit(id string, patch object) {
	f.t.Helper()
	if err := f.Edit(sandbox.Target{Kind: veza.KindAccessProfile, ID: id}, patch); err != nil {
		f.t.Fatal(err)
	}
}
