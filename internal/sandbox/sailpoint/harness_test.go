package sailpoint_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/governance-operator/governance-operator/internal/sandbox"
	"github.com/governance-operator/governance-operator/internal/sandbox/sailpoint"
)

var (
	ada       = sailpoint.SeedID("identity", "ada@corp.example")
	grace     = sailpoint.SeedID("identity", "grace@corp.example")
	directory = sailpoint.SeedID("source", "Active Directory")
	workday   = sailpoint.SeedID("source", "Workday")
	payroll   = sailpoint.SeedID("entitlement", "Active Directory/Payroll")
	finance   = sailpoint.SeedID("entitlement", "Active Directory/Finance")
	viewer    = sailpoint.SeedID("entitlement", "Workday/Viewer")
	approvers = sailpoint.SeedID("workgroup", "Access approvers")
	employees = sailpoint.SeedID("segment", "Employees")
	workflow  = sailpoint.SeedID("workflow", "Approve by ticket")
	used      = sailpoint.SeedID("profile", "Payroll readers")
)

const (
	profiles  = "/access-profiles/v1"
	allItems  = "/entitlements/v1"
	campaigns = "/campaigns/v1"
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
	server, err := sailpoint.Start(options)
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

// features starts a sandbox with knobs turned on.
func features(t *testing.T, names ...string) *fake {
	return start(t, sandbox.Options{Configure: func(s *sandbox.Settings) {
		for _, name := range names {
			s.Features[name] = true
		}
	}})
}

// send sends a body as it is, with a media type unless that is empty.
func (f *fake) send(method, path, media string, body any) (int, http.Header, any) {
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
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	if f.token != "" {
		request.Header.Set("Authorization", "Bearer "+f.token)
	}
	response, err := f.client.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	var result any
	if len(data) > 0 {
		if err := json.Unmarshal(data, &result); err != nil {
			f.t.Fatalf("%s %s: %v in %s", method, path, err, data)
		}
	}
	return response.StatusCode, response.Header, result
}

func (f *fake) do(method, path string, body any) (int, any) {
	f.t.Helper()
	media := ""
	if body != nil {
		media = "application/json"
	}
	if method == "PATCH" {
		media = "application/json-patch+json"
	}
	status, _, result := f.send(method, path, media, body)
	return status, result
}

// must expects success.
func (f *fake) must(method, path string, body any) any {
	f.t.Helper()
	status, result := f.do(method, path, body)
	if status >= 300 {
		f.t.Fatalf("%s %s: %d %v", method, path, status, result)
	}
	return result
}

// refuses expects an error with a status, a detail code and a text in its cause.
func (f *fake) refuses(status int, code, part, method, path string, body any) {
	f.t.Helper()
	got, result := f.do(method, path, body)
	cause, _ := at(result, "causes", 0, "text").(string)
	detail, _ := at(result, "detailCode").(string)
	if got != status || !strings.HasPrefix(detail, code) || !strings.Contains(cause, part) {
		f.t.Errorf("%s %s: got %d %q %q, want %d %s with %q", method, path, got, detail, cause, status, code, part)
	}
}

// find lists with a filter and returns the names.
func (f *fake) find(path, filter string) []string {
	f.t.Helper()
	list, _ := f.must("GET", path+"?"+url.Values{"filters": {filter}}.Encode(), nil).([]any)
	names := []string{}
	for _, item := range list {
		name, _ := at(item, "name").(string)
		names = append(names, name)
	}
	return names
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

func ref(kind, id string) object { return object{"type": kind, "id": id} }

func refs(kind string, ids ...string) []any {
	list := []any{}
	for _, id := range ids {
		list = append(list, ref(kind, id))
	}
	return list
}

// profile is a body that is accepted, with changes.
func profile(changes object) object {
	body := object{
		"name": "Payroll", "owner": ref("IDENTITY", ada), "source": ref("SOURCE", directory), "enabled": true,
		"entitlements": refs("ENTITLEMENT", payroll, finance),
	}
	maps.Copy(body, changes)
	return body
}

func (f *fake) createProfile(changes object) string {
	f.t.Helper()
	id, _ := at(f.must("POST", profiles, profile(changes)), "id").(string)
	return id
}

// campaign is a body that is accepted, with changes.
func campaign(f *fake, changes object) object {
	body := object{
		"name": "Quarterly", "description": "Q4 [marker]", "type": "SEARCH", "deadline": f.Now().Add(72 * hour).UTC().Format("2006-01-02T15:04:05.000Z"),
		"searchCampaignInfo": object{
			"type": "IDENTITY", "identityIds": []string{ada, grace},
			"accessConstraints": []any{object{"type": "ENTITLEMENT", "operator": "SELECTED", "ids": []string{payroll}}},
		},
	}
	maps.Copy(body, changes)
	return body
}

func (f *fake) createCampaign(changes object) string {
	f.t.Helper()
	id, _ := at(f.must("POST", campaigns, campaign(f, changes)), "id").(string)
	return id
}

func (f *fake) status(id string) any {
	f.t.Helper()
	return at(f.must("GET", campaigns+"/"+id, nil), "status")
}

func escape(filter string) string { return url.QueryEscape(filter) }

func op(kind, path string, value any) object {
	if kind == "remove" {
		return object{"op": kind, "path": path}
	}
	return object{"op": kind, "path": path, "value": value}
}
