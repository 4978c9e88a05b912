package conductorone_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/conductorone"
)

var (
	github  = conductorone.SeedID("app", "GitHub")
	workday = conductorone.SeedID("app", "Workday")
	c1      = conductorone.SeedID("app", conductorone.AppC1)
	ada     = conductorone.SeedID("user", "ada@corp.example")
	grace   = conductorone.SeedID("user", "grace@corp.example")
	grant   = conductorone.SeedID("policy", "Manager approval")
	revoke  = conductorone.SeedID("policy", "Auto revoke")
	certify = conductorone.SeedID("policy", "Certify by manager")
	member  = conductorone.SeedID("entitlement", "GitHub/octo-org Member")
	viewer  = conductorone.SeedID("entitlement", "Workday/Viewer")
)

type object = map[string]any

// fake is a sandbox and a client of it.
type fake struct {
	*sandbox.Server
	t      *testing.T
	client *http.Client
	token  string
}

func start(t *testing.T, options sandbox.Options) *fake {
	t.Helper()
	server, err := conductorone.Start(options)
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
	return &fake{Server: server, t: t, client: client, token: server.Credentials().StaticToken}
}

// try sends a request and returns the error of the transport, if any.
func (f *fake) try(method, path string, body any) (int, object, error) {
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
	if f.token != "" {
		request.Header.Set("Authorization", "Bearer "+f.token)
	}
	response, err := f.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err
	}
	var result object
	if err := json.Unmarshal(data, &result); err != nil {
		var list []any
		if json.Unmarshal(data, &list) != nil {
			f.t.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
		result = object{"items": list}
	}
	return response.StatusCode, result, nil
}

func (f *fake) do(method, path string, body any) (int, object) {
	f.t.Helper()
	status, result, err := f.try(method, path, body)
	if err != nil {
		f.t.Fatalf("%s %s: %v", method, path, err)
	}
	return status, result
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

// refuses expects an error with a status and a text in its message.
func (f *fake) refuses(status int, part, method, path string, body any) {
	f.t.Helper()
	got, result := f.do(method, path, body)
	message, _ := result["message"].(string)
	if got != status || !strings.Contains(message, part) {
		f.t.Errorf("%s %s: got %d %q, want %d with %q", method, path, got, message, status, part)
	}
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

func entitlements(app string) string { return "/api/v1/apps/" + app + "/entitlements" }

func (f *fake) createEntitlement(fields object) (id string) {
	f.t.Helper()
	body := object{"displayName": "Deployer"}
	for name, value := range fields {
		body[name] = value
	}
	id, _ = at(f.must("POST", entitlements(github), body), "appEntitlementView", "appEntitlement", "id").(string)
	return id
}

func (f *fake) createCatalog(fields object) (id string) {
	f.t.Helper()
	body := object{"displayName": "Engineers"}
	for name, value := range fields {
		body[name] = value
	}
	id, _ = at(f.must("POST", "/api/v1/catalogs", body), "requestCatalogView", "requestCatalog", "id").(string)
	return id
}

func (f *fake) createReview(fields object) (id string) {
	f.t.Helper()
	body := object{"displayName": "Quarterly", "ownerIds": []string{ada}, "policyId": certify}
	for name, value := range fields {
		body[name] = value
	}
	id, _ = at(f.must("POST", "/api/v1/access_review", body), "accessReview", "accessReview", "id").(string)
	return id
}

func (f *fake) form(values url.Values, change func(*http.Request)) (int, object) {
	f.t.Helper()
	request, err := http.NewRequest("POST", f.URL+"/auth/v1/token", strings.NewReader(values.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if change != nil {
		change(request)
	}
	response, err := f.client.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	var result object
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		f.t.Fatal(err)
	}
	return response.StatusCode, result
}

// until waits for something another goroutine brings about.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}
